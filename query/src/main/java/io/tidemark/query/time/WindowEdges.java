package io.tidemark.query.time;

import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The instants at which one window ends and the next begins, walked in order. Each kind finds the
 * one at or before a time without walking there. Beyond int64 nanoseconds an instant is the nearest
 * that there is. One thread.
 */
abstract class WindowEdges {
  private static final BigInteger SECOND_NS = BigInteger.valueOf(1_000_000_000L);
  private static final int HOUR_SECONDS = 3600;

  /** Moves to the last edge at or before the time and returns it. */
  abstract long moveTo(long ns);

  /** Moves to the next edge and returns it; {@link Long#MAX_VALUE} where there is none. */
  abstract long next();

  /** Date of the window that begins at this edge, in days since 1970; 0 if its kind has none. */
  int day() {
    return 0;
  }

  /** Name of the shift that begins at this edge; null if its kind has none. */
  @Nullable String shift() {
    return null;
  }

  /** How many windows of this day and shift came before. */
  int repeat() {
    return 0;
  }

  /** Nanoseconds since the epoch, held within int64. */
  static long toNs(ZonedDateTime time) {
    return toNs(time.toEpochSecond(), time.getNano());
  }

  static long toNs(long second, int nano) {
    if (Math.abs(second) < Long.MAX_VALUE / 1_000_000_000L) {
      return second * 1_000_000_000L + nano;
    }
    BigInteger ns = BigInteger.valueOf(second).multiply(SECOND_NS).add(BigInteger.valueOf(nano));
    return ns.bitLength() < Long.SIZE
        ? ns.longValueExact()
        : ns.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
  }

  /** An anchor plus whole numbers of a fixed length. */
  static final class Even extends WindowEdges {
    private final long anchorNs;
    private final long stepNs;
    private long nextAt;

    Even(long anchorNs, long stepNs) {
      this.anchorNs = anchorNs;
      this.stepNs = stepNs;
    }

    @Override
    long moveTo(long ns) {
      // By remainders: the time since the anchor may exceed a long.
      long apart = Math.floorMod(ns, stepNs) - Math.floorMod(anchorNs, stepNs);
      long since = apart < 0 ? apart + stepNs : apart;
      nextAt = plus(ns, stepNs - since);
      return ns < Long.MIN_VALUE + since ? Long.MIN_VALUE : ns - since;
    }

    @Override
    long next() {
      long at = nextAt;
      nextAt = plus(at, stepNs);
      return at;
    }

    private static long plus(long ns, long length) {
      return ns > Long.MAX_VALUE - length ? Long.MAX_VALUE : ns + length;
    }
  }

  /** A place on a calendar plus whole numbers of a length; each is reckoned from the anchor. */
  static final class Stepped extends WindowEdges {
    private static final double MONTH_NS = 30.436875 * 86_400e9;
    private static final double DAY_NS = 86_400e9;

    private final ZonedDateTime anchor;
    private final TimeText.Span step;
    private long index;
    private long at;

    Stepped(long anchorNs, ZoneId zone, TimeText.Span step) {
      this.anchor = TimeText.toInstant(anchorNs).atZone(zone);
      this.step = step;
    }

    private long at(long k) {
      try {
        return toNs(step.times(k).addTo(anchor));
      } catch (DateTimeException | ArithmeticException e) {
        return k < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
      }
    }

    @Override
    long moveTo(long ns) {
      double about = step.months() * MONTH_NS + step.days() * DAY_NS + step.ns();
      index = (long) Math.floor(((double) ns - (double) at(0)) / about);
      while (at(index) > ns) {
        index--;
      }
      for (long after; (after = at(index + 1)) <= ns && after != Long.MAX_VALUE; ) {
        index++;
      }
      at = at(index);
      return at;
    }

    @Override
    long next() {
      long before = at;
      while (at <= before && at != Long.MAX_VALUE) {
        at = at(++index); // a zone that skipped a whole day has two of one instant
      }
      return at;
    }
  }

  /** Full hours of the local clock; a clock change begins another, full or not. */
  static final class Hours extends WindowEdges {
    private final ZoneRules rules;
    private long atSecond;
    private int offset;
    private long changeSecond;

    Hours(ZoneId zone) {
      this.rules = zone.getRules();
    }

    @Override
    long moveTo(long ns) {
      Instant time = TimeText.toInstant(ns);
      offset = rules.getOffset(time).getTotalSeconds();
      atSecond = fullHour(time.getEpochSecond());
      ZoneOffsetTransition last = rules.previousTransition(time.plusNanos(1));
      if (last != null) {
        atSecond = Math.max(atSecond, last.toEpochSecond());
      }
      findChange();
      return toNs(atSecond, 0);
    }

    private long fullHour(long second) {
      return second - Math.floorMod(second + offset, HOUR_SECONDS);
    }

