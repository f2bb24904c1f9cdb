package io.tidemark.storage.journal;

import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleFrame;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.FileBytes;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Follows the frames of a journal by their sequence while others append to it: whoever wrote the
 * files, they are read as bytes, by magic, bounds, CRC and epoch. Ask only for frames that are
 * forced: others may be half written, and come back as others after a crash. The files must be kept
 * from being trimmed. One thread.
 */
public final class JournalReader implements AutoCloseable {
  /*
   * Frames lie one behind the other, so the next one is where the last one ended, or at the start of another file. A
   * file whose tail was torn in a crash may hold frames whose sequences a later run gave to others: of the files that
   * begin at or before a sequence the last one counts.
   */
  private static final int SEARCH_BYTES = 1 << 19;
  private static final int CHRONICLE_HEADER_BYTES = 4;
  private static final int SHORTEST = SampleFrame.HEADER_LENGTH + 4;

  private final Disk disk;
  private final Path root;
  private final UUID storeId;
  private final SampleFrame frame = new SampleFrame();

  /* First sequence of each file that has a frame. */
  private final Map<Path, Long> firstSequences = new HashMap<>();

  private @Nullable OpenFile current;
  private long next = 1;
  private long skipped;

  /* The frame given last, and where it is in the current file. */
  private long lastRead;
  private long lastAt;

  /* No file has the next frame, as far as was forced when they were looked through. */
  private long missedUpTo;

  /** A file and the place in it that is read next. */
  private static final class OpenFile {
    private final Path path;
    private final boolean own;
    private final @Nullable Long epoch;
    private FileBytes bytes;
    private long at;

    OpenFile(Path path, FileBytes bytes, boolean own, @Nullable Long epoch) {
      this.path = path;
      this.bytes = bytes;
      this.own = own;
      this.epoch = epoch;
      this.at = own ? JournalFile.FIRST_FRAME : 0;
    }

    int step() {
      return own ? 8 : 4;
    }
  }

  /**
   * A reader that begins with the first frame there is.
   *
   * @param root the folder of the journal's runs
   */
  public JournalReader(Disk disk, Path root, UUID storeId) {
    this.disk = disk;
    this.root = root;
    this.storeId = storeId;
  }

  /** Goes to a sequence; cheap if it is the next one anyway, or the one read last. */
  public void seek(long sequence) throws IOException {
    OpenFile file = current;
    if (file != null && sequence == lastRead && sequence == next - 1) {
      file.at = lastAt;
      next = sequence;
    } else if (sequence != next) {
      close();
      next = sequence;
      missedUpTo = 0;
    }
  }

  /** The sequence that is read next, if there is such a frame. */
  public long position() {
    return next;
  }

  /** Frames that were passed over since they are not there: the journal lost them. */
  public long skipped() {
    return skipped;
  }

  /**
   * The next frame, lent until the next call, or null if there is none yet.
   *
   * @param upToSequence the last sequence that is forced
   */
  public @Nullable SampleFrame next(long upToSequence) throws IOException {
    if (next > upToSequence || upToSequence <= missedUpTo) {
      return null;
    }
    long found = current == null ? -1 : find(current);
    if (found != next) {
      found = findElsewhere();
    }
    OpenFile file = current;
    if (file == null || found < 0 || found > upToSequence) {
      missedUpTo = upToSequence;
      return null;
    }
    skipped += found - next;
    next = found + 1;
    lastRead = found;
    lastAt = file.at;
    file.at += frame.paddedLength();
    return frame;
  }

  /** Goes on to the file that has the next frame, or else the first one after it. */
  private long findElsewhere() throws IOException {
    Path best = null;
    Path later = null;
    long laterFirst = Long.MAX_VALUE;
    for (Path path : files()) {
      long first = firstSequence(path);
      if (first > 0 && first <= next) {
        best = path;
      } else if (first > 0 && first < laterFirst) {
        laterFirst = first;
        later = path;
      }
    }
    long found = best == null || !open(best) ? -1 : findIn();
    if (found == next || later == null || (found > 0 && found < laterFirst)) {
      return found;
    }
    return open(later) ? findIn() : -1;
  }

