package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.demo.DemoPlant;
import io.tidemark.demo.EngineTarget;
import io.tidemark.model.TimeRange;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * SQL over the demo plant: the statements of the first quarter of an hour, and what SQL must
 * refuse.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoStatementsTest {
  private static final String PHASES_OF_ORDER =
      "SELECT p.batch_id, p.phase, count(*) AS n, min(s.value) AS lo, max(s.value) AS hi,"
          + " min(p.start_time) AS start_time, max(p.end_time) AS end_time"
          + " FROM phases p JOIN samples s ON s.tag = 'R1.TIC101.PV' AND s.ts >= p.start_time"
          + " AND s.ts < coalesce(p.end_time, now())"
          + " WHERE p.order_id = 'PO-1007' AND p.unit_id = 'R1' GROUP BY ALL ORDER BY 1, 6";

  private TestServer server;
  private Api api;
  private DemoPlant plant;

  @BeforeAll
  void fill(@TempDir Path folder) throws IOException {
    server = TestServer.start(folder, Map.of());
    api = server.api();
    plant = new DemoPlant(42, Instant.now(), 3);
    EngineTarget target = new EngineTarget(server.engine());
    target.defineTags(plant.tags());
    plant.contextJson(plant.anchorNs()).forEach(target::context);
    target.write(plant, new TimeRange(plant.startNs(), plant.anchorNs()));
    server.engine().sealNow();
  }

  @AfterAll
  void stop() throws IOException {
    server.close();
  }

  @Test
  void phasesOfAnOrderHaveTheNumbersThatRestGives() {
    JsonNode rows = api.sql(PHASES_OF_ORDER).path("rows");
    assertThat(rows.size()).isEqualTo(15); // three batches of five phases
    for (JsonNode row : rows) {
      JsonNode summary =
          api.json(
                  "/api/v1/values/summary?tag=R1.TIC101.PV&startTime="
                      + Api.encode(row.get(5).asText())
                      + "&endTime="
                      + Api.encode(row.get(6).asText()))
              .path("tags")
              .path(0)
              .path("values")
              .path(0);
      assertThat(row.get(2).asLong()).isEqualTo(summary.path("count").asLong());
      assertThat(row.get(3).asDouble()).isEqualTo(summary.path("minimum").asDouble());
      assertThat(row.get(4).asDouble()).isEqualTo(summary.path("maximum").asDouble());
    }
  }

  @Test
  void explainShowsThatOnlyTheRangesOfTheBatchesAreRead() {
    JsonNode scan = api.sql("EXPLAIN " + PHASES_OF_ORDER).path("rows").path(0);
    long batches =
        api.sql("SELECT count(*) FROM batches WHERE order_id = ? AND unit_id = ?", "PO-1007", "R1")
            .path("rows")
            .path(0)
            .path(0)
            .asLong();
    assertThat(scan.get(0).asText()).isEqualTo("samples");
    assertThat(scan.get(2).asText()).isEqualTo("R1.TIC101.PV");
    assertThat(scan.get(3).asLong()).isPositive().isLessThanOrEqualTo(batches * 5);
    assertThat(scan.get(4).asText()).doesNotContain("start to").doesNotContain("to end");
  }

  @Test
  void pushedDownAndPlainScansAgree() {
    for (String condition :
        List.of(
            "tag = 'R1.TIC101.PV'",
            "tag IN ('R1.TIC101.PV', 'R2.TIC201.PV') AND ts < now() - INTERVAL '1 day'",
            "tag LIKE 'R1.T%' AND ts BETWEEN now() - INTERVAL '30 hours' AND now() - INTERVAL '2"
                + " hours'",
            "tag >= 'R2' AND value > 50",
            "tag = 'R1.XV106.ST' OR tag = 'R1.PHASE'")) {
      String columns = "SELECT count(*), count(value), min(ts_ns), max(ts_ns), count(text) FROM ";
      JsonNode pushed = api.sql(columns + "samples WHERE " + condition).path("rows");
      // The barrier of a window function keeps predicates above the scan.
      JsonNode plain =
          api.sql(columns + "(SELECT *, row_number() OVER () AS n FROM samples) WHERE " + condition)
              .path("rows");
      assertThat(pushed).as(condition).isEqualTo(plain);
    }
  }

  @Test
  void parametersAreValuesNeverText() {
    assertThat(
            api.sql("SELECT * FROM samples WHERE tag = ?", "x' OR '1'='1")
                .path("rowCount")
                .asLong())
        .isZero();
  }

  @Test
  void functionsGiveWhatRestGives() {
    JsonNode sql =
        api.sql(
                "SELECT time_average, count, percent_good FROM summary(tags => ['R1.TIC101.PV'],"
                    + " start_time => '*-2d', end_time => '*-1d')")
            .path("rows")
            .path(0);
    assertThat(sql.get(1).asLong()).isBetween(17_279L, 17_281L);
    assertThat(sql.get(2).asDouble()).isEqualTo(100.0);
    JsonNode grid =
        api.sql(
            "SELECT count(*), count(value) FROM interpolated(tags => 'R1.TIC101.PV', start_time =>"
                + " now() - INTERVAL '2 days', end_time => now() - INTERVAL '1 day', every =>"
                + " INTERVAL '1 minute')");
    assertThat(grid.path("rows").path(0).path(0).asLong()).isEqualTo(1440);
    assertThat(grid.path("rows").path(0).path(1).asLong()).isEqualTo(1440);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM samples",
        "INSERT INTO batches VALUES (1)",
        "SELECT 1; SELECT 2",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM duckdb_settings()",
        "SELECT getenv('HOME')",
        "SELECT current_setting('memory_limit')",
        "COPY samples TO '/tmp/x'",
        "ATTACH '/tmp/x.db'",
        "SET threads = 1",
        "PRAGMA version",
        "INSTALL httpfs",
        "CALL pragma_version()",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM nowhere",
        "SELEC 1"
      })
  void whatIsNoReadOfOursIsRefused(String statement) {
    HttpResponse<String> response = api.send("POST", "/api/v1/sql", "text/plain", statement);
    assertThat(response.statusCode()).as(response.body()).isBetween(400, 499);
    assertThat(Api.parse(response.body()).path("code").asText())
        .isIn("READ_ONLY", "SQL_REFUSED", "SQL_ERROR");
  }
}
