package io.tidemark.storage.journal;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleFrame;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.DiskFullException;
import io.tidemark.storage.io.KillPoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The journal on plain preallocated files: frames one behind the other, written at their place and
 * forced in groups. Bytes: {@link JournalFile}, {@code docs/format/journal.md}.
 */
public final class FileJournal implements Journal {
  /*
   * A frame is one positional write into space that was reserved before: a full disk is found when a file is
   * prepared, not when a sample is at risk, and a force has no length to bring to the disk. The next file is made by
   * the forcing thread while the current one is still half empty, so that the appending thread finds it ready.
   *
   * Each force first writes the forced mark of the last one into the file's first page: that costs no force of its
   * own, and recovery knows which frames must be there (RELIABILITY rule D7).
   */
  private final Disk disk;
  private final Path folder;
  private final UUID storeId;
  private final long fileBytesMax;
  private final SecureRandom random = new SecureRandom();

  /*
   * The current file, and full ones that are not forced yet. The append thread replaces, the forcing thread takes;
   * both under this lock, since a force that saw neither the old file nor the new one would vouch for frames that it
   * never forced.
   */
  private final Object filesLock = new Object();
  private @Nullable OpenFile current;
  private final List<OpenFile> rolled = new ArrayList<>();

  /*
   * Made by the forcing thread ahead of need, taken by the append thread. Under a lock of its own: while one is being
   * made nobody makes another, so that files are used in the order of their numbers.
   */
  private final Object spareLock = new Object();
  private @Nullable OpenFile spare;
  private volatile long appendedSequence;
  private volatile boolean poisoned;

  /* Written by the append thread. */
  private volatile long position;

  /* Guarded by the spare's lock. */
  private long nextFileNumber = 1;

  /* Forcing thread only. */
  private long forcedSequence;
  private volatile boolean folderTouched = true;

  /* Complete files, oldest first; guarded by itself. */
  private final ArrayDeque<ClosedFile> closedFiles = new ArrayDeque<>();

  private record ClosedFile(Path path, long bytes, long lastSequence) {}

  /** A file that frames go to. */
  private static final class OpenFile {
    final Path path;
    final Disk.DiskFile file;
    final long epoch;
    long marks;

    OpenFile(Path path, Disk.DiskFile file, long epoch) {
      this.path = path;
      this.file = file;
      this.epoch = epoch;
    }
  }

  /**
   * Starts a run.
   *
   * @param folder a folder that does not exist yet
   * @param lastSequence sequence of the last frame before this run
   * @param fileBytesMax size of a file
   * @param mayWait whether a full disk is no error yet: then the first file is made when there is
   *     room, and {@link #prepare} refuses until then
   */
  public FileJournal(
      Disk disk, Path folder, UUID storeId, long lastSequence, long fileBytesMax, boolean mayWait)
      throws IOException {
    this.disk = disk;
    this.folder = folder;
    this.storeId = storeId;
    this.fileBytesMax =
        Math.max(fileBytesMax, JournalFile.FIRST_FRAME + SampleFrame.FRAME_BYTES_MAX);
    this.appendedSequence = lastSequence;
    this.forcedSequence = lastSequence;
    try {
      current = newFile();
      position = JournalFile.FIRST_FRAME;
    } catch (DiskFullException e) {
      if (!mayWait) {
        throw e;
      }
      position = this.fileBytesMax;
    }
  }

  private OpenFile newFile() throws IOException {
    disk.createFolder(folder);
    long number = nextFileNumber++;
    Path path = folder.resolve(JournalFile.name(number));
    long epoch = random.nextLong();
    Disk.DiskFile file = disk.create(path);
    try {
      file.allocate(fileBytesMax);
      file.write(JournalFile.header(storeId, number, epoch), 0);
    } catch (IOException e) {
      file.close();
      disk.delete(path);
      throw e;
    }
    folderTouched = true;
    return new OpenFile(path, file, epoch);
  }

  @Override
  public long prepare(int paddedLength) throws IOException {
    checkUsable();
    if (position + paddedLength <= fileBytesMax) {
      return openFile().epoch;
    }
    OpenFile next = takeNext();
    synchronized (filesLock) {
      OpenFile full = current;
      if (full != null) {
        synchronized (closedFiles) {
          closedFiles.add(new ClosedFile(full.path, fileBytesMax, appendedSequence));
        }
        rolled.add(full);
      }
      current = next;
    }
    position = JournalFile.FIRST_FRAME;
    KillPoint.JOURNAL_ROLLED.reached();
    return next.epoch;
  }

