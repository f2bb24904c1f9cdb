package io.tidemark.query.condition;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Where a straight line is zero, to the nanosecond before, and whether it is zero just there.
 *
 * @param ns the last nanosecond at or before it
 * @param isExact whether it lies at that nanosecond
 */
record Crossing(long ns, boolean isExact) {
  /*
   * Idea: floating point with a bound on its error, and exact arithmetic where the bound does not decide, as in
   * J. R. Shewchuk, "Adaptive precision floating-point arithmetic and fast robust geometric predicates", 1997.
   *
   * offset = length * ((0 - a) / (b - a)): five roundings of 2^-53 each, so 2^-49 is on the safe side. Where the
   * quotient underflows, the offset is far below a nanosecond, and its error is too.
   */
  private static final double ERROR = 0x1p-49;

  /**
   * The zero of a line between two times.
   *
   * @param start value at the first, of the other sign than that at the second; neither is zero
   */
  static Crossing exact(long fromNs, long untilNs, BigDecimal start, BigDecimal end) {
    BigDecimal length =
        new BigDecimal(BigInteger.valueOf(untilNs).subtract(BigInteger.valueOf(fromNs)));
    BigDecimal[] offset = length.multiply(start).divideAndRemainder(start.subtract(end));
    long ns = BigInteger.valueOf(fromNs).add(offset[0].toBigInteger()).longValueExact();
    return new Crossing(ns, offset[1].signum() == 0);
  }

  /**
   * Where a line between two times reaches a limit, if floating point can tell that it is between
   * two nanoseconds.
   *
   * @param start value at the first, on the other side of the limit than that at the second
   * @return the nanosecond before; {@link Long#MIN_VALUE} if it cannot be told
   */
  static long quick(long fromNs, long untilNs, double start, double end, double limit) {
    long length = untilNs - fromNs;
    double rise = end - start;
    if (length <= 0 || Double.isInfinite(rise)) {
      return Long.MIN_VALUE;
    }
    double offset = length * ((limit - start) / rise);
    double low = offset - offset * ERROR;
    double high = offset + offset * ERROR;
    double whole = Math.floor(low);
    boolean isSure = low > whole && high < whole + 1 && high < length;
    return isSure ? fromNs + (long) whole : Long.MIN_VALUE;
  }
}
