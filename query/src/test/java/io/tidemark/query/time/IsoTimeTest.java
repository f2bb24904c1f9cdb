package io.tidemark.query.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IsoTimeTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @Test
  void showsOnlyTheDigitsThatAreNeeded() {
    long base = IsoTime.parse("2026-10-25T00:00:00Z");
    assertThat(IsoTime.format(base, BERLIN)).isEqualTo("2026-10-25T02:00:00+02:00");
    assertThat(IsoTime.format(base + 120_000_000, BERLIN))
        .isEqualTo("2026-10-25T02:00:00.120+02:00");
    assertThat(IsoTime.format(base + 1_000, BERLIN)).isEqualTo("2026-10-25T02:00:00.000001+02:00");
    assertThat(IsoTime.format(base + 123_456_789, BERLIN))
        .isEqualTo("2026-10-25T02:00:00.123456789+02:00");
    assertThat(IsoTime.format(base + 3_600_000_000_000L, BERLIN))
        .isEqualTo("2026-10-25T02:00:00+01:00");
    assertThat(IsoTime.format(base, ZoneOffset.UTC)).isEqualTo("2026-10-25T00:00:00Z");
    assertThat(IsoTime.format(-1, ZoneOffset.UTC)).isEqualTo("1969-12-31T23:59:59.999999999Z");
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void everyInstantComesBackInEveryZone(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    String[] zones = {"UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "-03:30"};
    for (int i = 0; i < 2000; i++) {
      long ns =
          switch (i) {
            case 0 -> Long.MIN_VALUE;
            case 1 -> Long.MAX_VALUE;
            case 2 -> 0;
            default -> random.nextLong() / (i % 3 == 0 ? 1_000_000 : 1);
          };
      ZoneId zone = ZoneId.of(zones[i % zones.length]);
      String text = IsoTime.format(ns, zone);
      assertThat(IsoTime.parse(text)).as("seed=%d %s", seed, text).isEqualTo(ns);
      Instant instant =
          Instant.ofEpochSecond(
              Math.floorDiv(ns, 1_000_000_000L), Math.floorMod(ns, 1_000_000_000L));
      assertThat(OffsetDateTime.parse(text).toInstant()).isEqualTo(instant);
    }
  }

  @Test
  void aTimeWithoutOffsetNeedsAZone() {
    assertThatThrownBy(() -> IsoTime.parse("2026-10-25T00:00:00"))
        .isInstanceOfSatisfying(
            HistorianException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_TIME);
              assertThat(e.messageText()).contains("position=20").contains("an offset");
            });
    assertThat(IsoTime.parse("2026-10-25T00:00:00", BERLIN))
        .isEqualTo(IsoTime.parse("2026-10-24T22:00:00Z"));
    assertThatThrownBy(() -> IsoTime.parse("2026-10-25T00:00:00Z tail"))
        .hasMessageContaining("position=22");
  }

  @Test
  void timesBeyondInt64AreOutOfRange() {
    for (String text :
        new String[] {
          "2262-04-11T23:47:16.854775808Z",
          "1677-09-21T00:12:43.145224191Z",
          "0000-01-01T00:00:00Z",
          "9999-12-31T23:59:59.999999999-18:00"
        }) {
      assertThatThrownBy(() -> IsoTime.parse(text))
          .isInstanceOfSatisfying(
              HistorianException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.TIME_OUT_OF_RANGE));
    }
  }
}
