package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What scans skip never shows: every statement answers as over plain tables. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PushdownTest {
  private SmallPlant plant;
  private PlainTables plain;

  @BeforeAll
  void fill(@TempDir Path folder) {
    plant = new SmallPlant(folder).filled();
    plain = new PlainTables(folder, plant);
  }

  @AfterAll
  void close() {
    plain.close();
    plant.close();
  }

  static Stream<StatementFile.Entry> statements() {
    return StatementFile.read("pushed-statements.txt").stream();
  }

  @ParameterizedTest
  @MethodSource("statements")
  void pushedAndPlainScansAgree(StatementFile.Entry statement) {
    assertThat(plant.rows(statement.sql(), statement.parameters()))
        .containsExactlyInAnyOrderElementsOf(plain.rows(statement.sql(), statement.parameters()));
  }

  static Stream<StatementFile.Entry> statementsWithScans() {
    return statements().filter(statement -> !statement.expectations().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("statementsWithScans")
  void explainShowsWhatEachScanReads(StatementFile.Entry statement) {
    assertThat(plant.reads(statement.sql(), statement.parameters()))
        .containsExactlyElementsOf(statement.expectations());
  }
}
