package io.tidemark.storage.codec;

import static java.util.Objects.checkFromIndexSize;

import java.nio.ByteBuffer;

/** Packs unsigned residuals of equal width into 64-bit words, least significant bit first. */
final class BitPacking {
  private BitPacking() {}

  /** Words that hold {@code count} residuals of {@code bitWidth} bits. */
  static int wordCount(int count, int bitWidth) {
    return (int) (((long) count * bitWidth + 63) >>> 6);
  }

  /** Bits needed for the unsigned value. */
  static int bitWidth(long unsignedMax) {
    return 64 - Long.numberOfLeadingZeros(unsignedMax);
  }

  /** Writes {@code count} residuals of {@code bitWidth} bits (0..64) as little-endian words. */
  static void pack(long[] residuals, int count, int bitWidth, ByteBuffer out) {
    if (bitWidth == 0) {
      return;
    }
    long word = 0;
    int filled = 0;
    for (int i = 0; i < count; i++) {
      long residual = residuals[i];
      word |= residual << filled;
      filled += bitWidth;
      if (filled >= 64) {
        out.putLong(word);
        filled -= 64;
        word = filled == 0 ? 0 : residual >>> (bitWidth - filled);
      }
    }
    if (filled > 0) {
      out.putLong(word);
    }
  }

  /**
   * Reads the words of {@code count} residuals into {@code words}, which has one spare at the end.
   */
  static void readWords(ByteBuffer in, int count, int bitWidth, long[] words) {
    int length = wordCount(count, bitWidth);
    for (int i = 0; i < length; i++) {
      words[i] = in.getLong();
    }
    words[length] = 0;
  }

  /**
   * Unpacks {@code count} residuals of {@code bitWidth} bits (1..64) and adds {@code base} to each.
   */
  static void unpackAddBase(long[] words, int bitWidth, long base, long[] out, int count) {
    checkFromIndexSize(0, count, out.length); // bounds once, outside the loop
    checkFromIndexSize(0, wordCount(count, bitWidth) + 1, words.length); // a spare word: no branch
    long mask = -1L >>> (64 - bitWidth);
    for (int i = 0, bit = 0; i < count; i++, bit += bitWidth) {
      int word = bit >>> 6;
      int shift = bit & 63;
      long residual = (words[word] >>> shift) | (words[word + 1] << 1 << (63 - shift));
      out[i] = base + (residual & mask);
    }
  }
}
