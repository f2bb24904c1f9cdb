package io.tidemark.wire.http;

import static io.tidemark.wire.http.Door.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.proof.Api;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ways to read beyond a range of samples, through the HTTP door: by count and cursor, on other
 * times, changes only, fields of summaries, meters, states, conditions, batches, versions.
 */
class RetrievalRouteTest {
  private static final long START = 1_767_225_600; // 2026-01-01T00:00:00Z
  private static final String RANGE =
      "&startTime=2026-01-01T00:00:00Z&endTime=2026-01-01T00:10:00Z";

  @TempDir static Path folder;
  private static Door door;

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder);
    door.put(
        "/api/v1/tags",
        """
        {"tags":[{"name":"T.F","uom":"m3/h"},
                 {"name":"T.D","type":"digital","states":["Off","On"]},
                 {"name":"T.C","type":"int64","uom":"kWh"},
                 {"name":"T.K","duplicates":"keep-all"}]}
        """);
    List<String> lines = new ArrayList<>();
    // Every 10 s for ten minutes: 0, 1, 2, ... 59; the pump is on in minutes 2 to 4 and 7 to 8.
    for (int i = 0; i < 60; i++) {
      lines.add("m,tag=T.F value=" + i + " " + (START + 10 * i));
      lines.add("m,tag=T.P value=" + i + " " + (START + 10 * i));
    }
    for (int[] change : new int[][] {{0, 0}, {120, 1}, {300, 0}, {420, 1}, {540, 0}}) {
      lines.add(
          "m,tag=T.D value=\"" + (change[1] == 1 ? "On" : "Off") + "\" " + (START + change[0]));
    }
    // A meter of three digits that rolls over once.
    for (int i = 0; i <= 10; i++) {
      lines.add("m,tag=T.C value=" + (950 + 10 * i) % 1000 + "i " + (START + 60 * i));
    }
    for (int i = 0; i < 7; i++) {
      lines.add("m,tag=T.K value=" + i + " " + START);
    }
    lines.add("m,tag=T.K value=7 " + (START + 1));
    door.post("/api/v1/write?precision=s", Door.TEXT, String.join("\n", lines));
    HttpResponse<String> stored =
        door.post(
            "/api/v1/context",
            JSON,
            """
            {"equipment":[{"equipmentId":"U1","name":"Unit 1","level":"Unit"}],
             "batches":[{"batchId":"B-1","unitId":"U1","startTime":"2026-01-01T00:01:00Z","endTime":"2026-01-01T00:04:00Z"},
                        {"batchId":"B-2","unitId":"U1","startTime":"2026-01-01T00:05:00Z","endTime":"2026-01-01T00:09:00Z"}],
             "steps":[{"batchId":"B-1","level":"Phase","name":"Heat","unitId":"U1","startTime":"2026-01-01T00:01:00Z","endTime":"2026-01-01T00:02:00Z"},
                      {"batchId":"B-1","level":"Phase","name":"Cool","unitId":"U1","startTime":"2026-01-01T00:02:00Z","endTime":"2026-01-01T00:04:00Z"},
                      {"batchId":"B-2","level":"Phase","name":"Heat","unitId":"U1","startTime":"2026-01-01T00:05:00Z","endTime":"2026-01-01T00:07:00Z"}]}
            """);
    assertThat(stored.statusCode()).as(stored.body()).isLessThan(207);
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  private static JsonNode ask(String question) {
    return door.api().json("/api/v1/values/" + question);
  }

  private static JsonNode rows(String question) {
    return ask(question).path("tags").path(0).path("values");
  }

  private static List<String> column(JsonNode rows, String field) {
    List<String> column = new ArrayList<>();
    rows.forEach(row -> column.add(row.path(field).asText()));
    return column;
  }

  private static void assertError(
      HttpResponse<String> answer, int status, String code, String path) {
    Door.assertError(answer, status, code);
    assertThat(Api.parse(answer.body()).path("path").asText()).as(answer.body()).isEqualTo(path);
  }

  private static String at(int second) {
    return Instant.ofEpochSecond(START + second).toString();
  }

  @Test
  void aCountReadsForwardFromATimeOrBackFromOne() {
    JsonNode forward = rows("recorded?tag=T.F&count=3&startTime=" + at(95));
    assertThat(column(forward, "value")).containsExactly("10.0", "11.0", "12.0");
    JsonNode back = rows("recorded?tag=T.F&count=3&endTime=" + at(95));
    assertThat(column(back, "value")).containsExactly("9.0", "8.0", "7.0");
    assertThat(rows("recorded?tag=T.F&count=3&endTime=" + at(0))).isEmpty();
    // Without a time the newest, however old they are.
    assertThat(column(rows("recorded?tag=T.F&count=2"), "value")).containsExactly("59.0", "58.0");
    assertError(door.get("/api/v1/values/recorded?tag=T.F&count=0"), 400, "OUT_OF_RANGE", "count");
  }

  @Test
  void aCursorGoesOnWhereTheLimitCutThroughSealsAndNewSamples() {
    List<String> all = column(rows("recorded?tag=T.P" + RANGE), "ts");
    for (boolean isDown : new boolean[] {false, true}) {
      List<String> before = column(rows("recorded?tag=T.P" + RANGE), "ts");
      List<String> read = new ArrayList<>();
      JsonNode page =
          ask("recorded?tag=T.P&limit=7&descending=" + isDown + RANGE).path("tags").path(0);
      int pages = 1;
      for (; page.has("cursor"); pages++) {
        assertThat(page.path("more").asBoolean()).isTrue();
        read.addAll(column(page.path("values"), "ts"));
        // Between two pages the store is written to and seals; the answer is that of the first.
        door.api().writeLines("m,tag=T.P value=-1 " + (START + 10 * pages + 5) + "000000000");
        door.seal();
        page = ask("recorded?cursor=" + page.path("cursor").asText()).path("tags").path(0);
      }
      read.addAll(column(page.path("values"), "ts"));
      assertThat(read).isEqualTo(isDown ? before.reversed() : before);
      assertThat(pages).isEqualTo(Math.ceilDiv(before.size(), 7));
    }
    assertThat(rows("recorded?tag=T.P" + RANGE)).hasSizeGreaterThan(all.size());
  }

  @Test
  void aCursorCountsTheSamplesOfOneTime() {
    List<String> read = new ArrayList<>();
    JsonNode page = ask("recorded?tag=T.K&limit=3" + RANGE).path("tags").path(0);
    while (page.has("cursor")) {
      read.addAll(column(page.path("values"), "value"));
      page = ask("recorded?cursor=" + page.path("cursor").asText()).path("tags").path(0);
    }
    read.addAll(column(page.path("values"), "value"));
    assertThat(read).containsExactly("0.0", "1.0", "2.0", "3.0", "4.0", "5.0", "6.0", "7.0");
  }

  @Test
  void aCursorIsCheckedAndStandsAlone() {
    assertError(door.get("/api/v1/values/recorded?cursor=nonsense"), 400, "OUT_OF_RANGE", "cursor");
    String cursor =
        ask("recorded?tag=T.F&limit=1" + RANGE).path("tags").path(0).path("cursor").asText();
    assertError(
        door.get("/api/v1/values/recorded?tag=T.F&cursor=" + cursor), 400, "OUT_OF_RANGE", "tag");
  }

  @Test
  void valuesAtTheTimesOfAnotherTag() {
    JsonNode answer =
        ask("at_times?tag=T.F&tag=T.D&timesOf=T.C&layout=wide&mode=at_or_before" + RANGE);
    assertThat(answer.path("rows")).hasSize(10);
    assertThat(answer.path("rows").path(3).path("ts").asText()).isEqualTo(at(180));
    assertThat(answer.path("rows").path(3).path("values").path(0).asDouble()).isEqualTo(18);
    assertThat(answer.path("rows").path(3).path("values").path(1).asInt()).isEqualTo(1);
    JsonNode down = ask("at_times?tag=T.F&timesOf=T.C&descending" + RANGE);
    assertThat(column(down.path("tags").path(0).path("values"), "ts"))
        .isEqualTo(column(answer.path("rows"), "ts").reversed());
    assertError(
        door.get("/api/v1/values/at_times?tag=T.F&timesOf=T.none" + RANGE),
        404,
        "UNKNOWN_TAG",
        "timesOf");
  }

  @Test
  void cyclicAndInterpolatedByCountTouchBothEnds() {
    JsonNode cyclic = rows("cyclic?tag=T.F&count=4&startTime=" + at(5) + "&endTime=" + at(35));
    assertThat(column(cyclic, "ts")).containsExactly(at(5), at(15), at(25), at(35));
    assertThat(column(cyclic, "value")).containsExactly("0.0", "1.0", "2.0", "3.0");
    JsonNode even = rows("interpolated?tag=T.F&count=4&startTime=" + at(5) + "&endTime=" + at(35));
    assertThat(column(even, "value")).containsExactly("0.5", "1.5", "2.5", "3.5");
    JsonNode down =
        rows("interpolated?tag=T.F&count=4&descending&startTime=" + at(5) + "&endTime=" + at(35));
    assertThat(column(down, "value")).containsExactly("3.5", "2.5", "1.5", "0.5");
    assertError(
        door.get("/api/v1/values/interpolated?tag=T.F&count=4&interval=1m"),
        400,
        "OUT_OF_RANGE",
        "count");
  }

  @Test
  void deltaLeavesOutWhatDoesNotChange() {
    JsonNode states = rows("delta?tag=T.D&startTime=" + at(60) + "&endTime=" + at(600));
    assertThat(column(states, "text")).containsExactly("Off", "On", "Off", "On", "Off");
    assertThat(states.path(0).path("ts").asText()).isEqualTo(at(60));
    JsonNode far = rows("delta?tag=T.F&deadband=9.5&startTime=" + at(0) + "&endTime=" + at(500));
    assertThat(column(far, "value")).containsExactly("0.0", "10.0", "20.0", "30.0", "40.0", "49.0");
    JsonNode slow =
        rows("delta?tag=T.F&timeDeadband=2m&startTime=" + at(0) + "&endTime=" + at(500));
    assertThat(column(slow, "value")).containsExactly("0.0", "13.0", "26.0", "39.0", "49.0");
    assertError(
        door.get("/api/v1/values/delta?tag=T.F&deadband=-1"), 400, "OUT_OF_RANGE", "deadband");
  }

  @Test
  void bestFitHasAtMostFiveSamplesACycleAndBothEnds() {
    JsonNode rows = rows("best_fit?tag=T.F&cycles=5&startTime=" + at(0) + "&endTime=" + at(500));
    assertThat(rows).hasSizeLessThan(20);
    assertThat(rows.path(0).path("value").asDouble()).isEqualTo(0);
    assertThat(rows.path(rows.size() - 1).path("ts").asText()).isEqualTo(at(500));
  }

  @Test
  void aSummaryAnswersTheFieldsThatAreAskedFor() {
    JsonNode tag =
        ask("summary?tag=T.F&fields=range,first,firstTime,last,delta,slope,transitions&fields=bad_count"
                + "&slopePer=min&startTime="
                + at(0)
                + "&endTime="
                + at(500))
            .path("tags")
            .path(0);
    JsonNode row = tag.path("values").path(0);
    assertThat(row.path("range").asDouble()).isEqualTo(49);
    assertThat(row.path("first").asDouble()).isZero();
    assertThat(row.path("firstTime").asText()).isEqualTo(at(0));
    assertThat(row.path("last").asDouble()).isEqualTo(49);
    assertThat(row.path("delta").asDouble()).isEqualTo(49);
    assertThat(row.path("slope").asDouble()).isEqualTo(6);
    assertThat(row.path("transitions").asInt()).isEqualTo(50);
    assertThat(row.path("badCount").asInt()).isZero();
    assertThat(row.path("count").asInt()).isEqualTo(50);
    assertThat(row.path("percentGood").asDouble()).isEqualTo(100);
    assertThat(row.has("timeAverage")).isFalse();
    assertThat(tag.path("slopeUom").asText()).isEqualTo("m3/h/min");
    assertError(
        door.get("/api/v1/values/summary?tag=T.F&fields=average"), 400, "OUT_OF_RANGE", "fields");
  }

  @Test
  void aCompactSummaryNamesItsPlacesOnce() {
    JsonNode tag =
        ask("summary?tag=T.F&layout=compact&fields=timeAverage&interval=1m" + RANGE)
            .path("tags")
            .path(0);
    assertThat(tag.path("columns").toString())
        .isEqualTo(
            "[\"startTime\",\"endTime\",\"timeAverage\",\"count\",\"percentGood\",\"status\"]");
    assertThat(tag.path("values").path(1).toString())
        .isEqualTo("[\"" + at(60) + "\",\"" + at(120) + "\",9.0,6,100.0,1025]");
    assertThat(tag.path("statusTexts").isObject()).isTrue();
  }

  @Test
  void tooLittleGoodTimeWithholdsTheValues() {
    String question =
        "summary?tag=T.F&fields=timeAverage&startTime=" + at(-500) + "&endTime=" + at(500);
    assertThat(rows(question).path(0).path("timeAverage").asDouble()).isEqualTo(25);
    JsonNode withheld = rows(question + "&percentGoodMin=60").path(0);
    assertThat(withheld.path("timeAverage").isNull()).isTrue();
    assertThat(withheld.path("percentGood").asDouble()).isEqualTo(50);
    assertThat(withheld.path("statusText").asText()).isEqualTo("Bad_NoData");
  }

  @Test
  void aMeterIsReadOverItsRollOver() {
    JsonNode row = rows("counters?tag=T.C&rollover=1000" + RANGE).path(0);
    assertThat(row.path("increase").asDouble()).isEqualTo(100);
    assertThat(row.path("rollovers").asInt()).isEqualTo(1);
    JsonNode parts = rows("counters?tag=T.C&rollover=1000&interval=5m" + RANGE);
    assertThat(column(parts, "increase")).containsExactly("50.0", "50.0");
    JsonNode exchanged =
        rows("counters?tag=T.C&meterChange=" + Api.encode(at(290) + ",995,0") + RANGE).path(0);
    assertThat(exchanged.path("meterChanges").asInt()).isEqualTo(1);
    assertError(
        door.get("/api/v1/values/counters?tag=T.C&meterChange=tomorrow" + RANGE),
        400,
        "OUT_OF_RANGE",
        "meterChange");
    assertThat(ask("counters?tag=T.D" + RANGE).path("errors").path(0).path("code").asText())
        .isEqualTo("UNSUPPORTED_TYPE");
  }

  @Test
  void statesAreCountedAndTimed() {
    JsonNode rows = rows("states?tag=T.D&startTime=" + at(0) + "&endTime=" + at(540));
    assertThat(column(rows, "state")).containsExactly("Off", "On", "null");
    JsonNode on = rows.path(1);
    assertThat(on.path("duration").asDouble()).isEqualTo(300);
    assertThat(on.path("entries").asInt()).isEqualTo(2);
    assertThat(on.path("contained").asInt()).isEqualTo(2);
    assertThat(on.path("minimumDuration").asDouble()).isEqualTo(120);
    assertThat(on.path("maximumDuration").asDouble()).isEqualTo(180);
  }

  @Test
  void conditionsHoldFromCrossingToCrossing() {
    String condition = Api.encode("T.D = 'On' and T.F > 15.5");
    JsonNode when = door.api().json("/api/v1/when?condition=" + condition + RANGE);
    assertThat(when.path("condition").asText()).contains("T.F").contains("> 15.5");
    assertThat(column(when.path("stretches"), "endTime")).containsExactly(at(300), at(540));
    assertThat(when.path("stretches").path(0).path("startTime").asText())
        .isEqualTo("2026-01-01T00:02:35.000000001Z");
    // A bare plus sign in a time is meant, here too.
    assertThat(
            door.api()
                .json(
                    "/api/v1/when?condition="
                        + condition
                        + "&startTime=2026-01-01T00:00:00Z&endTime=+10m")
                .path("stretches"))
        .isEqualTo(when.path("stretches"));
    JsonNode row =
        rows("summary?tag=T.F&fields=timeAverage,durationGood&while=" + condition + RANGE).path(0);
    assertThat(row.path("durationGood").asDouble()).isEqualTo(145 + 120 - 1e-9);
    // From 15.5 to 30 over 145 s, and from 42 to 54 over 120 s.
    assertThat(row.path("timeAverage").asDouble())
        .isCloseTo((22.75 * 145 + 48 * 120) / 265, org.assertj.core.data.Offset.offset(1e-9));
    assertThat(row.path("percentGood").asDouble()).isEqualTo(100);
    JsonNode samples = rows("recorded?tag=T.F&while=" + condition + RANGE);
    assertThat(samples).hasSize(14 + 12);
    assertThat(samples.path(0).path("value").asDouble()).isEqualTo(16);
    assertError(
        door.get("/api/v1/values/recorded?tag=T.F&while=" + Api.encode("T.F >") + RANGE),
        400,
        "MALFORMED",
        "while");
    assertError(
        door.get("/api/v1/when?condition=" + Api.encode("T.none > 1") + RANGE),
        404,
        "UNKNOWN_TAG",
        "condition");
  }

  @Test
  void batchesAndPhasesAreWindows() {
    JsonNode batches = rows("summary?tag=T.F&fields=timeAverage&interval=batch&unit=U1" + RANGE);
    assertThat(column(batches, "label")).containsExactly("B-1", "B-2");
    assertThat(column(batches, "timeAverage")).containsExactly("15.0", "42.0");
    JsonNode heats = rows("summary?tag=T.F&fields=timeAverage&interval=phase:heat&unit=U1" + RANGE);
    assertThat(column(heats, "label")).containsExactly("B-1/Heat", "B-2/Heat");
    assertThat(column(heats, "timeAverage")).containsExactly("9.0", "36.0");
    // A batch that is named is found whatever the time.
    JsonNode named = rows("states?tag=T.D&batch=B-2");
    assertThat(column(named, "label")).containsOnly("B-2");
    JsonNode standard = rows("processed?tag=T.F&aggregate=Average&interval=phase&batch=B-1");
    assertThat(column(standard, "value")).containsExactly("8.5", "17.5");
    assertError(
        door.get("/api/v1/values/summary?tag=T.F&interval=batch" + RANGE),
        400,
        "MISSING_FIELD",
        "interval");
    assertError(door.get("/api/v1/values/summary?tag=T.F&batch=B-9"), 404, "NOT_FOUND", "batch");
    assertError(
        door.get("/api/v1/values/summary?tag=T.F&unit=U1" + RANGE), 400, "OUT_OF_RANGE", "unit");
  }

  @Test
  void originalAndEarlierVersionsCanBeRead() {
    door.api().writeLines("m,tag=T.V value=1 " + START + "000000000");
    String before = ask("recorded?tag=T.V" + RANGE).path("dataVersion").asText();
    door.seal();
    door.api()
        .writeLines(
            "m,tag=T.V value=2 "
                + START
                + "000000000\nm,tag=T.V value=3 "
                + (START + 1)
                + "000000000");
    assertThat(column(rows("recorded?tag=T.V" + RANGE), "value")).containsExactly("2.0", "3.0");
    assertThat(column(rows("recorded?tag=T.V&version=original" + RANGE), "value"))
        .containsExactly("1.0", "3.0");
    door.seal();
    assertThat(column(rows("recorded?tag=T.V&version=original" + RANGE), "value"))
        .containsExactly("1.0", "3.0");
    assertThat(column(rows("recorded?tag=T.V&asOf=" + before + RANGE), "value"))
        .containsExactly("1.0");
    assertThat(
            rows("summary?tag=T.V&fields=sampleAverage&asOf=" + before + RANGE)
                .path(0)
                .path("sampleAverage")
                .asDouble())
        .isEqualTo(1);
    assertThat(
            rows("summary?tag=T.V&fields=sampleAverage&version=original" + RANGE)
                .path(0)
                .path("sampleAverage")
                .asDouble())
        .isEqualTo(2);
    assertThat(rows("current?tag=T.V&asOf=" + before).path(0).path("value").asDouble())
        .isEqualTo(1);
    assertError(
        door.get("/api/v1/values/recorded?tag=T.V&asOf=x" + RANGE), 400, "OUT_OF_RANGE", "asOf");
  }

  @Test
  void aSummaryCanBeReadBackwards() {
    JsonNode up = rows("summary?tag=T.F&fields=first&interval=1m" + RANGE);
    JsonNode down = rows("summary?tag=T.F&fields=first&interval=1m&descending" + RANGE);
    assertThat(column(down, "startTime")).isEqualTo(column(up, "startTime").reversed());
    assertThat(column(down, "first")).isEqualTo(column(up, "first").reversed());
  }

  @Test
  void tablesAndArrowHaveTheSameRows() {
    for (String question :
        List.of(
            "counters?tag=T.C&rollover=1000", "states?tag=T.D", "summary?tag=T.F&fields=slope")) {
      String csv = door.get("/api/v1/values/" + question + RANGE + "&format=csv").body();
      assertThat(csv.split("\r\n", -1)).hasSize(2 + rows(question + RANGE).size());
      assertThat(door.get("/api/v1/values/" + question + RANGE + "&format=arrow").statusCode())
          .isEqualTo(200);
    }
  }
}
