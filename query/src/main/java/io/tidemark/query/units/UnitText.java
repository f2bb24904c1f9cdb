package io.tidemark.query.units;

import io.tidemark.query.units.UnitSymbols.Symbol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import javax.measure.Unit;
import org.jspecify.annotations.Nullable;
import tech.units.indriya.AbstractUnit;

/**
 * Reads the text of a unit.
 *
 * <pre>
 * product  = [ "/" ] factor { operator factor }       operator: "/", or one of · * . × ⋅ or a blank
 * factor   = ( symbol | number [ symbol ] | "(" product ")" ) [ exponent ]
 *            numbers at the beginning and behind a line only
 * exponent = [ "^" ] [ "-" ] digit, or in superscripts
 * </pre>
 *
 * A product behind a line ({@code W/m2.K}) is written with one meaning and read with another (ISO
 * 80000-1, 7.2.2), so it has none. Every step consumes a character, a text has {@link #LENGTH_MAX},
 * and exponents are bounded.
 */
final class UnitText {
  /** Longest text that is read; a tag's is no longer. */
  static final int LENGTH_MAX = 64;

  private static final int EXPONENT_MAX = 12;
  private static final int DIGITS_MAX = 9;

  /**
   * A unit that was understood.
   *
   * @param unit the library's
   * @param isLinear false for logarithmic scales
   * @param quantity text of what it is per time, null if it is not a rate
   * @param time the time below the line
   */
  record Reading(
      Unit<?> unit, boolean isLinear, @Nullable String quantity, @Nullable Unit<?> time) {

    Dimension dimension() {
      return UnitText.dimension(unit);
    }
  }

  /** A factor of the whole product: {@code below} the line, with its exponent as it counts. */
  private record Factor(String text, boolean below, int exponent, Symbol symbol) {}

