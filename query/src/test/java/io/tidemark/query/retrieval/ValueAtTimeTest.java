package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.retrieval.Retrieval.AtMode;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.SampleGenerators;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ValueAtTimeTest {
  private final OracleStore store = new OracleStore();

  private List<String> at(TagDefinition tag, AtMode mode, long... times) {
    return RowCollector.texts(store, tag, new Retrieval.AtTimes(times, mode));
  }

  @Test
  void slopedTagsFollowTheSimpleBoundTable() {
    TagDefinition tag = store.defineAnalog("A");
    store.write(tag, 10, 10.0, StatusCodes.GOOD);
    store.write(tag, 20, 20.0, StatusCodes.GOOD);
    store.write(tag, 30, 99.0, StatusCodes.BAD_SENSOR_FAILURE);
    store.write(tag, 40, 40.0, StatusCodes.GOOD);
    store.write(tag, 50, 50.0, StatusCodes.UNCERTAIN);
    store.write(tag, 60, 60.0, StatusCodes.GOOD);
    store.write(tag, 70, null, StatusCodes.BAD_NO_COMMUNICATION);
    store.write(tag, 80, 80.0, StatusCodes.GOOD);
    assertThat(
            at(tag, AtMode.INTERPOLATED, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 70, 80, 81))
        .containsExactly(
            "5 = null Bad_NoData", // nothing before
            "10 = 10.0 Good", // recorded then
            "15 = 15.0 Good i", // both usable: line
            "20 = 20.0 Good",
            "25 = 20.0 Uncertain_DataSubNormal i", // next is Bad: held
            "30 = null Bad_NoData", // recorded Bad
            "35 = null Bad_NoData", // last is Bad
            "40 = 40.0 Good",
            "45 = 40.0 Uncertain_DataSubNormal i", // next is Uncertain, which counts as Bad
            "50 = 50.0 Uncertain", // but is shown where it was recorded
            "55 = null Bad_NoData",
            "60 = 60.0 Good",
            "70 = null Bad_NoData",
            "80 = 80.0 Good",
            "81 = null Bad_NoData"); // nothing after: not extrapolated
  }

  @Test
  void steppedTagsHoldAndKeepTheStatus() {
    TagDefinition tag = store.define("A", SampleType.FLOAT64, true, "");
    store.write(tag, 10, 10.0, 0x0096_0000);
    store.write(tag, 20, 20.0, StatusCodes.BAD);
    store.write(tag, 30, 30.0, StatusCodes.GOOD);
    assertThat(at(tag, AtMode.INTERPOLATED, 5, 10, 15, 20, 25, 30, 35))
        .containsExactly(
            "5 = null Bad_NoData",
            "10 = 10.0 Good_LocalOverride",
            "15 = 10.0 Good_LocalOverride i",
            "20 = null Bad_NoData",
            "25 = null Bad_NoData",
            "30 = 30.0 Good",
            "35 = null Bad_NoData");
    assertThat(at(tag, AtMode.AUTO, 35)).containsExactly("35 = 30.0 Good");
  }

  @ParameterizedTest
  @EnumSource(names = {"INT64", "INT32"})
  void integersInterpolateToDoublesAndStatesAndTextNever(SampleType type) {
    TagDefinition whole = store.define("I", type, false, "");
    TagDefinition digital = store.define("D", SampleType.DIGITAL, false, "", "Closed", "Open");
    TagDefinition text = store.define("S", SampleType.STRING, false, "");
    for (TagDefinition tag : List.of(whole, digital)) {
      store.write(tag, 10, 0L, StatusCodes.GOOD);
      store.write(tag, 20, 1L, StatusCodes.GOOD);
    }
    store.write(text, 10, "a", StatusCodes.GOOD);
    store.write(text, 20, "b", StatusCodes.GOOD);
    Retrieval grid = new Retrieval.Interpolated(new long[] {5, 10, 15, 20});
    assertThat(RowCollector.texts(store, whole, grid))
        .containsExactly(
            "5 = null Bad_NoData", "10 = 0.0 Good", "15 = 0.5 Good i", "20 = 1.0 Good");
    assertThat(RowCollector.read(store, whole, grid))
        .allMatch(row -> row.type() == SampleType.FLOAT64);
    assertThat(RowCollector.texts(store, digital, grid))
        .containsExactly("5 = null Bad_NoData", "10 = 0 Good", "15 = 0 Good i", "20 = 1 Good");
    assertThat(RowCollector.read(store, digital, grid))
        .allMatch(row -> row.type() == SampleType.DIGITAL);
    assertThat(RowCollector.texts(store, text, grid))
        .containsExactly("5 = null Bad_NoData", "10 = a Good", "15 = a Good i", "20 = b Good");
    // found, not computed: the type of the tag
    assertThat(at(whole, AtMode.AT_OR_BEFORE, 15)).containsExactly("15 = 0 Good");
  }

  @Test
  void aLineBetweenSinglesIsAsFineAsOneBetweenDoubles() {
    TagDefinition tag = store.define("A", SampleType.FLOAT32, false, "");
    store.write(tag, 10, 0.1f, StatusCodes.GOOD);
    store.write(tag, 20, 16777216f, StatusCodes.GOOD);
    List<RowCollector.Row> rows =
        RowCollector.read(store, tag, new Retrieval.Interpolated(new long[] {10, 15, 20}));
    assertThat(rows).allMatch(row -> row.type() == SampleType.FLOAT64);
    assertThat(rows.get(0).value()).isEqualTo((double) 0.1f);
    assertThat((Double) rows.get(1).value()).isEqualTo((0.1f + 16777216.0) / 2); // no float32
    // found, not computed: the type of the tag
    rows = RowCollector.read(store, tag, new Retrieval.AtTimes(new long[] {15}, AtMode.BEFORE));
    assertThat(rows.getFirst().type()).isEqualTo(SampleType.FLOAT32);
    assertThat(rows.getFirst().value()).isEqualTo((double) 0.1f);
  }

  @Test
  void linesAndSumsRunOnThroughEveryChangeBetweenNumbers() {
    List<SampleType> types =
        List.of(
            SampleType.FLOAT64,
            SampleType.FLOAT32,
            SampleType.INT32,
            SampleType.FLOAT32,
            SampleType.INT64,
            SampleType.INT32,
            SampleType.FLOAT64);
    TagDefinition tag = null;
    for (int i = 0; i < types.size(); i++) {
      tag = store.define("A", types.get(i), false, "");
      Object value = types.get(i).isReal() ? (Object) (10.0 * i) : (Object) (10L * i);
      store.write(tag, 10L * i, value, StatusCodes.GOOD);
    }
    for (long t = 0; t < 60; t++) {
      assertThat(at(tag, AtMode.INTERPOLATED, t))
          .containsExactly(t + " = " + (double) t + " Good" + (t % 10 == 0 ? "" : " i"));
    }
    SummaryRow row = RowCollector.summarize(store, tag, 0, 60).getFirst();
    assertThat(row.count()).isEqualTo(6);
    assertThat(row.percentGood()).isEqualTo(100.0);
    assertThat(row.sampleAverage()).isEqualTo(25.0);
    assertThat(row.timeAverage()).isCloseTo(30.0, within(1e-12));
    assertThat(row.maximum()).isEqualTo(50.0);
    assertThat(RowCollector.read(store, tag, new Retrieval.Plot(new TimeRange(0, 61), 100)))
        .extracting(RowCollector.Row::type)
        .startsWith(types.toArray(SampleType[]::new));
  }

  @Test
  void modesFindTheNeighbourTheyName() {
    TagDefinition tag = store.defineAnalog("A");
    store.write(tag, 10, 1.0, StatusCodes.GOOD);
    store.write(tag, 20, 2.0, StatusCodes.BAD);
    store.write(tag, 30, 3.0, StatusCodes.GOOD);
    String none = "null Bad_NoData";
    assertThat(at(tag, AtMode.EXACT, 10, 15, 20))
        .containsExactly("10 = 1.0 Good", "15 = " + none, "20 = 2.0 Bad");
    assertThat(at(tag, AtMode.BEFORE, 10, 11, 20, 30, 99))
        .containsExactly(
            "10 = " + none, "11 = 1.0 Good", "20 = 1.0 Good", "30 = 2.0 Bad", "99 = 3.0 Good");
    assertThat(at(tag, AtMode.AT_OR_BEFORE, 9, 10, 29, 30))
        .containsExactly("9 = " + none, "10 = 1.0 Good", "29 = 2.0 Bad", "30 = 3.0 Good");
    assertThat(at(tag, AtMode.AFTER, 9, 10, 29, 30))
        .containsExactly("9 = 1.0 Good", "10 = 2.0 Bad", "29 = 3.0 Good", "30 = " + none);
    assertThat(at(tag, AtMode.AT_OR_AFTER, 9, 10, 29, 30, 31))
        .containsExactly(
            "9 = 1.0 Good", "10 = 1.0 Good", "29 = 3.0 Good", "30 = 3.0 Good", "31 = " + none);
    assertThat(at(tag, AtMode.BEFORE, Long.MIN_VALUE, Long.MAX_VALUE))
        .containsExactly(Long.MIN_VALUE + " = " + none, Long.MAX_VALUE + " = 3.0 Good");
    assertThat(at(tag, AtMode.AFTER, Long.MAX_VALUE, Long.MIN_VALUE))
        .containsExactly(Long.MAX_VALUE + " = " + none, Long.MIN_VALUE + " = 1.0 Good");
  }

  @Test
  void valuesThatAreNoNumbersEndLinesButAreShownWhereRecorded() {
    TagDefinition tag = store.defineAnalog("A");
    store.write(tag, 10, 1.0, StatusCodes.GOOD);
    store.write(tag, 20, Double.NaN, StatusCodes.GOOD);
    store.write(tag, 30, 3.0, StatusCodes.GOOD);
    assertThat(at(tag, AtMode.INTERPOLATED, 15, 20, 25))
        .containsExactly(
            "15 = 1.0 Uncertain_DataSubNormal i", "20 = NaN Good", "25 = null Bad_NoData");
  }

  @Test
  void aTypeChangeBreaksLinesWhereNoneCanBeDrawn() {
    TagDefinition text = store.define("A", SampleType.STRING, true, "");
    store.write(text, 10, "off", StatusCodes.GOOD);
    TagDefinition tag = store.define("A", SampleType.FLOAT64, false, "");
    store.write(tag, 20, 2.0, StatusCodes.GOOD);
    store.write(tag, 30, 3.0, StatusCodes.GOOD);
    assertThat(at(tag, AtMode.INTERPOLATED, 10, 15, 25))
        .containsExactly("10 = null Bad_NoData", "15 = null Bad_NoData", "25 = 2.5 Good i");
    SummaryRow row = RowCollector.summarize(store, tag, 10, 30).getFirst();
    assertThat(row.count()).isEqualTo(1);
    assertThat(row.percentGood()).isEqualTo(50.0);
    assertThat(row.timeAverage()).isEqualTo(2.5);
  }

  /** One time after the other, by looking at all samples. */
  private static String slowly(
      long[] times, double[] values, int[] statuses, boolean stepped, AtMode mode, long t) {
    int before = -1;
    for (int i = 0; i < times.length && times[i] <= t; i++) {
      before = i;
    }
    int after = before + 1 < times.length ? before + 1 : -1;
    boolean exact = before >= 0 && times[before] == t;
    int found =
        switch (mode) {
          case EXACT -> exact ? before : -1;
          case BEFORE -> exact ? before - 1 : before;
          case AT_OR_BEFORE -> before;
          case AFTER -> after;
          case AT_OR_AFTER -> exact ? before : after;
          default -> -2;
        };
    if (found >= 0) {
      return t + " = " + values[found] + " " + statuses[found];
    }
    String none = t + " = null " + StatusCodes.BAD_NO_DATA;
    if (found == -1) {
      return none;
    }
    if (exact) {
      return statuses[before] < 0 ? none : t + " = " + values[before] + " " + statuses[before];
    }
    boolean usable =
        before >= 0 && statuses[before] >>> 30 == 0 && (stepped || Double.isFinite(values[before]));
    if (!usable || after < 0) {
      return none;
    }
    if (stepped) {
      return t + " = " + values[before] + " " + (statuses[before] | StatusCodes.INTERPOLATED);
    }
    if (statuses[after] >>> 30 != 0 || !Double.isFinite(values[after])) {
      return t + " = " + values[before] + " " + 0x40A4_0402;
    }
    return null; // a line: compared with a tolerance
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void everyModeEqualsTheSlowWay(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int count = 1200;
    boolean stepped = random.nextBoolean();
    store.blockRowsMax(seed % 3 == 0 ? 7 : 200);
    SampleType type = seed % 2 == 0 ? SampleType.FLOAT64 : SampleType.FLOAT32;
    TagDefinition tag = store.define("A", type, stepped, "");
    long[] times = SampleGenerators.distinctTimes(seed, count, 1_780_000_000_000_000_000L);
    double[] values = SampleGenerators.reals(type, seed, count);
    int[] statuses = SampleGenerators.statuses(seed, count);
    store.writeAll(tag, times, values, statuses);
    long[] asked = new long[300];
    for (int i = 0; i < asked.length; i++) {
      asked[i] =
          random.nextInt(3) == 0
              ? times[random.nextInt(count)]
              : random.nextLong(times[0] - 1_000_000_000L, times[count - 1] + 1_000_000_000L);
    }
    if (random.nextInt(4) != 0) {
      Arrays.sort(asked);
    }
    for (AtMode mode : AtMode.values()) {
      if (mode == AtMode.AUTO) {
        continue;
      }
      List<RowCollector.Row> rows =
          RowCollector.read(store, tag, new Retrieval.AtTimes(asked, mode));
      assertThat(rows).hasSize(asked.length);
      for (int i = 0; i < asked.length; i++) {
        RowCollector.Row row = rows.get(i);
        String slow = slowly(times, values, statuses, stepped, mode, asked[i]);
        String note = "seed=" + seed + " mode=" + mode;
        if (slow != null) {
          assertThat(row.timeNs() + " = " + row.value() + " " + row.status())
              .as(note)
              .isEqualTo(slow);
        } else {
          int n = Arrays.binarySearch(times, asked[i]);
          int after = -n - 1;
          double share = (double) (asked[i] - times[after - 1]) / (times[after] - times[after - 1]);
          double line = values[after - 1] * (1 - share) + values[after] * share;
          double scale = Math.max(Math.abs(values[after - 1]), Math.abs(values[after]));
          assertThat((Double) row.value()).as(note).isCloseTo(line, within(1e-14 * scale));
          assertThat(row.status()).isEqualTo(StatusCodes.INTERPOLATED);
        }
      }
    }
  }
}
