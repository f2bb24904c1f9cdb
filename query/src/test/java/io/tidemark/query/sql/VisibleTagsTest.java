package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.testing.QueryContexts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tags that a principal may not read are nowhere to be seen. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VisibleTagsTest {
  private static final Set<String> READABLE = Set.of("R1.TEMP", "R1.NOTE", "R2.LEVEL");
  private SmallPlant plant;

  @BeforeAll
  void fill(@TempDir Path folder) {
    plant = new SmallPlant(folder).filled();
  }

  @AfterAll
  void close() {
    plant.close();
  }

  /** A principal that may read a few tags. */
  private QueryContext limited() {
    return QueryContexts.limited(
        plant.store.view(),
        SmallPlant.NOW_NS,
        SmallPlant.ZONE,
        id -> READABLE.contains(plant.store.view().tags().byId(id).name()));
  }

  private List<List<@Nullable Object>> limitedRows(String statement) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    try (SqlResult result = plant.sql.execute(statement, List.of(), limited())) {
      while (result.next()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 0; i < result.columns().size(); i++) {
          row.add(result.value(i));
        }
        rows.add(row);
      }
    }
    return rows;
  }

  @Test
  void tagsShowsThoseThatMayBeRead() {
    assertThat(limitedRows("SELECT tag FROM tags ORDER BY tag"))
        .containsExactly(List.of("R1.NOTE"), List.of("R1.TEMP"), List.of("R2.LEVEL"));
    assertThat(limitedRows("SELECT * FROM tags WHERE tag = 'R2.TEMP'")).isEmpty();
    assertThat(limitedRows("SELECT count(*) FROM (SELECT 1 FROM TAGS) x"))
        .containsExactly(List.of(3L));
    assertThat(limitedRows("WITH tags AS (SELECT 'mine' AS tag) SELECT tag FROM tags"))
        .containsExactly(List.of("mine"));
  }

  @Test
  void attributesOfHiddenTagsAreLeftOutAndThoseOfNoTagAreNot() {
    assertThat(limitedRows("SELECT equipment_id, name, tag FROM attributes ORDER BY tag"))
        .containsExactly(
            List.of("R2", "Unbound", "NO SUCH TAG"), List.of("R1", "Temperature", "R1.TEMP"));
  }

  @Test
  void whoSeesAllSeesAllBeforeAndAfter() {
    Object tags = plant.value("SELECT count(*) FROM tags");
    Object attributes = plant.value("SELECT count(*) FROM attributes");
    for (int i = 0; i < 5; i++) {
      assertThat(limitedRows("SELECT count(*) FROM tags")).containsExactly(List.of(3L));
      assertThat(plant.value("SELECT count(*) FROM tags")).isEqualTo(tags);
      assertThat(plant.value("SELECT count(*) FROM attributes")).isEqualTo(attributes);
    }
    assertThat(plant.sql.load()).returns(0, SqlLoad::scans).returns(0, SqlLoad::sessions);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT DISTINCT tag FROM samples",
        "SELECT DISTINCT tag FROM current",
        "SELECT DISTINCT tag FROM samples WHERE tag LIKE '%'",
        "SELECT DISTINCT s.tag FROM samples s JOIN attributes a ON a.tag = s.tag",
        "SELECT DISTINCT tag FROM samples WHERE tag IN (SELECT tag FROM attributes)",
        "SELECT DISTINCT t.tag FROM tags t LEFT JOIN current c USING (tag)",
        "SELECT DISTINCT tag FROM recorded('*', '2026-01-08T00:00:00Z')",
        "SELECT DISTINCT tag FROM summary('*', '2026-01-08T00:00:00Z')",
        "SELECT DISTINCT tag FROM recorded(tags => (SELECT list(tag) FROM tags),"
            + " start_time => '2026-01-08T00:00:00Z')",
        "SELECT DISTINCT tag FROM batch_summary WHERE batch_id = 'B1'",
        "SELECT tag_names FROM (SELECT string_agg(tag) AS tag_names FROM tags)",
      })
  void noStatementNamesAHiddenTag(String statement) {
    List<List<@Nullable Object>> rows = limitedRows(statement);
    assertThat(rows).isNotEmpty();
    for (List<@Nullable Object> row : rows) {
      for (String name : String.valueOf(row.getFirst()).split(",")) {
        assertThat(READABLE).contains(name);
      }
    }
  }

  @Test
  void wideHasNoColumnOfAHiddenTag() {
    try (SqlResult result =
        plant.sql.execute(
            "SELECT * FROM wide('*', '2026-01-08T00:00:00Z', '2026-01-09T00:00:00Z', '6h')",
            List.of(),
            limited())) {
      assertThat(result.columns().stream().map(SqlColumn::name).filter(n -> n.startsWith("R")))
          .isNotEmpty()
          .allMatch(name -> READABLE.stream().anyMatch(name::startsWith));
    }
  }

  @Test
  void aHiddenTagIsAnUnknownTag() {
    assertThatExceptionOfType(HistorianException.class)
        .isThrownBy(() -> limitedRows("SELECT * FROM recorded('R2.TEMP', '2026-01-08T00:00:00Z')"))
        .returns(ErrorCode.UNKNOWN_TAG, HistorianException::code);
  }

  /** A filter may run below whatever hides a row; the error would name the value it met. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM tags WHERE tag::INTEGER = 1",
        "SELECT * FROM attributes WHERE tag::INTEGER = 1",
        "SELECT * FROM samples WHERE tag::INTEGER = 1",
        "SELECT count(*) FROM current WHERE upper(tag)::INTEGER = 1",
        "SELECT * FROM tags WHERE CASE WHEN tag = 'R2.TEMP' THEN error(tag) END IS NULL"
            + " AND tag <> 'R2.TEMP'",
      })
  void noErrorNamesAHiddenTag(String statement) {
    try {
      limitedRows(statement);
    } catch (HistorianException e) {
      for (var tag : plant.store.view().tags().all()) {
        if (!READABLE.contains(tag.name())) {
          assertThat(e.messageText()).doesNotContain(tag.name());
        }
      }
    }
  }
}
