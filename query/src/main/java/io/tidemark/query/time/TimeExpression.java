package io.tidemark.query.time;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.Month;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a person writes for a time: a base and offsets, for example {@code *-8h}, {@code t+6h},
 * {@code mon-1w}, {@code 2026-10-25 02:00+1d}. Immutable.
 *
 * <p>Bases: {@code *} or {@code now}; {@code t}, {@code today}; {@code y}, {@code yesterday}; a
 * weekday (today or the last one before); a month (its first day this year); 1 to 31 (that day of
 * this month); a year of four digits (its first day); an ISO-8601 date or date-time, quoted or not,
 * with or without an offset; nanoseconds since the epoch as 16 or more digits. Words mean 00:00 and
 * ignore case. Without a base, the offsets alone are relative to now, or to the start of the range
 * if they stand for its end.
 *
 * <p>Offsets apply from left to right: sign and one or more of number and unit, where {@code d w mo
 * y} count on the calendar of the zone (a day of a clock change has 23 or 25 hours, a month ends at
 * its last day) and {@code h m s ms us ns} are exact lengths of time, which may have a fraction.
 */
public final class TimeExpression {
  private static final String BASES =
      "*, t, y, a weekday, a month, a day of the month, a year, an ISO-8601 date, epoch nanoseconds"
          + " of 16 or more digits, or an offset such as -8h";

  /** Where the offsets start, given now (or what a bare offset is relative to) in the zone. */
  private interface Base {
    ZonedDateTime from(ZonedDateTime anchor);
  }

  private final String text;
  private final @Nullable Base base;
  private final List<TimeText.Span> offsets;

  private TimeExpression(String text, @Nullable Base base, List<TimeText.Span> offsets) {
    this.text = text;
    this.base = base;
    this.offsets = offsets;
  }

  /**
   * Reads an expression.
   *
   * @throws HistorianException {@link ErrorCode#BAD_TIME} naming the position (from 1), what was
   *     found and what was expected.
   */
  public static TimeExpression parse(String text) {
    TimeText in = new TimeText(text);
    in.skipBlanks();
    if (in.atEnd()) {
      throw in.expected(BASES);
    }
    Base base = base(in);
    List<TimeText.Span> offsets = new ArrayList<>();
    while (true) {
      in.skipBlanks();
      if (in.atEnd()) {
        return new TimeExpression(text, base, List.copyOf(offsets));
      }
      if (!in.atSign()) {
        throw in.expected("+ or - and a duration, or the end");
      }
      boolean negative = in.peek() == '-';
      in.at++;
      in.skipBlanks();
      offsets.add(in.duration(negative));
    }
  }

  private static @Nullable Base base(TimeText in) {
    char c = in.peek();
    if (c == '*') {
      in.at++;
      return now -> now;
    }
    if (c == '\'' || c == '"') {
      in.at++;
      in.skipBlanks();
      TimeText.Absolute absolute = in.absolute();
      in.skipBlanks();
      if (in.peek() != c) {
        throw in.expected("the closing quote");
      }
      in.at++;
      return now -> absolute.in(now.getZone());
    }
    if (in.atSign()) {
      return in.digitsAhead(1) >= 16
              && in.text.substring(in.at + 1).strip().length() == in.digitsAhead(1)
          ? epochNs(in)
          : null;
    }
    if (in.atDigit()) {
      return numeric(in);
    }
    int wordAt = in.at;
    Base word = word(in.word());
    if (word == null) {
      throw in.expected(BASES, wordAt);
    }
    return word;
  }

  private static Base numeric(TimeText in) {
    if (in.atIsoDate()) {
      TimeText.Absolute absolute = in.absolute();
      return now -> absolute.in(now.getZone());
    }
    int digits = in.digitsAhead(0);
    if (digits >= 16) {
      return epochNs(in);
    }
    if (digits == 3 || digits > 4) {
      throw in.expected(
          "a day of one or two digits, a year of four or epoch nanoseconds of 16 or more");
    }
    int numberAt = in.at;
    int number = Integer.parseInt(in.text, in.at, in.at + digits, 10);
    in.at += digits;
    if (digits == 4) {
      return now -> LocalDate.of(number, 1, 1).atStartOfDay(now.getZone());
    }
    if (number < 1 || number > 31) {
      throw in.expected("a day from 1 to 31", numberAt);
    }
    return now -> {
      LocalDate today = now.toLocalDate();
      if (number > today.lengthOfMonth()) {
        throw new HistorianException(
            ErrorCode.BAD_TIME,
            "day does not exist in the current month: time="
                + ErrorText.quote(in.text)
                + ", day="
                + number
                + ", month="
                + today.toString().substring(0, 7)
                + ", days="
                + today.lengthOfMonth());
      }
      return today.withDayOfMonth(number).atStartOfDay(now.getZone());
    };
  }

