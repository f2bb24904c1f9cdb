package io.tidemark.query.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContextTimesTest {
  @ParameterizedTest
  @CsvSource({
    "1970-01-01T00:00:00Z, 0",
    "1970-01-01T00:00:00.000000001Z, 1",
    "1970-01-01T00:00:00.1Z, 100000000",
    "1970-01-01T00:00Z, 0",
    "1970-01-01T01:00:00+01:00, 0",
    "1970-01-01T01:00:00+0100, 0",
    "1969-12-31T19:00:00-05, 0",
    "1969-12-31T23:59:59.999999999Z, -1",
    "1969-12-31T23:59:59Z, -1000000000",
    "+1970-01-01T00:00:00Z, 0",
    "2026-11-22T08:00:00.123456789Z, 1795334400123456789",
    "1677-09-21T00:12:43.145224192Z, -9223372036854775808",
    "2262-04-11T23:47:16.854775807Z, 9223372036854775807",
  })
  void timesAreExact(String text, long ns) {
    assertThat(ContextTimes.parse(text)).isEqualTo(ns);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "now",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-01-01 00:00:00Z",
        "2026-1-1T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T23:59:60Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00.0000000001Z",
        "2026-01-01T00:00:00+25:00",
        "2026-01-01T00:00:00Zx",
        "٢٠٢٦-01-01T00:00:00Z",
      })
  void whatIsNoTimeIsRefusedWithAnExample(String text) {
    assertThatExceptionOfType(HistorianException.class)
        .isThrownBy(() -> ContextTimes.parse(text))
        .returns(ErrorCode.BAD_TIME, HistorianException::code)
        .withMessageContaining("; ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1677-09-21T00:12:43.145224191Z",
        "2262-04-11T23:47:16.854775808Z",
        "9999-12-31T23:59:59Z",
        "+999999999-12-31T23:59:59Z",
        "-999999999-01-01T00:00:00Z",
      })
  void whatSixtyFourBitsDoNotHoldIsRefused(String text) {
    assertThatExceptionOfType(HistorianException.class)
        .isThrownBy(() -> ContextTimes.parse(text))
        .returns(ErrorCode.TIME_OUT_OF_RANGE, HistorianException::code)
        .withMessageContaining("last=2262-04-11T23:47:16.854775807Z");
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void whatIsShownIsReadBack(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 100; i++) {
      long ns = random.nextLong() >> random.nextInt(64);
      assertThat(ContextTimes.parse(ContextTimes.format(ns))).isEqualTo(ns);
    }
  }
}
