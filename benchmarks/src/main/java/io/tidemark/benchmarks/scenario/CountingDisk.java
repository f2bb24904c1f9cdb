package io.tidemark.benchmarks.scenario;

import io.tidemark.storage.io.Disk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The machine's disk, which counts what is written into segments, whether they live or not. */
final class CountingDisk implements Disk {
  private final AtomicLong segmentBytes = new AtomicLong();

  /** Bytes written below a folder named {@code segments} so far. */
  long segmentBytes() {
    return segmentBytes.get();
  }

  @Override
  public DiskFile create(Path file) throws IOException {
    DiskFile open = REAL.create(file);
    Path folder = file.getParent();
    return folder != null && folder.endsWith("segments") ? new CountedFile(open) : open;
  }

  @Override
  public void createFolder(Path folder) throws IOException {
    REAL.createFolder(folder);
  }

  @Override
  public void checkUsable(Path folder) throws IOException {
    REAL.checkUsable(folder);
  }

  @Override
  public boolean isFolder(Path folder) {
    return REAL.isFolder(folder);
  }

  @Override
  public List<String> list(Path folder) throws IOException {
    return REAL.list(folder);
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    return REAL.open(file);
  }

  @Override
  public long length(Path file) throws IOException {
    return REAL.length(file);
  }

  @Override
  public MemorySegment map(Path file, Arena arena) throws IOException {
    return REAL.map(file, arena);
  }

  @Override
  public DiskReader openForReading(Path file) throws IOException {
    return REAL.openForReading(file);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    REAL.rename(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    REAL.delete(path);
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    REAL.forceFolder(folder);
  }

  @Override
  public Space space(Path folder) throws IOException {
    return REAL.space(folder);
  }

  @Override
  public AutoCloseable lock(Path file) throws IOException {
    return REAL.lock(file);
  }

  private final class CountedFile implements DiskFile {
    private final DiskFile file;

    CountedFile(DiskFile file) {
      this.file = file;
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      int length = bytes.remaining();
      file.write(bytes, position);
      segmentBytes.addAndGet(length);
    }

    @Override
    public void allocate(long length) throws IOException {
      file.allocate(length);
    }

    @Override
    public void force() throws IOException {
      file.force();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
