package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.query.aggregate.SummaryField;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every statistic of real batches and phases by SQL is the one worked out here from the files, and
 * the one that REST gives of the same interval.
 */
class BatchStatisticsTest {
  private static final double CLOSE = 1e-9;

  @TempDir Path folder;

  /** Good values of a tag; between them lines, or the value before if it is stepped. */
  private static final class Curve {
    private final TreeMap<Long, Double> samples = new TreeMap<>();
    private final boolean isStep;

    private Curve(boolean isStep) {
      this.isStep = isStep;
    }

    private double at(long ns) {
      Map.Entry<Long, Double> left = samples.floorEntry(ns);
      if (isStep) {
        return left.getValue();
      }
      Map.Entry<Long, Double> right = samples.higherEntry(ns);
      double share = (double) (ns - left.getKey()) / (right.getKey() - left.getKey());
      return left.getValue() + share * (right.getValue() - left.getValue());
    }

    /** All fields of {@code [start, end)}; times in ns. */
    Map<SummaryField, Double> statistics(long start, long end) {
      Map<SummaryField, Double> all = new EnumMap<>(SummaryField.class);
      ofTime(all, start, end);
      TreeMap<Long, Double> inside = new TreeMap<>(samples.subMap(start, true, end, false));
      all.put(SummaryField.COUNT, (double) inside.size());
      all.put(SummaryField.UNCERTAIN_COUNT, 0.0);
      all.put(SummaryField.BAD_COUNT, 0.0);
      Map.Entry<Long, Double> before = samples.lowerEntry(start);
      Double last = before == null ? null : before.getValue();
      int transitions = 0;
      for (double value : inside.values()) {
        transitions += last != null && last == value ? 0 : 1;
        last = value;
      }
      all.put(SummaryField.TRANSITIONS, (double) transitions);
      if (!inside.isEmpty()) {
        ofSamples(all, inside);
      }
      return all;
    }

    private void ofTime(Map<SummaryField, Double> all, long start, long end) {
      long from = Math.max(start, samples.firstKey());
      long to = Math.min(end, samples.lastKey()); // nothing follows the last sample
      TreeMap<Long, Double> knots = new TreeMap<>(samples.subMap(from, true, to, true));
      if (from < to) {
        knots.put(from, at(from));
        knots.putIfAbsent(to, to == samples.lastKey() ? samples.get(to) : at(to));
      }
      double integral = 0;
      for (Long left = from < to ? from : null; left != null && left < to; ) {
        long right = knots.higherKey(left);
        double ends = knots.get(left) + (isStep ? knots.get(left) : knots.get(right));
        integral += ends / 2 * ((right - left) / 1e9);
        left = right;
      }
      double good = Math.max(0, to - from) / 1e9;
      double length = (end - start) / 1e9;
      all.put(SummaryField.DURATION_GOOD, good);
      all.put(SummaryField.DURATION_BAD, length - good);
      all.put(SummaryField.PERCENT_GOOD, 100 * good / length);
      all.put(SummaryField.PERCENT_BAD, 100 - 100 * good / length);
      if (good == 0) {
        return;
      }
      double average = integral / good;
      double squares = 0;
      for (long left = from; left < to; ) {
        long right = knots.higherKey(left);
        double a = knots.get(left) - average;
        double b = knots.get(isStep ? left : right) - average;
        squares += (a * a + a * b + b * b) / 3 * ((right - left) / 1e9);
        left = right;
      }
      all.put(SummaryField.TIME_AVERAGE, average);
      all.put(SummaryField.TOTAL, integral);
      all.put(SummaryField.STD_DEV, Math.sqrt(squares / good));
    }

    private static void ofSamples(Map<SummaryField, Double> all, TreeMap<Long, Double> inside) {
      int count = inside.size();
      double sum = 0;
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (Map.Entry<Long, Double> sample : inside.entrySet()) {
        sum += sample.getValue();
        if (sample.getValue() < low) {
          low = sample.getValue();
          all.put(SummaryField.MINIMUM_TIME, (double) sample.getKey());
        }
        if (sample.getValue() > high) {
          high = sample.getValue();
          all.put(SummaryField.MAXIMUM_TIME, (double) sample.getKey());
        }
      }
      double mean = sum / count;
      double squares = 0;
      double products = 0;
      double timeSquares = 0;
      double meanTime =
          inside.keySet().stream().mapToDouble(ns -> (ns - inside.firstKey()) / 1e9).sum() / count;
      for (Map.Entry<Long, Double> sample : inside.entrySet()) {
        double off = sample.getValue() - mean;
        double offTime = (sample.getKey() - inside.firstKey()) / 1e9 - meanTime;
        squares += off * off;
        products += off * offTime;
        timeSquares += offTime * offTime;
      }
      all.put(SummaryField.SUM, sum);
      all.put(SummaryField.SAMPLE_AVERAGE, mean);
      all.put(SummaryField.MINIMUM, low);
      all.put(SummaryField.MAXIMUM, high);
      all.put(SummaryField.RANGE, high - low);
      all.put(SummaryField.FIRST, inside.firstEntry().getValue());
      all.put(SummaryField.FIRST_TIME, (double) inside.firstKey());
      all.put(SummaryField.LAST, inside.lastEntry().getValue());
      all.put(SummaryField.LAST_TIME, (double) inside.lastKey());
      all.put(SummaryField.DELTA, inside.lastEntry().getValue() - inside.firstEntry().getValue());
      all.put(SummaryField.POPULATION_STD_DEV, Math.sqrt(squares / count));
      all.put(SummaryField.SAMPLE_STD_DEV, count == 1 ? 0 : Math.sqrt(squares / (count - 1)));
      if (timeSquares > 0) {
        all.put(SummaryField.SLOPE, products / timeSquares);
      }
    }
  }

