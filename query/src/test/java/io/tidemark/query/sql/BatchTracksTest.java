package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.QueryContext;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.sql.CrowdedPlant.Stay;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code by_batch} against a plain walk over the time of each batch. */
class BatchTracksTest {
  private static final long MINUTE_NS = 60_000_000_000L;
  private static final String COLUMNS =
      "SELECT batch_id, order_id, product_id, unit_id, phase, instance, x, offset_s, ts, attribute,"
          + " tag, value, text, status, quality, percent_good FROM ";

  @TempDir Path folder;

  /** What is laid over each other, and how. */
  private record Axis(
      CrowdedPlant crowded,
      boolean skipHeld,
      int points,
      long everyNs,
      long beforeNs,
      long afterNs) {

    long[] active(Stay stay) {
      return skipHeld ? crowded.active(stay) : new long[] {stay.startNs(), stay.endNs()};
    }
  }

  /** The instant at which so much of the active time has passed; outside it goes on evenly. */
  private static long at(long[] active, long passedNs) {
    long left = passedNs;
    for (int i = 0; i < active.length; i += 2) {
      long length = active[i + 1] - active[i];
      if (left < length || i + 2 == active.length) {
        return active[i] + left;
      }
      left -= length;
    }
    throw new AssertionError("no active time");
  }

