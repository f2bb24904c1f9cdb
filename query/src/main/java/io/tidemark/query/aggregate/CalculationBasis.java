package io.tidemark.query.aggregate;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ReadRule;
import io.tidemark.model.ReadRule.Extrapolation;
import io.tidemark.model.ReadRule.QualityRule;
import io.tidemark.model.ReadRule.Step;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a summary weighs: time with a value, or events, which are the recorded samples. Names are
 * those of the enumeration {@code AFCalculationBasis} of PI AF, one to one, so that a request moves
 * over as it is.
 *
 * <p>Where events are weighed, an interval from a to b is the set of samples between the two, and
 * bases differ in which of its ends belong to it. What lies between samples does not matter.
 */
public enum CalculationBasis {
  /** Time, between samples as the tag's step says. */
  TIME_WEIGHTED(Step.TAG, null),
  /** Time, straight lines between samples; states and text hold all the same. */
  TIME_WEIGHTED_CONTINUOUS(Step.SLOPED, null),
  /** Time, values hold until the next sample. */
  TIME_WEIGHTED_DISCRETE(Step.STEPPED, null),
  /**
   * Events of {@code [a, b)}, of the last of consecutive intervals {@code [a, b]}: over all of them
   * each counts once.
   */
  EVENT_WEIGHTED(Step.TAG, Ends.START_AND_LAST_END),
  /** Events of {@code [a, b)}. */
  EVENT_WEIGHTED_EXCLUDE_MOST_RECENT_EVENT(Step.TAG, Ends.START),
  /** Events of {@code (a, b]}. */
  EVENT_WEIGHTED_EXCLUDE_EARLIEST_EVENT(Step.TAG, Ends.END),
  /** Events of {@code [a, b]}: one between two intervals counts in both. */
  EVENT_WEIGHTED_INCLUDE_BOTH_ENDS(Step.TAG, Ends.BOTH);

  private enum Ends {
    START,
    END,
    START_AND_LAST_END,
    BOTH
  }

  private final Step step;
  private final @Nullable Ends ends;

  CalculationBasis(Step step, @Nullable Ends ends) {
    this.step = step;
    this.ends = ends;
  }

  /**
   * The basis of a name: AF's spelling in any case, {@code _} between words or not.
   *
   * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} listing the names
   */
  public static CalculationBasis parse(String text) {
    String plain = plain(text);
    for (CalculationBasis basis : values()) {
      if (plain(basis.name()).equals(plain)) {
        return basis;
      }
    }
    throw new HistorianException(
        ErrorCode.OUT_OF_RANGE,
        "no such calculation basis: basis="
            + ErrorText.quote(text)
            + ", expected=one of "
            + Arrays.stream(values())
                .map(CalculationBasis::label)
                .collect(Collectors.joining(", ")));
  }

  private static String plain(String text) {
    return text.strip().replace("_", "").toLowerCase(Locale.ROOT);
  }

  /** Name as AF spells it: {@code EventWeightedIncludeBothEnds}. */
  public String label() {
    StringBuilder label = new StringBuilder();
    for (String word : name().split("_", -1)) {
      label.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return label.toString();
  }

  /** Whether events are weighed, not time. */
  public boolean isEventWeighted() {
    return ends != null;
  }

  /** The shape between samples that it asks for; {@link Step#TAG} if it asks for none. */
  public Step step() {
    return step;
  }

  /** What is answered if no field is named. */
  public Set<SummaryField> usualFields() {
    return isEventWeighted() ? SummaryField.USUAL_OF_EVENTS : SummaryField.USUAL;
  }

  /** Whether a sample at the start of an interval is an event of it. */
  public boolean hasStart() {
    return ends != Ends.END;
  }

  /**
   * Whether a sample at the end of an interval is an event of it; never where time is weighed.
   *
   * @param isLast whether no interval follows it
   */
  public boolean hasEnd(boolean isLast) {
    return ends == Ends.END || ends == Ends.BOTH || (ends == Ends.START_AND_LAST_END && isLast);
  }

  /** The basis of intervals that others follow which are asked for apart. */
  public CalculationBasis followed() {
    return this == EVENT_WEIGHTED ? EVENT_WEIGHTED_EXCLUDE_MOST_RECENT_EVENT : this;
  }

  /**
   * The rule that samples are read by: its step is that of the basis if that has one, and where
   * events are weighed it only says whether Uncertain samples are usable.
   */
  public ReadRule rule(ReadRule asked) {
    if (isEventWeighted()) {
      return new ReadRule(
          QualityRule.SIMPLE,
          asked.uncertainIsBad(),
          asked.step(),
          Long.MAX_VALUE,
          Extrapolation.NONE);
    }
    return step == Step.TAG
        ? asked
        : new ReadRule(
            asked.quality(), asked.uncertainIsBad(), step, asked.maxGapNs(), asked.extrapolation());
  }
}
