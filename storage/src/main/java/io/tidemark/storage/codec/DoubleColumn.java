package io.tidemark.storage.codec;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A column of doubles, bit for bit: {@code u8 form}, then either the raw bits as a {@link
 * LongColumn} (form 0), or decimals (form 1): {@code u8 exponent, u16 exceptions, (u16 row, i64
 * bits) ×}, {@link LongColumn} of {@code round(value × 10^exponent)}.
 */
public final class DoubleColumn {
  /*
   * Instruments deliver decimals: 71.25 is 7125 / 10^2. For each exponent up to 14 we count the values v for
   * which (double) round(v * 10^e) / 10^e gives back the very bits of v; division by a power of ten that is exact
   * in a double (up to 10^22) rounds correctly, so decoding is one division and no table of factors. What
   * does not come back (NaN, infinities, -0.0, true reals) goes to the exception list and holds its neighbour's
   * integer so that packing does not widen.
   *
   * [1] A. Afroozeh, L. Kuffo, P. Boncz, "ALP: Adaptive Lossless floating-Point Compression", SIGMOD 2024. We
   * differ: one exponent instead of an exponent and a factor, division instead of multiplication with the
   * inverse, which finds more values exact at the price of a slower decode.
   */
  private static final byte RAW_BITS = 0;
  private static final byte DECIMAL = 1;
  private static final int EXPONENT_MAX = 14;
  private static final double[] POWERS = new double[EXPONENT_MAX + 1];
  private static final double INTEGER_MAX = 1L << 53;

  static {
    double power = 1;
    for (int i = 0; i <= EXPONENT_MAX; i++) {
      POWERS[i] = power;
      power *= 10;
    }
  }

  private final LongColumn longs = new LongColumn();
  private final long[] integers = new long[LongCodec.Scratch.CAPACITY];
  private final long[] bits = new long[LongCodec.Scratch.CAPACITY];

  /** A column with its scratch space. */
  public DoubleColumn() {}

  /** Writes {@code count} values, at least one. */
  public void encode(double[] values, int count, ByteBuffer out) {
    for (int i = 0; i < count; i++) {
      bits[i] = Double.doubleToRawLongBits(values[i]);
    }
    int rawBytes = longs.estimateBytes(bits, count);
    int exponent = rawBytes <= 17 ? -1 : bestExponent(values, count);
    if (exponent >= 0) {
      int exceptions = toIntegers(values, count, exponent);
      if (4 + 10 * exceptions + longs.estimateBytes(integers, count) < rawBytes) {
        out.put(DECIMAL).put((byte) exponent).putShort((short) exceptions);
        double power = POWERS[exponent];
        for (int i = 0; i < count; i++) {
          if (Double.doubleToRawLongBits(integers[i] / power) != bits[i]) {
            out.putShort((short) i).putLong(bits[i]);
          }
        }
        longs.encode(integers, count, out);
        return;
      }
    }
    out.put(RAW_BITS);
    longs.encode(bits, count, out);
  }

  /** Reads {@code count} values; errors as {@link LongColumn#decode}. */
  public void decode(ByteBuffer in, int count, double[] values) {
    int form = in.get();
    if (form == RAW_BITS) {
      longs.decode(in, count, bits);
      for (int i = 0; i < count; i++) {
        values[i] = Double.longBitsToDouble(bits[i]);
      }
      return;
    }
    int exponent = in.get();
    int exceptions = Short.toUnsignedInt(in.getShort());
    if (form != DECIMAL || exponent < 0 || exponent > EXPONENT_MAX || exceptions > count) {
      throw new IllegalArgumentException(
          "double column: form=" + form + ", exponent=" + exponent + ", exceptions=" + exceptions);
    }
    int exceptionAt = in.position();
    in.position(exceptionAt + 10 * exceptions);
    longs.decode(in, count, integers);
    double power = POWERS[exponent];
    for (int i = 0; i < count; i++) {
      values[i] = integers[i] / power;
    }
    for (int i = 0; i < exceptions; i++) {
      int row = Short.toUnsignedInt(in.getShort(exceptionAt + 10 * i));
      if (row >= count) {
        throw new IllegalArgumentException("exception row: row=" + row + ", count=" + count);
      }
      values[row] = Double.longBitsToDouble(in.getLong(exceptionAt + 10 * i + 2));
    }
  }

  /** The exponent with the fewest misses on a sample of the values, or -1 if most of them miss. */
  private int bestExponent(double[] values, int count) {
    int step = Math.max(1, count / 32);
    int best = -1;
    int bestHits = 0;
    int sampled = (count + step - 1) / step;
    for (int exponent = 0; exponent <= EXPONENT_MAX; exponent++) {
      int hits = 0;
      for (int i = 0; i < count; i += step) {
        double scaled = Math.rint(values[i] * POWERS[exponent]);
        if (Math.abs(scaled) <= INTEGER_MAX
            && Double.doubleToRawLongBits((long) scaled / POWERS[exponent]) == bits[i]) {
          hits++;
        }
      }
      if (hits > bestHits) {
        best = exponent;
        bestHits = hits;
        if (hits == sampled) {
          break;
        }
      }
    }
    return 2 * bestHits >= sampled ? best : -1;
  }

  /** Fills {@link #integers} and returns how many rows do not come back. */
  private int toIntegers(double[] values, int count, int exponent) {
    double power = POWERS[exponent];
    long neighbour = 0;
    boolean hasNeighbour = false;
    for (int i = 0; i < count; i++) {
      double scaled = Math.rint(values[i] * power);
      long integer = Math.abs(scaled) <= INTEGER_MAX ? (long) scaled : 0;
      if (Double.doubleToRawLongBits(integer / power) == bits[i]) {
        integers[i] = integer;
        if (!hasNeighbour) {
          Arrays.fill(integers, 0, i, integer);
          hasNeighbour = true;
        }
        neighbour = integer;
      } else {
        integers[i] = neighbour;
      }
    }
    // Counted last: a filler may by chance decode to the very bits of an exception; then it is
    // none.
    int exceptions = 0;
    for (int i = 0; i < count; i++) {
      if (Double.doubleToRawLongBits(integers[i] / power) != bits[i]) {
        exceptions++;
      }
    }
    return exceptions;
  }
}
