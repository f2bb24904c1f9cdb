package io.tidemark.query.retrieval;

import io.tidemark.model.Direction;
import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.ReadRule.QualityRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import org.jspecify.annotations.Nullable;

/**
 * Why a tag has no value at a time, as a chart or an interpolated read shows it.
 *
 * @param reason the answer
 * @param startNs since when there is none, or the value's own time; null if it was never otherwise
 * @param endNs until when there is none: the next usable sample; null if there is none yet
 * @param status of the sample that is the reason, or of the one that the value comes from
 * @param before last sample at or before the time
 * @param after first sample after it
 */
public record GapExplanation(
    Reason reason,
    @Nullable Long startNs,
    @Nullable Long endNs,
    int status,
    @Nullable Neighbour before,
    @Nullable Neighbour after) {

  /** A sample beside the time. */
  public record Neighbour(long timeNs, int status) {}

  /** Reasons, each with a name that does not change. */
  public enum Reason {
    /** There is one. */
    HAS_VALUE,
    /** The tag has no sample at all. */
    NO_SAMPLES,
    /** Nothing was recorded so early. */
    BEFORE_FIRST_SAMPLE,
    /** The source could not be reached. */
    SOURCE_OFFLINE,
    /** The source itself said that the value is bad. */
    BAD_FROM_SOURCE,
    /** The source was in doubt, and the rule leaves such samples out. */
    UNCERTAIN,
    /** The sample carries no value, or no finite number. */
    WITHOUT_VALUE,
    /** Samples that were recorded cannot be read: a file is damaged. */
    DATA_LOST,
    /** The next sample, which the value would lie before, has not arrived. */
    NOT_YET_ARRIVED,
    /** Samples are further apart than the rule lets one speak for. */
    GAP_TOO_LONG,
    /** The time has not come. */
    IN_FUTURE
  }

  /**
   * Explains one time of one tag.
   *
   * @throws io.tidemark.model.HistorianException as {@link Retrievals#read}.
   */
  public static GapExplanation of(
      TagDefinition tag, long atNs, ReadRule rule, QueryContext context) {
    boolean[] hasValue = new boolean[1];
    Retrievals.read(
        new Retrieval.AtTimes(new long[] {atNs}, Retrieval.AtMode.INTERPOLATED, rule),
        tag,
        context,
        block -> hasValue[0] = block.isShown(0));
    try (SampleWalk walk = new SampleWalk(context, tag)) {
      walk.moveTo(atNs);
      HeldSample before = walk.before;
      HeldSample after = walk.after;
      if (hasValue[0]) {
        return new GapExplanation(
            Reason.HAS_VALUE,
            before.exists ? (Long) before.timeNs : null,
            after.exists ? (Long) after.timeNs : null,
            before.status,
            neighbour(before),
            neighbour(after));
      }
      return explain(tag, atNs, rule, context, before, after);
    }
  }

  private static GapExplanation explain(
      TagDefinition tag,
      long atNs,
      ReadRule rule,
      QueryContext context,
      HeldSample before,
      HeldSample after) {
    if (!before.exists) {
      Reason reason = after.exists ? Reason.BEFORE_FIRST_SAMPLE : Reason.NO_SAMPLES;
      Long end = after.exists ? (Long) after.timeNs : null;
      return new GapExplanation(reason, null, end, StatusCodes.BAD_NO_DATA, null, neighbour(after));
    }
    boolean beforeIsUsable = isUsable(before, tag, rule);
    if (atNs > context.nowNs() && !after.exists) {
      return gap(Reason.IN_FUTURE, before.timeNs, null, before.status, before, after);
    }
    if (!beforeIsUsable) {
      long start = startOfBadStretch(tag, before.timeNs, rule, context);
      Long end = usableAfter(tag, before.timeNs, rule, context);
      return gap(reason(before, rule), start, end, before.status, before, after);
    }
    if (!after.exists) {
      return gap(Reason.NOT_YET_ARRIVED, before.timeNs, null, before.status, before, after);
    }
    Long end = usableAfter(tag, atNs, rule, context);
    if (rule.quality() == QualityRule.STRICT && !isUsable(after, tag, rule)) {
      return gap(reason(after, rule), before.timeNs, end, after.status, before, after);
    }
    return gap(Reason.GAP_TOO_LONG, before.timeNs, end, before.status, before, after);
  }

  private static GapExplanation gap(
      Reason reason,
      long startNs,
      @Nullable Long endNs,
      int status,
      HeldSample before,
      HeldSample after) {
    return new GapExplanation(reason, startNs, endNs, status, neighbour(before), neighbour(after));
  }

  private static @Nullable Neighbour neighbour(HeldSample sample) {
    return sample.exists ? new Neighbour(sample.timeNs, sample.status) : null;
  }

  private static boolean isUsable(HeldSample sample, TagDefinition tag, ReadRule rule) {
    return sample.isUsable(rule) && (!tag.type().isNumeric() || sample.isUsableNumber(rule));
  }

  /** Why a sample is not usable. */
  private static Reason reason(HeldSample sample, ReadRule rule) {
    return switch (sample.status & 0xFFFF_0000) {
      case StatusCodes.BAD_DATA_LOST -> Reason.DATA_LOST;
      case StatusCodes.BAD_NO_COMMUNICATION,
          StatusCodes.BAD_COMMUNICATION_ERROR,
          StatusCodes.BAD_NOT_CONNECTED,
          StatusCodes.BAD_OUT_OF_SERVICE,
          StatusCodes.BAD_WAITING_FOR_INITIAL_DATA ->
          Reason.SOURCE_OFFLINE;
      default ->
          Quality.isBad(sample.status)
              ? Reason.BAD_FROM_SOURCE
              : rule.admits(sample.status) ? Reason.WITHOUT_VALUE : Reason.UNCERTAIN;
    };
  }

  /** Time of the first sample of the stretch without a usable one that a time lies in. */
  private static long startOfBadStretch(
      TagDefinition tag, long timeNs, ReadRule rule, QueryContext context) {
    TimeRange earlier = new TimeRange(Long.MIN_VALUE, timeNs);
    Long usable = RuledSamples.usableTime(context, tag, earlier, Direction.BACKWARD, rule, 1);
    SampleBlock block = new SampleBlock();
    long from = usable == null ? Long.MIN_VALUE : usable + 1;
    boolean found =
        SampleWalk.firstRow(context, tag.id(), from, timeNs + 1, Direction.FORWARD, block);
    return found ? block.sourceTimesNs()[0] : timeNs;
  }

  private static @Nullable Long usableAfter(
      TagDefinition tag, long timeNs, ReadRule rule, QueryContext context) {
    return timeNs >= Long.MAX_VALUE - 1
        ? null
        : RuledSamples.usableTime(
            context, tag, new TimeRange(timeNs + 1, Long.MAX_VALUE), Direction.FORWARD, rule, 1);
  }
}
