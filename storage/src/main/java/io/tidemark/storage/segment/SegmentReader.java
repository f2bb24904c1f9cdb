package io.tidemark.storage.segment;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleBlock;
import io.tidemark.storage.codec.LongColumn;
import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.storage.io.StoreDirectory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/**
 * A committed segment, mapped. Its index is held in memory; blocks are decoded on demand. Shared.
 */
public final class SegmentReader implements AutoCloseable {
  private static final int VERIFY_BYTES = 1 << 20;

  private final String fileName;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment bytes;
  private final RoaringBitmap tags;
  private final Map<Integer, List<ChunkIndex>> chunks = new HashMap<>();
  private final FrameLog frames;

  /**
   * Maps the file and reads its index.
   *
   * @throws HistorianException foreign, too new, truncated or corrupt, naming the file.
   */
  public SegmentReader(StoreDirectory directory, UUID storeId, long segmentId) {
    this(directory, SegmentWriter.fileName(segmentId), storeId, segmentId);
  }

  /** Reads the whole file and throws if any byte is not what its footer says. */
  static void verify(StoreDirectory directory, String fileName, UUID storeId, long segmentId) {
    try (SegmentReader segment = new SegmentReader(directory, fileName, storeId, segmentId)) {
      segment.verifyBytes();
    }
  }

  private SegmentReader(StoreDirectory directory, String fileName, UUID storeId, long segmentId) {
    this.fileName = fileName;
    bytes = directory.map(fileName, arena);
    try {
      ByteBuffer index = checkedIndex(storeId, segmentId);
      long blocksEnd = bytes.byteSize() - FileEnvelope.FOOTER_LENGTH - 8 - index.limit();
      int bitmapLength = index.getInt();
      if (bitmapLength < 0 || bitmapLength > index.remaining()) {
        throw corrupt("bitmapLength=" + bitmapLength, null);
      }
      tags =
          new ImmutableRoaringBitmap(index.slice(index.position(), bitmapLength)).toRoaringBitmap();
      index.position(index.position() + bitmapLength);
      int count = index.getInt();
      for (int i = 0; i < count; i++) {
        ChunkIndex chunk = ChunkIndex.decode(index, blocksEnd, fileName);
        chunks.computeIfAbsent(chunk.tagId(), id -> new ArrayList<>(1)).add(chunk);
      }
      frames = decodeFrames(index);
    } catch (HistorianException e) {
      arena.close();
      throw e;
    } catch (RuntimeException | IOException e) {
      // Whatever decoding throws at bytes with a right checksum: underflow, ranges, Roaring's own.
      arena.close();
      throw corrupt("index is malformed: " + e.getMessage(), e);
    }
  }

  private ByteBuffer checkedIndex(UUID storeId, long segmentId) {
    long length = bytes.byteSize();
    if (length < FileEnvelope.HEADER_LENGTH + FileEnvelope.FOOTER_LENGTH) {
      throw new HistorianException(
          ErrorCode.TRUNCATED_FILE, "file is too short: file=" + fileName + ", bytes=" + length);
    }
    FileEnvelope.checkHeader(
        slice(0, FileEnvelope.HEADER_LENGTH), SegmentWriter.MAGIC, storeId, segmentId, fileName);
    long footerOffset = length - FileEnvelope.FOOTER_LENGTH;
    long indexOffset =
        FileEnvelope.checkFooter(slice(footerOffset, FileEnvelope.FOOTER_LENGTH), length, fileName);
    if (indexOffset < FileEnvelope.HEADER_LENGTH || indexOffset > footerOffset - 8) {
      throw corrupt("indexOffset=" + indexOffset, null);
    }
    ByteBuffer prefix = slice(indexOffset, 8);
    int expected = prefix.getInt();
    int indexLength = prefix.getInt();
    if (indexLength < 0 || indexOffset + 8 + indexLength != footerOffset) {
      throw corrupt("indexLength=" + indexLength, null);
    }
    ByteBuffer index = slice(indexOffset + 8, indexLength);
    int actual = FileEnvelope.crc(index, 0, indexLength);
    if (actual != expected) {
      throw FileEnvelope.corrupt(fileName, "index", expected, actual);
    }
    return index;
  }

  private FrameLog decodeFrames(ByteBuffer index) throws IOException {
    FrameLog log = new FrameLog();
    LongColumn column = new LongColumn();
    long[] sequences = new long[1024];
    long[] times = new long[1024];
    long[] producers = new long[1024];
    int count = index.getInt();
    for (int from = 0; from < count; from += 1024) {
      int rows = Math.min(1024, count - from);
      column.decode(index, rows, sequences);
      column.decode(index, rows, times);
      column.decode(index, rows, producers);
      for (int i = 0; i < rows; i++) {
        log.add(sequences[i], times[i], (int) producers[i]);
      }
    }
    return log;
  }

  /**
   * Checks the CRC of header and body, which covers every block.
   *
   * @throws HistorianException {@link ErrorCode#CORRUPT}.
   */
  public void verifyBytes() {
    long end = bytes.byteSize() - FileEnvelope.FOOTER_LENGTH;
    int expected = FileEnvelope.bodyCrc(slice(end, FileEnvelope.FOOTER_LENGTH));
    CRC32C crc = new CRC32C();
    for (long at = 0; at < end; at += VERIFY_BYTES) {
      crc.update(slice(at, (int) Math.min(VERIFY_BYTES, end - at)));
    }
    if ((int) crc.getValue() != expected) {
      throw FileEnvelope.corrupt(fileName, "body", expected, (int) crc.getValue());
    }
  }

  /** Name of the file. */
  public String fileName() {
    return fileName;
  }

  /** Ids of the tags inside. */
  public RoaringBitmap tags() {
    return tags;
  }

  /** The tag's chunks, one per type; empty if it has none. */
  public List<ChunkIndex> chunks(int tagId) {
    return chunks.getOrDefault(tagId, List.of());
  }

  /** Who wrote the samples when. */
  public FrameLog frames() {
    return frames;
  }

  /** Decodes blocks of this segment into blocks of the caller; one per thread. */
  public BlockReader newBlockReader() {
    return new BlockReader();
  }

  private ByteBuffer slice(long offset, int length) {
    return bytes.asSlice(offset, length).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private HistorianException corrupt(
      String what, @org.jspecify.annotations.Nullable Throwable cause) {
    return new HistorianException(
        ErrorCode.CORRUPT, "segment is corrupt: file=" + fileName + ", " + what, null, null, cause);
  }

  @Override
  public void close() {
    arena.close();
  }

  /** Decodes blocks; belongs to one thread. */
  public final class BlockReader {
    private final BlockFormat format = new BlockFormat();

    private BlockReader() {}

    /**
     * Fills the block with the rows of a chunk's block.
     *
     * @throws HistorianException {@link ErrorCode#CORRUPT}.
     */
    void read(ChunkIndex chunk, int index, SampleBlock block) {
      ChunkIndex.Block place = chunk.block(index);
      format.decode(
          slice(place.offset(), place.length()), block, fileName, chunk.tagId(), place.offset());
      if (block.count() != place.rows() || block.type() != chunk.type()) {
        throw corrupt(
            "tagId=" + chunk.tagId() + ", block=" + index + ", rows=" + block.count(), null);
      }
    }
  }
}
