package io.tidemark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IsoInstantTest {
  @Test
  void formsOfTheSameInstant() {
    long expected = 1_795_334_400_000_000_000L;
    for (String text :
        List.of(
            "2026-11-22T08:00:00Z",
            "2026-11-22T08:00Z",
            "2026-11-22 08:00:00.000z",
            "2026-11-22t09:00:00,0+01:00",
            "2026-11-22T09:00:00+01",
            "2026-11-22T02:30:00-0530",
            "2026-11-22T08:00:00.000000000000Z")) {
      assertThat(IsoInstant.parse(text)).as(text).isEqualTo(expected);
    }
    assertThat(IsoInstant.parse("2026-11-22T08:00:00.123456789Z")).isEqualTo(expected + 123456789);
  }

  @Test
  void theLimitsAreExact() {
    assertThat(IsoInstant.parse("2262-04-11T23:47:16.854775807Z")).isEqualTo(Long.MAX_VALUE);
    assertThat(IsoInstant.parse("1677-09-21T00:12:43.145224192Z")).isEqualTo(Long.MIN_VALUE);
    for (String beyond :
        List.of(
            "2262-04-11T23:47:16.854775808Z",
            "1677-09-21T00:12:43.145224191Z",
            "0001-01-01T00:00Z",
            "9999-12-31T23:59:59Z")) {
      assertThatThrownBy(() -> IsoInstant.parse(beyond))
          .isInstanceOfSatisfying(
              HistorianException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.TIME_OUT_OF_RANGE));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "2026-11-22",
        "2026-11-22T08:00:00",
        "2026-11-22T08",
        "2026-13-22T08:00Z",
        "2026-02-29T08:00Z",
        "1900-02-29T08:00Z",
        "2026-11-31T08:00Z",
        "2026-00-01T08:00Z",
        "2026-11-00T08:00Z",
        "2026-11-22T24:00Z",
        "2026-11-22T23:60Z",
        "2026-11-22T23:59:60Z",
        "2026-11-22T08:00:00.Z",
        "2026-11-22T08:00:00.0000000001Z",
        "2026-11-22T08:00:00+19:00",
        "2026-11-22T08:00:00+01:60",
        "2026-11-22T08:00:00Z ",
        " 2026-11-22T08:00:00Z",
        "+2026-11-22T08:00:00Z",
        "2026-11-2२T08:00:00Z",
        "20261122T080000Z"
      })
  void everythingElseIsRefused(String text) {
    assertThatThrownBy(() -> IsoInstant.parse(text))
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_TIME));
  }

  @Test
  void anyInstantEqualsTheLibrarys() {
    Random random = new Random(7);
    for (int i = 0; i < 50_000; i++) {
      long ns = random.nextLong();
      Instant instant =
          Instant.ofEpochSecond(
              Math.floorDiv(ns, 1_000_000_000L), Math.floorMod(ns, 1_000_000_000L));
      assertThat(IsoInstant.parse(instant.toString())).isEqualTo(ns);
      ZoneOffset offset = ZoneOffset.ofTotalSeconds((random.nextInt(2160) - 1080) * 60);
      assertThat(IsoInstant.parse(OffsetDateTime.ofInstant(instant, offset).toString()))
          .isEqualTo(ns);
    }
  }

  @Test
  void nearestNameForgivesTypingErrors() {
    List<String> known = List.of("tag", "ts", "value", "status");
    assertThat(NearestName.find("vlaue", known)).isEqualTo("value");
    assertThat(NearestName.find("STATE", known)).isEqualTo("status");
    assertThat(NearestName.find("t", known)).isEqualTo("ts");
    assertThat(NearestName.find("quality", known)).isNull();
  }
}
