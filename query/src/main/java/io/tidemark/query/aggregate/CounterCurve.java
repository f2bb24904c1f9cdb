package io.tidemark.query.aggregate;

import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleStatistics.Count;
import io.tidemark.model.SampleStatistics.Real;
import io.tidemark.query.aggregate.CounterRule.MeterChange;
import io.tidemark.query.aggregate.CounterRule.Reversal;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Walk of a {@link CounterAggregator} from usable value to usable value, past the edges. */
final class CounterCurve {
  /*
   * The rules are those of "counters / totalizer meters", SEMANTICS B6, after AVEVA Historian's counter retrieval and
   * Timescale's counter_agg. Where that leaves room:
   *
   * - A step from one value to the next adds an amount. At an edge between them the amount is divided as the time is (on
   *   the straight line), or falls to the later value (stepped). Its event belongs where the step ends, the interval's
   *   end included, since there the amount is complete. So an interval is closed by the first value after its end.
   * - What is remembered for a return is the value before the first reset or incredible rise of a window: it stays until
   *   it is reached again or the window ends. It is reached by a step from below it, or by a fall from above. What was
   *   added in between stays: intervals that are finished cannot change.
   * - A return is held to the credible rate since the remembered value. Nothing else but a rise is.
   * - A meter change is a value of the old meter and one of the new at the same time, also where no sample follows.
   *
   * Arithmetic. Between two events the amounts of a rising counter telescope: the last value less the first is added,
   * nothing in between, in an unevaluated pair. So stored statistics of a rising stretch, which know its first and last
   * value, give the same bits as its samples; and intervals add up to the whole but for the last rounding of each.
   */
  private static final MeterChange[] NONE = new MeterChange[0];

  private final long[] edges;
  private final int intervalCount;
  private final boolean stepped;
  private final CounterRule rule;
  private final MeterChange[] changes;
  private final double band;
  private final @Nullable CounterInterval[] intervals;
  private final Consumer<CounterRow> sink;

  /* Takes what lies before the first edge and after the last one. */
  private final CounterInterval outside = new CounterInterval();

  /* Where the walk is; -1 is all time before the first edge. */
  private int interval = -1;
  private boolean hasValue;
  private long valueTimeNs;
  private double value;

  /* The increase of the interval from this value on is not added yet. */
  private double runStart;
  private boolean covered;
  private int nextChange;

  /* What a return undoes. */
  private boolean remembers;
  private double remembered;
  private long rememberedTimeNs;
  private long windowStartNs;

  /**
   * A walk.
   *
   * @param intervals what else is known of them, complete up to the end of each step; null where
   *     there is nothing
   */
  CounterCurve(
      long[] edges,
      boolean stepped,
      CounterRule rule,
      @Nullable CounterInterval[] intervals,
      Consumer<CounterRow> sink) {
    this.edges = edges;
    this.intervalCount = edges.length - 1;
    this.stepped = stepped;
    this.rule = rule;
    this.changes = rule.changes().toArray(NONE);
    this.band = rule.deadband() * rule.rollover();
    this.intervals = intervals;
    this.sink = sink;
  }

  /** Whether a value after the last edge matters. */
  boolean needsNext() {
    long endNs = edges[intervalCount];
    return hasValue
        ? interval < intervalCount && valueTimeNs < endNs
        : nextChange < changes.length && changes[nextChange].timeNs() < endNs;
  }

  /** Begins with a value before the first edge. */
  void before(long timeNs, double first) {
    while (nextChange < changes.length && changes[nextChange].timeNs() <= timeNs) {
      nextChange++;
    }
    begin(timeNs, first);
  }

  /** Takes rows in order of time; those that are not usable are passed over. */
  void accept(long[] times, double[] numbers, boolean[] usable, int count) {
    for (int row = 0; row < count && interval < intervalCount; row++) {
      if (usable[row]) {
        step(times[row], numbers[row]);
        if (!remembers && rule.maxRate() == 0) {
          row = rise(times, numbers, usable, row + 1, count) - 1;
        }
      }
    }
  }

  /** Takes rows that do nothing but rise inside the interval; returns the first that is not one. */
  private int rise(long[] times, double[] numbers, boolean[] usable, int from, int count) {
    long limit = interval < intervalCount ? edges[interval + 1] : Long.MIN_VALUE;
    if (nextChange < changes.length) {
      limit = Math.min(limit, changes[nextChange].timeNs());
    }
    double last = value;
    int lastRow = -1;
    int row = from;
    for (; row < count && times[row] < limit; row++) {
      if (usable[row]) {
        if (numbers[row] < last) {
          break;
        }
        last = numbers[row];
        lastRow = row;
      }
    }
    if (lastRow >= 0) {
      riseInside(times[lastRow], last);
    }
    return row;
  }

  /** Whether a stretch that rises may come next as its first and last value alone. */
  boolean takes(SampleStatistics samples) {
    long firstNs = samples.get(Count.FIRST_TIME);
    if (nextChange < changes.length && changes[nextChange].timeNs() <= firstNs) {
      return false;
    }
    return !hasValue
        || (samples.get(Real.FIRST) >= value
            && (!remembers || isOver(firstNs) || samples.get(Real.LAST) < remembered));
  }

