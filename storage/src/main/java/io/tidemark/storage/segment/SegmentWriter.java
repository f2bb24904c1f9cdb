package io.tidemark.storage.segment;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleType;
import io.tidemark.storage.codec.ByteOutput;
import io.tidemark.storage.codec.LongColumn;
import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.storage.io.StoreDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Writes one segment: chunks in ascending tag order, blocks in (time, order). Nothing is visible
 * before {@link #commit}. Not safe for several threads.
 */
public final class SegmentWriter implements AutoCloseable {
  /** "TSEG". */
  static final int MAGIC = FileEnvelope.magic("TSEG");

  /** Where the first block begins. */
  static final int BLOCKS_OFFSET = FileEnvelope.HEADER_LENGTH;

  private static final int BUFFER_BYTES = 1 << 20;

  private final StoreDirectory directory;
  private final UUID storeId;
  private final long segmentId;
  private final StoreDirectory.PendingFile file;
  private final BlockFormat format = new BlockFormat();
  private final SharedColumns shared = new SharedColumns();
  private final SampleStatistics statistics = new SampleStatistics();
  private final RoaringBitmap tags = new RoaringBitmap();
  private final ByteOutput blocks = new ByteOutput(2 * BUFFER_BYTES);

  /*
   * Indexes of the chunks, which come behind all blocks, places and statistics; and places alone, for the copy. The
   * entries say where in here.
   */
  private final ByteOutput indexes = new ByteOutput(1 << 16);
  private final ByteOutput places = new ByteOutput(1 << 16);
  private final List<SegmentDirectory.Entry> entries = new ArrayList<>();
  private final List<SegmentDirectory.Entry> placeEntries = new ArrayList<>();
  private final boolean spares;
  private @Nullable ChunkIndex chunk;

  /** Starts the file. */
  public SegmentWriter(StoreDirectory directory, UUID storeId, long segmentId) throws IOException {
    this(directory, storeId, segmentId, false);
  }

  /**
   * Starts the file of a segment for samples that came late: chunks of a single block have no
   * statistics, which would take more room than the few rows.
   */
  public static SegmentWriter ofLate(StoreDirectory directory, UUID storeId, long segmentId)
      throws IOException {
    return new SegmentWriter(directory, storeId, segmentId, true);
  }

  private SegmentWriter(StoreDirectory directory, UUID storeId, long segmentId, boolean spares)
      throws IOException {
    this.spares = spares;
    this.directory = directory;
    this.storeId = storeId;
    this.segmentId = segmentId;
    file = directory.create(fileName(segmentId));
    try {
      file.write(FileEnvelope.header(MAGIC, storeId, segmentId));
    } catch (IOException e) {
      file.close(); // there is no writer that could be closed
      throw e;
    }
  }

  /** Name of a segment's file. */
  public static String fileName(long segmentId) {
    return String.format("%012d.tseg", segmentId);
  }

  /** Names of all files of a segment: its own and the copy of its index. */
  public static List<String> fileNames(long segmentId) {
    return List.of(fileName(segmentId), IndexCopy.fileName(segmentId));
  }

  /** Starts the chunk of a tag; a tag has one chunk per type. */
  public void startChunk(int tagId, SampleType type) {
    finishChunk();
    chunk = new ChunkIndex(tagId, type);
  }

  private void finishChunk() {
    ChunkIndex finished = chunk;
    chunk = null;
    if (finished == null || finished.blockCount() == 0) {
      return;
    }
    finished.finish(spares);
    ChunkIndex.Encoded encoded = finished.encode();
    tags.add(finished.tagId());
    entries.add(entry(finished, indexes.length(), encoded.places()));
    placeEntries.add(entry(finished, places.length(), encoded.places()));
    append(encoded.places(), indexes);
    append(encoded.statistics(), indexes);
    append(encoded.places(), places);
  }

  private static SegmentDirectory.Entry entry(ChunkIndex chunk, long offset, ByteOutput places) {
    return new SegmentDirectory.Entry(
        chunk.tagId(),
        chunk.type(),
        chunk.blockCount(),
        chunk.rows(),
        chunk.firstTimeNs(),
        chunk.lastTimeNs(),
        chunk.firstOrder(),
        chunk.lastOrder(),
        chunk.block(0).offset(),
        offset,
        places.length(),
        crc(places, 0, places.length()));
  }

  private static void append(ByteOutput part, ByteOutput whole) {
    whole.bytes(part.array(), 0, part.length());
  }

  /** Appends a block of at least one row, not before the last one in (time, order). */
  public void append(SampleBlock block) throws IOException {
    ChunkIndex current = chunk;
    if (current == null || current.type() != block.type()) {
      throw new IllegalStateException("no chunk of this type: type=" + block.type());
    }
    if (blocks.length() > BUFFER_BYTES) {
      flush();
    }
    int start = blocks.length();
    format.encode(block, shared, file.length(), blocks);
    int length = blocks.length() - start;
    current.add(file.length() + start, length, crc(blocks, start, length), block, statistics);
  }

  private static int crc(ByteOutput out, int start, int length) {
    CRC32C crc = new CRC32C();
    crc.update(out.array(), start, length);
    return (int) crc.getValue();
  }

  /** Number of the segment. */
  public long segmentId() {
    return segmentId;
  }

  /** Whether nothing was appended. */
  public boolean isEmpty() {
    return entries.isEmpty() && (chunk == null || chunk.blockCount() == 0);
  }

  /** Rows so far, without those of the chunk that is not finished. */
  public long rows() {
    return entries.stream().mapToLong(SegmentDirectory.Entry::rows).sum();
  }

  /** Commits what was sealed alone. */
  public Written commit(FrameLog frames) throws IOException {
    return commit(frames, SegmentOrigin.SEALED, 0);
  }

  /**
   * Writes index and footer, forces file and folder, and gives the file its name.
   *
   * @param companion number of the segment that was sealed together with it; 0 for none
   */
  public Written commit(FrameLog frames, SegmentOrigin origin, long companion) throws IOException {
    finishChunk();
    flush();
    long blocksEnd = file.length();
    ByteOutput encodedFrames = new ByteOutput(1024);
    encodeFrames(frames, encodedFrames);
    List<ByteBuffer> area = area(indexes, entries, encodedFrames, blocksEnd, origin, companion);
    List<ByteBuffer> copy = area(places, placeEntries, encodedFrames, blocksEnd, origin, companion);
    for (ByteBuffer part : area) {
      file.write(part);
    }
    file.write(FileEnvelope.footer(file.length(), blocksEnd, file.crc()));
    long bytes = file.length();
    file.commit(written -> SegmentReader.verify(directory, written, storeId, segmentId));
    IndexCopy.write(directory, storeId, segmentId, blocksEnd, copy);
    return new Written(
        rows(),
        bytes,
        entries.stream().mapToLong(SegmentDirectory.Entry::firstTimeNs).min().orElse(0),
        entries.stream().mapToLong(SegmentDirectory.Entry::lastTimeNs).max().orElse(0),
        entries.stream().mapToLong(SegmentDirectory.Entry::firstOrder).min().orElse(0),
        entries.stream().mapToLong(SegmentDirectory.Entry::lastOrder).max().orElse(0));
  }

  /** Indexes, list of frames, directory and its length and checksum, as they lie in a file. */
  private List<ByteBuffer> area(
      ByteOutput indexes,
      List<SegmentDirectory.Entry> entries,
      ByteOutput frames,
      long blocksEnd,
      SegmentOrigin origin,
      long companion) {
    SegmentDirectory index =
        new SegmentDirectory(
            origin,
            companion,
            tags,
            entries.stream().map(entry -> placed(entry, blocksEnd)).toList(),
            blocksEnd + indexes.length(),
            frames.length(),
            crc(frames, 0, frames.length()));
    ByteBuffer encoded = index.encode();
    ByteBuffer suffix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    suffix.putInt(encoded.limit()).putInt(FileEnvelope.crc(encoded, 0, encoded.limit())).flip();
    return List.of(indexes.view(), frames.view(), encoded, suffix);
  }

  private static SegmentDirectory.Entry placed(SegmentDirectory.Entry entry, long blocksEnd) {
    return new SegmentDirectory.Entry(
        entry.tagId(),
        entry.type(),
        entry.blocks(),
        entry.rows(),
        entry.firstTimeNs(),
        entry.lastTimeNs(),
        entry.firstOrder(),
        entry.lastOrder(),
        entry.blocksOffset(),
        blocksEnd + entry.indexOffset(),
        entry.indexLength(),
        entry.indexCrc());
  }

  /** What was written. */
  public record Written(
      long rows, long bytes, long firstTimeNs, long lastTimeNs, long firstOrder, long lastOrder) {}

  private static void encodeFrames(FrameLog frames, ByteOutput out) {
    out.i32(frames.count());
    LongColumn column = new LongColumn();
    for (int from = 0; from < frames.count(); from += NodeColumns.GROUP) {
      int to = Math.min(from + NodeColumns.GROUP, frames.count());
      column.encodeAscending(Arrays.copyOfRange(frames.sequences(), from, to), to - from, out);
      column.encodeAscending(
          Arrays.copyOfRange(frames.transactionTimesMicros(), from, to), to - from, out);
      column.encode(Arrays.copyOfRange(frames.producerIds(), from, to), to - from, out);
    }
  }

  private void flush() throws IOException {
    file.write(blocks.view());
    blocks.truncate(0);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
