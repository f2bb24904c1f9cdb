package io.tidemark.query.condition;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.query.condition.ConditionNode.Numeric;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the text of a condition from left to right and knows the position for errors: words, quoted
 * texts, numbers and signs. Every step consumes a character or fails.
 */
final class ConditionText {
  /** From here on not every integer is a float64. */
  private static final double WHOLE_MAX = 0x1p53;

  /** Words that are no tags unless they are quoted. */
  private static final Set<String> KEYWORDS =
      Set.of(
          "and",
          "or",
          "not",
          "between",
          "in",
          "is",
          "good",
          "bad",
          "uncertain",
          "true",
          "false",
          "tag");

  final String text;
  int at;

  ConditionText(String text) {
    this.text = text;
    if (text.length() > Condition.CHARS_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_LONG,
          "condition is too long: condition="
              + ErrorText.quote(text)
              + ", characters="
              + text.length()
              + ", charactersMax="
              + Condition.CHARS_MAX);
    }
  }

  void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  boolean atEnd() {
    return at >= text.length();
  }

  /** The next character; NUL at the end. */
  char peek() {
    return peek(0);
  }

  private char peek(int ahead) {
    return at + ahead < text.length() ? text.charAt(at + ahead) : '\0';
  }

  boolean atQuote() {
    return peek() == '\'' || peek() == '"';
  }

  boolean atNumber() {
    int ahead = peek() == '-' || peek() == '+' ? 1 : 0;
    ahead += peek(ahead) == '.' ? 1 : 0;
    return isDigit(peek(ahead));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** Where the word ends that begins at a position; that position if none does. */
  private int wordEnd(int from) {
    if (from >= text.length() || !Character.isLetter(text.codePointAt(from))) {
      return from;
    }
    int end = from;
    while (end < text.length()) {
      int c = text.codePointAt(end);
      if (!Character.isLetterOrDigit(c) && "_.-/#".indexOf(c) < 0) {
        break;
      }
      end += Character.charCount(c);
    }
    return end;
  }

  /** Whether a tag's name without quotes comes next: a word that means nothing else. */
  boolean atName() {
    int end = wordEnd(at);
    return end > at && !KEYWORDS.contains(text.substring(at, end).toLowerCase(Locale.ROOT));
  }

  String name() {
    int from = at;
    at = wordEnd(at);
    return text.substring(from, at);
  }

  boolean atWord(String word) {
    return text.substring(at, wordEnd(at)).equalsIgnoreCase(word);
  }

  /** Takes a word, in any case, if it comes next. */
  boolean takesWord(String word) {
    boolean isThere = atWord(word);
    at += isThere ? word.length() : 0;
    return isThere;
  }

  /** Takes a sign if it comes next. */
  boolean takes(String sign) {
    boolean isThere = text.startsWith(sign, at);
    at += isThere ? sign.length() : 0;
    return isThere;
  }

  void require(String sign) {
    skipBlanks();
    if (!takes(sign)) {
      throw expected(sign);
    }
  }

  /** Takes a text in quotes; a doubled quote stands for one. */
  String quoted() {
    int openedAt = at;
    char quote = text.charAt(at++);
    StringBuilder out = new StringBuilder();
    while (!atEnd()) {
      char c = text.charAt(at++);
      if (c != quote) {
        out.append(c);
      } else if (peek() == quote) {
        out.append(c);
        at++;
      } else {
        return out.toString();
      }
    }
    throw expected("the closing quote of what begins at position " + (openedAt + 1));
  }

  /**
   * Takes a number: sign, digits, fraction, exponent. It means an integer of 64 bits if it is one,
   * else the nearest float64.
   */
  Numeric number() {
    int from = at;
    at += peek() == '-' || peek() == '+' ? 1 : 0;
    skipDigits();
    if (peek() == '.') {
      at++;
      skipDigits();
    }
    if (peek() == 'e' || peek() == 'E') {
      at++;
      at += peek() == '-' || peek() == '+' ? 1 : 0;
      if (!isDigit(peek())) {
        throw expected("digits of the exponent");
      }
      skipDigits();
    }
    String digits = text.substring(from, at);
    double real = Double.parseDouble(digits);
    if (Double.isInfinite(real)) {
      throw expected("a number of at most " + Double.MAX_VALUE, from);
    }
    if (real != Math.rint(real) || real < Long.MIN_VALUE || real >= -(double) Long.MIN_VALUE) {
      return new Numeric(real, false, 0);
    }
    if (Math.abs(real) < WHOLE_MAX) {
      return new Numeric((long) real, true, (long) real);
    }
    BigDecimal exact = new BigDecimal(digits);
    boolean isExact =
        exact.stripTrailingZeros().scale() <= 0 && exact.toBigInteger().bitLength() < Long.SIZE;
    return new Numeric(real, true, isExact ? exact.longValue() : (long) real);
  }

  private void skipDigits() {
    while (isDigit(peek())) {
      at++;
    }
  }

  HistorianException expected(String what) {
    return expected(what, at);
  }

  HistorianException expected(String what, int position) {
    return refused(ErrorCode.MALFORMED, "cannot read condition", what, position);
  }

  HistorianException refused(ErrorCode code, String message, String expected, int position) {
    int end = Math.max(wordEnd(position), Math.min(position + 1, text.length()));
    if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
      end++;
    }
    return new HistorianException(
        code,
        message
            + ": condition="
            + ErrorText.quote(text)
            + ", position="
            + (position + 1)
            + ", found="
            + (position >= text.length()
                ? "the end"
                : ErrorText.quote(text.substring(position, end)))
            + ", expected="
            + expected,
        null,
        "for example 'P101.RUN' = 'On' and ('TIC101.PV' > 80 or not 'FI1.PV' between 3 and 4.5)",
        null);
  }
}
