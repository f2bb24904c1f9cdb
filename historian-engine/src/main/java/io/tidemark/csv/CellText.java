package io.tidemark.csv;

/** Says what the text of a cell could be, without converting it. */
final class CellText {
  /** What a cell could be. */
  enum Kind {
    /** Digits with a sign. */
    INTEGER,
    /** A number with a point or exponent. */
    DECIMAL,
    /** A number with a comma. */
    DECIMAL_COMMA,
    /** True or false. */
    BOOL,
    /** Anything else. */
    TEXT
  }

  private CellText() {}

  /** What a cell could be. */
  static Kind kindOf(String cell) {
    int length = cell.length();
    int at = length > 0 && (cell.charAt(0) == '-' || cell.charAt(0) == '+') ? 1 : 0;
    int start = at;
    while (at < length && isDigit(cell.charAt(at))) {
      at++;
    }
    if (at == length && at > start) {
      return Kind.INTEGER;
    }
    if (isNumber(cell, false)) {
      return Kind.DECIMAL;
    }
    if (isNumber(cell, true)) {
      return Kind.DECIMAL_COMMA;
    }
    return cell.equalsIgnoreCase("true") || cell.equalsIgnoreCase("false") ? Kind.BOOL : Kind.TEXT;
  }

  /** Whether it is a decimal number with that mark before its fraction. */
  static boolean isNumber(String cell, boolean comma) {
    int length = cell.length();
    int at = length > 0 && (cell.charAt(0) == '-' || cell.charAt(0) == '+') ? 1 : 0;
    int digits = 0;
    while (at < length && isDigit(cell.charAt(at))) {
      at++;
      digits++;
    }
    if (at < length && cell.charAt(at) == (comma ? ',' : '.')) {
      at++;
      while (at < length && isDigit(cell.charAt(at))) {
        at++;
        digits++;
      }
    }
    if (digits == 0) {
      return false;
    }
    if (at < length && (cell.charAt(at) == 'e' || cell.charAt(at) == 'E')) {
      at++;
      if (at < length && (cell.charAt(at) == '-' || cell.charAt(at) == '+')) {
        at++;
      }
      int exponent = at;
      while (at < length && isDigit(cell.charAt(at))) {
        at++;
      }
      if (at == exponent) {
        return false;
      }
    }
    return at == length;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
