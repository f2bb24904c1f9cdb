package io.tidemark.query.aggregate;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;

/**
 * How standard aggregates treat quality: AggregateConfiguration of OPC UA Part 13, 4.2.1.2.
 *
 * @param uncertainIsBad whether Uncertain samples are left out like Bad ones
 * @param percentDataBad from this share of Bad time or values on a result is Bad
 * @param percentDataGood from this share of Good time or values on a result is Good, if not Bad
 * @param slopedExtrapolation whether a sloped tag goes on in the direction of its last two samples,
 *     rather than hold the last
 */
public record AggregateConfiguration(
    boolean uncertainIsBad,
    double percentDataBad,
    double percentDataGood,
    boolean slopedExtrapolation) {
  /** What the standard says unless a server says otherwise. */
  public static final AggregateConfiguration STANDARD =
      new AggregateConfiguration(true, 100, 100, false);

  /**
   * Checks the shares.
   *
   * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} if one is not from 0 to 100.
   */
  public AggregateConfiguration {
    check("percentDataBad", percentDataBad);
    check("percentDataGood", percentDataGood);
  }

  private static void check(String name, double percent) {
    if (!(percent >= 0 && percent <= 100)) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE, name + " must be from 0 to 100: " + name + "=" + percent);
    }
  }
}
