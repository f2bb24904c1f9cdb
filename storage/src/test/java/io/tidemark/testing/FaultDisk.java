package io.tidemark.testing;

import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.DiskFullException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that keeps what was written and what was forced apart. It crashes at an
 * operation, or fails one; afterwards it says what a loss of power, or the death of the process,
 * leaves behind.
 *
 * <p>A loss of power keeps forced bytes and names, and of the rest a random legal part: each sector
 * of 512 bytes is the old or the new one, a file that grew has the old or the new length, each
 * change of a folder happened or not, a rename as one. Not safe for several threads.
 */
public final class FaultDisk implements Disk {
  private static final int SECTOR = 512;

  /** The machine stops. */
  public static final class Crash extends Error {
    private static final long serialVersionUID = 1L;

    Crash(long operation, String what) {
      super("crash at operation " + operation + ": " + what, null, false, false);
    }
  }

  /** Bytes of a file, as the running system sees them and as the platter has them. */
  private static final class Inode {
    byte[] written = new byte[0];
    int length;
    byte[] forced = new byte[0];
    final BitSet dirty = new BitSet();

    void ensure(int newLength) {
      if (newLength > written.length) {
        written = Arrays.copyOf(written, Math.max(newLength, written.length * 2));
      }
      length = Math.max(length, newLength);
    }

    void force() {
      if (forced.length != length) {
        forced = Arrays.copyOf(forced, length);
      }
      for (int s = dirty.nextSetBit(0); s >= 0; s = dirty.nextSetBit(s + 1)) {
        int from = s * SECTOR;
        int to = Math.min(length, from + SECTOR);
        if (to > from) {
          System.arraycopy(written, from, forced, from, to - from);
        }
      }
      dirty.clear();
    }

    Inode afterPowerCut(Random random) {
      Inode left = new Inode();
      int size = random.nextBoolean() ? length : Math.min(length, forced.length);
      left.written = Arrays.copyOf(forced, size);
      left.length = size;
      for (int s = dirty.nextSetBit(0); s >= 0; s = dirty.nextSetBit(s + 1)) {
        int from = s * SECTOR;
        int to = Math.min(size, from + SECTOR);
        if (to > from && random.nextBoolean()) {
          System.arraycopy(written, from, left.written, from, to - from);
        }
      }
      left.forced = left.written.clone();
      return left;
    }
  }

  /** Names in a folder, and what was done to them since they were forced. */
  private static final class Folder {
    final Map<String, Object> names = new TreeMap<>();
    Map<String, Object> forced = new TreeMap<>();
    final List<Change> pending = new ArrayList<>();
  }

  /** A change of names: an entry added, removed, or both for a rename within the folder. */
  private record Change(@Nullable String removed, @Nullable String added, @Nullable Object entry) {
    void applyTo(Map<String, Object> names) {
      if (removed != null) {
        names.remove(removed);
      }
      if (added != null && entry != null) {
        names.put(added, entry);
      }
    }
  }

  private final Folder root = new Folder();
  private long operations;
  private long crashAt = Long.MAX_VALUE;
  private long failAt = Long.MAX_VALUE;
  private long failures;
  private String failure = "";
  private long freeBytes = 1L << 40;
  private long capacityBytes = Long.MAX_VALUE;
  private boolean crashed;
  private boolean locked;

  /** An empty disk that does not fail. */
  public FaultDisk() {}

  /** Stops the machine at the n-th operation from now, counted from 0. */
  public FaultDisk crashAt(long operation) {
    crashAt = operations + operation;
    return this;
  }

  /** Fails the n-th operation from now, counted from 0, and all forces after it if it was one. */
  public FaultDisk failAt(long operation, String message) {
    failAt = operations + operation;
    failure = message;
    return this;
  }

  /** Sets the free space; writes that need more fail as a full disk does. */
  public void freeBytes(long bytes) {
    freeBytes = bytes;
  }

  /** Sets the size of the disk: what its files take is not free. */
  public void capacityBytes(long bytes) {
    capacityBytes = bytes;
  }

  /** Takes all that is left: only what is deleted makes room. */
  public void fill() {
    capacityBytes = bytesIn(root);
  }

  /** What the files take. */
  public long usedBytes() {
    return bytesIn(root);
  }

  private long free() {
    return capacityBytes == Long.MAX_VALUE
        ? freeBytes
        : Math.max(0, Math.min(freeBytes, capacityBytes - bytesIn(root)));
  }

  private static long bytesIn(Folder folder) {
    long bytes = 0;
    for (Object entry : folder.names.values()) {
      bytes += entry instanceof Folder inside ? bytesIn(inside) : ((Inode) entry).length;
    }
    return bytes;
  }

  /** Whether the machine stopped. */
  public boolean crashed() {
    return crashed;
  }

