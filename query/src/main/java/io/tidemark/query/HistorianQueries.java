package io.tidemark.query;

import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.CounterRow;
import io.tidemark.query.aggregate.StateRow;
import io.tidemark.query.condition.BoundCondition;
import io.tidemark.query.retrieval.BlockSink;
import io.tidemark.query.retrieval.GapExplanation;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.SideBySide;
import io.tidemark.query.retrieval.SummaryRow;
import java.util.List;

/**
 * The questions about samples that every door asks, and the one place that answers them: REST, SQL
 * and whatever comes ask here, so the same question has the same answer behind all of them. The
 * context says who asks, which snapshot is read, until when, and with how much memory.
 *
 * <p>Stateless; safe from any thread; several tags may be asked for at a time ({@link SideBySide}).
 * All methods throw {@link HistorianException}: {@link io.tidemark.model.ErrorCode#FORBIDDEN} for a
 * tag the principal may not read, {@link io.tidemark.model.ErrorCode#CANCELLED} and {@link
 * io.tidemark.model.ErrorCode#DEADLINE_EXCEEDED} at the next block.
 */
public interface HistorianQueries {
  /** Answers from the snapshot of the context. */
  HistorianQueries OF_SNAPSHOT = new SnapshotQueries();

  /** Reads a tag's answer to a retrieval whose rows are samples. */
  void read(Retrieval retrieval, TagDefinition tag, QueryContext context, BlockSink sink);

  /** Aggregates a tag over consecutive intervals: a row for each, in order of time. */
  List<SummaryRow> summarize(Retrieval.Summary asked, TagDefinition tag, QueryContext context);

  /**
   * The same over the part of each interval that lies in some stretches.
   *
   * @param stretchesNs start, end, start, end, ...; ascending, each {@code [start, end)}
   */
  List<SummaryRow> summarizeWithin(
      long[] stretchesNs, Retrieval.Summary asked, TagDefinition tag, QueryContext context);

  /** What went through a meter: a row for each interval, in order of time. */
  List<CounterRow> counters(Retrieval.Counters asked, TagDefinition tag, QueryContext context);

  /** How long and how often a tag was in its states: rows of each interval, in order of time. */
  List<StateRow> states(Retrieval.States asked, TagDefinition tag, QueryContext context);

  /**
   * When a condition holds: start, end, start, end, ...; ascending, each {@code [start, end)}, none
   * touching the next.
   *
   * @param stretchesMax most stretches
   * @throws HistorianException {@link io.tidemark.model.ErrorCode#TOO_MANY} if there are more
   */
  long[] stretches(
      BoundCondition condition,
      TimeRange range,
      ReadRule rule,
      int stretchesMax,
      QueryContext context);

  /** Why a tag has no value at a time, in ns, by a rule. */
  GapExplanation explainGap(TagDefinition tag, long atNs, ReadRule rule, QueryContext context);
}
