package io.tidemark.storage;

import io.tidemark.model.ErrorText;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.EnvelopeCheck;
import io.tidemark.storage.io.FileBytes;
import io.tidemark.storage.io.Finding;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.manifest.ManifestInspector;
import io.tidemark.storage.manifest.ManifestStore;
import io.tidemark.storage.segment.SegmentInspector;
import io.tidemark.storage.segment.SegmentWriter;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Checks the files of a store without changing anything: it takes no lock and writes nothing, so it
 * works on a read-only mount and beside a running server. A damaged file never stops the others
 * from being checked.
 *
 * <p>Threads: the caller's.
 */
public final class StoreVerifier {
  /*
   * A running server seals and trims meanwhile. Segments and ledgers are immutable, so what a manifest names is
   * whole or damaged, and stays so. Manifest, ledgers and journal belong together, though: what a seal moves from
   * one to the other is missed by whoever reads the old manifest and the new journal. So these are read first, as
   * one, and if anything is wrong while a newer manifest has appeared, they are read again with that one.
   */
  private static final int ATTEMPTS_MAX = 20;

  private final Disk disk;
  private final Path data;
  private final Mode mode;
  private final ContextCheck context;
  private final CheckProgress progress;

  /** How much is checked. */
  public enum Mode {
    /** Manifests, headers, footers, lengths, indexes, and that files are there. */
    QUICK,
    /** Every byte as well. */
    FULL,
    /** Every row and record as well: what they mean, not only what they are. */
    DEEP
  }

  /** Told how far the check is. */
  public interface Progress {
    /** {@code done} of {@code total} steps, which are about as long as each other. */
    void at(String file, long done, long total);
  }

  /** Decodes a context record and throws if that cannot be done. */
  public interface ContextCheck {
    /** Checks a payload. */
    void check(byte[] payload);
  }

  /**
   * What was found.
   *
   * @param storeId null if no manifest is readable
   * @param generation of the newest manifest that is readable; -1 without one
   * @param counts what was checked
   * @param bySeverity how many findings there are of each severity
   * @param findings the first {@link CheckTally#FINDINGS_MAX} of them, in the order they were found
   */
  public record Report(
      Mode mode,
      @Nullable UUID storeId,
      long generation,
      Counts counts,
      Map<Finding.Severity, Long> bySeverity,
      List<Finding> findings) {
    /** How many findings of a severity. */
    public long count(Finding.Severity severity) {
      return bySeverity.getOrDefault(severity, 0L);
    }
  }

  /**
   * What was checked.
   *
   * @param samples in segments, and in frames of the journal that are not sealed yet
   * @param frames in the journal
   * @param records in ledgers
   */
  public record Counts(
      long files, long bytes, long blocks, long samples, long frames, long records) {}

  private StoreVerifier(
      Disk disk, Path data, Mode mode, ContextCheck context, CheckProgress progress) {
    this.disk = disk;
    this.data = data;
    this.mode = mode;
    this.context = context;
    this.progress = progress;
  }

  /**
   * Checks a store.
   *
   * @param context called in deep mode
   * @throws IOException if the folder is missing, no store, or cannot be listed; anything else is a
   *     finding.
   */
  public static Report verify(
      Disk disk, Path data, Mode mode, ContextCheck context, Progress progress) throws IOException {
    if (!disk.isFolder(data)) {
      throw new NoSuchFileException(data.toString(), null, "no such folder");
    }
    List<String> names = disk.list(data);
    if (StoreFolders.ALL.stream().noneMatch(names::contains)) {
      throw new IOException(
          "folder is no store: folder=" + data + ", expected one of " + StoreFolders.ALL);
    }
    CheckProgress steps = CheckProgress.over(disk, data, mode, progress);
    return new StoreVerifier(disk, data, mode, context, steps).run(names);
  }

  private Report run(List<String> names) {
    FrontCheck front = front();
    CheckTally tally = front.tally();
    for (String name : names) {
      if (!StoreFolders.KNOWN.contains(name)) {
        tally.accept(Finding.information(name, "file or folder is not part of the store"));
      }
    }
    Manifest manifest = front.manifest();
    List<Manifest.Segment> segments =
        manifest == null ? front.segmentsByName() : manifest.segments();
    SegmentCheck check = new SegmentCheck(this, front.tags(), tally, front.storeId());
    List<Manifest.Segment> whole = new ArrayList<>();
    for (Manifest.Segment segment : segments) {
      if (segment(check, segment, front)) {
        whole.add(segment);
      }
      if (manifest != null && !front.indexCopy(segment) && isStillNamed(segment, front)) {
        tally.accept(
            Finding.warning(
                    name(
                        data.resolve(StoreFolders.SEGMENTS)
                            .resolve(SegmentWriter.fileNames(segment.id()).getLast())),
                    "copy of the index is missing")
                .losing("nothing while the index in the segment is whole"));
      }
    }
    if (mode == Mode.DEEP) {
      check.rowsInTwoSegments(whole);
    }
    progress.end();
    return new Report(
        mode,
        front.storeId(),
        manifest == null ? -1 : manifest.generation(),
        tally.counts(),
        new EnumMap<>(tally.bySeverity()),
        tally.findings());
  }

