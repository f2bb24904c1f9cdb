package io.tidemark.storage.segment;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleType;
import io.tidemark.storage.io.FileEnvelope;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a tag's blocks lie in a segment and what they say about themselves. In time order;
 * neighbours may share their border time. Immutable once read.
 *
 * <p>Bytes: {@code u32 tag id, u8 type, u8 zero, u16 zero, u32 blocks}, then 104 bytes a block:
 * {@code u64 offset, u32 length, u16 rows, u16 flags (bit 0: equal times), i64 first time, i64 last
 * time, u64 first order, u64 last order, u32 good, u32 uncertain, u32 bad, u32 CRC-32C of the
 * block, f64 sum, f64 minimum, i64 its time, f64 maximum, i64 its time}.
 */
public final class ChunkIndex {
  static final int HEADER_LENGTH = 12;
  static final int ENTRY_LENGTH = 104;
  private static final int EQUAL_TIMES = 1;

  private final int tagId;
  private final SampleType type;
  private final List<Block> blocks = new ArrayList<>();
  private long firstOrder = Long.MAX_VALUE;
  private long lastOrder = Long.MIN_VALUE;

  ChunkIndex(int tagId, SampleType type) {
    this.tagId = tagId;
    this.type = type;
  }

  /**
   * One block's place and summary.
   *
   * @param offset in the file
   * @param length in bytes
   * @param hasEqualTimes whether neighbouring rows share a time
   */
  public record Block(
      long offset,
      int length,
      int crc,
      int rows,
      boolean hasEqualTimes,
      long firstTimeNs,
      long lastTimeNs,
      long firstOrder,
      long lastOrder,
      SampleStatistics statistics) {}

  void add(long offset, int length, int crc, SampleBlock block) {
    int rows = block.count();
    long[] times = block.sourceTimesNs();
    boolean equalTimes = false;
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (int i = 0; i < rows; i++) {
      equalTimes |= i > 0 && times[i] == times[i - 1];
      first = Math.min(first, block.orders()[i]);
      last = Math.max(last, block.orders()[i]);
    }
    add(
        new Block(
            offset,
            length,
            crc,
            rows,
            equalTimes,
            times[0],
            times[rows - 1],
            first,
            last,
            SampleStatistics.of(block)));
  }

  private void add(Block block) {
    blocks.add(block);
    firstOrder = Math.min(firstOrder, block.firstOrder());
    lastOrder = Math.max(lastOrder, block.lastOrder());
  }

  /** The tag. */
  public int tagId() {
    return tagId;
  }

  /** Type of all rows. */
  public SampleType type() {
    return type;
  }

  /** How many blocks. */
  public int blockCount() {
    return blocks.size();
  }

  /** A block, by its index in the chunk. */
  public Block block(int index) {
    return blocks.get(index);
  }

  /** Statistics of a block's rows. */
  public SampleStatistics statistics(int index) {
    return blocks.get(index).statistics();
  }

  /** Source time of the first row. */
  public long firstTimeNs() {
    return blocks.getFirst().firstTimeNs();
  }

  /** Source time of the last row. */
  public long lastTimeNs() {
    return blocks.getLast().lastTimeNs();
  }

  /** Smallest write order of any row. */
  public long firstOrder() {
    return firstOrder;
  }

  /** Greatest write order of any row. */
  public long lastOrder() {
    return lastOrder;
  }

