package io.tidemark.wire.http;

import static io.tidemark.wire.http.Door.assertError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.model.StatusCodes;
import io.tidemark.proof.Api;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The aggregates of OPC UA Part 13 over HTTP: the published vectors, and what is refused. */
class ProcessedRouteTest {
  private static final String PROCESSED = "/api/v1/values/processed";

  @TempDir static Path folder;
  private static Door door;

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder);
    door.put(
        "/api/v1/tags",
        """
        {"tags":[{"name":"Historian1"},{"name":"Historian2"},
                 {"name":"Historian3","step":true},{"name":"Historian5"},
                 {"name":"P.TEXT","type":"string"},{"name":"P.A","uom":"bar"}]}
        """);
    door.post(
        "/api/v1/write?precision=s",
        Door.TEXT,
        "m,tag=P.TEXT value=\"a\" 1767225610\nm,tag=P.A value=1 1767225610\n"
            + "m,tag=P.A value=3 1767225620");
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  private static List<String[]> rows(String file) throws IOException {
    String set = System.getenv("TIDEMARK_TEST_DATA");
    Path data =
        set != null
            ? Path.of(set)
            : Path.of(System.getProperty("tidemark.root", ".")).resolve("../shared/data");
    Path path = data.resolve("opcua-aggregates").resolve(file);
    assumeTrue(Files.isReadable(path), () -> "no test data: " + path);
    List<String[]> rows = new ArrayList<>();
    for (String line : Files.readAllLines(path)) {
      String[] cells = line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1);
      for (int i = 0; i < cells.length; i++) {
        cells[i] = cells[i].replace("\"", "");
      }
      rows.add(cells);
    }
    return rows.subList(1, rows.size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Historian1", "Historian2", "Historian3", "Historian5"})
  void vectorsOfTheStandard(String dataset) throws IOException {
    List<String> samples = new ArrayList<>();
    for (String[] raw : rows("raw.csv")) {
      if (raw[0].equals(dataset)) {
        samples.add(
            "{\"tag\":\"%s\",\"ts\":\"2026-01-01T%sZ\",\"value\":%s,\"status\":\"%s\"}"
                .formatted(dataset, raw[1], raw[2].isEmpty() ? "null" : raw[2], raw[3]));
      }
    }
    Api.expect(door.post("/api/v1/write", Door.JSON, "[" + String.join(",", samples) + "]"));
    Map<String, List<String[]>> cases = new LinkedHashMap<>();
    for (String[] cells : rows("expected.csv")) {
      if (cells[1].equals(dataset)) {
        cases.computeIfAbsent(cells[0] + cells[2], key -> new ArrayList<>()).add(cells);
      }
    }
    int checked = 0;
    for (List<String[]> expected : cases.values()) {
      String[] head = expected.getFirst();
      int seconds = Integer.parseInt(head[3]) / 1000 * expected.size();
      JsonNode values =
          door.api()
              .json(
                  PROCESSED
                      + "?tag=%s&aggregate=%s&interval=%sms&startTime=2026-01-01T00:00:00Z"
                          .formatted(dataset, head[2], head[3])
                      + "&endTime=%%2B%ds&timeZone=UTC&treatUncertainAsBad=%s"
                          .formatted(seconds, head[5])
                      + "&percentDataBad=%s&percentDataGood=%s&useSlopedExtrapolation=%s"
                          .formatted(head[6], head[7], head[8]))
              .path("tags")
              .path(0)
              .path("values");
      assertThat(values).hasSize(expected.size());
      for (int i = 0; i < expected.size(); i++) {
        String[] cells = expected.get(i);
        if (cells[18].startsWith("UNCHECKED") || cells[18].startsWith("AMBIGUOUS")) {
          continue;
        }
        checked++;
        check(cells, values.get(i));
      }
    }
    assertThat(checked).isGreaterThan(40);
  }

  private static void check(String[] cells, JsonNode row) {
    String note = String.join(",", cells) + " -> " + row;
    if (cells[10].isEmpty()) {
      assertThat(row.path("value").isNull()).as(note).isTrue();
    } else {
      assertThat(row.path("value").asDouble())
          .as(note)
          .isCloseTo(Double.parseDouble(cells[10]), within(1e-3));
    }
    if (cells[18].contains("quality bits unchecked")) {
      return;
    }
    String name = cells[11].split(",")[0];
    assertThat(StatusCodes.text((int) row.path("status").asLong()).replace("_", ""))
        .as(note)
        .isEqualTo(name);
  }

  private static JsonNode tag(String query) {
    return door.api()
        .json(PROCESSED + "?startTime=2026-01-01T00:00:10Z&endTime=2026-01-01T00:00:30Z&" + query)
        .path("tags")
        .path(0);
  }

  @Test
  void rowsHaveTheUnitOfTheAggregate() {
    assertThat(tag("tag=P.A&aggregate=Average").path("uom").asText()).isEqualTo("bar");
    assertThat(tag("tag=P.A&aggregate=durationgood").path("uom").asText()).isEqualTo("ms");
    assertThat(tag("tag=P.A&aggregate=total2").path("uom").asText()).isEqualTo("bar·s");
    assertThat(tag("tag=P.A&aggregate=percent_good").path("uom").asText()).isEqualTo("%");
    JsonNode end = tag("tag=P.TEXT&aggregate=End");
    assertThat(end.path("type").asText()).isEqualTo("string");
    assertThat(end.path("values").path(0).path("value").asText()).isEqualTo("a");
  }

  @Test
  void aTagThatDoesNotFitIsAnErrorOfItsOwn() {
    JsonNode answer =
        door.api()
            .json(PROCESSED + "?tag=P.*&aggregate=Average&startTime=2026-01-01&endTime=2026-01-02");
    assertThat(answer.path("tags")).hasSize(1);
    assertThat(answer.path("errors").path(0).path("tag").asText()).isEqualTo("P.TEXT");
    assertThat(answer.path("errors").path(0).path("code").asText()).isEqualTo("UNSUPPORTED_TYPE");
  }

  @Test
  void refusals() {
    String ask = PROCESSED + "?tag=P.A";
    assertError(door.get(ask), 400, "MISSING_FIELD");
    JsonNode error = assertError(door.get(ask + "&aggregate=TimeAvrage"), 400, "OUT_OF_RANGE");
    assertThat(error.path("message").asText()).contains("the nearest is TimeAverage");
    assertError(door.get(ask + "&aggregate=Count&percentDataBad=101"), 400, "OUT_OF_RANGE");
    assertError(door.get(ask + "&aggregate=Count&uom=psi"), 400, "UNKNOWN_PARAMETER");
  }
}
