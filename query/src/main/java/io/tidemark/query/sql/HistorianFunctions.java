package io.tidemark.query.sql;

import io.tidemark.model.QueryContext;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.retrieval.BlockSink;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.SummaryRow;
import java.time.ZoneId;
import java.util.List;

/**
 * What SQL's historian functions ask of retrieval and of time expressions: the same code as behind
 * every other door. Safe from any thread; errors are {@link io.tidemark.model.HistorianException}.
 */
public interface HistorianFunctions {
  /** Reads a tag's answer to a retrieval that is not a summary. */
  void read(Retrieval retrieval, TagDefinition tag, QueryContext context, BlockSink sink);

  /** Aggregates a tag over consecutive intervals. */
  List<SummaryRow> summarize(Retrieval.Summary retrieval, TagDefinition tag, QueryContext context);

  /**
   * The times of a grid, ascending, from the start of the range to before its end.
   *
   * @param every length of a step, for example {@code 10m} or {@code 1d}
   */
  long[] times(TimeRange range, String every, ZoneId zone);

  /**
   * The edges of consecutive intervals that cover the range, ascending; the last interval may be
   * shorter.
   *
   * @param every length of an interval, for example {@code 10m} or {@code 1d}
   */
  long[] edges(TimeRange range, String every, ZoneId zone);

  /** The instant of a time expression such as {@code *-8h} or an ISO time, in nanoseconds. */
  long resolveTime(String expression, QueryContext context);
}
