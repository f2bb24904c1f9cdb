package io.tidemark.storage.io;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Header and footer of every file of a store, little endian. {@code docs/format/envelope.md}.
 *
 * <pre>
 * header, 64 bytes: 0 u32 magic | 4 u16 formatVersion | 6 u16 readerVersionMin | 8 u64 store id high
 *   | 16 u64 store id low | 24 u64 file number | 32..59 zero, checked | 60 u32 CRC-32C of bytes 0..59
 * footer, 32 bytes: 0 u32 magic "TEND" | 4 u32 zero | 8 u64 length of header and body
 *   | 16 u64 offset of the index, 0 if none | 24 u32 CRC-32C of header and body | 28 u32 CRC-32C of bytes 0..27
 * </pre>
 *
 * <p><i>Foreign, too old, too new, truncated, corrupt</i> are five different errors.
 */
public final class FileEnvelope {
  /** Bytes of the header. */
  public static final int HEADER_LENGTH = 64;

  /** Bytes of the footer. */
  public static final int FOOTER_LENGTH = 32;

  /** Format written, the newest that is read. */
  public static final int FORMAT_VERSION = 1;

  /** Oldest format that is read: that of release 0.1. Builds before it wrote 0. */
  public static final int OLDEST_FORMAT_VERSION = 1;

  private static final int FOOTER_MAGIC = magic("TEND");

  private FileEnvelope() {}

  /** Four letters as a little-endian int. */
  public static int magic(String letters) {
    return letters.charAt(0)
        | letters.charAt(1) << 8
        | letters.charAt(2) << 16
        | letters.charAt(3) << 24;
  }

  /** A header, ready to write. */
  public static ByteBuffer header(int magic, UUID storeId, long fileNumber) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(0, magic);
    header.putShort(4, (short) FORMAT_VERSION);
    header.putShort(6, (short) FORMAT_VERSION);
    header.putLong(8, storeId.getMostSignificantBits());
    header.putLong(16, storeId.getLeastSignificantBits());
    header.putLong(24, fileNumber);
    header.putInt(60, crc(header, 0, 60));
    return header;
  }

  /** A footer, ready to write. */
  public static ByteBuffer footer(long length, long indexOffset, int bodyCrc) {
    ByteBuffer footer = ByteBuffer.allocate(FOOTER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    footer.putInt(0, FOOTER_MAGIC);
    footer.putLong(8, length);
    footer.putLong(16, indexOffset);
    footer.putInt(24, bodyCrc);
    footer.putInt(28, crc(footer, 0, 28));
    return footer;
  }

  /**
   * Checks a header.
   *
   * @param storeId the store it must belong to, or null for any
   * @param fileNumber the number that its name says, or -1 for any
   * @return the store id it names
   * @throws HistorianException one of the five errors, naming the file.
   */
  public static UUID checkHeader(
      ByteBuffer header,
      int magic,
      @org.jspecify.annotations.Nullable UUID storeId,
      long fileNumber,
      String file) {
    if (header.remaining() < HEADER_LENGTH) {
      throw new HistorianException(
          ErrorCode.TRUNCATED_FILE,
          "file ends in its header: file=" + file + ", bytes=" + header.remaining());
    }
    header.order(ByteOrder.LITTLE_ENDIAN);
    int at = header.position();
    if (header.getInt(at) != magic) {
      throw new HistorianException(
          ErrorCode.FOREIGN_FILE,
          String.format(
              "not the expected kind of file: file=%s, expectedMagic=0x%08x, actualMagic=0x%08x",
              file, magic, header.getInt(at)));
    }
    int expected = crc(header, at, 60);
    if (header.getInt(at + 60) != expected) {
      throw corrupt(file, "header", expected, header.getInt(at + 60));
    }
    int formatVersion = Short.toUnsignedInt(header.getShort(at + 4));
    if (formatVersion < OLDEST_FORMAT_VERSION) {
      throw new HistorianException(
          ErrorCode.FORMAT_TOO_OLD,
          "file is of a format that is not read any more: file="
              + file
              + ", formatVersion="
              + formatVersion
              + ", oldestFormatVersion="
              + OLDEST_FORMAT_VERSION);
    }
    int readerVersionMin = Short.toUnsignedInt(header.getShort(at + 6));
    if (readerVersionMin > FORMAT_VERSION) {
      throw new HistorianException(
          ErrorCode.FORMAT_TOO_NEW,
          "file needs a newer version: file="
              + file
              + ", readerVersionMin="
              + readerVersionMin
              + ", readerVersion="
              + FORMAT_VERSION);
    }
    for (int i = 32; i < 60; i++) {
      if (header.get(at + i) != 0) {
        throw new HistorianException(
            ErrorCode.CORRUPT,
            "reserved bytes of the header are not zero: file=" + file + ", offset=" + i);
      }
    }
    UUID id = new UUID(header.getLong(at + 8), header.getLong(at + 16));
    if (storeId != null && !storeId.equals(id)) {
      throw new HistorianException(
          ErrorCode.FOREIGN_FILE,
          "file belongs to another store: file="
              + file
              + ", storeId="
              + id
              + ", expectedStoreId="
              + storeId);
    }
    if (fileNumber >= 0 && header.getLong(at + 24) != fileNumber) {
      throw new HistorianException(
          ErrorCode.CORRUPT,
          "file is another one than its name says: file="
              + file
              + ", fileNumber="
              + header.getLong(at + 24)
              + ", expected="
              + fileNumber);
    }
    return id;
  }

  /**
   * Checks a footer against the file's length.
   *
   * @return the offset of the index
   */
  public static long checkFooter(ByteBuffer footer, long fileLength, String file) {
    footer.order(ByteOrder.LITTLE_ENDIAN);
    int at = footer.position();
    if (footer.remaining() < FOOTER_LENGTH || footer.getInt(at) != FOOTER_MAGIC) {
      throw new HistorianException(
          ErrorCode.TRUNCATED_FILE, "file has no footer: file=" + file + ", bytes=" + fileLength);
    }
    int expected = crc(footer, at, 28);
    if (footer.getInt(at + 28) != expected) {
      throw corrupt(file, "footer", expected, footer.getInt(at + 28));
    }
    if (footer.getInt(at + 4) != 0) {
      throw new HistorianException(
          ErrorCode.CORRUPT, "reserved field of the footer is not zero: file=" + file);
    }
    long length = footer.getLong(at + 8);
    if (length != fileLength - FOOTER_LENGTH) {
      throw new HistorianException(
          ErrorCode.TRUNCATED_FILE,
          "file has another length than its footer says: file="
              + file
              + ", bytes="
              + fileLength
              + ", expected="
              + (length + FOOTER_LENGTH));
    }
    return footer.getLong(at + 16);
  }

  /** CRC-32C that a checked footer holds for header and body. */
  public static int bodyCrc(ByteBuffer footer) {
    return footer.order(ByteOrder.LITTLE_ENDIAN).getInt(footer.position() + 24);
  }

  /** CRC-32C of a part of a buffer, by absolute offset. */
  public static int crc(ByteBuffer bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().limit(offset + length).position(offset));
    return (int) crc.getValue();
  }

  /** The error of a checksum that differs. */
  public static HistorianException corrupt(String file, String part, int expected, int actual) {
    return new HistorianException(
        ErrorCode.CORRUPT,
        String.format(
            "checksum differs: file=%s, part=%s, expectedCrc32c=0x%08x, actualCrc32c=0x%08x",
            file, part, expected, actual));
  }
}
