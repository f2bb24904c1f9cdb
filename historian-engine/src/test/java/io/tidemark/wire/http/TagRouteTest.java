package io.tidemark.wire.http;

import static io.tidemark.wire.http.Door.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.model.SampleType;
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
import org.junit.jupiter.params.provider.EnumSource;

/** Tags are defined, changed and found. */
class TagRouteTest {
  private static final String TAGS = "/api/v1/tags";

  @TempDir static Path folder;
  private static Door door;

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder);
    assertThat(
            door.put(
                    TAGS,
                    """
                    {"tags":[{"name":"F.P101.RUN","description":"Feed pump"},
                             {"name":"F.PUMP2.RUN"},
                             {"name":"F.T1.PV","description":"temperature after the PUMP"},
                             {"name":"F.T2.PV"}]}
                    """)
                .statusCode())
        .isEqualTo(200);
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  private static List<String> names(String query) {
    List<String> names = new ArrayList<>();
    door.api()
        .json(TAGS + "?" + query)
        .path("tags")
        .forEach(t -> names.add(t.path("name").asText()));
    return names;
  }

  @Test
  void aTagIsCreatedThenUnchangedThenUpdated() {
    String definition =
        """
        {"name":"C.1","type":"float64","uom":"bar","description":"Pressure","step":true,
         "range":{"low":-1,"high":16}}
        """;
    HttpResponse<String> created = door.put(TAGS, definition);
    assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
    JsonNode tag = Api.parse(created.body());
    assertThat(tag.path("outcome").asText()).isEqualTo("created");
    assertThat(tag.path("version").asInt()).isEqualTo(1);
    assertThat(tag.path("range")).isEqualTo(Api.parse("{\"low\":-1.0,\"high\":16.0}"));
    assertThat(tag.path("changedBy").asText()).isNotBlank();

    HttpResponse<String> again = door.put(TAGS, definition);
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(Api.parse(again.body()).path("outcome").asText()).isEqualTo("unchanged");
    assertThat(Api.parse(again.body()).path("version").asInt()).isEqualTo(1);

    HttpResponse<String> changed = door.put(TAGS, "{\"name\":\"C.1\",\"uom\":\"mbar\"}");
    assertThat(changed.statusCode()).isEqualTo(200);
    JsonNode now = Api.parse(changed.body());
    assertThat(now.path("outcome").asText()).isEqualTo("updated");
    assertThat(now.path("version").asInt()).isEqualTo(2);
    assertThat(now.path("description").asText()).isEqualTo("Pressure");
    assertThat(now.path("uuid")).isEqualTo(tag.path("uuid"));
    assertThat(door.api().json(TAGS + "?filter=C.1").path("tags").path(0).path("uom").asText())
        .isEqualTo("mbar");
  }

  @Test
  void aChangeThatTheTagCannotTakeIsAConflict() {
    door.put(TAGS, "{\"name\":\"D.1\",\"type\":\"digital\",\"states\":[\"Off\",\"On\"]}");
    JsonNode error =
        assertError(door.put(TAGS, "{\"name\":\"D.1\",\"type\":\"float64\"}"), 409, "CONFLICT");
    assertThat(error.path("message").asText()).isNotBlank();
    assertThat(door.api().json(TAGS + "?filter=D.1").path("tags").path(0).path("type").asText())
        .isEqualTo("digital");
  }

  /** What is stored as number 0 must not turn into another state by a change of the list. */
  @Test
  void statesKeepTheirNumbers() {
    String put = "{\"name\":\"D.2\",\"type\":\"digital\",\"states\":[%s]}";
    door.put(TAGS, put.formatted("\"Off\",\"On\""));
    door.api().writeLines("m,tag=D.2 value=\"On\" 1");
    for (String refused : List.of("\"On\",\"Off\"", "\"Off\"", "", "\"New\",\"Off\",\"On\"")) {
      JsonNode error = assertError(door.put(TAGS, put.formatted(refused)), 409, "CONFLICT");
      assertThat(error.path("path").asText()).isEqualTo("states");
      assertThat(error.path("message").asText()).contains("number=");
    }
    for (String taken : List.of("\"Off\",\"On\",\"Fault\"", "\"Closed\",\"On\",\"Fault\"")) {
      assertThat(door.put(TAGS, put.formatted(taken)).statusCode()).isEqualTo(200);
      assertThat(door.recorded("D.2").toString()).contains("\"On\"");
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyTypeIsTakenAndListed(SampleType type) {
    String name = "T." + type.label();
    String definition = "{\"name\":\"" + name + "\",\"type\":\"" + type.label() + "\"}";
    assertThat(door.put(TAGS, definition).statusCode()).isEqualTo(201);
    JsonNode tag = door.api().json(TAGS + "?filter=" + name).path("tags").path(0);
    assertThat(tag.path("type").asText()).isEqualTo(type.label());
    assertThat(tag.path("step").asBoolean()).isEqualTo(!type.isContinuous());
    assertThat(door.api().sql("SELECT type FROM tags WHERE tag = ?", name).at("/rows/0/0").asText())
        .isEqualTo(type.label());
    assertThat(
            Api.parse(door.get("/api/v1/openapi.json").body())
                .at("/components/schemas/Tag/properties/type/enum")
                .toString())
        .contains("\"" + type.label() + "\"");
  }

  @Test
  void aTypeThatIsNotThereIsToldWhichAre() {
    JsonNode error =
        assertError(
            door.put(TAGS, "{\"name\":\"T.1\",\"type\":\"uint64\"}"), 400, "UNSUPPORTED_TYPE");
    assertThat(error.path("message").asText())
        .contains("supported=float64|float32|int64|int32|bool|digital|string");
  }

  @Test
  void manyAreStoredAndEachBadOneIsNamed() {
    HttpResponse<String> answer =
        door.put(
            TAGS,
            """
            {"tags":[{"name":"M.1"},
                     {"name":"M.2","typ":"float64"},
                     {"name":"M.3","type":"complex"},
                     7,
                     {"name":"M.4","range":{"low":5,"high":1}},
                     {"name":"M.5","range":{"low":"x"}},
                     {"name":"M.*"},
                     {"uom":"bar"},
                     {"name":"M.6","states":["a",1]},
                     {"name":"M.1"}]}
            """);
    assertThat(answer.statusCode()).isEqualTo(207);
    JsonNode report = Api.parse(answer.body());
    assertThat(report.path("stored").asInt()).isEqualTo(2);
    assertThat(report.path("created").asInt()).isEqualTo(1);
    assertThat(report.path("unchanged").asInt()).isEqualTo(1);
    List<String> errors = new ArrayList<>();
    report
        .path("errors")
        .forEach(e -> errors.add(e.path("path").asText() + " " + e.path("code").asText()));
    assertThat(errors)
        .containsExactly(
            "tags[1].typ UNKNOWN_FIELD",
            "tags[2] UNSUPPORTED_TYPE",
            "tags[3] WRONG_TYPE",
            "tags[4].range OUT_OF_RANGE",
            "tags[5].range.low WRONG_TYPE",
            "tags[6] BAD_NAME",
            "tags[7].name MISSING_FIELD",
            "tags[8].states[1] WRONG_TYPE");
    assertThat(report.path("errors").path(0).path("message").asText()).contains("nearest=type");
    assertThat(names("filter=M.*")).containsExactly("M.1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"name":"X.1",                       | MALFORMED
          ["X.1"]                              | MALFORMED
          {"name":"X.1","name":"X.2"}          | MALFORMED
          {"name":"X.1"} {}                    | MALFORMED
          {"nam":"X.1"}                        | UNKNOWN_FIELD
          {"uom":"bar"}                        | MISSING_FIELD
          {"name":7}                           | WRONG_TYPE
          {"name":"X.1","step":"yes"}          | WRONG_TYPE
          {"name":"X.1","range":[0,1]}         | WRONG_TYPE
          {"name":"X.1","range":{"lo":0}}      | UNKNOWN_FIELD
          {"name":" X.1"}                      | BAD_NAME
          {"name":"X\\u0000.1"}                | BAD_NAME
          {"name":"X.1","type":"decimal"}      | UNSUPPORTED_TYPE
          {"tags":{"name":"X.1"}}              | WRONG_TYPE
          {"tags":[],"name":"X.1"}             | UNKNOWN_FIELD
          """)
  void aBadDefinitionIsRefused(String body, String code) {
    assertError(door.put(TAGS, body), 400, code);
    assertThat(names("filter=X.*")).isEmpty();
  }

  @Test
  void aNameOrTextWithoutEndIsRefused() {
    String long1 = "x".repeat(1 << 20);
    HttpResponse<String> answer = door.put(TAGS, "{\"name\":\"" + long1 + "\"}");
    assertError(answer, 400, "TOO_LONG");
    assertThat(answer.body()).hasSizeLessThan(1_000);
    assertError(
        door.put(TAGS, "{\"name\":\"Y.1\",\"description\":\"" + long1 + "\"}"), 400, "TOO_LONG");
  }

  @Test
  void anotherContentTypeIsRefusedNamingJson() {
    JsonNode error =
        assertError(
            door.send(
                "PUT",
                TAGS,
                BodyPublishers.ofString("{\"name\":\"Z.1\"}"),
                "Content-Type",
                "text/plain"),
            415,
            "UNSUPPORTED_MEDIA_TYPE");
    assertThat(error.path("message").asText()).contains("supported=application/json");
    assertThat(error.path("hint").asText()).doesNotContain("text/plain");
  }

  @Test
  void wordsAreFoundInNamesFirstAndThenInDescriptions() {
    assertThat(names("q=pump")).containsExactly("F.PUMP2.RUN", "F.P101.RUN", "F.T1.PV");
    assertThat(names("q=PUMP&filter=F.T*")).containsExactly("F.T1.PV");
    assertThat(names("q=nothing")).isEmpty();
  }

  @Test
  void patternsSelectAndPagesCut() {
    assertThat(names("filter=F.*.RUN")).containsExactly("F.P101.RUN", "F.PUMP2.RUN");
    assertThat(names("filter=F.T?.PV")).containsExactly("F.T1.PV", "F.T2.PV");
    JsonNode page = door.api().json(TAGS + "?filter=F.*&limit=2&offset=1");
    assertThat(page.path("total").asInt()).isEqualTo(4);
    assertThat(page.path("limit").asInt()).isEqualTo(2);
    assertThat(page.path("offset").asInt()).isEqualTo(1);
    assertThat(names("filter=F.*&limit=2&offset=1")).containsExactly("F.PUMP2.RUN", "F.T1.PV");
    assertThat(names("filter=F.*&limit=2&offset=3")).containsExactly("F.T2.PV");
    assertThat(names("filter=F.*&offset=2147483647")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "limit=0, OUT_OF_RANGE, limit",
    "limit=1000000, OUT_OF_RANGE, limit",
    "limit=1.5, OUT_OF_RANGE, limit",
    "offset=-1, OUT_OF_RANGE, offset",
    "offset=9999999999, OUT_OF_RANGE, offset",
    "timeZone=Mars, BAD_TIME, timeZone",
    "filer=F.*, UNKNOWN_PARAMETER, filter"
  })
  void badParametersAreNamed(String query, String code, String word) {
    assertThat(assertError(door.get(TAGS + "?" + query), 400, code).toString()).contains(word);
  }

  @Test
  void theZoneIsAppliedToTimesOfChanges() {
    JsonNode tag = door.api().json(TAGS + "?filter=F.T1.PV&timeZone=%2B09:00").path("tags").path(0);
    assertThat(tag.path("changedAt").asText()).endsWith("+09:00");
  }
}
