package io.tidemark.storage.segment;

import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleStatistics;
import io.tidemark.storage.codec.LongColumn;
import io.tidemark.storage.io.EnvelopeCheck;
import io.tidemark.storage.io.FileBytes;
import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.storage.io.Finding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/**
 * A segment under suspicion: what {@link SegmentReader} refuses at its first fault, this one takes
 * apart as far as its bytes make sense, for those who check and print files. Of the file, the index
 * is held in memory, and one block. Belongs to one thread.
 */
public final class SegmentInspector {
  /** "TSEG". */
  public static final int MAGIC = SegmentWriter.MAGIC;

  /** Magic of the copy of an index. */
  public static final int INDEX_COPY_MAGIC = IndexCopy.MAGIC;

  private static final int FRAME_GROUP = 1024;

  private final FileBytes file;
  private final EnvelopeCheck.Claim claim;
  private final Consumer<Finding> findings;
  private final EnvelopeCheck.@Nullable Header header;
  private final EnvelopeCheck.Footer footer;
  private final boolean indexIsWhole;
  private final long indexOffset;
  private final int indexLength;
  private final BlockFormat format = new BlockFormat();

  /** Takes the chunks of an index. */
  public interface ChunkVisitor {
    /** The next chunk. */
    void chunk(ChunkIndex chunk) throws IOException;
  }

  /** Takes the frames of an index. */
  public interface FrameVisitor {
    /** The next frame. */
    void frame(long sequence, long transactionTimeMicros, long producerId);
  }

  /** Reads header, footer and the index's checksum; tells what is wrong with them. */
  public SegmentInspector(FileBytes file, EnvelopeCheck.Claim claim, Consumer<Finding> findings)
      throws IOException {
    this.file = file;
    this.claim = claim;
    this.findings = findings;
    header = EnvelopeCheck.header(file, claim, findings);
    if (header == null) {
      footer = new EnvelopeCheck.Footer(0, 0, 0, false);
    } else {
      footer = EnvelopeCheck.footer(file, claim, findings);
    }
    long offset = footer.readable() ? footer.indexOffset() : -1;
    int length = -1;
    boolean whole = false;
    if (footer.readable()) {
      if (offset < FileEnvelope.HEADER_LENGTH || offset > footer.end() - 8) {
        findings.accept(
            fault("index lies outside of the file").at(footer.end()).expected("", offset));
        offset = -1;
      } else {
        ByteBuffer prefix = file.slice(offset, 8);
        int expected = prefix.getInt(0);
        int said = prefix.getInt(4);
        long space = footer.end() - offset - 8;
        length = space > Integer.MAX_VALUE - 64 ? -1 : (int) space;
        int actual = file.crc(offset + 8, footer.end());
        whole = actual == expected && length == said;
        if (length != said) {
          findings.accept(
              fault("index has another length than its place")
                  .at(offset + 4)
                  .expected("length=" + space, "length=" + said));
        }
        if (actual != expected) {
          findings.accept(
              fault("checksum of the index differs").at(offset).expectedCrc(expected, actual));
        }
      }
    }
    indexOffset = offset;
    indexLength = length;
    indexIsWhole = whole && header != null && header.readable();
  }

  private Finding fault(String what) {
    return Finding.damage(file.name(), what).losing(claim.lost());
  }

  /** What findings call the file. */
  public String name() {
    return file.name();
  }

  /** The header, or null if the file is shorter. */
  public EnvelopeCheck.@Nullable Header header() {
    return header;
  }

  /** The footer. */
  public EnvelopeCheck.Footer footer() {
    return footer;
  }

  /** Offset of the index; -1 if it is not known. */
  public long indexOffset() {
    return indexOffset;
  }

  /** Length of the index; -1 if it is not known. */
  public int indexLength() {
    return indexLength;
  }

  /** Whether header, footer and index are as they were written. */
  public boolean indexIsWhole() {
    return indexIsWhole;
  }

  /** Whether the checksum of header and body, blocks included, is the footer's; reads them all. */
  public boolean bodyIsWhole() throws IOException {
    if (!footer.readable()) {
      return false;
    }
    int actual = file.crc(0, footer.end());
    if (actual != footer.bodyCrc()) {
      findings.accept(
          Finding.damage(file.name(), "checksum of the file differs")
              .expectedCrc(footer.bodyCrc(), actual)
              .losing("what the other findings of this file name"));
      return false;
    }
    return true;
  }

