package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Order of arrival does not matter; of two values for one time the later written one counts. */
class ReorderedDataTest {
  @TempDir Path folder;

  @Test
  void aShuffledRunAnswersAsTheOrderedOneDoes() throws IOException {
    Path file = PlantData.path("tep/d01_te.dat");
    List<String> lines = new ArrayList<>();
    long row = 0;
    for (String text : Files.readAllLines(file)) {
      if (text.isBlank()) {
        continue;
      }
      String[] cells = text.strip().split("\\s+");
      for (int c = 0; c < cells.length; c++) {
        lines.add(
            "tep,tag=TEP." + (c + 1) + " value=" + cells[c] + " " + (1_714_521_600L + row * 180));
      }
      row++;
    }
    assertThat(row).isEqualTo(960);
    Map<String, JsonNode> ordered = load(folder.resolve("ordered"), lines);
    Collections.shuffle(lines, new Random(7));
    Map<String, JsonNode> shuffled = load(folder.resolve("shuffled"), lines);
    assertThat(shuffled.keySet()).isEqualTo(ordered.keySet());
    ordered.forEach((question, answer) -> assertSame(answer, shuffled.get(question), question));
  }

  /**
   * The same but for what sums are rounded to: samples lie in other blocks, and are added in
   * another order.
   */
  private static void assertSame(JsonNode a, JsonNode b, String where) {
    if (a.isDouble() && b.isDouble() && ROUNDED.matcher(where).find()) {
      double tolerance = where.endsWith("stdDev") ? 1e-9 : 1e-12;
      assertThat(b.doubleValue())
          .as(where)
          .isCloseTo(a.doubleValue(), within(tolerance * Math.abs(a.doubleValue())));
      return;
    }
    assertThat(b.getNodeType()).as(where).isEqualTo(a.getNodeType());
    assertThat(b.size()).as(where).isEqualTo(a.size());
    if (a.isArray()) {
      for (int i = 0; i < a.size(); i++) {
        assertSame(a.get(i), b.get(i), where + "/" + i);
      }
    } else if (a.isObject()) {
      a.properties()
          .forEach(
              each ->
                  assertSame(each.getValue(), b.path(each.getKey()), where + "/" + each.getKey()));
    } else {
      assertThat(b).as(where).isEqualTo(a);
    }
  }

  private static final Pattern ROUNDED =
      Pattern.compile("(timeAverage|sampleAverage|stdDev|total)$");

  private static Map<String, JsonNode> load(Path data, List<String> lines) throws IOException {
    Map<String, String> settings = Map.of("store.hotBytesMax", "1MiB");
    Map<String, JsonNode> answers = new LinkedHashMap<>();
    try (TestServer server = TestServer.start(data, settings)) {
      Api api = server.api();
      for (int from = 0; from < lines.size(); from += 4000) {
        List<String> part = lines.subList(from, Math.min(from + 4000, lines.size()));
        assertThat(
                api.send("POST", "/api/v1/write?precision=s", "text/plain", String.join("\n", part))
                    .statusCode())
            .isEqualTo(204);
      }
      server.engine().sealNow();
      assertThat(server.engine().sizes().segments()).isGreaterThan(1);
      String range = "&startTime=2024-05-01T00:00:00Z&endTime=2024-05-03T00:00:00Z";
      for (String mode :
          List.of(
              "recorded?tag=TEP.*",
              "plot?width=100&tag=TEP.1*",
              "interpolated?interval=7m&tag=TEP.2*",
              "summary?interval=1h&tag=TEP.*",
              "summary?tag=TEP.*")) {
        answers.put(mode, api.json("/api/v1/values/" + mode + range).path("tags"));
      }
      answers.put("current", api.json("/api/v1/values/current?tag=TEP.*").path("tags"));
      answers.put(
          "sql",
          api.sql(
                  "SELECT tag, count(*), min(value), max(value), min(ts), max(ts) FROM samples"
                      + " GROUP BY tag ORDER BY tag")
              .path("rows"));
    }
    return answers;
  }

  @Test
  void aClockThatWasSetBackLeavesTheLaterWrittenValues() throws IOException {
    Path file = PlantData.path("nab/machine_temperature_system_failure.csv");
    DateTimeFormatter format = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    Map<String, String> last = new LinkedHashMap<>();
    List<String> doubled = new ArrayList<>();
    StringBuilder lines = new StringBuilder();
    for (String[] cells : PlantData.csv(file).subList(1, 22_696)) {
      String time = LocalDateTime.parse(cells[0], format).toInstant(ZoneOffset.UTC).toString();
      if (last.put(time, cells[1]) != null) {
        doubled.add(time);
      }
      lines
          .append("nab,tag=MACHINE.TEMP value=")
          .append(cells[1])
          .append(' ')
          .append(java.time.Instant.parse(time).getEpochSecond())
          .append('\n');
    }
    assertThat(doubled).hasSize(12);
    try (TestServer server = TestServer.start(folder, Map.of())) {
      Api api = server.api();
      assertThat(
              api.send("POST", "/api/v1/write?precision=s", "text/plain", lines.toString())
                  .statusCode())
          .isEqualTo(204);
      JsonNode values =
          api.json(
                  "/api/v1/values/recorded?tag=MACHINE.TEMP&startTime=2013-12-01&endTime=2014-03-01")
              .path("tags")
              .path(0)
              .path("values");
      assertThat(values).hasSize(last.size());
      Map<String, Double> stored = new LinkedHashMap<>();
      for (JsonNode value : values) {
        stored.put(
            java.time.OffsetDateTime.parse(value.path("ts").asText()).toInstant().toString(),
            value.path("value").asDouble());
      }
      for (String time : doubled) {
        assertThat(stored.get(time)).isEqualTo(Double.parseDouble(last.get(time)));
      }
    }
  }
}
