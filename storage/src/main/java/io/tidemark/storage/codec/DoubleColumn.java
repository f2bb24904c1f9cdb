package io.tidemark.storage.codec;

import java.util.Arrays;

/**
 * A column of doubles, bit for bit: {@code u8 form}, then
 *
 * <pre>
 *   0 raw      the bits as a column of integers
 *   1 decimal  u8 exponent, varint exceptions, column of round(value * 10^exponent),
 *              u16 row × exceptions, i64 bits × exceptions
 *   2 single   the same for doubles that are widened floats: the quotient is rounded to a float
 *   3 split    u8 p, column of bits >>> p, lowest p bits packed
 * </pre>
 *
 * Belongs to one thread.
 */
public final class DoubleColumn {
  /*
   * Instruments deliver decimals: 71.25 is 7125 / 10^2. For each exponent up to 18 we count, on a sample, the values v
   * for which (double) round(v * 10^e) / 10^e gives back the very bits of v; a power of ten up to 10^22 is exact in a
   * double and division rounds correctly, so any decimal of up to 15 digits comes back. What does not (NaN,
   * infinities, -0.0, true reals) goes to the exception list and holds its neighbour's integer, so that packing does
   * not widen. Controllers send floats: there the quotient is rounded once more, to a float.
   *
   * True reals: sign, exponent and leading bits repeat, the rest is noise. Cut at bit p, the left part is a small
   * dictionary or a narrow range, the right part is packed as it is.
   *
   * [1] A. Afroozeh, L. Kuffo, P. Boncz, "ALP: Adaptive Lossless floating-Point Compression", SIGMOD 2024. We
   * differ: one exponent and a true division instead of an exponent, a factor and two multiplications, which finds
   * more values exact; it costs nothing, see VectorKernels. The split takes whatever integer codec fits the left part.
   */
  static final int RAW = 0;
  static final int DECIMAL = 1;
  static final int SINGLE = 2;
  static final int SPLIT = 3;

  static final int EXPONENT_MAX = 18;
  private static final double[] POWERS = new double[EXPONENT_MAX + 1];
  private static final double INTEGER_MAX = 1L << 53;
  private static final long FLOAT_REST = (1L << 29) - 1;
  private static final int SPLIT_MIN = 40;
  private static final int SPLIT_MAX = 60;
  private static final int SAMPLE = 32;

  static {
    double power = 1;
    for (int i = 0; i <= EXPONENT_MAX; i++) {
      POWERS[i] = power;
      power *= 10;
    }
  }

  private final LongColumn longs;
  private final long[] integers = new long[LongCodec.Scratch.CAPACITY];
  private final long[] bits = new long[LongCodec.Scratch.CAPACITY];
  private final double[] sample = new double[SAMPLE];
  private final long[] lefts = new long[SAMPLE];

  /* Where the last block's exponent was; a tag's next block has the same more often than not. */
  private int lastExponent;

  /** A column with its scratch space. */
  public DoubleColumn() {
    this(new LongColumn());
  }

  /** A column that shares the scratch space of another. */
  public DoubleColumn(LongColumn longs) {
    this.longs = longs;
  }

  /** Writes 1 to 1 024 values. */
  public void encode(double[] values, int count, ByteOutput out) {
    long first = Double.doubleToRawLongBits(values[0]);
    long differing = 0;
    long used = 0;
    for (int i = 0; i < count; i++) {
      long b = Double.doubleToRawLongBits(values[i]);
      bits[i] = b;
      differing |= b ^ first;
      used |= b;
    }
    boolean single = differing != 0 && (used & FLOAT_REST) == 0;
    int start = out.length();
    // Floats first: with 14 decimals nearly any of them comes back as a double, at 53 bits.
    int exponent = single ? bestExponent(values, count, true) : -1;
    if (exponent < 0) {
      single = false;
      exponent = bestExponent(values, count, false);
    }
    if (exponent >= 0) {
      lastExponent = exponent;
      int exceptions = toIntegers(values, count, exponent, single);
      encodeDecimal(count, exponent, exceptions, single, out);
      if (exceptions == 0) {
        return;
      }
    }
    int decimal = out.length() - start;
    if (exponent < 0 || decimal > 2 * count) {
      encodeReal(count, exponent < 0 ? Integer.MAX_VALUE : decimal, start, out);
    }
  }

