package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.StateRow;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.QueryContexts;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** States of intervals: by hand, and against a list of occurrences. Times in ns. */
class StateReadTest {
  private final OracleStore store = new OracleStore();
  private TagDefinition tag = store.define("D", SampleType.DIGITAL, true, "", "Off", "On", "Fault");

  private void write(long time, @Nullable Object value) {
    store.write(tag, time, value, StatusCodes.GOOD);
  }

  private void bad(long time) {
    store.write(tag, time, null, StatusCodes.BAD_NO_COMMUNICATION);
  }

  private List<StateRow> read(long... edges) {
    return StateRead.read(
        tag, edges, QueryContexts.permissive(store.view(), Long.MAX_VALUE, ZoneOffset.UTC));
  }

  /** {@code On 15 60% e2 c1 10..10 p1}: duration, share, entries, contained, partial. */
  private static String text(StateRow row) {
    String contained =
        row.contained() == 0
            ? ""
            : " c%d %d..%d~%.1f"
                .formatted(row.contained(), row.minimumNs(), row.maximumNs(), row.averageNs());
    return "%s %d %.0f%% e%d%s p%d"
        .formatted(
            row.text(), row.durationNs(), row.percent(), row.entries(), contained, row.partial());
  }

  private List<String> texts(long... edges) {
    return read(edges).stream().map(StateReadTest::text).toList();
  }

  @Test
  void occurrencesAreContainedOrCut() {
    write(0, "Off");
    write(10, "On");
    write(20, "Off");
    write(25, "On");
    write(40, "Off");
    write(50, "Off");
    write(60, "On");
    assertThat(texts(5, 30, 55))
        .containsExactly(
            "Off 10 40% e1 c1 5..5~5.0 p1",
            "On 15 60% e2 c1 10..10~10.0 p1",
            "null 0 0% e0 p0",
            "Off 15 60% e1 p1",
            "On 10 40% e0 p1",
            "null 0 0% e0 p0");
    // an end at the interval's end is inside, and leaves nothing in the next one
    assertThat(texts(10, 20, 25))
        .containsExactly(
            "On 10 100% e1 c1 10..10~10.0 p0",
            "null 0 0% e0 p0", "Off 5 100% e1 c1 5..5~5.0 p0", "null 0 0% e0 p0");
    // no sample inside; a sample at an edge that changes nothing
    assertThat(texts(42, 48)).containsExactly("Off 6 100% e0 p1", "null 0 0% e0 p0");
    assertThat(texts(50, 60)).containsExactly("Off 10 100% e0 p1", "null 0 0% e0 p0");
    assertThat(texts(45, 50, 60))
        .containsExactly(
            "Off 5 100% e0 p1", "null 0 0% e0 p0", "Off 10 100% e0 p1", "null 0 0% e0 p0");
    assertThat(texts(0, 60).getFirst()).isEqualTo("Off 35 58% e3 c3 5..20~11.7 p0");
    StateRow row = read(5, 30).get(1);
    assertThat(row.ordinal()).isEqualTo(1);
    assertThat(row.startNs()).isEqualTo(5);
    assertThat(row.endNs()).isEqualTo(30);
    StateRow none = read(5, 30).get(2);
    assertThat(none.ordinal()).isNull();
    assertThat(none.text()).isNull();
    assertThat(none.minimumNs()).isNull();
    assertThat(none.averageNs()).isNull();
  }

  @Test
  void aStretchWithoutValueEndsTheOccurrenceButIsNoEntry() {
    write(0, "On");
    bad(10);
    bad(15);
    write(20, "On");
    write(30, "Off");
    store.write(tag, 35, "On", StatusCodes.UNCERTAIN);
    write(40, "Off");
    assertThat(texts(0, 30)).containsExactly("On 20 67% e1 c2 10..10~10.0 p0", "null 10 33% e0 p0");
    assertThat(texts(5, 25)).containsExactly("On 10 50% e0 p2", "null 10 50% e0 p0");
    // the last usable one before the range was the same
    assertThat(texts(12, 25)).containsExactly("On 5 38% e0 p1", "null 8 62% e0 p0");
    assertThat(texts(15, 20)).containsExactly("null 5 100% e0 p0");
    assertThat(texts(10, 20, 25))
        .containsExactly("null 10 100% e0 p0", "On 5 100% e0 p1", "null 0 0% e0 p0");
    assertThat(texts(30, 40)).containsExactly("Off 5 50% e1 c1 5..5~5.0 p0", "null 5 50% e0 p0");
  }

