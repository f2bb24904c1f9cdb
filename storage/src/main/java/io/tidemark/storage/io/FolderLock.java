package io.tidemark.storage.io;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The lock that a process has on a data folder. The operating system holds it and drops it when the
 * process ends, however it ends; the file's text (process id, start, boot) is only there to be
 * read, so that one that is left over locks nobody out.
 */
final class FolderLock implements AutoCloseable {
  /*
   * Lock files that this process holds. Asked before a file is touched: POSIX drops the lock of a process when it
   * closes any channel of the file, even one whose attempt to lock failed.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final int TEXT_BYTES_MAX = 512;

  private final Path real;
  private final FileChannel channel;

  private FolderLock(Path real, FileChannel channel) {
    this.real = real;
    this.channel = channel;
  }

  /**
   * Takes a lock file.
   *
   * @throws HistorianException {@link ErrorCode#STORE_LOCKED} naming the process that has it
   */
  static FolderLock take(Path file) throws IOException {
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    Path real = folder.toRealPath().resolve(file.getFileName());
    if (!HELD.add(real)) {
      throw locked(folder, text());
    }
    FileChannel channel = null;
    try {
      channel = lock(file, folder);
      return new FolderLock(real, channel);
    } finally {
      if (channel == null) {
        HELD.remove(real);
      }
    }
  }

  private static FileChannel lock(Path file, Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() == null) {
        throw locked(folder, read(channel));
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(text().getBytes(StandardCharsets.US_ASCII)));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(TEXT_BYTES_MAX);
    channel.read(text, 0);
    return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
  }

  /** What this process writes: its id, then lines of name and value. */
  private static String text() {
    ProcessHandle self = ProcessHandle.current();
    String boot = boot();
    return self.pid()
        + self.info().startInstant().map(time -> "\nstarted=" + time).orElse("")
        + (boot.isEmpty() ? "" : "\nboot=" + boot)
        + "\n";
  }

  private static String boot() {
    try {
      return Files.readString(BOOT_ID).strip().toLowerCase(Locale.ROOT);
    } catch (IOException e) {
      return "";
    }
  }

  private static HistorianException locked(Path folder, String text) {
    String[] lines = text.strip().split("\n", -1);
    String pid = lines[0].matches("\\d{1,10}") ? lines[0] : "unknown";
    StringBuilder message = new StringBuilder("folder locked by pid ").append(pid);
    message.append(": folder=").append(folder).append(", pid=").append(pid);
    String boot = boot();
    boolean elsewhere = false;
    for (String line : lines) {
      if (line.startsWith("started=")) {
        message.append(", ").append(line);
      } else if (line.startsWith("boot=")) {
        elsewhere = !boot.isEmpty() && !line.equals("boot=" + boot);
      }
    }
    if (elsewhere) {
      message.append(", runsOnThisMachine=false");
    }
    return new HistorianException(
        ErrorCode.STORE_LOCKED,
        message.toString(),
        null,
        elsewhere
            ? "stop the server on the other machine or choose another folder with --data"
            : "stop that process (kill "
                + pid
                + " lets it finish) or choose another folder with --data",
        null);
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      HELD.remove(real);
    }
  }
}
