package io.tidemark.model;

/**
 * What some consecutive samples of one tag say together: counts by quality, extremes, sums, and
 * integrals over the time from the first of them to the last. Stands for the samples where a
 * question covers all of them, and can be joined with the samples that follow. Mutable and
 * reusable, so that nothing is allocated per block; belongs to one thread.
 *
 * <p>Rule (the preset of every door): simple bounds, Uncertain counts as Bad, nothing is
 * extrapolated. Of samples of the same time the last written one counts. A sample is <i>usable</i>
 * if it is Good, has a value, and the value is finite where it is a number. Time between two
 * samples is good if the left one is usable; there the value is the left one (stepped) or the
 * straight line to the right one if that is usable too (sloped), else the left one is held.
 *
 * <p>Integrals and second moments are kept for both, stepped and sloped: a query may ask for
 * either. Numbers of text and state tags are 0; of state and bool tags there is a histogram of up
 * to {@link #STATES_MAX} states.
 */
public final class SampleStatistics {
  /*
   * Arithmetic. Sums and integrals of a block are formed in unevaluated pairs (Knuth's addition, products with a fused
   * multiply-add), then rounded once: their error is that of a double. Second moments are taken about the mean, with the
   * correction of the centre's rounding, and keep 41 bits: 5e-13 of themselves, which is what they are stored with.
   * Statistics are joined as Chan, Golub and LeVeque do [1], plus the segment from the last sample of the left to the
   * first of the right, which belongs to neither ("bridge").
   *
   * What a joined node of the hierarchy is depends on the blocks and on their order alone, so that statistics that are
   * computed from rows again are the stored ones, bit for bit.
   *
   * [1] T. Chan, G. Golub, R. LeVeque, Algorithms for computing the sample variance, 1983.
   */

  /** Most states in a histogram. */
  public static final int STATES_MAX = 8;

  /** Fields that are integers, in stored order. */
  public enum Count {
    /** Stored rows, also those of earlier versions. */
    ROWS,
    /** Samples of class Good with a value. */
    GOOD,
    /** Samples of class Uncertain. */
    UNCERTAIN,
    /** Samples of class Bad, and Good ones without a value. */
    BAD,
    /** Usable samples. */
    USABLE,
    /** Whether the first sample is usable: 0 or 1. */
    FIRST_USABLE,
    /** Whether the last sample is usable: 0 or 1. */
    LAST_USABLE,
    /** Time of the first sample, ns. */
    FIRST_TIME,
    /** Time of the last sample, ns. */
    LAST_TIME,
    /** Earliest time of the smallest usable value. */
    MINIMUM_TIME,
    /** Earliest time of the largest usable value. */
    MAXIMUM_TIME,
    /** Good time, ns. */
    GOOD_NS,
    /** Good time of a sloped tag that is held towards a sample that is not usable, ns. */
    HELD_NS,
    /** Longest time between two neighbours, ns. */
    LONGEST_GAP_NS,
    /** Usable values smaller than the usable one before. */
    DECREASES
  }

  /** Fields that are reals, in stored order. */
  public enum Real {
    /** Value of the first usable sample; 0 if there is none. */
    FIRST,
    /** Value of the last usable sample. */
    LAST,
    /** Smallest usable value. */
    MINIMUM,
    /** Largest usable value. */
    MAXIMUM,
    /** Sum of the usable values. */
    SUM,
    /** Sum of the squares of usable values about their mean. */
    SQUARES,
    /** Integral over good time, values held, value times ns. */
    STEPPED_INTEGRAL,
    /** Integral over good time, straight lines. */
    SLOPED_INTEGRAL,
    /** Integral of the square about the mean over good time, values held. */
    STEPPED_SQUARES,
    /** The same of straight lines. */
    SLOPED_SQUARES,
    /** Sum of the rises from usable values to the next one. */
    RISES
  }

  private static final Count[] COUNTS = Count.values();
  private static final Real[] REALS = Real.values();

  /* Bits of a double's fraction that a stored second moment does without. */
  private static final int SQUARES_BITS_LOST = 12;

  private static final long[] NO_TIMES = new long[0];

  private final long[] counts = new long[COUNTS.length];
  private final double[] reals = new double[REALS.length];
  private final long[] states = new long[STATES_MAX];
  private final long[] stateRows = new long[STATES_MAX];
  private final long[] stateNs = new long[STATES_MAX];
  private int stateCount;
  private boolean tooManyStates;

