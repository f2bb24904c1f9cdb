package io.tidemark.storage.segment;

import io.tidemark.model.DamageRule;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleBlock;
import io.tidemark.storage.codec.LongColumn;
import io.tidemark.storage.damage.DamageList;
import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.storage.io.StoreDirectory;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.roaringbitmap.InvalidRoaringFormat;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/**
 * A committed segment, mapped. Its index is held in memory; blocks are decoded on demand. Shared.
 */
public final class SegmentReader implements AutoCloseable {
  private static final int VERIFY_BYTES = 1 << 20;

  private final StoreDirectory directory;
  private final UUID storeId;
  private final long segmentId;
  private final String fileName;
  private final DamageList damage;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment bytes;
  private final RoaringBitmap tags;
  private final Map<Integer, List<ChunkIndex>> chunks = new HashMap<>();
  private final boolean usesCopy;

  /* Sets that have it; the last one to let go unmaps the file. */
  private final AtomicInteger sets = new AtomicInteger();

  /* Encoded until somebody asks: nothing of a query does. */
  private final byte[] frames;

  /**
   * Maps the file and reads its index, or the copy of the index if the file is damaged or gone:
   * then the blocks that are left can be read, and those that are not are known.
   *
   * @param damage takes what cannot be read, now and later
   * @throws HistorianException too new; or foreign, truncated or corrupt, and the copy as well.
   */
  public static SegmentReader open(
      StoreDirectory directory, UUID storeId, long segmentId, DamageList damage) {
    return new SegmentReader(
        directory, SegmentWriter.fileName(segmentId), storeId, segmentId, damage, true);
  }

  /** Reads the whole file and throws if any byte is not what its footer says. */
  static void verify(StoreDirectory directory, String fileName, UUID storeId, long segmentId) {
    try (SegmentReader segment =
        new SegmentReader(
            directory, fileName, storeId, segmentId, new DamageList(() -> 0L), false)) {
      segment.verifyBytes();
    }
  }

