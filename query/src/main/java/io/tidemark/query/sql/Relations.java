package io.tidemark.query.sql;

import io.tidemark.query.context.ContextColumn;
import io.tidemark.query.context.ContextKind;
import io.tidemark.query.duckdb.ScanColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

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
  static final String STUB = "tidemark_stub_";
  static final String SUMMARY_STUB = "tidemark_summary_stub";

  /** Scans in one statement. */
  static final int SCANS_MAX = 64;

  /**
   * Column names of {@code samples}, {@code current}, {@code recorded} and {@code interpolated}.
   */
  static final List<String> SAMPLE_COLUMNS =
      List.of("tag", "ts", "ts_ns", "value", "value_int", "text", "status", "quality", "flags");

  private static final List<String> SAMPLE_TYPES =
      List.of(
          "VARCHAR",
          "TIMESTAMPTZ",
          "BIGINT",
          "DOUBLE",
          "BIGINT",
          "VARCHAR",
          "UINTEGER",
          "VARCHAR",
          "UTINYINT");

  /** What a scan of samples offers to DuckDB. */
  static final List<ScanColumn> SCAN_COLUMNS =
      List.of(
          new ScanColumn("tag_id", ScanColumn.Type.INTEGER),
          new ScanColumn("ts_us", ScanColumn.Type.BIGINT),
          new ScanColumn("ts_ns", ScanColumn.Type.BIGINT),
          new ScanColumn("value", ScanColumn.Type.DOUBLE),
          new ScanColumn("value_int", ScanColumn.Type.BIGINT),
          new ScanColumn("text", ScanColumn.Type.VARCHAR),
          new ScanColumn("status", ScanColumn.Type.UINTEGER),
          new ScanColumn("flags", ScanColumn.Type.UTINYINT));

  /** What a scan of summaries offers to DuckDB. */
  static final List<ScanColumn> SUMMARY_SCAN_COLUMNS =
      List.of(
          new ScanColumn("tag_id", ScanColumn.Type.INTEGER),
          new ScanColumn("start_us", ScanColumn.Type.BIGINT),
          new ScanColumn("end_us", ScanColumn.Type.BIGINT),
          new ScanColumn("time_average", ScanColumn.Type.DOUBLE),
          new ScanColumn("sample_average", ScanColumn.Type.DOUBLE),
          new ScanColumn("minimum", ScanColumn.Type.DOUBLE),
          new ScanColumn("minimum_us", ScanColumn.Type.BIGINT),
          new ScanColumn("maximum", ScanColumn.Type.DOUBLE),
          new ScanColumn("maximum_us", ScanColumn.Type.BIGINT),
          new ScanColumn("std_dev", ScanColumn.Type.DOUBLE),
          new ScanColumn("total", ScanColumn.Type.DOUBLE),
          new ScanColumn("count", ScanColumn.Type.BIGINT),
          new ScanColumn("percent_good", ScanColumn.Type.DOUBLE),
          new ScanColumn("status", ScanColumn.Type.UINTEGER),
          new ScanColumn("basis", ScanColumn.Type.VARCHAR));

  /** Stands in templates for the number of a scan's handle. */
  static final String HANDLE_PLACE = "4611686018427387904";

  private static final String QUALITY =
      "CASE WHEN s.status < 1073741824 THEN 'Good' WHEN s.status < 2147483648 THEN 'Uncertain'"
          + " ELSE 'Bad' END";

  private Relations() {}

  /** Relations that statements may name. */
  static Set<String> names() {
    Set<String> names = new TreeSet<>(Set.of(SAMPLES, CURRENT, TAGS, PHASES));
    for (ContextKind kind : ContextKind.values()) {
      names.add(kind.relation());
    }
    return names;
  }

  /** The relation over an empty stub, for the planner. */
  static String stubTemplate() {
    StringBuilder sql = new StringBuilder("SELECT ");
    for (String column : SAMPLE_COLUMNS) {
      sql.append(sql.length() > 7 ? ", " : "").append(RESERVED).append(column);
      sql.append(" AS ").append(column);
    }
    return sql.append(" FROM ").append(STUB).append('0').toString();
  }

  /** The relation over a scan of several tags. */
  static String manyTagsTemplate() {
    return "SELECT n.tag AS tag, "
        + sampleColumns()
        + scan()
        + " JOIN "
        + TAG_TABLE
        + " n ON n.tag_id = s.tag_id";
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

  /** {@code summary()} over an empty stub. */
  static String summaryStubTemplate() {
    return "SELECT * FROM " + SUMMARY_STUB;
  }

  /** {@code summary()} over a scan. */
  static String summaryTemplate() {
    return "SELECT n.tag AS tag, make_timestamptz(s.start_us) AS start_time,"
        + " make_timestamptz(s.end_us) AS end_time, s.time_average AS time_average,"
        + " s.sample_average AS sample_average, s.minimum AS minimum,"
        + " make_timestamptz(s.minimum_us) AS minimum_time, s.maximum AS maximum,"
        + " make_timestamptz(s.maximum_us) AS maximum_time, s.std_dev AS std_dev,"
        + " s.total AS total, s.\"count\" AS \"count\", s.percent_good AS percent_good,"
        + " s.status AS status, "
        + QUALITY
        + " AS quality, s.basis AS basis, n.uom AS uom"
        + scan()
        + " JOIN "
        + TAG_TABLE
        + " n ON n.tag_id = s.tag_id";
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
    for (ContextKind kind : ContextKind.values()) {
      sql.add("CREATE TABLE " + kind.relation() + contextColumns(kind, false));
      if (!planner) {
        sql.add("CREATE TABLE " + stage(kind) + contextColumns(kind, true));
      }
    }
    sql.add(
        "CREATE VIEW phases AS SELECT p.step_id, p.parent_id, p.batch_id, p.unit_id,"
            + " p.name AS phase, p.instance, p.start_time, p.start_time_ns, p.end_time,"
            + " p.end_time_ns, b.order_id, b.product_id, p.version, p.changed_by, p.changed_at"
            + " FROM batch_steps p LEFT JOIN batches b ON b.batch_id = p.batch_id"
            + " WHERE p.level = 'Phase'");
    if (!planner) {
      sql.add(
          "CREATE TABLE tidemark_stage_tags(tag VARCHAR, tag_id INTEGER, type VARCHAR,"
              + " uom VARCHAR, description VARCHAR, step BOOLEAN, range_low DOUBLE,"
              + " range_high DOUBLE, states VARCHAR[], duplicates VARCHAR, forecast BOOLEAN,"
              + " version INTEGER, changed_by VARCHAR,"
              + " changed_us BIGINT)");
      return sql;
    }
    StringBuilder stub = new StringBuilder();
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < SAMPLE_COLUMNS.size(); i++) {
      String separator = i == 0 ? "(" : ", ";
      String column = SAMPLE_COLUMNS.get(i) + " " + SAMPLE_TYPES.get(i);
      stub.append(separator).append(RESERVED).append(column);
      plain.append(separator).append(column);
    }
    for (int i = 0; i < SCANS_MAX; i++) {
      sql.add("CREATE TABLE " + STUB + i + stub + ")");
    }
    // Only to find the place of an error in the statement as it was written.
    sql.add("CREATE TABLE samples" + plain + ")");
    sql.add("CREATE TABLE current" + plain + ")");
    sql.add(
        "CREATE TABLE "
            + SUMMARY_STUB
            + "(tag VARCHAR, start_time TIMESTAMPTZ, end_time TIMESTAMPTZ, time_average DOUBLE,"
            + " sample_average DOUBLE, minimum DOUBLE, minimum_time TIMESTAMPTZ, maximum DOUBLE,"
            + " maximum_time TIMESTAMPTZ, std_dev DOUBLE, total DOUBLE, \"count\" BIGINT,"
            + " percent_good DOUBLE, status UINTEGER, quality VARCHAR, basis VARCHAR,"
            + " uom VARCHAR)");
    return sql;
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
