package io.tidemark.query.retrieval;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ReadRule;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.AggregateConfiguration;
import io.tidemark.query.aggregate.StandardAggregate;
import io.tidemark.query.aggregate.SummaryField;
import java.util.Set;

/** What to read of a tag. Sample-shaped answers but {@link Summary}, whose rows are intervals. */
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
   * Aggregates of consecutive intervals.
   *
   * @param edgesNs ascending; interval i is {@code [edges[i], edges[i + 1])}
   * @param rule what counts as time with a value
   * @param fields what is asked of each interval; {@link SummaryField#ALWAYS} comes anyhow
   * @param percentGoodMin an interval that is good for less, in percent, has no values
   */
  record Summary(long[] edgesNs, ReadRule rule, Set<SummaryField> fields, double percentGoodMin)
      implements Retrieval {
    /** The usual fields by the default rule. */
    public Summary(long[] edgesNs) {
      this(edgesNs, ReadRule.DEFAULT);
    }

    /** The usual fields. */
    public Summary(long[] edgesNs, ReadRule rule) {
      this(edgesNs, rule, SummaryField.USUAL, 0);
    }

    /** The same of other intervals. */
    public Summary of(long[] otherEdgesNs) {
      return new Summary(otherEdgesNs, rule, fields, percentGoodMin);
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

  /** The newest sample not after now. */
  record Current() implements Retrieval {}
}
