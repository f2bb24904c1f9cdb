package io.tidemark.storage.manifest;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.storage.damage.DamageList;
import io.tidemark.storage.io.DiskFullException;
import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.storage.io.StoreDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Reads and commits manifests of one store. One thread at a time; keeps the last three generations.
 */
public final class ManifestStore {
  static final int MAGIC = FileEnvelope.magic("TMAN");

  /** Generations on disk: the newest and those before it. */
  public static final int GENERATIONS_KEPT = 3;

  static final String PREFIX = "manifest-";
  static final String SUFFIX = ".tman";

  /** A file that holds nothing but room for a manifest. */
  public static final String RESERVE = "reserve";

  private static final long RESERVE_BYTES_MIN = 64L << 10;

  private final StoreDirectory directory;
  private final UUID storeId;
  private volatile Manifest current;
  private long writtenBytes;
  private long reservedBytes;
  private List<Manifest> older = List.of();
  private List<Broken> broken = List.of();
  private long highestGeneration;
  private boolean fallback;

  private ManifestStore(StoreDirectory directory, UUID storeId, Manifest current) {
    this.directory = directory;
    this.storeId = storeId;
    this.current = current;
  }

  /**
   * Opens the newest manifest, or starts a store with a fresh id.
   *
   * @param newStoreId id of the store if it has to be made
   */
  public static ManifestStore open(StoreDirectory directory, UUID newStoreId) throws IOException {
    List<String> names = directory.list().stream().filter(name -> name.endsWith(SUFFIX)).toList();
    if (names.isEmpty()) {
      ManifestStore store = new ManifestStore(directory, newStoreId, Manifest.empty());
      store.commit(Manifest.empty());
      return store;
    }
    List<Broken> broken = new ArrayList<>();
    List<Manifest> olderOnes = new ArrayList<>();
    ManifestStore newest = null;
    long highest = 0;
    boolean fallback = false;
    String foreign = null;
    for (String name : names.reversed()) {
      highest = Math.max(highest, generation(name));
      try {
        ManifestStore store = read(directory, name, generation(name));
        if (newest == null) {
          newest = store;
          fallback = !broken.isEmpty();
        } else {
          olderOnes.add(0, store.current);
        }
        if (!newest.storeId.equals(store.storeId)) {
          foreign = name;
        }
      } catch (HistorianException e) {
        if (e.code().isOtherFormat()) {
          throw e;
        }
        broken.add(new Broken(name, e));
      }
    }
    if (newest == null) {
      throw broken.getFirst().cause();
    }
    if (foreign != null) {
      throw new HistorianException(
          ErrorCode.FOREIGN_FILE,
          "manifests of two stores lie in one folder: file="
              + foreign
              + ", newestStoreId="
              + newest.storeId,
          null,
          "move away the ones that do not belong here",
          null);
    }
    newest.older = List.copyOf(olderOnes);
    newest.broken = List.copyOf(broken);
    newest.highestGeneration = highest;
    newest.fallback = fallback;
    return newest;
  }

  /** Manifests before the current one that can be read, oldest first, when the store was opened. */
  public List<Manifest> older() {
    return older;
  }

  /** A manifest that cannot be read. */
  public record Broken(String file, HistorianException cause) {}

  /** Manifests that could not be read when the store was opened. */
  public List<Broken> broken() {
    return broken;
  }

  /** Whether a newer generation than the current one was there and could not be read. */
  public boolean isFallback() {
    return fallback;
  }

  /** The greatest generation that a file is named after. */
  public long highestGeneration() {
    return highestGeneration;
  }

  /** The generation that a file's name says; -1 for a name that is none of ours. */
  public static long generation(String name) {
    try {
      return Long.parseUnsignedLong(name, PREFIX.length(), name.length() - SUFFIX.length(), 10);
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      return -1;
    }
  }

  private static ManifestStore read(StoreDirectory directory, String name, long generation) {
    ByteBuffer bytes = directory.read(name);
    UUID storeId = FileEnvelope.checkHeader(bytes, MAGIC, null, generation, name);
    int footerAt = bytes.limit() - FileEnvelope.FOOTER_LENGTH;
    if (footerAt < FileEnvelope.HEADER_LENGTH) {
      throw new HistorianException(
          ErrorCode.TRUNCATED_FILE,
          "file is too short: file="
              + name
              + ", bytes="
              + bytes.limit()
              + ", expectedAtLeast="
              + (FileEnvelope.HEADER_LENGTH + FileEnvelope.FOOTER_LENGTH));
    }
    ByteBuffer footer = bytes.slice(footerAt, FileEnvelope.FOOTER_LENGTH);
    FileEnvelope.checkFooter(footer, bytes.limit(), name);
    int crc = FileEnvelope.crc(bytes, 0, footerAt);
    if (crc != FileEnvelope.bodyCrc(footer)) {
      throw FileEnvelope.corrupt(name, "body", FileEnvelope.bodyCrc(footer), crc);
    }
    Manifest manifest =
        Manifest.decode(
            bytes.slice(FileEnvelope.HEADER_LENGTH, footerAt - FileEnvelope.HEADER_LENGTH), name);
    if (generation >= 0 && manifest.generation() != generation) {
      throw new HistorianException(
          ErrorCode.CORRUPT,
          "manifest is of another generation than its name says: file="
              + name
              + ", generation="
              + manifest.generation());
    }
    return new ManifestStore(directory, storeId, manifest);
  }

  /** Reads the older generations that are kept; what is damaged is listed. */
  public void scrub(DamageList damage) {
    for (String name : directory.list()) {
      try {
        if (name.endsWith(SUFFIX)) {
          read(directory, name, generation(name));
        }
      } catch (HistorianException | UncheckedIOException e) {
        damage.spare(name, "manifest", e);
      }
    }
  }

  /** Identity of the store: in every file header. */
  public UUID storeId() {
    return storeId;
  }

  /** The newest generation. */
  public Manifest current() {
    return current;
  }

  /**
   * Makes a generation the newest one: on disk, forced, before this returns. Works on a full disk,
   * from room that was reserved before: deleting old samples must not fail for want of it.
   *
   * @throws DiskFullException if that is not enough either: nothing has changed.
   */
  public void commit(Manifest next) throws IOException {
    try {
      write(next);
    } catch (DiskFullException e) {
      directory.delete(RESERVE);
      reservedBytes = 0;
      write(next);
    }
    current = next;
    List<String> names = directory.list().stream().filter(each -> each.endsWith(SUFFIX)).toList();
    for (int i = 0; i < names.size() - GENERATIONS_KEPT; i++) {
      directory.delete(names.get(i));
    }
    keepReserve();
  }

  /** Keeps room for the next manifest, if the disk has it. */
  private void keepReserve() throws IOException {
    long wanted = Math.max(RESERVE_BYTES_MIN, 2 * writtenBytes);
    if (reservedBytes < wanted) {
      try {
        directory.reserve(RESERVE, wanted);
        reservedBytes = wanted;
      } catch (DiskFullException e) {
        reservedBytes = 0; // tried again after the next commit
      }
    }
  }

  private void write(Manifest next) throws IOException {
    String name = String.format("%s%012d%s", PREFIX, next.generation(), SUFFIX);
    try (StoreDirectory.PendingFile file = directory.create(name)) {
      file.write(FileEnvelope.header(MAGIC, storeId, next.generation()));
      file.write(next.encode());
      file.write(FileEnvelope.footer(file.length(), 0, file.crc()));
      writtenBytes = file.length();
      file.commit(written -> read(directory, written, next.generation()));
    }
  }
}
