package io.tidemark.query.time;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.NearestName;
import io.tidemark.model.TimeRange;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How windows lie on time, for example {@code 10m}, {@code day}, {@code shift:plant}; and, for a
 * range, which these are. Immutable.
 *
 * <p>A length ({@link CalendarInterval}) is laid from the start of the range or from a sync time,
 * in both directions. The words {@code hour day week month quarter year} are those of the zone's
 * calendar (weeks begin on Monday), {@code day:NAME} and {@code shift:NAME} production days and
 * shifts of a {@link ShiftCalendar}, {@code shift} those of the calendar {@code plant}. Windows at
 * the ends of a range are cut there, so that together they are the range.
 *
 * <p>A rule may be made to slide: then an interval is the step from one window to the next, and the
 * windows are those in the range as a whole, one after the other until one would end beyond it.
 *
 * <p>All instants are what the rules of the zone say: days have 23 to 25 hours as the clocks
 * change; a local time that a change skips moves on by the length of the gap, the first of a
 * repeated one is meant, and midnight is where the date begins. A clock change begins a new hour,
 * so that no hour is longer than one.
 */
public final class WindowRule {
  private static final List<String> WORDS =
      List.of("hour", "day", "week", "month", "quarter", "year", "shift");
  private static final String EXPECTED =
      "a length such as 10m, 1d or 1mo, or hour, day, week, month, quarter, year, shift,"
          + " shift:NAME or day:NAME";

  private final String text;
  private final @Nullable CalendarInterval step;
  private final Windows.Naming naming;
  private final @Nullable ShiftCalendar calendar;
  private final @Nullable Long syncNs;
  private final @Nullable CalendarInterval length;

  private WindowRule(
      String text,
      @Nullable CalendarInterval step,
      Windows.Naming naming,
      @Nullable ShiftCalendar calendar,
      @Nullable Long syncNs,
      @Nullable CalendarInterval length) {
    this.text = text;
    this.step = step;
    this.naming = naming;
    this.calendar = calendar;
    this.syncNs = syncNs;
    this.length = length;
  }

  /** Windows of that length, laid from the start of a range. */
  public static WindowRule every(CalendarInterval step) {
    return new WindowRule(step.toString(), step, Windows.Naming.NONE, null, null, null);
  }

  /**
   * Reads a length or a word; words ignore case, names of calendars do not.
   *
   * @param calendars by name
   * @throws HistorianException {@link ErrorCode#BAD_TIME} naming the text and what was expected.
   */
  public static WindowRule parse(String text, Map<String, ShiftCalendar> calendars) {
    String given = text.strip();
    if (given.isEmpty() || !TimeText.isLetter(given.charAt(0))) {
      return every(CalendarInterval.parse(text));
    }
    int colon = given.indexOf(':');
    String word = (colon < 0 ? given : given.substring(0, colon)).toLowerCase(Locale.ROOT);
    Windows.Naming naming =
        switch (word) {
          case "hour" -> Windows.Naming.HOUR;
          case "day" -> colon < 0 ? Windows.Naming.DAY : Windows.Naming.PRODUCTION_DAY;
          case "week" -> Windows.Naming.WEEK;
          case "month" -> Windows.Naming.MONTH;
          case "quarter" -> Windows.Naming.QUARTER;
          case "year" -> Windows.Naming.YEAR;
          case "shift" -> Windows.Naming.SHIFT;
          default -> throw unreadable(text, NearestName.find(word, WORDS));
        };
    if (naming != Windows.Naming.SHIFT && naming != Windows.Naming.PRODUCTION_DAY) {
      if (colon >= 0) {
        throw unreadable(text, word);
      }
      return new WindowRule(given, null, naming, null, null, null);
    }
    String name = colon < 0 ? ShiftCalendar.DEFAULT_NAME : given.substring(colon + 1);
    ShiftCalendar calendar = calendars.get(name);
    if (calendar == null) {
      String nearest = NearestName.find(name, calendars.keySet());
      throw new HistorianException(
          ErrorCode.BAD_TIME,
          "calendar is unknown: interval="
              + ErrorText.quote(text)
              + ", calendar="
              + ErrorText.quote(name)
              + ", calendars="
              + String.join("|", calendars.keySet().stream().sorted().limit(20).toList()),
          null,
          nearest == null
              ? "calendars are settings: [calendar.NAME]"
              : "did you mean " + word + ":" + nearest + "?",
          null);
    }
    return new WindowRule(given, null, naming, calendar, null, null);
  }

  private static HistorianException unreadable(String text, @Nullable String nearest) {
    return new HistorianException(
        ErrorCode.BAD_TIME,
        "cannot read interval: interval=" + ErrorText.quote(text) + ", expected=" + EXPECTED,
        null,
        nearest == null ? "for example 10m, 1d, day, shift" : "did you mean " + nearest + "?",
        null);
  }