  /**
   * Index of the first block whose last row is at or after the time; {@link #blockCount} if none.
   */
  int firstEndingAtOrAfter(long timeNs) {
    int low = 0;
    int high = blocks.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (blocks.get(middle).lastTimeNs() < timeNs) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Index of the last block whose first row is before the time; -1 if none. */
  int lastStartingBefore(long timeNs) {
    int low = 0;
    int high = blocks.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (blocks.get(middle).firstTimeNs() < timeNs) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  int encodedLength() {
    return HEADER_LENGTH + ENTRY_LENGTH * blocks.size();
  }

  void encode(ByteBuffer out) {
    out.putInt(tagId).put(type.code()).put((byte) 0).putShort((short) 0).putInt(blocks.size());
    for (Block block : blocks) {
      SampleStatistics statistics = block.statistics();
      out.putLong(block.offset())
          .putInt(block.length())
          .putShort((short) block.rows())
          .putShort((short) (block.hasEqualTimes() ? EQUAL_TIMES : 0))
          .putLong(block.firstTimeNs())
          .putLong(block.lastTimeNs())
          .putLong(block.firstOrder())
          .putLong(block.lastOrder())
          .putInt(statistics.good())
          .putInt(statistics.uncertain())
          .putInt(statistics.bad())
          .putInt(block.crc())
          .putDouble(statistics.sum())
          .putDouble(statistics.minimum())
          .putLong(statistics.minimumTimeNs())
          .putDouble(statistics.maximum())
          .putLong(statistics.maximumTimeNs());
    }
  }

  /**
   * Reads one chunk's index; every place is checked against the area that holds blocks.
   *
   * @throws HistorianException {@link ErrorCode#CORRUPT}.
   */
  static ChunkIndex decode(ByteBuffer in, long blocksEnd, String file) {
    check(in.remaining() >= HEADER_LENGTH, file, "index length", in.remaining());
    int tagId = in.getInt();
    int typeCode = in.get();
    check(isType(typeCode), file, "type", typeCode);
    SampleType type = SampleType.ofCode(typeCode);
    check(in.get() == 0 && in.getShort() == 0, file, "reserved", tagId);
    check(tagId >= 0, file, "tagId", tagId);
    int count = in.getInt();
    check(count > 0 && (long) count * ENTRY_LENGTH <= in.remaining(), file, "block count", count);
    ChunkIndex chunk = new ChunkIndex(tagId, type);
    long previousTime = Long.MIN_VALUE;
    for (int i = 0; i < count; i++) {
      long offset = in.getLong();
      int length = in.getInt();
      int rows = Short.toUnsignedInt(in.getShort());
      int flags = in.getShort();
      long firstTime = in.getLong();
      long lastTime = in.getLong();
      long firstOrder = in.getLong();
      long lastOrder = in.getLong();
      int good = in.getInt();
      int uncertain = in.getInt();
      int bad = in.getInt();
      int crc = in.getInt();
      SampleStatistics statistics =
          new SampleStatistics(
              good,
              uncertain,
              bad,
              in.getDouble(),
              in.getDouble(),
              in.getLong(),
              in.getDouble(),
              in.getLong());
      check(
          offset >= FileEnvelope.HEADER_LENGTH
              && length >= BlockFormat.HEADER_LENGTH
              && offset <= blocksEnd - length,
          file,
          "offset",
          offset);
      check(rows > 0 && rows <= SampleBlock.CAPACITY, file, "rows", rows);
      check((flags & ~EQUAL_TIMES) == 0, file, "flags", flags);
      check(firstTime <= lastTime && firstTime >= previousTime, file, "times", firstTime);
      check(firstOrder > 0 && firstOrder <= lastOrder, file, "orders", firstOrder);
      previousTime = lastTime;
      chunk.add(
          new Block(
              offset,
              length,
              crc,
              rows,
              (flags & EQUAL_TIMES) != 0,
              firstTime,
              lastTime,
              firstOrder,
              lastOrder,
              statistics));
    }
    return chunk;
  }

  static boolean isType(int code) {
    for (SampleType type : SampleType.values()) {
      if (type.code() == code) {
        return true;
      }
    }
    return false;
  }

  private static void check(boolean holds, String file, String field, long value) {
    if (!holds) {
      throw new HistorianException(
          ErrorCode.CORRUPT,
          "segment index is corrupt: file=" + file + ", field=" + field + ", value=" + value);
    }
  }
}