  /** Failures that were injected. */
  public long failures() {
    return failures;
  }

  /** Operations so far. */
  public long operations() {
    return operations;
  }

  private void operation(String what) throws IOException {
    if (crashed) {
      throw new Crash(operations, what);
    }
    long now = operations++;
    if (now == crashAt) {
      crashed = true;
      throw new Crash(now, what);
    }
    if (now == failAt) {
      failures++;
      throw new IOException(failure + ": " + what);
    }
  }

  /** What a loss of power leaves: a new disk. */
  public FaultDisk afterPowerCut(long seed) {
    FaultDisk left = new FaultDisk();
    copyAfterCut(root, left.root, new Random(seed));
    return left;
  }

  private static void copyAfterCut(Folder from, Folder to, Random random) {
    Map<String, Object> names = new TreeMap<>(from.forced);
    // Names go to the disk in their order, by a journal of the file system: mostly a part of them
    // from the beginning; sometimes, as a less kind one would do, any of them.
    boolean ordered = random.nextInt(3) > 0;
    int kept = ordered ? random.nextInt(from.pending.size() + 1) : 0;
    for (int i = 0; i < from.pending.size(); i++) {
      if (ordered ? i < kept : random.nextBoolean()) {
        from.pending.get(i).applyTo(names);
      }
    }
    names.forEach((name, entry) -> to.names.put(name, copyAfterCut(entry, random)));
    to.forced = new TreeMap<>(to.names);
  }

  private static Object copyAfterCut(Object entry, Random random) {
    if (entry instanceof Folder folder) {
      Folder left = new Folder();
      copyAfterCut(folder, left, random);
      return left;
    }
    return ((Inode) entry).afterPowerCut(random);
  }

  /** What the death of the process leaves: everything written. */
  public FaultDisk afterKill() {
    FaultDisk left = new FaultDisk();
    copyAll(root, left.root);
    return left;
  }

  private static void copyAll(Folder from, Folder to) {
    from.names.forEach(
        (name, entry) -> {
          if (entry instanceof Folder folder) {
            Folder copy = new Folder();
            copyAll(folder, copy);
            to.names.put(name, copy);
          } else {
            Inode old = (Inode) entry;
            Inode copy = new Inode();
            copy.written = Arrays.copyOf(old.written, old.length);
            copy.length = old.length;
            copy.forced = old.forced.clone();
            copy.dirty.or(old.dirty);
            to.names.put(name, copy);
          }
        });
    // Names that were not forced may still vanish in a later loss of power.
    to.forced = new TreeMap<>(to.names);
  }

  /** Paths of all files. */
  public List<Path> files() {
    List<Path> found = new ArrayList<>();
    collect(root, Path.of("/"), found);
    return found;
  }

  private static void collect(Folder folder, Path path, List<Path> found) {
    folder.names.forEach(
        (name, entry) -> {
          if (entry instanceof Folder inner) {
            collect(inner, path.resolve(name), found);
          } else {
            found.add(path.resolve(name));
          }
        });
  }

  /** A file's bytes as they are, to look at or to damage. */
  public byte[] bytes(Path file) throws IOException {
    Inode inode = inode(file);
    inode.written = Arrays.copyOf(inode.written, inode.length);
    return inode.written;
  }

  /** Cuts a file. */
  public void truncate(Path file, int length) throws IOException {
    Inode inode = inode(file);
    inode.length = Math.min(inode.length, length);
    inode.written = Arrays.copyOf(inode.written, inode.length);
  }

  private Folder folder(Path path) throws IOException {
    Folder at = root;
    for (Path name : path) {
      if (!(at.names.get(name.toString()) instanceof Folder next)) {
        throw new FileNotFoundException("no such folder: " + path);
      }
      at = next;
    }
    return at;
  }

  private Folder parent(Path file) throws IOException {
    Path parent = file.getParent();
    return parent == null ? root : folder(parent);
  }

  private Inode inode(Path file) throws IOException {
    if (parent(file).names.get(file.getFileName().toString()) instanceof Inode inode) {
      return inode;
    }
    throw new FileNotFoundException("no such file: " + file);
  }

  private static void change(
      Folder folder, @Nullable String removed, @Nullable String added, @Nullable Object entry) {
    Change change = new Change(removed, added, entry);
    change.applyTo(folder.names);
    folder.pending.add(change);
  }

  @Override
  public void createFolder(Path path) throws IOException {
    if (isFolder(path)) {
      return;
    }
    operation("mkdir " + path);
    Folder at = root;
    for (Path name : path) {
      if (at.names.get(name.toString()) instanceof Folder next) {
        at = next;
      } else {
        Folder made = new Folder();
        change(at, null, name.toString(), made);
        at.forced = new TreeMap<>(at.names); // the real one forces its parent
        at.pending.clear();
        at = made;
      }
    }
  }

