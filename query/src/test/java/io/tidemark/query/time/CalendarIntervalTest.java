package io.tidemark.query.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CalendarIntervalTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static TimeRange range(String start, String end) {
    return TimeExpression.resolveRange(start, end, "*", "*", 0, BERLIN);
  }

  private static List<String> edges(String interval, String start, String end) {
    return Arrays.stream(CalendarInterval.parse(interval).edges(range(start, end), BERLIN, 1000))
        .mapToObj(ns -> IsoTime.format(ns, BERLIN))
        .toList();
  }

  @Test
  void daysHaveTheHoursThatTheZoneGivesThem() {
    long[] spring =
        CalendarInterval.parse("1d").edges(range("2026-03-28", "2026-03-31"), BERLIN, 10);
    assertThat(hours(spring)).containsExactly(24, 23, 24);
    long[] autumn =
        CalendarInterval.parse("1d").edges(range("2026-10-24", "2026-10-27"), BERLIN, 10);
    assertThat(hours(autumn)).containsExactly(24, 25, 24);
    long[] utc =
        CalendarInterval.parse("1d")
            .edges(
                new TimeRange(
                    IsoTime.parse("2026-10-24T00:00:00Z"), IsoTime.parse("2026-10-27T00:00:00Z")),
                ZoneOffset.UTC,
                10);
    assertThat(hours(utc)).containsExactly(24, 24, 24);
  }

  private static long[] hours(long[] edges) {
    long[] hours = new long[edges.length - 1];
    for (int i = 0; i < hours.length; i++) {
      hours[i] = (edges[i + 1] - edges[i]) / 3_600_000_000_000L;
    }
    return hours;
  }

  @Test
  void hoursOfADayWithARepeatedHourAreTwentyFive() {
    List<String> edges = edges("1h", "2026-10-25", "2026-10-26");
    assertThat(edges).hasSize(26);
    assertThat(edges)
        .contains("2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00")
        .doesNotHaveDuplicates();
    assertThat(edges("1h", "2026-03-29", "2026-03-30")).hasSize(24);
  }

  @Test
  void monthsAreReckonedFromTheStart() {
    assertThat(edges("1mo", "2026-01-31", "2026-06-01"))
        .containsExactly(
            "2026-01-31T00:00:00+01:00",
            "2026-02-28T00:00:00+01:00",
            "2026-03-31T00:00:00+02:00",
            "2026-04-30T00:00:00+02:00",
            "2026-05-31T00:00:00+02:00",
            "2026-06-01T00:00:00+02:00");
    assertThat(edges("1y", "2024-02-29", "2026-03-01"))
        .containsExactly(
            "2024-02-29T00:00:00+01:00",
            "2025-02-28T00:00:00+01:00",
            "2026-02-28T00:00:00+01:00",
            "2026-03-01T00:00:00+01:00");
    assertThat(edges("1w", "2026-10-19", "2026-11-02")).hasSize(3);
  }

  @Test
  void theLastBucketMayBeShorter() {
    long[] edges =
        CalendarInterval.parse("1h30m").edges(new TimeRange(0, 9000_000_000_000L), BERLIN, 10);
    assertThat(edges).containsExactly(0, 5400_000_000_000L, 9000_000_000_000L);
    assertThat(
            CalendarInterval.parse("1h30m").times(new TimeRange(0, 10800_000_000_000L), BERLIN, 2))
        .containsExactly(0, 5400_000_000_000L);
    assertThat(CalendarInterval.parse("1h").edges(new TimeRange(5, 6), BERLIN, 1))
        .containsExactly(5, 6);
  }

  @Test
  void aDayThatAZoneSkippedMakesNoEmptyBucket() {
    ZoneId apia = ZoneId.of("Pacific/Apia"); // went from 29 to 31 December 2011
    long start = IsoTime.parse("2011-12-28T00:00", apia);
    long end = IsoTime.parse("2012-01-02T00:00", apia);
    assertThat(CalendarInterval.parse("1d").edges(new TimeRange(start, end), apia, 10))
        .hasSize(5)
        .isSorted()
        .doesNotHaveDuplicates();
  }

  @Test
  void limitsAreNamed() {
    for (String interval : new String[] {"1s", "1d", "1ns"}) {
      assertThatThrownBy(
              () ->
                  CalendarInterval.parse(interval)
                      .edges(range("2026-01-01", "2026-02-01"), BERLIN, 30))
          .isInstanceOfSatisfying(
              HistorianException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY);
                assertThat(e.messageText()).contains("intervalsMax=30").contains(interval);
              });
    }
    assertThat(CalendarInterval.parse("1d").edges(range("2026-01-01", "2026-02-01"), BERLIN, 31))
        .hasSize(32);
    assertThatThrownBy(() -> CalendarInterval.parse("1ns").times(TimeRange.ALL, BERLIN, 1000))
        .hasMessageContaining("intervalsMax=1000");
  }

  @Test
  void rangesLongerThanALongWork() {
    assertThat(CalendarInterval.parse("2562047h").times(TimeRange.ALL, BERLIN, 3)).hasSize(3);
    assertThat(CalendarInterval.parse("100y").edges(TimeRange.ALL, BERLIN, 10)).hasSize(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0s", "0.1ns", "-1h", "1", "h", "1x", "1h!", "1.5d", "+1h"})
  void refusesWhatIsNoInterval(String text) {
    assertThatThrownBy(() -> CalendarInterval.parse(text))
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_TIME));
  }

  @Test
  void sqlIntervalsAreMonthsDaysAndNanoseconds() {
    assertThat(CalendarInterval.of(0, 1, 0).times(range("2026-10-25", "2026-10-27"), BERLIN, 10))
        .isEqualTo(
            CalendarInterval.parse("1d").times(range("2026-10-25", "2026-10-27"), BERLIN, 10));
    assertThat(CalendarInterval.of(0, 0, 60_000_000_000L).toString()).isEqualTo("60000000000ns");
    assertThatThrownBy(() -> CalendarInterval.of(0, 0, 0)).hasMessageContaining("positive");
    assertThatThrownBy(() -> CalendarInterval.of(1, -1, 0)).hasMessageContaining("positive");
  }
}
