package io.tidemark.query.time;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;

/** Times at equal distances, their number given and not their distance. */
public final class EvenTimes {
  private EvenTimes() {}

  /**
   * That many times, the first at the start and the last at the end of the range: their distance is
   * the length divided by their number less one. Exact to the nanosecond, rounded down.
   *
   * @param limit most times
   * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} for fewer than two, {@link
   *     ErrorCode#TOO_MANY} for more than the limit
   */
  public static long[] of(TimeRange range, int count, int limit) {
    if (count < 2) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE, "a range has two ends: count=" + count + ", min=2");
    }
    if (count > limit) {
      throw new HistorianException(
          ErrorCode.TOO_MANY, "too many times: count=" + count + ", countMax=" + limit);
    }
    // Length = steps * q + r, so that it stays within 64 bits, read as unsigned.
    long length = range.endNs() - range.startNs();
    long steps = count - 1L;
    long q = Long.divideUnsigned(length, steps);
    long r = Long.remainderUnsigned(length, steps);
    long[] times = new long[count];
    for (int i = 0; i < count; i++) {
      times[i] = range.startNs() + q * i + r * i / steps;
    }
    return times;
  }
}
