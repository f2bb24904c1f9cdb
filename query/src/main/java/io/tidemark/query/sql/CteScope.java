package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names that WITH gives at a place of a statement; they hide relations of the same name.
 * Immutable.
 */
final class CteScope {
  static final CteScope EMPTY = new CteScope(Map.of());
  private final Map<String, JsonNode> definitions;

  private CteScope(Map<String, JsonNode> definitions) {
    this.definitions = definitions;
  }

  boolean holds(String name) {
    return definitions.containsKey(name.toLowerCase(Locale.ROOT));
  }

  /** All of them, in lower case. */
  Set<String> names() {
    return definitions.keySet();
  }

  /** The entry of the cte_map that defines the name, or null. */
  @Nullable JsonNode definition(String name) {
    return definitions.get(name.toLowerCase(Locale.ROOT));
  }

  private CteScope with(String name, JsonNode entry) {
    Map<String, JsonNode> more = new HashMap<>(definitions);
    more.put(name.toLowerCase(Locale.ROOT), entry);
    return new CteScope(more);
  }

  /** What a walk does at an object. */
  interface Visitor {
    /** Returns the object itself to walk on into it, or what replaces it. */
    JsonNode visit(ObjectNode node, CteScope scope);
  }

  /** Walks a tree, replacing what the visitor replaces, and returns its new root. */
  static JsonNode walk(JsonNode node, CteScope scope, Visitor visitor) {
    if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        JsonNode child = array.get(i);
        if (child.isContainerNode()) {
          JsonNode walked = walk(child, scope, visitor);
          if (!isSame(walked, child)) {
            array.set(i, walked);
          }
        }
      }
      return array;
    }
    if (!(node instanceof ObjectNode object)) {
      return node;
    }
    JsonNode visited = visitor.visit(object, scope);
    if (!isSame(visited, object)) {
      return visited;
    }
    CteScope inner = scope;
    if (object.path("cte_map").path("map") instanceof ArrayNode entries) {
      for (JsonNode entry : entries) {
        String name = entry.path("key").asText();
        // A definition sees those before it; itself only where it is recursive.
        CteScope own = isRecursive(entry) ? inner.with(name, entry) : inner;
        walk(entry.path("value"), own, visitor);
        inner = inner.with(name, entry);
      }
    }
    if (object.path("type").asText().equals("RECURSIVE_CTE_NODE")) {
      inner = inner.with(object.path("cte_name").asText(), object);
    }
    for (Entry<String, JsonNode> field : object.properties()) {
      if (!field.getKey().equals("cte_map") && field.getValue().isContainerNode()) {
        JsonNode walked = walk(field.getValue(), inner, visitor);
        if (!isSame(walked, field.getValue())) {
          field.setValue(walked);
        }
      }
    }
    return object;
  }

  /** Lower-case names that WITH gives anywhere in a tree. */
  static Set<String> names(JsonNode node) {
    Set<String> names = new HashSet<>();
    addNames(node, names);
    return names;
  }

  private static void addNames(JsonNode node, Set<String> names) {
    for (JsonNode entry : node.path("cte_map").path("map")) {
      names.add(entry.path("key").asText().toLowerCase(Locale.ROOT));
    }
    if (node.path("type").asText().equals("RECURSIVE_CTE_NODE")) {
      names.add(node.path("cte_name").asText().toLowerCase(Locale.ROOT));
    }
    for (JsonNode child : node) {
      addNames(child, names);
    }
  }

  static boolean isRecursive(JsonNode entry) {
    JsonNode value = entry.path("value");
    return value.path("query_node").path("type").asText().equals("RECURSIVE_CTE_NODE")
        || value.path("query").path("node").path("type").asText().equals("RECURSIVE_CTE_NODE");
  }

  /** Nodes are compared by identity: equal ones at different places are different places. */
  @SuppressWarnings("ReferenceEquality")
  static boolean isSame(JsonNode a, JsonNode b) {
    return a == b;
  }
}