  /* Rows that count, without earlier versions and as numbers; made by of(), for the first time there. */
  private long[] times = NO_TIMES;
  private double[] numbers = new double[0];
  private boolean[] usable = new boolean[0];

  /** Of no samples. */
  public SampleStatistics() {}

  /** A field. */
  public long get(Count field) {
    return counts[field.ordinal()];
  }

  /** A field. */
  public double get(Real field) {
    return reals[field.ordinal()];
  }

  /** Sets a field. */
  public void set(Count field, long value) {
    counts[field.ordinal()] = value;
  }

  /** Sets a field. */
  public void set(Real field, double value) {
    reals[field.ordinal()] = value;
  }

  /** States in the histogram; -1 if there are more than {@link #STATES_MAX}. */
  public int stateCount() {
    return tooManyStates ? -1 : stateCount;
  }

  /** A state's ordinal. */
  public long state(int index) {
    return states[index];
  }

  /** Usable samples of a state. */
  public long stateRows(int index) {
    return stateRows[index];
  }

  /** Good time in a state, ns. */
  public long stateNs(int index) {
    return stateNs[index];
  }

  /** Empties the histogram; a negative count says that it holds too many states. */
  public void clearStates(int newCount) {
    stateCount = 0;
    tooManyStates = newCount < 0;
  }

  /** Adds to a state of the histogram. */
  public void addState(long state, long rows, long ns) {
    if (tooManyStates) {
      return;
    }
    int at = 0;
    while (at < stateCount && states[at] != state) {
      at++;
    }
    if (at == stateCount) {
      if (stateCount == STATES_MAX) {
        tooManyStates = true;
        stateCount = 0;
        return;
      }
      states[at] = state;
      stateRows[at] = 0;
      stateNs[at] = 0;
      stateCount++;
    }
    stateRows[at] += rows;
    stateNs[at] += ns;
  }

  /**
   * What a second moment over time is like where samples come at equal distances: that of the
   * samples, or of the steps. Stored ones are written as the distance from it.
   */
  public double expected(Real field) {
    long usable = get(Count.USABLE);
    double value =
        field == Real.SLOPED_SQUARES
            ? get(Real.STEPPED_SQUARES)
            : usable == 0 ? 0 : get(Real.SQUARES) * ((double) get(Count.GOOD_NS) / usable);
    return value > 0 && value <= Double.MAX_VALUE ? rounded(value) : 0;
  }

  /** Whether every number is finite: else the samples are too large to be added up here. */
  public boolean isFinite() {
    for (double real : reals) {
      if (!Double.isFinite(real)) {
        return false;
      }
    }
    return true;
  }

  /** Copies another's. */
  public void set(SampleStatistics other) {
    System.arraycopy(other.counts, 0, counts, 0, counts.length);
    System.arraycopy(other.reals, 0, reals, 0, reals.length);
    tooManyStates = other.tooManyStates;
    stateCount = other.stateCount;
    System.arraycopy(other.states, 0, states, 0, stateCount);
    System.arraycopy(other.stateRows, 0, stateRows, 0, stateCount);
    System.arraycopy(other.stateNs, 0, stateNs, 0, stateCount);
  }

