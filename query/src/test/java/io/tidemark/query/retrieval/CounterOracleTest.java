package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.CounterRow;
import io.tidemark.query.aggregate.CounterRule;
import io.tidemark.query.aggregate.CounterRule.MeterChange;
import io.tidemark.query.aggregate.CounterRule.Reversal;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.QueryContexts;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Counters against a list of steps in exact numbers. */
class CounterOracleTest {
  private static final long SECOND = 1_000_000_000L;

  /** A recorded sample; usable or not. */
  private record Sample(long timeNs, double value, boolean usable) {}

  /** From one reading to the next: what it adds, and what it is (0 for a rise). */
  private record Step(long fromNs, long toNs, BigDecimal amount, int event) {}

  private static final int ROLLOVER = 1;
  private static final int RESET = 2;
  private static final int REVERSAL = 3;
  private static final int RECOVERED = 4;
  private static final int IMPLAUSIBLE = 5;
  private static final int CHANGE = 6;

  private static BigDecimal exact(double value) {
    return new BigDecimal(value);
  }

  /** The steps of the readings, by the rules as they are written. */
  private static List<Step> steps(List<Sample> readings, boolean hasBase, CounterRule rule) {
    List<Step> steps = new ArrayList<>();
    TreeMap<Long, MeterChange> changes = new TreeMap<>();
    rule.changes().forEach(change -> changes.put(change.timeNs(), change));
    if (hasBase) {
      changes.headMap(readings.getFirst().timeNs, true).clear(); // it knows of them
    }
    Sample last = null;
    Sample remembered = null;
    long windowEndNs = 0;
    for (Sample reading : readings) {
      if (last != null) {
        changes.headMap(last.timeNs, true).clear();
      }
      for (MeterChange change : changes.headMap(reading.timeNs, true).values()) {
        last = changed(steps, last, change);
        remembered = null;
      }
      changes.headMap(reading.timeNs, true).clear();
      if (last == null) {
        last = reading;
        continue;
      }
      if (remembered != null && reading.timeNs > windowEndNs) {
        remembered = null;
      }
      double fall = last.value - reading.value;
      double band = rule.rollover() * rule.deadband();
      boolean crosses =
          remembered != null
              && reading.value >= remembered.value
              && (last.value < remembered.value || fall > 0)
              && isCredible(rule, remembered, reading);
      BigDecimal amount = exact(reading.value).subtract(exact(last.value));
      int event = 0;
      boolean isGlitch = false;
      if (crosses) {
        amount = exact(reading.value).subtract(exact(remembered.value));
        remembered = null;
        event = RECOVERED;
      } else if (fall <= 0) {
        if (!isCredible(rule, last, reading)) {
          amount = BigDecimal.ZERO;
          event = IMPLAUSIBLE;
          isGlitch = true;
        }
      } else if (rule.rollover() > 0
          && last.value >= rule.rollover() - band
          && reading.value <= band) {
        amount = amount.add(exact(rule.rollover()));
        event = ROLLOVER;
      } else if (fall <= band) {
        amount = rule.reversal() == Reversal.SUBTRACT ? amount : BigDecimal.ZERO;
        event = REVERSAL;
      } else {
        amount = exact(reading.value);
        event = RESET;
        isGlitch = true;
      }
      if (isGlitch && remembered == null && rule.recoverNs() > 0) {
        remembered = last;
        windowEndNs = reading.timeNs + rule.recoverNs();
      }
      steps.add(new Step(last.timeNs, reading.timeNs, amount, event));
      last = reading;
    }
    for (MeterChange change : changes.values()) {
      if (last == null || change.timeNs() > last.timeNs) {
        last = changed(steps, last, change);
      }
    }
    return steps;
  }

  private static Sample changed(List<Step> steps, Sample last, MeterChange change) {
    BigDecimal amount =
        last == null ? BigDecimal.ZERO : exact(change.oldFinal()).subtract(exact(last.value));
    long fromNs = last == null ? change.timeNs() : last.timeNs;
    steps.add(new Step(fromNs, change.timeNs(), amount, CHANGE));
    return new Sample(change.timeNs(), change.newInitial(), true);
  }

  private static boolean isCredible(CounterRule rule, Sample from, Sample to) {
    return rule.maxRate() == 0
        || to.value - from.value <= rule.maxRate() * ((to.timeNs - from.timeNs) * 1e-9);
  }

