package io.tidemark.query.units;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import javax.measure.IncommensurableException;
import javax.measure.Unit;
import javax.measure.UnitConverter;
import tech.units.indriya.function.RationalNumber;

/** Factors and offsets as fractions, so that a conversion is rounded once. */
final class ExactNumbers {
  private ExactNumbers() {}

  /** A decimal, exactly. */
  static RationalNumber of(String decimal) {
    return of(new BigDecimal(decimal));
  }

  /** What the library computed, exactly. */
  static RationalNumber of(Number number) {
    return switch (number) {
      case RationalNumber fraction -> fraction;
      case BigInteger whole -> RationalNumber.of(whole, BigInteger.ONE);
      case BigDecimal decimal ->
          decimal.scale() <= 0
              ? RationalNumber.of(decimal.toBigIntegerExact(), BigInteger.ONE)
              : RationalNumber.of(decimal.unscaledValue(), BigInteger.TEN.pow(decimal.scale()));
      case Double rounded -> of(new BigDecimal(rounded));
      default -> RationalNumber.of(number.longValue());
    };
  }

  /** Where the zero of {@code from} lies on the scale of {@code to}. */
  static RationalNumber zero(Unit<?> from, Unit<?> to) {
    return of(converter(from, to).convert((Number) 0));
  }

  /** How many of {@code to} a difference of one {@code from} is. */
  static RationalNumber slope(Unit<?> from, Unit<?> to) {
    UnitConverter converter = converter(from, to);
    return of(converter.convert((Number) 1)).subtract(of(converter.convert((Number) 0)));
  }

  private static UnitConverter converter(Unit<?> from, Unit<?> to) {
    try {
      return from.getConverterToAny(to);
    } catch (IncommensurableException e) {
      throw new IllegalStateException("dimensions differ: from=" + from + ", to=" + to, e);
    }
  }

  /** The double nearest to a fraction. */
  static double nearest(RationalNumber fraction) {
    return new BigDecimal(fraction.getDividend())
        .divide(new BigDecimal(fraction.getDivisor()), MathContext.DECIMAL128)
        .doubleValue();
  }

  /** Whether a double holds the fraction as it is. */
  static boolean isDouble(RationalNumber fraction) {
    double nearest = nearest(fraction);
    return Double.isFinite(nearest)
        && new BigDecimal(nearest)
                .multiply(new BigDecimal(fraction.getDivisor()))
                .compareTo(new BigDecimal(fraction.getDividend()))
            == 0;
  }
}
