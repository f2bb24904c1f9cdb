package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.context.ContextKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Test vectors of OPC UA Part 13 by SQL, where an aggregate of the standard is a column of ours:
 * each interval as a row of {@code summary}, and as a phase in {@code phase_summary}.
 */
class OpcUaVectorsBySqlTest {
  /** Aggregates and what they are of our columns. */
  private static final Map<String, String> COLUMNS =
      Map.of(
          "Total2", "total",
          "Minimum", "minimum",
          "Count", "\"count\"::DOUBLE",
          "Delta", "delta",
          "DurationGood", "duration_good * 1000",
          "PercentBad", "percent_bad",
          "VarianceSample", "sample_std_dev * sample_std_dev");

  @TempDir Path folder;

  private static List<String[]> rows(String file) throws IOException {
    String set = System.getProperty("TIDEMARK_TEST_DATA", System.getenv("TIDEMARK_TEST_DATA"));
    Path data =
        set != null
            ? Path.of(set)
            : Path.of(System.getProperty("tidemark.root", ".")).resolve("../shared/data");
    Path path = data.resolve("opcua-aggregates").resolve(file);
    assumeTrue(Files.isReadable(path), () -> "skipped: no test data at " + path);
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

  private static long ns(String timeOfDay) {
    return LocalTime.parse(timeOfDay).toNanoOfDay();
  }

  private static void load(SmallPlant plant, String dataset) throws IOException {
    TagDefinition tag =
        plant.store.define(dataset, SampleType.FLOAT64, dataset.equals("Historian3"), "");
    for (String[] raw : rows("raw.csv")) {
      if (raw[0].equals(dataset)) {
        plant.store.write(
            tag,
            ns(raw[1]),
            raw[2].isEmpty() ? null : (Object) Double.valueOf(raw[2]),
            switch (raw[3]) {
              case "Good" -> StatusCodes.GOOD;
              case "Uncertain" -> StatusCodes.UNCERTAIN;
              default -> StatusCodes.BAD;
            });
      }
    }
    plant.context.putAll("{'batches': [{'batchId': 'V', 'startTime': '1970-01-01T00:00:00Z'}]}");
  }

  /** Sure rows of aggregates that we have, up to the last sample: nothing follows it here. */
  private static List<String[]> vectors(String dataset) throws IOException {
    return rows("expected.csv").stream()
        .filter(row -> row[1].equals(dataset) && COLUMNS.containsKey(row[2]))
        .filter(row -> ns(row[9]) + intervalNs(row) <= ns("00:01:30"))
        .filter(row -> !row[18].startsWith("AMBIGUOUS") && !row[18].startsWith("SUSPECT"))
        .filter(row -> !row[10].isEmpty() || !row[11].startsWith("Bad,"))
        .toList();
  }

  private static long intervalNs(String[] row) {
    return Long.parseLong(row[3]) * 1_000_000L;
  }

  @ParameterizedTest
  @ValueSource(strings = {"Historian2", "Historian3"})
  void columnsAreThoseOfTheStandard(String dataset) throws IOException {
    List<String[]> vectors = vectors(dataset);
    try (SmallPlant plant = new SmallPlant(folder)) {
      load(plant, dataset);
      Set<String> written = new TreeSet<>();
      for (String[] vector : vectors) {
        long start = ns(vector[9]);
        String phase = start + "-" + vector[3];
        if (written.add(phase)) {
          plant.context.put(
              ContextKind.STEPS,
              phase,
              "{'batchId': 'V', 'name': '%s', 'startTime': '%s', 'endTime': '%s'}"
                  .formatted(
                      phase,
                      Instant.ofEpochSecond(0, start),
                      Instant.ofEpochSecond(0, start + intervalNs(vector))));
        }
      }
      Map<String, Map<String, @Nullable Object>> byPhase =
          found(plant, "phase, ", "phase_summary WHERE tag = '" + dataset + "'");
      int checked = 0;
      for (String length : List.of("5000", "16000", "20000")) {
        Map<String, Map<String, @Nullable Object>> bySummary =
            found(
                plant,
                "(epoch_us(start_time) * 1000) || '-" + length + "', ",
                "summary('" + dataset + "', 0, 100000000000, '" + length + "ms')");
        for (String[] vector : vectors) {
          if (vector[3].equals(length)) {
            String interval = ns(vector[9]) + "-" + length;
            String note = String.join(",", vector);
            check(note, vector[10], value(bySummary, interval, vector));
            check(note, vector[10], value(byPhase, interval, vector));
            checked++;
          }
        }
      }
      assertThat(checked).isEqualTo(vectors.size()).isGreaterThan(30);
    }
  }

  /** The aggregates of each interval by its name. */
  private static Map<String, Map<String, @Nullable Object>> found(
      SmallPlant plant, String name, String from) {
    List<String> aggregates = List.copyOf(COLUMNS.keySet());
    Map<String, Map<String, @Nullable Object>> found = new HashMap<>();
    String columns = String.join(", ", aggregates.stream().map(COLUMNS::get).toList());
    for (List<@Nullable Object> row : plant.rows("SELECT " + name + columns + " FROM " + from)) {
      Map<String, @Nullable Object> values = new HashMap<>();
      for (int i = 0; i < aggregates.size(); i++) {
        values.put(aggregates.get(i), row.get(i + 1));
      }
      found.put(String.valueOf(row.getFirst()), values);
    }
    return found;
  }

  private static @Nullable Object value(
      Map<String, Map<String, @Nullable Object>> found, String interval, String[] vector) {
    return Objects.requireNonNull(found.get(interval), interval).get(vector[2]);
  }

  private static void check(String note, String expected, @Nullable Object found) {
    if (expected.isEmpty()) {
      assertThat(found).as(note).isNull();
    } else {
      assertThat((Double) found).as(note).isCloseTo(Double.parseDouble(expected), within(1e-3));
    }
  }
}
