package io.tidemark.query.time;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads a text of a time from left to right and knows the position for errors. The pieces that
 * expressions, intervals and plain instants share: durations and ISO-8601 date-times.
 */
final class TimeText {
  /** Longest text that is looked at, in characters. */
  static final int CHARS_MAX = 200;

  private static final long SECOND_NS = 1_000_000_000L;

  /** Units of durations. Those without a fixed length are added on the calendar of the zone. */
  enum Unit {
    S("s", SECOND_NS),
    M("m", 60 * SECOND_NS),
    H("h", 3600 * SECOND_NS),
    D("d", 0),
    W("w", 0),
    MO("mo", 0),
    Y("y", 0),
    MS("ms", 1_000_000L),
    US("us", 1_000L),
    NS("ns", 1L);

    static final String NAMES = "s, m, h, d, w, mo, y, ms, us, ns";

    final String label;
    final long ns;

    Unit(String label, long ns) {
      this.label = label;
      this.ns = ns;
    }

    boolean isFixed() {
      return ns > 0;
    }
  }

  /** A signed length: first the months, then the days on the calendar, then the nanoseconds. */
  record Span(long months, long days, long ns) {
    ZonedDateTime addTo(ZonedDateTime time) {
      ZonedDateTime moved = months == 0 ? time : time.plusMonths(months);
      moved = days == 0 ? moved : moved.plusDays(days);
      return ns == 0 ? moved : moved.plusNanos(ns);
    }

    Span times(long count) {
      return new Span(
          Math.multiplyExact(months, count),
          Math.multiplyExact(days, count),
          Math.multiplyExact(ns, count));
    }

    Span plus(Span other) {
      return new Span(
          Math.addExact(months, other.months),
          Math.addExact(days, other.days),
          Math.addExact(ns, other.ns));
    }
  }

  /** A date-time as written: with an offset it is an instant, without it needs a zone. */
  record Absolute(LocalDateTime local, @Nullable ZoneOffset offset) {
    /**
     * The instant. A local time that a clock change skips moves on by the length of the gap; of one
     * that it repeats the first is meant.
     */
    ZonedDateTime in(ZoneId zone) {
      return offset == null ? local.atZone(zone) : local.toInstant(offset).atZone(zone);
    }
  }

  final String text;
  int at;

  TimeText(String text) {
    this.text = text;
    if (text.length() > CHARS_MAX) {
      throw new HistorianException(
          ErrorCode.BAD_TIME,
          "time is too long: time="
              + ErrorText.quote(text)
              + ", characters="
              + text.length()
              + ", charactersMax="
              + CHARS_MAX);
    }
  }

  boolean atEnd() {
    return at >= text.length();
  }

  /** The next character; NUL at the end. */
  char peek() {
    return peek(0);
  }

  char peek(int ahead) {
    return at + ahead < text.length() ? text.charAt(at + ahead) : '\0';
  }

  boolean atDigit() {
    return isDigit(peek());
  }

  boolean atSign() {
    return peek() == '+' || peek() == '-';
  }

  void skipBlanks() {
    while (peek() == ' ' || peek() == '\t') {
      at++;
    }
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == 'µ' || c == 'μ';
  }

  /** How many digits follow from here. */
  int digitsAhead(int from) {
    int n = 0;
    while (isDigit(peek(from + n))) {
      n++;
    }
    return n;
  }

  /** Takes a run of ASCII letters, in lower case. */
  String word() {
    int from = at;
    while (isLetter(peek())) {
      at++;
    }
    return text.substring(from, at).toLowerCase(Locale.ROOT);
  }

  HistorianException expected(String what) {
    return expected(what, at);
  }

