package io.tidemark.model;

import org.jspecify.annotations.Nullable;

/**
 * Reads ISO-8601 instants to the exact nanosecond: {@code 2026-11-22T08:00:00.123456789Z} or with
 * an offset such as {@code +01:00}. Seconds and their fraction may be left out, the {@code T} may
 * be a space; a time without an offset is refused, because what it means depends on the reader.
 */
public final class IsoInstant {
  private static final long NS_PER_SECOND = 1_000_000_000L;
  private static final int FRACTION_DIGITS_MAX = 9;
  private static final int OFFSET_SECONDS_MAX = 18 * 3600;

  /** Cumulated days before each month of a year that is not a leap year. */
  private static final int[] DAYS_BEFORE_MONTH = {
    0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365
  };

  private final String text;
  private int at;

  private IsoInstant(String text) {
    this.text = text;
  }

  /**
   * Nanoseconds since the epoch of an instant.
   *
   * @throws HistorianException {@link ErrorCode#BAD_TIME} if it cannot be read; {@link
   *     ErrorCode#TIME_OUT_OF_RANGE} beyond int64 nanoseconds.
   */
  public static long parse(String text) {
    return new IsoInstant(text).parse();
  }

  /**
   * Seconds since the epoch of a UTC date and time of the proleptic Gregorian calendar, or null if
   * there is no such day or time of day.
   */
  public static @Nullable Long epochSecond(
      int year, int month, int day, int hour, int minute, int second) {
    if (month < 1
        || month > 12
        || day < 1
        || day > daysInMonth(year, month)
        || hour < 0
        || hour > 23
        || minute < 0
        || minute > 59
        || second < 0
        || second > 59) {
      return null;
    }
    long y = year;
    long leapDays =
        Math.floorDiv(y - 1, 4L) - Math.floorDiv(y - 1, 100L) + Math.floorDiv(y - 1, 400L);
    int dayOfYear = DAYS_BEFORE_MONTH[month - 1] + day - 1 + (month > 2 && isLeap(year) ? 1 : 0);
    long epochDay = 365 * (y - 1) + leapDays + dayOfYear - 719_162L;
    return epochDay * 86_400L + hour * 3600L + minute * 60L + second;
  }

  /**
   * Nanoseconds of seconds since the epoch and a fraction.
   *
   * @throws HistorianException {@link ErrorCode#TIME_OUT_OF_RANGE} beyond int64 nanoseconds.
   */
  public static long toNs(long epochSecond, int nanos, String text) {
    // The fraction only counts upward, so the very first second needs care: its product overflows.
    long ns = epochSecond * NS_PER_SECOND + nanos;
    long high = Math.multiplyHigh(epochSecond, NS_PER_SECOND);
    long low = epochSecond * NS_PER_SECOND;
    long carry = Long.compareUnsigned(ns, low) < 0 ? 1 : 0;
    if (high + carry != ns >> 63) {
      throw new HistorianException(
          ErrorCode.TIME_OUT_OF_RANGE,
          "time is outside int64 nanoseconds (1677-09-21 to 2262-04-11): value="
              + ErrorText.quote(text));
    }
    return ns;
  }

  private static boolean isLeap(int year) {
    return (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
  }

  private static int daysInMonth(int year, int month) {
    return month == 2 && isLeap(year)
        ? 29
        : DAYS_BEFORE_MONTH[month] - DAYS_BEFORE_MONTH[month - 1];
  }

  private long parse() {
    if (!text.isEmpty() && (text.charAt(0) == '+' || text.charAt(0) == '-')) {
      throw bad("a year has four digits and no sign");
    }
    int year = digits(4, "year");
    expect('-', "year");
    int month = digits(2, "month");
    expect('-', "month");
    int day = digits(2, "day");
    char separator = at < text.length() ? text.charAt(at) : 0;
    if (separator != 'T' && separator != 't' && separator != ' ') {
      throw bad("the time of day is missing");
    }
    at++;
    int hour = digits(2, "hour");
    expect(':', "hour");
    int minute = digits(2, "minute");
    int second = 0;
    int nanos = 0;
    if (at < text.length() && text.charAt(at) == ':') {
      at++;
      second = digits(2, "second");
      if (at < text.length() && (text.charAt(at) == '.' || text.charAt(at) == ',')) {
        at++;
        nanos = fraction();
      }
    }
    int offsetSeconds = offset();
    if (at != text.length()) {
      throw bad("there is text after the instant");
    }
    Long local = epochSecond(year, month, day, hour, minute, second);
    if (local == null) {
      throw bad("there is no such day or time of day");
    }
    return toNs(local - offsetSeconds, nanos, text);
  }

  private int fraction() {
    int value = 0;
    int count = 0;
    while (at < text.length() && isDigit(text.charAt(at))) {
      int digit = text.charAt(at++) - '0';
      if (count < FRACTION_DIGITS_MAX) {
        value = value * 10 + digit;
      } else if (digit != 0) {
        throw bad("a fraction has at most nine digits");
      }
      count++;
    }
    if (count == 0) {
      throw bad("the fraction has no digits");
    }
    for (; count < FRACTION_DIGITS_MAX; count++) {
      value *= 10;
    }
    return value;
  }

  private int offset() {
    char sign = at < text.length() ? text.charAt(at) : 0;
    if (sign == 'Z' || sign == 'z') {
      at++;
      return 0;
    }
    if (sign != '+' && sign != '-') {
      throw bad("the offset is missing: end it with Z or an offset like +01:00");
    }
    at++;
    int seconds = digits(2, "offset") * 3600;
    if (at < text.length()) {
      if (text.charAt(at) == ':') {
        at++;
      }
      int minutes = digits(2, "offset");
      if (minutes > 59) {
        throw bad("the offset has more than 59 minutes");
      }
      seconds += minutes * 60;
    }
    if (seconds > OFFSET_SECONDS_MAX) {
      throw bad("the offset is beyond 18 hours");
    }
    return sign == '-' ? -seconds : seconds;
  }

  private int digits(int count, String what) {
    int value = 0;
    for (int i = 0; i < count; i++, at++) {
      if (at >= text.length() || !isDigit(text.charAt(at))) {
        throw bad("the " + what + " needs " + count + " digits");
      }
      value = value * 10 + text.charAt(at) - '0';
    }
    return value;
  }

  private void expect(char wanted, String after) {
    if (at >= text.length() || text.charAt(at) != wanted) {
      throw bad("'" + wanted + "' must follow the " + after);
    }
    at++;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private HistorianException bad(String why) {
    return new HistorianException(
        ErrorCode.BAD_TIME,
        "cannot read the time: value="
            + ErrorText.quote(text)
            + ", position="
            + at
            + ", reason="
            + why
            + ", example=2026-11-22T08:00:00.123Z");
  }
}
