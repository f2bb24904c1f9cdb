package io.tidemark.storage.journal;

import io.tidemark.model.HistorianException;
import io.tidemark.model.OpenProgress;
import io.tidemark.model.SampleFrame;
import io.tidemark.storage.io.Disk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds frames in the raw files of the journal's runs by magic, bounds, CRC, epoch and sequence,
 * whoever wrote them: Chronicle's files are never opened with Chronicle. Reads only.
 */
public final class JournalScanner {
  /*
   * A frame that is missing is either the torn tail of a crash (it was never forced, nobody was told that it is safe)
   * or damage (it was). The forced mark tells: frames up to it must be there. Behind a hole above the mark nothing
   * is taken, since pages reach the disk in any order; behind a hole below it everything valid is taken and the
   * missing range reported.
   *
   * Chronicle's files have no mark of ours inside; there a hole inside a run counts as its torn tail, and only a hole
   * between runs as damage.
   */
  private static final Logger LOG = LoggerFactory.getLogger(JournalScanner.class);
  private static final String CHRONICLE_SUFFIX = ".cq4";
  static final String RUN_PREFIX = "run-";
  private static final int REPORT_BYTES = 1 << 20;

  private JournalScanner() {}

  /**
   * A run's folder and the last sequence found in it.
   *
   * @param lastSequence 0 if it has no frame
   */
  public record Run(Path folder, List<Path> files, long lastSequence) {}

  /** Frames that were forced and are gone: sequences from first to last. */
  public record Missing(long firstSequence, long lastSequence) {
    @Override
    public String toString() {
      return firstSequence + " to " + lastSequence;
    }
  }

  /**
   * What a scan found.
   *
   * @param runs oldest first
   * @param missing frames that were forced and cannot be read
   * @param ignored valid frames behind a torn tail, which nobody was told are safe
   * @param problems files that are damaged in another way than by frames that are missing
   * @param damagedFiles where frames are missing, or something else is damaged
   */
  public record Result(
      List<Run> runs,
      List<Missing> missing,
      long ignored,
      List<Problem> problems,
      Set<Path> damagedFiles) {}

  /** What is wrong with a file, apart from the frames that are missing. */
  public record Problem(String file, String message) {}

  /** Name of the folder of the n-th run. */
  public static String runName(long number) {
    return String.format("%s%08d", RUN_PREFIX, number);
  }

  /**
   * Hands every frame after {@code coveredSequence} to the consumer, in order; the flyweight is
   * only lent.
   */
  public static Result scan(
      Disk disk, Path root, UUID storeId, long coveredSequence, Consumer<SampleFrame> consumer)
      throws IOException {
    return scan(disk, root, storeId, coveredSequence, consumer, OpenProgress.NONE);
  }

  /** As above, and says how many bytes of the files it has read. */
  public static Result scan(
      Disk disk,
      Path root,
      UUID storeId,
      long coveredSequence,
      Consumer<SampleFrame> consumer,
      OpenProgress progress)
      throws IOException {
    return scan(new Scan(disk, storeId, coveredSequence, consumer, progress, true), disk, root);
  }

  /** As {@link #scan}, but says nothing in the log: for those who look on while a server works. */
  public static Result look(
      Disk disk, Path root, UUID storeId, long coveredSequence, Consumer<SampleFrame> consumer)
      throws IOException {
    Scan scan = new Scan(disk, storeId, coveredSequence, consumer, OpenProgress.NONE, false);
    return scan(scan, disk, root);
  }

  private static Result scan(Scan scan, Disk disk, Path root) throws IOException {
    List<Path> folders = new ArrayList<>();
    if (disk.isFolder(root)) {
      for (String name : disk.list(root)) {
        if (name.startsWith(RUN_PREFIX)) {
          folders.add(root.resolve(name));
        }
      }
    }
    if (scan.recovers) {
      for (Path folder : folders) {
        for (Path file : files(disk, folder)) {
          scan.bytesTotal += disk.length(file);
        }
      }
    }
    for (Path folder : folders) {
      scan.run(folder);
    }
    return new Result(scan.runs, scan.missing, scan.ignored, scan.problems, scan.damagedFiles);
  }

