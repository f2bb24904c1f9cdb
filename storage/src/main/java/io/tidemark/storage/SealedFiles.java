package io.tidemark.storage;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.OpenProgress;
import io.tidemark.model.OpenProgress.Phase;
import io.tidemark.model.SampleFrame;
import io.tidemark.storage.StoreVerifier.StoreFolders;
import io.tidemark.storage.damage.DamageList;
import io.tidemark.storage.hot.HotTable;
import io.tidemark.storage.io.DiskFullException;
import io.tidemark.storage.io.KillPoint;
import io.tidemark.storage.io.StoreDirectory;
import io.tidemark.storage.lifecycle.Compaction;
import io.tidemark.storage.lifecycle.CompactionRule;
import io.tidemark.storage.lifecycle.Sealer;
import io.tidemark.storage.manifest.LedgerFile;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.manifest.ManifestStore;
import io.tidemark.storage.segment.SegmentReader;
import io.tidemark.storage.segment.SegmentWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Segments and ledgers, and the manifest that names them. Every change is one new manifest; files
 * that none names are not part of the store.
 *
 * <p>Threads: changes belong to one thread at a time; the rest may be asked by any.
 */
final class SealedFiles {
  private static final Logger LOG = LoggerFactory.getLogger(SealedFiles.class);

  /** Folder for files that no manifest names. */
  static final String ASIDE = "aside";

  private static final List<String> SUFFIXES = List.of(".tseg", ".tidx", ".tled", ".tled-copy");
  private static final int LEDGERS_MERGED_MIN = 8;
  private static final long LEDGER_BYTES_MAX = 256L << 20;

  private final StoreDirectory segmentDirectory;
  private final StoreDirectory ledgerDirectory;
  private final ManifestStore manifests;
  private final DamageList damage;
  private final List<Manifest.Segment> lost = new ArrayList<>();

  /* Ledgers and segments that were merged, oldest first. */
  private final ArrayDeque<Retired> retired = new ArrayDeque<>();

  /**
   * A file that the newest manifest does not name any more.
   *
   * @param generation the last manifest that does
   */
  private record Retired(long id, boolean isSegment, long generation) {}

  private final SealedTimes sealedTimes = new SealedTimes();

  /* A number is never used twice, also if a crash left a file that no manifest came to name. */
  private long nextFileNumber;

  /**
   * Reads the newest manifest. What cannot be read is on the damage list.
   *
   * @throws HistorianException if there is no manifest that can be gone on with.
   */
  SealedFiles(StoreDirectory root, DamageList damage) throws IOException {
    this.damage = damage;
    segmentDirectory = root.subdirectory(StoreFolders.SEGMENTS);
    ledgerDirectory = root.subdirectory(StoreFolders.LEDGER);
    manifests = ManifestStore.open(root.subdirectory(StoreFolders.MANIFEST), UUID.randomUUID());
    manifests.broken().forEach(each -> damage.spare(each.file(), "manifest", each.cause()));
    Manifest adopted = Adoption.of(manifests, segmentDirectory, ledgerDirectory, damage);
    if (adopted != null) {
      manifests.commit(adopted);
    }
    setAside();
  }

  /**
   * Opens the segments of the manifest. What cannot be read is on the damage list, and lost.
   *
   * @param opened takes each of them at once, for whoever has to close them if the rest fails
   */
  List<SegmentReader> openSegments(OpenProgress progress, List<AutoCloseable> opened) {
    List<Manifest.Segment> segments = manifest().segments();
    List<SegmentReader> readers = new ArrayList<>();
    for (Manifest.Segment segment : segments) {
      progress.at(Phase.SEGMENTS, readers.size() + lost.size(), segments.size());
      SegmentReader reader = openSegment(segment);
      if (reader == null) {
        lost.add(segment);
      } else {
        readers.add(reader);
        opened.add(reader);
        sealedTimes.add(segment, reader);
      }
    }
    return readers;
  }

