package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.testing.OracleStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The test vectors of OPC UA Part 13 whose configuration is our read rule: simple bounds, Uncertain
 * treated as Bad. Total2 (data sets 2 sloped, 3 stepped), EndBound, Minimum and Count.
 */
class OpcUaVectorsTest {
  private static final long SECOND = 1_000_000_000L;

  private static Path data() {
    String set = System.getProperty("TIDEMARK_TEST_DATA", System.getenv("TIDEMARK_TEST_DATA"));
    Path folder =
        set != null
            ? Path.of(set)
            : Path.of(System.getProperty("tidemark.root", ".")).resolve("../shared/data");
    return folder.resolve("opcua-aggregates");
  }

  private static List<String[]> rows(String file) throws IOException {
    Path path = data().resolve(file);
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

  private static long ns(String timeOfDay) {
    return LocalTime.parse(timeOfDay).toNanoOfDay();
  }

  private final OracleStore store = new OracleStore();

  private TagDefinition load(String dataset, boolean stepped) throws IOException {
    TagDefinition tag = store.define(dataset, SampleType.FLOAT64, stepped, "");
    for (String[] raw : rows("raw.csv")) {
      if (raw[0].equals(dataset)) {
        store.write(
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
    return tag;
  }

  @ParameterizedTest
  @ValueSource(strings = {"Historian2", "Historian3"})
  void numbersAreThoseOfTheStandard(String dataset) throws IOException {
    TagDefinition tag = load(dataset, dataset.equals("Historian3"));
    int checked = 0;
    for (String[] expected : rows("expected.csv")) {
      if (!expected[1].equals(dataset)) {
        continue;
      }
      long start = ns(expected[9]);
      long end = start + Long.parseLong(expected[3]) * 1_000_000L;
      if (end > ns("00:01:30")) {
        continue; // the standard extrapolates beyond the last sample there; our rule does not
      }
      SummaryRow row = RowCollector.summarize(store, tag, start, end).getFirst();
      Double actual;
      switch (expected[2]) {
        case "Total2" -> actual = row.total();
        case "Minimum" -> actual = row.minimum();
        case "Count" -> actual = (double) row.count();
        case "EndBound" -> {
          RowCollector.Row bound =
              RowCollector.read(store, tag, new Retrieval.Interpolated(new long[] {end}))
                  .getFirst();
          actual = (Double) bound.value();
        }
        default -> {
          continue;
        }
      }
      String note = String.join(",", expected) + " -> " + row;
      if (expected[10].isEmpty() && expected[11].matches("Bad(,.*)?")) {
        continue; // Bad by a percentage threshold of that server's configuration
      }
      checked++;
      if (expected[10].isEmpty()) {
        assertThat(actual).as(note).isNull();
        continue;
      }
      assertThat(actual).as(note).isCloseTo(Double.parseDouble(expected[10]), within(1e-4));
      if (expected[2].equals("Total2") && dataset.equals("Historian2")) {
        boolean good = expected[11].startsWith("Good");
        assertThat(row.status() >>> 30 == 0).as(note).isEqualTo(good);
      }
    }
    assertThat(checked).isGreaterThan(25);
  }

  @Test
  void goodTimeIsThatOfDurationGood() throws IOException {
    TagDefinition tag = load("Historian2", false);
    List<SummaryRow> rows =
        RowCollector.summarize(
            store, tag, 0, 16 * SECOND, 32 * SECOND, 48 * SECOND, 64 * SECOND, 80 * SECOND);
    assertThat(rows)
        .extracting(row -> Math.round(row.percentGood() * 16000 / 100))
        .containsExactly(14000L, 16000L, 10000L, 16000L, 13000L);
  }
}
