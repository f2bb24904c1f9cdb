package io.tidemark.query.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Statements in a text resource. A line {@code == name} begins one, lines that begin with {@code ?}
 * hold its parameters as a JSON array and those with {@code >} what is expected, the others are the
 * statement.
 */
final class StatementFile {
  /** One statement. */
  record Entry(
      String name, String sql, List<@Nullable Object> parameters, List<String> expectations) {
    @Override
    public String toString() {
      return name;
    }
  }

  private StatementFile() {}

  static List<Entry> read(String resource) {
    List<Entry> entries = new ArrayList<>();
    for (String part : text(resource).split("(?m)^== ", -1)) {
      if (part.isBlank()) {
        continue;
      }
      List<String> lines = part.lines().toList();
      StringBuilder sql = new StringBuilder();
      List<@Nullable Object> parameters = new ArrayList<>();
      List<String> expectations = new ArrayList<>();
      for (String line : lines.subList(1, lines.size())) {
        if (line.startsWith("? ")) {
          parameters.addAll(parameters(line.substring(2)));
        } else if (line.startsWith("> ")) {
          expectations.add(line.substring(2));
        } else {
          sql.append(sql.isEmpty() ? "" : "\n").append(line);
        }
      }
      entries.add(new Entry(lines.getFirst(), sql.toString().strip(), parameters, expectations));
    }
    return entries;
  }

  private static List<@Nullable Object> parameters(String json) {
    try {
      return new ObjectMapper().readValue(json, new TypeReference<>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON array: " + json, e);
    }
  }

  private static String text(String resource) {
    try (InputStream in =
        Objects.requireNonNull(StatementFile.class.getResourceAsStream(resource), resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
