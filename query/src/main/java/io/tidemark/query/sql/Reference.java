package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.query.table.TableFunction;
import io.tidemark.query.table.Tables;
import org.jspecify.annotations.Nullable;

/**
 * A place in FROM that reads samples: {@code samples}, {@code current}, or a table with arguments,
 * called or as a relation.
 *
 * @param node where it stands
 * @param name lower-case name
 * @param function the table with arguments, or null
 * @param isCall whether it is called
 */
record Reference(ObjectNode node, String name, @Nullable TableFunction function, boolean isCall) {

  /** The reference that a node is, or null if it is none. */
  static @Nullable Reference of(ObjectNode node, CteScope scope) {
    switch (node.path("type").asText()) {
      case "BASE_TABLE" -> {
        String name = SyntaxTree.name(node, "table_name");
        if (scope.holds(name)) {
          return null;
        }
        if (name.equals(Relations.SAMPLES) || name.equals(Relations.CURRENT)) {
          return new Reference(node, name, null, false);
        }
        TableFunction function = Tables.find(name);
        return function == null || function.isFunctionOnly()
            ? null
            : new Reference(node, name, function, false);
      }
      case "TABLE_FUNCTION" -> {
        JsonNode call = node.path("function");
        String name = SyntaxTree.name(call, "function_name");
        TableFunction function = Tables.find(name);
        return function == null ? null : new Reference(node, name, function, true);
      }
      default -> {
        return null;
      }
    }
  }

  boolean isSamples() {
    return name.equals(Relations.SAMPLES);
  }
}