  private FrontCheck front() {
    for (int attempt = 1; ; attempt++) {
      progress.restart();
      long newestBefore = newestGeneration(); // by its name: it may be damaged
      FrontCheck front = new FrontCheck(this);
      front.run();
      if (!front.isSuspicious() || attempt == ATTEMPTS_MAX || newestGeneration() <= newestBefore) {
        return front;
      }
    }
  }

  /** Checks a segment and says whether its rows may be read. */
  private boolean segment(SegmentCheck check, Manifest.Segment segment, FrontCheck front) {
    Path file = StoreFolders.segment(data, segment.id());
    CheckTally tally = front.tally();
    boolean[] whole = new boolean[1];
    String lost = SegmentCheck.lost(segment);
    if (!file(file, tally, lost, bytes -> whole[0] = check.check(bytes, segment))
        && isStillNamed(segment, front)) {
      Finding missing = Finding.damage(name(file), "file is missing").losing(lost);
      tally.accept(
          segment.rows() > 0
              ? missing.between(segment.firstTimeNs(), segment.lastTimeNs())
              : missing);
    }
    return whole[0];
  }

  private boolean isStillNamed(Manifest.Segment segment, FrontCheck front) {
    long newest = newestGeneration();
    if (newest <= front.generation()) {
      return true;
    }
    Manifest manifest = readManifest(newest);
    return manifest == null
        || manifest.segments().stream().anyMatch(each -> each.id() == segment.id());
  }

  /** The last sequence that files cover by now, which is after the manifest was read. */
  long coveredNow(Manifest before) {
    long newest = newestGeneration();
    Manifest now = newest <= before.generation() ? null : readManifest(newest);
    return now == null ? before.coveredSequence() : now.coveredSequence();
  }

  /** The greatest generation that there is a file of; -1 without one. */
  private long newestGeneration() {
    try {
      return disk.list(data.resolve(StoreFolders.MANIFEST)).stream()
          .mapToLong(ManifestStore::generation)
          .max()
          .orElse(-1);
    } catch (IOException e) {
      return -1;
    }
  }

  private @Nullable Manifest readManifest(long generation) {
    Path file = data.resolve(StoreFolders.MANIFEST).resolve(ManifestInspector.fileName(generation));
    Manifest[] found = new Manifest[1];
    file(
        file,
        new CheckTally(),
        "",
        bytes ->
            found[0] =
                new ManifestInspector(
                        bytes,
                        new EnvelopeCheck.Claim(ManifestInspector.MAGIC, null, generation, -1, ""),
                        finding -> {})
                    .manifest());
    return found[0];
  }

  Disk disk() {
    return disk;
  }

  Path data() {
    return data;
  }

  Mode mode() {
    return mode;
  }

  ContextCheck context() {
    return context;
  }

  /** A path as findings name it. */
  String name(Path path) {
    return data.relativize(path).toString().replace('\\', '/');
  }

  /** What is done with an open file. */
  interface Body {
    /** Checks it. */
    void check(FileBytes file) throws IOException;
  }

  /**
   * Opens a file and checks it; whatever happens becomes a finding.
   *
   * @return false if there is no such file
   */
  boolean file(Path path, CheckTally tally, String lost, Body body) {
    String name = name(path);
    progress.begin(name);
    try (FileBytes bytes = FileBytes.open(disk, path, name, progress::read)) {
      tally.file(bytes.length());
      body.check(bytes);
      progress.endFile(bytes.length());
    } catch (NoSuchFileException | FileNotFoundException e) {
      return false;
    } catch (IOException e) {
      tally.accept(Finding.damage(name, "file cannot be read").expected("", e).losing(lost));
    } catch (RuntimeException e) {
      tally.accept(Finding.damage(name, "check of the file failed").expected("", e).losing(lost));
    }
    return true;
  }

  /** Opens a segment again, to compare it with another; nothing of it is counted twice. */
  void segmentAgain(
      Manifest.Segment segment, @Nullable UUID storeId, Consumer<SegmentInspector> body) {
    Path file = StoreFolders.segment(data, segment.id());
    file(
        file,
        new CheckTally(),
        "",
        bytes ->
            body.accept(
                new SegmentInspector(
                    bytes,
                    new EnvelopeCheck.Claim(
                        SegmentInspector.MAGIC, storeId, segment.id(), segment.bytes(), ""),
                    finding -> {})));
  }

  /** A range of source times in words. */
  static String range(long firstNs, long lastNs) {
    return ErrorText.time(firstNs) + " to " + ErrorText.time(lastNs);
  }

  /** Names of a store's folders and files. */
  static final class StoreFolders {
    static final String MANIFEST = "manifest";
    static final String SEGMENTS = "segments";
    static final String LEDGER = "ledger";
    static final String JOURNAL = "journal";
    static final List<String> ALL = List.of(MANIFEST, SEGMENTS, LEDGER, JOURNAL);
    static final List<String> KNOWN =
        List.of(
            MANIFEST,
            SEGMENTS,
            LEDGER,
            JOURNAL,
            "lock",
            "ballast",
            "sql",
            "demo.json",
            "forward",
            "forward-refused.jsonl",
            "security",
            "quarantine",
            "refused");

    private StoreFolders() {}

    static Path segment(Path data, long id) {
      return data.resolve(SEGMENTS).resolve(SegmentWriter.fileName(id));
    }
  }
}
