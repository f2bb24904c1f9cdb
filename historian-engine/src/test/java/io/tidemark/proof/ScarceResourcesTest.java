package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is short of descriptors or memory refuses what is too much and goes on. */
class ScarceResourcesTest {
  private static final int DESCRIPTORS = 256;
  private static final int ROWS = 2_000;

  @TempDir Path folder;

  @Test
  void idleConnectionsDoNotTakeTheDescriptorsOfTheJournal() throws Exception {
    List<String> few = List.of("sh", "-c", "ulimit -n " + DESCRIPTORS + "; exec \"$@\"", "sh");
    try (ServerProcess server =
        ServerProcess.launch(
            few,
            "serve",
            folder,
            0,
            "--set",
            "store.hotBytesMax=2MiB",
            "--set",
            "store.journalFileBytesMax=4MiB")) {
      server.awaitAddress();
      assertThat(server.output())
          .contains("few file descriptors: limit=" + DESCRIPTORS + ", wanted=65536");
      Api held = server.api();
      write(held, 0);
      JsonNode status = held.json("/health/status");
      assertThat(status.at("/handles/limit").asInt()).isEqualTo(DESCRIPTORS);
      int most = status.at("/connections/max").asInt();
      assertThat(most)
          .isGreaterThan(8)
          .isLessThan(DESCRIPTORS - status.at("/handles/reserve").asInt());

      List<Socket> idle = new ArrayList<>();
      try {
        for (int i = 0; i < DESCRIPTORS + 50; i++) {
          idle.add(new Socket(InetAddress.getLoopbackAddress(), server.port()));
        }
        for (int part = 1; part < 20; part++) {
          write(held, part); // journal files roll and seals run meanwhile
          assertThat(held.sql("SELECT count(*) FROM samples").at("/rows/0/0").asLong())
              .isEqualTo((part + 1L) * ROWS);
        }
        status = held.json("/health/status");
        assertThat(status.at("/connections/refused").asInt()).isPositive();
        assertThat(status.at("/connections/open").asInt()).isLessThanOrEqualTo(most);
        assertThat(status.at("/handles/open").asInt()).isLessThan(DESCRIPTORS);
        assertThat(status.path("state").asText()).isIn("READY", "DEGRADED");
        assertThat(held.get("/metrics").body())
            .contains("tidemark_http_connections_refused_total ");
      } finally {
        for (Socket socket : idle) {
          socket.close();
        }
      }
      assertThat(isTakenAgain(server)).as("new connections are taken").isTrue();
      assertThat(server.isAlive()).isTrue();
      assertThat(server.output()).doesNotContain("Too many open files");
    }
  }

  private static void write(Api api, int part) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < ROWS; i++) {
      lines.append("m,tag=F.1 value=").append(i).append(' ').append((long) part * ROWS + i);
      lines.append('\n');
    }
    api.writeLines(lines.toString());
  }

  /** Whether a client of its own gets an answer, once the server has seen that others left. */
  private static boolean isTakenAgain(ServerProcess server) throws InterruptedException {
    for (int attempt = 0; attempt < 100; attempt++) {
      try {
        if (server.api().get("/health/live").statusCode() == 200) {
          return true;
        }
      } catch (RuntimeException e) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
    return false;
  }

  @Test
  void aQueryWithoutMemoryFailsAloneWhileSamplesComeIn() throws Exception {
    try (TestServer server =
        TestServer.start(
            folder, Map.of("query.sqlMemoryBytesMax", "64MiB", "query.memoryBytesMax", "1MiB"))) {
      AtomicBoolean stop = new AtomicBoolean();
      AtomicInteger written = new AtomicInteger();
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int part = 0; !stop.get(); part++) {
                      write(server.api(), part);
                      written.incrementAndGet();
                    }
                  });
      while (written.get() < 20 && writer.isAlive()) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      int before = written.get();
      for (int i = 0; i < 3; i++) {
        HttpResponse<String> greedy =
            server
                .api()
                .send(
                    "POST",
                    "/api/v1/sql",
                    "text/plain",
                    "SELECT list(repeat('x', 10000) || x) FROM range(40000) t(x)");
        assertThat(greedy.statusCode()).as(greedy.body()).isEqualTo(422);
        assertThat(Api.parse(greedy.body()).path("code").asText()).isEqualTo("QUERY_MEMORY");
      }
      while (written.get() == before && writer.isAlive()) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      stop.set(true);
      writer.join();
      assertThat(written.get()).as("samples came in all the while").isGreaterThan(before);
      assertThat(server.api().sql("SELECT count(*) FROM samples").at("/rows/0/0").asLong())
          .isEqualTo((long) written.get() * ROWS);
    }
  }
}
