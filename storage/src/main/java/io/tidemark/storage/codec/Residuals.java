package io.tidemark.storage.codec;

import java.util.Arrays;

/**
 * Distances from a base in units of a divisor, packed: {@code zigzag base, varint divisor, u8
 * form}, then what the form says. The divisor is the greatest common one, so that whole
 * milliseconds never pay for nanoseconds. All arithmetic is modulo 2^64: no range overflows.
 *
 * <pre>
 *   form 0..64     plain: that many bits a value
 *   form 64 + r    radix r (3..63): groups of values in 0..r-1, written as one number each
 *   form 128 + w   patched: varint exceptions, u8 high width, the low w bits of all values,
 *                  u8 gaps to the exceptions, zigzag high parts packed in sequence
 * </pre>
 */
final class Residuals {
  /*
   * Patched. Values of plants scatter like a bell with a few far ones. Plain packing gives every value the width of the
   * farthest; here w bits hold those near the centre, and the rest keeps its low w bits in place while row and high part
   * stand in a list [1]. Two centres are tried: the smallest value (all exceptions lie above), and the median of a sample
   * less half of 2^w (they lie on both sides, so high parts are signed). A histogram of bit widths about each centre
   * gives the cost of every w in one pass.
   *
   * Radix. A jitter of 0 to 4 ms has log2(5) = 2.32 bits; packing takes 3. Three of them are a number below 125, which
   * fits in 7 bits: 2.33 each. The group is as long as it pays and at most 16 bits wide.
   *
   * [1] M. Zukowski et al., "Super-Scalar RAM-CPU Cache Compression" (PFOR), ICDE 2006. We differ: gaps instead of a
   * linked list through the values, and signed high parts.
   */
  static final int RADIX = 64;
  static final int PATCHED = 128;
  static final int RADIX_MAX = 63;
  private static final int CODE_BITS_MAX = 16;
  private static final int GROUP_MAX = 8;
  private static final int PATCHED_COUNT_MIN = 16;
  private static final int SAMPLE = 33;

  /* A width that is less by more has exceptions that take more than they save. */
  private static final int NARROWER_MAX = 40;

  /** Widths of values, 0 to 64 bits, and one to spare. */
  static final int WIDTHS = 66;

  /* Beyond it distances from a centre may not fit in a signed long. */
  private static final int PATCHED_WIDTH_MAX = 61;

  /* Values in one number, by radix. */
  private static final byte[] GROUP = new byte[RADIX_MAX + 1];

  static {
    for (int radix = 3; radix <= RADIX_MAX; radix++) {
      double best = Double.MAX_VALUE;
      for (int group = 1; group <= GROUP_MAX; group++) {
        int bits = codeBits(radix, group);
        if (bits <= CODE_BITS_MAX && (double) bits / group < best) {
          best = (double) bits / group;
          GROUP[radix] = (byte) group;
        }
      }
    }
  }

  private Residuals() {}

  /**
   * The multiples of a number, told and divided without a division: an odd number has an inverse
   * modulo 2^64 (H. S. Warren, "Hacker's Delight", 2nd ed., 10-16 and 10-17).
   */
  static final class Multiples {
    private static final int NEWTON_STEPS = 5; // from 3 correct bits on, each doubles them

    private int shift;
    private long inverse;
    private long quotientMax;

    /** Those of a number, not 0, taken as unsigned. */
    void of(long divisor) {
      shift = Long.numberOfTrailingZeros(divisor);
      long odd = divisor >>> shift;
      long x = odd;
      for (int i = 0; i < NEWTON_STEPS; i++) {
        x *= 2 - odd * x;
      }
      inverse = x;
      quotientMax = Long.divideUnsigned(-1, divisor);
    }

    /** Whether an unsigned number is one of them. */
    boolean contain(long number) {
      long quotient = Long.rotateRight(number * inverse, shift);
      return quotient + Long.MIN_VALUE <= quotientMax + Long.MIN_VALUE;
    }

