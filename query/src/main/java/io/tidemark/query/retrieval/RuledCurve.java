package io.tidemark.query.retrieval;

import io.tidemark.model.Quality;
import io.tidemark.model.ReadRule;
import io.tidemark.model.ReadRule.Extrapolation;
import io.tidemark.model.ReadRule.QualityRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleStatistics.Count;
import io.tidemark.model.SampleStatistics.Real;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.query.aggregate.IntervalAggregator;
import io.tidemark.query.aggregate.IntervalStatistics;

/**
 * What a rule makes of a tag's samples, which it is fed in order of time: rows of which the plain
 * rule makes the same as the rule of the samples. Some are left out, some are put in, and those are
 * marked. Samples that the rule leaves as they are may come as their statistics. One thread.
 */
final class RuledCurve {
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
   *
   * Nothing is done between two usable samples that are neither Uncertain nor too far apart. Simple bounds, and strict
   * ones where values hold, do nothing about a Bad one either. So statistics of such samples are theirs by the rule too,
   * and what it does around them depends on the first and the last of them alone (DECISIONS 13).
   */

  /** Rows that become of one, or of the first of some samples, at most. */
  private static final int ROWS_MAX = 2;

  private final ReadRule rule;
  private final boolean stepped;
  private final long nowNs;
  private final boolean leavesBad;
  private final HeldSample row = new HeldSample();

  /* The last recorded row handed out; the last two usable ones. */
  private final HeldSample last = new HeldSample();
  private final HeldSample lastUsable = new HeldSample();
  private final HeldSample beforeLastUsable = new HeldSample();

  /* Whether rows were left out since the last one, and the time of the first of them. */
  private boolean skipped;
  private long skippedNs;

  /**
   * A curve that no sample was recorded of yet.
   *
   * @param stepped whether values hold until the next sample
   * @param nowNs until when it may go on after the last sample
   */
  RuledCurve(ReadRule rule, boolean stepped, long nowNs) {
    this.rule = rule;
    this.stepped = stepped;
    this.nowNs = nowNs;
    this.leavesBad =
        rule.quality() == QualityRule.SIMPLE || (stepped && rule.quality() == QualityRule.STRICT);
  }

  /** Whether a rule leaves out samples that are not usable. */
  static boolean passesOver(ReadRule rule) {
    return rule.quality() == QualityRule.HOLD || rule.quality() == QualityRule.BRIDGE;
  }

  /**
   * Whether statistics say what the rule makes of their samples: it does nothing between them. A
   * line through the last two samples of all is another matter, it needs these two as samples.
   */
  boolean suffices(SampleStatistics samples) {
    boolean isSure = rule.uncertainIsBad() || samples.get(Count.UNCERTAIN) == 0;
    if (!leavesBad) {
      isSure =
          samples.get(Count.UNCERTAIN) == 0
              && samples.get(Count.BAD) == 0
              && samples.get(Count.USABLE) == samples.get(Count.GOOD);
    }
    long lengthNs = samples.get(Count.LAST_TIME) - samples.get(Count.FIRST_TIME);
    boolean isLimited = rule.maxGapNs() != Long.MAX_VALUE;
    // A gap of more than a long is not known; then the length overflows.
    boolean isTooFar =
        isLimited && (lengthNs < 0 || samples.get(Count.LONGEST_GAP_NS) > rule.maxGapNs());
    return isSure && !isTooFar;
  }

  /**
   * Takes recorded rows and adds what becomes of them, until there are no more, the block is full
   * or the next one is of another type than those in it.
   *
   * @param from the first row to take
   * @param out gets a type if it is empty; has room for three rows after this
   * @return the first row that was not taken
   */
  int take(SampleBlock in, int from, SampleBlock out) {
    int at = from;
    while (at < in.count() && out.count() <= SampleBlock.CAPACITY - 2 * ROWS_MAX - 1) {
      if (out.count() == 0) {
        out.reset(in.type());
      } else if (out.type() != in.type()) {
        break;
      }
      boolean isUsable = RuledSamples.isUsable(in, at, rule);
      row.set(in, at++);
      if (!isUsable && passesOver(rule)) {
        leaveOut(out);
      } else {
        boolean inDoubt = bridge(out, isUsable);
        append(out, row, row.timeNs, row.status, inDoubt ? IntervalAggregator.IN_DOUBT : 0);
        handedOut(isUsable);
      }
    }
    return at;
  }

  /**
   * Takes samples by what they say together, which must {@link #suffices suffice}, and adds what is
   * put in before them. Where the stretch that ends with the first of them is in doubt, a copy of
   * it is put in that says so.
   *
   * @param type that they were recorded with
   * @param out gets a type if it is empty; has room for two rows
   */
  void take(SampleStatistics samples, SampleType type, SampleBlock out) {
    boolean isUsable = samples.get(Count.FIRST_USABLE) != 0;
    row.set(type, samples.get(Count.FIRST_TIME), isUsable, samples.get(Real.FIRST));
    if (out.count() == 0) {
      out.reset(type);
    }
    if (bridge(out, isUsable)) {
      putIn(out, row.timeNs, row, row.status, IntervalAggregator.IN_DOUBT);
    }
    lastUsable.clear();
    beforeLastUsable.clear();
    isUsable = samples.get(Count.LAST_USABLE) != 0;
    row.set(type, samples.get(Count.LAST_TIME), isUsable, samples.get(Real.LAST));
    handedOut(isUsable);
  }

  /** Leaves the row out; the value before it may hold. */
  private void leaveOut(SampleBlock out) {
    if (follows() && !skipped) {
      skippedNs = row.timeNs;
      skipped = true;
      if (holds() && row.timeNs <= gapEndNs()) {
        boolean isSure = stepped && !Quality.isUncertain(last.status);
        putIn(out, row.timeNs, last, last.status, isSure ? 0 : IntervalAggregator.IN_DOUBT);
      }
    }
  }

  /**
   * Puts in what comes between the last row and this one.
   *
   * @return whether the stretch that ends with this one is in doubt
   */
  private boolean bridge(SampleBlock out, boolean isUsable) {
    boolean follows = follows();
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
    return inDoubt;
  }

  private void handedOut(boolean isUsable) {
    last.set(row);
    if (isUsable) {
      beforeLastUsable.set(lastUsable);
      lastUsable.set(row);
    }
  }

  /** Whether the last row's value may reach this one. */
  private boolean follows() {
    return last.exists && isUsable(last) && last.type == row.type;
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
  void finish(SampleBlock out) {
    if (!isUsable(last)) {
      return;
    }
    if (out.count() == 0) {
      out.reset(last.type);
    } else if (out.type() != last.type) {
      return;
    }
    long knownNs = skipped && holds() ? skippedNs : last.timeNs; // it holds up to there anyhow
    boolean goesOn = rule.extrapolation() != Extrapolation.NONE && nowNs > knownNs;
    if (!goesOn && skipped && (!holds() || skippedNs > gapEndNs())) {
      putIn(out, Math.min(skippedNs, gapEndNs()), last, last.status, IntervalAggregator.IN_DOUBT);
      return;
    }
    long untilNs = Math.min(nowNs, gapEndNs());
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
                untilNs);
        putIn(out, untilNs, end, last.status, marks);
      } else {
        putIn(out, untilNs, last, last.status, marks);
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
}
