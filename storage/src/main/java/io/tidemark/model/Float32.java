package io.tidemark.model;

/**
 * float32 values, which live in memory, frames and blocks as the float64 that holds them exactly.
 *
 * <p>Java's casts do that for numbers, zeros and infinities, but they quiet a signalling NaN. So
 * NaNs are moved by bits: the sign, the quiet bit and the 22 bits of payload stand at the upper end
 * of both formats.
 */
public final class Float32 {
  /** Bits that a float64 has at its lower end and a float32 has not. */
  private static final int EXTRA_BITS = Double.PRECISION - Float.PRECISION;

  private static final long EXTRA_MASK = (1L << EXTRA_BITS) - 1;
  private static final long EXTRA_MIDDLE = 1L << (EXTRA_BITS - 1);
  private static final int SIGN = Integer.MIN_VALUE;
  private static final int QUIET = 0x0040_0000;
  private static final int NAN_BITS_MASK = 0x007f_ffff;
  private static final int INFINITY_BITS = 0x7f80_0000;

  private Float32() {}

  /** The float64 that holds a float32, NaNs with all their bits. */
  public static double widen(float value) {
    if (!Float.isNaN(value)) {
      return value;
    }
    int bits = Float.floatToRawIntBits(value);
    return Double.longBitsToDouble(
        (long) (bits & SIGN) << Integer.SIZE
            | 0x7ff0_0000_0000_0000L
            | (long) (bits & NAN_BITS_MASK) << EXTRA_BITS);
  }

  /**
   * The float32 nearest to a float64; of a widened one the very same. A NaN keeps the bits that
   * there is room for, and stays a NaN.
   */
  public static float nearest(double value) {
    if (!Double.isNaN(value)) {
      return (float) value;
    }
    long bits = Double.doubleToRawLongBits(value);
    int kept = (int) (bits >>> EXTRA_BITS) & NAN_BITS_MASK;
    return Float.intBitsToFloat(
        ((int) (bits >>> Integer.SIZE) & SIGN) | INFINITY_BITS | (kept == 0 ? QUIET : kept));
  }

  /** Whether the bits of a float64 are those of a widened float32. */
  public static boolean holds(long float64Bits) {
    double value = Double.longBitsToDouble(float64Bits);
    return Double.isNaN(value)
        ? (float64Bits & EXTRA_MASK) == 0
        : Double.doubleToRawLongBits((float) value) == float64Bits;
  }

  /**
   * Whether a float64 lies in the middle of two neighbouring float32. If it came from decimal text
   * it was rounded once, and only the text still knows to which side of the middle it belongs.
   */
  public static boolean isBetween(double value) {
    if (Math.abs(value) >= Float.MIN_NORMAL) {
      return (Double.doubleToRawLongBits(value) & EXTRA_MASK) == EXTRA_MIDDLE;
    }
    double halves = value * 0x1p150; // of the distance between subnormal ones: exact
    return halves == (long) halves && ((long) halves & 1) != 0;
  }
}
