package io.tidemark.storage;

import io.tidemark.catalog.TagTable;
import io.tidemark.model.SampleFrame;
import io.tidemark.storage.StoreVerifier.StoreFolders;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.EnvelopeCheck;
import io.tidemark.storage.io.FileBytes;
import io.tidemark.storage.io.Finding;
import io.tidemark.storage.io.FrameWalk;
import io.tidemark.storage.manifest.LedgerFile;
import io.tidemark.storage.manifest.LedgerInspector;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.manifest.ManifestInspector;
import io.tidemark.storage.manifest.ManifestStore;
import io.tidemark.storage.segment.SegmentInspector;
import io.tidemark.storage.segment.SegmentWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Checks what belongs together at one instant: the newest manifest, the ledgers it names, the
 * journal behind them, and which other files lie about. One thread, one run.
 */
final class FrontCheck {
  private final StoreVerifier verifier;
  private final Disk disk;
  private final Path data;
  private final CheckTally tally = new CheckTally();
  private final TreeMap<Long, Manifest> manifests = new TreeMap<>();
  private final RecordCheck records;
  private @Nullable UUID storeId;
  private @Nullable Manifest manifest;
  private long lastLedgerSequence;
  private boolean missesItsFirstFrames;

  FrontCheck(StoreVerifier verifier) {
    this.verifier = verifier;
    this.disk = verifier.disk();
    this.data = verifier.data();
    this.records = new RecordCheck(verifier, tally);
  }

  /** Checks everything. */
  void run() {
    // Listed before the manifest is read: what a later manifest names is no orphan.
    List<String> segments = list(StoreFolders.SEGMENTS);
    List<String> ledgers = list(StoreFolders.LEDGER);
    manifests();
    if (storeId == null) {
      storeId = storeIdOfAnyFile(segments);
    }
    Manifest newest = manifest;
    if (newest != null) {
      for (Manifest.Ledger ledger : newest.ledgers()) {
        ledger(ledger);
      }
    } else {
      // Nobody says which ones count: all of them.
      for (String name : ledgers) {
        long id = SealedFiles.number(name, ".tled");
        if (id >= 0) {
          ledger(new Manifest.Ledger(id, -1, -1));
        }
      }
    }
    JournalCheck journal = new JournalCheck(verifier, tally, records, storeId);
    missesItsFirstFrames = journal.run(newest);
    if (newest != null) {
      unreferenced(StoreFolders.SEGMENTS, segments, List.of(".tseg", ".tidx"), newest);
      unreferenced(StoreFolders.LEDGER, ledgers, List.of(".tled", ".tled-copy"), newest);
    }
  }

  CheckTally tally() {
    return tally;
  }

  /** Tags defined in ledgers and journal. */
  TagTable tags() {
    return records.tags();
  }

  @Nullable UUID storeId() {
    return storeId;
  }

  /** The newest manifest that is readable, or null. */
  @Nullable Manifest manifest() {
    return manifest;
  }

  long generation() {
    Manifest newest = manifest;
    return newest == null ? -1 : newest.generation();
  }

  /** Whether anything is amiss that a seal in between could have made. */
  boolean isSuspicious() {
    return tally.hasFaults();
  }

  /** Segments for want of a manifest: all files there are, about which nothing is known. */
  List<Manifest.Segment> segmentsByName() {
    List<Manifest.Segment> found = new ArrayList<>();
    for (String name : list(StoreFolders.SEGMENTS)) {
      long id = SealedFiles.number(name, ".tseg");
      if (id >= 0) {
        found.add(new Manifest.Segment(id, 0, 0, 0, 0, 0, 0, 0));
      }
    }
    return found;
  }

  private List<String> list(String folder) {
    Path path = data.resolve(folder);
    try {
      return disk.list(path);
    } catch (IOException e) {
      tally.accept(
          (disk.isFolder(path)
                  ? Finding.damage(folder, "folder cannot be listed")
                  : Finding.damage(folder, "folder is missing"))
              .expected("", e)
              .losing("all files in it"));
      return List.of();
    }
  }

