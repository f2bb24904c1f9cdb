package io.tidemark.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.model.Principal;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TimeRange;
import io.tidemark.proof.Api;
import io.tidemark.proof.TestServer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches and phases come out of the samples of a batch tag and a phase tag. */
class DerivedContextTest {
  private static final long PATIENCE_NS = 60_000_000_000L;
  private static final String PHASES =
      "SELECT batch_id, phase, instance, epoch(start_time), epoch(end_time) FROM phases WHERE"
          + " unit_id = ? AND (end_time IS NULL OR end_time > start_time) ORDER BY start_time";
  private static final String BATCHES =
      "SELECT batch_id, status, epoch(start_time), epoch(end_time) FROM batches WHERE unit_id = ?"
          + " ORDER BY batch_id";

  @TempDir private Path folder;
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder, Map.of());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private void derive(String id, String json) {
    HttpResponse<String> answer =
        server.api().send("PUT", "/api/v1/context/derivations/" + id, "application/json", json);
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
  }

  private JsonNode rows(String statement, String unit) {
    return server.api().sql(statement, unit).path("rows");
  }

  /** What a statement answers once it answers that, or at last. */
  private void await(String statement, String unit, String expected) {
    long deadline = System.nanoTime() + PATIENCE_NS;
    JsonNode wanted = Api.parse(expected.replace('\'', '"'));
    while (!rows(statement, unit).equals(wanted) && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(20_000_000);
    }
    assertThat(rows(statement, unit)).isEqualTo(wanted);
  }

  @Test
  void samplesInAnyOrderBecomeBatchesAndPhases() throws IOException {
    derive(
        "U1",
        "{\"unitId\":\"U1\",\"batchTag\":\"U1.BATCH\",\"phaseTag\":\"U1.PHASE\","
            + "\"idleStates\":\"Idle\",\"phaseNames\":\"1=Heat|2=Cool\",\"productId\":\"P-1\"}");
    List<String> lines =
        new ArrayList<>(
            List.of(
                "m,tag=U1.BATCH value=\"A\" 100",
                "m,tag=U1.BATCH value=\"\" 400",
                "m,tag=U1.BATCH value=\"B\" 500",
                "m,tag=U1.PHASE value=1i 100",
                "m,tag=U1.PHASE value=2i 200",
                "m,tag=U1.PHASE value=1i 300",
                "m,tag=U1.PHASE value=3i 600"));
    Collections.shuffle(lines, new Random(7));
    for (String line : lines) {
      write(line);
    }
    await(BATCHES, "U1", "[['A','Complete',100.0,400.0],['B','Running',500.0,null]]");
    await(
        PHASES,
        "U1",
        "[['A','Heat',1,100.0,200.0],['A','Cool',1,200.0,300.0],['A','Heat',2,300.0,400.0],"
            + "['B','Heat',1,500.0,600.0],['B','3',1,600.0,null]]");

    write("m,tag=U1.PHASE value=2i 150"); // late
    write("m,tag=U1.BATCH value=\"\" 350");
    String corrected =
        "[['A','Heat',1,100.0,150.0],['A','Cool',1,150.0,300.0],['A','Heat',2,300.0,350.0],"
            + "['B','Heat',1,500.0,600.0],['B','3',1,600.0,null]]";
    await(PHASES, "U1", corrected);
    await(BATCHES, "U1", "[['A','Complete',100.0,350.0],['B','Running',500.0,null]]");
    JsonNode batch = server.api().json("/api/v1/context/batches/A");
    assertThat(batch.path("changedBy").asText()).isEqualTo("derivation:U1");
    assertThat(batch.path("productId").asText()).isEqualTo("P-1");

    int version = batch.path("version").asInt();
    server.close();
    server = TestServer.start(folder, Map.of());
    write("m,tag=U1.BATCH value=\"\" 700"); // told after everything was told anew
    await(BATCHES, "U1", "[['A','Complete',100.0,350.0],['B','Complete',500.0,700.0]]");
    assertThat(server.api().json("/api/v1/context/batches/A").path("version").asInt())
        .isEqualTo(version);
    await(PHASES, "U1", corrected.replace("null", "700.0"));
  }

  private void write(String line) {
    HttpResponse<String> answer =
        server.api().send("POST", "/api/v1/write?precision=s", "text/plain", line);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
  }

  @Test
  void aDerivationThatComesLaterTellsWhatWasRecordedBefore() {
    write("m,tag=U2.RUN value=true 100");
    write("m,tag=U2.RUN value=false 200");
    write("m,tag=U2.RUN value=true 300");
    derive("U2", "{\"unitId\":\"U2\",\"batchTag\":\"U2.RUN\",\"batchPrefix\":\"U2/\"}");
    String two =
        "[['U2/1970-01-01T00:01:40Z','Complete',100.0,200.0],"
            + "['U2/1970-01-01T00:05:00Z','Running',300.0,null]]";
    await(BATCHES, "U2", two);
    derive("U2", "{\"active\":false}");
    write("m,tag=U2.RUN value=false 400");
    derive("U3", "{\"unitId\":\"U3\",\"batchTag\":\"U2.RUN\"}"); // shows that it was looked at
    await(
        BATCHES,
        "U3",
        "[['U3-1970-01-01T00:01:40Z','Complete',100.0,200.0],"
            + "['U3-1970-01-01T00:05:00Z','Complete',300.0,400.0]]");
    assertThat(rows(BATCHES, "U2")).isEqualTo(Api.parse(two.replace('\'', '"')));
    derive("U2", "{\"active\":true,\"minimumSeconds\":150}");
    await(
        BATCHES,
        "U2",
        "[['U2/1970-01-01T00:01:40Z','Cancelled',100.0,100.0],"
            + "['U2/1970-01-01T00:05:00Z','Cancelled',300.0,300.0]]");
  }

  @Test
  void aLongHistoryIsToldInParts() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 650; i++) { // every third batch is followed by a pause
      lines.append("m,tag=U4.BATCH value=\"N%d\" %d000000000\n".formatted(i, 1000 + 10 * i));
      if (i % 3 == 0) {
        lines.append("m,tag=U4.BATCH value=\"\" %d000000000\n".formatted(1005 + 10 * i));
      }
    }
    server.api().writeLines(lines.toString());
    derive("U4", "{\"unitId\":\"U4\",\"batchTag\":\"U4.BATCH\"}");
    await(
        "SELECT count(*), count(end_time), count(DISTINCT start_time),"
            + " sum(epoch(end_time) - epoch(start_time)), max(version) FROM batches"
            + " WHERE unit_id = ?",
        "U4",
        "[[650,649,650,%s,1]]".formatted((217 * 5 + 432 * 10) + ".0"));
  }

  @Test
  void theDemoPlantIsToldAsItsMesHasIt() {
    DemoPlant plant = new DemoPlant(42, Instant.parse("2026-11-24T09:30:02.5Z"), 10);
    derive(
        "X1",
        "{\"unitId\":\"X1\",\"batchTag\":\"R1.BATCH\",\"phaseTag\":\"R1.PHASE\","
            + "\"idleStates\":\"Idle|Clean\",\"batchPrefix\":\"X-\"}");
    long endNs = plant.anchorNs();
    for (String body : plant.contextJson(endNs)) {
      server.engine().putContextBulk(body, Principal.SYSTEM);
    }
    Recording recording = Recording.of(plant, new TimeRange(plant.startNs(), endNs));
    StringBuilder lines = new StringBuilder();
    for (String tag : List.of("R1.BATCH", "R1.PHASE")) {
      for (Recording.Sample sample : recording.of(tag)) {
        assertThat(sample.status()).isEqualTo(StatusCodes.GOOD);
        lines.append("m,tag=%s value=\"%s\" %d\n".formatted(tag, sample.value(), sample.timeNs()));
      }
    }
    server.api().writeLines(lines.toString());

    JsonNode expected = rows(PHASES, "R1");
    assertThat(expected).hasSizeGreaterThan(50);
    await(PHASES, "X1", expected.toString().replace("\"B-", "\"X-B-"));
    JsonNode batches =
        rows(
            "SELECT batch_id, epoch(start_time) FROM batches WHERE unit_id = ?"
                + " ORDER BY batch_id",
            "R1");
    await(
        "SELECT batch_id, epoch(start_time) FROM batches WHERE unit_id = ? ORDER BY batch_id",
        "X1",
        batches.toString().replace("\"B-", "\"X-B-"));
  }
}
