package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.demo.DemoPlant;
import io.tidemark.demo.EngineTarget;
import io.tidemark.model.TimeRange;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.types.Types;
import org.apache.arrow.vector.types.pojo.Field;
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
  void phaseSummaryOfAnOrderFollowsTheUnit() {
    JsonNode answer =
        api.sql(
            "SELECT batch_id, phase, tag, duration_s, time_average, minimum, maximum, percent_good,"
                + " provisional, unit_id, start_time, end_time FROM phase_summary WHERE order_id ="
                + " 'PO-1007' AND attribute = 'Reactor Temperature'");
    assertThat(answer.path("rows").size()).isEqualTo(30);
    assertThat(answer.path("columns").path(4).path("uom").asText()).isEqualTo("degC");
    assertThat(answer.path("columns").path(7).path("uom").asText()).isEqualTo("%");
    for (JsonNode row : answer.path("rows")) {
      assertThat(row.get(2).asText()).startsWith(row.get(9).asText() + ".TIC");
      JsonNode summary = summary(row.get(2), row.get(10), row.get(11));
      assertSame(row.get(4), summary.path("timeAverage"));
      assertThat(row.get(5)).isEqualTo(summary.path("minimum"));
      assertThat(row.get(6)).isEqualTo(summary.path("maximum"));
      assertSame(row.get(7), summary.path("percentGood"));
      assertThat(row.get(8).asBoolean()).isFalse();
    }
  }

  /** Sums that are added up in another order agree to twelve digits. */
  private static void assertSame(JsonNode sql, JsonNode rest) {
    assertThat(sql.asDouble()).isCloseTo(rest.asDouble(), withinPercentage(1e-10));
  }

  private JsonNode summary(JsonNode tag, JsonNode start, JsonNode end) {
    return api.json(
            "/api/v1/values/summary?tag=%s&startTime=%s&endTime=%s"
                .formatted(tag.asText(), Api.encode(start.asText()), Api.encode(end.asText())))
        .path("tags")
        .path(0)
        .path("values")
        .path(0);
  }

  @Test
  void steamOfAnOrderIsInKilograms() {
    JsonNode answer =
        api.sql(
            "SELECT batch_id, total, uom, total_uom, tag, start_time, end_time FROM batch_summary"
                + " WHERE order_id = 'PO-1007' AND attribute = 'Jacket Steam'");
    assertThat(answer.path("columns").path(1).path("uom").asText()).isEqualTo("kg");
    assertThat(answer.path("rows").size()).isEqualTo(12); // on its reactor and on the dryer
    for (JsonNode row : answer.path("rows")) {
      assertThat(row.get(2).asText()).isEqualTo("kg/h");
      assertThat(row.get(3).asText()).isEqualTo("kg");
      assertSame(row.get(1), summary(row.get(4), row.get(5), row.get(6)).path("total"));
    }
  }

  @Test
  void aRunningBatchIsProvisional() {
    JsonNode rows =
        api.sql(
                "SELECT s.provisional, s.end_time, s.duration_s > 0 FROM batch_summary s WHERE"
                    + " s.attribute = 'Reactor Temperature' AND s.batch_id IN (SELECT batch_id FROM"
                    + " batches WHERE end_time IS NULL) AND s.product_id IS NOT NULL AND s.end_time"
                    + " IS NULL")
            .path("rows");
    assertThat(rows.size()).isPositive();
    for (JsonNode row : rows) {
      assertThat(row.get(0).asBoolean()).isTrue();
      assertThat(row.get(1).isNull()).isTrue();
      assertThat(row.get(2).asBoolean()).isTrue();
    }
  }

  @Test
  void batchesOfAProductLieOverEachOther() {
    JsonNode rows =
        api.sql(
                "SELECT batch_id, count(*) AS n, min(x), max(x), max(value) AS highest, min(phase),"
                    + " max(phase) FROM by_batch(batches => (SELECT list(batch_id) FROM batches"
                    + " WHERE product_id = 'P-100' AND unit_id = 'R1' AND end_time IS NOT NULL),"
                    + " attributes => ['Reactor Temperature'], anchor => 'React', points => 200)"
                    + " GROUP BY batch_id ORDER BY highest DESC NULLS LAST")
            .path("rows");
    assertThat(rows.size()).isGreaterThan(2);
    assertThat(rows.path(0).path(0).asText()).isEqualTo("B-0041");
    for (JsonNode row : rows) {
      assertThat(row.get(1).asLong()).isEqualTo(200);
      assertThat(row.get(2).asDouble()).isZero();
      assertThat(row.get(3).asDouble()).isEqualTo(0.995);
      assertThat(row.get(5).asText()).isEqualTo("React");
      assertThat(row.get(6).asText()).isEqualTo("React");
    }
  }

  @Test
  void theHotBatchLeavesTheBandOfTheOthers() {
    JsonNode rows =
        api.sql(
                "SELECT batch_id, percent_outside, maximum_deviation FROM deviation(orders =>"
                    + " 'PO-1007', units => 'R1', attributes => 'Reactor Temperature', anchor =>"
                    + " 'React', reference_product => 'P-100', noise_floor => 1) ORDER BY"
                    + " percent_outside DESC")
            .path("rows");
    assertThat(rows.size()).isEqualTo(3);
    assertThat(rows.path(0).path(0).asText()).isEqualTo("B-0041");
    assertThat(rows.path(0).path(1).asDouble()).isGreaterThan(50);
    assertThat(rows.path(0).path(2).asDouble()).isGreaterThan(1);
    assertThat(rows.path(1).path(1).asDouble()).isLessThan(10);
  }

  @Test
  void eventsOfAnOrderTellWhatWentWrong() {
    JsonNode rows =
        api.sql(
                "SELECT o.order_id, b.batch_id, e.type, e.reason, e.start_time FROM orders o JOIN"
                    + " batches b USING (order_id) JOIN events e USING (batch_id) WHERE o.order_id"
                    + " = 'PO-1007' ORDER BY e.start_time")
            .path("rows");
    assertThat(rows.toString()).contains("B-0041", "HighTemperature", "B-0039");
  }

  @Test
  void aDataSetHasAColumnForEachTag() throws IOException {
    String statement =
        "SELECT * FROM wide(tags => ['R1.TIC101.PV','R1.TI102.PV','R1.SIC105.PV'], start_time =>"
            + " now() - INTERVAL '2 days', end_time => now(), every => INTERVAL '1 minute')";
    JsonNode answer = api.sql(statement);
    assertThat(answer.path("rows").size()).isEqualTo(2880);
    assertThat(answer.path("columns").toString())
        .isEqualTo(
            "[{\"name\":\"ts\",\"type\":\"TIMESTAMP WITH TIME ZONE\",\"uom\":\"\"},"
                + "{\"name\":\"R1.TIC101.PV\",\"type\":\"DOUBLE\",\"uom\":\"degC\"},"
                + "{\"name\":\"R1.TI102.PV\",\"type\":\"DOUBLE\",\"uom\":\"degC\"},"
                + "{\"name\":\"R1.SIC105.PV\",\"type\":\"DOUBLE\",\"uom\":\"rpm\"}]");
    String before = "";
    for (JsonNode row : answer.path("rows")) {
      assertThat(row.get(0).asText()).isGreaterThan(before);
      before = row.get(0).asText();
    }
    JsonNode status = api.sql(statement.replace("every =>", "with_status => true, every =>"));
    assertThat(status.path("columns").findValuesAsText("name"))
        .containsExactly(
            "ts",
            "R1.TIC101.PV",
            "R1.TIC101.PV.status",
            "R1.TI102.PV",
            "R1.TI102.PV.status",
            "R1.SIC105.PV",
            "R1.SIC105.PV.status");
    try (InputStream arrow = api.open("/api/v1/sql?format=arrow", "text/plain", statement);
        BufferAllocator allocator = new RootAllocator();
        ArrowStreamReader reader = new ArrowStreamReader(arrow, allocator)) {
      Field field = reader.getVectorSchemaRoot().getSchema().findField("R1.TIC101.PV");
      assertThat(field.getType()).isEqualTo(Types.MinorType.FLOAT8.getType());
      assertThat(field.getMetadata())
          .containsEntry("uom", "degC")
          .containsEntry("step", "false")
          .containsEntry("mode", "interpolated")
          .containsKeys("timeZone", "dataVersion");
      long rows = 0;
      while (reader.loadNextBatch()) {
        rows += reader.getVectorSchemaRoot().getRowCount();
      }
      assertThat(rows).isEqualTo(2880);
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
        "SELECT * FROM information_schema.views",
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
