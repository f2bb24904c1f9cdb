package io.tidemark.storage;

import io.tidemark.model.HistorianException;
import io.tidemark.storage.damage.DamageList;
import io.tidemark.storage.io.StoreDirectory;
import io.tidemark.storage.manifest.LedgerFile;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.manifest.ManifestStore;
import io.tidemark.storage.segment.FrameLog;
import io.tidemark.storage.segment.SegmentOrigin;
import io.tidemark.storage.segment.SegmentReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds the manifest again that was the newest and cannot be read, or is gone: the one before it,
 * and the files that were sealed since. They are whole, or they would not have their names, and say
 * themselves what a manifest says of them. A seal that a crash cut off just before its manifest
 * looks the same, and is completed.
 */
final class Adoption {
  private Adoption() {}

  /**
   * The manifest to go on with, or null if the current one is it.
   *
   * @param damage takes the files that cannot be read
   * @throws HistorianException if one is of a format that is not read: too old, or too new.
   */
  static @Nullable Manifest of(
      ManifestStore manifests,
      StoreDirectory segmentDirectory,
      StoreDirectory ledgerDirectory,
      DamageList damage) {
    Manifest older = manifests.current();
    UUID storeId = manifests.storeId();
    List<Long> segmentNumbers = numbers(segmentDirectory, ".tseg", older.nextFileNumber());
    List<Long> ledgerNumbers = numbers(ledgerDirectory, ".tled", older.nextFileNumber());
    if (!manifests.isFallback() && segmentNumbers.isEmpty() && ledgerNumbers.isEmpty()) {
      return null;
    }
    List<Manifest.Segment> segments = new ArrayList<>(older.segments());
    List<Manifest.Ledger> ledgers = new ArrayList<>(older.ledgers());
    TreeSet<Long> sequences = new TreeSet<>();
    long[] transactionTime = {older.lastTransactionTimeMicros()};
    long next = older.nextFileNumber();
    Set<Long> companions = new HashSet<>();
    for (long id : segmentNumbers) {
      try (SegmentReader segment = SegmentReader.open(segmentDirectory, storeId, id, damage)) {
        // Merged ones hold what the older manifest, or one after it, has in files that are kept.
        // Late ones are whole
        // only with the segment that was sealed after them.
        if (segment.origin() == SegmentOrigin.MERGED
            || (segment.origin() == SegmentOrigin.SEALED_LATE && !companions.contains(id))) {
          next = Math.max(next, id + 1);
          continue;
        }
        companions.add(segment.companion());
        FrameLog frames = segment.frames();
        for (int i = 0; i < frames.count(); i++) {
          sequences.add(frames.sequence(i));
          transactionTime[0] = Math.max(transactionTime[0], frames.transactionTimeMicros(i));
        }
        segments.add(
            new Manifest.Segment(
                id,
                segment.origin() == SegmentOrigin.SEALED_LATE
                    ? Manifest.Segment.LATE
                    : Manifest.Segment.MAIN,
                segment.rows(),
                segment.bytes(),
                segment.firstTimeNs(),
                segment.lastTimeNs(),
                segment.firstOrder(),
                segment.lastOrder()));
        next = Math.max(next, id + 1);
      } catch (HistorianException | UncheckedIOException e) {
        refuseOtherFormat(e);
        damage.spare(segmentDirectory.path().getFileName() + "/" + id, "segment", e);
      }
    }
    for (long id : ledgerNumbers) {
      try {
        List<Long> ofLedger = new ArrayList<>();
        Manifest.Ledger ledger =
            LedgerFile.describe(
                ledgerDirectory,
                storeId,
                id,
                frame -> {
                  ofLedger.add(frame.journalSequence());
                  transactionTime[0] = Math.max(transactionTime[0], frame.transactionTimeMicros());
                });
        if (ofLedger.isEmpty() || ofLedger.getFirst() <= older.coveredSequence()) {
          continue; // merged from ledgers that the older manifest names, and that are still there
        }
        sequences.addAll(ofLedger);
        ledgers.add(ledger);
        next = Math.max(next, id + 1);
      } catch (HistorianException | UncheckedIOException e) {
        refuseOtherFormat(e);
        damage.spare(ledgerDirectory.path().getFileName() + "/" + id, "ledger", e);
      }
    }
    long covered = older.coveredSequence();
    while (sequences.contains(covered + 1)) {
      covered++;
    }
    // Files of a whole seal follow the older manifest without a hole. Others belong to a seal that
    // was cut off, whose frames are still in the journal; but if a manifest was lost nobody knows,
    // and a row that comes twice is better than one that is gone.
    boolean isWhole =
        !sequences.isEmpty()
            && sequences.first() > older.coveredSequence()
            && sequences.last() == covered;
    if (!isWhole && !manifests.isFallback()) {
      return null;
    }
    return new Manifest(
        manifests.highestGeneration() + 1,
        java.util.Map.of(0, covered),
        transactionTime[0],
        next,
        segments,
        ledgers,
        older.requests(),
        older.dropped());
  }

  /** What this version does not read is not set aside, or what was sealed would be gone with it. */
  private static void refuseOtherFormat(RuntimeException e) {
    if (e instanceof HistorianException known && known.code().isOtherFormat()) {
      throw e;
    }
  }

  private static List<Long> numbers(StoreDirectory directory, String suffix, long from) {
    return directory.list().stream()
        .map(name -> SealedFiles.number(name, suffix))
        .filter(number -> number >= from)
        .toList();
  }
}
