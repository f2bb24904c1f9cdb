package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real batches imported through the command line; SQL and REST give the numbers that the CSV itself
 * gives.
 */
class ImportedBatchesTest {
  @TempDir Path folder;

  private static String run(TestServer server, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.addAll(List.of("--server", server.address()));
    int code = Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(new String[0]));
    assertThat(code).as("%s%n%s", out, err).isIn(0, 3);
    return out.toString();
  }

  @Test
  void filmCoating() throws IOException {
    Path csv = PlantData.path("film-coating/film_coating.csv");
    Path phases = PlantData.path("film-coating/phases.csv");
    Map<String, Long> starts = new HashMap<>();
    for (String[] row : PlantData.csv(phases).subList(1, 46)) {
      starts.put(row[0], Instant.parse(row[5]).getEpochSecond() * 1_000_000_000L);
    }
    List<String[]> rows = PlantData.csv(csv);
    Map<Integer, PlantData.Series> series =
        new HashMap<>(
            Map.of(
                3, new PlantData.Series(), 4, new PlantData.Series(), 7, new PlantData.Series()));
    for (String[] row : rows.subList(1, rows.size())) {
      long time =
          starts.get(row[0])
              + 1000
                  * new BigDecimal(row[2])
                      .multiply(BigDecimal.valueOf(60_000_000L))
                      .setScale(0, java.math.RoundingMode.HALF_UP)
                      .longValue();
      series.forEach((column, values) -> values.put(time, Double.parseDouble(row[column])));
    }
    try (TestServer server = TestServer.start(folder, Map.of())) {
      run(
          server,
          "import",
          csv.toString(),
          "--time-column",
          "Time (min)",
          "--time-unit",
          "m",
          "--time-base",
          phases + ":BATCH NUMBER:suggested_batch_start",
          "--batch-column",
          "BATCH NUMBER",
          "--phase-column",
          "PHASE",
          "--unit-id",
          "COATER",
          "--tag-prefix",
          "COATER.");
      Api api = server.api();
      assertThat(api.sql("SELECT count(*) FROM batches").at("/rows/0/0").asInt()).isEqualTo(9);
      JsonNode found =
          api.sql(
                  "SELECT start_time_ns, end_time_ns, start_time, end_time FROM phases ORDER BY"
                      + " start_time")
              .path("rows");
      assertThat(found).hasSize(45);
      for (JsonNode phase : found) {
        for (Map.Entry<Integer, PlantData.Series> each : series.entrySet()) {
          assertSame(api, "COATER." + rows.getFirst()[each.getKey()], each.getValue(), phase);
        }
      }
      JsonNode batches =
          api.sql("SELECT start_time_ns, end_time_ns, start_time, end_time FROM batches")
              .path("rows");
      for (JsonNode batch : batches) {
        assertSame(api, "COATER.INLET_AIR_TEMP", series.get(4), batch);
      }
    }
  }

  @Test
  void dryer() throws IOException {
    Path csv = PlantData.path("batch-dryer/dryer.csv");
    List<String[]> rows = PlantData.csv(csv);
    long base = Instant.parse("2024-02-01T00:00:00Z").getEpochSecond() * 1_000_000_000L;
    Map<Integer, PlantData.Series> series =
        new HashMap<>(
            Map.of(
                1, new PlantData.Series(), 8, new PlantData.Series(), 10, new PlantData.Series()));
    for (String[] row : rows.subList(1, rows.size())) {
      long time =
          base
              + Long.parseLong(row[0]) * 6 * 3_600_000_000_000L
              + Long.parseLong(row[11]) * 60_000_000_000L;
      series.forEach((column, values) -> values.put(time, Double.parseDouble(row[column])));
    }
    try (TestServer server = TestServer.start(folder, Map.of())) {
      run(
          server,
          "import",
          csv.toString(),
          "--time-column",
          "ClockTime",
          "--time-unit",
          "m",
          "--time-base",
          "2024-02-01T00:00Z+6h*batch",
          "--batch-column",
          "batch_id",
          "--unit-id",
          "DRYER",
          "--tag-prefix",
          "DRYER.");
      Api api = server.api();
      JsonNode batches =
          api.sql("SELECT start_time_ns, end_time_ns, start_time, end_time FROM batches")
              .path("rows");
      assertThat(batches).hasSize(71);
      for (JsonNode batch : batches) {
        for (Map.Entry<Integer, PlantData.Series> each : series.entrySet()) {
          assertSame(api, "DRYER." + rows.getFirst()[each.getKey()], each.getValue(), batch);
        }
      }
    }
  }

  private static void assertSame(Api api, String tag, PlantData.Series series, JsonNode interval) {
    PlantData.Statistics expected =
        series.statistics(interval.get(0).asLong(), interval.get(1).asLong());
    JsonNode sql =
        api.sql(
                "SELECT min(value), max(value), count(*), avg(value) FROM samples WHERE tag = ? AND"
                    + " ts_ns >= ? AND ts_ns < ?",
                tag,
                interval.get(0).asLong(),
                interval.get(1).asLong())
            .path("rows")
            .path(0);
    assertThat(sql.get(0).asDouble()).isEqualTo(expected.min());
    assertThat(sql.get(1).asDouble()).isEqualTo(expected.max());
    assertThat(sql.get(2).asLong()).isEqualTo(expected.count());
    assertThat(sql.get(3).asDouble()).isCloseTo(expected.average(), near(expected.average()));
    JsonNode rest =
        api.json(
                "/api/v1/values/summary?tag="
                    + Api.encode(tag)
                    + "&startTime="
                    + Api.encode(interval.get(2).asText())
                    + "&endTime="
                    + Api.encode(interval.get(3).asText()))
            .at("/tags/0/values/0");
    assertThat(rest.path("minimum").asDouble()).isEqualTo(expected.min());
    assertThat(rest.path("maximum").asDouble()).isEqualTo(expected.max());
    assertThat(rest.path("count").asLong()).isEqualTo(expected.count());
    assertThat(rest.path("sampleAverage").asDouble())
        .isCloseTo(expected.average(), near(expected.average()));
    assertThat(rest.path("timeAverage").asDouble())
        .isCloseTo(expected.timeAverage(), near(expected.timeAverage()));
  }

  private static Offset<Double> near(double value) {
    return Offset.offset(Math.max(1e-12, Math.abs(value) * 1e-9));
  }
}
