package io.tidemark.storage.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The operations on a file system that a store is made of, and the seam where tests inject faults.
 * What is written survives the death of the process; what is forced survives a loss of power: a
 * file's bytes by {@link DiskFile#force}, its name by {@link #forceFolder}. What finds no room
 * throws {@link DiskFullException}. Safe from any thread.
 */
public interface Disk {
  /** The machine's own file systems. */
  Disk REAL = new RealDisk();

  /** Makes a folder, readable by its owner only, and its parents, if they are missing. */
  void createFolder(Path folder) throws IOException;

  /**
   * Checks that a folder, if there is one of that name, belongs to this user, and closes it to all
   * others. Does nothing on a disk without owners.
   *
   * @throws io.tidemark.model.HistorianException {@code FOREIGN_FILE} if it is a file, {@code
   *     FOLDER_DENIED} if it is another user's or cannot be closed.
   */
  void checkUsable(Path folder) throws IOException;

  /** Whether there is such a folder. */
  boolean isFolder(Path folder);

  /** Names of the files and folders inside, sorted. */
  List<String> list(Path folder) throws IOException;

  /** Makes a file, or empties it, for writing. */
  DiskFile create(Path file) throws IOException;

  /** Opens a file that exists, for forcing. */
  DiskFile open(Path file) throws IOException;

  /** Length of a file in bytes. */
  long length(Path file) throws IOException;

  /** A file's bytes, read-only, for the life of the arena. */
  MemorySegment map(Path file, Arena arena) throws IOException;

  /**
   * Opens a file that exists, for reading by position: a sector that cannot be read, or a file that
   * somebody cuts meanwhile, is an exception, where a mapping may end the process.
   */
  DiskReader openForReading(Path file) throws IOException;

  /** Renames a file or folder within its file system, atomically, over whatever has the name. */
  void rename(Path from, Path to) throws IOException;

  /** Deletes a file or an empty folder if it exists. */
  void delete(Path path) throws IOException;

  /** Makes the names in a folder survive a loss of power. */
  void forceFolder(Path folder) throws IOException;

  /** Room on the folder's file system. */
  Space space(Path folder) throws IOException;

  /**
   * Takes a file as a lock for this process.
   *
   * @throws io.tidemark.model.HistorianException {@link io.tidemark.model.ErrorCode#STORE_LOCKED}
   *     naming the process that has it.
   */
  AutoCloseable lock(Path file) throws IOException;

  /**
   * Room on a file system.
   *
   * @param usableBytes bytes that may still be written
   * @param totalBytes its size
   */
  record Space(long usableBytes, long totalBytes) {}

  /** A file open for reading. */
  interface DiskReader extends AutoCloseable {
    /** Bytes that it has now. */
    long length() throws IOException;

    /**
     * Fills the buffer's remaining bytes from a position.
     *
     * @throws IOException also if the file ends before.
     */
    void read(ByteBuffer into, long position) throws IOException;

    @Override
    void close() throws IOException;
  }

  /** An open file. One thread may write while another forces. */
  interface DiskFile extends AutoCloseable {
    /** Writes the buffer's remaining bytes, all of them, at a position. */
    void write(ByteBuffer bytes, long position) throws IOException;

    /**
     * Reserves space so that writes below {@code length} cannot fail for lack of it; the file gets
     * that length, filled with zeros.
     *
     * @throws DiskFullException if there is no room: nothing was lost, nothing changed.
     */
    void allocate(long length) throws IOException;

    /**
     * Makes what was written before the call survive a loss of power. An exception is final: what
     * was not forced may be lost even if a later call succeeds.
     */
    void force() throws IOException;

    @Override
    void close() throws IOException;
  }
}
