package io.tidemark.query.aggregate;

import io.tidemark.model.StatusCodes;
import org.jspecify.annotations.Nullable;

/** What is known so far of an interval of a {@link CounterAggregator}. */
final class CounterInterval {
  long goodNs;
  long heldNs;
  long count;
  long rollovers;
  long resets;
  long reversals;
  long recovered;
  long implausible;
  long meterChanges;

  /** Whether any of the interval lies between two values. */
  boolean covered;

  /* The increase, an unevaluated pair. */
  private double high;
  private double low;

  /** One of the intervals, made when it is come to. */
  static CounterInterval of(@Nullable CounterInterval[] intervals, int index) {
    CounterInterval one = intervals[index];
    if (one == null) {
      one = new CounterInterval();
      intervals[index] = one;
    }
    return one;
  }

  /** Adds to the increase, without an error but in the last bits of the pair (Knuth's addition). */
  void add(double increase) {
    double sum = high + increase;
    double part = sum - high;
    low += (high - (sum - part)) + (increase - part);
    high = sum;
  }

  /** Adds a rise from one value to another. */
  void add(double from, double to) {
    add(to);
    add(-from);
  }

  CounterRow row(long startNs, long endNs) {
    long lengthNs = endNs - startNs;
    double sum = high + low;
    Double increase = covered && Double.isFinite(sum) ? sum : null;
    int status = StatusCodes.UNCERTAIN_DATA_SUB_NORMAL | StatusCodes.CALCULATED;
    if (goodNs == 0 && count == 0 && !covered) {
      status = StatusCodes.BAD_NO_DATA;
    } else if (goodNs == lengthNs && heldNs == 0) {
      status = StatusCodes.GOOD | StatusCodes.CALCULATED;
    }
    double good = IntervalStatistics.unsigned(goodNs);
    return new CounterRow(
        startNs,
        endNs,
        increase,
        increase == null || goodNs == 0 ? null : increase / (good * 1e-9),
        rollovers,
        resets,
        reversals,
        recovered,
        implausible,
        meterChanges,
        count,
        goodNs == lengthNs ? 100.0 : 100.0 * (good / IntervalStatistics.unsigned(lengthNs)),
        status,
        "stored");
  }
}