  /**
   * Reads the index, whether its checksum matches or not, up to what makes no sense.
   *
   * @return whether all of it made sense
   */
  public boolean index(ChunkVisitor chunks, FrameVisitor frames) throws IOException {
    if (indexLength < 0) {
      return false;
    }
    // A copy: the file's window moves with the blocks that a visitor reads.
    ByteBuffer index = ByteBuffer.allocate(indexLength).order(ByteOrder.LITTLE_ENDIAN);
    index.put(file.slice(indexOffset + 8, indexLength)).flip();
    try {
      int bitmapLength = index.getInt();
      if (bitmapLength < 0 || bitmapLength > index.remaining()) {
        throw new IllegalArgumentException("bitmap: length=" + bitmapLength);
      }
      ByteBuffer bitmap = index.slice(index.position(), bitmapLength);
      index.position(index.position() + bitmapLength);
      RoaringBitmap found = new RoaringBitmap();
      chunks(index, chunks, found);
      checkTags(bitmap, found);
      frames(index, frames);
      if (index.hasRemaining()) {
        throw new IllegalArgumentException("bytes after the last frame: " + index.remaining());
      }
      return true;
    } catch (HistorianException e) {
      malformed(index, e.messageText());
    } catch (RuntimeException e) {
      // Whatever decoders throw at senseless bytes: underflow, ranges, Roaring's own exceptions.
      malformed(index, String.valueOf(e.getMessage()));
    }
    return false;
  }

  private void malformed(ByteBuffer index, String why) {
    findings.accept(
        fault("index is malformed").at(indexOffset + 8 + index.position()).expected("", why));
  }

  private void chunks(ByteBuffer index, ChunkVisitor visitor, RoaringBitmap found)
      throws IOException {
    int count = index.getInt();
    if (count < 0 || (long) count * ChunkIndex.HEADER_LENGTH > index.remaining()) {
      throw new IllegalArgumentException("chunks: count=" + count);
    }
    long next = FileEnvelope.HEADER_LENGTH;
    long lastTag = -1;
    for (int i = 0; i < count; i++) {
      int at = index.position();
      ChunkIndex chunk = ChunkIndex.decode(index, indexOffset, file.name());
      if (chunk.tagId() < lastTag) {
        findings.accept(
            fault("chunks are not in the order of their tags")
                .at(indexOffset + 8 + at)
                .expected("tagId>=" + lastTag, "tagId=" + chunk.tagId()));
      }
      lastTag = chunk.tagId();
      found.add(chunk.tagId());
      for (int block = 0; block < chunk.blockCount(); block++) {
        ChunkIndex.Block place = chunk.block(block);
        if (place.offset() != next) {
          findings.accept(
              fault("blocks do not lie one behind the other")
                  .at(indexOffset + 8 + at)
                  .inBlock(block)
                  .ofTag(chunk.tagId(), null)
                  .expected("offset=" + next, "offset=" + place.offset()));
        }
        next = place.offset() + place.length();
      }
      visitor.chunk(chunk);
    }
    if (next != indexOffset) {
      findings.accept(
          fault("blocks do not end where the index begins")
              .at(next)
              .expected("offset=" + indexOffset, "offset=" + next));
    }
  }

  private void checkTags(ByteBuffer bytes, RoaringBitmap found) {
    found.runOptimize();
    if (!new ImmutableRoaringBitmap(bytes).equals(found.toMutableRoaringBitmap())) {
      findings.accept(
          fault("bitmap of the tags differs from the chunks")
              .at(indexOffset + 12)
              .expected("tags=" + found.getCardinality(), ""));
    }
  }

  private static void frames(ByteBuffer index, FrameVisitor visitor) {
    LongColumn column = new LongColumn();
    long[] sequences = new long[FRAME_GROUP];
    long[] times = new long[FRAME_GROUP];
    long[] producers = new long[FRAME_GROUP];
    int count = index.getInt();
    if (count < 0) {
      throw new IllegalArgumentException("frames: count=" + count);
    }
    for (int from = 0; from < count; from += FRAME_GROUP) {
      int rows = Math.min(FRAME_GROUP, count - from);
      column.decode(index, rows, sequences);
      column.decode(index, rows, times);
      column.decode(index, rows, producers);
      for (int i = 0; i < rows; i++) {
        visitor.frame(sequences[i], times[i], producers[i]);
      }
    }
  }