    /** How often a multiple holds the number, both unsigned. */
    long unsignedQuotient(long multiple) {
      return (multiple >>> shift) * inverse;
    }

    /** How often a signed multiple holds the number. */
    long signedQuotient(long multiple) {
      return (multiple >> shift) * inverse;
    }
  }

  /** Values that are written as one number. */
  static int group(int radix) {
    return GROUP[radix];
  }

  /** Bits of the number that {@code group} values below {@code radix} make. */
  static int codeBits(int radix, int group) {
    long codes = 1;
    for (int i = 0; i < group; i++) {
      codes *= radix;
    }
    return BitPacking.bitWidth(codes - 1);
  }

  /** How to write some values; the last one's that {@link #plan} was asked for. */
  static final class Plan {
    long base;
    long divisor;
    int form;
    int exceptions;
    int highWidth;

    /** Bytes of all of it. */
    int bytes;

    void set(Plan other) {
      base = other.base;
      divisor = other.divisor;
      form = other.form;
      exceptions = other.exceptions;
      highWidth = other.highWidth;
      bytes = other.bytes;
    }
  }

  /** Finds the shortest form. The values stay as they are. */
  static void plan(long[] values, int count, LongCodec.Encoding scratch) {
    Plan plan = scratch.plan;
    long min = values[0];
    long max = min;
    for (int i = 1; i < count; i++) {
      min = Math.min(min, values[i]);
      max = Math.max(max, values[i]);
    }
    plan.exceptions = 0;
    if (min == max) {
      plan.base = min;
      plan.divisor = 1;
      plan.form = 0;
      plan.bytes = ByteOutput.zigzagLength(min) + 2;
      return;
    }
    long divisor = divisor(values, count, min, max - min, scratch.multiples);
    long range = divisor == 1 ? max - min : scratch.multiples.unsignedQuotient(max - min);
    int width = BitPacking.bitWidth(range);
    plan.base = min;
    plan.divisor = divisor;
    plan.form = width;
    int head = ByteOutput.zigzagLength(min) + ByteOutput.varintLength(divisor) + 1;
    plan.bytes = head + BitPacking.byteCount(count, width);
    if (range > 1 && range < RADIX_MAX && (range & (range + 1)) != 0) {
      int radix = (int) range + 1;
      int group = GROUP[radix];
      int codes = (count + group - 1) / group;
      int bytes = head + BitPacking.byteCount(codes, codeBits(radix, group));
      if (bytes < plan.bytes) {
        plan.form = RADIX + radix;
        plan.bytes = bytes;
      }
    }
    if (count >= PATCHED_COUNT_MIN && width <= PATCHED_WIDTH_MAX) {
      planPatches(values, count, min, width, plan, scratch);
    }
  }

  /* So many of a sample may be there by chance. */
  private static final int SAMPLE_DOUBT = 3;

  private static void planPatches(
      long[] values, int count, long min, int width, Plan plan, LongCodec.Encoding scratch) {
    long divisor = plan.divisor;
    long[] scaled = scratch.scaled;
    if (divisor == 1) {
      for (int i = 0; i < count; i++) {
        scaled[i] = values[i] - min;
      }
    } else {
      for (int i = 0; i < count; i++) {
        scaled[i] = scratch.multiples.unsignedQuotient(values[i] - min);
      }
    }
    int[] above = scratch.above;
    int[] about = scratch.about;
    long centre = median(scaled, count, scratch.sample);
    int sampled = Math.min(SAMPLE, count);
    // What the sample may take, of the shortest way so far.
    long bits = Math.min((long) width * sampled, 8L * scratch.limitBytes * sampled / count);
    boolean mayBeAbove = mayBeWorthIt(widths(scratch.sample, sampled, above), sampled, width, bits);
    boolean mayBeAbout =
        mayBeWorthIt(widthsAbout(centre, scratch.sample, sampled, about), sampled, width, bits);
    if (mayBeAbove) {
      widths(scaled, count, above);
      int beyond = 0;
      for (int w = width - 1; w >= 0 && w >= width - NARROWER_MAX; w--) {
        beyond += above[w + 1];
        offer(plan, count, w, beyond, width - w + 1, min);
      }
    }
    if (mayBeAbout) {
      widthsAbout(centre, scaled, count, about);
      int widest = 64;
      while (about[widest] == 0) {
        widest--;
      }
      int beyond = 0;
      for (int w = widest - 1; w >= 0 && w >= width - NARROWER_MAX; w--) {
        beyond += about[w + 1];
        // Half of 2^w below the centre; without bits there is no half: the centre itself.
        long half = w == 0 ? 0 : 1L << (w - 1);
        offer(plan, count, w, beyond, widest - w + 1, min + (centre - half) * divisor);
      }
    }
  }

