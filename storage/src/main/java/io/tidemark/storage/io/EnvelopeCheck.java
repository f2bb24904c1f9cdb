package io.tidemark.storage.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Header and footer of a file as they are, and what is wrong with them: the readers of {@link
 * FileEnvelope} refuse a file at its first fault, this one goes on.
 */
public final class EnvelopeCheck {
  /**
   * What a file should be.
   *
   * @param storeId the store it should belong to, or null for any
   * @param fileNumber what its name says, or -1 for any
   * @param bytes its length, or -1 for any
   * @param lost what is lost if the file cannot be read, in words
   */
  public record Claim(
      int magic, @Nullable UUID storeId, long fileNumber, long bytes, String lost) {}

  /**
   * A header as it is.
   *
   * @param readable whether what follows may be read as this version knows it
   * @param blank whether it is nothing but zeros
   */
  public record Header(
      int magic,
      int formatVersion,
      int readerVersionMin,
      UUID storeId,
      long fileNumber,
      boolean crcMatches,
      boolean readable,
      boolean blank) {
    /** The magic as letters. */
    public String kind() {
      return letters(magic);
    }
  }

  /**
   * A footer as it is.
   *
   * @param end offset of the footer, the end of the body
   * @param readable whether index and checksum may be believed
   */
  public record Footer(long end, long indexOffset, int bodyCrc, boolean readable) {}

  private EnvelopeCheck() {}

  /** A magic number as the four letters it is made of; other bytes as dots. */
  public static String letters(int magic) {
    byte[] letters = new byte[4];
    for (int i = 0; i < 4; i++) {
      byte each = (byte) (magic >>> (8 * i));
      letters[i] = each > 32 && each < 127 ? each : (byte) '.';
    }
    return new String(letters, StandardCharsets.US_ASCII);
  }

  /** Reads the header; null if the file ends within it, which is a finding too. */
  public static @Nullable Header header(FileBytes file, Claim claim, Consumer<Finding> findings)
      throws IOException {
    if (!file.has(0, FileEnvelope.HEADER_LENGTH)) {
      findings.accept(
          Finding.damage(file.name(), "file ends within its header")
              .expected("bytes>=" + FileEnvelope.HEADER_LENGTH, "bytes=" + file.length())
              .losing(claim.lost()));
      return null;
    }
    ByteBuffer bytes = file.slice(0, FileEnvelope.HEADER_LENGTH);
    int crc = FileEnvelope.crc(bytes, 0, 60);
    Header header =
        new Header(
            bytes.getInt(0),
            Short.toUnsignedInt(bytes.getShort(4)),
            Short.toUnsignedInt(bytes.getShort(6)),
            new UUID(bytes.getLong(8), bytes.getLong(16)),
            bytes.getLong(24),
            bytes.getInt(60) == crc,
            true,
            isZero(bytes));
    Finding fault = fault(file.name(), header, bytes, crc, claim);
    if (fault == null) {
      return header;
    }
    findings.accept(fault.losing(claim.lost()));
    return new Header(
        header.magic(),
        header.formatVersion(),
        header.readerVersionMin(),
        header.storeId(),
        header.fileNumber(),
        header.crcMatches(),
        false,
        header.blank());
  }

