package io.tidemark.wire.http;

import static io.tidemark.wire.http.Door.JSON;
import static io.tidemark.wire.http.Door.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.proof.Api;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Questions for values: each mode, layout and form, and what a bad question is answered. */
class ValuesRouteTest {
  /** Two minutes that begin ten seconds before the first sample. */
  private static final String RANGE =
      "&startTime=2026-01-01T00:00:00Z&endTime=2026-01-01T00:02:00Z";

  private static final String ODD_NAME = "a/b #%25.x y&z=ü😀";

  @TempDir static Path folder;
  private static Door door;

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder);
    door.put(
        "/api/v1/tags",
        """
        {"tags":[{"name":"V.A","uom":"°C","range":{"low":0,"high":100}},
                 {"name":"V.D","type":"digital","states":["Off","On"]},
                 {"name":"V.S","type":"string"},
                 {"name":"N.F32","type":"float32"},
                 {"name":"N.I32","type":"int32"}]}
        """);
    door.put("/api/v1/tags", "{\"name\":\"=cmd|' /C calc'!A0\",\"uom\":\"@SUM(1)\"}");
    List<String> lines = new ArrayList<>();
    // 2026-01-01T00:00:10Z and every 10 s: 10, 20, 30, then Bad, then 50.
    for (int i = 1; i <= 5; i++) {
      String value = i == 4 ? "value=40,status=\"Bad_SensorFailure\"" : "value=" + i + "0";
      lines.add("m,tag=V.A " + value + " " + (1767225600 + 10 * i));
    }
    lines.add("m,tag=V.I value=9007199254740992i 1767225610");
    lines.add("m,tag=V.I value=9007199254740993i 1767225620");
    lines.add("m,tag=V.I value=-9223372036854775808i 1767225630");
    for (int i = 1; i <= 3; i++) {
      lines.add("m,tag=N.F32 value=" + List.of("0.1", "-1e-45", "3").get(i - 1) + " 176722561" + i);
      lines.add("m,tag=N.I32 value=" + i + "i 176722561" + i);
    }
    lines.add("m,tag=V.D value=\"On\" 1767225610");
    lines.add("m,tag=V.B value=true 1767225610");
    lines.add("m,tag=V.S value=\"=1+1\" 1767225610");
    lines.add("m,tag=V.S value=\"a,\\\"b\\\"\" 1767225620");
    door.post("/api/v1/write?precision=s", Door.TEXT, String.join("\n", lines));
    door.post(
        "/api/v1/write?precision=s",
        JSON,
        """
        [{"tag":"V.N","ts":1767225610,"value":"NaN"},
         {"tag":"V.N","ts":1767225620,"value":"-Infinity"},
         {"tag":"V.N","ts":1767225630,"value":-0.5},
         {"tag":"=cmd|' /C calc'!A0","ts":1767225610,"value":-1.5},
         {"tag":"%s","ts":1767225610,"value":7}]
        """
            .formatted(ODD_NAME));
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  private static JsonNode ask(String question) {
    return door.api().json("/api/v1/values/" + question + RANGE);
  }

  private static JsonNode values(String question) {
    return ask(question).path("tags").path(0).path("values");
  }

  private static List<String> column(JsonNode values, String field) {
    List<String> column = new ArrayList<>();
    values.forEach(value -> column.add(value.path(field).asText()));
    return column;
  }

  private static List<String> csv(String question) {
    HttpResponse<String> answer = door.get("/api/v1/values/" + question + RANGE + "&format=csv");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).hasValue("text/csv; charset=utf-8");
    assertThat(answer.body()).startsWith("\uFEFF").endsWith("\r\n");
    return List.of(answer.body().substring(1).split("\r\n", -1));
  }

  @Test
  void recordedAnswersEverythingOnceWithItsQuality() {
    JsonNode answer = ask("recorded?tag=V.A");
    assertThat(answer.path("startTime").asText()).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(answer.path("endTime").asText()).isEqualTo("2026-01-01T00:02:00Z");
    assertThat(answer.path("dataVersion").asText()).isNotBlank();
    assertThat(answer.path("errors")).isEmpty();
    JsonNode tag = answer.path("tags").path(0);
    assertThat(tag.path("tag").asText()).isEqualTo("V.A");
    assertThat(tag.path("uom").asText()).isEqualTo("°C");
    assertThat(tag.path("step").isBoolean()).isTrue();
    assertThat(column(tag.path("values"), "value"))
        .containsExactly("10.0", "20.0", "30.0", "null", "50.0");
    assertThat(column(tag.path("values"), "quality"))
        .containsExactly("Good", "Good", "Good", "Bad", "Good");
    assertThat(tag.path("values").path(3).path("status").asLong()).isEqualTo(0x808C0000L);
    assertThat(tag.path("values").path(3).path("statusText").asText())
        .isEqualTo("Bad_SensorFailure");
  }

  /** Digit for digit: the answers are compared as text. */
  @Test
  void singlesAreWrittenWithTheirOwnDigits() {
    String recorded = door.get("/api/v1/values/recorded?tag=N.F32" + RANGE).body();
    assertThat(recorded)
        .contains(
            "\"type\":\"float32\"", "\"value\":0.1,", "\"value\":-1.4E-45,", "\"value\":3.0,");
    String compact = door.get("/api/v1/values/recorded?tag=N.F32&layout=compact" + RANGE).body();
    assertThat(compact).contains("Z\",0.1,0]", "Z\",-1.4E-45,0]");
    assertThat(door.get("/api/v1/values/current?tag=N.I32").body())
        .contains("\"type\":\"int32\"", "\"value\":3,");
    assertThat(csv("recorded?tag=N.F32&tag=N.I32"))
        .anyMatch(line -> line.startsWith("N.F32,") && line.contains(",0.1,,,Good,"))
        .anyMatch(line -> line.startsWith("N.F32,") && line.contains(",-1.4E-45,,,Good,"))
        .anyMatch(line -> line.startsWith("N.I32,") && line.contains(",2,,,Good,"));
    assertThat(
            door.get(
                    "/api/v1/values/at_times?tag=N.F32&tag=N.I32&layout=wide&mode=exact&format=csv"
                        + "&time=2026-01-01T00:00:11Z")
                .body())
        .endsWith("Z,0.1,1\r\n");
    assertThat(
            door.api()
                .sql(
                    "SELECT count(*) FROM samples WHERE tag = 'N.F32'"
                        + " AND (value::FLOAT = 0.1 OR value::FLOAT = 3)")
                .at("/rows/0/0")
                .asInt())
        .isEqualTo(2);
    // Computed: a float64, also where a sample lies just there.
    assertThat(column(values("interpolated?tag=N.F32&interval=1s"), "value"))
        .contains("0.10000000149011612");
  }

  @Test
  void aBadValueIsShownWhenAskedFor() {
    assertThat(column(values("recorded?tag=V.A&includeBad"), "value")).contains("40.0");
    assertThat(column(values("recorded?tag=V.A&includeBad=true"), "value")).contains("40.0");
    assertThat(column(values("recorded?tag=V.A&includeBad=false"), "value")).doesNotContain("40.0");
  }

  @Test
  void aLimitCutsAndSaysSo() {
    JsonNode some = ask("recorded?tag=V.A&limit=2").path("tags").path(0);
    assertThat(column(some.path("values"), "value")).containsExactly("10.0", "20.0");
    assertThat(some.path("more").asBoolean()).isTrue();
    JsonNode all = ask("recorded?tag=V.A&limit=5").path("tags").path(0);
    assertThat(all.path("values")).hasSize(5);
    assertThat(all.has("more")).isFalse();
    assertThat(column(values("recorded?tag=V.A&limit=2&descending"), "value"))
        .containsExactly("50.0", "null");
  }

  @Test
  void boundsAddTheSamplesAround() {
    String narrow =
        "/api/v1/values/recorded?tag=V.A&startTime=2026-01-01T00:00:15Z"
            + "&endTime=2026-01-01T00:00:25Z&bounds=";
    JsonNode inside = door.api().json(narrow + "inside").path("tags").path(0).path("values");
    assertThat(column(inside, "value")).containsExactly("20.0");
    JsonNode outside = door.api().json(narrow + "outside").path("tags").path(0).path("values");
    assertThat(column(outside, "value")).containsExactly("10.0", "20.0", "30.0");
    assertError(door.get(narrow + "around"), 400, "OUT_OF_RANGE");
  }

  @Test
  void interpolatedAnswersAtEveryStep() {
    JsonNode values = values("interpolated?tag=V.A&interval=15s");
    assertThat(column(values, "ts"))
        .startsWith("2026-01-01T00:00:00Z", "2026-01-01T00:00:15Z", "2026-01-01T00:00:30Z")
        .hasSize(8);
    assertThat(column(values, "value")).startsWith("null", "15.0", "30.0");
    assertError(door.get("/api/v1/values/interpolated?tag=V.A"), 400, "MISSING_FIELD");
  }

  @Test
  void atTimesAnswersAtTheTimesAskedInTheirOrder() {
    String times = "&time=2026-01-01T00:00:25Z&time=2026-01-01T00:00:12Z";
    JsonNode answer = door.api().json("/api/v1/values/at_times?tag=V.A" + times);
    JsonNode values = answer.path("tags").path(0).path("values");
    assertThat(column(values, "value")).containsExactly("25.0", "12.0");
    JsonNode before = door.api().json("/api/v1/values/at_times?tag=V.A&mode=at_or_before" + times);
    assertThat(column(before.path("tags").path(0).path("values"), "value"))
        .containsExactly("20.0", "10.0");
    assertError(door.get("/api/v1/values/at_times?tag=V.A"), 400, "MISSING_FIELD");
    JsonNode error =
        assertError(door.get("/api/v1/values/at_times?tag=V.A&time=*&time=x"), 400, "BAD_TIME");
    assertThat(error.path("path").asText()).isEqualTo("time[1]");
  }

  @Test
  void plotKeepsTheExtremes() {
    assertThat(column(values("plot?tag=V.A&width=1"), "value")).contains("10.0", "50.0");
    assertError(door.get("/api/v1/values/plot?tag=V.A&width=0"), 400, "OUT_OF_RANGE");
  }

  @Test
  void summaryHasEveryFigureOfTheContract() {
    JsonNode rows = values("summary?tag=V.A&interval=1m");
    assertThat(rows).hasSize(2);
    assertThat(rows.path(0).properties().stream().map(Map.Entry::getKey))
        .contains(
            "startTime",
            "endTime",
            "timeAverage",
            "sampleAverage",
            "minimum",
            "minimumTime",
            "maximum",
            "maximumTime",
            "stdDev",
            "total",
            "count",
            "percentGood",
            "status",
            "quality",
            "basis");
    assertThat(rows.path(0).path("minimum").asDouble()).isEqualTo(10.0);
    assertThat(rows.path(0).path("maximum").asDouble()).isEqualTo(50.0);
    assertThat(rows.path(0).path("maximumTime").asText()).isEqualTo("2026-01-01T00:00:50Z");
    assertThat(values("summary?tag=V.A")).hasSize(1);
  }

  /** What could be asked before there were calendars is answered as it was. */
  @Test
  void aLengthAloneAddsNothingToTheRows() {
    String answer = door.get("/api/v1/values/summary?tag=V.A&interval=50s" + RANGE).body();
    assertThat(answer).doesNotContain("partial", "label", "\"ts\"", "timestamp");
    assertThat(csv("summary?tag=V.A&interval=50s").getFirst()).endsWith("Basis");
  }

  @Test
  void hoursOfARepeatedHourAreTwoWithTheirLabels() {
    JsonNode rows =
        door.api()
            .json(
                "/api/v1/values/summary?tag=V.A&interval=hour&timeZone=Europe/Berlin"
                    + "&startTime=2025-10-26T01:30&endTime=2025-10-26T04:00")
            .at("/tags/0/values");
    assertThat(column(rows, "label"))
        .containsExactly(
            "2025-10-26T01:00+02:00",
            "2025-10-26T02:00+02:00",
            "2025-10-26T02:00+01:00",
            "2025-10-26T03:00+01:00");
    assertThat(column(rows, "partial")).containsExactly("true", "", "", "");
    assertThat(column(rows, "ts")).isEqualTo(column(rows, "startTime"));
  }

  @Test
  void shiftsCarryNameAndProductionDay() {
    String night =
        "summary?tag=V.A&interval=shift&startTime=2025-12-31T14:00Z&endTime=2026-01-01T06:00Z";
    JsonNode answer = door.api().json("/api/v1/values/" + night + "&timestamp=end");
    assertThat(answer.path("timestamp").asText()).isEqualTo("end");
    JsonNode rows = answer.at("/tags/0/values");
    assertThat(column(rows, "label")).containsExactly("2025-12-31 late", "2025-12-31 night");
    assertThat(column(rows, "shift")).containsExactly("late", "night");
    assertThat(column(rows, "productionDay")).containsOnly("2025-12-31");
    assertThat(column(rows, "ts")).containsExactly("2025-12-31T22:00:00Z", "2026-01-01T06:00:00Z");
    assertThat(column(rows, "count")).containsExactly("0", "4");
    assertThat(rows.findValues("partial")).isEmpty();
    JsonNode day =
        door.api().json("/api/v1/values/" + night.replace("=shift", "=day:plant")).at("/tags/0");
    assertThat(column(day.path("values"), "label")).containsExactly("2025-12-31");
    assertThat(column(day.path("values"), "partial")).containsExactly("true");
    String csv = door.get("/api/v1/values/" + night + "&format=csv").body();
    assertThat(csv.lines().findFirst().orElseThrow())
        .endsWith("Basis,Timestamp (UTC),Timestamp (UTC),Label,Shift,Production day,Partial");
    assertThat(csv).contains("2025-12-31 night,night,2025-12-31,false\r\n");
    assertThat(door.get("/api/v1/values/" + night + "&format=arrow").statusCode()).isEqualTo(200);
    JsonNode sql =
        door.api()
            .sql(
                "SELECT count, start_time FROM summary('V.A', '2025-12-31T14:00Z',"
                    + " '2026-01-01T06:00Z', 'shift') ORDER BY start_time")
            .path("rows");
    assertThat(sql).hasSize(2);
    assertThat(sql.path(1).path(0).asInt()).isEqualTo(4);
  }

  @Test
  void aSyncTimeHoldsTheGridWhereverTheRangeBegins() {
    String sync = "&interval=1m&sync=2026-01-01T00:00:20Z";
    JsonNode rows = values("summary?tag=V.A" + sync);
    assertThat(column(rows, "startTime"))
        .containsExactly("2026-01-01T00:00:00Z", "2026-01-01T00:00:20Z", "2026-01-01T00:01:20Z");
    assertThat(column(rows, "partial")).containsExactly("true", "", "true");
    assertThat(column(values("interpolated?tag=V.A" + sync), "ts"))
        .containsExactly("2026-01-01T00:00:20Z", "2026-01-01T00:01:20Z");
    assertThat(column(values("interpolated?tag=V.A&interval=hour"), "ts"))
        .containsExactly("2026-01-01T00:00:00Z");
  }

  /** A row of a window that slides is the answer for just that range. */
  @Test
  void windowsThatSlideAreSummedUpEachByItself() {
    JsonNode rows = values("summary?tag=V.A&interval=7s&window=21s");
    assertThat(rows).hasSize(15);
    for (JsonNode row : rows) {
      String question =
          "/api/v1/values/summary?tag=V.A&startTime="
              + row.path("startTime").asText()
              + "&endTime="
              + row.path("endTime").asText();
      JsonNode alone = door.api().json(question).at("/tags/0/values/0");
      for (var field : alone.properties()) {
        assertThat(row.path(field.getKey())).as(field.getKey()).isEqualTo(field.getValue());
      }
    }
    assertThat(column(rows, "count")).startsWith("2", "2", "2");
    assertThat(values("summary?tag=V.A&interval=1m&window=1h")).isEmpty();
  }

  @Test
  void whatIsNotOverIsPartial() {
    JsonNode rows =
        door.api()
            .json("/api/v1/values/summary?tag=V.A&interval=day&startTime=y&endTime=t%2B1d")
            .at("/tags/0/values");
    assertThat(column(rows, "partial")).containsExactly("", "true");
  }

  @ParameterizedTest
  @CsvSource({
    "interval=fortnight, BAD_TIME, interval, expected=",
    "interval=dya, BAD_TIME, interval, expected=",
    "interval=shift:mill, BAD_TIME, interval, calendars=plant",
    "interval=month:plant, BAD_TIME, interval, expected=",
    "interval=%22, BAD_TIME, interval, position=1",
    "interval=day&sync=t, OUT_OF_RANGE, sync, interval=day",
    "interval=day&window=1h, OUT_OF_RANGE, window, interval=day",
    "interval=1h&sync=soon, BAD_TIME, sync, position=1",
    "interval=1h&window=shift, BAD_TIME, window, position=1",
    "interval=1h&window=-1h, BAD_TIME, window, position=1",
    "interval=1h&timestamp=middle, OUT_OF_RANGE, timestamp, start|end",
    "sync=t, MISSING_FIELD, interval, interval",
    "window=1h, MISSING_FIELD, interval, interval"
  })
  void badWindowsAreNamedWithTheirPlace(String query, String code, String path, String word) {
    JsonNode error = assertError(door.get("/api/v1/values/summary?tag=V.A&" + query), 400, code);
    assertThat(error.path("path").asText()).isEqualTo(path);
    assertThat(error.path("message").asText()).contains(word);
  }

  @Test
  void currentIsTheNewestSample() {
    JsonNode answer = door.api().json("/api/v1/values/current?tag=V.*");
    assertThat(answer.path("tags")).hasSize(6);
    JsonNode newest = answer.path("tags").path(0).path("values");
    assertThat(column(newest, "ts")).containsExactly("2026-01-01T00:00:50Z");
    assertThat(answer.has("startTime")).isFalse();
  }

  @Test
  void valuesKeepTheirTypesInJson() {
    assertThat(ask("recorded?tag=V.I").path("tags").path(0).path("values").toString())
        .contains(
            "\"value\":9007199254740992,",
            "\"value\":\"9007199254740993\"",
            "\"value\":\"-9223372036854775808\"");
    assertThat(values("recorded?tag=V.N").toString())
        .contains("\"value\":\"NaN\"", "\"value\":\"-Infinity\"", "\"value\":-0.5");
    assertThat(values("recorded?tag=V.B").path(0).path("value").isBoolean()).isTrue();
    assertThat(values("recorded?tag=V.S").path(0).path("value").asText()).isEqualTo("=1+1");
    JsonNode digital = values("recorded?tag=V.D").path(0);
    assertThat(digital.path("value").isInt()).isTrue();
    assertThat(digital.path("text").asText()).isEqualTo("On");
  }

  @Test
  void wideHasOneRowForEachTime() {
    JsonNode answer = ask("interpolated?tag=V.A&tag=V.D&interval=10s&layout=wide");
    assertThat(column(answer.path("columns"), "tag")).containsExactly("V.A", "V.D");
    JsonNode row = answer.path("rows").path(1);
    assertThat(row.path("ts").asText()).isEqualTo("2026-01-01T00:00:10Z");
    assertThat(row.path("values").toString()).isEqualTo("[10.0,1]");
    assertThat(row.path("statuses")).hasSize(2);
    JsonNode at =
        door.api().json("/api/v1/values/at_times?tag=V.A&layout=wide&time=2026-01-01T00:00:15Z");
    assertThat(at.path("rows").path(0).path("values").toString()).isEqualTo("[15.0]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"recorded", "plot", "summary", "current"})
  void wideIsRefusedWhereTagsHaveNoCommonTimes(String mode) {
    HttpResponse<String> answer = door.get("/api/v1/values/" + mode + "?tag=V.A&layout=wide");
    assertThat(assertError(answer, 400, "OUT_OF_RANGE").path("path").asText()).isEqualTo("layout");
  }

  @Test
  void csvHasLocalAndExactTimesAndQuotesWhatItMust() {
    assertThat(csv("recorded?tag=V.A&timeZone=Europe/Berlin"))
        .startsWith(
            "Tag,Time (Europe/Berlin),Time (UTC),Value,Text,Unit,Status,Quality",
            "V.A,2026-01-01 01:00:10.000,2026-01-01T00:00:10Z,10.0,,°C,Good,Good")
        .contains("V.A,2026-01-01 01:00:40.000,2026-01-01T00:00:40Z,,,°C,Bad_SensorFailure,Bad");
    assertThat(csv("recorded?tag=V.S").get(2)).contains(",,\"a,\"\"b\"\"\",");
    assertThat(csv("recorded?tag=V.D").get(1)).contains(",1,On,");
  }

  @Test
  void csvHasAFormForEachMode() {
    assertThat(csv("interpolated?tag=V.A&tag=V.D&interval=30s&layout=wide&withStatus"))
        .startsWith("Time (UTC),Time (UTC),V.A [°C],V.A status,V.D,V.D status")
        .anyMatch(row -> row.startsWith("2026-01-01 00:00:30.000,2026-01-01T00:00:30Z,30.0,Good"));
    assertThat(csv("interpolated?tag=V.A&interval=30s")).hasSize(1 + 4 + 1);
    assertThat(csv("plot?tag=V.A&width=1").getFirst()).startsWith("Tag,Time (UTC)");
    List<String> summary = csv("summary?tag=V.A&interval=1m");
    assertThat(summary).hasSize(1 + 2 + 1).last().isEqualTo("");
    assertThat(summary.subList(0, 3)).allMatch(row -> row.split(",", -1).length == 22);
    HttpResponse<String> current = door.get("/api/v1/values/current?tag=V.A&format=csv");
    assertThat(current.body()).contains("V.A,2026-01-01 00:00:50.000,2026-01-01T00:00:50Z,50.0");
  }

  @Test
  void textThatASpreadsheetWouldRunStaysText() {
    assertThat(csv("recorded?tag=V.S").get(1)).contains(",\"'=1+1\",");
    String row = csv("recorded?tag=" + Api.encode("=cmd|' /C calc'!A0")).get(1);
    assertThat(row).startsWith("\"'=cmd|' /C calc'!A0\",").contains(",-1.5,,\"'@SUM(1)\",");
    assertThat(csv("recorded?tag=V.N")).anyMatch(text -> text.contains(",-0.5,"));
    assertThat(csv("interpolated?interval=1m&layout=wide&tag=" + Api.encode("=cmd*")).getFirst())
        .contains(",\"'=cmd");
  }

  @Test
  void oneUnknownTagIsAnErrorBesideTheOthersAnswers() {
    JsonNode answer = ask("recorded?tag=Nope&tag=V.A&tag=Nope.*");
    assertThat(column(answer.path("tags"), "tag")).containsExactly("V.A");
    assertThat(column(answer.path("errors"), "tag")).containsExactly("Nope", "Nope.*");
    assertThat(column(answer.path("errors"), "code")).containsExactly("UNKNOWN_TAG", "UNKNOWN_TAG");
    HttpResponse<String> table =
        door.get("/api/v1/values/recorded?tag=V.A&tag=Nope&format=csv" + RANGE);
    assertThat(assertError(table, 404, "UNKNOWN_TAG").path("hint").asText()).contains("json");
  }

  @Test
  void aTagOfSeveralPatternsIsAnsweredOnce() {
    assertThat(column(ask("recorded?tag=V.I&tag=V.*&tag=V.?").path("tags"), "tag"))
        .startsWith("V.I")
        .containsExactlyInAnyOrder("V.A", "V.B", "V.D", "V.I", "V.N", "V.S");
  }

  @Test
  void oddNamesGoInQueryAndBody() {
    assertThat(values("recorded?tag=" + Api.encode(ODD_NAME))).hasSize(1);
    String body =
        "{\"tags\":[\"" + ODD_NAME + "\"],\"startTime\":\"2026-01-01\",\"endTime\":\"2026-01-02\"}";
    JsonNode answer = Api.expect(door.post("/api/v1/values/recorded", JSON, body));
    assertThat(answer.path("tags").path(0).path("tag").asText()).isEqualTo(ODD_NAME);
    assertThat(answer.path("tags").path(0).path("values")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          recorded     | {"tag":"V.A","limit":2,"includeBad":true}
          recorded     | {"tag":["V.A","V.I"],"descending":true,"bounds":"outside"}
          interpolated | {"tags":["V.A"],"interval":"15s"}
          at_times     | {"tag":"V.A","times":["2026-01-01T00:00:25Z"]}
          plot         | {"tag":"V.*","width":10}
          summary      | {"tag":"V.A","interval":"1m","timeZone":"Europe/Berlin"}
          summary      | {"tag":"V.A","interval":"10s","window":"20s","sync":"t+1s","timestamp":"end"}
          current      | {"tag":"V.A"}
          """)
  void aQuestionInABodyIsAnsweredAsInAQuery(String mode, String body) {
    StringBuilder query = new StringBuilder("/api/v1/values/" + mode + "?");
    boolean ranged = !mode.equals("at_times") && !mode.equals("current");
    String range = ranged ? RANGE : "";
    for (var field : Api.parse(body).properties()) {
      String name = field.getKey().replaceAll("^(tag|time)s$", "$1");
      JsonNode all = field.getValue();
      for (JsonNode value : all.isArray() ? all : List.of(all)) {
        query.append('&').append(name).append('=').append(Api.encode(value.asText()));
      }
    }
    HttpResponse<String> asked = door.post("/api/v1/values/" + mode + "?" + range, JSON, body);
    assertThat(asked.statusCode()).as(asked.body()).isEqualTo(200);
    assertThat(asked.body()).isEqualTo(door.get(query + range).body());
  }

  @Test
  void badBodiesOfQuestionsAreRefused() {
    String path = "/api/v1/values/recorded";
    assertError(door.post(path, JSON, "[]"), 400, "MALFORMED");
    assertError(door.post(path, JSON, "{\"tag\":\"V.A\""), 400, "MALFORMED");
    assertError(door.post(path, JSON, "{\"tag\":{\"a\":1}}"), 400, "WRONG_TYPE");
    assertError(door.post(path, JSON, "{\"tags\":[null]}"), 400, "WRONG_TYPE");
    assertError(door.post(path, "text/plain", "V.A"), 415, "UNSUPPORTED_MEDIA_TYPE");
    JsonNode error =
        assertError(door.post(path, JSON, "{\"tga\":\"V.A\"}"), 400, "UNKNOWN_PARAMETER");
    assertThat(error.path("hint").asText()).contains("tag");
    JsonNode twice =
        assertError(
            door.post(path + "?limit=1", JSON, "{\"tag\":\"V.A\",\"limit\":2}"),
            400,
            "OUT_OF_RANGE");
    assertThat(twice.path("path").asText()).isEqualTo("limit");
  }

  @ParameterizedTest
  @CsvSource({
    "startTime=*-1x, BAD_TIME, startTime, 'position=4'",
    "startTime=noon, BAD_TIME, startTime, 'position=1'",
    "endTime=2026-13-01, BAD_TIME, endTime, 'position='",
    "startTime=2263-01-01, TIME_OUT_OF_RANGE, startTime, 2262",
    "startTime=t&endTime=t, EMPTY_RANGE, endTime, 'end='",
    "startTime=t&endTime=y, EMPTY_RANGE, endTime, 'start='",
    "timeZone=Mars/Olympus, BAD_TIME, timeZone, Mars",
    "limit=0, OUT_OF_RANGE, limit, 'min=1'",
    "limit=many, OUT_OF_RANGE, limit, number",
    "includeBad=perhaps, OUT_OF_RANGE, includeBad, true",
    "layout=tall, OUT_OF_RANGE, layout, wide",
    "startTime=t&startTime=y, OUT_OF_RANGE, startTime, twice"
  })
  void badParametersAreNamedWithTheirPlace(String query, String code, String path, String word) {
    HttpResponse<String> answer = door.get("/api/v1/values/recorded?tag=V.A&" + query);
    JsonNode error = assertError(answer, 400, code);
    assertThat(error.path("path").asText()).isEqualTo(path);
    assertThat(error.path("message").asText()).contains(word);
  }

  @ParameterizedTest
  @CsvSource({
    "recorded, startime, startTime",
    "recorded, StartTime, startTime",
    "interpolated, intervall, interval",
    "at_times, times, time",
    "plot, widht, width",
    "summary, timezone, timeZone",
    "current, tags, tag"
  })
  void anUnknownParameterNamesTheNearest(String mode, String given, String nearest) {
    HttpResponse<String> answer = door.get("/api/v1/values/" + mode + "?tag=V.A&" + given + "=1");
    JsonNode error = assertError(answer, 400, "UNKNOWN_PARAMETER");
    assertThat(error.path("message").asText()).contains(given, "nearest=" + nearest);
    assertThat(error.path("hint").asText()).isEqualTo("did you mean " + nearest + "?");
  }

  @Test
  void aQuestionWithoutTagIsRefused() {
    assertError(door.get("/api/v1/values/recorded"), 400, "MISSING_FIELD");
    assertThat(column(ask("recorded?tag=").path("errors"), "code")).containsExactly("UNKNOWN_TAG");
  }

  @Test
  void theZoneIsAppliedToTextsAndAnswers() {
    String path = "/api/v1/values/recorded?tag=V.A&startTime=2026-07-01&endTime=2026-07-02";
    JsonNode berlin = door.api().json(path + "&timeZone=Europe/Berlin");
    assertThat(berlin.path("timeZone").asText()).isEqualTo("Europe/Berlin");
    assertThat(berlin.path("startTime").asText()).isEqualTo("2026-07-01T00:00:00+02:00");
    for (String offset : List.of("%2B05:30", "+05:30")) {
      JsonNode india = door.api().json(path + "&timeZone=" + offset);
      assertThat(india.path("timeZone").asText()).isEqualTo("+05:30");
      assertThat(india.path("startTime").asText()).isEqualTo("2026-07-01T00:00:00+05:30");
    }
    assertThat(door.api().json(path).path("timeZone").asText()).isEqualTo("UTC");
  }

  @ParameterizedTest
  @ValueSource(strings = {"t+6h", "t%2B6h"})
  void aPlusSignInATimeIsMeant(String end) {
    JsonNode answer = door.api().json("/api/v1/values/recorded?tag=V.A&startTime=t&endTime=" + end);
    assertThat(answer.path("startTime").asText()).endsWith("T00:00:00Z");
    assertThat(answer.path("endTime").asText()).endsWith("T06:00:00Z");
  }

  @ParameterizedTest
  @ValueSource(strings = {"t-1d+6h", "t-1d%2B6h", "t+-1d+%2B6h"})
  void aPlusSignBetweenOffsetsIsMeant(String start) {
    JsonNode answer = door.api().json("/api/v1/values/recorded?tag=V.A&startTime=" + start);
    assertThat(answer.path("startTime").asText()).endsWith("T06:00:00Z");
  }

  @Test
  void aPlusSignInAnOffsetIsMeant() {
    String query = "?tag=V.A&startTime=2026-01-01T01:00:00+01:00&endTime=2026-01-01T01:01:00+01:00";
    assertThat(door.api().json("/api/v1/values/recorded" + query).path("startTime").asText())
        .isEqualTo("2026-01-01T00:00:00Z");
  }

  @ParameterizedTest
  @CsvSource({
    "text/csv, text/csv",
    "application/json, application/json",
    "*/*, application/json",
    "'text/csv;q=0.5, application/json;q=0.9', application/json",
    "'application/json;q=0.1, text/csv', text/csv",
    "'application/xml, */*;q=0.1', application/json"
  })
  void theFormIsWhatTheClientAccepts(String accept, String type) {
    HttpResponse<String> answer =
        door.get("/api/v1/values/recorded?tag=V.A" + RANGE, "Accept", accept);
    assertThat(answer.headers().firstValue("content-type")).hasValue(type + "; charset=utf-8");
  }

  @Test
  void aFormThatDoesNotExistIsNotAcceptable() {
    String path = "/api/v1/values/recorded?tag=V.A" + RANGE;
    assertError(door.get(path, "Accept", "application/xml"), 406, "NOT_ACCEPTABLE");
    assertThat(
            assertError(door.get(path + "&format=xls"), 406, "NOT_ACCEPTABLE")
                .path("hint")
                .asText())
        .contains("format=csv");
  }

  @Test
  void moreThanARequestMayAskForIsRefused() {
    String years = "&startTime=1900-01-01&endTime=2200-01-01&interval=1s";
    for (String mode : List.of("interpolated", "summary")) {
      assertError(door.get("/api/v1/values/" + mode + "?tag=V.A" + years), 422, "TOO_MANY");
    }
  }

  @Test
  void valuesBetweenSamplesAreFoundByTheRuleAskedFor() {
    // 10, 20, 30, Bad at 40 s, 50.
    String at = "at_times?tag=V.A&mode=interpolated&time=2026-01-01T00:00:45Z";
    assertThat(at(at).path("value").isNull()).isTrue();
    assertThat(at(at + "&quality=bridge").path("value").asDouble()).isEqualTo(45);
    assertThat(at(at + "&quality=hold").path("value").asDouble()).isEqualTo(30);
    String between = "at_times?tag=V.A&mode=interpolated&time=2026-01-01T00:00:25Z";
    assertThat(at(between).path("value").asDouble()).isEqualTo(25);
    assertThat(at(between + "&stepAs=stepped").path("value").asDouble()).isEqualTo(20);
    assertThat(at(between + "&maxGap=4s").path("value").isNull()).isTrue();
    JsonNode grid = values("interpolated?tag=V.A&interval=5s&quality=bridge");
    assertThat(column(grid, "value")).contains("35.0", "40.0", "45.0");
    assertThat(percentGood("summary?tag=V.A"))
        .isLessThan(percentGood("summary?tag=V.A&quality=bridge"));
    assertThat(percentGood("summary?tag=V.A&maxGap=1s")).isLessThan(percentGood("summary?tag=V.A"));
    assertError(
        door.get("/api/v1/values/plot?tag=V.A&quality=hold" + RANGE), 400, "UNKNOWN_PARAMETER");
  }

  private static JsonNode at(String question) {
    return door.api()
        .json("/api/v1/values/" + question)
        .path("tags")
        .path(0)
        .path("values")
        .path(0);
  }

  private static double percentGood(String question) {
    return values(question).path(0).path("percentGood").asDouble();
  }
}