  private void encodeDecimal(
      int count, int exponent, int exceptions, boolean single, ByteOutput out) {
    out.u8(single ? SINGLE : DECIMAL);
    out.u8(exponent);
    out.varint(exceptions);
    longs.encode(integers, count, out);
    if (exceptions == 0) {
      return;
    }
    double power = POWERS[exponent];
    for (int i = 0; i < count; i++) {
      if (!comesBack(integers[i], power, single, bits[i])) {
        out.u8(i);
        out.u8(i >>> 8);
      }
    }
    for (int i = 0; i < count; i++) {
      if (!comesBack(integers[i], power, single, bits[i])) {
        out.i64(bits[i]);
      }
    }
  }

  /** Writes raw or split what is longer than the given length otherwise. */
  private void encodeReal(int count, int best, int start, ByteOutput out) {
    int raw = longs.estimateBytes(bits, count);
    int p = bestSplit(count);
    if (p > 0) {
      int from = out.length();
      out.u8(SPLIT);
      out.u8(p);
      for (int i = 0; i < count; i++) {
        integers[i] = bits[i] >>> p;
      }
      longs.encode(integers, count, out);
      BitPacking.pack(bits, count, p, longs.scratch.words, out);
      int length = out.length() - from;
      if (length < Math.min(best, raw)) {
        System.arraycopy(out.array(), from, out.array(), start, length);
        out.truncate(start + length);
        return;
      }
      out.truncate(from);
    }
    if (raw < best) {
      out.truncate(start);
      out.u8(RAW);
      longs.encode(bits, count, out);
    }
  }

  /** The cut with the fewest bits left and right of it on a sample; 0 if there is none worth it. */
  private int bestSplit(int count) {
    int size = Math.min(SAMPLE, count);
    int best = 0;
    double bestBits = 64;
    for (int i = 0; i < size; i++) {
      lefts[i] = bits[(int) ((long) i * count / size)];
    }
    Arrays.sort(lefts, 0, size); // equal left parts are neighbours wherever the cut is
    for (int p = SPLIT_MIN; p <= SPLIT_MAX; p++) {
      int distinct = 1;
      for (int i = 1; i < size; i++) {
        distinct += lefts[i] >>> p != lefts[i - 1] >>> p ? 1 : 0;
      }
      double cost = p + Math.log(distinct) / Math.log(2);
      if (distinct <= size / 2 && cost < bestBits) {
        best = p;
        bestBits = cost;
      }
    }
    return best;
  }

  /** Reads {@code count} values into an array of 1 024; errors as {@link LongColumn#decode}. */
  public void decode(ByteInput in, int count, double[] values) {
    int form = in.u8();
    switch (form) {
      case RAW -> {
        longs.decode(in, count, bits);
        for (int i = 0; i < count; i++) {
          values[i] = Double.longBitsToDouble(bits[i]);
        }
      }
      case DECIMAL, SINGLE -> decodeDecimal(in, count, form == SINGLE, values);
      case SPLIT -> {
        int p = split(in);
        longs.decode(in, count, integers);
        BitPacking.unpack(in, count, p, 0, longs.scratch.words, bits);
        for (int i = 0; i < count; i++) {
          values[i] = Double.longBitsToDouble(integers[i] << p | bits[i]);
        }
      }
      default -> throw new IllegalArgumentException("double column: form=" + form);
    }
  }

  private static int split(ByteInput in) {
    int p = in.u8();
    if (p < 1 || p > 63) {
      throw new IllegalArgumentException("double column: split=" + p);
    }
    return p;
  }

  private static int exponent(ByteInput in) {
    int exponent = in.u8();
    if (exponent > EXPONENT_MAX) {
      throw new IllegalArgumentException("double column: exponent=" + exponent);
    }
    return exponent;
  }

