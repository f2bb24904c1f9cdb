package io.tidemark.query.aggregate;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one interval, and each aggregate of it: long because there are 37, each a few
 * lines. See {@link StandardAggregation} for the rules.
 */
final class StandardInterval {
  private static final double NS_PER_MS = 1e6;

  final long startNs;
  final long endNs;
  private final AggregateConfiguration configuration;

  /* The interval after this one if time runs backwards: the bound at its start is the one that this begins with. */
  private final @Nullable StandardInterval later;

  /* Samples inside. */
  private final StandardRow first = new StandardRow();
  private final StandardRow last = new StandardRow();
  private final StandardRow firstGood = new StandardRow();
  private final StandardRow lastGood = new StandardRow();
  private final StandardRow least = new StandardRow();
  private final StandardRow most = new StandardRow();
  private long leastCount;
  private long mostCount;
  private long good;
  private long uncertain;
  private long bad;
  private long annotated;
  private long transitions;
  private int worst;
  private long worstCount;
  private double mean;
  private double squares;

  /* Time by the quality of what holds then, with simple bounds. */
  final IntervalStatistics simple;
  private double goodNs;
  private double uncertainNs;
  private double badNs;

  /* Time by the quality of the samples themselves: DurationGood and the like. */
  private double ownGoodNs;
  private double ownBadNs;

  /* Time in states, held from sample to sample. */
  private double zeroNs;
  private double otherNs;
  private double heldBadNs;
  private double heldGoodNs;

  /* Bounds by the simple rule. */
  private boolean hasStart;
  private boolean startIsRecorded;
  private double start;
  private int startStatus = StatusCodes.BAD_NO_DATA;
  private boolean hasEnd;
  private double end;
  private int endStatus = StatusCodes.BAD_NO_DATA;

  /* Smallest and largest value of samples and bounds. */
  private final Extreme low = new Extreme(-1);
  private final Extreme high = new Extreme(1);

  /* The line between usable samples. */
  final IntervalStatistics line;
  private boolean lineIsDoubtful;
  private boolean hasValue;
  private double value;
  private int valueStatus = StatusCodes.BAD_NO_DATA;

  /* Where data begin and end. */
  private boolean hasBefore;
  private boolean hasAfter;

  /** A smallest or largest value. */
  private static final class Extreme {
    private final int sign;
    private boolean exists;
    private double value;
    private long timeNs;
    private int bits;
    private int count;

    Extreme(int sign) {
      this.sign = sign;
    }

    void offer(double candidate, long atNs, int candidateBits) {
      int compared = exists ? sign * Double.compare(candidate, value) : 1;
      if (compared > 0) {
        exists = true;
        value = candidate;
        timeNs = atNs;
        bits = candidateBits;
        count = 1;
      } else if (compared == 0) {
        count++;
      }
    }
  }

  StandardInterval(
      long startNs,
      long endNs,
      boolean stepped,
      AggregateConfiguration configuration,
      @Nullable StandardInterval later) {
    this.later = later;
    this.startNs = startNs;
    this.endNs = endNs;
    this.configuration = configuration;
    simple = new IntervalStatistics(stepped);
    line = new IntervalStatistics(stepped);
  }

  /** The time of the interval: the edge that belongs to it. */
  private long ownNs() {
    return later == null ? startNs : endNs;
  }

  /** Takes a sample inside. */
  void add(StandardRow row, boolean usable, boolean isTransition) {
    if (!first.exists) {
      first.set(row);
    }
    last.set(row);
    if ((row.flags & SampleFlags.QUESTIONABLE) != 0) {
      annotated++;
    }
    int quality = Math.min(2, row.status >>> 30);
    if (row.isGood()) {
      addGood(row);
    } else if (quality == 1) {
      uncertain++;
    } else {
      bad++;
    }
    if (isTransition) {
      transitions++;
    }
    int worstSoFar = worstCount == 0 ? -1 : Math.min(2, worst >>> 30);
    if (quality > worstSoFar) {
      worst = row.status;
      worstCount = 1;
    } else if (quality == worstSoFar) {
      worstCount++;
    }
    if (usable && row.timeNs != ownNs()) { // one at its own edge is the bound there
      low.offer(row.number, row.timeNs, 0);
      high.offer(row.number, row.timeNs, 0);
    }
  }

