package io.tidemark.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;

/**
 * Real process data beside the project, and aggregates computed straight from it, sample by sample.
 */
final class PlantData {
  private PlantData() {}

  /** A file or folder of the data; the test is skipped where it is absent. */
  static Path path(String name) {
    String override = System.getProperty("TIDEMARK_TEST_DATA", System.getenv("TIDEMARK_TEST_DATA"));
    Path root =
        override == null
            ? Path.of(System.getProperty("tidemark.root", ".."), "..", "shared", "data")
            : Path.of(override);
    Path path = root.resolve(name).normalize();
    Assumptions.assumeTrue(Files.exists(path), () -> "skipped: no test data at " + path);
    return path;
  }

  /** The lines of a CSV file without quotes, cell by cell, header first. */
  static List<String[]> csv(Path file) throws IOException {
    List<String[]> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (!line.isBlank()) {
        rows.add(line.split(",", -1));
      }
    }
    return rows;
  }

  /** Good values of one tag by source time. */
  static final class Series {
    private final TreeMap<Long, Double> values = new TreeMap<>();

    void put(long timeNs, double value) {
      values.put(timeNs, value);
    }

    /** Statistics of {@code [start, end)}: plain sums, one knot after the other. */
    Statistics statistics(long start, long end) {
      long count = 0;
      double sum = 0;
      double min = Double.POSITIVE_INFINITY;
      double max = Double.NEGATIVE_INFINITY;
      for (double value : values.subMap(start, true, end, false).values()) {
        count++;
        sum += value;
        min = Math.min(min, value);
        max = Math.max(max, value);
      }
      double integral = 0;
      double good = 0;
      Map.Entry<Long, Double> left = values.floorEntry(start);
      if (left == null) {
        left = values.higherEntry(start);
      }
      while (left != null && left.getKey() < end) {
        Map.Entry<Long, Double> right = values.higherEntry(left.getKey());
        if (right == null) {
          break; // nothing after: no extrapolation
        }
        long from = Math.max(left.getKey(), start);
        long to = Math.min(right.getKey(), end);
        double slope =
            (right.getValue() - left.getValue()) / (double) (right.getKey() - left.getKey());
        double a = left.getValue() + slope * (from - left.getKey());
        double b = left.getValue() + slope * (to - left.getKey());
        integral += (a + b) / 2 * (to - from);
        good += to - from;
        left = right;
      }
      return new Statistics(count, sum / count, min, max, integral / good);
    }
  }

  record Statistics(long count, double average, double min, double max, double timeAverage) {}
}
