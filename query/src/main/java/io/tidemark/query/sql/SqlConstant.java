package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.query.duckdb.DuckDbSession;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Values of parameters as constants of a syntax tree. */
final class SqlConstant {
  private SqlConstant() {}

  /** A value: null, Boolean, Long, Integer, Double, String, Instant or a List of these. */
  static JsonNode of(DuckDbSession planner, @Nullable Object value) {
    return switch (value) {
      case String text -> SyntaxTree.text(text);
      case Long number -> SyntaxTree.cast(SyntaxTree.text(number.toString()), "BIGINT");
      case Integer number -> SyntaxTree.cast(SyntaxTree.text(number.toString()), "BIGINT");
      case Double number -> SyntaxTree.cast(SyntaxTree.text(number.toString()), "DOUBLE");
      case Boolean truth -> SyntaxTree.cast(SyntaxTree.text(truth.toString()), "BOOLEAN");
      case Instant instant -> SyntaxTree.cast(SyntaxTree.text(instant.toString()), "TIMESTAMPTZ");
      case null, default ->
          SyntaxTree.selectNode(SyntaxTree.tree(planner, "SELECT " + text(value)))
              .path("select_list")
              .get(0);
    };
  }

  private static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "NULL";
      case List<?> list ->
          list.stream().map(SqlConstant::text).collect(Collectors.joining(", ", "[", "]"));
      case Number number ->
          "CAST('" + number + "' AS " + (number instanceof Double ? "DOUBLE" : "BIGINT") + ")";
      case Boolean truth -> truth.toString();
      case Object other -> "'" + other.toString().replace("'", "''") + "'";
    };
  }
}
