package io.tidemark.query.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.TimeRange;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The edges of windows by the rules of every zone whose clock changes in 2026, against a clock on
 * the wall that is looked at once a minute; around each change, and also where a day or a shift
 * begins in the hour that is skipped or repeated.
 */
class ZoneWindowsTest {
  private static final long MINUTE_NS = 60_000_000_000L;
  private static final List<LocalTime> DAY_STARTS =
      List.of(LocalTime.MIDNIGHT, LocalTime.of(1, 30), LocalTime.of(2, 30), LocalTime.of(6, 0));

  /** One of each: many zones are another's rules by another name. */
  static Stream<ZoneId> rulesThatChangeIn2026() {
    Map<ZoneRules, ZoneId> one = new LinkedHashMap<>();
    WindowRuleTest.zonesThatChangeIn2026().forEach(zone -> one.putIfAbsent(zone.getRules(), zone));
    return one.values().stream();
  }

  private static List<ZoneOffsetTransition> changes(ZoneId zone) {
    List<ZoneOffsetTransition> found = new ArrayList<>();
    Instant at = Instant.parse("2025-12-30T00:00:00Z");
    Instant end = Instant.parse("2027-01-02T00:00:00Z");
    ZoneRules rules = zone.getRules();
    for (ZoneOffsetTransition next = rules.nextTransition(at);
        next != null && next.getInstant().isBefore(end);
        next = rules.nextTransition(next.getInstant())) {
      found.add(next);
    }
    return found;
  }

  /** The clock on the wall, minute by minute. */
  private record Wall(long[] timesNs, LocalDateTime[] local) {
    static Wall around(ZoneOffsetTransition change, ZoneRules rules) {
      long first = change.toEpochSecond() / 86_400 * 86_400 - 2 * 86_400;
      int count = 5 * 1_440;
      long[] times = new long[count];
      LocalDateTime[] local = new LocalDateTime[count];
      for (int i = 0; i < count; i++) {
        Instant at = Instant.ofEpochSecond(first + 60L * i);
        times[i] = at.getEpochSecond() * 1_000_000_000L;
        local[i] = LocalDateTime.ofEpochSecond(at.getEpochSecond(), 0, rules.getOffset(at));
      }
      return new Wall(times, local);
    }

    TimeRange range() {
      return new TimeRange(timesNs[0], timesNs[timesNs.length - 1] + MINUTE_NS);
    }

    boolean jumps(int i) {
      return !local[i].equals(local[i - 1].plusMinutes(1));
    }

    /** Where hours begin: at a full one, and where the clock is changed. */
    List<Long> hours() {
      List<Long> edges = new ArrayList<>();
      for (int i = 1; i < timesNs.length; i++) {
        if (local[i].getMinute() == 0 || jumps(i)) {
          edges.add(timesNs[i]);
        }
      }
      return edges;
    }

    /** Where dates are first seen that begin a unit. */
    List<Long> dates(String unit) {
      List<Long> edges = new ArrayList<>();
      TreeSet<LocalDate> seen = new TreeSet<>(List.of(floor(local[0].toLocalDate(), unit)));
      for (int i = 1; i < timesNs.length; i++) {
        if (seen.add(floor(local[i].toLocalDate(), unit))) {
          edges.add(timesNs[i]);
        }
      }
      return edges;
    }

    private static LocalDate floor(LocalDate date, String unit) {
      return switch (unit) {
        case "week" -> date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        case "month" -> date.withDayOfMonth(1);
        default -> date;
      };
    }

    /**
     * Where the clock first shows a time of a date; if it never does, as much after the jump as the
     * time lies after the last one shown.
     */
    Map<LocalDateTime, Long> first(List<LocalTime> wanted) {
      Map<LocalDateTime, Long> found = new TreeMap<>();
      for (int i = 1; i < timesNs.length; i++) {
        LocalDateTime before = local[i - 1];
        for (LocalTime time : wanted) {
          LocalDateTime at = local[i].toLocalDate().atTime(time);
          if (local[i].equals(at)) {
            found.putIfAbsent(at, timesNs[i]);
          } else if (before.isBefore(at) && local[i].isAfter(at)) {
            long later = ChronoUnit.MINUTES.between(before.plusMinutes(1), at);
            found.putIfAbsent(at, timesNs[i] + later * MINUTE_NS);
          }
        }
      }
      return found;
    }
  }

