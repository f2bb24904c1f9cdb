package io.tidemark.storage.segment;

import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleStatistics;
import io.tidemark.storage.codec.ByteInput;
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
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

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

  private static final int SUFFIX_LENGTH = 8;

  private final FileBytes file;
  private final EnvelopeCheck.Claim claim;
  private final Consumer<Finding> findings;
  private final EnvelopeCheck.@Nullable Header header;
  private final EnvelopeCheck.Footer footer;
  private final boolean indexIsWhole;
  private final long indexOffset;
  private final @Nullable SegmentDirectory directory;
  private final BlockFormat format = new BlockFormat();
  private final ByteInput input = new ByteInput();
  private final SampleStatistics statistics = new SampleStatistics();
  private final SampleStatistics stored = new SampleStatistics();

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
    SegmentDirectory found = null;
    boolean whole = false;
    if (footer.readable()) {
      if (offset < FileEnvelope.HEADER_LENGTH || offset > footer.end() - SUFFIX_LENGTH) {
        findings.accept(
            fault("index lies outside of the file").at(footer.end()).expected("", offset));
        offset = -1;
      } else {
        ByteBuffer suffix = file.slice(footer.end() - SUFFIX_LENGTH, SUFFIX_LENGTH);
        int length = suffix.getInt(0);
        int expected = suffix.getInt(4);
        long end = footer.end() - SUFFIX_LENGTH;
        if (length < 0 || length > end - offset) {
          findings.accept(
              fault("directory has another length than its place")
                  .at(end)
                  .expected("length<=" + (end - offset), "length=" + length));
        } else {
          int actual = file.crc(end - length, end);
          whole = actual == expected;
          if (!whole) {
            findings.accept(
                fault("checksum of the index differs")
                    .at(end - length)
                    .expectedCrc(expected, actual));
          }
          found = directory(offset, end - length, length);
        }
      }
    }
    indexOffset = offset;
    directory = found;
    indexIsWhole = whole && found != null && header != null && header.readable();
  }

  private @Nullable SegmentDirectory directory(long blocksEnd, long at, int length)
      throws IOException {
    // A copy: the file's window moves with the blocks that a visitor reads.
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(file.slice(at, length)).flip();
    try {
      return SegmentDirectory.decode(bytes, blocksEnd, at);
    } catch (RuntimeException e) {
      // Whatever decoders throw at senseless bytes: ranges, Roaring's own exceptions.
      findings.accept(
          fault("index is malformed").at(at).expected("", String.valueOf(e.getMessage())));
      return null;
    }
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
  public long indexLength() {
    return indexOffset < 0 ? -1 : footer.end() - indexOffset;
  }

  /** Whether header, footer and index are as they were written. */
  public boolean indexIsWhole() {
    return indexIsWhole;
  }

  /** Whether the checksum of header and body, blocks included, is the footer's; reads them all. */
  public boolean bodyIsWhole() throws IOException {
    return EnvelopeCheck.bodyIsWhole(
        file, footer, "what the other findings of this file name", findings);
  }

  /**
   * Reads the index, whether its checksum matches or not, up to what makes no sense.
   *
   * @return whether all of it made sense
   */
  public boolean index(ChunkVisitor chunks, FrameVisitor frames) throws IOException {
    SegmentDirectory known = directory;
    if (known == null) {
      return false;
    }
    boolean whole = true;
    long next = FileEnvelope.HEADER_LENGTH;
    for (SegmentDirectory.Entry entry : known.entries()) {
      ChunkIndex chunk = chunk(entry);
      if (chunk == null) {
        whole = false;
        next = -1;
        continue;
      }
      next = checkPlaces(chunk, entry, next);
      chunks.chunk(chunk);
    }
    if (next >= 0 && next != indexOffset) {
      findings.accept(
          fault("blocks do not end where the index begins")
              .at(next)
              .expected("offset=" + indexOffset, "offset=" + next));
    }
    return frames(known, frames) && whole;
  }

  private @Nullable ChunkIndex chunk(SegmentDirectory.Entry entry) throws IOException {
    byte[] bytes = new byte[entry.indexLength()];
    file.slice(entry.indexOffset(), bytes.length).get(bytes);
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    if ((int) crc.getValue() != entry.indexCrc()) {
      findings.accept(
          chunkFault("checksum of a chunk's index differs", entry)
              .expectedCrc(entry.indexCrc(), (int) crc.getValue()));
      return null;
    }
    ChunkIndex chunk;
    try {
      chunk = ChunkIndex.decode(input.wrap(bytes, 0, bytes.length), entry, indexOffset);
    } catch (RuntimeException e) {
      findings.accept(
          chunkFault("index is malformed", entry).expected("", String.valueOf(e.getMessage())));
      return null;
    }
    statistics(chunk, entry);
    return chunk;
  }

  private void statistics(ChunkIndex chunk, SegmentDirectory.Entry entry) throws IOException {
    long at = entry.indexOffset() + entry.indexLength();
    int length = chunk.statisticsLength();
    if (length == 0) {
      return; // it has none
    }
    String why = null;
    if (!file.has(at, length)) {
      why = "length=" + length;
    } else {
      byte[] bytes = new byte[length];
      file.slice(at, length).get(bytes);
      CRC32C crc = new CRC32C();
      crc.update(bytes);
      if ((int) crc.getValue() != chunk.statisticsCrc()) {
        why = "checksum differs";
      } else {
        try {
          chunk.decodeStatistics(input.wrap(bytes, 0, length));
        } catch (RuntimeException e) {
          why = String.valueOf(e.getMessage());
        }
      }
    }
    if (why != null) {
      findings.accept(
          Finding.damage(file.name(), "statistics of a chunk cannot be read")
              .at(at)
              .ofTag(entry.tagId(), null)
              .between(entry.firstTimeNs(), entry.lastTimeNs())
              .expected("", why)
              .losing("nothing but time: answers are made from the samples"));
    }
  }

  private Finding chunkFault(String what, SegmentDirectory.Entry entry) {
    return Finding.damage(file.name(), what)
        .at(entry.indexOffset())
        .ofTag(entry.tagId(), null)
        .between(entry.firstTimeNs(), entry.lastTimeNs())
        .losing(entry.rows() + " samples of the tag, unless the copy of the index is whole");
  }

  /** Tells of blocks that do not lie one behind the other; returns where the next one should. */
  private long checkPlaces(ChunkIndex chunk, SegmentDirectory.Entry entry, long next) {
    long expected = next;
    for (int block = 0; block < chunk.blockCount(); block++) {
      ChunkIndex.Block place = chunk.block(block);
      if (expected >= 0 && place.offset() != expected) {
        findings.accept(
            fault("blocks do not lie one behind the other")
                .at(entry.indexOffset())
                .inBlock(block)
                .ofTag(chunk.tagId(), null)
                .expected("offset=" + expected, "offset=" + place.offset()));
      }
      expected = place.offset() + place.length();
    }
    return expected;
  }

  private boolean frames(SegmentDirectory known, FrameVisitor visitor) throws IOException {
    byte[] bytes = new byte[known.framesLength()];
    file.slice(known.framesOffset(), bytes.length).get(bytes);
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    String why = null;
    if ((int) crc.getValue() != known.framesCrc()) {
      why = "checksum differs";
    } else {
      try {
        FrameLog log = IndexArea.decodeFrames(input.wrap(bytes, 0, bytes.length), known.rows());
        for (int i = 0; i < log.count(); i++) {
          visitor.frame(log.sequence(i), log.transactionTimeMicros(i), log.producerId(i));
        }
        return true;
      } catch (RuntimeException e) {
        why = String.valueOf(e.getMessage());
      }
    }
    findings.accept(
        Finding.damage(file.name(), "list of frames cannot be read")
            .at(known.framesOffset())
            .expected("", why)
            .losing("who wrote the samples, and when, unless the copy of the index is whole"));
    return false;
  }

  /** Checks a block's checksum; null if it matches. */
  public @Nullable Finding checkBytes(ChunkIndex chunk, int index) throws IOException {
    ChunkIndex.Block place = chunk.block(index);
    if (place.length() > BlockFormat.LENGTH_MAX) {
      return blockFault(chunk, index, "block has a senseless length")
          .expected("length<=" + BlockFormat.LENGTH_MAX, "length=" + place.length());
    }
    int actual = file.crc(place.offset(), place.offset() + place.length());
    return place.crc() == actual
        ? null
        : blockFault(chunk, index, "checksum of a block differs").expectedCrc(place.crc(), actual);
  }

  /**
   * Decodes a block whose bytes were checked and compares it with its index; null if all is well.
   *
   * @param block gets the rows
   */
  public @Nullable Finding checkRows(ChunkIndex chunk, int index, SampleBlock block)
      throws IOException {
    ChunkIndex.Block place = chunk.block(index);
    byte[] bytes = new byte[place.length()];
    file.slice(place.offset(), bytes.length).get(bytes);
    try {
      format.decode(bytes, chunk, index, BlockFormat.Columns.ALL, block, this::read, file.name());
    } catch (HistorianException e) {
      return blockFault(chunk, index, "block cannot be decoded").expected("", e.messageText());
    }
    for (int row = 1; row < block.count(); row++) {
      if (!ascending(block, row)) {
        return blockFault(chunk, index, "rows are not ascending by time and write order")
            .expected("", "row=" + row);
      }
    }
    ChunkIndex fresh = new ChunkIndex(chunk.tagId(), chunk.type());
    fresh.add(place.offset(), place.length(), place.crc(), block, statistics);
    List<String> should = new ArrayList<>();
    List<String> is = new ArrayList<>();
    compare(place, fresh.block(0), should, is);
    if (chunk.hasStatistics()) {
      chunk.statistics(0, index, stored);
      compare(stored, statistics, should, is);
    }
    return should.isEmpty()
        ? null
        : blockFault(chunk, index, "index says other things about a block than its rows")
            .expected(String.join(", ", should), String.join(", ", is))
            .losing("answers from statistics may be wrong where the block is");
  }

  private boolean read(long offset, int length, byte[] into) {
    try {
      if (!file.has(offset, length)) {
        return false;
      }
      file.slice(offset, length).get(into, 0, length);
      return true;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
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
  }

  private static void compare(
      SampleStatistics index, SampleStatistics rows, List<String> should, List<String> is) {
    if (index.sameAs(rows)) {
      return;
    }
    for (SampleStatistics.Count field : SampleStatistics.Count.values()) {
      differ(field.name(), rows.get(field), index.get(field), should, is);
    }
    for (SampleStatistics.Real field : SampleStatistics.Real.values()) {
      // Double.equals: one NaN is as good as another, but zeros have signs.
      differ(field.name(), rows.get(field), index.get(field), should, is);
    }
    differ("STATES", rows.stateCount(), index.stateCount(), should, is);
    if (should.isEmpty()) {
      should.add("states of the rows");
      is.add("other states");
    }
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
