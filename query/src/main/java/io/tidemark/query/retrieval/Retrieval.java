package io.tidemark.query.retrieval;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ReadRule;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.AggregateConfiguration;
import io.tidemark.query.aggregate.CalculationBasis;
import io.tidemark.query.aggregate.CounterRule;
import io.tidemark.query.aggregate.StandardAggregate;
import io.tidemark.query.aggregate.SummaryField;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What to read of a tag. Sample-shaped answers but {@link Summary}, {@link Counters} and {@link
 * States}, whose rows are intervals.
 */
public sealed interface Retrieval {

  /** What a range read adds at its edges (SEMANTICS of recorded values). */
  enum Bounds {
    /** Only samples inside. */
    INSIDE,
    /** And the nearest sample on either side. */
    OUTSIDE,
    /** And computed values exactly at start and end where none is recorded. */
    INTERPOLATED
  }

  /** How a value at a time is found. */
  enum AtMode {
    /** Recorded exactly then. */
    EXACT,
    /** Newest before. */
    BEFORE,
    /** Newest at or before. */
    AT_OR_BEFORE,
    /** Oldest after. */
    AFTER,
    /** Oldest at or after. */
    AT_OR_AFTER,
    /** Interpolated as the tag's step says. */
    INTERPOLATED,
    /** At or before for stepped tags, else interpolated. */
    AUTO
  }

  /**
   * Samples as recorded in {@code [start, end)}.
   *
   * @param descending newest first
   */
  record Recorded(TimeRange range, Bounds bounds, boolean descending) implements Retrieval {}

  /**
   * Values at given times, in the order of the times; ascending or descending ones cost least.
   *
   * @param rule of interpolated values
   */
  record AtTimes(long[] timesNs, AtMode mode, ReadRule rule) implements Retrieval {
    /** By the default rule. */
    public AtTimes(long[] timesNs, AtMode mode) {
      this(timesNs, mode, ReadRule.DEFAULT);
    }
  }

  /**
   * Interpolated values at given grid times; see {@code query.time} for grids that follow a
   * calendar.
   *
   * @param timesNs ascending
   */
  record Interpolated(long[] timesNs, ReadRule rule) implements Retrieval {
    /** By the default rule. */
    public Interpolated(long[] timesNs) {
      this(timesNs, ReadRule.DEFAULT);
    }
  }

  /**
   * At most five samples a pixel column: first, last, minimum, maximum, and one exceptional.
   *
   * @param widthPx columns, 1 to 10 000
   */
  record Plot(TimeRange range, int widthPx) implements Retrieval {}

  /**
   * Of each of some cycles at most five samples as in a {@link Plot}, and the values at both ends
   * of the range; also where there are fewer samples than that.
   *
   * @param cycles 1 to 10 000
   */
  record BestFit(TimeRange range, int cycles) implements Retrieval {}

  /**
   * The value at the start, and the samples that differ from the one answered before.
   *
   * @param deadband a number differs if it is further away than this, 0 or more
   * @param timeDeadbandNs a sample that is not further away than this is left out, unless its
   *     quality class differs; 0 or more
   */
  record Delta(TimeRange range, double deadband, long timeDeadbandNs) implements Retrieval {
    /**
     * Checks the dead bands.
     *
     * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} if one is negative or no number
     */
    public Delta {
      if (!(deadband >= 0) || timeDeadbandNs < 0) {
        throw new HistorianException(
            ErrorCode.OUT_OF_RANGE,
            "dead bands must not be negative: deadband="
                + deadband
                + ", timeDeadbandNs="
                + timeDeadbandNs);
      }
    }
  }

  /**
   * What becomes of fields that add values up ({@link SummaryField#addsUp}) where the unit of the
   * tag is none whose numbers may be added: pH, dB.
   */
  enum Logarithms {
    /** They have no value. */
    LEFT_OUT,
    /** The tag is refused: {@link ErrorCode#UNIT_MISMATCH}. */
    REFUSED,
    /** The numbers are added up as if they had no unit. */
    AS_NUMBERS
  }

