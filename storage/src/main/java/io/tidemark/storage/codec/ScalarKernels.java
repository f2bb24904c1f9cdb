package io.tidemark.storage.codec;

import static java.util.Objects.checkFromIndexSize;

/** Plain loops. */
final class ScalarKernels extends Kernels {
  private static final int LANES = BitPacking.LANES;

  @Override
  void unpackLanes(long[] words, int width, long base, long[] out) {
    checkFromIndexSize(0, LANES * BitPacking.ROWS, out.length);
    checkFromIndexSize(0, LANES * width, words.length);
    long mask = -1L >>> (64 - width);
    for (int row = 0, bit = 0; row < BitPacking.ROWS; row++, bit += width) {
      int at = (bit >>> 6) * LANES;
      int to = row * LANES;
      int shift = bit & 63;
      if (shift + width <= 64) {
        for (int lane = 0; lane < LANES; lane++) {
          out[to + lane] = base + ((words[at + lane] >>> shift) & mask);
        }
      } else {
        int left = 64 - shift;
        for (int lane = 0; lane < LANES; lane++) {
          long value = (words[at + lane] >>> shift) | (words[at + LANES + lane] << left);
          out[to + lane] = base + (value & mask);
        }
      }
    }
  }

  @Override
  void decimals(long[] integers, double power, double[] out, int count) {
    checkFromIndexSize(0, count, integers.length);
    for (int i = 0; i < count; i++) {
      out[i] = integers[i] / power;
    }
  }
}
