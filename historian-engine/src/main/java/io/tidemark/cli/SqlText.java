package io.tidemark.cli;

import io.tidemark.model.HistorianException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where statements in a text end: at semicolons that stand neither in quotes nor in a comment.
 * Knows {@code '…'}, {@code E'…'}, {@code "…"}, {@code $tag$…$tag$}, {@code -- …} and nested
 * comments.
 */
final class SqlText {
  private static final Pattern DOLLAR = Pattern.compile("\\$(?:[A-Za-z_][A-Za-z_0-9]*)?\\$");
  private static final Pattern PLACE = Pattern.compile("(\\d{1,9}):(\\d{1,9})");
  private static final int LINE_MAX = 100;

  private final String text;
  private final List<String> statements = new ArrayList<>();
  private int from;
  private boolean isBlank = true;
  private char quote;
  private int quoteStart = -1;

  private SqlText(String text) {
    this.text = text;
    scan();
  }

  /** The statements, without their semicolons; the last one also without having had one. */
  static List<String> statements(String text) {
    SqlText scanned = new SqlText(text);
    List<String> found = new ArrayList<>(scanned.statements);
    if (!scanned.isBlank) {
      found.add(text.substring(scanned.from).strip());
    }
    return found;
  }

  /** Whether the text ends behind a semicolon or holds nothing. */
  static boolean isComplete(String text) {
    SqlText scanned = new SqlText(text);
    return scanned.isBlank && scanned.quoteStart < 0;
  }

  /** Where the text {@code '…} begins that is still open at the end; -1 if none is. */
  static int openText(String text) {
    SqlText scanned = new SqlText(text);
    return scanned.quote == '\'' ? scanned.quoteStart + 1 : -1;
  }

  private void scan() {
    for (int i = 0; i < text.length(); ) {
      char c = text.charAt(i);
      if (c == ';') {
        if (!isBlank) {
          statements.add(text.substring(from, i).strip());
        }
        from = ++i;
        isBlank = true;
      } else if (text.startsWith("--", i)) {
        int end = text.indexOf('\n', i);
        i = end < 0 ? text.length() : end;
      } else if (text.startsWith("/*", i)) {
        i = comment(i);
      } else {
        isBlank &= Character.isWhitespace(c);
        i = c == '\'' || c == '"' ? quoted(i, c) : c == '$' ? dollar(i) : i + 1;
      }
    }
  }

  private int comment(int start) {
    int depth = 0;
    int i = start;
    while (i < text.length()) {
      if (text.startsWith("/*", i)) {
        depth++;
        i += 2;
      } else if (text.startsWith("*/", i)) {
        i += 2;
        if (--depth == 0) {
          return i;
        }
      } else {
        i++;
      }
    }
    open(start, '*');
    return i;
  }

  private int quoted(int start, char mark) {
    boolean hasEscapes =
        mark == '\''
            && start > 0
            && (text.charAt(start - 1) | 0x20) == 'e'
            && (start == 1 || !Character.isJavaIdentifierPart(text.charAt(start - 2)));
    for (int i = start + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (hasEscapes && c == '\\') {
        i++;
      } else if (c == mark) {
        if (i + 1 == text.length() || text.charAt(i + 1) != mark) {
          return i + 1;
        }
        i++;
      }
    }
    open(start, mark);
    return text.length();
  }

  private int dollar(int start) {
    Matcher mark = DOLLAR.matcher(text).region(start, text.length());
    boolean inWord = start > 0 && Character.isJavaIdentifierPart(text.charAt(start - 1));
    if (inWord || !mark.lookingAt()) {
      return start + 1;
    }
    int end = text.indexOf(mark.group(), mark.end());
    if (end < 0) {
      open(start, '$');
      return text.length();
    }
    return end + mark.group().length();
  }

  private void open(int start, char mark) {
    quoteStart = start;
    quote = mark;
  }

  /**
   * What a person reads of a failed statement: code and message, the line with a caret below the
   * place, the hint; one line each.
   *
   * @param sql the statement as it was sent; null if there is none
   */
  static String error(HistorianException error, @Nullable String sql) {
    StringBuilder shown = new StringBuilder(Main.message(error));
    Matcher place = PLACE.matcher(error.path() == null ? "" : error.path());
    if (sql != null && place.matches()) {
      List<String> lines = sql.lines().toList();
      int line = Integer.parseInt(place.group(1));
      if (line >= 1 && line <= lines.size()) {
        appendPlace(shown, lines.get(line - 1), Integer.parseInt(place.group(2)));
      }
    }
    if (error.hint() != null) {
      shown.append(System.lineSeparator()).append("hint: ").append(error.hint());
    }
    return shown.toString();
  }

  private static void appendPlace(StringBuilder shown, String line, int column) {
    int[] points = TextTable.printable(line.replace('\t', ' ')).codePoints().toArray();
    int at = Math.clamp(column - 1, 0, points.length);
    int first = points.length <= LINE_MAX ? 0 : Math.max(0, at - LINE_MAX / 2);
    int count = Math.min(points.length - first, LINE_MAX);
    shown
        .append(System.lineSeparator())
        .append("  ")
        .append(new String(points, first, count))
        .append(System.lineSeparator())
        .append(" ".repeat(at - first + 2))
        .append('^');
  }
}
