package io.tidemark.benchmarks.scenario;

import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.journal.ChronicleJournal;
import io.tidemark.storage.journal.FileJournal;
import io.tidemark.storage.journal.Journal;
import io.tidemark.storage.journal.JournalScanner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Which journal? The same frames through both: how fast one thread appends while another forces in
 * groups, how long a force of one small frame takes, how fast recovery scans. In turn A B A B,
 * since the machine's speed drifts. Arguments: folder, rounds (default 5), megabytes a round
 * (default 512).
 */
public final class Journals {
  private static final int SMALL = 1 << 10;
  private static final int LARGE = 64 << 10;
  private static final int FORCES = 200;
  private static final long FILE_BYTES = 64L << 20;

  private Journals() {}

  private interface Maker {
    Journal make(Path folder) throws IOException;
  }

  /** Figures of one journal, a value a round. */
  private static final class Figures {
    final String name;
    final Maker maker;
    final List<Double> smallMbs = new ArrayList<>();
    final List<Double> largeMbs = new ArrayList<>();
    final List<Double> forceP50Micros = new ArrayList<>();
    final List<Double> forceP99Micros = new ArrayList<>();
    final List<Double> scanSecondsPerGb = new ArrayList<>();

    Figures(String name, Maker maker) {
      this.name = name;
      this.maker = maker;
    }
  }

  /** Runs the scenario and prints a table of medians. */
  public static void main(String[] args) throws Exception {
    Path root = args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("journals");
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    long bytes = (args.length > 2 ? Long.parseLong(args[2]) : 512) << 20;
    UUID store = UUID.randomUUID();
    List<Figures> all =
        List.of(
            new Figures(
                "file", folder -> new FileJournal(Disk.REAL, folder, store, 0, FILE_BYTES, false)),
            new Figures("chronicle", folder -> new ChronicleJournal(folder, FILE_BYTES)));
    System.out.printf(
        "machine: %d cores, JVM %s, rounds=%d, MB=%d%n",
        Runtime.getRuntime().availableProcessors(), Runtime.version(), rounds, bytes >> 20);
    for (int round = 0; round <= rounds; round++) {
      for (Figures figures : all) {
        double small = append(figures, root, SMALL, bytes / 4, null);
        double[] scan = new double[1];
        double large =
            append(figures, root, LARGE, bytes, folder -> scan[0] = scan(folder, store, bytes));
        Histogram forces = forces(figures, root);
        if (round > 0) { // the first is warm-up
          figures.smallMbs.add(small);
          figures.largeMbs.add(large);
          figures.scanSecondsPerGb.add(scan[0]);
          figures.forceP50Micros.add(forces.getValueAtPercentile(50) / 1e3);
          figures.forceP99Micros.add(forces.getValueAtPercentile(99) / 1e3);
        }
      }
    }
    System.out.println(
        "| journal | 1 KiB frames MB/s | 64 KiB frames MB/s | force of one frame p50 us | p99 us"
            + " | scan s/GB |");
    System.out.println("| --- | --- | --- | --- | --- | --- |");
    for (Figures figures : all) {
      System.out.printf(
          Locale.ROOT,
          "| %s | %s | %s | %s | %s | %s |%n",
          figures.name,
          median(figures.smallMbs, "%.0f"),
          median(figures.largeMbs, "%.0f"),
          median(figures.forceP50Micros, "%.0f"),
          median(figures.forceP99Micros, "%.0f"),
          median(figures.scanSecondsPerGb, "%.2f"));
    }
  }

  private static String median(List<Double> values, String format) {
    Collections.sort(values);
    return String.format(
        Locale.ROOT,
        format + " (" + format + " to " + format + ")",
        values.get(values.size() / 2),
        values.getFirst(),
        values.getLast());
  }

  private interface After {
    void run(Path folder) throws IOException;
  }

  /** Appends while another thread forces; MB a second until all is forced. */
  private static double append(
      Figures figures,
      Path root,
      int frameBytes,
      long bytes,
      @org.jspecify.annotations.Nullable After after)
      throws Exception {
    Path folder = root.resolve("journal").resolve(JournalScanner.runName(1));
    ByteBuffer frame = frame(frameBytes);
    SampleFrame flyweight = new SampleFrame();
    AtomicBoolean done = new AtomicBoolean();
    long start = System.nanoTime();
    try (Journal journal = figures.maker.make(folder)) {
      Thread forcing =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (!done.get()) {
                        journal.force();
                      }
                    } catch (IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  });
      long sequence = 0;
      for (long written = 0; written < bytes; ) {
        flyweight.wrap(frame, 0, frame.limit());
        int length = flyweight.paddedLength();
        long epoch = journal.prepare(length);
        flyweight.seal(epoch, ++sequence, sequence);
        journal.append(frame, 0, length, sequence);
        written += length;
      }
      done.set(true);
      forcing.join();
      journal.force();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    if (after != null) {
      after.run(root.resolve("journal"));
    }
    delete(root.resolve("journal"));
    return bytes / 1e6 / seconds;
  }

  private static double scan(Path journal, UUID store, long bytes) throws IOException {
    long[] frames = new long[1];
    long start = System.nanoTime();
    JournalScanner.scan(Disk.REAL, journal, store, 0, frame -> frames[0]++);
    if (frames[0] < bytes / LARGE) {
      throw new IllegalStateException("frames are missing: frames=" + frames[0]);
    }
    return (System.nanoTime() - start) / 1e9 / (bytes / 1e9);
  }

  private static Histogram forces(Figures figures, Path root) throws Exception {
    Path folder = root.resolve("journal").resolve(JournalScanner.runName(1));
    Histogram histogram = new Histogram(3);
    ByteBuffer frame = frame(SMALL);
    SampleFrame flyweight = new SampleFrame();
    try (Journal journal = figures.maker.make(folder)) {
      for (int i = 1; i <= FORCES; i++) {
        flyweight.wrap(frame, 0, frame.limit());
        int length = flyweight.paddedLength();
        flyweight.seal(journal.prepare(length), i, i);
        journal.append(frame, 0, length, i);
        long start = System.nanoTime();
        journal.force();
        histogram.recordValue(System.nanoTime() - start);
      }
    }
    delete(root.resolve("journal"));
    return histogram;
  }

  private static ByteBuffer frame(int bytes) {
    ByteBuffer encoded =
        SampleFrameBuilder.encodeRecord(
            RecordKind.CONFIG, 0, new byte[bytes - SampleFrame.HEADER_LENGTH - 8]);
    ByteBuffer frame =
        ByteBuffer.allocateDirect(encoded.remaining() + 8).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    frame.put(encoded);
    return frame.position(0);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