  private static List<Path> files(Disk disk, Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String name : disk.list(folder)) {
      if (name.endsWith(JournalFile.SUFFIX) || name.endsWith(CHRONICLE_SUFFIX)) {
        files.add(folder.resolve(name));
      }
    }
    return files;
  }

  private static final class Scan {
    private final Disk disk;
    private final UUID storeId;
    private final long coveredSequence;
    private final Consumer<SampleFrame> consumer;
    private final OpenProgress progress;

    /** Logs and counts; the others look on while a server moves the files. */
    private final boolean recovers;

    private final List<Run> runs = new ArrayList<>();
    private final List<Missing> missing = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final Set<Path> damagedFiles = new TreeSet<>();
    private final SampleFrame frame = new SampleFrame();

    /** Last frame taken, of any run. */
    private long last;

    /** Last frame of this run; 0 before its first. */
    private long lastOfRun;

    /** Frames up to this sequence were forced. */
    private long forced;

    private boolean torn;
    private long ignored;

    /** Of the file that is read. */
    private boolean hasEpoch;

    private long epoch;

    private long bytesTotal;

    /** Of the files before the one that is read. */
    private long bytesDone;

    Scan(
        Disk disk,
        UUID storeId,
        long coveredSequence,
        Consumer<SampleFrame> consumer,
        OpenProgress progress,
        boolean recovers) {
      this.disk = disk;
      this.storeId = storeId;
      this.coveredSequence = coveredSequence;
      this.last = coveredSequence;
      this.consumer = consumer;
      this.progress = progress;
      this.recovers = recovers;
    }

    void run(Path folder) throws IOException {
      List<Path> files = files(disk, folder);
      lastOfRun = 0;
      torn = false;
      long before = ignored;
      for (Path file : files) {
        forced = Math.max(forced, forcedSequence(file)); // of all files first
      }
      for (Path file : files) {
        file(file);
        if (recovers) {
          bytesDone += disk.length(file);
        }
      }
      if (last < forced) {
        lost(last + 1, forced, files.isEmpty() ? folder : files.getLast());
        last = forced;
      }
      if (ignored > before && recovers) {
        LOG.warn(
            "journal run ends torn: folder={}, lastSequence={}, framesIgnored={}",
            folder.getFileName(),
            lastOfRun,
            ignored - before);
      }
      runs.add(new Run(folder, List.copyOf(files), lastOfRun));
    }

    private long forcedSequence(Path file) throws IOException {
      if (!file.toString().endsWith(JournalFile.SUFFIX)) {
        return 0;
      }
      try (Arena arena = Arena.ofConfined()) {
        ByteBuffer bytes = map(file, arena);
        return JournalFile.isForeign(bytes, storeId, file.toString())
            ? 0
            : JournalFile.read(bytes, storeId, file.toString()).forcedSequence();
      }
    }

    private ByteBuffer map(Path file, Arena arena) throws IOException {
      long length = Math.min(disk.length(file), Integer.MAX_VALUE);
      return disk.map(file, arena).asSlice(0, length).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    private void file(Path file) throws IOException {
      try (Arena arena = Arena.ofConfined()) {
        ByteBuffer bytes = map(file, arena);
        boolean own = file.toString().endsWith(JournalFile.SUFFIX);
        if (own && JournalFile.isForeign(bytes, storeId, file.toString())) {
          problem(file, "file belongs to another store and is left alone");
          return;
        }
        JournalFile.Page page = own ? JournalFile.read(bytes, storeId, file.toString()) : null;
        if (page != null && page.problem() != null) {
          problem(file, page.problem());
        }
        // Without a header the first frame says what epoch the others must have.
        hasEpoch = page != null && page.hasEpoch();
        epoch = hasEpoch && page != null ? page.epoch() : 0;
        int at = own ? JournalFile.FIRST_FRAME : 0;
        int end = bytes.limit() - SampleFrame.HEADER_LENGTH;
        int reported = 0;
        while (at <= end) {
          if (at >= reported) {
            progress.at(OpenProgress.Phase.JOURNAL, bytesDone + at, bytesTotal);
            reported = at + REPORT_BYTES;
          }
          if (!isFrame(bytes, at)) {
            // Frames of ours lie at multiples of 8, Chronicle's at multiples of 4.
            at += own ? 8 : 4;
            continue;
          }
          int length = frame.paddedLength();
          if (own && !hasEpoch) {
            hasEpoch = true;
            epoch = frame.fileEpoch();
          }
          take(file);
          at += length;
        }
      }
    }

    private void problem(Path file, String message) {
      LOG.error("journal file is damaged: file={}: {}", file, message);
      damagedFiles.add(file);
      int names = file.getNameCount();
      problems.add(new Problem(file.subpath(names - 2, names).toString(), message));
    }

    private boolean isFrame(ByteBuffer bytes, int at) {
      if (bytes.getInt(at) != SampleFrame.MAGIC) {
        return false;
      }
      try {
        frame.wrap(bytes, at, bytes.limit() - at);
        long sequence = frame.journalSequence();
        return frame.crcMatches()
            && sequence > 0
            && sequence < SampleFrame.SEQUENCE_END
            && (!hasEpoch || frame.fileEpoch() == epoch);
      } catch (HistorianException e) {
        return false;
      }
    }

    private void take(Path file) {
      long sequence = frame.journalSequence();
      if (sequence <= last) {
        if (lastOfRun == 0 || sequence == lastOfRun + 1) {
          lastOfRun = sequence; // sealed before, still on disk
        }
        return;
      }
      if (torn) {
        ignored++;
        return;
      }
      if (sequence > last + 1) {
        boolean marked = file.toString().endsWith(JournalFile.SUFFIX);
        if (last >= forced && (marked || lastOfRun != 0)) {
          torn = true;
          ignored++;
          return;
        }
        // Below the mark, or in Chronicle's files before the first frame of a run.
        lost(last + 1, sequence - 1, file);
      }
      last = sequence;
      lastOfRun = sequence;
      if (sequence > coveredSequence) {
        consumer.accept(frame);
      }
    }

    private void lost(long first, long end, Path file) {
      missing.add(new Missing(first, end));
      damagedFiles.add(file);
      if (recovers) {
        LOG.error(
            "journal misses frames that were forced: file={}, missingFrom={}, missingTo={}",
            file,
            first,
            end);
      }
    }
  }
}