  /**
   * Aggregates of consecutive intervals.
   *
   * @param edgesNs ascending; interval i is {@code [edges[i], edges[i + 1])}, or has its ends as
   *     the basis says
   * @param rule what counts as time with a value
   * @param basis what is weighed
   * @param fields what is asked of each interval; {@link SummaryField#ALWAYS} comes anyhow
   * @param logarithms what becomes of fields that the tag's unit has no sense for
   * @param percentGoodMin an interval that is good for less, in percent, has no values
   */
  record Summary(
      long[] edgesNs,
      ReadRule rule,
      CalculationBasis basis,
      Set<SummaryField> fields,
      Logarithms logarithms,
      double percentGoodMin)
      implements Retrieval {
    /**
     * Checks that basis, rule and fields go together.
     *
     * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} if basis and rule both say the
     *     step, or events are weighed and a field is of time
     */
    public Summary {
      if (basis.step() != ReadRule.Step.TAG && rule.step() != ReadRule.Step.TAG) {
        throw new HistorianException(
            ErrorCode.OUT_OF_RANGE,
            "the basis says the step already: basis="
                + basis.label()
                + ", step="
                + rule.step().name().toLowerCase(Locale.ROOT));
      }
      Set<SummaryField> ofTime =
          fields.stream()
              .filter(field -> basis.isEventWeighted() && field.isOfTime())
              .collect(Collectors.toSet());
      if (!ofTime.isEmpty()) {
        throw new HistorianException(
            ErrorCode.OUT_OF_RANGE,
            "fields are of time, and the basis weighs events: basis="
                + basis.label()
                + ", fields="
                + SummaryField.labels(ofTime));
      }
    }

    /** The usual fields by the default rule. */
    public Summary(long[] edgesNs) {
      this(edgesNs, ReadRule.DEFAULT);
    }

    /** The usual fields. */
    public Summary(long[] edgesNs, ReadRule rule) {
      this(edgesNs, rule, CalculationBasis.TIME_WEIGHTED);
    }

    /** The usual fields of a basis. */
    public Summary(long[] edgesNs, ReadRule rule, CalculationBasis basis) {
      this(edgesNs, rule, basis, basis.usualFields(), Logarithms.LEFT_OUT, 0);
    }

    /** The same with numbers of any unit added up. */
    public Summary asNumbers() {
      return new Summary(edgesNs, rule, basis, fields, Logarithms.AS_NUMBERS, percentGoodMin);
    }

    /**
     * The same of some of the intervals.
     *
     * @param areLast whether no interval follows them
     */
    public Summary part(long[] someEdgesNs, boolean areLast) {
      CalculationBasis partBasis = areLast ? basis : basis.followed();
      return new Summary(someEdgesNs, rule, partBasis, fields, logarithms, percentGoodMin);
    }
  }

  /**
   * An aggregate of OPC UA Part 13 over consecutive intervals: a row for each, at its start unless
   * the aggregate has a time of its own.
   *
   * @param edgesNs ascending; interval i is {@code [edges[i], edges[i + 1])}
   * @param backwards whether time runs backwards: rows descend, interval i is {@code (edges[i],
   *     edges[i + 1]]} and bears its later edge, and its bounds change places
   */
  record Processed(
      StandardAggregate aggregate,
      AggregateConfiguration configuration,
      long[] edgesNs,
      boolean backwards)
      implements Retrieval {
    /** Forwards. */
    public Processed(
        StandardAggregate aggregate, AggregateConfiguration configuration, long[] edgesNs) {
      this(aggregate, configuration, edgesNs, false);
    }
  }

  /**
   * What went through a meter in consecutive intervals.
   *
   * @param edgesNs ascending; interval i is {@code [edges[i], edges[i + 1])}
   */
  record Counters(long[] edgesNs, CounterRule rule) implements Retrieval {}

  /**
   * How long and how often a tag was in its states in consecutive intervals.
   *
   * @param edgesNs ascending; interval i is {@code [edges[i], edges[i + 1])}
   */
  record States(long[] edgesNs) implements Retrieval {}

  /** The newest sample not after now. */
  record Current() implements Retrieval {}
}
