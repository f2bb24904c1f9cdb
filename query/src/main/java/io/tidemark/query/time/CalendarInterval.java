package io.tidemark.query.time;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;

/**
 * The length of a bucket or grid step, for example {@code 10m}, {@code 1d}, {@code 1mo}. Lengths in
 * hours and less are exact; days, weeks, months and years follow the calendar of a zone, so that a
 * day may have 23 or 25 hours. Immutable.
 */
public final class CalendarInterval {
  private static final long DAY_NS = 86_400_000_000_000L;

  private final String text;
  private final TimeText.Span step;

  private CalendarInterval(String text, TimeText.Span step) {
    this.text = text;
    this.step = step;
    if (step.months() < 0
        || step.days() < 0
        || step.ns() < 0
        || (step.months() | step.days() | step.ns()) == 0) {
      throw new HistorianException(
          ErrorCode.BAD_TIME, "interval must be positive: interval=" + ErrorText.quote(text));
    }
  }

  /**
   * Reads one or more of number and unit, with the units of {@link TimeExpression}.
   *
   * @throws HistorianException {@link ErrorCode#BAD_TIME} naming the position.
   */
  public static CalendarInterval parse(String text) {
    TimeText in = new TimeText(text);
    in.skipBlanks();
    TimeText.Span step = in.duration(false);
    in.skipBlanks();
    if (!in.atEnd()) {
      throw in.expected("a number and a unit, or the end");
    }
    return new CalendarInterval(text.strip(), step);
  }

  /**
   * An interval of months, then days, then nanoseconds, as SQL has it.
   *
   * @throws HistorianException {@link ErrorCode#BAD_TIME} if a part is negative or all are zero.
   */
  public static CalendarInterval of(long months, long days, long ns) {
    String text =
        (months == 0 ? "" : months + "mo")
            + (days == 0 ? "" : days + "d")
            + (ns == 0 ? "" : ns + "ns");
    return new CalendarInterval(text.isEmpty() ? "0s" : text, new TimeText.Span(months, days, ns));
  }

  /**
   * The bounds of the buckets that cover a range: first its start, last its end; bucket i is {@code
   * [edges[i], edges[i + 1])}. Each edge is the start plus a whole number of intervals; the last
   * bucket may be shorter.
   *
   * @param limit most buckets
   * @throws HistorianException {@link ErrorCode#TOO_MANY} if there are more.
   */
  public long[] edges(TimeRange range, ZoneId zone, int limit) {
    long[] starts = times(range, zone, limit);
    long[] edges = Arrays.copyOf(starts, starts.length + 1);
    edges[starts.length] = range.endNs();
    return edges;
  }

  /**
   * The grid over a range: its start plus each whole number of intervals that lies before its end.
   *
   * @param limit most times
   * @throws HistorianException {@link ErrorCode#TOO_MANY} if there are more.
   */
  public long[] times(TimeRange range, ZoneId zone, int limit) {
    return step.months() == 0 && step.days() == 0
        ? exactTimes(range, limit)
        : calendarTimes(range, zone, limit);
  }

  private long[] exactTimes(TimeRange range, int limit) {
    long lengthNs = range.endNs() - range.startNs(); // unsigned: may exceed a long
    long last = Long.divideUnsigned(lengthNs - 1, step.ns());
    if (Long.compareUnsigned(last, limit) >= 0) {
      throw tooMany(range, limit);
    }
    long[] times = new long[(int) last + 1];
    for (int i = 0; i < times.length; i++) {
      times[i] = range.startNs() + i * step.ns();
    }
    return times;
  }

  /** Each time is reckoned from the start, so that the 31st does not decay to the 28th. */
  private long[] calendarTimes(TimeRange range, ZoneId zone, int limit) {
    ZonedDateTime start = TimeText.toInstant(range.startNs()).atZone(zone);
    long[] times = new long[Math.min(limit, 64)];
    int count = 0;
    for (long k = 0; ; k++) {
      long next;
      try {
        next =
            k == 0 ? range.startNs() : TimeText.toNs(step.times(k).addTo(start).toInstant(), text);
      } catch (HistorianException | DateTimeException | ArithmeticException e) {
        break; // beyond all stored times, hence beyond the end
      }
      if (next >= range.endNs()) {
        break;
      }
      if (count > 0 && next <= times[count - 1]) {
        continue; // a zone that skipped a whole day
      }
      if (count == limit) {
        throw tooMany(range, limit);
      }
      if (count == times.length) {
        times = Arrays.copyOf(times, (int) Math.min(limit, 2L * count));
      }
      times[count++] = next;
    }
    return Arrays.copyOf(times, count);
  }

  private HistorianException tooMany(TimeRange range, int limit) {
    return new HistorianException(
        ErrorCode.TOO_MANY,
        "range holds too many intervals: start="
            + ErrorText.time(range.startNs())
            + ", end="
            + ErrorText.time(range.endNs())
            + ", interval="
            + text
            + ", intervalsMax="
            + limit,
        null,
        "ask for a longer interval or a shorter range",
        null);
  }

  /**
   * Its length in nanoseconds, a day being 24 hours.
   *
   * @throws HistorianException {@link ErrorCode#BAD_TIME} if it has months, which have no length,
   *     or is longer than 292 years.
   */
  public long lengthNs() {
    try {
      if (step.months() == 0) {
        return Math.addExact(Math.multiplyExact(step.days(), DAY_NS), step.ns());
      }
    } catch (ArithmeticException e) {
      // said below
    }
    throw new HistorianException(
        ErrorCode.BAD_TIME, "length must be of weeks or less: length=" + ErrorText.quote(text));
  }

  /** The interval as it was written. */
  @Override
  public String toString() {
    return text;
  }
}
