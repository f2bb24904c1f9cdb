package io.tidemark.query.sql;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.StatusCodes;
import io.tidemark.query.context.ContextColumn;
import io.tidemark.query.context.ContextKind;
import io.tidemark.query.duckdb.ScanColumn;
import io.tidemark.query.table.Bindings;
import io.tidemark.query.table.Parameter;
import io.tidemark.query.table.TableColumn;
import io.tidemark.query.table.TableFunction;
import io.tidemark.query.table.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The relations that statements may name, their columns, and what stands for them inside.
 *
 * <p>Context relations and {@code tags} are tables of the executor. {@code samples} and {@code
 * current} exist only while a statement is read: each reference becomes a subquery, over an empty
 * stub table in the planner and over a scan in the executor. The stub's columns have names of their
 * own, which statements may not use: a filter that the planner shows with such a name is about that
 * column, whatever aliases the statement gives.
 */
final class Relations {
  static final String SAMPLES = "samples";
  static final String CURRENT = "current";
  static final String TAGS = "tags";
  static final String PHASES = "phases";

  /** Names that start so belong to us. */
  static final String RESERVED = "tidemark_";

  static final String TAG_TABLE = "tidemark_tags";
  static final String HISTORY = "tidemark_history_";
  static final String FROM_SEQUENCE = "tidemark_from";
  static final String UNTIL_SEQUENCE = "tidemark_until";
  static final String STUB = "tidemark_stub_";

  /** Scans in one statement. */
  static final int SCANS_MAX = 64;

  /** Column names of {@code samples} and of all that have the same columns. */
  static final List<String> SAMPLE_COLUMNS =
      Tables.sampleColumns().stream().map(TableColumn::name).toList();

  /** Stands in templates for the number of a scan's handle. */
  static final String HANDLE_PLACE = "4611686018427387904";

  /** Stands in templates for the name of their only tag. */
  static final String TAG_PLACE = "tidemark_tag_place";

  private static final String TAG_JOIN = " JOIN " + TAG_TABLE + " n ON n.tag_id = s.tag_id";

  private static final String QUALITY =
      "CASE WHEN s.status < 1073741824 THEN 'Good' WHEN s.status < 2147483648 THEN 'Uncertain'"
          + " ELSE 'Bad' END";

  private Relations() {}

  /** Relations that statements may name. */
  static Set<String> names() {
    Set<String> names = new TreeSet<>(Set.of(SAMPLES, CURRENT));
    names.addAll(contextNames());
    for (TableFunction function : Tables.functions()) {
      if (!function.isFunctionOnly()) {
        names.add(function.name());
      }
    }
    return names;
  }

  /** Tables of the executor that statements may name: tags and context. */
  static Set<String> contextNames() {
    Set<String> names = new TreeSet<>(Set.of(TAGS, PHASES));
    for (ContextKind kind : ContextKind.values()) {
      names.add(kind.relation());
    }
    return names;
  }

  /** A relation over its empty stub, for the planner. */
  static String overStub(String stub, List<TableColumn> columns) {
    StringBuilder sql = new StringBuilder("SELECT ");
    for (TableColumn column : columns) {
      sql.append(sql.length() > 7 ? ", " : "");
      sql.append(quoted(RESERVED + column.name())).append(" AS ").append(quoted(column.name()));
    }
    return sql.append(" FROM ").append(stub).toString();
  }

  /** Makes the stub of a relation in a session of the planner. */
  static String stubDefinition(String stub, List<TableColumn> columns) {
    StringBuilder sql = new StringBuilder("CREATE TEMP TABLE IF NOT EXISTS ").append(stub);
    String separator = "(";
    for (TableColumn column : columns) {
      sql.append(separator).append(quoted(RESERVED + column.name())).append(' ');
      sql.append(column.type().sql());
      separator = ", ";
    }
    return sql.append(')').toString();
  }

  /** The columns of a table that is named as a relation: its own, and one for each argument. */
  static List<TableColumn> relationColumns(TableFunction function) {
    List<TableColumn> columns = new ArrayList<>(function.columns());
    for (Parameter parameter : echoed(function)) {
      columns.add(
          new TableColumn(
              String.valueOf(parameter.column()), echoType(parameter), parameter.description()));
    }
    return columns;
  }

