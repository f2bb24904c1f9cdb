package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A file of batches of shared data: its samples as the file says them, and the command line that
 * imports it.
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

  /** Two simulated fermentations, written as one file; the measured columns are 1 to 15. */
  static PlantBatches penicillin(Path folder) throws IOException {
    List<String[]> rows = new ArrayList<>();
    for (int batch = 0; batch < 2; batch++) {
      Path csv = PlantData.path("penicillin-pensimpy/random_batch_" + batch + ".csv");
      for (String[] row : PlantData.csv(csv)) {
        String[] longer = Arrays.copyOf(row, row.length + 1);
        longer[row.length] = row[0].startsWith("T") ? "batch" : String.valueOf(batch);
        if (batch == 0 || !row[0].startsWith("T")) {
          rows.add(longer);
        }
      }
    }
    long base = Instant.parse("2024-04-01T00:00:00Z").getEpochSecond() * 1_000_000_000L;
    return new PlantBatches(
        "FERMENTER.",
        List.of(rows.getFirst()),
        rows.stream()
            .skip(1)
            .map(
                row ->
                    new Sample(
                        base
                            + Long.parseLong(row[16]) * 14 * 86_400_000_000_000L
                            + hoursToNs(row[0]),
                        row))
            .toList(),
        List.of(
            "import",
            written(folder, "penicillin.csv", rows).toString(),
            "--time-column",
            "Time Step",
            "--time-unit",
            "h",
            "--time-base",
            "2024-04-01T00:00Z+14d*batch",
            "--batch-column",
            "batch",
            "--unit-id",
            "FERMENTER",
            "--tag-prefix",
            "FERMENTER."));
  }

  private static long hoursToNs(String hours) {
    return new BigDecimal(hours)
        .multiply(BigDecimal.valueOf(3_600_000_000_000L))
        .setScale(0, RoundingMode.HALF_UP)
        .longValue();
  }

  /**
   * Runs 0 to 10 of the Tennessee Eastman simulation, a batch each, with the part before the fault
   * and the one from row 161 on as its phases; the measured columns are 3 to 54, the last 11 of
   * them valve positions, which hold.
   */
  static PlantBatches tennesseeEastman(Path folder) throws IOException {
    List<String> names = new ArrayList<>(List.of("run", "part", "minute"));
    PlantData.csv(PlantData.path("tep/tags.csv")).stream()
        .skip(1)
        .forEach(row -> names.add(row[1]));
    List<String[]> rows = new ArrayList<>();
    rows.add(names.toArray(String[]::new));
    for (int run = 0; run <= 10; run++) {
      List<String> lines = Files.readAllLines(PlantData.path("tep/d%02d_te.dat".formatted(run)));
      for (int k = 0; k < lines.size(); k++) {
        String part = run > 0 && k >= 160 ? "fault" : "normal";
        rows.add(
            Stream.concat(
                    Stream.of(String.valueOf(run), part, String.valueOf(3 * k)),
                    Arrays.stream(lines.get(k).strip().split("\\s+")))
                .toArray(String[]::new));
      }
    }
    long base = Instant.parse("2024-05-01T00:00:00Z").getEpochSecond() * 1_000_000_000L;
    List<String> command =
        new ArrayList<>(
            List.of(
                "import",
                written(folder, "tep.csv", rows).toString(),
                "--time-column",
                "minute",
                "--time-unit",
                "m",
                "--time-base",
                "2024-05-01T00:00Z+3d*batch",
                "--batch-column",
                "run",
                "--phase-column",
                "part",
                "--unit-id",
                "TEP",
                "--tag-prefix",
                "TEP."));
    names.stream()
        .filter(name -> name.startsWith("XMV"))
        .forEach(name -> command.add("--step=" + name));
    return new PlantBatches(
        "TEP.",
        names,
        rows.stream()
            .skip(1)
            .map(
                row ->
                    new Sample(
                        base
                            + Long.parseLong(row[0]) * 3 * 86_400_000_000_000L
                            + Long.parseLong(row[2]) * 60_000_000_000L,
                        row))
            .toList(),
        command);
  }

  private static Path written(Path folder, String name, List<String[]> rows) throws IOException {
    return Files.write(
        folder.resolve(name), rows.stream().map(row -> String.join(",", row)).toList());
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

  /** Whether values of a column hold until the next. */
  boolean isStep(int column) {
    return command.contains("--step=" + names.get(column));
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
