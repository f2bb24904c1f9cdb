package io.tidemark.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Rows in aligned columns, numbers to the right. */
final class TextTable {
  private static final int WIDTH_MAX = 60;

  private final List<String> headings;
  private final List<Boolean> right;
  private final List<List<String>> rows = new ArrayList<>();

  /** A table; {@code right} says which columns are numbers. */
  TextTable(List<String> headings, List<Boolean> right) {
    this.headings = headings;
    this.right = right;
  }

  void add(List<String> row) {
    rows.add(row);
  }

  void print(PrintWriter out) {
    int[] widths = new int[headings.size()];
    for (int c = 0; c < widths.length; c++) {
      widths[c] = length(headings.get(c));
      for (List<String> row : rows) {
        widths[c] = Math.min(WIDTH_MAX, Math.max(widths[c], length(row.get(c))));
      }
    }
    line(out, headings, widths);
    StringBuilder rule = new StringBuilder();
    for (int width : widths) {
      rule.append("-".repeat(width)).append("  ");
    }
    out.println(rule.toString().stripTrailing());
    for (List<String> row : rows) {
      line(out, row, widths);
    }
  }

  private void line(PrintWriter out, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      String cell = cells.get(c);
      if (length(cell) > WIDTH_MAX) {
        cell = cell.substring(0, cell.offsetByCodePoints(0, WIDTH_MAX - 1)) + "…";
      }
      String padding = " ".repeat(Math.max(0, widths[c] - length(cell)));
      line.append(right.get(c) ? padding + cell : cell + padding).append("  ");
    }
    out.println(line.toString().stripTrailing());
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
