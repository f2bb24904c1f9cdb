package io.tidemark.testing;

import io.tidemark.storage.io.Disk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link FaultDisk} for several threads: one operation at a time. */
public final class LockedDisk implements Disk {
  private final FaultDisk disk;
  private int cutBytesMax;
  private @Nullable FaultDisk cut;

  /** Over a disk that nobody else uses. */
  public LockedDisk(FaultDisk disk) {
    this.disk = disk;
  }

  /** Has the power fail at the next write of no more bytes, before anything is forced. */
  public synchronized void cutAtWriteOf(int bytesMax) {
    cutBytesMax = bytesMax;
    cut = null;
  }

  /** What that loss of power left; null as long as there was no such write. */
  public synchronized @Nullable FaultDisk cut() {
    return cut;
  }

  @Override
  public synchronized void createFolder(Path folder) throws IOException {
    disk.createFolder(folder);
  }

  @Override
  public synchronized boolean isFolder(Path folder) {
    return disk.isFolder(folder);
  }

  @Override
  public synchronized List<String> list(Path folder) throws IOException {
    return disk.list(folder);
  }

  @Override
  public synchronized DiskFile create(Path file) throws IOException {
    return new LockedFile(disk.create(file));
  }

  @Override
  public synchronized DiskFile open(Path file) throws IOException {
    return new LockedFile(disk.open(file));
  }

  @Override
  public synchronized long length(Path file) throws IOException {
    return disk.length(file);
  }

  @Override
  public synchronized MemorySegment map(Path file, Arena arena) throws IOException {
    return disk.map(file, arena);
  }

  @Override
  public synchronized DiskReader openForReading(Path file) throws IOException {
    return new LockedReader(disk.openForReading(file));
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public synchronized void delete(Path path) throws IOException {
    disk.delete(path);
  }

  @Override
  public synchronized void checkUsable(Path folder) {
    disk.checkUsable(folder);
  }

  @Override
  public synchronized void forceFolder(Path folder) throws IOException {
    disk.forceFolder(folder);
  }

  @Override
  public synchronized Space space(Path folder) {
    return disk.space(folder);
  }

  @Override
  public synchronized AutoCloseable lock(Path file) {
    return disk.lock(file);
  }

  private final class LockedFile implements DiskFile {
    private final DiskFile file;

    LockedFile(DiskFile file) {
      this.file = file;
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      synchronized (LockedDisk.this) {
        boolean cuts = bytes.remaining() <= cutBytesMax;
        file.write(bytes, position);
        if (cuts) {
          cutBytesMax = 0;
          cut = disk.afterPowerCut(position + disk.operations());
        }
      }
    }

    @Override
    public void allocate(long length) throws IOException {
      synchronized (LockedDisk.this) {
        file.allocate(length);
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (LockedDisk.this) {
        file.force();
      }
    }

    @Override
    public void close() throws IOException {
      synchronized (LockedDisk.this) {
        file.close();
      }
    }
  }

  private final class LockedReader implements DiskReader {
    private final DiskReader reader;

    LockedReader(DiskReader reader) {
      this.reader = reader;
    }

    @Override
    public long length() throws IOException {
      synchronized (LockedDisk.this) {
        return reader.length();
      }
    }

    @Override
    public void read(ByteBuffer into, long position) throws IOException {
      synchronized (LockedDisk.this) {
        reader.read(into, position);
      }
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }
}
