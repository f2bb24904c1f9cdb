package io.tidemark.storage.segment;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
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
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Writes one segment: chunks in ascending tag order, blocks in (time, order). Nothing is visible
 * before {@link #commit}. Not safe for several threads.
 */
public final class SegmentWriter implements AutoCloseable {
  /** "TSEG". */
  static final int MAGIC = FileEnvelope.magic("TSEG");

  private static final int BUFFER_BYTES = 1 << 20;

  private final StoreDirectory directory;
  private final UUID storeId;
  private final long segmentId;
  private final StoreDirectory.PendingFile file;
  private final BlockFormat format = new BlockFormat();
  private final List<ChunkIndex> chunks = new ArrayList<>();
  private final RoaringBitmap tags = new RoaringBitmap();
  private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private @Nullable ChunkIndex chunk;
  private long rows;
  private long firstTimeNs = Long.MAX_VALUE;
  private long lastTimeNs = Long.MIN_VALUE;

  /** Starts the file. */
  public SegmentWriter(StoreDirectory directory, UUID storeId, long segmentId) throws IOException {
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
    chunk = new ChunkIndex(tagId, type);
    chunks.add(chunk);
    tags.add(tagId);
  }

  /** Appends a block, not before the last one in (time, order). */
  public void append(SampleBlock block) throws IOException {
    ChunkIndex current = chunk;
    if (current == null || current.type() != block.type()) {
      throw new IllegalStateException("no chunk of this type: type=" + block.type());
    }
    long bytesMax = BlockFormat.bytesMax(block);
    if (buffer.remaining() < bytesMax) {
      flush();
      if (buffer.capacity() < bytesMax) {
        buffer = ByteBuffer.allocate(Math.toIntExact(bytesMax)).order(ByteOrder.LITTLE_ENDIAN);
      }
    }
    long offset = file.length() + buffer.position();
    int start = buffer.position();
    format.encode(block, buffer);
    current.add(offset, buffer.position() - start, buffer.getInt(start), block);
    rows += block.count();
    firstTimeNs = Math.min(firstTimeNs, block.sourceTimesNs()[0]);
    lastTimeNs = Math.max(lastTimeNs, block.sourceTimesNs()[block.count() - 1]);
  }

  /** Writes index and footer, forces file and folder, and gives the file its name. */
  public Written commit(FrameLog frames) throws IOException {
    flush();
    long indexOffset = file.length();
    ByteBuffer index = encodeIndex(frames);
    ByteBuffer prefix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    prefix.putInt(FileEnvelope.crc(index, 0, index.limit())).putInt(index.limit()).flip();
    file.write(prefix);
    file.write(index);
    file.write(FileEnvelope.footer(file.length(), indexOffset, file.crc()));
    long bytes = file.length();
    file.commit(written -> SegmentReader.verify(directory, written, storeId, segmentId));
    IndexCopy.write(directory, storeId, segmentId, indexOffset, index.rewind());
    long firstOrder = chunks.stream().mapToLong(ChunkIndex::firstOrder).min().orElse(0);
    long lastOrder = chunks.stream().mapToLong(ChunkIndex::lastOrder).max().orElse(0);
    return new Written(rows, bytes, firstTimeNs, lastTimeNs, firstOrder, lastOrder);
  }

  /** What was written. */
  public record Written(
      long rows, long bytes, long firstTimeNs, long lastTimeNs, long firstOrder, long lastOrder) {}

  private ByteBuffer encodeIndex(FrameLog frames) {
    tags.runOptimize();
    long bytes = 4L + tags.serializedSizeInBytes() + 4 + 4;
    for (ChunkIndex each : chunks) {
      bytes += each.encodedLength();
    }
    bytes += (frames.count() / 1024 + 1) * 3L * 64 + 24L * frames.count();
    ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(tags.serializedSizeInBytes());
    tags.serialize(out);
    out.putInt(chunks.size());
    for (ChunkIndex each : chunks) {
      each.encode(out);
    }
    out.putInt(frames.count());
    LongColumn column = new LongColumn();
    for (int from = 0; from < frames.count(); from += 1024) {
      int to = Math.min(from + 1024, frames.count());
      column.encode(Arrays.copyOfRange(frames.sequences(), from, to), to - from, out);
      column.encode(Arrays.copyOfRange(frames.transactionTimesMicros(), from, to), to - from, out);
      column.encode(Arrays.copyOfRange(frames.producerIds(), from, to), to - from, out);
    }
    return out.flip();
  }

  private void flush() throws IOException {
    buffer.flip();
    file.write(buffer);
    buffer.clear();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