  @Test
  void afterTheLastSampleNothingIsKnown() {
    assertThat(texts(0, 100)).containsExactly("null 100 100% e0 p0");
    bad(5);
    assertThat(texts(0, 100)).containsExactly("null 100 100% e0 p0");
    write(10, "On");
    assertThat(texts(0, 100)).containsExactly("On 0 0% e1 p1", "null 100 100% e0 p0");
    write(40, "On");
    assertThat(texts(0, 20, 50, 100))
        .containsExactly(
            "On 10 50% e1 p1",
            "null 10 50% e0 p0", "On 20 67% e0 p1", "null 10 33% e0 p0", "null 50 100% e0 p0");
    assertThat(texts(40, 50)).containsExactly("On 0 0% e0 p1", "null 10 100% e0 p0");
    assertThat(texts(41, 50)).containsExactly("null 9 100% e0 p0");
  }

  @Test
  void everyTypeButRealsHasStates() {
    tag = store.define("S", SampleType.STRING, true, "");
    write(0, "b");
    write(10, "a");
    write(20, "");
    write(30, "a");
    assertThat(texts(0, 30))
        .containsExactly(
            " 10 33% e1 c1 10..10~10.0 p0",
            "a 10 33% e1 c1 10..10~10.0 p0", "b 10 33% e1 c1 10..10~10.0 p0", "null 0 0% e0 p0");
    assertThat(read(0, 30).getFirst().ordinal()).isNull();
    tag = store.define("B", SampleType.BOOL, true, "");
    write(0, true);
    write(10, false);
    write(30, true);
    assertThat(texts(0, 30)).startsWith("false 20 67% e1 c1 20..20~20.0 p0");
    assertThat(read(0, 30).get(1).text()).isEqualTo("true");
    assertThat(read(0, 30).get(1).ordinal()).isEqualTo(1);
    tag = store.define("I", SampleType.INT64, false, "");
    write(0, Long.MAX_VALUE);
    write(10, -7);
    write(20, Long.MAX_VALUE - 1);
    write(30, 0);
    assertThat(texts(0, 30))
        .containsExactly(
            "-7 10 33% e1 c1 10..10~10.0 p0",
            "9223372036854775806 10 33% e1 c1 10..10~10.0 p0",
            "9223372036854775807 10 33% e1 c1 10..10~10.0 p0",
            "null 0 0% e0 p0");
    tag = store.defineAnalog("R");
    assertThatThrownBy(() -> read(0, 1))
        .isInstanceOfSatisfying(
            HistorianException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_TYPE))
        .hasMessageContaining("float64");
  }

  @Test
  void samplesOfAnotherTypeCountIfTheyAreStates() {
    tag = store.define("X", SampleType.STRING, true, "");
    write(0, "n/a");
    tag = store.define("X", SampleType.FLOAT64, true, "");
    write(10, 1.0);
    write(20, 1.5);
    tag = store.define("X", SampleType.INT32, true, "");
    write(30, 1);
    write(40, 2);
    assertThat(texts(0, 40)).containsExactly("1 20 50% e1 c2 10..10~10.0 p0", "null 20 50% e0 p0");
  }

  @Test
  void theWholeOfTimeDoesNotOverflow() {
    write(Long.MIN_VALUE + 1, "On");
    write(Long.MAX_VALUE - 1, "Off");
    List<StateRow> rows = read(Long.MIN_VALUE + 1, Long.MAX_VALUE - 1);
    assertThat(Long.toUnsignedString(rows.getFirst().durationNs()))
        .isEqualTo("18446744073709551613");
    assertThat(rows.getFirst().percent()).isEqualTo(100);
    assertThat(rows.getFirst().averageNs()).isEqualTo(0x1p64);
    assertThat(rows.getLast().durationNs()).isZero();
  }

  @Test
  void tooManyStatesAreRefused() {
    tag = store.define("I", SampleType.INT32, true, "");
    TagDefinition words = store.define("S", SampleType.STRING, true, "");
    for (int i = 0; i <= 1000; i++) {
      write(i, i << 12); // many of a hash
      store.write(words, i, "w" + i, 0);
    }
    assertThat(read(0, 1000)).hasSize(1001);
    assertThat(read(0, 1000, 1001)).hasSize(1003);
    assertThatThrownBy(() -> read(0, 1001))
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY))
        .hasMessageContaining("max=1000");
    tag = words;
    assertThat(read(0, 1000)).hasSize(1001);
    assertThatThrownBy(() -> read(0, 1001)).hasMessageContaining("max=1000");
  }

  /** A stretch from a sample to the next with another state or none; open after the last one. */
  private record Occurrence(Object state, long startNs, long endNs, boolean open) {}

  private record Sample(long timeNs, @Nullable Object state) {}

  private static List<Occurrence> occurrences(List<Sample> samples) {
    List<Occurrence> all = new ArrayList<>();
    for (int i = 0; i < samples.size(); ) {
      Object state = samples.get(i).state;
      int end = i + 1;
      while (end < samples.size() && Objects.equals(samples.get(end).state, state)) {
        end++;
      }
      boolean open = end == samples.size();
      if (state != null) {
        long endNs = samples.get(open ? end - 1 : end).timeNs;
        all.add(new Occurrence(state, samples.get(i).timeNs, endNs, open));
      }
      i = end;
    }
    return all;
  }

  /** The rows of an interval, as texts. */
  private static List<String> expected(List<Sample> samples, long a, long b) {
    TreeMap<Comparable<?>, List<Occurrence>> byState = new TreeMap<>();
    for (Occurrence each : occurrences(samples)) {
      boolean isHere =
          each.startNs < b
              && (each.endNs > a || each.startNs >= a || (each.open && each.endNs >= a));
      if (isHere) {
        byState.computeIfAbsent((Comparable<?>) each.state, s -> new ArrayList<>()).add(each);
      }
    }
    List<String> rows = new ArrayList<>();
    long rest = b - a;
    for (var entry : byState.entrySet()) {
      long duration = 0;
      long partial = 0;
      List<Long> contained = new ArrayList<>();
      for (Occurrence each : entry.getValue()) {
        duration += Math.min(b, each.endNs) - Math.max(a, each.startNs);
        if (!each.open && each.startNs >= a && each.endNs <= b) {
          contained.add(each.endNs - each.startNs);
        } else {
          partial++;
        }
      }
      long entries = 0;
      Object before = null;
      for (Sample sample : samples) {
        if (sample.state != null) {
          boolean isInside = sample.timeNs >= a && sample.timeNs < b;
          boolean enters = sample.state.equals(entry.getKey()) && !sample.state.equals(before);
          entries += isInside && enters ? 1 : 0;
          before = sample.state;
        }
      }
      rest -= duration;
      var statistics = contained.stream().mapToLong(each -> each).summaryStatistics();
      boolean any = !contained.isEmpty();
      rows.add(
          text(
              new StateRow(
                  a,
                  b,
                  null,
                  entry.getKey().toString(),
                  duration,
                  100.0 * ((double) duration / (b - a)),
                  entries,
                  contained.size(),
                  any ? statistics.getMin() : null,
                  any ? statistics.getMax() : null,
                  any ? statistics.getAverage() : null,
                  partial)));
    }
    rows.add("null %d %.0f%% e0 p0".formatted(rest, 100.0 * ((double) rest / (b - a))));
    return rows;
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void statesAreTheSumOfTheirOccurrences(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 40; round++) {
      OracleStore own = new OracleStore().blockRowsMax(1 + random.nextInt(20));
      boolean isText = random.nextBoolean();
      TagDefinition any = own.define("T", isText ? SampleType.STRING : SampleType.INT32, true, "");
      TreeMap<Long, Sample> samples = new TreeMap<>();
      int rows = random.nextInt(80);
      int states = 1 + random.nextInt(4);
      for (int i = 0; i < rows; i++) {
        long at = random.nextLong(300); // late, and the same time again
        Object state = isText ? "s" + random.nextInt(states) : (Object) random.nextInt(states);
        boolean usable = random.nextInt(5) != 0;
        own.write(any, at, state, usable ? 0 : StatusCodes.BAD);
        samples.put(at, new Sample(at, usable ? state : null));
      }
      TreeSet<Long> times = new TreeSet<>();
      while (times.size() < 2 + round % 7) {
        times.add(random.nextLong(-20, 320));
      }
      long[] edges = times.stream().mapToLong(each -> each).toArray();
      List<String> expected = new ArrayList<>();
      for (int i = 1; i < edges.length; i++) {
        expected.addAll(expected(List.copyOf(samples.values()), edges[i - 1], edges[i]));
      }
      List<String> rowsRead =
          StateRead.read(
                  any, edges, QueryContexts.permissive(own.view(), Long.MAX_VALUE, ZoneOffset.UTC))
              .stream()
              .map(StateReadTest::text)
              .toList();
      assertThat(rowsRead)
          .as("seed=%d, round=%d, edges=%s", seed, round, Arrays.toString(edges))
          .isEqualTo(expected);
    }
  }
}
