package io.tidemark.query.aggregate;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleStatistics.Count;
import io.tidemark.model.SampleStatistics.Real;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a tag's samples that gives the statistics of consecutive intervals. Call {@link
 * #before} with the last sample before the first edge if there is one, {@link #accept} with the
 * samples inside in order of time, then {@link #finish}, with the first sample at or after the last
 * edge if there is one. One thread; used once.
 */
public final class IntervalAggregator {
  /** Flag of a row that is a knot of the curve, but no sample: nothing counts it. */
  public static final byte PUT_IN = 0x40;

  /** Flag of a row if the stretch that ends with it is in doubt: its interval is Uncertain. */
  public static final byte IN_DOUBT = (byte) 0x80;

  /* Shorter runs are taken row by row. */
  private static final int RUN_ROWS_MIN = 16;

  /** Takes finished intervals in order of time. The statistics are only lent. */
  public interface Sink {
    /** Interval {@code [startNs, endNs)}. */
    void accept(long startNs, long endNs, IntervalStatistics statistics);
  }

  private final long[] edges;
  private final boolean numeric;
  private final Sink sink;
  private final IntervalStatistics statistics;
  private final @Nullable SampleMoments moments;
  private final ReadRule rule;
  private final boolean[] usable = new boolean[SampleBlock.CAPACITY];
  private final boolean[] counted = new boolean[SampleBlock.CAPACITY];
  private final double[] converted;
  private final int[] unusableRows = new int[SampleBlock.CAPACITY];

  private int interval;
  private boolean hasLast;
  private long lastTimeNs;
  private double lastNumber;
  private boolean lastUsable;

  /** A pass by the default rule. */
  public IntervalAggregator(TagDefinition tag, long[] edgesNs, Sink sink) {
    this(tag, ReadRule.DEFAULT, edgesNs, sink);
  }

  /**
   * A pass over the intervals between the edges.
   *
   * @param rule which statuses are usable, and the step; the rest is done to the samples before
   *     they come here
   * @param edgesNs two or more, ascending
   * @throws HistorianException {@link ErrorCode#EMPTY_RANGE} if they do not ascend.
   */
  public IntervalAggregator(TagDefinition tag, ReadRule rule, long[] edgesNs, Sink sink) {
    this(tag, rule, EnumSet.noneOf(SummaryField.class), edgesNs, sink);
  }

  /**
   * The same that can also answer some fields beyond those of every interval.
   *
   * @param fields what is asked for; one that {@link SummaryField#needsSamples needs samples} is
   *     wrong where statistics are accepted
   */
  public IntervalAggregator(
      TagDefinition tag, ReadRule rule, Set<SummaryField> fields, long[] edgesNs, Sink sink) {
    checkEdges(edgesNs);
    this.edges = edgesNs.clone();
    this.numeric = tag.type().isNumeric();
    this.sink = sink;
    this.rule = rule;
    this.statistics = new IntervalStatistics(rule.stepped(tag), fields);
    this.moments = statistics.moments();
    this.converted = new double[SampleBlock.CAPACITY];
  }

  /**
   * Checks edges.
   *
   * @throws HistorianException {@link ErrorCode#EMPTY_RANGE} if they are not two or more that
   *     ascend.
   */
  public static void checkEdges(long[] edgesNs) {
    if (edgesNs.length < 2) {
      throw new HistorianException(
          ErrorCode.EMPTY_RANGE, "a summary needs two edges: edges=" + edgesNs.length);
    }
    for (int i = 1; i < edgesNs.length; i++) {
      if (edgesNs[i] <= edgesNs[i - 1]) {
        TimeRange empty = new TimeRange(edgesNs[i - 1], edgesNs[i]); // throws EMPTY_RANGE
        throw new AssertionError(empty);
      }
    }
  }

  /** Whether the segment after the last row so far matters: only then is the next sample needed. */
  public boolean needsNext() {
    return hasLast && lastUsable;
  }

  /** Takes the last sample before the first edge. */
  public void before(SampleBlock block, int row) {
    double[] numbers = classify(block, row, row + 1);
    last(block.sourceTimesNs()[row], numbers[row], usable[row]);
    if (moments != null && usable[row]) {
      moments.before(block, row);
    }
  }

  /** Takes samples inside the edges, in order of time. */
  public void accept(SampleBlock block) {
    accept(block, 0, block.count());
  }

  /** Takes some rows of a block, which lie inside the edges, in order of time. */
  public void accept(SampleBlock block, int from, int to) {
    if (numeric && rule.isPlain() && block.type().isNumeric() && acceptRuns(block, from, to)) {
      return;
    }
    long[] times = block.sourceTimesNs();
    double[] numbers = classify(block, from, to);
    boolean[] samples = usable;
    boolean mayDoubt = false;
    if (!rule.isPlain()) {
      samples = counted;
      for (int i = from; i < to; i++) {
        counted[i] = usable[i] && (block.flags()[i] & PUT_IN) == 0;
      }
      mayDoubt = true;
    }
    for (int row = from; row < to; ) {
      boolean inDoubt = mayDoubt && (block.flags()[row] & IN_DOUBT) != 0;
      bridge(times[row], numbers[row], usable[row], inDoubt);
      int end = Math.min(to, block.rowAtOrAfter(row, edges[interval + 1]));
      statistics.addRows(times, numbers, usable, samples, row, end);
      countOthers(block, samples, row, end);
      if (moments != null) {
        moments.add(block, numbers, usable, samples, row, end);
      }
      for (int i = row + 1; mayDoubt && i < end; i++) {
        if ((block.flags()[i] & IN_DOUBT) != 0 && usable[i - 1]) {
          statistics.doubt(times[i] - times[i - 1]);
        }
      }
      last(times[end - 1], numbers[end - 1], usable[end - 1]);
      row = end;
    }
  }

  /** Counts the recorded rows that are no samples, or Uncertain, by their class. */
  private void countOthers(SampleBlock block, boolean[] samples, int from, int to) {
    int uncertain = 0;
    int bad = 0;
    int unusable = 0;
    for (int i = from; i < to; i++) {
      boolean isRecorded = (block.flags()[i] & PUT_IN) == 0;
      unusable += isRecorded && !samples[i] ? 1 : 0;
      boolean isUncertain = block.statuses()[i] >>> 30 == 1;
      if (isRecorded && isUncertain) {
        uncertain++;
      } else if (isRecorded && !samples[i]) {
        bad++;
      }
    }
    statistics.countOthers(uncertain, bad, unusable);
  }

  /**
   * Takes rows in runs of usable ones, of which long ones cost least.
   *
   * @return false, and nothing taken, if the runs are short
   */
  private boolean acceptRuns(SampleBlock block, int from, int to) {
    double[] numbers = numbers(block, from, to);
    int count = unusable(block, numbers, from, to);
    if (count * RUN_ROWS_MIN > to - from) {
      return false;
    }
    long[] times = block.sourceTimesNs();
    int next = 0;
    for (int row = from; row < to; ) {
      bridge(times[row], numbers[row], next == count || unusableRows[next] != row, false);
      int end = Math.min(to, block.rowAtOrAfter(row, edges[interval + 1]));
      boolean lastIsUsable = true;
      for (int at = row; at < end; ) {
        if (next < count && unusableRows[next] == at) {
          int uncertain = block.statuses()[at] >>> 30 == 1 ? 1 : 0;
          statistics.countOthers(uncertain, 1 - uncertain, 1);
          next++;
          at++;
          lastIsUsable = false;
          continue;
        }
        int runEnd = next < count ? Math.min(unusableRows[next], end) : end;
        statistics.addUsableRows(times, numbers, at, runEnd);
        if (moments != null) {
          moments.add(block, numbers, at, runEnd);
        }
        if (runEnd < end) {
          long heldNs = times[runEnd - 1];
          statistics.addSegment(
              heldNs, numbers[runEnd - 1], true, times[runEnd], 0, false, heldNs, times[runEnd]);
        }
        at = runEnd;
        lastIsUsable = true;
      }
      last(times[end - 1], numbers[end - 1], lastIsUsable);
      row = end;
    }
    return true;
  }

  private double[] numbers(SampleBlock block, int from, int to) {
    if (block.type().isReal()) {
      return block.doubles();
    }
    long[] longs = block.longs();
    for (int i = from; i < to; i++) {
      converted[i] = longs[i];
    }
    return converted;
  }

  /** Notes the rows that are not usable and says how many. */
  private int unusable(SampleBlock block, double[] numbers, int from, int to) {
    int[] statuses = block.statuses();
    byte[] flags = block.flags();
    int[] rows = unusableRows;
    int count = 0;
    for (int i = from; i < to; i++) {
      boolean isUsable =
          statuses[i] >>> 30 == 0
              && (flags[i] & SampleFlags.PRESENT) != 0
              && Math.abs(numbers[i]) <= Double.MAX_VALUE;
      if (!isUsable) {
        rows[count++] = i;
      }
    }
    return count;
  }

  /** Takes samples inside the edges by what they say together; no edge lies between them. */
  public void accept(SampleStatistics samples) {
    boolean firstUsable = samples.get(Count.FIRST_USABLE) != 0;
    boolean isLastUsable = samples.get(Count.LAST_USABLE) != 0;
    double first = numeric ? samples.get(Real.FIRST) : 0;
    bridge(samples.get(Count.FIRST_TIME), first, firstUsable, false);
    statistics.add(samples);
    last(samples.get(Count.LAST_TIME), numeric ? samples.get(Real.LAST) : 0, isLastUsable);
  }

  /** Ends the pass: nothing was recorded at or after the last edge. */
  public void finish() {
    while (interval < edges.length - 1) {
      close();
    }
  }

  /** Ends the pass with the first sample at or after the last edge. */
  public void finish(SampleBlock block, int row) {
    double[] numbers = classify(block, row, row + 1);
    boolean inDoubt = !rule.isPlain() && (block.flags()[row] & IN_DOUBT) != 0;
    long timeNs = block.sourceTimesNs()[row];
    while (interval < edges.length - 1) {
      segmentTo(timeNs, numbers[row], usable[row], inDoubt, edges[interval + 1]);
      close();
    }
  }

  /** Adds the segment from the last row to this one, closing the intervals that it passes. */
  private void bridge(long timeNs, double number, boolean isUsable, boolean inDoubt) {
    while (timeNs >= edges[interval + 1]) {
      segmentTo(timeNs, number, isUsable, inDoubt, edges[interval + 1]);
      close();
    }
    segmentTo(timeNs, number, isUsable, inDoubt, timeNs);
  }

  private void segmentTo(
      long timeNs, double number, boolean isUsable, boolean inDoubt, long endNs) {
    if (hasLast) {
      if (inDoubt && lastUsable) {
        statistics.doubt(endNs - Math.max(lastTimeNs, edges[interval]));
      }
      statistics.addSegment(
          lastTimeNs,
          lastNumber,
          lastUsable,
          timeNs,
          number,
          isUsable,
          Math.max(lastTimeNs, edges[interval]),
          endNs);
    }
  }

  private void close() {
    sink.accept(edges[interval], edges[interval + 1], statistics);
    statistics.clear();
    interval++;
  }

  private void last(long timeNs, double number, boolean isUsable) {
    hasLast = true;
    lastTimeNs = timeNs;
    lastNumber = number;
    lastUsable = isUsable;
  }

  private double[] classify(SampleBlock block, int from, int to) {
    return classify(block, from, to, numeric, rule, usable, converted);
  }

  /**
   * Marks the usable rows and returns their numbers. A row of a text or state tag is usable if it
   * is Good and has a value; its number is 0.
   *
   * @param numeric whether the tag is
   * @param good becomes whether a row is usable
   * @param converted may become the numbers
   */
  static double[] classify(
      SampleBlock block,
      int from,
      int to,
      boolean numeric,
      ReadRule rule,
      boolean[] good,
      double[] converted) {
    int[] statuses = block.statuses();
    byte[] flags = block.flags();
    for (int i = from; i < to; i++) {
      good[i] = rule.admits(statuses[i]) && (flags[i] & SampleFlags.PRESENT) != 0;
    }
    double[] numbers = converted;
    if (!numeric) {
      Arrays.fill(numbers, from, to, 0);
    } else if (block.type().isReal()) {
      numbers = block.doubles();
      for (int i = from; i < to; i++) {
        good[i] &= Math.abs(numbers[i]) <= Double.MAX_VALUE;
      }
    } else if (block.type().isNumeric()) {
      long[] longs = block.longs();
      for (int i = from; i < to; i++) {
        numbers[i] = longs[i];
      }
    } else {
      Arrays.fill(good, from, to, false); // text from a time when the tag had another type
    }
    return numbers;
  }
}