  /** Checks a block's checksum; null if it matches. */
  public @Nullable Finding checkBytes(ChunkIndex chunk, int index) throws IOException {
    ChunkIndex.Block place = chunk.block(index);
    if (place.length() < BlockFormat.HEADER_LENGTH || place.length() > BlockFormat.LENGTH_MAX) {
      return blockFault(chunk, index, "block has a senseless length")
          .expected(
              "length=" + BlockFormat.HEADER_LENGTH + ".." + BlockFormat.LENGTH_MAX,
              "length=" + place.length());
    }
    int stored = file.slice(place.offset(), 4).getInt(0);
    int expected = place.crc();
    int actual = file.crc(place.offset() + 4, place.offset() + place.length());
    return expected == actual && stored == expected
        ? null
        : blockFault(chunk, index, "checksum of a block differs").expectedCrc(expected, actual);
  }

  /**
   * Decodes a block whose bytes were checked and compares it with its index; null if all is well.
   *
   * @param block gets the rows
   */
  public @Nullable Finding checkRows(ChunkIndex chunk, int index, SampleBlock block)
      throws IOException {
    ChunkIndex.Block place = chunk.block(index);
    try {
      format.decode(
          file.slice(place.offset(), place.length()),
          place.crc(),
          block,
          file.name(),
          chunk.tagId(),
          place.offset());
    } catch (HistorianException e) {
      return blockFault(chunk, index, "block cannot be decoded").expected("", e.messageText());
    }
    if (block.type() != chunk.type() || block.count() != place.rows()) {
      return blockFault(chunk, index, "block is another one than its index says")
          .expected(
              "type=" + chunk.type().label() + ", rows=" + place.rows(),
              "type=" + block.type().label() + ", rows=" + block.count());
    }
    for (int row = 1; row < block.count(); row++) {
      if (!ascending(block, row)) {
        return blockFault(chunk, index, "rows are not ascending by time and write order")
            .expected("", "row=" + row);
      }
    }
    ChunkIndex fresh = new ChunkIndex(chunk.tagId(), chunk.type());
    fresh.add(place.offset(), place.length(), place.crc(), block);
    List<String> should = new ArrayList<>();
    List<String> is = new ArrayList<>();
    compare(place, fresh.block(0), should, is);
    return should.isEmpty()
        ? null
        : blockFault(chunk, index, "index says other things about a block than its rows")
            .expected(String.join(", ", should), String.join(", ", is))
            .losing("answers from statistics may be wrong where the block is");
  }

  private static boolean ascending(SampleBlock block, int row) {
    long[] times = block.sourceTimesNs();
    return times[row - 1] < times[row]
        || (times[row - 1] == times[row] && block.orders()[row - 1] < block.orders()[row]);
  }

  /** Fields of rows, which the blocks of the index stand for, and what the index says. */
  private static void compare(
      ChunkIndex.Block index, ChunkIndex.Block rows, List<String> should, List<String> is) {
    differ("firstTimeNs", rows.firstTimeNs(), index.firstTimeNs(), should, is);
    differ("lastTimeNs", rows.lastTimeNs(), index.lastTimeNs(), should, is);
    differ("firstOrder", rows.firstOrder(), index.firstOrder(), should, is);
    differ("lastOrder", rows.lastOrder(), index.lastOrder(), should, is);
    differ("equalTimes", rows.hasEqualTimes(), index.hasEqualTimes(), should, is);
    SampleStatistics a = rows.statistics();
    SampleStatistics b = index.statistics();
    differ("good", a.good(), b.good(), should, is);
    differ("uncertain", a.uncertain(), b.uncertain(), should, is);
    differ("bad", a.bad(), b.bad(), should, is);
    // Double.equals: one NaN is as good as another, but zeros have signs.
    differ("sum", a.sum(), b.sum(), should, is);
    differ("minimum", a.minimum(), b.minimum(), should, is);
    differ("minimumTimeNs", a.minimumTimeNs(), b.minimumTimeNs(), should, is);
    differ("maximum", a.maximum(), b.maximum(), should, is);
    differ("maximumTimeNs", a.maximumTimeNs(), b.maximumTimeNs(), should, is);
  }

  private static void differ(
      String field, Object rows, Object index, List<String> should, List<String> is) {
    if (!rows.equals(index)) {
      should.add(field + "=" + rows);
      is.add(field + "=" + index);
    }
  }

  private Finding blockFault(ChunkIndex chunk, int index, String what) {
    ChunkIndex.Block place = chunk.block(index);
    return Finding.damage(file.name(), what)
        .at(place.offset())
        .inBlock(index)
        .ofTag(chunk.tagId(), null)
        .between(place.firstTimeNs(), place.lastTimeNs())
        .losing(place.rows() + " samples of the tag in this time");
  }
}
