package io.tidemark.query.aggregate;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.util.List;

/**
 * How the readings of a meter that only counts up become what went through it. Immutable.
 *
 * @param rollover reading at which the meter begins at 0 again, in units of the value; 0 if that is
 *     not known: then every fall is a reset
 * @param deadband share of the rollover, 0 to below 0.5. From the top share to the bottom share of
 *     the range the meter rolled over; a smaller fall than that share is a reversal
 * @param maxRate largest credible rise, value per second; 0 for any
 * @param recoverNs how long after a reset, or a rise that is not credible, a return to the reading
 *     before undoes it, in ns; 0 for never
 * @param reversal what a small fall adds
 * @param changes exchanges of the meter, ascending in time
 */
public record CounterRule(
    double rollover,
    double deadband,
    double maxRate,
    long recoverNs,
    Reversal reversal,
    List<MeterChange> changes) {

  /** What a small fall adds. */
  public enum Reversal {
    /** The fall, which is negative: jitter adds up to nothing. */
    SUBTRACT,
    /** Nothing; what follows is counted from the lower reading. */
    IGNORE
  }

  /**
   * A meter was exchanged. Samples at that time and later are the new one's.
   *
   * @param timeNs when, ns since the epoch
   * @param oldFinal last reading of the old meter
   * @param newInitial first reading of the new one
   */
  public record MeterChange(long timeNs, double oldFinal, double newInitial) {
    /**
     * Checks the readings.
     *
     * @throws HistorianException {@link ErrorCode#NOT_FINITE}.
     */
    public MeterChange {
      if (!Double.isFinite(oldFinal) || !Double.isFinite(newInitial)) {
        throw new HistorianException(
            ErrorCode.NOT_FINITE,
            "readings of a meter change must be finite: time="
                + ErrorText.time(timeNs)
                + ", oldFinal="
                + oldFinal
                + ", newInitial="
                + newInitial);
      }
    }
  }

  /** Rollover not known, any rise, glitches of up to a minute undone. */
  public static final CounterRule DEFAULT =
      new CounterRule(0, 0.05, 0, 60_000_000_000L, Reversal.SUBTRACT, List.of());

  /**
   * Checks the ranges.
   *
   * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} naming the field and its limits.
   */
  public CounterRule {
    check("rollover", rollover, rollover >= 0 && rollover <= Double.MAX_VALUE, "0 or more");
    check("deadband", deadband, deadband >= 0 && deadband < 0.5, "0 to below 0.5");
    check("maxRate", maxRate, maxRate >= 0 && maxRate <= Double.MAX_VALUE, "0 or more");
    check("recoverNs", recoverNs, recoverNs >= 0, "0 or more");
    changes = List.copyOf(changes);
    for (int i = 1; i < changes.size(); i++) {
      long timeNs = changes.get(i).timeNs();
      if (timeNs <= changes.get(i - 1).timeNs()) {
        throw new HistorianException(
            ErrorCode.OUT_OF_RANGE,
            "meter changes must ascend in time: time=" + ErrorText.time(timeNs));
      }
    }
  }

  private static void check(String field, Number value, boolean isInside, String limits) {
    if (!isInside) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "counter rule is outside its limits: " + field + "=" + value + ", limits=" + limits);
    }
  }
}