  /** Counts values by the bits that they need. */
  private static int[] widths(long[] values, int count, int[] counts) {
    Arrays.fill(counts, 0);
    // Two counters for each width, in turn: values that need the same need not wait for one
    // another.
    for (int i = 0; i < count; i++) {
      counts[(i & 1) * WIDTHS + 64 - Long.numberOfLeadingZeros(values[i])]++;
    }
    return folded(counts);
  }

  /** Counts values by the bits that they need about a centre. */
  private static int[] widthsAbout(long centre, long[] values, int count, int[] counts) {
    Arrays.fill(counts, 0);
    for (int i = 0; i < count; i++) {
      long off = values[i] - centre;
      counts[(i & 1) * WIDTHS + 64 - Long.numberOfLeadingZeros(off << 1 ^ off >> 63)]++;
    }
    return folded(counts);
  }

  private static int[] folded(int[] counts) {
    for (int w = 0; w < WIDTHS; w++) {
      counts[w] += counts[WIDTHS + w];
    }
    return counts;
  }

  /**
   * Whether a sample of so many values leaves room for a width with exceptions that takes less than
   * so many bits.
   */
  private static boolean mayBeWorthIt(int[] widths, int count, int width, long bits) {
    int beyond = -SAMPLE_DOUBT;
    for (int w = 64; w > 0; w--) {
      beyond += widths[w];
      int narrower = w - 1;
      if (narrower < width
          && (long) narrower * count + (long) Math.max(0, beyond) * (8 + width - narrower) < bits) {
        return true;
      }
    }
    return false;
  }

  private static void offer(
      Plan plan, int count, int width, int exceptions, int highWidth, long base) {
    if (exceptions > count / 2 || width > 63 || highWidth > 64) {
      return;
    }
    int bytes =
        ByteOutput.zigzagLength(base)
            + ByteOutput.varintLength(plan.divisor)
            + 2
            + ByteOutput.varintLength(exceptions)
            + BitPacking.byteCount(count, width)
            + exceptions
            + (exceptions * highWidth + 7) / 8;
    if (bytes < plan.bytes) {
      plan.bytes = bytes;
      plan.base = base;
      plan.form = PATCHED + width;
      plan.exceptions = exceptions;
      plan.highWidth = highWidth;
    }
  }

  private static long median(long[] values, int count, long[] sample) {
    int size = Math.min(SAMPLE, count);
    for (int i = 0; i < size; i++) {
      sample[i] = values[(int) ((long) i * count / size)];
    }
    Arrays.sort(sample, 0, size);
    return sample[size / 2];
  }

  /**
   * The greatest divisor of all distances from the least value, which is handed out ready for use.
   */
  private static long divisor(long[] values, int count, long min, long range, Multiples multiples) {
    long divisor = commonDivisor(values, count, min, range, multiples);
    multiples.of(divisor);
    return divisor;
  }

