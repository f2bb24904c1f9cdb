package io.tidemark.query.retrieval;

import io.tidemark.model.Direction;
import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.ReadRule.Extrapolation;
import io.tidemark.model.ReadRule.QualityRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleType;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.IntervalAggregator;
import io.tidemark.query.aggregate.IntervalStatistics;
import org.jspecify.annotations.Nullable;

/**
 * A tag's samples turned into such that the plain rule makes of them what another rule makes of the
 * recorded ones: some are left out, some are put in, and those are marked. In order of time, from
 * the last one that matters at a time on. One thread; close it.
 */
final class RuledSamples implements SampleCursor {
  /*
   * What each rule becomes, where p is usable, b is not, and n is the next usable one:
   *
   * - hold, bridge: b is left out. Where values hold, p's value is put in at b, so that what follows is in doubt but
   *   what comes before is not; on a line, it is put in once more just before n. Bridge puts nothing in on a line.
   * - strict, on a line: a Bad one is put in just after p if b is next.
   * - longest gap: a Bad one is put in that long after p if the next one is later.
   * - extrapolation: the value that the tag would have now is put in then, if nothing follows p.
   *
   * "Just" is a nanosecond. Rows that are put in are not samples: nothing counts them. A row is in doubt if the stretch
   * that ends with it is.
   */
  private final QueryContext context;
  private final ReadRule rule;
  private final boolean stepped;
  private final SampleCursor samples;
  private final SampleBlock in = new SampleBlock();
  private final HeldSample row = new HeldSample();

  /* The last recorded row handed out; the last two usable ones. */
  private final HeldSample last = new HeldSample();
  private final HeldSample lastUsable = new HeldSample();
  private final HeldSample beforeLastUsable = new HeldSample();
  private int next;

  /* Whether rows were left out since the last one, and the time of the first of them. */
  private boolean skipped;
  private long skippedNs;
  private boolean ended;

  /**
   * Rows from the last one at or before a time on.
   *
   * @param startNs the time
   */
  RuledSamples(QueryContext context, TagDefinition tag, ReadRule rule, long startNs) {
    this.context = context;
    this.rule = rule;
    this.stepped = rule.stepped(tag);
    long fromNs = anchor(context, tag, rule, startNs);
    this.samples =
        context
            .view()
            .scan(
                context,
                ScanRequest.values(
                    tag.id(), new TimeRange(fromNs, Long.MAX_VALUE), Direction.FORWARD));
  }

  /**
   * Time of the last sample at or before a time that matters to the rule. Where a line goes on
   * after the last sample, that is the second last usable one.
   */
  static long anchor(QueryContext context, TagDefinition tag, ReadRule rule, long startNs) {
    if (startNs == Long.MAX_VALUE) {
      return startNs - 1;
    }
    TimeRange range = new TimeRange(Long.MIN_VALUE, startNs + 1);
    int wanted = rule.extrapolation() == Extrapolation.SLOPE ? 2 : 1;
    if (wanted == 1 && !passesOver(rule)) {
      SampleBlock block = new SampleBlock();
      boolean found =
          SampleWalk.firstRow(
              context, tag.id(), range.startNs(), range.endNs(), Direction.BACKWARD, block);
      return found ? block.sourceTimesNs()[0] : startNs;
    }
    Long found = usableTime(context, tag, range, Direction.BACKWARD, rule, wanted);
    return found == null ? startNs : found;
  }

  /**
   * Time of the first usable sample of a range, or of the second and so on; of the last one if
   * there are fewer, null if there is none.
   */
  static @Nullable Long usableTime(
      QueryContext context,
      TagDefinition tag,
      TimeRange range,
      Direction direction,
      ReadRule rule,
      int wanted) {
    SampleCondition usable = SampleCondition.of(Quality.usable(rule.uncertainIsBad()));
    ScanRequest request = new ScanRequest(tag.id(), range, direction, SampleColumns.VALUES, usable);
    SampleBlock block = new SampleBlock();
    Long found = null;
    int missing = wanted;
    try (SampleCursor rows = context.view().scan(context, request)) {
      while (missing > 0 && rows.next(block) > 0) {
        context.check();
        for (int i = 0; missing > 0 && i < block.count(); i++) {
          if (isUsable(block, i, rule)) {
            found = block.sourceTimesNs()[i];
            missing--;
          }
        }
      }
    }
    return found;
  }

  private static boolean passesOver(ReadRule rule) {
    return rule.quality() == QualityRule.HOLD || rule.quality() == QualityRule.BRIDGE;
  }

  /** Whether a row of a block is usable by a rule. */
  static boolean isUsable(SampleBlock block, int row, ReadRule rule) {
    return rule.admits(block.statuses()[row]) && hasValue(block, row);
  }

  /** Whether a row has a value, and a finite one if it is a real. */
  static boolean hasValue(SampleBlock block, int row) {
    return block.isPresent(row)
        && (!block.type().isReal() || Math.abs(block.doubles()[row]) <= Double.MAX_VALUE);
  }

  @Override
  public int next(SampleBlock out) {
    out.count(0);
    while (out.count() < SampleBlock.CAPACITY - 4) {
      if (next == in.count()) {
        next = 0;
        if (ended || samples.next(in) == 0) {
          in.count(0);
          if (!ended) {
            ended = true;
            extrapolate(out);
          }
          break;
        }
      }
      if (out.count() == 0) {
        out.reset(in.type());
      } else if (out.type() != in.type()) {
        break;
      }
      take(out);
    }
    return out.count();
  }

