package io.tidemark.query.time;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import java.time.ZoneId;

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
    return WindowRule.every(this).windows(range, zone, Long.MAX_VALUE, limit).edgesNs();
  }

  /**
   * The grid over a range: its start plus each whole number of intervals that lies before its end.
   *
   * @param limit most times
   * @throws HistorianException {@link ErrorCode#TOO_MANY} if there are more.
   */
  public long[] times(TimeRange range, ZoneId zone, int limit) {
    return WindowRule.every(this).times(range, zone, limit);
  }

  /** An instant plus whole numbers of intervals, before and after it. */
  WindowEdges edgesThrough(long anchorNs, ZoneId zone) {
    return step.months() == 0 && step.days() == 0
        ? new WindowEdges.Even(anchorNs, step.ns())
        : new WindowEdges.Stepped(anchorNs, zone, step);
  }

  /** The instant one interval later, or the last that there is. */
  long after(long ns, ZoneId zone) {
    WindowEdges edges = edgesThrough(ns, zone);
    edges.moveTo(ns);
    return edges.next();
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
