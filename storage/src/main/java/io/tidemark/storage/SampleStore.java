package io.tidemark.storage;

import io.tidemark.catalog.CatalogRecord;
import io.tidemark.catalog.ProducerTable;
import io.tidemark.catalog.TagTable;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.OpenProgress;
import io.tidemark.model.OpenProgress.Phase;
import io.tidemark.model.ReadView;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFrame;
import io.tidemark.storage.damage.DamageList;
import io.tidemark.storage.feed.ChangeFeed;
import io.tidemark.storage.hot.HotTable;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.StoreDirectory;
import io.tidemark.storage.journal.ChronicleJournal;
import io.tidemark.storage.journal.FileJournal;
import io.tidemark.storage.journal.Journal;
import io.tidemark.storage.journal.JournalScanner;
import io.tidemark.storage.lifecycle.Sealer;
import io.tidemark.storage.manifest.LedgerFile;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.manifest.ManifestStore;
import io.tidemark.storage.segment.SegmentReader;
import io.tidemark.storage.segment.SegmentWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The samples, tags and records of one data folder. Opening recovers: sealed files as the newest
 * manifest names them, then the journal after the position they cover.
 *
 * <p>Threads: the {@link StoreWriter} belongs to one thread, {@link StoreWriter#force} to another,
 * {@link #sealer} to a third; views and the feed may be taken from any.
 */
public final class SampleStore implements AutoCloseable {
  /** Folder for files that no manifest names. */
  static final String ASIDE = "aside";

  private final Disk disk;
  private final StoreDirectory directory;
  private final StoreDirectory segmentDirectory;
  private final StoreDirectory ledgerDirectory;
  private final ManifestStore manifests;
  private final Journal journal;
  private final List<JournalScanner.Run> oldRuns;
  private final TagTable tags = new TagTable();
  private final ProducerTable producers = new ProducerTable();
  private final StoreWriter writer;
  private final Sealer sealer;
  private final ChangeFeed feed;
  private final Recovery recovery;
  private final DamageList damage;

  /* Replaced by the writer (rotation) and the sealer (commit), under this; read by anyone. */
  private volatile StoreSnapshot snapshot;

  /**
   * What opening found.
   *
   * @param ledgerRecords records read from ledgers
   * @param replayedFrames frames read from the journal
   * @param replayedSamples samples in them
   * @param missing frames that were forced once and cannot be read any more
   * @param ignoredFrames frames behind a torn tail, never forced
   */
  public record Recovery(
      long ledgerRecords,
      long replayedFrames,
      long replayedSamples,
      List<JournalScanner.Missing> missing,
      long ignoredFrames) {}

  /* "opened" takes what has to be closed if this throws. */
  private SampleStore(
      Disk disk,
      Path path,
      StoreConfig config,
      LongSupplier epochMicros,
      RecordListener listener,
      OpenProgress progress,
      List<AutoCloseable> opened)
      throws IOException {
    this.disk = disk;
    damage = new DamageList(epochMicros);
    FolderCheck.check(disk, path);
    directory = StoreDirectory.open(disk, path);
    directory.lock();
    opened.add(directory);
    segmentDirectory = directory.subdirectory("segments");
    ledgerDirectory = directory.subdirectory("ledger");
    refuseWithoutManifest(path);
    disk.createFolder(path.resolve("journal")); // before the manifest: one without it has lost it
    manifests = ManifestStore.open(directory.subdirectory("manifest"), UUID.randomUUID());
    manifests.broken().forEach(each -> damage.spare(each.file(), "manifest", each.cause()));
    Manifest adopted = Adoption.of(manifests, segmentDirectory, ledgerDirectory, damage);
    if (adopted != null) {
      manifests.commit(adopted);
    }
    Manifest manifest = manifests.current();
    setAside(manifest);
    List<SegmentReader> segments = new ArrayList<>();
    List<Manifest.Segment> lost = new ArrayList<>();
    for (Manifest.Segment segment : manifest.segments()) {
      progress.at(Phase.SEGMENTS, segments.size() + lost.size(), manifest.segments().size());
      SegmentReader reader = openSegment(segment);
      if (reader == null) {
        lost.add(segment);
      } else {
        segments.add(reader);
        opened.add(reader);
      }
    }
    long[] counts = new long[3];
    int ledgersRead = 0;
    for (Manifest.Ledger ledger : manifest.ledgers()) {
      progress.at(Phase.LEDGERS, ledgersRead++, manifest.ledgers().size());
      LedgerFile.read(
          ledgerDirectory,
          manifests.storeId(),
          ledger,
          frame -> {
            applyRecord(frame, listener);
            counts[0]++;
          });
    }
    HotTable table = new HotTable();
    long[] last = {manifest.coveredSequence(), manifest.lastTransactionTimeMicros()};
    Path journalRoot = path.resolve("journal");
    JournalScanner.Result found =
        JournalScanner.scan(
            disk,
            journalRoot,
            manifests.storeId(),
            manifest.coveredSequence(),
            frame -> {
              last[0] = frame.journalSequence();
              last[1] = Math.max(last[1], frame.transactionTimeMicros());
              counts[1]++;
              counts[2] += frame.rowCount();
              if (frame.kind() == RecordKind.SAMPLES) {
                frame.openRows();
                table.append(frame);
              } else {
                table.appendRecord(frame.copyBytes());
                applyRecord(frame, listener);
              }
            },
            progress);
    oldRuns = new ArrayList<>(found.runs());
    found.problems().forEach(each -> damage.journal(each.file(), each.message()));
    if (!found.missing().isEmpty() && config.strictRecovery()) {
      throw new HistorianException(
          ErrorCode.CORRUPT,
          "journal misses frames that were forced: missing=" + found.missing(),
          null,
          "restore the journal's files, or set store.recoveryMode to salvage to start without them",
          null);
    }
    forceOldRuns(journalRoot);
    for (JournalScanner.Missing range : found.missing()) {
      last[0] = Math.max(last[0], range.lastSequence()); // never given to another frame
    }
    recovery = new Recovery(counts[0], counts[1], counts[2], found.missing(), found.ignored());
    snapshot = new StoreSnapshot(manifest, List.copyOf(segments), List.copyOf(lost), null, table);
    long run = oldRuns.isEmpty() ? 1 : runNumber(oldRuns.getLast().folder()) + 1;
    journal = newJournal(config, journalRoot.resolve(JournalScanner.runName(run)), last[0]);
    writer = new StoreWriter(this, config, journal, epochMicros, last[0], last[1]);
    sealer = new Sealer(this::sealFrozen);
    feed = new ChangeFeed(manifests.storeId(), this::openFeedView, writer::syncedOrder);
  }

  /**
   * Moves files that the manifest does not name (a seal that a crash cut off) into a folder {@code
   * aside}, where they stay until the next start: nothing is deleted before somebody could look.
   */
  private void setAside(Manifest manifest) throws IOException {
    Set<String> named = new HashSet<>();
    manifest.segments().forEach(each -> named.addAll(SegmentWriter.fileNames(each.id())));
    manifest.ledgers().forEach(each -> named.add(LedgerFile.fileName(each.id())));
    for (StoreDirectory folder : List.of(segmentDirectory, ledgerDirectory)) {
      folder.setAside(named, ASIDE);
    }
  }

  /** A folder with data and no manifest is a damaged store, not a new one. */
  private void refuseWithoutManifest(Path path) throws IOException {
    Path journalRoot = path.resolve("journal");
    boolean hasData =
        !segmentDirectory.list().isEmpty()
            || !ledgerDirectory.list().isEmpty()
            || (disk.isFolder(journalRoot) && !disk.list(journalRoot).isEmpty());
    boolean hasManifest =
        disk.isFolder(path.resolve("manifest"))
            && !directory.subdirectory("manifest").list().isEmpty();
    if (hasData && !hasManifest) {
      throw new HistorianException(
          ErrorCode.CORRUPT,
          "store has data and no manifest: folder=" + path,
          null,
          "restore the folder manifest",
          null);
    }
  }

  private Journal newJournal(StoreConfig config, Path folder, long lastSequence)
      throws IOException {
    return switch (config.journal()) {
      case FILE ->
          new FileJournal(
              disk, folder, manifests.storeId(), lastSequence, config.journalFileBytesMax());
      case CHRONICLE -> new ChronicleJournal(folder, config.journalFileBytesMax());
    };
  }

  /**
   * Forces what recovery took: a frame that only the page cache held must not vanish in a later
   * loss of power, when others that came after it are safe.
   */
  private void forceOldRuns(Path root) throws IOException {
    for (JournalScanner.Run run : oldRuns) {
      for (Path file : run.files()) {
        try (Disk.DiskFile open = disk.open(file)) {
          open.force();
        }
      }
      disk.forceFolder(run.folder());
    }
    if (!oldRuns.isEmpty()) {
      disk.forceFolder(root);
    }
  }

  private static long runNumber(Path folder) {
    return Long.parseLong(folder.getFileName().toString().substring("run-".length()));
  }

  /**
   * Opens or makes a store.
   *
   * @param epochMicros wall clock, microseconds since the epoch
   * @param listener takes the context records while the store opens
   * @throws io.tidemark.model.HistorianException if it is in use, corrupt, or of another format.
   */
  public static SampleStore open(
      Path path, StoreConfig config, LongSupplier epochMicros, RecordListener listener)
      throws IOException {
    return open(path, config, epochMicros, listener, OpenProgress.NONE);
  }

  /** As above, and says how far it is. */
  public static SampleStore open(
      Path path,
      StoreConfig config,
      LongSupplier epochMicros,
      RecordListener listener,
      OpenProgress progress)
      throws IOException {
    try {
      return open(Disk.REAL, path, config, epochMicros, listener, progress);
    } catch (IOException | RuntimeException e) {
      throw explained(path, e);
    }
  }

  /**
   * Says at once why a folder could not be opened, where that is known before anything is read: it
   * is none, not ours, no store, or in use.
   */
  public static void check(Path path) throws IOException {
    try {
      FolderCheck.check(Disk.REAL, path);
      if (Disk.REAL.isFolder(path)) {
        try (StoreDirectory directory = StoreDirectory.open(Disk.REAL, path)) {
          directory.lock();
        }
      }
    } catch (IOException | RuntimeException e) {
      throw explained(path, e);
    }
  }

  private static RuntimeException explained(Path path, Exception failure) throws IOException {
    switch (FolderCheck.explain(path, failure)) {
      case IOException io -> throw io;
      case RuntimeException known -> {
        return known;
      }
      default -> throw new IllegalStateException(failure);
    }
  }

  /** As the first, on a disk of the caller's choice. */
  public static SampleStore open(
      Disk disk, Path path, StoreConfig config, LongSupplier epochMicros, RecordListener listener)
      throws IOException {
    return open(disk, path, config, epochMicros, listener, OpenProgress.NONE);
  }

  private static SampleStore open(
      Disk disk,
      Path path,
      StoreConfig config,
      LongSupplier epochMicros,
      RecordListener listener,
      OpenProgress progress)
      throws IOException {
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      return new SampleStore(disk, path, config, epochMicros, listener, progress, opened);
    } catch (Throwable e) {
      for (AutoCloseable each : opened.reversed()) {
        try {
          each.close();
        } catch (Exception suppressed) {
          e.addSuppressed(suppressed);
        }
      }
      throw e;
    }
  }

  /** Opens a segment of the manifest; null, and on the damage list, if nothing can be read. */
  private @Nullable SegmentReader openSegment(Manifest.Segment segment) {
    try {
      SegmentReader reader =
          SegmentReader.open(segmentDirectory, manifests.storeId(), segment.id(), damage);
      if (reader.rows() == segment.rows()
          && reader.firstTimeNs() == segment.firstTimeNs()
          && reader.lastTimeNs() == segment.lastTimeNs()
          && reader.firstOrder() == segment.firstOrder()
          && reader.lastOrder() == segment.lastOrder()) {
        return reader;
      }
      reader.close();
      throw new HistorianException(
          ErrorCode.CORRUPT,
          "segment is not what the manifest says: file="
              + reader.fileName()
              + ", rows="
              + reader.rows()
              + ", expectedRows="
              + segment.rows());
    } catch (HistorianException | UncheckedIOException e) {
      if (e instanceof HistorianException known && known.code() == ErrorCode.FORMAT_TOO_NEW) {
        throw e;
      }
      damage.segment(
          SegmentWriter.fileName(segment.id()),
          segment.firstTimeNs(),
          segment.lastTimeNs(),
          segment.rows(),
          e);
      return null;
    }
  }

  private void applyRecord(SampleFrame frame, RecordListener listener) {
    switch (frame.kind()) {
      case TAG -> tags.apply(CatalogRecord.decodeTag(frame.payload()));
      case PRODUCER -> producers.apply(CatalogRecord.decodeProducer(frame.payload()));
      default -> {
        String principal = producers.name(frame.producerId());
        listener.onRecord(
            frame.kind(),
            frame.payload(),
            principal == null ? "" : principal,
            frame.transactionTimeMicros(),
            frame.journalSequence());
      }
    }
  }

  /** The tags. */
  public TagTable tags() {
    return tags;
  }

  /** Those who wrote. */
  public ProducerTable producers() {
    return producers;
  }

  /** The one writer. */
  public StoreWriter writer() {
    return writer;
  }

  /** The agent that writes frozen samples into segments. */
  public Sealer sealer() {
    return sealer;
  }

  /** Committed changes. */
  public ChangeFeed feed() {
    return feed;
  }

  /** What opening found. */
  public Recovery recovery() {
    return recovery;
  }

  /** What could not be read since the store was opened. */
  public DamageList.Report damage() {
    return damage.report();
  }

  /** Reads every byte of the sealed files once; what is damaged is listed. Any thread. */
  public void scrub() {
    manifests.scrub(damage);
    for (SegmentReader segment : snapshot.segments()) {
      segment.scrub();
    }
  }

  /** Identity of the store. */
  public UUID storeId() {
    return manifests.storeId();
  }

  /** Space that writes may still take. */
  public long usableBytes() {
    return directory.usableBytes();
  }

  /** Sizes of what is on disk and in memory. */
  public Sizes sizes() {
    StoreSnapshot now = snapshot;
    HotTable frozen = now.frozen();
    long rows = 0;
    long bytes = 0;
    for (Manifest.Segment segment : now.manifest().segments()) {
      rows += segment.rows();
      bytes += segment.bytes();
    }
    return new Sizes(
        now.manifest().segments().size(),
        rows,
        bytes,
        now.active().rows() + (frozen == null ? 0 : frozen.rows()),
        now.active().bytes() + (frozen == null ? 0 : frozen.bytes()),
        journal.bytes());
  }

  /** Sizes of a store. */
  public record Sizes(
      int segments,
      long segmentRows,
      long segmentBytes,
      long hotRows,
      long hotBytes,
      long journalBytes) {}

  /** A snapshot of everything journaled so far. */
  public ReadView openReadView() {
    // The order first: a rotation or commit in between only moves rows, it never loses them.
    long upToOrder = writer.publishedOrder();
    return new StoreView(snapshot, tags, manifests.storeId(), Long.MIN_VALUE, upToOrder);
  }

  private ReadView openFeedView(long afterOrder, long upToOrder) {
    return new StoreView(snapshot, tags, manifests.storeId(), afterOrder, upToOrder);
  }

  HotTable activeTable() {
    return snapshot.active();
  }

  boolean isSealing() {
    return snapshot.frozen() != null;
  }

  /** Freezes the active table. Called by the writer between frames. */
  synchronized void rotate() {
    StoreSnapshot now = snapshot;
    snapshot =
        new StoreSnapshot(now.manifest(), now.segments(), now.lost(), now.active(), new HotTable());
  }

  /** Seals the frozen table, if there is one, and commits it. Called by the sealer's thread. */
  private boolean sealFrozen() throws IOException {
    StoreSnapshot before = snapshot;
    HotTable frozen = before.frozen();
    if (frozen == null) {
      return false;
    }
    Manifest manifest = manifests.current();
    long fileNumber = manifest.nextFileNumber();
    List<Manifest.Segment> segments = new ArrayList<>(manifest.segments());
    List<Manifest.Ledger> ledgers = new ArrayList<>(manifest.ledgers());
    @Nullable SegmentReader opened = null;
    if (frozen.rows() > 0) {
      segments.add(Sealer.writeSegment(frozen, segmentDirectory, manifests.storeId(), fileNumber));
      opened = SegmentReader.open(segmentDirectory, manifests.storeId(), fileNumber, damage);
      fileNumber++;
    }
    if (!frozen.records().isEmpty()) {
      long bytes =
          LedgerFile.write(ledgerDirectory, manifests.storeId(), fileNumber, frozen.records());
      ledgers.add(new Manifest.Ledger(fileNumber, frozen.records().size(), bytes));
      fileNumber++;
    }
    StoreWriter.Boundary boundary = writer.frozenBoundary();
    Manifest next =
        new Manifest(
            manifest.generation() + 1,
            java.util.Map.of(0, boundary.sequence()),
            boundary.transactionTimeMicros(),
            fileNumber,
            segments,
            ledgers);
    manifests.commit(next);
    synchronized (this) {
      List<SegmentReader> readers = new ArrayList<>(snapshot.segments());
      if (opened != null) {
        readers.add(opened);
      }
      snapshot =
          new StoreSnapshot(next, List.copyOf(readers), snapshot.lost(), null, snapshot.active());
    }
    trimJournal(boundary.sequence());
    return true;
  }

  private void trimJournal(long coveredSequence) throws IOException {
    journal.trim(coveredSequence);
    while (!oldRuns.isEmpty() && oldRuns.getFirst().lastSequence() <= coveredSequence) {
      Path folder = oldRuns.removeFirst().folder();
      for (String name : disk.list(folder)) {
        disk.delete(folder.resolve(name));
      }
      disk.delete(folder);
    }
  }

  /** Forces the journal and lets go of the folder. The writer must have stopped. */
  @Override
  public void close() throws IOException {
    journal.close();
    for (SegmentReader segment : snapshot.segments()) {
      segment.close();
    }
    directory.close();
  }
}
