package io.tidemark.query.aggregate;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.query.units.Dimension;
import io.tidemark.query.units.Unit;

/**
 * What a tag's slope is measured in: unit per second, or per another time. Slopes are differences:
 * those of a tag in °C convert without the offset of the scale.
 *
 * @param uom unit of the slope
 * @param secondsPerUnit seconds in its unit of time: multiply the slope per second by it
 */
public record SlopeUnit(String uom, double secondsPerUnit) {
  private static final Dimension SECOND = new Dimension("s");

  /** Per second, for a tag of that unit of measure, empty for none. */
  public static SlopeUnit of(String uom) {
    return of(uom, "s");
  }

  /**
   * Per a time, for example {@code min}, {@code h} or {@code d}.
   *
   * @throws HistorianException {@link ErrorCode#UNIT_MISMATCH} if that is no time
   */
  public static SlopeUnit of(String uom, String time) {
    Unit per = Unit.parse(time);
    if (!SECOND.equals(per.dimension())) {
      throw new HistorianException(
          ErrorCode.UNIT_MISMATCH,
          "a slope is per time: time=" + per.described() + ", fitting=s, min, h, d");
    }
    String quantity = uom.strip();
    return new SlopeUnit((quantity.isEmpty() ? "1" : quantity) + "/" + per.text(), per.factor());
  }

  /** Per the same time, for a tag of another unit of measure, empty for none. */
  public SlopeUnit ofQuantity(String otherUom) {
    String quantity = otherUom.strip();
    String perTime = uom.substring(uom.lastIndexOf('/'));
    return new SlopeUnit((quantity.isEmpty() ? "1" : quantity) + perTime, secondsPerUnit);
  }

  /** The slope for one per second. */
  public double slope(double perSecond) {
    return perSecond * secondsPerUnit;
  }
}
