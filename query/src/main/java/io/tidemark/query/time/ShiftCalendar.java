package io.tidemark.query.time;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * When a plant's day begins and which shifts it has. A production day bears the date on which it
 * begins and lasts until the next one begins: 23 or 25 hours when the clocks change. Shifts lie
 * within it and do not overlap; what no shift covers is {@link #OFF}, so that the parts of a day
 * are always the whole of it. Immutable.
 *
 * <p>A time of day that a clock change skips moves on by the length of the gap, but not beyond the
 * next boundary; of one that it repeats the first is meant.
 */
public final class ShiftCalendar {
  /** Name of the calendar that stands for one whose name is left out. */
  public static final String DEFAULT_NAME = "plant";

  /** Where a day begins unless it is said. */
  public static final LocalTime DEFAULT_DAY_START = LocalTime.of(6, 0);

  /** What a part of a day is called that no shift covers. */
  public static final String OFF = "off";

  private static final int DAY_SECONDS = 86_400;
  private static final int SHIFTS_MAX = 48;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /**
   * A stretch of a production day.
   *
   * @param name shown in answers; several stretches of a day may share it
   * @param start first moment
   * @param end first moment after; at or before the start means on the next date
   * @param days dates of production days that have it
   */
  public record Shift(String name, LocalTime start, LocalTime end, Set<DayOfWeek> days) {
    /** Copies the days. */
    public Shift {
      days = Set.copyOf(days);
    }
  }

  /** A stretch of a day by whole seconds of the local clock since its start. */
  private record Stretch(int fromSecond, int toSecond, Shift shift) {}

  /** A part of a production day: a shift or a time without one. */
  record Part(String name, long startNs, long endNs) {}

  private final String name;
  private final ZoneId zone;
  private final LocalTime dayStart;
  private final List<Stretch> stretches;

  /**
   * A calendar.
   *
   * @param shifts in any order
   * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} for shifts that overlap or reach
   *     beyond the day, too many of them, or a name that cannot be used.
   */
  public ShiftCalendar(String name, ZoneId zone, LocalTime dayStart, List<Shift> shifts) {
    this.name = name;
    this.zone = zone;
    this.dayStart = dayStart;
    checkName("calendar", name);
    if (shifts.size() > SHIFTS_MAX) {
      throw bad("has too many shifts", "shifts=" + shifts.size() + ", shiftsMax=" + SHIFTS_MAX);
    }
    List<Stretch> sorted = new ArrayList<>();
    for (Shift shift : shifts) {
      sorted.add(stretch(shift));
    }
    sorted.sort(Comparator.comparingInt(Stretch::fromSecond));
    this.stretches = List.copyOf(sorted);
    for (DayOfWeek day : DayOfWeek.values()) {
      Stretch last = null;
      for (Stretch next : stretches) {
        if (next.shift.days.contains(day)) {
          if (last != null && next.fromSecond < last.toSecond) {
            throw bad(
                "has shifts that overlap",
                "shift=" + last.shift.name + ", other=" + next.shift.name + ", day=" + day);
          }
          last = next;
        }
      }
    }
  }

  private Stretch stretch(Shift shift) {
    checkName("shift", shift.name);
    if (shift.name.equalsIgnoreCase(OFF)) {
      throw bad("uses a reserved name", "shift=" + shift.name);
    }
    if (shift.days.isEmpty()) {
      throw bad("has a shift without days", "shift=" + shift.name);
    }
    int from = secondOfDay(shift.start);
    int to = secondOfDay(shift.end);
    to = to == 0 ? DAY_SECONDS : to;
    if (to <= from) {
      throw bad(
          "has a shift that reaches beyond the day, which begins at dayStart",
          "shift="
              + shift.name
              + ", start="
              + shift.start
              + ", end="
              + shift.end
              + ", dayStart="
              + dayStart);
    }
    return new Stretch(from, to, shift);
  }

  /** Seconds of the local clock since the start of the day. */
  private int secondOfDay(LocalTime time) {
    return Math.floorMod(time.toSecondOfDay() - dayStart.toSecondOfDay(), DAY_SECONDS);
  }

  /** A calendar of three shifts of eight hours every day: early, late and night. */
  public static ShiftCalendar ofEightHours(String name, ZoneId zone, LocalTime dayStart) {
    Set<DayOfWeek> days = EnumSet.allOf(DayOfWeek.class);
    LocalTime late = dayStart.plusHours(8);
    LocalTime night = dayStart.plusHours(16);
    return new ShiftCalendar(
        name,
        zone,
        dayStart,
        List.of(
            new Shift("early", dayStart, late, days),
            new Shift("late", late, night, days),
            new Shift("night", night, dayStart, days)));
  }

  /**
   * Reads the stretches of a shift: start and end, then the days of the week if not all, for
   * example {@code 22:00-06:00} or {@code 06:00-14:00 mon-fri, 08:00-12:00 sat}.
   *
   * @throws HistorianException {@link ErrorCode#BAD_TIME} naming the text and what was expected.
   */
  public static List<Shift> parseShift(String name, String text) {
    List<Shift> shifts = new ArrayList<>();
    for (String piece : text.split(",", -1)) {
      String[] words = piece.strip().split("\\s+");
      String[] times = words[0].split("-", -1);
      if (times.length != 2) {
        throw unreadable(text, null);
      }
      Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
      for (int i = 1; i < words.length; i++) {
        addDays(words[i], days, text);
      }
      if (words.length == 1) {
        days = EnumSet.allOf(DayOfWeek.class);
      }
      String end = times[1].equals("24:00") ? "00:00" : times[1];
      shifts.add(new Shift(name, time(times[0], text), time(end, text), days));
    }
    return shifts;
  }

  private static LocalTime time(String time, String text) {
    try {
      return parseTime(time);
    } catch (DateTimeException e) {
      throw unreadable(text, e);
    }
  }

  /**
   * A time of day in whole seconds, for example {@code 06:00}.
   *
   * @throws DateTimeException if it is none.
   */
  public static LocalTime parseTime(String text) {
    LocalTime time = LocalTime.parse(text.strip());
    if (!time.equals(time.truncatedTo(ChronoUnit.SECONDS))) {
      throw new DateTimeException("a fraction of a second");
    }
    return time;
  }

  private static void addDays(String word, Set<DayOfWeek> days, String text) {
    String[] ends = word.toLowerCase(Locale.ROOT).split("-", -1);
    DayOfWeek last = day(ends[ends.length - 1], text);
    DayOfWeek day = day(ends[0], text);
    if (ends.length > 2) {
      throw unreadable(text, null);
    }
    for (; day != last; day = day.plus(1)) {
      days.add(day);
    }
    days.add(last);
  }

  private static DayOfWeek day(String word, String text) {
    for (DayOfWeek day : DayOfWeek.values()) {
      String full = day.name().toLowerCase(Locale.ROOT);
      if (word.equals(full) || word.equals(full.substring(0, 3))) {
        return day;
      }
    }
    throw unreadable(text, null);
  }

  private static HistorianException unreadable(String text, @Nullable Throwable cause) {
    return new HistorianException(
        ErrorCode.BAD_TIME,
        "cannot read shift: shift="
            + ErrorText.quote(text)
            + ", expected=start-end, then days if not all",
        null,
        "for example 06:00-14:00, 22:00-06:00 mon-fri",
        cause);
  }

  private void checkName(String what, String given) {
    if (!NAME.matcher(given).matches()) {
      throw bad(
          "uses a name that cannot be used",
          what + "=" + ErrorText.quote(given) + ", allowed=up to 64 of A-Z a-z 0-9 _ -");
    }
  }

  private HistorianException bad(String problem, String details) {
    return new HistorianException(
        ErrorCode.OUT_OF_RANGE,
        "calendar " + problem + ": calendar=" + ErrorText.quote(name) + ", " + details);
  }

  /** What windows call it: {@code shift:name}, {@code day:name}. */
  public String name() {
    return name;
  }

  /** The zone whose clock it follows. */
  public ZoneId zone() {
    return zone;
  }

  /** When a production day begins, nanoseconds since the epoch, held within int64. */
  long startNs(LocalDate date) {
    return dayStart.equals(LocalTime.MIDNIGHT)
        ? WindowEdges.toNs(date.atStartOfDay(zone))
        : WindowEdges.toNs(date.atTime(dayStart).atZone(zone));
  }

  /** The parts of the production day of that date, which lasts so long; none is empty. */
  List<Part> parts(LocalDate date, long dayStartNs, long dayEndNs) {
    List<String> names = new ArrayList<>();
    List<Long> starts = new ArrayList<>();
    LocalDateTime first = date.atTime(dayStart);
    int second = 0;
    for (Stretch stretch : stretches) {
      if (stretch.shift.days.contains(date.getDayOfWeek())) {
        if (stretch.fromSecond > second) {
          names.add(OFF);
          starts.add(WindowEdges.toNs(first.plusSeconds(second).atZone(zone)));
        }
        names.add(stretch.shift.name);
        starts.add(WindowEdges.toNs(first.plusSeconds(stretch.fromSecond).atZone(zone)));
        second = stretch.toSecond;
      }
    }
    if (second < DAY_SECONDS) {
      names.add(OFF);
      starts.add(WindowEdges.toNs(first.plusSeconds(second).atZone(zone)));
    }
    List<Part> parts = new ArrayList<>();
    long endNs = dayEndNs;
    for (int i = names.size() - 1; i >= 0; i--) {
      // A skipped boundary moves on, at most to the next one; the first is the day's own.
      long startNs = i == 0 ? dayStartNs : Math.clamp(starts.get(i), dayStartNs, endNs);
      if (startNs < endNs) {
        parts.addFirst(new Part(names.get(i), startNs, endNs));
      }
      endNs = startNs;
    }
    return parts;
  }

  @Override
  public String toString() {
    return name;
  }
}
