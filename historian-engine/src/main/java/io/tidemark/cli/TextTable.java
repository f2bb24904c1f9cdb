package io.tidemark.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows in aligned columns, numbers to the right. Columns are as wide as the rows of the first
 * {@link #print} need; later ones only add rows, so that any number of them can be printed in
 * parts.
 */
final class TextTable {
  /** What stands for no value: not to be taken for an empty text. */
  static final String NULL = "NULL";

  private static final int WIDTH_MAX = 60;

  /** Narrower is no use: a column is not shortened further to fit. */
  private static final int WIDTH_FIT_MIN = 10;

  private static final String GAP = "  ";

  private final List<String> headings;
  private final List<Boolean> right;
  private final List<Boolean> whole;
  private final int columns;
  private final List<List<String>> rows = new ArrayList<>();
  private int @Nullable [] widths;

  /** A table of any width; {@code right} says which columns are numbers. */
  TextTable(List<String> headings, List<Boolean> right) {
    this(headings, right, right, 0);
  }

  /**
   * A table that fits into a line where that is possible: long texts are shortened.
   *
   * @param right which columns are numbers
   * @param whole which columns are never shortened, as part of a number or time is worth nothing
   * @param columns characters in a line; 0 for no limit
   */
  TextTable(List<String> headings, List<Boolean> right, List<Boolean> whole, int columns) {
    this.headings = headings.stream().map(TextTable::printable).toList();
    this.right = right;
    this.whole = whole;
    this.columns = columns;
  }

  /** Adds a row; null is NULL. */
  void add(List<? extends @Nullable String> row) {
    List<String> cells = new ArrayList<>(row.size());
    for (String cell : row) {
      cells.add(cell == null ? NULL : printable(cell));
    }
    rows.add(cells);
  }

  /** Rows added since the last {@link #print}. */
  int size() {
    return rows.size();
  }

  /** Prints what was added since it was last called, the first time below the headings. */
  void print(PrintWriter out) {
    int[] fitted = widths;
    if (fitted == null) {
      fitted = widths();
      widths = fitted;
      line(out, headings, fitted);
      StringBuilder rule = new StringBuilder();
      for (int width : fitted) {
        rule.append("-".repeat(width)).append(GAP);
      }
      out.println(rule.toString().stripTrailing());
    }
    for (List<String> row : rows) {
      line(out, row, fitted);
    }
    rows.clear();
  }

  private int[] widths() {
    int[] natural = new int[headings.size()];
    int total = -GAP.length();
    for (int c = 0; c < natural.length; c++) {
      natural[c] = length(headings.get(c));
      for (List<String> row : rows) {
        int length = length(row.get(c));
        natural[c] = Math.max(natural[c], whole.get(c) ? length : Math.min(WIDTH_MAX, length));
      }
      total += natural[c] + GAP.length();
    }
    for (; columns > 0 && total > columns; total--) {
      int widest = -1;
      for (int c = 0; c < natural.length; c++) {
        boolean wider = widest < 0 || natural[c] > natural[widest];
        if (!whole.get(c) && natural[c] > WIDTH_FIT_MIN && wider) {
          widest = c;
        }
      }
      if (widest < 0) {
        break;
      }
      natural[widest]--;
    }
    return natural;
  }

  private void line(PrintWriter out, List<String> cells, int[] fitted) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < fitted.length; c++) {
      String cell = cells.get(c);
      if (!whole.get(c)) {
        cell = shortened(cell, fitted[c]);
      }
      String padding = " ".repeat(Math.max(0, fitted[c] - length(cell)));
      line.append(right.get(c) ? padding + cell : cell + padding).append(GAP);
    }
    out.println(line.toString().stripTrailing());
  }

  /** The text, ending in an ellipsis if it is longer than so many characters. */
  static String shortened(String text, int width) {
    return length(text) <= width
        ? text
        : text.substring(0, text.offsetByCodePoints(0, Math.max(0, width - 1))) + "…";
  }

  /**
   * The text on one line, and without what a terminal would obey: control characters as pictures.
   */
  static String printable(String text) {
    StringBuilder shown = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        if (shown == null) {
          shown = new StringBuilder(text);
        }
        shown.setCharAt(i, c < ' ' ? (char) ('\u2400' + c) : c == 0x7F ? '\u2421' : '\uFFFD');
      }
    }
    return shown == null ? text : shown.toString();
  }

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
