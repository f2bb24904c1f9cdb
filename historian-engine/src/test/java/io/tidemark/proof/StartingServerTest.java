package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.engine.HistorianConfig;
import io.tidemark.engine.HistorianHost;
import io.tidemark.model.OpenProgress.Phase;
import io.tidemark.wire.http.HttpConfig;
import io.tidemark.wire.http.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The door while the store behind it recovers, and while it drains. */
class StartingServerTest {
  private static final int ROWS = 20_000;
  private static final List<String> OTHERS =
      List.of(
          "/metrics",
          "/api/v1/tags",
          "/api/v1/values/current?tag=A.1",
          "/api/v1/values/recorded?tag=A.1&startTime=*-1h",
          "/api/v1/live?tag=A.1",
          "/api/v1/context/batches");

  @TempDir Path folder;

  private static final class Stopped implements AutoCloseable {
    final HistorianHost host;
    final HttpServer http;

    Stopped(Path folder) throws IOException {
      host =
          new HistorianHost(
              HistorianConfig.load(
                  null,
                  Map.of(),
                  Map.of("dataDir", folder.toString(), "store.freeBytesMin", "1MiB")),
              Clock.systemUTC(),
              failure -> {
                throw new AssertionError("server failed", failure);
              });
      http = new HttpServer(HttpConfig.defaults().withPort(0), host);
      http.start();
    }

    Api api() {
      return new Api("http://127.0.0.1:" + http.port());
    }

    @Override
    public void close() throws IOException {
      http.close();
      host.close();
    }
  }

  @Test
  void theDoorSaysHowFarTheStoreIsAndOpensByItself() throws Exception {
    try (TestServer before = TestServer.start(folder, Map.of())) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < ROWS; i++) {
        lines.append("m,tag=A.1 value=").append(i).append(' ').append(1_000L * i).append('\n');
      }
      before.api().writeLines(lines.toString());
    }
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    List<Phase> phases = new ArrayList<>();
    try (Stopped server = new Stopped(folder)) {
      Thread starting =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      server.host.start(
                          (phase, done, total) -> {
                            phases.add(phase);
                            if (phase == Phase.JOURNAL && done > total / 3) {
                              reached.countDown();
                              await(goOn);
                            }
                          });
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  });
      assertThat(reached.await(60, TimeUnit.SECONDS)).as("the journal is read").isTrue();
      Api api = server.api();
      assertThat(api.json("/health/live").path("status").asText()).isEqualTo("UP");
      JsonNode status = api.json("/health/status");
      assertThat(status.path("state").asText()).isEqualTo("STARTING");
      assertThat(status.at("/reasons/0/code").asText()).isEqualTo("STARTING");
      assertThat(status.at("/reasons/0/runbook").asText()).isEqualTo("docs/operations.md#starting");
      JsonNode replay = status.path("replay");
      assertThat(replay.path("phase").asText()).isEqualTo("journal");
      assertThat(replay.path("percent").asInt()).isBetween(33, 99);
      assertThat(replay.path("bytesDone").asLong())
          .isPositive()
          .isLessThan(replay.path("bytesTotal").asLong());
      String percent = "percent=" + replay.path("percent").asInt();
      assertRefused(api.get("/health/ready"), "STARTING", percent);
      for (String path : OTHERS) {
        assertRefused(api.get(path), "state=STARTING", percent);
      }
      assertRefused(
          api.send("POST", "/api/v1/write", "text/plain", "m,tag=A.1 value=1 1"),
          "state=STARTING",
          percent);
      assertRefused(
          api.send("POST", "/api/v1/sql", "text/plain", "SELECT 1"), "state=STARTING", percent);
      assertThat(api.get("/").statusCode()).as("the page").isEqualTo(200);

      goOn.countDown();
      starting.join();
      assertThat(phases).contains(Phase.JOURNAL, Phase.QUERIES);
      assertThat(api.json("/health/ready").path("state").asText()).isEqualTo("READY");
      JsonNode ready = api.json("/health/status");
      assertThat(ready.has("replay")).isFalse();
      assertThat(ready.at("/recovery/replayedSamples").asLong()).isEqualTo(ROWS);
      assertThat(api.sql("SELECT count(*) FROM samples").at("/rows/0/0").asLong()).isEqualTo(ROWS);

      server.host.drain();
      assertRefused(api.get("/health/ready"), "state=DRAINING", "DRAINING: ");
      assertThat(api.json("/health/status").path("state").asText()).isEqualTo("DRAINING");
      assertThat(api.json("/health/live").path("status").asText()).isEqualTo("UP");
      assertRefused(api.get("/api/v1/tags"), "state=DRAINING", "stopping");
      assertRefused(
          api.send("POST", "/api/v1/write", "text/plain", "m,tag=A.1 value=1 1"),
          "state=DRAINING",
          "stopping");
      assertThat(api.get("/metrics").statusCode()).as("counters to the end").isEqualTo(200);
    }
  }

  private static void assertRefused(HttpResponse<String> answer, String... says) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
    assertThat(answer.headers().firstValue("retry-after")).as(answer.body()).isPresent();
    JsonNode error = Api.parse(answer.body());
    assertThat(error.path("code").asText()).isEqualTo("UNAVAILABLE");
    assertThat(error.path("message").asText()).contains(says);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