  private static List<Long> innerEdges(Windows windows) {
    List<Long> edges = new ArrayList<>();
    for (int i = 1; i < windows.count(); i++) {
      assertThat(windows.startNs(i)).isEqualTo(windows.endNs(i - 1));
      edges.add(windows.startNs(i));
    }
    return edges;
  }

  private static Windows windows(WindowRule rule, TimeRange range, ZoneId zone) {
    return rule.windows(range, zone, Long.MAX_VALUE, 1_000);
  }

  @ParameterizedTest
  @MethodSource("rulesThatChangeIn2026")
  void windowsBeginWhereTheClockOnTheWallSays(ZoneId zone) {
    for (ZoneOffsetTransition change : changes(zone)) {
      Wall wall = Wall.around(change, zone.getRules());
      Windows hours = windows(WindowRule.parse("hour", Map.of()), wall.range(), zone);
      assertThat(innerEdges(hours)).as("%s hours", change).isEqualTo(wall.hours());
      TreeSet<String> labels = new TreeSet<>();
      for (int i = 1; i < hours.count(); i++) {
        String label = hours.label(i);
        assertThat(labels.add(label)).as(label).isTrue();
        OffsetDateTime at = OffsetDateTime.parse(label);
        assertThat(at.toEpochSecond() * 1_000_000_000L).as(label).isEqualTo(hours.startNs(i));
        assertThat(at.getOffset()).isEqualTo(zone.getRules().getOffset(at.toInstant()));
      }
      for (String unit : List.of("day", "week", "month")) {
        assertThat(innerEdges(windows(WindowRule.parse(unit, Map.of()), wall.range(), zone)))
            .as("%s %s", change, unit)
            .isEqualTo(wall.dates(unit));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rulesThatChangeIn2026")
  void shiftsAreTheirProductionDayWhereverItBegins(ZoneId zone) {
    for (ZoneOffsetTransition change : changes(zone)) {
      Wall wall = Wall.around(change, zone.getRules());
      for (LocalTime dayStart : DAY_STARTS) {
        ShiftCalendar plant = ShiftCalendar.ofEightHours("plant", zone, dayStart);
        Map<String, ShiftCalendar> calendars = Map.of("plant", plant);
        String what = change + ", dayStart=" + dayStart;
        Windows days = windows(WindowRule.parse("day:plant", calendars), wall.range(), zone);
        Windows shifts =
            windows(WindowRule.parse("shift", calendars), wall.range(), ZoneOffset.UTC);
        if (!dayStart.equals(LocalTime.MIDNIGHT)) { // midnight is where the date begins: above
          assertThat(innerEdges(days))
              .as(what)
              .containsExactlyElementsOf(wall.first(List.of(dayStart)).values());
          assertThat(innerEdges(shifts))
              .as(what)
              .containsExactlyElementsOf(
                  wall.first(List.of(dayStart, dayStart.plusHours(8), dayStart.plusHours(16)))
                      .values());
        }
        assertShiftsAreDays(days, shifts, what);
      }
    }
  }

  /** Each inner day has three shifts of its name, which together are as long as it is. */
  private static void assertShiftsAreDays(Windows days, Windows shifts, String what) {
    TreeMap<LocalDate, Long> length = new TreeMap<>();
    TreeMap<LocalDate, List<String>> names = new TreeMap<>();
    TreeSet<String> labels = new TreeSet<>();
    for (int i = 0; i < shifts.count(); i++) {
      LocalDate day = shifts.productionDay(i);
      assertThat(labels.add(shifts.label(i))).as(what).isTrue();
      length.merge(day, shifts.endNs(i) - shifts.startNs(i), Long::sum);
      names.computeIfAbsent(day, date -> new ArrayList<>()).add(shifts.shift(i));
    }
    assertThat(length).as(what).hasSize(days.count());
    for (int i = 0; i < days.count(); i++) {
      LocalDate day = days.productionDay(i);
      assertThat(days.label(i)).isEqualTo(String.valueOf(day));
      assertThat(length.get(day)).as(what).isEqualTo(days.endNs(i) - days.startNs(i));
      if (i > 0 && i + 1 < days.count()) {
        assertThat(names.get(day)).as(what).containsExactly("early", "late", "night");
      }
    }
  }
}
