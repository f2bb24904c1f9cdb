package io.tidemark.wire.http;

import static io.tidemark.wire.http.Door.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.proof.Api;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a summary weighs and adds up, through the HTTP door. */
class SummaryBasisRouteTest {
  private static final long START = 1_767_225_600; // 2026-01-01T00:00:00Z
  private static final String SUMMARY = "/api/v1/values/summary?";

  /** From a sample to a sample, 590 s later. */
  private static final String RANGE =
      "&startTime=2026-01-01T00:00:00Z&endTime=2026-01-01T00:09:50Z";

  @TempDir static Path folder;
  private static Door door;

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder);
    door.put(
        "/api/v1/tags",
        """
        {"tags":[{"name":"B.T","uom":"°C"}, {"name":"B.R","uom":"°C"}, {"name":"B.PH","uom":"pH"},
                 {"name":"B.D","type":"digital","states":["Off","On"]}]}
        """);
    List<String> lines = new ArrayList<>();
    // Every 10 s: 0, 1, 2, ... 59; a pump that runs for three minutes, and at the end again.
    for (int i = 0; i < 60; i++) {
      for (String tag : new String[] {"B.T", "B.R", "B.PH"}) {
        lines.add("m,tag=" + tag + " value=" + i + " " + (START + 10 * i));
      }
    }
    for (int[] change : new int[][] {{0, 0}, {120, 1}, {300, 0}, {580, 1}, {600, 0}}) {
      lines.add(
          "m,tag=B.D value=\"" + (change[1] == 1 ? "On" : "Off") + "\" " + (START + change[0]));
    }
    HttpResponse<String> stored =
        door.post("/api/v1/write?precision=s", Door.TEXT, String.join("\n", lines));
    assertThat(stored.statusCode()).as(stored.body()).isEqualTo(204);
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  private static JsonNode ask(String question) {
    return door.api().json(SUMMARY + question + RANGE);
  }

  private static JsonNode row(String question) {
    JsonNode answer = ask(question);
    assertThat(answer.path("errors")).as(question).isEmpty();
    return answer.at("/tags/0/values/0");
  }

  private static void refused(String question, String code, String path, String mentioned) {
    HttpResponse<String> answer = door.get(SUMMARY + question + RANGE);
    Door.assertError(answer, 400, code);
    JsonNode error = Api.parse(answer.body());
    assertThat(error.path("path").asText()).as(answer.body()).isEqualTo(path);
    assertThat(error.path("message").asText()).contains(mentioned);
  }

  @Test
  void aBasisOtherThanTimeIsNamedInTheAnswer() {
    for (String spelling :
        new String[] {"EventWeighted", "eventweighted", "EVENT_WEIGHTED", "event_weighted"}) {
      assertThat(ask("tag=B.T&calculationBasis=" + spelling).path("calculationBasis").asText())
          .isEqualTo("EventWeighted");
    }
    assertThat(ask("tag=B.T").has("calculationBasis")).isFalse();
    assertThat(ask("tag=B.T&calculationBasis=TimeWeighted")).isEqualTo(ask("tag=B.T"));
    String arrow = SUMMARY + "tag=B.T&format=arrow" + RANGE + "&calculationBasis=";
    assertThat(door.get(arrow + "EventWeightedIncludeBothEnds").body())
        .contains("calculationBasis", "EventWeightedIncludeBothEnds", "sample_std_dev");
    assertThat(door.get(arrow + "TimeWeighted").body()).doesNotContain("calculationBasis");
    HttpResponse<String> posted =
        door.post(
            "/api/v1/values/summary",
            JSON,
            """
            {"tag":"B.T","startTime":"2026-01-01T00:00:00Z","endTime":"2026-01-01T00:00:20Z",
             "calculationBasis":"EventWeightedExcludeEarliestEvent","fields":["sum"]}
            """);
    assertThat(Api.parse(posted.body()).at("/tags/0/values/0/sum").asDouble()).isEqualTo(3);
  }

  @Test
  void theUsualFieldsAreThoseOfTheBasis() {
    List<String> names = new ArrayList<>();
    row("tag=B.T&calculationBasis=EventWeighted").fieldNames().forEachRemaining(names::add);
    assertThat(names)
        .containsExactly(
            "startTime",
            "endTime",
            "sampleAverage",
            "minimum",
            "minimumTime",
            "maximum",
            "maximumTime",
            "sampleStdDev",
            "sum",
            "count",
            "percentGood",
            "status",
            "quality",
            "basis");
    JsonNode row = row("tag=B.T&calculationBasis=EventWeighted");
    assertThat(row.path("count").asInt()).isEqualTo(60);
    assertThat(row.path("sum").asDouble()).isEqualTo(1770);
    assertThat(row.path("sampleAverage").asDouble()).isEqualTo(29.5);
    assertThat(door.get(SUMMARY + "tag=B.T&format=csv&fields=sum" + RANGE).body())
        .contains(",Sum,Unit,Count,", ",1711.0,°C,59,");
  }

  @Test
  void aSumIsThatOfTheConvertedSamples() {
    JsonNode row = row("tag=B.T&uom=%C2%B0F&calculationBasis=EventWeighted");
    assertThat(row.path("sum").asDouble()).isEqualTo(1770 * 1.8 + 32 * 60);
    assertThat(row.path("sampleAverage").asDouble()).isEqualTo(29.5 * 1.8 + 32);
    assertThat(row("tag=B.T&uom=%C2%B0C&fields=sum").path("sum").asDouble()).isEqualTo(1711);
    assertThat(row("tag=B.T&uom=K&fields=sum").path("sum").asDouble())
        .isEqualTo(1711 + 273.15 * 59);
  }

  /** Intervals are read in lots; that the last of a lot is followed by others changes nothing. */
  @Test
  void eachEventCountsOnceHoweverManyIntervalsThereAre() {
    // 7552 intervals, of which every 128th ends at a sample, also the last of each lot.
    String many = "tag=B.T&fields=count&layout=compact&interval=78125us&calculationBasis=";
    assertThat(counted(many + "EventWeighted")).isEqualTo(60);
    assertThat(counted(many + "EventWeighted&descending=true")).isEqualTo(60);
    assertThat(counted(many + "EventWeightedExcludeMostRecentEvent")).isEqualTo(59);
    assertThat(counted(many + "EventWeightedExcludeEarliestEvent")).isEqualTo(59);
    assertThat(counted(many + "EventWeightedIncludeBothEnds")).isEqualTo(60 + 58);
    // Windows that slide, too: only the last has its end.
    String sliding = "tag=B.T&fields=count&layout=compact&interval=10s&window=20s";
    assertThat(counted(sliding + "&calculationBasis=EventWeighted"))
        .isEqualTo(counted(sliding) + 1);
    // Several tags are read beside each other.
    JsonNode both =
        ask(
            "tag=B.T&tag=B.R&fields=count&layout=compact&interval=10s&calculationBasis=EventWeighted");
    assertThat(both.path("tags")).hasSize(2);
    both.path("tags").forEach(tag -> assertThat(counted(tag)).isEqualTo(60));
  }

  private static int counted(String question) {
    return counted(ask(question).at("/tags/0"));
  }

  private static int counted(JsonNode tag) {
    int sum = 0;
    for (JsonNode row : tag.path("values")) {
      sum += row.path(2).asInt();
    }
    return sum;
  }

  @Test
  void aConditionIsAskedForTheEventAtTheEndToo() {
    String on = "tag=B.T&fields=count,sum&while='B.D'%20=%20'On'&calculationBasis=";
    assertThat(row(on + "EventWeighted").path("count").asInt()).isEqualTo(18 + 2);
    assertThat(row(on + "EventWeightedExcludeMostRecentEvent").path("count").asInt())
        .isEqualTo(18 + 1);
    assertThat(row(on + "TimeWeighted").path("count").asInt()).isEqualTo(18 + 1);
  }

  @Test
  void theStepIsThatOfTheBasis() {
    String average = "tag=B.T&fields=timeAverage";
    double sloped = row(average).path("timeAverage").asDouble();
    double stepped = row(average + "&stepAs=stepped").path("timeAverage").asDouble();
    assertThat(stepped).isNotEqualTo(sloped);
    assertThat(
            row(average + "&calculationBasis=TimeWeightedContinuous")
                .path("timeAverage")
                .asDouble())
        .isEqualTo(sloped);
    assertThat(
            row(average + "&calculationBasis=TimeWeightedDiscrete").path("timeAverage").asDouble())
        .isEqualTo(stepped);
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    refused("tag=B.T&calculationBasis=Often", "OUT_OF_RANGE", "calculationBasis", "TimeWeighted");
    refused(
        "tag=B.T&calculationBasis=TimeWeightedContinuous&stepAs=stepped",
        "OUT_OF_RANGE",
        "stepAs",
        "step=stepped");
    refused(
        "tag=B.T&calculationBasis=TimeWeightedDiscrete&stepAs=stepped",
        "OUT_OF_RANGE",
        "stepAs",
        "step=stepped");
    refused(
        "tag=B.T&calculationBasis=EventWeighted&fields=minimum,total,stdDev",
        "OUT_OF_RANGE",
        "fields",
        "fields=stdDev,total");
    Door.assertError(
        door.get("/api/v1/values/plot?tag=B.T&calculationBasis=EventWeighted"),
        400,
        "UNKNOWN_PARAMETER");
  }

  @Test
  void numbersOfALogarithmAreAddedUpOnRequestOnly() {
    JsonNode usual = row("tag=B.PH");
    for (String field : new String[] {"timeAverage", "sampleAverage", "stdDev", "total"}) {
      assertThat(usual.path(field).isNull()).as(field).isTrue();
    }
    assertThat(usual.path("maximum").asDouble()).isEqualTo(58);
    assertThat(usual.path("count").asInt()).isEqualTo(59);
    JsonNode named = ask("tag=B.PH&tag=B.T&fields=maximum,sum,sampleAverage");
    assertThat(named.path("tags").findValuesAsText("tag")).containsExactly("B.T");
    assertThat(named.at("/errors/0/code").asText()).isEqualTo("UNIT_MISMATCH");
    assertThat(named.at("/errors/0/message").asText())
        .contains("tag=\"B.PH\"", "uom=\"pH\"", "fields=sampleAverage,sum", "asNumbers=true");
    Door.assertError(
        door.get(SUMMARY + "tag=B.PH&fields=sum&format=csv" + RANGE), 400, "UNIT_MISMATCH");
    Door.assertError(
        door.get(SUMMARY + "tag=B.PH&fields=sum&format=arrow" + RANGE), 400, "UNIT_MISMATCH");
    assertThat(row("tag=B.PH&fields=maximum,first,delta,percentGood").path("delta").asDouble())
        .isEqualTo(58);
    assertThat(row("tag=B.PH&fields=sum&asNumbers=true").path("sum").asDouble()).isEqualTo(1711);
    assertThat(row("tag=B.PH&asNumbers&uom=pH").path("timeAverage").asDouble()).isEqualTo(29.5);
    assertThat(row("tag=B.PH&calculationBasis=EventWeighted").path("sum").isNull()).isTrue();
    assertThat(row("tag=B.T&asNumbers=true")).isEqualTo(row("tag=B.T"));
  }
}
