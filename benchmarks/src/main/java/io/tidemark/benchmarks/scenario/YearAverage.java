package io.tidemark.benchmarks.scenario;

import io.tidemark.benchmarks.scenario.Bench.Target;
import io.tidemark.benchmarks.scenario.WorkloadM.Shape;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.Summaries;
import io.tidemark.query.retrieval.SummaryRow;
import io.tidemark.query.time.CalendarInterval;
import io.tidemark.storage.io.Disk;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * How long does the average of a year take? One slow analog tag with a sample a second, 0.5 % of
 * them Bad, sealed and settled; summaries of the year, of its months and of its days, embedded and
 * warm, in one view. Up to 200 runs of each, as many as fit in half a minute, at least 5.
 */
final class YearAverage {
  private static final int RUNS = 200;
  private static final int RUNS_MIN = 5;
  private static final long RUN_NANOS_MAX = 30_000_000_000L;
  private static final int WARM_UP_RUNS = 3;
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long DAY_NS = 86_400 * SECOND_NS;
  private static final int INTERVALS_MAX = 10_000;
  private static final Target TARGET = new Target(5, 0.2, 1);

  private YearAverage() {}

  static void answer(Bench bench) throws IOException {
    int days = bench.days(365);
    TimeRange year = new TimeRange(WorkloadM.START_NS, WorkloadM.START_NS + days * DAY_NS);
    try (BenchStore store = new BenchStore(bench, Disk.REAL, year.endNs())) {
      WorkloadM workload = WorkloadM.alone(bench.seed(), Shape.ANALOG, 1);
      TagDefinition tag = workload.definition(0);
      write(bench, store, workload, days * 86_400L);
      double bytes = (double) store.bytes() / store.sizes().segmentRows();
      bench.heading(
          "Averages of a year",
          String.format(
              Locale.ROOT,
              "one tag, %s samples, one a second, in %d segments, %.3f bytes/sample; embedded,"
                  + " warm; targets are for p50 of the whole year",
              Bench.grouped(store.sizes().segmentRows()),
              store.sizes().segments(),
              bytes));
      bench.row(
          "summary",
          "intervals",
          "runs",
          "p50, ms",
          "p99, ms",
          "at least / reach",
          "",
          "p50, M samples/s");
      bench.rule(8);
      try (ReadView view = store.view()) {
        QueryContext context = store.context(view);
        for (String interval : new String[] {"1y", "1mo", "1d"}) {
          Target target = interval.equals("1y") ? TARGET : null;
          row(bench, interval, year, interval, tag, context, target, StatisticsRule.STORED);
        }
        String off = "1y, statistics switched off";
        row(bench, off, year, "1y", tag, context, null, StatisticsRule.NONE);
      }
    }
  }

  /** Writes the first tag of a workload, a sample a second, and lets the store settle. */
  static void write(Bench bench, BenchStore store, WorkloadM workload, long samples)
      throws IOException {
    store.define(workload.definition(0));
    WorkloadM.Source source = workload.exactSource(0);
    try (Progress progress = bench.progress("writing", samples)) {
      for (long i = 0; i < samples; i++) {
        source.next();
        store.add(0, SampleType.FLOAT64, source.timeNs(), source.value(), source.status());
        if ((i & 0xFFFF) == 0) {
          progress.step(0x10000);
        }
      }
      store.settle();
    }
  }

  private static void row(
      Bench bench,
      String name,
      TimeRange year,
      String interval,
      TagDefinition tag,
      QueryContext context,
      @Nullable Target target,
      StatisticsRule rule) {
    long[] edges = CalendarInterval.parse(interval).edges(year, ZoneOffset.UTC, INTERVALS_MAX);
    Retrieval.Summary summary = new Retrieval.Summary(edges);
    for (int run = 0; run < WARM_UP_RUNS; run++) {
      check(Summaries.of(summary, tag, context, rule), edges.length - 1);
    }
    Histogram nanos = new Histogram(3);
    long startNanos = System.nanoTime();
    try (Progress progress = bench.progress("average by " + interval, RUNS)) {
      for (int run = 0;
          run < RUNS && (run < RUNS_MIN || System.nanoTime() - startNanos < RUN_NANOS_MAX);
          run++) {
        long before = System.nanoTime();
        List<SummaryRow> rows = Summaries.of(summary, tag, context, rule);
        nanos.recordValue(System.nanoTime() - before);
        check(rows, edges.length - 1);
        progress.step(1);
      }
    }
    double p50 = nanos.getValueAtPercentile(50) / 1e6;
    double samples = (year.endNs() - year.startNs()) / (double) SECOND_NS;
    bench.row(
        name,
        Integer.toString(edges.length - 1),
        Long.toString(nanos.getTotalCount()),
        Bench.number(p50, 3),
        Bench.number(nanos.getValueAtPercentile(99) / 1e6, 3),
        target == null ? "" : target.text(),
        target == null ? "" : target.verdict(p50),
        Bench.grouped(Math.round(samples / p50 / 1e3)));
  }

  /** Every interval has its value, near the middle of the range that the workload keeps to. */
  private static void check(List<SummaryRow> rows, int intervals) {
    if (rows.size() != intervals) {
      throw new IllegalStateException("intervals are missing: rows=" + rows.size());
    }
    for (SummaryRow row : rows) {
      Double average = row.timeAverage();
      if (average == null || average < 30 || average > 70 || row.count() == 0) {
        throw new IllegalStateException("unlikely row: " + row);
      }
    }
  }
}
