package io.tidemark.csv;

import io.tidemark.model.IsoInstant;
import java.util.List;
import java.util.Locale;

/**
 * Takes a written time apart. One object is used again and again; its fields are those of the text
 * read last.
 */
final class TimeText {
  /** Families of written times that must not be mixed in a column. */
  enum Shape {
    /** Nothing known. */
    NONE("?"),
    /** A number. */
    NUMBER("number"),
    /** Year first, with an offset. */
    OFFSET("yyyy-MM-ddTHH:mm:ss with offset"),
    /** Year first, without an offset. */
    YEAR_FIRST("yyyy-MM-dd HH:mm:ss"),
    /** Day and month in either order, then the year, with slashes. */
    SLASHES("dd/MM/yyyy or MM/dd/yyyy"),
    /** The same with dots. */
    DOTS("dd.MM.yyyy"),
    /** The same with dashes. */
    DASHES("dd-MM-yyyy or MM-dd-yyyy"),
    /** Day, English name of the month, year. */
    MONTH_NAME("dd-MMM-yyyy");

    private final String label;

    Shape(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }

    /** Whether day and month are numbers that could be swapped. */
    boolean isSwappable() {
      return this == SLASHES || this == DOTS || this == DASHES;
    }
  }

  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

  private String text = "";
  private int at;
  private boolean failed;

  Shape shape = Shape.NONE;
  int year;

  /** Month, unless the shape can be swapped: then the first number of the date. */
  int first;

  /** Day, unless the shape can be swapped: then the second number of the date. */
  int second;

  int hour;
  int minute;
  int seconds;
  int nanos;
  int offsetSeconds;

  /** No such time. */
  static final long NO_TIME = Long.MIN_VALUE;

  /** Seconds since the epoch as if the time were UTC, or {@link #NO_TIME}. */
  long localSecond(boolean dayFirst) {
    int month = shape.isSwappable() && dayFirst ? second : first;
    int day = shape.isSwappable() && dayFirst ? first : second;
    Long value = IsoInstant.epochSecond(year, month, day, hour, minute, seconds);
    return value == null ? NO_TIME : value;
  }

  /** Reads a text; its shape, NONE if it has no known one. */
  Shape read(String given) {
    text = given;
    at = 0;
    failed = false;
    hour = 0;
    minute = 0;
    seconds = 0;
    nanos = 0;
    offsetSeconds = 0;
    shape = CellText.isNumber(given, false) ? Shape.NUMBER : date();
    if (shape == Shape.NUMBER || shape == Shape.NONE) {
      return shape;
    }
    timeOfDay();
    if (failed || at != text.length()) {
      shape = Shape.NONE;
    }
    return shape;
  }

  private Shape date() {
    int start = at;
    int number = digits(4);
    int length = at - start;
    char separator = take();
    if (length == 4 && (separator == '-' || separator == '/' || separator == '.')) {
      year = number;
      first = digits(2);
      expect(separator);
      second = digits(2);
      return failed ? Shape.NONE : Shape.YEAR_FIRST;
    }
    if (length == 0 || length > 2) {
      return Shape.NONE;
    }
    first = number;
    if ((separator == '-' || separator == ' ') && at < text.length() && isLetter(text.charAt(at))) {
      return monthName(separator);
    }
    second = digits(2);
    expect(separator);
    int yearStart = at;
    year = digits(4);
    if (failed || at - yearStart != 4) {
      return Shape.NONE;
    }
    return switch (separator) {
      case '/' -> Shape.SLASHES;
      case '.' -> Shape.DOTS;
      case '-' -> Shape.DASHES;
      default -> Shape.NONE;
    };
  }

  private Shape monthName(char separator) {
    int start = at;
    while (at < text.length() && isLetter(text.charAt(at))) {
      at++;
    }
    int month =
        at - start == 3 ? MONTHS.indexOf(text.substring(start, at).toLowerCase(Locale.ROOT)) : -1;
    expect(separator);
    int yearStart = at;
    year = digits(4);
    if (failed || month < 0 || (at - yearStart != 4 && at - yearStart != 2)) {
      return Shape.NONE;
    }
    if (at - yearStart == 2) {
      year += 2000;
    }
    second = first;
    first = month + 1;
    return Shape.MONTH_NAME;
  }

  private void timeOfDay() {
    if (at == text.length()) {
      return;
    }
    char separator = take();
    failed |= separator != 'T' && separator != 't' && separator != ' ';
    hour = digits(2);
    expect(':');
    minute = digits(2);
    if (at < text.length() && text.charAt(at) == ':') {
      at++;
      seconds = digits(2);
      if (at < text.length() && (text.charAt(at) == '.' || text.charAt(at) == ',')) {
        at++;
        fraction();
      }
    }
    if (at < text.length() && !failed) {
      halfOfDayOrOffset();
    }
  }

  private void fraction() {
    int start = at;
    while (at < text.length() && isDigit(text.charAt(at))) {
      int digit = text.charAt(at) - '0';
      if (at - start < 9) {
        nanos = nanos * 10 + digit;
      } else {
        failed |= digit != 0;
      }
      at++;
    }
    failed |= at == start;
    for (int count = at - start; count < 9; count++) {
      nanos *= 10;
    }
  }

  private void halfOfDayOrOffset() {
    String rest = text.substring(at).strip();
    if (rest.equalsIgnoreCase("AM") || rest.equalsIgnoreCase("PM")) {
      failed |= hour < 1 || hour > 12;
      hour = hour % 12 + (rest.equalsIgnoreCase("PM") ? 12 : 0);
      at = text.length();
      return;
    }
    char sign = take();
    if (sign != 'Z' && sign != 'z') {
      failed |= sign != '+' && sign != '-';
      offsetSeconds = digits(2) * 3600;
      if (at < text.length() && text.charAt(at) == ':') {
        at++;
      }
      if (at < text.length()) {
        int minutes = digits(2);
        failed |= minutes > 59;
        offsetSeconds += minutes * 60;
      }
      failed |= offsetSeconds > 18 * 3600;
      offsetSeconds = sign == '-' ? -offsetSeconds : offsetSeconds;
    }
    failed |= shape != Shape.YEAR_FIRST;
    shape = Shape.OFFSET;
  }

  private int digits(int most) {
    int start = at;
    int value = 0;
    while (at < text.length() && at - start < most && isDigit(text.charAt(at))) {
      value = value * 10 + text.charAt(at++) - '0';
    }
    failed |= at == start;
    return value;
  }

  private char take() {
    return at < text.length() ? text.charAt(at++) : 0;
  }

  private void expect(char wanted) {
    failed |= take() != wanted;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
