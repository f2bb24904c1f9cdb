package io.tidemark.storage;

import io.tidemark.model.DamageRule;
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
import io.tidemark.model.TimeRange;
import io.tidemark.storage.segment.Chunk;
import io.tidemark.storage.segment.ChunkIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Nodes of the statistics hierarchy where they can stand for their samples, else the samples. */
final class StatisticsWalk implements StatisticsCursor {
  /*
   * The walk stands at a time; everything before it was handed out. The chunk with statistics that has the next sample
   * offers the highest node that begins with that sample's block, in which no edge lies and no other source has a
   * sample. If no node will do, samples are read up to the first block of the chunk that one would do for, in one scan.
   *
   * A few late samples lie in blocks that span weeks: where a block has begun, its times are read once, so that it
   * costs the nodes that a sample of it lies in, and no others. Chunks are opened as the walk comes to them.
   */
  private final ReadView view;
  private final QueryContext context;
  private final int tagId;
  private final long[] edges;
  private final StatisticsRule rule;
  private final Predicate<SampleStatistics> suffices;
  private final boolean lastCounts;

  /* By first time; those that were come to are among the sources until the walk has passed them. */
  private final List<Chunk> waiting;
  private int nextWaiting;
  private final List<Source> sources = new ArrayList<>();

  /* Next time at or after a given one at which what has no statistics may have a sample. */
  private final LongUnaryOperator others;
  private final SampleStatistics node = new SampleStatistics();
  private final SampleBlock block = new SampleBlock();
  private @Nullable SampleCursor samples;
  private SampleType type = SampleType.FLOAT64;
  private long time;
  private long samplesEnd;

  /* What has no statistics next and from when on, asked again only for a time outside of that. */
  private long othersFrom = Long.MAX_VALUE;
  private long othersNext = Long.MIN_VALUE;

  /** A chunk that the walk has come to. */
  private static final class Source {
    private final Chunk place;
    private final @Nullable ChunkIndex index;
    private @Nullable SampleBlock times;
    private int timesBlock = -1;
    private boolean knowsTimes;

    Source(Chunk place) {
      this.place = place;
      index = place.index(DamageRule.CONTAIN);
    }

    /** Time of its first sample at or after a time; the time itself where that is not known. */
    long nextTime(long fromNs) {
      ChunkIndex chunk = index;
      if (chunk == null) {
        return place.lastTimeNs() < fromNs ? Long.MAX_VALUE : Math.max(fromNs, place.firstTimeNs());
      }
      int at = chunk.firstEndingAtOrAfter(fromNs);
      if (at == chunk.blockCount()) {
        return Long.MAX_VALUE;
      }
      if (chunk.firstTimeNs(at) >= fromNs) {
        return chunk.firstTimeNs(at);
      }
      SampleBlock held = times;
      if (held == null) {
        held = new SampleBlock();
        times = held;
      }
      if (timesBlock != at) {
        knowsTimes = place.readTimes(chunk, at, held);
        timesBlock = at;
      }
      return knowsTimes ? held.sourceTimesNs()[held.rowAtOrAfter(0, fromNs)] : fromNs;
    }
  }

  /**
   * A walk.
   *
   * @param suffices which statistics the reader can do with
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
      Predicate<SampleStatistics> suffices,
      List<Chunk> candidates,
      LongUnaryOperator others,
      boolean lastCounts) {
    this.view = view;
    this.context = context;
    this.tagId = tagId;
    this.edges = edges;
    this.rule = rule;
    this.suffices = suffices;
    this.others = others;
    this.lastCounts = lastCounts;
    this.time = edges[0];
    waiting = new ArrayList<>(candidates);
    waiting.sort(Comparator.comparingLong(Chunk::firstTimeNs));
  }

  @Override
  public Piece next() {
    context.check();
    while (true) {
      SampleCursor open = samples;
      if (open != null) {
        if (open.next(block) > 0) {
          type = block.type();
          return Piece.SAMPLES;
        }
        close();
        time = samplesEnd;
      }
      if (time >= end()) {
        return Piece.END;
      }
      Source from = nextSource();
      if (from == null) {
        read(end());
      } else if (takeNode(from)) {
        return Piece.STATISTICS;
      }
    }
  }

  private long end() {
    return edges[edges.length - 1];
  }

  /** Opens the chunks that begin at or before a time. */
  private void reach(long toNs) {
    while (nextWaiting < waiting.size() && waiting.get(nextWaiting).firstTimeNs() <= toNs) {
      sources.add(new Source(waiting.get(nextWaiting++)));
    }
  }

