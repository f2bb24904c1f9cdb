package io.tidemark.storage.segment;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleFrame;
import io.tidemark.storage.codec.ByteInput;
import io.tidemark.storage.codec.ByteOutput;
import io.tidemark.storage.codec.DoubleColumn;
import io.tidemark.storage.codec.LongColumn;
import io.tidemark.storage.codec.StateColumn;
import io.tidemark.storage.codec.TextColumn;
import io.tidemark.storage.io.FileEnvelope;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one block: the columns time, state (status and flags), write order and value, one
 * behind the other. Times and orders are distances from the smallest, which the index holds, as it
 * does the block's rows, type and CRC. Encodes and decodes; belongs to one thread.
 */
final class BlockFormat {
  /** No block is longer: 1 024 texts of the greatest length, and their columns. */
  static final int LENGTH_MAX = SampleBlock.CAPACITY * (SampleFrame.TEXT_BYTES_MAX + 64);

  private final LongColumn longs = new LongColumn();
  private final DoubleColumn doubles = new DoubleColumn(longs);
  private final StateColumn states = new StateColumn(longs);
  private final TextColumn texts = new TextColumn(longs, SampleFrame.TEXT_BYTES_MAX);
  private final long[] scratch = new long[SampleBlock.CAPACITY];
  private final ByteInput input = new ByteInput();
  private final ByteInput sharedInput = new ByteInput();
  private byte[] sharedBytes = new byte[0];
  private final CRC32C crc = new CRC32C();

  /** Which columns of a block are wanted; the others keep what they held. */
  enum Columns {
    /** Only times. */
    TIME(false, false, false),
    /** Times, statuses and flags. */
    STATE(true, false, false),
    /** All but the values. */
    NO_VALUE(true, true, false),
    /** All but the write orders. */
    NO_ORDER(true, false, true),
    /** Everything. */
    ALL(true, true, true);

    private final boolean hasState;
    private final boolean hasOrder;
    private final boolean hasValue;

    boolean hasOrder() {
      return hasOrder;
    }

    Columns(boolean hasState, boolean hasOrder, boolean hasValue) {
      this.hasState = hasState;
      this.hasOrder = hasOrder;
      this.hasValue = hasValue;
    }
  }

  /** Gives bytes of the file that hold a block, for columns that lie in another block. */
  interface ColumnSource {
    /**
     * Fills the front of the array with bytes of the file; false if the file does not have them.
     */
    boolean read(long offset, int length, byte[] into);
  }

