package io.tidemark.storage.segment;

import io.tidemark.model.DamageRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleType;
import java.lang.ref.SoftReference;
import org.jspecify.annotations.Nullable;

/**
 * A tag's samples of one type in a segment, as the directory knows them. Its index is read when it
 * is asked for, and forgotten when memory is short. Shared.
 */
public final class Chunk {
  private final SegmentReader segment;
  private final SegmentDirectory.Entry entry;

  /* Benign race: two threads may both read the index, and either of the two equal ones stays. */
  private volatile SoftReference<ChunkIndex> index = new SoftReference<>(null);

  Chunk(SegmentReader segment, SegmentDirectory.Entry entry) {
    this.segment = segment;
    this.entry = entry;
  }

  /** The segment that it lies in. */
  public SegmentReader segment() {
    return segment;
  }

  SegmentDirectory.Entry entry() {
    return entry;
  }

  /** The tag. */
  public int tagId() {
    return entry.tagId();
  }

  /** Type of all rows. */
  public SampleType type() {
    return entry.type();
  }

  /** How many rows. */
  public long rows() {
    return entry.rows();
  }

  /** Source time of the first row. */
  public long firstTimeNs() {
    return entry.firstTimeNs();
  }

  /** Source time of the last row. */
  public long lastTimeNs() {
    return entry.lastTimeNs();
  }

  /** Smallest write order. */
  public long firstOrder() {
    return entry.firstOrder();
  }

  /** Greatest write order. */
  public long lastOrder() {
    return entry.lastOrder();
  }

  /**
   * Where its blocks lie.
   *
   * @return null if neither the index nor its copy can be read; the damage list says why
   * @throws io.tidemark.model.HistorianException instead, if the rule is strict.
   */
  public @Nullable ChunkIndex index(DamageRule rule) {
    ChunkIndex known = index.get();
    if (known == null) {
      known = segment.readIndex(this, rule);
      if (known != null) {
        index = new SoftReference<>(known);
      }
    }
    return known;
  }

  /**
   * Reads the source times of a block, and nothing else of it.
   *
   * @return false if it cannot be read
   */
  public boolean readTimes(ChunkIndex chunk, int block, SampleBlock into) {
    try (BlockDecoder decoder = BlockDecoder.take()) {
      return segment.read(
          chunk, block, decoder, BlockFormat.Columns.TIME, into, DamageRule.CONTAIN);
    }
  }

  /**
   * Makes the statistics of a node of this chunk's index from its rows, as they were made when they
   * were written.
   *
   * @return false if a row cannot be read
   */
  public boolean recompute(ChunkIndex chunk, int level, int node, SampleStatistics into) {
    SampleBlock block = new SampleBlock();
    try (BlockDecoder decoder = BlockDecoder.take()) {
      return recompute(chunk, level, node, into, decoder, block);
    }
  }

  private boolean recompute(
      ChunkIndex chunk,
      int level,
      int node,
      SampleStatistics into,
      BlockDecoder decoder,
      SampleBlock block) {
    if (level == 0) {
      if (!segment.read(chunk, node, decoder, block, DamageRule.CONTAIN)) {
        return false;
      }
      into.of(block);
      return true;
    }
    SampleStatistics child = new SampleStatistics();
    int first = node * ChunkIndex.FAN_OUT;
    int end = Math.min(first + ChunkIndex.FAN_OUT, chunk.nodeCount(level - 1));
    for (int i = first; i < end; i++) {
      if (!recompute(chunk, level - 1, i, i == first ? into : child, decoder, block)) {
        return false;
      }
      if (i > first) {
        into.join(child);
      }
    }
    return true;
  }
}
