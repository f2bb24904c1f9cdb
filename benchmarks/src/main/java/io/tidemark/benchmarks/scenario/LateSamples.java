package io.tidemark.benchmarks.scenario;

import io.tidemark.benchmarks.scenario.Bench.Target;
import io.tidemark.benchmarks.scenario.WorkloadM.Shape;
import io.tidemark.model.Direction;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleType;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.TimeRange;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What do late samples cost? The same history twice, 200 slow analog tags with a scan every ten
 * seconds over 40 days, sealed every hour of it: once in order, once with 1 % of the samples held
 * back and delivered up to 30 days later, uniformly (up to the end of history for those near it).
 *
 * <p>Write amplification: bytes ever written into files of segments by bytes of the store as it
 * settles. Slow-down: a scan of all tags over five days in the past, in turn with the same scan of
 * the store that was written in order and has settled.
 */
final class LateSamples {
  private static final int TAGS = 200;
  private static final long SCAN_NS = 10_000_000_000L;
  private static final long DAY_NS = 86_400_000_000_000L;
  private static final double LATE = 0.01;
  private static final int LATE_DAYS_MAX = 30;
  private static final int ROUNDS = 7;
  private static final int ROUNDS_MIN = 3;
  private static final long ROUNDS_NANOS_MAX = 30_000_000_000L;
  private static final Target AMPLIFICATION = new Target(2, 1.5, 1);
  private static final Target BEFORE = new Target(1.5, 1.2, 1);
  private static final Target AFTER = new Target(1.05, 1.0, 2);

  private final Bench bench;
  private final int tags;
  private final int scans;

  private LateSamples(Bench bench) {
    this.bench = bench;
    tags = Math.min(TAGS, bench.tags());
    scans = (int) (bench.days(40) * DAY_NS / SCAN_NS);
  }

  static void answer(Bench bench) throws IOException {
    new LateSamples(bench).run();
  }

  private void run() throws IOException {
    CountingDisk orderedDisk = new CountingDisk();
    CountingDisk lateDisk = new CountingDisk();
    try (BenchStore ordered = new BenchStore(bench, orderedDisk, WorkloadM.START_NS);
        BenchStore late = new BenchStore(bench, lateDisk, WorkloadM.START_NS)) {
      write(ordered, false);
      ordered.settle();
      write(late, true);
      int segmentsBefore = late.sizes().segments();
      long bytesBefore = late.bytes();
      double[] before = compare(ordered, late);
      double[] allBefore = compareAll(ordered, late);
      late.settle();
      double[] after = compare(ordered, late);
      double[] allAfter = compareAll(ordered, late);
      if (late.sizes().segmentRows() != ordered.sizes().segmentRows()) {
        throw new IllegalStateException("rows differ: late=" + late.sizes().segmentRows());
      }
      print(ordered, orderedDisk, late, lateDisk, segmentsBefore, bytesBefore, before, after);
      bench.row(
          "the same with write orders, which no door asks for: slow-down before, after",
          Bench.number(allBefore[1] / allBefore[0], 2)
              + ", "
              + Bench.number(allAfter[1] / allAfter[0], 2),
          "",
          "");
    }
  }

  private void print(
      BenchStore ordered,
      CountingDisk orderedDisk,
      BenchStore late,
      CountingDisk lateDisk,
      int segmentsBefore,
      long bytesBefore,
      double[] before,
      double[] after)
      throws IOException {
    long rows = ordered.sizes().segmentRows();
    bench.heading(
        "Late samples",
        String.format(
            Locale.ROOT,
            "%d tags, %d days, %s samples, one every 10 s, 1 %% of them late by up to %d days",
            tags,
            bench.days(40),
            Bench.grouped(rows),
            LATE_DAYS_MAX));
    bench.row("question", "answer", "at least / reach", "");
    bench.rule(4);
    double amplification = (double) lateDisk.segmentBytes() / late.bytes();
    bench.row(
        "write amplification, with late samples",
        Bench.number(amplification, 2),
        AMPLIFICATION.text(),
        AMPLIFICATION.verdict(amplification));
    bench.row(
        "write amplification, in order",
        Bench.number((double) orderedDisk.segmentBytes() / ordered.bytes(), 2),
        "",
        "");
    double slowBefore = before[1] / before[0];
    bench.row(
        "scan of 5 days, slow-down before compaction",
        Bench.number(slowBefore, 2),
        BEFORE.text(),
        BEFORE.verdict(slowBefore));
    double slowAfter = after[1] / after[0];
    bench.row(
        "scan of 5 days, slow-down after the store settled",
        Bench.number(slowAfter, 2),
        AFTER.text(),
        AFTER.verdict(slowAfter));
    bench.row(
        "the scan in order, with late samples before, after",
        String.format(Locale.ROOT, "%.0f, %.0f, %.0f ms", after[0], before[1], after[1]),
        "",
        "");
    bench.row(
        "segments in order, with late samples before, after",
        ordered.sizes().segments() + ", " + segmentsBefore + ", " + late.sizes().segments(),
        "",
        "");
    bench.row(
        "bytes/sample in order, with late samples before, after",
        String.format(
            Locale.ROOT,
            "%.3f, %.3f, %.3f",
            (double) ordered.bytes() / rows,
            (double) bytesBefore / rows,
            (double) late.bytes() / rows),
        "",
        "");
  }

