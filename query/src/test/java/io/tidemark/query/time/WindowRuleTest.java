package io.tidemark.query.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WindowRuleTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final long HOUR_NS = 3_600_000_000_000L;
  private static final long LATE = Long.MAX_VALUE;

  private static Map<String, ShiftCalendar> plant(ZoneId zone) {
    return Map.of("plant", ShiftCalendar.ofEightHours("plant", zone, LocalTime.of(6, 0)));
  }

  private static WindowRule rule(String text, ZoneId zone) {
    return WindowRule.parse(text, plant(zone));
  }

  private static long at(String text, ZoneId zone) {
    return IsoTime.parse(text, zone);
  }

  private static TimeRange range(String start, String end, ZoneId zone) {
    return new TimeRange(at(start, zone), at(end, zone));
  }

  private static Windows windows(String text, String start, String end, ZoneId zone) {
    return rule(text, zone).windows(range(start, end, zone), zone, LATE, 100_000);
  }

  private static List<String> labels(Windows windows) {
    return IntStream.range(0, windows.count()).mapToObj(windows::label).toList();
  }

  private static List<Double> hours(Windows windows) {
    return IntStream.range(0, windows.count())
        .mapToObj(i -> (windows.endNs(i) - windows.startNs(i)) / (double) HOUR_NS)
        .toList();
  }

  private static List<Integer> partial(Windows windows) {
    return IntStream.range(0, windows.count()).filter(windows::isPartial).boxed().toList();
  }

  /** Ascending, contiguous, none empty, together the range, each label once. */
  private static void assertCover(Windows windows, TimeRange range, String what) {
    assertThat(windows.count()).as(what).isPositive();
    assertThat(windows.startNs(0)).as(what).isEqualTo(range.startNs());
    assertThat(windows.endNs(windows.count() - 1)).as(what).isEqualTo(range.endNs());
    Set<String> labels = new HashSet<>();
    for (int i = 0; i < windows.count(); i++) { // plain checks: there are millions
      if (windows.endNs(i) <= windows.startNs(i)
          || (i > 0 && windows.startNs(i) != windows.endNs(i - 1))
          || !labels.add(windows.label(i))) {
        throw new AssertionError(what + ": window " + i + ", label=" + windows.label(i));
      }
    }
  }

  static Stream<ZoneId> zonesThatChangeIn2026() {
    Instant start = Instant.parse("2025-12-30T00:00:00Z");
    Instant end = Instant.parse("2027-01-02T00:00:00Z");
    return new TreeSet<>(ZoneId.getAvailableZoneIds())
        .stream()
            .map(ZoneId::of)
            .filter(
                zone -> {
                  ZoneOffsetTransition next = zone.getRules().nextTransition(start);
                  return next != null && next.getInstant().isBefore(end);
                });
  }

  @Test
  void manyZonesChangeTheirClocks() {
    assertThat(zonesThatChangeIn2026()).hasSizeGreaterThan(100);
  }

  @ParameterizedTest
  @MethodSource("zonesThatChangeIn2026")
  void partsOfADayAreTheDayInEveryZone(ZoneId zone) {
    TimeRange year = range("2026-01-01", "2027-01-01", zone);
    for (String word : List.of("hour", "day", "week", "month", "quarter", "year")) {
      assertCover(rule(word, zone).windows(year, zone, LATE, 10_000), year, zone + " " + word);
    }
    Windows days = rule("day", zone).windows(year, zone, LATE, 366);
    assertThat(days.count()).isEqualTo(365);
    for (int i = 0; i < days.count(); i++) {
      TimeRange day = new TimeRange(days.startNs(i), days.endNs(i));
      Windows hours = rule("hour", zone).windows(day, zone, LATE, 30);
      assertCover(hours, day, zone + " hours of " + days.label(i));
      assertThat(partial(hours)).isEmpty();
      assertThat(hours(hours)).allMatch(length -> length <= 1);
    }
    TimeRange plantYear = range("2026-01-01T06:00", "2027-01-01T06:00", zone);
    assertCover(
        rule("shift", zone).windows(plantYear, zone, LATE, 1_200), plantYear, zone + " shifts");
    Windows plantDays = rule("day:plant", zone).windows(plantYear, zone, LATE, 366);
    assertCover(plantDays, plantYear, zone + " production days");
    for (int i = 0; i < plantDays.count(); i++) {
      TimeRange day = new TimeRange(plantDays.startNs(i), plantDays.endNs(i));
      Windows shifts = rule("shift", zone).windows(day, zone, LATE, 3);
      assertCover(shifts, day, zone + " shifts of " + plantDays.label(i));
      assertThat(partial(shifts)).isEmpty();
      assertThat(shifts.count()).isEqualTo(3);
      for (int s = 0; s < 3; s++) {
        assertThat(shifts.productionDay(s)).isEqualTo(plantDays.productionDay(i));
      }
    }
  }

  @Test
  void berlinHasDaysOf23And25HoursAndNightsOf7And9() {
    Windows spring = windows("day", "2026-03-28", "2026-03-31", BERLIN);
    assertThat(hours(spring)).containsExactly(24.0, 23.0, 24.0);
    assertThat(labels(spring)).containsExactly("2026-03-28", "2026-03-29", "2026-03-30");
    assertThat(hours(windows("day", "2026-10-24", "2026-10-27", BERLIN)))
        .containsExactly(24.0, 25.0, 24.0);
    Windows nights = windows("shift", "2026-03-28T06:00", "2026-03-29T06:00", BERLIN);
    assertThat(labels(nights))
        .containsExactly("2026-03-28 early", "2026-03-28 late", "2026-03-28 night");
    assertThat(hours(nights)).containsExactly(8.0, 8.0, 7.0);
    assertThat(hours(windows("shift:plant", "2026-10-24T06:00", "2026-10-25T06:00", BERLIN)))
        .containsExactly(8.0, 8.0, 9.0);
    assertThat(hours(windows("day:plant", "2026-10-24T06:00", "2026-10-26T06:00", BERLIN)))
        .containsExactly(25.0, 24.0);
    assertThat(hours(windows("month", "2026-03-01", "2026-04-01", BERLIN)))
        .containsExactly(31 * 24 - 1.0);
  }

  @Test
  void aRepeatedHourIsTwo() {
    Windows hours = windows("hour", "2026-10-25T01:30", "2026-10-25T04:00", BERLIN);
    assertThat(labels(hours))
        .containsExactly(
            "2026-10-25T01:00+02:00",
            "2026-10-25T02:00+02:00",
            "2026-10-25T02:00+01:00",
            "2026-10-25T03:00+01:00");
    assertThat(hours(hours)).containsExactly(0.5, 1.0, 1.0, 1.0);
    assertThat(partial(hours)).containsExactly(0);
    assertThat(labels(windows("hour", "2026-03-29T01:00", "2026-03-29T04:00", BERLIN)))
        .containsExactly("2026-03-29T01:00+01:00", "2026-03-29T03:00+02:00");
  }

  @Test
  void lordHoweMovesByHalfAnHour() {
    ZoneId zone = ZoneId.of("Australia/Lord_Howe");
    assertThat(hours(windows("day", "2026-04-05", "2026-04-06", zone))).containsExactly(24.5);
    assertThat(hours(windows("day", "2026-10-04", "2026-10-05", zone))).containsExactly(23.5);
    Windows back = windows("hour", "2026-04-05T00:00", "2026-04-05T03:00", zone);
    assertThat(labels(back))
        .containsExactly(
            "2026-04-05T00:00+11:00",
            "2026-04-05T01:00+11:00",
            "2026-04-05T01:30+10:30",
            "2026-04-05T02:00+10:30");
    assertThat(hours(back)).containsExactly(1.0, 1.0, 0.5, 1.0);
    Windows ahead = windows("hour", "2026-10-04T01:00", "2026-10-04T04:00", zone);
    assertThat(labels(ahead))
        .containsExactly(
            "2026-10-04T01:00+10:30", "2026-10-04T02:30+11:00", "2026-10-04T03:00+11:00");
    assertThat(hours(ahead)).containsExactly(1.0, 0.5, 1.0);
    // A range that begins in the half hour before which the clock went back.
    Windows inside = windows("hour", "2026-04-05T01:40+10:30", "2026-04-05T02:00+10:30", zone);
    assertThat(labels(inside)).containsExactly("2026-04-05T01:30+10:30");
  }

  @Test
  void apiaSkippedADayAndKathmanduIsOffTheHour() {
    ZoneId apia = ZoneId.of("Pacific/Apia"); // went from 29 to 31 December 2011
    Windows days = windows("day", "2011-12-29", "2012-01-01", apia);
    assertThat(labels(days)).containsExactly("2011-12-29", "2011-12-31");
    assertThat(hours(days)).containsExactly(24.0, 24.0);
    assertThat(labels(windows("week", "2011-12-26", "2012-01-02", apia)))
        .containsExactly("2011-W52");
    Windows shifts = windows("shift", "2011-12-29T06:00", "2012-01-01T06:00", apia);
    assertThat(labels(shifts))
        .containsExactly(
            "2011-12-29 early",
            "2011-12-29 late",
            "2011-12-29 night",
            "2011-12-31 early",
            "2011-12-31 late",
            "2011-12-31 night");
    assertThat(hours(shifts)).containsOnly(8.0);
    ZoneId kathmandu = ZoneId.of("Asia/Kathmandu");
    Windows hours =
        rule("hour", kathmandu)
            .windows(
                range("2026-01-01T00:00Z", "2026-01-01T02:00Z", kathmandu), kathmandu, LATE, 9);
    assertThat(labels(hours))
        .containsExactly(
            "2026-01-01T05:00+05:45", "2026-01-01T06:00+05:45", "2026-01-01T07:00+05:45");
    assertThat(partial(hours)).containsExactly(0, 2);
  }

  @Test
  void wordsHaveTheirPlacesAndNames() {
    assertThat(labels(windows("week", "2025-12-30", "2026-01-12", BERLIN)))
        .containsExactly("2026-W01", "2026-W02");
    assertThat(labels(windows("month", "2026-01-31", "2026-04-01", BERLIN)))
        .containsExactly("2026-01", "2026-02", "2026-03");
    assertThat(labels(windows("quarter", "2026-02-01", "2027-01-02", BERLIN)))
        .containsExactly("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2027-Q1");
    assertThat(labels(windows("Year", "2026-02-01", "2028-01-01", BERLIN)))
        .containsExactly("2026", "2027");
    Windows month = windows("month", "2026-01-31", "2026-04-01", BERLIN);
    assertThat(partial(month)).containsExactly(0);
    assertThat(month.shift(0)).isNull();
    assertThat(month.productionDay(0)).isNull();
    Windows night = windows("shift", "2026-11-25T02:00", "2026-11-25T03:00", BERLIN);
    assertThat(night.shift(0)).isEqualTo("night");
    assertThat(night.productionDay(0)).isEqualTo(LocalDate.of(2026, 11, 24));
    assertThat(windows("10m", "2026-01-01", "2026-01-02", BERLIN).label(0)).isNull();
  }

  @Test
  void aCalendarHasTheZoneItSays() {
    Windows shifts =
        rule("shift", BERLIN)
            .windows(
                range("2026-07-01T04:00Z", "2026-07-01T12:00Z", BERLIN), ZoneOffset.UTC, LATE, 9);
    assertThat(labels(shifts)).containsExactly("2026-07-01 early");
    assertThat(partial(shifts)).isEmpty();
  }

  @Test
  void aWindowIsPartialIfItIsCutOrNotOver() {
    TimeRange day = range("2026-01-01T00:30", "2026-01-01T05:30", BERLIN);
    WindowRule hour = rule("hour", BERLIN);
    assertThat(partial(hour.windows(day, BERLIN, LATE, 9))).containsExactly(0, 5);
    long now = at("2026-01-01T03:00", BERLIN);
    assertThat(partial(hour.windows(day, BERLIN, now, 9))).containsExactly(0, 3, 4, 5);
    assertThat(partial(hour.windows(day, BERLIN, now - 1, 9))).containsExactly(0, 2, 3, 4, 5);
    assertThat(partial(rule("1h", BERLIN).windows(day, BERLIN, LATE, 9))).isEmpty();
    assertThat(partial(rule("2h", BERLIN).windows(day, BERLIN, LATE, 9))).containsExactly(2);
    TimeRange inside = range("2026-01-01T00:10", "2026-01-01T00:20", BERLIN);
    assertThat(partial(hour.windows(inside, BERLIN, LATE, 9))).containsExactly(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"7m", "1h", "8h", "1d", "1w", "1mo", "1mo3d", "1d5h", "100y", "1y"})
  void aSyncTimeGivesTheSameGridToEveryRange(String text) {
    long sync = at("2026-01-31T06:00", BERLIN);
    WindowRule rule = rule(text, BERLIN).anchoredAt(sync);
    TimeRange all = range("2025-09-01T00:00", "2026-05-02T00:00", BERLIN);
    Set<Long> grid = new HashSet<>(boxed(rule.times(all, BERLIN, 100_000)));
    assertThat(grid).contains(sync);
    for (long days = -100; days <= 50; days += 7) {
      TimeRange some =
          new TimeRange(
              sync + days * 24 * HOUR_NS + 12_345, sync + (days + 40) * 24 * HOUR_NS + 54_321);
      List<Long> expected = grid.stream().filter(ns -> some.contains(ns)).sorted().toList();
      assertThat(boxed(rule.times(some, BERLIN, 100_000))).as("%s", some).isEqualTo(expected);
      Windows windows = rule.windows(some, BERLIN, LATE, 100_000);
      List<Long> starts = new ArrayList<>(boxed(windows.edgesNs()));
      assertThat(starts.removeFirst()).isEqualTo(some.startNs());
      assertThat(starts.removeLast()).isEqualTo(some.endNs());
      assertThat(starts).isEqualTo(expected);
      assertThat(windows.isPartial(0)).isTrue();
      assertThat(windows.isPartial(windows.count() - 1)).isTrue();
    }
  }

  private static List<Long> boxed(long[] times) {
    return LongStream.of(times).boxed().toList();
  }

  @Test
  void gridsOfMonthsKeepTheLastDay() {
    WindowRule rule = rule("1mo", BERLIN).anchoredAt(at("2026-03-31T00:00", BERLIN));
    List<String> times =
        LongStream.of(rule.times(range("2025-12-01", "2026-07-01", BERLIN), BERLIN, 20))
            .mapToObj(ns -> IsoTime.format(ns, BERLIN).substring(0, 10))
            .toList();
    assertThat(times)
        .containsExactly(
            "2025-12-31",
            "2026-01-31",
            "2026-02-28",
            "2026-03-31",
            "2026-04-30",
            "2026-05-31",
            "2026-06-30");
  }

  @Test
  void slidingWindowsOverlapAndLieInTheRange() {
    WindowRule rule =
        rule("10m", BERLIN)
            .sliding(CalendarInterval.parse("1h"))
            .anchoredAt(at("2026-01-01T00:00", BERLIN));
    Windows windows =
        rule.windows(
            range("2026-01-01T08:05", "2026-01-01T09:31", BERLIN),
            BERLIN,
            at("2026-01-01T09:20", BERLIN),
            9);
    assertThat(windows.isContiguous()).isFalse();
    assertThat(hours(windows)).containsExactly(1.0, 1.0, 1.0);
    assertThat(IsoTime.format(windows.startNs(0), BERLIN)).startsWith("2026-01-01T08:10");
    assertThat(partial(windows)).containsExactly(2);
    assertThatThrownBy(windows::edgesNs).isInstanceOf(IllegalArgumentException.class);
    assertThat(windows.edgesNs(1, 2)).containsExactly(windows.startNs(1), windows.endNs(1));
    assertThat(
            rule.windows(range("2026-01-01T08:05", "2026-01-01T09:05", BERLIN), BERLIN, LATE, 9)
                .count())
        .isZero();
    // Days that a clock change makes longer.
    Windows days =
        rule("1d", BERLIN)
            .sliding(CalendarInterval.parse("2d"))
            .windows(range("2026-10-24", "2026-10-28", BERLIN), BERLIN, LATE, 9);
    assertThat(hours(days)).containsExactly(49.0, 49.0, 48.0);
  }

  @Test
  void shiftsMayDifferByDayAndLeaveGaps() {
    List<ShiftCalendar.Shift> shifts = new ArrayList<>();
    shifts.addAll(ShiftCalendar.parseShift("early", "06:00-14:00 mon-fri, 08:00-12:00 Saturday"));
    shifts.addAll(ShiftCalendar.parseShift("late", "14:00-22:00 mon-fri"));
    shifts.addAll(ShiftCalendar.parseShift("extra", "22:00-24:00 fri-fri"));
    ShiftCalendar mill = new ShiftCalendar("mill", BERLIN, LocalTime.of(6, 0), shifts);
    Windows windows =
        WindowRule.parse("shift:mill", Map.of("mill", mill))
            .windows(range("2026-11-27T06:00", "2026-11-30T06:00", BERLIN), BERLIN, LATE, 99);
    assertThat(labels(windows))
        .containsExactly(
            "2026-11-27 early",
            "2026-11-27 late",
            "2026-11-27 extra",
            "2026-11-27 off",
            "2026-11-28 off",
            "2026-11-28 early",
            "2026-11-28 off 2",
            "2026-11-29 off");
    assertThat(hours(windows)).containsExactly(8.0, 8.0, 2.0, 6.0, 2.0, 4.0, 18.0, 24.0);
    assertThat(windows.shift(6)).isEqualTo("off");
  }

  @Test
  void aSkippedBoundaryMovesOnButNotBeyondTheNext() {
    List<ShiftCalendar.Shift> shifts = new ArrayList<>();
    shifts.addAll(ShiftCalendar.parseShift("a", "00:00-02:15"));
    shifts.addAll(ShiftCalendar.parseShift("b", "02:15-02:45"));
    shifts.addAll(ShiftCalendar.parseShift("c", "02:45-03:00"));
    shifts.addAll(ShiftCalendar.parseShift("d", "03:00-24:00"));
    ShiftCalendar odd = new ShiftCalendar("odd", BERLIN, LocalTime.MIDNIGHT, shifts);
    WindowRule rule = WindowRule.parse("shift:odd", Map.of("odd", odd));
    Windows spring = rule.windows(range("2026-03-29", "2026-03-30", BERLIN), BERLIN, LATE, 99);
    assertThat(labels(spring)).containsExactly("2026-03-29 a", "2026-03-29 d");
    assertThat(hours(spring)).containsExactly(2.0, 21.0);
    Windows autumn = rule.windows(range("2026-10-25", "2026-10-26", BERLIN), BERLIN, LATE, 99);
    assertThat(hours(autumn)).containsExactly(2.25, 0.5, 1.25, 21.0);
    // A day that begins at a skipped time, with a shift that begins before it.
    ShiftCalendar late =
        new ShiftCalendar(
            "late",
            BERLIN,
            LocalTime.of(2, 30),
            Stream.of("02:30-03:00", "03:00-02:30")
                .flatMap(text -> ShiftCalendar.parseShift("s", text).stream())
                .toList());
    TimeRange range = range("2026-03-28T02:30", "2026-03-30T02:30", BERLIN);
    Windows all =
        WindowRule.parse("shift:late", Map.of("late", late)).windows(range, BERLIN, LATE, 9);
    assertThat(hours(all)).containsExactly(0.5, 23.5, 23.0);
    assertCover(all, range, "late");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "06:00",
        "06:00-",
        "06:00-14:00-22:00",
        "6-14",
        "06:00-14:00 someday",
        "x",
        "06:00-14:00 mon-fri-sun",
        "06:00-14:00,",
        "06:00-25:00",
        "06:00-14:00.5 mon"
      })
  void refusesWhatIsNoShift(String text) {
    assertThatThrownBy(() -> ShiftCalendar.parseShift("s", text))
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_TIME));
  }

  @Test
  void refusesCalendarsThatAreNotADay() {
    for (List<String> texts :
        List.of(
            List.of("06:00-14:00", "13:00-22:00"),
            List.of("06:00-14:00 mon-fri", "10:00-11:00 fri"),
            List.of("22:00-07:00"),
            List.of("05:00-06:30"))) {
      List<ShiftCalendar.Shift> shifts =
          texts.stream().flatMap(text -> ShiftCalendar.parseShift("s", text).stream()).toList();
      assertThatThrownBy(() -> new ShiftCalendar("c", BERLIN, LocalTime.of(6, 0), shifts))
          .isInstanceOfSatisfying(
              HistorianException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_RANGE));
    }
    for (String name : List.of("", "a b", "x".repeat(65), "ä")) {
      assertThatThrownBy(() -> ShiftCalendar.ofEightHours(name, BERLIN, LocalTime.NOON))
          .hasMessageContaining("name");
    }
    assertThatThrownBy(
            () ->
                new ShiftCalendar(
                    "c", BERLIN, LocalTime.NOON, ShiftCalendar.parseShift("Off", "12:00-13:00")))
        .hasMessageContaining("reserved");
    assertThatThrownBy(() -> ShiftCalendar.parseTime("06:00:00.5"))
        .isInstanceOf(DateTimeException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fortnight",
        "days",
        "shift:",
        "shift:plant:x",
        "shift:Plant",
        "day:",
        "month:plant",
        "hour:",
        "shift plant",
        ":",
        ":plant",
        "shift:\u0000",
        "day:../../etc",
        "ＤＡＹ",
        "d",
        "mo",
        "-day"
      })
  void refusesWhatIsNoRule(String text) {
    assertThatThrownBy(() -> rule(text, BERLIN))
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_TIME));
  }

  @Test
  void longTextsAreCutInErrors() {
    for (String text : List.of("x".repeat(1_000_000), "shift:" + "x".repeat(1_000_000))) {
      assertThatThrownBy(() -> rule(text, BERLIN))
          .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(600));
    }
  }

  @Test
  void wordsTakeNoSyncAndNoWindow() {
    assertThatThrownBy(() -> rule("day", BERLIN).anchoredAt(0)).hasMessageContaining("sync");
    assertThatThrownBy(() -> rule("shift", BERLIN).sliding(CalendarInterval.parse("1h")))
        .hasMessageContaining("window");
  }

  @Test
  void limitsAreNamed() {
    TimeRange year = range("2026-01-01", "2027-01-01", BERLIN);
    for (String text : List.of("1s", "1ns", "1d", "hour", "day", "shift", "day:plant")) {
      for (WindowRule rule : List.of(rule(text, BERLIN))) {
        assertThatThrownBy(() -> rule.windows(year, BERLIN, LATE, 300))
            .hasMessageContaining("intervalsMax=300");
        assertThatThrownBy(() -> rule.times(year, BERLIN, 300))
            .hasMessageContaining("intervalsMax=300");
      }
    }
    assertThatThrownBy(
            () ->
                rule("1ns", BERLIN)
                    .sliding(CalendarInterval.parse("1h"))
                    .windows(TimeRange.ALL, BERLIN, LATE, 1_000))
        .hasMessageContaining("intervalsMax=1000");
    assertThat(rule("month", BERLIN).windows(year, BERLIN, LATE, 12).count()).isEqualTo(12);
    assertThat(rule("month", BERLIN).times(year, BERLIN, 12)).hasSize(12);
  }

  @Test
  void theEndsOfTimeAreWithinReach() {
    for (ZoneId zone : List.of(BERLIN, ZoneOffset.UTC, ZoneId.of("Pacific/Apia"))) {
      for (String text : List.of("year", "quarter", "month", "week", "day", "shift", "day:plant")) {
        assertCover(
            rule(text, zone).windows(TimeRange.ALL, zone, LATE, 1_000_000),
            TimeRange.ALL,
            zone + " " + text);
      }
      for (TimeRange end :
          List.of(
              new TimeRange(Long.MIN_VALUE, Long.MIN_VALUE + 5 * HOUR_NS),
              new TimeRange(Long.MAX_VALUE - 5 * HOUR_NS, Long.MAX_VALUE))) {
        assertCover(rule("hour", zone).windows(end, zone, LATE, 9), end, zone + " hour");
        for (long sync : new long[] {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE}) {
          for (String text : List.of("1h", "7h", "1d", "2562047h", "300y", "99999999999999y")) {
            Windows windows = rule(text, zone).anchoredAt(sync).windows(end, zone, LATE, 9);
            assertThat(windows.startNs(0)).isEqualTo(end.startNs());
            assertThat(windows.endNs(windows.count() - 1)).isEqualTo(end.endNs());
            assertThat(windows.edgesNs()).isSorted().doesNotHaveDuplicates();
            assertThat(rule(text, zone).anchoredAt(sync).times(end, zone, 9)).isSorted();
          }
        }
      }
    }
  }
}
