package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.aggregate.CalculationBasis;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.condition.Condition;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.SummaryRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code summary}: all fields of all intervals are what the Java API answers by the same rule. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SummaryTableTest {
  private static final String START = "2026-01-08T23:10:00Z";
  private static final String END = "2026-01-09T11:40:00Z";
  private static final long HOUR_NS = 3_600_000_000_000L;
  private static final List<String> TAGS =
      List.of("R1.TEMP", "R2.LEVEL", "R1.COUNT", "R1.RUN", "R1.VALVE", "R1.NOTE", "EMPTY");
  private static final String RANGE =
      "start_time => '" + START + "', end_time => '" + END + "', every => '3h'";
  private static final String WITHIN =
      " AND start_time >= '" + START + "' AND end_time <= '" + END + "' AND every = '3h'";
  private static final Set<SummaryField> ALL = EnumSet.allOf(SummaryField.class);

  private SmallPlant plant;

  @BeforeAll
  void fill(@TempDir Path folder) {
    plant = new SmallPlant(folder).filled();
  }

  @AfterAll
  void close() {
    plant.close();
  }

  private static long[] edges() {
    long end = SmallPlant.ns(END);
    List<Long> edges = new ArrayList<>();
    for (long at = SmallPlant.ns(START); at < end; at += 3 * HOUR_NS) {
      edges.add(at);
    }
    edges.add(end);
    return edges.stream().mapToLong(Long::longValue).toArray();
  }

  private static Set<SummaryField> fields(CalculationBasis basis) {
    Set<SummaryField> fields = EnumSet.copyOf(ALL);
    fields.removeIf(field -> basis.isEventWeighted() && field.isOfTime());
    return fields;
  }

  private static Retrieval.Summary asked(ReadRule rule, CalculationBasis basis, double goodMin) {
    return new Retrieval.Summary(
        edges(), rule, basis, fields(basis), Retrieval.Logarithms.LEFT_OUT, goodMin);
  }

  private List<List<@Nullable Object>> expected(Retrieval.Summary asked, List<String> tags) {
    QueryContext context = plant.query();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (String name : tags) {
      TagDefinition tag = ApiRows.tag(context, name);
      for (SummaryRow row : HistorianQueries.OF_SNAPSHOT.summarize(asked, tag, context)) {
        rows.add(row(row, tag));
      }
    }
    return rows;
  }

  private static List<@Nullable Object> row(SummaryRow row, TagDefinition tag) {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(tag.name());
    values.add(ApiRows.instant(row.startNs()));
    values.add(ApiRows.instant(row.endNs()));
    values.addAll(ApiRows.summary(row, tag));
    return values;
  }

  private List<List<@Nullable Object>> found(String from) {
    return plant.rows(
        "SELECT tag, start_time, end_time, " + ApiRows.SUMMARY_COLUMNS + " FROM " + from);
  }

  private void check(String arguments, Retrieval.Summary asked) {
    String call = "summary(tags => " + ApiRows.list(TAGS) + ", " + RANGE + arguments + ")";
    assertThat(found(call))
        .as(call)
        .hasSize(5 * TAGS.size())
        .containsExactlyInAnyOrderElementsOf(expected(asked, TAGS));
  }

  @Test
  void everyFieldAsFunctionAndRelation() {
    Retrieval.Summary asked = asked(ReadRule.DEFAULT, CalculationBasis.TIME_WEIGHTED, 0);
    check("", asked);
    String relation = "summary WHERE tag IN (" + ApiRows.joined(TAGS) + ")" + WITHIN;
    assertThat(found(relation)).containsExactlyInAnyOrderElementsOf(expected(asked, TAGS));
  }

  @Test
  void eachFieldAloneIsTheSame() {
    List<List<@Nullable Object>> all =
        expected(asked(ReadRule.DEFAULT, CalculationBasis.TIME_WEIGHTED, 0), TAGS);
    for (SummaryField field : ALL) {
      assertThat(
              plant.rows(
                  "SELECT tag, start_time, \""
                      + field.column()
                      + "\" FROM summary("
                      + ApiRows.list(TAGS)
                      + ", "
                      + RANGE
                      + ")"))
          .as(field.label())
          .containsExactlyInAnyOrderElementsOf(
              all.stream()
                  .map(row -> Arrays.asList(row.get(0), row.get(1), row.get(3 + field.ordinal())))
                  .toList());
    }
  }

  @ParameterizedTest
  @EnumSource(CalculationBasis.class)
  void basis(CalculationBasis basis) {
    check(", basis => '" + basis.label() + "'", asked(ReadRule.DEFAULT, basis, 0));
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void rules(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ReadRule.QualityRule quality = one(ReadRule.QualityRule.values(), random);
    boolean uncertainIsBad = random.nextBoolean();
    ReadRule.Step step = one(ReadRule.Step.values(), random);
    Long gapMinutes = random.nextBoolean() ? null : (Long) random.nextLong(1, 40);
    ReadRule.Extrapolation extrapolation = one(ReadRule.Extrapolation.values(), random);
    double goodMin = random.nextInt(3) == 0 ? random.nextInt(40, 101) : 0;
    ReadRule rule =
        new ReadRule(
            quality,
            uncertainIsBad,
            step,
            gapMinutes == null ? Long.MAX_VALUE : gapMinutes * 60_000_000_000L,
            extrapolation);
    check(
        ", quality => '"
            + name(quality)
            + "', uncertain => '"
            + (uncertainIsBad ? "bad" : "USED")
            + "', step_as => '"
            + name(step)
            + "', extrapolation => '"
            + name(extrapolation)
            + "'"
            + (gapMinutes == null ? "" : ", max_gap => INTERVAL '" + gapMinutes + " minutes'")
            + (goodMin == 0 ? "" : ", percent_good_min => " + goodMin),
        asked(rule, CalculationBasis.TIME_WEIGHTED, goodMin));
  }

  private static <E> E one(E[] values, SplittableRandom random) {
    return values[random.nextInt(values.length)];
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  @Test
  void extrapolationUpToNow() {
    TagDefinition tag = ApiRows.tag(plant.query(), "R1.TEMP");
    long[] edges = {SmallPlant.NOW_NS - HOUR_NS, SmallPlant.NOW_NS + HOUR_NS};
    for (ReadRule.Extrapolation extrapolation : ReadRule.Extrapolation.values()) {
      ReadRule usual = ReadRule.DEFAULT;
      ReadRule rule =
          new ReadRule(
              usual.quality(),
              usual.uncertainIsBad(),
              usual.step(),
              usual.maxGapNs(),
              extrapolation);
      Retrieval.Summary asked =
          new Retrieval.Summary(
              edges, rule, CalculationBasis.TIME_WEIGHTED, ALL, Retrieval.Logarithms.LEFT_OUT, 0);
      assertThat(
              found(
                  "summary('R1.TEMP', '*-1h', '*+1h', extrapolation => '"
                      + name(extrapolation)
                      + "')"))
          .containsExactly(
              row(
                  HistorianQueries.OF_SNAPSHOT.summarize(asked, tag, plant.query()).getFirst(),
                  tag));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"'R1.TEMP' > 40", "'R1.VALVE' = 'OPEN' and 'R1.TEMP' < 70", "'R1.TEMP' > 1e9"})
  void during(String condition) {
    QueryContext context = plant.query();
    long[] stretches =
        HistorianQueries.OF_SNAPSHOT.stretches(
            Condition.parse(condition).bind(name -> context.view().tags().find(name)),
            new TimeRange(edges()[0], edges()[edges().length - 1]),
            ReadRule.DEFAULT,
            1_000_000,
            context);
    List<List<@Nullable Object>> expected = new ArrayList<>();
    for (String name : TAGS) {
      TagDefinition tag = ApiRows.tag(context, name);
      HistorianQueries.OF_SNAPSHOT
          .summarizeWithin(
              stretches, asked(ReadRule.DEFAULT, CalculationBasis.TIME_WEIGHTED, 0), tag, context)
          .forEach(row -> expected.add(row(row, tag)));
    }
    assertThat(
            found(
                "summary("
                    + ApiRows.list(TAGS)
                    + ", "
                    + RANGE
                    + ", during => '"
                    + condition.replace("'", "''")
                    + "')"))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void windowsOfACalendarAndTheWholeRange() {
    // A day of the zone of the request, with 23 or 25 hours at times.
    assertThat(
            plant.rows(
                "SELECT start_time, end_time FROM summary('R1.TEMP', 't-2d', 't', every => '1d')"
                    + " ORDER BY start_time"))
        .containsExactly(
            List.of(
                ApiRows.instant(SmallPlant.ns("2026-01-07T23:00:00Z")),
                ApiRows.instant(SmallPlant.ns("2026-01-08T23:00:00Z"))),
            List.of(
                ApiRows.instant(SmallPlant.ns("2026-01-08T23:00:00Z")),
                ApiRows.instant(SmallPlant.ns("2026-01-09T23:00:00Z"))));
    assertThat(
            plant.rows(
                "SELECT start_time, end_time, every FROM summary WHERE tag = 'EMPTY' AND"
                    + " start_time >= '"
                    + START
                    + "' AND end_time <= '"
                    + END
                    + "'"))
        .containsExactly(
            Arrays.asList(
                ApiRows.instant(SmallPlant.ns(START)), ApiRows.instant(SmallPlant.ns(END)), null));
  }

  /** The range of a relation may be said by the starts of its intervals alone. */
  @Test
  void aRelationTakesItsRangeFromEitherColumn() {
    List<List<@Nullable Object>> all = found("summary('R1.TEMP', " + RANGE + ")");
    assertThat(
            found(
                "summary WHERE tag = 'R1.TEMP' AND every = '3h' AND start_time >= '"
                    + START
                    + "' AND start_time < '"
                    + END
                    + "'"))
        .containsExactlyInAnyOrderElementsOf(all);
    assertThat(
            found(
                "summary WHERE tag = 'R1.TEMP' AND every = '3h' AND start_time BETWEEN '"
                    + START
                    + "' AND '2027-01-01' AND end_time <= '"
                    + END
                    + "' AND maximum > 0"))
        .containsExactlyInAnyOrderElementsOf(all.stream().filter(row -> positive(row)).toList());
  }

  private static boolean positive(List<@Nullable Object> row) {
    return row.get(3 + SummaryField.MAXIMUM.ordinal()) instanceof Double max && max > 0;
  }

  @Test
  void otherConditionsOnlyFilter() {
    String all = "summary WHERE tag LIKE 'R1.%'" + WITHIN;
    for (String condition :
        List.of(
            "percent_good < 90",
            "minimum_time > '2026-01-09 02:00:00+00' AND quality <> 'Bad'",
            "uom = '°C'",
            "tag <> 'R1.TEMP'",
            "start_time > '2026-01-09 03:00:00+00'",
            "end_time < '2026-01-09 03:00:00+00'",
            "\"count\" IS NOT NULL AND time_average IS NULL")) {
      String columns = "SELECT tag, start_time, end_time, " + ApiRows.SUMMARY_COLUMNS + " FROM ";
      assertThat(plant.rows("SELECT * FROM (" + columns + all + ") WHERE " + condition))
          .as(condition)
          .containsExactlyInAnyOrderElementsOf(
              plant.rows(
                  "WITH r AS MATERIALIZED ("
                      + columns
                      + all
                      + ") SELECT * FROM r WHERE "
                      + condition));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "summary WHERE tag = 'R1.TEMP'                            | MISSING_FIELD | start_time",
        "summary WHERE tag = 'R1.TEMP' AND start_time >= '2026-01-01' | MISSING_FIELD | end_time",
        "summary WHERE start_time >= '2026-01-01' AND end_time <= '2026-02-01' | MISSING_FIELD |"
            + " tag",
        "summary('R1.TEMP', percent_good_min => 101)              | OUT_OF_RANGE  |"
            + " percent_good_min",
        "summary('R1.TEMP', percent_good_min => -1)               | OUT_OF_RANGE  |"
            + " percent_good_min",
        "summary('R1.TEMP', percent_good_min => 'all')            | WRONG_TYPE    |"
            + " percent_good_min",
        "summary('R1.TEMP', quality => 'best')                    | OUT_OF_RANGE  | quality",
        "summary('R1.TEMP', uncertain => 'maybe')                 | OUT_OF_RANGE  | uncertain",
        "summary('R1.TEMP', step_as => 7)                         | WRONG_TYPE    | step_as",
        "summary('R1.TEMP', max_gap => 'long')                    | BAD_TIME      | max_gap",
        "summary('R1.TEMP', extrapolation => 'line')              | OUT_OF_RANGE  | extrapolation",
        "summary('R1.TEMP', basis => 'EventHeavy')                | OUT_OF_RANGE  | basis",
        "plot('R1.TEMP', width => 0)                              | OUT_OF_RANGE  | width",
        "plot('R1.TEMP', width => 2.5)                            | WRONG_TYPE    | width",
        "at_times('R1.TEMP')                                      | MISSING_FIELD | times",
        "at_times('R1.TEMP', '*', 'sometimes')                    | OUT_OF_RANGE  | mode",
        "wide('R1.TEMP', every => '0s')                           | BAD_TIME      | every",
        "by_batch(attributes => 'Temperature', points => 0)       | OUT_OF_RANGE  | points",
        "by_batch(batches => 'B1')                                | MISSING_FIELD | attributes",
        "batch_summary(tags => 'NO SUCH')                         | UNKNOWN_TAG   | NO SUCH",
        "envelope(attributes => 'Temperature', low_percentile => 90, high_percentile => 10) |"
            + " OUT_OF_RANGE | low_percentile",
        "deviation(attributes => 'Temperature')                   | MISSING_FIELD | reference"
      })
  void aBadArgumentIsNamed(String from, ErrorCode code, String mentioned) {
    assertThatExceptionOfType(HistorianException.class)
        .isThrownBy(() -> plant.rows("SELECT * FROM " + from))
        .satisfies(e -> assertThat(e.messageText()).contains(mentioned))
        .returns(code, HistorianException::code);
  }
}
