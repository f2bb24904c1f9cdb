package io.tidemark.benchmarks.scenario;

import io.tidemark.benchmarks.scenario.WorkloadM.Shape;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.Summaries;
import io.tidemark.storage.io.Disk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Does the time of a range aggregate follow the windows, or the samples? One analog tag with a
 * sample a second, sealed and settled; its whole history in 1 to 10 000 windows, embedded and warm.
 */
final class WindowLatency {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long DAY_SECONDS = 86_400;
  private static final int[] WINDOWS = {1, 10, 100, 1_000, 10_000};
  private static final int RUNS = 200;
  private static final int RUNS_MIN = 5;
  private static final long RUN_NANOS_MAX = 5_000_000_000L;

  private WindowLatency() {}

  static void answer(Bench bench) throws IOException {
    bench.heading(
        "Range aggregates by windows and samples",
        "one tag, one sample a second, sealed and settled; the whole history in that many windows"
            + " (no grid of days); embedded, warm, one thread; p50 in ms");
    List<String> head = new ArrayList<>(List.of("samples"));
    for (int windows : WINDOWS) {
      head.add(Bench.grouped(windows) + (windows == 1 ? " window" : " windows"));
    }
    head.add("1 window, every sample read");
    bench.row(head.toArray(String[]::new));
    bench.rule(head.size());
    // 10^6, 10^7 and 10^8 samples unless a length is asked for.
    long most = bench.days(1_158) * DAY_SECONDS;
    for (long samples = most / 100; samples <= most; samples *= 10) {
      row(bench, samples);
    }
  }

  private static void row(Bench bench, long samples) throws IOException {
    long startNs = WorkloadM.START_NS;
    long endNs = startNs + samples * SECOND_NS;
    try (BenchStore store = new BenchStore(bench, Disk.REAL, endNs)) {
      WorkloadM workload = WorkloadM.alone(bench.seed(), Shape.ANALOG, 1);
      TagDefinition tag = workload.definition(0);
      YearAverage.write(bench, store, workload, samples);
      List<String> cells = new ArrayList<>(List.of(Bench.grouped(samples)));
      try (ReadView view = store.view()) {
        QueryContext context = store.context(view);
        for (int windows : WINDOWS) {
          cells.add(
              Bench.number(
                  p50(edges(startNs, endNs, windows), tag, context, StatisticsRule.STORED), 3));
        }
        cells.add(
            Bench.number(p50(edges(startNs, endNs, 1), tag, context, StatisticsRule.NONE), 3));
      }
      bench.row(cells.toArray(String[]::new));
    }
  }

  private static long[] edges(long startNs, long endNs, int windows) {
    long[] edges = new long[windows + 1];
    for (int i = 0; i <= windows; i++) {
      edges[i] = startNs + (long) ((double) (endNs - startNs) / windows * i);
    }
    edges[windows] = endNs;
    return edges;
  }

  private static double p50(
      long[] edges, TagDefinition tag, QueryContext context, StatisticsRule rule) {
    Retrieval.Summary summary = new Retrieval.Summary(edges);
    Histogram nanos = new Histogram(3);
    for (int phase = 0; phase < 2; phase++) { // the first warms up
      nanos.reset();
      long begin = System.nanoTime();
      for (int run = 0;
          run < RUNS && (run < RUNS_MIN || System.nanoTime() - begin < RUN_NANOS_MAX);
          run++) {
        long before = System.nanoTime();
        if (Summaries.of(summary, tag, context, rule).size() != edges.length - 1) {
          throw new IllegalStateException("windows are missing");
        }
        nanos.recordValue(System.nanoTime() - before);
      }
    }
    return nanos.getValueAtPercentile(50) / 1e6;
  }
}