  private SegmentReader(
      StoreDirectory directory,
      String fileName,
      UUID storeId,
      long segmentId,
      DamageList damage,
      boolean mayUseCopy) {
    this.directory = directory;
    this.storeId = storeId;
    this.segmentId = segmentId;
    this.fileName = fileName;
    this.damage = damage;
    MemorySegment mapped = MemorySegment.ofArray(new byte[0]);
    RoaringBitmap found;
    byte[] encodedFrames;
    RuntimeException failure = null;
    try {
      try {
        mapped = directory.map(fileName, arena);
        ByteBuffer index = ownIndex(mapped);
        found = decode(index, indexOffset(mapped));
        encodedFrames = rest(index);
      } catch (HistorianException | UncheckedIOException | InternalError e) {
        failure = e instanceof RuntimeException known ? known : unreadable(e);
        if (!mayUseCopy || isTooNew(failure)) {
          throw failure;
        }
        chunks.clear();
        IndexCopy.Index copy = copy(failure);
        found = decode(copy.bytes(), copy.blocksEnd());
        encodedFrames = rest(copy.bytes());
      }
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
    bytes = mapped;
    tags = found;
    frames = encodedFrames;
    usesCopy = failure != null;
    if (failure != null) {
      noteDamage(failure);
    }
  }

  private IndexCopy.Index copy(RuntimeException failure) {
    try {
      return IndexCopy.read(directory, storeId, segmentId);
    } catch (HistorianException | UncheckedIOException e) {
      failure.addSuppressed(e);
      throw failure;
    }
  }

  /** Adds what is wrong to the list; blocks that still lie inside are added when they are read. */
  private void noteDamage(RuntimeException failure) {
    long rows = 0;
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (List<ChunkIndex> ofTag : chunks.values()) {
      for (ChunkIndex chunk : ofTag) {
        for (int i = 0; i < chunk.blockCount(); i++) {
          ChunkIndex.Block block = chunk.block(i);
          if (!isInside(block)) {
            rows += block.rows();
            first = Math.min(first, block.firstTimeNs());
            last = Math.max(last, block.lastTimeNs());
          }
        }
      }
    }
    if (rows > 0) {
      damage.segment(fileName, first, last, rows, failure);
    } else {
      damage.spare(fileName, "index", failure);
    }
  }

  private boolean isInside(ChunkIndex.Block block) {
    return block.offset() + block.length() <= bytes.byteSize();
  }

  private static boolean isTooNew(RuntimeException e) {
    return e instanceof HistorianException known && known.code() == ErrorCode.FORMAT_TOO_NEW;
  }

  private HistorianException unreadable(Throwable e) {
    return new HistorianException(
        ErrorCode.CORRUPT, "file cannot be read: file=" + fileName + ", " + e.getMessage(), e);
  }

  private long indexOffset(MemorySegment file) {
    long footerOffset = file.byteSize() - FileEnvelope.FOOTER_LENGTH;
    return copyOf(file, footerOffset, FileEnvelope.FOOTER_LENGTH).getLong(16);
  }

  /** Checks header and footer and returns the index's bytes. */
  private ByteBuffer ownIndex(MemorySegment file) {
    long length = file.byteSize();
    if (length < FileEnvelope.HEADER_LENGTH + FileEnvelope.FOOTER_LENGTH) {
      throw new HistorianException(
          ErrorCode.TRUNCATED_FILE, "file is too short: file=" + fileName + ", bytes=" + length);
    }
    FileEnvelope.checkHeader(
        copyOf(file, 0, FileEnvelope.HEADER_LENGTH),
        SegmentWriter.MAGIC,
        storeId,
        segmentId,
        fileName);
    long footerOffset = length - FileEnvelope.FOOTER_LENGTH;
    long indexOffset =
        FileEnvelope.checkFooter(
            copyOf(file, footerOffset, FileEnvelope.FOOTER_LENGTH), length, fileName);
    if (indexOffset < FileEnvelope.HEADER_LENGTH || indexOffset > footerOffset - 8) {
      throw corrupt("indexOffset=" + indexOffset, null);
    }
    ByteBuffer prefix = copyOf(file, indexOffset, 8);
    int expected = prefix.getInt();
    int indexLength = prefix.getInt();
    if (indexLength < 0 || indexOffset + 8 + indexLength != footerOffset) {
      throw corrupt("indexLength=" + indexLength, null);
    }
    ByteBuffer index = copyOf(file, indexOffset + 8, indexLength);
    int actual = FileEnvelope.crc(index, 0, indexLength);
    if (actual != expected) {
      throw FileEnvelope.corrupt(fileName, "index", expected, actual);
    }
    return index;
  }

  /** Reads tags and chunks of an index whose CRC was checked, up to the frames. */
  private RoaringBitmap decode(ByteBuffer index, long blocksEnd) {
    try {
      int bitmapLength = index.getInt();
      if (bitmapLength < 0 || bitmapLength > index.remaining()) {
        throw corrupt("bitmapLength=" + bitmapLength, null);
      }
      RoaringBitmap found =
          new ImmutableRoaringBitmap(index.slice(index.position(), bitmapLength)).toRoaringBitmap();
      index.position(index.position() + bitmapLength);
      int count = index.getInt();
      for (int i = 0; i < count; i++) {
        ChunkIndex chunk = ChunkIndex.decode(index, blocksEnd, fileName);
        if (!found.contains(chunk.tagId())) {
          throw corrupt("tag is not in the bitmap: tagId=" + chunk.tagId(), null);
        }
        chunks.computeIfAbsent(chunk.tagId(), id -> new ArrayList<>(1)).add(chunk);
      }
      if (count < 0 || found.getCardinality() != chunks.size()) {
        throw corrupt("chunks=" + count + ", tags=" + found.getCardinality(), null);
      }
      return found;
    } catch (BufferUnderflowException
        | IllegalArgumentException
        | IndexOutOfBoundsException
        | InvalidRoaringFormat e) {
      throw corrupt("index is malformed: " + e.getMessage(), e);
    }
  }

  private static byte[] rest(ByteBuffer index) {
    byte[] rest = new byte[index.remaining()];
    index.get(rest);
    return rest;
  }

  /**
   * Who wrote the samples when; read anew at each call.
   *
   * @throws HistorianException {@link ErrorCode#CORRUPT}.
   */
  public FrameLog frames() {
    try {
      return decodeFrames(ByteBuffer.wrap(frames).order(ByteOrder.LITTLE_ENDIAN));
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw corrupt("frames of the index are malformed: " + e.getMessage(), e);
    }
  }

  private FrameLog decodeFrames(ByteBuffer index) {
    FrameLog log = new FrameLog();
    LongColumn column = new LongColumn();
    long[] sequences = new long[1024];
    long[] times = new long[1024];
    long[] producers = new long[1024];
    int count = index.getInt();
    if (count < 0 || count > rows()) {
      throw corrupt("frames=" + count, null); // each has a sample
    }
    for (int from = 0; from < count; from += 1024) {
      int rows = Math.min(1024, count - from);
      column.decode(index, rows, sequences);
      column.decode(index, rows, times);
      column.decode(index, rows, producers);
      for (int i = 0; i < rows; i++) {
        log.add(sequences[i], times[i], (int) producers[i]);
      }
    }
    if (index.hasRemaining()) {
      throw corrupt("bytes behind the index: " + index.remaining(), null);
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
    int expected = FileEnvelope.bodyCrc(copyOf(bytes, end, FileEnvelope.FOOTER_LENGTH));
    CRC32C crc = new CRC32C();
    for (long at = 0; at < end; at += VERIFY_BYTES) {
      crc.update(copyOf(bytes, at, (int) Math.min(VERIFY_BYTES, end - at)));
    }
    if ((int) crc.getValue() != expected) {
      throw FileEnvelope.corrupt(fileName, "body", expected, (int) crc.getValue());
    }
  }

  /** Number of the segment. */
  public long segmentId() {
    return segmentId;
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

  /** Samples inside, also those that cannot be read. */
  public long rows() {
    return blocks(0, (sum, block) -> sum + block.rows());
  }

  /** Smallest source time. */
  public long firstTimeNs() {
    return blocks(Long.MAX_VALUE, (least, block) -> Math.min(least, block.firstTimeNs()));
  }

  /** Greatest source time. */
  public long lastTimeNs() {
    return blocks(Long.MIN_VALUE, (most, block) -> Math.max(most, block.lastTimeNs()));
  }

  /** Smallest write order. */
  public long firstOrder() {
    return blocks(Long.MAX_VALUE, (least, block) -> Math.min(least, block.firstOrder()));
  }

  /** Greatest write order. */
  public long lastOrder() {
    return blocks(Long.MIN_VALUE, (most, block) -> Math.max(most, block.lastOrder()));
  }

  private interface Fold {
    long apply(long value, ChunkIndex.Block block);
  }

  private long blocks(long start, Fold fold) {
    long value = start;
    for (List<ChunkIndex> ofTag : chunks.values()) {
      for (ChunkIndex chunk : ofTag) {
        for (int i = 0; i < chunk.blockCount(); i++) {
          value = fold.apply(value, chunk.block(i));
        }
      }
    }
    return value;
  }

  /** Length of the file. */
  public long bytes() {
    return bytes.byteSize();
  }

  /** Reads every byte of the segment and of the copy of its index; what is damaged is listed. */
  public void scrub() {
    BlockReader reader = newBlockReader();
    SampleBlock block = new SampleBlock();
    boolean whole = !usesCopy;
    for (List<ChunkIndex> ofTag : chunks.values()) {
      for (ChunkIndex chunk : ofTag) {
        for (int i = 0; i < chunk.blockCount(); i++) {
          whole &= reader.read(chunk, i, block, DamageRule.CONTAIN);
        }
      }
    }
    try {
      if (whole) {
        verifyBytes();
      }
    } catch (HistorianException | InternalError e) {
      damage.spare(fileName, "segment", e);
    }
    try {
      frames();
    } catch (HistorianException e) {
      damage.spare(fileName, "frames", e);
    }
    if (!usesCopy) {
      try {
        IndexCopy.read(directory, storeId, segmentId);
      } catch (HistorianException | UncheckedIOException | InternalError e) {
        damage.spare(IndexCopy.fileName(segmentId), "index copy", e);
      }
    }
  }

  /** Decodes blocks of this segment into blocks of the caller; one per thread. */
  public BlockReader newBlockReader() {
    return new BlockReader();
  }

  /* Copied before it is looked at: a page that the disk cannot read is an error in the copy, not the end of the JVM. */
  private static ByteBuffer copyOf(MemorySegment file, long offset, int length) {
    byte[] copy = new byte[length];
    MemorySegment.copy(file, ValueLayout.JAVA_BYTE, offset, copy, 0, length);
    return ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
  }

  private HistorianException corrupt(
      String what, @org.jspecify.annotations.Nullable Throwable cause) {
    return new HistorianException(
        ErrorCode.CORRUPT, "segment is corrupt: file=" + fileName + ", " + what, null, null, cause);
  }

  /** One more set has it. */
  public void retain() {
    sets.incrementAndGet();
  }

  /** A set lets go of it; after the last one it is closed. */
  public void release() {
    if (sets.decrementAndGet() == 0) {
      close();
    }
  }

  @Override
  public void close() {
    arena.close();
  }

  /** Decodes blocks; belongs to one thread. */
  public final class BlockReader {
    private final BlockFormat format = new BlockFormat();
    private ByteBuffer scratch = ByteBuffer.allocate(0);

    private BlockReader() {}

    /**
     * Fills the block with the rows of a chunk's block.
     *
     * @return false if it cannot be read; the damage list says why
     * @throws HistorianException {@link ErrorCode#CORRUPT} instead, if the rule is strict.
     */
    boolean read(ChunkIndex chunk, int index, SampleBlock block, DamageRule rule) {
      try {
        read(chunk, index, block);
        return true;
      } catch (HistorianException | InternalError e) {
        ChunkIndex.Block place = chunk.block(index);
        if (isInside(place)) { // else it was listed when the file was opened
          damage.block(
              fileName,
              chunk.tagId(),
              index,
              place.offset(),
              place.firstTimeNs(),
              place.lastTimeNs(),
              place.rows(),
              e);
        }
        if (rule == DamageRule.STRICT) {
          throw e instanceof HistorianException known ? known : unreadable(e);
        }
        return false;
      }
    }

    private void read(ChunkIndex chunk, int index, SampleBlock block) {
      ChunkIndex.Block place = chunk.block(index);
      if (!isInside(place)) {
        throw corrupt(
            "file ends before the block: tagId="
                + chunk.tagId()
                + ", offset="
                + place.offset()
                + ", bytes="
                + bytes.byteSize(),
            null);
      }
      if (scratch.capacity() < place.length()) {
        scratch = ByteBuffer.allocate(place.length());
      }
      MemorySegment.copy(
          bytes, ValueLayout.JAVA_BYTE, place.offset(), scratch.array(), 0, place.length());
      format.decode(
          scratch.clear().limit(place.length()),
          place.crc(),
          block,
          fileName,
          chunk.tagId(),
          place.offset());
      int last = block.count() - 1;
      if (block.count() != place.rows()
          || block.type() != chunk.type()
          || block.sourceTimesNs()[0] != place.firstTimeNs()
          || block.sourceTimesNs()[last] != place.lastTimeNs()) {
        throw corrupt(
            "block is not what the index says: tagId="
                + chunk.tagId()
                + ", block="
                + index
                + ", rows="
                + block.count(),
            null);
      }
    }
  }
}