  @Override
  public void checkUsable(Path folder) {
    // No owners here.
  }

  @Override
  public boolean isFolder(Path path) {
    try {
      folder(path);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public List<String> list(Path path) throws IOException {
    return List.copyOf(new TreeSet<>(folder(path).names.keySet()));
  }

  @Override
  public DiskFile create(Path file) throws IOException {
    operation("create " + file);
    Folder folder = parent(file);
    String name = file.getFileName().toString();
    Inode inode = new Inode();
    change(folder, name, name, inode);
    return new FaultFile(file, inode);
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    return new FaultFile(file, inode(file));
  }

  @Override
  public long length(Path file) throws IOException {
    return inode(file).length;
  }

  @Override
  public MemorySegment map(Path file, Arena arena) throws IOException {
    operation("read " + file);
    Inode inode = inode(file);
    // Aligned as a mapping is, and as fresh as it was when it was made.
    MemorySegment bytes = arena.allocate(Math.max(1, inode.length), 8);
    MemorySegment.copy(MemorySegment.ofArray(inode.written), 0, bytes, 0, inode.length);
    return bytes.asSlice(0, inode.length).asReadOnly();
  }

  @Override
  public DiskReader openForReading(Path file) throws IOException {
    operation("open " + file);
    Inode inode = inode(file);
    return new DiskReader() {
      @Override
      public long length() {
        return inode.length;
      }

      @Override
      public void read(ByteBuffer into, long position) throws IOException {
        operation("read " + file + " at " + position);
        if (position + into.remaining() > inode.length) {
          throw new EOFException("file ends early: " + file);
        }
        into.put(inode.written, (int) position, into.remaining());
      }

      @Override
      public void close() {
        // Nothing is held.
      }
    };
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    operation("rename " + from + " to " + to);
    Folder source = parent(from);
    Folder target = parent(to);
    Object entry = source.names.get(from.getFileName().toString());
    if (entry == null) {
      throw new FileNotFoundException("no such file: " + from);
    }
    if (source.equals(target)) {
      change(source, from.getFileName().toString(), to.getFileName().toString(), entry);
    } else {
      change(target, null, to.getFileName().toString(), entry);
      change(source, from.getFileName().toString(), null, null);
    }
  }

  @Override
  public void delete(Path path) throws IOException {
    operation("delete " + path);
    Folder folder = parent(path);
    String name = path.getFileName().toString();
    if (folder.names.containsKey(name)) {
      change(folder, name, null, null);
    }
  }

  @Override
  public void forceFolder(Path path) throws IOException {
    operation("force folder " + path);
    Folder folder = folder(path);
    folder.forced = new TreeMap<>(folder.names);
    folder.pending.clear();
  }

  @Override
  public Space space(Path path) {
    return new Space(free(), capacityBytes == Long.MAX_VALUE ? 1L << 41 : capacityBytes);
  }

  @Override
  public AutoCloseable lock(Path file) {
    if (locked) {
      throw new IllegalStateException("locked");
    }
    locked = true;
    return () -> locked = false;
  }

  private static DiskFullException full(Path path) {
    return new DiskFullException("no space left: path=" + path, new IOException("injected"));
  }

  private final class FaultFile implements DiskFile {
    private final Path path;
    private final Inode inode;
    private boolean open = true;

    FaultFile(Path path, Inode inode) {
      this.path = path;
      this.inode = inode;
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      checkOpen();
      int count = bytes.remaining();
      try {
        operation("write " + path + " at " + position);
      } catch (Crash | IOException e) {
        // What failed may have been done in part, but a sector is written whole or not at all.
        int end = (int) ((position + count / 2) / SECTOR) * SECTOR;
        if (end > position) {
          store(bytes.slice(bytes.position(), (int) (end - position)), (int) position);
        }
        throw e;
      }
      if (position + count > inode.length && position + count - inode.length > free()) {
        throw full(path);
      }
      store(bytes, (int) position);
    }

    private void store(ByteBuffer bytes, int at) {
      int count = bytes.remaining();
      if (count == 0) {
        return;
      }
      inode.ensure(at + count);
      bytes.get(inode.written, at, count);
      inode.dirty.set(at / SECTOR, (at + count - 1) / SECTOR + 1);
    }

    @Override
    public void allocate(long length) throws IOException {
      checkOpen();
      operation("allocate " + path);
      if (length - inode.length > free()) {
        throw full(path);
      }
      inode.ensure((int) length);
    }

    @Override
    public void force() throws IOException {
      checkOpen();
      operation("force " + path);
      inode.force();
    }

    private void checkOpen() {
      if (!open) {
        throw new IllegalStateException("file is closed: " + path);
      }
    }

    @Override
    public void close() {
      open = false;
    }
  }
}