  private void addGood(StandardRow row) {
    good++;
    if (!firstGood.exists) {
      firstGood.set(row);
    }
    lastGood.set(row);
    double off = row.number - mean;
    mean += off / good;
    squares += off * (row.number - mean);
    if (!least.exists || row.number < least.number) {
      least.set(row);
      leastCount = 1;
    } else if (row.number == least.number) {
      leastCount++;
    }
    if (!most.exists || row.number > most.number) {
      most.set(row);
      mostCount = 1;
    } else if (row.number == most.number) {
      mostCount++;
    }
  }

  /** Takes time of a quality class: 0 Good, 1 Uncertain, 2 Bad. */
  void addTime(double ns, int quality) {
    switch (quality) {
      case 0 -> goodNs += ns;
      case 1 -> uncertainNs += ns;
      default -> badNs += ns;
    }
  }

  /** Takes time of a sample's own class. */
  void addOwnTime(double ns, int quality) {
    if (quality == 0) {
      ownGoodNs += ns;
    } else if (quality == 2 || configuration.uncertainIsBad()) {
      ownBadNs += ns;
    }
  }

  /** Takes time in a state. */
  void addState(double ns, double number, int quality) {
    if (quality == 2) {
      heldBadNs += ns;
      return;
    }
    heldGoodNs += quality == 0 ? ns : 0;
    if (number == 0) {
      zeroNs += ns;
    } else {
      otherNs += ns;
    }
  }

  /** Takes the bound at the start. */
  void startBound(double number, int status, boolean isRecorded) {
    hasStart = true;
    startIsRecorded = isRecorded;
    start = number;
    startStatus = status;
    if (later == null) {
      int bits = isRecorded ? 0 : StatusCodes.INTERPOLATED;
      low.offer(number, startNs, bits);
      high.offer(number, startNs, bits);
    } else {
      int bits = isRecorded ? StatusCodes.CALCULATED : StatusCodes.INTERPOLATED;
      low.offer(number, startNs + StandardAggregation.RESOLUTION_NS, bits);
      high.offer(number, startNs + StandardAggregation.RESOLUTION_NS, bits);
    }
  }

  /** Takes the bound at the end; on a sloped tag its value belongs to the interval. */
  void endBound(double number, int status, boolean isRecorded, boolean stepped) {
    hasEnd = true;
    end = number;
    endStatus = status;
    if (later != null) {
      int bits = isRecorded ? 0 : StatusCodes.INTERPOLATED;
      low.offer(number, endNs, bits);
      high.offer(number, endNs, bits);
    } else if (!stepped) {
      int bits = isRecorded ? StatusCodes.CALCULATED : StatusCodes.INTERPOLATED;
      low.offer(number, endNs - StandardAggregation.RESOLUTION_NS, bits);
      high.offer(number, endNs - StandardAggregation.RESOLUTION_NS, bits);
    }
  }

  /** Notes that the line is not sure in a part of the interval. */
  void doubtLine() {
    lineIsDoubtful = true;
  }

  /** Takes the value of the line at the start. */
  void lineAtStart(double number, int status) {
    hasValue = true;
    value = number;
    valueStatus = status;
  }

  /** Says whether samples exist before the start and at or after the end. */
  void neighbours(boolean before, boolean after) {
    hasBefore = before;
    hasAfter = after;
  }

  boolean hasSamples() {
    return first.exists;
  }

  // Results.

  private boolean isOutside() {
    return !first.exists && (!hasBefore || !hasAfter);
  }

  /** Whether data begin inside, after the start. */
  private boolean beginsInside() {
    return first.exists && !hasBefore && first.timeNs > startNs;
  }

  private int partial() {
    return beginsInside() || (first.exists && !hasAfter) ? StatusCodes.PARTIAL : 0;
  }

