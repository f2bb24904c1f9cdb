package io.tidemark.storage.segment;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleType;
import io.tidemark.storage.codec.DoubleColumn;
import io.tidemark.storage.codec.LongColumn;
import io.tidemark.storage.codec.TextColumn;
import io.tidemark.storage.io.FileEnvelope;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The bytes of one block: {@code u32 CRC-32C of the rest, u16 row count, u8 type, u8 zero}, then
 * the columns time, flags, status, order, value. Encodes and decodes; belongs to one thread.
 */
final class BlockFormat {
  static final int HEADER_LENGTH = 8;

  /** No block is longer: 1 024 texts of the greatest length, and their columns. */
  static final int LENGTH_MAX = SampleBlock.CAPACITY * (SampleFrame.TEXT_BYTES_MAX + 64);

  private final LongColumn longs = new LongColumn();
  private final DoubleColumn doubles = new DoubleColumn();
  private final TextColumn texts = new TextColumn();
  private final long[] scratch = new long[SampleBlock.CAPACITY];

  /** Most bytes that the block's encoding can take. */
  static long bytesMax(SampleBlock block) {
    long fixed = HEADER_LENGTH + 5 * (64L + 8L * block.count() + 10L * block.count());
    return block.type() == SampleType.STRING
        ? fixed + TextColumn.bytesMax(block.texts(), block.count())
        : fixed;
  }

  /** Appends the encoded block at the buffer's position (little endian, with room for it). */
  void encode(SampleBlock block, ByteBuffer out) {
    int start = out.position();
    int count = block.count();
    out.putInt(0);
    out.putShort((short) count);
    out.put(block.type().code());
    out.put((byte) 0);
    longs.encode(block.sourceTimesNs(), count, out);
    for (int i = 0; i < count; i++) {
      scratch[i] = block.flags()[i];
    }
    longs.encode(scratch, count, out);
    for (int i = 0; i < count; i++) {
      scratch[i] = block.statuses()[i];
    }
    longs.encode(scratch, count, out);
    longs.encode(block.orders(), count, out);
    switch (block.type()) {
      case FLOAT64, FLOAT32 -> doubles.encode(block.doubles(), count, out);
      case INT64, INT32, BOOL, DIGITAL -> longs.encode(block.longs(), count, out);
      case STRING -> texts.encode(block.texts(), count, out);
    }
    out.putInt(start, FileEnvelope.crc(out, start + 4, out.position() - start - 4));
  }

  /**
   * Decodes a block.
   *
   * @param in from the block's first byte to its last
   * @param crc what the index says: a block that lies in another's place has a CRC of its own
   * @throws HistorianException {@link ErrorCode#CORRUPT} naming file, tag and offset.
   */
  void decode(ByteBuffer in, int crc, SampleBlock block, String file, int tagId, long offset) {
    in.order(ByteOrder.LITTLE_ENDIAN);
    if (in.remaining() < HEADER_LENGTH) {
      throw corrupt(file, tagId, offset, "length=" + in.remaining(), null);
    }
    int start = in.position();
    int actual = FileEnvelope.crc(in, start + 4, in.remaining() - 4);
    if (actual != crc || in.getInt(start) != crc) {
      throw corrupt(
          file,
          tagId,
          offset,
          String.format(
              "expectedCrc32c=0x%08x, storedCrc32c=0x%08x, actualCrc32c=0x%08x",
              crc, in.getInt(start), actual),
          null);
    }
    int count = Short.toUnsignedInt(in.getShort(start + 4));
    int type = in.get(start + 6);
    if (count == 0 || count > SampleBlock.CAPACITY) {
      throw corrupt(file, tagId, offset, "rows=" + count, null);
    }
    if (!ChunkIndex.isType(type) || in.get(start + 7) != 0) {
      throw corrupt(file, tagId, offset, "type=" + type + ", zero=" + in.get(start + 7), null);
    }
    try {
      block.reset(SampleType.ofCode(type));
      in.position(start + HEADER_LENGTH);
      longs.decode(in, count, block.sourceTimesNs());
      longs.decode(in, count, scratch);
      byte[] flags = block.flags();
      for (int i = 0; i < count; i++) {
        flags[i] = (byte) scratch[i];
      }
      longs.decode(in, count, scratch);
      int[] statuses = block.statuses();
      for (int i = 0; i < count; i++) {
        statuses[i] = (int) scratch[i];
      }
      longs.decode(in, count, block.orders());
      switch (block.type()) {
        case FLOAT64, FLOAT32 -> doubles.decode(in, count, block.doubles());
        case INT64, INT32, BOOL, DIGITAL -> longs.decode(in, count, block.longs());
        case STRING -> texts.decode(in, count, block.texts());
      }
      if (in.hasRemaining()) {
        throw new IllegalArgumentException("bytes behind the last column: " + in.remaining());
      }
      block.count(count);
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw corrupt(file, tagId, offset, String.valueOf(e.getMessage()), e);
    }
  }

  private static HistorianException corrupt(
      String file,
      int tagId,
      long offset,
      String what,
      @org.jspecify.annotations.Nullable Throwable cause) {
    return new HistorianException(
        ErrorCode.CORRUPT,
        "block is corrupt: file=" + file + ", tagId=" + tagId + ", offset=" + offset + ", " + what,
        null,
        null,
        cause);
  }
}
