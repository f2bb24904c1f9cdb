package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A file of real batches: its samples as the file says them, and the command line that imports it.
 *
 * @param prefix what the import puts before the names of columns
 * @param names names of the columns
 * @param samples one row of the file each
 * @param command {@code tidemark import} without the server
 */
record PlantBatches(String prefix, List<String> names, List<Sample> samples, List<String> command) {
  /**
   * @param timeNs when, worked out here, not by the import
   * @param row texts of all columns
   */
  record Sample(long timeNs, String[] row) {
    double value(int column) {
      return Double.parseDouble(row[column]);
    }
  }

  /** Nine batches of five phases each; the measured columns are 3 to 9. */
  static PlantBatches filmCoating() throws IOException {
    Path csv = PlantData.path("film-coating/film_coating.csv");
    Path phases = PlantData.path("film-coating/phases.csv");
    Map<String, Long> starts = new HashMap<>();
    for (String[] row : PlantData.csv(phases).subList(1, 46)) {
      starts.put(row[0], Instant.parse(row[5]).getEpochSecond() * 1_000_000_000L);
    }
    List<String[]> rows = PlantData.csv(csv);
    return new PlantBatches(
        "COATER.",
        List.of(rows.getFirst()),
        rows.stream()
            .skip(1)
            .map(row -> new Sample(starts.get(row[0]) + 1_000 * micros(row[2]), row))
            .toList(),
        List.of(
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
            "COATER."));
  }

  private static long micros(String minutes) {
    return new BigDecimal(minutes)
        .multiply(BigDecimal.valueOf(60_000_000L))
        .setScale(0, RoundingMode.HALF_UP)
        .longValue();
  }

  /** 71 batches without phases; the measured columns are 1 to 10. */
  static PlantBatches dryer() throws IOException {
    Path csv = PlantData.path("batch-dryer/dryer.csv");
    long base = Instant.parse("2024-02-01T00:00:00Z").getEpochSecond() * 1_000_000_000L;
    List<String[]> rows = PlantData.csv(csv);
    return new PlantBatches(
        "DRYER.",
        List.of(rows.getFirst()),
        rows.stream()
            .skip(1)
            .map(
                row ->
                    new Sample(
                        base
                            + Long.parseLong(row[0]) * 6 * 3_600_000_000_000L
                            + Long.parseLong(row[11]) * 60_000_000_000L,
                        row))
            .toList(),
        List.of(
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
            "DRYER."));
  }

  /** Imports the file through the command line; a part that is refused is no failure. */
  void importInto(TestServer server) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] all =
        Stream.concat(command.stream(), Stream.of("--server", server.address()))
            .toArray(String[]::new);
    int code = Main.run(new PrintWriter(out), new PrintWriter(err), all);
    assertThat(code).as("%s%n%s", out, err).isIn(0, 3);
  }

  /** The tag that the import makes of a column. */
  String tag(int column) {
    return prefix + names.get(column);
  }

  /** What the file says of some columns, by column. */
  Map<Integer, PlantData.Series> series(int... columns) {
    Map<Integer, PlantData.Series> series = new HashMap<>();
    for (int column : columns) {
      PlantData.Series values = series.computeIfAbsent(column, each -> new PlantData.Series());
      samples.forEach(sample -> values.put(sample.timeNs(), sample.value(column)));
    }
    return series;
  }
}
