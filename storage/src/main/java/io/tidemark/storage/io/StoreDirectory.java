package io.tidemark.storage.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One folder of a store. Files come into being whole or not at all: written beside, forced,
 * renamed, the folder forced. Safe from any thread.
 */
public final class StoreDirectory implements AutoCloseable {
  private static final String TEMPORARY = ".tmp";

  private final Disk disk;
  private final Path path;
  private @Nullable AutoCloseable lock;

  private StoreDirectory(Disk disk, Path path) {
    this.disk = disk;
    this.path = path;
  }

  /** Opens the folder and creates it, readable by its owner only, if it is missing. */
  public static StoreDirectory open(Disk disk, Path path) {
    try {
      disk.createFolder(path);
      return new StoreDirectory(disk, path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open folder " + path, e);
    }
  }

  /** The folder. */
  public Path path() {
    return path;
  }

  /** The disk it is on. */
  public Disk disk() {
    return disk;
  }

  /** A folder inside. */
  public StoreDirectory subdirectory(String name) {
    return open(disk, path.resolve(name));
  }

  /**
   * Takes the folder for this process.
   *
   * @throws io.tidemark.model.HistorianException {@link io.tidemark.model.ErrorCode#STORE_LOCKED}
   *     naming the process that has it.
   */
  public void lock() {
    Path file = path.resolve("lock");
    try {
      lock = disk.lock(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock " + file, e);
    }
  }

  /** Names of the files that are complete, sorted. */
  public List<String> list() {
    try {
      return disk.list(path).stream()
          .filter(name -> !name.endsWith(TEMPORARY) && !disk.isFolder(path.resolve(name)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + path, e);
    }
  }

  /** Starts a file that appears under its name only when it is committed. */
  public PendingFile create(String name) throws IOException {
    return new PendingFile(name);
  }

  /** Reads a small file whole. */
  public ByteBuffer read(String name) {
    try (Arena arena = Arena.ofConfined()) {
      return ByteBuffer.wrap(disk.map(path.resolve(name), arena).toArray(ValueLayout.JAVA_BYTE));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path.resolve(name), e);
    }
  }

  /** Maps a file read-only for the life of the arena. */
  public MemorySegment map(String name, Arena arena) {
    try {
      return disk.map(path.resolve(name), arena);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot map " + path.resolve(name), e);
    }
  }

  /**
   * Moves every file that is not named into a folder inside, and deletes what the last call moved
   * there.
   */
  public void setAside(Set<String> named, String folder) throws IOException {
    Path aside = path.resolve(folder);
    if (disk.isFolder(aside)) {
      for (String old : disk.list(aside)) {
        disk.delete(aside.resolve(old));
      }
    }
    for (String name : disk.list(path)) {
      if (!named.contains(name) && !disk.isFolder(path.resolve(name))) {
        disk.createFolder(aside);
        disk.rename(path.resolve(name), aside.resolve(name));
      }
    }
  }

  /** Deletes a file if it exists. */
  public void delete(String name) {
    try {
      disk.delete(path.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + path.resolve(name), e);
    }
  }

  /** Room on the folder's file system. */
  public Disk.Space space() {
    try {
      return disk.space(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot ask for free space of " + path, e);
    }
  }

  /**
   * Makes a file that holds room for something: its bytes are the file system's, their content is
   * zeros. Replaces one that is there.
   *
   * @throws DiskFullException if there is no room: then there is no such file.
   */
  public void reserve(String name, long bytes) throws IOException {
    Path file = path.resolve(name);
    try (Disk.DiskFile made = disk.create(file)) {
      made.allocate(bytes);
    } catch (IOException e) {
      disk.delete(file);
      throw e;
    }
  }

  /** Makes names in the folder survive a loss of power. */
  public void force() throws IOException {
    disk.forceFolder(path);
  }

  @Override
  public void close() {
    AutoCloseable held = lock;
    if (held != null) {
      try {
        held.close();
      } catch (Exception e) {
        throw new IllegalStateException("cannot release the lock of " + path, e);
      }
    }
  }

  /** A file being written. Not safe for several threads; dropped unless committed. */
  public final class PendingFile implements AutoCloseable {
    private final String name;
    private final Path temporary;
    private final Disk.DiskFile file;
    private final CRC32C crc = new CRC32C();
    private long length;
    private boolean committed;

    private PendingFile(String name) throws IOException {
      this.name = name;
      this.temporary = path.resolve(name + TEMPORARY);
      this.file = disk.create(temporary);
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
      int count = bytes.remaining();
      file.write(bytes, length);
      length += count;
    }

    /**
     * Forces the file, gives it its name and forces the folder.
     *
     * @param check reads the file once more under its temporary name before it gets the real one
     */
    public void commit(Check check) throws IOException {
      KillPoint.FILE_WRITTEN.reached();
      file.force();
      file.close();
      KillPoint.FILE_FORCED.reached();
      check.check(name + TEMPORARY);
      disk.rename(temporary, path.resolve(name));
      KillPoint.FILE_RENAMED.reached();
      force();
      committed = true;
    }

    @Override
    public void close() throws IOException {
      file.close();
      if (!committed) {
        disk.delete(temporary);
      }
    }
  }

  /** Reads a file that was just written, and throws if it is not what it should be. */
  public interface Check {
    /** Checks the file of that name. */
    void check(String name) throws IOException;
  }
}