  /** Appends the aggregate's row. */
  void write(StandardAggregate aggregate, SampleBlock to) {
    if (isOutside() && !aggregate.isInterpolated()) {
      absent(to, StatusCodes.BAD_NO_DATA);
      return;
    }
    switch (aggregate) {
      case INTERPOLATIVE -> {
        StandardInterval at = later == null ? this : later;
        bound(to, at.hasValue, at.value, at.valueStatus);
      }
      case TIME_AVERAGE -> line(to, false);
      case TOTAL -> line(to, true);
      case TIME_AVERAGE_2 -> overTime(to, simple.timeAverage());
      case TOTAL_2 -> overTime(to, simple.integralSeconds());
      case AVERAGE -> {
        if (good == 0) {
          absent(to, StatusCodes.BAD_NO_DATA);
        } else {
          byCount(to, mean);
        }
      }
      case COUNT -> byCount(to, good);
      case ANNOTATION_COUNT -> number(to, ownNs(), annotated, calculated(StatusCodes.GOOD));
      case NUMBER_OF_TRANSITIONS -> byCount(to, transitions);
      case MINIMUM -> extreme(to, least, leastCount, false);
      case MAXIMUM -> extreme(to, most, mostCount, false);
      case MINIMUM_ACTUAL_TIME -> extreme(to, least, leastCount, true);
      case MAXIMUM_ACTUAL_TIME -> extreme(to, most, mostCount, true);
      case RANGE -> ofGood(to, Math.abs(most.number - least.number));
      case START -> recorded(to, first);
      case END -> recorded(to, last);
      case DELTA -> delta(to);
      case DURATION_GOOD -> number(to, ownNs(), ownGoodNs / NS_PER_MS, calculated(0));
      case DURATION_BAD -> number(to, ownNs(), ownBadNs / NS_PER_MS, calculated(0));
      case PERCENT_GOOD -> number(to, ownNs(), percent(ownGoodNs), calculated(0));
      case PERCENT_BAD -> number(to, ownNs(), percent(ownBadNs), calculated(0));
      case WORST_QUALITY -> worst(to, false);
      case WORST_QUALITY_2 -> worst(to, true);
      case MINIMUM_2 -> extreme(to, low, false);
      case MAXIMUM_2 -> extreme(to, high, false);
      case MINIMUM_ACTUAL_TIME_2 -> extreme(to, low, true);
      case MAXIMUM_ACTUAL_TIME_2 -> extreme(to, high, true);
      case RANGE_2 -> range(to);
      case DURATION_IN_STATE_ZERO -> inState(to, zeroNs);
      case DURATION_IN_STATE_NON_ZERO -> inState(to, otherNs);
      case STANDARD_DEVIATION_SAMPLE -> ofGood(to, Math.sqrt(variance(1)));
      case STANDARD_DEVIATION_POPULATION -> ofGood(to, Math.sqrt(variance(0)));
      case VARIANCE_SAMPLE -> ofGood(to, variance(1));
      case VARIANCE_POPULATION -> ofGood(to, variance(0));
      case START_BOUND -> {
        StandardInterval at = later == null ? this : later;
        bound(
            to,
            at.hasStart,
            at.start,
            at.startStatus | (at.startIsRecorded ? 0 : StatusCodes.INTERPOLATED));
      }
      case END_BOUND -> {
        if (later == null ? hasEnd : hasStart) {
          number(
              to,
              ownNs(),
              later == null ? end : start,
              calculated(later == null ? endStatus : startStatus));
        } else {
          absent(to, StatusCodes.BAD_NO_DATA | StatusCodes.CALCULATED);
        }
      }
      case DELTA_BOUNDS -> deltaBounds(to);
    }
  }

  private double lengthNs() {
    return IntervalStatistics.unsigned(endNs - startNs);
  }

  private double percent(double ns) {
    return 100 * ns / lengthNs();
  }

  private double variance(int less) {
    return good <= 1 ? 0 : Math.max(0, squares / (good - less));
  }

  private int calculated(int status) {
    return status | StatusCodes.CALCULATED | partial();
  }