  /** Takes such a stretch, in which no edge and no meter change lies. */
  void accept(SampleStatistics samples) {
    long firstNs = samples.get(Count.FIRST_TIME);
    step(firstNs, samples.get(Real.FIRST));
    if (interval < intervalCount && valueTimeNs == edges[interval + 1]) {
      flush();
      close();
    }
    if (samples.get(Count.LAST_TIME) > firstNs) {
      riseInside(samples.get(Count.LAST_TIME), samples.get(Real.LAST));
    }
  }

  private void riseInside(long timeNs, double last) {
    value = last;
    valueTimeNs = timeNs;
    covered = true;
  }

  /** Ends the walk: no value follows. */
  void finish() {
    change(Long.MAX_VALUE);
    flush();
    while (interval < intervalCount) {
      close();
    }
  }

  /** Goes on to the next value. */
  private void step(long timeNs, double next) {
    change(timeNs);
    if (!hasValue) {
      begin(timeNs, next);
      return;
    }
    if (remembers && isOver(timeNs)) {
      remembers = false;
    }
    double delta = next - value;
    if (remembers && isReturn(timeNs, next)) {
      double from = remembered;
      remembers = false;
      jump(timeNs, next, next, -from, 0).recovered++;
    } else if (delta >= 0 && isCredible(delta, valueTimeNs, timeNs)) {
      rise(timeNs, next);
    } else if (delta >= 0) {
      remember(timeNs);
      jump(timeNs, next, 0, 0, 0).implausible++;
    } else if (rule.rollover() > 0 && value >= rule.rollover() - band && next <= band) {
      jump(timeNs, next, next, -value, rule.rollover()).rollovers++;
    } else if (-delta <= band) {
      double part = rule.reversal() == Reversal.SUBTRACT ? 1 : 0;
      jump(timeNs, next, next * part, -value * part, 0).reversals++;
    } else {
      remember(timeNs);
      jump(timeNs, next, next, 0, 0).resets++;
    }
  }

  /** Whether the step reaches the remembered value again. */
  private boolean isReturn(long timeNs, double next) {
    return next >= remembered
        && (value < remembered || next < value)
        && isCredible(next - remembered, rememberedTimeNs, timeNs);
  }

  /** Whether the meter may rise so much in that time. */
  private boolean isCredible(double rise, long fromNs, long toNs) {
    return rule.maxRate() == 0
        || rise <= rule.maxRate() * (IntervalStatistics.unsigned(toNs - fromNs) * 1e-9);
  }

  private void remember(long timeNs) {
    if (!remembers && rule.recoverNs() > 0) {
      remembers = true;
      remembered = value;
      rememberedTimeNs = valueTimeNs;
      windowStartNs = timeNs;
    }
  }

  private boolean isOver(long timeNs) {
    return Long.compareUnsigned(timeNs - windowStartNs, rule.recoverNs()) > 0;
  }

  /** Passes the meter changes up to a time. */
  private void change(long toNs) {
    while (nextChange < changes.length
        && changes[nextChange].timeNs() <= toNs
        && interval < intervalCount) {
      MeterChange change = changes[nextChange++];
      remembers = false;
      if (hasValue) {
        jump(change.timeNs(), change.newInitial(), change.oldFinal(), -value, 0).meterChanges++;
      } else {
        begin(change.timeNs(), change.newInitial()).meterChanges++;
      }
    }
  }

  /** The first value, before which there is no curve. Returns the interval that it is in. */
  private CounterInterval begin(long timeNs, double first) {
    while (interval < intervalCount && timeNs > edges[interval + 1]) {
      close();
    }
    hasValue = true;
    value = first;
    valueTimeNs = timeNs;
    runStart = first;
    return current();
  }

  /** Goes up the line to the next value. */
  private void rise(long timeNs, double next) {
    while (interval < intervalCount && timeNs > edges[interval + 1]) {
      long edgeNs = edges[interval + 1];
      double at =
          stepped ? value : IntervalStatistics.onLine(valueTimeNs, value, timeNs, next, edgeNs);
      current().add(runStart, at);
      runStart = at;
      covered |= edgeNs > valueTimeNs;
      close();
    }
    riseInside(timeNs, next);
  }

  /**
   * Goes to the next value by a step that adds the sum of three numbers.
   *
   * @return the interval that it ends in
   */
  private CounterInterval jump(long timeNs, double next, double a, double b, double c) {
    flush();
    double amount = a + b + c;
    double done = 0;
    while (interval < intervalCount && timeNs > edges[interval + 1]) {
      long edgeNs = edges[interval + 1];
      double share = IntervalStatistics.onLine(valueTimeNs, 0, timeNs, 1, edgeNs);
      double part = stepped ? 0 : amount * share;
      current().add(done, part);
      done = part;
      covered |= edgeNs > valueTimeNs;
      close();
    }
    CounterInterval into = current();
    into.add(a);
    into.add(b);
    into.add(c);
    into.add(-done);
    riseInside(timeNs, next);
    runStart = next;
    return into;
  }

  /** Adds the rise since the last event or edge. */
  private void flush() {
    current().add(runStart, value);
    runStart = value;
  }

  private CounterInterval current() {
    return interval < 0 || interval == intervalCount
        ? outside
        : CounterInterval.of(intervals, interval);
  }

  private void close() {
    if (interval >= 0) {
      CounterInterval one = current();
      one.covered = covered;
      sink.accept(one.row(edges[interval], edges[interval + 1]));
      intervals[interval] = null;
    }
    covered = false;
    interval++;
  }
}