  /** The next file: the spare, or one made now. */
  private OpenFile takeNext() throws IOException {
    synchronized (spareLock) {
      OpenFile next = spare;
      if (next != null) {
        spare = null;
        return next;
      }
      try {
        return newFile();
      } catch (DiskFullException e) {
        throw new HistorianException(
            ErrorCode.DISK_FULL,
            "no space for the next journal file: bytes=" + fileBytesMax + ", folder=" + folder,
            null,
            "free space on the data folder's disk; writes are taken again by themselves",
            e);
      }
    }
  }

  private OpenFile openFile() {
    OpenFile file;
    synchronized (filesLock) {
      file = current;
    }
    if (file == null) {
      throw new IllegalStateException("journal is closed: folder=" + folder);
    }
    return file;
  }

  @Override
  public void append(ByteBuffer frame, int offset, int paddedLength, long journalSequence)
      throws IOException {
    checkUsable();
    OpenFile file = openFile();
    long at = position;
    try {
      file.file.write(frame.duplicate().limit(offset + paddedLength).position(offset), at);
    } catch (IOException | RuntimeException | Error e) {
      poisoned = true;
      throw new IOException("append failed: file=" + file.path, e);
    }
    position = at + paddedLength;
    appendedSequence = journalSequence;
  }

  @Override
  public void force() throws IOException {
    checkUsable();
    try {
      long target = appendedSequence; // first: what comes later may be in files not seen here
      List<OpenFile> full;
      OpenFile file;
      synchronized (filesLock) {
        full = List.copyOf(rolled);
        rolled.clear();
        file = current;
      }
      for (OpenFile each : full) {
        mark(each);
        each.file.force();
        each.file.close();
      }
      if (file != null) {
        mark(file);
        file.file.force();
      }
      if (folderTouched) {
        folderTouched = false;
        disk.forceFolder(folder);
      }
      forcedSequence = target;
    } catch (IOException | RuntimeException e) {
      poisoned = true;
      throw e;
    }
    makeSpare();
  }

  private void mark(OpenFile file) throws IOException {
    file.file.write(
        JournalFile.mark(file.marks + 1, forcedSequence), JournalFile.markOffset(file.marks + 1));
    file.marks++;
  }

  /** Has the next file ready before the current one is full. Lack of space is found again later. */
  private void makeSpare() {
    if (position <= fileBytesMax / 2) {
      return;
    }
    synchronized (spareLock) {
      if (spare == null) {
        try {
          spare = newFile();
        } catch (IOException e) {
          // prepare() tries again and says that the disk is full, before any sample is at risk
          spare = null;
        }
      }
    }
  }

  @Override
  public void trim(long coveredSequence) throws IOException {
    synchronized (closedFiles) {
      while (!closedFiles.isEmpty() && closedFiles.getFirst().lastSequence() <= coveredSequence) {
        disk.delete(closedFiles.removeFirst().path());
        KillPoint.JOURNAL_TRIMMING.reached();
      }
    }
  }

  @Override
  public long bytes() {
    long bytes = position;
    synchronized (closedFiles) {
      for (ClosedFile file : closedFiles) {
        bytes += file.bytes();
      }
    }
    return bytes;
  }

  private void checkUsable() {
    if (poisoned) {
      throw new HistorianException(
          ErrorCode.JOURNAL_FAILED, "journal failed before and is out of use: folder=" + folder);
    }
  }

  @Override
  public void close() throws IOException {
    OpenFile file;
    synchronized (filesLock) {
      file = current;
    }
    if (file == null) {
      return; // closed, or never opened for want of room
    }
    try {
      if (!poisoned) {
        force();
        force(); // so that the mark names the last frame
      }
    } finally {
      synchronized (filesLock) {
        current = null;
      }
      file.file.close();
      synchronized (spareLock) {
        OpenFile unused = spare;
        if (unused != null) {
          unused.file.close();
          disk.delete(unused.path);
          spare = null;
        }
      }
    }
  }
}
