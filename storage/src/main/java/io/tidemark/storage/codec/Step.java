package io.tidemark.storage.codec;

/**
 * A distance in time as people choose it: {@code u8 zeros, zigzag significand}, that is significand
 * times ten to the power of zeros. A second of nanoseconds takes two bytes.
 */
final class Step {
  private static final int ZEROS_MAX = 18;
  private static final long[] POWERS = new long[ZEROS_MAX + 1];

  static {
    POWERS[0] = 1;
    for (int i = 1; i <= ZEROS_MAX; i++) {
      POWERS[i] = POWERS[i - 1] * 10;
    }
  }

  private Step() {}

  static void write(long step, ByteOutput out) {
    int zeros = zeros(step);
    out.u8(zeros);
    out.zigzag(step / POWERS[zeros]);
  }

  static int length(long step) {
    return 1 + ByteOutput.zigzagLength(step / POWERS[zeros(step)]);
  }

  private static int zeros(long step) {
    int zeros = 0;
    while (step != 0 && zeros < ZEROS_MAX && step % POWERS[zeros + 1] == 0) {
      zeros++;
    }
    return zeros;
  }

  static long read(ByteInput in) {
    int zeros = in.u8();
    if (zeros > ZEROS_MAX) {
      throw new IllegalArgumentException("step: zeros=" + zeros + ", max=" + ZEROS_MAX);
    }
    return in.zigzag() * POWERS[zeros];
  }
}
