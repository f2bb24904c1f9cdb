package io.tidemark.storage.codec;

import java.nio.ByteBuffer;

/**
 * The common tail of the frame-of-reference family: {@code i64 base, i64 divisor, u8 width}, then
 * packed {@code (value - base) / divisor}. The divisor is the greatest common one, so that whole
 * milliseconds never pay for nanoseconds. Differences are unsigned 64-bit: no range overflows.
 */
final class Residuals {
  static final int HEADER_LENGTH = 17;

  private Residuals() {}

  static int estimateBytes(long[] values, int count) {
    long base = min(values, count);
    return HEADER_LENGTH
        + 8 * BitPacking.wordCount(count, width(values, count, base, divisor(values, count, base)));
  }

  /** Encodes and overwrites {@code values} with the residuals. */
  static void encode(long[] values, int count, ByteBuffer out) {
    long base = min(values, count);
    long divisor = divisor(values, count, base);
    int width = width(values, count, base, divisor);
    out.putLong(base).putLong(divisor).put((byte) width);
    for (int i = 0; i < count; i++) {
      long difference = values[i] - base;
      values[i] = divisor == 1 ? difference : Long.divideUnsigned(difference, divisor);
    }
    BitPacking.pack(values, count, width, out);
  }

  static void decode(ByteBuffer in, int count, long[] values, LongCodec.Scratch scratch) {
    long base = in.getLong();
    long divisor = in.getLong();
    int width = in.get();
    if (width < 0 || width > 64) {
      throw new IllegalArgumentException("bit width: width=" + width + ", widthMax=64");
    }
    if (width == 0) {
      java.util.Arrays.fill(values, 0, count, base);
      return;
    }
    BitPacking.readWords(in, count, width, scratch.words);
    if (divisor == 1) {
      BitPacking.unpackAddBase(scratch.words, width, base, values, count);
    } else {
      BitPacking.unpackAddBase(scratch.words, width, 0, values, count);
      for (int i = 0; i < count; i++) {
        values[i] = base + values[i] * divisor;
      }
    }
  }

  private static long min(long[] values, int count) {
    long min = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      min = Math.min(min, values[i]);
    }
    return min;
  }

  private static long divisor(long[] values, int count, long base) {
    long divisor = 0;
    for (int i = 0; i < count && divisor != 1; i++) {
      divisor = LongCodec.gcd(divisor, values[i] - base);
    }
    return divisor == 0 ? 1 : divisor;
  }

  private static int width(long[] values, int count, long base, long divisor) {
    long max = 0;
    for (int i = 0; i < count; i++) {
      long difference = values[i] - base;
      if (Long.compareUnsigned(difference, max) > 0) {
        max = difference;
      }
    }
    return BitPacking.bitWidth(divisor == 1 ? max : Long.divideUnsigned(max, divisor));
  }
}