  /** Parameters whose column says nothing but what WHERE bound. */
  private static List<Parameter> echoed(TableFunction function) {
    Set<String> own = new TreeSet<>();
    function.columns().forEach(column -> own.add(column.name()));
    return function.parameters().stream()
        .filter(parameter -> parameter.column() != null && !own.contains(parameter.column()))
        .toList();
  }

  private static TableColumn.Type echoType(Parameter parameter) {
    return switch (parameter.type()) {
      case "BIGINT" -> TableColumn.Type.BIGINT;
      case "DOUBLE" -> TableColumn.Type.DOUBLE;
      default -> TableColumn.Type.TEXT;
    };
  }

  /**
   * Rows of a table over a scan.
   *
   * @param bindings of a relation, whose columns of arguments are shown; null of a call
   */
  static String overScan(
      TableFunction function, TableFunction.Rows rows, @Nullable Bindings bindings) {
    StringBuilder echoes = new StringBuilder();
    if (bindings != null) {
      for (Parameter parameter : echoed(function)) {
        echoes.append(", ").append(echo(function, parameter, bindings)).append(" AS ");
        echoes.append(quoted(String.valueOf(parameter.column())));
      }
    }
    if (rows.columns().equals(Tables.sampleColumns())) {
      return manyTagsTemplate(echoes.toString());
    }
    StringBuilder sql = new StringBuilder("SELECT ");
    List<ScanColumn> carriers = rows.source().columns();
    for (int i = 0; i < carriers.size(); i++) {
      TableColumn column = rows.columns().get(i);
      String carrier = "s." + quoted(carriers.get(i).name());
      sql.append(i == 0 ? "" : ", ");
      sql.append(
          column.type() == TableColumn.Type.TIME ? "make_timestamptz(" + carrier + ")" : carrier);
      sql.append(" AS ").append(quoted(column.name()));
    }
    return sql.append(echoes).append(scan()).toString();
  }

