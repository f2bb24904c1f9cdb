package io.tidemark.storage.segment;

import io.tidemark.model.DamageRule;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleBlock;
import io.tidemark.storage.damage.DamageList;
import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.storage.io.StoreDirectory;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A committed segment, mapped. Its directory is held in memory; indexes of chunks are read when
 * they are asked for, blocks are decoded on demand. Shared.
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
  private final IndexArea area;
  private final Map<Integer, List<Chunk>> chunks = new HashMap<>();
  private final boolean usesCopy;

  /* Of the directory, which would count them anew; each scan asks each segment. */
  private final long rows;
  private final long firstTimeNs;
  private final long lastTimeNs;
  private final long firstOrder;
  private final long lastOrder;
  private final BlockFormat.ColumnSource source = this::copy;

  /* Sets that have it; the last one to let go unmaps the file. */
  private final AtomicInteger sets = new AtomicInteger();

  /**
   * Maps the file and reads its index, or the copy of the index if the file is damaged or gone:
   * then the blocks that are left can be read, and those that are not are known.
   *
   * @param damage takes what cannot be read, now and later
   * @throws HistorianException too old or too new; or foreign, truncated or corrupt, and the copy
   *     as well.
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
    IndexArea found;
    RuntimeException failure = null;
    try {
      try {
        mapped = directory.map(fileName, arena);
        found = ownIndex(mapped);
      } catch (HistorianException | UncheckedIOException | InternalError e) {
        failure = e instanceof RuntimeException known ? known : unreadable(e);
        if (!mayUseCopy || isOtherFormat(failure)) {
          throw failure;
        }
        found = copy(failure);
      }
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
    bytes = mapped;
    area = found;
    usesCopy = failure != null;
    rows = found.directory().rows();
    firstTimeNs = found.directory().firstTimeNs();
    lastTimeNs = found.directory().lastTimeNs();
    firstOrder = found.directory().firstOrder();
    lastOrder = found.directory().lastOrder();
    for (SegmentDirectory.Entry entry : found.directory().entries()) {
      chunks.computeIfAbsent(entry.tagId(), id -> new ArrayList<>(1)).add(new Chunk(this, entry));
    }
    if (failure != null) {
      noteDamage(failure);
    }
  }

  private IndexArea copy(RuntimeException failure) {
    try {
      return IndexCopy.read(directory, storeId, segmentId);
    } catch (HistorianException | UncheckedIOException e) {
      if (isOtherFormat(e)) {
        e.addSuppressed(failure);
        throw e;
      }
      failure.addSuppressed(e);
      throw failure;
    }
  }

  /** Adds what is wrong to the list; blocks that still lie inside are added when they are read. */
  private void noteDamage(RuntimeException failure) {
    long rows = 0;
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (List<Chunk> ofTag : chunks.values()) {
      for (Chunk chunk : ofTag) {
        ChunkIndex index = chunk.index(DamageRule.CONTAIN);
        for (int i = 0; index != null && i < index.blockCount(); i++) {
          if (!isInside(index, i)) {
            rows += index.rows(i);
            first = Math.min(first, index.firstTimeNs(i));
            last = Math.max(last, index.lastTimeNs(i));
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

  private boolean isInside(ChunkIndex chunk, int block) {
    return chunk.offset(block) + chunk.length(block) <= bytes.byteSize();
  }

  private static boolean isOtherFormat(RuntimeException e) {
    return e instanceof HistorianException known && known.code().isOtherFormat();
  }

  private HistorianException unreadable(Throwable e) {
    return new HistorianException(
        ErrorCode.CORRUPT, "file cannot be read: file=" + fileName + ", " + e.getMessage(), e);
  }

  /** Checks header and footer and reads the directory. */
  private IndexArea ownIndex(MemorySegment file) {
    long length = file.byteSize();
    if (length < FileEnvelope.HEADER_LENGTH + FileEnvelope.FOOTER_LENGTH) {
      throw new HistorianException(
          ErrorCode.TRUNCATED_FILE, "file is too short: file=" + fileName + ", bytes=" + length);
    }
    FileEnvelope.checkHeader(
        IndexArea.copyOf(file, 0, FileEnvelope.HEADER_LENGTH),
        SegmentWriter.MAGIC,
        storeId,
        segmentId,
        fileName);
    long footerOffset = length - FileEnvelope.FOOTER_LENGTH;
    long blocksEnd =
        FileEnvelope.checkFooter(
            IndexArea.copyOf(file, footerOffset, FileEnvelope.FOOTER_LENGTH), length, fileName);
    if (blocksEnd < FileEnvelope.HEADER_LENGTH || blocksEnd > footerOffset) {
      throw corrupt("indexOffset=" + blocksEnd, null);
    }
    return IndexArea.read(
        file.asSlice(blocksEnd, footerOffset - blocksEnd), blocksEnd, fileName, false);
  }

  /** Reads the index of a chunk, or its copy, which has no statistics. */
  @Nullable ChunkIndex readIndex(Chunk chunk, DamageRule rule) {
    RuntimeException failure;
    try {
      ChunkIndex index = area.chunk(chunk.entry());
      readStatistics(chunk, index);
      return index;
    } catch (HistorianException | InternalError e) {
      failure = e instanceof RuntimeException known ? known : unreadable(e);
    }
    if (!usesCopy) {
      try {
        IndexArea copy = IndexCopy.read(directory, storeId, segmentId);
        SegmentDirectory.Entry entry = copy.entry(chunk.tagId(), chunk.type());
        if (entry != null && entry.rows() == chunk.rows()) {
          ChunkIndex index = copy.chunk(entry);
          damage.spare(fileName, "index", failure);
          return index;
        }
      } catch (HistorianException | UncheckedIOException | InternalError e) {
        failure.addSuppressed(e);
      }
    }
    if (rule == DamageRule.STRICT) {
      throw failure;
    }
    damage.segment(fileName, chunk.firstTimeNs(), chunk.lastTimeNs(), chunk.rows(), failure);
    return null;
  }

  private void readStatistics(Chunk chunk, ChunkIndex index) {
    try {
      area.readStatistics(chunk.entry(), index);
    } catch (HistorianException | InternalError e) {
      damage.spare(fileName, "statistics", e); // answers are made from rows then
    }
  }

  /**
   * Who wrote the samples when; read anew at each call.
   *
   * @throws HistorianException {@link ErrorCode#CORRUPT}.
   */
  public FrameLog frames() {
    try {
      return area.frames();
    } catch (HistorianException e) {
      if (usesCopy) {
        throw e;
      }
      try {
        FrameLog copy = IndexCopy.read(directory, storeId, segmentId).frames();
        damage.spare(fileName, "frames", e);
        return copy;
      } catch (HistorianException | UncheckedIOException again) {
        e.addSuppressed(again);
        throw e;
      }
    }
  }

  /**
   * Checks the CRC of header and body, which covers every block.
   *
   * @throws HistorianException {@link ErrorCode#CORRUPT}.
   */
  public void verifyBytes() {
    long end = bytes.byteSize() - FileEnvelope.FOOTER_LENGTH;
    int expected = FileEnvelope.bodyCrc(IndexArea.copyOf(bytes, end, FileEnvelope.FOOTER_LENGTH));
    CRC32C crc = new CRC32C();
    for (long at = 0; at < end; at += VERIFY_BYTES) {
      crc.update(IndexArea.copyOf(bytes, at, (int) Math.min(VERIFY_BYTES, end - at)));
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

  /** How it came to be. */
  public SegmentOrigin origin() {
    return area.directory().origin();
  }

  /** Number of the segment that was sealed together with it; 0 for none. */
  public long companion() {
    return area.directory().companion();
  }

  /** Ids of the tags inside, ascending. */
  public int[] tagIds() {
    return area.directory().tags().toArray();
  }

  /** How many tags are inside. */
  public int tagCount() {
    return chunks.size();
  }

  /** The tag's chunks, one per type; empty if it has none. */
  public List<Chunk> chunks(int tagId) {
    return chunks.getOrDefault(tagId, List.of());
  }

  /** Samples inside, also those that cannot be read. */
  public long rows() {
    return rows;
  }

  /** Smallest source time. */
  public long firstTimeNs() {
    return firstTimeNs;
  }

  /** Greatest source time. */
  public long lastTimeNs() {
    return lastTimeNs;
  }

  /** Smallest write order. */
  public long firstOrder() {
    return firstOrder;
  }

  /** Greatest write order. */
  public long lastOrder() {
    return lastOrder;
  }

  /** Length of the file. */
  public long bytes() {
    return bytes.byteSize();
  }

  /** Reads every byte of the segment and of the copy of its index; what is damaged is listed. */
  public void scrub() {
    SampleBlock block = new SampleBlock();
    boolean whole = !usesCopy;
    BlockDecoder decoder = BlockDecoder.take();
    for (List<Chunk> ofTag : chunks.values()) {
      for (Chunk chunk : ofTag) {
        ChunkIndex index = chunk.index(DamageRule.CONTAIN);
        whole &= index != null;
        for (int i = 0; index != null && i < index.blockCount(); i++) {
          whole &= read(index, i, decoder, block, DamageRule.CONTAIN);
        }
      }
    }
    decoder.close();
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

  private HistorianException corrupt(String what, @Nullable Throwable cause) {
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

  /**
   * Fills the block with the rows of a chunk's block.
   *
   * @return false if it cannot be read; the damage list says why
   * @throws HistorianException {@link ErrorCode#CORRUPT} instead, if the rule is strict.
   */
  boolean read(
      ChunkIndex chunk, int index, BlockDecoder decoder, SampleBlock block, DamageRule rule) {
    return read(chunk, index, decoder, BlockFormat.Columns.ALL, block, rule);
  }

  /** {@link #read} of some columns; the block's others are not what they seem. */
  boolean read(
      ChunkIndex chunk,
      int index,
      BlockDecoder decoder,
      BlockFormat.Columns columns,
      SampleBlock block,
      DamageRule rule) {
    try {
      if (!isInside(chunk, index)) {
        throw corrupt(
            "file ends before the block: tagId="
                + chunk.tagId()
                + ", offset="
                + chunk.offset(index)
                + ", bytes="
                + bytes.byteSize(),
            null);
      }
      decoder.decode(source, fileName, chunk, index, columns, block);
      return true;
    } catch (HistorianException | InternalError e) {
      if (isInside(chunk, index)) { // else it was listed when the file was opened
        damage.block(
            fileName,
            chunk.tagId(),
            index,
            chunk.offset(index),
            chunk.firstTimeNs(index),
            chunk.lastTimeNs(index),
            chunk.rows(index),
            e);
      }
      if (rule == DamageRule.STRICT) {
        throw e instanceof HistorianException known ? known : unreadable(e);
      }
      return false;
    }
  }

  /*
   * Copied before it is looked at: a page that the disk cannot read is an error in the copy, not the end of the JVM.
   */
  private boolean copy(long offset, int length, byte[] into) {
    if (offset > bytes.byteSize() - length) {
      return false;
    }
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, offset, into, 0, length);
    return true;
  }
}
