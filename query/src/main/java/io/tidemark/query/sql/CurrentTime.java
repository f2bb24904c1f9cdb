package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that means the current time, and the constant of the query that replaces it: one now
 * for a statement, the same in planning and running, and the same behind every door.
 */
final class CurrentTime {
  private static final DateTimeFormatter TEXT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS'+00'", Locale.ROOT);

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("now", "TIMESTAMPTZ"),
          Map.entry("current_timestamp", "TIMESTAMPTZ"),
          Map.entry("get_current_timestamp", "TIMESTAMPTZ"),
          Map.entry("transaction_timestamp", "TIMESTAMPTZ"),
          Map.entry("current_date", "DATE"),
          Map.entry("today", "DATE"),
          Map.entry("current_time", "TIMETZ"),
          Map.entry("get_current_time", "TIMETZ"),
          Map.entry("localtime", "TIME"),
          Map.entry("current_localtime", "TIME"),
          Map.entry("localtimestamp", "TIMESTAMP"),
          Map.entry("current_localtimestamp", "TIMESTAMP"));

  private static final java.util.Set<String> KEYWORDS =
      java.util.Set.of(
          "current_timestamp", "current_date", "current_time", "localtime", "localtimestamp");

  private CurrentTime() {}

  static boolean isFunction(String name) {
    return TYPES.containsKey(name);
  }

  /** The constant that replaces a node, or null if the node does not mean the current time. */
  static @Nullable ObjectNode replacement(ObjectNode node, long nowNs) {
    String name = null;
    switch (node.path("class").asText()) {
      case "FUNCTION" -> {
        if (node.path("arguments").isEmpty()) {
          name = SyntaxTree.name(node, "function_name");
        }
      }
      case "COLUMN_REF" -> {
        JsonNode names = node.path("column_names");
        if (names.size() == 1
            && KEYWORDS.contains(names.get(0).asText().toLowerCase(Locale.ROOT))) {
          name = names.get(0).asText().toLowerCase(Locale.ROOT);
        }
      }
      default -> {
        // Not a time.
      }
    }
    String type = name == null ? null : TYPES.get(name);
    if (type == null) {
      return null;
    }
    ObjectNode constant = SyntaxTree.cast(SyntaxTree.text(text(nowNs)), "TIMESTAMPTZ");
    ObjectNode typed = type.equals("TIMESTAMPTZ") ? constant : SyntaxTree.cast(constant, type);
    typed.put("alias", node.path("alias").asText());
    return typed;
  }

  /** ISO text with microseconds, rounded down, in UTC. */
  static String text(long ns) {
    return TEXT.format(
        Instant.ofEpochSecond(Math.floorDiv(ns, 1_000_000_000L), Math.floorMod(ns, 1_000_000_000L))
            .atOffset(ZoneOffset.UTC));
  }
}