  /** Leaves the reading of a text that means nothing. */
  private static final class NoUnitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoUnitException() {
      super("not a unit", null, false, false);
    }
  }

  private final String text;
  private final List<Factor> factors = new ArrayList<>();
  private int position;

  private UnitText(String text) {
    this.text = text;
  }

  /** Reads a text; empty if it means nothing here. Never throws. */
  static Optional<Reading> read(String uom) {
    String text = normalize(uom.strip());
    if (text.isEmpty() || text.length() > LENGTH_MAX) {
      return Optional.empty();
    }
    Symbol whole = UnitSymbols.find(text);
    if (whole != null) {
      return Optional.of(new Reading(whole.unit(), whole.isLinear(), null, null));
    }
    UnitText reader = new UnitText(text);
    try {
      reader.product(false, 1);
      return reader.position == text.length() ? Optional.of(reader.reading()) : Optional.empty();
    } catch (NoUnitException e) {
      return Optional.empty();
    }
  }

  /** One spelling of signs that look alike, character by character. */
  private static String normalize(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      out.append(
          switch (c) {
            case '⁰' -> '0';
            case '¹' -> '1';
            case '²' -> '2';
            case '³' -> '3';
            case '⁴', '⁵', '⁶', '⁷', '⁸', '⁹' -> (char) (c - '⁴' + '4');
            case '⁻', '−' -> '-';
            case 'μ' -> 'µ'; // the Greek letter
            case '\u2126' -> 'Ω'; // the sign
            case 'º', '˚' -> '°';
            case '*', '.', '×', '⋅', '∙', '•' -> '·';
            case '∕', '⁄', '÷' -> '/';
            case '\u00a0', '\u2009', '\u202f', '\t' -> ' ';
            default -> c;
          });
    }
    return out.toString()
        .replace("° C", "°C")
        .replace("° F", "°F")
        .replace("deg C", "degC")
        .replace("deg F", "degF");
  }

  private void product(boolean below, int outer) {
    skipBlanks();
    boolean line = peek() == '/';
    if (line) {
      position++;
    }
    factor(below ^ line, line ? -outer : outer, true);
    while (position < text.length() && peek() != ')') {
      boolean blank = skipBlanks();
      char operator = peek();
      if (operator == ')' || position == text.length()) {
        return;
      }
      if (operator == '/') {
        position++;
        line = true;
        factor(!below, -outer, true);
      } else if ((operator == '·' || blank) && !line) {
        position += operator == '·' ? 1 : 0;
        factor(below, outer, false);
      } else {
        throw new NoUnitException();
      }
    }
  }

  private void factor(boolean below, int outer, boolean isFirst) {
    skipBlanks();
    int start = position;
    if (peek() == '(') {
      position++;
      int first = factors.size();
      product(below, outer);
      if (peek() != ')') {
        throw new NoUnitException();
      }
      position++;
      if (position < text.length() && isExponent(peek())) {
        int exponent = exponent(takeWord());
        for (int i = first; i < factors.size(); i++) {
          Factor inner = factors.get(i);
          // As a text it cannot be taken apart any more.
          factors.set(
              i,
              new Factor("", inner.below(), bounded(inner.exponent() * exponent), inner.symbol()));
        }
      }
      return;
    }
    String word = takeWord();
    int digits = 0;
    while (digits < word.length() && isDigit(word.charAt(digits))) {
      digits++;
    }
    if (digits > 0) {
      long number = digits > DIGITS_MAX ? 0 : Long.parseLong(word.substring(0, digits));
      if (number == 0 || !isFirst) { // a dot behind a unit is no decimal point
        throw new NoUnitException();
      }
      factors.add(new Factor(word.substring(0, digits), below, outer, UnitSymbols.number(number)));
      if (digits == word.length()) {
        return;
      }
      word = word.substring(digits);
      start += digits;
    }
    Symbol symbol = UnitSymbols.find(word);
    int exponent = 1;
    if (symbol == null) {
      int end = word.length();
      while (end > 0 && isExponent(word.charAt(end - 1))) {
        end--;
      }
      if (end == word.length() || end == 0) {
        throw new NoUnitException();
      }
      exponent = exponent(word.substring(end));
      symbol = UnitSymbols.find(word.substring(0, end));
    }
    if (symbol == null) {
      throw new NoUnitException();
    }
    factors.add(
        new Factor(text.substring(start, position), below, bounded(outer * exponent), symbol));
  }

  /** Characters up to the next operator; a qualifier in parentheses belongs to its symbol. */
  private String takeWord() {
    int start = position;
    while (position < text.length() && "/· ()".indexOf(peek()) < 0) {
      position++;
    }
    if (peek() == '(' && position > start) {
      int close = text.indexOf(')', position);
      if (close > 0 && UnitSymbols.find(text.substring(start, close + 1)) != null) {
        position = close + 1;
        return text.substring(start, position);
      }
      throw new NoUnitException();
    }
    return text.substring(start, position);
  }

  private static int exponent(String digits) {
    int start = digits.startsWith("^") ? 1 : 0;
    boolean negative = digits.startsWith("-", start);
    start += negative ? 1 : 0;
    if (digits.length() != start + 1 || !isDigit(digits.charAt(start))) {
      throw new NoUnitException();
    }
    int exponent = digits.charAt(start) - '0';
    return negative ? -exponent : exponent;
  }

  private static int bounded(int exponent) {
    if (exponent == 0 || Math.abs(exponent) > EXPONENT_MAX) {
      throw new NoUnitException();
    }
    return exponent;
  }

  private static boolean isExponent(char c) {
    return isDigit(c) || c == '-' || c == '^';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private boolean skipBlanks() {
    int start = position;
    while (peek() == ' ') {
      position++;
    }
    return position > start;
  }

  private char peek() {
    return position < text.length() ? text.charAt(position) : '\0';
  }

  private Reading reading() {
    if (factors.size() == 1 && factors.getFirst().exponent() == 1) {
      Symbol only = factors.getFirst().symbol();
      return new Reading(only.unit(), only.isLinear(), null, null);
    }
    Unit<?> product = AbstractUnit.ONE;
    int time = -1;
    for (int i = 0; i < factors.size(); i++) {
      Factor factor = factors.get(i);
      if (!factor.symbol().isLinear()) {
        throw new NoUnitException();
      }
      product = product.multiply(factor.symbol().difference().pow(factor.exponent()));
      if (factor.exponent() == -1
          && !factor.text().isEmpty()
          && dimension(factor.symbol().unit()).units().equals("s")) {
        time = i;
      }
    }
    return time < 0
        ? new Reading(product, true, null, null)
        : new Reading(product, true, without(time), factors.get(time).symbol().difference());
  }

  /** The text without one of its factors, null if it cannot be taken apart. */
  private @Nullable String without(int left) {
    StringJoiner above = new StringJoiner("·");
    StringJoiner below = new StringJoiner("·");
    int belowCount = 0;
    for (int i = 0; i < factors.size(); i++) {
      Factor factor = factors.get(i);
      if (factor.text().isEmpty()) {
        return null;
      }
      if (i != left) {
        (factor.below() ? below : above).add(factor.text());
        belowCount += factor.below() ? 1 : 0;
      }
    }
    String line = belowCount == 0 ? "" : belowCount == 1 ? "/" + below : "/(" + below + ")";
    return (above.length() == 0 ? "1" : above) + line;
  }

  /** The dimension of a unit of the library. */
  static Dimension dimension(Unit<?> unit) {
    return DimensionText.of(unit.getDimension());
  }
}
