package io.tidemark.wire.http;

import static io.tidemark.wire.http.Door.JSON;
import static io.tidemark.wire.http.Door.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.proof.Api;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A statement that names a data version sees samples and context as they were then. */
@TestMethodOrder(OrderAnnotation.class)
class SqlAsOfTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir static Path folder;
  private static Door door;
  private static String before = "";

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder);
    door.put("/api/v1/tags", "{\"name\":\"A.T\",\"uom\":\"degC\"}");
    door.api().writeLines("m,tag=A.T value=10 0\nm,tag=A.T value=20 3600000000000");
    door.post(
        "/api/v1/context",
        JSON,
        """
        {"attributes":[{"equipmentId":"U1","name":"Temperature","tag":"A.T"}],
         "equipment":[{"equipmentId":"U1","level":"Unit"}],
         "batches":[{"batchId":"B1","orderId":"O1","unitId":"U1","startTime":"1970-01-01T00:00:00Z",
           "endTime":"1970-01-01T01:00:00Z"}],
         "steps":[{"stepId":"P1","batchId":"B1","name":"Heat","startTime":"1970-01-01T00:00:00Z",
           "endTime":"1970-01-01T01:00:00Z"}]}\
        """);
    before = ask("SELECT 1", null).path("dataVersion").asText();
    door.api().writeLines("m,tag=A.T value=30 1800000000000");
    door.put("/api/v1/context/batches/B1", "{\"endTime\":\"1970-01-01T00:30:00Z\"}");
    door.put("/api/v1/context/steps/P1", "{\"endTime\":\"1970-01-01T00:30:00Z\"}");
    door.put("/api/v1/context/batches/B2", "{\"unitId\":\"U1\"}");
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  private static JsonNode ask(String sql, @Nullable String asOf) {
    ObjectNode body = MAPPER.createObjectNode().put("sql", sql).put("timeZone", "UTC");
    if (asOf != null) {
      body.put("asOf", asOf);
    }
    return Api.expect(door.post("/api/v1/sql", JSON, body.toString()));
  }

  private static void assertRows(String sql, String then, String now) {
    assertThat(ask(sql, before).path("rows")).as("then: " + sql).isEqualTo(Api.parse(then));
    assertThat(ask(sql, null).path("rows")).as("now: " + sql).isEqualTo(Api.parse(now));
  }

  @Test
  void samplesAreThoseOfThen() {
    assertRows("SELECT count(*), max(value) FROM samples", "[[2,20.0]]", "[[3,30.0]]");
  }

  @Test
  void contextIsThatOfThen() {
    assertRows(
        "SELECT batch_id, version, end_time FROM batches ORDER BY 1",
        "[[\"B1\",1,\"1970-01-01T01:00:00Z\"]]",
        "[[\"B1\",2,\"1970-01-01T00:30:00Z\"],[\"B2\",1,null]]");
    assertRows(
        "SELECT p.phase, p.order_id, p.end_time FROM phases p",
        "[[\"Heat\",\"O1\",\"1970-01-01T01:00:00Z\"]]",
        "[[\"Heat\",\"O1\",\"1970-01-01T00:30:00Z\"]]");
  }

  @Test
  void joinsAndSummariesAreThoseOfThen() {
    assertRows(
        "SELECT p.batch_id, count(*) AS n, max(s.value) AS hi FROM phases p JOIN samples s ON s.tag"
            + " = 'A.T' AND s.ts >= p.start_time AND s.ts <= p.end_time GROUP BY ALL",
        "[[\"B1\",2,20.0]]",
        "[[\"B1\",2,30.0]]");
    assertRows(
        "SELECT batch_id, time_average, duration_s, version FROM batch_summary WHERE attribute ="
            + " 'Temperature' AND order_id = 'O1'",
        "[[\"B1\",15.0,3600.0,1]]",
        "[[\"B1\",20.0,1800.0,2]]");
    assertRows(
        "SELECT time_average FROM summary(tags => 'A.T', start_time => (SELECT start_time FROM"
            + " batches WHERE batch_id = 'B1'), end_time => (SELECT end_time FROM batches WHERE"
            + " batch_id = 'B1'))",
        "[[15.0]]",
        "[[20.0]]");
    assertRows(
        "WITH b AS (SELECT * FROM batches WHERE order_id = 'O1') SELECT count(*) FROM b JOIN"
            + " samples s ON s.ts >= b.start_time AND s.ts < b.end_time",
        "[[1]]",
        "[[1]]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT batches.batch_id FROM batches",
        "SELECT b.* FROM batches AS b(id)",
        "SELECT batch_id FROM (SELECT * FROM \"Batches\")",
        "WITH batches AS (SELECT 'B1' AS batch_id) SELECT batch_id FROM batches",
      })
  void namesMeanWhatTheyMeanOtherwise(String sql) {
    assertThat(ask(sql, before).path("rows").path(0).path(0).asText()).isEqualTo("B1");
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void versionsMadeMeanwhileAreFoundToo() {
    String middle = ask("SELECT 1", null).path("dataVersion").asText();
    door.put("/api/v1/context/batches/B1", "{\"endTime\":\"1970-01-01T00:20:00Z\"}");
    String sql = "SELECT version, end_time FROM batches WHERE batch_id = 'B1'";
    assertThat(ask(sql, middle).path("rows"))
        .isEqualTo(Api.parse("[[2,\"1970-01-01T00:30:00Z\"]]"));
    assertThat(ask(sql, before).path("rows"))
        .isEqualTo(Api.parse("[[1,\"1970-01-01T01:00:00Z\"]]"));
    assertThat(ask(sql, null).path("rows")).isEqualTo(Api.parse("[[3,\"1970-01-01T00:20:00Z\"]]"));
  }

  @Test
  void aVersionThatIsNoneIsRefused() {
    assertError(
        door.post("/api/v1/sql", JSON, "{\"sql\":\"SELECT 1\",\"asOf\":\"tomorrow\"}"),
        400,
        "OUT_OF_RANGE");
    assertError(
        door.post("/api/v1/sql", JSON, "{\"sql\":\"SELECT 1\",\"asOf\":7}"), 400, "WRONG_TYPE");
  }
}
