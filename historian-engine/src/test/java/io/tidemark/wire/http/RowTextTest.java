package io.tidemark.wire.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.query.time.IsoTime;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Digits that are written fast are the digits that are written slowly. */
class RowTextTest {
  private static final int RUNS = 200_000;

  private static String text(ZoneId zone, Consumer<RowText> writer) {
    RowText row = new RowText(zone);
    writer.accept(row);
    return new String(row.chars(), 0, row.length());
  }

  @Test
  void numbersAreThoseOfTheLanguage() {
    Random random = new Random(11);
    double[] some = {
      0,
      -0.0,
      1,
      -1,
      0.1,
      0.3,
      0.1 + 0.2,
      1e7,
      9_999_999.999999998,
      1e-3,
      9.999e-4,
      123.456,
      1e15,
      1e16,
      Double.MIN_VALUE,
      Double.MAX_VALUE,
      4.35,
      2.675,
      1.0000000000000002,
      5e-324,
      100,
      1_000_000.5
    };
    RowText row = new RowText(ZoneOffset.UTC);
    for (int i = 0; i < RUNS; i++) {
      double value =
          i < some.length
              ? some[i]
              : switch (i & 3) {
                case 0 -> random.nextInt(2_000_000) / Math.pow(10, random.nextInt(8));
                case 1 -> random.nextDouble() * 1e7 - 5e6;
                case 2 -> Math.nextUp(random.nextInt(100_000) / 100.0);
                default -> Double.longBitsToDouble(random.nextLong());
              };
      if (Double.isFinite(value)) {
        row.clear();
        row.number(value);
        assertThat(new String(row.chars(), 0, row.length())).isEqualTo(Double.toString(value));
      }
    }
  }

  @Test
  void whatJsonHasNoFormForIsAString() {
    assertThat(text(ZoneOffset.UTC, row -> row.json(Double.NaN))).isEqualTo("\"NaN\"");
    assertThat(text(ZoneOffset.UTC, row -> row.json(Double.NEGATIVE_INFINITY)))
        .isEqualTo("\"-Infinity\"");
    assertThat(text(ZoneOffset.UTC, row -> row.json(1L << 53))).isEqualTo("9007199254740992");
    assertThat(text(ZoneOffset.UTC, row -> row.json((1L << 53) + 1)))
        .isEqualTo("\"9007199254740993\"");
    assertThat(text(ZoneOffset.UTC, row -> row.whole(Long.MIN_VALUE)))
        .isEqualTo("-9223372036854775808");
  }

  @Test
  void wholeNumbersAreThoseOfTheLanguage() {
    Random random = new Random(12);
    for (int i = 0; i < RUNS; i++) {
      long value = random.nextLong() >> random.nextInt(64);
      assertThat(text(ZoneOffset.UTC, row -> row.whole(value))).isEqualTo(Long.toString(value));
    }
  }

  @Test
  void timesAreThoseOfIsoTimeInEveryKindOfZone() {
    Random random = new Random(13);
    for (String name :
        new String[] {
          "UTC",
          "Z",
          "+05:45",
          "Europe/Berlin",
          "America/St_Johns",
          "Australia/Lord_Howe",
          "Africa/Casablanca",
          "Pacific/Apia"
        }) {
      ZoneId zone = ZoneId.of(name);
      RowText row = new RowText(zone);
      // Steps across changes of the offset and of the day, and jumps to anywhere.
      for (String start : new String[] {"2026-03-28T20:00:00Z", "2026-10-24T20:00:00Z", ""}) {
        long ns =
            start.isEmpty()
                ? Long.MIN_VALUE
                : Instant.parse(start).getEpochSecond() * 1_000_000_000L;
        for (int i = 0; i < 20_000; i++) {
          row.clear();
          row.time(ns);
          assertThat(new String(row.chars(), 0, row.length())).isEqualTo(IsoTime.format(ns, zone));
          ns =
              start.isEmpty()
                  ? random.nextLong()
                  : ns + random.nextLong(20_000_000_000L) / (1 + random.nextInt(3) * 999_999L);
        }
      }
      for (long ns : new long[] {Long.MIN_VALUE, Long.MAX_VALUE, -1, 0}) {
        row.clear();
        row.time(ns);
        assertThat(new String(row.chars(), 0, row.length())).isEqualTo(IsoTime.format(ns, zone));
      }
    }
  }
}
