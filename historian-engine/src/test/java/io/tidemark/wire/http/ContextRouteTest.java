package io.tidemark.wire.http;

import static io.tidemark.wire.http.Door.JSON;
import static io.tidemark.wire.http.Door.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.proof.Api;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Context objects are written by their own ids, one by one and in bulk, and read back. */
class ContextRouteTest {
  private static final String CONTEXT = "/api/v1/context";

  @TempDir static Path folder;
  private static Door door;

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder);
    put("equipment/R1", "{\"name\":\"Reactor 1\",\"level\":\"Unit\"}");
    put("products/P-100", "{\"name\":\"Product\"}");
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  private static HttpResponse<String> put(String path, String body) {
    return door.put(CONTEXT + "/" + path, body);
  }

  private static JsonNode expect(
      HttpResponse<String> answer, int status, String outcome, int version) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    JsonNode object = Api.parse(answer.body());
    assertThat(object.path("outcome").asText()).isEqualTo(outcome);
    assertThat(object.path("version").asInt()).isEqualTo(version);
    return object;
  }

  @Test
  void anOrderIsCreatedThenUnchangedThenUpdated() {
    String order =
        """
        {"productId":"P-100","quantity":{"value":500,"uom":"kg"},
         "plannedStart":"2026-11-22T08:00:00Z","status":"Running"}
        """;
    JsonNode created = expect(put("orders/PO-9001", order), 201, "created", 1);
    assertThat(created.path("orderId").asText()).isEqualTo("PO-9001");
    assertThat(created.path("quantity")).isEqualTo(Api.parse("{\"value\":500.0,\"uom\":\"kg\"}"));
    assertThat(created.path("plannedStart").asText()).isEqualTo("2026-11-22T08:00:00Z");
    expect(put("orders/PO-9001", order), 200, "unchanged", 1);
    JsonNode updated =
        expect(put("orders/PO-9001", "{\"status\":\"Completed\"}"), 200, "updated", 2);
    assertThat(updated.path("productId").asText()).isEqualTo("P-100");

    JsonNode read = door.api().json(CONTEXT + "/orders/PO-9001?timeZone=Europe/Berlin");
    assertThat(read.path("version").asInt()).isEqualTo(2);
    assertThat(read.path("status").asText()).isEqualTo("Completed");
    assertThat(read.path("plannedStart").asText()).isEqualTo("2026-11-22T09:00:00+01:00");
    assertThat(read.path("quantity")).isEqualTo(created.path("quantity"));
  }

  @Test
  void aBodyWithoutTypeIsJson() {
    String path = CONTEXT + "/products/P-CURL";
    String type = "application/x-www-form-urlencoded";
    HttpResponse<String> answer =
        door.send("PUT", path, BodyPublishers.ofString("{\"name\":\"x\"}"), "Content-Type", type);
    expect(answer, 201, "created", 1);
    assertError(
        door.send("PUT", path, BodyPublishers.ofString("name"), "Content-Type", "text/plain"),
        415,
        "UNSUPPORTED_MEDIA_TYPE");
  }

  @Test
  void bulkStoresTheGoodAndNamesTheBad() {
    HttpResponse<String> answer =
        door.post(
            CONTEXT,
            JSON,
            """
            {"batches":[{"batchId":"B-9001","unitId":"R1","startTime":"2026-11-22T08:00:00Z"}],
             "steps":[{"batchId":"B-9001","unitId":"R1","level":"Phase","name":"Heat",
                       "startTime":"2026-11-22T08:00:00Z","endTime":"2026-11-22T09:00:00Z"},
                      {"batchId":"B-9001","unitId":"R1","level":"Phase","name":"Cool",
                       "startTime":"2026-11-22T10:00:00Z","endTime":"2026-11-22T09:00:00Z"}]}
            """);
    JsonNode error = Door.onlyError(answer, 2);
    assertThat(error.path("path").asText()).isEqualTo("steps[1].endTime");
    assertThat(error.path("code").asText()).isEqualTo("END_BEFORE_START");
    assertThat(error.path("message").asText()).isNotBlank();
    assertThat(
            door.api()
                .sql("SELECT batch_id, name FROM batch_steps WHERE batch_id = 'B-9001'")
                .path("rows"))
        .isEqualTo(Api.parse("[[\"B-9001\",\"Heat\"]]"));
  }

  @Test
  void bulkWithoutErrorsAnswersPlainly() {
    HttpResponse<String> answer =
        door.post(
            CONTEXT, JSON, "{\"products\":[{\"productId\":\"P-1\"},{\"productId\":\"P-2\"}]}");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(Api.parse(answer.body())).isEqualTo(Api.parse("{\"stored\":2,\"errors\":[]}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"products":[{"productId":"P-8"},{"nme":"x"}]} | 1 | products[1].nme | UNKNOWN_FIELD
          {"products":[{"productId":"P-8"},{"name":""}]} | 1 | products[1].productId | MISSING_FIELD
          {"products":[{"productId":"P-8"},7]} | 1 | products[1] | WRONG_TYPE
          {"products":[{"productId":"P-8","name":7}]} | 0 | products[0].name | WRONG_TYPE
          {"batches":[{"batchId":"B","startTime":"noon"}]} | 0 | batches[0].startTime | BAD_TIME
          {"products":{"productId":"P-8"}} | 0 | products | WRONG_TYPE
          {"produkts":[{"productId":"P-8"}]} | 0 | produkts | UNKNOWN_FIELD
          """)
  void aBadItemIsNamed(String body, int stored, String path, String code) {
    JsonNode error = Door.onlyError(door.post(CONTEXT, JSON, body), stored);
    assertThat(error.path("path").asText()).isEqualTo(path);
    assertThat(error.path("code").asText()).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          orders/O-1     | {"status":"Running"      | 400 | MALFORMED
          orders/O-1     | []                       | 400 | MALFORMED
          orders/O-1     | {"stats":"Running"}      | 400 | UNKNOWN_FIELD
          orders/O-1     | {"status":7}             | 400 | WRONG_TYPE
          orders/O-1     | {"orderId":"O-2"}        | 409 | CONFLICT
          orders/O-1     | {"plannedStart":"noon"}  | 400 | BAD_TIME
          order/O-1      | {}                       | 404 | NOT_FOUND
          orders/        | {}                       | 404 | NOT_FOUND
          lots           | {}                       | 404 | NOT_FOUND
          orders         | {}                       | 405 | METHOD_NOT_ALLOWED
          samples/O-1    | {}                       | 404 | NOT_FOUND
          """)
  void aBadObjectIsRefused(String path, String body, int status, String code) {
    assertError(put(path, body), status, code);
    assertError(door.get(CONTEXT + "/orders/O-1"), 404, "NOT_FOUND");
  }

  @Test
  void anUnknownKindNamesTheNearest() {
    JsonNode error = assertError(put("order/O-1", "{}"), 404, "NOT_FOUND");
    assertThat(error.path("hint").asText()).isEqualTo("did you mean orders?");
    assertError(door.get(CONTEXT + "/order/O-1"), 404, "NOT_FOUND");
    assertThat(assertError(door.get(CONTEXT + "/x/y"), 404, "NOT_FOUND").path("hint").asText())
        .contains("equipment", "events");
  }

  @Test
  void idsAreForeignTextAndMayHoldAnything() {
    List<String> ids =
        List.of(
            "a/b", "a//b", "/", "100%", "a b", "a+b", "ü😀", "x' OR '1'='1", "a;b", "a?b#c", "*");
    for (String id : ids) {
      String path = "lots/" + Api.encode(id).replace("+", "%20");
      JsonNode created = expect(put(path, "{\"status\":\"Free\"}"), 201, "created", 1);
      assertThat(created.path("lotId").asText()).isEqualTo(id);
      assertThat(door.api().json(CONTEXT + "/" + path).path("lotId").asText()).isEqualTo(id);
    }
    List<String> stored = new ArrayList<>();
    door.api()
        .sql("SELECT lot_id FROM lots")
        .path("rows")
        .forEach(r -> stored.add(r.get(0).asText()));
    assertThat(stored).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(door.api().json(CONTEXT + "/lots/a/b").path("lotId").asText()).isEqualTo("a/b");
  }

  @ParameterizedTest
  @CsvSource({"%E4", "%zz", "%C3"})
  void idsThatAreNoTextAreRefused(String id) {
    String answer =
        door.raw(
            "GET /api/v1/context/lots/" + id + " HTTP/1.1\r\nHost: " + door.host() + "\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 400 ").contains("\"MALFORMED\"");
  }

  @Test
  void unknownParametersAreRefused() {
    assertError(door.get(CONTEXT + "/products/P-100?timezone=UTC"), 400, "UNKNOWN_PARAMETER");
    assertError(put("products/P-100?dryRun", "{}"), 400, "UNKNOWN_PARAMETER");
    assertError(door.post(CONTEXT + "?dryRun", JSON, "{}"), 400, "UNKNOWN_PARAMETER");
  }

  @Test
  void everyKindIsWrittenAndReadBack() {
    for (String path :
        List.of(
            "equipment/R2 {\"name\":\"x\"}",
            "attributes/R1%2FTemp {\"equipmentId\":\"R1\",\"name\":\"Temp\",\"tag\":\"T.1\"}",
            "products/P-2000 {\"name\":\"x\"}",
            "orders/O-2000 {\"status\":\"Running\"}",
            "lots/L-2000 {\"quantity\":{\"value\":1.5,\"uom\":\"kg\"}}",
            "batches/B-2000 {\"unitId\":\"R1\",\"startTime\":\"2026-01-01T00:00:00Z\"}",
            "steps/S-2000 {\"batchId\":\"B-2000\",\"unitId\":\"R1\",\"level\":\"Phase\","
                + "\"name\":\"Heat\",\"startTime\":\"2026-01-01T00:00:00Z\"}",
            "events/E-2000 {\"type\":\"Alarm\",\"startTime\":\"2026-01-01T00:00:00Z\"}")) {
      String[] parts = path.split(" ", 2);
      JsonNode created = expect(put(parts[0], parts[1]), 201, "created", 1);
      JsonNode read = door.api().json(CONTEXT + "/" + parts[0]);
      Api.parse(parts[1])
          .properties()
          .forEach(field -> assertThat(read.path(field.getKey())).isEqualTo(field.getValue()));
      assertThat(read.path("version").asInt()).isEqualTo(1);
      assertThat(read.path("changedAt")).isEqualTo(created.path("changedAt"));
    }
  }

  @Test
  void anObjectIsReadAsItWas() {
    String path = CONTEXT + "/batches/B-OLD";
    put("batches/B-OLD", "{\"unitId\":\"R1\",\"startTime\":\"2026-01-01T00:00:00.123456789Z\"}");
    door.api().writeLines("m,tag=ASOF.1 value=1 1");
    String before =
        door.api()
            .json("/api/v1/values/recorded?tag=ASOF.1&startTime=1970-01-01&endTime=1970-01-02")
            .path("dataVersion")
            .asText();
    put("batches/B-OLD", "{\"endTime\":\"2026-01-01T08:00:00Z\"}");

    JsonNode then = door.api().json(path + "?asOf=" + before);
    assertThat(then.path("version").asInt()).isEqualTo(1);
    assertThat(then.path("startTime").asText()).isEqualTo("2026-01-01T00:00:00.123456789Z");
    assertThat(then.path("endTime").isNull()).isTrue();
    assertThat(door.api().json(path + "?version=1")).isEqualTo(then);
    assertThat(door.api().json(path).path("endTime").asText()).isEqualTo("2026-01-01T08:00:00Z");
    assertThat(door.api().json(path + "?version=2")).isEqualTo(door.api().json(path));
    assertError(door.get(path + "?version=2&asOf=" + before), 404, "NOT_FOUND");

    put("batches/B-NEW", "{}");
    assertError(door.get(CONTEXT + "/batches/B-NEW?asOf=" + before), 404, "NOT_FOUND");
  }

  @Test
  void theVersionsOfAnObjectSayWhoMadeThemAndWhen() {
    for (int i = 1; i <= 3; i++) {
      put("products/P-VERSIONS", "{\"name\":\"name " + i + "\"}");
    }
    String path = CONTEXT + "/products/P-VERSIONS";
    JsonNode versions = door.api().json(path + "?versions=true").path("versions");
    assertThat(versions).hasSize(3);
    for (int i = 0; i < 3; i++) {
      JsonNode version = versions.path(i);
      assertThat(version.path("version").asInt()).isEqualTo(3 - i);
      assertThat(version.path("name").asText()).isEqualTo("name " + (3 - i));
      assertThat(version.path("changedBy").asText()).isEqualTo("local-operator");
      assertThat(version.path("changedAt").asText()).startsWith("20");
      String dataVersion = version.path("dataVersion").asText();
      assertThat(door.api().json(path + "?asOf=" + dataVersion).path("version"))
          .isEqualTo(version.path("version"));
      assertThat(door.api().json(path + "?versions&asOf=" + dataVersion).path("versions"))
          .hasSize(3 - i);
    }
    JsonNode newest = door.api().json(path + "?versions=true&count=1");
    assertThat(newest.path("versions")).hasSize(1);
    assertThat(newest.path("more").asBoolean()).isTrue();
    assertThat(door.api().json(path + "?versions").path("more").asBoolean()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          products/P-100?asOf=yesterday            | 400 | OUT_OF_RANGE | asOf
          products/P-100?version=0                 | 400 | OUT_OF_RANGE | version
          products/P-100?versions=true&version=1   | 400 | OUT_OF_RANGE | version
          products/P-100?versions=true&count=10001 | 400 | OUT_OF_RANGE | count
          products/P-NONE?versions=true            | 404 | NOT_FOUND    |
          products/P-100?version=9                 | 404 | NOT_FOUND    |
          """)
  void aVersionThatIsNotThereIsRefused(String path, int status, String code, String parameter) {
    JsonNode error = assertError(door.get(CONTEXT + "/" + path), status, code);
    assertThat(error.path("path").asText()).isEqualTo(parameter == null ? "" : parameter);
  }
}