  /**
   * Appends the encoded block.
   *
   * @param outputOffset where the output begins in the file
   */
  void encode(SampleBlock block, SharedColumns shared, long outputOffset, ByteOutput out) {
    int start = out.length();
    int count = block.count();
    distances(block.sourceTimesNs(), count, block.sourceTimesNs()[0]);
    longs.encodeAscending(scratch, count, out);
    shared.share(start, start, outputOffset, out);
    states.encode(block.statuses(), block.flags(), count, out);
    int orders = out.length();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      least = Math.min(least, block.orders()[i]);
    }
    distances(block.orders(), count, least);
    longs.encodeAscending(scratch, count, out);
    shared.share(orders, start, outputOffset, out);
    switch (block.type()) {
      case FLOAT64, FLOAT32 -> doubles.encode(block.doubles(), count, out);
      case INT64, INT32, BOOL, DIGITAL -> longs.encode(block.longs(), count, out);
      case STRING -> texts.encode(block.texts(), count, out);
    }
  }

  private void distances(long[] values, int count, long from) {
    for (int i = 0; i < count; i++) {
      scratch[i] = values[i] - from;
    }
  }

  /**
   * Decodes a block.
   *
   * @param bytes that begin with the block
   * @param chunk whose block it is
   * @param index which one
   * @throws HistorianException {@link ErrorCode#CORRUPT} naming file, tag and offset.
   */
  void decode(
      byte[] bytes,
      ChunkIndex chunk,
      int index,
      Columns columns,
      SampleBlock block,
      ColumnSource source,
      String file) {
    int length = chunk.length(index);
    int actual = crc(bytes, length);
    if (actual != chunk.crc(index)) {
      throw corrupt(
          file,
          chunk,
          index,
          String.format("expectedCrc32c=0x%08x, actualCrc32c=0x%08x", chunk.crc(index), actual),
          null);
    }
    int count = chunk.rows(index);
    long offset = chunk.offset(index);
    try {
      block.reset(chunk.type());
      ByteInput in = input.wrap(bytes, 0, length);
      column(in, offset, source, count, chunk.firstTimeNs(index), block.sourceTimesNs());
      if (columns.hasState) {
        states.decode(in, count, block.statuses(), block.flags());
      }
      if (columns.hasOrder) {
        column(in, offset, source, count, chunk.firstOrder(index), block.orders());
      } else if (columns.hasValue) {
        skipColumn(in, count);
      }
      if (columns.hasValue) {
        switch (chunk.type()) {
          case FLOAT64, FLOAT32 -> doubles.decode(in, count, block.doubles());
          case INT64, INT32, BOOL, DIGITAL -> longs.decode(in, count, block.longs());
          case STRING -> texts.decode(in, count, block.texts());
        }
        if (in.remaining() > 0) {
          throw new IllegalArgumentException("bytes behind the last column: " + in.remaining());
        }
      }
      block.count(count);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw corrupt(file, chunk, index, String.valueOf(e.getMessage()), e);
    }
    if (block.sourceTimesNs()[0] != chunk.firstTimeNs(index)
        || block.sourceTimesNs()[count - 1] != chunk.lastTimeNs(index)) {
      throw corrupt(file, chunk, index, "block is not what the index says", null);
    }
  }

  private int crc(byte[] bytes, int length) {
    crc.reset();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /** Reads a column of distances, here or where a reference says. */
  private void column(
      ByteInput in, long blockOffset, ColumnSource source, int count, long least, long[] out) {
    if (in.peek() != SharedColumns.SHARED) {
      longs.decode(in, count, out);
    } else {
      in.u8();
      long offset = blockOffset - in.varint();
      int length = in.count(BLOCK_COLUMN_MAX, "shared column");
      int expected = in.i32();
      if (sharedBytes.length < length) {
        sharedBytes = new byte[length];
      }
      if (offset < FileEnvelope.HEADER_LENGTH
          || offset + length > blockOffset
          || !source.read(offset, length, sharedBytes)) {
        throw new IllegalArgumentException("shared column: offset=" + offset);
      }
      int actual = crc(sharedBytes, length);
      if (actual != expected) {
        throw new IllegalArgumentException(
            String.format(
                "shared column: offset=%d, expectedCrc32c=0x%08x, actualCrc32c=0x%08x",
                offset, expected, actual));
      }
      longs.decode(sharedInput.wrap(sharedBytes, 0, length), count, out);
    }
    for (int i = 0; i < count; i++) {
      out[i] += least;
    }
  }

  /* A column of 1 024 integers is not longer than these and a few fields. */
  private static final int BLOCK_COLUMN_MAX = 8 * SampleBlock.CAPACITY + 1024;

  private static void skipColumn(ByteInput in, int count) {
    if (in.peek() != SharedColumns.SHARED) {
      LongColumn.skip(in, count);
    } else {
      in.u8();
      in.varint();
      in.varint();
      in.skip(4);
    }
  }

  private static HistorianException corrupt(
      String file, ChunkIndex chunk, int index, String what, @Nullable Throwable cause) {
    return new HistorianException(
        ErrorCode.CORRUPT,
        "block is corrupt: file="
            + file
            + ", tagId="
            + chunk.tagId()
            + ", offset="
            + chunk.offset(index)
            + ", "
            + what,
        null,
        null,
        cause);
  }
}
