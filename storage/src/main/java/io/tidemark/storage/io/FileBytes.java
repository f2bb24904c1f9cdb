package io.tidemark.storage.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * A file under suspicion, read by position through one window, for those who check and print files:
 * what it says about its own lengths is never believed. Belongs to one thread.
 */
public final class FileBytes implements AutoCloseable {
  private static final int WINDOW_BYTES = 1 << 20;

  private final String name;
  private final Disk.DiskReader reader;
  private final LongConsumer onRead;
  private final long length;
  private final ByteBuffer window =
      ByteBuffer.allocate(WINDOW_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long windowAt;

  private FileBytes(String name, Disk.DiskReader reader, LongConsumer onRead) throws IOException {
    this.name = name;
    this.reader = reader;
    this.onRead = onRead;
    this.length = reader.length();
  }

  /**
   * Opens a file.
   *
   * @param name what findings call it
   * @param onRead told of the bytes read from the disk, for progress
   */
  public static FileBytes open(Disk disk, Path file, String name, LongConsumer onRead)
      throws IOException {
    Disk.DiskReader reader = disk.openForReading(file);
    try {
      return new FileBytes(name, reader, onRead);
    } catch (IOException e) {
      reader.close();
      throw e;
    }
  }

  /** What findings call it. */
  public String name() {
    return name;
  }

  /** Bytes that it had when it was opened. */
  public long length() {
    return length;
  }

  /** Whether the file has these bytes. */
  public boolean has(long offset, long count) {
    return offset >= 0 && count >= 0 && offset <= length && count <= length - offset;
  }

  /**
   * Bytes from an offset, little endian, from position 0 to the limit. Valid until the next call.
   *
   * @param count at most what {@link #has} grants; more than a window costs an array of its own
   */
  public ByteBuffer slice(long offset, int count) throws IOException {
    if (!has(offset, count)) {
      throw new IllegalArgumentException(
          "bytes outside of the file: file=" + name + ", offset=" + offset + ", count=" + count);
    }
    if (count > WINDOW_BYTES) {
      ByteBuffer own = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
      reader.read(own, offset);
      onRead.accept(count);
      return own.flip();
    }
    if (offset < windowAt || offset + count > windowAt + window.limit()) {
      window.limit((int) Math.min(WINDOW_BYTES, length - offset)).position(0);
      windowAt = offset;
      try {
        reader.read(window, offset);
      } catch (IOException e) {
        window.limit(0);
        throw e;
      }
      onRead.accept(window.limit());
      window.position(0);
    }
    return window.slice((int) (offset - windowAt), count).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Reads from the disk again: somebody may still be writing. */
  public void refresh() {
    window.limit(0);
  }

  /** CRC-32C of the bytes from an offset up to another. */
  public int crc(long from, long to) throws IOException {
    CRC32C crc = new CRC32C();
    for (long at = from; at < to; ) {
      int count = (int) Math.min(WINDOW_BYTES, to - at);
      crc.update(slice(at, count));
      at += count;
    }
    return (int) crc.getValue();
  }

  /** The first offset in a range whose byte is not zero; {@code to} if all are. */
  public long firstNotZero(long from, long to) throws IOException {
    for (long at = from; at < to; ) {
      int count = (int) Math.min(WINDOW_BYTES, to - at);
      ByteBuffer bytes = slice(at, count);
      int i = 0;
      while (i + 8 <= count && bytes.getLong(i) == 0) {
        i += 8;
      }
      for (; i < count; i++) {
        if (bytes.get(i) != 0) {
          return at + i;
        }
      }
      at += count;
    }
    return to;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
