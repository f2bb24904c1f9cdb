package io.tidemark.benchmarks.scenario;

import io.tidemark.benchmarks.scenario.WorkloadM.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Is {@link WorkloadM} the workload that peers were measured with? Bytes a value that simple
 * bit-packing needs for each shape, and entropies, beside the figures published for the original.
 * They are no figures of ours: nothing is stored.
 *
 * <p>Each block of 1 024 rows costs a header of 12 bytes (8 for full noise) and, for every row, the
 * bits of the widest value less the least (FOR), of the same over differences, or a run's value and
 * 10 bits of length for every run.
 */
final class CodecFloor {
  private static final int BLOCK = 1024;
  private static final int HEADER_BITS = 96;
  private static final int RAW_HEADER_BITS = 64;
  private static final int RUN_LENGTH_BITS = 10;
  private static final int STATUS_HEADER_BITS = 16;
  private static final int TAGS_MAX = 60;

  private static final String[] CODECS = {
    "FOR", "delta FOR", "run length", "best of the three by block", "entropy", "entropy of deltas"
  };

  /* PERFORMANCE, "Codec floor of this data set"; columns as Shape, then the mix. */
  private static final double[][] PUBLISHED = {
    {1.4214, 0.2782, 0.2235, 1.5117, 6.6329, 1.3353},
    {1.0970, 0.2787, 0.2777, 0.3868, 6.6329, 1.0926},
    {2.5177, 0.0142, 0.0169, 2.3046, 6.6329, 1.9622},
    {1.0970, 0.0135, 0.0168, 0.3868, 6.6329, 1.0137},
    {1.1984, 0.4681, 0.2466, 1.9067, 6.6378, 1.2535},
    {0.7768, 0.0010, 0.0039, 0.3231, 6.6378, 0.8149}
  };
  private static final double PUBLISHED_TIME = 0.0867;
  private static final double PUBLISHED_STATUS = 0.0082;

  /** Figures of a shape in bytes a value, in the order of the codecs, then time and status. */
  private final double[] sums = new double[CODECS.length + 2];

  private CodecFloor() {}

  static void answer(Bench bench) {
    Shape[] shapes = Shape.values();
    double[][] ours = new double[shapes.length][];
    WorkloadM workload = WorkloadM.mixed(bench.seed(), bench.tags());
    for (Shape shape : shapes) {
      ours[shape.ordinal()] = measure(bench, workload, shape);
    }
    bench.heading(
        "Is this the published workload?",
        "bytes a value; ours / published (difference); up to 60 tags of a shape");
    bench.row(
        "codec", "slow analog", "set point", "digital", "counter", "full noise", "mix of all");
    bench.rule(7);
    for (int codec = 0; codec < CODECS.length + 2; codec++) {
      String[] cells = new String[shapes.length + 2];
      double mix = 0;
      for (Shape shape : shapes) {
        double value = ours[shape.ordinal()][codec];
        mix += shape.share * value;
        cells[1 + shape.ordinal()] = cell(value, published(codec, shape.ordinal()));
      }
      cells[0] = codec < CODECS.length ? CODECS[codec] : codec == CODECS.length ? "time" : "status";
      cells[shapes.length + 1] = cell(mix, published(codec, shapes.length));
      bench.row(cells);
    }
  }

  private static double published(int codec, int column) {
    return codec < CODECS.length
        ? PUBLISHED[codec][column]
        : codec == CODECS.length ? PUBLISHED_TIME : PUBLISHED_STATUS;
  }

  private static String cell(double ours, double published) {
    return String.format(
        Locale.ROOT,
        "%.4f / %.4f (%+.1f %%)",
        ours,
        published,
        100 * (ours - published) / published);
  }

