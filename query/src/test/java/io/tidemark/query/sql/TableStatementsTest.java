package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Statements through all functions and relations, with the rows that they answer: what is expected
 * of a statement are its rows, cells apart by a bar.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TableStatementsTest {
  private SmallPlant plant;

  @BeforeAll
  void fill(@TempDir Path folder) {
    plant = new SmallPlant(folder).filled();
  }

  @AfterAll
  void close() {
    plant.close();
  }

  static Stream<StatementFile.Entry> statements() {
    return StatementFile.read("table-statements.txt").stream();
  }

  @ParameterizedTest
  @MethodSource("statements")
  void rowsAreTheExpectedOnes(StatementFile.Entry statement) {
    assertThat(statement.expectations()).isNotEmpty();
    assertThat(plant.rows(statement.sql(), statement.parameters()).stream().map(this::text))
        .containsExactlyElementsOf(statement.expectations());
  }

  private String text(List<@Nullable Object> row) {
    return row.stream()
        .map(cell -> "".equals(cell) ? "(empty)" : String.valueOf(cell))
        .collect(Collectors.joining(" | "));
  }
}