  private static Base epochNs(TimeText in) {
    int from = in.at;
    in.at += in.atSign() ? 1 : 0;
    in.at += in.digitsAhead(0);
    String number = in.text.substring(from, in.at);
    try {
      long ns = Long.parseLong(number);
      return now -> TimeText.toInstant(ns).atZone(now.getZone());
    } catch (NumberFormatException e) {
      throw TimeText.outOfRange(number, e);
    }
  }

  private static @Nullable Base word(String word) {
    switch (word) {
      case "now" -> {
        return now -> now;
      }
      case "t", "today" -> {
        return now -> now.toLocalDate().atStartOfDay(now.getZone());
      }
      case "y", "yesterday" -> {
        return now -> now.toLocalDate().minusDays(1).atStartOfDay(now.getZone());
      }
      default -> {}
    }
    for (DayOfWeek day : DayOfWeek.values()) {
      if (isName(
          word,
          day.getDisplayName(TextStyle.FULL, Locale.ENGLISH),
          day.getDisplayName(TextStyle.SHORT, Locale.ENGLISH))) {
        return now ->
            now.toLocalDate()
                .with(TemporalAdjusters.previousOrSame(day))
                .atStartOfDay(now.getZone());
      }
    }
    for (Month month : Month.values()) {
      if (isName(
          word,
          month.getDisplayName(TextStyle.FULL, Locale.ENGLISH),
          month.getDisplayName(TextStyle.SHORT, Locale.ENGLISH))) {
        return now -> LocalDate.of(now.getYear(), month, 1).atStartOfDay(now.getZone());
      }
    }
    return null;
  }

  private static boolean isName(String word, String full, String brief) {
    return word.equalsIgnoreCase(full) || word.equalsIgnoreCase(brief);
  }

  /** Whether it has no base: offsets alone, relative to whatever it is resolved against. */
  public boolean isBareOffset() {
    return base == null;
  }

  /**
   * The instant it means, nanoseconds since the epoch.
   *
   * @param nowNs now, and what a bare offset is relative to
   * @param zone whose calendar and midnights count
   * @throws HistorianException {@link ErrorCode#TIME_OUT_OF_RANGE} beyond int64 nanoseconds; {@link
   *     ErrorCode#BAD_TIME} for a day that the current month does not have.
   */
  public long resolve(long nowNs, ZoneId zone) {
    try {
      ZonedDateTime time = TimeText.toInstant(nowNs).atZone(zone);
      if (base != null) {
        time = base.from(time);
      }
      for (TimeText.Span offset : offsets) {
        time = offset.addTo(time);
      }
      return TimeText.toNs(time.toInstant(), text);
    } catch (DateTimeException | ArithmeticException e) {
      throw TimeText.outOfRange(text, e);
    }
  }

  /**
   * The range between two expressions. A start that is only an offset is relative to now, an end
   * that is only an offset to the start.
   *
   * @param start null or blank for the default
   * @param end null or blank for the default
   * @throws HistorianException as {@link #parse} and {@link #resolve}, with path {@code startTime}
   *     or {@code endTime}; {@link ErrorCode#EMPTY_RANGE} if the end is not after the start.
   */
  public static TimeRange resolveRange(
      @Nullable String start,
      @Nullable String end,
      String defaultStart,
      String defaultEnd,
      long nowNs,
      ZoneId zone) {
    long startNs;
    try {
      startNs = parse(start == null || start.isBlank() ? defaultStart : start).resolve(nowNs, zone);
    } catch (HistorianException e) {
      throw e.at("startTime");
    }
    try {
      TimeExpression last = parse(end == null || end.isBlank() ? defaultEnd : end);
      return new TimeRange(startNs, last.resolve(last.isBareOffset() ? startNs : nowNs, zone));
    } catch (HistorianException e) {
      throw e.at("endTime");
    }
  }

  /** The expression as it was written. */
  @Override
  public String toString() {
    return text;
  }
}
