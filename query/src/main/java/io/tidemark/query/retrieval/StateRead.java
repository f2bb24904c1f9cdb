package io.tidemark.query.retrieval;

import io.tidemark.model.Direction;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.StatisticsCursor;
import io.tidemark.model.StatisticsCursor.Piece;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.StateAggregator;
import io.tidemark.query.aggregate.StateRow;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads how long and how often a tag was in each of its states, from stored statistics where it
 * stays in one. Stateless; safe from any thread.
 */
public final class StateRead {
  private StateRead() {}

  /**
   * The states of consecutive intervals: several rows for each, in order of time.
   *
   * @param tag digital, bool, int64, int32 or string
   * @param edgesNs two or more, ascending; interval i is {@code [edges[i], edges[i + 1])}
   * @throws HistorianException as all {@link Retrievals}; {@link ErrorCode#UNSUPPORTED_TYPE} if the
   *     tag is a real, {@link ErrorCode#EMPTY_RANGE} if the edges do not ascend, {@link
   *     ErrorCode#TOO_MANY} if an interval has more than {@link StateAggregator#STATES_MAX} states.
   */
  public static List<StateRow> read(TagDefinition tag, long[] edgesNs, QueryContext context) {
    List<StateRow> rows = new ArrayList<>();
    read(tag, edgesNs, context, Retrievals.statisticsRule(context), rows::add);
    return rows;
  }

  /** The same, with a choice of what may stand for samples. */
  public static void read(
      TagDefinition tag,
      long[] edgesNs,
      QueryContext context,
      StatisticsRule statistics,
      Consumer<StateRow> sink) {
    Retrievals.authorize(tag, context);
    if (tag.type().isReal()) {
      throw new HistorianException(
          ErrorCode.UNSUPPORTED_TYPE,
          "a real has no states: tag="
              + ErrorText.quote(tag.name())
              + ", type="
              + tag.type().label());
    }
    StateAggregator pass = new StateAggregator(tag, edgesNs, sink);
    SampleWalk.lastBefore(context, tag, edgesNs[0], pass::before);
    try (StatisticsCursor samples =
        context.view().scanStatistics(context, tag.id(), edgesNs, statistics, pass::suffices)) {
      for (Piece piece = samples.next(); piece != Piece.END; piece = samples.next()) {
        context.check();
        if (piece == Piece.SAMPLES) {
          pass.accept(samples.samples());
        } else {
          pass.accept(samples.statistics());
        }
      }
    }
    long endNs = edgesNs[edgesNs.length - 1];
    SampleBlock block = new SampleBlock();
    if (pass.needsNext()
        && SampleWalk.firstRow(
            context, tag.id(), endNs, Long.MAX_VALUE, Direction.FORWARD, block)) {
      block.count(1);
      pass.accept(block);
    }
    pass.finish();
  }
}
