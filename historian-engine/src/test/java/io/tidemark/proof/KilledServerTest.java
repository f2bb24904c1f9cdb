package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server process is killed with SIGKILL under load, again and again on the same folder. What it
 * acknowledged is there after every restart, nothing is there twice.
 */
class KilledServerTest {
  private static final int KILLS = Integer.getInteger("tidemark.kills", 10);
  private static final int WRITERS = 2;
  private static final int ROWS = 200;

  @TempDir Path folder;

  @Test
  void acknowledgedSamplesSurviveAndNoneComesTwice() throws Exception {
    Random random = new Random(42);
    /* What each writer sent (all) and got acknowledged (synced), by index of the sample. */
    List<TreeMap<Long, Boolean>> sent = new ArrayList<>();
    for (int w = 0; w < WRITERS; w++) {
      sent.add(new TreeMap<>());
    }
    for (int kill = 0; kill <= KILLS; kill++) {
      try (ServerProcess server = ServerProcess.start(folder)) {
        for (int w = 0; w < WRITERS; w++) {
          assertStored(server.api(), w, sent.get(w), kill);
        }
        if (kill == KILLS) {
          break;
        }
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        for (int w = 0; w < WRITERS; w++) {
          int writer = w;
          threads.add(
              Thread.ofPlatform().start(() -> write(server.api(), writer, sent.get(writer), stop)));
        }
        TimeUnit.MILLISECONDS.sleep(50 + random.nextInt(400));
        server.kill();
        stop.set(true);
        for (Thread thread : threads) {
          thread.join();
        }
      }
    }
    assertThat(sent.getFirst().values()).as("the test wrote something").contains(true);
  }

  /** Sends frame after frame until the connection breaks; true in the map means acknowledged. */
  private static void write(Api api, int writer, TreeMap<Long, Boolean> sent, AtomicBoolean stop) {
    long next = sent.isEmpty() ? 0 : sent.lastKey() + 1;
    while (!stop.get()) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < ROWS; i++) {
        long index = next + i;
        sent.put(index, false);
        lines
            .append("load,tag=W")
            .append(writer)
            .append(" value=")
            .append(index)
            .append(".5 ")
            .append(1_700_000_000_000L + index)
            .append('\n');
      }
      try {
        HttpResponse<String> response =
            api.send("POST", "/api/v1/write?precision=ms", "text/plain", lines.toString());
        if (response.statusCode() != 204) {
          return;
        }
      } catch (RuntimeException e) {
        return;
      }
      for (int i = 0; i < ROWS; i++) {
        sent.put(next + i, true);
      }
      next += ROWS;
    }
  }

  private static void assertStored(Api api, int writer, TreeMap<Long, Boolean> sent, int kill)
      throws IOException {
    if (sent.isEmpty()) {
      return;
    }
    JsonNode answer =
        api.json(
            "/api/v1/values/recorded?tag=W"
                + writer
                + "&startTime=2023-11-14T00:00:00Z&endTime=2023-11-16T00:00:00Z");
    List<Long> stored = new ArrayList<>();
    for (JsonNode value : answer.path("tags").path(0).path("values")) {
      stored.add((long) Math.floor(value.path("value").asDouble()));
    }
    for (int i = 1; i < stored.size(); i++) {
      assertThat(stored.get(i))
          .as("kill %d writer %d: none twice, in order", kill, writer)
          .isGreaterThan(stored.get(i - 1));
    }
    Set<Long> missing = new TreeSet<>();
    sent.forEach(
        (index, acknowledged) -> {
          if (acknowledged) {
            missing.add(index);
          }
        });
    for (Long index : stored) {
      assertThat(sent.containsKey(index)).as("nothing that was not sent: %d", index).isTrue();
      missing.remove(index);
    }
    assertThat(missing).as("kill %d writer %d: acknowledged and lost", kill, writer).isEmpty();
  }
}
