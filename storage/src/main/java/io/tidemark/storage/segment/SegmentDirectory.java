package io.tidemark.storage.segment;

import io.tidemark.model.SampleType;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.roaringbitmap.InvalidRoaringFormat;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/**
 * What a segment holds, chunk by chunk, small enough to stay in memory: the only part of a segment
 * that is read when it is opened. Immutable.
 *
 * <p>Bytes: {@code docs/format/segment.md}.
 *
 * @param origin how the segment came to be
 * @param companion number of the segment that was sealed together with it; 0 for none
 * @param tags ids of the tags inside
 * @param entries one per tag and type, ascending by tag
 * @param framesOffset where the list of frames begins, in the file
 * @param framesLength its length
 * @param framesCrc CRC-32C of its bytes
 */
record SegmentDirectory(
    SegmentOrigin origin,
    long companion,
    RoaringBitmap tags,
    List<Entry> entries,
    long framesOffset,
    int framesLength,
    int framesCrc) {

  static final int ENTRY_LENGTH = 80;

  /**
   * A chunk.
   *
   * @param blocks how many blocks
   * @param blocksOffset where the first block begins, in the file
   * @param indexOffset where its index begins, in the file
   * @param indexLength length of its first part, the places; the statistics follow
   * @param indexCrc CRC-32C of the places
   */
  record Entry(
      int tagId,
      SampleType type,
      int blocks,
      long rows,
      long firstTimeNs,
      long lastTimeNs,
      long firstOrder,
      long lastOrder,
      long blocksOffset,
      long indexOffset,
      int indexLength,
      int indexCrc) {}

  /** The bytes, ready to write. */
  ByteBuffer encode() {
    tags.runOptimize();
    int bitmapLength = tags.serializedSizeInBytes();
    ByteBuffer out =
        ByteBuffer.allocate(
                Math.addExact(40 + bitmapLength, Math.multiplyExact(ENTRY_LENGTH, entries.size())))
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(origin.code()).putInt(0).putLong(companion);
    out.putLong(framesOffset).putInt(framesLength).putInt(framesCrc);
    out.putInt(bitmapLength);
    tags.serialize(out);
    out.putInt(entries.size());
    for (Entry entry : entries) {
      out.putInt(entry.tagId)
          .put(entry.type.code())
          .put((byte) 0)
          .putShort((short) 0)
          .putInt(entry.blocks)
          .putInt(entry.indexLength)
          .putLong(entry.indexOffset)
          .putInt(entry.indexCrc)
          .putInt(0)
          .putLong(entry.blocksOffset)
          .putLong(entry.firstTimeNs)
          .putLong(entry.lastTimeNs)
          .putLong(entry.firstOrder)
          .putLong(entry.lastOrder)
          .putLong(entry.rows);
    }
    return out.flip();
  }

  /**
   * Reads a directory whose CRC was checked.
   *
   * @param blocksEnd where the blocks end and the indexes begin, in the file
   * @param end where the directory begins
   * @throws IllegalArgumentException if it makes no sense
   */
  static SegmentDirectory decode(ByteBuffer in, long blocksEnd, long end) {
    try {
      in.order(ByteOrder.LITTLE_ENDIAN);
      int origin = in.getInt();
      check(origin >= 0 && origin < SegmentOrigin.values().length, "origin", origin);
      check(in.getInt() == 0, "reserved", origin);
      long companion = in.getLong();
      check(companion >= 0, "companion", companion);
      long framesOffset = in.getLong();
      int framesLength = in.getInt();
      int framesCrc = in.getInt();
      check(
          framesOffset >= blocksEnd && framesLength > 0 && framesOffset <= end - framesLength,
          "framesOffset",
          framesOffset);
      int bitmapLength = in.getInt();
      check(bitmapLength >= 0 && bitmapLength <= in.remaining(), "bitmapLength", bitmapLength);
      RoaringBitmap tags =
          new ImmutableRoaringBitmap(in.slice(in.position(), bitmapLength)).toRoaringBitmap();
      in.position(in.position() + bitmapLength);
      int count = in.getInt();
      check(count > 0 && (long) count * ENTRY_LENGTH == in.remaining(), "chunks", count);
      List<Entry> entries = new ArrayList<>(count);
      RoaringBitmap found = new RoaringBitmap();
      for (int i = 0; i < count; i++) {
        Entry entry = entry(in, blocksEnd, end);
        check(i == 0 || entry.tagId >= entries.get(i - 1).tagId, "tagId", entry.tagId);
        found.add(entry.tagId);
        entries.add(entry);
      }
      check(found.equals(tags), "tags", tags.getCardinality());
      return new SegmentDirectory(
          SegmentOrigin.values()[origin],
          companion,
          tags,
          entries,
          framesOffset,
          framesLength,
          framesCrc);
    } catch (BufferUnderflowException | IndexOutOfBoundsException | InvalidRoaringFormat e) {
      throw new IllegalArgumentException("directory is malformed: " + e.getMessage(), e);
    }
  }

  private static Entry entry(ByteBuffer in, long blocksEnd, long end) {
    int tagId = in.getInt();
    int type = in.get();
    check(isType(type), "type", type);
    check(in.get() == 0 && in.getShort() == 0, "reserved", tagId);
    int blocks = in.getInt();
    int indexLength = in.getInt();
    long indexOffset = in.getLong();
    int indexCrc = in.getInt();
    check(in.getInt() == 0, "reserved", tagId);
    long blocksOffset = in.getLong();
    long firstTimeNs = in.getLong();
    long lastTimeNs = in.getLong();
    long firstOrder = in.getLong();
    long lastOrder = in.getLong();
    long rows = in.getLong();
    check(tagId >= 0, "tagId", tagId);
    check(blocks > 0 && blocks <= blocksEnd, "blocks", blocks); // each has a byte at least
    check(
        blocksOffset >= SegmentWriter.BLOCKS_OFFSET && blocksOffset < blocksEnd,
        "blocksOffset",
        blocksOffset);
    check(
        indexLength > 0 && indexOffset >= blocksEnd && indexOffset <= end - indexLength,
        "indexOffset",
        indexOffset);
    check(firstTimeNs <= lastTimeNs, "times", firstTimeNs);
    check(firstOrder > 0 && firstOrder <= lastOrder, "orders", firstOrder);
    check(rows >= blocks && rows <= 1024L * blocks, "rows", rows);
    return new Entry(
        tagId,
        SampleType.ofCode(type),
        blocks,
        rows,
        firstTimeNs,
        lastTimeNs,
        firstOrder,
        lastOrder,
        blocksOffset,
        indexOffset,
        indexLength,
        indexCrc);
  }

  static boolean isType(int code) {
    for (SampleType type : SampleType.values()) {
      if (type.code() == code) {
        return true;
      }
    }
    return false;
  }

  private static void check(boolean holds, String field, long value) {
    if (!holds) {
      throw new IllegalArgumentException("directory: " + field + "=" + value);
    }
  }

  /** Rows of all chunks. */
  long rows() {
    return entries.stream().mapToLong(Entry::rows).sum();
  }

  /** Smallest source time. */
  long firstTimeNs() {
    return entries.stream().mapToLong(Entry::firstTimeNs).min().orElse(Long.MAX_VALUE);
  }

  /** Greatest source time. */
  long lastTimeNs() {
    return entries.stream().mapToLong(Entry::lastTimeNs).max().orElse(Long.MIN_VALUE);
  }

  /** Smallest write order. */
  long firstOrder() {
    return entries.stream().mapToLong(Entry::firstOrder).min().orElse(Long.MAX_VALUE);
  }

  /** Greatest write order. */
  long lastOrder() {
    return entries.stream().mapToLong(Entry::lastOrder).max().orElse(Long.MIN_VALUE);
  }
}
