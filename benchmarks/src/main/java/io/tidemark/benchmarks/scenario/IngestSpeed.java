package io.tidemark.benchmarks.scenario;

import io.tidemark.benchmarks.scenario.Bench.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What do writers get? {@link WorkloadM} is written over the doors and in the process, as fast as
 * it is taken, at half of that, and at ten times that. The server is a process of its own with the
 * memory that the launcher gives it, the writers share its two cores; acknowledged {@code SYNCED}
 * unless said.
 */
final class IngestSpeed {
  /** Where all bodies go. */
  static final String PATH = "/api/v1/write?precision=ns";

  /** Samples of a request that carries ten scans. */
  static final int REQUEST_SAMPLES = 10_000;

  private static final Target RATE = new Target(2, 5, 0);
  private static final long SAMPLES_MAX = 10_000_000;
  private static final int WARM_UP_SHARE = 5;
  private static final int CONNECTIONS = 4;

  private final Bench bench;
  private final WorkloadM workload;

  private IngestSpeed(Bench bench) {
    this.bench = bench;
    workload = WorkloadM.mixed(bench.seed(), bench.tags());
  }

  static void answer(Bench bench) throws Exception {
    double peak = new IngestSpeed(bench).lineProtocol();
    EmbeddedIngest.answer(bench);
    AckLatency.answer(bench, peak / 2);
    IngestMemory.answer(bench);
    Overload.answer(bench, peak);
  }

  /** Samples a second of one connection that writes a line a sample. */
  private double lineProtocol() throws Exception {
    bench.heading(
        "Line protocol over HTTP",
        workload.tags()
            + " tags in scans, about "
            + Bench.grouped(REQUEST_SAMPLES)
            + " samples a request, one request at a time on a connection, acknowledged synced;"
            + " bodies made before; the client is a socket that reads the answer");
    bench.row(
        "form",
        "connections",
        "samples",
        "bytes a sample",
        "server, ns of a core a sample",
        "M samples/s",
        "at least / reach",
        "rate");
    bench.rule(8);
    double peak = 0;
    for (LineBodies.Form form : LineBodies.Form.values()) {
      for (int connections : new int[] {1, CONNECTIONS}) {
        peak = Math.max(peak, line(form, connections, form == LineBodies.Form.NAMED));
      }
    }
    return peak;
  }

  /** Writes a row; the rate if it is the one that others are compared with, else 0. */
  private double line(LineBodies.Form form, int connections, boolean isCompared) throws Exception {
    long scans = Math.min(bench.scans(), SAMPLES_MAX / workload.tags());
    List<Queue<byte[]>> warmUp = new ArrayList<>();
    List<Queue<byte[]>> measured = new ArrayList<>();
    long bytes = 0;
    for (int connection = 0; connection < connections; connection++) {
      LineBodies bodies = new LineBodies(workload, form, connection, connections);
      warmUp.add(requests(bodies, scans / WARM_UP_SHARE));
      measured.add(requests(bodies, scans));
      bytes += measured.getLast().stream().mapToLong(body -> body.length).sum();
    }
    long samples = scans * workload.tags();
    try (BenchStore.Kept kept =
            new BenchStore.Kept(Files.createTempDirectory(bench.folder(), "tidemark-bench"));
        ServerProcess server = ServerProcess.startAsLaunched(kept.folder())) {
      write(server, warmUp);
      long cpuBefore = server.cpuNanos();
      long before = System.nanoTime();
      write(server, measured);
      long nanos = System.nanoTime() - before;
      double rate = samples * 1e9 / nanos;
      bench.row(
          form.label,
          Integer.toString(connections),
          Bench.grouped(samples),
          Bench.number((double) bytes / samples, 1),
          Long.toString((server.cpuNanos() - cpuBefore) / samples),
          Bench.number(rate / 1e6, 2),
          RATE.text(),
          RATE.verdictOfRate(rate / 1e6));
      return isCompared ? rate : 0;
    }
  }

  private static Queue<byte[]> requests(LineBodies bodies, long scans) {
    int scansARequest = Math.max(1, REQUEST_SAMPLES / Math.max(1, bodies.tags()));
    Queue<byte[]> requests = new ArrayDeque<>();
    for (long scan = 0; scan < scans; scan += scansARequest) {
      requests.add(bodies.next((int) Math.min(scansARequest, scans - scan)));
    }
    return requests;
  }

  /** Writes all requests, each queue on a connection of its own. */
  private static void write(ServerProcess server, List<Queue<byte[]>> queues) throws Exception {
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      List<Future<Void>> ends = new ArrayList<>();
      for (Queue<byte[]> queue : queues) {
        ends.add(
            threads.submit(
                () -> {
                  write(server.port(), queue);
                  return null;
                }));
      }
      for (Future<Void> end : ends) {
        end.get();
      }
    }
  }

  private static void write(int port, Queue<byte[]> requests) throws IOException {
    try (LoopbackClient client = new LoopbackClient(port)) {
      for (byte[] request = requests.poll(); request != null; request = requests.poll()) {
        expectStored(client.send(PATH, request));
      }
    }
  }

  /** Refuses an answer that does not say that all was stored. */
  static void expectStored(int status) throws IOException {
    if (status != 204) {
      throw new IOException("not all samples were stored: status=" + status);
    }
  }
}
