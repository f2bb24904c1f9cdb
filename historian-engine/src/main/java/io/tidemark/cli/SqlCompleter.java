package io.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.shell.LineCompleter;
import io.tidemark.model.HistorianException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How statements and the shell's own commands go on: tag names inside quotes, else relations,
 * functions, columns and the words of SQL. A server that does not answer proposes nothing.
 */
final class SqlCompleter implements LineCompleter {
  private static final int TAGS_MAX = 100;

  private static final List<String> WORDS =
      List.of(
          "SELECT",
          "FROM",
          "WHERE",
          "GROUP BY",
          "ORDER BY",
          "HAVING",
          "LIMIT",
          "JOIN",
          "LEFT JOIN",
          "ASOF JOIN",
          "USING",
          "AND",
          "OR",
          "NOT",
          "IN",
          "LIKE",
          "BETWEEN",
          "IS NULL",
          "IS NOT NULL",
          "AS",
          "DISTINCT",
          "WITH",
          "UNION ALL",
          "CASE",
          "WHEN",
          "THEN",
          "ELSE",
          "END",
          "INTERVAL",
          "DESC",
          "NULLS FIRST",
          "EXPLAIN",
          "now()",
          "count(",
          "avg(",
          "min(",
          "max(",
          "sum(",
          "time_bucket(");

  private final ServerClient client;
  private final Supplier<SqlSchema> schema;

  SqlCompleter(ServerClient client, Supplier<SqlSchema> schema) {
    this.client = client;
    this.schema = schema;
  }

  @Override
  public boolean isComplete(String text) {
    return text.strip().startsWith("\\") || SqlText.isComplete(text);
  }

  @Override
  public int wordStart(String textToCursor) {
    int open = SqlText.openText(textToCursor);
    if (open >= 0) {
      return open;
    }
    int start = textToCursor.length();
    while (start > 0
        && (Character.isJavaIdentifierPart(textToCursor.charAt(start - 1))
            || textToCursor.charAt(start - 1) == '\\')) {
      start--;
    }
    return start;
  }

  @Override
  public List<Proposal> proposals(String textToCursor) {
    String word = textToCursor.substring(wordStart(textToCursor));
    try {
      if (textToCursor.strip().startsWith("\\")) {
        return ofCommand(textToCursor, word);
      }
      return SqlText.openText(textToCursor) >= 0 ? tags(word) : names(word);
    } catch (HistorianException e) {
      // Completion must not stop anybody from typing; the statement itself will tell.
      return List.of();
    }
  }

  private List<Proposal> ofCommand(String text, String word) {
    List<Proposal> found = new ArrayList<>();
    if (word.startsWith("\\")) {
      ShellCommand.ALL.forEach(
          (name, description) -> {
            if (name.startsWith(word)) {
              found.add(new Proposal(name, description));
            }
          });
    } else if (text.strip().startsWith("\\f")) {
      for (ResultFormat format : ResultFormat.values()) {
        if (format.name().startsWith(word)) {
          found.add(new Proposal(format.name(), ""));
        }
      }
    } else if (text.strip().startsWith("\\d")) {
      relations().forEach((name, what) -> addMatching(found, word, name, what));
    }
    return found;
  }

  /** Tags whose names begin with a text. */
  private List<Proposal> tags(String prefix) {
    if (prefix.contains("*") || prefix.contains("?") || prefix.contains("'")) {
      return List.of();
    }
    String filter = URLEncoder.encode(prefix + "*", StandardCharsets.UTF_8);
    JsonNode answer =
        ServerClient.json(
            client.send(
                "GET",
                "/api/v1/tags?limit=" + TAGS_MAX + "&filter=" + filter,
                null,
                "application/json"));
    List<Proposal> found = new ArrayList<>();
    for (JsonNode tag : answer.path("tags")) {
      found.add(
          new Proposal(
              tag.path("name").asText().replace("'", "''"), tag.path("description").asText("")));
    }
    return found;
  }

  private Map<String, String> relations() {
    Map<String, String> names = new LinkedHashMap<>();
    for (SqlSchema.Relation relation : schema.get().relations()) {
      names.put(relation.name(), relation.description());
    }
    for (SqlSchema.Function function : schema.get().functions()) {
      names.put(function.name(), function.description());
    }
    return names;
  }

  private List<Proposal> names(String word) {
    Map<String, String> names = new LinkedHashMap<>();
    for (SqlSchema.Relation relation : schema.get().relations()) {
      names.put(relation.name(), relation.description());
      relation.columns().forEach(column -> names.putIfAbsent(column.name(), column.type()));
    }
    for (SqlSchema.Function function : schema.get().functions()) {
      names.put(function.name() + "(", function.description());
      function
          .parameters()
          .forEach(parameter -> names.putIfAbsent(parameter.name(), parameter.type()));
      function.columns().forEach(column -> names.putIfAbsent(column.name(), column.type()));
    }
    for (String sql : WORDS) {
      names.putIfAbsent(sql, "");
    }
    List<Proposal> found = new ArrayList<>();
    names.forEach((name, what) -> addMatching(found, word, name, what));
    return found;
  }

  private static void addMatching(
      List<Proposal> found, String word, String name, String description) {
    if (name.toLowerCase(Locale.ROOT).startsWith(word.toLowerCase(Locale.ROOT))) {
      found.add(new Proposal(name, description));
    }
  }
}
