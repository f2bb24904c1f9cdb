package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.query.duckdb.DuckDbSession;
import java.util.Locale;

/**
 * Relations that tools made for InfluxDB ask for, and what stands for them: {@code
 * information_schema.tables} and {@code .columns} list what statements may name, and {@code trend}
 * is {@code samples} with a column {@code time}, which the query builder of Grafana demands.
 */
final class ForeignNames {
  /** The only schema there is: the name under which InfluxDB keeps its tables. */
  private static final String SCHEMA = "iox";

  private static final String TREND = "trend";
  private static final String TREND_SQL =
      "SELECT ts AS \"time\", tag, value, value_int, text, status, quality FROM samples";
  private static final String TABLES_SQL = tables();
  private static final String COLUMNS_SQL = columns();

  private ForeignNames() {}

  /** The statement with subqueries in place of such relations. */
  static JsonNode replaced(DuckDbSession planner, JsonNode parsed) {
    return CteScope.walk(parsed, CteScope.EMPTY, (node, scope) -> replaced(planner, node, scope));
  }

  private static JsonNode replaced(DuckDbSession planner, ObjectNode node, CteScope scope) {
    if (!node.path("type").asText().equals("BASE_TABLE")) {
      return node;
    }
    String schema = SyntaxTree.name(node, "schema_name");
    String name = SyntaxTree.name(node, "table_name");
    int parts = node.path("qualified_name").path("path").size();
    String sql =
        switch (schema + "." + name) {
          case "information_schema.tables" -> parts == 2 ? TABLES_SQL : null;
          case "information_schema.columns" -> parts == 2 ? COLUMNS_SQL : null;
          case "." + TREND -> parts == 1 && !scope.holds(name) ? TREND_SQL : null;
          default -> null;
        };
    return sql == null ? node : Reference.aliased(SyntaxTree.derived(planner, sql), node);
  }

  private static String tables() {
    StringBuilder rows = new StringBuilder();
    for (SqlSchema.Relation relation : SqlSchema.CURRENT.relations()) {
      row(rows, relation.name(), "BASE TABLE");
    }
    row(rows, TREND, "VIEW");
    return "SELECT '' AS table_catalog, '"
        + SCHEMA
        + "' AS table_schema, v.n AS table_name, v.t AS table_type FROM (VALUES "
        + rows
        + ") AS v(n, t)";
  }

  private static String columns() {
    StringBuilder rows = new StringBuilder();
    for (SqlSchema.Relation relation : SqlSchema.CURRENT.relations()) {
      for (SqlSchema.Column column : relation.columns()) {
        row(rows, relation.name(), column.name(), arrowName(column.type()));
      }
    }
    row(rows, TREND, "time", arrowName("TIMESTAMPTZ"));
    row(rows, TREND, "tag", arrowName("VARCHAR"));
    row(rows, TREND, "value", arrowName("DOUBLE"));
    row(rows, TREND, "value_int", arrowName("BIGINT"));
    row(rows, TREND, "text", arrowName("VARCHAR"));
    row(rows, TREND, "status", arrowName("UINTEGER"));
    row(rows, TREND, "quality", arrowName("VARCHAR"));
    return "SELECT '' AS table_catalog, '"
        + SCHEMA
        + "' AS table_schema, v.n AS table_name, v.c AS column_name, v.t AS data_type FROM (VALUES "
        + rows
        + ") AS v(n, c, t)";
  }

  private static void row(StringBuilder rows, String... texts) {
    String separator = rows.isEmpty() ? "(" : ", (";
    for (String text : texts) {
      rows.append(separator).append('\'').append(text.replace("'", "''")).append('\'');
      separator = ", ";
    }
    rows.append(')');
  }

  /** As InfluxDB says it: the builder offers columns by these. */
  private static String arrowName(String type) {
    return switch (type.toUpperCase(Locale.ROOT)) {
      case "DOUBLE", "FLOAT" -> "Float64";
      case "BIGINT", "INTEGER", "UTINYINT" -> "Int64";
      case "UINTEGER" -> "UInt32";
      case "BOOLEAN" -> "Boolean";
      case "TIMESTAMPTZ" -> "Timestamp(Nanosecond, None)";
      default -> "Utf8";
    };
  }
}
