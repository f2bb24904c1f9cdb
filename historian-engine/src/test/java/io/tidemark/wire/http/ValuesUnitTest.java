package io.tidemark.wire.http;

import static io.tidemark.wire.http.Door.JSON;
import static io.tidemark.wire.http.Door.assertError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values in another unit than they are stored in: the same in every mode, layout and form. */
class ValuesUnitTest {
  private static final String RANGE =
      "&startTime=2026-01-01T00:00:00Z&endTime=2026-01-01T00:01:00Z";

  @TempDir static Path folder;
  private static Door door;

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder);
    door.put(
        "/api/v1/tags",
        """
        {"tags":[{"name":"U.T","uom":"°C"},
                 {"name":"U.P","uom":"bar(g)"},
                 {"name":"U.F","uom":"m3/h"},
                 {"name":"U.I","uom":"kPa","type":"int32"},
                 {"name":"U.X","uom":"NTU"},
                 {"name":"U.PH","uom":"pH"},
                 {"name":"U.D","type":"digital","uom":"bar","states":["Off","On"]},
                 {"name":"U.S","type":"string","uom":"bar"},
                 {"name":"U.B","type":"bool","uom":"bar"}]}
        """);
    List<String> lines = new ArrayList<>();
    // From 00:00:00Z to 00:01:00Z every 20 s.
    for (int i = 0; i <= 3; i++) {
      long time = 1767225600 + 20 * i;
      lines.add("m,tag=U.T value=" + (i == 2 ? "20,status=\"Bad\"" : i * 10) + " " + time);
      lines.add("m,tag=U.P value=" + i + " " + time);
      lines.add("m,tag=U.F value=60 " + time);
      lines.add("m,tag=U.I value=" + i * 50 + "i " + time);
      lines.add("m,tag=U.X value=" + i + " " + time);
      lines.add("m,tag=U.PH value=7 " + time);
    }
    lines.add("m,tag=U.D value=\"On\" 1767225600");
    lines.add("m,tag=U.S value=\"x\" 1767225600");
    lines.add("m,tag=U.B value=true 1767225600");
    HttpResponse<String> stored =
        door.post("/api/v1/write?precision=s", Door.TEXT, String.join("\n", lines));
    assertThat(stored.statusCode()).as(stored.body()).isEqualTo(204);
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  private static String uom(String... units) {
    StringBuilder out = new StringBuilder();
    for (String unit : units) {
      out.append("&uom=").append(Api.encode(unit));
    }
    return out.toString();
  }

  private static JsonNode ask(String question) {
    return door.api().json("/api/v1/values/" + question + RANGE);
  }

  private static JsonNode tag(String question) {
    JsonNode answer = ask(question);
    assertThat(answer.path("errors")).as(question).isEmpty();
    return answer.path("tags").path(0);
  }

  private static List<String> values(JsonNode tag) {
    List<String> values = new ArrayList<>();
    tag.path("values").forEach(value -> values.add(value.path("value").asText()));
    return values;
  }

  @Test
  void samplesComeInTheUnitAskedFor() {
    JsonNode tag = tag("recorded?tag=U.T&includeBad" + uom("°F"));
    assertThat(tag.path("uom").asText()).isEqualTo("°F");
    assertThat(values(tag)).containsExactly("32.0", "50.0", "68.0");
    assertThat(tag.path("values").path(2).path("quality").asText()).isEqualTo("Bad");
    assertThat(values(tag("recorded?tag=U.T" + uom("°F")))).contains("null");
    JsonNode compact = tag("recorded?tag=U.T&layout=compact" + uom("K"));
    assertThat(compact.path("values").path(1).path(1).asDouble()).isEqualTo(283.15);
  }

  @Test
  void everyModeConverts() {
    assertThat(values(tag("interpolated?tag=U.P&interval=10s" + uom("kPa(g)"))))
        .startsWith("0.0", "50.0", "100.0");
    assertThat(values(tag("plot?tag=U.P" + uom("bar")))).startsWith("1.01325", "2.01325");
    assertThat(
            values(
                door.api().json("/api/v1/values/current?tag=U.P" + uom("mbar(g)")).at("/tags/0")))
        .containsExactly("3000.0");
    assertThat(
            values(
                door.api()
                    .json(
                        "/api/v1/values/at_times?tag=U.F&time=2026-01-01T00:00:30Z" + uom("l/min"))
                    .at("/tags/0")))
        .containsExactly("1000.0");
  }

  @Test
  void anIntTagHasFractions() {
    JsonNode tag = tag("recorded?tag=U.I" + uom("bar"));
    assertThat(tag.path("type").asText()).isEqualTo("float64");
    assertThat(values(tag)).containsExactly("0.0", "0.5", "1.0");
    JsonNode same = tag("recorded?tag=U.I" + uom("kPa"));
    assertThat(same.path("type").asText()).isEqualTo("int32");
    assertThat(values(same)).containsExactly("0", "50", "100");
  }

  @Test
  void aggregatesConvertAsWhatTheyAre() {
    JsonNode celsius = tag("summary?tag=U.T").path("values").path(0);
    JsonNode tag = tag("summary?tag=U.T" + uom("°F"));
    JsonNode row = tag.path("values").path(0);
    assertThat(tag.path("uom").asText()).isEqualTo("°F");
    assertThat(tag.path("totalUom").asText()).isEqualTo("°F·s");
    assertThat(row.path("minimum").asDouble()).isEqualTo(32);
    assertThat(row.path("maximum").asDouble()).isEqualTo(50);
    double average = celsius.path("timeAverage").asDouble();
    assertThat(row.path("timeAverage").asDouble()).isCloseTo(average * 1.8 + 32, within(1e-9));
    assertThat(row.path("stdDev").asDouble())
        .isCloseTo(celsius.path("stdDev").asDouble() * 1.8, within(1e-9));
    double goodSeconds = celsius.path("total").asDouble() / average;
    assertThat(row.path("total").asDouble())
        .isCloseTo(celsius.path("total").asDouble() * 1.8 + 32 * goodSeconds, within(1e-6));
    assertThat(row.path("count").asInt()).isEqualTo(celsius.path("count").asInt());
  }

  @Test
  void aTotalHasTheUnitOfItsRate() {
    assertThat(tag("summary?tag=U.F").path("totalUom").asText()).isEqualTo("m3");
    assertThat(tag("summary?tag=U.F").at("/values/0/total").asDouble()).isCloseTo(1, within(1e-12));
    JsonNode tag = tag("summary?tag=U.F" + uom("l/min"));
    assertThat(tag.path("totalUom").asText()).isEqualTo("l");
    assertThat(tag.at("/values/0/total").asDouble()).isCloseTo(1000, within(1e-9));
    assertThat(tag.at("/values/0/timeAverage").asDouble()).isEqualTo(1000);
  }

  @Test
  void eachTagTakesTheFirstUnitThatFits() {
    JsonNode answer = ask("recorded?tag=U.T&tag=U.P&tag=U.F" + uom("psi", "K", "bar", "l/s"));
    assertThat(answer.path("tags").findValuesAsText("uom")).containsExactly("K", "psi", "l/s");
    assertThat(answer.path("errors")).isEmpty();
  }

  @Test
  void nonsenseIsAnErrorOfItsTagOnly() {
    JsonNode answer = ask("recorded?tag=U.*" + uom("bar"));
    assertThat(answer.path("tags").findValuesAsText("tag")).containsExactlyInAnyOrder("U.I", "U.P");
    assertThat(answer.path("errors")).hasSize(7);
    assertThat(answer.path("errors").findValuesAsText("code")).containsOnly("UNIT_MISMATCH");
    assertThat(answer.path("errors").toString())
        .contains(
            "from=\\\"°C\\\" temperature (K), to=\\\"bar\\\" pressure (kg/(m·s²)), fitting=K, °F",
            "tag=\\\"U.D\\\", type=digital",
            "tag=\\\"U.S\\\", type=string",
            "tag=\\\"U.B\\\", type=bool",
            "from=\\\"NTU\\\" (unknown)");
    assertError(
        door.get("/api/v1/values/recorded?tag=U.T&format=csv" + uom("bar") + RANGE),
        400,
        "UNIT_MISMATCH");
    assertError(
        door.get("/api/v1/values/recorded?tag=U.T&format=arrow" + uom("bar") + RANGE),
        400,
        "UNIT_MISMATCH");
  }

  @Test
  void whatIsUnknownOrLogarithmicStaysAsItIs() {
    assertThat(values(tag("recorded?tag=U.X" + uom("NTU")))).containsExactly("0.0", "1.0", "2.0");
    assertThat(values(tag("recorded?tag=U.PH" + uom("pH")))).startsWith("7.0");
    assertThat(ask("recorded?tag=U.PH" + uom("mol/l")).path("errors")).hasSize(1);
  }

  @Test
  void everyFormShowsTheUnit() {
    String wide = "interpolated?tag=U.T&tag=U.I&interval=20s&layout=wide" + uom("K", "bar");
    JsonNode answer = ask(wide);
    assertThat(answer.path("columns").findValuesAsText("uom")).containsExactly("K", "bar");
    assertThat(answer.at("/rows/1/values").toString()).isEqualTo("[283.15,0.5]");
    assertThat(door.get("/api/v1/values/" + wide + RANGE + "&format=csv").body())
        .contains("U.T [K],U.I [bar]", ",283.15,0.5");
    assertThat(door.get("/api/v1/values/recorded?tag=U.T&format=csv" + uom("K") + RANGE).body())
        .contains(",283.15,,K,Good");
    assertThat(door.get("/api/v1/values/summary?tag=U.F&format=csv" + uom("l/min") + RANGE).body())
        .contains(",l/min,", ",l,");
    HttpResponse<String> arrow =
        door.get("/api/v1/values/" + wide + RANGE + "&format=arrow&withStatus");
    assertThat(arrow.statusCode()).isEqualTo(200);
  }

  @Test
  void aBodyTakesUnitsAsAList() {
    JsonNode answer =
        Api.parse(
            door.post(
                    "/api/v1/values/current",
                    JSON,
                    """
                    {"tags":["U.P","U.F"],"uoms":["bar","l/min"]}
                    """)
                .body());
    assertThat(answer.path("tags").findValuesAsText("uom")).containsExactly("bar", "l/min");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "((((", "°C\u202e", "😀", "null", "m/m/m/m/m/m/m/m/m/m/m/m/m"})
  void anyTextIsAnswered(String text) {
    HttpResponse<String> answer = door.get("/api/v1/values/recorded?tag=U.T" + uom(text) + RANGE);
    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode json = Api.parse(answer.body());
    assertThat(json.path("tags").size() + json.path("errors").size()).isEqualTo(1);
  }

  @Test
  void unitsAreBounded() {
    JsonNode error =
        assertError(
            door.get("/api/v1/values/recorded?tag=U.T" + uom("m".repeat(65)) + RANGE),
            400,
            "TOO_LONG");
    assertThat(error.path("path").asText()).isEqualTo("uom");
    assertError(
        door.get("/api/v1/values/recorded?tag=U.T" + "&uom=K".repeat(101) + RANGE),
        422,
        "TOO_MANY");
  }
}
