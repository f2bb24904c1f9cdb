package io.tidemark.query.retrieval;

import io.tidemark.model.Direction;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.StatisticsCursor;
import io.tidemark.model.StatisticsCursor.Piece;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.IntervalAggregator;
import io.tidemark.query.aggregate.SlopeUnit;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.aggregate.TotalUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers {@link Retrieval.Summary}: aggregates of one tag over intervals, in one pass over its
 * statistics and, where these cannot stand for them, its samples; also over the parts of intervals
 * where a condition holds.
 *
 * <p>Totals are in the unit of {@link TotalUnit}, slopes per second ({@link SlopeUnit}). Text and
 * state tags have counts, times, durations and percentages only; of tags in a unit that is not
 * linear nothing is added up unless that is wanted ({@link Retrieval.Logarithms}). Rows come in
 * order of time, one for each interval. Stateless; safe from any thread.
 *
 * <p>All methods throw {@link HistorianException}: {@link ErrorCode#EMPTY_RANGE} if the edges do
 * not ascend, {@link ErrorCode#UNIT_MISMATCH} for a tag that has not the fields asked for and
 * {@link Retrieval.Logarithms#REFUSED}, {@link ErrorCode#FORBIDDEN} for a tag the principal may not
 * read, {@link ErrorCode#CANCELLED} and {@link ErrorCode#DEADLINE_EXCEEDED} at the next block.
 */
public final class Summaries {
  private static final long[] EVERYWHERE = {Long.MIN_VALUE, Long.MAX_VALUE};

  private Summaries() {}

  /** Rows of all intervals. */
  public static List<SummaryRow> of(
      Retrieval.Summary asked, TagDefinition tag, QueryContext context) {
    return of(asked, tag, context, statisticsRule(asked, context));
  }

  /** The same, with a choice of what may stand for samples. */
  public static List<SummaryRow> of(
      Retrieval.Summary asked, TagDefinition tag, QueryContext context, StatisticsRule rule) {
    if (asked.basis().isEventWeighted()) {
      return within(EVERYWHERE, asked, tag, context, rule);
    }
    Retrievals.authorize(tag, context);
    SummaryRowMaker maker = new SummaryRowMaker(asked, tag, context);
    List<SummaryRow> rows = new ArrayList<>(asked.edgesNs().length);
    pass(
        asked,
        asked.edgesNs(),
        tag,
        context,
        rule,
        (startNs, endNs, s) -> rows.add(maker.row(startNs, endNs, s, endNs - startNs)));
    return rows;
  }

  /**
   * Rows of all intervals, each over the part of it that lies in some stretches only: percentages
   * are of that part, and an interval outside of all stretches has no values.
   *
   * @param stretchesNs start, end, start, end, ...; ascending, each {@code [start, end)}
   */
  public static List<SummaryRow> within(
      long[] stretchesNs, Retrieval.Summary asked, TagDefinition tag, QueryContext context) {
    return within(stretchesNs, asked, tag, context, statisticsRule(asked, context));
  }

  /** The same, with a choice of what may stand for samples. */
  public static List<SummaryRow> within(
      long[] stretchesNs,
      Retrieval.Summary asked,
      TagDefinition tag,
      QueryContext context,
      StatisticsRule rule) {
    Retrievals.authorize(tag, context);
    JoinedPieces pieces =
        new JoinedPieces(stretchesNs, asked, tag, new SummaryRowMaker(asked, tag, context));
    long[] cuts = pieces.cutsNs();
    if (cuts.length > 1) {
      pass(asked, cuts, tag, context, rule, pieces);
    }
    return pieces.rows();
  }

  private static StatisticsRule statisticsRule(Retrieval.Summary asked, QueryContext context) {
    boolean needsSamples = asked.fields().stream().anyMatch(SummaryField::needsSamples);
    return needsSamples ? StatisticsRule.NONE : Retrievals.statisticsRule(context);
  }

  private static void pass(
      Retrieval.Summary asked,
      long[] edges,
      TagDefinition tag,
      QueryContext context,
      StatisticsRule rule,
      IntervalAggregator.Sink sink) {
    ReadRule read = asked.basis().rule(asked.rule());
    IntervalAggregator aggregator = new IntervalAggregator(tag, read, asked.fields(), edges, sink);
    if (!read.isPlain()) {
      byRule(read, edges, tag, context, rule, aggregator);
      return;
    }
    TimeRange range = new TimeRange(edges[0], edges[edges.length - 1]);
    SampleBlock block = new SampleBlock();
    if (SampleWalk.firstRow(
        context, tag.id(), Long.MIN_VALUE, range.startNs(), Direction.BACKWARD, block)) {
      aggregator.before(block, 0);
    }
    try (StatisticsCursor samples = context.view().scanStatistics(context, tag.id(), edges, rule)) {
      for (Piece piece = samples.next(); piece != Piece.END; piece = samples.next()) {
        context.check();
        if (piece == Piece.STATISTICS) {
          aggregator.accept(samples.statistics());
        } else {
          aggregator.accept(samples.samples());
        }
      }
    }
    if (aggregator.needsNext()
        && SampleWalk.firstRow(
            context, tag.id(), range.endNs(), Long.MAX_VALUE, Direction.FORWARD, block)) {
      aggregator.finish(block, 0);
    } else {
      aggregator.finish();
    }
  }

  /** Aggregates what a rule makes of the samples. */
  private static void byRule(
      ReadRule read,
      long[] edges,
      TagDefinition tag,
      QueryContext context,
      StatisticsRule rule,
      IntervalAggregator aggregator) {
    long startNs = edges[0];
    long endNs = edges[edges.length - 1];
    try (RuledPieces pieces = new RuledPieces(context, tag, read, edges, rule)) {
      for (Piece piece = pieces.next(); piece != Piece.END; piece = pieces.next()) {
        context.check();
        if (piece == Piece.STATISTICS) {
          aggregator.accept(pieces.statistics());
          continue;
        }
        SampleBlock block = pieces.samples();
        int first = block.rowAtOrAfter(0, startNs);
        if (first > 0) {
          aggregator.before(block, first - 1);
        }
        int end = block.rowAtOrAfter(first, endNs);
        aggregator.accept(block, first, end);
        if (end < block.count()) {
          aggregator.finish(block, end);
          return;
        }
      }
    }
    aggregator.finish();
  }
}
