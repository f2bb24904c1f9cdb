package io.tidemark.benchmarks.scenario;

import io.tidemark.demo.DemoPlant;
import io.tidemark.demo.EngineTarget;
import io.tidemark.engine.HistorianConfig;
import io.tidemark.engine.HistorianEngine;
import io.tidemark.model.TimeRange;
import io.tidemark.storage.SampleStore;
import io.tidemark.wire.http.HttpConfig;
import io.tidemark.wire.http.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * The figures of the README section "How fast": samples a second over HTTP line protocol,
 * acknowledged synced; bytes a sample of the demo plant on disk; latency of a one-month plot of one
 * tag over HTTP. Client and server share the machine. Arguments: days of the plant (default 30),
 * scans of 1 000 tags (default 2 000).
 */
public final class FirstNumbers {
  private static final int TAGS = 1000;
  private static final int SCANS_PER_REQUEST = 10;
  private static final long DAY_NS = 86_400_000_000_000L;

  private FirstNumbers() {}

  /** Runs the scenario and prints a table. */
  public static void main(String[] args) throws Exception {
    if (args.length > 2 || Stream.of(args).anyMatch(arg -> !arg.matches("[1-9]\\d{0,5}"))) {
      System.out.println(
          """
          Usage: tidemark bench [DAYS [SCANS]]
          Measures samples/s over HTTP, bytes/sample of the demo plant and latency of a plot.
                DAYS    Days of the plant; default 30.
                SCANS   Scans of 1 000 tags that are written; default 2000.
          Also: tidemark bench sizes [--help]        bytes a sample, and what reading costs
                tidemark bench journals [FOLDER]     which journal appends and forces faster
                tidemark bench reliability FOLDER    what breaks, and what is lost then\
          """);
      System.exit(args.length == 1 && args[0].matches("-h|--help") ? 0 : 2);
    }
    int days = args.length > 0 ? Integer.parseInt(args[0]) : 30;
    int scans = args.length > 1 ? Integer.parseInt(args[1]) : 2000;
    System.out.printf(
        "machine: %d cores, %s %s, JVM %s%n",
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Runtime.version());
    System.out.println("| question | answer |");
    System.out.println("| --- | --- |");
    for (int clients : new int[] {1, 2}) {
      withServer(
          server -> {
            double rate = ingest(server, clients, scans);
            System.out.printf(
                Locale.ROOT,
                "| line protocol over HTTP, %d client%s, %d samples a request, acknowledged synced"
                    + " | %.2f M samples/s |%n",
                clients,
                clients == 1 ? "" : "s",
                TAGS * SCANS_PER_REQUEST,
                rate / 1e6);
          });
    }
    withServer(server -> plant(server, days));
  }

  private record Server(HistorianEngine engine, String address) {}

  private interface Step {
    void run(Server server) throws Exception;
  }

