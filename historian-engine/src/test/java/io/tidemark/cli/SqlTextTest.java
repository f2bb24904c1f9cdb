package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements end where SQL says, and errors point at their place. */
class SqlTextTest {
  @Test
  void semicolonsSplitButInQuotesAndComments() {
    assertThat(SqlText.statements("SELECT ';' AS \"a;b\" -- not; here\n; SELECT 2 /* ; /* ; */ */"))
        .containsExactly("SELECT ';' AS \"a;b\" -- not; here", "SELECT 2 /* ; /* ; */ */");
    assertThat(SqlText.statements("SELECT 'it''s;', E'it\\'s;', $$a;b$$, $x$;$$;$x$;"))
        .containsExactly("SELECT 'it''s;', E'it\\'s;', $$a;b$$, $x$;$$;$x$");
    assertThat(SqlText.statements(" ; -- nothing\n;/* either */")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SELECT 1;", "", "  ", "SELECT ';';", "SELECT 1; -- done", "SELECT 1;\n"})
  void theseAreComplete(String text) {
    assertThat(SqlText.isComplete(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "SELECT ';",
        "SELECT 1; SELECT 2",
        "/* ;",
        "SELECT \";",
        "SELECT $$;",
        "SELECT 1 -- ;"
      })
  void theseGoOn(String text) {
    assertThat(SqlText.isComplete(text)).isFalse();
  }

  @Test
  void anOpenTextIsFound() {
    assertThat(SqlText.openText("SELECT 'a' FROM s WHERE tag = 'R1")).isEqualTo(31);
    assertThat(SqlText.openText("SELECT 'a'")).isEqualTo(-1);
    assertThat(SqlText.openText("SELECT \"a")).isEqualTo(-1);
    assertThat(SqlText.openText("SELECT -- it's")).isEqualTo(-1);
  }

  @Test
  void theCaretStandsBelowTheColumn() {
    assertThat(shown("SELECT a,\n\tvalu FROM samples", "2:2", "value is near"))
        .containsExactly(
            "SQL_ERROR: no such column", "   valu FROM samples", "   ^", "hint: value is near");
  }

  @Test
  void aLongLineIsCutAroundThePlace() {
    String[] lines = shown("x".repeat(500) + "!" + "y".repeat(500), "1:501", null);
    assertThat(lines[1].length()).isEqualTo(102);
    assertThat(lines[1].charAt(lines[2].indexOf('^'))).isEqualTo('!');
  }

  @ParameterizedTest
  @ValueSource(strings = {"9:1", "0:1", "sql", "1:999999999"})
  void aPlaceOutsideOfTheStatementDoesNoHarm(String path) {
    assertThat(shown("SELECT 1", path, null)[0]).isEqualTo("SQL_ERROR: no such column");
  }

  private static String[] shown(String sql, String path, @Nullable String hint) {
    return SqlText.error(
            new HistorianException(ErrorCode.SQL_ERROR, "no such column", path, hint, null), sql)
        .lines()
        .toArray(String[]::new);
  }
}
