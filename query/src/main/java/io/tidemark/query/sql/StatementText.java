package io.tidemark.query.sql;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can be said of a statement before the parser sees it: length, nesting, first word. Strings,
 * quoted names, dollar quotes and comments count as one token.
 *
 * @param explain whether it asks for the plan
 * @param body the statement, without EXPLAIN
 * @param bodyOffset characters before the body
 * @param firstWord first word of the body in upper case, empty if there is none
 */
record StatementText(boolean explain, String body, int bodyOffset, String firstWord) {
  /** Longest statement in UTF-8 bytes. */
  static final int BYTES_MAX = 64 << 10;

  /** Deepest nesting of brackets. */
  static final int NESTING_MAX = 200;

  private static final Set<String> EXPLAIN_OPTIONS = Set.of("ANALYZE", "FORMAT");

  static StatementText of(String sql) {
    int bytes = sql.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > BYTES_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_LONG, "statement is too long: bytes=" + bytes + ", bytesMax=" + BYTES_MAX);
    }
    int nul = sql.indexOf('\0');
    if (nul >= 0) {
      throw new HistorianException(
          ErrorCode.SQL_ERROR, "statement holds a NUL character", place(sql, nul), null, null);
    }
    checkNesting(sql);
    int start = skipBlank(sql, 0);
    String word = word(sql, start);
    if (!word.equals("EXPLAIN")) {
      return new StatementText(false, sql, 0, word);
    }
    int body = skipBlank(sql, start + word.length());
    String next = word(sql, body);
    if (next.equals("ANALYZE") || EXPLAIN_OPTIONS.contains(wordInBracket(sql, body))) {
      throw new HistorianException(
          ErrorCode.SQL_REFUSED,
          "EXPLAIN takes no options",
          place(sql, body),
          "EXPLAIN SELECT … shows tags, times and columns that each scan reads",
          null);
    }
    return new StatementText(true, sql.substring(body), body, next);
  }

  private static String wordInBracket(String sql, int from) {
    return from < sql.length() && sql.charAt(from) == '('
        ? word(sql, skipBlank(sql, from + 1))
        : "";
  }

  private static String word(String sql, int from) {
    int to = from;
    while (to < sql.length() && Character.isLetter(sql.charAt(to))) {
      to++;
    }
    return sql.substring(from, to).toUpperCase(Locale.ROOT);
  }

  private static int skipBlank(String sql, int from) {
    int at = from;
    while (at < sql.length()) {
      int end = commentEnd(sql, at);
      if (end > at) {
        at = end;
      } else if (Character.isWhitespace(sql.charAt(at))) {
        at++;
      } else {
        return at;
      }
    }
    return at;
  }

  private static void checkNesting(String sql) {
    int depth = 0;
    int at = 0;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      int end = opaqueEnd(sql, at);
      if (end > at) {
        at = end;
        continue;
      }
      if (c == '(' || c == '[' || c == '{') {
        if (++depth > NESTING_MAX) {
          throw new HistorianException(
              ErrorCode.SQL_REFUSED,
              "statement is nested too deeply: nestingMax=" + NESTING_MAX,
              place(sql, at),
              null,
              null);
        }
      } else if (c == ')' || c == ']' || c == '}') {
        depth = Math.max(0, depth - 1);
      }
      at++;
    }
  }

  /** End of the string, quoted name, dollar quote or comment that starts here, else {@code at}. */
  private static int opaqueEnd(String sql, int at) {
    char c = sql.charAt(at);
    if (c == '\'' || c == '"') {
      boolean escapes =
          c == '\''
              && at > 0
              && (sql.charAt(at - 1) == 'e' || sql.charAt(at - 1) == 'E')
              && (at == 1 || !Character.isLetterOrDigit(sql.charAt(at - 2)));
      for (int i = at + 1; i < sql.length(); i++) {
        if (escapes && sql.charAt(i) == '\\') {
          i++;
        } else if (sql.charAt(i) == c) {
          if (i + 1 < sql.length() && sql.charAt(i + 1) == c) {
            i++;
          } else {
            return i + 1;
          }
        }
      }
      return sql.length();
    }
    if (c == '$') {
      int tag = at + 1;
      while (tag < sql.length()
          && (Character.isLetterOrDigit(sql.charAt(tag)) || sql.charAt(tag) == '_')) {
        tag++;
      }
      if (tag < sql.length() && sql.charAt(tag) == '$') {
        String quote = sql.substring(at, tag + 1);
        int end = sql.indexOf(quote, tag + 1);
        return end < 0 ? sql.length() : end + quote.length();
      }
      return at;
    }
    return commentEnd(sql, at);
  }

  private static int commentEnd(String sql, int at) {
    if (sql.startsWith("--", at)) {
      int end = sql.indexOf('\n', at);
      return end < 0 ? sql.length() : end + 1;
    }
    if (sql.startsWith("/*", at)) {
      int end = sql.indexOf("*/", at + 2);
      return end < 0 ? sql.length() : end + 2;
    }
    return at;
  }

  /** {@code line:column}, both from 1, of a character. */
  static String place(String sql, int index) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < index && i < sql.length(); i++) {
      if (sql.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return line + ":" + (sql.codePointCount(lineStart, Math.min(index, sql.length())) + 1);
  }

  /** {@code line:column} in the whole statement of a UTF-8 byte of the body, or null. */
  @Nullable String placeOfByte(String whole, int bytePosition) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    if (bytePosition < 0 || bytePosition > bytes.length) {
      return null;
    }
    int index = new String(bytes, 0, bytePosition, StandardCharsets.UTF_8).length();
    return place(whole, bodyOffset + index);
  }
}