  /** The status by shares: Bad first, as the text of the standard has it. */
  private int byShares(double goodPart, double badPart, double all) {
    if (all <= 0) {
      return StatusCodes.GOOD;
    }
    if (100 * badPart / all >= configuration.percentDataBad() && badPart > 0) {
      return StatusCodes.BAD;
    }
    return 100 * goodPart / all >= configuration.percentDataGood()
        ? StatusCodes.GOOD
        : StatusCodes.UNCERTAIN_DATA_SUB_NORMAL;
  }

  private int timeStatus() {
    return byShares(goodNs, badNs, goodNs + uncertainNs + badNs);
  }

  private void byCount(SampleBlock to, double result) {
    int status = byShares(good, bad, good + uncertain + bad);
    if (status == StatusCodes.BAD) {
      absent(to, StatusCodes.BAD);
    } else {
      number(to, ownNs(), result, calculated(status));
    }
  }

  private void ofGood(SampleBlock to, double result) {
    if (good == 0) {
      absent(to, StatusCodes.BAD_NO_DATA);
    } else {
      number(to, ownNs(), result, calculated(goodStatus()));
    }
  }

  /** Uncertain if any sample is not Good. */
  private int goodStatus() {
    return uncertain + bad > 0 ? StatusCodes.UNCERTAIN_DATA_SUB_NORMAL : StatusCodes.GOOD;
  }

  private void overTime(SampleBlock to, @Nullable Double result) {
    int status = timeStatus();
    if (result == null) {
      absent(to, StatusCodes.BAD_NO_DATA);
    } else if (status == StatusCodes.BAD) {
      absent(to, StatusCodes.BAD | StatusCodes.CALCULATED);
    } else {
      number(to, ownNs(), result, calculated(status));
    }
  }

  private void line(SampleBlock to, boolean total) {
    Double result = total ? line.integralSeconds() : line.timeAverage();
    if (result == null) {
      absent(to, StatusCodes.BAD_NO_DATA);
      return;
    }
    boolean isWhole = line.goodNs() >= lengthNs();
    int status =
        lineIsDoubtful || !isWhole ? StatusCodes.UNCERTAIN_DATA_SUB_NORMAL : StatusCodes.GOOD;
    number(
        to,
        ownNs(),
        result,
        status | StatusCodes.CALCULATED | (beginsInside() ? StatusCodes.PARTIAL : 0));
  }

  private void bound(SampleBlock to, boolean exists, double number, int status) {
    if (exists) {
      number(to, ownNs(), number, status);
    } else {
      absent(to, StatusCodes.BAD_NO_DATA);
    }
  }

  private void extreme(SampleBlock to, StandardRow row, long count, boolean ownTime) {
    if (!row.exists) {
      absent(to, StatusCodes.BAD_NO_DATA);
      return;
    }
    int status = goodStatus() | partial();
    if (!ownTime && row.timeNs != ownNs()) {
      status |= StatusCodes.CALCULATED;
    }
    if (count > 1) {
      status |= StatusCodes.MULTI_VALUE;
    }
    typed(to, row, ownTime ? row.timeNs : ownNs(), true, status);
  }

  private void extreme(SampleBlock to, Extreme extreme, boolean ownTime) {
    if (!extreme.exists) {
      absent(to, StatusCodes.BAD_NO_DATA);
      return;
    }
    int status = timeStatus();
    if (status == StatusCodes.BAD) {
      absent(to, StatusCodes.BAD | StatusCodes.CALCULATED);
      return;
    }
    int bits = extreme.bits;
    if (bits == 0 && !ownTime && extreme.timeNs != ownNs()) {
      bits = StatusCodes.CALCULATED;
    }
    if (extreme.count > 1) {
      bits |= StatusCodes.MULTI_VALUE;
    }
    number(to, ownTime ? extreme.timeNs : ownNs(), extreme.value, status | bits | partial());
  }

  private void range(SampleBlock to) {
    int status = timeStatus();
    if (!low.exists) {
      absent(to, StatusCodes.BAD_NO_DATA);
    } else if (status == StatusCodes.BAD) {
      absent(to, StatusCodes.BAD | StatusCodes.CALCULATED);
    } else {
      number(to, ownNs(), high.value - low.value, calculated(status));
    }
  }

