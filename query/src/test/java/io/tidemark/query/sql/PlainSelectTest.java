package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.query.arrow.ArrowPageReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements that are answered from blocks answer as those that are planned. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlainSelectTest {
  /** True of every row, and nothing that a plain select understands. */
  private static final String PLANNED = "length(s.tag) >= 0";

  private SmallPlant plant;

  @BeforeAll
  void fill(@TempDir Path folder) {
    plant = new SmallPlant(folder).filled();
  }

  @AfterAll
  void close() {
    plant.close();
  }

  private boolean isPlain(String sql, @Nullable Object... parameters) {
    try (SqlResult open = plant.sql.execute(sql, Arrays.asList(parameters), plant.query())) {
      return plant.sql.load().sessions() == 0 && open.columns().size() > 0;
    }
  }

  /** Everything a result says, rows sorted unless the statement orders them. */
  private record Said(List<SqlColumn> columns, List<String> rows) {}

  private Said said(String sql, List<? extends @Nullable Object> parameters) {
    try (SqlResult result = plant.sql.execute(sql, parameters, plant.query())) {
      List<String> rows = new ArrayList<>();
      while (result.next()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 0; i < result.columns().size(); i++) {
          Object value = result.value(i);
          row.add(value == null ? null : value.getClass().getSimpleName() + " " + value);
        }
        rows.add(row.toString());
      }
      if (!sql.contains("ORDER BY")) {
        rows.sort(null);
      }
      return new Said(result.columns(), rows);
    }
  }

  /** The same through Arrow, cell by cell. */
  private List<String> arrow(String sql, List<? extends @Nullable Object> parameters)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    QueryContext context = plant.query();
    try (SqlResult result = plant.sql.execute(sql, parameters, context)) {
      result.writeArrow(bytes);
    }
    List<String> rows = new ArrayList<>();
    try (ArrowPageReader reader =
        new ArrowPageReader(new ByteArrayInputStream(bytes.toByteArray()))) {
      for (int count = reader.nextBatch(); count >= 0; count = reader.nextBatch()) {
        for (int row = 0; row < count; row++) {
          List<@Nullable Object> cells = new ArrayList<>();
          for (int i = 0; i < reader.columns().size(); i++) {
            cells.add(cell(reader, i, row));
          }
          rows.add(cells.toString());
        }
      }
    }
    if (!sql.contains("ORDER BY")) {
      rows.sort(null);
    }
    return rows;
  }

  private static @Nullable Object cell(ArrowPageReader reader, int column, int row) {
    if (reader.isNull(column, row)) {
      return null;
    }
    return switch (reader.columns().get(column).type()) {
      case BOOL -> reader.bool(column, row);
      case INT64 -> reader.longValue(column, row);
      case UINT32 -> reader.unsignedInt(column, row);
      case FLOAT64 -> Double.doubleToRawLongBits(reader.doubleValue(column, row));
      case TIME -> reader.timeNs(column, row);
      case TEXT -> reader.text(column, row);
    };
  }

  /** A statement, the same in a form that is planned, and values for both. */
  private record Pair(String plain, String planned, List<@Nullable Object> parameters) {
    @Override
    public String toString() {
      return plain + " " + parameters;
    }
  }

  static Stream<Pair> pairs() {
    return IntStream.range(0, 150).mapToObj(seed -> new Maker(seed).make());
  }

  /** Draws statements. */
  private static final class Maker {
    private static final List<String> TAGS =
        List.of("R1.TEMP", "R2.LEVEL", "R1.COUNT", "R1.RUN", "R1.VALVE", "R1.NOTE", "EMPTY", "NO");

    private final SplittableRandom random;
    private final List<@Nullable Object> parameters = new ArrayList<>();

    Maker(long seed) {
      random = new SplittableRandom(seed);
    }

    private String one(String... texts) {
      return texts[random.nextInt(texts.length)];
    }

    private String tag() {
      String name = random.nextInt(4) == 0 ? SmallPlant.ODD_NAMES.get(random.nextInt(5)) : null;
      name = name == null ? TAGS.get(random.nextInt(TAGS.size())) : name;
      if (random.nextInt(3) == 0) {
        parameters.add(name);
        return "?";
      }
      return "'" + name.replace("'", "''") + "'";
    }

    private String time() {
      int hour = random.nextInt(72);
      Instant instant = Instant.parse("2026-01-08T00:00:00Z").plusSeconds(hour * 3600L);
      switch (random.nextInt(6)) {
        case 0 -> {
          parameters.add(instant);
          return "?";
        }
        case 1 -> {
          return "TIMESTAMPTZ '" + instant + "'";
        }
        case 2 -> {
          return "now() - INTERVAL '" + hour + " hours'";
        }
        case 3 -> {
          return "'2026-01-" + one("08", "09", "10") + " 05:30'";
        }
        case 4 -> {
          return "DATE '2026-01-09'";
        }
        default -> {
          return "time_expr('*-" + hour + "h')";
        }
      }
    }

    Pair make() {
      List<String> columns = new ArrayList<>();
      for (String column :
          List.of(
              "s.tag",
              "ts",
              "ts_ns",
              "value",
              "s.value_int",
              "text",
              "status",
              "quality",
              "flags",
              "*")) {
        if (random.nextInt(3) == 0 && !(column.equals("*") && !columns.isEmpty())) {
          columns.add(
              column
                  + (random.nextInt(4) > 0 || column.equals("*") ? "" : " AS c" + columns.size()));
        }
      }
      if (columns.isEmpty()) {
        columns.add("ts AS \"time\"");
      }
      List<String> conditions = new ArrayList<>();
      int tags = random.nextInt(4);
      if (tags == 1) {
        conditions.add(random.nextBoolean() ? "tag = " + tag() : tag() + " = s.tag");
      } else if (tags > 1) {
        conditions.add("s.tag IN (" + tag() + ", " + tag() + ", " + tag() + ")");
      }
      switch (random.nextInt(5)) {
        case 0 -> conditions.add("ts BETWEEN " + time() + " AND " + time());
        case 1 -> {
          conditions.add("ts" + one(" >= ", " > ") + time());
          conditions.add(time() + one(" >= ", " > ") + "s.ts");
        }
        case 2 -> {
          conditions.add("ts_ns >= " + SmallPlant.ns("2026-01-09T00:00:00.000000999Z"));
          conditions.add("ts <= " + time());
        }
        case 3 -> conditions.add("ts" + one(" < ", " <= ") + time());
        default -> {}
      }
      String order = "";
      if (tags == 1) {
        order =
            one("", " ORDER BY ts_ns", " ORDER BY s.ts_ns DESC", " ORDER BY ts_ns DESC LIMIT 7");
      } else if (tags > 1) {
        order = one("", " ORDER BY tag, ts_ns", " ORDER BY tag ASC, ts_ns DESC LIMIT 20");
      }
      String from = "SELECT " + String.join(", ", columns) + " FROM samples s";
      String planned =
          " WHERE "
              + String.join(
                  " AND ", Stream.concat(conditions.stream(), Stream.of(PLANNED)).toList());
      String where = conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
      return new Pair(from + where + order, from + planned + order, parameters);
    }
  }

  /** Only who reads blocks knows the values of a column beforehand. */
  private static SqlColumn withoutValues(SqlColumn column) {
    return new SqlColumn(column.name(), column.type(), column.uom(), column.metadata());
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void blocksAndPlansAgree(Pair pair) throws IOException {
    boolean isOdd = SmallPlant.ODD_NAMES.stream().anyMatch(name -> pair.toString().contains(name));
    if (!isOdd) { // names beyond ASCII are not ordered here
      assertThat(isPlain(pair.plain, pair.parameters.toArray())).as(pair.plain).isTrue();
    }
    assertThat(isPlain(pair.planned, pair.parameters.toArray())).isFalse();
    Said plain = said(pair.plain, pair.parameters);
    Said planned = said(pair.planned, pair.parameters);
    assertThat(plain.rows).isEqualTo(planned.rows);
    assertThat(plain.columns)
        .extracting(SqlColumn::name, SqlColumn::type)
        .isEqualTo(planned.columns.stream().map(c -> tuple(c.name(), c.type())).toList());
    if (!planned.rows.isEmpty()) { // a plan without rows knows no tags, and so no units
      assertThat(plain.columns.stream().map(PlainSelectTest::withoutValues))
          .containsExactlyElementsOf(planned.columns);
    }
    assertThat(arrow(pair.plain, pair.parameters)).isEqualTo(arrow(pair.planned, pair.parameters));
    assertThat(plant.sql.describe(pair.plain, pair.parameters, plant.query()).columns())
        .isEqualTo(
            SqlColumn.head(plain.columns, plant.query().view().dataVersion(), SmallPlant.ZONE)
                .columns());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT DISTINCT tag FROM samples",
        "SELECT tag FROM samples GROUP BY tag",
        "SELECT count(*) FROM samples",
        "SELECT ts, value FROM samples LIMIT 5 OFFSET 1",
        "SELECT ts, value FROM samples LIMIT 1%",
        "SELECT ts, value FROM samples ORDER BY value",
        "SELECT ts, value FROM samples ORDER BY ts",
        "SELECT value AS ts FROM samples WHERE tag = 'R1.TEMP'",
        "SELECT ts, ts FROM samples",
        "SELECT TS FROM samples",
        "SELECT * EXCLUDE (flags) FROM samples",
        "SELECT * REPLACE (value + 1 AS value) FROM samples",
        "SELECT COLUMNS('t.*') FROM samples",
        "SELECT ts FROM samples TABLESAMPLE 10%",
        "SELECT a FROM samples s(a, b)",
        "SELECT ts FROM samples QUALIFY row_number() OVER () < 3",
        "SELECT ts FROM samples, batches",
        "SELECT ts FROM current",
        "WITH samples AS (SELECT 1 AS ts) SELECT ts FROM samples",
        "SELECT ts FROM samples UNION ALL SELECT ts FROM samples",
        "SELECT ts FROM (SELECT ts FROM samples)",
        "SELECT ts FROM samples WHERE tag <> 'R1.TEMP'",
        "SELECT ts FROM samples WHERE tag > 'R1.TEMP'",
        "SELECT ts FROM samples WHERE tag NOT IN ('R1.TEMP')",
        "SELECT ts FROM samples WHERE tag = 'R1.TEMP' OR ts > now()",
        "SELECT ts FROM samples WHERE ts = ts",
        "SELECT ts FROM samples WHERE ts >= (SELECT min(start_time) FROM batches)",
        "SELECT ts FROM samples WHERE ts > '-infinity'",
        "SELECT ts FROM samples WHERE value > 5",
        "SELECT ts FROM samples WHERE ts_ns > 5.5",
        "SELECT ts FROM samples WHERE tag = NULL",
        "SELECT ts FROM samples WHERE tag IN ('R1.TEMP', NULL)",
        "EXPLAIN SELECT ts FROM samples"
      })
  void whatIsNotUnderstoodWordByWordIsPlanned(String sql) {
    try (SqlResult result = plant.sql.execute(sql, List.of(), plant.query())) {
      assertThat(result).isNotInstanceOf(RunsResult.class);
      if (result instanceof AdmittedResult) {
        assertThat(plant.sql.load().sessions()).isEqualTo(sql.startsWith("EXPLAIN") ? 0 : 1);
      }
    }
  }

  @Test
  void theNewestOfATagIsReadFromItsEnd() {
    assertThat(
            plant.rows("SELECT ts_ns FROM samples WHERE tag = 'R1.TEMP' ORDER BY ts DESC LIMIT 2"))
        .isEqualTo(
            plant.rows(
                "SELECT ts_ns FROM samples s WHERE tag = 'R1.TEMP' AND "
                    + PLANNED
                    + " ORDER BY ts DESC LIMIT 2"));
  }

  @Test
  void errorsKeepTheirPlaces() {
    for (String sql :
        List.of(
            "SELECT ts FROM samples WHERE ts >= 'nonsense'",
            "SELECT nosuch FROM samples",
            "SELECT x.ts FROM samples s")) {
      try (SqlResult result = plant.sql.execute(sql, List.of(), plant.query())) {
        result.next();
        throw new AssertionError("no error: " + sql + result);
      } catch (HistorianException e) {
        assertThat(e.messageText()).as(sql).isNotEmpty();
      }
      assertThat(plant.sql.load()).returns(0, SqlLoad::sessions).returns(0, SqlLoad::running);
    }
  }
}
