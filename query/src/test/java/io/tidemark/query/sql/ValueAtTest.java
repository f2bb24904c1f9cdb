package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
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

/** {@code value_at}, {@code text_at} and {@code status_at}: values at times that rows say. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ValueAtTest {
  private SmallPlant plant;

  @BeforeAll
  void fill(@TempDir Path folder) {
    plant = new SmallPlant(folder).filled();
  }

  @AfterAll
  void close() {
    plant.close();
  }

  /** What at_times answers for the same tags and times. */
  private List<List<@Nullable Object>> atTimes(String columns, String options) {
    return plant.rows(
        "SELECT e.event_id, a.tag, "
            + columns
            + " FROM events e CROSS JOIN attributes a JOIN at_times(tags => 'R?.*', times =>"
            + " (SELECT list(start_time) FROM events)"
            + options
            + ") v ON v.tag = a.tag AND v.ts = e.start_time ORDER BY ALL");
  }

  private List<List<@Nullable Object>> lookups(String columns) {
    return plant.rows(
        "SELECT e.event_id, a.tag, "
            + columns
            + " FROM events e CROSS JOIN attributes a JOIN tags t ON t.tag = a.tag ORDER BY ALL");
  }

  @Test
  void interpolatedJoinIsWhatAtTimesSays() {
    assertThat(
            lookups(
                "value_at(a.tag, e.start_time), text_at(a.tag, e.start_time), status_at(a.tag,"
                    + " e.start_time)"))
        .isNotEmpty()
        .isEqualTo(atTimes("v.value, v.text, v.status", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "at_or_before, mode => 'at_or_before'",
    "before, mode => 'before'",
    "at_or_after, mode => 'at_or_after'",
    "exact, mode => 'exact'",
    "longest gap, max_gap => INTERVAL '10 minutes'",
    "longest gap as text, max_gap => '10m'",
  })
  void asOfJoinIsWhatAtTimesSays(String name, String option) {
    assertThat(
            lookups(
                "value_at(a.tag, e.start_time, "
                    + option
                    + "), status_at(a.tag, e.start_time, "
                    + option
                    + ")"))
        .as(name)
        .isEqualTo(atTimes("v.value, v.status", ", " + option));
  }

  @Test
  void badIsPassedOverWhereThatIsWanted() {
    List<List<@Nullable Object>> rows =
        plant.rows(
            "SELECT s.ts, value_at('R1.TEMP', s.ts_ns), value_at('R1.TEMP', s.ts_ns, quality =>"
                + " 'bridge', step_as => 'stepped') FROM samples s WHERE s.tag = 'R1.TEMP' AND"
                + " s.quality = 'Bad' AND s.ts > '2026-01-08 02:00:00+00'");
    assertThat(rows).isNotEmpty();
    assertThat(rows).allSatisfy(row -> assertThat(row.get(1)).isNull());
    assertThat(rows).allSatisfy(row -> assertThat(row.get(2)).isNotNull());
  }

  @Test
  void mayStandInConditionsGroupsAndAggregates() {
    assertThat(
            plant.rows(
                "SELECT text_at('R1.VALVE', e.start_time) AS valve, count(*),"
                    + " max(value_at('R1.TEMP', e.start_time)) FROM events e WHERE"
                    + " status_at('R1.TEMP', e.start_time) < '0x80000000'::UINTEGER GROUP BY ALL"
                    + " HAVING count(*) > 0 ORDER BY ALL"))
        .isNotEmpty();
  }

  @Test
  void nothingIsConcludedFromItForOtherScans() {
    String join =
        " FROM samples s JOIN events e ON s.ts <= e.start_time AND s.ts > e.start_time - INTERVAL"
            + " '1 hour' WHERE s.tag = 'R1.TEMP'";
    long all = (Long) plant.value("SELECT count(*)" + join);
    long some =
        (Long) plant.value("SELECT count(*)" + join + " AND value_at('R1.TEMP', e.start_time) > 0");
    long rest =
        (Long)
            plant.value(
                "SELECT count(*)"
                    + join
                    + " AND NOT coalesce(value_at('R1.TEMP', e.start_time) > 0, false)");
    assertThat(some).isPositive();
    assertThat(some + rest).isEqualTo(all);
  }

  @Test
  void aNameOfARowThatIsNoTagHasNoValue() {
    assertThat(plant.rows("SELECT value_at(tag, now()) FROM attributes WHERE tag = 'NO SUCH TAG'"))
        .containsExactly(Arrays.asList((Object) null));
  }

  @Test
  void aMissingNameOrTimeHasNoValue() {
    assertThat(plant.rows("SELECT value_at(NULL, now()), value_at('R1.TEMP', NULL)"))
        .containsExactly(Arrays.asList(null, null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "value_at('NO SUCH', now())                      | UNKNOWN_TAG  | \"NO SUCH\"",
        "value_at('R1.TEMP')                             | SQL_ERROR    | needs a tag and a time",
        "value_at('R1.TEMP', now(), mode => 'soon')      | OUT_OF_RANGE | mode",
        "value_at('R1.TEMP', now(), speed => 'x')        | SQL_ERROR    | \"speed\"",
        "value_at('R1.TEMP', now(), max_gap => '-1h')    | BAD_TIME     | max_gap",
        "value_at('R1.TEMP', now(), mode => tag)         | SQL_ERROR    | constant",
        "value_at('R1.TEMP', now(), mode => (SELECT COLUMNS('^tag$') FROM tags LIMIT 1)) |"
            + " SQL_ERROR | constant",
        "value_at('R1.TEMP', 'soon')                     | SQL_ERROR    | soon",
      })
  void aBadArgumentIsNamed(String call, ErrorCode code, String mentioned) {
    assertThatExceptionOfType(HistorianException.class)
        .isThrownBy(() -> plant.rows("SELECT " + call + " FROM tags"))
        .satisfies(e -> assertThat(e.messageText()).contains(mentioned))
        .returns(code, HistorianException::code);
  }
}
