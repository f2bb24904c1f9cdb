package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
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

  @Test
  void filmCoating() throws IOException {
    PlantBatches file = PlantBatches.filmCoating();
    Map<Integer, PlantData.Series> series = file.series(3, 4, 7);
    try (TestServer server = TestServer.start(folder, Map.of())) {
      file.importInto(server);
      Api api = server.api();
      assertThat(api.sql("SELECT count(*) FROM batches").at("/rows/0/0").asInt()).isEqualTo(9);
      JsonNode found =
          api.sql(
                  "SELECT start_time_ns, end_time_ns, start_time, end_time FROM phases ORDER BY"
                      + " start_time")
              .path("rows");
      assertThat(found).hasSize(45);
      for (JsonNode phase : found) {
        series.forEach((column, values) -> assertSame(api, file.tag(column), values, phase));
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
    PlantBatches file = PlantBatches.dryer();
    Map<Integer, PlantData.Series> series = file.series(1, 8, 10);
    try (TestServer server = TestServer.start(folder, Map.of())) {
      file.importInto(server);
      Api api = server.api();
      JsonNode batches =
          api.sql("SELECT start_time_ns, end_time_ns, start_time, end_time FROM batches")
              .path("rows");
      assertThat(batches).hasSize(71);
      for (JsonNode batch : batches) {
        series.forEach((column, values) -> assertSame(api, file.tag(column), values, batch));
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