  private static void check(
      CounterRow row, List<Sample> samples, List<Step> steps, boolean stepped, String what) {
    long a = row.startNs();
    long b = row.endNs();
    BigDecimal sum = BigDecimal.ZERO;
    double size = 1;
    boolean covered = false;
    long[] events = new long[7];
    for (Step step : steps) {
      long ns = Math.min(b, step.toNs) - Math.max(a, step.fromNs);
      boolean ends = step.toNs > a && step.toNs <= b;
      covered |= ns > 0;
      if (stepped && ends) {
        sum = sum.add(step.amount);
      } else if (!stepped && ns > 0) {
        BigDecimal share =
            BigDecimal.valueOf(ns)
                .divide(BigDecimal.valueOf(step.toNs - step.fromNs), MathContext.DECIMAL128);
        sum = sum.add(step.amount.multiply(share));
      }
      if (ns > 0) {
        size += step.amount.abs().doubleValue();
      }
      events[step.event] += ends ? 1 : 0;
    }
    long good = 0;
    long held = 0;
    long count = 0;
    for (int i = 0; i < samples.size(); i++) {
      Sample sample = samples.get(i);
      if (sample.usable) {
        count += sample.timeNs >= a && sample.timeNs < b ? 1 : 0;
        if (i + 1 < samples.size()) {
          Sample next = samples.get(i + 1);
          long ns = Math.max(0, Math.min(b, next.timeNs) - Math.max(a, sample.timeNs));
          good += ns;
          held += next.usable || stepped ? 0 : ns;
        }
      }
    }
    if (covered) {
      assertThat(row.increase()).as(what).isNotNull();
      // Readings are below 1000: their interpolation is rounded to so many digits.
      assertThat(row.increase())
          .as(what)
          .isCloseTo(sum.doubleValue(), within(1e-12 * Math.max(size, 1000)));
    } else {
      assertThat(row.increase()).as(what).isNull();
    }
    assertThat(row.rollovers()).as(what).isEqualTo(events[ROLLOVER]);
    assertThat(row.resets()).as(what).isEqualTo(events[RESET]);
    assertThat(row.reversals()).as(what).isEqualTo(events[REVERSAL]);
    assertThat(row.recovered()).as(what).isEqualTo(events[RECOVERED]);
    assertThat(row.implausible()).as(what).isEqualTo(events[IMPLAUSIBLE]);
    assertThat(row.meterChanges()).as(what).isEqualTo(events[CHANGE]);
    assertThat(row.count()).as(what).isEqualTo(count);
    assertThat(row.percentGood()).as(what).isEqualTo(100.0 * ((double) good / (b - a)));
    int status =
        good == 0 && count == 0 && !covered
            ? StatusCodes.BAD_NO_DATA
            : (good == b - a && held == 0
                    ? StatusCodes.GOOD
                    : StatusCodes.UNCERTAIN_DATA_SUB_NORMAL)
                | StatusCodes.CALCULATED;
    assertThat(row.status()).as(what).isEqualTo(status);
    if (row.increase() == null || good == 0) {
      assertThat(row.ratePerSecond()).as(what).isNull();
    } else {
      assertThat(row.ratePerSecond()).as(what).isEqualTo(row.increase() / (good * 1e-9));
    }
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void countersAreTheSumOfTheirSteps(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 40; round++) {
      round(random, "seed=" + seed + ", round=" + round);
    }
  }

