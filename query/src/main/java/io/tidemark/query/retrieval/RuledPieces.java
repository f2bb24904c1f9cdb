package io.tidemark.query.retrieval;

import io.tidemark.model.Direction;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.ReadRule.Extrapolation;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleType;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.StatisticsCursor;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * The same rows as {@link RuledSamples}, for a reader of intervals: between the edges, statistics
 * stand for samples that the rule leaves as they are. From the last sample that matters at the
 * first edge to the end of all, or as far as it is read. One thread; close it.
 */
final class RuledPieces implements StatisticsCursor {
  private final QueryContext context;
  private final TagDefinition tag;
  private final RuledCurve curve;

  /* What was recorded: samples before the edges, then what lies between them, then samples after. */
  private final Queue<Supplier<StatisticsCursor>> parts = new ArrayDeque<>();
  private StatisticsCursor recorded;

  /* Samples that are not taken yet, from a row on. */
  private SampleBlock in = new SampleBlock(1);
  private int next;
  private final SampleBlock out = new SampleBlock();
  private boolean ended;

  /* Whether statistics come next, after the rows that are put in before them. */
  private boolean owesStatistics;

  /**
   * Rows and statistics.
   *
   * @param edgesNs two or more, ascending: no piece of statistics has samples on both sides of one
   * @param statistics what may stand for samples
   */
  RuledPieces(
      QueryContext context,
      TagDefinition tag,
      ReadRule rule,
      long[] edgesNs,
      StatisticsRule statistics) {
    this.context = context;
    this.tag = tag;
    curve = new RuledCurve(rule, rule.stepped(tag), context.nowNs());
    long startNs = edgesNs[0];
    long firstNs = RuledSamples.anchor(context, tag, rule, startNs);
    if (firstNs < startNs) {
      parts.add(() -> samples(firstNs, startNs));
    }
    long[] edges = knownEnd(edgesNs, rule);
    if (edges.length > 1) {
      parts.add(
          () ->
              context.view().scanStatistics(context, tag.id(), edges, statistics, curve::suffices));
    }
    long endNs = edges[edges.length - 1];
    if (endNs < Long.MAX_VALUE) {
      parts.add(() -> samples(endNs, Long.MAX_VALUE));
    }
    recorded = parts.remove().get();
  }

  /**
   * The edges up to the last two usable samples: a line that goes on after them has to know both.
   */
  private long[] knownEnd(long[] edges, ReadRule rule) {
    long endNs = edges[edges.length - 1];
    if (rule.extrapolation() != Extrapolation.SLOPE) {
      return edges;
    }
    long lineNs = RuledSamples.anchor(context, tag, rule, Math.min(endNs, Long.MAX_VALUE - 1));
    long[] known =
        LongStream.concat(
                LongStream.of(edges).filter(edgeNs -> edgeNs < lineNs), LongStream.of(lineNs))
            .toArray();
    return lineNs > edges[0] ? known : new long[] {edges[0]};
  }

  @Override
  public Piece next() {
    if (owesStatistics) {
      owesStatistics = false;
      out.count(0);
      return Piece.STATISTICS;
    }
    out.count(0);
    while (true) {
      next = curve.take(in, next, out);
      if (next < in.count()) {
        return Piece.SAMPLES;
      }
      switch (nextRecorded()) {
        case SAMPLES -> {
          in = recorded.samples();
          next = 0;
        }
        case STATISTICS -> {
          curve.take(recorded.statistics(), recorded.type(), out);
          owesStatistics = out.count() > 0;
          return owesStatistics ? Piece.SAMPLES : Piece.STATISTICS;
        }
        case END -> {
          if (!ended) {
            ended = true;
            curve.finish(out);
          }
          return out.count() > 0 ? Piece.SAMPLES : Piece.END;
        }
      }
    }
  }

  private Piece nextRecorded() {
    while (true) {
      Piece piece = recorded.next();
      if (piece != Piece.END || parts.isEmpty()) {
        return piece;
      }
      StatisticsCursor done = recorded;
      recorded = parts.remove().get();
      done.close();
    }
  }

  private StatisticsCursor samples(long startNs, long endNs) {
    ScanRequest request =
        ScanRequest.values(tag.id(), new TimeRange(startNs, endNs), Direction.FORWARD);
    return StatisticsCursor.ofSamples(context.view().scan(context, request));
  }

  @Override
  public SampleStatistics statistics() {
    return recorded.statistics();
  }

  @Override
  public SampleType type() {
    return out.count() > 0 ? out.type() : recorded.type();
  }

  @Override
  public SampleBlock samples() {
    return out;
  }

  @Override
  public void close() {
    recorded.close();
  }
}
