package io.tidemark.benchmarks.scenario;

import io.tidemark.benchmarks.scenario.Bench.Target;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * How a question is timed: asked warm, again and again, by one client.
 *
 * @param runs most runs that count
 * @param warmUp most runs before these
 * @param nanosMax time after which no more runs begin, for warming up and for counting each
 * @param decimals of targets, in milliseconds
 */
record LatencyRow(int runs, int warmUp, long nanosMax, int decimals) {
  private static final int RUNS_MIN = 5;

  /**
   * Times a question and writes its row: name, runs, p50, p99, kB of the answer, target, verdict.
   *
   * @param atLeast wanted milliseconds; 0 for none
   * @param question returns bytes of its answer, 0 if they do not matter
   */
  void measure(Bench bench, String name, double atLeast, double reach, Callable<Long> question)
      throws Exception {
    long begin = System.nanoTime();
    for (int run = 0; run < warmUp && System.nanoTime() - begin < nanosMax; run++) {
      question.call();
    }
    Histogram micros = new Histogram(3);
    long bytes = 0;
    begin = System.nanoTime();
    int done = 0;
    while (done < runs && (done < RUNS_MIN || System.nanoTime() - begin < nanosMax)) {
      long before = System.nanoTime();
      bytes = question.call();
      micros.recordValue((System.nanoTime() - before) / 1000);
      done++;
    }
    double p50 = micros.getValueAtPercentile(50) / 1000.0;
    @Nullable Target target = atLeast > 0 ? new Target(atLeast, reach, decimals) : null;
    bench.row(
        name,
        Integer.toString(done),
        Bench.number(p50, 2),
        Bench.number(micros.getValueAtPercentile(99) / 1000.0, 2),
        bytes == 0 ? "" : Bench.number(bytes / 1000.0, 1),
        target == null ? "" : target.text(),
        target == null ? "" : target.verdict(p50));
  }
}