  HistorianException expected(String what, int position) {
    String found =
        position >= text.length()
            ? "the end"
            : ErrorText.quote(text.substring(position, text.offsetByCodePoints(position, 1)));
    boolean lostPlus =
        position > 0
            && position < text.length()
            && text.charAt(position - 1) == ' '
            && isDigit(text.charAt(position));
    return new HistorianException(
        ErrorCode.BAD_TIME,
        "cannot read time: time="
            + ErrorText.quote(text)
            + ", position="
            + (position + 1)
            + ", found="
            + found
            + ", expected="
            + what,
        null,
        lostPlus
            ? "in a URL write + as %2B"
            : "for example *-8h, t+6h, y, mon, 2026-10-25, 2026-10-25T02:00:00+01:00",
        null);
  }

  /** Takes one or more of {@code number unit}. */
  Span duration(boolean negative) {
    Span span = new Span(0, 0, 0);
    int from = at;
    try {
      do {
        span = span.plus(numberAndUnit(negative));
        int mark = at;
        skipBlanks();
        if (!atDigit()) {
          at = mark;
          return span;
        }
      } while (true);
    } catch (ArithmeticException e) {
      throw outOfRange(text.substring(from), e);
    }
  }

  private Span numberAndUnit(boolean negative) {
    int numberAt = at;
    if (!atDigit()) {
      throw expected("a number");
    }
    at += digitsAhead(0);
    int fractionAt = -1;
    if (peek() == '.') {
      fractionAt = at++;
      if (!atDigit()) {
        throw expected("digits after the point");
      }
      at += digitsAhead(0);
    }
    BigDecimal number = new BigDecimal(text.substring(numberAt, at));
    if (negative) {
      number = number.negate();
    }
    skipBlanks();
    int unitAt = at;
    Unit unit = unit(word());
    if (unit == null) {
      throw expected("one of the units " + Unit.NAMES, unitAt);
    }
    if (fractionAt >= 0 && !unit.isFixed()) {
      throw expected(
          "a whole number, since fractions go only with s, m, h, ms, us, ns", fractionAt);
    }
    if (unit.isFixed()) {
      BigDecimal ns = number.multiply(BigDecimal.valueOf(unit.ns));
      return new Span(0, 0, ns.setScale(0, RoundingMode.HALF_EVEN).longValueExact());
    }
    long count = number.longValueExact();
    return switch (unit) {
      case D -> new Span(0, count, 0);
      case W -> new Span(0, Math.multiplyExact(count, 7L), 0);
      case MO -> new Span(count, 0, 0);
      default -> new Span(Math.multiplyExact(count, 12L), 0, 0);
    };
  }

  private static @Nullable Unit unit(String word) {
    for (Unit unit : Unit.values()) {
      if (unit.label.equals(word)) {
        return unit;
      }
    }
    return word.equals("µs") || word.equals("μs") ? Unit.US : null;
  }

  /** Whether an ISO date begins here: four digits, a hyphen, two digits, a hyphen, a digit. */
  boolean atIsoDate() {
    return digitsAhead(0) == 4
        && peek(4) == '-'
        && digitsAhead(5) == 2
        && peek(7) == '-'
        && isDigit(peek(8));
  }

  /** Takes {@code yyyy-mm-dd[(T| )hh:mm[:ss[.fffffffff]][offset]]}. */
  Absolute absolute() {
    int dateAt = at;
    if (!atIsoDate()) {
      throw expected("a date such as 2026-10-25");
    }
    LocalDate date;
    int year = twoOrFour(4, "a year of four digits");
    at++;
    int month = twoOrFour(2, "a month of two digits");
    at++;
    int day = twoOrFour(2, "a day of two digits");
    try {
      date = LocalDate.of(year, month, day);
    } catch (DateTimeException e) {
      throw expected("a day that exists", dateAt);
    }
    boolean hasTime =
        peek() == 'T' || peek() == 't' || (peek() == ' ' && isDigit(peek(1)) && isDigit(peek(2)));
    if (!hasTime) {
      return new Absolute(date.atStartOfDay(), null);
    }
    at++;
    int timeAt = at;
    int hour = twoOrFour(2, "an hour of two digits");
    if (peek() != ':') {
      throw expected("a colon and minutes");
    }
    at++;
    int minute = twoOrFour(2, "minutes of two digits");
    int second = 0;
    int nano = 0;
    if (peek() == ':') {
      at++;
      second = twoOrFour(2, "seconds of two digits");
      if (peek() == '.' || peek() == ',') {
        at++;
        nano = fraction();
      }
    }
    LocalTime time;
    try {
      time = LocalTime.of(hour, minute, second, nano);
    } catch (DateTimeException e) {
      throw expected("a time of day from 00:00:00 to 23:59:59", timeAt);
    }
    return new Absolute(date.atTime(time), offset());
  }