  private static long commonDivisor(
      long[] values, int count, long min, long range, Multiples multiples) {
    long divisor = range;
    if (range < 0) { // beyond 2^63: unsigned all along
      for (int i = 0; i < count && divisor != 1; i++) {
        divisor = gcd(divisor, values[i] - min);
      }
      return divisor;
    }
    multiples.of(divisor);
    for (int i = 0; i < count; i++) {
      long distance = values[i] - min;
      if (!multiples.contain(distance)) {
        divisor = gcd(divisor, distance);
        if (divisor == 1) {
          break;
        }
        multiples.of(divisor);
      }
    }
    return divisor;
  }

  /** Greatest common divisor of two unsigned magnitudes; 0 is neutral. */
  private static long gcd(long a, long b) {
    long left = a;
    long right = b;
    while (right != 0) {
      long rest = Long.remainderUnsigned(left, right);
      left = right;
      right = rest;
    }
    return left;
  }

  /** Writes values as they were planned just before. */
  static void encode(long[] values, int count, LongCodec.Scratch scratch, ByteOutput out) {
    Plan plan = scratch.encoding().plan;
    out.zigzag(plan.base);
    out.varint(plan.divisor);
    out.u8(plan.form);
    if (plan.form == 0) {
      return;
    }
    long[] scaled = scratch.encoding().scaled;
    if (plan.divisor == 1) {
      for (int i = 0; i < count; i++) {
        scaled[i] = values[i] - plan.base;
      }
    } else {
      // The quotient is exact, and signed where patches lie below the base: then its range is
      // short.
      Multiples multiples = scratch.encoding().multiples;
      multiples.of(plan.divisor);
      if (plan.form >= PATCHED) {
        for (int i = 0; i < count; i++) {
          scaled[i] = multiples.signedQuotient(values[i] - plan.base);
        }
      } else {
        for (int i = 0; i < count; i++) {
          scaled[i] = multiples.unsignedQuotient(values[i] - plan.base);
        }
      }
    }
    if (plan.form < RADIX + 1) {
      BitPacking.pack(scaled, count, plan.form, scratch.words, out);
    } else if (plan.form < PATCHED) {
      encodeRadix(scaled, count, plan.form - RADIX, scratch, out);
    } else {
      encodePatched(scaled, count, plan, scratch, out);
    }
  }

  private static void encodeRadix(
      long[] scaled, int count, int radix, LongCodec.Scratch scratch, ByteOutput out) {
    int group = GROUP[radix];
    int codes = (count + group - 1) / group;
    long[] numbers = scratch.numbers;
    Arrays.fill(numbers, 0, codes, 0);
    // Digit k of number j is value k * codes + j: digits come apart with all numbers side by side.
    for (int digit = group - 1; digit >= 0; digit--) {
      for (int i = 0; i < codes; i++) {
        int at = digit * codes + i;
        numbers[i] = numbers[i] * radix + (at < count ? scaled[at] : 0);
      }
    }
    BitPacking.pack(numbers, codes, codeBits(radix, group), scratch.words, out);
  }

  private static void encodePatched(
      long[] scaled, int count, Plan plan, LongCodec.Scratch scratch, ByteOutput out) {
    int width = plan.form - PATCHED;
    out.varint(plan.exceptions);
    out.u8(plan.highWidth);
    BitPacking.pack(scaled, count, width, scratch.words, out);
    long[] highs = scratch.numbers;
    int exceptions = 0;
    int last = -1;
    for (int i = 0; i < count; i++) {
      long high = scaled[i] >> width;
      if (high != 0) {
        out.gap(i - last - 1);
        last = i;
        highs[exceptions++] = high << 1 ^ high >> 63;
      }
    }
    if (exceptions != plan.exceptions) {
      throw new IllegalStateException(
          "plan is another one's: exceptions=" + exceptions + ", planned=" + plan.exceptions);
    }
    BitPacking.pack(highs, exceptions, plan.highWidth, scratch.words, out);
  }

