package io.tidemark.query.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeExpressionTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  /** A Thursday afternoon, summer time. */
  private static final long NOW = IsoTime.parse("2026-07-16T15:30:20.123456789+02:00");

  private static String berlin(String expression) {
    return IsoTime.format(TimeExpression.parse(expression).resolve(NOW, BERLIN), BERLIN);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "*, 2026-07-16T15:30:20.123456789+02:00",
        "now, 2026-07-16T15:30:20.123456789+02:00",
        "  * , 2026-07-16T15:30:20.123456789+02:00",
        "t, 2026-07-16T00:00:00+02:00",
        "TODAY, 2026-07-16T00:00:00+02:00",
        "y, 2026-07-15T00:00:00+02:00",
        "yesterday, 2026-07-15T00:00:00+02:00",
        "thu, 2026-07-16T00:00:00+02:00",
        "Thursday, 2026-07-16T00:00:00+02:00",
        "fri, 2026-07-10T00:00:00+02:00",
        "monday, 2026-07-13T00:00:00+02:00",
        "jan, 2026-01-01T00:00:00+01:00",
        "December, 2026-12-01T00:00:00+01:00",
        "may, 2026-05-01T00:00:00+02:00",
        "1, 2026-07-01T00:00:00+02:00",
        "31, 2026-07-31T00:00:00+02:00",
        "2025, 2025-01-01T00:00:00+01:00",
        "2026-10-25, 2026-10-25T00:00:00+02:00",
        "2026-10-25T02:30, 2026-10-25T02:30:00+02:00",
        "2026-10-25 02:30:01.5, 2026-10-25T02:30:01.500+02:00",
        "2026-10-25T02:30:00+01:00, 2026-10-25T02:30:00+01:00",
        "2026-10-25T00:30:00.123456789Z, 2026-10-25T02:30:00.123456789+02:00",
        "2026-10-25T02:30+0100, 2026-10-25T02:30:00+01:00",
        "2026-10-25T02:30+01, 2026-10-25T02:30:00+01:00",
        "'2026-10-25 08:00', 2026-10-25T08:00:00+01:00",
        "'2026-10-25'+8h, 2026-10-25T07:00:00+01:00",
        "2026-10-25T00:00+8h, 2026-10-25T07:00:00+01:00",
        "2026-10-25T00:00 +10h, 2026-10-25T09:00:00+01:00",
        "2026-10-25 -1d, 2026-10-24T00:00:00+02:00",
        "1767225600000000000, 2026-01-01T01:00:00+01:00",
        "*-8h, 2026-07-16T07:30:20.123456789+02:00",
        "* - 8 h, 2026-07-16T07:30:20.123456789+02:00",
        "-8h, 2026-07-16T07:30:20.123456789+02:00",
        "+1.5h, 2026-07-16T17:00:20.123456789+02:00",
        "*-0.5s, 2026-07-16T15:30:19.623456789+02:00",
        "*-123456789ns, 2026-07-16T15:30:20+02:00",
        "*-1ms-1us, 2026-07-16T15:30:20.122455789+02:00",
        "t+6h, 2026-07-16T06:00:00+02:00",
        "t-1d+6h30m, 2026-07-15T06:30:00+02:00",
        "t-1d6h, 2026-07-14T18:00:00+02:00",
        "y-2w, 2026-07-01T00:00:00+02:00",
        "31+1mo, 2026-08-31T00:00:00+02:00",
        "2026-01-31+1mo, 2026-02-28T00:00:00+01:00",
        "2024-02-29+1y, 2025-02-28T00:00:00+01:00",
        "2024-01-31+1mo, 2024-02-29T00:00:00+01:00",
        "1970-01-01T00:00:00Z-1ns, 1970-01-01T00:59:59.999999999+01:00"
      })
  void meansThatInstant(String expression, String expected) {
    assertThat(berlin(expression)).isEqualTo(expected);
  }

  @Test
  void calendarUnitsFollowClockChangesAndHoursDoNot() {
    // 29 March 2026 has 23 hours in Berlin, 25 October has 25.
    assertThat(berlin("2026-03-29+1d")).isEqualTo("2026-03-30T00:00:00+02:00");
    assertThat(berlin("2026-03-29+24h")).isEqualTo("2026-03-30T01:00:00+02:00");
    assertThat(berlin("2026-10-25+1d")).isEqualTo("2026-10-26T00:00:00+01:00");
    assertThat(berlin("2026-10-25+24h")).isEqualTo("2026-10-25T23:00:00+01:00");
    assertThat(berlin("2026-10-18+1w")).isEqualTo("2026-10-25T00:00:00+02:00");
    // the night shift that ends on these mornings has 7 and 9 hours
    assertThat(hours("2026-03-28T22:00", "2026-03-29T06:00")).isEqualTo(7.0);
    assertThat(hours("2026-10-24T22:00", "2026-10-25T06:00")).isEqualTo(9.0);
  }

  private static double hours(String start, String end) {
    TimeRange range = TimeExpression.resolveRange(start, end, "*", "*", NOW, BERLIN);
    return range.lengthNs() / 3600e9;
  }

  @Test
  void skippedLocalTimesMoveOnAndRepeatedOnesAreTheFirst() {
    assertThat(berlin("2026-03-29T02:30")).isEqualTo("2026-03-29T03:30:00+02:00");
    assertThat(berlin("2026-10-25T02:30")).isEqualTo("2026-10-25T02:30:00+02:00");
    assertThat(berlin("2026-10-25T02:30+1h")).isEqualTo("2026-10-25T02:30:00+01:00");
  }

  @Test
  void midnightIsThatOfTheZone() {
    ZoneId tokyo = ZoneId.of("Asia/Tokyo");
    assertThat(IsoTime.format(TimeExpression.parse("t").resolve(NOW, tokyo), tokyo))
        .isEqualTo("2026-07-16T00:00:00+09:00");
    ZoneId auckland = ZoneId.of("Pacific/Auckland");
    assertThat(IsoTime.format(TimeExpression.parse("t").resolve(NOW, auckland), auckland))
        .isEqualTo("2026-07-17T00:00:00+12:00");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      delimiter = ';',
      value = {
        "*-8x; 4; one of the units s, m, h, d, w, mo, y, ms, us, ns",
        "*-8; 4; one of the units",
        "*-; 3; a number",
        "*8h; 2; + or - and a duration",
        "t 6h; 3; + or - and a duration",
        "foo; 1; *, t, y",
        "0; 1; a day from 1 to 31",
        "32; 1; a day from 1 to 31",
        "123; 1; a day of one or two digits",
        "1767225600; 1; a day of one or two digits, a year of four or epoch nanoseconds of 16",
        "*-1.5d; 4; a whole number",
        "*-1.h; 5; digits after the point",
        "2026-13-01; 1; a day that exists",
        "2026-02-30; 1; a day that exists",
        "2026-02-20T25:00; 12; a time of day",
        "2026-02-20T24:00; 12; a time of day",
        "2026-02-20T2:00; 12; an hour of two digits",
        "2026-02-20T02; 14; a colon and minutes",
        "2026-02-20T02:00:00.1234567891; 30; at most nine digits",
        "2026-02-20T02:00+19:00; 17; an offset from -18:00",
        "2026-02-20T02:00Z!; 18; + or -",
        "'2026-02-20; 12; the closing quote",
        "'*'; 2; a date such as",
        "*-8h garbage; 6; + or -"
      })
  void errorsNameThePositionAndWhatWasExpected(String expression, int position, String expected) {
    HistorianException error =
        catchThrowableOfType(HistorianException.class, () -> TimeExpression.parse(expression));
    assertThat(error).as(expression).isNotNull();
    assertThat(error.code()).isEqualTo(ErrorCode.BAD_TIME);
    assertThat(error.messageText())
        .contains("position=" + position + ",")
        .contains("expected=" + expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "   ", "\0", "''", "\uD83D\uDE00", "t+\uD83D", "2026-01-01T", "*--1h"})
  void refusesWhatIsNoTime(String expression) {
    assertThatThrownBy(() -> TimeExpression.parse(expression))
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_TIME));
  }

  @Test
  void aLongTextIsRefusedWithABoundedMessage() {
    assertThatThrownBy(() -> TimeExpression.parse("*" + "-1h".repeat(100_000)))
        .isInstanceOfSatisfying(
            HistorianException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_TIME);
              assertThat(e.messageText()).contains("charactersMax=200").hasSizeLessThan(300);
            });
  }

  @Test
  void aDayThatThisMonthLacksIsNamed() {
    long february = IsoTime.parse("2026-02-10T00:00:00Z");
    assertThatThrownBy(() -> TimeExpression.parse("31").resolve(february, BERLIN))
        .hasMessageContaining("day=31, month=2026-02, days=28");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1600-01-01",
        "2263-01-01",
        "9999-12-31T23:59:59Z",
        "*+300y",
        "*-99999999999999999999h",
        "*-9223372036854775807y",
        "*+9223372036854775807d",
        "*+9223372036854775807ns",
        "9223372036854775808",
        "99999999999999999999999"
      })
  void timesBeyondInt64AreOutOfRange(String expression) {
    assertThatThrownBy(() -> TimeExpression.parse(expression).resolve(NOW, BERLIN))
        .isInstanceOfSatisfying(
            HistorianException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.TIME_OUT_OF_RANGE));
  }

  @Test
  void theEndsOfInt64AreTimes() {
    assertThat(TimeExpression.parse("9223372036854775807").resolve(NOW, BERLIN))
        .isEqualTo(Long.MAX_VALUE);
    assertThat(TimeExpression.parse("-9223372036854775808").resolve(NOW, BERLIN))
        .isEqualTo(Long.MIN_VALUE);
    assertThat(TimeExpression.parse("1677-09-21T00:12:43.145224192Z").resolve(NOW, BERLIN))
        .isEqualTo(Long.MIN_VALUE);
    assertThat(TimeExpression.parse("2262-04-11T23:47:16.854775807Z").resolve(NOW, BERLIN))
        .isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aBareEndIsRelativeToTheStartAndABareStartToNow() {
    TimeRange range = TimeExpression.resolveRange("t-1d", "+8h", "*-1h", "*", NOW, BERLIN);
    assertThat(IsoTime.format(range.startNs(), BERLIN)).isEqualTo("2026-07-15T00:00:00+02:00");
    assertThat(IsoTime.format(range.endNs(), BERLIN)).isEqualTo("2026-07-15T08:00:00+02:00");
    range = TimeExpression.resolveRange("-8h", null, "*-1h", "*", NOW, BERLIN);
    assertThat(range).isEqualTo(new TimeRange(NOW - 8 * 3600_000_000_000L, NOW));
    range = TimeExpression.resolveRange(null, " ", "*-1h", "*", NOW, BERLIN);
    assertThat(range).isEqualTo(new TimeRange(NOW - 3600_000_000_000L, NOW));
  }

  @Test
  void errorsOfARangeNameTheParameter() {
    assertThatThrownBy(() -> TimeExpression.resolveRange("*-8x", null, "*", "*", NOW, BERLIN))
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.path()).isEqualTo("startTime"));
    assertThatThrownBy(() -> TimeExpression.resolveRange("*", "*-1h", "*", "*", NOW, BERLIN))
        .isInstanceOfSatisfying(
            HistorianException.class,
            e -> {
              assertThat(e.path()).isEqualTo("endTime");
              assertThat(e.code()).isEqualTo(ErrorCode.EMPTY_RANGE);
            });
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void anyTextEitherMeansATimeOrIsRefused(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    String alphabet = "*ty+-0123456789 hdmosw.:TZ'\"µ";
    for (int n = 0; n < 2000; n++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i >= 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        TimeExpression.parse(text.toString()).resolve(NOW, ZoneOffset.UTC);
      } catch (HistorianException e) {
        assertThat(e.code())
            .as("seed=%d text=%s", seed, text)
            .isIn(ErrorCode.BAD_TIME, ErrorCode.TIME_OUT_OF_RANGE);
      }
    }
  }
}
