package io.tidemark.storage.io;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One folder of a store. Files come into being whole or not at all: written beside, forced,
 * renamed, the folder forced. Safe from any thread.
 */
public final class StoreDirectory implements AutoCloseable {
  private static final String TEMPORARY = ".tmp";

  /*
   * Folders that this process has. Asked before the lock file is touched: POSIX drops the lock of a
   * process when it closes any channel of the file, even one whose attempt to lock failed.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;
  private @Nullable FileChannel lockChannel;
  private @Nullable Path heldPath;

  private StoreDirectory(Path path) {
    this.path = path;
  }

  /** Opens the folder and creates it, readable by its owner only, if it is missing. */
  public static StoreDirectory open(Path path) {
    try {
      if (!Files.isDirectory(path)) {
        Files.createDirectories(path);
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
          Files.setPosixFilePermissions(
              path,
              EnumSet.of(
                  PosixFilePermission.OWNER_READ,
                  PosixFilePermission.OWNER_WRITE,
                  PosixFilePermission.OWNER_EXECUTE));
        }
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null) {
          force(parent);
        }
      }
      return new StoreDirectory(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open folder " + path, e);
    }
  }

  /** The folder. */
  public Path path() {
    return path;
  }

  /** A folder inside. */
  public StoreDirectory subdirectory(String name) {
    return open(path.resolve(name));
  }

  /**
   * Takes the folder for this process.
   *
   * @throws HistorianException {@link ErrorCode#STORE_LOCKED} naming the process that has it.
   */
  public void lock() {
    try {
      Path real = path.toRealPath();
      if (!HELD.add(real)) {
        throw locked(Long.toString(ProcessHandle.current().pid()));
      }
      heldPath = real;
      try {
        lockChannel = lockFile(path.resolve("lock"));
      } finally {
        if (lockChannel == null) {
          close();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock folder " + path, e);
    }
  }

  private FileChannel lockFile(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      String owner = Files.readString(file, StandardCharsets.US_ASCII).strip();
      channel.close();
      throw locked(owner);
    }
    channel.truncate(0);
    channel.write(
        ByteBuffer.wrap(
            Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
    return channel;
  }

  private HistorianException locked(String owner) {
    return new HistorianException(
        ErrorCode.STORE_LOCKED,
        "data folder is in use: folder=" + path + ", pid=" + owner,
        null,
        "stop that process or choose another folder with --data",
        null);
  }

  /** Names of the files that are complete, sorted. */
  public List<String> list() {
    try (Stream<Path> files = Files.list(path)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(TEMPORARY))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + path, e);
    }
  }

  /** Starts a file that appears under its name only when it is committed. */
  public PendingFile create(String name) {
    return new PendingFile(name);
  }

  /** Reads a small file whole. */
  public ByteBuffer read(String name) {
    try {
      return ByteBuffer.wrap(Files.readAllBytes(path.resolve(name)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path.resolve(name), e);
    }
  }

  /** Maps a file read-only for the life of the arena. */
  public MemorySegment map(String name, Arena arena) {
    try (FileChannel channel = FileChannel.open(path.resolve(name), StandardOpenOption.READ)) {
      return channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot map " + path.resolve(name), e);
    }
  }

  /** Deletes a file if it exists. */
  public void delete(String name) {
    try {
      Files.deleteIfExists(path.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + path.resolve(name), e);
    }
  }

  /** Bytes that may still be written to the folder's file system. */
  public long usableBytes() {
    try {
      return Files.getFileStore(path).getUsableSpace();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot ask for free space of " + path, e);
    }
  }

  /** Makes names in the folder survive a loss of power. */
  public void force() throws IOException {
    force(path);
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public void close() {
    try {
      if (lockChannel != null) {
        lockChannel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot release the lock of " + path, e);
    } finally {
      lockChannel = null;
      if (heldPath != null) {
        HELD.remove(heldPath);
        heldPath = null;
      }
    }
  }

  /** A file being written. Not safe for several threads; dropped unless committed. */
  public final class PendingFile implements AutoCloseable {
    private final String name;
    private final Path temporary;
    private final FileChannel channel;
    private final CRC32C crc = new CRC32C();
    private long length;
    private boolean committed;

    private PendingFile(String name) {
      this.name = name;
      this.temporary = path.resolve(name + TEMPORARY);
      try {
        channel =
            FileChannel.open(
                temporary,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot create " + temporary, e);
      }
    }

    /** Bytes written so far. */
    public long length() {
      return length;
    }

    /** CRC-32C of the bytes written so far. */
    public int crc() {
      return (int) crc.getValue();
    }

    /** Appends the buffer's remaining bytes. */
    public void write(ByteBuffer bytes) throws IOException {
      crc.update(bytes.duplicate());
      while (bytes.hasRemaining()) {
        length += channel.write(bytes);
      }
    }

    /** Forces the file, gives it its name and forces the folder. */
    public void commit() throws IOException {
      channel.force(true);
      channel.close();
      Files.move(temporary, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      force();
      committed = true;
    }

    @Override
    public void close() throws IOException {
      channel.close();
      if (!committed) {
        Files.deleteIfExists(temporary);
      }
    }
  }
}