  private void recorded(SampleBlock to, StandardRow row) {
    if (!row.exists) {
      absent(to, StatusCodes.BAD_NO_DATA);
    } else {
      boolean isShown = row.hasValue() && row.status >= 0;
      typed(to, row, row.timeNs, isShown, isShown ? row.status | partial() : row.status);
    }
  }

  private void delta(SampleBlock to) {
    if (good == 0) {
      absent(to, StatusCodes.BAD_NO_DATA);
      return;
    }
    boolean skipped = first.timeNs != firstGood.timeNs || last.timeNs != lastGood.timeNs;
    number(
        to,
        ownNs(),
        lastGood.number - firstGood.number,
        calculated(skipped ? StatusCodes.UNCERTAIN_DATA_SUB_NORMAL : StatusCodes.GOOD));
  }

  private void deltaBounds(SampleBlock to) {
    if (!hasStart || !hasEnd) {
      absent(to, StatusCodes.BAD_NO_DATA);
      return;
    }
    boolean bothGood = startStatus >>> 30 == 0 && endStatus >>> 30 == 0;
    number(
        to,
        ownNs(),
        later == null ? end - start : start - end,
        calculated(bothGood ? StatusCodes.GOOD : StatusCodes.UNCERTAIN_DATA_SUB_NORMAL));
  }

  private void worst(SampleBlock to, boolean withBound) {
    int code = worst;
    long count = worstCount;
    StandardInterval at = later == null ? this : later;
    if (withBound && !at.startIsRecorded) {
      int boundClass = Math.min(2, at.startStatus >>> 30);
      int ownClass = count == 0 ? -1 : Math.min(2, code >>> 30);
      if (boundClass > ownClass) {
        code = at.startStatus;
        count = 1;
      } else if (boundClass == ownClass) {
        code = at.startStatus; // the earlier one
        count++;
      }
    }
    if (count == 0) {
      absent(to, StatusCodes.BAD_NO_DATA);
      return;
    }
    int multi = count > 1 && code >>> 30 != 0 ? StatusCodes.MULTI_VALUE : 0;
    number(to, ownNs(), Integer.toUnsignedLong(code), calculated(StatusCodes.GOOD) | multi);
  }

  private void inState(SampleBlock to, double ns) {
    int status = byShares(heldGoodNs, heldBadNs, zeroNs + otherNs + heldBadNs);
    if (status == StatusCodes.BAD) {
      absent(to, StatusCodes.BAD | StatusCodes.CALCULATED);
    } else {
      number(to, ownNs(), ns / NS_PER_MS, calculated(status));
    }
  }

  private void number(SampleBlock to, long timeNs, double result, int status) {
    to.appendDouble(timeNs, result, true, status);
  }

  private void absent(SampleBlock to, int status) {
    switch (to.type()) {
      case FLOAT64, FLOAT32 -> to.appendDouble(ownNs(), 0, false, status);
      case INT64, INT32, BOOL, DIGITAL -> to.appendLong(ownNs(), 0, false, status);
      case STRING -> to.appendText(ownNs(), null, status);
    }
  }

  private static void typed(
      SampleBlock to, StandardRow row, long timeNs, boolean present, int status) {
    if (row.type != to.type()) { // from a time when the tag had another type
      if (to.type().isReal() && row.type != SampleType.STRING) {
        to.appendDouble(timeNs, row.number, present, status);
      } else if (to.type() == SampleType.STRING) {
        to.appendText(timeNs, null, status);
      } else {
        to.appendLong(timeNs, row.integral, present && row.type.isIntegral(), status);
      }
      return;
    }
    switch (to.type()) {
      case FLOAT64, FLOAT32 -> to.appendDouble(timeNs, row.number, present, status);
      case INT64, INT32, BOOL, DIGITAL -> to.appendLong(timeNs, row.integral, present, status);
      case STRING -> to.appendText(timeNs, present ? row.text : null, status);
    }
  }
}
