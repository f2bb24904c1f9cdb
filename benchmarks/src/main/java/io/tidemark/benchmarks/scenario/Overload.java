package io.tidemark.benchmarks.scenario;

import io.tidemark.benchmarks.scenario.Bench.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What becomes of a server that gets ten times what it takes? Requests come on a schedule whatever
 * was said to those before; then one small request after the other, until they are answered as
 * before.
 */
final class Overload {
  private static final Target SHARE = new Target(80, 100, 0);
  private static final int FACTOR = 10;
  private static final int CONNECTIONS = 256;
  private static final int SCANS_A_REQUEST = 10;
  private static final long SECOND_NS = 1_000_000_000L;
  private static final int SECONDS_MAX = 120;
  private static final int SCANS_A_SECOND = 400; // 50 000 scans: all of the two minutes
  private static final int NORMAL_SECONDS = 5;
  private static final int PROBES_A_SECOND = 50;
  private static final int CALM_SECONDS = 30;
  private static final double NORMAL = 2;
  private static final long MEGABYTE = 1 << 20;

  private final Bench bench;
  private final WorkloadM workload;
  private final ServerProcess server;
  private final Map<Integer, LongAdder> answers = new ConcurrentHashMap<>();
  private final LongAdder cut = new LongAdder();
  private long nextScan;

  private Overload(Bench bench, WorkloadM workload, ServerProcess server) {
    this.bench = bench;
    this.workload = workload;
    this.server = server;
  }

  /**
   * Asks.
   *
   * @param peak samples a second that it takes
   */
  static void answer(Bench bench, double peak) throws Exception {
    WorkloadM workload = WorkloadM.mixed(bench.seed(), bench.tags());
    try (BenchStore.Kept kept =
            new BenchStore.Kept(Files.createTempDirectory(bench.folder(), "tidemark-bench"));
        ServerProcess server = ServerProcess.startAsLaunched(kept.folder())) {
      new Overload(bench, workload, server).measure(peak);
    }
  }

  private void measure(double peak) throws Exception {
    int seconds = Math.clamp(bench.scans() / SCANS_A_SECOND, 1, SECONDS_MAX);
    StampedBody request = StampedBody.of(workload, SCANS_A_REQUEST);
    double requestsPerSecond = FACTOR * peak / request.samples();
    bench.heading(
        "Ten times what it takes",
        "requests of "
            + Bench.grouped(request.samples())
            + " samples on a schedule for "
            + seconds
            + " s, "
            + Bench.number(FACTOR * peak / 1e6, 1)
            + " M samples/s wanted, over "
            + CONNECTIONS
            + " connections that do not wait after a refusal; what finds no connection free for a"
            + " second is left out. Client and server share two cores");
    bench.row("question", "answer", "at least / reach", "");
    bench.rule(4);

    load(request, peak / 2 / request.samples(), NORMAL_SECONDS, 4); // warm
    answers.clear();
    double normal = probes(NORMAL_SECONDS).millis(99);
    long before = server.memory().residentBytes();
    OpenLoop.Outcome overload = load(request, requestsPerSecond, seconds, CONNECTIONS);
    long after = server.memory().residentBytes();
    int calmAfter = calmAfter(normal);

    double taken = overload.takenPerSecond() * request.samples();
    double share = 100 * taken / peak;
    long sent = overload.taken().getTotalCount() + overload.refused().getTotalCount();
    bench.row(
        "offered, M samples/s",
        Bench.number(sent * (double) request.samples() * 1e3 / overload.elapsedNanos(), 2),
        "",
        "");
    bench.row("taken, M samples/s", Bench.number(taken / 1e6, 2), "", "");
    bench.row(
        "share of the best rate, %",
        Bench.number(share, 0), SHARE.text(), SHARE.verdictOfRate(share));
    bench.row("answers by status", statuses(), "", "");
    bench.row("connections cut by the server", Long.toString(cut.sum()), "", "");
    bench.row("requests left out", Long.toString(overload.leftOut()), "", "");
    bench.row(
        "a request that was taken, p50 and p99, ms",
        Bench.number(overload.millis(50), 0) + ", " + Bench.number(overload.millis(99), 0),
        "",
        "");
    bench.row(
        "resident before, after, " + CALM_SECONDS + " s later, MB",
        megabytes(before)
            + ", "
            + megabytes(after)
            + ", "
            + megabytes(server.memory().residentBytes()),
        "",
        "");
    bench.row("one scan before it, p99, ms", Bench.number(normal, 2), "", "");
    bench.row(
        "seconds until p99 is at most twice that, and stays",
        calmAfter > CALM_SECONDS ? "not within " + CALM_SECONDS : Integer.toString(calmAfter),
        Integer.toString(CALM_SECONDS),
        calmAfter > CALM_SECONDS ? "missed" : "enough");
  }

  private static String megabytes(long bytes) {
    return Long.toString(bytes / MEGABYTE);
  }

  private String statuses() {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(answers)
        .forEach((status, count) -> text.append(status).append(": ").append(count).append(' '));
    return text.toString().strip();
  }

  private OpenLoop.Outcome load(StampedBody request, double perSecond, int seconds, int connections)
      throws Exception {
    long firstScan = nextScan;
    nextScan += Math.round(perSecond * seconds + 1) * SCANS_A_REQUEST;
    return new OpenLoop(perSecond, seconds * SECOND_NS, connections, SECOND_NS)
        .run(() -> new Writer(request.copy(), firstScan));
  }

  /** Writes on one connection, and on another one if the server closes that. */
  private final class Writer implements OpenLoop.Caller {
    private final StampedBody request;
    private final long firstScan;
    private LoopbackClient client;

    Writer(StampedBody request, long firstScan) throws IOException {
      this.request = request;
      this.firstScan = firstScan;
      client = new LoopbackClient(server.port());
    }

    @Override
    public boolean call(long number) throws IOException {
      int status;
      try {
        status = client.send(IngestSpeed.PATH, request.at(firstScan + number * SCANS_A_REQUEST));
      } catch (IOException e) {
        cut.increment();
        client.close();
        client = new LoopbackClient(server.port());
        return false;
      }
      answers.computeIfAbsent(status, any -> new LongAdder()).increment();
      return status == 204;
    }

    @Override
    public void close() throws IOException {
      client.close();
    }
  }

  private OpenLoop.Outcome probes(int seconds) throws Exception {
    long firstScan = nextScan;
    nextScan += (long) PROBES_A_SECOND * seconds;
    return OpenLoop.patient(PROBES_A_SECOND, seconds * SECOND_NS, 1)
        .run(AckLatency.scans(server, workload, firstScan));
  }

  /** Seconds until requests take what is normal and go on so. */
  private int calmAfter(double normalMillis) throws Exception {
    int calmAfter = 0;
    for (int second = 1; second <= CALM_SECONDS; second++) {
      if (probes(1).millis(99) > NORMAL * normalMillis) {
        calmAfter = second + 1;
      }
    }
    return calmAfter;
  }
}
