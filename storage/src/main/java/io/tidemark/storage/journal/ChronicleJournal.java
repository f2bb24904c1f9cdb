package io.tidemark.storage.journal;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.wire.DocumentContext;
import org.jspecify.annotations.Nullable;

/**
 * The journal on Chronicle Queue. Chronicle maps, appends and rolls; integrity, order and
 * durability are ours: frames carry sequence and CRC, and {@link #force} goes through a FileChannel
 * on the very files.
 */
public final class ChronicleJournal implements Journal {
  /*
   * Why not Chronicle's own sync: SyncMode.SYNC does not sync appends, appender.sync() covers only the current
   * mapped chunk and swallows errors of msync. FileChannel.force on the file and a force of the folder lost nothing
   * in simulated power cuts.
   *
   * Every run of the server has a folder of its own (a "run"), so that Chronicle never opens a file that a crash
   * left behind. Inside a run its clock is our file counter: one day is one file. It never looks at the time of
   * day, so a clock that steps back cannot stop appends.
   */
  private static final long DAY_MS = 86_400_000L;

  private final Path folder;
  private final long fileBytesMax;
  private final ChronicleQueue queue;
  private final ExcerptAppender appender;
  private final SecureRandom random = new SecureRandom();

  /*
   * The current file, and full ones that are not forced yet; under this lock, since a force that saw neither the old
   * file nor the new one would vouch for frames that it never forced.
   */
  private final Object filesLock = new Object();
  private @Nullable OpenFile current;
  private final List<OpenFile> rolled = new ArrayList<>();
  private volatile boolean folderTouched = true;
  private volatile boolean poisoned;

  /* Append thread only. */
  private final AtomicLong fileNumber = new AtomicLong();
  private long fileBytes;
  private long fileEpoch;
  private boolean fileStarted;

  /* Files of this run that are complete, oldest first; guarded by itself. */
  private final ArrayDeque<ClosedFile> closedFiles = new ArrayDeque<>();
  private long lastSequence;

  private record OpenFile(Path path, FileChannel channel) {}

  private record ClosedFile(Path path, long lastSequence) {}

  /**
   * Starts a run.
   *
   * @param folder a folder that does not exist yet
   * @param fileBytesMax size after which a new file starts
   */
  public ChronicleJournal(Path folder, long fileBytesMax) throws IOException {
    this.folder = folder;
    this.fileBytesMax = fileBytesMax;
    Files.createDirectories(folder);
    try (FileChannel parent =
        FileChannel.open(
            java.util.Objects.requireNonNull(folder.toAbsolutePath().getParent()),
            StandardOpenOption.READ)) {
      parent.force(true);
    }
    queue =
        ChronicleQueue.singleBuilder(folder)
            .rollCycle(RollCycles.FAST_DAILY)
            .timeProvider(this::chronicleClock)
            .blockSize(16 << 20)
            .build();
    appender = queue.createAppender();
    fileEpoch = random.nextLong();
  }

  private long chronicleClock() {
    return fileNumber.get() * DAY_MS;
  }

  @Override
  public long prepare(int paddedLength) {
    checkUsable();
    if (fileStarted && fileBytes + paddedLength > fileBytesMax) {
      synchronized (filesLock) {
        OpenFile full = current;
        if (full != null) {
          rolled.add(full);
          current = null;
          synchronized (closedFiles) {
            closedFiles.add(new ClosedFile(full.path(), lastSequence));
          }
        }
      }
      fileNumber.incrementAndGet();
      fileEpoch = random.nextLong();
      fileBytes = 0;
      fileStarted = false;
    }
    return fileEpoch;
  }

  @Override
  public void append(ByteBuffer frame, int offset, int paddedLength, long journalSequence)
      throws IOException {
    checkUsable();
    try (DocumentContext document = appender.writingDocument()) {
      net.openhft.chronicle.wire.Wire wire = document.wire();
      if (wire == null) {
        throw new IOException("queue gave no wire");
      }
      ByteBuffer source = frame.duplicate().limit(offset + paddedLength).position(offset);
      Bytes<?> target = wire.bytes();
      target.ensureCapacity(target.writePosition() + paddedLength);
      target.writeSome(source);
      if (source.hasRemaining()) {
        throw new IOException("queue took a part of the frame: bytesLeft=" + source.remaining());
      }
    } catch (IOException | RuntimeException | Error e) {
      poisoned = true;
      throw new IOException("append failed", e);
    }
    if (!fileStarted) {
      fileStarted = true;
      Path path = appender.currentFile() == null ? null : appender.currentFile().toPath();
      if (path == null) {
        poisoned = true;
        throw new IOException("queue has no current file");
      }
      folderTouched = true;
      OpenFile opened =
          new OpenFile(
              path, FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
      synchronized (filesLock) {
        current = opened;
      }
    }
    fileBytes += paddedLength;
    lastSequence = journalSequence;
  }

  @Override
  public void force() throws IOException {
    checkUsable();
    try {
      List<OpenFile> full;
      OpenFile file;
      synchronized (filesLock) {
        full = List.copyOf(rolled);
        rolled.clear();
        file = current;
      }
      for (OpenFile each : full) {
        each.channel().force(true);
        each.channel().close();
      }
      if (file != null) {
        file.channel().force(true);
      }
      if (folderTouched) {
        folderTouched = false;
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
          channel.force(true);
        }
      }
    } catch (IOException e) {
      poisoned = true;
      throw e;
    }
  }

  @Override
  public void trim(long coveredSequence) throws IOException {
    synchronized (closedFiles) {
      while (!closedFiles.isEmpty() && closedFiles.getFirst().lastSequence() <= coveredSequence) {
        Files.deleteIfExists(closedFiles.removeFirst().path());
      }
    }
  }

  @Override
  public long bytes() {
    long bytes = 0;
    synchronized (closedFiles) {
      for (ClosedFile file : closedFiles) {
        bytes += file.path().toFile().length();
      }
    }
    return bytes + fileBytes;
  }

  private void checkUsable() {
    if (poisoned) {
      throw new HistorianException(
          ErrorCode.JOURNAL_FAILED, "journal failed before and is out of use: folder=" + folder);
    }
  }

  @Override
  public void close() throws IOException {
    if (!poisoned) {
      force();
    }
    OpenFile file;
    synchronized (filesLock) {
      file = current;
    }
    if (file != null) {
      file.channel().close();
    }
    appender.close();
    queue.close();
  }
}