  /** Whether it is a length rather than a word of a calendar. */
  public boolean isLength() {
    return step != null;
  }

  /**
   * The same on a grid through an instant: it plus whole numbers of intervals, before and after it,
   * whatever range is asked for.
   *
   * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} for a word of a calendar, whose grid
   *     is the calendar's.
   */
  public WindowRule anchoredAt(long instantNs) {
    requireLength("sync");
    return new WindowRule(text, step, naming, calendar, instantNs, length);
  }

  /**
   * Windows of a length of their own, one every interval.
   *
   * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} for a word of a calendar.
   */
  public WindowRule sliding(CalendarInterval windowLength) {
    requireLength("window");
    return new WindowRule(text, step, naming, calendar, syncNs, windowLength);
  }

  private void requireLength(String with) {
    if (step == null) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          with + " goes with an interval that is a length: interval=" + text,
          null,
          "for example interval=10m; a calendar's word has its place already",
          null);
    }
  }

  private WindowEdges edges(TimeRange range, ZoneId zone) {
    if (step != null) {
      return step.edgesThrough(syncNs == null ? range.startNs() : syncNs, zone);
    }
    ShiftCalendar plant = calendar;
    if (plant != null) {
      return naming == Windows.Naming.SHIFT
          ? new WindowEdges.Shifts(plant)
          : WindowEdges.Dates.of(plant);
    }
    return naming == Windows.Naming.HOUR
        ? new WindowEdges.Hours(zone)
        : WindowEdges.Dates.of(zone, WindowEdges.DateUnit.valueOf(naming.name()));
  }

  /**
   * The windows of a range.
   *
   * @param zone whose calendar counts where the rule has none of its own
   * @param nowNs beyond which a window is partial
   * @param limit most windows
   * @throws HistorianException {@link ErrorCode#TOO_MANY} if there are more.
   */
  public Windows windows(TimeRange range, ZoneId zone, long nowNs, int limit) {
    return length == null
        ? tumbling(range, zone, nowNs, limit)
        : sliding(length, range, zone, nowNs, limit);
  }

  private Windows tumbling(TimeRange range, ZoneId zone, long nowNs, int limit) {
    Windows.Builder windows = new Windows.Builder(naming, zone, true, nowNs, limit);
    WindowEdges edges = edges(range, zone);
    long startNs = edges.moveTo(range.startNs());
    windows.firstBegins(startNs, startNs < range.startNs());
    startNs = range.startNs();
    while (true) {
      if (windows.isFull()) {
        throw tooMany(range, limit);
      }
      int day = edges.day();
      String shift = edges.shift();
      int repeat = edges.repeat();
      long endNs = edges.next();
      windows.add(startNs, Math.min(endNs, range.endNs()), day, shift, repeat);
      if (endNs >= range.endNs()) {
        return windows.build(endNs > range.endNs());
      }
      startNs = endNs;
    }
  }

  private Windows sliding(
      CalendarInterval windowLength, TimeRange range, ZoneId zone, long nowNs, int limit) {
    Windows.Builder windows = new Windows.Builder(naming, zone, false, nowNs, limit);
    WindowEdges edges = edges(range, zone);
    long startNs = edges.moveTo(range.startNs());
    if (startNs < range.startNs()) {
      startNs = edges.next();
    }
    while (startNs < range.endNs()) {
      long endNs = windowLength.after(startNs, zone);
      if (endNs > range.endNs()) {
        break;
      }
      if (windows.isFull()) {
        throw tooMany(range, limit);
      }
      windows.add(startNs, endNs, 0, null, 0);
      startNs = edges.next();
    }
    return windows.build(false);
  }

  /**
   * The instants in a range at which windows begin, ascending: what a grid of this rule is. None if
   * they all lie outside.
   *
   * @param limit most instants
   * @throws HistorianException {@link ErrorCode#TOO_MANY} if there are more.
   */
  public long[] times(TimeRange range, ZoneId zone, int limit) {
    WindowEdges edges = edges(range, zone);
    long next = edges.moveTo(range.startNs());
    if (next < range.startNs()) {
      next = edges.next();
    }
    long[] times = new long[Math.min(limit, 64)];
    int count = 0;
    while (next < range.endNs()) {
      if (count == limit) {
        throw tooMany(range, limit);
      }
      if (count == times.length) {
        times = Arrays.copyOf(times, (int) Math.min(limit, 2L * count));
      }
      times[count++] = next;
      next = edges.next();
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

  /** The rule as it was written, without sync time and window. */
  @Override
  public String toString() {
    return text;
  }
}
