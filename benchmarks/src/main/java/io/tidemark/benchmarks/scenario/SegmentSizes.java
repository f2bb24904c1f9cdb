package io.tidemark.benchmarks.scenario;

import io.tidemark.benchmarks.scenario.WorkloadM.Shape;
import io.tidemark.benchmarks.scenario.WorkloadM.Tag;
import io.tidemark.catalog.CatalogRecord;
import io.tidemark.model.DuplicateRule;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.TagDefinition;
import io.tidemark.storage.SampleStore;
import io.tidemark.storage.StoreConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Bytes a sample on disk, all in: times, values, statuses, orders, statistics, index and its copy.
 * Writes {@link WorkloadM} scan by scan into a store, as a collector would, and each of its shapes
 * alone.
 */
public final class SegmentSizes {
  private static final int BLOCK = 1024;
  private static final double[] AT_LEAST = {1.6, 0.14, 0.14, 1.2, 7.0};
  private static final double[] REACH_FOR = {1.3, 0.08, 0.08, 0.6, 6.75};

  private SegmentSizes() {}

  /** Runs the scenario and prints tables. */
  public static void main(String[] args) throws IOException {
    List<String> options = Arrays.asList(args);
    long seed = number(options, "--seed", 42);
    int scans = (int) number(options, "--scans", 50_000);
    int tags = (int) number(options, "--tags", WorkloadM.TAGS);
    if (options.contains("--help") || scans < 1 || tags < 1) {
      System.out.println(
          """
          Usage: tidemark bench sizes [--scans N] [--tags N] [--seed N] [--floor]
          Writes a plant of 1 000 tags scanned each second and prints bytes a sample on disk.
                --scans N  Scans; default 50000 (50 M samples).
                --tags N   Tags; default 1000.
                --floor    Prints what block-wise packing of the same values takes, and stops.\
          """);
      return;
    }
    if (options.contains("--floor")) {
      floor(seed, scans);
      return;
    }
    System.out.println("| workload | at least | reach for | bytes/sample |");
    System.out.println("| --- | --- | --- | --- |");
    double all = bytesPerSample(WorkloadM.mixture(seed, tags), scans, "mixture");
    System.out.printf(Locale.ROOT, "| mixture | 1.25 | 1.05 | %.4f |%n", all);
    for (Shape shape : Shape.values()) {
      Tag[] some = WorkloadM.only(seed, Math.max(1, tags / 20), shape);
      System.out.printf(
          Locale.ROOT,
          "| %s | %.2f | %.2f | %.4f |%n",
          shape,
          AT_LEAST[shape.ordinal()],
          REACH_FOR[shape.ordinal()],
          bytesPerSample(some, scans, shape.name()));
    }
  }

  private static long number(List<String> options, String name, long otherwise) {
    int at = options.indexOf(name);
    return at < 0 ? otherwise : Long.parseLong(options.get(at + 1));
  }

