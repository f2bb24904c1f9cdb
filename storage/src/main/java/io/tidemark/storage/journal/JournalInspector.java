package io.tidemark.storage.journal;

import io.tidemark.storage.io.EnvelopeCheck;
import io.tidemark.storage.io.FileBytes;
import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.storage.io.Finding;
import io.tidemark.storage.io.FrameWalk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A file of the journal under suspicion, of ours or of Chronicle's, taken apart as far as its bytes
 * make sense, for those who check and print files. Which frames are missed, {@link JournalScanner}
 * says. Belongs to one thread.
 */
public final class JournalInspector {
  /** "TJNL". */
  public static final int MAGIC = JournalFile.MAGIC;

  private final FileBytes file;
  private final boolean own;
  private final List<Finding> pageFindings = new ArrayList<>();
  private EnvelopeCheck.@Nullable Header header;
  private @Nullable Long epoch;
  private boolean pageIsBlank;
  private final @Nullable Mark[] marks = new Mark[2];

  /**
   * A forced mark.
   *
   * @param number the greater one of two is the newer
   */
  public record Mark(long number, long forcedSequence) {}

  /**
   * Reads the first page of a file of ours.
   *
   * @param storeId the store it should belong to, or null for any
   */
  public JournalInspector(FileBytes file, @Nullable UUID storeId) throws IOException {
    this.file = file;
    own = isOwn(file.name());
    if (own) {
      readPage(storeId);
    }
  }

  /** Whether a name is that of a journal file of ours. */
  public static boolean isOwn(String name) {
    return name.endsWith(JournalFile.SUFFIX);
  }

  /** Whether a name is that of a file of Chronicle's. */
  public static boolean isChronicle(String name) {
    return name.endsWith(".cq4");
  }

  private static long number(String name) {
    try {
      int start = name.lastIndexOf('/') + 1;
      return Long.parseUnsignedLong(name, start, name.length() - JournalFile.SUFFIX.length(), 10);
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      return -1;
    }
  }

  private void readPage(@Nullable UUID storeId) throws IOException {
    if (!file.has(0, JournalFile.FIRST_FRAME)) {
      if (file.length() == 0) {
        pageFindings.add(
            Finding.information(
                file.name(), "file is empty: it was just made when power was lost"));
      } else {
        pageFindings.add(
            Finding.damage(file.name(), "file was cut within its first page")
                .at(file.length())
                .expected("bytes>=" + JournalFile.FIRST_FRAME, "bytes=" + file.length())
                .losing("all frames of the file"));
      }
      return;
    }
    pageIsBlank = file.firstNotZero(0, JournalFile.FIRST_FRAME) == JournalFile.FIRST_FRAME;
    if (pageIsBlank) {
      return;
    }
    header =
        EnvelopeCheck.header(
            file,
            new EnvelopeCheck.Claim(
                MAGIC, storeId, number(file.name()), -1, "nothing: frames are found without it"),
            pageFindings::add);
    ByteBuffer page = file.slice(0, JournalFile.FIRST_FRAME);
    int at = FileEnvelope.HEADER_LENGTH;
    int crc = FileEnvelope.crc(page, at, 8);
    if (page.getInt(at + 8) == crc) {
      epoch = page.getLong(at);
    } else {
      pageFindings.add(
          Finding.damage(file.name(), "checksum of the file epoch differs")
              .at(at)
              .expectedCrc(page.getInt(at + 8), crc)
              .losing("nothing: frames are found without it"));
    }
    readMark(page, 1);
    readMark(page, 2);
    Mark first = marks[0];
    if (marks[1] == null
        && (first == null || first.number() < 2)
        && file.firstNotZero(0, JournalFile.SLOT_BYTES) == JournalFile.SLOT_BYTES) {
      // The second mark follows the force that brings header and first mark to the disk.
      pageFindings.clear();
      pageFindings.add(
          Finding.information(file.name(), "header was not on the disk yet when power was lost"));
    }
    checkZero(at + 12, JournalFile.SLOT_BYTES);
    checkZero(JournalFile.SLOT_BYTES + JournalFile.MARK_LENGTH, 2L * JournalFile.SLOT_BYTES);
    checkZero(2L * JournalFile.SLOT_BYTES + JournalFile.MARK_LENGTH, JournalFile.FIRST_FRAME);
  }

  private void readMark(ByteBuffer page, int slot) throws IOException {
    int at = slot * JournalFile.SLOT_BYTES;
    int crc = FileEnvelope.crc(page, at, 24);
    if (page.getInt(at) == JournalFile.MARK_MAGIC && page.getInt(at + 24) == crc) {
      marks[slot - 1] = new Mark(page.getLong(at + 8), page.getLong(at + 16));
    } else if (file.firstNotZero(at, at + JournalFile.MARK_LENGTH) < at + JournalFile.MARK_LENGTH) {
      pageFindings.add(
          Finding.warning(file.name(), "a forced mark is damaged")
              .at(at)
              .expectedCrc(page.getInt(at + 24), crc)
              .losing(
                  "nothing now: but a loss of the last forced group would look like a torn tail"));
    }
  }

  private void checkZero(long from, long to) throws IOException {
    long dirty = file.firstNotZero(from, to);
    if (dirty < to) {
      pageFindings.add(
          Finding.warning(file.name(), "reserved bytes of the first page are not zero").at(dirty));
    }
  }

  /** Whether the file is one of ours. */
  public boolean isOwn() {
    return own;
  }

  /** The header, or null for Chronicle's files and those without a first page. */
  public EnvelopeCheck.@Nullable Header header() {
    return header;
  }

  /** Whether recovery leaves the file alone, since it is another store's, too old or too new. */
  public boolean isLeftAlone() {
    EnvelopeCheck.Header found = header;
    return found != null
        && found.crcMatches()
        && !found.readable()
        && found.magic() == MAGIC
        && pageFindings.stream()
            .anyMatch(
                each ->
                    each.expected().startsWith("storeId")
                        || each.expected().startsWith("formatVersion")
                        || each.expected().startsWith("readerVersionMin"));
  }

  /** Whether the first page is nothing but zeros. */
  public boolean pageIsBlank() {
    return pageIsBlank;
  }

  /** The random number of the file, or null if it is not known. */
  public @Nullable Long epoch() {
    return epoch;
  }

  /** The mark in a slot, 1 or 2, or null. */
  public @Nullable Mark mark(int slot) {
    return marks[slot - 1];
  }

  /** The sequence up to which everything was forced, by the newest mark; 0 without one. */
  public long forcedSequence() {
    Mark a = marks[0];
    Mark b = marks[1];
    if (a == null || b == null) {
      return a != null ? a.forcedSequence() : b != null ? b.forcedSequence() : 0;
    }
    return a.number() > b.number() ? a.forcedSequence() : b.forcedSequence();
  }

  /**
   * What is wrong with the first page.
   *
   * @param hasFrames whether frames were found behind it
   */
  public List<Finding> pageFindings(boolean hasFrames) {
    if (!pageIsBlank) {
      return List.copyOf(pageFindings);
    }
    return List.of(
        hasFrames
            ? Finding.information(
                file.name(), "first page was not on the disk yet when power was lost")
            : Finding.information(
                file.name(), "file was prepared and never used before power was lost"));
  }

  /** Goes through the frames. */
  public void frames(FrameWalk.Visitor visitor) throws IOException {
    new FrameWalk(file, file.length(), own ? 8 : 4, own ? epoch : null)
        .run(own ? JournalFile.FIRST_FRAME : 0, visitor);
  }
}
