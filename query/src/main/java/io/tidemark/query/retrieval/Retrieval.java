package io.tidemark.query.retrieval;

import io.tidemark.model.ReadRule;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.AggregateConfiguration;
import io.tidemark.query.aggregate.StandardAggregate;

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
   * Values at given times, in the order of the times.
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
   * Aggregates of consecutive intervals.
   *
   * @param edgesNs ascending; interval i is {@code [edges[i], edges[i + 1])}
   * @param rule what counts as time with a value
   */
  record Summary(long[] edgesNs, ReadRule rule) implements Retrieval {
    /** By the default rule. */
    public Summary(long[] edgesNs) {
      this(edgesNs, ReadRule.DEFAULT);
    }
  }

  /**
   * An aggregate of OPC UA Part 13 over consecutive intervals: a row for each, at its start unless
   * the aggregate has a time of its own.
   *
   * @param edgesNs ascending; interval i is {@code [edges[i], edges[i + 1])}
   */
  record Processed(
      StandardAggregate aggregate, AggregateConfiguration configuration, long[] edgesNs)
      implements Retrieval {}

  /** The newest sample not after now. */
  record Current() implements Retrieval {}
}
