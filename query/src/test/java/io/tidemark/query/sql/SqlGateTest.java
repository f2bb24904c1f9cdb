package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What statements may be, and how the others are refused. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqlGateTest {
  private SmallPlant plant;

  @BeforeAll
  void open(@TempDir Path folder) {
    plant = new SmallPlant(folder);
  }

  @AfterAll
  void close() {
    plant.close();
  }

  private HistorianException refusal(String sql, @Nullable Object... parameters) {
    List<HistorianException> thrown = new ArrayList<>();
    assertThatExceptionOfType(HistorianException.class)
        .as(sql)
        .isThrownBy(() -> plant.rows(sql, parameters))
        .satisfies(thrown::add);
    return thrown.getFirst();
  }

  static Stream<StatementFile.Entry> accepted() {
    return StatementFile.read("gate-accepted.txt").stream();
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void readsRun(StatementFile.Entry statement) {
    try (SqlResult result =
        plant.sql.execute(statement.sql(), statement.parameters(), plant.query())) {
      assertThat(result.columns()).isNotEmpty();
    }
  }

  static Stream<StatementFile.Entry> refused() {
    return StatementFile.read("gate-refused.txt").stream();
  }

  @ParameterizedTest
  @MethodSource("refused")
  void everythingElseIsRefusedByName(StatementFile.Entry statement) {
    HistorianException e = refusal(statement.sql());
    assertThat(e.code() + " " + e.messageText() + " " + e.hint())
        .startsWith(statement.expectations().getFirst().split(" ")[0])
        .contains(statement.expectations().getFirst().split(" ", 2)[1]);
  }

  @Test
  void valuesAndParametersMustBeAsMany() {
    assertThat(refusal("SELECT ?, ?", 1).messageText())
        .isEqualTo("parameter has no value: parameter=2, values=1");
    assertThat(refusal("SELECT $3", 1, 2).messageText())
        .isEqualTo("parameter has no value: parameter=3, values=2");
    assertThat(refusal("SELECT ?", 1, 2).messageText())
        .isEqualTo("values without a parameter: parameters=1, values=2");
    assertThat(refusal("SELECT 1", "x").code()).isEqualTo(ErrorCode.SQL_ERROR);
    assertThat(plant.rows("SELECT $2, $1, $2", 1, 2)).containsExactly(List.of(2L, 1L, 2L));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`SELECT 1,\n  getenv('HOME')`                 | 2:3",
        "`SELECT '🌊', getenv('HOME')`                  | 1:13",
        "`/* ä\n */ SELECT *\nFROM nowhere`            | 3:6",
        "`EXPLAIN\nSELECT *\n  FROM nowhere`           | 3:8",
        "`SELECT 1 +\n  FROM FROM`                     | 2:3",
        "`SELECT $name`                                | 1:8",
        "`SELECT ?`                                    | 1:8",
        "`SELECT 1 AS a,\n tidemark_x`                 | 2:2",
        "`SELECT batch_id, nosuch\nFROM batches`       | 1:18",
        "`SELECT *\nFROM samples s\nWHERE s.valu > 1`  | 3:7",
        "`SELECT *\nFROM phases p JOIN samples s ON s.ts > p.start\nWHERE s.tag = 'x'` | 2:40",
        "`SELECT\n abs('x', 2)`                        | 2:2",
        "`SELECT 1;\n SELECT 2`                        | 2:9",
        "`SELECT *\nFROM (VALUES (1)) t(tidemark_x)`   | 2:6",
        "`SELECT 1\nFROM range(2) a\nJOIN nosuch b ON true` | 3:6",
        "`WITH d AS (\n DELETE FROM batches RETURNING batch_id)\nSELECT * FROM d` | 2:32",
      })
  void anErrorHasItsLineAndColumn(String sql, String place) {
    HistorianException e = refusal(sql);
    assertThat(e.path()).as(e.messageText()).isEqualTo(place);
    assertThat(e.messageText()).doesNotContain("exception_type").doesNotContain("tidemark_stub");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT * FROM sampels                            | did you mean samples?",
        "SELECT * FROM batch                              | did you mean batches?",
        "WITH hottest AS (SELECT 1) SELECT * FROM hotest  | did you mean hottest?",
        "SELECT * FROM sumary('x')                        | did you mean summary?",
        "SELECT * FROM batches()                          | batches takes no arguments",
        "SELECT qantile_cont(1.0, 0.5)                    | did you mean quantile_cont?",
        "SELECT time_bukket(INTERVAL '1h', now())         | did you mean time_bucket?",
        "SELECT valu FROM samples                         | did you mean value?",
        "SELECT s.qualty FROM samples s                   | did you mean quality?",
        "SELECT batch_id, untid FROM batches              | did you mean unit_id?",
        "SELECT b.batch_id FROM batches bb                | did you mean bb?",
      })
  void anUnknownNameBringsTheNearest(String sql, String hint) {
    HistorianException e = refusal(sql);
    assertThat(e.hint()).as(e.messageText()).startsWith(hint);
    assertThat(e.path()).as(e.messageText()).matches("1:\\d+");
  }

  @Test
  void whatIsNotNearIsNotSuggested() {
    assertThat(refusal("SELECT getenv('HOME')").hint()).isNull();
    assertThat(refusal("SELECT xyzzyplugh FROM batches").hint()).isNull();
    assertThat(refusal("SELECT * FROM information_schema.views").hint()).startsWith("relations: ");
  }

  @Test
  void deepNestingIsRefusedAndDoesNotOverflow() {
    for (String nested :
        List.of(
            "SELECT " + "(".repeat(50_000),
            "SELECT 1" + " + 1".repeat(10_000),
            "SELECT " + "NOT ".repeat(10_000) + "true",
            "SELECT " + "- ".repeat(10_000) + "1",
            "SELECT " + "CASE WHEN true THEN ".repeat(2_000) + "1" + " END".repeat(2_000),
            "SELECT 1" + "::INTEGER".repeat(5_000),
            "SELECT * FROM range(2)" + ", range(2)".repeat(900))) {
      HistorianException e = refusal(nested);
      assertThat(e.code()).isIn(ErrorCode.SQL_REFUSED, ErrorCode.SQL_ERROR);
      assertThat(e.messageText()).containsAnyOf("depth", "nested");
    }
    assertThat(plant.value("SELECT " + "(".repeat(100) + "1" + ")".repeat(100))).isEqualTo(1L);
    assertThat(plant.value("SELECT '" + "(".repeat(1000) + "'")).isEqualTo("(".repeat(1000));
  }

  @Test
  void aStatementMayNotBeTooLongOrHoldNul() {
    assertThat(refusal("SELECT '" + "x".repeat(StatementText.BYTES_MAX) + "'").code())
        .isEqualTo(ErrorCode.TOO_LONG);
    assertThat(refusal("SELECT\n '\0'"))
        .returns(ErrorCode.SQL_ERROR, HistorianException::code)
        .returns("2:3", HistorianException::path);
  }

  @Test
  void aNameMayNotHaveThousandsOfParts() {
    assertThat(refusal("SELECT a" + ".b".repeat(1_000) + " FROM batches"))
        .returns(ErrorCode.SQL_REFUSED, HistorianException::code)
        .satisfies(e -> assertThat(e.messageText()).contains("parts=1001", "partsMax=32"));
  }

  @Test
  void tooManyReferencesToSamplesAreRefused() {
    String many = "SELECT 1 FROM samples UNION ALL ".repeat(Relations.SCANS_MAX);
    assertThat(refusal(many + "SELECT 1 FROM samples"))
        .returns(ErrorCode.TOO_MANY, HistorianException::code)
        .satisfies(e -> assertThat(e.messageText()).contains("referencesMax=64"));
  }
}
