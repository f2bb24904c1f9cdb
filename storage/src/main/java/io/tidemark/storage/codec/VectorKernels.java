package io.tidemark.storage.codec;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The same with the vector module: as many lanes at once as the machine has. */
final class VectorKernels extends Kernels {
  /*
   * Division by a power of ten: a division unit gives one vector in some 16 cycles, so we multiply by the reciprocal y
   * of the power p and correct twice with fused multiply-adds,
   *
   *   q0 = n y;   q1 = q0 + (n - p q0) y;   q2 = q1 + (n - p q1) y.
   *
   * q0 is within two units in the last place of n / p, q1 within less than one, and then q2 is the correctly rounded
   * quotient, since y is the correctly rounded reciprocal and no mantissa of a power of ten is all ones [1, theorem 8.5
   * of Markstein's book]. n is whole and below 2^53 and p at least 1, so nothing overflows, and nothing is subnormal.
   * n = 0 gives +0 as division does; a test compares all bits with the scalar loop.
   *
   * [1] P. Markstein, "IA-64 and Elementary Functions", 2000; J.-M. Muller et al., "Handbook of Floating-Point
   * Arithmetic", 4.7.
   */
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = BitPacking.LANES;

  /** Whether vectors of this machine are wide enough to be worth it, and divide a row of lanes. */
  static boolean isFast() {
    return LONGS.length() >= 4 && LANES % LONGS.length() == 0 && LONGS.length() == DOUBLES.length();
  }

  @Override
  void unpackLanes(long[] words, int width, long base, long[] out) {
    long mask = -1L >>> (64 - width);
    int step = LONGS.length();
    for (int row = 0, bit = 0; row < BitPacking.ROWS; row++, bit += width) {
      int at = (bit >>> 6) * LANES;
      int to = row * LANES;
      int shift = bit & 63;
      if (shift + width <= 64) {
        for (int lane = 0; lane < LANES; lane += step) {
          LongVector.fromArray(LONGS, words, at + lane)
              .lanewise(VectorOperators.LSHR, shift)
              .and(mask)
              .add(base)
              .intoArray(out, to + lane);
        }
      } else {
        int left = 64 - shift;
        for (int lane = 0; lane < LANES; lane += step) {
          LongVector low =
              LongVector.fromArray(LONGS, words, at + lane).lanewise(VectorOperators.LSHR, shift);
          LongVector.fromArray(LONGS, words, at + LANES + lane)
              .lanewise(VectorOperators.LSHL, left)
              .or(low)
              .and(mask)
              .add(base)
              .intoArray(out, to + lane);
        }
      }
    }
  }

  @Override
  void decimals(long[] integers, double power, double[] out, int count) {
    DoubleVector p = DoubleVector.broadcast(DOUBLES, -power);
    DoubleVector y = DoubleVector.broadcast(DOUBLES, 1 / power);
    int i = 0;
    for (int end = LONGS.loopBound(count); i < end; i += LONGS.length()) {
      DoubleVector n =
          (DoubleVector) LongVector.fromArray(LONGS, integers, i).convert(VectorOperators.L2D, 0);
      DoubleVector q = n.mul(y);
      q = p.fma(q, n).fma(y, q);
      q = p.fma(q, n).fma(y, q);
      q.intoArray(out, i);
    }
    for (; i < count; i++) {
      out[i] = integers[i] / power;
    }
  }
}
