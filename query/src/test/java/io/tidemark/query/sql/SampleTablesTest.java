package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.ReadRule;
import io.tidemark.model.TimeRange;
import io.tidemark.query.retrieval.Retrieval;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code recorded}, {@code interpolated}, {@code at_times} and {@code plot}, as functions and as
 * relations: every column is what the Java API answers, of tags of all types.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SampleTablesTest {
  private static final String START = "2026-01-08T22:10:30Z";
  private static final String END = "2026-01-09T09:40:10.000001Z";
  private static final long START_NS = SmallPlant.ns(START);
  private static final long END_NS = SmallPlant.ns(END);
  private static final String[] TAGS = {
    "R1.TEMP",
    "R2.LEVEL",
    "R1.COUNT",
    "R1.RUN",
    "R1.VALVE",
    "R1.NOTE",
    "EMPTY",
    SmallPlant.ODD_NAMES.get(0),
    SmallPlant.ODD_NAMES.get(1),
    SmallPlant.ODD_NAMES.getLast()
  };

  /** A line break is no name for WHERE: what the plan says of it cannot be read. */
  private static final List<String> IN_WHERE = List.of(TAGS).subList(0, TAGS.length - 1);

  private static final String LIST = ApiRows.list(List.of(TAGS));
  private static final String OF_TAGS = " WHERE tag IN (" + ApiRows.joined(IN_WHERE) + ")";
  private static final String RANGE = "start_time => '" + START + "', end_time => '" + END + "'";
  private static final String WITHIN = " AND ts >= '" + START + "' AND ts < '" + END + "'";

  private SmallPlant plant;

  @BeforeAll
  void fill(@TempDir Path folder) {
    plant = new SmallPlant(folder).filled();
  }

  @AfterAll
  void close() {
    plant.close();
  }

  private void check(String from, Retrieval retrieval) {
    String[] tags = from.contains(" WHERE ") ? IN_WHERE.toArray(new String[0]) : TAGS;
    assertThat(plant.rows("SELECT " + ApiRows.SAMPLE_COLUMNS + " FROM " + from))
        .as(from)
        .isNotEmpty()
        .containsExactlyInAnyOrderElementsOf(ApiRows.samples(retrieval, plant.query(), tags));
  }

  private static long[] grid(long everyNs) {
    return LongStream.iterate(START_NS, at -> at < END_NS, at -> at + everyNs).toArray();
  }

  @Test
  void recorded() {
    Retrieval asked =
        new Retrieval.Recorded(new TimeRange(START_NS, END_NS), Retrieval.Bounds.INSIDE, false);
    check("recorded(tags => " + LIST + ", " + RANGE + ")", asked);
    check("recorded" + OF_TAGS + WITHIN, asked);
  }

  static Stream<Arguments> gaps() {
    return Stream.of(
        Arguments.of("", "", Long.MAX_VALUE),
        Arguments.of(", max_gap => '9m'", " AND max_gap = '9m'", 540_000_000_000L),
        Arguments.of(
            ", max_gap => INTERVAL '17 minutes'", " AND max_gap = '17m'", 1_020_000_000_000L));
  }

  private static ReadRule rule(long maxGapNs) {
    ReadRule usual = ReadRule.DEFAULT;
    return new ReadRule(
        usual.quality(), usual.uncertainIsBad(), usual.step(), maxGapNs, usual.extrapolation());
  }

  @ParameterizedTest
  @MethodSource("gaps")
  void interpolated(String argument, String condition, long maxGapNs) {
    Retrieval asked = new Retrieval.Interpolated(grid(420_000_000_000L), rule(maxGapNs));
    check(
        "interpolated(tags => " + LIST + ", " + RANGE + ", every => '7m'" + argument + ")", asked);
    check("interpolated" + OF_TAGS + WITHIN + " AND every = '7m'" + condition, asked);
  }

  @Test
  void interpolatedOnceAMinuteUnlessAsked() {
    Retrieval asked = new Retrieval.Interpolated(grid(60_000_000_000L));
    check("interpolated(" + LIST + ", '" + START + "', '" + END + "')", asked);
    check("interpolated" + OF_TAGS + WITHIN, asked);
  }

  @ParameterizedTest
  @EnumSource(Retrieval.AtMode.class)
  void atTimes(Retrieval.AtMode mode) {
    // Times of samples, some just beside them, and one before and one after everything.
    long[] times =
        LongStream.concat(
                plant.plain.stream()
                    .filter(s -> s.ns() >= START_NS && s.ns() < END_NS && s.ns() % 1_000 == 0)
                    .limit(90)
                    .flatMapToLong(s -> LongStream.of(s.ns(), s.ns() - 1_000, s.ns() + 1_000)),
                LongStream.of(-5_000_000_000L, SmallPlant.ns("2027-01-01T00:00:00Z")))
            .sorted()
            .distinct()
            .toArray();
    String name = mode.name().toLowerCase(Locale.ROOT);
    Retrieval asked = new Retrieval.AtTimes(times, mode);
    String instants =
        Arrays.stream(times)
            .mapToObj(ns -> "TIMESTAMPTZ '" + StatementTimes.text(ns) + "'")
            .collect(Collectors.joining(", "));
    check(
        "at_times(tags => " + LIST + ", times => [" + instants + "], mode => '" + name + "')",
        asked);
    check("at_times" + OF_TAGS + " AND mode = '" + name + "' AND ts IN (" + instants + ")", asked);
  }

  @Test
  void atTimesThatAreExactNanosecondsExpressionsOrOneOfThem() {
    long exact = SmallPlant.ns("2026-01-09T00:00:00.000000999Z");
    check(
        "at_times(" + LIST + ", [" + exact + ", " + (exact - 1) + ", " + exact + "], 'exact')",
        new Retrieval.AtTimes(new long[] {exact - 1, exact}, Retrieval.AtMode.EXACT));
    check(
        "at_times(" + LIST + ", '*-8h')",
        new Retrieval.AtTimes(
            new long[] {SmallPlant.NOW_NS - 8 * 3_600_000_000_000L}, Retrieval.AtMode.AUTO));
    check(
        "at_times" + OF_TAGS + " AND ts = '2026-01-09 03:00:00+01'",
        new Retrieval.AtTimes(
            new long[] {SmallPlant.ns("2026-01-09T02:00:00Z")}, Retrieval.AtMode.AUTO));
  }

  @ParameterizedTest
  @MethodSource("gaps")
  void atTimesWithALongestGap(String argument, String condition, long maxGapNs) {
    long[] times = grid(1_380_000_000_000L);
    String instants = ApiRows.joined(Arrays.stream(times).mapToObj(StatementTimes::text).toList());
    Retrieval asked = new Retrieval.AtTimes(times, Retrieval.AtMode.INTERPOLATED, rule(maxGapNs));
    check(
        "at_times("
            + LIST
            + ", times => ["
            + instants
            + "], mode => 'interpolated'"
            + argument
            + ")",
        asked);
    check(
        "at_times"
            + OF_TAGS
            + " AND mode = 'interpolated' AND ts IN ("
            + instants
            + ")"
            + condition,
        asked);
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(ints = {1, 3, 50, 10_000})
  void plot(int width) {
    TimeRange range = new TimeRange(START_NS, END_NS);
    Retrieval asked = new Retrieval.Plot(range, width);
    check("plot(" + LIST + ", " + RANGE + ", width => " + width + ")", asked);
    // The point at the end is not before it.
    List<List<@Nullable Object>> inside =
        new ArrayList<>(ApiRows.samples(asked, plant.query(), IN_WHERE.toArray(new String[0])));
    inside.removeIf(
        row -> (Long) row.get(2) < START_NS / 1_000 * 1_000 || (Long) row.get(2) >= END_NS);
    assertThat(
            plant.rows(
                "SELECT "
                    + ApiRows.SAMPLE_COLUMNS
                    + " FROM plot"
                    + OF_TAGS
                    + WITHIN
                    + " AND width = "
                    + width))
        .isNotEmpty()
        .containsExactlyInAnyOrderElementsOf(inside);
  }

  @Test
  void aRelationEchoesItsArguments() {
    assertThat(
            plant.rows(
                "SELECT DISTINCT tag, every, max_gap FROM interpolated WHERE tag = 'R1.TEMP'"
                    + WITHIN
                    + " AND every = '7m' AND max_gap = '9m'"))
        .containsExactly(List.of("R1.TEMP", "7m", "9m"));
    assertThat(
            plant.rows(
                "SELECT DISTINCT every, max_gap FROM interpolated WHERE tag = 'R1.TEMP'" + WITHIN))
        .containsExactly(Arrays.asList("1m", null));
    assertThat(
            plant.rows(
                "SELECT DISTINCT mode FROM at_times WHERE tag = 'R1.TEMP' AND ts = '"
                    + START
                    + "'"))
        .containsExactly(List.of("auto"));
    assertThat(plant.rows("SELECT DISTINCT width FROM plot WHERE tag = 'R1.TEMP'" + WITHIN))
        .containsExactly(List.of(1000L));
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(
      strings = {
        "value > 50",
        "quality = 'Good' AND value IS NOT NULL",
        "text = 'OPEN' OR value_int = 1",
        "hour(ts) = 3",
        "ts_ns % 2 = 0"
      })
  void otherConditionsOnlyFilter(String condition) {
    for (String relation :
        List.of(
            "recorded" + OF_TAGS + WITHIN,
            "interpolated" + OF_TAGS + WITHIN + " AND every = '7m'",
            "plot" + OF_TAGS + WITHIN + " AND width = 20")) {
      String columns = "SELECT " + ApiRows.SAMPLE_COLUMNS + " FROM ";
      assertThat(plant.rows(columns + relation + " AND (" + condition + ")"))
          .as(relation)
          .containsExactlyInAnyOrderElementsOf(
              plant.rows(
                  "WITH r AS MATERIALIZED ("
                      + columns
                      + relation
                      + ") SELECT * FROM r WHERE "
                      + condition));
    }
  }

  @Test
  void relationsJoinOtherRelations() {
    assertThat(
            plant.rows(
                "SELECT a.equipment_id, i.ts, i.value FROM attributes a JOIN interpolated i"
                    + " ON i.tag = a.tag WHERE a.name = 'Temperature' AND i.tag IN ('R1.TEMP',"
                    + " 'R2.TEMP') AND i.every = '1h' AND i.ts >= '"
                    + START
                    + "' AND i.ts < '"
                    + END
                    + "' ORDER BY ALL"))
        .hasSize(24)
        .isEqualTo(
            plant.rows(
                "SELECT left(tag, 2), ts, value FROM interpolated('R?.TEMP', "
                    + RANGE
                    + ", every => '1h') ORDER BY ALL"));
  }
}
