package io.tidemark.storage.journal;

import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds frames in the raw files of the journal's runs by magic, bounds, CRC and sequence, without
 * knowing how Chronicle arranges them. Reads only.
 */
public final class JournalScanner {
  private static final Logger LOG = LoggerFactory.getLogger(JournalScanner.class);
  private static final String FILE_SUFFIX = ".cq4";

  private JournalScanner() {}

  /**
   * A run's folder and the last sequence found in it.
   *
   * @param lastSequence 0 if it has no frame
   */
  public record Run(Path folder, long lastSequence) {}

  /** Name of the folder of the n-th run. */
  public static String runName(long number) {
    return String.format("run-%08d", number);
  }

  /**
   * Hands every frame after {@code coveredSequence} to the consumer, in order; the flyweight is
   * only lent. A frame that does not continue the sequence ends its run: what follows a torn tail
   * was never forced.
   *
   * @return the runs found, oldest first
   */
  public static List<Run> scan(Path root, long coveredSequence, Consumer<SampleFrame> consumer)
      throws IOException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    List<Path> folders;
    try (Stream<Path> list = Files.list(root)) {
      folders =
          list.filter(path -> path.getFileName().toString().startsWith("run-")).sorted().toList();
    }
    List<Run> runs = new ArrayList<>();
    long last = coveredSequence;
    for (Path folder : folders) {
      RunScan scan = new RunScan(coveredSequence, last, consumer);
      List<Path> files;
      try (Stream<Path> list = Files.list(folder)) {
        files = list.filter(path -> path.toString().endsWith(FILE_SUFFIX)).sorted().toList();
      }
      for (Path file : files) {
        scan.scanFile(file);
      }
      if (scan.ignored > 0) {
        LOG.warn(
            "journal run ends torn: folder={}, lastSequence={}, framesIgnored={}",
            folder.getFileName(),
            scan.last,
            scan.ignored);
      }
      last = Math.max(last, scan.last);
      runs.add(new Run(folder, scan.last));
    }
    return runs;
  }

  private static final class RunScan {
    private final long coveredSequence;
    private final long previousLast;
    private final Consumer<SampleFrame> consumer;
    private long last;
    private long ignored;

    RunScan(long coveredSequence, long previousLast, Consumer<SampleFrame> consumer) {
      this.coveredSequence = coveredSequence;
      this.previousLast = previousLast;
      this.consumer = consumer;
    }

    void scanFile(Path file) throws IOException {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        long length = Math.min(channel.size(), Integer.MAX_VALUE);
        ByteBuffer bytes = channel.map(MapMode.READ_ONLY, 0, length).order(ByteOrder.LITTLE_ENDIAN);
        SampleFrame frame = new SampleFrame();
        int end = bytes.limit() - SampleFrame.HEADER_LENGTH;
        for (int at = 0; at <= end; ) {
          if (bytes.getInt(at) != SampleFrame.MAGIC || !isFrame(frame, bytes, at)) {
            at += 4;
            continue;
          }
          accept(frame, file);
          at += frame.paddedLength();
        }
      }
    }

    private static boolean isFrame(SampleFrame frame, ByteBuffer bytes, int at) {
      try {
        frame.wrap(bytes, at, bytes.limit() - at);
        return frame.crcMatches();
      } catch (HistorianException e) {
        return false;
      }
    }

    private void accept(SampleFrame frame, Path file) {
      long sequence = frame.journalSequence();
      if (last == 0) {
        if (sequence > previousLast + 1) {
          LOG.error(
              "journal misses frames: file={}, missingFrom={}, missingTo={}",
              file.getFileName(),
              previousLast + 1,
              sequence - 1);
        }
      } else if (sequence != last + 1) {
        ignored++;
        return;
      }
      last = sequence;
      if (sequence > coveredSequence && sequence > previousLast) {
        consumer.accept(frame);
      }
    }
  }
}
