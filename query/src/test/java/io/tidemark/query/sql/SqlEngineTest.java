package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.MemoryAccount;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.VersionMode;
import io.tidemark.query.context.ContextColumn;
import io.tidemark.query.context.ContextKind;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqlEngineTest {
  private SmallPlant plant;

  @BeforeAll
  void fill(@TempDir Path folder) {
    plant = new SmallPlant(folder).filled();
  }

  @AfterAll
  void close() {
    plant.close();
  }

  private TagDefinition tagWith(String name, long... timesNs) {
    TagDefinition tag = plant.store.defineAnalog(name);
    for (int i = 0; i < timesNs.length; i++) {
      plant.write(tag, timesNs[i], (double) i, StatusCodes.GOOD);
    }
    return tag;
  }

  private List<String> columns(String relation) {
    try (SqlResult result =
        plant.sql.execute("SELECT * FROM " + relation, List.of(), plant.query())) {
      return result.columns().stream().map(column -> column.name() + " " + column.type()).toList();
    }
  }

  @Test
  void statementsAreAnsweredWhereNothingCanBeSpilled(@TempDir Path full) throws IOException {
    Files.createFile(full.resolve("spill")); // no folder can be made there
    try (SmallPlant other = new SmallPlant(full).filled();
        SqlResult result =
            other.sql.execute(
                "SELECT count(*) FROM samples s JOIN tags t USING (tag)",
                List.of(),
                other.query())) {
      assertThat(result.columns()).hasSize(1);
    }
  }

  @Test
  void relationsHaveTheDocumentedColumns() {
    List<String> samples =
        List.of(
            "tag VARCHAR",
            "ts TIMESTAMP WITH TIME ZONE",
            "ts_ns BIGINT",
            "value DOUBLE",
            "value_int BIGINT",
            "text VARCHAR",
            "status UINTEGER",
            "quality VARCHAR",
            "flags UTINYINT");
    assertThat(columns("samples")).isEqualTo(samples);
    assertThat(columns("current")).isEqualTo(samples);
    assertThat(columns("phases"))
        .extracting(column -> column.split(" ")[0])
        .containsExactly(
            "step_id",
            "parent_id",
            "batch_id",
            "unit_id",
            "phase",
            "instance",
            "start_time",
            "start_time_ns",
            "end_time",
            "end_time_ns",
            "order_id",
            "product_id",
            "version",
            "changed_by",
            "changed_at");
  }

  @Test
  void everyColumnOfEveryContextRelationShowsWhatIsStored() {
    for (ContextKind kind : ContextKind.values()) {
      List<String> columns =
          new ArrayList<>(
              kind.columns().stream()
                  .map(
                      column ->
                          column.type() == ContextColumn.Type.TIME
                              ? column.name() + "_ns"
                              : column.name())
                  .toList());
      columns.addAll(List.of("version", "changed_by", "epoch_us(changed_at)"));
      List<List<@Nullable Object>> expected =
          plant.context.store().rows(kind).stream()
              .map(
                  row -> {
                    List<@Nullable Object> values = new ArrayList<>(row.values());
                    values.addAll(
                        List.of((long) row.version(), row.changedBy(), row.changedAtMicros()));
                    return values;
                  })
              .toList();
      assertThat(plant.rows("SELECT " + String.join(", ", columns) + " FROM " + kind.relation()))
          .as(kind.relation())
          .isNotEmpty()
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void contextTimesAreShownInMicrosecondsAndExactBeside() {
    assertThat(plant.rows("SELECT start_time, start_time_ns FROM batches WHERE batch_id = 'B3'"))
        .containsExactly(
            List.of(
                Instant.parse("2026-01-09T00:00:00Z"),
                SmallPlant.ns("2026-01-09T00:00:00.000000789Z")));
  }

  @Test
  void aChangeOfContextIsSeenByTheNextStatement() {
    String lots = "SELECT lot_id, status, version FROM lots WHERE lot_id LIKE 'NEW%' ORDER BY 1";
    plant.context.put(ContextKind.LOTS, "NEW1", "{'status':'Blocked'}");
    assertThat(plant.rows(lots)).containsExactly(List.of("NEW1", "Blocked", 1L));
    plant.context.put(ContextKind.LOTS, "NEW1", "{'status':'Released'}");
    plant.context.put(ContextKind.LOTS, "NEW2", "{}");
    assertThat(plant.rows(lots))
        .containsExactly(Arrays.asList("NEW1", "Released", 2L), Arrays.asList("NEW2", null, 1L));
  }

  @Test
  void everyComparisonOfTsNsIsExactToTheNanosecond() {
    long t = SmallPlant.ns("2026-01-09T12:00:00.000000789Z");
    tagWith("NANO", t - 1, t, t + 1);
    assertThat(shown("NANO", "ts_ns = " + t)).containsExactly(t);
    assertThat(shown("NANO", "ts_ns <> " + t)).containsExactly(t - 1, t + 1);
    assertThat(shown("NANO", "ts_ns < " + t)).containsExactly(t - 1);
    assertThat(shown("NANO", "ts_ns <= " + t)).containsExactly(t - 1, t);
    assertThat(shown("NANO", "ts_ns > " + t)).containsExactly(t + 1);
    assertThat(shown("NANO", "ts_ns >= " + t)).containsExactly(t, t + 1);
    assertThat(shown("NANO", t + " > ts_ns")).containsExactly(t - 1);
    assertThat(shown("NANO", "ts_ns BETWEEN " + t + " AND " + t)).containsExactly(t);
    assertThat(shown("NANO", "ts_ns IN (" + (t - 1) + ", " + (t + 1) + ")"))
        .containsExactly(t - 1, t + 1);
    assertThat(shown("NANO", "ts_ns IS NOT DISTINCT FROM " + t)).containsExactly(t);
    assertThat(shown("NANO", "NOT ts_ns > " + t)).containsExactly(t - 1, t);
  }

  @Test
  void everyComparisonOfTsCountsWholeMicroseconds() {
    long micro = SmallPlant.ns("2026-01-09T12:00:00.000001Z");
    long before = micro - 211; // .000000789
    long within = micro + 789; // .000001789
    long after = micro + 1000; // .000002
    tagWith("MICRO", before, micro, within, after);
    String x = "TIMESTAMPTZ '2026-01-09 12:00:00.000001+00'";
    assertThat(shown("MICRO", "ts = " + x)).containsExactly(micro, within);
    assertThat(shown("MICRO", "ts <> " + x)).containsExactly(before, after);
    assertThat(shown("MICRO", "ts < " + x)).containsExactly(before);
    assertThat(shown("MICRO", "ts <= " + x)).containsExactly(before, micro, within);
    assertThat(shown("MICRO", "ts > " + x)).containsExactly(after);
    assertThat(shown("MICRO", "ts >= " + x)).containsExactly(micro, within, after);
    assertThat(shown("MICRO", "ts BETWEEN " + x + " AND " + x)).containsExactly(micro, within);
    assertThat(shown("MICRO", "NOT ts > " + x)).containsExactly(before, micro, within);
  }

  @Test
  void timesAtTheEndsOfTheRangeAndBefore1970AreExact() {
    long[] times = {Long.MIN_VALUE, Long.MIN_VALUE + 789, -789, -1, 0, 789, Long.MAX_VALUE - 1};
    tagWith("ENDS", times);
    for (long t : times) {
      assertThat(shown("ENDS", "ts_ns = " + t)).as("ts_ns = %d", t).containsExactly(t);
    }
    assertThat(shown("ENDS", "ts_ns < 0"))
        .containsExactly(Long.MIN_VALUE, Long.MIN_VALUE + 789, -789L, -1L);
    assertThat(shown("ENDS", "ts < '1970-01-01 00:00:00+00'")).hasSize(4);
    assertThat(shown("ENDS", "ts >= '1970-01-01 00:00:00+00'")).hasSize(3);
    assertThat(shown("ENDS", "ts = '1969-12-31 23:59:59.999999+00'")).containsExactly(-789L, -1L);
    assertThat(shown("ENDS", "ts > '-infinity'")).hasSize(7);
  }

  private List<Object> shown(String tag, String condition) {
    String sql = "SELECT ts_ns FROM samples WHERE tag = ? AND " + condition + " ORDER BY 1";
    return plant.rows(sql, tag).stream().<Object>map(List::getFirst).toList();
  }

  @Test
  void namesAreDataWhateverTheyHold() {
    List<String> names =
        List.of(
            "it's",
            "\"",
            "Ü/漢 🌊",
            "x' OR '1'='1",
            "'; DROP TABLE batches; --",
            "\\",
            "%",
            "?",
            "--");
    names.forEach(name -> tagWith(name, 1000));
    for (String name : names) {
      assertThat(plant.rows("SELECT tag FROM samples WHERE tag = ?", name))
          .as(name)
          .containsExactly(List.of(name));
      assertThat(
              plant.rows("SELECT tag FROM samples WHERE tag = '" + name.replace("'", "''") + "'"))
          .as(name)
          .containsExactly(List.of(name));
    }
  }

  @Test
  void boundTextIsNeverStatement() {
    for (String text :
        List.of(
            "x' OR '1'='1", "' UNION SELECT tag FROM tags --", "EMPTY' --", "R1.TEMP\0", "tag")) {
      assertThat(plant.rows("SELECT tag FROM samples WHERE tag = ?", text)).as(text).isEmpty();
      assertThat(plant.rows("SELECT batch_id FROM batches WHERE batch_id = ?", text))
          .as(text)
          .isEmpty();
    }
  }

  @Test
  void parametersHaveTheirTypes() {
    assertThat(plant.rows("SELECT ?, ?, ?, ?, ?, ?", 1, 1L << 40, 2.5, true, "t", null))
        .containsExactly(Arrays.asList(1L, 1L << 40, 2.5, true, "t", null));
    assertThat(plant.value("SELECT list_sum(?)", List.of(1L, 2L, 3L)))
        .isIn(6L, BigInteger.valueOf(6));
  }

  @Test
  void tagsThatThePrincipalMayNotReadHaveNoSamples() {
    TagDefinition open = tagWith("OPEN", 1000);
    QueryContext limited =
        new QueryContext(
            Principal.LOCAL_OPERATOR,
            id -> id == open.id(),
            plant.store.view(),
            SmallPlant.NOW_NS,
            SmallPlant.ZONE,
            VersionMode.LATEST,
            new MemoryAccount(1 << 20),
            Runnable::run,
            () -> 0L,
            Long.MAX_VALUE);
    for (String from : List.of("samples", "current", "recorded('*', '1970-01-01T00:00:00Z')")) {
      try (SqlResult result = plant.sql.execute("SELECT tag FROM " + from, List.of(), limited)) {
        assertThat(result.next()).as(from).isTrue();
        assertThat(result.value(0)).isEqualTo("OPEN");
        assertThat(result.next()).isFalse();
      }
    }
  }

  @Test
  void anAbandonedExecutorIsReplacedAndFilledAgain() {
    List<List<@Nullable Object>> batches = plant.rows("SELECT * FROM batches ORDER BY batch_id");
    List<List<@Nullable Object>> tags = plant.rows("SELECT * FROM tags ORDER BY tag");
    Object samples = plant.value("SELECT count(*) FROM samples");

    plant.sql.abandonExecutor();

    assertThat(plant.rows("SELECT * FROM batches ORDER BY batch_id")).isEqualTo(batches);
    assertThat(plant.rows("SELECT * FROM tags ORDER BY tag")).isEqualTo(tags);
    assertThat(plant.value("SELECT count(*) FROM samples")).isEqualTo(samples);
  }

  @Test
  void aStatementThatRunsWhenItsExecutorIsGivenUpEndsOrFailsAndTheNextOneAnswers() {
    try (SqlResult open =
        plant.sql.execute("SELECT * FROM range(10000000)", List.of(), plant.query())) {
      assertThat(open.next()).isTrue();
      plant.sql.abandonExecutor();
      assertThat(plant.value("SELECT count(*) FROM batches")).isEqualTo(6L);
    }
    assertThat(plant.value("SELECT count(*) FROM batches")).isEqualTo(6L);
  }

  @Test
  void aStatementThatNeedsTooMuchMemoryFailsAloneAndSaysSo() {
    assertThatExceptionOfType(HistorianException.class)
        .isThrownBy(() -> plant.rows("SELECT list(repeat('x', 10000) || x) FROM range(40000) t(x)"))
        .returns(ErrorCode.QUERY_MEMORY, HistorianException::code);
    assertThat(plant.value("SELECT count(*) FROM batches")).isEqualTo(6L);
  }

  @Test
  void anErrorWhileRowsAreReadNamesWhatIsWrong() {
    assertThatExceptionOfType(HistorianException.class)
        .isThrownBy(
            () ->
                plant.rows(
                    "SELECT CASE WHEN x = 9999 THEN 'a' ELSE '1' END::INTEGER"
                        + " FROM range(10000) t(x)"))
        .returns(ErrorCode.SQL_ERROR, HistorianException::code)
        .satisfies(
            e ->
                assertThat(e.messageText())
                    .contains("Could not convert string 'a' to INT32")
                    .doesNotContain("exception_type"));
    assertThat(plant.value("SELECT 1")).isEqualTo(1L);
  }

  @Test
  void anErrorOfTheStoreComesThroughAsItIs() {
    QueryContext cancelled = plant.query();
    cancelled.cancel();
    assertThatExceptionOfType(HistorianException.class)
        .isThrownBy(
            () -> {
              try (SqlResult result =
                  plant.sql.execute("SELECT * FROM samples", List.of(), cancelled)) {
                result.next();
              }
            })
        .returns(ErrorCode.CANCELLED, HistorianException::code);
  }
}