  private static void round(SplittableRandom random, String what) {
    OracleStore store = new OracleStore().blockRowsMax(1 + random.nextInt(20));
    boolean stepped = random.nextBoolean();
    TagDefinition tag = store.define("M", SampleType.FLOAT64, stepped, "");
    TreeMap<Long, Sample> samples = new TreeMap<>();
    int rows = random.nextInt(120);
    double value = random.nextInt(1000);
    double before = value;
    long time = 0;
    for (int i = 0; i < rows; i++) {
      time += (1 + random.nextInt(10)) * SECOND;
      value = (value + random.nextInt(100) / 10.0) % 1000;
      switch (random.nextInt(12)) {
        case 0 -> value = random.nextInt(60);
        case 1 -> value = Math.max(0, value - random.nextInt(80));
        case 2 -> {
          before = value;
          value = random.nextBoolean() ? 0 : 999;
        }
        case 3 -> value = before;
        case 4 -> value = random.nextInt(940, 1000);
        default -> {}
      }
      long at = random.nextInt(15) == 0 ? random.nextLong(time + 1) : time; // late, or once more
      boolean usable = random.nextInt(6) != 0;
      int status = usable ? 0 : random.nextBoolean() ? StatusCodes.BAD : StatusCodes.UNCERTAIN;
      store.write(tag, at, value, status);
      samples.put(at, new Sample(at, value, usable));
    }
    CounterRule rule = rule(random, time);
    long[] edges = edges(random, time, samples);
    List<CounterRow> rowsRead = read(store, tag, edges, rule);
    Map.Entry<Long, Sample> base = samples.lowerEntry(edges[0]);
    while (base != null && !base.getValue().usable) {
      base = samples.lowerEntry(base.getKey());
    }
    long baseNs = base == null ? edges[0] : base.getKey();
    List<Sample> readings =
        samples.tailMap(baseNs, true).values().stream().filter(Sample::usable).toList();
    List<Sample> all = List.copyOf(samples.values());
    List<Step> steps = steps(readings, base != null, rule);
    assertThat(rowsRead).as(what).hasSize(edges.length - 1);
    for (CounterRow row : rowsRead) {
      check(row, all, steps, stepped, what);
    }
    addUp(rowsRead, read(store, tag, new long[] {edges[0], edges[edges.length - 1]}, rule), what);
  }

  private static List<CounterRow> read(
      OracleStore store, TagDefinition tag, long[] edges, CounterRule rule) {
    return CounterRead.read(
        tag, edges, rule, QueryContexts.permissive(store.view(), Long.MAX_VALUE, ZoneOffset.UTC));
  }

  private static CounterRule rule(SplittableRandom random, long endNs) {
    TreeMap<Long, MeterChange> changes = new TreeMap<>();
    for (int i = random.nextInt(4) - 1; i > 0; i--) {
      long at = random.nextLong(-5 * SECOND, endNs + 20 * SECOND);
      changes.put(at, new MeterChange(at, random.nextInt(1000), random.nextInt(100)));
    }
    return new CounterRule(
        random.nextBoolean() ? 1000 : 0,
        random.nextInt(3) * 0.04,
        random.nextInt(3) == 0 ? 5 : 0,
        random.nextInt(3) * 20 * SECOND,
        random.nextBoolean() ? Reversal.SUBTRACT : Reversal.IGNORE,
        List.copyOf(changes.values()));
  }

  private static long[] edges(SplittableRandom random, long endNs, TreeMap<Long, Sample> samples) {
    TreeSet<Long> edges = new TreeSet<>();
    int wanted = 2 + random.nextInt(12);
    while (edges.size() < wanted) {
      long at = random.nextLong(-10 * SECOND, endNs + 20 * SECOND);
      Long sample = samples.floorKey(at);
      edges.add(sample != null && random.nextInt(3) == 0 ? sample : at);
      wanted -= random.nextInt(8) == 0 && wanted > 2 ? 1 : 0;
    }
    return edges.stream().mapToLong(each -> each).toArray();
  }

  /** Intervals that follow each other say what the whole says. */
  private static void addUp(List<CounterRow> rows, List<CounterRow> whole, String what) {
    BigDecimal sum = BigDecimal.ZERO;
    double size = 0;
    long[] events = new long[7];
    for (CounterRow row : rows) {
      Double increase = row.increase();
      if (increase != null) {
        sum = sum.add(exact(increase));
        size += Math.abs(increase);
      }
      add(events, row);
    }
    long[] expected = new long[7];
    add(expected, whole.getFirst());
    assertThat(events).as(what).isEqualTo(expected);
    Double all = whole.getFirst().increase();
    assertThat(sum.doubleValue())
        .as(what)
        .isCloseTo(all == null ? 0 : all, within(1e-12 * Math.max(size, 1)));
  }

  private static void add(long[] events, CounterRow row) {
    long[] more = {
      row.count(),
      row.rollovers(),
      row.resets(),
      row.reversals(),
      row.recovered(),
      row.implausible(),
      row.meterChanges()
    };
    for (int i = 0; i < more.length; i++) {
      events[i] += more[i];
    }
  }
}
