package io.tidemark.client;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON that a server answers with: objects as maps, lists, texts, numbers as they are
 * written. What is no JSON, say the page of a proxy, reads as an empty object.
 */
final class AnswerText {
  private static final int DEPTH_MAX = 32;

  private final String text;
  private int at;

  private AnswerText(String text) {
    this.text = text;
  }

  static Map<String, @Nullable Object> object(byte[] body) {
    try {
      AnswerText reader = new AnswerText(new String(body, StandardCharsets.UTF_8));
      return objectOf(reader.value(0));
    } catch (IllegalStateException | IndexOutOfBoundsException | NumberFormatException e) {
      return Map.of();
    }
  }

  @SuppressWarnings("unchecked") // only texts are put in as keys
  static Map<String, @Nullable Object> objectOf(@Nullable Object value) {
    return value instanceof Map ? (Map<String, @Nullable Object>) value : Map.of();
  }

  static String text(Map<String, @Nullable Object> object, String field) {
    Object value = object.get(field);
    return value == null ? "" : value.toString();
  }

  private @Nullable Object value(int depth) {
    if (depth > DEPTH_MAX) {
      throw new IllegalStateException("too deep");
    }
    skipSpace();
    char c = text.charAt(at);
    switch (c) {
      case '{':
        return object(depth);
      case '[':
        return list(depth);
      case '"':
        return string();
      default:
        int start = at;
        while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
          at++;
        }
        String word = text.substring(start, at);
        return word.equals("null") ? null : word;
    }
  }

  private Map<String, @Nullable Object> object(int depth) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    at++;
    skipSpace();
    while (text.charAt(at) != '}') {
      String key = string();
      skipSpace();
      expect(':');
      object.put(key, value(depth + 1));
      next('}');
    }
    at++;
    return object;
  }

  private List<@Nullable Object> list(int depth) {
    List<@Nullable Object> list = new ArrayList<>();
    at++;
    skipSpace();
    while (text.charAt(at) != ']') {
      list.add(value(depth + 1));
      next(']');
    }
    at++;
    return list;
  }

  private void next(char close) {
    skipSpace();
    if (text.charAt(at) != close) {
      expect(',');
      skipSpace();
    }
  }

  private String string() {
    expect('"');
    StringBuilder out = new StringBuilder();
    for (; text.charAt(at) != '"'; at++) {
      char c = text.charAt(at);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      at++;
      char escaped = text.charAt(at);
      switch (escaped) {
        case 'n' -> out.append('\n');
        case 't' -> out.append('\t');
        case 'r' -> out.append('\r');
        case 'b' -> out.append('\b');
        case 'f' -> out.append('\f');
        case 'u' -> {
          out.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
          at += 4;
        }
        default -> out.append(escaped);
      }
    }
    at++;
    return out.toString();
  }

  private void expect(char c) {
    if (text.charAt(at) != c) {
      throw new IllegalStateException("not JSON");
    }
    at++;
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }
}
