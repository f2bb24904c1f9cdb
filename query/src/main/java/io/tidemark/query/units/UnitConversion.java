package io.tidemark.query.units;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.math.BigInteger;
import tech.units.indriya.function.RationalNumber;

/**
 * Turns numbers of one unit into numbers of another. Immutable.
 *
 * <p>Two kinds: {@link #points} lie on a scale (a temperature, a pressure above the atmosphere), so
 * that zeros are moved; {@link #differences} do not (a standard deviation, a delta, a slope).
 * Averages, minima and maxima are points: all these conversions are linear, so that converting
 * after aggregation gives the same and costs less.
 */
public final class UnitConversion {
  /*
   * y = (x + before) * multiplier / divisor + after
   *
   * Factors are exact fractions. If both their parts fit a double they are applied one by one, each
   * rounded once: kPa to bar is x / 100, not x * 0.01, and 32 °F are 0 °C. An offset is added on
   * the side where a double holds it exactly, else behind. Minus zero adds nothing to any number,
   * not even to minus zero.
   */
  private static final double NOTHING = -0.0;

  private static final UnitConversion IDENTITY = new UnitConversion(NOTHING, 1, 1, NOTHING);

  private final double before;
  private final double multiplier;
  private final double divisor;
  private final double after;

  private UnitConversion(double before, double multiplier, double divisor, double after) {
    this.before = before;
    this.multiplier = multiplier;
    this.divisor = divisor;
    this.after = after;
  }

  /**
   * Of points on the two scales.
   *
   * @throws HistorianException {@link ErrorCode#UNIT_MISMATCH} naming both dimensions
   */
  public static UnitConversion points(Unit from, Unit to) {
    return of(from, to, true);
  }

  /**
   * Of differences.
   *
   * @throws HistorianException {@link ErrorCode#UNIT_MISMATCH} naming both dimensions
   */
  public static UnitConversion differences(Unit from, Unit to) {
    return of(from, to, false);
  }

  private static UnitConversion of(Unit from, Unit to, boolean points) {
    javax.measure.Unit<?> given = from.measure();
    javax.measure.Unit<?> wanted = to.measure();
    if (from.equals(to)) {
      return IDENTITY;
    }
    if (!from.isConvertibleTo(to) || given == null || wanted == null) {
      throw new HistorianException(
          ErrorCode.UNIT_MISMATCH,
          "cannot convert: from=" + from.described() + ", to=" + to.described() + from.fitting());
    }
    RationalNumber slope = ExactNumbers.slope(given, wanted);
    RationalNumber zero = points ? ExactNumbers.zero(given, wanted) : RationalNumber.ZERO;
    RationalNumber multiplier = RationalNumber.of(slope.getDividend(), BigInteger.ONE);
    RationalNumber divisor = RationalNumber.of(slope.getDivisor(), BigInteger.ONE);
    boolean exact = ExactNumbers.isDouble(multiplier) && ExactNumbers.isDouble(divisor);
    double before = NOTHING;
    double after = NOTHING;
    if (zero.signum() != 0) {
      RationalNumber shift = zero.divide(slope);
      if (!ExactNumbers.isDouble(zero) && ExactNumbers.isDouble(shift)) {
        before = ExactNumbers.nearest(shift);
      } else {
        after = ExactNumbers.nearest(zero);
      }
    }
    return new UnitConversion(
        before,
        ExactNumbers.nearest(exact ? multiplier : slope),
        exact ? ExactNumbers.nearest(divisor) : 1,
        after);
  }

  /** Whether numbers stay as they are. */
  public boolean isIdentity() {
    return multiplier == divisor && before == 0 && after == 0;
  }

  /** Converts a number. NaN and the infinities stay what they are. */
  public double convert(double value) {
    double moved = value + before;
    double scaled = moved * multiplier / divisor;
    if (Double.isInfinite(scaled) && Double.isFinite(value)) {
      scaled = moved / divisor * multiplier; // the product was too large, the result may fit
    }
    return scaled + after;
  }

  /** Converts the first {@code count} numbers in place. */
  public void convert(double[] values, int count) {
    for (int i = 0; i < count; i++) {
      values[i] = convert(values[i]);
    }
  }

  /** How many of the new unit one of the old is, as a difference. */
  public double factor() {
    return multiplier / divisor;
  }

  /** Where the zero of the old unit lies in the new one. */
  public double offset() {
    return convert(0);
  }
}
