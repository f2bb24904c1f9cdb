package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.time.CalendarInterval;
import io.tidemark.query.time.IsoTime;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.SampleGenerators;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SummaryTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int UNCERTAIN =
      StatusCodes.UNCERTAIN_DATA_SUB_NORMAL | StatusCodes.CALCULATED;
  private static final int GOOD = StatusCodes.GOOD | StatusCodes.CALCULATED;

  private final OracleStore store = new OracleStore();

  @Test
  void boundsComeFromOutsideTheIntervals() {
    TagDefinition tag = store.define("A", SampleType.FLOAT64, false, "kg/h");
    store.write(tag, 0, 0.0, StatusCodes.GOOD);
    store.write(tag, 100 * SECOND, 100.0, StatusCodes.GOOD);
    List<SummaryRow> rows =
        RowCollector.summarize(store, tag, 20 * SECOND, 40 * SECOND, 60 * SECOND);
    assertThat(rows).hasSize(2);
    SummaryRow row = rows.getFirst();
    assertThat(row.timeAverage()).isEqualTo(30.0);
    assertThat(row.total()).isCloseTo(600 / 3600.0, within(1e-15));
    assertThat(row.stdDev()).isCloseTo(20 / Math.sqrt(12), within(1e-12));
    assertThat(row.count()).isZero();
    assertThat(row.sampleAverage()).isNull();
    assertThat(row.minimum()).isNull();
    assertThat(row.percentGood()).isEqualTo(100.0);
    assertThat(row.status()).isEqualTo(GOOD);
    assertThat(row.basis()).isEqualTo("stored");
    assertThat(rows.getLast().timeAverage()).isEqualTo(50.0);
  }

  @Test
  void timeThatIsNotGoodIsLeftOut() {
    TagDefinition tag = store.defineAnalog("A");
    store.write(tag, 0, 10.0, StatusCodes.GOOD);
    store.write(tag, 40, null, StatusCodes.BAD_NO_COMMUNICATION);
    store.write(tag, 60, 20.0, StatusCodes.GOOD);
    store.write(tag, 100, 20.0, StatusCodes.GOOD);
    SummaryRow row = RowCollector.summarize(store, tag, 0, 100).getFirst();
    assertThat(row.percentGood()).isEqualTo(80.0);
    assertThat(row.timeAverage()).isEqualTo(15.0); // held at 10 towards the Bad one
    assertThat(row.total()).isCloseTo(15.0 * 80e-9, within(1e-20));
    assertThat(row.count()).isEqualTo(2);
    assertThat(row.status()).isEqualTo(UNCERTAIN);
    // held throughout: all of it good time, but the row says that the next value was not usable
    row = RowCollector.summarize(store, tag, 10, 40).getFirst();
    assertThat(row.percentGood()).isEqualTo(100.0);
    assertThat(row.status()).isEqualTo(UNCERTAIN);
    // nothing usable
    row = RowCollector.summarize(store, tag, 45, 55).getFirst();
    assertThat(row.status()).isEqualTo(StatusCodes.BAD_NO_DATA);
    assertThat(row.timeAverage()).isNull();
    assertThat(row.percentGood()).isZero();
    // nothing is extrapolated beyond the last sample
    row = RowCollector.summarize(store, tag, 80, 120).getFirst();
    assertThat(row.percentGood()).isEqualTo(50.0);
    assertThat(row.timeAverage()).isEqualTo(20.0);
    row = RowCollector.summarize(store, tag, 120, 130).getFirst();
    assertThat(row.status()).isEqualTo(StatusCodes.BAD_NO_DATA);
    // a sample without time around it still counts
    row = RowCollector.summarize(store, tag, 100, 120).getFirst();
    assertThat(row.count()).isEqualTo(1);
    assertThat(row.sampleAverage()).isEqualTo(20.0);
    assertThat(row.timeAverage()).isNull();
    assertThat(row.status()).isEqualTo(UNCERTAIN);
  }

  @Test
  void truthValuesAverageAsNumbersAndStatesAreOnlyCounted() {
    TagDefinition bool = store.define("B", SampleType.BOOL, false, "");
    TagDefinition valve = store.define("V", SampleType.DIGITAL, false, "", "Closed", "Open");
    TagDefinition text = store.define("S", SampleType.STRING, false, "");
    for (TagDefinition tag : List.of(bool, valve, text)) {
      store.write(tag, 0, tag == text ? "x" : (Object) 1L, StatusCodes.GOOD);
      store.write(tag, 25, tag == text ? "y" : (Object) 0L, StatusCodes.GOOD);
      store.write(tag, 50, tag == text ? "y" : (Object) 0L, StatusCodes.BAD);
      store.write(tag, 100, tag == text ? "z" : (Object) 1L, StatusCodes.GOOD);
    }
    SummaryRow row = RowCollector.summarize(store, bool, 0, 100).getFirst();
    assertThat(row.timeAverage()).isEqualTo(0.5);
    assertThat(row.percentGood()).isEqualTo(50.0);
    for (TagDefinition tag : List.of(valve, text)) {
      row = RowCollector.summarize(store, tag, 0, 100).getFirst();
      assertThat(row.timeAverage()).isNull();
      assertThat(row.sampleAverage()).isNull();
      assertThat(row.minimum()).isNull();
      assertThat(row.maximumTimeNs()).isNull();
      assertThat(row.stdDev()).isNull();
      assertThat(row.total()).isNull();
      assertThat(row.count()).isEqualTo(2);
      assertThat(row.percentGood()).isEqualTo(50.0);
      assertThat(row.status()).isEqualTo(UNCERTAIN);
    }
  }

  @Test
  void aTwentyFiveHourDayIsOneBucket() {
    ZoneId berlin = ZoneId.of("Europe/Berlin");
    TagDefinition tag = store.define("A", SampleType.FLOAT64, true, "kg/h");
    long start = IsoTime.parse("2026-10-24T00:00", berlin);
    long end = IsoTime.parse("2026-10-27T00:00", berlin);
    for (long t = start; t <= end; t += 600 * SECOND) {
      store.write(tag, t, 1.0, StatusCodes.GOOD);
    }
    long[] edges = CalendarInterval.parse("1d").edges(new TimeRange(start, end), berlin, 10);
    assertThat(RowCollector.summarize(store, tag, edges))
        .extracting(SummaryRow::total)
        .containsExactly(24.0, 25.0, 24.0);
    assertThat(RowCollector.summarize(store, tag, edges))
        .extracting(SummaryRow::count)
        .containsExactly(144L, 150L, 144L);
  }

  @Test
  void edgesMustAscend() {
    TagDefinition tag = store.defineAnalog("A");
    for (long[] edges : new long[][] {{}, {1}, {1, 1}, {1, 3, 2}}) {
      assertThatThrownBy(() -> RowCollector.summarize(store, tag, edges))
          .isInstanceOfSatisfying(
              HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.EMPTY_RANGE));
    }
  }

  @Test
  void anEmptyTagHasRowsWithoutNumbers() {
    TagDefinition tag = store.defineAnalog("A");
    assertThat(RowCollector.summarize(store, tag, 0, 1, 2))
        .hasSize(2)
        .allMatch(row -> row.status() == StatusCodes.BAD_NO_DATA && row.timeAverage() == null);
  }

  @Test
  void allOfTimeIsAnInterval() {
    TagDefinition tag = store.define("A", SampleType.FLOAT64, true, "");
    store.write(tag, Long.MIN_VALUE, 4.0, StatusCodes.GOOD);
    store.write(tag, Long.MAX_VALUE - 1, 4.0, StatusCodes.GOOD);
    SummaryRow row = RowCollector.summarize(store, tag, Long.MIN_VALUE, Long.MAX_VALUE).getFirst();
    assertThat(row.timeAverage()).isEqualTo(4.0);
    assertThat(row.percentGood()).isCloseTo(100.0, within(1e-9));
    assertThat(row.total()).isCloseTo(4.0 * 0x1p64 * 1e-9, within(1.0));
  }

  /** Row by row and interval by interval, in forty decimal digits. */
  private static void checkSlowly(
      SummaryRow row, long[] times, double[] values, int[] statuses, boolean stepped, String note) {
    MathContext exact = new MathContext(40);
    BigDecimal area = BigDecimal.ZERO;
    BigDecimal square = BigDecimal.ZERO;
    BigDecimal sum = BigDecimal.ZERO;
    long good = 0;
    boolean held = false;
    long count = 0;
    double scale = 0;
    int min = -1;
    int max = -1;
    for (int i = 0; i < times.length; i++) {
      boolean usable = statuses[i] >>> 30 == 0 && Double.isFinite(values[i]);
      if (times[i] >= row.startNs() && times[i] < row.endNs() && usable) {
        count++;
        sum = sum.add(new BigDecimal(values[i]));
        min = min < 0 || values[i] < values[min] ? i : min;
        max = max < 0 || values[i] > values[max] ? i : max;
      }
      if (!usable || i + 1 == times.length) {
        continue;
      }
      long from = Math.max(times[i], row.startNs());
      long to = Math.min(times[i + 1], row.endNs());
      if (to <= from) {
        continue;
      }
      boolean nextUsable = statuses[i + 1] >>> 30 == 0 && Double.isFinite(values[i + 1]);
      BigDecimal v0 = new BigDecimal(values[i]);
      BigDecimal v1 = v0;
      if (!stepped && nextUsable) {
        BigDecimal slope =
            new BigDecimal(values[i + 1])
                .subtract(v0)
                .divide(BigDecimal.valueOf(times[i + 1] - times[i]), exact);
        v1 = v0.add(slope.multiply(BigDecimal.valueOf(to - times[i])), exact);
        v0 = v0.add(slope.multiply(BigDecimal.valueOf(from - times[i])), exact);
        scale = Math.max(scale, Math.abs(values[i + 1]));
      } else {
        held |= !stepped;
      }
      scale = Math.max(scale, Math.abs(values[i]));
      BigDecimal d = BigDecimal.valueOf(to - from);
      good += to - from;
      area = area.add(v0.add(v1).multiply(d).divide(BigDecimal.TWO, exact), exact);
      BigDecimal squares = v0.multiply(v0).add(v0.multiply(v1)).add(v1.multiply(v1));
      square = square.add(squares.multiply(d).divide(BigDecimal.valueOf(3), exact), exact);
    }
    long length = row.endNs() - row.startNs();
    assertThat(row.count()).as(note).isEqualTo(count);
    assertThat(row.percentGood()).as(note).isCloseTo(100.0 * good / length, within(1e-12));
    int status =
        good == 0 && count == 0
            ? StatusCodes.BAD_NO_DATA
            : good == length && !held ? GOOD : UNCERTAIN;
    assertThat(row.status()).as(note).isEqualTo(status);
    if (count == 0) {
      assertThat(row.sampleAverage()).isNull();
      assertThat(row.minimum()).isNull();
    } else {
      double average = sum.divide(BigDecimal.valueOf(count), exact).doubleValue();
      assertThat(row.sampleAverage()).as(note).isCloseTo(average, within(relative(average)));
      assertThat(row.minimum()).as(note).isEqualTo(values[min]);
      assertThat(row.minimumTimeNs()).as(note).isEqualTo(times[min]);
      assertThat(row.maximum()).as(note).isEqualTo(values[max]);
      assertThat(row.maximumTimeNs()).as(note).isEqualTo(times[max]);
    }
    if (good == 0) {
      assertThat(row.timeAverage()).as(note).isNull();
      assertThat(row.stdDev()).as(note).isNull();
      assertThat(row.total()).as(note).isNull();
      return;
    }
    BigDecimal mean = area.divide(BigDecimal.valueOf(good), exact);
    double average = mean.doubleValue();
    double within = Math.max(relative(average), 1e-14 * scale);
    assertThat(row.timeAverage()).as(note).isCloseTo(average, within(within));
    assertThat(row.total()).as(note).isCloseTo(average * good * 1e-9, within(within * good * 1e-9));
    BigDecimal variance =
        square.divide(BigDecimal.valueOf(good), exact).subtract(mean.multiply(mean));
    double deviation = Math.sqrt(Math.max(0, variance.doubleValue()));
    assertThat(row.stdDev())
        .as(note)
        .isCloseTo(deviation, within(Math.max(1e-9 * deviation, 1e-14 * scale)));
  }

  private static double relative(double value) {
    return 1e-12 * Math.abs(value) + Double.MIN_NORMAL;
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void everyRowEqualsTheSlowWay(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int count = 700;
    boolean stepped = random.nextBoolean();
    store.blockRowsMax(seed % 3 == 0 ? 7 : 300);
    SampleType type =
        switch ((int) seed % 4) {
          case 0 -> SampleType.FLOAT32;
          case 1 -> SampleType.INT32;
          case 2 -> SampleType.INT64;
          default -> SampleType.FLOAT64;
        };
    TagDefinition tag = store.define("A", type, stepped, "");
    long[] times = SampleGenerators.distinctTimes(seed, count, 1_780_000_000L * SECOND);
    double[] values = SampleGenerators.finiteDoubles(seed, count);
    for (int i = 0; i < count && type != SampleType.FLOAT64; i++) {
      values[i] = type.isReal() ? (float) values[i] : Math.rint(values[i]);
    }
    if (seed % 5 == 0 && type.isReal()) {
      values[random.nextInt(count)] = Double.NaN;
      values[random.nextInt(count)] = Double.POSITIVE_INFINITY;
    }
    int[] statuses = SampleGenerators.statuses(seed, count);
    store.writeAll(tag, times, values, statuses);
    TreeEdges edges = new TreeEdges(random, times);
    List<SummaryRow> rows = RowCollector.summarize(store, tag, edges.edges);
    assertThat(rows).hasSize(edges.edges.length - 1);
    for (SummaryRow row : rows) {
      checkSlowly(row, times, values, statuses, stepped, "seed=" + seed + " " + row);
    }
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#few")
  void interpolatedBoundsAndSummariesAgree(long seed) {
    // A sloped tag read at both ends of a stretch without samples averages to their mean.
    TagDefinition tag = store.defineAnalog("A");
    long[] times = SampleGenerators.distinctTimes(seed, 50, SECOND);
    store.writeAll(tag, times, SampleGenerators.finiteDoubles(seed, 50), new int[50]);
    for (int i = 0; i + 1 < times.length; i++) {
      long gap = times[i + 1] - times[i];
      if (gap < 10) {
        continue;
      }
      long from = times[i] + gap / 3;
      long to = times[i] + gap / 2;
      List<RowCollector.Row> ends =
          RowCollector.read(store, tag, new Retrieval.Interpolated(new long[] {from, to}));
      double mean = ((Double) ends.get(0).value() + (Double) ends.get(1).value()) / 2;
      assertThat(RowCollector.summarize(store, tag, from, to).getFirst().timeAverage())
          .isCloseTo(mean, within(1e-12 * Math.abs(mean) + 1e-15));
    }
  }

  /** Edges in and around the samples, some just on them. */
  private static final class TreeEdges {
    final long[] edges;

    TreeEdges(SplittableRandom random, long[] times) {
      int count = random.nextInt(2, 60);
      long first = times[0];
      long last = times[times.length - 1];
      long margin = (last - first) / 10 + 10;
      long[] all = new long[count];
      for (int i = 0; i < count; i++) {
        all[i] =
            random.nextInt(3) == 0
                ? times[random.nextInt(times.length)]
                : random.nextLong(first - margin, last + margin);
      }
      edges = Arrays.stream(all).sorted().distinct().toArray();
    }
  }
}