  /** A sample that was held back: where and when it is delivered decide its place in the chains. */
  private static final class HeldBack {
    private final int[] first;
    private int[] next = new int[1024];
    private int[] tags = new int[1024];
    private long[] timesNs = new long[1024];
    private double[] values = new double[1024];
    private int[] statuses = new int[1024];
    private int count;

    HeldBack(int scans) {
      first = new int[scans];
      Arrays.fill(first, -1);
    }

    void hold(int untilScan, int tag, WorkloadM.Source source, long timeNs) {
      if (count == next.length) {
        next = Arrays.copyOf(next, 2 * count);
        tags = Arrays.copyOf(tags, 2 * count);
        timesNs = Arrays.copyOf(timesNs, 2 * count);
        values = Arrays.copyOf(values, 2 * count);
        statuses = Arrays.copyOf(statuses, 2 * count);
      }
      next[count] = first[untilScan];
      tags[count] = tag;
      timesNs[count] = timeNs;
      values[count] = source.value();
      statuses[count] = source.status();
      first[untilScan] = count++;
    }

    void deliver(int scan, BenchStore store) throws IOException {
      for (int i = first[scan]; i >= 0; i = next[i]) {
        store.add(tags[i], SampleType.FLOAT64, timesNs[i], values[i], statuses[i]);
      }
    }
  }

  private void write(BenchStore store, boolean withLate) throws IOException {
    WorkloadM workload = WorkloadM.alone(bench.seed(), Shape.ANALOG, tags);
    WorkloadM.Source[] sources = new WorkloadM.Source[tags];
    for (int tag = 0; tag < tags; tag++) {
      store.define(workload.definition(tag));
      sources[tag] = workload.exactSource(tag);
    }
    SplittableRandom random = new SplittableRandom(bench.seed());
    HeldBack held = new HeldBack(scans);
    int delayMax = (int) (LATE_DAYS_MAX * DAY_NS / SCAN_NS);
    try (Progress progress =
        bench.progress(withLate ? "writing, some late" : "writing in order", scans)) {
      for (int scan = 0; scan < scans; scan++) {
        long timeNs = WorkloadM.START_NS + scan * SCAN_NS;
        int delays = Math.min(delayMax, scans - 1 - scan);
        for (int tag = 0; tag < tags; tag++) {
          sources[tag].next();
          if (withLate && delays > 0 && random.nextDouble() < LATE) {
            held.hold(scan + 1 + random.nextInt(delays), tag, sources[tag], timeNs);
          } else {
            store.add(tag, SampleType.FLOAT64, timeNs, sources[tag].value(), sources[tag].status());
          }
        }
        held.deliver(scan, store);
        store.clock(timeNs + SCAN_NS);
        store.write();
        progress.step(1);
      }
      store.seal();
    }
  }

  /**
   * Median times of the scan in milliseconds, in turn: of the first store, of the second. Fewer
   * rounds if they take long.
   */
  private double[] compare(BenchStore one, BenchStore other) {
    return compare(one, other, SampleColumns.VALUES);
  }

  private double[] compareAll(BenchStore one, BenchStore other) {
    return compare(one, other, SampleColumns.ALL);
  }

  private double[] compare(BenchStore one, BenchStore other, SampleColumns columns) {
    double[] first = new double[ROUNDS];
    double[] second = new double[ROUNDS];
    int rounds = 0;
    long startNanos = System.nanoTime();
    scan(one, columns);
    scan(other, columns);
    try (Progress progress = bench.progress("scanning", ROUNDS)) {
      while (rounds < ROUNDS
          && (rounds < ROUNDS_MIN || System.nanoTime() - startNanos < ROUNDS_NANOS_MAX)) {
        first[rounds] = scan(one, columns);
        second[rounds] = scan(other, columns);
        rounds++;
        progress.step(1);
      }
    }
    Arrays.sort(first, 0, rounds);
    Arrays.sort(second, 0, rounds);
    return new double[] {first[rounds / 2], second[rounds / 2]};
  }

  private double scan(BenchStore store, SampleColumns columns) {
    long middle = WorkloadM.START_NS + scans * SCAN_NS * 3 / 8;
    long length = Math.min(5 * DAY_NS, scans * SCAN_NS / 8);
    TimeRange range = new TimeRange(middle, middle + length);
    SampleBlock block = new SampleBlock();
    long rows = 0;
    long start = System.nanoTime();
    try (ReadView view = store.view()) {
      QueryContext context = store.context(view);
      for (int tag = 0; tag < tags; tag++) {
        try (SampleCursor cursor =
            view.scan(
                context,
                new ScanRequest(tag, range, Direction.FORWARD, columns, SampleCondition.ANY))) {
          for (int count; (count = cursor.next(block)) > 0; ) {
            rows += count;
          }
        }
      }
    }
    double millis = (System.nanoTime() - start) / 1e6;
    long expected =
        tags
            * (Math.ceilDiv(range.endNs() - WorkloadM.START_NS, SCAN_NS)
                - Math.ceilDiv(range.startNs() - WorkloadM.START_NS, SCAN_NS));
    if (rows != expected) {
      throw new IllegalStateException("rows=" + rows + ", expected=" + expected);
    }
    return millis;
  }
}