  private void decodeDecimal(ByteInput in, int count, boolean single, double[] values) {
    double power = POWERS[exponent(in)];
    int exceptions = in.count(count, "exceptions");
    longs.decode(in, count, integers);
    Kernels.BEST.decimals(integers, power, values, count);
    if (single) {
      for (int i = 0; i < count; i++) {
        values[i] = (float) values[i];
      }
    }
    for (int i = 0; i < exceptions; i++) {
      int row = in.u8() | in.u8() << 8;
      if (row >= count) {
        throw new IllegalArgumentException("exception row: row=" + row + ", count=" + count);
      }
      bits[i] = row;
    }
    for (int i = 0; i < exceptions; i++) {
      values[(int) bits[i]] = Double.longBitsToDouble(in.i64());
    }
  }

  /** Goes over a column of {@code count} values; errors as {@link LongColumn#decode}. */
  public static void skip(ByteInput in, int count) {
    int form = in.u8();
    switch (form) {
      case RAW -> LongColumn.skip(in, count);
      case DECIMAL, SINGLE -> {
        exponent(in);
        int exceptions = in.count(count, "exceptions");
        LongColumn.skip(in, count);
        in.skip(10L * exceptions);
      }
      case SPLIT -> {
        int p = split(in);
        LongColumn.skip(in, count);
        in.skip(BitPacking.byteCount(count, p));
      }
      default -> throw new IllegalArgumentException("double column: form=" + form);
    }
  }

  private static boolean comesBack(long integer, double power, boolean single, long bits) {
    double quotient = integer / power;
    return Double.doubleToRawLongBits(single ? (float) quotient : quotient) == bits;
  }

  private static boolean isDecimal(double value, double power, boolean single) {
    double scaled = Math.rint(value * power);
    return Math.abs(scaled) <= INTEGER_MAX
        && comesBack((long) scaled, power, single, Double.doubleToRawLongBits(value));
  }

  /** The exponent with the fewest misses on a sample of the values, or -1 if most of them miss. */
  private int bestExponent(double[] values, int count, boolean single) {
    int size = Math.min(SAMPLE, count);
    for (int i = 0; i < size; i++) {
      sample[i] = values[(int) ((long) i * count / size)];
    }
    int best = -1;
    int bestHits = 0;
    for (int attempt = -1; attempt <= EXPONENT_MAX; attempt++) {
      int exponent = attempt < 0 ? lastExponent : attempt;
      double power = POWERS[exponent];
      int hits = 0;
      for (int i = 0; i < size; i++) {
        hits += isDecimal(sample[i], power, single) ? 1 : 0;
      }
      if (hits > bestHits) {
        best = exponent;
        bestHits = hits;
        if (hits == size) {
          break;
        }
      }
    }
    return 2 * bestHits >= size ? best : -1;
  }

  /** Fills {@link #integers} and returns how many rows do not come back. */
  private int toIntegers(double[] values, int count, int exponent, boolean single) {
    double power = POWERS[exponent];
    for (int i = 0; i < count; i++) {
      integers[i] = (long) Math.rint(values[i] * power);
    }
    long widest = 0;
    int misses = 0;
    for (int i = 0; i < count; i++) {
      widest = Math.max(widest, Math.abs(integers[i]));
      misses += comesBack(integers[i], power, single, bits[i]) ? 0 : 1;
    }
    // Beyond 2^53 an integer is not exact in a double: it might come back here and not from a
    // vector.
    return misses == 0 && widest <= (long) INTEGER_MAX ? 0 : fillMisses(count, power, single);
  }

  private int fillMisses(int count, double power, boolean single) {
    long neighbour = 0;
    boolean hasNeighbour = false;
    for (int i = 0; i < count; i++) {
      if (Math.abs(integers[i]) <= (long) INTEGER_MAX
          && comesBack(integers[i], power, single, bits[i])) {
        neighbour = integers[i];
        if (!hasNeighbour) {
          Arrays.fill(integers, 0, i, neighbour);
          hasNeighbour = true;
        }
      } else {
        integers[i] = neighbour;
      }
    }
    // Counted last: a filler may by chance decode to the very bits of an exception; then it is
    // none.
    int exceptions = 0;
    for (int i = 0; i < count; i++) {
      exceptions += comesBack(integers[i], power, single, bits[i]) ? 0 : 1;
    }
    return exceptions;
  }
}
