package io.tidemark.storage.io;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's file systems, through FileChannel; space is reserved by {@code posix_fallocate}.
 */
final class RealDisk implements Disk {
  private static final Logger LOG = LoggerFactory.getLogger(RealDisk.class);

  @Override
  public void createFolder(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    withRoom(folder, () -> Files.createDirectories(folder));
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(folder, FolderRights.OWNER_ONLY);
    }
    Path parent = folder.toAbsolutePath().getParent();
    if (parent != null) {
      forceFolder(parent);
    }
  }

  @Override
  public boolean isFolder(Path folder) {
    return Files.isDirectory(folder);
  }

  @Override
  public List<String> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Override
  public DiskFile create(Path file) throws IOException {
    return new RealFile(
        file,
        withRoom(
            file,
            () ->
                FileChannel.open(
                    file,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE)));
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    return new RealFile(
        file, FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  @Override
  public long length(Path file) throws IOException {
    return Files.size(file);
  }

  @Override
  public MemorySegment map(Path file, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
    }
  }

  @Override
  public DiskReader openForReading(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    return new DiskReader() {
      @Override
      public long length() throws IOException {
        return channel.size();
      }

      @Override
      public void read(ByteBuffer into, long position) throws IOException {
        long at = position;
        while (into.hasRemaining()) {
          int count = channel.read(into, at);
          if (count < 0) {
            throw new EOFException("file ends early: file=" + file + ", bytes=" + at);
          }
          at += count;
        }
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    withRoom(to, () -> Files.move(from, to, StandardCopyOption.ATOMIC_MOVE));
  }

  @Override
  public void delete(Path path) throws IOException {
    Files.deleteIfExists(path);
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public Space space(Path folder) throws IOException {
    FileStore files = Files.getFileStore(folder);
    return new Space(files.getUsableSpace(), files.getTotalSpace());
  }

  private interface Operation<T> {
    T run() throws IOException;
  }

  /** Tells lack of room from what else may go wrong. */
  private static <T> T withRoom(Path path, Operation<T> operation) throws IOException {
    try {
      return operation.run();
    } catch (DiskFullException e) {
      throw e;
    } catch (IOException e) {
      throw DiskFullException.isMeantBy(e)
          ? new DiskFullException("no space left: path=" + path, e)
          : e;
    }
  }

  @Override
  public void checkUsable(Path folder) throws IOException {
    FolderRights.check(folder);
  }

  @Override
  public AutoCloseable lock(Path file) throws IOException {
    return FolderLock.take(file);
  }

  private static final class RealFile implements DiskFile {
    private final Path path;
    private final FileChannel channel;

    RealFile(Path path, FileChannel channel) {
      this.path = path;
      this.channel = channel;
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      withRoom(
          path,
          () -> {
            long at = position;
            while (bytes.hasRemaining()) {
              at += channel.write(bytes, at);
            }
            return at;
          });
    }

    @Override
    public void allocate(long length) throws IOException {
      long before = channel.size();
      if (before >= length) {
        return;
      }
      try {
        if (!Fallocate.reserve(path, length)) {
          writeZeros(before, length);
        }
      } catch (IOException e) {
        channel.truncate(before);
        throw e;
      }
    }

    private void writeZeros(long from, long to) throws IOException {
      ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 16);
      for (long at = from; at < to; at += zeros.capacity()) {
        write(zeros.clear().limit((int) Math.min(zeros.capacity(), to - at)), at);
      }
    }

    @Override
    public void force() throws IOException {
      withRoom(
          path,
          () -> {
            channel.force(true);
            return path;
          });
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /**
   * {@code posix_fallocate} through the foreign function interface: FileChannel has nothing like
   * it, and writing zeros instead costs every byte of the journal twice.
   */
  private static final class Fallocate {
    private static final int O_WRONLY = 1;
    private static final int ENOSPC = 28;
    private static final int EDQUOT = 122;
    private static final @Nullable MethodHandle OPEN;
    private static final @Nullable MethodHandle CLOSE;
    private static final @Nullable MethodHandle RESERVE;

    static {
      MethodHandle open = null;
      MethodHandle close = null;
      MethodHandle reserve = null;
      if (System.getProperty("os.name", "").equals("Linux")) {
        try {
          Linker linker = Linker.nativeLinker();
          open = handle(linker, "open", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
          close = handle(linker, "close", ValueLayout.JAVA_INT);
          reserve =
              handle(
                  linker,
                  "posix_fallocate",
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG);
        } catch (RuntimeException | UnsatisfiedLinkError e) {
          LOG.warn("posix_fallocate is not to be had: journal files are filled with zeros", e);
          reserve = null;
        }
      }
      OPEN = open;
      CLOSE = close;
      RESERVE = reserve;
    }

    @SuppressWarnings("restricted") // --enable-native-access is among our flags
    private static MethodHandle handle(
        Linker linker, String name, java.lang.foreign.MemoryLayout... arguments) {
      return linker.downcallHandle(
          linker.defaultLookup().find(name).orElseThrow(),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
    }

    /** Reserves; false where the system or the file system cannot. */
    static boolean reserve(Path path, long length) throws IOException {
      if (OPEN == null || CLOSE == null || RESERVE == null) {
        return false;
      }
      int error;
      try (Arena arena = Arena.ofConfined()) {
        int descriptor =
            (int) OPEN.invokeExact(arena.allocateFrom(path.toAbsolutePath().toString()), O_WRONLY);
        if (descriptor < 0) {
          throw new NoSuchFileException(path.toString());
        }
        try {
          error = (int) RESERVE.invokeExact(descriptor, 0L, length);
        } finally {
          int ignored = (int) CLOSE.invokeExact(descriptor);
        }
      } catch (IOException | RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IOException("posix_fallocate failed: file=" + path, e);
      }
      if (error == ENOSPC || error == EDQUOT) {
        throw new DiskFullException(
            "no space left: file=" + path + ", bytes=" + length, new IOException("errno " + error));
      }
      return error == 0;
    }
  }
}
