package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.Summaries;
import io.tidemark.query.retrieval.SummaryRow;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code recorded}, {@code interpolated} and {@code summary} in FROM. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqlFunctionsTest {
  private static final String DAY =
      "start_time => '2026-01-09T00:00:00Z', end_time => '2026-01-10T00:00:00Z'";

  private SmallPlant plant;

  @BeforeAll
  void fill(@TempDir Path folder) {
    plant = new SmallPlant(folder).filled();
  }

  @AfterAll
  void close() {
    plant.close();
  }

  @Test
  void recordedShowsTheStoredSamples() {
    assertThat(plant.rows("SELECT * FROM recorded(tags => ['R1.TEMP', 'R1.VALVE'], " + DAY + ")"))
        .isNotEmpty()
        .containsExactlyInAnyOrderElementsOf(
            plant.rows(
                "SELECT * FROM samples WHERE tag IN ('R1.TEMP', 'R1.VALVE')"
                    + " AND ts_ns >= 1767916800000000000 AND ts_ns < 1768003200000000000"));
  }

  @Test
  void interpolatedHasOneRowAStepAndTag() {
    assertThat(
            plant.rows(
                "SELECT tag, count(*), min(ts), max(ts) FROM interpolated(tags => 'R?.TEMP', "
                    + DAY
                    + ", every => INTERVAL '90 minutes') GROUP BY tag ORDER BY tag"))
        .hasSize(2)
        .allSatisfy(row -> assertThat(row.get(1)).isEqualTo(16L));
  }

  @Test
  void summaryIsWhatRetrievalSays() {
    long[] edges = {
      SmallPlant.ns("2026-01-09T00:00:00Z"),
      SmallPlant.ns("2026-01-09T12:00:00Z"),
      SmallPlant.ns("2026-01-10T00:00:00Z")
    };
    List<List<@Nullable Object>> expected =
        Summaries.of(
                new Retrieval.Summary(edges),
                plant.store.view().tags().find("R1.TEMP"),
                plant.query())
            .stream()
            .map(SqlFunctionsTest::row)
            .toList();
    assertThat(
            plant.rows(
                "SELECT time_average, sample_average, minimum, maximum, std_dev, total,"
                    + " \"count\", percent_good, status, basis FROM summary(tags => 'R1.TEMP', "
                    + DAY
                    + ", every => '12h') ORDER BY start_time"))
        .hasSize(2)
        .isEqualTo(expected);
    assertThat(
            plant.rows(
                "SELECT tag, uom, quality, epoch_us(end_time) - epoch_us(start_time)"
                    + " FROM summary('R1.TEMP', '2026-01-09T00:00:00Z', '2026-01-09T00:00:01Z')"))
        .containsExactly(List.of("R1.TEMP", "°C", "Uncertain", 1_000_000L));
  }

  @Test
  void numbersOfALogarithmAreAddedUpOnRequestOnly() {
    TagDefinition tag = plant.store.define("ACID", SampleType.FLOAT64, false, "pH");
    for (int i = 0; i <= 4; i++) {
      plant.store.write(tag, SmallPlant.ns("2026-01-09T00:00:00Z") + i, 5.0 + i, StatusCodes.GOOD);
    }
    String call =
        "SELECT time_average, sample_average, std_dev IS NULL, total IS NULL, minimum, maximum,"
            + " \"count\" FROM summary(tags => 'ACID', start_time => 1767916800000000000,"
            + " end_time => 1767916800000000004";
    List<@Nullable Object> without = Arrays.asList(null, null, true, true, 5.0, 8.0, 4L);
    assertThat(plant.rows(call + ")")).containsExactly(without);
    assertThat(plant.rows(call + ", as_numbers => false)")).containsExactly(without);
    assertThat(plant.rows(call + ", as_numbers => ?)", (Object) null)).containsExactly(without);
    assertThat(plant.rows(call + ", as_numbers => true)"))
        .containsExactly(List.of(7.0, 6.5, false, false, 5.0, 8.0, 4L));
  }

  private static List<@Nullable Object> row(SummaryRow row) {
    return Arrays.asList(
        row.timeAverage(),
        row.sampleAverage(),
        row.minimum(),
        row.maximum(),
        row.stdDev(),
        row.total(),
        row.count(),
        row.percentGood(),
        Integer.toUnsignedLong(row.status()),
        row.basis());
  }

  @Test
  void argumentsMayBeParametersTimesAndSubqueries() {
    String count = "SELECT count(*) FROM recorded(";
    Object expected = plant.value(count + "'R1.TEMP', '2026-01-09T00:00:00Z', '*')");
    assertThat(expected).isNotEqualTo(0L);
    assertThat(plant.value(count + "?, ?, ?)", "R1.TEMP", "2026-01-09T00:00:00Z", "*"))
        .isEqualTo(expected);
    assertThat(plant.value(count + "tag => ?, start_time => ?)", "R1.TEMP", 1767916800000000000L))
        .isEqualTo(expected);
    assertThat(plant.value(count + "['R1.TEMP'], TIMESTAMPTZ '2026-01-09 00:00:00+00', now())"))
        .isIn(expected, (Long) expected - 1); // now() is in microseconds: a sample lies after it
    assertThat(
            plant.value(
                count
                    + "(SELECT list(tag) FROM attributes WHERE equipment_id = 'R1'"
                    + " AND name = 'Temperature'), '2026-01-09T00:00:00Z')"))
        .isEqualTo(expected);
    assertThat(
            plant.value(
                count + "tags => ?, start_time => ?)", List.of("R1.TEMP"), "2026-01-09T00:00:00Z"))
        .isEqualTo(expected);
    assertThat(plant.value(count + "'R1.TEMP', ?)", (Object) null))
        .isEqualTo(plant.value(count + "'R1.TEMP')"));
  }

  @Test
  void severalCallsKeepTheirOwnArguments() {
    assertThat(
            plant.rows(
                "SELECT (SELECT count(*) FROM recorded('R1.TEMP', '*-1d')),"
                    + " (SELECT count(*) FROM samples WHERE tag = 'R2.TEMP'),"
                    + " (SELECT count(*) FROM recorded('R2.LEVEL', '*-1d')),"
                    + " (SELECT sum(\"count\") FROM summary('R1.LEVEL', '*-1d'))"))
        .isEqualTo(
            List.of(
                List.of(
                    plant.value("SELECT count(*) FROM recorded('R1.TEMP', '*-1d')"),
                    plant.value("SELECT count(*) FROM samples WHERE tag = 'R2.TEMP'"),
                    plant.value("SELECT count(*) FROM recorded('R2.LEVEL', '*-1d')"),
                    plant.value("SELECT sum(\"count\") FROM summary('R1.LEVEL', '*-1d')"))));
  }

  @Test
  void aTagWithAnyNameCanBeAsked() {
    for (String name : SmallPlant.ODD_NAMES) {
      assertThat(
              plant.rows(
                  "SELECT DISTINCT tag FROM recorded(tags => ?, start_time => '*-3d')", name))
          .as(name)
          .containsExactly(List.of(name));
    }
  }

  @Test
  void theRangeIsTheLastHourUnlessGiven() {
    assertThat(plant.reads("SELECT * FROM recorded('R1.TEMP')", List.of()))
        .containsExactly("recorded: R1.TEMP; 2026-01-10T11:00:00.123456789Z to " + SmallPlant.NOW);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "by_batch WHERE attribute = 'Temperature' AND anchor LIKE 'He%'      | by_batch: anchor is"
            + " an argument",
        "by_batch WHERE attribute = 'Temperature' AND points IN (10, 20)     | by_batch: points"
            + " takes one value",
        "interpolated WHERE tag = 'R1.TEMP' AND ts >= now() - INTERVAL '1 h' AND ts < now() AND"
            + " every > '1m' | interpolated: every is an argument",
        "summary WHERE tag = 'R1.TEMP' AND end_time <= now()                 | summary needs"
            + " start_time",
        "interpolated WHERE ts >= now() - INTERVAL '1 h' AND ts < now()      | interpolated needs"
            + " tag",
        "at_times WHERE tag = 'R1.TEMP'                                      | at_times needs ts",
        "deviation WHERE batch_id = 'B1' AND attribute = 'Temperature'       | deviation needs"
            + " reference_product_id",
      })
  void aRelationSaysWhatItNeeds(String relation, String mentioned) {
    assertThatExceptionOfType(HistorianException.class)
        .isThrownBy(() -> plant.rows("SELECT * FROM " + relation))
        .satisfies(e -> assertThat(e.messageText()).contains(mentioned));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "recorded()                                      | MISSING_FIELD | recorded needs tags",
        "summary(start_time => '*-1d')                   | MISSING_FIELD | summary needs tags",
        "recorded('NO SUCH')                             | UNKNOWN_TAG   | \"NO SUCH\"",
        "recorded(['R1.TEMP', 'NO SUCH'])                | UNKNOWN_TAG   | \"NO SUCH\"",
        "recorded(7)                                     | WRONG_TYPE    | recorded: tags",
        "recorded(NULL)                                  | MISSING_FIELD | recorded needs tags",
        "recorded('R1.TEMP', 'soon')                     | BAD_TIME      | recorded: start_time",
        "recorded('R1.TEMP', end_time => '2026-99-99')   | BAD_TIME      | recorded: end_time",
        "recorded('R1.TEMP', true)                       | WRONG_TYPE    | recorded: start_time",
        "recorded('R1.TEMP', '*', '*-1h')                | EMPTY_RANGE   | recorded: end_time",
        "interpolated('R1.TEMP', every => '0m')          | BAD_TIME      | interpolated: every",
        "interpolated('R1.TEMP', every => 'often')       | BAD_TIME      | interpolated: every",
        "summary('R1.TEMP', every => INTERVAL '-1 hour') | BAD_TIME      | summary: every",
        "summary('R1.TEMP', every => INTERVAL '0 hours') | BAD_TIME      | summary: every",
        "summary('R1.TEMP', '*-3d', every => '1ms')      | TOO_MANY      | summary: every",
        "recorded('R1.TEMP', start => '*')               | SQL_ERROR     | recorded has no such",
        "recorded('R1.TEMP', '*', '*', '1m', 5)          | SQL_ERROR     | recorded has no such",
        "recorded('R1.TEMP', as_numbers => true)         | SQL_ERROR     | recorded has no such",
        "summary('R1.TEMP', as_numbers => 'yes')         | WRONG_TYPE    | summary: as_numbers",
        "summary('R1.TEMP', '*-1h', '*', '1m', true, 5)  | WRONG_TYPE    | summary: basis",
        "recorded('R1.TEMP', tags => 'R2.TEMP')          | SQL_ERROR     | \"tags\"",
      })
  void aBadArgumentIsNamedWithItsFunction(String call, ErrorCode code, String mentioned) {
    assertThatExceptionOfType(HistorianException.class)
        .isThrownBy(() -> plant.rows("SELECT * FROM " + call))
        .satisfies(e -> assertThat(e.messageText()).contains(mentioned))
        .returns(code, HistorianException::code);
  }
}
