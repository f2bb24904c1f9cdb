package io.tidemark.storage;

import io.tidemark.catalog.CatalogRecord;
import io.tidemark.catalog.ProducerTable;
import io.tidemark.catalog.TagTable;
import io.tidemark.model.Agent;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.OpenProgress;
import io.tidemark.model.ReadView;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFrame;
import io.tidemark.storage.StoreVerifier.StoreFolders;
import io.tidemark.storage.damage.DamageList;
import io.tidemark.storage.feed.ChangeFeed;
import io.tidemark.storage.hot.HotTable;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.DiskFullException;
import io.tidemark.storage.io.KillPoint;
import io.tidemark.storage.io.StoreDirectory;
import io.tidemark.storage.journal.ChronicleJournal;
import io.tidemark.storage.journal.FileJournal;
import io.tidemark.storage.journal.Journal;
import io.tidemark.storage.journal.JournalReader;
import io.tidemark.storage.journal.JournalScanner;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.segment.SegmentReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The samples, tags and records of one data folder. Opening recovers: sealed files as the newest
 * manifest names them, then the journal after the position they cover.
 *
 * <p>Threads: the {@link StoreWriter} belongs to one thread, {@link StoreWriter#force} to another,
 * {@link #manifestAgent} to a third; views and the feed may be taken from any.
 */
public final class SampleStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SampleStore.class);

  private final Disk disk;
  private final StoreConfig config;
  private final StoreDirectory directory;
  private final DiskSpace space;
  private final SealedFiles sealed;
  private final Snapshots snapshots;
  private final AtomicInteger views = new AtomicInteger();
  private final Journal journal;
  private final List<JournalScanner.Run> oldRuns;
  private final TagTable tags = new TagTable();
  private final ProducerTable producers = new ProducerTable();
  private final StoreWriter writer;
  private final Housekeeping manifestAgent;
  private final ChangeFeed feed;
  private final Recovery recovery;
  private final DamageList damage;

  /* Written by who holds the journal, read by the manifest agent. */
  private volatile long journalHold = Long.MAX_VALUE;

  /* Scrubbing thread only. */
  private long lastScrubbed;
  private volatile long scrubRounds;

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
      StoreClock clock,
      RecordListener listener,
      OpenProgress progress,
      List<AutoCloseable> opened)
      throws IOException {
    this.disk = disk;
    this.config = config;
    damage = new DamageList(clock::epochMicros);
    FolderCheck.check(disk, path);
    directory = StoreDirectory.open(disk, path);
    directory.lock();
    opened.add(directory);
    Path journalRoot = path.resolve(StoreFolders.JOURNAL);
    disk.createFolder(journalRoot); // before the manifest: one without it has lost it
    space = new DiskSpace(directory, config.disk());
    sealed = new SealedFiles(directory, damage);
    List<SegmentReader> segments = sealed.openSegments(progress, opened);
    Manifest manifest = sealed.manifest();
    RequestTable requests = new RequestTable(manifest.requests());
    long ledgerRecords = sealed.readLedgers(progress, frame -> applyRecord(frame, listener));
    snapshots =
        new Snapshots(
            new StoreSnapshot(
                manifest, new SegmentSet(segments), sealed.lost(), null, new HotTable()));
    KillPoint.RECOVERY_SEALED_READ.reached();
    Replay replay = new Replay(manifest, requests, listener);
    JournalScanner.Result found =
        JournalScanner.scan(
            disk,
            journalRoot,
            sealed.storeId(),
            manifest.coveredSequence(),
            replay::frame,
            progress);
    oldRuns = new ArrayList<>(found.runs());
    found.problems().forEach(each -> damage.journal(each.file(), each.message()));
    Quarantine.keep(directory, found.damagedFiles());
    if (!found.missing().isEmpty() && config.strictRecovery()) {
      throw new HistorianException(
          ErrorCode.CORRUPT,
          "journal misses frames that were forced: missing=" + found.missing(),
          null,
          "restore the journal's files, or set store.recoveryMode to salvage to start without them",
          null);
    }
    KillPoint.RECOVERY_JOURNAL_READ.reached();
    forceOldRuns(journalRoot);
    long last = replay.lastSequence;
    for (JournalScanner.Missing range : found.missing()) {
      last = Math.max(last, range.lastSequence()); // never given to another frame
    }
    recovery =
        new Recovery(
            ledgerRecords, replay.frames, replay.samples, found.missing(), found.ignored());
    long run = oldRuns.isEmpty() ? 1 : runNumber(oldRuns.getLast().folder()) + 1;
    boolean isNew = oldRuns.isEmpty() && manifest.generation() == 0;
    journal = newJournal(journalRoot.resolve(JournalScanner.runName(run)), last, !isNew);
    KillPoint.RECOVERY_DONE.reached();
    writer =
        new StoreWriter(
            this, config, journal, clock, space, requests, last, replay.transactionTimeMicros);
    manifestAgent = new Housekeeping(config, clock, space, sealed, snapshots, writer, new Trim());
    feed = new ChangeFeed(sealed.storeId(), this::openFeedView, writer::syncedOrder);
  }

  /**
   * Takes the journal's frames in order. What it takes is sealed when it fills the memory that the
   * samples of a running store may have: the journal may be longer than that, if the limit was
   * lowered or a full disk kept the seals from working.
   */
  private final class Replay {
    private final RequestTable requests;
    private final RecordListener listener;
    private long lastSequence;
    private long transactionTimeMicros;
    private long frames;
    private long samples;

    Replay(Manifest manifest, RequestTable requests, RecordListener listener) {
      this.requests = requests;
      this.listener = listener;
      lastSequence = manifest.coveredSequence();
      transactionTimeMicros = manifest.lastTransactionTimeMicros();
    }

    void frame(SampleFrame frame) {
      HotTable table = activeTable();
      if (table.bytes() >= config.hotBytesMax() / 2) {
        table = sealFull(table);
      }
      lastSequence = frame.journalSequence();
      transactionTimeMicros = Math.max(transactionTimeMicros, frame.transactionTimeMicros());
      frames++;
      samples += frame.rowCount();
      requests.apply(frame);
      if (frame.kind() == RecordKind.SAMPLES) {
        frame.openRows();
        frame.checkRows();
        table.append(frame);
      } else {
        table.appendRecord(frame.copyBytes());
        applyRecord(frame, listener);
      }
    }

    private HotTable sealFull(HotTable table) {
      snapshots.rotate();
      StoreWriter.Boundary boundary =
          new StoreWriter.Boundary(lastSequence, transactionTimeMicros, requests.progress());
      try {
        List<SegmentReader> segments = sealed.seal(table, boundary);
        snapshots.sealed(sealed.manifest(), segments);
      } catch (DiskFullException e) {
        LOG.warn("no room to seal while the journal is read, memory holds it: {}", e.getMessage());
        snapshots.rotateBack();
      } catch (IOException e) {
        throw new UncheckedIOException("seal failed while the journal was read", e);
      }
      return activeTable();
    }
  }

  /** A store that has something to read opens on a full disk too. */
  private Journal newJournal(Path folder, long lastSequence, boolean mayWait) throws IOException {
    return switch (config.journal()) {
      case FILE ->
          new FileJournal(
              disk, folder, sealed.storeId(), lastSequence, config.journalFileBytesMax(), mayWait);
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
    return open(path, config, StoreClock.of(epochMicros), listener, OpenProgress.NONE);
  }

  /** As above, with clocks of the caller's choice, and says how far it is. */
  public static SampleStore open(
      Path path,
      StoreConfig config,
      StoreClock clock,
      RecordListener listener,
      OpenProgress progress)
      throws IOException {
    try {
      return open(Disk.REAL, path, config, clock, listener, progress);
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
    return open(disk, path, config, StoreClock.of(epochMicros), listener, OpenProgress.NONE);
  }

  /** As above, with clocks of the caller's choice. */
  public static SampleStore open(
      Disk disk, Path path, StoreConfig config, StoreClock clock, RecordListener listener)
      throws IOException {
    return open(disk, path, config, clock, listener, OpenProgress.NONE);
  }

  private static SampleStore open(
      Disk disk,
      Path path,
      StoreConfig config,
      StoreClock clock,
      RecordListener listener,
      OpenProgress progress)
      throws IOException {
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      return new SampleStore(disk, path, config, clock, listener, progress, opened);
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

  private void applyRecord(SampleFrame frame, RecordListener listener) {
    switch (frame.kind()) {
      case TAG -> tags.apply(CatalogRecord.decodeTag(frame.payload()));
      case PRODUCER -> {
        CatalogRecord.Producer producer = CatalogRecord.decodeProducer(frame.payload());
        if (producer != null) {
          producers.apply(producer);
        }
      }
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

  /** The agent that seals what is frozen and drops what is no longer kept. */
  public Agent manifestAgent() {
    return manifestAgent;
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
    sealed.scrub();
    SegmentSet now = snapshots.retainedSegments();
    try {
      for (SegmentReader segment : now.segments()) {
        segment.scrub();
      }
    } finally {
      now.release();
    }
  }

  /**
   * Reads the sealed files one by one, a segment a call, then manifests and ledgers, and from the
   * start again; what is damaged is listed. One thread at a time.
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread calls this
  public void scrubNext() {
    SegmentSet now = snapshots.retainedSegments();
    try {
      SegmentReader next = null;
      for (SegmentReader segment : now.segments()) {
        if (segment.segmentId() > lastScrubbed
            && (next == null || segment.segmentId() < next.segmentId())) {
          next = segment;
        }
      }
      if (next == null) {
        sealed.scrub();
        lastScrubbed = 0;
        scrubRounds++;
      } else {
        next.scrub();
        lastScrubbed = next.segmentId();
      }
    } finally {
      now.release();
    }
  }

  /** How often {@link #scrubNext} came through everything. */
  public long scrubRounds() {
    return scrubRounds;
  }

  /** Identity of the store. */
  public UUID storeId() {
    return sealed.storeId();
  }

  /** Space that writes may still take, at the last look. */
  public long usableBytes() {
    return space.usableBytes();
  }

  /** Whether the disk is nearly full: writes are taken, and somebody should make room. */
  public boolean isDiskLow() {
    return space.isLow();
  }

  /** Free space and its limit, in words. */
  public String describeSpace() {
    return space.describe();
  }

  /** What retention took out since the store was made. */
  public Manifest.Dropped dropped() {
    return sealed.manifest().dropped();
  }

  /** Sizes of what is on disk and in memory. */
  public Sizes sizes() {
    StoreSnapshot now = snapshots.current();
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

  /** A snapshot of everything journaled so far. Close it: it keeps dropped segments alive. */
  public ReadView openReadView() {
    // The order first: a rotation or commit in between only moves rows, it never loses them.
    long upToOrder = writer.publishedOrder();
    return new StoreView(
        snapshots.retained(), views, tags, sealed.storeId(), Long.MIN_VALUE, upToOrder, false);
  }

  /**
   * A snapshot as it was: everything journaled up to a version that a view once named. Definitions
   * of tags are those of today.
   *
   * @param dataVersion what {@link ReadView#dataVersion} said
   * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} if it is none of this store, or names
   *     what is not written yet.
   */
  public ReadView openReadView(String dataVersion) {
    long published = writer.publishedOrder();
    long upToOrder = DataVersion.order(sealed.storeId(), dataVersion);
    if (upToOrder > published) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "data version is of a time to come: asOf=" + ErrorText.quote(dataVersion));
    }
    return new StoreView(
        snapshots.retained(), views, tags, sealed.storeId(), Long.MIN_VALUE, upToOrder, true);
  }

  /** Views that are open. */
  public int openViews() {
    return views.get();
  }

  private ReadView openFeedView(long afterOrder, long upToOrder) {
    return new StoreView(
        snapshots.retained(), views, tags, sealed.storeId(), afterOrder, upToOrder, false);
  }

  /** The newest snapshot, to look at its manifest and segments' names only. */
  StoreSnapshot snapshot() {
    return snapshots.current();
  }

  /** The newest snapshot, retained for the caller, who releases it. */
  StoreSnapshot retainedSnapshot() {
    return snapshots.retained();
  }

  HotTable activeTable() {
    return snapshots.current().active();
  }

  boolean isSealing() {
    return snapshots.current().frozen() != null;
  }

  /** Freezes the active table. Called by the writer between frames. */
  void rotate() {
    snapshots.rotate();
  }

  /**
   * Keeps the journal's frames from a sequence on, also when they are sealed: for who still reads
   * them. Another call takes the place of the last one; until the first, nothing is kept. A store
   * that is opened keeps nothing: hold what is needed before the manifest agent runs. Any thread.
   */
  public void holdJournal(long firstSequence) {
    journalHold = firstSequence;
  }

  /** A reader of the journal's frames. What it is to find must be held. */
  public JournalReader journalReader() {
    return new JournalReader(
        disk, directory.path().resolve(StoreFolders.JOURNAL), sealed.storeId());
  }

  /** Trims the journal as far as nobody holds it. Manifest agent only. */
  private final class Trim implements Housekeeping.JournalTrim {
    private long trimmed;

    @Override
    public void trim(long coveredSequence) throws IOException {
      trimmed = Math.min(coveredSequence, journalHold - 1);
      journal.trim(trimmed);
      while (!oldRuns.isEmpty() && oldRuns.getFirst().lastSequence() <= trimmed) {
        Path folder = oldRuns.removeFirst().folder();
        for (String name : disk.list(folder)) {
          disk.delete(folder.resolve(name));
        }
        disk.delete(folder);
      }
    }

    @Override
    public void trimReleased() throws IOException {
      long covered = sealed.manifest().coveredSequence();
      if (journalHold != Long.MAX_VALUE && Math.min(covered, journalHold - 1) > trimmed) {
        trim(covered);
      }
    }
  }

  /** Forces the journal and lets go of the folder. The writer must have stopped. */
  @Override
  public void close() throws IOException {
    journal.close();
    manifestAgent.close();
    snapshots.close();
    directory.close();
  }
}
