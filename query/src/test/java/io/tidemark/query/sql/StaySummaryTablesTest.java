package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.aggregate.CalculationBasis;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.SummaryRow;
import io.tidemark.query.sql.CrowdedPlant.Stay;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code batch_summary} and {@code phase_summary} against one question to the Java API for each
 * interval alone, over intervals that lie in every way.
 */
class StaySummaryTablesTest {
  private static final String OF_STAY =
      "batch_id, order_id, product_id, unit_id, attribute, tag, start_time, end_time, duration_s,"
          + " held_s, provisional, version, ";
  private static final String OF_BATCH = "NULL AS step_id, NULL AS phase, NULL AS instance, ";
  private static final String OF_PHASE = "step_id, phase, instance, ";

  /** Columns that tell rows apart: from step_id to tag. */
  private static final int KEYS = 9;

  private static final List<String> EMPTY_COUNTS =
      List.of("COUNT", "UNCERTAIN_COUNT", "BAD_COUNT", "TRANSITIONS");

  @TempDir Path folder;

  private record Row(Stay stay, String attribute, String tag) {}

  private static List<Row> rows(CrowdedPlant crowded, List<Stay> stays) {
    List<Row> rows = new ArrayList<>();
    for (Stay stay : stays) {
      for (Map.Entry<String, String> tag : crowded.attributesByTag(stay).entrySet()) {
        rows.add(new Row(stay, tag.getValue(), tag.getKey()));
      }
    }
    return rows;
  }

  private static List<List<@Nullable Object>> expected(
      CrowdedPlant crowded,
      boolean ofPhases,
      boolean skipHeld,
      ReadRule rule,
      CalculationBasis basis,
      Predicate<Row> which) {
    QueryContext context = crowded.plant.query();
    List<List<@Nullable Object>> all = new ArrayList<>();
    for (Row row : rows(crowded, ofPhases ? crowded.phases() : crowded.batches())) {
      if (!which.test(row)) {
        continue;
      }
      Stay stay = row.stay;
      List<@Nullable Object> values = new ArrayList<>();
      values.add(stay.step() == null ? null : stay.step().id());
      values.add(stay.phase());
      values.add(stay.instance());
      values.add(stay.batch().id());
      values.add(stay.batch().order());
      values.add(stay.batch().product());
      values.add(stay.unit());
      values.add(row.attribute.isEmpty() ? null : row.attribute);
      values.add(row.tag);
      values.add(ApiRows.instant(stay.startNs()));
      values.add(stay.isOpen() ? null : ApiRows.instant(stay.endNs()));
      long lengthNs = Math.max(0, stay.endNs() - stay.startNs());
      long[] active = crowded.active(stay);
      values.add(lengthNs / 1e9);
      values.add((lengthNs - CrowdedPlant.length(active)) / 1e9);
      values.add(stay.isOpen());
      values.add(stay.step() == null ? stay.batch().version() : stay.step().version());
      TagDefinition tag = ApiRows.tag(context, row.tag);
      int first = values.size();
      values.addAll(
          stay.hasLength()
              ? ApiRows.summary(
                  alone(stay, skipHeld ? active : null, rule, basis, tag, context), tag)
              : empty(tag));
      if (!rule.isPlain() || !isUsableBefore(stay.startNs(), tag, context)) {
        // Whether an earlier one is looked for depends on what else is asked.
        values.set(first + SummaryField.TRANSITIONS.ordinal(), ApiRows.ANYTHING);
      }
      all.add(values);
    }
    return all;
  }

  private static boolean isUsableBefore(long ns, TagDefinition tag, QueryContext context) {
    boolean[] usable = {false};
    HistorianQueries.OF_SNAPSHOT.read(
        new Retrieval.AtTimes(new long[] {ns}, Retrieval.AtMode.BEFORE),
        tag,
        context,
        block -> usable[0] = Quality.of(block.statuses()[0]) == Quality.GOOD);
    return usable[0];
  }

  private static SummaryRow alone(
      Stay stay,
      long @Nullable [] active,
      ReadRule rule,
      CalculationBasis basis,
      TagDefinition tag,
      QueryContext context) {
    EnumSet<SummaryField> fields = EnumSet.allOf(SummaryField.class);
    fields.removeIf(field -> basis.isEventWeighted() && field.isOfTime());
    Retrieval.Summary asked =
        new Retrieval.Summary(
            new long[] {stay.startNs(), stay.endNs()},
            rule,
            basis,
            fields,
            Retrieval.Logarithms.LEFT_OUT,
            0);
    return (active == null
            ? HistorianQueries.OF_SNAPSHOT.summarize(asked, tag, context)
            : HistorianQueries.OF_SNAPSHOT.summarizeWithin(active, asked, tag, context))
        .getFirst();
  }

