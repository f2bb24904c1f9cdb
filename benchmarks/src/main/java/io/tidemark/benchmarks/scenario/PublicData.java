package io.tidemark.benchmarks.scenario;

import io.tidemark.demo.DemoSink;
import io.tidemark.demo.DemoTag;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Process data that nobody on this project wrote, column by column as tags, as the README beside
 * the data maps them. A blank cell or {@code ?} is a Bad sample without a value. Numbers are the
 * doubles nearest to what the files print.
 */
final class PublicData {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long DAY_NS = 86_400 * SECOND_NS;

  /** Gives rows in the order of their file. */
  interface Rows {
    void to(DemoSink sink) throws IOException;
  }

  /** Tags and their samples. */
  record DataSet(String name, List<DemoTag> tags, Rows rows) {}

  private PublicData() {}

  /** The data sets that are there. */
  static List<DataSet> all(Path data) throws IOException {
    List<DataSet> sets = new ArrayList<>();
    if (Files.isDirectory(data.resolve("tep"))) {
      sets.add(tennesseeEastman(data.resolve("tep")));
    }
    if (Files.isDirectory(data.resolve("film-coating"))) {
      sets.add(filmCoating(data.resolve("film-coating")));
    }
    if (Files.isDirectory(data.resolve("batch-dryer"))) {
      sets.add(dryer(data.resolve("batch-dryer/dryer.csv")));
    }
    if (Files.isDirectory(data.resolve("steel-energy"))) {
      sets.add(steel(data.resolve("steel-energy/steel_clean.csv")));
    }
    if (Files.isDirectory(data.resolve("nab"))) {
      sets.add(machine(data.resolve("nab/machine_temperature_system_failure.csv")));
    }
    return sets;
  }

  /**
   * Run n starts 2024-05-01 + n x 3 d with its training part, up to 25 h; its test part, 48 h, 33
   * days later, behind all training parts, so that no time comes twice.
   */
  private static DataSet tennesseeEastman(Path folder) throws IOException {
    List<DemoTag> tags = new ArrayList<>();
    for (String[] cells : csv(folder.resolve("tags.csv"))) {
      tags.add(number("TEP." + cells[1], cells[3], cells[1].startsWith("XMV")));
    }
    return new DataSet(
        "tep",
        tags,
        sink -> {
          long startNs = ns("2024-05-01T00:00:00Z");
          for (int run = 0; run <= 10; run++) {
            String name = String.format(Locale.ROOT, "d%02d", run);
            long runNs = startNs + 3L * run * DAY_NS;
            table(sink, folder.resolve(name + ".dat"), run == 0, runNs);
            table(sink, folder.resolve(name + "_te.dat"), false, runNs + 33 * DAY_NS);
          }
        });
  }