  @Test
  void filmCoating() throws IOException {
    PlantBatches file = PlantBatches.filmCoating();
    Map<String, Curve> curves = curves(file, 3, 10);
    try (TestServer server = TestServer.start(folder.resolve("store"), Map.of())) {
      file.importInto(server);
      check(server.api(), "batch_summary", curves, 9 * 7, 1);
      check(server.api(), "phase_summary", curves, 45 * 7, 4);
    }
  }

  @Test
  void dryer() throws IOException {
    PlantBatches file = PlantBatches.dryer();
    Map<String, Curve> curves = curves(file, 1, 11);
    try (TestServer server = TestServer.start(folder.resolve("store"), Map.of())) {
      file.importInto(server);
      check(server.api(), "batch_summary", curves, 71 * 10, 8);
    }
  }

  @Test
  void penicillin() throws IOException {
    PlantBatches file = PlantBatches.penicillin(folder);
    Map<String, Curve> curves = curves(file, 1, 16);
    try (TestServer server = TestServer.start(folder.resolve("store"), Map.of())) {
      file.importInto(server);
      check(server.api(), "batch_summary", curves, 2 * 15, 1);
    }
  }

  @Test
  void tennesseeEastman() throws IOException {
    PlantBatches file = PlantBatches.tennesseeEastman(folder);
    Map<String, Curve> curves = curves(file, 3, 55);
    try (TestServer server = TestServer.start(folder.resolve("store"), Map.of())) {
      file.importInto(server);
      check(server.api(), "batch_summary", curves, 11 * 52, 3);
      check(server.api(), "phase_summary", curves, 21 * 52, 3);
    }
  }

  private static Map<String, Curve> curves(PlantBatches file, int from, int to) {
    Map<String, Curve> curves = new HashMap<>();
    for (int column = from; column < to; column++) {
      Curve curve = new Curve(file.isStep(column));
      for (PlantBatches.Sample sample : file.samples()) {
        curve.samples.put(sample.timeNs(), sample.value(column));
      }
      curves.put(file.tag(column), curve);
    }
    return curves;
  }

  /**
   * Compares all rows with the files, and the tags of every so many intervals with REST.
   *
   * @param restEvery one interval of so many is asked of REST too
   */
  private static void check(
      Api api, String relation, Map<String, Curve> curves, int rows, int restEvery) {
    StringBuilder columns = new StringBuilder("tag, start_time, end_time");
    for (SummaryField field : SummaryField.values()) {
      columns.append(", \"").append(field.column()).append('"');
    }
    JsonNode found =
        api.sql(
                "SELECT "
                    + columns
                    + ", status, quality FROM "
                    + relation
                    + " WHERE end_time IS NOT NULL ORDER BY start_time, end_time, tag")
            .path("rows");
    assertThat(found).hasSize(rows);
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      JsonNode row = found.get(i);
      String tag = row.path(0).asText();
      String what = relation + " " + tag + " " + row.path(1).asText();
      long start = ns(row.path(1));
      long end = ns(row.path(2));
      Curve curve = curves.get(tag);
      assertThat(curve).as(tag).isNotNull();
      Map<SummaryField, Double> expected = curve.statistics(start, end);
      JsonNode rest = i / curves.size() % restEvery == 0 ? rest(api, row) : null;
      for (SummaryField field : SummaryField.values()) {
        JsonNode cell = row.path(3 + field.ordinal());
        compare(differences, what + " " + field.label(), field, cell, expected.get(field));
        if (rest != null) {
          JsonNode other = rest.path(field.label());
          boolean isNone = other.isMissingNode() || other.isNull();
          compare(
              differences,
              "REST " + what + " " + field.label(),
              field,
              cell,
              isNone ? null : (Double) value(field, other));
        }
      }
      if (rest != null
          && !rest.path("quality").equals(row.path(4 + SummaryField.values().length))) {
        differences.add(what + " quality of REST is " + rest.path("quality"));
      }
    }
    assertThat(differences).isEmpty();
  }

  private static JsonNode rest(Api api, JsonNode row) {
    List<String> labels = Arrays.stream(SummaryField.values()).map(SummaryField::label).toList();
    return api.json(
            "/api/v1/values/summary?tag="
                + Api.encode(row.path(0).asText())
                + "&startTime="
                + Api.encode(row.path(1).asText())
                + "&endTime="
                + Api.encode(row.path(2).asText())
                + "&fields="
                + String.join(",", labels))
        .at("/tags/0/values/0");
  }

  private static long ns(JsonNode time) {
    Instant instant = OffsetDateTime.parse(time.asText()).toInstant();
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  private static double value(SummaryField field, JsonNode cell) {
    return field.kind() == SummaryField.Kind.TIME ? (double) ns(cell) : cell.asDouble();
  }

  private static void compare(
      List<String> differences,
      String what,
      SummaryField field,
      JsonNode cell,
      @Nullable Double expected) {
    if (cell.isNull() || expected == null) {
      if (!cell.isNull() || expected != null) {
        differences.add(what + ": " + cell + ", expected " + expected);
      }
      return;
    }
    double value = value(field, cell);
    boolean isExact = field.kind() != SummaryField.Kind.NUMBER;
    double within = isExact ? 0 : CLOSE * Math.max(1, Math.abs(expected));
    if (Math.abs(value - expected) > within) {
      differences.add(what + ": " + value + ", expected " + expected);
    }
  }
}
