package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.query.table.TableFunction;
import io.tidemark.query.table.Tables;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
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

  /** All references of a statement, in the order of {@link #replace}. */
  static List<Reference> all(ObjectNode tree) {
    List<Reference> found = new ArrayList<>();
    CteScope.walk(
        tree,
        CteScope.EMPTY,
        (node, scope) -> {
          Reference reference = of(node, scope);
          if (reference != null) {
            found.add(reference);
          }
          return node;
        });
    return found;
  }

  /** Puts a table in place of each reference of a statement. */
  static void replace(ObjectNode tree, List<? extends JsonNode> tables) {
    Iterator<? extends JsonNode> next = tables.iterator();
    CteScope.walk(
        tree,
        CteScope.EMPTY,
        (node, scope) -> of(node, scope) == null ? node : aliased(next.next(), node));
  }

  /** A table with the alias, column names and sampling that a reference had. */
  static JsonNode aliased(JsonNode table, ObjectNode reference) {
    ObjectNode copy = table.deepCopy();
    copy.put("alias", ColumnUnits.alias(reference));
    copy.set("column_name_alias", reference.path("column_name_alias").deepCopy());
    copy.set("sample", reference.path("sample").deepCopy());
    return copy;
  }

  boolean isSamples() {
    return name.equals(Relations.SAMPLES);
  }
}
