package io.tidemark.query.retrieval;

import io.tidemark.model.Direction;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleStatistics.Count;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.StatisticsCursor;
import io.tidemark.model.StatisticsCursor.Piece;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.CounterAggregator;
import io.tidemark.query.aggregate.CounterRow;
import io.tidemark.query.aggregate.CounterRule;
import io.tidemark.query.aggregate.CounterRule.MeterChange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * Reads what went through a meter, from stored statistics where the counter only rises. Stateless;
 * safe from any thread.
 */
public final class CounterRead {
  private CounterRead() {}

  /**
   * What went through a meter in consecutive intervals: a row for each, in order of time.
   *
   * @param tag a number: float64, float32, int64 or int32
   * @param edgesNs two or more, ascending; interval i is {@code [edges[i], edges[i + 1])}
   * @throws HistorianException as all {@link Retrievals}; {@link ErrorCode#UNSUPPORTED_TYPE} if the
   *     tag is no number, {@link ErrorCode#EMPTY_RANGE} if the edges do not ascend.
   */
  public static List<CounterRow> read(
      TagDefinition tag, long[] edgesNs, CounterRule rule, QueryContext context) {
    List<CounterRow> rows = new ArrayList<>(edgesNs.length);
    read(tag, edgesNs, rule, context, Retrievals.statisticsRule(context), rows::add);
    return rows;
  }

  /** The same, with a choice of what may stand for samples. */
  public static void read(
      TagDefinition tag,
      long[] edgesNs,
      CounterRule rule,
      QueryContext context,
      StatisticsRule statistics,
      Consumer<CounterRow> sink) {
    Retrievals.authorize(tag, context);
    if (!tag.type().isContinuous()) {
      throw new HistorianException(
          ErrorCode.UNSUPPORTED_TYPE,
          "a counter is a number: tag="
              + ErrorText.quote(tag.name())
              + ", type="
              + tag.type().label());
    }
    CounterAggregator pass = new CounterAggregator(tag, edgesNs, rule, sink);
    long startNs = edgesNs[0];
    long endNs = edgesNs[edgesNs.length - 1];
    SampleWalk.lastBefore(context, tag, startNs, pass::before);
    // No piece may hide a meter change.
    long[] borders =
        LongStream.concat(
                LongStream.of(edgesNs),
                rule.changes().stream()
                    .mapToLong(MeterChange::timeNs)
                    .filter(timeNs -> timeNs > startNs && timeNs < endNs))
            .sorted()
            .distinct()
            .toArray();
    accept(pass, tag, borders, context, statistics);
    if (pass.needsNext()) {
      next(pass, tag, endNs, context);
    }
    pass.finish();
  }

  private static void accept(
      CounterAggregator pass,
      TagDefinition tag,
      long[] borders,
      QueryContext context,
      StatisticsRule rule) {
    try (StatisticsCursor samples =
        context.view().scanStatistics(context, tag.id(), borders, rule, pass::suffices)) {
      for (Piece piece = samples.next(); piece != Piece.END; piece = samples.next()) {
        context.check();
        if (piece == Piece.SAMPLES) {
          pass.accept(samples.samples());
        } else if (pass.takes(samples.statistics())) {
          pass.accept(samples.statistics());
        } else {
          refused(pass, tag, samples.statistics(), context, rule);
        }
      }
    }
  }

  /**
   * A piece would do, but not after what came before it: the block that it begins with is read, and
   * the rest offered in smaller pieces.
   */
  private static void refused(
      CounterAggregator pass,
      TagDefinition tag,
      SampleStatistics piece,
      QueryContext context,
      StatisticsRule rule) {
    long firstNs = piece.get(Count.FIRST_TIME);
    long endNs = piece.get(Count.LAST_TIME) + 1; // an edge lies behind it
    boolean isBlock = piece.get(Count.ROWS) <= SampleBlock.CAPACITY;
    long[] borders =
        isBlock ? new long[] {firstNs, endNs} : new long[] {firstNs, firstNs + 1, endNs};
    accept(pass, tag, borders, context, isBlock ? StatisticsRule.NONE : rule);
  }

  /** Hands over the first sample from a time on, and the first usable one. */
  private static void next(
      CounterAggregator pass, TagDefinition tag, long endNs, QueryContext context) {
    SampleBlock block = new SampleBlock();
    if (!SampleWalk.firstRow(context, tag.id(), endNs, Long.MAX_VALUE, Direction.FORWARD, block)) {
      return;
    }
    block.count(1);
    long nextNs = block.sourceTimesNs()[0];
    pass.accept(block);
    if (!pass.needsNext() || nextNs + 1 == Long.MAX_VALUE) {
      return;
    }
    ScanRequest usable =
        new ScanRequest(
            tag.id(),
            new TimeRange(nextNs + 1, Long.MAX_VALUE),
            Direction.FORWARD,
            SampleColumns.VALUES,
            SampleCondition.of(Quality.usable(true)));
    try (SampleCursor samples = context.view().scan(context, usable)) {
      while (pass.needsNext() && samples.next(block) > 0) {
        context.check();
        pass.accept(block);
      }
    }
  }
}
