package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code envelope} and {@code deviation} against plain statistics of what {@code by_batch} answers.
 */
class EnvelopeTablesTest {
  private static final int POINTS = 9;
  private static final List<String> REFERENCE = List.of("B0", "B2", "B3", "B5", "B7", "B9", "B11");

  @TempDir Path folder;

  /** A point of a batch: index, seconds from the start, value or null, time. */
  private record Point(int index, double offset, @Nullable Double value, Object ts, Object x) {}

  /** What is comparable: property or tag, phase in any case, instance. */
  private record Subject(Object what, String phase, Object instance) {}

  private record Track(
      String batch,
      @Nullable Object unit,
      Object phase,
      Object tag,
      Subject subject,
      List<Point> points) {}

  /** Tracks of phases; a phase of a batch is there once. */
  private static List<Track> tracks(
      CrowdedPlant crowded, String arguments, @Nullable Double every) {
    Map<List<@Nullable Object>, Track> tracks = new LinkedHashMap<>();
    for (List<@Nullable Object> row :
        crowded.plant.rows(
            "SELECT batch_id, unit_id, CASE WHEN instance IS NOT NULL THEN phase END, instance,"
                + " coalesce(attribute, tag), tag, x, offset_s, value, ts FROM by_batch("
                + arguments
                + ") ORDER BY offset_s")) {
      String phase = row.get(2) == null ? "" : row.get(2).toString().toLowerCase(Locale.ROOT);
      Object instance = row.get(3) == null ? 0L : row.get(3);
      Track track =
          tracks.computeIfAbsent(
              row.subList(0, 6),
              key ->
                  new Track(
                      String.valueOf(row.get(0)),
                      row.get(1),
                      String.valueOf(row.get(2)),
                      String.valueOf(row.get(5)),
                      new Subject(String.valueOf(row.get(4)), phase, instance),
                      new ArrayList<>()));
      double offset = (Double) Objects.requireNonNull(row.get(7));
      int index =
          every == null
              ? (int) Math.round((Double) Objects.requireNonNull(row.get(6)) * POINTS)
              : (int) Math.round(offset / every);
      track.points.add(
          new Point(
              index,
              offset,
              (Double) row.get(8),
              Objects.requireNonNull(row.get(9)),
              String.valueOf(row.get(6))));
    }
    return List.copyOf(tracks.values());
  }

  /** Statistics of some numbers, worked out the long way. */
  private record Band(
      int count, double median, double mean, double stdDev, double reach, double low, double high) {
    static Band of(List<Double> values, double k, double floor, double low, double high) {
      double mean = values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
      double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
      double stdDev = values.size() < 2 ? 0 : Math.sqrt(squares / (values.size() - 1));
      return new Band(
          values.size(),
          quantile(values, 0.5),
          mean,
          stdDev,
          Math.max(k * stdDev, floor),
          quantile(values, low / 100),
          quantile(values, high / 100));
    }

    private static double quantile(List<Double> values, double share) {
      if (values.isEmpty()) {
        return Double.NaN;
      }
      List<Double> sorted = values.stream().sorted().toList();
      double rank = share * (sorted.size() - 1);
      int below = (int) rank;
      double above = below + 1 < sorted.size() ? sorted.get(below + 1) : sorted.get(below);
      return sorted.get(below) * (1 - (rank - below)) + above * (rank - below);
    }
  }

  private static List<Double> values(List<Track> tracks, int index) {
    return tracks.stream()
        .flatMap(track -> track.points.stream())
        .filter(point -> point.index == index && point.value != null)
        .map(point -> Objects.requireNonNull(point.value))
        .toList();
  }

  private static Map<Subject, List<Track>> bySubject(List<Track> tracks) {
    Map<Subject, List<Track>> bySubject = new LinkedHashMap<>();
    tracks.forEach(t -> bySubject.computeIfAbsent(t.subject, s -> new ArrayList<>()).add(t));
    return bySubject;
  }

  private static @Nullable Object number(double value) {
    return Double.isNaN(value) ? null : (Object) value;
  }

