package io.tidemark.wire.http;

import static io.tidemark.wire.http.Door.JSON;
import static io.tidemark.wire.http.Door.TEXT;
import static io.tidemark.wire.http.Door.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.proof.Api;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements come in as text or JSON; rows and errors go out in the form that was asked for. */
class SqlRouteTest {
  private static final String SQL = "/api/v1/sql";

  @TempDir static Path folder;
  private static Door door;

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder);
    door.put("/api/v1/tags", "{\"name\":\"S.1\",\"uom\":\"bar\"}");
    door.api().writeLines("m,tag=S.1 value=1.5 1000000000\nm,tag=S.1 value=2.5 2000000000");
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  private static HttpResponse<String> ask(String statement, String... headers) {
    String[] all = new String[headers.length + 2];
    System.arraycopy(headers, 0, all, 2, headers.length);
    all[0] = "Content-Type";
    all[1] = TEXT;
    return door.send("POST", SQL, BodyPublishers.ofString(statement), all);
  }

  private static JsonNode rows(String json) {
    return Api.expect(door.post(SQL, JSON, json)).path("rows");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "text/plain; charset=utf-8", "application/sql"})
  void aStatementAsTextIsAnswered(String type) {
    JsonNode answer =
        Api.expect(
            door.post(
                SQL, type, "SELECT value, 'ü😀' AS t FROM samples WHERE tag = 'S.1' ORDER BY ts"));
    assertThat(answer.path("rows")).isEqualTo(Api.parse("[[1.5,\"ü😀\"],[2.5,\"ü😀\"]]"));
    assertThat(answer.path("rowCount").asInt()).isEqualTo(2);
    assertThat(answer.path("columns").path(0).path("name").asText()).isEqualTo("value");
    assertThat(answer.path("columns").path(0).path("type").asText()).isEqualTo("DOUBLE");
    assertThat(answer.path("columns").path(0).has("uom")).isTrue();
    assertThat(answer.path("elapsedMs").isNumber()).isTrue();
    assertThat(answer.path("dataVersion").asText()).isNotBlank();
    assertThat(answer.path("timeZone").asText()).isEqualTo("UTC");
  }

  @Test
  void valuesKeepTheirTypesInJson() {
    JsonNode rows =
        Api.expect(
                ask(
                    """
                    SELECT 1 AS a, 9007199254740993 AS b, 'NaN'::DOUBLE AS c, '-inf'::DOUBLE AS d,
                      true AS e, NULL AS f, TIMESTAMPTZ '2026-07-01 00:00:00.000001Z' AS g,
                      [1, 2] AS h, {'x': 1} AS i
                    """))
            .path("rows");
    assertThat(rows)
        .isEqualTo(
            Api.parse(
                """
                [[1,"9007199254740993","NaN","-Infinity",true,null,"2026-07-01T00:00:00.000001Z",
                  [1,2],{"x":1}]]
                """));
  }

  @Test
  void parametersAreValuesAndNeverText() {
    assertThat(
            rows(
                """
                {"sql":"SELECT ?, ?, ?, ?","params":["x' OR '1'='1",1.5,true,null]}
                """))
        .isEqualTo(Api.parse("[[\"x' OR '1'='1\",1.5,true,null]]"));
    assertThat(
            rows(
                """
                {"sql":"SELECT value FROM samples WHERE tag = ?","params":["x' OR '1'='1"]}
                """))
        .isEmpty();
    assertThat(
            rows(
                """
                {"sql":"SELECT count(*) FROM samples WHERE tag = ?","params":["S.1"]}
                """))
        .isEqualTo(Api.parse("[[2]]"));
  }

  @Test
  void theZoneIsAppliedAndEchoed() {
    String statement = "SELECT TIMESTAMPTZ '2026-07-01 00:00:00Z'";
    JsonNode body =
        Api.expect(
            door.post(SQL, JSON, "{\"sql\":\"" + statement + "\",\"timeZone\":\"Europe/Berlin\"}"));
    JsonNode query = Api.expect(door.post(SQL + "?timeZone=Europe/Berlin", TEXT, statement));
    for (JsonNode answer : new JsonNode[] {body, query}) {
      assertThat(answer.path("timeZone").asText()).isEqualTo("Europe/Berlin");
      assertThat(answer.path("rows").path(0).path(0).asText())
          .isEqualTo("2026-07-01T02:00:00+02:00");
    }
  }

  @Test
  void anErrorNamesItsLineAndColumn() {
    JsonNode error = assertError(ask("SELECT 1\n  FROM sampels"), 403, "SQL_REFUSED");
    assertThat(error.path("line").asInt()).isEqualTo(2);
    assertThat(error.path("column").asInt()).isEqualTo(8);
    assertThat(error.path("message").asText()).contains("sampels");
    assertThat(error.path("hint").asText()).contains("samples");
    JsonNode syntax = assertError(ask("SELECT 1\n FORM samples"), 400, "SQL_ERROR");
    assertThat(syntax.path("line").asInt()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM samples",
        "INSERT INTO samples VALUES (1)",
        "UPDATE samples SET value = 1",
        "DROP TABLE samples",
        "COPY (SELECT 1) TO '/tmp/x'"
      })
  void whatIsNoReadIsRefusedWithTheWayToWrite(String statement) {
    JsonNode error = assertError(ask(statement), 403, "READ_ONLY");
    assertThat(error.path("hint").asText()).contains("POST /api/v1/write");
    assertThat(error.path("line").asInt()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT 1; SELECT 2",
        "SELECT getenv('HOME')"
      })
  void whatLeavesTheHistorianIsRefused(String statement) {
    assertError(ask(statement), 403, "SQL_REFUSED");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"sq":"SELECT 1"}                                 | UNKNOWN_FIELD | sq
          {}                                                | MISSING_FIELD | sql
          {"sql":7}                                         | WRONG_TYPE    | sql
          {"sql":"SELECT 1","params":{}}                    | WRONG_TYPE    | params
          {"sql":"SELECT ?","params":[{}]}                  | WRONG_TYPE    | params[0]
          {"sql":"SELECT ?","params":[9223372036854775808]} | OUT_OF_RANGE  | params[0]
          {"sql":"SELECT 1","timeZone":"Mars"}              | BAD_TIME      | timeZone
          {"sql":"SELECT ?","params":[]}                    | SQL_ERROR     |
          {"sql":" "}                                       | SQL_ERROR     |
          {"sql":"SELECT 1"                                 | MALFORMED     |
          [1]                                               | MALFORMED     |
          """)
  void aBadBodyIsRefusedByItsField(String body, String code, String path) {
    JsonNode error = assertError(door.post(SQL, JSON, body), 400, code);
    assertThat(error.path("path").asText()).isEqualTo(path == null ? "" : path);
  }

  @Test
  void tooManyParametersAreRefused() {
    String params = "1,".repeat(1_000) + "1";
    String body = "{\"sql\":\"SELECT 1\",\"params\":[" + params + "]}";
    assertError(door.post(SQL, JSON, body), 422, "TOO_MANY");
  }

  @Test
  void anEmptyStatementIsAnErrorOfTheStatement() {
    assertError(ask(""), 400, "SQL_ERROR");
    assertError(ask(";"), 400, "SQL_ERROR");
  }

  @Test
  void otherTypesAndParametersAreRefused() {
    assertError(door.post(SQL, "application/xml", "SELECT 1"), 415, "UNSUPPORTED_MEDIA_TYPE");
    JsonNode error =
        assertError(door.post(SQL + "?timezone=UTC", TEXT, "SELECT 1"), 400, "UNKNOWN_PARAMETER");
    assertThat(error.path("hint").asText()).contains("timeZone");
  }

  @Test
  void csvIsSafeInASpreadsheet() {
    HttpResponse<String> answer =
        ask(
            "SELECT '=1+1' AS \"-a\", -1.5 AS n, 'a,\"b\"' AS c, NULL AS d, true AS e, [1, 2] AS f",
            "Accept",
            "text/csv");
    assertThat(answer.headers().firstValue("content-type")).hasValue("text/csv; charset=utf-8");
    assertThat(answer.body())
        .isEqualTo("\uFEFF\"'-a\",n,c,d,e,f\r\n\"'=1+1\",-1.5,\"a,\"\"b\"\"\",,true,\"[1,2]\"\r\n");
  }

  @ParameterizedTest
  @CsvSource({
    "application/json, application/json; charset=utf-8",
    "*/*, application/json; charset=utf-8",
    "'text/csv;q=0.5, application/json;q=0.9', application/json; charset=utf-8",
    "text/csv, text/csv; charset=utf-8",
    "application/vnd.apache.arrow.stream, application/vnd.apache.arrow.stream"
  })
  void theFormIsWhatTheClientAccepts(String accept, String type) {
    HttpResponse<String> answer = ask("SELECT 1", "Accept", accept);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).hasValue(type);
  }

  @Test
  void formatCountsMoreThanAccept() {
    HttpResponse<String> answer =
        door.send(
            "POST",
            SQL + "?format=csv",
            BodyPublishers.ofString("SELECT 1 AS a"),
            "Content-Type",
            TEXT,
            "Accept",
            "application/xml");
    assertThat(answer.body()).isEqualTo("\uFEFFa\r\n1\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/xml", "application/json;q=0", "image/*"})
  void aFormThatDoesNotExistIsNotAcceptable(String accept) {
    JsonNode error = assertError(ask("SELECT 1", "Accept", accept), 406, "NOT_ACCEPTABLE");
    assertThat(error.path("message").asText()).contains("json", "csv", "arrow");
  }

  @Test
  void anAnswerLongerThanAChunkIsWhole() {
    JsonNode answer = Api.expect(ask("SELECT i, repeat('x', 20) FROM range(50000) t(i)"));
    assertThat(answer.path("rowCount").asInt()).isEqualTo(50_000);
    assertThat(answer.path("rows")).hasSize(50_000);
    assertThat(answer.path("rows").path(49_999).path(0).asInt()).isEqualTo(49_999);
  }
}