  private void manifests() {
    List<String> names = list(StoreFolders.MANIFEST);
    Set<Long> generations = new HashSet<>();
    for (String name : names) {
      long generation = name.endsWith(".tman") ? ManifestStore.generation(name) : -1;
      String path = StoreFolders.MANIFEST + "/" + name;
      if (name.equals(ManifestStore.RESERVE)) {
        continue; // holds nothing
      }
      if (generation < 0) {
        tally.accept(Finding.information(path, leftover(name)));
        continue;
      }
      generations.add(generation);
      verifier.file(
          data.resolve(StoreFolders.MANIFEST).resolve(name),
          tally,
          "generation " + generation,
          file -> manifest(file, generation));
    }
    if (manifests.isEmpty()) {
      tally.accept(
          Finding.damage(StoreFolders.MANIFEST, "there is no manifest that can be read")
              .losing(
                  "which files make up the store: restore the newest manifest from a backup;"
                      + " segments, ledgers and journal are checked file by file"));
      return;
    }
    Manifest newest = manifests.lastEntry().getValue();
    manifest = newest;
    for (long g = newest.generation() - ManifestStore.GENERATIONS_KEPT + 1;
        g < newest.generation();
        g++) {
      if (g >= 0 && !generations.contains(g)) {
        tally.accept(
            Finding.warning(
                    StoreFolders.MANIFEST + "/" + ManifestInspector.fileName(g),
                    "an older manifest is missing")
                .losing("the way back to this generation, or that a newer one was removed"));
      }
    }
  }

  private void manifest(FileBytes file, long generation) throws IOException {
    ManifestInspector inspector =
        new ManifestInspector(
            file,
            new EnvelopeCheck.Claim(
                ManifestInspector.MAGIC,
                null,
                generation,
                -1,
                "generation " + generation + ": the store opens with the one before it"),
            tally);
    Manifest found = inspector.manifest();
    EnvelopeCheck.Header header = inspector.header();
    if (found == null || header == null) {
      return;
    }
    if (storeId != null && !storeId.equals(header.storeId())) {
      tally.accept(
          Finding.damage(file.name(), "manifest belongs to another store than the one before it")
              .at(8)
              .expected("storeId=" + storeId, "storeId=" + header.storeId())
              .losing("nothing: it is left aside here, but a server would open it"));
      return;
    }
    storeId = header.storeId();
    manifests.put(generation, found);
  }

  private static String leftover(String name) {
    return name.endsWith(".tmp")
        ? "file is being written, or was when the process ended"
        : "file is not part of the store";
  }

  private @Nullable UUID storeIdOfAnyFile(List<String> segments) {
    UUID[] found = new UUID[1];
    for (String name : segments) {
      if (found[0] == null && SealedFiles.number(name, ".tseg") >= 0) {
        verifier.file(
            data.resolve(StoreFolders.SEGMENTS).resolve(name),
            new CheckTally(),
            "",
            file -> found[0] = headerStoreId(file));
      }
    }
    return found[0];
  }

  private static @Nullable UUID headerStoreId(FileBytes file) throws IOException {
    EnvelopeCheck.Header header =
        EnvelopeCheck.header(
            file, new EnvelopeCheck.Claim(SegmentInspector.MAGIC, null, -1, -1, ""), finding -> {});
    return header != null && header.readable() ? header.storeId() : null;
  }

  /** Checks both files of a ledger, and the records of the one that a store would read. */
  private void ledger(Manifest.Ledger ledger) {
    String name = LedgerFile.fileName(ledger.id());
    String copy = LedgerFile.copyName(ledger.id());
    String records =
        (ledger.records() < 0 ? "all" : "all " + ledger.records())
            + " records of the ledger: definitions of tags, names of writers, context objects";
    boolean whole = ledgerFile(ledger, name, "nothing while " + copy + " is whole; " + records);
    boolean copyWhole = ledgerFile(ledger, copy, "nothing while " + name + " is whole");
    if (verifier.mode() != StoreVerifier.Mode.QUICK) {
      verifier.file(
          ledgerPath(whole || !copyWhole ? name : copy),
          new CheckTally(), // the file was counted before
          records,
          file -> ledgerRecords(file, ledger, whole || copyWhole, records));
    }
  }

  private Path ledgerPath(String name) {
    return data.resolve(StoreFolders.LEDGER).resolve(name);
  }

  /** Checks one file but for its records; says whether it is whole. */
  private boolean ledgerFile(Manifest.Ledger ledger, String name, String lost) {
    boolean[] whole = {false};
    boolean present =
        verifier.file(
            ledgerPath(name),
            tally,
            lost,
            file -> {
              LedgerInspector inspector = new LedgerInspector(file, claim(ledger, lost), tally);
              whole[0] = verifier.mode() == StoreVerifier.Mode.QUICK || inspector.bodyIsWhole();
            });
    if (!present) {
      tally.accept(Finding.damage(verifier.name(ledgerPath(name)), "file is missing").losing(lost));
    }
    return whole[0];
  }

  private EnvelopeCheck.Claim claim(Manifest.Ledger ledger, String lost) {
    return new EnvelopeCheck.Claim(
        LedgerInspector.MAGIC, storeId, ledger.id(), ledger.bytes(), lost);
  }

