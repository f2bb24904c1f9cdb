package io.tidemark.storage.codec;

import static java.util.Objects.checkFromIndexSize;

import java.util.Arrays;

/**
 * Unsigned values of equal width, packed. Two layouts, by the count alone: <i>lanes</i> for full
 * blocks, where 16 values lie side by side and go through the same shift, so that they unpack
 * together; <i>sequence</i> for shorter ones, which wastes no bits.
 */
final class BitPacking {
  /*
   * Lanes: 64 rows of 16 values; value i lies in row i / 16 and lane i % 16. A lane is a string of bits, row after row,
   * least significant first, cut into 64-bit words; word k of lane j is stored at 16 k + j. With 64 rows a lane of any
   * width w ends with its w-th word: nothing is wasted but what the last row lacks.
   *
   * [1] A. Afroozeh, P. Boncz, "The FastLanes Compression Layout", VLDB 2023: many lanes of equal shifts. We keep the
   * order of the values (16 neighbours are one row) where they interleave it, since times are summed up along it.
   */
  static final int LANES = 16;
  static final int ROWS = 64;

  /** Words of the widest block, with a spare row that unpacking may read. */
  static final int WORDS_MAX = LANES * ROWS + LANES;

  private BitPacking() {}

  /** Whether so many values lie in lanes. */
  static boolean isLanes(int count) {
    return count > LANES * (ROWS - 1);
  }

  /** Bytes of {@code count} values of {@code width} bits (0..64). */
  static int byteCount(int count, int width) {
    return isLanes(count) ? LANES * 8 * width : (int) (((long) count * width + 7) >>> 3);
  }

  /** Bits needed for the unsigned value. */
  static int bitWidth(long unsignedMax) {
    return 64 - Long.numberOfLeadingZeros(unsignedMax);
  }

  /**
   * Packs values, of which only the lowest {@code width} bits (0..64) are looked at.
   *
   * @param words scratch of {@link #WORDS_MAX}
   */
  static void pack(long[] values, int count, int width, long[] words, ByteOutput out) {
    if (width == 0) {
      return;
    }
    long mask = -1L >>> (64 - width);
    if (isLanes(count)) {
      packLanes(values, count, width, mask, words);
    } else {
      packSequence(values, count, width, mask, words);
    }
    out.words(words, byteCount(count, width));
  }

  private static void packLanes(long[] values, int count, int width, long mask, long[] words) {
    Arrays.fill(words, 0, LANES * width + LANES, 0);
    for (int i = 0; i < count; i++) {
      int bit = (i / LANES) * width;
      int at = (bit >>> 6) * LANES + i % LANES;
      int shift = bit & 63;
      long value = values[i] & mask;
      words[at] |= value << shift;
      words[at + LANES] |= value >>> 1 >>> (63 - shift);
    }
  }

  private static void packSequence(long[] values, int count, int width, long mask, long[] words) {
    int word = 0;
    long filling = 0;
    int filled = 0;
    for (int i = 0; i < count; i++) {
      long value = values[i] & mask;
      filling |= value << filled;
      filled += width;
      if (filled >= 64) {
        words[word++] = filling;
        filled -= 64;
        filling = filled == 0 ? 0 : value >>> (width - filled);
      }
    }
    words[word] = filling;
  }

  /**
   * Unpacks {@code count} values of {@code width} bits (0..64) and adds {@code base} to each. In
   * lanes, up to 1 024 values are written.
   */
  static void unpack(ByteInput in, int count, int width, long base, long[] words, long[] out) {
    if (width == 0) {
      Arrays.fill(out, 0, count, base);
      return;
    }
    int bytes = byteCount(count, width);
    in.words(bytes, words);
    if (isLanes(count)) {
      Kernels.BEST.unpackLanes(words, width, base, out);
    } else {
      words[(bytes + 7) >>> 3] = 0;
      unpackSequence(words, width, base, out, count);
    }
  }

  private static void unpackSequence(long[] words, int width, long base, long[] out, int count) {
    checkFromIndexSize(0, count, out.length); // bounds once, outside the loop
    long mask = -1L >>> (64 - width);
    for (int i = 0, bit = 0; i < count; i++, bit += width) {
      int word = bit >>> 6;
      int shift = bit & 63;
      long value = (words[word] >>> shift) | (words[word + 1] << 1 << (63 - shift));
      out[i] = base + (value & mask);
    }
  }
}