  /**
   * Reads {@code count} values, at most 1 024, into {@code values}, which has room for 1 024.
   *
   * @throws IllegalArgumentException for a field out of its range
   */
  static void decode(ByteInput in, int count, long[] values, LongCodec.Scratch scratch) {
    long base = in.zigzag();
    long divisor = in.varint();
    int form = in.u8();
    if (form <= 64) {
      if (divisor == 1) {
        BitPacking.unpack(in, count, form, base, scratch.words, values);
        return;
      }
      BitPacking.unpack(in, count, form, 0, scratch.words, values);
    } else if (form < PATCHED) {
      decodeRadix(in, count, form - RADIX, values, scratch);
    } else {
      decodePatched(in, count, form - PATCHED, values, scratch);
    }
    if (divisor == 1) {
      for (int i = 0; i < count; i++) {
        values[i] += base;
      }
    } else {
      for (int i = 0; i < count; i++) {
        values[i] = base + values[i] * divisor;
      }
    }
  }

  private static void decodeRadix(
      ByteInput in, int count, int radix, long[] values, LongCodec.Scratch scratch) {
    if (radix < 3 || radix > RADIX_MAX) {
      throw new IllegalArgumentException("radix: radix=" + radix + ", max=" + RADIX_MAX);
    }
    int group = GROUP[radix];
    int codes = (count + group - 1) / group;
    long[] numbers = scratch.numbers;
    BitPacking.unpack(in, codes, codeBits(radix, group), 0, scratch.words, numbers);
    // Numbers are below 2^16: this multiplication and shift divides them exactly.
    int reciprocal = (1 << 22) / radix + 1;
    for (int digit = 0; digit < group; digit++) {
      int from = digit * codes;
      int length = Math.min(codes, count - from);
      for (int i = 0; i < length; i++) {
        long number = numbers[i];
        long quotient = (number * reciprocal) >>> 22;
        values[from + i] = number - quotient * radix;
        numbers[i] = quotient;
      }
    }
  }

  private static void decodePatched(
      ByteInput in, int count, int width, long[] values, LongCodec.Scratch scratch) {
    int exceptions = in.count(count, "exceptions");
    int highWidth = in.u8();
    if (width > 63 || highWidth > 64) {
      throw new IllegalArgumentException(
          "patched: width=" + width + ", highWidth=" + highWidth + ", max=64");
    }
    BitPacking.unpack(in, count, width, 0, scratch.words, values);
    int[] rows = scratch.rows;
    int row = -1;
    for (int i = 0; i < exceptions; i++) {
      row += in.gap() + 1;
      if (row >= count) {
        throw new IllegalArgumentException("exception row: row=" + row + ", count=" + count);
      }
      rows[i] = row;
    }
    if (exceptions > 0) {
      long[] highs = scratch.numbers;
      BitPacking.unpack(in, exceptions, highWidth, 0, scratch.words, highs);
      for (int i = 0; i < exceptions; i++) {
        long high = (highs[i] >>> 1) ^ -(highs[i] & 1);
        values[rows[i]] += high << width;
      }
    }
  }

  /** Goes over what {@link #decode} would read. */
  static void skip(ByteInput in, int count) {
    in.varint();
    in.varint();
    int form = in.u8();
    if (form <= 64) {
      in.skip(BitPacking.byteCount(count, form));
    } else if (form < PATCHED) {
      int radix = form - RADIX;
      if (radix < 3 || radix > RADIX_MAX) {
        throw new IllegalArgumentException("radix: radix=" + radix + ", max=" + RADIX_MAX);
      }
      int group = GROUP[radix];
      in.skip(BitPacking.byteCount((count + group - 1) / group, codeBits(radix, group)));
    } else {
      int exceptions = in.count(count, "exceptions");
      int highWidth = in.u8();
      in.skip(BitPacking.byteCount(count, form - PATCHED));
      in.skipGaps(exceptions);
      in.skip(BitPacking.byteCount(exceptions, highWidth));
    }
  }
}