  /** Hands out the next recorded row, and what is put in before it. */
  private void take(SampleBlock out) {
    boolean isUsable = isUsable(in, next, rule);
    row.set(in, next++);
    boolean follows = last.exists && isUsable(last) && last.type == row.type;
    if (!isUsable && passesOver(rule)) {
      if (follows && !skipped) {
        skippedNs = row.timeNs;
        skipped = true;
        if (holds() && row.timeNs <= gapEndNs()) {
          boolean isSure = stepped && !Quality.isUncertain(last.status);
          putIn(out, row.timeNs, last, last.status, isSure ? 0 : IntervalAggregator.IN_DOUBT);
        }
      }
      return;
    }
    boolean inDoubt = follows && (skipped || isDoubtful(isUsable));
    boolean isTooFar = follows && row.timeNs > gapEndNs();
    boolean isStrict = follows && !stepped && rule.quality() == QualityRule.STRICT;
    if (isStrict && (isTooFar || !isUsable)) {
      if (row.timeNs > last.timeNs + 1) {
        putIn(out, last.timeNs + 1, last, StatusCodes.BAD_NO_DATA, (byte) 0);
      }
    } else if (isTooFar) {
      boolean isSure = !Quality.isUncertain(last.status) && !(skipped && skippedNs <= gapEndNs());
      byte marks = isSure ? 0 : IntervalAggregator.IN_DOUBT;
      putIn(out, gapEndNs(), last, StatusCodes.BAD_NO_DATA, marks);
    } else if (follows && skipped && !stepped && holds() && row.timeNs > skippedNs + 1) {
      putIn(out, row.timeNs - 1, last, last.status, IntervalAggregator.IN_DOUBT);
    }
    skipped = false;
    append(out, row, row.timeNs, row.status, inDoubt ? IntervalAggregator.IN_DOUBT : 0);
    last.set(row);
    if (isUsable) {
      beforeLastUsable.set(lastUsable);
      lastUsable.set(row);
    }
  }

  /** Until when the last row speaks, at most. */
  private long gapEndNs() {
    long end = last.timeNs + rule.maxGapNs();
    return end < last.timeNs ? Long.MAX_VALUE : end;
  }

  /** Whether what is left out is bridged by holding the value before it. */
  private boolean holds() {
    return stepped || rule.quality() == QualityRule.HOLD;
  }

  private boolean isDoubtful(boolean isUsable) {
    return Quality.isUncertain(last.status)
        || (!stepped && isUsable && Quality.isUncertain(row.status));
  }

  private boolean isUsable(HeldSample sample) {
    return sample.isUsable(rule)
        && (!sample.type.isReal() || Math.abs(sample.real) <= Double.MAX_VALUE);
  }

  /**
   * Puts in what follows the last sample of all, if something does and it is not later than now.
   */
  private void extrapolate(SampleBlock out) {
    long now = context.nowNs();
    if (!isUsable(last)) {
      return;
    }
    if (out.count() == 0) {
      out.reset(last.type);
    } else if (out.type() != last.type) {
      return;
    }
    boolean goesOn = rule.extrapolation() != Extrapolation.NONE && now > last.timeNs;
    if (!goesOn && skipped && (!holds() || skippedNs > gapEndNs())) {
      putIn(out, Math.min(skippedNs, gapEndNs()), last, last.status, IntervalAggregator.IN_DOUBT);
      return;
    }
    now = Math.min(now, gapEndNs());
    if (goesOn) {
      boolean slopes =
          rule.extrapolation() == Extrapolation.SLOPE
              && !(skipped && holds())
              && !stepped
              && last.type.isReal()
              && beforeLastUsable.exists
              && beforeLastUsable.type == last.type;
      byte marks = (byte) (IntervalAggregator.IN_DOUBT | SampleFlags.PROVISIONAL);
      if (slopes) {
        HeldSample end = new HeldSample();
        end.set(last);
        end.real =
            IntervalStatistics.onLine(
                beforeLastUsable.timeNs,
                beforeLastUsable.number(),
                last.timeNs,
                last.number(),
                now);
        putIn(out, now, end, last.status, marks);
      } else {
        putIn(out, now, last, last.status, marks);
      }
    }
  }

  private static void putIn(SampleBlock out, long timeNs, HeldSample like, int status, byte marks) {
    append(out, like, timeNs, status, (byte) (marks | IntervalAggregator.PUT_IN));
  }

  private static void append(
      SampleBlock out, HeldSample sample, long timeNs, int status, int marks) {
    int at = out.count();
    boolean present =
        (sample.flags & SampleFlags.PRESENT) != 0 && status != StatusCodes.BAD_NO_DATA;
    switch (out.type()) {
      case FLOAT64, FLOAT32 -> out.appendDouble(timeNs, sample.real, present, status);
      case INT64, INT32, BOOL, DIGITAL -> out.appendLong(timeNs, sample.integral, present, status);
      case STRING -> {
        out.appendText(timeNs, present ? sample.text : null, status);
        present = present && sample.type == SampleType.STRING;
      }
    }
    int kept = (marks & IntervalAggregator.PUT_IN) != 0 ? 0 : sample.flags & ~SampleFlags.PRESENT;
    out.flags()[at] = (byte) (kept | marks | (present ? SampleFlags.PRESENT : 0));
  }

  @Override
  public void close() {
    samples.close();
  }
}