  private static List<List<@Nullable Object>> rows(Axis axis, List<Stay> stays, Set<String> names) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Stay stay : stays) {
      long[] active = axis.active(stay);
      long length = CrowdedPlant.length(active);
      if (!stay.hasLength() || length == 0) {
        continue;
      }
      List<Long> offsets = new ArrayList<>();
      if (axis.points > 0) {
        for (int j = 0; j <= axis.points; j++) {
          offsets.add(Math.floorDiv(Math.multiplyExact(length, j), axis.points));
        }
      } else {
        for (long at = -(axis.beforeNs / axis.everyNs) * axis.everyNs;
            at < length + axis.afterNs;
            at += axis.everyNs) {
          offsets.add(at);
        }
        offsets.add(offsets.getLast() + axis.everyNs);
      }
      for (Map.Entry<String, String> tag : axis.crowded.attributesByTag(stay).entrySet()) {
        if (names.contains(tag.getValue()) || names.contains(tag.getKey())) {
          track(rows, axis, stay, active, offsets, tag.getKey(), tag.getValue());
        }
      }
    }
    return rows;
  }

  private static void track(
      List<List<@Nullable Object>> rows,
      Axis axis,
      Stay stay,
      long[] active,
      List<Long> offsets,
      String tagName,
      String attribute) {
    QueryContext context = axis.crowded.plant.query();
    TagDefinition tag = ApiRows.tag(context, tagName);
    long length = CrowdedPlant.length(active);
    for (int j = 0; j + 1 < offsets.size(); j++) {
      long ns = at(active, offsets.get(j));
      boolean isLast = j + 2 == offsets.size();
      long next =
          isLast && axis.points > 0 ? active[active.length - 1] : at(active, offsets.get(j + 1));
      if (isLast && axis.points == 0) {
        next = ns + axis.everyNs;
      }
      List<@Nullable Object> value =
          ApiRows.samples(
                  new Retrieval.AtTimes(new long[] {ns}, Retrieval.AtMode.AUTO), context, tagName)
              .getFirst();
      double x = axis.points > 0 ? (double) j / axis.points : (double) offsets.get(j) / length;
      boolean isInside = offsets.get(j) >= 0 && offsets.get(j) < length;
      rows.add(
          Arrays.asList(
              stay.batch().id(),
              stay.batch().order(),
              stay.batch().product(),
              stay.unit(),
              stay.step() == null ? phaseAt(axis, stay, ns) : stay.phase(),
              stay.instance(),
              isInside ? (Object) x : null,
              offsets.get(j) / 1e9,
              ApiRows.instant(ns),
              attribute.isEmpty() ? null : attribute,
              tagName,
              value.get(3),
              value.get(5),
              value.get(6),
              value.get(7),
              percentGood(active, ns, next, tag, context)));
    }
  }

  private static @Nullable String phaseAt(Axis axis, Stay batch, long ns) {
    if (axis.points > 0) {
      return null;
    }
    return axis.crowded.phases().stream()
        .filter(p -> p.batch().id().equals(batch.batch().id()))
        .filter(p -> Objects.equals(p.unit(), batch.unit()))
        .filter(p -> p.startNs() <= ns && ns < p.endNs())
        .min(
            java.util.Comparator.comparingLong(Stay::startNs)
                .thenComparing(p -> Objects.requireNonNull(p.step()).id()))
        .map(Stay::phase)
        .orElse(null);
  }

  private static double percentGood(
      long[] active, long ns, long next, TagDefinition tag, QueryContext context) {
    long[] counting = active.clone();
    counting[0] = Math.min(counting[0], ns);
    counting[counting.length - 1] = Math.max(counting[counting.length - 1], next);
    return HistorianQueries.OF_SNAPSHOT
        .summarizeWithin(counting, new Retrieval.Summary(new long[] {ns, next}), tag, context)
        .getFirst()
        .percentGood();
  }

  private static void check(
      CrowdedPlant crowded, String from, List<List<@Nullable Object>> expected) {
    assertThat(rounded(crowded.plant.rows(COLUMNS + from)))
        .as(from)
        .isNotEmpty()
        .containsExactlyInAnyOrderElementsOf(rounded(expected));
  }

  /** The last digits of a percentage depend on how many intervals were asked at a time. */
  private static List<List<@Nullable Object>> rounded(List<List<@Nullable Object>> rows) {
    return rows.stream()
        .map(
            row -> {
              List<@Nullable Object> copy = new ArrayList<>(row);
              if (row.getLast() instanceof Double percent) {
                copy.set(copy.size() - 1, Math.rint(percent * 1e9) / 1e9);
              }
              return copy;
            })
        .toList();
  }

  private static List<Stay> phasesOrBatches(CrowdedPlant crowded) {
    List<Stay> stays = new ArrayList<>(crowded.phases());
    Set<String> withPhases = new HashSet<>();
    stays.forEach(stay -> withPhases.add(stay.batch().id()));
    crowded.batches().stream()
        .filter(batch -> !withPhases.contains(batch.batch().id()))
        .forEach(stays::add);
    return stays;
  }

  private static List<Stay> steps(CrowdedPlant crowded, String name) {
    return crowded.steps().stream().filter(s -> name.equalsIgnoreCase(s.phase())).toList();
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#few")
  void pointsOfPhases(long seed) {
    Set<String> names = Set.of("Temperature", "Valve", "Note");
    try (CrowdedPlant crowded = new CrowdedPlant(folder, seed)) {
      for (boolean skipHeld : new boolean[] {false, true}) {
        Axis axis = new Axis(crowded, skipHeld, 7, 0, 0, 0);
        String more = ", points => 7, skip_held => " + skipHeld + ")";
        String call = "by_batch(attributes => ['Temperature', 'Valve', 'Note']" + more;
        check(crowded, call, rows(axis, phasesOrBatches(crowded), names));
        check(
            crowded,
            "by_batch(tags => ['FREE', 'U1.T2'], anchor => 'heat'" + more,
            rows(axis, steps(crowded, "Heat"), Set.of("FREE", "U1.T2")));
      }
      check(
          crowded,
          "by_batch WHERE attribute IN ('Temperature', 'Valve', 'Note') AND points = 7",
          rows(new Axis(crowded, false, 7, 0, 0, 0), phasesOrBatches(crowded), names));
    }
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#few")
  void offsetsFromTheStart(long seed) {
    try (CrowdedPlant crowded = new CrowdedPlant(folder, seed)) {
      for (boolean skipHeld : new boolean[] {false, true}) {
        Axis axis =
            new Axis(crowded, skipHeld, 0, 95 * MINUTE_NS, 200 * MINUTE_NS, 100 * MINUTE_NS);
        String more =
            ", every => '95m', before => INTERVAL '200 minutes', after => '100m', skip_held => "
                + skipHeld
                + ")";
        check(
            crowded,
            "by_batch(attributes => 'Temperature'" + more,
            rows(axis, crowded.batches(), Set.of("Temperature")));
        check(
            crowded,
            "by_batch(attributes => 'Temperature', anchor => 'COOL'" + more,
            rows(axis, steps(crowded, "Cool"), Set.of("Temperature")));
      }
      Axis plain = new Axis(crowded, false, 0, 30 * MINUTE_NS, 0, 0);
      check(
          crowded,
          "by_batch WHERE tag = 'FREE' AND every = '30m'",
          rows(plain, crowded.batches(), Set.of("FREE")));
    }
  }

  /** A hundred points unless asked, also of anchors that are no multiple of it. */
  @Test
  void aHundredPoints() {
    try (CrowdedPlant crowded = new CrowdedPlant(folder, 3)) {
      check(
          crowded,
          "by_batch('B4', tags => 'FREE')",
          rows(
              new Axis(crowded, false, 100, 0, 0, 0),
              phasesOrBatches(crowded).stream().filter(s -> s.batch().id().equals("B4")).toList(),
              Set.of("FREE")));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "points = 5 AND phase = 'Heat'",
        "points = 5 AND phase IS NULL",
        "points = 5 AND instance = 2",
        "points = 5 AND unit_id = 'U2'",
        "points = 5 AND value > 50 AND x >= 0.4",
        "points = 5 AND product_id = 'P1' AND batch_id <> 'B4'",
        "every = '50m' AND phase = 'Cool'",
        "every = '50m' AND phase IS NULL AND unit_id = 'U1'",
        "every = '50m' AND ts < '2026-01-09 20:00:00+00'",
        "every = '50m' AND anchor = 'Wash' AND phase = 'Wash' AND offset_s > 3000"
      })
  void aConditionOnTheRelationOnlyFilters(String condition) {
    try (CrowdedPlant crowded = new CrowdedPlant(folder, 5)) {
      String arguments = condition.replaceAll(" AND (?!anchor).*", "");
      String relation = "by_batch WHERE attribute = 'Temperature' AND ";
      assertThat(crowded.plant.rows(COLUMNS + relation + condition))
          .containsExactlyInAnyOrderElementsOf(
              crowded.plant.rows(
                  "WITH r AS MATERIALIZED (SELECT * FROM "
                      + relation
                      + arguments
                      + ") "
                      + COLUMNS
                      + "r WHERE "
                      + condition));
    }
  }
}
