package io.tidemark.storage;

import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleFrame;
import io.tidemark.storage.StoreVerifier.StoreFolders;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.FileBytes;
import io.tidemark.storage.io.Finding;
import io.tidemark.storage.io.FrameWalk;
import io.tidemark.storage.journal.JournalInspector;
import io.tidemark.storage.journal.JournalScanner;
import io.tidemark.storage.manifest.Manifest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Checks the journal: first each file by itself, then, as recovery would, whether every frame is
 * there that must be. One thread, one run.
 */
final class JournalCheck {
  /*
   * What is missing is for JournalScanner to say, which recovery asks too: a check that judged by rules of its own
   * would sooner or later judge otherwise. The walk through each file finds where: it notes every place where bytes
   * are no frame or the sequence jumps, and a missing range is reported at the place that lies in it. Places that
   * no missing range claims are a torn tail, or lie in what is sealed.
   */
  private static final int ATTEMPTS_MAX = 20;

  private final StoreVerifier verifier;
  private final CheckTally tally;
  private final RecordCheck records;
  private final @Nullable UUID storeId;
  private final List<Hole> holes = new ArrayList<>();
  private boolean isUnreadable;
  private long lastOfRun;

  /**
   * A place without the frames that belong there.
   *
   * @param before sequence of the last frame ahead of it in the run, 0 if there is none
   * @param after of the first frame behind it in the run, or -1
   */
  private record Hole(String file, boolean own, long offset, long length, long before, long after) {
    boolean mayHold(JournalScanner.Missing missing) {
      return before < missing.lastSequence() && (after < 0 || after > missing.firstSequence());
    }

    Hole endingAt(long sequence) {
      return new Hole(file, own, offset, length, before, sequence);
    }
  }

  JournalCheck(
      StoreVerifier verifier, CheckTally tally, RecordCheck records, @Nullable UUID storeId) {
    this.verifier = verifier;
    this.tally = tally;
    this.records = records;
    this.storeId = storeId;
  }

  /**
   * Checks everything.
   *
   * @param manifest what it covers must not be there; null if there is none to ask
   * @return whether the first frames behind the manifest are missing
   */
  boolean run(@Nullable Manifest manifest) {
    Disk disk = verifier.disk();
    Path root = verifier.data().resolve(StoreFolders.JOURNAL);
    if (!disk.isFolder(root)) {
      tally.accept(
          Finding.damage(StoreFolders.JOURNAL, "folder is missing")
              .losing("what was written since the last seal"));
      return false;
    }
    try {
      for (String run : disk.list(root)) {
        Path folder = root.resolve(run);
        if (run.startsWith("run-") && disk.isFolder(folder)) {
          try {
            run(folder);
          } catch (NoSuchFileException | FileNotFoundException e) {
            lastOfRun = 0; // trimmed meanwhile
          }
        } else {
          tally.accept(
              Finding.information(verifier.name(folder), "file is not part of the journal"));
        }
      }
    } catch (IOException e) {
      tally.accept(
          Finding.damage(StoreFolders.JOURNAL, "folder cannot be listed")
              .expected("", e)
              .losing("what was written since the last seal"));
      return false;
    }
    if (verifier.mode() == StoreVerifier.Mode.QUICK) {
      return false;
    }
    UUID id = storeId;
    if (manifest == null || id == null || isUnreadable) {
      tally.accept(
          Finding.warning(StoreFolders.JOURNAL, "it cannot be told whether frames are missing")
              .losing("unknown; see the other findings"));
      return false;
    }
    JournalScanner.Result result = scan(disk, root, id, manifest.coveredSequence());
    if (result == null) {
      return false;
    }
    // A seal may have come in between, and have trimmed what is in files now.
    long covered = verifier.coveredNow(manifest);
    List<JournalScanner.Missing> missing = new ArrayList<>();
    for (JournalScanner.Missing each : result.missing()) {
      if (each.lastSequence() > covered) {
        missing.add(
            new JournalScanner.Missing(
                Math.max(each.firstSequence(), covered + 1), each.lastSequence()));
      }
    }
    judge(missing, covered);
    return missing.stream().anyMatch(each -> each.firstSequence() == covered + 1);
  }

  private void run(Path folder) throws IOException {
    lastOfRun = 0;
    long longest = 0;
    List<Path> files = new ArrayList<>();
    for (String name : verifier.disk().list(folder)) {
      Path file = folder.resolve(name);
      if (JournalInspector.isOwn(name) || JournalInspector.isChronicle(name)) {
        files.add(file);
        longest = Math.max(longest, JournalInspector.isOwn(name) ? length(file) : 0);
      } else if (!name.endsWith(".cq4t")) {
        tally.accept(Finding.information(verifier.name(file), "file is not part of the journal"));
      }
    }
    for (Path file : files) {
      long fullLength = longest;
      verifier.file(
          file, tally, "frames of the file that are not sealed", bytes -> file(bytes, fullLength));
    }
  }

  private long length(Path file) {
    try {
      return verifier.disk().length(file);
    } catch (IOException e) {
      return 0; // said where the file is checked
    }
  }

  private void file(FileBytes file, long fullLength) throws IOException {
    try {
      JournalInspector inspector = new JournalInspector(file, storeId);
      if (inspector.isLeftAlone()) {
        inspector
            .pageFindings(false)
            .forEach(each -> tally.accept(each.losing("its frames: recovery leaves them alone")));
        return;
      }
      if (inspector.header() != null && file.length() < fullLength) {
        tally.accept(
            Finding.damage(file.name(), "file is shorter than the others of its run: it was cut")
                .at(file.length())
                .expected("bytes=" + fullLength, "bytes=" + file.length())
                .losing("what the journal's other findings name, if anything"));
      }
      Walk walk = new Walk(file.name(), inspector.isOwn());
      if (verifier.mode() != StoreVerifier.Mode.QUICK || inspector.pageIsBlank()) {
        inspector.frames(walk);
        walk.end();
      }
      inspector.pageFindings(walk.hasFrames).forEach(tally);
    } catch (IOException e) {
      isUnreadable = true;
      throw e;
    }
  }

