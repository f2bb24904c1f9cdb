package io.tidemark.wire.pg;

import io.tidemark.query.sql.PgCatalog;
import io.tidemark.wire.pg.SqlTokens.Kind;
import io.tidemark.wire.pg.SqlTokens.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One statement of a client and what it is.
 *
 * @param sql the statement, without the semicolon behind it and, for the engine, without schemas
 * @param offset characters of the client's text before it
 * @param tokens its tokens, with places in the client's text; of a query the first only
 * @param answerer who answers it
 * @param parameters number of its parameters
 */
record SqlCommand(String sql, int offset, List<Token> tokens, Answerer answerer, int parameters) {
  /** Who answers. */
  enum Answerer {
    /** Nothing but blanks and comments. */
    EMPTY,
    /** The engine. */
    QUERY,
    /** The catalog. */
    CATALOG,
    /** BEGIN, COMMIT and the like. */
    TRANSACTION,
    /** SET, SHOW and the like. */
    SESSION,
    /** DECLARE, FETCH, MOVE and CLOSE of a cursor. */
    CURSOR,
    /** A command of PostgreSQL that is not supported. */
    UNSUPPORTED
  }

  /** Name of the only database. */
  static final String DATABASE = "tidemark";

  /** Longest text of statements; the engine takes less of each. */
  static final int TEXT_CHARS_MAX = 256 << 10;

  /** Most parameters of a statement. */
  static final int PARAMETERS_MAX = 1_000;

  /** Whether it has rows of a statement: the engine or the catalog answers it. */
  boolean isQuery() {
    return answerer == Answerer.QUERY || answerer == Answerer.CATALOG;
  }

  /** The statements of a text; at least one. */
  static List<SqlCommand> split(String text) {
    if (text.length() > TEXT_CHARS_MAX) {
      throw new PgException(
          SqlState.LIMIT_EXCEEDED,
          "statements are too long: characters=" + text.length() + ", charsMax=" + TEXT_CHARS_MAX);
    }
    List<SqlCommand> commands = new ArrayList<>();
    List<Token> current = new ArrayList<>();
    int start = 0;
    for (Token token : SqlTokens.of(text)) {
      if (!token.isSymbol(';')) {
        current.add(token);
        continue;
      }
      if (!current.isEmpty()) {
        commands.add(of(text, start, token.start(), current));
        current = new ArrayList<>();
      }
      start = token.end();
    }
    if (!current.isEmpty() || commands.isEmpty()) {
      commands.add(of(text, start, text.length(), current));
    }
    return commands;
  }

  private static SqlCommand of(String text, int start, int end, List<Token> tokens) {
    int parameters = 0;
    int marks = 0;
    for (Token token : tokens) {
      if (token.kind() == Kind.PARAMETER) {
        parameters =
            Math.max(
                parameters, token.text().length() > 5 ? 99_999 : Integer.parseInt(token.text()));
      } else if (token.isSymbol('?')) {
        marks++;
      }
    }
    if (Math.max(parameters, marks) > PARAMETERS_MAX) {
      throw new PgException(
          SqlState.LIMIT_EXCEEDED,
          "statement has too many parameters: parametersMax=" + PARAMETERS_MAX);
    }
    Answerer answerer = answerer(tokens);
    boolean isKept = answerer != Answerer.QUERY && answerer != Answerer.CATALOG;
    return new SqlCommand(
        answerer == Answerer.QUERY ? plain(text, start, end, tokens) : text.substring(start, end),
        start,
        List.copyOf(isKept ? tokens : tokens.subList(0, 1)),
        answerer,
        parameters == 0 ? marks : parameters);
  }

  /**
   * The statement without the schema that tools put before relations. Blanks take its place, so
   * that errors name the right column.
   */
  private static String plain(String text, int start, int end, List<Token> tokens) {
    StringBuilder sql = null;
    for (int i = 0; i + 2 < tokens.size(); i++) {
      boolean isSchema =
          tokens.get(i).isNamed("public")
              && tokens.get(i + 1).isSymbol('.')
              && tokens.get(i + 2).kind() != Kind.SYMBOL;
      if (!isSchema) {
        continue;
      }
      if (sql == null) {
        sql = new StringBuilder(text).delete(end, text.length()).delete(0, start);
      }
      boolean hasDatabase =
          i >= 2 && tokens.get(i - 1).isSymbol('.') && tokens.get(i - 2).isNamed(DATABASE);
      int from = tokens.get(hasDatabase ? i - 2 : i).start() - start;
      int to = tokens.get(i + 1).end() - start;
      sql.replace(from, to, " ".repeat(to - from));
    }
    return sql == null ? text.substring(start, end) : sql.toString();
  }

  private static Answerer answerer(List<Token> tokens) {
    if (tokens.isEmpty()) {
      return Answerer.EMPTY;
    }
    Token first = tokens.getFirst();
    if (first.kind() == Kind.WORD) {
      switch (first.text()) {
        case "begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release" -> {
          return Answerer.TRANSACTION;
        }
        case "set", "show", "reset", "discard", "deallocate", "unlisten" -> {
          return Answerer.SESSION;
        }
        case "declare", "fetch", "move", "close" -> {
          return Answerer.CURSOR;
        }
        case "copy", "listen", "notify", "prepare", "execute", "lock", "do", "call" -> {
          return Answerer.UNSUPPORTED;
        }
        default -> {
          // A statement with rows, or one that the engine refuses.
        }
      }
    }
    return isCatalog(tokens) ? Answerer.CATALOG : Answerer.QUERY;
  }

  private static boolean isCatalog(List<Token> tokens) {
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      if (token.kind() == Kind.WORD || token.kind() == Kind.NAME) {
        boolean isCall = i + 1 < tokens.size() && tokens.get(i + 1).isSymbol('(');
        boolean isField = i > 0 && tokens.get(i - 1).isSymbol('.');
        if (PgCatalog.isName(token.text(), isCall, isField)) {
          return true;
        }
      }
    }
    return false;
  }

  /** First word in upper case, as command tags say it. */
  String tag() {
    return tokens.isEmpty() ? "" : tokens.getFirst().text().toUpperCase(Locale.ROOT);
  }

  boolean hasWord(int index, String word) {
    return index < tokens.size() && tokens.get(index).isWord(word);
  }
}
