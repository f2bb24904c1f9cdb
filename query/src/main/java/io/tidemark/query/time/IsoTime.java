package io.tidemark.query.time;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** ISO-8601 date-times, exact to the nanosecond, over all of int64 nanoseconds. */
public final class IsoTime {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final int DAY_SECONDS = 86_400;

  private IsoTime() {}

  /**
   * Date, time and offset of the zone at that instant, for example {@code
   * 2026-10-25T02:00:00.123+02:00}: seconds always, their fraction as 0, 3, 6 or 9 digits, {@code
   * Z} for an offset of zero.
   */
  public static String format(long ns, ZoneId zone) {
    StringBuilder out = new StringBuilder(35);
    append(out, ns, zone);
    return out.toString();
  }

  /** Appends what {@link #format} returns. */
  public static void append(StringBuilder out, long ns, ZoneId zone) {
    ZoneOffset offset =
        zone instanceof ZoneOffset fixed
            ? fixed
            : zone.getRules().getOffset(TimeText.toInstant(ns));
    long localSecond = Math.floorDiv(ns, SECOND_NS) + offset.getTotalSeconds();
    int nano = (int) Math.floorMod(ns, SECOND_NS);
    appendDate(out, Math.floorDiv(localSecond, DAY_SECONDS));
    int secondOfDay = (int) Math.floorMod(localSecond, (long) DAY_SECONDS);
    out.append('T');
    appendDigits(out, secondOfDay / 3600, 2);
    out.append(':');
    appendDigits(out, secondOfDay / 60 % 60, 2);
    out.append(':');
    appendDigits(out, secondOfDay % 60, 2);
    if (nano != 0) {
      out.append('.');
      if (nano % 1_000_000 == 0) {
        appendDigits(out, nano / 1_000_000, 3);
      } else if (nano % 1_000 == 0) {
        appendDigits(out, nano / 1_000, 6);
      } else {
        appendDigits(out, nano, 9);
      }
    }
    out.append(offset.getId());
  }

  /**
   * Nanoseconds since the epoch of a date-time with an offset, for example {@code
   * 2026-10-25T02:00:00.123456789+02:00}.
   *
   * @throws HistorianException {@link ErrorCode#BAD_TIME} naming the position, {@link
   *     ErrorCode#TIME_OUT_OF_RANGE}.
   */
  public static long parse(String text) {
    TimeText in = new TimeText(text);
    TimeText.Absolute absolute = whole(in);
    if (absolute.offset() == null) {
      throw in.expected("an offset such as Z or +02:00");
    }
    return TimeText.toNs(absolute.in(ZoneOffset.UTC).toInstant(), text);
  }

  /**
   * The same for a text that may lack the offset: then it is a local time of the zone. One that a
   * clock change skips moves on by the length of the gap; of one that it repeats the first is
   * meant.
   */
  public static long parse(String text, ZoneId zone) {
    return TimeText.toNs(whole(new TimeText(text)).in(zone).toInstant(), text);
  }

  private static TimeText.Absolute whole(TimeText in) {
    in.skipBlanks();
    TimeText.Absolute absolute = in.absolute();
    in.skipBlanks();
    if (!in.atEnd()) {
      throw in.expected("the end");
    }
    return absolute;
  }

  /** Proleptic Gregorian date of a day since 1970-01-01; eras of 400 years beginning in March. */
  private static void appendDate(StringBuilder out, long epochDay) {
    long shifted = epochDay + 719_468;
    long era = Math.floorDiv(shifted, 146_097L);
    int dayOfEra = (int) (shifted - era * 146_097);
    int yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int marchMonth = (5 * dayOfYear + 2) / 153;
    int day = dayOfYear - (153 * marchMonth + 2) / 5 + 1;
    int month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
    int year = (int) (yearOfEra + era * 400) + (month <= 2 ? 1 : 0);
    appendDigits(out, year, 4);
    out.append('-');
    appendDigits(out, month, 2);
    out.append('-');
    appendDigits(out, day, 2);
  }

  private static void appendDigits(StringBuilder out, int value, int digits) {
    int divisor = 1;
    for (int i = 1; i < digits; i++) {
      divisor *= 10;
    }
    for (; divisor > 0; divisor /= 10) {
      out.append((char) ('0' + value / divisor % 10));
    }
  }
}