  private static void table(DemoSink sink, Path file, boolean isTransposed, long startNs)
      throws IOException {
    List<String[]> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (!line.isBlank()) {
        lines.add(line.strip().split("\\s+"));
      }
    }
    int rows = isTransposed ? lines.getFirst().length : lines.size();
    int columns = isTransposed ? lines.size() : lines.getFirst().length;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        String cell = isTransposed ? lines.get(column)[row] : lines.get(row)[column];
        cell(sink, column, startNs + 180L * row * SECOND_NS, cell);
      }
    }
  }

  private static DataSet filmCoating(Path folder) throws IOException {
    List<DemoTag> tags =
        List.of(
            number("COATER.DP_DRUM", "Pa", false),
            number("COATER.INLET_AIR_TEMP", "degC", false),
            number("COATER.EXHAUST_AIR_TEMP", "degC", false),
            number("COATER.INLET_AIR", "m3/h", false),
            number("COATER.SPRAY_RATE", "g/min", false),
            number("COATER.TOTAL_SPRAY_USED", "g", false),
            number("COATER.INLET_AIR_HUMIDITY", "g/kg", false));
    Map<String, Long> starts = new HashMap<>();
    for (String[] cells : csv(folder.resolve("phases.csv"))) {
      starts.put(cells[0], ns(cells[5]));
    }
    return new DataSet(
        "film-coating",
        tags,
        sink -> {
          for (String[] cells : csv(folder.resolve("film_coating.csv"))) {
            long start = starts.getOrDefault(cells[0], 0L);
            long timeNs = start + Math.round(Double.parseDouble(cells[2]) * 10) * 6L * SECOND_NS;
            for (int tag = 0; tag < tags.size(); tag++) {
              cell(sink, tag, timeNs, cells[3 + tag]);
            }
          }
        });
  }

  /** Row k of batch n at 2024-02-01 + n x 6 h + k minutes. */
  private static DataSet dryer(Path file) throws IOException {
    List<DemoTag> tags = new ArrayList<>();
    String[] names = header(file);
    for (int column = 1; column <= 10; column++) {
      tags.add(number("DRYER." + names[column], "", names[column].endsWith("SP")));
    }
    return new DataSet(
        "batch-dryer",
        tags,
        sink -> {
          long startNs = ns("2024-02-01T00:00:00Z");
          String batch = "";
          long row = 0;
          for (String[] cells : csv(file)) {
            row = cells[0].equals(batch) ? row + 1 : 0;
            batch = cells[0];
            long timeNs =
                startNs + ((long) Double.parseDouble(batch)) * DAY_NS / 4 + row * 60 * SECOND_NS;
            for (int tag = 0; tag < tags.size(); tag++) {
              cell(sink, tag, timeNs, cells[1 + tag]);
            }
          }
        });
  }

  private static DataSet steel(Path file) throws IOException {
    List<DemoTag> tags = new ArrayList<>();
    String[] names = header(file);
    for (int column = 1; column < names.length; column++) {
      tags.add(column <= 7 ? number("STEEL." + names[column], "", false) : text(names[column]));
    }
    return new DataSet(
        "steel-energy",
        tags,
        sink -> {
          for (String[] cells : csv(file)) {
            long timeNs = ns(cells[0] + "Z");
            for (int tag = 0; tag < tags.size(); tag++) {
              if (tags.get(tag).type() == SampleType.STRING) {
                sink.text(tag, timeNs, cells[1 + tag], StatusCodes.GOOD);
              } else {
                cell(sink, tag, timeNs, cells[1 + tag]);
              }
            }
          }
        });
  }

  private static DataSet machine(Path file) {
    return new DataSet(
        "nab",
        List.of(number("MACHINE.TEMPERATURE", "", false)),
        sink -> {
          for (String[] cells : csv(file)) {
            LocalDateTime time = LocalDateTime.parse(cells[0].replace(' ', 'T'));
            cell(sink, 0, time.toEpochSecond(ZoneOffset.UTC) * SECOND_NS, cells[1]);
          }
        });
  }

  private static void cell(DemoSink sink, int tag, long timeNs, String cell) {
    if (cell.isBlank() || cell.equals("?")) {
      sink.absent(tag, timeNs, StatusCodes.BAD);
    } else {
      sink.number(tag, timeNs, Double.parseDouble(cell), StatusCodes.GOOD);
    }
  }

  private static DemoTag number(String name, String uom, boolean stepped) {
    return new DemoTag(
        name, SampleType.FLOAT64, uom, "", stepped, Double.NaN, Double.NaN, List.of());
  }

  private static DemoTag text(String name) {
    return new DemoTag(
        "STEEL." + name, SampleType.STRING, "", "", true, Double.NaN, Double.NaN, List.of());
  }

  private static long ns(String time) {
    return Instant.parse(time).getEpochSecond() * SECOND_NS;
  }

  private static String[] header(Path file) throws IOException {
    try (var reader = Files.newBufferedReader(file)) {
      String line = reader.readLine();
      return line == null ? new String[0] : line.split(",", -1);
    }
  }

  /** Cells of all lines but the first; none of the files quotes what it must not. */
  private static List<String[]> csv(Path file) throws IOException {
    List<String[]> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (!line.isBlank()) {
        rows.add(line.split(",", -1));
      }
    }
    return rows.subList(1, rows.size());
  }
}
