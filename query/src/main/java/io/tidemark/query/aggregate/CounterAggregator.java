package io.tidemark.query.aggregate;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleStatistics.Count;
import io.tidemark.model.TagDefinition;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the readings of a meter that says what went through it in consecutive intervals.
 * Call {@link #before} with the last sample before the first edge, and before that with the last
 * usable one if it is another; {@link #accept} with the samples from the first edge on in order of
 * time, also beyond the last one while {@link #needsNext}; then {@link #finish}. One thread; used
 * once.
 *
 * <p>Samples count by the default {@link ReadRule}; others are skipped, so that the counter bridges
 * them: the time is not good and the interval Uncertain, but the increase across it counts. Nothing
 * is extrapolated: before the first and after the last usable sample nothing is counted. What a
 * reset or an incredible rise leaves to be remembered carries over from interval to interval; the
 * first one begins anew at the sample before it. Numbers are doubles, also those of int64 tags.
 */
public final class CounterAggregator {
  /* Two walks: good time goes from sample to sample, the curve from usable value to usable value. The first is ahead,
   * and leaves what it finds in intervals that the second has not closed. */
  private final long[] edges;
  private final int intervalCount;
  private final boolean numeric;
  private final boolean stepped;
  private final boolean anyRate;
  private final @Nullable CounterInterval[] intervals;
  private final CounterCurve curve;
  private final boolean[] usable = new boolean[SampleBlock.CAPACITY];
  private final double[] converted = new double[SampleBlock.CAPACITY];

  private int interval;
  private long lastTimeNs;

  /* Whether there is a last sample and it is usable. */
  private boolean lastUsable;

  /**
   * A pass over the intervals between the edges.
   *
   * @param edgesNs two or more, ascending
   * @param sink takes a row for each interval in order of time
   * @throws HistorianException {@link ErrorCode#EMPTY_RANGE} if they do not ascend.
   */
  public CounterAggregator(
      TagDefinition tag, long[] edgesNs, CounterRule rule, Consumer<CounterRow> sink) {
    IntervalAggregator.checkEdges(edgesNs);
    this.edges = edgesNs.clone();
    this.intervalCount = edges.length - 1;
    this.numeric = tag.type().isNumeric();
    this.stepped = tag.stepped();
    this.anyRate = rule.maxRate() == 0;
    this.intervals = new CounterInterval[intervalCount];
    this.curve = new CounterCurve(edges, stepped, rule, intervals, sink);
  }

  /** Whether samples after the last edge matter, up to the first usable one. */
  public boolean needsNext() {
    return curve.needsNext();
  }

  /** Takes a sample before the first edge; in order of time if there are two. */
  public void before(SampleBlock block, int row) {
    double[] numbers = classify(block, row, row + 1);
    lastTimeNs = block.sourceTimesNs()[row];
    lastUsable = usable[row];
    if (lastUsable) {
      curve.before(lastTimeNs, numbers[row]);
    }
  }

  /** Takes samples from the first edge on, in order of time. */
  public void accept(SampleBlock block) {
    int count = block.count();
    long[] times = block.sourceTimesNs();
    double[] numbers = classify(block, 0, count);
    for (int row = 0; row < count && interval < intervalCount; ) {
      creditUpTo(times[row], usable[row]);
      if (interval < intervalCount) {
        int end = block.rowAtOrAfter(row, edges[interval + 1]);
        creditRows(times, row, end);
        row = end;
      }
    }
    curve.accept(times, numbers, usable, count);
  }

  /**
   * Whether statistics of several samples may stand for them, as far as they themselves tell: the
   * counter rises throughout, and any rise is credible.
   */
  public boolean suffices(SampleStatistics samples) {
    return anyRate
        && samples.get(Count.DECREASES) == 0
        && samples.get(Count.FIRST_USABLE) != 0
        && samples.get(Count.LAST_USABLE) != 0;
  }

  /**
   * Whether statistics that come next may stand for their samples: they suffice, the meter did not
   * fall or change just before, and nothing that is remembered may be reached again inside.
   */
  public boolean takes(SampleStatistics samples) {
    return suffices(samples) && curve.takes(samples);
  }

  /**
   * Takes samples inside the edges by what they say together; no edge and no meter change lies
   * between them.
   *
   * @throws IllegalArgumentException unless it {@link #takes} them.
   */
  public void accept(SampleStatistics samples) {
    if (!takes(samples)) {
      throw new IllegalArgumentException("statistics do not stand for their samples");
    }
    creditUpTo(samples.get(Count.FIRST_TIME), true);
    CounterInterval into = CounterInterval.of(intervals, interval);
    into.goodNs += samples.get(Count.GOOD_NS);
    into.heldNs += stepped ? 0 : samples.get(Count.HELD_NS);
    into.count += samples.get(Count.USABLE);
    lastTimeNs = samples.get(Count.LAST_TIME);
    curve.accept(samples);
  }

  /** Ends the pass: nothing more that matters was recorded. */
  public void finish() {
    curve.finish();
  }

  private double[] classify(SampleBlock block, int from, int to) {
    return IntervalAggregator.classify(
        block, from, to, numeric, ReadRule.DEFAULT, usable, converted);
  }

  /** Adds the time from the last sample to this one to the intervals that it lies in. */
  private void creditUpTo(long timeNs, boolean isUsable) {
    while (interval < intervalCount && timeNs >= edges[interval + 1]) {
      credit(edges[interval + 1], isUsable);
      interval++;
    }
    if (interval < intervalCount) {
      credit(timeNs, isUsable);
    }
    lastTimeNs = timeNs;
    lastUsable = isUsable;
  }

  private void credit(long toNs, boolean isUsable) {
    if (lastUsable) {
      CounterInterval into = CounterInterval.of(intervals, interval);
      long ns = toNs - Math.max(lastTimeNs, edges[interval]);
      into.goodNs += ns;
      into.heldNs += stepped || isUsable ? 0 : ns;
    }
  }

  /** Counts rows of one interval and adds the time between them. */
  private void creditRows(long[] times, int from, int to) {
    CounterInterval into = CounterInterval.of(intervals, interval);
    long good = 0;
    long held = 0;
    int rows = usable[from] ? 1 : 0;
    for (int i = from + 1; i < to; i++) {
      if (usable[i - 1]) {
        long ns = times[i] - times[i - 1];
        good += ns;
        held += usable[i] ? 0 : ns;
      }
      rows += usable[i] ? 1 : 0;
    }
    into.goodNs += good;
    into.heldNs += stepped ? 0 : held;
    into.count += rows;
    lastTimeNs = times[to - 1];
    lastUsable = usable[to - 1];
  }
}