  /**
   * Mean over tags of a shape. A fifth of those taken has jitter, as of all, if there are enough.
   */
  static double[] measure(Bench bench, WorkloadM workload, Shape shape) {
    List<Integer> tags =
        java.util.stream.IntStream.range(0, workload.tags())
            .filter(tag -> workload.shape(tag) == shape)
            .boxed()
            .toList();
    List<Integer> taken = tags.subList(0, Math.min(TAGS_MAX, tags.size()));
    CodecFloor floor = new CodecFloor();
    try (Progress progress = bench.progress("floor of " + shape.label, taken.size())) {
      for (int tag : taken) {
        floor.add(workload.source(tag), bench.scans());
        progress.step(1);
      }
    }
    double[] means = floor.sums.clone();
    for (int i = 0; i < means.length; i++) {
      means[i] /= taken.size();
    }
    return means;
  }

  private void add(WorkloadM.Source source, int count) {
    long[] values = new long[count];
    long[] millis = new long[count];
    boolean[] bad = new boolean[count];
    for (int i = 0; i < count; i++) {
      source.next();
      values[i] = source.integer();
      millis[i] = (source.timeNs() - WorkloadM.START_NS) / 1_000_000;
      bad[i] = source.status() != 0;
    }
    double[] bits = new double[sums.length];
    int header = source.shape() == Shape.NOISE ? RAW_HEADER_BITS : HEADER_BITS;
    for (int from = 0; from < count; from += BLOCK) {
      int to = Math.min(count, from + BLOCK);
      double frame = header + (to - from) * width(values, from, to);
      double delta = header + (to - from) * width(deltas(values, from, to), 0, to - from - 1);
      double runs = header + runs(values, from, to) * (RUN_LENGTH_BITS + width(values, from, to));
      bits[0] += frame;
      bits[1] += Math.min(delta, source.shape() == Shape.NOISE ? frame : delta);
      bits[2] += Math.min(runs, source.shape() == Shape.NOISE ? frame : runs);
      bits[3] += Math.min(frame, Math.min(delta, runs));
      bits[CODECS.length] += time(millis, from, to);
      bits[CODECS.length + 1] += STATUS_HEADER_BITS + RUN_LENGTH_BITS * bads(bad, from, to);
    }
    bits[4] = source.shape() == Shape.NOISE ? bits[0] : entropy(values);
    bits[5] = source.shape() == Shape.NOISE ? bits[0] : entropy(deltas(values, 0, count));
    for (int i = 0; i < bits.length; i++) {
      sums[i] += bits[i] / 8 / count;
    }
  }

  /** The lesser of differences and of distances from an even grid of one second. */
  private static double time(long[] millis, int from, int to) {
    long[] residuals = new long[to - from];
    for (int i = from; i < to; i++) {
      residuals[i - from] = millis[i] - 1000L * i;
    }
    return HEADER_BITS
        + (to - from)
            * Math.min(
                width(residuals, 0, residuals.length),
                width(deltas(millis, from, to), 0, to - from - 1));
  }

  private static long[] deltas(long[] values, int from, int to) {
    long[] deltas = new long[to - from - 1];
    for (int i = 0; i < deltas.length; i++) {
      deltas[i] = values[from + i + 1] - values[from + i];
    }
    return deltas;
  }

  private static double width(long[] values, int from, int to) {
    if (from >= to) {
      return 0;
    }
    long least = Long.MAX_VALUE;
    long greatest = Long.MIN_VALUE;
    for (int i = from; i < to; i++) {
      least = Math.min(least, values[i]);
      greatest = Math.max(greatest, values[i]);
    }
    return Long.SIZE - Long.numberOfLeadingZeros(greatest - least);
  }

  private static int runs(long[] values, int from, int to) {
    int runs = 1;
    for (int i = from + 1; i < to; i++) {
      runs += values[i] == values[i - 1] ? 0 : 1;
    }
    return runs;
  }

  private static int bads(boolean[] bad, int from, int to) {
    int count = 0;
    for (int i = from; i < to; i++) {
      count += bad[i] ? 1 : 0;
    }
    return count;
  }

  /** Bits of all values together if each cost the logarithm of how rare it is. */
  private static double entropy(long[] values) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    double bits = 0;
    for (int from = 0, to = 0; from < sorted.length; from = to) {
      while (to < sorted.length && sorted[to] == sorted[from]) {
        to++;
      }
      int times = to - from;
      bits -= times * Math.log((double) times / sorted.length) / Math.log(2);
    }
    return bits;
  }
}
