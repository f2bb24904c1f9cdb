package io.tidemark.storage.segment;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleType;
import io.tidemark.storage.codec.ByteInput;
import io.tidemark.storage.codec.LongColumn;
import io.tidemark.storage.io.FileEnvelope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What lies between the blocks of a segment and its footer, in the segment or in the copy: indexes
 * of chunks, list of frames, directory, {@code u32 length of the directory, u32 its CRC-32C}. The
 * directory is in memory, the rest is read and checked when it is asked for. Immutable, shared.
 */
final class IndexArea {
  private static final int SUFFIX_LENGTH = 8;

  private final MemorySegment bytes;
  private final long blocksEnd;
  private final String file;
  private final SegmentDirectory directory;
  private final boolean isCopy;

  private IndexArea(
      MemorySegment bytes,
      long blocksEnd,
      String file,
      SegmentDirectory directory,
      boolean isCopy) {
    this.isCopy = isCopy;
    this.bytes = bytes;
    this.blocksEnd = blocksEnd;
    this.file = file;
    this.directory = directory;
  }

  /**
   * Reads the directory.
   *
   * @param bytes from the end of the blocks to the footer
   * @param blocksEnd where they begin in the segment
   * @param isCopy whether they are of the copy, which has no statistics
   * @throws HistorianException {@link ErrorCode#CORRUPT}.
   */
  static IndexArea read(MemorySegment bytes, long blocksEnd, String file, boolean isCopy) {
    long end = bytes.byteSize() - SUFFIX_LENGTH;
    if (end < 0 || blocksEnd < SegmentWriter.BLOCKS_OFFSET) {
      throw corrupt(file, "indexOffset=" + blocksEnd, null);
    }
    ByteBuffer suffix = copyOf(bytes, end, SUFFIX_LENGTH);
    int length = suffix.getInt(0);
    int expected = suffix.getInt(4);
    if (length < 0 || length > end) {
      throw corrupt(file, "directoryLength=" + length, null);
    }
    ByteBuffer encoded = copyOf(bytes, end - length, length);
    int actual = FileEnvelope.crc(encoded, 0, length);
    if (actual != expected) {
      throw FileEnvelope.corrupt(file, "directory", expected, actual);
    }
    try {
      return new IndexArea(
          bytes,
          blocksEnd,
          file,
          SegmentDirectory.decode(encoded, blocksEnd, blocksEnd + end - length),
          isCopy);
    } catch (IllegalArgumentException e) {
      throw corrupt(file, String.valueOf(e.getMessage()), e);
    }
  }

  /* Copied before it is looked at: a page that the disk cannot read is an error in the copy, not the end of the JVM. */
  static ByteBuffer copyOf(MemorySegment file, long offset, int length) {
    byte[] copy = new byte[length];
    MemorySegment.copy(file, ValueLayout.JAVA_BYTE, offset, copy, 0, length);
    return ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
  }

  SegmentDirectory directory() {
    return directory;
  }

  /** The chunk of a tag and type; null if the directory has none. */
  SegmentDirectory.@Nullable Entry entry(int tagId, SampleType type) {
    for (SegmentDirectory.Entry entry : directory.entries()) {
      if (entry.tagId() == tagId && entry.type() == type) {
        return entry;
      }
    }
    return null;
  }

  /**
   * Where the blocks of a chunk lie. Statistics are not read.
   *
   * @throws HistorianException {@link ErrorCode#CORRUPT}.
   */
  ChunkIndex chunk(SegmentDirectory.Entry entry) {
    byte[] index = checked(entry.indexOffset(), entry.indexLength(), entry.indexCrc(), "index");
    try {
      return ChunkIndex.decode(new ByteInput().wrap(index, 0, index.length), entry, blocksEnd);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw corrupt(file, "tagId=" + entry.tagId() + ", " + e.getMessage(), e);
    }
  }

  /**
   * Adds the statistics to an index, where there are any.
   *
   * @throws HistorianException {@link ErrorCode#CORRUPT}: then it goes without.
   */
  void readStatistics(SegmentDirectory.Entry entry, ChunkIndex chunk) {
    int length = chunk.statisticsLength();
    if (isCopy || length == 0) {
      return;
    }
    long offset = entry.indexOffset() + entry.indexLength();
    if (offset - blocksEnd > bytes.byteSize() - length) {
      throw corrupt(file, "tagId=" + entry.tagId() + ", statisticsLength=" + length, null);
    }
    byte[] encoded = checked(offset, length, chunk.statisticsCrc(), "statistics");
    try {
      chunk.decodeStatistics(new ByteInput().wrap(encoded, 0, length));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw corrupt(file, "tagId=" + entry.tagId() + ", statistics: " + e.getMessage(), e);
    }
  }

  /**
   * Who wrote the samples when.
   *
   * @throws HistorianException {@link ErrorCode#CORRUPT}.
   */
  FrameLog frames() {
    byte[] frames =
        checked(
            directory.framesOffset(), directory.framesLength(), directory.framesCrc(), "frames");
    try {
      return decodeFrames(new ByteInput().wrap(frames, 0, frames.length), directory.rows());
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw corrupt(file, "frames: " + e.getMessage(), e);
    }
  }

  private byte[] checked(long offset, int length, int expected, String part) {
    byte[] copy = copyOf(bytes, offset - blocksEnd, length).array();
    CRC32C crc = new CRC32C();
    crc.update(copy);
    if ((int) crc.getValue() != expected) {
      throw FileEnvelope.corrupt(file, part, expected, (int) crc.getValue());
    }
    return copy;
  }

  /** Reads a list of frames, each of which has a row at least. */
  static FrameLog decodeFrames(ByteInput in, long rows) {
    FrameLog log = new FrameLog();
    LongColumn column = new LongColumn();
    long[] sequences = new long[NodeColumns.GROUP];
    long[] times = new long[NodeColumns.GROUP];
    long[] producers = new long[NodeColumns.GROUP];
    int count = in.i32();
    if (count < 0 || count > rows) {
      throw new IllegalArgumentException("count=" + count + ", rows=" + rows);
    }
    for (int from = 0; from < count; from += NodeColumns.GROUP) {
      int group = Math.min(NodeColumns.GROUP, count - from);
      column.decode(in, group, sequences);
      column.decode(in, group, times);
      column.decode(in, group, producers);
      for (int i = 0; i < group; i++) {
        log.add(sequences[i], times[i], (int) producers[i]);
      }
    }
    if (in.remaining() > 0) {
      throw new IllegalArgumentException("bytes behind the frames: " + in.remaining());
    }
    return log;
  }

  private static HistorianException corrupt(String file, String what, @Nullable Throwable cause) {
    return new HistorianException(
        ErrorCode.CORRUPT,
        "segment index is corrupt: file=" + file + ", " + what,
        null,
        null,
        cause);
  }
}
