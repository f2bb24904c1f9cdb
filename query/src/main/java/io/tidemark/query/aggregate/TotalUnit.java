package io.tidemark.query.aggregate;

import java.util.Map;

/**
 * What a tag's integral over time is measured in. A rate in kg/h adds up to kg; a value whose unit
 * has no time below the line adds up to unit times seconds.
 *
 * @param uom unit of the total
 * @param secondsPerUnit seconds in the unit of time of the rate: divide the integral over seconds
 *     by it
 */
public record TotalUnit(String uom, double secondsPerUnit) {
  private static final Map<String, Double> SECONDS =
      Map.ofEntries(
          Map.entry("ms", 1e-3),
          Map.entry("s", 1.0),
          Map.entry("sec", 1.0),
          Map.entry("second", 1.0),
          Map.entry("min", 60.0),
          Map.entry("minute", 60.0),
          Map.entry("h", 3600.0),
          Map.entry("hr", 3600.0),
          Map.entry("hour", 3600.0),
          Map.entry("d", 86_400.0),
          Map.entry("day", 86_400.0),
          Map.entry("wk", 604_800.0),
          Map.entry("week", 604_800.0));

  /** The unit of the total of a tag of that unit of measure, empty for none. */
  public static TotalUnit of(String uom) {
    String rate = uom.strip();
    int slash = rate.lastIndexOf('/');
    Double seconds = slash < 0 ? null : SECONDS.get(rate.substring(slash + 1).strip());
    if (seconds == null) {
      return new TotalUnit(rate.isEmpty() ? "s" : rate + "·s", 1.0);
    }
    String quantity = rate.substring(0, slash).strip();
    return new TotalUnit(quantity.isEmpty() ? "1" : quantity, seconds);
  }

  /** The total for an integral over seconds. */
  public double total(double integralSeconds) {
    return integralSeconds / secondsPerUnit;
  }
}