  /** Whether all fields are the same bits. */
  public boolean sameAs(SampleStatistics other) {
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] != other.counts[i]) {
        return false;
      }
    }
    for (int i = 0; i < reals.length; i++) {
      if (Double.doubleToRawLongBits(reals[i]) != Double.doubleToRawLongBits(other.reals[i])) {
        return false;
      }
    }
    if (stateCount() != other.stateCount()) {
      return false;
    }
    for (int i = 0; i < stateCount; i++) {
      if (states[i] != other.states[i]
          || stateRows[i] != other.stateRows[i]
          || stateNs[i] != other.stateNs[i]) {
        return false;
      }
    }
    return true;
  }

  /** Statistics of a block's rows, which are ascending by time and write order; at least one. */
  public void of(SampleBlock block) {
    if (times.length == 0) {
      times = new long[SampleBlock.CAPACITY];
      numbers = new double[SampleBlock.CAPACITY];
      usable = new boolean[SampleBlock.CAPACITY];
    }
    clearStates(0);
    int rows = compact(block);
    int last = rows - 1;
    set(Count.FIRST_TIME, times[0]);
    set(Count.LAST_TIME, times[last]);
    set(Count.FIRST_USABLE, usable[0] ? 1 : 0);
    set(Count.LAST_USABLE, usable[last] ? 1 : 0);
    long longest = 0;
    for (int i = 1; i < rows; i++) {
      longest = Math.max(longest, times[i] - times[i - 1]);
    }
    set(Count.LONGEST_GAP_NS, longest);
    events(rows);
    time(rows);
    moments(rows);
    if (block.type() == SampleType.DIGITAL || block.type() == SampleType.BOOL) {
      histogram(rows);
    }
    if (!block.type().isNumeric()) {
      double first = get(Real.FIRST);
      double before = get(Real.LAST);
      for (Real field : REALS) {
        set(field, 0);
      }
      set(Count.MINIMUM_TIME, times[0]);
      set(Count.MAXIMUM_TIME, times[0]);
      set(Count.DECREASES, 0);
      if (block.type() == SampleType.DIGITAL) { // the ordinal, for the time between two blocks
        set(Real.FIRST, first);
        set(Real.LAST, before);
      }
    }
  }

  /** Copies the rows that count and counts classes; returns how many. */
  private int compact(SampleBlock block) {
    int count = block.count();
    long[] blockTimes = block.sourceTimesNs();
    int[] statuses = block.statuses();
    byte[] flags = block.flags();
    SampleType type = block.type();
    int rows = 0;
    int good = 0;
    int uncertain = 0;
    for (int i = 0; i < count; i++) {
      if (i + 1 < count && blockTimes[i + 1] == blockTimes[i]) {
        continue; // another was written later
      }
      int quality = statuses[i] >>> 30;
      boolean present = (flags[i] & SampleFlags.PRESENT) != 0;
      boolean isGood = quality == 0 && present;
      good += isGood ? 1 : 0;
      uncertain += quality == 1 ? 1 : 0;
      double number = type == SampleType.STRING ? 0 : block.number(i);
      times[rows] = blockTimes[i];
      numbers[rows] = number;
      usable[rows] = isGood && Math.abs(number) <= Double.MAX_VALUE;
      rows++;
    }
    set(Count.ROWS, count);
    set(Count.GOOD, good);
    set(Count.UNCERTAIN, uncertain);
    set(Count.BAD, rows - good - uncertain);
    return rows;
  }

  /** What does not depend on time: count, sum, extremes, rises. */
  private void events(int rows) {
    double high = 0;
    double low = 0;
    double minimum = Double.POSITIVE_INFINITY;
    double maximum = Double.NEGATIVE_INFINITY;
    int minimumRow = 0;
    int maximumRow = 0;
    long count = 0;
    long decreases = 0;
    double rises = 0;
    double risesLow = 0;
    double first = 0;
    double before = Double.NaN;
    for (int i = 0; i < rows; i++) {
      if (usable[i]) {
        double v = numbers[i];
        count++;
        double sum = high + v;
        double part = sum - high;
        low += (high - (sum - part)) + (v - part);
        high = sum;
        if (v < minimum) {
          minimum = v;
          minimumRow = i;
        }
        if (v > maximum) {
          maximum = v;
          maximumRow = i;
        }
        if (v < before) {
          decreases++;
        } else if (v > before) {
          // before to v in one pair: a difference of decimals is no decimal, their sums are
          sum = rises + v;
          part = sum - rises;
          risesLow += (rises - (sum - part)) + (v - part);
          rises = sum;
          sum = rises - before;
          part = sum - rises;
          risesLow += (rises - (sum - part)) + (-before - part);
          rises = sum;
        } else if (count == 1) {
          first = v;
        }
        before = v;
      }
    }
    set(Count.USABLE, count);
    set(Real.SUM, high + low);
    set(Real.MINIMUM, count == 0 ? 0 : minimum);
    set(Real.MAXIMUM, count == 0 ? 0 : maximum);
    set(Count.MINIMUM_TIME, times[minimumRow]);
    set(Count.MAXIMUM_TIME, times[maximumRow]);
    set(Count.DECREASES, decreases);
    set(Real.RISES, rises + risesLow);
    set(Real.FIRST, count == 0 ? 0 : first);
    set(Real.LAST, count == 0 ? 0 : before);
  }

  /** Good time and the integrals over it. */
  private void time(int rows) {
    long good = 0;
    long held = 0;
    double steppedHigh = 0;
    double steppedLow = 0;
    double slopedHigh = 0;
    double slopedLow = 0;
    for (int i = 0; i < rows - 1; i++) {
      if (!usable[i]) {
        continue;
      }
      long ns = times[i + 1] - times[i];
      double length = ns;
      good += ns;
      double v = numbers[i];
      double product = v * length;
      double rest = Math.fma(v, length, -product);
      double sum = steppedHigh + product;
      double part = sum - steppedHigh;
      steppedLow += (steppedHigh - (sum - part)) + (product - part) + rest;
      steppedHigh = sum;
      if (usable[i + 1]) {
        v = v * 0.5 + numbers[i + 1] * 0.5;
        product = v * length;
        rest = Math.fma(v, length, -product);
      } else {
        held += ns;
      }
      sum = slopedHigh + product;
      part = sum - slopedHigh;
      slopedLow += (slopedHigh - (sum - part)) + (product - part) + rest;
      slopedHigh = sum;
    }
    set(Count.GOOD_NS, good);
    set(Count.HELD_NS, held);
    set(Real.STEPPED_INTEGRAL, steppedHigh + steppedLow);
    set(Real.SLOPED_INTEGRAL, slopedHigh + slopedLow);
  }

  /** Second moments about the means that the first pass found. */
  private void moments(int rows) {
    long count = get(Count.USABLE);
    long good = get(Count.GOOD_NS);
    double mean = count == 0 ? 0 : get(Real.SUM) / count;
    double stepped = good == 0 ? 0 : get(Real.STEPPED_INTEGRAL) / good;
    double sloped = good == 0 ? 0 : get(Real.SLOPED_INTEGRAL) / good;
    double first = 0;
    double squares = 0;
    double steppedFirst = 0;
    double steppedSquares = 0;
    double slopedFirst = 0;
    double slopedSquares = 0;
    for (int i = 0; i < rows; i++) {
      if (!usable[i]) {
        continue;
      }
      double v = numbers[i];
      double off = v - mean;
      first += off;
      squares += off * off;
      if (i == rows - 1) {
        break;
      }
      double length = times[i + 1] - times[i];
      off = v - stepped;
      double part = off * length;
      steppedFirst += part;
      steppedSquares += off * part;
      double own = 0;
      off = v - sloped;
      if (usable[i + 1]) {
        double rise = numbers[i + 1] - v;
        own = rise * rise / 12;
        off += rise * 0.5;
      }
      slopedFirst += off * length;
      slopedSquares += (off * off + own) * length;
    }
    set(Real.SQUARES, moment(squares, first, count));
    set(Real.STEPPED_SQUARES, moment(steppedSquares, steppedFirst, good));
    set(Real.SLOPED_SQUARES, moment(slopedSquares, slopedFirst, good));
  }

  private static double moment(double squares, double first, double weight) {
    double moment = weight == 0 ? 0 : squares - first / weight * first;
    return moment > 0
        ? rounded(moment)
        : 0; // also where values are so large that it is not a number
  }

  /** The nearest double with twelve zeros at its end. */
  static double rounded(double moment) {
    long bits = Double.doubleToRawLongBits(moment);
    long half = 1L << (SQUARES_BITS_LOST - 1);
    double nearest =
        Double.longBitsToDouble((bits + half) >> SQUARES_BITS_LOST << SQUARES_BITS_LOST);
    return Double.isFinite(nearest) ? nearest : Double.MAX_VALUE;
  }

  private void histogram(int rows) {
    for (int i = 0; i < rows; i++) {
      if (usable[i]) {
        addState((long) numbers[i], 1, i < rows - 1 ? times[i + 1] - times[i] : 0);
      }
    }
  }

  /**
   * Adds the samples that follow, and the time between.
   *
   * @param next of the same tag, later
   */
  public void join(SampleStatistics next) {
    boolean bridges = get(Count.LAST_USABLE) != 0;
    long ns = next.get(Count.FIRST_TIME) - get(Count.LAST_TIME);
    set(
        Count.LONGEST_GAP_NS,
        Math.max(get(Count.LONGEST_GAP_NS), Math.max(ns, next.get(Count.LONGEST_GAP_NS))));
    if (bridges) {
      bridge(ns, next);
    }
    joinTime(
        next.get(Count.GOOD_NS),
        next.get(Real.STEPPED_INTEGRAL),
        next.get(Real.STEPPED_SQUARES),
        next.get(Real.SLOPED_INTEGRAL),
        next.get(Real.SLOPED_SQUARES));
    add(Count.HELD_NS, next.get(Count.HELD_NS));
    joinEvents(next);
    for (int i = 0; i < next.stateCount; i++) {
      addState(next.states[i], next.stateRows[i], next.stateNs[i]);
    }
    if (next.tooManyStates) {
      clearStates(-1);
    }
    add(Count.ROWS, next.get(Count.ROWS));
    add(Count.GOOD, next.get(Count.GOOD));
    add(Count.UNCERTAIN, next.get(Count.UNCERTAIN));
    add(Count.BAD, next.get(Count.BAD));
    set(Count.LAST_TIME, next.get(Count.LAST_TIME));
    set(Count.LAST_USABLE, next.get(Count.LAST_USABLE));
  }

  private void add(Count field, long value) {
    counts[field.ordinal()] += value;
  }

  /** The segment from the last sample to the first of the next. */
  private void bridge(long ns, SampleStatistics next) {
    double length = ns;
    double left = get(Real.LAST);
    double level = left;
    double own = 0;
    if (next.get(Count.FIRST_USABLE) != 0) {
      double rise = next.get(Real.FIRST) - left;
      level = left * 0.5 + next.get(Real.FIRST) * 0.5;
      own = rise * rise / 12 * length;
    } else {
      add(Count.HELD_NS, ns);
    }
    if (stateCount > 0) {
      addState((long) left, 0, ns);
    }
    joinTime(ns, left * length, 0, level * length, own);
  }

  private void joinTime(
      long ns, double stepped, double steppedSquares, double sloped, double slopedSquares) {
    long mine = get(Count.GOOD_NS);
    set(
        Real.STEPPED_SQUARES,
        joined(
            mine,
            get(Real.STEPPED_INTEGRAL),
            get(Real.STEPPED_SQUARES),
            ns,
            stepped,
            steppedSquares));
    set(
        Real.SLOPED_SQUARES,
        joined(
            mine, get(Real.SLOPED_INTEGRAL), get(Real.SLOPED_SQUARES), ns, sloped, slopedSquares));
    set(Real.STEPPED_INTEGRAL, get(Real.STEPPED_INTEGRAL) + stepped);
    set(Real.SLOPED_INTEGRAL, get(Real.SLOPED_INTEGRAL) + sloped);
    set(Count.GOOD_NS, mine + ns);
  }

  private static double joined(
      double weightA, double sumA, double squaresA, double weightB, double sumB, double squaresB) {
    if (weightA == 0 || weightB == 0) {
      double moment = squaresA + squaresB;
      return moment > 0 ? rounded(moment) : 0;
    }
    double apart = sumA / weightA - sumB / weightB;
    double moment =
        squaresA + squaresB + apart * apart * (weightA * (weightB / (weightA + weightB)));
    return moment > 0 ? rounded(moment) : 0;
  }

  private void joinEvents(SampleStatistics next) {
    long mine = get(Count.USABLE);
    long others = next.get(Count.USABLE);
    if (others == 0) {
      return;
    }
    if (mine == 0) {
      set(Real.FIRST, next.get(Real.FIRST));
      set(Real.SQUARES, next.get(Real.SQUARES));
      set(Real.SUM, next.get(Real.SUM));
      set(Real.MINIMUM, next.get(Real.MINIMUM));
      set(Real.MAXIMUM, next.get(Real.MAXIMUM));
      set(Count.MINIMUM_TIME, next.get(Count.MINIMUM_TIME));
      set(Count.MAXIMUM_TIME, next.get(Count.MAXIMUM_TIME));
    } else {
      double rise = next.get(Real.FIRST) - get(Real.LAST);
      add(Count.DECREASES, rise < 0 ? 1 : 0);
      set(Real.RISES, get(Real.RISES) + Math.max(0, rise));
      set(
          Real.SQUARES,
          joined(
              mine,
              get(Real.SUM),
              get(Real.SQUARES),
              others,
              next.get(Real.SUM),
              next.get(Real.SQUARES)));
      set(Real.SUM, get(Real.SUM) + next.get(Real.SUM));
      if (next.get(Real.MINIMUM) < get(Real.MINIMUM)) {
        set(Real.MINIMUM, next.get(Real.MINIMUM));
        set(Count.MINIMUM_TIME, next.get(Count.MINIMUM_TIME));
      }
      if (next.get(Real.MAXIMUM) > get(Real.MAXIMUM)) {
        set(Real.MAXIMUM, next.get(Real.MAXIMUM));
        set(Count.MAXIMUM_TIME, next.get(Count.MAXIMUM_TIME));
      }
    }
    set(Real.LAST, next.get(Real.LAST));
    set(Count.USABLE, mine + others);
    add(Count.DECREASES, next.get(Count.DECREASES));
    set(Real.RISES, get(Real.RISES) + next.get(Real.RISES));
  }
}