  /** The chunk with statistics that has the next sample of those; null if none has any more. */
  private @Nullable Source nextSource() {
    reach(time);
    while (true) {
      Source best = null;
      long bestTime = end();
      for (int i = sources.size() - 1; i >= 0; i--) {
        Source source = sources.get(i);
        if (source.place.lastTimeNs() < time) {
          sources.remove(i);
        } else if (source.index != null && source.index.hasStatistics()) {
          long next = source.nextTime(time);
          if (next < bestTime) {
            best = source;
            bestTime = next;
          }
        }
      }
      if (nextWaiting == waiting.size() || waiting.get(nextWaiting).firstTimeNs() >= bestTime) {
        return best;
      }
      reach(waiting.get(nextWaiting).firstTimeNs());
    }
  }

  /** A time before which nothing but the chunk has a sample at or after the given one. */
  private long nextTimeOfOthers(Source chunk, long fromNs) {
    if (fromNs < othersFrom || fromNs > othersNext) {
      othersFrom = fromNs;
      othersNext = others.applyAsLong(fromNs);
    }
    reach(fromNs);
    long next =
        nextWaiting == waiting.size()
            ? othersNext
            : Math.min(othersNext, waiting.get(nextWaiting).firstTimeNs());
    for (Source source : sources) {
      if (source != chunk) {
        next = Math.min(next, source.nextTime(fromNs));
      }
    }
    return next;
  }

  /** Takes a node of the chunk, or starts to read samples. */
  private boolean takeNode(Source source) {
    ChunkIndex chunk = source.index;
    if (chunk == null) {
      throw new IllegalStateException("chunk has no statistics");
    }
    int first = chunk.firstEndingAtOrAfter(time);
    if (chunk.firstTimeNs(first) >= time) {
      long others = nextTimeOfOthers(source, time);
      if (others >= chunk.firstTimeNs(first)) {
        for (int level = chunk.levelCount() - 1; level >= 0; level--) {
          int index = first >>> (5 * level);
          if (ChunkIndex.firstBlock(level, index) == first
              && fits(chunk, level, index, others)
              && load(source.place, chunk, level, index)) {
            time = chunk.nodeLastTimeNs(level, index) + 1;
            type = source.place.type();
            return true;
          }
        }
      }
    }
    read(readEnd());
    return false;
  }

  /** Where the first block begins that a node would do for; or a chunk ends. */
  private long readEnd() {
    long readEnd = end();
    for (Source source : List.copyOf(sources)) { // looking ahead may add some
      ChunkIndex chunk = source.index;
      if (chunk != null && chunk.hasStatistics() && chunk.lastTimeNs() >= time) {
        readEnd = Math.min(readEnd, readEnd(source, chunk, readEnd));
      }
    }
    return readEnd;
  }

  /** The same of one chunk, if it is before a limit. */
  private long readEnd(Source source, ChunkIndex chunk, long limit) {
    for (int at = chunk.firstEndingAtOrAfter(time); at < chunk.blockCount(); at++) {
      long start = chunk.firstTimeNs(at);
      if (start >= limit) {
        return limit;
      }
      if (start > time
          && fits(chunk, 0, at, nextTimeOfOthers(source, start))
          && suffices(chunk, 0, at)) {
        return start;
      }
    }
    return Math.min(limit, chunk.lastTimeNs() + 1);
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

  private boolean load(Chunk place, ChunkIndex chunk, int level, int index) {
    return suffices(chunk, level, index)
        && (rule != StatisticsRule.FROM_SAMPLES || place.recompute(chunk, level, index, node));
  }

  /** Loads what is stored of a node and says whether it is of use. */
  private boolean suffices(ChunkIndex chunk, int level, int index) {
    chunk.statistics(level, index, node);
    return node.isFinite() && suffices.test(node);
  }

  private void read(long endNs) {
    samplesEnd = endNs;
    samples =
        view.scan(
            context, ScanRequest.values(tagId, new TimeRange(time, endNs), Direction.FORWARD));
  }

  @Override
  public SampleStatistics statistics() {
    return node;
  }

  @Override
  public SampleType type() {
    return type;
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