  private void ledgerRecords(FileBytes file, Manifest.Ledger ledger, boolean whole, String lost)
      throws IOException {
    LedgerInspector inspector =
        new LedgerInspector(file, claim(ledger, lost), finding -> {}); // told before
    LedgerWalk walk = new LedgerWalk(file.name());
    inspector.records(walk);
    walk.end();
    if (whole && ledger.records() >= 0 && walk.count != ledger.records()) {
      tally.accept(
          Finding.damage(file.name(), "ledger has another count of records than the manifest says")
              .expected("records=" + ledger.records(), "records=" + walk.count)
              .losing("records, if there are fewer"));
    }
  }

  private final class LedgerWalk implements FrameWalk.Visitor {
    private final String name;
    private int count;
    private long holeAt = -1;
    private long holeBytes;

    LedgerWalk(String name) {
      this.name = name;
    }

    @Override
    public void frame(SampleFrame frame, long offset) {
      long sequence = frame.journalSequence();
      flush(sequence);
      count++;
      tally.record();
      Manifest newest = manifest;
      if (sequence <= lastLedgerSequence) {
        tally.accept(
            Finding.damage(name, "records are not in the order of the journal")
                .at(offset)
                .expected("sequence>" + lastLedgerSequence, "sequence=" + sequence)
                .losing("the newest versions of some tags or context objects may be hidden"));
      } else if (newest != null && sequence > newest.coveredSequence()) {
        tally.accept(
            Finding.damage(name, "record is to be replayed from the journal too")
                .at(offset)
                .expected("sequence<=" + newest.coveredSequence(), "sequence=" + sequence));
      }
      lastLedgerSequence = Math.max(lastLedgerSequence, sequence);
      records.record(frame, name, offset);
    }

    @Override
    public void hole(long offset, long length, boolean toTheEnd) {
      holeAt = offset;
      holeBytes = length;
    }

    private void flush(long nextSequence) {
      if (holeAt >= 0) {
        tally.accept(
            Finding.damage(name, "bytes are no record")
                .at(holeAt)
                .expected("records", holeBytes + " bytes that are none")
                .losing(
                    "records written after journal sequence "
                        + lastLedgerSequence
                        + (nextSequence < 0 ? "" : " and before " + nextSequence)
                        + ": definitions of tags or context objects"));
        holeAt = -1;
      }
    }

    void end() {
      flush(-1);
    }

    @Override
    public void padding(long offset) {
      tally.accept(Finding.damage(name, "padding of a record is not zero").at(offset));
    }
  }

  /**
   * Checks the copy of a segment's index, which is needed only when the segment's own is damaged.
   * Not part of {@link #run}: what lies still can wait until what moves was looked at.
   *
   * @return false if there is none
   */
  boolean indexCopy(Manifest.Segment segment) {
    Path path =
        data.resolve(StoreFolders.SEGMENTS)
            .resolve(SegmentWriter.fileNames(segment.id()).getLast());
    String lost = "nothing while the index in the segment is whole";
    EnvelopeCheck.Claim claim =
        new EnvelopeCheck.Claim(SegmentInspector.INDEX_COPY_MAGIC, storeId, segment.id(), -1, lost);
    return verifier.file(
        path,
        tally,
        lost,
        file -> {
          EnvelopeCheck.Footer footer =
              EnvelopeCheck.header(file, claim, tally) == null
                  ? null
                  : EnvelopeCheck.footer(file, claim, tally);
          if (verifier.mode() != StoreVerifier.Mode.QUICK) {
            EnvelopeCheck.bodyIsWhole(file, footer, lost, tally);
          }
        });
  }

  private void unreferenced(
      String folder, List<String> names, List<String> suffixes, Manifest newest) {
    Set<Long> live = new HashSet<>();
    manifests
        .values()
        .forEach(
            each -> {
              each.segments().forEach(segment -> live.add(segment.id()));
              each.ledgers().forEach(ledger -> live.add(ledger.id()));
            });
    for (String name : names) {
      String path = folder + "/" + name;
      long id =
          suffixes.stream().mapToLong(suffix -> SealedFiles.number(name, suffix)).max().orElse(-1);
      if (name.equals(SealedFiles.ASIDE)) {
        continue;
      }
      if (id < 0) {
        tally.accept(Finding.information(path, leftover(name)));
      } else if (!live.contains(id)) {
        tally.accept(orphan(path, id, newest));
      }
    }
  }

  private Finding orphan(String path, long id, Manifest newest) {
    long next = newest.nextFileNumber();
    if (id > next + 1 || (id >= next && missesItsFirstFrames)) {
      return Finding.damage(
              path, "file is newer than the newest manifest: an older one is in place")
          .expected("fileNumber<=" + (next + 1), "fileNumber=" + id)
          .losing(
              "what the file holds, until the manifest that names it is restored, unless the"
                  + " journal still has it");
    }
    if (id >= next) {
      return Finding.information(
          path, "file is of a seal under way, or of one that did not finish");
    }
    return Finding.information(path, "file is not named by any manifest");
  }
}
