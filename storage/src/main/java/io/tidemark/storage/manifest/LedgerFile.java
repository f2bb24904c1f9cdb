package io.tidemark.storage.manifest;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleFrame;
import io.tidemark.storage.damage.DamageList;
import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.storage.io.StoreDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A file of records that are not samples (tags, context, producers), frame by frame as they were
 * journaled: the checkpoint of catalog and context. Immutable, and there twice, since a store
 * without it has samples and no names for them. {@code docs/format/ledger.md}.
 */
public final class LedgerFile {
  static final int MAGIC = FileEnvelope.magic("TLED");

  private LedgerFile() {}

  /** Name of a ledger's file. */
  public static String fileName(long id) {
    return String.format("%012d.tled", id);
  }

  /** Name of the second file, byte for byte the same. */
  public static String copyName(long id) {
    return String.format("%012d.tled-copy", id);
  }

  /** Names of both. */
  public static List<String> fileNames(long id) {
    return List.of(fileName(id), copyName(id));
  }

  /** Writes and commits both files of padded frames; returns the length of one. */
  public static long write(StoreDirectory directory, UUID storeId, long id, List<byte[]> frames)
      throws IOException {
    write(directory, copyName(id), storeId, id, frames);
    return write(directory, fileName(id), storeId, id, frames);
  }

  private static long write(
      StoreDirectory directory, String name, UUID storeId, long id, List<byte[]> frames)
      throws IOException {
    try (StoreDirectory.PendingFile file = directory.create(name)) {
      file.write(FileEnvelope.header(MAGIC, storeId, id));
      for (byte[] frame : frames) {
        file.write(ByteBuffer.wrap(frame));
      }
      file.write(FileEnvelope.footer(file.length(), 0, file.crc()));
      Manifest.Ledger ledger = new Manifest.Ledger(id, frames.size(), file.length());
      file.commit(written -> checked(directory, written, storeId, ledger));
      return file.length();
    }
  }

  /**
   * Hands each frame of a ledger to the consumer, in order; the flyweight is only lent. A file that
   * is damaged or gone is replaced by the other one before the first frame is handed over.
   *
   * @param damage takes what cannot be read
   * @throws HistorianException if neither can be read, or one that was looked at is of another
   *     format.
   */
  public static void read(
      StoreDirectory directory,
      UUID storeId,
      Manifest.Ledger ledger,
      DamageList damage,
      Consumer<SampleFrame> consumer) {
    Checked found;
    try {
      found = checked(directory, fileName(ledger.id()), storeId, ledger);
    } catch (HistorianException | UncheckedIOException e) {
      if (isOtherFormat(e)) {
        throw e;
      }
      try {
        found = checked(directory, copyName(ledger.id()), storeId, ledger);
      } catch (HistorianException | UncheckedIOException copy) {
        if (isOtherFormat(copy)) {
          copy.addSuppressed(e);
          throw copy;
        }
        e.addSuppressed(copy);
        throw e;
      }
      damage.spare(fileName(ledger.id()), "ledger", e);
    }
    found.forEach(consumer);
  }

  private static boolean isOtherFormat(RuntimeException e) {
    return e instanceof HistorianException known && known.code().isOtherFormat();
  }

  /** Reads both files; what is damaged is listed. */
  public static void scrub(
      StoreDirectory directory, UUID storeId, Manifest.Ledger ledger, DamageList damage) {
    for (String name : fileNames(ledger.id())) {
      try {
        checked(directory, name, storeId, ledger);
      } catch (HistorianException | UncheckedIOException e) {
        damage.spare(name, "ledger", e);
      }
    }
  }

  /** Reads a file that no manifest describes, and describes it. */
  public static Manifest.Ledger describe(
      StoreDirectory directory, UUID storeId, long id, Consumer<SampleFrame> consumer) {
    Checked found = checked(directory, fileName(id), storeId, new Manifest.Ledger(id, -1, -1));
    found.forEach(consumer);
    return new Manifest.Ledger(id, found.records, found.bytes.limit());
  }

  /** The bytes of a file that is whole. */
  private record Checked(ByteBuffer bytes, int end, int records) {
    void forEach(Consumer<SampleFrame> consumer) {
      SampleFrame frame = new SampleFrame();
      for (int at = FileEnvelope.HEADER_LENGTH; at < end; at += frame.paddedLength()) {
        consumer.accept(frame.wrap(bytes, at, end - at));
      }
    }
  }

  private static Checked checked(
      StoreDirectory directory, String name, UUID storeId, Manifest.Ledger ledger) {
    ByteBuffer bytes = directory.read(name).order(ByteOrder.LITTLE_ENDIAN);
    FileEnvelope.checkHeader(bytes, MAGIC, storeId, ledger.id(), name);
    int footerAt = bytes.limit() - FileEnvelope.FOOTER_LENGTH;
    if (footerAt < FileEnvelope.HEADER_LENGTH) {
      throw new HistorianException(ErrorCode.TRUNCATED_FILE, "file is too short: file=" + name);
    }
    ByteBuffer footer = bytes.slice(footerAt, FileEnvelope.FOOTER_LENGTH);
    FileEnvelope.checkFooter(footer, bytes.limit(), name);
    int crc = FileEnvelope.crc(bytes, 0, footerAt);
    if (crc != FileEnvelope.bodyCrc(footer)) {
      throw FileEnvelope.corrupt(name, "body", FileEnvelope.bodyCrc(footer), crc);
    }
    SampleFrame frame = new SampleFrame();
    int count = 0;
    for (int at = FileEnvelope.HEADER_LENGTH; at < footerAt; at += frame.paddedLength()) {
      frame.wrap(bytes, at, footerAt - at);
      if (!frame.crcMatches() || frame.paddedLength() > footerAt - at) {
        throw new HistorianException(
            ErrorCode.CORRUPT, "record is corrupt: file=" + name + ", offset=" + at);
      }
      count++;
    }
    if (ledger.records() >= 0 && count != ledger.records()) {
      throw new HistorianException(
          ErrorCode.CORRUPT,
          "ledger has another count: file="
              + name
              + ", records="
              + count
              + ", expected="
              + ledger.records());
    }
    return new Checked(bytes, footerAt, count);
  }
}
