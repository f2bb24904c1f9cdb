package io.tidemark.query.condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.MemoryAccount;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.ReadRule.Extrapolation;
import io.tidemark.model.ReadRule.QualityRule;
import io.tidemark.model.ReadRule.Step;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.model.VersionMode;
import io.tidemark.query.condition.Plain.Said;
import io.tidemark.query.condition.Plain.Sample;
import io.tidemark.query.condition.Plain.Tag;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.Retrievals;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.QueryContexts;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StretchesTest {
  private static final long SECOND = 1_000_000_000L;

  /** Nearer to a whole nanosecond than any crossing of what is drawn here that is not at it. */
  private static final BigDecimal INSTANT = new BigDecimal("1e-40");

  private final OracleStore store = new OracleStore();

  private static List<String> stretches(
      OracleStore store, String text, TimeRange range, ReadRule rule, QueryContext context) {
    List<String> found = new ArrayList<>();
    BoundCondition condition = Condition.parse(text).bind(n -> store.view().tags().find(n));
    try (Stretches stretches = condition.stretches(context, range, rule)) {
      while (stretches.next()) {
        found.add("[" + stretches.startNs() + "," + stretches.endNs() + ")");
      }
      assertThat(stretches.next()).isFalse();
    }
    assertThat(context.memory().bytes()).isZero();
    return found;
  }

  private static List<String> stretches(OracleStore store, String text, TimeRange range) {
    return stretches(
        store,
        text,
        range,
        ReadRule.DEFAULT,
        QueryContexts.permissive(store.view(), Long.MAX_VALUE, ZoneOffset.UTC));
  }

  private List<String> stretches(String text, long startNs, long endNs) {
    return stretches(store, text, new TimeRange(startNs, endNs));
  }

  /** The stretches of whole nanoseconds, each looked at by itself. */
  private static List<String> plainly(Said said, long startNs, long endNs) {
    List<String> found = new ArrayList<>();
    long start = Long.MIN_VALUE;
    for (long time = startNs; time <= endNs; time++) {
      boolean isTrue = time < endNs && isTrue(said, time);
      if (isTrue && start == Long.MIN_VALUE) {
        start = time;
      } else if (!isTrue && start != Long.MIN_VALUE) {
        found.add("[" + start + "," + time + ")");
        start = Long.MIN_VALUE;
      }
    }
    return found;
  }

  /** What is so at an instant only does not count. */
  private static boolean isTrue(Said said, long timeNs) {
    BigDecimal time = BigDecimal.valueOf(timeNs);
    boolean before = Boolean.TRUE.equals(said.truth(time.subtract(INSTANT)));
    boolean after = Boolean.TRUE.equals(said.truth(time.add(INSTANT)));
    return before == after ? before : Boolean.TRUE.equals(said.truth(time));
  }

  /** Tags with samples, in a store and in plain words. */
  private static final class Plant {
    final OracleStore store;
    final List<Tag> numeric = new ArrayList<>();
    final Map<Tag, List<Object>> others = new LinkedHashMap<>();
    private final Random random;

    Plant(Random random) {
      this.random = random;
      this.store = new OracleStore().blockRowsMax(1 + random.nextInt(6));
    }

    Tag add(String name, SampleType type, boolean stepped, IntFunction<@Nullable Object> values) {
      TagDefinition tag = store.define(name, type, stepped, "", "Off", "On", "Hand");
      TreeMap<Long, Sample> samples = new TreeMap<>();
      int count = random.nextInt(12);
      for (int i = 0; i < count; i++) {
        Object value = random.nextInt(10) == 0 ? null : values.apply(i);
        // Times repeat, and come in any order: the last written one counts.
        Sample sample = new Sample(random.nextInt(60), value, Plain.status(random));
        samples.put(sample.timeNs(), sample);
        store.write(tag, sample.timeNs(), sample.value(), sample.status());
      }
      return new Tag(name, !tag.stepped(), List.copyOf(samples.values()));
    }
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void everyNanosecondIsWhatTheConditionSays(long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 40; trial++) {
      Plant plant = new Plant(random);
      IntFunction<Object> reals = i -> (double) random.nextInt(-6, 7);
      IntFunction<Object> longs = i -> (long) random.nextInt(-6, 7);
      plant.numeric.add(plant.add("a", SampleType.FLOAT64, false, reals));
      plant.numeric.add(plant.add("b", SampleType.FLOAT64, false, reals));
      plant.numeric.add(plant.add("held", SampleType.FLOAT64, true, reals));
      plant.numeric.add(plant.add("int", SampleType.INT64, false, longs));
      IntFunction<Object> texts = i -> List.of("Off", "On", "Hand").get(random.nextInt(3));
      List<Object> named = List.of("Off", "On", "Hand");
      plant.others.put(plant.add("state", SampleType.DIGITAL, true, texts), named);
      plant.others.put(plant.add("text", SampleType.STRING, true, texts), named);
      plant.others.put(
          plant.add("bool", SampleType.BOOL, true, i -> random.nextBoolean()),
          List.of(true, false));
      for (int n = 0; n < 6; n++) {
        Said said = Plain.any(random, plant.numeric, plant.others, 3);
        long start = random.nextInt(-3, 40);
        long end = start + 1 + random.nextInt(70);
        assertThat(stretches(plant.store, said.text(), new TimeRange(start, end)))
            .as(
                "seed=%d trial=%d [%d,%d) %s %s %s",
                seed, trial, start, end, said.text(), plant.numeric, plant.others)
            .isEqualTo(plainly(said, start, end));
      }
    }
  }

  /** Real times and values: the edges are right to the nanosecond, and what lies between too. */
  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void edgesAreExact(long seed) {
    Random random = new Random(seed);
    long epoch = 1_790_000_000L * SECOND;
    for (int trial = 0; trial < 15; trial++) {
      OracleStore store = new OracleStore().blockRowsMax(1 + random.nextInt(6));
      List<Tag> tags = new ArrayList<>();
      double scale = Math.pow(10, random.nextInt(-300, 300));
      for (String name : List.of("a", "b")) {
        TagDefinition tag = store.defineAnalog(name);
        List<Sample> samples = new ArrayList<>();
        long time = epoch;
        for (int i = 0; i < 12; i++) {
          time += 1 + (long) (Math.pow(10, random.nextInt(13)) * random.nextDouble());
          samples.add(new Sample(time, (random.nextDouble() - 0.5) * scale, Plain.status(random)));
          store.write(tag, time, samples.getLast().value(), samples.getLast().status());
        }
        tags.add(new Tag(name, true, samples));
      }
      BigDecimal limit = new BigDecimal((random.nextDouble() - 0.5) * scale / 2);
      Said said =
          random.nextBoolean()
              ? new Plain.Compared(tags.get(0), ">=", limit, null)
              : new Plain.Compared(tags.get(0), "<", null, tags.get(1));
      String text = said.text().replace(limit.toString(), Double.toString(limit.doubleValue()));
      String as = "seed=" + seed + " trial=" + trial + " " + text + " " + tags;
      TimeRange range = new TimeRange(epoch, epoch + 20_000 * SECOND);
      long covered = Long.MIN_VALUE;
      BoundCondition bound = Condition.parse(text).bind(n -> store.view().tags().find(n));
      QueryContext context = QueryContexts.permissive(store.view(), 0, ZoneOffset.UTC);
      try (Stretches stretches = bound.stretches(context, range, ReadRule.DEFAULT)) {
        while (stretches.next()) {
          long start = stretches.startNs();
          long end = stretches.endNs();
          assertThat(start).as(as).isGreaterThan(covered).isLessThan(end);
          assertThat(isTrue(said, start)).as(as).isTrue();
          assertThat(isTrue(said, start - 1)).as(as).isFalse();
          assertThat(isTrue(said, end - 1)).as(as).isTrue();
          assertThat(isTrue(said, end)).as(as).isFalse();
          for (int i = 0; i < 5; i++) {
            assertThat(isTrue(said, random.nextLong(start, end))).as(as).isTrue();
            if (covered != Long.MIN_VALUE && start > covered) {
              assertThat(isTrue(said, random.nextLong(covered, start))).as(as).isFalse();
            }
          }
          covered = end;
        }
      }
      for (int i = 0; i < 50 && covered == Long.MIN_VALUE; i++) {
        long time = random.nextLong(range.startNs(), range.endNs());
        assertThat(isTrue(said, time)).as(as).isFalse();
      }
    }
  }

  /** A value that holds, as near to a line as float64 can be: rounding must not decide. */
  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void whatIsNearlyEqualIsToldApart(long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 20; trial++) {
      OracleStore store = new OracleStore();
      double start = random.nextDouble();
      double end = random.nextDouble();
      int length = 20 + random.nextInt(20);
      List<Sample> line =
          List.of(
              new Sample(0, start, StatusCodes.GOOD), new Sample(length, end, StatusCodes.GOOD));
      List<Sample> near = new ArrayList<>();
      for (int time = 1; time <= length; time += 3) {
        double value = start + (end - start) * time / length;
        for (int i = random.nextInt(3); i > 0; i--) {
          value = random.nextBoolean() ? Math.nextUp(value) : Math.nextDown(value);
        }
        near.add(new Sample(time, value, StatusCodes.GOOD));
      }
      TagDefinition a = store.defineAnalog("a");
      TagDefinition b = store.define("b", SampleType.FLOAT64, true, "");
      line.forEach(each -> store.write(a, each.timeNs(), each.value(), each.status()));
      near.forEach(each -> store.write(b, each.timeNs(), each.value(), each.status()));
      Tag one = new Tag("a", true, line);
      Tag other = new Tag("b", false, near);
      for (String sign : List.of("<", "<=")) {
        Said said = new Plain.Compared(one, sign, null, other);
        assertThat(stretches(store, said.text(), new TimeRange(-1, length + 1)))
            .as("seed=%d trial=%d %s %s %s", seed, trial, said.text(), line, near)
            .isEqualTo(plainly(said, -1, length + 1));
      }
    }
  }

  /** What other rules make of samples is what reads show by them. */
  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void otherRulesAreThoseOfReads(long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 20; trial++) {
      OracleStore store = new OracleStore().blockRowsMax(1 + random.nextInt(6));
      TagDefinition tag = store.define("a", SampleType.FLOAT64, random.nextBoolean(), "");
      long time = 0;
      int count = random.nextInt(15);
      for (int i = 0; i < count; i++) {
        time += (1 + random.nextInt(6)) * SECOND;
        store.write(tag, time, (double) random.nextInt(100), Plain.status(random));
      }
      ReadRule rule =
          new ReadRule(
              QualityRule.values()[random.nextInt(4)],
              random.nextBoolean(),
              Step.values()[random.nextInt(3)],
              random.nextBoolean() ? 3 * SECOND + 1 : Long.MAX_VALUE,
              Extrapolation.values()[random.nextInt(3)]);
      long now = time + 5 * SECOND;
      double limit = random.nextInt(100) + 0.37;
      List<String> found =
          stretches(
              store,
              "a > " + limit,
              new TimeRange(SECOND, now + 9 * SECOND),
              rule,
              QueryContexts.permissive(store.view(), now, ZoneOffset.UTC));
      long[] times =
          random.longs(60, 2, 2 * (now / SECOND + 9)).map(t -> t * SECOND / 2 + 11).toArray();
      List<Boolean> expected = new ArrayList<>();
      Retrievals.read(
          new Retrieval.AtTimes(times, Retrieval.AtMode.INTERPOLATED, rule),
          tag,
          QueryContexts.permissive(store.view(), now, ZoneOffset.UTC),
          block -> {
            for (int i = 0; i < block.count(); i++) {
              expected.add(block.isPresent(i) && block.number(i) > limit);
            }
          });
      for (int i = 0; i < times.length; i++) {
        long at = times[i];
        boolean isInside = found.stream().anyMatch(each -> holds(each, at));
        assertThat(isInside)
            .as("seed=%d trial=%d at=%d %s limit=%s", seed, trial, at, rule, limit)
            .isEqualTo(expected.get(i));
      }
    }
  }

  private static boolean holds(String stretch, long timeNs) {
    int comma = stretch.indexOf(',');
    long start = Long.parseLong(stretch.substring(1, comma));
    long end = Long.parseLong(stretch.substring(comma + 1, stretch.length() - 1));
    return timeNs >= start && timeNs < end;
  }

  /** From 0 at 0 to 10 at 20 and back at 40, then 10 until 60, and a last sample. */
  private void ramp() {
    TagDefinition ramp = store.defineAnalog("x");
    double[] values = {0, 10, 0, 10, 10};
    for (int i = 0; i < values.length; i++) {
      store.write(ramp, 20L * i, values[i], StatusCodes.GOOD);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // At 10, 30 and 50 it is exactly 5.
        "x > 5|[11,30) [51,80)",
        "x >= 5|[10,31) [50,80)",
        "x < 5|[0,10) [31,50)",
        "x <= 5|[0,11) [30,51)",
        // It is 5.1 at 10.2, 29.8 and 50.2.
        "x > 5.1|[11,30) [51,80)",
        "x <= 5.1|[0,11) [30,51)",
        // Instants make nothing and interrupt nothing.
        "x = 5|",
        "x <> 5|[0,80)",
        "x >= 10|[60,80)",
        "x < 10|[0,60)",
        "x <= 0|",
        "x > 0|[1,80)",
        "x = 10|[60,80)",
        "x <> 10|[0,60)",
        "not x = 5 or x is bad|[0,80)",
        "x < 5 or x > 5|[0,80)",
        "x between 5 and 5.1|[10,11) [30,31) [50,51)",
        "x in (1, 5, 10)|[60,80)",
        // The last sample says nothing of what follows, but for its status.
        "x is good|[0,100)",
        "x is bad|",
        "not x is bad|[0,100)",
        "x > -1|[0,80)",
        "x < -1 or x > 11|",
      })
  void instantsDoNotCount(String text, @Nullable String expected) {
    ramp();
    assertThat(String.join(" ", stretches(text, -50, 100)))
        .isEqualTo(expected == null ? "" : expected);
  }

  @Test
  void aRangeCutsStretchesAndNothingElse() {
    ramp();
    assertThat(stretches("x <> 5", 10, 30)).containsExactly("[10,30)");
    assertThat(stretches("x >= 10", 20, 21)).isEmpty();
    assertThat(stretches("x < 10", 20, 25)).containsExactly("[20,25)");
    assertThat(stretches("x > 5", 15, 25)).containsExactly("[15,25)");
    assertThat(stretches("x > 5", 79, 200)).containsExactly("[79,80)");
    assertThat(stretches("x > 5", 200, 300)).isEmpty();
    assertThat(stretches("x is good", Long.MIN_VALUE, Long.MAX_VALUE))
        .containsExactly("[0," + Long.MAX_VALUE + ")");
    assertThat(stretches("x > 5", Long.MIN_VALUE, -1)).isEmpty();
  }

  @Test
  void twoTagsCross() {
    ramp();
    TagDefinition other = store.defineAnalog("y");
    store.write(other, -10, 9.0, StatusCodes.GOOD);
    store.write(other, 50, 3.0, StatusCodes.GOOD);
    // x = t / 2 and y = 8 - t / 10 meet at 13.33; then x = 20 - t / 2 at 30; then x = t / 2 - 20,
    // at 46.67.
    assertThat(stretches("x > tag('y')", -50, 100)).containsExactly("[14,30)", "[47,50)");
    assertThat(stretches("y <= tag('x')", -50, 100)).containsExactly("[14,31)", "[47,50)");
    assertThat(stretches("x = tag('x')", -50, 100)).containsExactly("[0,80)");
    assertThat(stretches("x between tag('y') and 9", -50, 100))
        .containsExactly("[14,19)", "[22,31)", "[47,50)");
  }

  @Test
  void pumpOnAndTemperatureAbove() {
    TagDefinition pump = store.define("R1.P101.RUN", SampleType.DIGITAL, true, "", "Off", "On");
    TagDefinition temperature = store.defineAnalog("R1.TIC101.PV");
    store.write(temperature, 0, 70.0, StatusCodes.GOOD);
    store.write(temperature, 60 * SECOND, 90.0, StatusCodes.GOOD);
    store.write(temperature, 90 * SECOND, 1.0, StatusCodes.BAD);
    store.write(temperature, 120 * SECOND, 90.0, StatusCodes.GOOD);
    store.write(temperature, 180 * SECOND, 90.0, StatusCodes.GOOD);
    store.write(pump, 10 * SECOND, "On", StatusCodes.GOOD);
    store.write(pump, 100 * SECOND, "On", StatusCodes.BAD_NO_COMMUNICATION);
    store.write(pump, 130 * SECOND, "On", StatusCodes.GOOD);
    store.write(pump, 150 * SECOND, "Off", StatusCodes.GOOD);
    assertThat(stretches("'R1.P101.RUN' = 'On' and \"R1.TIC101.PV\" > 80", 0, 300 * SECOND))
        .containsExactly("[30000000001,90000000000)", "[130000000000,150000000000)");
    // Of what is not known, either may be: this is true where the temperature alone decides.
    assertThat(stretches("R1.P101.RUN <> 'On' or R1.TIC101.PV > 80", 0, 300 * SECOND))
        .containsExactly("[30000000001,90000000000)", "[120000000000,180000000000)");
  }

  @Test
  void longLinesAndLargeNumbersAreExact() {
    TagDefinition x = store.defineAnalog("x");
    store.write(x, Long.MIN_VALUE, 0.0, StatusCodes.GOOD);
    store.write(x, Long.MAX_VALUE - 1, 3.0, StatusCodes.GOOD);
    long third =
        BigInteger.TWO.pow(64).subtract(BigInteger.TWO).divide(BigInteger.valueOf(3)).longValue()
            + Long.MIN_VALUE;
    assertThat(stretches("x >= 1", Long.MIN_VALUE, Long.MAX_VALUE))
        .containsExactly("[" + (third + 1) + "," + (Long.MAX_VALUE - 1) + ")");
    TagDefinition n = store.define("n", SampleType.INT64, false, "");
    long large = 1L << 53;
    store.write(n, 0, large, StatusCodes.GOOD);
    store.write(n, 40, large + 4, StatusCodes.GOOD);
    store.write(n, 50, Long.MAX_VALUE, StatusCodes.GOOD);
    assertThat(stretches("n > " + (large + 1), 0, 40)).containsExactly("[11,40)");
    assertThat(stretches("n >= " + (large + 3), 0, 40)).containsExactly("[30,40)");
    assertThat(stretches("n < 9223372036854775808", 0, 60)).containsExactly("[0,50)");
    assertThat(stretches("n > -9223372036854775809", 0, 60)).containsExactly("[0,50)");
    assertThat(stretches("n >= 9223372036854775807", 0, 60)).isEmpty();
    TagDefinition odd = store.define("odd", SampleType.INT64, false, "");
    store.write(odd, 0, large + 1, StatusCodes.GOOD);
    store.write(odd, 999, large + 9, StatusCodes.GOOD);
    assertThat(stretches("odd > " + (large + 3), 0, 999)).containsExactly("[250,999)");
    TagDefinition huge = store.defineAnalog("huge");
    store.write(huge, 0, -Double.MAX_VALUE, StatusCodes.GOOD);
    store.write(huge, 10, Double.MAX_VALUE, StatusCodes.GOOD);
    store.write(huge, 20, Double.MIN_VALUE, StatusCodes.GOOD);
    store.write(huge, 30, -Double.MIN_VALUE, StatusCodes.GOOD);
    store.write(huge, 40, Double.NaN, StatusCodes.GOOD);
    store.write(huge, 50, 1.0, StatusCodes.GOOD);
    assertThat(stretches("huge > 0", -10, 60)).containsExactly("[6,25)");
    assertThat(stretches("huge <= -0.0", -10, 60)).containsExactly("[0,6)", "[25,40)");
    TagDefinition single = store.define("single", SampleType.FLOAT32, true, "");
    store.write(single, 0, 80.1, StatusCodes.GOOD);
    store.write(single, 9, 80.2, StatusCodes.GOOD);
    store.write(single, 12, 80.2, StatusCodes.GOOD);
    assertThat(stretches("single = 80.1 or single > 80.2", 0, 60)).containsExactly("[0,9)");
  }

  @Test
  void whatTheTagWasEarlierDoesNotCompareWithItsStates() {
    TagDefinition tag = store.define("t", SampleType.FLOAT64, false, "");
    store.write(tag, 0, 1.0, StatusCodes.GOOD);
    store.write(tag, 10, 1.0, StatusCodes.GOOD);
    tag = store.define("t", SampleType.DIGITAL, false, "", "Off", "On");
    store.write(tag, 20, "On", StatusCodes.GOOD);
    store.write(tag, 30, "Off", StatusCodes.GOOD);
    assertThat(stretches("t = 'On' or t = 'Off'", 0, 40)).containsExactly("[20,30)");
    assertThat(stretches("t = 1", 0, 40)).containsExactly("[0,30)");
    tag = store.define("t", SampleType.STRING, false, "");
    store.write(tag, 40, "On", StatusCodes.GOOD);
    store.write(tag, 50, "Off", StatusCodes.GOOD);
    assertThat(stretches("t in ('On', 'Off')", 0, 60)).containsExactly("[40,50)");
  }

  @Test
  void statusesAreThoseRecordedByAnyRule() {
    TagDefinition x = store.defineAnalog("x");
    store.write(x, 0, 1.0, StatusCodes.GOOD);
    store.write(x, 10, null, StatusCodes.BAD_NO_COMMUNICATION);
    store.write(x, 20, 1.0, StatusCodes.UNCERTAIN);
    store.write(x, 30, 1.0, StatusCodes.GOOD);
    ReadRule bridge =
        new ReadRule(QualityRule.BRIDGE, true, Step.TAG, Long.MAX_VALUE, Extrapolation.NONE);
    QueryContext context = QueryContexts.permissive(store.view(), 0, ZoneOffset.UTC);
    TimeRange range = new TimeRange(-5, 40);
    assertThat(stretches(store, "x = 1 and x is bad", range, bridge, context))
        .containsExactly("[10,20)");
    assertThat(stretches(store, "x is uncertain or x < 1", range, bridge, context))
        .containsExactly("[20,30)");
    assertThat(stretches("x is bad", -5, 40)).containsExactly("[10,20)");
  }

  @Test
  void ofAllVersionsTheLastOfATimeCounts() {
    TagDefinition x = store.defineAnalog("x");
    for (int i = 0; i < 40; i += 10) {
      store.write(x, i, 99.0, StatusCodes.GOOD);
      store.write(x, i, (double) i, StatusCodes.GOOD);
    }
    store.blockRowsMax(3);
    QueryContext all = QueryContexts.permissive(store.view(), 0, ZoneOffset.UTC, VersionMode.ALL);
    assertThat(stretches(store, "x > 5", new TimeRange(0, 40), ReadRule.DEFAULT, all))
        .containsExactly("[6,30)");
  }

  @Test
  void whoMayNotReadOrIsStoppedGetsNothing() {
    ramp();
    BoundCondition bound = Condition.parse("x > 5").bind(n -> store.view().tags().find(n));
    TimeRange range = new TimeRange(0, 100);
    store.blockRowsMax(1);
    QueryContext stopped = context(id -> true, 1 << 20);
    try (Stretches stretches = bound.stretches(stopped, range, ReadRule.DEFAULT)) {
      assertThat(stretches.next()).isTrue();
      stopped.cancel();
      assertError(stretches::next, ErrorCode.CANCELLED);
    }
    QueryContext blind = context(id -> false, 1 << 20);
    assertError(() -> bound.stretches(blind, range, ReadRule.DEFAULT), ErrorCode.FORBIDDEN);
    QueryContext poor = context(id -> true, 1000);
    assertError(() -> bound.stretches(poor, range, ReadRule.DEFAULT), ErrorCode.QUERY_MEMORY);
    for (QueryContext each : List.of(stopped, blind, poor)) {
      assertThat(each.memory().bytes()).isZero();
    }
  }

  private QueryContext context(IntPredicate visible, long bytesMax) {
    return new QueryContext(
        Principal.LOCAL_OPERATOR,
        visible,
        store.view(),
        0,
        ZoneOffset.UTC,
        VersionMode.LATEST,
        new MemoryAccount(bytesMax),
        Runnable::run,
        () -> 0L,
        Long.MAX_VALUE);
  }

  private static void assertError(ThrowingCallable call, ErrorCode code) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
