package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.Quality;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.SampleGenerators;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlotTest {
  private final OracleStore store = new OracleStore();

  private static int column(long t, TimeRange range, int width) {
    return BigInteger.valueOf(t)
        .subtract(BigInteger.valueOf(range.startNs()))
        .multiply(BigInteger.valueOf(width))
        .divide(BigInteger.valueOf(range.endNs()).subtract(BigInteger.valueOf(range.startNs())))
        .intValueExact();
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void everyColumnKeepsFirstLastExtremesAndTheFirstBadOne(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int count = 3000;
    store.blockRowsMax(seed % 3 == 0 ? 5 : seed % 3 == 1 ? 100 : 1024);
    SampleType type =
        switch ((int) seed % 5) {
          case 0 -> SampleType.INT64;
          case 1 -> SampleType.INT32;
          case 2 -> SampleType.FLOAT32;
          default -> SampleType.FLOAT64;
        };
    TagDefinition tag = store.define("A", type, false, "");
    long[] times = SampleGenerators.distinctTimes(seed, count, 1_780_000_000_000_000_000L);
    double[] reals = SampleGenerators.reals(type, seed, count);
    long[] integrals = SampleGenerators.integrals(type, seed, count);
    int[] statuses = SampleGenerators.statuses(seed, count);
    for (int i = 0; i < count; i++) {
      Object value = type.isReal() ? (Object) reals[i] : (Object) integrals[i];
      store.write(tag, times[i], random.nextInt(100) == 0 ? null : value, statuses[i]);
    }
    int width = random.nextInt(1, 200);
    TimeRange range =
        new TimeRange(times[random.nextInt(0, 300)] + 1, times[random.nextInt(2000, count)]);

    TreeMap<Long, RowCollector.Row> inside = new TreeMap<>();
    for (RowCollector.Row row :
        RowCollector.read(
            store, tag, new Retrieval.Recorded(range, Retrieval.Bounds.INSIDE, false))) {
      inside.put(row.timeNs(), row);
    }
    List<RowCollector.Row> plot = RowCollector.read(store, tag, new Retrieval.Plot(range, width));

    assertThat(plot)
        .as("seed=%d", seed)
        .isSortedAccordingTo((a, b) -> Long.compare(a.timeNs(), b.timeNs()));
    assertThat(plot).doesNotHaveDuplicates();
    TreeMap<Integer, List<RowCollector.Row>> all = new TreeMap<>();
    inside
        .values()
        .forEach(
            row ->
                all.computeIfAbsent(column(row.timeNs(), range, width), c -> new ArrayList<>())
                    .add(row));
    TreeMap<Integer, List<RowCollector.Row>> shown = new TreeMap<>();
    for (RowCollector.Row row : plot) {
      if (row.timeNs() == range.endNs()
          || (row.timeNs() == range.startNs() && !inside.containsKey(row.timeNs()))) {
        continue; // the values at the edges
      }
      assertThat(row).isEqualTo(inside.get(row.timeNs())); // nothing invented
      shown.computeIfAbsent(column(row.timeNs(), range, width), c -> new ArrayList<>()).add(row);
    }
    assertThat(shown.keySet()).isEqualTo(all.keySet());
    all.forEach(
        (column, rows) -> {
          TreeSet<Long> wanted = new TreeSet<>();
          wanted.add(rows.getFirst().timeNs());
          wanted.add(rows.getLast().timeNs());
          RowCollector.Row min = null;
          RowCollector.Row max = null;
          for (RowCollector.Row row : rows) {
            if (row.status() < 0
                || row.value() == null
                || !Double.isFinite(((Number) row.value()).doubleValue())) {
              continue;
            }
            min = min == null || compare(row, min) < 0 ? row : min;
            max = max == null || compare(row, max) > 0 ? row : max;
          }
          if (min != null) {
            wanted.add(min.timeNs());
            wanted.add(max.timeNs());
          }
          Quality first = Quality.of(rows.getFirst().status());
          boolean hasBad = rows.stream().anyMatch(row -> row.status() < 0);
          rows.stream()
              .filter(
                  row ->
                      hasBad && first != Quality.BAD
                          ? Quality.isBad(row.status())
                          : Quality.of(row.status()) != first)
              .findFirst()
              .ifPresent(row -> wanted.add(row.timeNs()));
          List<Long> got = shown.get(column).stream().map(RowCollector.Row::timeNs).toList();
          if (inside.size() < 4 * width) {
            assertThat(got).hasSameSizeAs(rows);
          } else {
            assertThat(got)
                .as("seed=%d column=%d width=%d", seed, column, width)
                .containsExactlyElementsOf(wanted);
          }
        });
  }

  private static int compare(RowCollector.Row a, RowCollector.Row b) {
    if (a.value() instanceof Long x) {
      return Long.compare(x, (Long) b.value());
    }
    double x = (Double) a.value();
    double y = (Double) b.value();
    return x < y ? -1 : x > y ? 1 : 0;
  }

  @Test
  void statesKeepFirstLastAndOneChange() {
    TagDefinition valve = store.define("V", SampleType.DIGITAL, true, "", "Closed", "Open");
    for (int t = 0; t < 100; t++) {
      store.write(valve, t, t == 17 || t == 23 || t == 99 ? 1L : 0L, StatusCodes.GOOD);
    }
    assertThat(
            RowCollector.read(store, valve, new Retrieval.Plot(new TimeRange(0, 100), 2)).stream()
                .map(RowCollector.Row::timeNs))
        .containsExactly(0L, 17L, 49L, 50L, 99L);
  }

  @Test
  void aBadSampleIsNotHiddenByAnUncertainOne() {
    TagDefinition tag = store.defineAnalog("A");
    TagDefinition valve = store.define("V", SampleType.DIGITAL, true, "", "Closed", "Open");
    for (int t = 0; t < 100; t++) {
      int status = t == 20 ? StatusCodes.UNCERTAIN : t == 30 ? StatusCodes.BAD : StatusCodes.GOOD;
      store.write(tag, t, (double) t, status);
      store.write(valve, t, t == 10 ? 1L : 0L, status);
    }
    Retrieval plot = new Retrieval.Plot(new TimeRange(0, 100), 1);
    assertThat(RowCollector.read(store, tag, plot).stream().map(RowCollector.Row::timeNs))
        .containsExactly(0L, 30L, 99L);
    assertThat(RowCollector.read(store, valve, plot).stream().map(RowCollector.Row::timeNs))
        .containsExactly(0L, 10L, 20L, 30L, 99L);
  }

  @Test
  void whatIsNotFiniteIsNoExtreme() {
    TagDefinition tag = store.defineAnalog("A");
    double[] values = {1, Double.POSITIVE_INFINITY, 5, Double.NaN, -5, 1, 1, 1};
    for (int t = 0; t < values.length; t++) {
      store.write(tag, t, values[t], StatusCodes.GOOD);
    }
    assertThat(
            RowCollector.read(store, tag, new Retrieval.Plot(new TimeRange(0, 8), 1)).stream()
                .map(RowCollector.Row::timeNs))
        .containsExactly(0L, 2L, 4L, 7L);
  }

  @Test
  void textsKeepTheFirstBadOne() {
    TagDefinition text = store.define("S", SampleType.STRING, true, "");
    for (int t = 0; t < 100; t++) {
      store.write(text, t, "a", t == 17 || t == 30 ? StatusCodes.BAD : StatusCodes.GOOD);
    }
    assertThat(
            RowCollector.read(store, text, new Retrieval.Plot(new TimeRange(0, 100), 1)).stream()
                .map(RowCollector.Row::timeNs))
        .containsExactly(0L, 17L, 99L);
  }

  @Test
  void edgesGetTheValuesThere() {
    TagDefinition tag = store.defineAnalog("A");
    store.write(tag, 0, 0.0, StatusCodes.GOOD);
    store.write(tag, 100, 100.0, StatusCodes.GOOD);
    assertThat(RowCollector.texts(store, tag, new Retrieval.Plot(new TimeRange(40, 60), 10)))
        .containsExactly("40 = 40.0 Good i", "60 = 60.0 Good i");
    // before the first and after the last sample there is nothing to draw
    assertThat(RowCollector.texts(store, tag, new Retrieval.Plot(new TimeRange(-10, 110), 10)))
        .containsExactly("0 = 0.0 Good", "100 = 100.0 Good");
    // but a Bad stretch is told at both edges
    store.write(tag, 100, null, StatusCodes.BAD_NO_COMMUNICATION);
    assertThat(RowCollector.texts(store, tag, new Retrieval.Plot(new TimeRange(150, 160), 10)))
        .containsExactly("150 = null Bad_NoData", "160 = null Bad_NoData");
    assertThat(RowCollector.texts(store, tag, new Retrieval.Plot(new TimeRange(50, 100), 10)))
        .containsExactly("50 = 0.0 Uncertain_DataSubNormal i", "100 = null Bad_NoCommunication");
  }

  @Test
  void aStateThatHasNotChangedSinceShowsWhenItBegan() {
    TagDefinition valve = store.define("V", SampleType.DIGITAL, true, "", "Closed", "Open");
    store.write(valve, 10, 1L, StatusCodes.GOOD);
    assertThat(RowCollector.texts(store, valve, new Retrieval.Plot(new TimeRange(40, 60), 10)))
        .containsExactly("10 = 1 Good");
    assertThat(RowCollector.texts(store, valve, new Retrieval.Plot(new TimeRange(10, 60), 10)))
        .containsExactly("10 = 1 Good");
    store.write(valve, 20, 0L, StatusCodes.BAD_NO_COMMUNICATION);
    assertThat(RowCollector.texts(store, valve, new Retrieval.Plot(new TimeRange(40, 60), 10)))
        .containsExactly("40 = null Bad_NoData", "60 = null Bad_NoData");
  }

  @Test
  void aColumnMayBeShorterThanANanosecond() {
    TagDefinition tag = store.defineAnalog("A");
    for (int t = 0; t < 8; t++) {
      store.write(tag, t, (double) t, StatusCodes.GOOD);
    }
    assertThat(RowCollector.read(store, tag, new Retrieval.Plot(new TimeRange(0, 8), 10_000)))
        .hasSize(8);
    assertThat(RowCollector.read(store, tag, new Retrieval.Plot(TimeRange.ALL, 1)))
        .extracting(RowCollector.Row::timeNs)
        .containsExactly(0L, 7L);
    assertThat(RowCollector.read(store, tag, new Retrieval.Plot(TimeRange.ALL, 3))).hasSize(8);
  }

  @Test
  void theWidthIsLimited() {
    TagDefinition tag = store.defineAnalog("A");
    for (int width : new int[] {0, -1, 10_001}) {
      assertThatThrownBy(
              () -> RowCollector.read(store, tag, new Retrieval.Plot(new TimeRange(0, 1), width)))
          .hasMessageContaining("widthPx=" + width)
          .hasMessageContaining("max=10000");
    }
  }
}