  private static @Nullable Finding fault(
      String name, Header header, ByteBuffer bytes, int crc, Claim claim) {
    if (header.magic() != claim.magic()) {
      return Finding.damage(
              name,
              header.blank() ? "header is nothing but zeros" : "file is not of the expected kind")
          .at(0)
          .expected("magic=" + letters(claim.magic()), "magic=" + header.kind());
    }
    if (!header.crcMatches()) {
      return Finding.damage(name, "checksum of the header differs")
          .at(0)
          .expectedCrc(bytes.getInt(60), crc);
    }
    if (header.formatVersion() < FileEnvelope.OLDEST_FORMAT_VERSION) {
      return Finding.damage(name, "file is of a format that is not read any more")
          .at(4)
          .expected(
              "formatVersion>=" + FileEnvelope.OLDEST_FORMAT_VERSION,
              "formatVersion=" + header.formatVersion());
    }
    if (header.readerVersionMin() > FileEnvelope.FORMAT_VERSION) {
      return Finding.damage(name, "file is of a format that needs a newer version of Tidemark")
          .at(6)
          .expected(
              "readerVersionMin<=" + FileEnvelope.FORMAT_VERSION,
              "readerVersionMin=" + header.readerVersionMin());
    }
    if (claim.storeId() != null && !claim.storeId().equals(header.storeId())) {
      return Finding.damage(name, "file belongs to another store")
          .at(8)
          .expected("storeId=" + claim.storeId(), "storeId=" + header.storeId());
    }
    if (claim.fileNumber() >= 0 && claim.fileNumber() != header.fileNumber()) {
      return Finding.damage(name, "file is another one than its name says")
          .at(24)
          .expected("fileNumber=" + claim.fileNumber(), "fileNumber=" + header.fileNumber());
    }
    for (int i = 32; i < 60; i++) {
      if (bytes.get(i) != 0) {
        return Finding.damage(name, "reserved bytes of the header are not zero")
            .at(i)
            .expected(0, bytes.get(i));
      }
    }
    return null;
  }

  private static boolean isZero(ByteBuffer bytes) {
    for (int i = 0; i < bytes.limit(); i++) {
      if (bytes.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Reads the footer. Findings say what is wrong; then it is not readable. */
  public static Footer footer(FileBytes file, Claim claim, Consumer<Finding> findings)
      throws IOException {
    String name = file.name();
    long end = file.length() - FileEnvelope.FOOTER_LENGTH;
    Finding fault = null;
    if (claim.bytes() >= 0 && claim.bytes() != file.length()) {
      fault =
          Finding.damage(name, "file has another length than the manifest says")
              .expected("bytes=" + claim.bytes(), "bytes=" + file.length());
    }
    if (end < FileEnvelope.HEADER_LENGTH) {
      fault =
          fault != null
              ? fault
              : Finding.damage(name, "file is too short for a footer")
                  .expected("bytes>=96", "bytes=" + file.length());
      findings.accept(fault.losing(claim.lost()));
      return new Footer(Math.max(0, end), 0, 0, false);
    }
    ByteBuffer bytes = file.slice(end, FileEnvelope.FOOTER_LENGTH);
    int crc = FileEnvelope.crc(bytes, 0, 28);
    long indexOffset = bytes.getLong(16);
    int bodyCrc = bytes.getInt(24);
    if (fault != null) {
      // Said already; a footer in place would mean that the manifest is wrong.
      fault = fault.at(Math.min(file.length(), claim.bytes()));
    } else if (bytes.getInt(0) != FileEnvelope.magic("TEND")) {
      fault =
          Finding.damage(name, "file has no footer at its end")
              .at(end)
              .expected("magic=TEND", "magic=" + letters(bytes.getInt(0)));
    } else if (bytes.getInt(28) != crc) {
      fault =
          Finding.damage(name, "checksum of the footer differs")
              .at(end)
              .expectedCrc(bytes.getInt(28), crc);
    } else if (bytes.getLong(8) != end) {
      fault =
          Finding.damage(name, "file has another length than its footer says")
              .at(end)
              .expected(
                  "bytes=" + (bytes.getLong(8) + FileEnvelope.FOOTER_LENGTH),
                  "bytes=" + file.length());
    }
    if (fault != null) {
      findings.accept(fault.losing(claim.lost()));
    }
    return new Footer(end, indexOffset, bodyCrc, fault == null);
  }

  /**
   * Whether the checksum of header and body is the footer's; reads them all and tells if it is not.
   *
   * @param footer null counts as unreadable, which was told before
   * @param lost what is lost if it differs
   */
  public static boolean bodyIsWhole(
      FileBytes file, @Nullable Footer footer, String lost, Consumer<Finding> findings)
      throws IOException {
    if (footer == null || !footer.readable()) {
      return false;
    }
    int actual = file.crc(0, footer.end());
    if (actual == footer.bodyCrc()) {
      return true;
    }
    findings.accept(
        Finding.damage(file.name(), "checksum of the file differs")
            .expectedCrc(footer.bodyCrc(), actual)
            .losing(lost));
    return false;
  }
}