  /**
   * Moves files that the manifest does not name (a seal that a crash cut off) into a folder {@code
   * aside}, where they stay until the next start: nothing is deleted before somebody could look.
   */
  private void setAside() throws IOException {
    Manifest manifest = manifest();
    nextFileNumber = manifest.nextFileNumber();
    Set<String> named = new HashSet<>();
    manifest.segments().forEach(each -> named.addAll(SegmentWriter.fileNames(each.id())));
    manifest.ledgers().forEach(each -> named.addAll(LedgerFile.fileNames(each.id())));
    // An older manifest may have to serve one day: the files that were merged since are its own.
    for (Manifest older : manifests.older().reversed()) {
      for (Manifest.Ledger ledger : older.ledgers()) {
        if (named.addAll(LedgerFile.fileNames(ledger.id()))) {
          retired.addFirst(new Retired(ledger.id(), false, older.generation()));
        }
      }
      for (Manifest.Segment segment : older.segments()) {
        if (named.addAll(SegmentWriter.fileNames(segment.id()))) {
          retired.addFirst(new Retired(segment.id(), true, older.generation()));
        }
      }
    }
    for (StoreDirectory folder : List.of(segmentDirectory, ledgerDirectory)) {
      for (String name : folder.list()) {
        for (String suffix : SUFFIXES) {
          nextFileNumber = Math.max(nextFileNumber, number(name, suffix) + 1);
        }
      }
      try {
        folder.setAside(named, ASIDE);
      } catch (DiskFullException e) {
        LOG.warn("no room to set files aside: folder={}: {}", folder.path(), e.getMessage());
      }
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
      if (e instanceof HistorianException known && known.code().isOtherFormat()) {
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

  /** The number that a sealed file of a kind is named after; -1 for a name that is none of ours. */
  static long number(String name, String suffix) {
    if (!name.endsWith(suffix)) {
      return -1;
    }
    String digits = name.substring(0, name.length() - suffix.length());
    return digits.matches("[0-9]{12,18}") ? Long.parseLong(digits) : -1;
  }

  UUID storeId() {
    return manifests.storeId();
  }

  /** The newest manifest. */
  Manifest manifest() {
    return manifests.current();
  }

  /** Segments of the manifest of which nothing can be read. */
  List<Manifest.Segment> lost() {
    return List.copyOf(lost);
  }

  /** Hands the records of all ledgers to the consumer, in order; returns how many. */
  long readLedgers(OpenProgress progress, Consumer<SampleFrame> consumer) {
    long records = 0;
    int read = 0;
    for (Manifest.Ledger ledger : manifest().ledgers()) {
      progress.at(Phase.LEDGERS, read++, manifest().ledgers().size());
      LedgerFile.read(ledgerDirectory, storeId(), ledger, damage, consumer);
      records += ledger.records();
    }
    return records;
  }

  /**
   * Writes a frozen table into segments and a ledger and commits them.
   *
   * @return the new segments, opened: the one in order first
   */
  List<SegmentReader> seal(HotTable frozen, StoreWriter.Boundary boundary) throws IOException {
    Manifest manifest = manifest();
    List<Manifest.Segment> segments = new ArrayList<>(manifest.segments());
    List<Manifest.Ledger> ledgers = new ArrayList<>(manifest.ledgers());
    List<Long> written = new ArrayList<>();
    List<SegmentReader> readers = new ArrayList<>();
    try {
      if (frozen.rows() > 0) {
        long id = nextFileNumber;
        nextFileNumber += 2; // one for late samples, if there are any
        written.addAll(List.of(id, id + 1));
        for (Manifest.Segment segment :
            Sealer.writeSegments(frozen, segmentDirectory, storeId(), id, sealedTimes::of)) {
          segments.add(segment);
          readers.add(SegmentReader.open(segmentDirectory, storeId(), segment.id(), damage));
        }
        nextFileNumber = id + readers.size();
        KillPoint.SEGMENT_SEALED.reached();
      }
      if (!frozen.records().isEmpty()) {
        long id = nextFileNumber++;
        written.add(id);
        long bytes = LedgerFile.write(ledgerDirectory, storeId(), id, frozen.records());
        ledgers.add(new Manifest.Ledger(id, frozen.records().size(), bytes));
        KillPoint.LEDGER_SEALED.reached();
      }
      commit(
          new Manifest(
              manifest.generation() + 1,
              Map.of(0, boundary.sequence()),
              boundary.transactionTimeMicros(),
              nextFileNumber,
              segments,
              ledgers,
              boundary.requests(),
              manifest.dropped()));
      for (int i = 0; i < readers.size(); i++) {
        sealedTimes.add(segments.get(manifest.segments().size() + i), readers.get(i));
      }
      return readers;
    } catch (IOException | RuntimeException | Error e) {
      readers.forEach(SegmentReader::close);
      if (e instanceof DiskFullException) {
        delete(written);
      }
      throw e;
    }
  }

  /**
   * Starts to merge segments.
   *
   * @param readers those of the plan, which stay open until the merge is closed
   */
  Compaction compaction(CompactionRule.Plan plan, List<SegmentReader> readers) throws IOException {
    List<SegmentWriter> writers = new ArrayList<>();
    try {
      for (int i = 0; i < plan.ranges().size(); i++) {
        writers.add(new SegmentWriter(segmentDirectory, storeId(), nextFileNumber++));
      }
      SegmentWriter rest = SegmentWriter.ofLate(segmentDirectory, storeId(), nextFileNumber++);
      return new Compaction(readers, plan.ranges(), writers, rest);
    } catch (IOException e) {
      Compaction.closeAll(writers);
      throw e;
    }
  }

  /**
   * Commits a finished merge.
   *
   * @return the new segments, opened; null if segments are gone that were merged: nothing is
   *     committed then
   */
  @Nullable List<SegmentReader> merge(Compaction merge) throws IOException {
    Manifest manifest = manifest();
    Set<Long> ids = merge.inputIds();
    List<Manifest.Segment> kept = new ArrayList<>(manifest.segments());
    kept.removeIf(each -> ids.contains(each.id()));
    if (manifest.segments().size() - kept.size() != ids.size()) {
      return null;
    }
    List<SegmentReader> readers = new ArrayList<>();
    try {
      for (Manifest.Segment segment : merge.commit()) {
        kept.add(segment);
        readers.add(SegmentReader.open(segmentDirectory, storeId(), segment.id(), damage));
      }
      KillPoint.SEGMENTS_MERGED.reached();
      commit(manifest.rearranged(nextFileNumber, kept, manifest.ledgers(), manifest.dropped()));
    } catch (IOException | RuntimeException | Error e) {
      readers.forEach(SegmentReader::close);
      if (e instanceof DiskFullException) { // any other failure may have come after the commit
        delete(merge.outputIds());
      }
      throw e;
    }
    for (long id : ids) {
      retired.add(new Retired(id, true, manifest.generation()));
    }
    return readers;
  }

  /** Takes back what was written before the disk had no more room: no manifest names it. */
  private void delete(List<Long> ids) {
    for (long id : ids) {
      SegmentWriter.fileNames(id).forEach(segmentDirectory::delete);
      LedgerFile.fileNames(id).forEach(ledgerDirectory::delete);
    }
  }

  /** Commits a manifest without some of the segments, then deletes their files. */
  void drop(Set<Long> ids) throws IOException {
    Manifest manifest = manifest();
    Manifest.Dropped dropped = manifest.dropped();
    List<Manifest.Segment> kept = new ArrayList<>();
    for (Manifest.Segment segment : manifest.segments()) {
      if (ids.contains(segment.id())) {
        dropped = dropped.plus(segment);
      } else {
        kept.add(segment);
      }
    }
    commit(manifest.rearranged(nextFileNumber, kept, manifest.ledgers(), dropped));
    lost.removeIf(each -> ids.contains(each.id()));
    KillPoint.SEGMENTS_DROPPED.reached();
    for (long id : ids) {
      SegmentWriter.fileNames(id).forEach(segmentDirectory::delete);
    }
    segmentDirectory.force();
  }

  /**
   * Merges ledgers into one when there are many: the newest ones, and older ones as long as they
   * are not longer than what is merged already, so that a record is written again only a few times
   * in its life. The old files stay while a manifest names them.
   *
   * @return whether there was something to do
   */
  boolean mergeLedgers() throws IOException {
    Manifest manifest = manifest();
    List<Manifest.Ledger> ledgers = manifest.ledgers();
    int from = ledgers.size();
    long bytes = 0;
    while (from > 0 && (from > ledgers.size() - 2 || ledgers.get(from - 1).bytes() <= bytes)) {
      bytes += ledgers.get(--from).bytes();
    }
    List<Manifest.Ledger> merged = ledgers.subList(from, ledgers.size());
    if (merged.size() < LEDGERS_MERGED_MIN || bytes > LEDGER_BYTES_MAX) {
      return false;
    }
    List<byte[]> frames = new ArrayList<>();
    for (Manifest.Ledger ledger : merged) {
      LedgerFile.read(
          ledgerDirectory, storeId(), ledger, damage, frame -> frames.add(frame.copyBytes()));
    }
    long id = nextFileNumber++;
    try {
      long length = LedgerFile.write(ledgerDirectory, storeId(), id, frames);
      KillPoint.LEDGERS_MERGED.reached();
      List<Manifest.Ledger> kept = new ArrayList<>(ledgers.subList(0, from));
      kept.add(new Manifest.Ledger(id, frames.size(), length));
      commit(manifest.rearranged(nextFileNumber, manifest.segments(), kept, manifest.dropped()));
    } catch (DiskFullException e) {
      delete(List.of(id));
      throw e;
    }
    for (Manifest.Ledger ledger : merged) {
      retired.add(new Retired(ledger.id(), false, manifest.generation()));
    }
    return true;
  }

  /**
   * Commits the newest manifest once more while older ones name segments that were merged: else
   * these would keep their room until something new is sealed.
   *
   * @return whether there was something to do
   */
  boolean letGoOfMerged() throws IOException {
    if (retired.stream().noneMatch(Retired::isSegment)) {
      return false;
    }
    Manifest manifest = manifest();
    commit(
        manifest.rearranged(
            nextFileNumber, manifest.segments(), manifest.ledgers(), manifest.dropped()));
    return true;
  }

  /** Commits a manifest and deletes merged files that none of those that are kept names. */
  private void commit(Manifest next) throws IOException {
    manifests.commit(next);
    KillPoint.MANIFEST_COMMITTED.reached();
    for (Retired old = retired.peek();
        old != null && old.generation() <= next.generation() - ManifestStore.GENERATIONS_KEPT;
        old = retired.peek()) {
      if (old.isSegment()) {
        SegmentWriter.fileNames(old.id()).forEach(segmentDirectory::delete);
      } else {
        LedgerFile.fileNames(old.id()).forEach(ledgerDirectory::delete);
      }
      retired.remove();
    }
  }

  /** Reads the manifests that are kept beside the newest; what is damaged is listed. */
  void scrub() {
    manifests.scrub(damage);
    for (Manifest.Ledger ledger : manifest().ledgers()) {
      LedgerFile.scrub(ledgerDirectory, storeId(), ledger, damage);
    }
  }
}
