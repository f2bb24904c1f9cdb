package io.tidemark.storage;

import io.tidemark.model.DamageRule;
import io.tidemark.model.Direction;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.StatisticsCursor;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.TimeRange;
import io.tidemark.storage.segment.Chunk;
import io.tidemark.storage.segment.ChunkIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Nodes of the statistics hierarchy where they can stand for their samples, else the samples. */
final class StatisticsWalk implements StatisticsCursor {
  /*
   * The walk stands at a time; everything before it was handed out. The chunk with the next block, if that begins at or
   * after the time, offers the highest node that begins with the block, in which no edge lies and no other source has a
   * sample. What other sources have is known from their indexes only as far as "none before this time": inside one of
   * their blocks they may have a sample anywhere. If no node will do, samples are read from the time to the end of the
   * last block in a row that none will do for, in one scan.
   */
  private final ReadView view;
  private final QueryContext context;
  private final int tagId;
  private final long[] edges;
  private final StatisticsRule rule;
  private final boolean lastCounts;
  private final List<ChunkIndex> chunks = new ArrayList<>();
  private final List<Chunk> places = new ArrayList<>();

  /* Next time at or after a given one at which what has no statistics may have a sample. */
  private final LongUnaryOperator others;
  private final SampleStatistics node = new SampleStatistics();
  private final SampleBlock block = new SampleBlock();
  private @Nullable SampleCursor samples;
  private long time;
  private long samplesEnd;

  /** What has no statistics in time, asked again only once the walk has passed it. */
  private long othersNext = Long.MIN_VALUE;

  /**
   * A walk.
   *
   * @param candidates chunks of the tag whose statistics may be used, of those in the view
   * @param others see above
   * @param lastCounts whether of samples of one time the last written one counts
   */
  StatisticsWalk(
      ReadView view,
      QueryContext context,
      int tagId,
      long[] edges,
      StatisticsRule rule,
      List<Chunk> candidates,
      LongUnaryOperator others,
      boolean lastCounts) {
    this.view = view;
    this.context = context;
    this.tagId = tagId;
    this.edges = edges;
    this.rule = rule;
    this.others = others;
    this.lastCounts = lastCounts;
    this.time = edges[0];
    for (Chunk chunk : candidates) {
      ChunkIndex index = chunk.index(DamageRule.CONTAIN);
      if (index != null) {
        chunks.add(index);
        places.add(chunk);
      }
    }
  }

  @Override
  public Piece next() {
    context.check();
    while (true) {
      SampleCursor open = samples;
      if (open != null) {
        if (open.next(block) > 0) {
          return Piece.SAMPLES;
        }
        close();
        time = samplesEnd;
      }
      if (time >= end()) {
        return Piece.END;
      }
      int from = nextChunk();
      if (from < 0) {
        read(end());
      } else if (takeNode(from)) {
        return Piece.STATISTICS;
      }
    }
  }

  private long end() {
    return edges[edges.length - 1];
  }

  /** The chunk that may have the next sample; -1 if none has any more. */
  private int nextChunk() {
    int best = -1;
    long bestTime = end();
    for (int i = 0; i < chunks.size(); i++) {
      long next = nextTime(chunks.get(i), time);
      if (next < bestTime) {
        best = i;
        bestTime = next;
      }
    }
    return best;
  }

  /** A time before which the chunk has no sample at or after the given one. */
  private static long nextTime(ChunkIndex chunk, long fromNs) {
    int block = chunk.firstEndingAtOrAfter(fromNs);
    return block == chunk.blockCount()
        ? Long.MAX_VALUE
        : Math.max(fromNs, chunk.firstTimeNs(block));
  }

  /** A time before which nothing but the chunk has a sample at or after the given one. */
  private long nextTimeOfOthers(int chunk, long fromNs) {
    if (othersNext < fromNs) {
      othersNext = others.applyAsLong(fromNs);
    }
    long next = othersNext;
    for (int i = 0; i < chunks.size(); i++) {
      if (i != chunk) {
        next = Math.min(next, nextTime(chunks.get(i), fromNs));
      }
    }
    return next;
  }

  /** Takes a node of the chunk, or starts to read samples. */
  private boolean takeNode(int from) {
    ChunkIndex chunk = chunks.get(from);
    int first = chunk.firstEndingAtOrAfter(time);
    long start = chunk.firstTimeNs(first);
    if (start >= time) {
      long others = nextTimeOfOthers(from, time);
      if (others >= start) {
        for (int level = chunk.levelCount() - 1; level >= 0; level--) {
          int index = first >>> (5 * level);
          if (ChunkIndex.firstBlock(level, index) == first
              && fits(chunk, level, index, others)
              && load(from, level, index)) {
            time = chunk.nodeLastTimeNs(level, index) + 1;
            return true;
          }
        }
      }
    }
    // On to the first block that a node would do for.
    int last = first;
    while (last + 1 < chunk.blockCount()
        && chunk.firstTimeNs(last + 1) < end()
        && !fits(chunk, 0, last + 1, nextTimeOfOthers(from, chunk.lastTimeNs(last) + 1))) {
      last++;
    }
    read(Math.min(end(), chunk.lastTimeNs(last) + 1));
    return false;
  }

  /** Whether no edge lies inside the node, no other sample, and it stands for its samples. */
  private boolean fits(ChunkIndex chunk, int level, int index, long others) {
    long first = chunk.nodeFirstTimeNs(level, index);
    long last = chunk.nodeLastTimeNs(level, index);
    if (first < edges[0] || last >= end() || others <= last) {
      return false;
    }
    int edge = Arrays.binarySearch(edges, last);
    int after = edge >= 0 ? edge : -edge - 2; // the last edge at or before the last sample
    return edges[after] <= first && chunk.isWhole(level, index, lastCounts);
  }

  private boolean load(int from, int level, int index) {
    ChunkIndex chunk = chunks.get(from);
    if (rule == StatisticsRule.FROM_SAMPLES) {
      return places.get(from).recompute(chunk, level, index, node) && node.isFinite();
    }
    chunk.statistics(level, index, node);
    return node.isFinite();
  }

  private void read(long endNs) {
    samplesEnd = endNs;
    samples = view.scan(context, tagId, new TimeRange(time, endNs), Direction.FORWARD);
  }

  @Override
  public SampleStatistics statistics() {
    return node;
  }

  @Override
  public SampleBlock samples() {
    return block;
  }

  @Override
  public void close() {
    SampleCursor open = samples;
    if (open != null) {
      samples = null;
      open.close();
    }
  }
}
