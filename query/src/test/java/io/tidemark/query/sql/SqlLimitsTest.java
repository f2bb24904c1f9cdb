package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements at a time, rows of a statement, and what a statement leaves behind. */
class SqlLimitsTest {
  @TempDir Path folder;

  private static void assertNothingHeld(SqlEngine sql) {
    assertThat(sql.load())
        .returns(0, SqlLoad::running)
        .returns(0, SqlLoad::waiting)
        .returns(0, SqlLoad::sessions)
        .returns(0, SqlLoad::plannerSessions)
        .returns(0, SqlLoad::scans);
  }

  @Test
  void aStatementKeepsItsPlaceUntilItsRowsAreClosed() {
    try (SmallPlant plant = new SmallPlant(folder, new SqlLimits(1, 0, 0)).filled()) {
      String planned = "SELECT *, value + 1 FROM samples";
      try (SqlResult open = plant.sql.execute(planned, List.of(), plant.query())) {
        assertThat(open.next()).isTrue();
        assertThat(plant.sql.load())
            .returns(1, SqlLoad::running)
            .returns(1, SqlLoad::sessions)
            .returns(1, SqlLoad::scans);
        assertThatExceptionOfType(HistorianException.class)
            .isThrownBy(() -> plant.rows("SELECT 1"))
            .returns(ErrorCode.BACK_PRESSURED, HistorianException::code);
      }
      assertNothingHeld(plant.sql);
      assertThat(plant.value("SELECT 1")).isEqualTo(1L);
      assertThat(plant.sql.load().refused()).isEqualTo(1);
    }
  }

  @Test
  void samplesAsTheyAreStoredTakeAPlaceAndNoSession() {
    try (SmallPlant plant = new SmallPlant(folder, new SqlLimits(1, 0, 5)).filled()) {
      String five = "SELECT * FROM samples LIMIT 5";
      try (SqlResult open = plant.sql.execute(five, List.of(), plant.query())) {
        assertThat(open.next()).isTrue();
        assertThat(plant.sql.load())
            .returns(1, SqlLoad::running)
            .returns(0, SqlLoad::sessions)
            .returns(0, SqlLoad::scans);
        assertThatExceptionOfType(HistorianException.class)
            .isThrownBy(() -> plant.rows("SELECT 1"))
            .returns(ErrorCode.BACK_PRESSURED, HistorianException::code);
      }
      assertNothingHeld(plant.sql);
      assertThat(plant.rows(five)).hasSize(5);
      assertThatExceptionOfType(HistorianException.class)
          .isThrownBy(() -> plant.rows("SELECT * FROM samples LIMIT 6"))
          .returns(ErrorCode.TOO_MANY, HistorianException::code);
      assertNothingHeld(plant.sql);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM samples",
        "SELECT *, value + 1 FROM samples",
        "EXPLAIN SELECT * FROM samples JOIN current USING (tag)",
        "SELECT * FROM summary('R1.TEMP', '2026-01-08T00:00:00Z', '2026-01-09T00:00:00Z')",
        "SELECT nosuch FROM samples",
        "SELECT * FROM nowhere",
        "SELECT text::INTEGER FROM samples WHERE tag = 'R1.NOTE'",
        "SELECT * FROM recorded(tags => 'NO SUCH')",
        "SELECT value FROM samples WHERE tag = 'R1.TEMP' UNION ALL SELECT error('x')",
      })
  void whateverComesOfAStatementNothingIsLeft(String statement) {
    try (SmallPlant plant = new SmallPlant(folder).filled()) {
      for (int i = 0; i < 3; i++) {
        try {
          plant.rows(statement);
        } catch (HistorianException e) {
          assertThat(e.code())
              .isIn(ErrorCode.SQL_ERROR, ErrorCode.SQL_REFUSED, ErrorCode.UNKNOWN_TAG);
        }
        assertNothingHeld(plant.sql);
      }
    }
  }

  @Test
  void aStatementMayYieldSoManyRowsAndNotOneMore() {
    try (SmallPlant plant = new SmallPlant(folder, new SqlLimits(4, 16, 5_000)).filled()) {
      assertThat(plant.rows("SELECT * FROM range(5000)")).hasSize(5_000);
      assertThat(plant.value("SELECT count(*) FROM range(1000000)")).isEqualTo(1_000_000L);
      for (String more :
          List.of(
              "SELECT * FROM range(5001)",
              "SELECT [range] FROM range(5001)", // comes another way out of the library
              "SELECT * FROM range(1000000000)")) {
        assertTooMany(more, () -> plant.rows(more));
        assertTooMany(
            more,
            () -> {
              try (SqlResult result = plant.sql.execute(more, List.of(), plant.query())) {
                result.writeArrow(OutputStream.nullOutputStream());
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
        assertNothingHeld(plant.sql);
      }
      try (SqlResult result =
          plant.sql.execute("SELECT * FROM range(5000)", List.of(), plant.query())) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        result.writeArrow(out);
        assertThat(out.size()).isGreaterThan(5_000 * Long.BYTES);
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  private static void assertTooMany(String statement, Runnable run) {
    assertThatExceptionOfType(HistorianException.class)
        .as(statement)
        .isThrownBy(run::run)
        .returns(ErrorCode.TOO_MANY, HistorianException::code)
        .satisfies(
            e ->
                assertThat(e.messageText())
                    .isEqualTo("statement yields more rows than it may: limit=5000"))
        .satisfies(e -> assertThat(e.hint()).contains("query.sqlRowsMax"));
  }
}
