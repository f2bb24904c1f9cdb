package io.tidemark.benchmarks.scenario;

import io.tidemark.benchmarks.scenario.Bench.Target;
import java.io.IOException;
import java.nio.file.Files;
import org.HdrHistogram.Histogram;

/**
 * How long does a scan wait until it is kept for sure, at half of the load that the door takes?
 * Beside it: what the disk takes for one forced write.
 */
final class AckLatency {
  private static final Target RATIO = new Target(3, 2, 0);
  private static final int CALLERS = 16;
  private static final int FORCES = 2000;
  private static final int SCANS_A_SECOND = 1250; // of the time that a bench of many scans may take
  private static final int WARM_UP_SHARE = 4;

  private AckLatency() {}

  /**
   * Asks.
   *
   * @param samplesPerSecond load of the door over HTTP, and the same in the process
   */
  static void answer(Bench bench, double samplesPerSecond) throws Exception {
    WorkloadM workload = WorkloadM.mixed(bench.seed(), bench.tags());
    double scansPerSecond = samplesPerSecond / workload.tags();
    long nanos = bench.scans() * 1_000_000_000L / SCANS_A_SECOND;
    bench.heading(
        "Until a scan is kept for sure",
        "requests of "
            + workload.tags()
            + " samples, "
            + Bench.number(scansPerSecond, 0)
            + " a second on a schedule (half of the best rate above) over "
            + CALLERS
            + " connections, from the time each was due; milliseconds. Beside it forced writes of"
            + " 64 KiB into a file that has its length, on the same disk, one after the other,"
            + " before and after");
    bench.row("what", "count", "p50", "p99", "p99.9", "p99 / forced", "at most / reach", "ratio");
    bench.rule(8);
    int forces = Math.min(FORCES, bench.scans());
    Histogram forced = ForcedWrites.measure(bench.folder(), forces);
    OpenLoop warmUp = OpenLoop.patient(scansPerSecond, nanos / WARM_UP_SHARE, CALLERS);
    OpenLoop load = OpenLoop.patient(scansPerSecond, nanos, CALLERS);
    long warm = (long) (scansPerSecond * nanos / WARM_UP_SHARE / 1e9) + 1;
    OpenLoop.Outcome http;
    try (BenchStore.Kept kept =
            new BenchStore.Kept(Files.createTempDirectory(bench.folder(), "tidemark-bench"));
        ServerProcess server = ServerProcess.startAsLaunched(kept.folder())) {
      warmUp.run(scans(server, workload, 0));
      http = load.run(scans(server, workload, warm));
    }
    OpenLoop.Outcome embedded;
    try (EmbeddedServer server = new EmbeddedServer(bench)) {
      warmUp.run(EmbeddedIngest.syncedScans(server, workload));
      OpenLoop.Callers callers = EmbeddedIngest.syncedScans(server, workload);
      embedded =
          load.run(
              () -> {
                OpenLoop.Caller caller = callers.open();
                return number -> caller.call(warm + number);
              });
    }
    forced.add(ForcedWrites.measure(bench.folder(), forces));
    double forcedMillis = forced.getValueAtPercentile(99) / 1000.0;
    row(bench, "forced write", forced, 0);
    row(bench, "over HTTP", http.taken(), forcedMillis);
    row(bench, "in the process", embedded.taken(), forcedMillis);
  }

  /** Callers that write a scan each time, on a connection of their own. */
  static OpenLoop.Callers scans(ServerProcess server, WorkloadM workload, long firstScan) {
    StampedBody request = StampedBody.of(workload, 1);
    return () -> {
      LoopbackClient client = new LoopbackClient(server.port());
      StampedBody own = request.copy();
      return new OpenLoop.Caller() {
        @Override
        public boolean call(long number) throws Exception {
          IngestSpeed.expectStored(client.send(IngestSpeed.PATH, own.at(firstScan + number)));
          return true;
        }

        @Override
        public void close() throws IOException {
          client.close();
        }
      };
    };
  }

  private static void row(Bench bench, String what, Histogram micros, double forcedMillis) {
    double p99 = micros.getValueAtPercentile(99) / 1000.0;
    boolean isCompared = forcedMillis > 0;
    bench.row(
        what,
        Long.toString(micros.getTotalCount()),
        Bench.number(micros.getValueAtPercentile(50) / 1000.0, 2),
        Bench.number(p99, 2),
        Bench.number(micros.getValueAtPercentile(99.9) / 1000.0, 2),
        isCompared ? Bench.number(p99 / forcedMillis, 1) : "",
        isCompared ? RATIO.text() : "",
        isCompared ? RATIO.verdict(p99 / forcedMillis) : "");
  }
}
