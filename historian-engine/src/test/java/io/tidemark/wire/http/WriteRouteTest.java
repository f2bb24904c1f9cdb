package io.tidemark.wire.http;

import static io.tidemark.wire.http.Door.JSON;
import static io.tidemark.wire.http.Door.TEXT;
import static io.tidemark.wire.http.Door.assertError;
import static io.tidemark.wire.http.Door.onlyError;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.proof.Api;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Samples come in; what is refused is named and costs nothing else. */
class WriteRouteTest {
  private static final String WRITE = "/api/v1/write";

  @TempDir static Path folder;
  private static Door door;

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder);
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  @Test
  void linesAreStoredAndAnsweredWithoutBody() {
    HttpResponse<String> answer =
        door.post(
            WRITE, TEXT, "m,tag=L.1 value=1.5 1000\nm,tag=L.1 status=\"Bad_SensorFailure\" 2000\n");
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.body()).isEmpty();
    assertThat(door.recorded("L.1"))
        .isEqualTo(
            Api.parse(
                """
                [{"ts":"1970-01-01T00:00:00.000001Z","value":1.5,"status":0,"quality":"Good"},
                 {"ts":"1970-01-01T00:00:00.000002Z","value":null,"status":2156658688,
                  "quality":"Bad","statusText":"Bad_SensorFailure"}]
                """));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"samples\":[{\"tag\":\"%s\",\"ts\":\"1970-01-01T01:00:01+01:00\",\"value\":7.5}]}",
        "[{\"tag\":\"%s\",\"ts\":1000000000,\"value\":7.5,\"status\":\"Good\"}]",
        "{\"series\":[{\"tag\":\"%s\",\"samples\":[[\"1000000000\",7.5,0]]}]}"
      })
  void jsonIsStoredInEachOfItsForms(String form) {
    String tag = "J." + Integer.toHexString(form.hashCode());
    assertThat(door.post(WRITE, JSON, form.formatted(tag)).statusCode()).isEqualTo(204);
    JsonNode values = door.recorded(tag);
    assertThat(values).hasSize(1);
    assertThat(values.path(0).path("ts").asText()).isEqualTo("1970-01-01T00:00:01Z");
    assertThat(values.path(0).path("value").asDouble()).isEqualTo(7.5);
  }

  @ParameterizedTest
  @CsvSource({"ns,1", "us,1000", "ms,1000000", "s,1000000000"})
  void precisionIsTheUnitOfTimes(String precision, long ns) {
    String tag = "P." + precision;
    door.post(WRITE + "?precision=" + precision, TEXT, "m,tag=" + tag + " value=1 1");
    Instant ts = Instant.parse(door.recorded(tag).path(0).path("ts").asText());
    assertThat(ts).isEqualTo(Instant.EPOCH.plusNanos(ns));
  }

  @Test
  void aNumberedRequestIsStoredOnceHoweverOftenItComes() {
    door.put("/api/v1/tags", "{\"tags\":[{\"name\":\"ONCE.1\",\"duplicates\":\"keep-all\"}]}");
    for (int i = 0; i < 3; i++) {
      assertThat(numbered("m,tag=ONCE.1 value=1 1\nm,tag=ONCE.1 value=2 1", "1", "1").statusCode())
          .isEqualTo(204);
    }
    assertThat(door.recorded("ONCE.1")).hasSize(2);
    JsonNode gap = assertError(numbered("m,tag=ONCE.1 value=3 2", "1", "3"), 409, "SEQUENCE_GAP");
    assertThat(gap.path("message").asText()).endsWith("epoch=1, request=3, expected=2");
    assertThat(numbered("m,tag=ONCE.1 value=3 2", "2", "1").statusCode()).isEqualTo(204);
    assertError(numbered("m,tag=ONCE.1 value=4 3", "1", "2"), 403, "EPOCH_FENCED");
    assertThat(door.recorded("ONCE.1")).hasSize(3);
  }

  /** OPC UA Part 11: every mode where a sample is there and where there is none. */
  @ParameterizedTest
  @CsvSource({"false", "true"})
  void modesDecideByWhatIsThere(boolean sealed) throws IOException {
    String tag = "MODE." + sealed;
    door.post(WRITE, TEXT, "m,tag=%s value=1 1000".formatted(tag));
    if (sealed) {
      door.seal();
    }
    for (String mode : new String[] {"insert", "replace", "update"}) {
      String lines =
          "m,tag=%s value=7 1000\nm,tag=%s value=8 %d".formatted(tag, tag, 2000 + mode.length());
      HttpResponse<String> answer = door.post(WRITE + "?mode=" + mode, TEXT, lines);
      String said = mode + ": " + answer.body();
      switch (mode) {
        case "insert" -> {
          JsonNode error = onlyError(answer, 1);
          assertThat(error.path("code").asText()).as(said).isEqualTo("ENTRY_EXISTS");
          assertThat(error.path("message").asText())
              .contains("ts=1970-01-01T00:00:00.000001Z")
              .endsWith("result=Bad_EntryExists");
        }
        case "replace" -> {
          JsonNode error = onlyError(answer, 1);
          assertThat(error.path("code").asText()).as(said).isEqualTo("NO_ENTRY");
          assertThat(error.path("message").asText()).endsWith("result=Bad_NoEntryExists");
        }
        default -> assertThat(answer.statusCode()).as(said).isEqualTo(204);
      }
    }
    assertThat(door.recorded(tag).findValuesAsText("value")).containsExactly("7.0", "8.0");
  }

  /** Within one request: an insert makes what the next one meets. */
  @Test
  void aSecondInsertOfTheSameRequestMeetsTheFirst() {
    HttpResponse<String> answer =
        door.post(
            WRITE + "?mode=insert", TEXT, "m,tag=MODE.TWICE value=1 1\nm,tag=MODE.TWICE value=2 1");
    assertThat(onlyError(answer, 1).path("code").asText()).isEqualTo("ENTRY_EXISTS");
    assertThat(door.recorded("MODE.TWICE").findValuesAsText("value")).containsExactly("1.0");
    assertError(door.post(WRITE + "?mode=upsert", TEXT, "m v=1 1"), 400, "OUT_OF_RANGE");
  }

  private HttpResponse<String> numbered(String body, String epoch, String sequence) {
    return door.send(
        "POST",
        WRITE,
        BodyPublishers.ofString(body),
        "tidemark-producer",
        "line-1",
        "tidemark-epoch",
        epoch,
        "tidemark-sequence",
        sequence);
  }

  @Test
  void headersOfANumberedRequestBelongTogether() {
    JsonNode error =
        assertError(
            door.send(
                "POST", WRITE, BodyPublishers.ofString("m v=1 1"), "tidemark-producer", "line-1"),
            400,
            "MALFORMED");
    assertThat(error.path("message").asText()).endsWith("missing=tidemark-epoch");
    assertError(numbered("m v=1 1", "one", "1"), 400, "MALFORMED");
    assertError(numbered("m v=1 1", "0", "1"), 400, "OUT_OF_RANGE");
  }

  @Test
  void narrowTagsRefuseWhatDoesNotFitAndTheRestIsStored() {
    door.put(
        "/api/v1/tags",
        """
        {"tags":[{"name":"N.F","type":"float32"},{"name":"N.I","type":"int32"}]}
        """);
    HttpResponse<String> answer =
        door.post(
            WRITE,
            TEXT,
            """
            m,tag=N.F value=0.1 1
            m,tag=N.F value=7i 2
            m,tag=N.F value=-3.5e38 3
            m,tag=N.I value=-2147483648i 1
            m,tag=N.I value=2147483648i 2
            m,tag=N.I value=1.5 3
            """);
    assertThat(answer.statusCode()).isEqualTo(207);
    JsonNode report = Api.parse(answer.body());
    assertThat(report.path("stored").asInt()).isEqualTo(3);
    assertThat(report.path("errors").findValuesAsText("line")).containsExactly("3", "5", "6");
    assertThat(report.path("errors").findValuesAsText("code"))
        .containsExactly("OUT_OF_RANGE", "OUT_OF_RANGE", "WRONG_TYPE");
    assertThat(report.path("errors").path(0).path("message").asText())
        .contains("type=float32, value=-3.5E38", "-3.4028235E38 to 3.4028235E38");
    assertThat(report.path("errors").path(1).path("message").asText())
        .contains("type=int32, value=2147483648", "-2147483648 to 2147483647");
    HttpResponse<String> json =
        door.post(
            WRITE,
            JSON,
            """
            {"series":[
              {"tag":"N.F","samples":[[4,1e39],[5,3.4028235e38],[6,"NaN"],[7,16777217]]},
              {"tag":"N.I","samples":[[4,2147483647],[5,-2147483649],[6,7.0]]}]}
            """);
    assertThat(json.statusCode()).isEqualTo(207);
    JsonNode errors = Api.parse(json.body()).path("errors");
    assertThat(errors.findValuesAsText("path"))
        .containsExactly("series[0].samples[0]", "series[1].samples[1]", "series[1].samples[2]");
    assertThat(errors.findValuesAsText("code"))
        .containsExactly("OUT_OF_RANGE", "OUT_OF_RANGE", "WRONG_TYPE");
    assertThat(door.recorded("N.F").findValuesAsText("value"))
        .containsExactly("0.1", "7.0", "3.4028235E38", "NaN", "1.6777216E7");
    assertThat(door.recorded("N.I").findValuesAsText("value"))
        .containsExactly("-2147483648", "2147483647");
  }

  @Test
  void aTagThatRejectsDuplicatesNamesThemAndTheRestIsStored() {
    door.put("/api/v1/tags", "{\"name\":\"D.1\",\"duplicates\":\"reject\"}");
    door.post(WRITE, TEXT, "m,tag=D.1 value=1 1\nm,tag=D.1 value=2 2");
    HttpResponse<String> answer =
        door.post(WRITE, TEXT, "m,tag=D.1 value=1 1\nm,tag=D.1 value=9 2\nm,tag=D.1 value=3 3");
    assertThat(answer.statusCode()).isEqualTo(207);
    JsonNode report = Api.parse(answer.body());
    assertThat(report.path("stored").asInt()).isEqualTo(2);
    assertThat(report.path("errors")).hasSize(1);
    assertThat(report.path("errors").path(0).path("code").asText()).isEqualTo("DUPLICATE");
    assertThat(report.path("errors").path(0).path("message").asText())
        .contains("tag=\"D.1\"", "1970-01-01T00:00:00.000000002Z");
    assertThat(door.recorded("D.1").findValuesAsText("value")).containsExactly("1.0", "2.0", "3.0");
  }

  @Test
  void aTagThatKeepsAllShowsAllAndOneThatKeepsTheFirstShowsIt() {
    door.put("/api/v1/tags", "{\"name\":\"D.2\",\"duplicates\":\"keep-all\"}");
    door.put("/api/v1/tags", "{\"name\":\"D.3\",\"duplicates\":\"keep-first\"}");
    for (int value = 1; value <= 3; value++) {
      door.post(WRITE, TEXT, "m,tag=D.2 value=" + value + " 1\nm,tag=D.3 value=" + value + " 1");
      door.post(WRITE, TEXT, "m,tag=D.2 value=" + value + " 1");
    }
    assertThat(door.recorded("D.2").findValuesAsText("value")).containsExactly("1.0", "2.0", "3.0");
    assertThat(door.recorded("D.3").findValuesAsText("value")).containsExactly("1.0");
    HttpResponse<String> wrong =
        door.put("/api/v1/tags", "{\"name\":\"D.4\",\"duplicates\":\"maybe\"}");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("replace|keep-first|keep-all|reject");
  }

  @Test
  void aForecastMayBeFarAheadAndOthersMayNot() {
    String tomorrow = Long.toString((System.currentTimeMillis() + 86_400_000L) * 1_000_000L);
    door.put("/api/v1/tags", "{\"name\":\"F.1\",\"forecast\":true}");
    assertThat(door.post(WRITE, TEXT, "m,tag=F.1 value=1 " + tomorrow).statusCode()).isEqualTo(204);
    HttpResponse<String> refused = door.post(WRITE, TEXT, "m,tag=F.2 value=1 " + tomorrow);
    assertThat(refused.body()).contains("TOO_FAR_IN_FUTURE");
  }

  @Test
  void journaledAcknowledgementsAreReadAtOnceToo() {
    assertThat(door.post(WRITE + "?ack=journaled", TEXT, "m,tag=A.1 value=1 1").statusCode())
        .isEqualTo(204);
    assertThat(door.recorded("A.1")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/write?db=plant&rp=autogen&consistency=one&precision=n",
        "/api/v2/write?org=o&orgID=1&bucket=b&precision=ns"
      })
  void clientsOfTheLineProtocolWriteWithTheirOwnParameters(String path) {
    String tag = "C." + path.length();
    assertThat(door.post(path, TEXT, "m,tag=" + tag + " value=1 1").statusCode()).isEqualTo(204);
    assertThat(door.recorded(tag)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/write", "/write", "/api/v2/write"})
  void whatCurlSendsWithoutTypeIsLineProtocol(String path) {
    String tag = "U" + path.replace('/', '.');
    String body = "m,tag=" + tag + " value=1 1";
    assertThat(door.post(path, "application/x-www-form-urlencoded", body).statusCode())
        .isEqualTo(204);
    assertThat(door.send("POST", path, BodyPublishers.ofString(body)).statusCode()).isEqualTo(204);
    assertThat(door.recorded(tag)).hasSize(1);
  }

  @Test
  void aBodyWithoutLinesStoresNothingAndIsNoError() {
    assertThat(door.post(WRITE, TEXT, "").statusCode()).isEqualTo(204);
    assertThat(door.post(WRITE, TEXT, "# comment\n\n").statusCode()).isEqualTo(204);
    assertThat(onlyError(door.post(WRITE, JSON, ""), 0).path("code").asText())
        .isEqualTo("MALFORMED");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          m,tag=B.1 value=1 9223372036854775808         | TIME_OUT_OF_RANGE
          m,tag=B.1 value=1 yesterday                   | BAD_TIME
          m,tag=B.1 value=1,status="Bad_Mood" 1         | BAD_STATUS
          m,tag=B.1 valeu=1 1                           | UNKNOWN_FIELD
          m,tag=B.1 value=NaN 1                         | NOT_FINITE
          m,tag=B.1                                     | MISSING_FIELD
          m,tag=B.1 value="open 1                       | MALFORMED
          m,tag=B* value=1 1                            | BAD_NAME
          """)
  void aBadLineIsNamedAndTheOthersAreStored(String bad, String code) {
    String tag = "G." + code + bad.length();
    String body = "m,tag=" + tag + " value=1 1\n" + bad + "\nm,tag=" + tag + " value=2 2";
    JsonNode error = onlyError(door.post(WRITE, TEXT, body), 2);
    assertThat(error.path("line").asInt()).as(error.toString()).isEqualTo(2);
    assertThat(error.path("code").asText()).as(error.toString()).isEqualTo(code);
    assertThat(door.recorded(tag)).hasSize(2);
    assertThat(door.recorded("B.1")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"tag":"K.1","ts":"2262-04-12T00:00:00Z","value":1} | [1].ts     | TIME_OUT_OF_RANGE
          {"tag":"K.1","ts":1e400,"value":1} | [1].ts     | TIME_OUT_OF_RANGE
          {"tag":"K.1","ts":"noon","value":1}                         | [1].ts     | BAD_TIME
          {"tag":"K.1","ts":true,"value":1}                           | [1].ts     | WRONG_TYPE
          {"tag":"K.1","value":1}                                     | [1].ts     | MISSING_FIELD
          {"ts":1,"value":1}                                          | [1].tag    | MISSING_FIELD
          {"tag":7,"ts":1,"value":1}                                  | [1].tag    | WRONG_TYPE
          {"tag":"K\\u0000","ts":1,"value":1}                         | [1].tag    | BAD_NAME
          {"tag":"K.1","ts":1,"value":NaN}                            | [1].value  | NOT_FINITE
          {"tag":"K.1","ts":1,"value":-Infinity}                      | [1].value  | NOT_FINITE
          {"tag":"K.1","ts":1,"value":1e400}                          | [1].value  | NOT_FINITE
          {"tag":"K.1","ts":1,"value":9223372036854775808}            | [1].value  | OUT_OF_RANGE
          {"tag":"K.1","ts":1,"value":{"a":1}}                        | [1].value  | WRONG_TYPE
          {"tag":"K.1","ts":1,"value":1,"status":"Bad_Mood"}          | [1].status | BAD_STATUS
          {"tag":"K.1","ts":1,"value":1,"status":4294967296}          | [1].status | BAD_STATUS
          {"tag":"K.1","ts":1,"value":1,"valeu":1}                    | [1].valeu  | UNKNOWN_FIELD
          "K.1"                                                       | [1]        | WRONG_TYPE
          """)
  void aBadItemIsNamedByItsPathAndTheOthersAreStored(String bad, String path, String code) {
    String tag = "H." + code + bad.length();
    String good = "{\"tag\":\"" + tag + "\",\"ts\":%d,\"value\":1.5}";
    String body = "{\"samples\":[" + good.formatted(1) + "," + bad + "," + good.formatted(2) + "]}";
    JsonNode error = onlyError(door.post(WRITE, JSON, body), 2);
    assertThat(error.path("path").asText()).as(error.toString()).isEqualTo("samples" + path);
    assertThat(error.path("code").asText()).as(error.toString()).isEqualTo(code);
    assertThat(door.recorded(tag)).hasSize(2);
    assertThat(door.recorded("K.1")).isEmpty();
  }

  @Test
  void aValueOfAnotherTypeThanTheTagIsNamed() {
    assertThat(door.post(WRITE, TEXT, "m,tag=W.1 value=1i 1").statusCode()).isEqualTo(204);
    JsonNode error = onlyError(door.post(WRITE, TEXT, "m,tag=W.1 value=1.5 2"), 0);
    assertThat(error.path("code").asText()).isEqualTo("WRONG_TYPE");
    assertThat(error.path("line").asInt()).isEqualTo(1);
    assertThat(error.path("message").asText()).contains("W.1");
  }

  @ParameterizedTest
  @ValueSource(strings = {JSON, TEXT})
  void aNameOfOneMebibyteIsRefusedAndNotRepeatedInTheAnswer(String type) {
    String name = "n".repeat(1 << 20);
    String body =
        type.equals(JSON)
            ? "[{\"tag\":\"" + name + "\",\"ts\":1,\"value\":1}]"
            : "m,tag=" + name + " value=1 1";
    HttpResponse<String> answer = door.post(WRITE, type, body);
    assertThat(onlyError(answer, 0).path("code").asText()).isEqualTo("TOO_LONG");
    assertThat(answer.body()).hasSizeLessThan(1_000);
  }

  @Test
  void aNulInALineIsRefused() {
    HttpResponse<String> answer = door.post(WRITE, TEXT, "m,tag=N\0.1 value=1 1");
    assertThat(onlyError(answer, 0).path("code").asText()).isEqualTo("BAD_NAME");
  }

  @Test
  void oneBadOfTenThousandIsNamedAndTheOthersAreStored() {
    StringBuilder lines = new StringBuilder();
    StringBuilder items = new StringBuilder("[");
    for (int i = 1; i <= 10_000; i++) {
      String value = i == 6_000 ? "\"six\"" : i + ".5";
      lines.append("m,tag=M.L value=").append(value).append(' ').append(i).append('\n');
      items.append(i == 1 ? "" : ",").append("{\"tag\":\"M.J\",\"ts\":").append(i);
      items.append(",\"value\":").append(value).append('}');
    }
    JsonNode line = onlyError(door.post(WRITE, TEXT, lines.toString()), 9_999);
    assertThat(line.path("line").asInt()).isEqualTo(6_000);
    assertThat(line.path("code").asText()).isEqualTo("WRONG_TYPE");
    JsonNode item = onlyError(door.post(WRITE, JSON, items.append(']').toString()), 9_999);
    assertThat(item.path("path").asText()).startsWith("[5999]");
    assertThat(item.path("code").asText()).isEqualTo("WRONG_TYPE");
    assertThat(
            door.api()
                .sql(
                    "SELECT tag, count(*) FROM samples WHERE tag LIKE 'M._' GROUP BY ALL"
                        + " ORDER BY 1")
                .path("rows"))
        .isEqualTo(Api.parse("[[\"M.J\",9999],[\"M.L\",9999]]"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "nothing", "7", "{\"samples\":[", "{\"samples\":[]}}"})
  void bodiesThatAreNoJsonAreNamedAsAWhole(String body) {
    JsonNode error = onlyError(door.post(WRITE, JSON, body), 0);
    assertThat(error.path("path").asText()).isEqualTo("body");
    assertThat(error.path("code").asText()).isEqualTo("MALFORMED");
  }

  @Test
  void nestingWithoutEndIsRefusedAndCostsNoThread() {
    String body = "[".repeat(1 << 20);
    assertThat(onlyError(door.post(WRITE, JSON, body), 0).path("code").asText())
        .isEqualTo("MALFORMED");
    assertThat(door.post(WRITE, TEXT, "m,tag=D.1 value=1 1").statusCode()).isEqualTo(204);
  }

  @ParameterizedTest
  @CsvSource({
    "precision=fortnight,400,OUT_OF_RANGE,ns|us|ms|s",
    "ack=later,400,OUT_OF_RANGE,journaled",
    "ack=synced&ack=journaled,400,OUT_OF_RANGE,twice",
    "precison=ms,400,UNKNOWN_PARAMETER,precision",
    "bucket=b,400,UNKNOWN_PARAMETER,bucket"
  })
  void badParametersAreRefusedWithWhatWouldDo(String query, int status, String code, String word) {
    HttpResponse<String> answer = door.post(WRITE + "?" + query, TEXT, "m,tag=Q.1 value=1 1");
    assertThat(assertError(answer, status, code).path("message").asText()).contains(word);
    assertThat(door.recorded("Q.1")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/xml", "text/csv", "image/png", "rubbish", "text/html"})
  void otherContentTypesAreRefusedNamingThoseThatAreRead(String type) {
    JsonNode error = assertError(door.post(WRITE, type, "<a/>"), 415, "UNSUPPORTED_MEDIA_TYPE");
    assertThat(error.path("path").asText()).isEqualTo("Content-Type");
    assertThat(error.path("message").asText()).contains("application/json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "GZIP", "x-gzip"})
  void gzipIsRead(String encoding) throws IOException {
    String tag = "Z." + encoding;
    HttpResponse<String> answer =
        door.send(
            "POST",
            WRITE,
            BodyPublishers.ofByteArray(gzip("m,tag=" + tag + " value=1 1")),
            "Content-Type",
            TEXT,
            "Content-Encoding",
            encoding);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
    assertThat(door.recorded(tag)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"gzip,400,MALFORMED", "br,415,UNSUPPORTED_MEDIA_TYPE"})
  void otherEncodingsAreRefused(String encoding, int status, String code) {
    HttpResponse<String> answer =
        door.send(
            "POST",
            WRITE,
            BodyPublishers.ofString("m,tag=E.1 value=1 1"),
            "Content-Type",
            TEXT,
            "Content-Encoding",
            encoding);
    JsonNode error = assertError(answer, status, code);
    assertThat(error.path("hint").asText()).doesNotContain("text/plain");
    assertThat(door.recorded("E.1")).isEmpty();
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
