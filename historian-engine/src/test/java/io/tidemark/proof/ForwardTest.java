package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.client.RetryRule;
import io.tidemark.client.TidemarkClient;
import io.tidemark.engine.Health;
import io.tidemark.forward.ForwardStatus;
import io.tidemark.ingest.Ack;
import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.WriteSession;
import io.tidemark.model.Principal;
import io.tidemark.storage.SampleStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that sends on what it records: every sample gets to the other one, once, whatever
 * happens in between, and what is new does not wait for what piled up.
 */
class ForwardTest {
  private static final long HANG_SECONDS = Long.getLong("tidemark.hangSeconds", 60);

  @TempDir Path folder;
  private TestServer server;
  private LaneGate gate;
  private @Nullable TestServer source;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder.resolve("server"), Map.of());
    gate = new LaneGate(server.address());
  }

  @AfterEach
  void stop() throws IOException {
    if (source != null) {
      source.close();
    }
    gate.close();
    server.close();
  }

  private TestServer source(String... settings) throws IOException {
    Map<String, String> all = new HashMap<>();
    all.put("forward.to", gate.address());
    all.put("forward.name", "line-7");
    all.put("forward.liveLag", "300ms");
    all.put("store.journalFileBytesMax", "4MiB");
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    TestServer started = TestServer.start(folder.resolve("source"), all);
    source = started;
    return started;
  }

  private static ForwardStatus status(TestServer of) {
    ForwardStatus status = of.engine().forwardStatus();
    assertThat(status).isNotNull();
    return status;
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(String what, Condition condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(HANG_SECONDS);
    while (!condition.holds()) {
      assertThat(System.nanoTime() - end).as("still waiting: %s", what).isNegative();
      LockSupport.parkNanos(2_000_000);
    }
  }

  private JsonNode recorded(TestServer of, String tag) {
    JsonNode answer =
        of.api()
            .json(
                "/api/v1/values/recorded?startTime=1969-12-31&endTime=1970-01-02&tag="
                    + Api.encode(tag));
    return answer.path("tags").path(0).path("values");
  }

  private List<Long> values(String tag) {
    return recorded(server, tag).findValuesAsText("value").stream().map(Long::valueOf).toList();
  }

  private static String line(String tag, long value, long timeNs) {
    return "m,tag=" + tag + " value=" + value + "i " + timeNs + "\n";
  }

  private static void keepAll(TestServer of, String... tags) {
    for (String tag : tags) {
      Api.expect(
          of.api()
              .send(
                  "PUT",
                  "/api/v1/tags",
                  "application/json",
                  "{\"name\":\"" + tag + "\",\"type\":\"int64\",\"duplicates\":\"keep-all\"}"));
    }
  }

  private static List<Long> upTo(long end) {
    return IntStream.range(0, (int) end).mapToObj(Long::valueOf).toList();
  }

  /** The server goes and comes back twice, answers get lost, while samples flow. */
  @Test
  void everySampleIsThereOnceThoughTheServerWasAway() throws IOException {
    TestServer from = source();
    keepAll(from, "A", "B");
    gate.swallowEach(3);
    int samples = 0;
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 60; i++, samples++) {
        from.api().writeLines(line("A", samples, samples) + line("B", samples, samples));
        LockSupport.parkNanos(4_000_000);
      }
      if (round < 2) {
        gate.shut();
        server.close();
        for (int i = 0; i < 100; i++, samples++) {
          from.api().writeLines(line("A", samples, samples) + line("B", samples, samples));
          LockSupport.parkNanos(6_000_000);
        }
        server = TestServer.start(folder.resolve("server"), Map.of());
        gate.leadTo(server.address());
        gate.open();
      }
    }
    List<Long> all = upTo(samples);
    await("all samples of A", () -> values("A").size() >= all.size());
    await("all samples of B", () -> values("B").size() >= all.size());
    assertThat(values("A")).isEqualTo(all);
    assertThat(values("B")).isEqualTo(all);
    assertThat(gate.swallowed()).isGreaterThan(3);
    assertThat(status(from).repeats()).isGreaterThan(3);
    assertThat(gate.passed()).anyMatch(each -> each.startsWith("line-7/backlog"));
    await("the end of the backlog", () -> status(from).backlogFrames() == 0);
    await("all acknowledged", () -> status(from).liveLagSeconds() == 0);
    assertThat(status(from).samplesSent()).isEqualTo(2L * samples);
  }

  @Test
  void whatIsNewArrivesWhileTheBacklogWaits() throws IOException {
    TestServer from = source();
    gate.shut();
    for (int i = 0; i < 50; i++) {
      from.api().writeLines(line("OLD", i, i));
    }
    LockSupport.parkNanos(500_000_000);
    gate.hold("backlog");
    gate.open();
    await("a backlog", () -> status(from).backlogFrames() > 0);
    from.api().writeLines(line("NEW", 7, 1_000));
    await("what is new", () -> values("NEW").equals(List.of(7L)));
    assertThat(status(from).backlogFrames()).isPositive();
    assertThat(values("OLD").size()).isLessThan(50);
    gate.holdNone();
    await("what is old", () -> values("OLD").equals(upTo(50)));
  }

  /** A later version of a sample does not overtake the earlier one, and stays the later one. */
  @Test
  void whatIsWrittenToTheSameTimeLaterComesLater() throws IOException {
    TestServer from = source();
    gate.shut();
    from.api().writeLines(line("FIRST", 0, 0));
    for (int i = 0; i < 50; i++) {
      from.api().writeLines(line("T", i, i));
    }
    LockSupport.parkNanos(500_000_000);
    gate.hold("backlog");
    gate.open();
    await("a backlog", () -> status(from).backlogFrames() > 0);
    for (int i = 0; i < 50; i += 2) {
      from.api().writeLines(line("T", 1_000 + i, i));
    }
    from.api().writeLines(line("T", 99, 99));
    from.api().writeLines(line("OTHER", 5, 5));
    await("another tag", () -> values("OTHER").equals(List.of(5L)));
    await("a later time", () -> values("T").contains(99L));
    assertThat(values("T")).doesNotContain(1_000L);
    gate.holdNone();
    await("the end of the backlog", () -> status(from).backlogFrames() == 0);
    assertThat(values("T").size()).isEqualTo(51);
    for (int i = 0; i < 50; i++) {
      assertThat(values("T").get(i)).isEqualTo(i % 2 == 0 ? 1_000L + i : i);
    }
  }

  /** It ends without waiting, also with requests whose outcome it never hears, and goes on. */
  @Test
  void itGoesOnWhereItEnded() throws IOException {
    int samples = 0;
    for (int run = 0; run < 3; run++) {
      TestServer from = source("store.journal", run % 2 == 0 ? "chronicle" : "file");
      if (run == 0) {
        keepAll(from, "A");
      }
      gate.swallowEach(2);
      for (int i = 0; i < 40; i++, samples++) {
        from.api().writeLines(line("A", samples, samples));
        if (i == 20) {
          from.engine().sealNow();
        }
      }
      if (run % 2 == 1) {
        gate.shut();
        LockSupport.parkNanos(400_000_000);
        from.api().writeLines(line("A", samples, samples));
        samples++;
      }
      from.close();
      gate.open();
    }
    TestServer from = source();
    List<Long> all = upTo(samples);
    await("all samples", () -> values("A").size() >= all.size());
    await("all acknowledged", () -> status(from).backlogFrames() == 0);
    assertThat(values("A")).isEqualTo(all);
  }

  @Test
  void allTypesAndDefinitionsArriveAsTheyAre() throws IOException {
    TestServer from = source();
    Api.expect(
        from.api()
            .send(
                "PUT",
                "/api/v1/tags",
                "application/json",
                """
                {"tags":[
                  {"name":"F64","type":"float64","uom":"degC","description":"d","range":{"low":0,"high":9}},
                  {"name":"F32","type":"float32","step":true},
                  {"name":"I64","type":"int64"},{"name":"I32","type":"int32"},
                  {"name":"BOOL","type":"bool"},{"name":"TEXT","type":"string"},
                  {"name":"STATE","type":"digital","states":["Shut","Open"]},
                  {"name":"ALL","type":"int64","duplicates":"keep-all","forecast":true}]}
                """));
    from.api()
        .writeLines(
            """
            m,tag=F64 value=1.25 1
            m,tag=F64 value=-0.0,status="Uncertain" 2
            m,tag=F64 status="Bad_SensorFailure" 3
            m,tag=F32 value=0.1 1
            m,tag=I64 value=9007199254740993i 1
            m,tag=I32 value=-5i 1
            m,tag=BOOL value=true 1
            m,tag=BOOL value=false 2
            m,tag=TEXT value="a \\"text\\", ä" 1
            m,tag=TEXT value="" 2
            m,tag=TEXT status="Bad_NoData" 3
            m,tag=STATE value="Open" 1
            m,tag=ALL value=1i 1
            m,tag=ALL value=2i 1
            m,tag=NEW.TAG value=3.5 1
            """);
    await("the last one", () -> recorded(server, "NEW.TAG").size() == 1);
    for (String tag :
        List.of("F64", "F32", "I64", "I32", "BOOL", "TEXT", "STATE", "ALL", "NEW.TAG")) {
      assertThat(recorded(server, tag)).as(tag).isEqualTo(recorded(from, tag));
      assertThat(recorded(server, tag).size()).as(tag).isPositive();
      for (String field :
          List.of(
              "type", "uom", "description", "step", "range", "states", "duplicates", "forecast")) {
        assertThat(tag(server, tag).path(field)).as(tag).isEqualTo(tag(from, tag).path(field));
      }
    }
    Api.expect(
        from.api()
            .send(
                "PUT",
                "/api/v1/tags",
                "application/json",
                "{\"name\":\"F64\",\"description\":\"another\"}"));
    await(
        "a changed definition without samples",
        () -> tag(server, "F64").path("description").asText().equals("another"));
  }

  private static JsonNode tag(TestServer of, String name) {
    return of.api().json("/api/v1/tags?filter=" + Api.encode(name)).path("tags").path(0);
  }

  @Test
  void whatTheServerRefusesIsNamedAndTheRestIsStored() throws IOException {
    TestServer from = source("ingest.futureMax", "100d");
    Instant ahead = Instant.now().truncatedTo(ChronoUnit.SECONDS).plus(Duration.ofDays(1));
    from.api()
        .writeLines(
            line("GOOD", 1, 1)
                + line("X", 17, ahead.getEpochSecond() * 1_000_000_000L)
                + line("GOOD", 2, 2));
    await("what fits", () -> values("GOOD").equals(List.of(1L, 2L)));
    await("the count", () -> status(from).refused() == 1 && status(from).samplesSent() == 2);
    List<String> lines =
        Files.readAllLines(folder.resolve("source").resolve("forward-refused.jsonl"));
    assertThat(lines).hasSize(1);
    JsonNode sample = Api.parse(lines.getFirst());
    assertThat(sample.path("tag").asText()).isEqualTo("X");
    assertThat(sample.path("ts").asText()).isEqualTo(ahead.toString());
    assertThat(sample.path("value").asText()).isEqualTo("17");
    assertThat(sample.path("code").asText()).isEqualTo("TOO_FAR_IN_FUTURE");
    String metrics = from.engine().metricsText();
    assertThat(metrics)
        .contains(
            "tidemark_forward_refused_total 1.0",
            "tidemark_forward_samples_total 2.0",
            "tidemark_forward_backlog_frames 0.0",
            "tidemark_forward_live_lag_seconds",
            "tidemark_forward_backlog_lag_seconds",
            "tidemark_forward_retries_total");
  }

  /** A server that lost everything does not know the numbers: it gets what comes from then on. */
  @Test
  void aServerThatBeganAnewIsSentToUnderANewEpoch() throws IOException {
    TestServer from = source();
    from.api().writeLines(line("A", 1, 1));
    await("the first", () -> values("A").equals(List.of(1L)));
    from.api().writeLines(line("A", 2, 2));
    await("the second", () -> values("A").equals(List.of(1L, 2L)));
    gate.shut();
    server.close();
    from.api().writeLines(line("A", 3, 3));
    server = TestServer.start(folder.resolve("another"), Map.of());
    gate.leadTo(server.address());
    gate.open();
    await("the third", () -> values("A").equals(List.of(3L)));
    assertThat(tag(server, "A").path("type").asText()).isEqualTo("int64");
  }

  @Test
  void aServerThatDoesNotTakeSamplesIsToldOfInTheHealth() throws IOException {
    TestServer from = source();
    assertThat(from.engine().health().state()).isEqualTo(Health.State.READY);
    gate.shut();
    from.api().writeLines(line("A", 1, 1));
    await("the health", () -> from.engine().health().state() == Health.State.DEGRADED);
    assertThat(from.engine().health().reasons().getFirst().toString())
        .startsWith("FORWARD_BLOCKED: ")
        .contains("lane=live");
    gate.open();
    await("the sample", () -> values("A").equals(List.of(1L)));
    assertThat(from.engine().health().state()).isEqualTo(Health.State.READY);
  }

  /** The process is killed again and again between a client and the server that both go on. */
  @Test
  void everySampleIsThereOnceThoughTheForwarderIsKilled() throws IOException {
    Path data = folder.resolve("killed");
    String to = gate.address().replace("127.0.0.1", "localhost");
    ServerProcess process = ServerProcess.run("forward", data, 0, "--to", to, "--name", "edge 7");
    try {
      assertThat(process.output()).contains("forwarding to " + to + " as edge 7, frames that wait");
      int port = process.port();
      Api.expect(
          process
              .api()
              .send(
                  "PUT",
                  "/api/v1/tags",
                  "application/json",
                  "{\"name\":\"K\",\"type\":\"int64\",\"duplicates\":\"keep-all\"}"));
      gate.swallowEach(4);
      try (TidemarkClient client =
          TidemarkClient.to(process.address())
              .batchSamples(7)
              .retry(new RetryRule(Duration.ofMillis(10), Duration.ofMillis(200)))
              .start()) {
        int samples = 0;
        for (int kill = 0; kill < 3; kill++) {
          for (int i = 0; i < 400; i++, samples++) {
            client.write("K", samples, (long) samples);
            LockSupport.parkNanos(1_000_000);
          }
          process.kill();
          process = ServerProcess.run("forward", data, port, "--to", to, "--name", "edge 7");
        }
        assertThat(client.close(Duration.ofSeconds(HANG_SECONDS))).isTrue();
        List<Long> all = upTo(samples);
        await("all samples", () -> values("K").size() >= all.size());
        assertThat(values("K")).isEqualTo(all);
      }
    } finally {
      process.kill();
    }
  }

  /** Many samples at once; {@code -Dtidemark.forwardSamples=20000000} to see how fast. */
  @Test
  void aLongBacklogDrains() throws IOException {
    int samples = Integer.getInteger("tidemark.forwardSamples", 300_000);
    int tags = 1000;
    gate.shut();
    TestServer filling = source();
    fill(filling, samples, tags);
    filling.close();
    long start = System.nanoTime();
    TestServer from = source("forward.to", server.address());
    await("a backlog", () -> status(from).samplesSent() > 0);
    await("the end", () -> status(from).samplesSent() >= samples);
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "backlog drained: samples=%d, seconds=%.1f, samplesPerSecond=%.0f%n",
        samples, seconds, samples / seconds);
    assertThat(status(from).samplesSent()).isEqualTo(samples);
    SampleStore.Sizes there = server.engine().sizes();
    assertThat(there.hotRows() + there.segmentRows()).isEqualTo(samples);
    await("all acknowledged", () -> status(from).backlogFrames() == 0);
  }

  /** Writes samples as a collector does, a scan of all tags at a time. */
  private static void fill(TestServer into, int samples, int tags) {
    String[] names = IntStream.range(0, tags).mapToObj(i -> "FILL." + i).toArray(String[]::new);
    for (int written = 0; written < samples; ) {
      Ack ack;
      try (WriteSession session = into.engine().openSession(Principal.SYSTEM, AckLevel.JOURNALED)) {
        for (int i = 0; i < 10 * tags && written < samples; i++, written++) {
          session.decimal(
              names[written % tags],
              1_000_000_000L * (written / tags),
              Math.round(100 * Math.sin(written * 1e-4)) / 10.0,
              0);
        }
        ack = session.finish();
      }
      ack.await(HANG_SECONDS, TimeUnit.SECONDS);
    }
  }
}
