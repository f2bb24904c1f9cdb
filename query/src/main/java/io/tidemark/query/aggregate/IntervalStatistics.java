package io.tidemark.query.aggregate;

import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleStatistics.Count;
import io.tidemark.model.SampleStatistics.Real;
import io.tidemark.model.StatusCodes;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Statistics of one interval or of a piece of it: fed with rows and segments, or merged from pieces
 * of the same tag that do not overlap. Reusable after {@link #clear}. One thread.
 *
 * <p>A row is usable if it is Good and carries a number. Time between two rows is good if the left
 * one is usable. There the value is the left one (stepped tag, or the right row is not usable:
 * <i>held</i>) or the straight line between them.
 */
public final class IntervalStatistics {
  /*
   * Arithmetic. Times enter as differences only. The mean over time and the sum of values are each
   * kept as an unevaluated pair with the error-free addition of Knuth [1], so a large common offset
   * costs nothing. A run of rows is passed twice: the first pass finds a centre near its mean, the
   * second the moments about it; the first moment corrects both mean and squares for the rounding
   * of the centre. Runs are merged as Chan, Golub and LeVeque do [2]. A sloped segment adds its own
   * spread d * (v1 - v0)^2 / 12. Good time is an exact count of nanoseconds, read as unsigned since
   * it may exceed a long. Tests hold
   * the average to 1e-12 of itself or 1e-14 of the largest magnitude of exact arithmetic, the
   * deviation to 1e-9 of itself or 1e-14 of the largest magnitude.
   *
   * [1] D. Knuth, The Art of Computer Programming, vol. 2, 4.2.2, theorem B.
   * [2] T. Chan, G. Golub, R. LeVeque, Algorithms for computing the sample variance, 1983.
   */
  private static final double TWELFTH = 1.0 / 12;

  private final boolean stepped;
  private final @Nullable SampleMoments moments;

  private long goodNs;
  private long heldNs;
  private double mean;
  private double meanRest;
  private double squares;

  private long count;
  private double sumHigh;
  private double sumLow;
  private double minimum;
  private double maximum;
  private long minimumTimeNs;
  private long maximumTimeNs;

  private long uncertain;
  private long bad;
  private long unusable;
  private double first;
  private double last;
  private long firstTimeNs;
  private long lastTimeNs;
  private boolean knowsFirstTime;
  private boolean knowsLastTime;

  /** Empty statistics of a tag whose values hold until the next sample, or do not. */
  public IntervalStatistics(boolean stepped) {
    this(stepped, EnumSet.noneOf(SummaryField.class));
  }

  /** The same that can also answer some fields. */
  public IntervalStatistics(boolean stepped, Set<SummaryField> fields) {
    this.stepped = stepped;
    this.moments =
        SummaryField.needMoments(fields)
            ? new SampleMoments(fields.contains(SummaryField.TRANSITIONS))
            : null;
    clear();
  }

  /** What is kept only if asked for; null if it is not. */
  @Nullable SampleMoments moments() {
    return moments;
  }

  /** Forgets everything. */
  public void clear() {
    goodNs = 0;
    heldNs = 0;
    mean = 0;
    meanRest = 0;
    squares = 0;
    count = 0;
    sumHigh = 0;
    sumLow = 0;
    minimum = Double.POSITIVE_INFINITY;
    maximum = Double.NEGATIVE_INFINITY;
    minimumTimeNs = 0;
    maximumTimeNs = 0;
    uncertain = 0;
    bad = 0;
    unusable = 0;
    first = 0;
    last = 0;
    firstTimeNs = 0;
    lastTimeNs = 0;
    knowsFirstTime = true;
    knowsLastTime = true;
    if (moments != null) {
      moments.clear();
    }
  }

  /**
   * Says that so many recorded rows were of class Uncertain, so many Bad or without a number, and
   * so many of either no samples.
   */
  public void countOthers(long uncertainRows, long badRows, long unusableRows) {
    uncertain += uncertainRows;
    bad += badRows;
    unusable += unusableRows;
  }

  /** Notes the ends of usable rows that were not counted yet. */
  private void ends(double firstValue, long firstNs, double lastValue, long lastNs) {
    if (count == 0) {
      first = firstValue;
      firstTimeNs = firstNs;
    }
    last = lastValue;
    lastTimeNs = lastNs;
    knowsLastTime = true;
  }

  /**
   * Adds consecutive rows inside the interval and the segments between them, but not those before
   * the first and after the last.
   *
   * @param timesNs ascending
   * @param usable which rows are usable; the number of the others does not matter
   * @param counted which of them are samples
   */
  public void addRows(
      long[] timesNs, double[] numbers, boolean[] usable, boolean[] counted, int from, int to) {
    addEvents(timesNs, numbers, counted, from, to);
    if (stepped) {
      addSteps(timesNs, numbers, usable, from, to - 1);
    } else {
      addSlopes(timesNs, numbers, usable, from, to - 1);
    }
  }

  /**
   * Adds consecutive usable rows inside the interval and the segments between them. The same as
   * {@link #addRows}, but for the last bits.
   */
  public void addUsableRows(long[] timesNs, double[] numbers, int from, int to) {
    addUsableEvents(timesNs, numbers, from, to);
    long ns = timesNs[to - 1] - timesNs[from];
    if (ns == 0) {
      return;
    }
    double centre = centre(sumOf(numbers, from, to) / (to - from), numbers[to - 1]);
    // Four sums at a time: each waits for its own last addition only.
    double first0 = 0;
    double first1 = 0;
    double first2 = 0;
    double first3 = 0;
    double second0 = 0;
    double second1 = 0;
    double second2 = 0;
    double second3 = 0;
    double slopes = stepped ? 0 : 1;
    int last = to - 1;
    int i = from;
    double left = numbers[i] - centre;
    for (; i + 4 <= last; i += 4) {
      double a = numbers[i + 1] - centre;
      double b = numbers[i + 2] - centre;
      double c = numbers[i + 3] - centre;
      double d = numbers[i + 4] - centre;
      double rise0 = (a - left) * slopes;
      double rise1 = (b - a) * slopes;
      double rise2 = (c - b) * slopes;
      double rise3 = (d - c) * slopes;
      double off0 = left + rise0 * 0.5;
      double off1 = a + rise1 * 0.5;
      double off2 = b + rise2 * 0.5;
      double off3 = c + rise3 * 0.5;
      double length0 = timesNs[i + 1] - timesNs[i];
      double length1 = timesNs[i + 2] - timesNs[i + 1];
      double length2 = timesNs[i + 3] - timesNs[i + 2];
      double length3 = timesNs[i + 4] - timesNs[i + 3];
      first0 += off0 * length0;
      first1 += off1 * length1;
      first2 += off2 * length2;
      first3 += off3 * length3;
      second0 += (off0 * off0 + rise0 * rise0 * TWELFTH) * length0;
      second1 += (off1 * off1 + rise1 * rise1 * TWELFTH) * length1;
      second2 += (off2 * off2 + rise2 * rise2 * TWELFTH) * length2;
      second3 += (off3 * off3 + rise3 * rise3 * TWELFTH) * length3;
      left = d;
    }
    for (; i < last; i++) {
      double right = numbers[i + 1] - centre;
      double rise = (right - left) * slopes;
      double off = left + rise * 0.5;
      double length = timesNs[i + 1] - timesNs[i];
      first0 += off * length;
      second0 += (off * off + rise * rise * TWELFTH) * length;
      left = right;
    }
    mergeTime(
        ns,
        centre,
        (first0 + first1) + (first2 + first3),
        (second0 + second1) + (second2 + second3));
  }

  private static double sumOf(double[] numbers, int from, int to) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = from;
    for (; i + 4 <= to; i += 4) {
      sum0 += numbers[i];
      sum1 += numbers[i + 1];
      sum2 += numbers[i + 2];
      sum3 += numbers[i + 3];
    }
    for (; i < to; i++) {
      sum0 += numbers[i];
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  private void addUsableEvents(long[] timesNs, double[] numbers, int from, int to) {
    double high0 = 0;
    double high1 = 0;
    double low0 = 0;
    double low1 = 0;
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    int i = from;
    for (; i + 2 <= to; i += 2) {
      double a = numbers[i];
      double b = numbers[i + 1];
      double sum0 = high0 + a;
      double part0 = sum0 - high0;
      low0 += (high0 - (sum0 - part0)) + (a - part0);
      high0 = sum0;
      double sum1 = high1 + b;
      double part1 = sum1 - high1;
      low1 += (high1 - (sum1 - part1)) + (b - part1);
      high1 = sum1;
      min = Math.min(min, Math.min(a, b));
      max = Math.max(max, Math.max(a, b));
    }
    if (i < to) {
      double a = numbers[i];
      double sum0 = high0 + a;
      double part0 = sum0 - high0;
      low0 += (high0 - (sum0 - part0)) + (a - part0);
      high0 = sum0;
      min = Math.min(min, a);
      max = Math.max(max, a);
    }
    ends(numbers[from], timesNs[from], numbers[to - 1], timesNs[to - 1]);
    count += to - from;
    addToSum(high0, low0);
    addToSum(high1, low1);
    if (min < minimum) {
      int row = rowOf(numbers, min, from);
      minimum = numbers[row];
      minimumTimeNs = timesNs[row];
    }
    if (max > maximum) {
      int row = rowOf(numbers, max, from);
      maximum = numbers[row];
      maximumTimeNs = timesNs[row];
    }
  }

  /** First row of a value that is there. */
  private static int rowOf(double[] numbers, double value, int from) {
    int row = from;
    while (numbers[row] != value) {
      row++;
    }
    return row;
  }

  private void addToSum(double high, double low) {
    double sum = sumHigh + high;
    double part = sum - sumHigh;
    sumLow += (sumHigh - (sum - part)) + (high - part) + low;
    sumHigh = sum;
  }

  /** Says that the value of so much of the good time is in doubt. */
  public void doubt(long ns) {
    heldNs += ns;
  }

  /**
   * Adds consecutive samples inside the interval by what they say together, not the segments before
   * the first and after the last.
   */
  public void add(SampleStatistics samples) {
    long ns = samples.get(Count.GOOD_NS);
    if (ns != 0) {
      double integral = samples.get(stepped ? Real.STEPPED_INTEGRAL : Real.SLOPED_INTEGRAL);
      double length = unsigned(ns);
      double average = integral / length;
      double rest = Math.fma(-average, length, integral) / length;
      mergeMean(
          ns, average, rest, samples.get(stepped ? Real.STEPPED_SQUARES : Real.SLOPED_SQUARES));
      if (!stepped) {
        heldNs += samples.get(Count.HELD_NS);
      }
    }
    uncertain += samples.get(Count.UNCERTAIN);
    long others = samples.get(Count.USABLE);
    long badRows = samples.get(Count.BAD) + samples.get(Count.GOOD) - others;
    bad += badRows;
    unusable += badRows + samples.get(Count.UNCERTAIN);
    if (moments != null) {
      moments.add(samples);
    }
    if (others == 0) {
      return;
    }
    if (count == 0) {
      first = samples.get(Real.FIRST);
      firstTimeNs = samples.get(Count.FIRST_TIME);
      knowsFirstTime = samples.get(Count.FIRST_USABLE) != 0;
    }
    last = samples.get(Real.LAST);
    lastTimeNs = samples.get(Count.LAST_TIME);
    knowsLastTime = samples.get(Count.LAST_USABLE) != 0;
    count += others;
    addToSum(samples.get(Real.SUM), 0);
    if (samples.get(Real.MINIMUM) < minimum) {
      minimum = samples.get(Real.MINIMUM);
      minimumTimeNs = samples.get(Count.MINIMUM_TIME);
    }
    if (samples.get(Real.MAXIMUM) > maximum) {
      maximum = samples.get(Real.MAXIMUM);
      maximumTimeNs = samples.get(Count.MAXIMUM_TIME);
    }
  }

  private void addEvents(long[] timesNs, double[] numbers, boolean[] usable, int from, int to) {
    double high = sumHigh;
    double low = sumLow;
    double min = minimum;
    double max = maximum;
    int minRow = -1;
    int maxRow = -1;
    int good = 0;
    int firstRow = -1;
    int lastRow = -1;
    for (int i = from; i < to; i++) {
      if (usable[i]) {
        double v = numbers[i];
        good++;
        lastRow = i;
        if (firstRow < 0) {
          firstRow = i;
        }
        double sum = high + v;
        double part = sum - high;
        low += (high - (sum - part)) + (v - part);
        high = sum;
        if (v < min) {
          min = v;
          minRow = i;
        }
        if (v > max) {
          max = v;
          maxRow = i;
        }
      }
    }
    if (firstRow >= 0) {
      ends(numbers[firstRow], timesNs[firstRow], numbers[lastRow], timesNs[lastRow]);
    }
    count += good;
    sumHigh = high;
    sumLow = low;
    if (minRow >= 0) {
      minimum = min;
      minimumTimeNs = timesNs[minRow];
    }
    if (maxRow >= 0) {
      maximum = max;
      maximumTimeNs = timesNs[maxRow];
    }
  }

  private void addSteps(long[] timesNs, double[] numbers, boolean[] usable, int from, int to) {
    long ns = 0;
    double area = 0;
    double last = 0;
    for (int i = from; i < to; i++) {
      if (usable[i]) {
        long d = timesNs[i + 1] - timesNs[i];
        ns += d;
        last = numbers[i];
        area += last * unsigned(d);
      }
    }
    if (ns == 0) {
      return;
    }
    double centre = centre(area / unsigned(ns), last);
    double first = 0;
    double second = 0;
    for (int i = from; i < to; i++) {
      if (usable[i]) {
        double off = numbers[i] - centre;
        double part = off * unsigned(timesNs[i + 1] - timesNs[i]);
        first += part;
        second += off * part;
      }
    }
    mergeTime(ns, centre, first, second);
  }

  private void addSlopes(long[] timesNs, double[] numbers, boolean[] usable, int from, int to) {
    long ns = 0;
    long held = 0;
    double area = 0;
    double last = 0;
    for (int i = from; i < to; i++) {
      if (usable[i]) {
        long d = timesNs[i + 1] - timesNs[i];
        ns += d;
        last = numbers[i];
        double level = last;
        if (usable[i + 1]) {
          level = (last + numbers[i + 1]) * 0.5;
        } else {
          held += d;
        }
        area += level * unsigned(d);
      }
    }
    if (ns == 0) {
      return;
    }
    double centre = centre(area / unsigned(ns), last);
    double first = 0;
    double second = 0;
    for (int i = from; i < to; i++) {
      if (usable[i]) {
        double off = numbers[i] - centre;
        double own = 0;
        if (usable[i + 1]) {
          double rise = numbers[i + 1] - numbers[i];
          off = (off + (numbers[i + 1] - centre)) * 0.5;
          own = rise * rise / 12;
        }
        double length = unsigned(timesNs[i + 1] - timesNs[i]);
        first += off * length;
        second += (off * off + own) * length;
      }
    }
    heldNs += held;
    mergeTime(ns, centre, first, second);
  }

  /**
   * The mean that a run is centred about; a value itself where it is as good: constants stay so.
   */
  private static double centre(double mean, double value) {
    return Math.abs(mean - value) <= 4 * Math.ulp(value) ? value : mean;
  }

  /**
   * Adds the part {@code [fromNs, toNs]} of the segment between two consecutive rows, which lies at
   * or across an edge of the interval.
   *
   * @param usable0 whether the left row is usable; if not, nothing is added
   * @param usable1 whether the right row is usable
   */
  public void addSegment(
      long time0,
      double value0,
      boolean usable0,
      long time1,
      double value1,
      boolean usable1,
      long fromNs,
      long toNs) {
    long ns = toNs - fromNs;
    if (!usable0 || ns == 0) {
      return;
    }
    double start = value0;
    double end = value0;
    if (!stepped && usable1) {
      start = onLine(time0, value0, time1, value1, fromNs);
      end = onLine(time0, value0, time1, value1, toNs);
    } else if (!stepped) {
      heldNs += ns;
    }
    double rise = end - start;
    double length = unsigned(ns);
    mergeTime(ns, start, rise * 0.5 * length, rise * rise / 3 * length);
  }

  /**
   * The value at a time on the straight line through two samples, at or after the first; exact at
   * both.
   */
  public static double onLine(long time0, double value0, long time1, double value1, long timeNs) {
    if (timeNs == time1) {
      return value1;
    }
    double share = unsigned(timeNs - time0) / unsigned(time1 - time0);
    double rise = value1 - value0;
    return Double.isInfinite(rise) ? value0 * (1 - share) + value1 * share : value0 + rise * share;
  }

  /**
   * Adds the statistics of another piece, which lies after what is here; the segment between the
   * pieces is not added.
   */
  public void merge(IntervalStatistics other) {
    uncertain += other.uncertain;
    bad += other.bad;
    unusable += other.unusable;
    if (moments != null && other.moments != null) {
      moments.merge(other.moments);
    }
    if (other.goodNs != 0) {
      mergeMean(other.goodNs, other.mean, other.meanRest, other.squares);
      heldNs += other.heldNs;
    }
    if (other.count == 0) {
      return;
    }
    if (count == 0) {
      first = other.first;
      firstTimeNs = other.firstTimeNs;
      knowsFirstTime = other.knowsFirstTime;
    }
    last = other.last;
    lastTimeNs = other.lastTimeNs;
    knowsLastTime = other.knowsLastTime;
    count += other.count;
    addToSum(other.sumHigh, other.sumLow);
    if (other.minimum < minimum
        || (other.minimum == minimum && other.minimumTimeNs < minimumTimeNs)) {
      minimum = other.minimum;
      minimumTimeNs = other.minimumTimeNs;
    }
    if (other.maximum > maximum
        || (other.maximum == maximum && other.maximumTimeNs < maximumTimeNs)) {
      maximum = other.maximum;
      maximumTimeNs = other.maximumTimeNs;
    }
  }

  /** Adds good time whose value, less the centre, has that first and second moment. */
  private void mergeTime(long ns, double centre, double first, double second) {
    double shift = first / unsigned(ns);
    mergeMean(ns, centre, shift, Math.max(0, second - first * shift));
  }

  private void mergeMean(long ns, double otherMean, double otherRest, double spread) {
    if (goodNs == 0) {
      mean = otherMean;
      meanRest = otherRest;
      squares = spread;
    } else {
      double mine = unsigned(goodNs);
      double share = unsigned(ns) / (mine + unsigned(ns));
      double apart = (otherMean - mean) + (otherRest - meanRest);
      squares += spread + apart * apart * mine * share;
      double rest = meanRest + apart * share;
      double sum = mean + rest;
      double part = sum - mean;
      meanRest = (mean - (sum - part)) + (rest - part);
      mean = sum;
    }
    goodNs += ns;
  }

  /** A difference of two times, which may exceed a long, as a number. */
  public static double unsigned(long ns) {
    double d = (double) ns;
    return d < 0 ? d + 0x1p64 : d;
  }

  /** Usable rows. */
  public long count() {
    return count;
  }

  /** Good time in nanoseconds. */
  public double goodNs() {
    return unsigned(goodNs);
  }

  /** Integral of the value over good time, in value times seconds; null if there is none. */
  public @Nullable Double integralSeconds() {
    return goodNs == 0 ? null : (mean + meanRest) * (unsigned(goodNs) * 1e-9);
  }

  /** Integral divided by good time; null if there is none. */
  public @Nullable Double timeAverage() {
    return goodNs == 0 ? null : mean + meanRest;
  }

  /** Standard deviation of the value over good time (population); null if there is none. */
  public @Nullable Double stdDev() {
    return goodNs == 0 ? null : Math.sqrt(squares / unsigned(goodNs));
  }

  /** Mean of the usable rows; null if there is none. */
  public @Nullable Double sampleAverage() {
    return count == 0 ? null : (sumHigh + sumLow) / count;
  }

  /** Sum of the usable rows; null if there is none. */
  public @Nullable Double sum() {
    return count == 0 ? null : (Double) (sumHigh + sumLow);
  }

  /** Smallest usable row; null if there is none. */
  public @Nullable Double minimum() {
    return count == 0 ? null : minimum;
  }

  /** Earliest time of the smallest. */
  public @Nullable Long minimumTimeNs() {
    return count == 0 ? null : minimumTimeNs;
  }

  /** Largest usable row; null if there is none. */
  public @Nullable Double maximum() {
    return count == 0 ? null : maximum;
  }

  /** Earliest time of the largest. */
  public @Nullable Long maximumTimeNs() {
    return count == 0 ? null : maximumTimeNs;
  }

  /** Recorded rows of class Uncertain. */
  public long uncertainCount() {
    return uncertain;
  }

  /** Recorded rows that are Bad or have no number. */
  public long badCount() {
    return bad;
  }

  /** First usable row; null if there is none. */
  public @Nullable Double first() {
    return count == 0 ? null : first;
  }

  /**
   * Its time; null if there is none, or if it is known only that it lies at or after {@link
   * #firstTimeFloorNs}.
   */
  public @Nullable Long firstTimeNs() {
    return count == 0 || !knowsFirstTime ? null : firstTimeNs;
  }

  /** A time that the first usable row is not before. */
  public long firstTimeFloorNs() {
    return firstTimeNs;
  }

  /** Last usable row; null if there is none. */
  public @Nullable Double last() {
    return count == 0 ? null : last;
  }

  /**
   * Its time; null if there is none, or if it is known only that it lies at or before {@link
   * #lastTimeCeilingNs}.
   */
  public @Nullable Long lastTimeNs() {
    return count == 0 || !knowsLastTime ? null : lastTimeNs;
  }

  /** A time that the last usable row is not after. */
  public long lastTimeCeilingNs() {
    return lastTimeNs;
  }

  /**
   * Standard deviation of the usable rows with n - 1; null for none, or if it was not asked for.
   */
  public @Nullable Double sampleStdDev() {
    return moments == null ? null : moments.sampleStdDev();
  }

  /** Standard deviation of the usable rows with n; null for none, or if it was not asked for. */
  public @Nullable Double populationStdDev() {
    return moments == null ? null : moments.populationStdDev();
  }

  /**
   * Slope of the line through the usable rows, per second; null if there is none or not asked for.
   */
  public @Nullable Double slopePerSecond() {
    return moments == null ? null : moments.slopePerSecond();
  }

  /** Changes of the value; 0 if it was not asked for. */
  public long transitions() {
    return moments == null ? 0 : moments.transitions();
  }

  /** Usable rows in percent of the recorded ones; 0 if there is none. */
  public double percentUsable() {
    return count == 0 ? 0 : 100.0 * count / (count + unusable);
  }

  /**
   * StatusCode of the rows alone: Good if all are, Bad_NoData if none is usable, else
   * Uncertain_DataSubNormal.
   */
  public int statusOfRows() {
    if (count == 0) {
      return StatusCodes.BAD_NO_DATA;
    }
    return unusable == 0 && uncertain == 0
        ? StatusCodes.GOOD | StatusCodes.CALCULATED
        : StatusCodes.UNCERTAIN_DATA_SUB_NORMAL | StatusCodes.CALCULATED;
  }

  /** Good time in percent of an interval of that length (read as unsigned). */
  public double percentGood(long lengthNs) {
    return goodNs == lengthNs ? 100.0 : 100.0 * (unsigned(goodNs) / unsigned(lengthNs));
  }

  /**
   * StatusCode of an interval of that length: Good if the whole of it is good and nothing was held
   * towards a row that is not usable, Bad_NoData if nothing is good, else Uncertain_DataSubNormal.
   */
  public int status(long lengthNs) {
    if (goodNs == 0 && count == 0) {
      return StatusCodes.BAD_NO_DATA;
    }
    return goodNs == lengthNs && heldNs == 0
        ? StatusCodes.GOOD | StatusCodes.CALCULATED
        : StatusCodes.UNCERTAIN_DATA_SUB_NORMAL | StatusCodes.CALCULATED;
  }
}