    private void findChange() {
      ZoneOffsetTransition change = rules.nextTransition(Instant.ofEpochSecond(atSecond));
      changeSecond = change == null ? Long.MAX_VALUE : change.toEpochSecond();
    }

    @Override
    long next() {
      long hour = fullHour(atSecond) + HOUR_SECONDS;
      if (changeSecond > hour) {
        atSecond = hour;
      } else {
        atSecond = changeSecond;
        offset = rules.getOffset(Instant.ofEpochSecond(atSecond)).getTotalSeconds();
        findChange();
      }
      return toNs(atSecond, 0);
    }
  }

  /** Units of the calendar: each begins on a date. */
  enum DateUnit {
    DAY,
    WEEK,
    MONTH,
    QUARTER,
    YEAR;

    LocalDate floor(LocalDate date) {
      return switch (this) {
        case DAY -> date;
        case WEEK -> date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        case MONTH -> date.withDayOfMonth(1);
        case QUARTER -> LocalDate.of(date.getYear(), (date.getMonthValue() - 1) / 3 * 3 + 1, 1);
        case YEAR -> date.withDayOfYear(1);
      };
    }

    LocalDate plus(LocalDate date, int count) {
      return switch (this) {
        case DAY -> date.plusDays(count);
        case WEEK -> date.plusWeeks(count);
        case MONTH -> date.plusMonths(count);
        case QUARTER -> date.plusMonths(3L * count);
        case YEAR -> date.plusYears(count);
      };
    }
  }

  /** Days, weeks, months, quarters or years; one that a zone skipped as a whole is left out. */
  static final class Dates extends WindowEdges {
    private final ZoneId zone;
    private final DateUnit unit;
    private final ToLongFunction<LocalDate> start;
    private LocalDate date = LocalDate.EPOCH;
    private long at;
    private long nextAt;

    Dates(ZoneId zone, DateUnit unit, ToLongFunction<LocalDate> start) {
      this.zone = zone;
      this.unit = unit;
      this.start = start;
    }

    /** Units of the zone's own calendar. */
    static Dates of(ZoneId zone, DateUnit unit) {
      return new Dates(zone, unit, date -> toNs(date.atStartOfDay(zone)));
    }

    /** Production days. */
    static Dates of(ShiftCalendar calendar) {
      return new Dates(calendar.zone(), DateUnit.DAY, calendar::startNs);
    }

    private long startOf(LocalDate of) {
      return start.applyAsLong(of);
    }

    @Override
    long moveTo(long ns) {
      date = unit.floor(TimeText.toInstant(ns).atZone(zone).toLocalDate());
      while (startOf(date) > ns) {
        date = unit.plus(date, -1);
      }
      at = startOf(date);
      findNext();
      while (nextAt <= ns && nextAt != Long.MAX_VALUE) {
        next();
      }
      return at;
    }

    @Override
    long next() {
      date = unit.plus(date, 1);
      at = nextAt;
      if (at != Long.MAX_VALUE) {
        findNext();
      }
      return at;
    }

    /** Finds where the next one begins; moves on while this one is empty. */
    private void findNext() {
      nextAt = startOf(unit.plus(date, 1));
      while (nextAt <= at) {
        date = unit.plus(date, 1);
        nextAt = startOf(unit.plus(date, 1));
      }
    }

    LocalDate date() {
      return date;
    }

    long nextAt() {
      return nextAt;
    }

    @Override
    int day() {
      return (int) date.toEpochDay();
    }
  }

  /** Shifts, and the times without one. */
  static final class Shifts extends WindowEdges {
    private final ShiftCalendar calendar;
    private final Dates days;
    private List<ShiftCalendar.Part> parts = List.of();
    private int part;

    Shifts(ShiftCalendar calendar) {
      this.calendar = calendar;
      this.days = Dates.of(calendar);
    }

    @Override
    long moveTo(long ns) {
      begin(days.moveTo(ns));
      while (parts.get(part).endNs() <= ns) {
        part++;
      }
      return parts.get(part).startNs();
    }

    private void begin(long dayNs) {
      parts = calendar.parts(days.date(), dayNs, days.nextAt());
      part = 0;
    }

    @Override
    long next() {
      if (part + 1 < parts.size()) {
        part++;
      } else {
        long dayNs = days.next();
        if (dayNs == Long.MAX_VALUE) {
          return dayNs;
        }
        begin(dayNs);
      }
      return parts.get(part).startNs();
    }

    @Override
    int day() {
      return days.day();
    }

    @Override
    String shift() {
      return parts.get(part).name();
    }

    @Override
    int repeat() {
      int before = 0;
      for (int i = 0; i < part; i++) {
        before += parts.get(i).name().equals(shift()) ? 1 : 0;
      }
      return before;
    }
  }
}
