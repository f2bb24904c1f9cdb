package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.query.time.TimeExpression;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that means a time by the statement's one now, and the constant that replaces it: the
 * same in planning and running, and the same behind every door. Besides DuckDB's own functions that
 * is {@code time_expr('*-8h')}, a time expression as everywhere else.
 */
final class StatementTimes {
  /** The function of time expressions. */
  static final String TIME_EXPRESSION = "time_expr";

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

  private static final Set<String> KEYWORDS =
      Set.of("current_timestamp", "current_date", "current_time", "localtime", "localtimestamp");

  private final QueryContext context;
  private final List<? extends @Nullable Object> parameters;

  StatementTimes(QueryContext context, List<? extends @Nullable Object> parameters) {
    this.context = context;
    this.parameters = parameters;
  }

  static boolean isFunction(String name) {
    return TYPES.containsKey(name);
  }

  /** The constant that replaces a node, or the node itself if it does not mean such a time. */
  JsonNode replaced(ObjectNode node) {
    if (node.path("class").asText().equals("FUNCTION")
        && SyntaxTree.name(node, "function_name").equals(TIME_EXPRESSION)) {
      ObjectNode constant = constant(expression(node));
      constant.put("alias", node.path("alias").asText());
      return constant;
    }
    ObjectNode now = replacement(node);
    return now == null ? node : now;
  }

  private long expression(ObjectNode call) {
    JsonNode argument = call.path("arguments").path(0).path("expression");
    String text = null;
    if (call.path("arguments").size() == 1) {
      if (argument.path("class").asText().equals("PARAMETER")) {
        Object given = parameters.get(Integer.parseInt(argument.path("identifier").asText()) - 1);
        text = given instanceof String string ? string : null;
      } else if (argument.path("literal").path("kind").asText().equals("STRING")) {
        text = argument.path("literal").path("text").asText();
      }
    }
    if (text == null) {
      throw new HistorianException(
          ErrorCode.SQL_ERROR, "time_expr takes one constant text: time_expr('*-8h')");
    }
    try {
      return TimeExpression.parse(text).resolve(context.nowNs(), context.zone());
    } catch (HistorianException e) {
      throw new HistorianException(
          e.code(), "time_expr: " + e.messageText(), e.path(), e.hint(), e);
    }
  }

  private static ObjectNode constant(long ns) {
    return SyntaxTree.cast(SyntaxTree.text(text(ns)), "TIMESTAMPTZ");
  }

  private @Nullable ObjectNode replacement(ObjectNode node) {
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
    ObjectNode constant = constant(context.nowNs());
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
