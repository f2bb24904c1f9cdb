package io.tidemark.storage.segment;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.storage.io.StoreDirectory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.UUID;

/**
 * A segment's indexes and directory once more, in a file beside it: whatever happens to the
 * segment's own, its blocks are found, and where they are gone it is known whose and of when. Read
 * only then. {@code docs/format/segment.md}.
 */
final class IndexCopy {
  static final int MAGIC = FileEnvelope.magic("TIDX");

  private IndexCopy() {}

  static String fileName(long segmentId) {
    return String.format("%012d.tidx", segmentId);
  }

  /** Writes and commits a copy of what lies between a segment's blocks and its footer. */
  static void write(
      StoreDirectory directory, UUID storeId, long segmentId, long blocksEnd, List<ByteBuffer> area)
      throws IOException {
    try (StoreDirectory.PendingFile file = directory.create(fileName(segmentId))) {
      file.write(FileEnvelope.header(MAGIC, storeId, segmentId));
      for (ByteBuffer part : area) {
        file.write(part);
      }
      file.write(FileEnvelope.footer(file.length(), blocksEnd, file.crc()));
      file.commit(written -> read(directory, written, storeId, segmentId));
    }
  }

  /** Reads and checks a copy. */
  static IndexArea read(StoreDirectory directory, UUID storeId, long segmentId) {
    return read(directory, fileName(segmentId), storeId, segmentId);
  }

  private static IndexArea read(
      StoreDirectory directory, String name, UUID storeId, long segmentId) {
    ByteBuffer bytes = directory.read(name).order(ByteOrder.LITTLE_ENDIAN);
    FileEnvelope.checkHeader(bytes, MAGIC, storeId, segmentId, name);
    int footerAt = bytes.limit() - FileEnvelope.FOOTER_LENGTH;
    if (footerAt < FileEnvelope.HEADER_LENGTH) {
      throw new HistorianException(ErrorCode.TRUNCATED_FILE, "file is too short: file=" + name);
    }
    ByteBuffer footer = bytes.slice(footerAt, FileEnvelope.FOOTER_LENGTH);
    long blocksEnd = FileEnvelope.checkFooter(footer, bytes.limit(), name);
    int crc = FileEnvelope.crc(bytes, 0, footerAt);
    if (crc != FileEnvelope.bodyCrc(footer)) {
      throw FileEnvelope.corrupt(name, "body", FileEnvelope.bodyCrc(footer), crc);
    }
    ByteBuffer area =
        bytes.slice(FileEnvelope.HEADER_LENGTH, footerAt - FileEnvelope.HEADER_LENGTH);
    return IndexArea.read(MemorySegment.ofBuffer(area), blocksEnd, name, true);
  }
}
