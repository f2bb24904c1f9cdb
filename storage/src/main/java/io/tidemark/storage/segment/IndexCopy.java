package io.tidemark.storage.segment;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.storage.io.StoreDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * A segment's index once more, in a file beside it: whatever happens to the segment's own, its
 * blocks are found, and where they are gone it is known whose and of when. Read only then. {@code
 * docs/format/segment.md}.
 */
final class IndexCopy {
  static final int MAGIC = FileEnvelope.magic("TIDX");

  private IndexCopy() {}

  /**
   * A copy that was read.
   *
   * @param blocksEnd where the segment's blocks end
   */
  record Index(ByteBuffer bytes, long blocksEnd) {}

  static String fileName(long segmentId) {
    return String.format("%012d.tidx", segmentId);
  }

  /** Writes and commits a copy. */
  static void write(
      StoreDirectory directory, UUID storeId, long segmentId, long indexOffset, ByteBuffer index)
      throws IOException {
    try (StoreDirectory.PendingFile file = directory.create(fileName(segmentId))) {
      file.write(FileEnvelope.header(MAGIC, storeId, segmentId));
      file.write(index);
      file.write(FileEnvelope.footer(file.length(), indexOffset, file.crc()));
      file.commit(written -> read(directory, written, storeId, segmentId));
    }
  }

  /** Reads and checks a copy. */
  static Index read(StoreDirectory directory, UUID storeId, long segmentId) {
    return read(directory, fileName(segmentId), storeId, segmentId);
  }

  private static Index read(StoreDirectory directory, String name, UUID storeId, long segmentId) {
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
    return new Index(
        bytes
            .slice(FileEnvelope.HEADER_LENGTH, footerAt - FileEnvelope.HEADER_LENGTH)
            .order(ByteOrder.LITTLE_ENDIAN),
        blocksEnd);
  }
}
