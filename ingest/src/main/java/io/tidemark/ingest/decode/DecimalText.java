package io.tidemark.ingest.decode;

import io.tidemark.model.Float32;
import java.nio.charset.StandardCharsets;

/**
 * Converts decimal text to the nearest double and the nearest float, always the same ones as {@link
 * Double#parseDouble} and {@link Float#parseFloat}.
 *
 * <p>A significand of up to 2^53 and a power of ten of up to 10^22 are both exact doubles, so one
 * multiplication or division rounds once and correctly [1]. Everything else goes the slow way. The
 * double leads to the nearest float, unless it is the middle between two: then only the text knows
 * on which side it lay before it was rounded.
 *
 * <p>[1] W. D. Clinger, How to Read Floating Point Numbers Accurately, 1990.
 */
final class DecimalText {
  private static final long EXACT_MAX = 1L << 53;
  private static final double[] POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private DecimalText() {}

  /**
   * The double nearest to {@code significand * 10^exponent}, where the same number stands as text
   * in the bytes.
   *
   * @param significand all digits as an unsigned number, or -1 if there are more than 18
   */
  static double nearest(
      boolean negative, long significand, long exponent, byte[] bytes, int from, int to) {
    if (significand >= 0
        && significand <= EXACT_MAX
        && exponent >= -(POWERS.length - 1)
        && exponent < POWERS.length) {
      double exact = significand;
      double value =
          exponent < 0 ? exact / POWERS[(int) -exponent] : exact * POWERS[(int) exponent];
      return negative ? -value : value;
    }
    return Double.parseDouble(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
  }

  /** The float nearest to the number that stands as text in the bytes, given the nearest double. */
  static float nearestSingle(double nearest, byte[] bytes, int from, int to) {
    return Float32.isBetween(nearest)
        ? Float.parseFloat(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1))
        : (float) nearest;
  }

  /** As above, of a text. */
  static float nearestSingle(double nearest, String text) {
    return Float32.isBetween(nearest) ? Float.parseFloat(text) : (float) nearest;
  }
}
