package io.tidemark.storage.codec;

/**
 * A distance as people and machines choose it: {@code u8 scale, zigzag significand}. A scale up to
 * 18 multiplies by that power of ten, one of 32 to 95 by that power of two less 32. A second of
 * nanoseconds takes two bytes, and so does the distance of two write orders.
 */
final class Step {
  private static final int ZEROS_MAX = 18;
  private static final int BINARY = 32;
  private static final long[] POWERS = new long[ZEROS_MAX + 1];

  static {
    POWERS[0] = 1;
    for (int i = 1; i <= ZEROS_MAX; i++) {
      POWERS[i] = POWERS[i - 1] * 10;
    }
  }

  private Step() {}

  static void write(long step, ByteOutput out) {
    int scale = scale(step);
    out.u8(scale);
    out.zigzag(significand(step, scale));
  }

  static int length(long step) {
    return 1 + ByteOutput.zigzagLength(significand(step, scale(step)));
  }

  /** The scale with the smaller significand. */
  private static int scale(long step) {
    if (step == 0) {
      return 0;
    }
    int zeros = 0;
    while (zeros < ZEROS_MAX && step % POWERS[zeros + 1] == 0) {
      zeros++;
    }
    int binary = Long.numberOfTrailingZeros(step);
    return 1L << binary > POWERS[zeros] ? BINARY + binary : zeros;
  }

  private static long significand(long step, int scale) {
    return scale < BINARY ? step / POWERS[scale] : step >> (scale - BINARY);
  }

  static long read(ByteInput in) {
    int scale = in.u8();
    if (scale > ZEROS_MAX && (scale < BINARY || scale > BINARY + 63)) {
      throw new IllegalArgumentException("step: scale=" + scale);
    }
    long significand = in.zigzag();
    return scale < BINARY ? significand * POWERS[scale] : significand << (scale - BINARY);
  }
}
