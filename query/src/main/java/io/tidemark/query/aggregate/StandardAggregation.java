package io.tidemark.query.aggregate;

import io.tidemark.model.Quality;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Aggregates of OPC UA Part 13 over consecutive intervals, in one pass over the samples. Call
 * {@link #before} with what lies before the first edge, {@link #accept} with the samples from the
 * first edge on in order of time, beyond the last edge until {@link #isComplete}, then {@link
 * #write}. One thread; used once.
 */
public final class StandardAggregation {
  /*
   * [1] OPC 10000-13, Aggregates, 1.05. Sections: bounds 3.1.8 and 3.1.9, status 5.4.3.2, functions 5.4.3.3 and on.
   *
   * A sample is usable if it is Good, or Uncertain and that is not to be treated as Bad. Two curves are drawn:
   *
   * - The simple one goes from sample to sample. It holds the left one where the right one is not usable, and has no
   *   value from a sample that is not usable to the next one. Its stretches are Good, Uncertain or Bad; the status of an
   *   aggregate over time is decided by their shares.
   * - The line goes from usable sample to usable sample, and is Uncertain where others were skipped. Beyond the last one
   *   it is extrapolated, Uncertain.
   *
   * Where the text and the published examples leave room ("Partial" is set where data begin or end inside the interval):
   * - DurationGood and its kin take the status of the simple curve up to the first sample, and from there each sample's
   *   own; the last sample of all lasts one unit of resolution, a millisecond. So do the examples.
   * - After the last sample the simple curve holds it to the end of the interval it lies in, Uncertain on sloped tags.
   * - TimeAverage and Total follow the tag's step. The text has them sloped always; servers and tests step.
   * - In shares of values an Uncertain one is neither Good nor Bad.
   * - The first sample of all is a transition.
   *
   * Backwards (section 5.4.2.3), an interval holds its later edge and not its earlier one, and bears the later one as its
   * time. Bounds change places: the start is at the later edge. First and last, steps and what follows a sample stay as
   * time runs. The value at the later edge is that at the start of the next interval, of which there is one more.
   */

  /** Resolution of time: what an interval excludes at its end is counted as so much before it. */
  static final long RESOLUTION_NS = 1_000_000;

  private final TagDefinition tag;
  private final AggregateConfiguration configuration;
  private final boolean stepped;
  private final boolean needsLine;
  private final StandardInterval[] intervals;
  private final int count;
  private final boolean backwards;
  private final long startNs;
  private final long endNs;

  /* The last sample so far, and the last usable one with the usable one before it. */
  private final StandardRow row = new StandardRow();
  private final StandardRow previous = new StandardRow();
  private final StandardRow usable = new StandardRow();
  private final StandardRow usableBefore = new StandardRow();
  private final StandardRow notBad = new StandardRow();
  private long skippedNs = Long.MAX_VALUE;
  private boolean hasBefore;

  /* First interval that the simple curve, and the line, has not reached the end of. */
  private int interval;
  private int lineInterval;
  private boolean finished;

  /**
   * A pass over the intervals between the edges.
   *
   * @param edgesNs two or more, ascending
   * @param needsLine whether an aggregate that skips Bad samples is asked for
   * @param backwards whether time is asked for backwards: the last interval is the first row
   */
  public StandardAggregation(
      TagDefinition tag,
      long[] edgesNs,
      AggregateConfiguration configuration,
      boolean needsLine,
      boolean backwards) {
    IntervalAggregator.checkEdges(edgesNs);
    this.tag = tag;
    this.configuration = configuration;
    this.stepped = tag.stepped();
    this.needsLine = needsLine;
    this.backwards = backwards;
    startNs = edgesNs[0];
    endNs = edgesNs[edgesNs.length - 1];
    count = edgesNs.length - 1;
    intervals = new StandardInterval[backwards ? count + 1 : count];
    StandardInterval later = null;
    if (backwards) {
      long beyondNs = endNs == Long.MAX_VALUE ? endNs : endNs + 1;
      later = new StandardInterval(endNs, beyondNs, stepped, configuration, null);
      intervals[count] = later;
    }
    for (int i = count - 1; i >= 0; i--) {
      intervals[i] =
          new StandardInterval(edgesNs[i], edgesNs[i + 1], stepped, configuration, later);
      later = backwards ? intervals[i] : null;
    }
  }

  /** Whether an aggregate skips Bad samples, so that the next usable one has to be found. */
  public static boolean needsLine(StandardAggregate aggregate) {
    return aggregate.isInterpolated();
  }

  /** Qualities of the samples that the line goes through. */
  public static Set<Quality> usableQualities(AggregateConfiguration configuration) {
    return Quality.usable(configuration.uncertainIsBad());
  }

  private boolean isUsable(StandardRow sample) {
    return sample.isGood() || (!configuration.uncertainIsBad() && sample.isUncertain());
  }

  /**
   * Takes a sample before the first edge, in order of time: the last two usable ones, the last that
   * is not Bad, and the last one. Samples may be left out between them.
   */
  public void before(SampleBlock block, int at) {
    row.set(block, at);
    hasBefore = true;
    remember();
  }

  private void remember() {
    if (isUsable(row)) {
      usableBefore.set(usable);
      usable.set(row);
      skippedNs = Long.MAX_VALUE;
    } else if (usable.exists) {
      skippedNs = Math.min(skippedNs, row.timeNs);
    }
    if (row.status >= 0 && row.hasValue()) {
      notBad.set(row);
    }
    previous.set(row);
  }

  /** Whether nothing that comes can change an answer any more. */
  public boolean isComplete() {
    return interval == intervals.length && (!needsLine || lineInterval == intervals.length);
  }

  /** Takes samples at or after the first edge, in order of time. */
  public void accept(SampleBlock block) {
    for (int i = 0; i < block.count() && !isComplete(); i++) {
      row.set(block, i);
      if (interval < intervals.length) {
        simpleTo(row);
      }
      boolean isUsable = isUsable(row);
      if (needsLine && isUsable && lineInterval < intervals.length) {
        lineTo(row);
      }
      StandardInterval into = intervalOf(row.timeNs);
      if (into != null) {
        boolean isTransition =
            row.status >= 0 && row.hasValue() && !(notBad.exists && notBad.sameValue(row));
        into.add(row, isUsable, isTransition);
      }
      remember();
    }
  }

  /** The interval that the simple curve has reached at a sample, if it holds it. */
  private @Nullable StandardInterval intervalOf(long timeNs) {
    if (!backwards) {
      return timeNs < endNs ? intervals[interval] : null;
    }
    if (timeNs <= startNs || timeNs > endNs) {
      hasBefore |= timeNs <= startNs;
      return null;
    }
    return intervals[timeNs == intervals[interval].startNs ? interval - 1 : interval];
  }

  /** Draws the simple curve from the last sample to this one. */
  private void simpleTo(StandardRow next) {
    while (interval < intervals.length) {
      StandardInterval into = intervals[interval];
      long from = previous.exists ? Math.max(previous.timeNs, into.startNs) : into.startNs;
      long to = Math.min(next.timeNs, into.endNs);
      stretch(into, from, to, next);
      if (next.timeNs >= into.startNs && !previousIsIn(into)) {
        startBound(into, next);
      }
      if (next.timeNs < into.endNs) {
        return;
      }
      endBound(into, next);
      interval++;
    }
  }

  private boolean previousIsIn(StandardInterval into) {
    return previous.exists && previous.timeNs >= into.startNs;
  }

  /** Adds a stretch of the simple curve that lies between the last sample and the next one. */
  private void stretch(StandardInterval into, long from, long to, @Nullable StandardRow next) {
    if (to <= from) {
      return;
    }
    double ns = IntervalStatistics.unsigned(to - from);
    if (!previous.exists) {
      into.addTime(ns, 2);
      into.addOwnTime(ns, 2);
      into.addState(ns, 0, 2);
      return;
    }
    boolean left = isUsable(previous);
    int quality = curveQuality(next);
    into.addTime(ns, quality);
    // Up to its first sample an interval has the status of the curve, then that of the samples.
    into.addOwnTime(ns, previous.timeNs < from ? quality : Math.min(2, ownClass(previous)));
    into.addState(ns, previous.number, left ? ownClass(previous) : 2);
    if (next == null) {
      into.simple.addSegment(previous.timeNs, previous.number, left, to, 0, false, from, to);
    } else {
      into.simple.addSegment(
          previous.timeNs,
          previous.number,
          left,
          next.timeNs,
          next.number,
          isUsable(next),
          from,
          to);
    }
  }

  private static int ownClass(StandardRow sample) {
    return sample.isGood() ? 0 : sample.isUncertain() ? 1 : 2;
  }

  /** Class of the simple curve from the last sample to the next one. */
  private int curveQuality(@Nullable StandardRow next) {
    if (!isUsable(previous)) {
      return 2;
    }
    if (stepped) {
      return ownClass(previous);
    }
    boolean bothGood = next != null && previous.isGood() && next.isGood();
    return bothGood ? 0 : 1;
  }

  private int curveStatus(StandardRow next) {
    return curveQuality(next) == 0 ? StatusCodes.GOOD : StatusCodes.UNCERTAIN_DATA_SUB_NORMAL;
  }

  private double curveValue(StandardRow next, long timeNs) {
    return stepped || !isUsable(next)
        ? previous.number
        : IntervalStatistics.onLine(
            previous.timeNs, previous.number, next.timeNs, next.number, timeNs);
  }

  private void startBound(StandardInterval into, StandardRow next) {
    if (next.timeNs == into.startNs) {
      if (isUsable(next)) {
        into.startBound(next.number, next.status, true);
      }
    } else if (previous.exists && isUsable(previous)) {
      into.startBound(curveValue(next, into.startNs), curveStatus(next), false);
    }
  }

  private void endBound(StandardInterval into, StandardRow next) {
    if (next.timeNs == into.endNs) {
      if (isUsable(next)) {
        into.endBound(next.number, next.status, true, stepped);
      }
    } else if (previous.exists && isUsable(previous)) {
      into.endBound(curveValue(next, into.endNs), curveStatus(next), false, stepped);
    }
  }

  /** Draws the line from the last usable sample to this one. */
  private void lineTo(StandardRow next) {
    while (lineInterval < intervals.length) {
      StandardInterval into = intervals[lineInterval];
      long from = usable.exists ? Math.max(usable.timeNs, into.startNs) : into.startNs;
      long to = Math.min(next.timeNs, into.endNs);
      if (usable.exists && to > from) {
        into.line.addSegment(
            usable.timeNs, usable.number, true, next.timeNs, next.number, true, from, to);
        if (isDoubtful(next, to)) {
          into.doubtLine();
        }
      }
      if (next.timeNs >= into.startNs && (!usable.exists || usable.timeNs < into.startNs)) {
        lineStart(into, next);
      }
      if (next.timeNs < into.endNs) {
        return;
      }
      lineInterval++;
    }
  }

  /** Whether the line to the next usable sample is not sure somewhere before a time. */
  private boolean isDoubtful(StandardRow next, long beforeNs) {
    return stepped
        ? !usable.isGood() || skippedNs < beforeNs
        : !usable.isGood() || !next.isGood() || skippedNs != Long.MAX_VALUE;
  }

  private void lineStart(StandardInterval into, StandardRow next) {
    if (next.timeNs == into.startNs) {
      into.lineAtStart(next.number, next.status);
    } else if (usable.exists) {
      double number =
          stepped
              ? usable.number
              : IntervalStatistics.onLine(
                  usable.timeNs, usable.number, next.timeNs, next.number, into.startNs);
      int status =
          isDoubtful(next, into.startNs + 1)
              ? StatusCodes.UNCERTAIN_DATA_SUB_NORMAL
              : StatusCodes.GOOD;
      into.lineAtStart(number, status | StatusCodes.INTERPOLATED);
    }
  }

  /** Ends the pass; all that was recorded after the last sample taken is nothing. */
  private void finish() {
    if (finished) {
      return;
    }
    finished = true;
    int ended = interval;
    if (interval < intervals.length && previous.exists) {
      StandardInterval into = intervals[interval];
      if (previous.timeNs >= into.startNs) {
        long from = previous.timeNs;
        double own = Math.min(RESOLUTION_NS, IntervalStatistics.unsigned(into.endNs - from));
        holdLast(into, from);
        into.addOwnTime(own, ownClass(previous));
      }
    }
    if (needsLine) {
      while (lineInterval < intervals.length) {
        extrapolate(intervals[lineInterval++]);
      }
    }
    boolean before = hasBefore;
    for (int i = 0; i < intervals.length; i++) {
      intervals[i].neighbours(before, i < ended);
      before |= intervals[i].hasSamples();
    }
  }

  private void holdLast(StandardInterval into, long from) {
    double ns = IntervalStatistics.unsigned(into.endNs - from);
    boolean left = isUsable(previous);
    into.addTime(ns, curveQuality(null));
    into.addState(ns, previous.number, left ? ownClass(previous) : 2);
    into.simple.addSegment(
        previous.timeNs, previous.number, left, into.endNs, 0, false, from, into.endNs);
  }

  /** Goes on after the last usable sample: held, or in the direction of the last two. */
  private void extrapolate(StandardInterval into) {
    if (!usable.exists) {
      return;
    }
    boolean slopes = configuration.slopedExtrapolation() && !stepped && usableBefore.exists;
    long from = Math.max(usable.timeNs, into.startNs);
    double end = slopes ? beyond(into.endNs) : usable.number;
    into.line.addSegment(
        from, slopes ? beyond(from) : usable.number, true, into.endNs, end, true, from, into.endNs);
    into.doubtLine();
    if (usable.timeNs < into.startNs) {
      into.lineAtStart(
          slopes ? beyond(into.startNs) : usable.number,
          StatusCodes.UNCERTAIN_DATA_SUB_NORMAL | StatusCodes.INTERPOLATED);
    }
  }

  private double beyond(long timeNs) {
    return IntervalStatistics.onLine(
        usableBefore.timeNs, usableBefore.number, usable.timeNs, usable.number, timeNs);
  }

  /**
   * Appends the rows of an aggregate to a block, an interval after the other, as many as there is
   * room for, and says which row is next.
   *
   * @param from row to begin with
   */
  public int write(StandardAggregate aggregate, int from, SampleBlock to) {
    finish();
    if (to.count() == 0) {
      to.reset(aggregate.keepsType() ? tag.type() : SampleType.FLOAT64);
    }
    int next = from;
    while (next < count && to.count() < SampleBlock.CAPACITY) {
      intervals[backwards ? count - 1 - next : next].write(aggregate, to);
      next++;
    }
    return next;
  }
}
