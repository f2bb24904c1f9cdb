package io.tidemark.query.aggregate;

import io.tidemark.query.units.Dimension;
import io.tidemark.query.units.Unit;
import java.util.Map;

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

  /** The usual times, so that a total per hour costs no reading of units. */
  private static final Map<String, Double> SECONDS =
      Map.of("s", 1.0, "min", 60.0, "h", 3600.0, "d", 86_400.0);

  /** The unit of the total of a tag of that unit of measure, empty for none. */
  public static TotalUnit of(String uom) {
    String rate = uom.strip();
    int slash = rate.lastIndexOf('/');
    if (slash < 0 && rate.indexOf('-') < 0 && rate.indexOf('⁻') < 0) {
      return timesSeconds(rate);
    }
    if (slash >= 0) {
      // Whatever is per time: the quantity need not be known.
      double seconds = seconds(rate.substring(slash + 1).strip());
      if (seconds > 0) {
        String quantity = rate.substring(0, slash).strip();
        return new TotalUnit(quantity.isEmpty() ? "1" : quantity, seconds);
      }
    }
    Unit.Rate nested = Unit.parse(rate).rate();
    return nested == null ? timesSeconds(rate) : new TotalUnit(nested.quantity(), nested.seconds());
  }

  /** The seconds of a time, NaN if it is none. */
  private static double seconds(String text) {
    Double usual = SECONDS.get(text);
    if (usual != null) {
      return usual;
    }
    Unit time = Unit.parse(text);
    return SECOND.equals(time.dimension()) ? time.factor() : Double.NaN;
  }

  private static TotalUnit timesSeconds(String rate) {
    return new TotalUnit(rate.isEmpty() ? "s" : rate + "·s", 1.0);
  }

  /** The total for an integral over seconds. */
  public double total(double integralSeconds) {
    return integralSeconds / secondsPerUnit;
  }
}