  /** Writes the tags scan by scan into a store of its own and measures its sealed files. */
  static double bytesPerSample(Tag[] tags, int scans, String what) throws IOException {
    Path folder = Files.createTempDirectory("tidemark-sizes");
    try (SampleStore store =
        SampleStore.open(
            folder,
            StoreConfig.defaults(),
            () -> WorkloadM.START_NS / 1000,
            (kind, payload, principal, time, sequence) -> {})) {
      write(store, tags, scans, what);
      settle(store);
      SampleStore.Sizes sizes = store.sizes();
      long bytes = 0;
      try (Stream<Path> files = Files.list(folder.resolve("segments"))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          bytes += Files.size(file);
        }
      }
      return (double) bytes / sizes.segmentRows();
    } finally {
      delete(folder);
    }
  }

  private static void write(SampleStore store, Tag[] tags, int scans, String what)
      throws IOException {
    for (int id = 0; id < tags.length; id++) {
      TagDefinition tag = definition(id, tags[id]);
      append(
          store, SampleFrameBuilder.encodeRecord(RecordKind.TAG, 0, CatalogRecord.encodeTag(tag)));
      store.tags().apply(tag);
    }
    SampleFrameBuilder builder = new SampleFrameBuilder();
    for (int scan = 0; scan < scans; scan++) {
      for (int id = 0; id < tags.length; id++) {
        Tag tag = tags[id];
        tag.next();
        builder.add(
            id, tag.type(), tag.timeNs(), tag.valueBits(), SampleFlags.PRESENT, tag.status());
      }
      append(store, builder.encode(0));
      if (scan % 1000 == 999) {
        System.err.printf("\r%s: %d of %d scans", what, scan + 1, scans);
      }
    }
    System.err.println();
  }

  private static TagDefinition definition(int id, Tag tag) {
    return new TagDefinition(
        id,
        new UUID(1, id),
        "T" + id,
        tag.type(),
        "",
        "",
        false,
        Double.NaN,
        Double.NaN,
        List.of(),
        DuplicateRule.REPLACE,
        false,
        1,
        "bench",
        0);
  }

  private static void append(SampleStore store, ByteBuffer frame) throws IOException {
    while (!store.writer().canAppend()) {
      store.manifestAgent().doWork();
    }
    store.writer().append(frame, 0, frame.remaining());
  }

  /** Seals everything, and does what housekeeping finds to do. */
  static void settle(SampleStore store) throws IOException {
    store.writer().requestSeal();
    store.writer().rotateIfDue();
    while (store.sizes().hotRows() > 0 || store.manifestAgent().doWork() > 0) {
      store.manifestAgent().doWork();
      store.writer().rotateIfDue();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** Bytes a value that block-wise packing takes, beside what was published of it. */
  private static void floor(long seed, int scans) {
    double[][] published = {
      {1.4214, 1.0970, 2.5177, 0.7768},
      {0.2782, 0.2787, 0.0142, 0.0010},
      {0.2235, 0.2777, 0.0169, 0.0039},
      {1.5117, 0.3868, 2.3046, 0.3231},
      {6.6329, 6.6329, 6.6329, 6.6378}
    };
    System.out.println("| bytes/value (published) | frame | delta | runs | entropy of deltas |");
    System.out.println("| --- | --- | --- | --- | --- |");
    for (Shape shape : Shape.values()) {
      double[] sums = new double[4];
      Tag[] tags = WorkloadM.only(seed, 30, shape);
      for (Tag tag : tags) {
        Floors floors = new Floors(tag, scans / BLOCK * BLOCK);
        sums[0] += floors.frame;
        sums[1] += floors.delta;
        sums[2] += floors.runs;
        sums[3] += floors.entropy;
      }
      System.out.printf(Locale.ROOT, "| %s ", shape);
      for (int i = 0; i < sums.length; i++) {
        System.out.printf(
            Locale.ROOT, "| %.4f (%.4f) ", sums[i] / tags.length, published[shape.ordinal()][i]);
      }
      System.out.println("|");
    }
  }

  /** Packing floors of one tag's values, in bytes a value. */
  private static final class Floors {
    private double frame;
    private double delta;
    private double runs;
    private final double entropy;

    Floors(Tag tag, int count) {
      long[] values = new long[count];
      for (int i = 0; i < count; i++) {
        tag.next();
        values[i] = scaled(tag);
      }
      java.util.Map<Long, Integer> deltas = new java.util.HashMap<>();
      for (int from = 0; from < count; from += BLOCK) {
        long min = Long.MAX_VALUE;
        long max = Long.MIN_VALUE;
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        int stretches = 1;
        for (int i = from; i < from + BLOCK; i++) {
          min = Math.min(min, values[i]);
          max = Math.max(max, values[i]);
          if (i > from) {
            long d = values[i] - values[i - 1];
            least = Math.min(least, d);
            most = Math.max(most, d);
            stretches += d == 0 ? 0 : 1;
            deltas.merge(d, 1, Integer::sum);
          }
        }
        frame += 9 + BLOCK / 8.0 * bits(max - min);
        delta += 17 + BLOCK / 8.0 * bits(most - least);
        runs += 10 + stretches * (bits(max - min) + 10) / 8.0;
      }
      frame /= count;
      delta /= count;
      runs /= count;
      double total = deltas.values().stream().mapToInt(Integer::intValue).sum();
      entropy =
          deltas.values().stream().mapToDouble(n -> -n * Math.log(n / total) / Math.log(2)).sum()
              / total
              / 8;
    }

    private static int bits(long range) {
      return 64 - Long.numberOfLeadingZeros(range);
    }

    private static long scaled(Tag tag) {
      if (tag.shape() == Shape.NOISE || tag.type().isIntegral()) {
        return tag.valueBits();
      }
      return Math.round(Double.longBitsToDouble(tag.valueBits()) * tag.decimals());
    }
  }
}