  private final class Walk implements FrameWalk.Visitor {
    private final String name;
    private final boolean own;
    private @Nullable Hole open;
    private boolean hasFrames;
    private boolean isRepetitionSaid;

    Walk(String name, boolean own) {
      this.name = name;
      this.own = own;
    }

    @Override
    public void frame(SampleFrame frame, long offset) {
      long sequence = frame.journalSequence();
      tally.frame();
      endHolesOfFilesBefore(sequence);
      Hole before = open;
      if (before != null) {
        holes.add(before.endingAt(sequence));
        open = null;
      } else if (lastOfRun > 0 && sequence > lastOfRun + 1) {
        holes.add(new Hole(name, own, offset, 0, lastOfRun, sequence));
      } else if (sequence <= lastOfRun && !isRepetitionSaid) {
        isRepetitionSaid = true;
        tally.accept(
            Finding.warning(name, "frames are here a second time, or out of their order")
                .at(offset)
                .expected("sequence=" + (lastOfRun + 1), "sequence=" + sequence));
      }
      hasFrames = true;
      lastOfRun = Math.max(lastOfRun, sequence);
    }

    private void endHolesOfFilesBefore(long sequence) {
      if (hasFrames || holes.isEmpty()) {
        return;
      }
      Hole last = holes.getLast();
      if (last.after() < 0 && lastOfRun > 0 && last.before() == lastOfRun) {
        holes.set(holes.size() - 1, last.endingAt(sequence));
      }
    }

    @Override
    public void hole(long offset, long length, boolean toTheEnd) {
      if (own) {
        open = new Hole(name, true, offset, length, lastOfRun, -1);
      }
    }

    @Override
    public void padding(long offset) {
      if (own) {
        tally.accept(Finding.warning(name, "padding of a frame is not zero").at(offset));
      }
    }

    void end() {
      Hole last = open;
      if (last != null) {
        holes.add(last);
        open = null;
      }
    }
  }

  private JournalScanner.@Nullable Result scan(Disk disk, Path root, UUID id, long covered) {
    for (int attempt = 1; ; attempt++) {
      long[] samples = new long[1];
      try {
        JournalScanner.Result result =
            JournalScanner.look(
                disk,
                root,
                id,
                covered,
                frame -> {
                  samples[0] += frame.rowCount();
                  records.frame(frame, StoreFolders.JOURNAL, -1);
                });
        tally.samples(samples[0]);
        return result;
      } catch (NoSuchFileException | FileNotFoundException e) {
        if (attempt == ATTEMPTS_MAX) {
          tally.accept(notScanned(e));
          return null;
        }
      } catch (IOException | InternalError e) {
        // A mapped sector that cannot be read ends as an InternalError.
        tally.accept(notScanned(e));
        return null;
      } catch (HistorianException e) {
        return null; // a file too old or too new: said where the file was checked
      }
    }
  }

  private static Finding notScanned(Throwable e) {
    return Finding.warning(StoreFolders.JOURNAL, "it cannot be told whether frames are missing")
        .expected("", e)
        .losing("unknown");
  }

  private void judge(List<JournalScanner.Missing> missingFrames, long covered) {
    List<Hole> left = new ArrayList<>(holes);
    for (JournalScanner.Missing missing : missingFrames) {
      Hole place = holes.stream().filter(hole -> hole.mayHold(missing)).findFirst().orElse(null);
      left.removeIf(hole -> hole.mayHold(missing));
      long count = missing.lastSequence() - missing.firstSequence() + 1;
      Finding finding =
          Finding.damage(
                  place == null ? StoreFolders.JOURNAL : place.file(),
                  "frames are missing that were forced")
              .expected(
                  "sequences " + missing.firstSequence() + ".." + missing.lastSequence(),
                  place == null
                      ? "no file that could hold them"
                      : place.length() == 0
                          ? "sequence " + place.after()
                          : place.length() + " bytes that are no frames")
              .losing(
                  count
                      + (count == 1 ? " frame" : " frames")
                      + " and the samples and records in them, which were acknowledged");
      tally.accept(place == null ? finding : finding.at(place.offset()));
    }
    for (Hole hole : left) {
      tally.accept(unclaimed(hole, covered));
    }
  }

  private static Finding unclaimed(Hole hole, long covered) {
    String found =
        hole.length() == 0
            ? "sequence " + hole.before() + ", then " + hole.after()
            : hole.length() + " bytes that are no frames";
    if (hole.after() >= 0 && hole.after() - 1 <= covered) {
      return Finding.warning(hole.file(), "frames are damaged whose content is sealed")
          .at(hole.offset())
          .expected("sequences " + (hole.before() + 1) + ".." + (hole.after() - 1), found)
          .losing("nothing: segments and ledgers have it");
    }
    if (hole.own()) {
      return Finding.information(hole.file(), "torn tail of a crash")
          .at(hole.offset())
          .expected("", found)
          .losing("nothing that was acknowledged as synced");
    }
    return Finding.warning(
            hole.file(), "frames end in a hole: a crash, or damage, which cannot be told here")
        .at(hole.offset())
        .expected("", found)
        .losing("frames behind the hole are not taken by recovery");
  }
}
