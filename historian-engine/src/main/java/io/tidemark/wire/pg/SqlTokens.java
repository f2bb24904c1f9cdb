package io.tidemark.wire.pg;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The words of a statement, as far as a session must know them: where statements end, which command
 * it is, which parameters it has. Comments are left out.
 */
final class SqlTokens {
  /** Kinds of tokens. */
  enum Kind {
    /** Name or keyword, in lower case. */
    WORD,
    /** Name in double quotes, without them. */
    NAME,
    /** Text in quotes, without them. */
    TEXT,
    /** Number. */
    NUMBER,
    /** {@code $1} without the dollar. */
    PARAMETER,
    /** Anything else, one character. */
    SYMBOL
  }

  /**
   * A token.
   *
   * @param start its first character
   * @param end the character behind it
   */
  record Token(Kind kind, String text, int start, int end) {
    boolean isSymbol(char symbol) {
      return kind == Kind.SYMBOL && text.charAt(0) == symbol;
    }

    boolean isNamed(String name) {
      return (kind == Kind.WORD || kind == Kind.NAME) && text.equals(name);
    }

    boolean isWord(String word) {
      return kind == Kind.WORD && text.equals(word);
    }
  }

  private final String sql;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private SqlTokens(String sql) {
    this.sql = sql;
  }

  static List<Token> of(String sql) {
    SqlTokens lexer = new SqlTokens(sql);
    while (lexer.at < sql.length()) {
      lexer.next();
    }
    return lexer.tokens;
  }

  private void next() {
    char c = sql.charAt(at);
    int start = at;
    if (Character.isWhitespace(c)) {
      at++;
    } else if (sql.startsWith("--", at)) {
      int end = sql.indexOf('\n', at);
      at = end < 0 ? sql.length() : end + 1;
    } else if (sql.startsWith("/*", at)) {
      skipComment();
    } else if (c == '\'') {
      quoted(Kind.TEXT, start, false);
    } else if (c == '"') {
      quoted(Kind.NAME, start, false);
    } else if (c == '$') {
      dollar(start);
    } else if (c >= '0' && c <= '9') {
      while (at < sql.length() && (isWordPart(sql.charAt(at)) || sql.charAt(at) == '.')) {
        at++;
      }
      add(Kind.NUMBER, sql.substring(start, at), start);
    } else if (Character.isLetter(c) || c == '_') {
      while (at < sql.length() && isWordPart(sql.charAt(at))) {
        at++;
      }
      String word = sql.substring(start, at).toLowerCase(Locale.ROOT);
      if (word.equals("e") && at < sql.length() && sql.charAt(at) == '\'') {
        quoted(Kind.TEXT, start, true);
      } else {
        add(Kind.WORD, word, start);
      }
    } else {
      at++;
      add(Kind.SYMBOL, String.valueOf(c), start);
    }
  }

  /** Comments nest. */
  private void skipComment() {
    int depth = 0;
    while (at < sql.length()) {
      if (sql.startsWith("/*", at)) {
        depth++;
        at += 2;
      } else if (sql.startsWith("*/", at)) {
        at += 2;
        if (--depth == 0) {
          return;
        }
      } else {
        at++;
      }
    }
  }

  private void quoted(Kind kind, int start, boolean escapes) {
    char quote = sql.charAt(at++);
    StringBuilder text = new StringBuilder();
    while (at < sql.length()) {
      char c = sql.charAt(at++);
      if (escapes && c == '\\' && at < sql.length()) {
        text.append(sql.charAt(at++));
      } else if (c != quote) {
        text.append(c);
      } else if (at < sql.length() && sql.charAt(at) == quote) {
        text.append(quote);
        at++;
      } else {
        break;
      }
    }
    add(kind, text.toString(), start);
  }

  private void dollar(int start) {
    int tag = at + 1;
    while (tag < sql.length() && isWordPart(sql.charAt(tag))) {
      tag++;
    }
    String name = sql.substring(at + 1, tag);
    if (!name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9')) {
      at = tag;
      add(Kind.PARAMETER, name, start);
    } else if (tag < sql.length() && sql.charAt(tag) == '$') {
      String quote = sql.substring(at, tag + 1);
      int end = sql.indexOf(quote, tag + 1);
      String text = sql.substring(tag + 1, end < 0 ? sql.length() : end);
      at = end < 0 ? sql.length() : end + quote.length();
      add(Kind.TEXT, text, start);
    } else {
      at++;
      add(Kind.SYMBOL, "$", start);
    }
  }

  private static boolean isWordPart(char c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }

  private void add(Kind kind, String text, int start) {
    tokens.add(new Token(kind, text, start, at));
  }
}
