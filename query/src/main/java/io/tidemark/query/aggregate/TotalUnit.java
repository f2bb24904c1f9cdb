package io.tidemark.query.aggregate;

import io.tidemark.query.units.Dimension;
import io.tidemark.query.units.Unit;

/**
 * What a tag's integral over time is measured in. A rate in kg/h adds up to kg, one in kJ/(kg.h) to
 * kJ/kg; a value whose unit has no time below the line adds up to unit times seconds.
 *
 * @param uom unit of the total
 * @param secondsPerUnit seconds in the unit of time of the rate: divide the integral over seconds
 *     by it
 */
public record TotalUnit(String uom, double secondsPerUnit) {
  private static final Dimension SECOND = new Dimension("s");

  /** The unit of the total of a tag of that unit of measure, empty for none. */
  public static TotalUnit of(String uom) {
    String rate = uom.strip();
    int slash = rate.lastIndexOf('/');
    if (slash < 0 && rate.indexOf('-') < 0 && rate.indexOf('⁻') < 0) {
      return timesSeconds(rate);
    }
    // Whatever is per time: the quantity need not be known.
    Unit time = Unit.parse(rate.substring(slash + 1));
    if (slash >= 0 && SECOND.equals(time.dimension())) {
      String quantity = rate.substring(0, slash).strip();
      return new TotalUnit(quantity.isEmpty() ? "1" : quantity, time.factor());
    }
    Unit.Rate nested = Unit.parse(rate).rate();
    return nested == null ? timesSeconds(rate) : new TotalUnit(nested.quantity(), nested.seconds());
  }

  private static TotalUnit timesSeconds(String rate) {
    return new TotalUnit(rate.isEmpty() ? "s" : rate + "·s", 1.0);
  }

  /** The total for an integral over seconds. */
  public double total(double integralSeconds) {
    return integralSeconds / secondsPerUnit;
  }
}
