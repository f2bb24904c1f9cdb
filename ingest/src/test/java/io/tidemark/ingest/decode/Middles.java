package io.tidemark.ingest.decode;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * Decimal texts in the middle of two neighbouring float32 and so close beside it that a float64
 * falls onto it: who rounds to float64 first rounds them wrongly.
 */
final class Middles {
  private Middles() {}

  /** Text with a point and without a sign, and the float32 nearest to it. */
  static Stream<Arguments> some() {
    SplittableRandom random = new SplittableRandom(1);
    DoubleStream edges =
        DoubleStream.of(0, Float.MIN_VALUE, 1, 16777216, Float.MIN_NORMAL, 0.1f, Float.MAX_VALUE);
    DoubleStream any =
        DoubleStream.generate(() -> Float.intBitsToFloat(random.nextInt(0x7f7f_ffff))).limit(30);
    return DoubleStream.concat(edges, any)
        .mapToObj(value -> (float) value)
        .filter(value -> value < Float.MAX_VALUE)
        .flatMap(Middles::around);
  }

  private static Stream<Arguments> around(float low) {
    float high = Math.nextUp(low);
    BigDecimal middle =
        new BigDecimal((double) low)
            .add(new BigDecimal((double) high))
            .divide(BigDecimal.valueOf(2))
            .setScale(160);
    BigDecimal little = BigDecimal.ONE.movePointLeft(160);
    boolean isLowEven = (Float.floatToRawIntBits(low) & 1) == 0;
    return Stream.of(
        Arguments.of(middle.subtract(little).toPlainString(), low),
        Arguments.of(middle.toPlainString(), isLowEven ? low : high),
        Arguments.of(middle.add(little).toPlainString(), high));
  }
}
