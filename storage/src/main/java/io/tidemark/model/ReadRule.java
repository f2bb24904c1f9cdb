package io.tidemark.model;

/**
 * How a value between samples is found, and what counts as time with a value. One rule holds behind
 * every door unless a query asks for another: {@link #DEFAULT}. Immutable.
 *
 * @param quality what happens around samples that are not usable
 * @param uncertainIsBad whether Uncertain samples are not usable, like Bad ones
 * @param step whether values hold until the next sample or lie on the line to it
 * @param maxGapNs longest time that a sample speaks for, in ns: after it there is no value until
 *     the next sample; {@link Long#MAX_VALUE} for no limit
 * @param extrapolation what follows the last sample of all, up to now
 */
public record ReadRule(
    QualityRule quality,
    boolean uncertainIsBad,
    Step step,
    long maxGapNs,
    Extrapolation extrapolation) {

  /** What happens around samples that are not usable. */
  public enum QualityRule {
    /**
     * A value holds up to one that is not usable; from there to the next usable one there is none.
     */
    SIMPLE,
    /** As simple, but no value lies between a sample and one that is not usable. */
    STRICT,
    /** The last usable value holds until the next usable one. */
    HOLD,
    /** What is not usable is passed over, as if it had not been recorded. */
    BRIDGE
  }

  /** The shape between two samples. */
  public enum Step {
    /** As the tag says. */
    TAG,
    /** Values hold until the next sample. */
    STEPPED,
    /** Straight lines; states and text hold all the same. */
    SLOPED
  }

  /** What follows the last sample of all. Marked as Uncertain and provisional. */
  public enum Extrapolation {
    /** Nothing. */
    NONE,
    /** The last value. */
    HOLD,
    /** The line through the last two usable samples; the last value where values hold. */
    SLOPE
  }

  /** Simple, Uncertain as Bad, the tag's step, no limit, nothing extrapolated. */
  public static final ReadRule DEFAULT =
      new ReadRule(QualityRule.SIMPLE, true, Step.TAG, Long.MAX_VALUE, Extrapolation.NONE);

  /**
   * Checks the limit.
   *
   * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} if it is not positive.
   */
  public ReadRule {
    if (maxGapNs <= 0) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE, "longest gap must be positive: maxGapNs=" + maxGapNs);
    }
  }

  /** Whether a tag's values hold until the next sample. */
  public boolean stepped(TagDefinition tag) {
    return switch (step) {
      case TAG -> tag.stepped();
      case STEPPED -> true;
      case SLOPED -> !tag.type().isContinuous();
    };
  }

  /** Whether, but for the step, it is the default: then samples and statistics are as they are. */
  public boolean isPlain() {
    return quality == QualityRule.SIMPLE
        && uncertainIsBad
        && maxGapNs == Long.MAX_VALUE
        && extrapolation == Extrapolation.NONE;
  }

  /** Whether a status is of a class that is usable. */
  public boolean admits(int status) {
    return status >>> 30 == 0 || (!uncertainIsBad && status >>> 30 == 1);
  }
}
