package io.tidemark.benchmarks.scenario;

import io.tidemark.benchmarks.scenario.Bench.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** What does a server hold after it took the workload, and how soon does an empty one answer? */
final class IngestMemory {
  private static final Target MEGABYTES = new Target(600, 250, 0);
  private static final Target SECONDS = new Target(4, 0.5, 1);
  private static final int SCANS_A_REQUEST = 10;
  private static final int STARTS = 5;
  private static final long REST_SECONDS = 5;
  private static final long MEGABYTE = 1 << 20;

  private IngestMemory() {}

  static void answer(Bench bench) throws Exception {
    WorkloadM workload = WorkloadM.mixed(bench.seed(), bench.tags());
    long samples = (long) workload.tags() * bench.scans();
    bench.heading(
        "Memory of a server, and its start",
        workload.tags()
            + " tags, "
            + Bench.grouped(samples)
            + " samples over HTTP; heap of the launcher (at most 2 GB); some seconds after the last"
            + " sample; a start is from the process to the first answer, median of "
            + STARTS);
    bench.row("question", "answer", "at most / reach", "");
    bench.rule(4);
    try (BenchStore.Kept kept = folder(bench);
        ServerProcess server = ServerProcess.startAsLaunched(kept.folder())) {
      write(bench, workload, server);
      TimeUnit.SECONDS.sleep(REST_SECONDS);
      long resident = server.memory().residentBytes() / MEGABYTE;
      row(bench, "resident, MB", resident, MEGABYTES);
      bench.row(
          "of it without a file behind it, MB",
          Long.toString(server.memory().anonymousBytes() / MEGABYTE),
          "",
          "");
      bench.row("most while it wrote, MB", Long.toString(server.memory().peakMiB()), "", "");
    }
    row(bench, "start of an empty server, s", startSeconds(bench), SECONDS);
  }

  private static BenchStore.Kept folder(Bench bench) throws IOException {
    return new BenchStore.Kept(Files.createTempDirectory(bench.folder(), "tidemark-bench"));
  }

  private static void row(Bench bench, String question, double answer, Target target) {
    bench.row(
        question, Bench.number(answer, target.decimals()), target.text(), target.verdict(answer));
  }

  private static void write(Bench bench, WorkloadM workload, ServerProcess server)
      throws IOException {
    LineBodies bodies = new LineBodies(workload, LineBodies.Form.NAMED, 0, 1);
    try (LoopbackClient client = new LoopbackClient(server.port());
        Progress progress = bench.progress("writing", bench.scans())) {
      for (int scan = 0; scan < bench.scans(); scan += SCANS_A_REQUEST) {
        int scans = Math.min(SCANS_A_REQUEST, bench.scans() - scan);
        byte[] body = bodies.next(scans);
        IngestSpeed.expectStored(client.send(IngestSpeed.PATH, body));
        progress.step(scans);
      }
    }
  }

  private static double startSeconds(Bench bench) throws IOException {
    double[] seconds = new double[STARTS];
    for (int start = 0; start < STARTS; start++) {
      try (BenchStore.Kept kept = folder(bench)) {
        long before = System.nanoTime();
        try (ServerProcess server = ServerProcess.startAsLaunched(kept.folder());
            LoopbackClient client = new LoopbackClient(server.port())) {
          client.get("/api/v1/tags");
          seconds[start] = (System.nanoTime() - before) / 1e9;
        }
      }
    }
    Arrays.sort(seconds);
    return seconds[STARTS / 2];
  }
}
