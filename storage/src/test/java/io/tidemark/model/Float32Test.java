package io.tidemark.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class Float32Test {
  /** Every sign and exponent with the fractions at the edges and some between. */
  private static IntStream patterns() {
    int[] fractions = {
      0, 1, 2, 3, 0x1234, 0x2A_AAAA, 0x3F_FFFF, 0x40_0000, 0x40_0001, 0x40_BEEF, 0x7F_FFFE,
      0x7F_FFFF
    };
    IntStream edges =
        IntStream.range(0, 512)
            .flatMap(upper -> IntStream.of(fractions).map(fraction -> upper << 23 | fraction));
    return IntStream.concat(edges, new SplittableRandom(1).ints(100_000));
  }

  @Test
  void everyBitComesBack() {
    patterns()
        .forEach(
            bits -> {
              double wide = Float32.widen(Float.intBitsToFloat(bits));
              String as = Integer.toHexString(bits);
              assertThat(Float32.holds(Double.doubleToRawLongBits(wide))).as(as).isTrue();
              assertThat(Float.floatToRawIntBits(Float32.nearest(wide))).as(as).isEqualTo(bits);
            });
  }

  @Test
  void theWidenedValueIsTheSameNumber() {
    patterns()
        .mapToObj(Float::intBitsToFloat)
        .filter(value -> !Float.isNaN(value))
        .forEach(value -> assertThat(Float32.widen(value)).isEqualTo((double) value));
  }

  @ParameterizedTest
  @CsvSource({
    "7fc00000, 7ff8000000000000",
    "ffc00000, fff8000000000000",
    "7f800001, 7ff0000020000000", // signalling: a cast would set the quiet bit
    "ffbfffff, fff7ffffe0000000",
    "7fc0beef, 7ff817dde0000000",
    "7fffffff, 7fffffffe0000000",
    "80000000, 8000000000000000",
    "00000001, 36a0000000000000",
    "ff7fffff, c7efffffe0000000",
    "7f800000, 7ff0000000000000",
  })
  void signQuietBitAndPayloadStandAtTheUpperEnd(String single, String wide) {
    float value = Float.intBitsToFloat(Integer.parseUnsignedInt(single, 16));
    assertThat(Double.doubleToRawLongBits(Float32.widen(value)))
        .isEqualTo(Long.parseUnsignedLong(wide, 16));
  }

  @Test
  void whatIsNoFloat32IsTold() {
    for (double value :
        new double[] {0.1, 1 + 0x1p-24, 0x1p128, -1e39, 0x1p-150, Double.MIN_VALUE, 1e300}) {
      assertThat(Float32.holds(Double.doubleToRawLongBits(value))).as("%s", value).isFalse();
    }
    assertThat(Float32.holds(0x7ff8_0000_0000_0001L)).isFalse();
    assertThat(Float32.holds(0xfff0_0000_1000_0000L)).isFalse();
    assertThat(Float32.holds(0x7ff8_0000_2000_0000L)).isTrue();
  }

  @Test
  void aNaNStaysOneWhenItsPayloadIsCut() {
    float cut = Float32.nearest(Double.longBitsToDouble(0xfff0_0000_0000_0001L));
    assertThat(Float.floatToRawIntBits(cut)).isEqualTo(0xffc0_0000);
    float kept = Float32.nearest(Double.longBitsToDouble(0x7ff0_0000_2000_0001L));
    assertThat(Float.floatToRawIntBits(kept)).isEqualTo(0x7f80_0001);
  }

  /** The middle of two neighbours, told from everything beside it by arithmetic without bounds. */
  @Test
  void middlesAreKnownAlsoBetweenSubnormalsAndAtTheEnd() {
    patterns()
        .filter(bits -> (bits & 0x7fff_ffff) < 0x7f80_0000)
        .forEach(
            bits -> {
              float value = Float.intBitsToFloat(bits);
              // Behind the greatest float32 comes 2^128, which is none.
              BigDecimal above =
                  Math.abs(value) == Float.MAX_VALUE
                      ? new BigDecimal(2).pow(128)
                      : new BigDecimal((double) Math.nextUp(Math.abs(value)));
              double middle =
                  new BigDecimal((double) Math.abs(value))
                      .add(above)
                      .divide(new BigDecimal(2))
                      .doubleValue();
              middle = Math.copySign(middle, value);
              assertThat(Float32.isBetween(middle)).as("%s", middle).isTrue();
              assertThat(Float32.isBetween(Math.nextUp(middle))).as("%s+", middle).isFalse();
              assertThat(Float32.isBetween(Math.nextDown(middle))).as("%s-", middle).isFalse();
              assertThat(Float32.isBetween(value)).as("%s", value).isFalse();
            });
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void nearestIsTheCastForAllThatAreNumbers(long seed) {
    new SplittableRandom(seed)
        .longs(10_000)
        .mapToDouble(Double::longBitsToDouble)
        .filter(value -> !Double.isNaN(value))
        .forEach(value -> assertThat(Float32.nearest(value)).isEqualTo((float) value));
  }
}
