package io.tidemark.query.context;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** ISO-8601 times of context bodies: always with an offset, exact to the nanosecond. */
final class ContextTimes {
  private static final int CHARS_MAX = 64;
  private static final long NANOS = 1_000_000_000L;
  private static final String EXAMPLE = "expected for example 2026-11-22T08:00:00.123456789Z";
  private static final Pattern ISO =
      Pattern.compile(
          "(\\d{4}|[+-]\\d{4,9})-(\\d\\d)-(\\d\\d)"
              + "(?:T(\\d\\d):(\\d\\d)(?::(\\d\\d)(?:\\.(\\d+))?)?(Z|[+-]\\d\\d(?::?\\d\\d)?)?)?");

  private ContextTimes() {}

  /**
   * Nanoseconds since the epoch.
   *
   * @throws HistorianException {@link ErrorCode#BAD_TIME} or {@link ErrorCode#TIME_OUT_OF_RANGE}
   */
  static long parse(String text) {
    Matcher part = ISO.matcher(text);
    if (text.length() > CHARS_MAX || !part.matches()) {
      throw bad("not an ISO-8601 time", text, EXAMPLE);
    }
    if (part.group(4) == null) {
      throw bad("a date without a time of day", text, EXAMPLE);
    }
    String offset = part.group(8);
    if (offset == null) {
      throw bad(
          "a time without offset",
          text,
          "append Z for UTC or an offset such as +01:00 to the time");
    }
    String fraction = part.group(7);
    if (fraction != null && fraction.length() > 9) {
      throw bad("more than nine digits after the point", text, EXAMPLE);
    }
    try {
      int nanos =
          fraction == null ? 0 : Integer.parseInt(fraction + "0".repeat(9 - fraction.length()));
      LocalDateTime local =
          LocalDateTime.of(
              Integer.parseInt(part.group(1)),
              number(part.group(2)),
              number(part.group(3)),
              number(part.group(4)),
              number(part.group(5)),
              number(part.group(6)),
              nanos);
      return toNanos(local.toEpochSecond(ZoneOffset.of(offset)), nanos, text);
    } catch (DateTimeException e) {
      throw bad("no such date, time or offset", text, EXAMPLE);
    }
  }

  /** ISO-8601 in UTC with as many digits as needed. */
  static String format(long ns) {
    return Instant.ofEpochSecond(Math.floorDiv(ns, NANOS), Math.floorMod(ns, NANOS)).toString();
  }

  /** The same of microseconds since the epoch. */
  static String formatMicros(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
  }

  private static int number(@Nullable String digits) {
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  private static long toNanos(long seconds, int nanos, String text) {
    try {
      // The first second of the range is only partly inside: count down from its end.
      return seconds < 0
          ? Math.addExact(Math.multiplyExact(seconds + 1, NANOS), nanos - NANOS)
          : Math.addExact(Math.multiplyExact(seconds, NANOS), nanos);
    } catch (ArithmeticException e) {
      throw new HistorianException(
          ErrorCode.TIME_OUT_OF_RANGE,
          "time cannot be kept in 64-bit nanoseconds: value="
              + ErrorText.quote(text)
              + ", first="
              + format(Long.MIN_VALUE)
              + ", last="
              + format(Long.MAX_VALUE)
              + "; an end that is not known yet is null");
    }
  }

  private static HistorianException bad(String what, String text, String hint) {
    return new HistorianException(
        ErrorCode.BAD_TIME, what + ": value=" + ErrorText.quote(text) + "; " + hint);
  }
}
