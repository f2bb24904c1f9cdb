package io.tidemark.storage.segment;

import io.tidemark.model.SampleBlock;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What decoding a block needs beside the block: some 140 KB of arrays, kept for the next reader
 * rather than made anew for each chunk of each query. Belongs to one thread between {@link #take}
 * and {@link #close}.
 */
final class BlockDecoder implements AutoCloseable {
  private static final ConcurrentLinkedQueue<BlockDecoder> IDLE = new ConcurrentLinkedQueue<>();

  /* Longer ones hold texts; they are rare, and not worth to keep. */
  private static final int SCRATCH_KEPT_MAX = 1 << 16;

  private final BlockFormat format = new BlockFormat();
  private final SampleBlock block = new SampleBlock();
  private byte[] scratch = new byte[0];

  private BlockDecoder() {}

  /** One that nobody uses. */
  static BlockDecoder take() {
    BlockDecoder idle = IDLE.poll();
    return idle == null ? new BlockDecoder() : idle;
  }

  /** A block to fill, which comes with the rest. */
  SampleBlock block() {
    return block;
  }

  /** Fills the block; errors as {@link BlockFormat#decode}. */
  void decode(
      BlockFormat.ColumnSource source,
      String file,
      ChunkIndex chunk,
      int index,
      BlockFormat.Columns columns,
      SampleBlock block) {
    int length = chunk.length(index);
    if (scratch.length < length) {
      scratch = new byte[Math.max(length, 2 * scratch.length)];
    }
    source.read(chunk.offset(index), length, scratch);
    format.decode(scratch, chunk, index, columns, block, source, file);
  }

  @Override
  public void close() {
    if (scratch.length > SCRATCH_KEPT_MAX) {
      scratch = new byte[0];
    }
    IDLE.add(this);
  }
}
