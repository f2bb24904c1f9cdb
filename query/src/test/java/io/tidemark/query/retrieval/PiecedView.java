package io.tidemark.query.retrieval;

import io.tidemark.model.Direction;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleType;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.StatisticsCursor;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TimeRange;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import java.util.function.Predicate;

/** A view that offers statistics of one to a few samples, wherever it comes to its mind. */
final class PiecedView implements ReadView {
  private final ReadView view;
  private final Random random;
  private int taken;

  PiecedView(ReadView view, Random random) {
    this.view = view;
    this.random = random;
  }

  /** Pieces of statistics that were handed out. */
  int taken() {
    return taken;
  }

  @Override
  public StatisticsCursor scanStatistics(
      QueryContext context,
      int tagId,
      long[] edgesNs,
      StatisticsRule rule,
      Predicate<SampleStatistics> suffices) {
    if (rule == StatisticsRule.NONE) {
      return view.scanStatistics(context, tagId, edgesNs, rule, suffices);
    }
    Queue<SampleBlock> pieces = new ArrayDeque<>();
    TimeRange range = new TimeRange(edgesNs[0], edgesNs[edgesNs.length - 1]);
    SampleBlock block = new SampleBlock();
    try (SampleCursor samples =
        view.scan(context, ScanRequest.values(tagId, range, Direction.FORWARD))) {
      while (samples.next(block) > 0) {
        for (int row = 0; row < block.count(); ) {
          int edge = Arrays.binarySearch(edgesNs, block.sourceTimesNs()[row]);
          int interval = edge >= 0 ? edge : -edge - 2;
          int end = block.rowAtOrAfter(row, edgesNs[interval + 1]);
          int rows = Math.min(end - row, 1 + random.nextInt(5));
          SampleBlock piece = new SampleBlock();
          piece.reset(block.type());
          piece.appendRange(block, row, rows);
          pieces.add(piece);
          row += rows;
        }
      }
    }
    return new Pieces(pieces, suffices);
  }

  private final class Pieces implements StatisticsCursor {
    private final Queue<SampleBlock> pieces;
    private final Predicate<SampleStatistics> suffices;
    private SampleBlock samples = new SampleBlock(1);
    private final SampleStatistics statistics = new SampleStatistics();

    Pieces(Queue<SampleBlock> pieces, Predicate<SampleStatistics> suffices) {
      this.pieces = pieces;
      this.suffices = suffices;
    }

    @Override
    public Piece next() {
      SampleBlock next = pieces.poll();
      if (next == null) {
        return Piece.END;
      }
      samples = next;
      statistics.of(next);
      if (random.nextInt(4) == 0 || !suffices.test(statistics)) {
        return Piece.SAMPLES;
      }
      taken++;
      return Piece.STATISTICS;
    }

    @Override
    public SampleStatistics statistics() {
      return statistics;
    }

    @Override
    public SampleType type() {
      return samples.type();
    }

    @Override
    public SampleBlock samples() {
      return samples;
    }

    @Override
    public void close() {}
  }

  @Override
  public TagCatalog tags() {
    return view.tags();
  }

  @Override
  public SampleCursor scan(QueryContext context, ScanRequest request) {
    return view.scan(context, request);
  }

  @Override
  public int current(QueryContext context, int tagId, long nowNs, SampleBlock block) {
    return view.current(context, tagId, nowNs, block);
  }

  @Override
  public String dataVersion() {
    return view.dataVersion();
  }

  @Override
  public long upToOrder() {
    return view.upToOrder();
  }

  @Override
  public void close() {
    view.close();
  }
}