  private static String echo(TableFunction function, Parameter parameter, Bindings bindings) {
    Object value = bindings.value(parameter);
    if (value instanceof List<?> list) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          function.name() + ": " + parameter.column() + " takes one value: values=" + list.size(),
          null,
          "call it as a function: " + function.name() + "(" + parameter.name() + " => […])",
          null);
    }
    if (value == null) {
      String column = String.valueOf(parameter.column());
      if (bindings.condition(List.of(column)) != null) {
        throw new HistorianException(
            ErrorCode.OUT_OF_RANGE,
            function.name() + ": " + column + " is an argument and takes one constant",
            null,
            "WHERE " + column + " = …",
            null);
      }
      value = parameter.absent();
    }
    String text = value == null ? "NULL" : "'" + value.toString().replace("'", "''") + "'";
    return "CAST(" + text + " AS " + echoType(parameter).sql() + ")";
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** The relation over a scan of several tags. */
  static String manyTagsTemplate(String moreColumns) {
    return "SELECT n.tag AS tag, " + sampleColumns() + moreColumns + scan() + TAG_JOIN;
  }

  /** The relation over a scan of one tag, whose name takes a place. */
  static String oneTagTemplate() {
    return "SELECT '" + TAG_PLACE + "' AS tag, " + sampleColumns() + scan();
  }

  /** Rows that stand for samples, over their scan. */
  static String partialTemplate(boolean ofOneTag) {
    return "SELECT "
        + (ofOneTag ? "'" + TAG_PLACE + "'" : "n.tag")
        + " AS tag, make_timestamptz(s.ts_us) AS ts, s.ts_ns AS ts_ns,"
        + " make_timestamptz(s.last_us) AS "
        + PartialAggregates.LAST
        + "ts, s.last_ns AS "
        + PartialAggregates.LAST
        + "ts_ns, s.samples AS "
        + PartialAggregates.SAMPLES
        + ", s.numbers AS "
        + PartialAggregates.NUMBERS
        + ", s.total AS "
        + PartialAggregates.TOTAL
        + ", s.lowest AS "
        + PartialAggregates.LOWEST
        + ", s.highest AS "
        + PartialAggregates.HIGHEST
        + ", CAST(0 AS UINTEGER) AS status, 'Good' AS quality"
        + scan()
        + (ofOneTag ? "" : TAG_JOIN);
  }

  private static String sampleColumns() {
    return "make_timestamptz(s.ts_us) AS ts, s.ts_ns AS ts_ns, s.value AS value,"
        + " s.value_int AS value_int, s.text AS text, s.status AS status, "
        + QUALITY
        + " AS quality, s.flags AS flags";
  }

  private static String scan() {
    return " FROM tidemark_scan(" + HANDLE_PLACE + ") s";
  }

  /** Tables and views of the executor; with the stubs added, of the planner. */
  static List<String> definitions(boolean planner) {
    List<String> sql = new ArrayList<>();
    sql.add(
        "CREATE TABLE "
            + TAG_TABLE
            + "(tag VARCHAR, tag_id INTEGER, type VARCHAR, uom VARCHAR, description VARCHAR, step"
            + " BOOLEAN, range_low DOUBLE, range_high DOUBLE, states VARCHAR[], duplicates VARCHAR,"
            + " forecast BOOLEAN, version INTEGER, changed_by VARCHAR, changed_at TIMESTAMPTZ)");
    sql.add("CREATE VIEW tags AS SELECT * FROM " + TAG_TABLE);
    sql.add("CREATE MACRO good(status) AS (status < 1073741824)");
    sql.add("CREATE MACRO status_text(status) AS " + statusText());
    sql.add(
        "CREATE MACRO date_bin(w, t) AS time_bucket(w, t, make_timestamptz(0)),"
            + " (w, t, origin) AS time_bucket(w, t,"
            + " make_timestamptz(epoch_us(origin)))");
    for (ContextKind kind : ContextKind.values()) {
      sql.add("CREATE TABLE " + kind.relation() + contextColumns(kind, false));
      sql.add("CREATE TABLE " + history(kind) + historyColumns(kind, false));
      if (!planner) {
        sql.add("CREATE TABLE " + historyStage(kind) + historyColumns(kind, true));
        sql.add("CREATE TABLE " + stage(kind) + contextColumns(kind, true));
      }
    }
    sql.add("CREATE VIEW phases AS " + phases("batch_steps", "batches"));
    if (!planner) {
      sql.add(
          "CREATE TABLE tidemark_stage_tags(tag VARCHAR, tag_id INTEGER, type VARCHAR,"
              + " uom VARCHAR, description VARCHAR, step BOOLEAN, range_low DOUBLE,"
              + " range_high DOUBLE, states VARCHAR[], duplicates VARCHAR, forecast BOOLEAN,"
              + " version INTEGER, changed_by VARCHAR,"
              + " changed_us BIGINT)");
      return sql;
    }
    sql.addAll(LookupCalls.plannerDefinitions());
    // Only to find the place of an error in the statement as it was written.
    for (String relation : List.of(SAMPLES, CURRENT)) {
      sql.add(plainDefinition(relation, Tables.sampleColumns()));
    }
    for (TableFunction function : Tables.functions()) {
      if (!function.isFunctionOnly()) {
        sql.add(plainDefinition(function.name(), relationColumns(function)));
      }
    }
    return sql;
  }

  private static String statusText() {
    StringBuilder sql = new StringBuilder("CASE status // 65536");
    StatusCodes.names()
        .forEach(
            (code, name) ->
                sql.append(" WHEN ")
                    .append(code >>> 16)
                    .append(" THEN '")
                    .append(name)
                    .append('\''));
    return sql.append(" ELSE concat(CASE WHEN status < 1073741824 THEN 'Good' WHEN status <")
        .append(" 2147483648 THEN 'Uncertain' ELSE 'Bad' END, printf(' (0x%08X)',")
        .append(" CAST(status // 65536 * 65536 AS BIGINT))) END")
        .toString();
  }

  private static String plainDefinition(String name, List<TableColumn> columns) {
    StringBuilder sql = new StringBuilder("CREATE TABLE ").append(quoted(name));
    String separator = "(";
    for (TableColumn column : columns) {
      sql.append(separator).append(quoted(column.name())).append(' ').append(column.type().sql());
      separator = ", ";
    }
    return sql.append(')').toString();
  }

  private static String phases(String steps, String batches) {
    return "SELECT p.step_id, p.parent_id, p.batch_id, p.unit_id,"
        + " p.name AS phase, p.instance, p.start_time, p.start_time_ns, p.end_time,"
        + " p.end_time_ns, b.order_id, b.product_id, p.version, p.changed_by, p.changed_at"
        + " FROM "
        + steps
        + " p LEFT JOIN "
        + batches
        + " b ON b.batch_id = p.batch_id WHERE p.level = 'Phase'";
  }

  /**
   * A context relation as it was, or null if the name is none.
   *
   * @param sequence of the last journal record that counts
   */
  static @Nullable String asOf(String name, long sequence) {
    if (name.equals(PHASES)) {
      return phases(
          "(" + asOf(ContextKind.STEPS, sequence) + ")",
          "(" + asOf(ContextKind.BATCHES, sequence) + ")");
    }
    for (ContextKind kind : ContextKind.values()) {
      if (kind.relation().equals(name)) {
        return asOf(kind, sequence);
      }
    }
    return null;
  }

  private static String asOf(ContextKind kind, long sequence) {
    return "SELECT * EXCLUDE ("
        + FROM_SEQUENCE
        + ", "
        + UNTIL_SEQUENCE
        + ") FROM "
        + history(kind)
        + " WHERE "
        + FROM_SEQUENCE
        + " <= "
        + sequence
        + " AND "
        + UNTIL_SEQUENCE
        + " > "
        + sequence;
  }

  /** The table of all versions of a kind, each with the journal records that made and ended it. */
  static String history(ContextKind kind) {
    return HISTORY + kind.relation();
  }

  /** The table that collects new versions before they go there. */
  static String historyStage(ContextKind kind) {
    return "tidemark_stage_history_" + kind.relation();
  }

  private static String historyColumns(ContextKind kind, boolean stage) {
    String columns = contextColumns(kind, stage);
    return columns.substring(0, columns.length() - 1)
        + ", "
        + FROM_SEQUENCE
        + " BIGINT"
        + (stage ? ")" : ", " + UNTIL_SEQUENCE + " BIGINT)");
  }

  /** The table that collects changed rows before they replace old ones. */
  static String stage(ContextKind kind) {
    return "tidemark_stage_" + kind.relation();
  }

  private static String contextColumns(ContextKind kind, boolean stage) {
    StringBuilder sql = new StringBuilder("(");
    for (ContextColumn column : kind.columns()) {
      String name = column.name();
      switch (column.type()) {
        case TEXT -> sql.append(name).append(" VARCHAR, ");
        case DOUBLE -> sql.append(name).append(" DOUBLE, ");
        case BIGINT -> sql.append(name).append(" BIGINT, ");
        case BOOLEAN -> sql.append(name).append(" BOOLEAN, ");
        case TIME ->
            sql.append(name)
                .append(stage ? "_us BIGINT, " : " TIMESTAMPTZ, ")
                .append(name)
                .append("_ns BIGINT, ");
      }
    }
    sql.append("version INTEGER, changed_by VARCHAR, ");
    return sql.append(stage ? "changed_us BIGINT)" : "changed_at TIMESTAMPTZ)").toString();
  }

  /** Select list that turns staged rows into rows of the relation. */
  static String fromStage(ContextKind kind) {
    StringBuilder sql = new StringBuilder();
    for (ContextColumn column : kind.columns()) {
      String name = column.name();
      if (column.type() == ContextColumn.Type.TIME) {
        sql.append("make_timestamptz(").append(name).append("_us), ");
        sql.append(name).append("_ns, ");
      } else {
        sql.append(name).append(", ");
      }
    }
    return sql.append("version, changed_by, make_timestamptz(changed_us)").toString();
  }
}