  private int twoOrFour(int digits, String what) {
    if (digitsAhead(0) != digits) {
      throw expected(what);
    }
    int value = Integer.parseInt(text, at, at + digits, 10);
    at += digits;
    return value;
  }

  private int fraction() {
    int digits = digitsAhead(0);
    if (digits == 0 || digits > 9) {
      if (digits > 9) {
        at += 9;
      }
      throw expected(digits == 0 ? "digits of a second" : "at most nine digits of a second");
    }
    int nano = Integer.parseInt(text, at, at + digits, 10);
    for (int i = digits; i < 9; i++) {
      nano *= 10;
    }
    at += digits;
    return nano;
  }

  /** Takes {@code Z} or {@code ±hh[[:]mm[[:]ss]]}, but leaves alone a duration such as +10h. */
  private @Nullable ZoneOffset offset() {
    if (peek() == 'Z' || peek() == 'z') {
      at++;
      return ZoneOffset.UTC;
    }
    if (!atSign()) {
      return null;
    }
    int digits = digitsAhead(1);
    boolean colons = digits == 2 && peek(3) == ':';
    if (!colons) {
      int after = 1 + digits;
      while (peek(after) == ' ') {
        after++;
      }
      if (isLetter(peek(after)) || peek(after) == '.' || digits % 2 != 0 || digits > 6) {
        return null;
      }
    }
    int offsetAt = at;
    int sign = peek() == '-' ? -1 : 1;
    at++;
    int[] parts = new int[3];
    for (int i = 0; i < 3; i++) {
      if (!isDigit(peek()) || !isDigit(peek(1))) {
        throw expected("two digits of an offset");
      }
      parts[i] = Integer.parseInt(text, at, at + 2, 10);
      at += 2;
      boolean more = colons ? peek() == ':' : atDigit();
      if (!more) {
        break;
      }
      at += colons ? 1 : 0;
    }
    try {
      return ZoneOffset.ofHoursMinutesSeconds(sign * parts[0], sign * parts[1], sign * parts[2]);
    } catch (DateTimeException e) {
      throw expected("an offset from -18:00 to +18:00", offsetAt);
    }
  }

  /**
   * Nanoseconds since the epoch.
   *
   * @throws HistorianException {@link ErrorCode#TIME_OUT_OF_RANGE}.
   */
  static long toNs(Instant instant, String text) {
    long seconds = instant.getEpochSecond();
    int nanos = instant.getNano();
    try {
      return seconds >= 0
          ? Math.addExact(Math.multiplyExact(seconds, SECOND_NS), nanos)
          : Math.addExact(Math.multiplyExact(seconds + 1, SECOND_NS), nanos - SECOND_NS);
    } catch (ArithmeticException e) {
      throw outOfRange(text, e);
    }
  }

  static Instant toInstant(long ns) {
    return Instant.ofEpochSecond(Math.floorDiv(ns, SECOND_NS), Math.floorMod(ns, SECOND_NS));
  }

  static HistorianException outOfRange(String text, @Nullable Throwable cause) {
    return new HistorianException(
        ErrorCode.TIME_OUT_OF_RANGE,
        "time is outside int64 nanoseconds: time="
            + ErrorText.quote(text)
            + ", min="
            + ErrorText.time(Long.MIN_VALUE)
            + ", max="
            + ErrorText.time(Long.MAX_VALUE),
        null,
        null,
        cause);
  }
}
