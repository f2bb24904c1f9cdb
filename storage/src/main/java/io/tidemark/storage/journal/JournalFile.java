package io.tidemark.storage.journal;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleFrame;
import io.tidemark.storage.io.FileEnvelope;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a file of {@link FileJournal}, little endian. {@code docs/format/journal.md}.
 *
 * <pre>
 *    0 header of {@link FileEnvelope}, magic "TJNL"
 *   64 u64 file epoch | 72 u32 CRC-32C of bytes 64..71
 *  512 forced mark, odd slots | 1024 forced mark, even slots:
 *      0 u32 magic "TMRK" | 4 u32 zero | 8 u64 number of the mark | 16 u64 forced sequence
 *      | 24 u32 CRC-32C of bytes 0..23
 * 4096 frames, each at a multiple of 8, to the first that is none
 * </pre>
 */
final class JournalFile {
  static final int MAGIC = FileEnvelope.magic("TJNL");
  static final int FIRST_FRAME = 4096;
  static final String SUFFIX = ".tjnl";

  static final int MARK_MAGIC = FileEnvelope.magic("TMRK");
  private static final int EPOCH_OFFSET = FileEnvelope.HEADER_LENGTH;
  static final int MARK_LENGTH = 28;
  static final int SLOT_BYTES = 512; // a sector: a torn mark leaves the other one whole

  private JournalFile() {}

  static String name(long number) {
    return String.format("%08d%s", number, SUFFIX);
  }

  static ByteBuffer header(UUID storeId, long number, long epoch) {
    ByteBuffer bytes = ByteBuffer.allocate(EPOCH_OFFSET + 12).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(FileEnvelope.header(MAGIC, storeId, number));
    bytes.putLong(epoch);
    bytes.putInt(FileEnvelope.crc(bytes, EPOCH_OFFSET, 8));
    return bytes.flip();
  }

  static ByteBuffer mark(long number, long forcedSequence) {
    ByteBuffer bytes = ByteBuffer.allocate(MARK_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(MARK_MAGIC).putInt(0).putLong(number).putLong(forcedSequence);
    bytes.putInt(FileEnvelope.crc(bytes, 0, 24));
    return bytes.flip();
  }

  static long markOffset(long number) {
    return SLOT_BYTES * (number % 2 == 0 ? 2L : 1L);
  }

  /**
   * What the first page says.
   *
   * @param hasEpoch whether its header can be read
   * @param forcedSequence of the newest mark, 0 without one
   * @param problem what is damaged, if it is more than a crash can leave
   */
  record Page(boolean hasEpoch, long epoch, long forcedSequence, @Nullable String problem) {}

  private static ByteBuffer header(ByteBuffer bytes) {
    return bytes.slice(0, FileEnvelope.HEADER_LENGTH);
  }

  /** Whether the file's header is whole and says that it is another store's. */
  static boolean isForeign(ByteBuffer bytes, UUID storeId, String file) {
    if (bytes.limit() < FIRST_FRAME) {
      return false;
    }
    try {
      return !FileEnvelope.checkHeader(header(bytes), MAGIC, null, -1, file).equals(storeId);
    } catch (HistorianException e) {
      return false; // damaged: its frames speak for themselves
    }
  }

  /**
   * Reads the first page. A file that was being made when the machine stopped is empty, or has
   * zeros there.
   *
   * @param bytes the whole file, little endian
   * @throws HistorianException {@link ErrorCode#FORMAT_TOO_OLD} or {@link
   *     ErrorCode#FORMAT_TOO_NEW}: guessing at its frames would lose some.
   */
  static Page read(ByteBuffer bytes, UUID storeId, String file) {
    if (bytes.limit() < FIRST_FRAME) {
      String problem =
          bytes.limit() == 0 ? null : "file ends in its first page: bytes=" + bytes.limit();
      return new Page(false, 0, 0, problem);
    }
    String problem = null;
    try {
      FileEnvelope.checkHeader(header(bytes), MAGIC, storeId, -1, file);
      if (bytes.getInt(EPOCH_OFFSET + 8) != FileEnvelope.crc(bytes, EPOCH_OFFSET, 8)) {
        problem = "checksum of the file epoch differs";
      }
    } catch (HistorianException e) {
      if (e.code().isOtherFormat()) {
        throw e;
      }
      problem = e.messageText();
    }
    boolean hasEpoch = problem == null;
    long newest = 0;
    long forced = 0;
    int marks = 0;
    for (int slot = 1; slot <= 2; slot++) {
      int at = slot * SLOT_BYTES;
      if (bytes.getInt(at) == MARK_MAGIC
          && bytes.getInt(at + 24) == FileEnvelope.crc(bytes, at, 24)
          && bytes.getLong(at + 16) >= 0
          && bytes.getLong(at + 16) < SampleFrame.SEQUENCE_END) {
        marks++;
        if (bytes.getLong(at + 8) > newest) {
          newest = bytes.getLong(at + 8);
          forced = bytes.getLong(at + 16);
        }
      }
    }
    // The second mark is written when the force that the first belongs to has returned: then the
    // header is on the disk, and from then on so are both marks.
    if (newest < 2 && isZero(bytes, 0)) {
      problem = null;
    } else if (problem == null && newest >= 2 && marks < 2) {
      problem = "one of the two forced marks cannot be read";
    } else if (problem == null && newest < 2 && marks == 0 && !isZero(bytes, SLOT_BYTES)) {
      problem = "the forced mark cannot be read";
    }
    return new Page(hasEpoch, bytes.getLong(EPOCH_OFFSET), forced, problem);
  }

  private static boolean isZero(ByteBuffer bytes, int sector) {
    for (int at = sector; at < sector + SLOT_BYTES; at += 8) {
      if (bytes.getLong(at) != 0) {
        return false;
      }
    }
    return true;
  }
}