  private void checkEnvelope(CrowdedPlant crowded, String arguments, @Nullable Double every) {
    List<List<@Nullable Object>> expected = new ArrayList<>();
    bySubject(tracks(crowded, arguments, every))
        .forEach(
            (subject, tracks) -> {
              Map<Integer, List<Double>> offsets = new TreeMap<>();
              tracks.forEach(
                  track ->
                      track.points.forEach(
                          p ->
                              offsets
                                  .computeIfAbsent(p.index, i -> new ArrayList<>())
                                  .add(p.offset)));
              offsets.forEach(
                  (index, seconds) -> {
                    List<Double> values = values(tracks, index);
                    Band band = Band.of(values, 1.25, 6, 10, 80);
                    expected.add(
                        Arrays.asList(
                            subject.what,
                            subject.phase,
                            subject.instance,
                            (long) index,
                            seconds.stream().mapToDouble(s -> s).average().orElseThrow(),
                            (long) tracks.size(),
                            (long) band.count,
                            100.0 * band.count / tracks.size(),
                            number(band.median),
                            number(band.mean),
                            band.count == 0 ? null : (Object) band.stdDev,
                            number(band.mean - band.reach),
                            number(band.mean + band.reach),
                            number(band.low),
                            number(band.high),
                            values.stream().min(Double::compare).orElse(null),
                            values.stream().max(Double::compare).orElse(null)));
                  });
            });
    String index = every == null ? "x * " + POINTS : "offset_s / " + every;
    ApiRows.assertClose(
        crowded.plant.rows(
            "SELECT coalesce(attribute, tag), lower(coalesce(phase, '')), coalesce(instance, 0),"
                + " round("
                + index
                + ")::BIGINT, offset_s, batches, \"count\", coverage, median, mean, std_dev, lower,"
                + " upper, low, high, minimum, maximum FROM envelope("
                + arguments
                + ", k => 1.25, noise_floor => 6, low_percentile => 10, high_percentile => 80)"),
        expected,
        4,
        1e-12);
    assertThat(expected).hasSizeGreaterThan(2 * POINTS);
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#few")
  void bandOfGoodBatches(long seed) {
    try (CrowdedPlant crowded = new CrowdedPlant(folder, seed)) {
      checkEnvelope(crowded, "attributes => 'Temperature', points => " + POINTS, null);
      checkEnvelope(
          crowded, "tags => ['FREE', 'U2.T'], skip_held => true, points => " + POINTS, null);
      checkEnvelope(crowded, "attributes => ['Temperature', 'Valve'], every => '40m'", 2400.0);
    }
  }

  /** As a relation the arguments are columns that echo what was said. */
  @Test
  void bandAsARelation() {
    try (CrowdedPlant crowded = new CrowdedPlant(folder, 2)) {
      String columns =
          "SELECT attribute, phase, instance, x, \"count\", median, lower, upper, low, high, uom";
      assertThat(
              crowded.plant.rows(
                  columns
                      + ", k, points, product_id FROM envelope WHERE attribute = 'Temperature' AND"
                      + " product_id = 'P1' AND k = 2 AND points = 4 AND low_percentile = 25"))
          .isNotEmpty()
          .containsExactlyInAnyOrderElementsOf(
              crowded.plant.rows(
                  columns
                      + ", 2.0::DOUBLE, 4::BIGINT, 'P1' FROM envelope(attributes => 'Temperature',"
                      + " products => 'P1', k => 2, points => 4, low_percentile => 25)"));
    }
  }

  private static List<List<@Nullable Object>> deviations(
      List<Track> subjects, List<Track> good, Set<String> goodIds, double k, double floor) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Track track : subjects) {
      List<Track> others =
          good.stream()
              .filter(g -> g.subject.equals(track.subject) && goodIds.contains(g.batch))
              .filter(g -> !g.batch.equals(track.batch))
              .toList();
      double time = 0;
      double outside = 0;
      double integral = 0;
      double sigmas = Double.NaN;
      double farthest = Double.NaN;
      Point where = null;
      long compared = 0;
      for (int i = 0; i < track.points.size(); i++) {
        Point point = track.points.get(i);
        List<Double> values = values(others, point.index);
        if (point.value == null || values.isEmpty()) {
          continue;
        }
        Band band = Band.of(values, k, floor, 5, 95);
        double seconds =
            i + 1 < track.points.size()
                ? track.points.get(i + 1).offset - point.offset
                : point.offset - track.points.get(i - 1).offset;
        double away = point.value - band.mean;
        double beyond = Math.signum(away) * Math.max(0, Math.abs(away) - band.reach);
        compared++;
        time += seconds;
        outside += beyond == 0 ? 0 : seconds;
        integral += Math.abs(beyond) * seconds;
        if (where == null || Math.abs(beyond) > Math.abs(farthest)) {
          where = point;
          farthest = beyond;
        }
        if (band.stdDev > 0) {
          sigmas =
              Double.isNaN(sigmas)
                  ? Math.abs(away) / band.stdDev
                  : Math.max(sigmas, Math.abs(away) / band.stdDev);
        }
      }
      rows.add(
          Arrays.asList(
              track.batch,
              track.unit,
              track.phase,
              track.subject.instance,
              track.subject.what,
              track.tag,
              (long) others.size(),
              compared,
              compared == 0 ? null : (Object) (100 * outside / time),
              number(farthest),
              number(sigmas),
              where == null ? null : where.x,
              where == null ? null : where.ts,
              compared == 0 ? null : (Object) integral));
    }
    return rows;
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#few")
  void howFarBatchesLeaveTheBand(long seed) {
    String what = "attributes => 'Temperature', tags => 'FREE', points => " + POINTS;
    String columns =
        "SELECT batch_id, unit_id, coalesce(phase, 'null'), coalesce(instance, 0),"
            + " coalesce(attribute, tag), tag, reference_batches, points_compared, percent_outside,"
            + " maximum_deviation, maximum_sigmas, maximum_x::VARCHAR, maximum_time,"
            + " integral_outside FROM deviation("
            + what
            + ", k => 0.5, noise_floor => 3, ";
    try (CrowdedPlant crowded = new CrowdedPlant(folder, seed)) {
      List<Track> all = tracks(crowded, what, null);
      ApiRows.assertClose(
          crowded.plant.rows(columns + "reference => " + ApiRows.list(REFERENCE) + ")"),
          deviations(all, all, Set.copyOf(REFERENCE), 0.5, 3),
          6,
          1e-9);
      // All finished batches of a product.
      Set<String> finished = new java.util.HashSet<>();
      crowded.batches.values().stream()
          .filter(b -> b.endNs() != null && "P2".equals(b.product()))
          .forEach(b -> finished.add(b.id()));
      List<Track> some = tracks(crowded, what + ", products => 'P1'", null);
      ApiRows.assertClose(
          crowded.plant.rows(columns + "reference_product => 'P2', products => 'P1')"),
          deviations(some, all, finished, 0.5, 3),
          6,
          1e-9);
      assertThat(all).hasSizeGreaterThan(5);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "envelope  | points = 5                                | attribute = 'Temperature'",
        "envelope  | points = 5                                | attribute IS NOT NULL AND tag IS"
            + " NULL",
        "envelope  | points = 5                                | tag = 'FREE' AND coverage < 100",
        "envelope  | points = 5                                | attribute IS NULL AND tag LIKE"
            + " 'U1%'",
        "envelope  | points = 5 AND product_id = 'P1'          | attribute = 'Temperature' AND x >"
            + " 0.3",
        "deviation | points = 5 AND reference_product_id = 'P2' | attribute = 'Temperature'",
        "deviation | points = 5 AND reference_product_id = 'P2' | attribute = 'Temperature' AND tag"
            + " = 'U1.T'",
        "deviation | points = 5 AND reference_product_id = 'P2' | tag = 'U2.T' AND unit_id = 'U2'",
        "deviation | points = 5 AND reference_product_id = 'P2' | phase = 'Heat' AND tag LIKE 'U%'",
        "deviation | points = 5 AND reference_product_id = 'P1' | batch_id IN ('B1', 'B4') AND"
            + " instance = 1",
        "deviation | points = 5 AND reference_product_id = 'P1' | percent_outside > 0 AND attribute"
            + " IS NULL"
      })
  void aConditionOnARelationOnlyFilters(String relation, String arguments, String condition) {
    try (CrowdedPlant crowded = new CrowdedPlant(folder, 9)) {
      String all = "SELECT * FROM " + relation + " WHERE " + arguments;
      List<List<@Nullable Object>> found = crowded.plant.rows(all + " AND " + condition);
      assertThat(found)
          .isNotEmpty()
          .containsExactlyInAnyOrderElementsOf(
              crowded.plant.rows(
                  "WITH r AS MATERIALIZED (" + all + ") SELECT * FROM r WHERE " + condition));
    }
  }

  @Test
  void theOnlyGoodBatchIsComparedWithNothing() {
    try (SmallPlant plant = new SmallPlant(folder).filled()) {
      assertThat(
              plant.rows(
                  "SELECT reference_batches, points_compared, percent_outside, maximum_time FROM"
                      + " deviation('B1', 'Temperature', anchor => 'Heat', reference => 'B1')"))
          .containsExactly(Arrays.asList(0L, 0L, null, null));
    }
  }
}