  private long findIn() throws IOException {
    OpenFile file = current;
    return file == null ? -1 : find(file);
  }

  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String run : disk.list(root)) {
      Path folder = root.resolve(run);
      if (!run.startsWith(JournalScanner.RUN_PREFIX) || !disk.isFolder(folder)) {
        continue;
      }
      for (String name : disk.list(folder)) {
        if (JournalInspector.isOwn(name) || JournalInspector.isChronicle(name)) {
          files.add(folder.resolve(name));
        }
      }
    }
    firstSequences.keySet().retainAll(files);
    return files;
  }

  private long firstSequence(Path path) throws IOException {
    Long known = firstSequences.get(path);
    if (known != null) {
      return known;
    }
    OpenFile file = opened(path);
    if (file == null) {
      return -1;
    }
    try {
      for (long at = file.at; ; at += file.step()) {
        at = nextMagic(file, at);
        if (at < 0) {
          return -1;
        }
        if (isFrame(file, at)) {
          firstSequences.put(path, frame.journalSequence());
          return frame.journalSequence();
        }
      }
    } finally {
      file.bytes.close();
    }
  }

  private boolean open(Path path) throws IOException {
    close();
    current = opened(path);
    return current != null;
  }

  /** A file at its first frame, or null if it is gone, or none of this store's. */
  private @Nullable OpenFile opened(Path path) throws IOException {
    FileBytes bytes;
    try {
      bytes = FileBytes.open(disk, path, path.toString(), count -> {});
    } catch (NoSuchFileException | FileNotFoundException e) {
      return null; // trimmed since it was listed
    }
    boolean own = JournalInspector.isOwn(path.toString());
    if (!own) {
      return new OpenFile(path, bytes, false, null);
    }
    if (bytes.has(0, JournalFile.FIRST_FRAME)) {
      ByteBuffer page = bytes.slice(0, JournalFile.FIRST_FRAME);
      if (!JournalFile.isForeign(page, storeId, path.toString())) {
        JournalFile.Page read = JournalFile.read(page, storeId, path.toString());
        return new OpenFile(path, bytes, true, read.hasEpoch() ? read.epoch() : null);
      }
    }
    bytes.close();
    return null;
  }

  /** Points at the next wanted frame of the file, or the first one after it: its sequence or -1. */
  private long find(OpenFile file) throws IOException {
    boolean fresh = false;
    long at = file.at;
    while (true) {
      if (!file.own && !isFrame(file, at)) {
        at += CHRONICLE_HEADER_BYTES; // where it is nearly always
      }
      if (isFrame(file, at)) {
        if (frame.journalSequence() >= next) {
          file.at = at;
          return frame.journalSequence();
        }
        at += frame.paddedLength();
        file.at = at;
        fresh = false;
        continue;
      }
      if (!fresh) {
        // What was read last may be from before the frame was written.
        fresh = true;
        refresh(file);
        at = file.at;
        continue;
      }
      at = nextMagic(file, at + file.step());
      if (at < 0) {
        return -1;
      }
    }
  }

  private void refresh(OpenFile file) throws IOException {
    file.bytes.refresh();
    if (disk.length(file.path) > file.bytes.length()) {
      file.bytes.close();
      file.bytes = FileBytes.open(disk, file.path, file.path.toString(), count -> {});
    }
  }

  private boolean isFrame(OpenFile file, long at) throws IOException {
    if (!file.bytes.has(at, SHORTEST)) {
      return false;
    }
    ByteBuffer head = file.bytes.slice(at, SHORTEST);
    int length = head.getInt(8);
    if (head.getInt(0) != SampleFrame.MAGIC
        || length < SHORTEST
        || length > SampleFrame.FRAME_BYTES_MAX
        || !file.bytes.has(at, length)) {
      return false;
    }
    try {
      frame.wrap(file.bytes.slice(at, length), 0, length);
      long sequence = frame.journalSequence();
      return sequence > 0
          && sequence < SampleFrame.SEQUENCE_END
          && (file.epoch == null || file.epoch == frame.fileEpoch())
          && frame.crcMatches();
    } catch (HistorianException e) {
      return false;
    }
  }

  /** The next place that begins as a frame does, or -1. */
  private static long nextMagic(OpenFile file, long from) throws IOException {
    int step = file.step();
    long at = from;
    while (file.bytes.has(at, step)) {
      int count = (int) Math.min(SEARCH_BYTES, file.bytes.length() - at) & -step;
      ByteBuffer bytes = file.bytes.slice(at, count);
      for (int i = 0; i < count; i += step) {
        if (bytes.getInt(i) == SampleFrame.MAGIC) {
          return at + i;
        }
      }
      at += count;
    }
    return -1;
  }

  /** Lets go of the file; the position stays. */
  @Override
  public void close() throws IOException {
    OpenFile file = current;
    current = null;
    lastRead = 0;
    if (file != null) {
      file.bytes.close();
    }
  }
}