  /** An interval without length has no samples and no good time. */
  private static List<@Nullable Object> empty(TagDefinition tag) {
    List<@Nullable Object> values = new ArrayList<>();
    for (SummaryField field : SummaryField.values()) {
      if (EMPTY_COUNTS.contains(field.name())) {
        values.add(0L);
      } else {
        values.add(
            switch (field) {
              case DURATION_GOOD, DURATION_BAD, PERCENT_GOOD -> (Object) 0.0;
              case PERCENT_BAD -> (Object) 100.0;
              default -> null;
            });
      }
    }
    values.add(0x809B0000L);
    values.add("Bad");
    values.add("stored");
    values.add(tag.uom());
    values.add(tag.uom().equals("kg/h") ? "kg" : tag.uom().isEmpty() ? "" : "°C·s");
    return values;
  }

  private static List<List<@Nullable Object>> found(
      CrowdedPlant crowded, boolean ofPhases, String rest) {
    return crowded.plant.rows(
        "SELECT "
            + (ofPhases ? OF_PHASE : OF_BATCH)
            + OF_STAY
            + ApiRows.SUMMARY_COLUMNS
            + " FROM "
            + (ofPhases ? "phase_summary" : "batch_summary")
            + rest);
  }

  private static void check(
      List<List<@Nullable Object>> found, List<List<@Nullable Object>> expected) {
    assertThat(found).hasSizeGreaterThan(3);
    ApiRows.assertClose(found, expected, KEYS, 1e-12);
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#few")
  void everyIntervalIsAsIfAskedAlone(long seed) {
    try (CrowdedPlant crowded = new CrowdedPlant(folder, seed)) {
      for (boolean ofPhases : new boolean[] {false, true}) {
        List<List<@Nullable Object>> expected =
            expected(
                crowded,
                ofPhases,
                false,
                ReadRule.DEFAULT,
                CalculationBasis.TIME_WEIGHTED,
                row -> true);
        check(found(crowded, ofPhases, "(tags => '*')"), expected);
        check(found(crowded, ofPhases, ""), expected);
        check(
            found(crowded, ofPhases, "(tags => '*', skip_held => true)"),
            expected(
                crowded,
                ofPhases,
                true,
                ReadRule.DEFAULT,
                CalculationBasis.TIME_WEIGHTED,
                row -> true));
      }
    }
  }

  @Test
  void everyBasis() {
    try (CrowdedPlant crowded = new CrowdedPlant(folder, 7)) {
      for (CalculationBasis basis : CalculationBasis.values()) {
        boolean skipHeld = basis.ordinal() % 2 == 0;
        check(
            found(
                crowded,
                true,
                "(tags => '*', basis => '" + basis.label() + "', skip_held => " + skipHeld + ")"),
            expected(crowded, true, skipHeld, ReadRule.DEFAULT, basis, row -> true));
      }
    }
  }

  @Test
  void everyRuleAroundBadSamples() {
    try (CrowdedPlant crowded = new CrowdedPlant(folder, 8)) {
      for (ReadRule.QualityRule quality : ReadRule.QualityRule.values()) {
        boolean ofPhases = quality.ordinal() % 2 == 0;
        ReadRule rule =
            new ReadRule(
                quality,
                ofPhases,
                ReadRule.Step.TAG,
                1_200_000_000_000L,
                ReadRule.Extrapolation.HOLD);
        check(
            found(
                crowded,
                ofPhases,
                "(tags => '*', quality => '"
                    + quality.name().toLowerCase(Locale.ROOT)
                    + "', uncertain => '"
                    + (rule.uncertainIsBad() ? "bad" : "used")
                    + "', max_gap => '20m', extrapolation => 'hold')"),
            expected(crowded, ofPhases, false, rule, CalculationBasis.TIME_WEIGHTED, row -> true));
      }
    }
  }

  /** The tag follows the unit: by property, by tag, or both. */
  @ParameterizedTest
  @ValueSource(longs = {3, 4})
  void whatIsNamedIsWhatComes(long seed) {
    try (CrowdedPlant crowded = new CrowdedPlant(folder, seed)) {
      named(crowded, "attributes => 'Temperature'", row -> row.attribute.equals("Temperature"));
      named(crowded, "attribute => 'Temperature'", row -> row.attribute.equals("Temperature"));
      named(
          crowded,
          "attributes => ['Temperature', 'Valve'], tags => ['FREE']",
          row ->
              !row.attribute.isEmpty() && !row.attribute.matches("Note|Copy")
                  || row.tag.equals("FREE"));
      named(crowded, "tags => ['U1.T2', 'U2.T']", row -> row.tag.matches("U1.T2|U2.T"));
      named(
          crowded,
          "tags => '*', units => ['U1', 'U3']",
          row -> "U1".equals(row.stay.unit()) || "U3".equals(row.stay.unit()));
      named(crowded, "tags => '*', orders => 'O1'", row -> "O1".equals(row.stay.batch().order()));
      named(
          crowded,
          "tags => '*', products => ['P2'], batches => (SELECT list(batch_id) FROM batches)",
          row -> "P2".equals(row.stay.batch().product()));
      named(
          crowded,
          "attributes => 'Temperature', batches => ['B1', 'B2', 'B3', 'B4', 'B5']",
          row -> row.attribute.equals("Temperature") && row.stay.batch().id().matches("B[1-5]"));
    }
  }

  private static void named(CrowdedPlant crowded, String arguments, Predicate<Row> which) {
    for (boolean ofPhases : new boolean[] {false, true}) {
      ApiRows.assertClose(
          found(crowded, ofPhases, "(" + arguments + ")"),
          expected(
              crowded, ofPhases, false, ReadRule.DEFAULT, CalculationBasis.TIME_WEIGHTED, which),
          KEYS,
          1e-12);
    }
  }

  /** What a relation need not compute never changes what it answers. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12})
  void aConditionOnARelationOnlyFilters(long seed) {
    try (CrowdedPlant crowded = new CrowdedPlant(folder, seed)) {
      List<String> conditions =
          List.of(
              "attribute = 'Temperature'",
              "attribute = 'Temperature' AND tag = 'U1.T2'",
              "tag = 'U1.T'",
              "attribute IS NULL AND tag IN ('U1.T', 'U2.N')",
              "attribute IS NULL",
              "tag LIKE 'U1%' AND unit_id <> 'U1'",
              "unit_id IS NULL AND tag = 'FREE'",
              "provisional AND attribute = 'Temperature'",
              "end_time IS NULL AND tag = 'U2.T'",
              "start_time > '2026-01-09 08:00:00+00' AND end_time <= '2026-01-10 06:00:00+00'",
              "start_time < end_time AND held_s > 0 AND tag = 'FREE'",
              "product_id = 'P1' AND (tag = 'U3.T' OR attribute = 'Valve')",
              "order_id IN ('O1', 'O2') AND batch_id <> 'B3' AND tag = 'U1.V'",
              "maximum > 60 AND percent_good > 50 AND tag = 'FREE'",
              "version = 2 AND tag = 'FREE'");
      for (boolean ofPhases : new boolean[] {false, true}) {
        String columns =
            "SELECT " + (ofPhases ? OF_PHASE : OF_BATCH) + OF_STAY + ApiRows.SUMMARY_COLUMNS;
        String relation = ofPhases ? " FROM phase_summary" : " FROM batch_summary";
        // Behind SELECT they are only computed.
        List<List<@Nullable Object>> all =
            crowded.plant.rows(columns + ", (" + String.join("), (", conditions) + ")" + relation);
        for (int i = 0; i < conditions.size(); i++) {
          int at = all.getFirst().size() - conditions.size() + i;
          List<List<@Nullable Object>> expected =
              all.stream()
                  .filter(row -> Boolean.TRUE.equals(row.get(at)))
                  .map(row -> new ArrayList<>(row.subList(0, row.size() - conditions.size())))
                  .map(StaySummaryTablesTest::withoutTransitions)
                  .toList();
          ApiRows.assertClose(
              crowded.plant.rows(columns + relation + " WHERE " + conditions.get(i)),
              expected,
              KEYS,
              1e-12);
        }
      }
    }
  }

  private static List<@Nullable Object> withoutTransitions(List<@Nullable Object> row) {
    row.set(
        row.size()
            - ApiRows.PLAIN_COLUMNS
            - SummaryField.values().length
            + SummaryField.TRANSITIONS.ordinal(),
        ApiRows.ANYTHING);
    return row;
  }

  @Test
  void aSampleAtTheEndBelongsToTheNextPhase() {
    try (SmallPlant plant = new SmallPlant(folder).filled()) {
      assertThat(
              plant.rows(
                  "SELECT s.batch_id, s.\"count\", (SELECT count(*) FROM samples WHERE tag ="
                      + " 'R1.TEMP' AND quality = 'Good' AND ts_ns >= b.start_time_ns AND ts_ns <"
                      + " coalesce(b.end_time_ns, epoch_ns(now()))) FROM batch_summary s JOIN"
                      + " batches b USING (batch_id) WHERE s.tag = 'R1.TEMP' AND b.batch_id IN"
                      + " ('B1', 'B3', 'B4')"))
          .hasSize(3)
          .allSatisfy(row -> assertThat(row.get(1)).isEqualTo(row.get(2)));
    }
  }
}
