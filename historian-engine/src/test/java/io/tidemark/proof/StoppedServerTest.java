package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server process that is asked to stop, once or twice, while clients write. */
class StoppedServerTest {
  private static final int WRITERS = 2;
  private static final int ROWS = 200;

  @TempDir Path folder;

  /** What a writer was told of each of its requests. */
  private static final class Writer {
    final TreeMap<Long, Boolean> sent = new TreeMap<>();
    final List<HttpResponse<String>> refusals = new ArrayList<>();
    final AtomicInteger acknowledged = new AtomicInteger();
    final Thread thread;

    Writer(Api api, int number, AtomicBoolean stop) {
      thread = Thread.ofPlatform().start(() -> run(api, number, stop));
    }

    private void run(Api api, int number, AtomicBoolean stop) {
      for (long request = 0; !stop.get(); request++) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
          lines.append("load,tag=S").append(number).append(" value=").append(request);
          lines.append(' ').append(1_700_000_000_000L + request * ROWS + i).append('\n');
        }
        sent.put(request, false);
        try {
          HttpResponse<String> answer =
              api.send("POST", "/api/v1/write?precision=ms", "text/plain", lines.toString());
          if (answer.statusCode() != 204) {
            refusals.add(answer);
            return;
          }
        } catch (RuntimeException e) {
          return;
        }
        sent.put(request, true);
        acknowledged.incrementAndGet();
      }
    }
  }

  private static List<Writer> startWriters(ServerProcess server, AtomicBoolean stop)
      throws InterruptedException {
    List<Writer> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(new Writer(server.api(), i, stop));
    }
    for (Writer writer : writers) {
      while (writer.acknowledged.get() < 20 && writer.thread.isAlive()) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }
    return writers;
  }

  private static void join(List<Writer> writers) throws InterruptedException {
    for (Writer writer : writers) {
      writer.thread.join();
    }
  }

  /** Every acknowledged request is stored whole, and no sample was made up. */
  private static void assertStored(ServerProcess server, List<Writer> writers) {
    for (int i = 0; i < writers.size(); i++) {
      TreeMap<Long, Boolean> sent = writers.get(i).sent;
      JsonNode rows =
          server
              .api()
              .sql("SELECT value::BIGINT, count(*) FROM samples WHERE tag = ? GROUP BY 1", "S" + i)
              .path("rows");
      TreeMap<Long, Long> stored = new TreeMap<>();
      rows.forEach(row -> stored.put(row.path(0).asLong(), row.path(1).asLong()));
      sent.forEach(
          (request, acknowledged) -> {
            if (acknowledged) {
              assertThat(stored).as("acknowledged").containsEntry(request, (long) ROWS);
            }
          });
      assertThat(sent.keySet()).containsAll(stored.keySet());
      assertThat(writers.get(0).acknowledged.get()).as("the test wrote something").isPositive();
    }
  }

  @Test
  void termDrainsAndLosesNothing() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    List<Writer> writers;
    try (ServerProcess server = ServerProcess.start(folder, "--set", "store.hotBytesMax=4MiB")) {
      writers = startWriters(server, stop);
      server.signal("TERM");
      assertThat(server.awaitExit()).as(server.output()).isZero();
      join(writers);
      assertThat(server.output())
          .contains("stopping: signal=TERM", "cut=0", "journal is forced and the folder free");
    }
    for (Writer writer : writers) {
      for (HttpResponse<String> refusal : writer.refusals) {
        assertThat(refusal.statusCode()).as(refusal.body()).isEqualTo(503);
        assertThat(refusal.headers().firstValue("retry-after")).isPresent();
        assertThat(refusal.body()).contains("UNAVAILABLE", "DRAINING");
      }
    }
    try (ServerProcess server = ServerProcess.start(folder)) {
      assertStored(server, writers);
      JsonNode status = server.api().json("/health/status");
      assertThat(status.path("state").asText()).isEqualTo("READY");
      JsonNode recovery = status.path("recovery");
      assertThat(recovery.path("missing")).isEmpty();
      assertThat(recovery.path("ignoredFrames").asLong()).as("no torn tail").isZero();
      long stored = server.api().sql("SELECT count(*) FROM samples").at("/rows/0/0").asLong();
      assertThat(recovery.path("replayedSamples").asLong() + sealedSamples(server))
          .as("what was sealed is not replayed")
          .isEqualTo(stored);
    }
  }

  private static long sealedSamples(ServerProcess server) {
    return server
        .api()
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("tidemark_segment_samples "))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }

  /** A live stream that nobody ends and a client that is asleep hold nobody up. */
  @Test
  void termEndsLiveStreamsAndIdleConnections() throws Exception {
    try (ServerProcess server = ServerProcess.start(folder)) {
      server.api().writeLines("m,tag=L.1 value=1 1");
      HttpResponse<InputStream> live = server.api().open("/api/v1/live?tag=L.1");
      assertThat(live.statusCode()).isEqualTo(200);
      assertThat(server.api().get("/health/live").statusCode()).isEqualTo(200);
      server.signal("TERM");
      assertThat(live.body().readAllBytes()).as("ended, not cut").isNotEmpty();
      assertThat(server.awaitExit()).as(server.output()).isZero();
      assertThat(server.output()).contains("cut=0");
    }
  }

  @Test
  void aSecondSignalEndsAtOnceAndLosesNothing() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    List<Writer> writers;
    try (ServerProcess server = ServerProcess.start(folder)) {
      writers = startWriters(server, stop);
      /* A request that does not end by itself holds the first signal up. */
      try (ServerProcess.HalfRequest held = server.beginWrite()) {
        assertThat(server.api().get("/health/live").statusCode())
            .as("after %s", held)
            .isEqualTo(200);
        server.signal("TERM");
        server.awaitOutput("stopping: signal=TERM");
        server.signal("TERM");
        assertThat(server.awaitExit()).as(server.output()).isEqualTo(128 + 15);
      }
      join(writers);
      assertThat(server.output()).doesNotContain("journal is forced and the folder free");
    }
    try (ServerProcess server = ServerProcess.start(folder)) {
      assertStored(server, writers);
      assertThat(server.api().json("/health/status").at("/recovery/missing")).isEmpty();
    }
  }
}