  private static void withServer(Step step) throws Exception {
    Path folder = Files.createTempDirectory("tidemark-bench");
    HistorianConfig config =
        HistorianConfig.load(null, Map.of(), Map.of("dataDir", folder.toString()));
    try (HistorianEngine engine =
        HistorianEngine.start(
            config,
            Clock.systemUTC(),
            failure -> {
              throw new IllegalStateException("server failed", failure);
            })) {
      try (HttpServer http = new HttpServer(HttpConfig.defaults().withPort(0), engine)) {
        http.start();
        step.run(new Server(engine, "http://127.0.0.1:" + http.port()));
      }
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /**
   * Sends all scans and returns samples per second, from the first request to the last
   * acknowledgement.
   */
  private static double ingest(Server server, int clients, int scans) throws Exception {
    List<List<byte[]>> bodies = new ArrayList<>();
    for (int client = 0; client < clients; client++) {
      bodies.add(bodies(client, clients, scans));
    }
    send(server, warmUp(), new HttpClientHolder()); // first request opens the connection
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
    long start = System.nanoTime();
    for (List<byte[]> own : bodies) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    HttpClientHolder client = new HttpClientHolder();
                    try {
                      for (byte[] body : own) {
                        send(server, body, client);
                      }
                    } catch (IOException | InterruptedException e) {
                      failures.add(e);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (!failures.isEmpty()) {
      throw new IllegalStateException("a client failed", failures.getFirst());
    }
    return (double) TAGS * scans / (System.nanoTime() - start) * 1e9;
  }

  private static byte[] warmUp() {
    return "bench,tag=WARM value=1".getBytes(StandardCharsets.US_ASCII);
  }

  private static List<byte[]> bodies(int client, int clients, int scans) {
    Random random = new Random(42 + client);
    long startMs = Instant.now().truncatedTo(ChronoUnit.DAYS).toEpochMilli() - 86_400_000L;
    double[] values = new double[TAGS];
    List<byte[]> bodies = new ArrayList<>();
    for (int scan = 0; scan < scans; scan += SCANS_PER_REQUEST) {
      StringBuilder lines = new StringBuilder();
      for (int s = scan; s < Math.min(scans, scan + SCANS_PER_REQUEST); s++) {
        for (int tag = client; tag < TAGS; tag += clients) {
          values[tag] += random.nextGaussian() * 0.1;
          lines
              .append("bench,tag=UNIT")
              .append(tag / 50)
              .append(".TI")
              .append(tag)
              .append(".PV value=")
              .append(Math.rint(values[tag] * 100) / 100)
              .append(' ')
              .append(startMs + s * 1000L)
              .append('\n');
        }
      }
      bodies.add(lines.toString().getBytes(StandardCharsets.US_ASCII));
    }
    return bodies;
  }

  private static final class HttpClientHolder {
    final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  private static void send(Server server, byte[] body, HttpClientHolder client)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.client.send(
            HttpRequest.newBuilder(URI.create(server.address() + "/api/v1/write?precision=ms"))
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofByteArray(body))
                .build(),
            BodyHandlers.ofString());
    if (response.statusCode() != 204) {
      throw new IOException(response.statusCode() + " " + response.body());
    }
  }

  private static void plant(Server server, int days) throws Exception {
    DemoPlant plant = new DemoPlant(42, Instant.now(), days);
    EngineTarget target = new EngineTarget(server.engine());
    target.defineTags(plant.tags());
    long start = System.nanoTime();
    for (long from = plant.startNs(); from < plant.anchorNs(); from += DAY_NS / 24) {
      target.write(plant, new TimeRange(from, Math.min(plant.anchorNs(), from + DAY_NS / 24)));
    }
    double fillSeconds = (System.nanoTime() - start) / 1e9;
    server.engine().sealNow();
    SampleStore.Sizes sizes = server.engine().sizes();
    System.out.printf(
        Locale.ROOT,
        "| demo plant, %d days, on disk after sealing (%d samples, %d segments) | %.2f bytes/sample"
            + " |%n",
        days,
        sizes.segmentRows(),
        sizes.segments(),
        (double) sizes.segmentBytes() / sizes.segmentRows());
    System.out.printf(
        Locale.ROOT,
        "| the same through the append path, synced each hour of plant time | %.2f M samples/s |%n",
        sizes.segmentRows() / fillSeconds / 1e6);
    String uri =
        server.address()
            + "/api/v1/values/plot?tag=R1.TIC101.PV&width=1000&startTime="
            + Instant.ofEpochSecond(0, plant.anchorNs() - Math.min(days, 30) * DAY_NS)
            + "&endTime="
            + Instant.ofEpochSecond(0, plant.anchorNs());
    HttpClientHolder client = new HttpClientHolder();
    Histogram micros = new Histogram(3);
    for (int run = 0; run < 230; run++) {
      long before = System.nanoTime();
      HttpResponse<String> response =
          client.client.send(
              HttpRequest.newBuilder(URI.create(uri)).GET().build(), BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IOException(response.statusCode() + " " + response.body());
      }
      if (run >= 30) {
        micros.recordValue((System.nanoTime() - before) / 1000);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "| plot of one tag over %d days, 1 000 px, HTTP and JSON, 200 runs | p50 %.1f ms, p99 %.1f"
            + " ms |%n",
        Math.min(days, 30),
        micros.getValueAtPercentile(50) / 1000.0,
        micros.getValueAtPercentile(99) / 1000.0);
  }
}
