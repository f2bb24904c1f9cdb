package io.tidemark.query.aggregate;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleStatistics.Count;
import io.tidemark.model.SampleStatistics.Real;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the samples of an interval say that is not weighted by time, beyond sum and extremes: their
 * spread, the line through them, how often the value changes. Kept only if asked for. One thread.
 *
 * <p>Moments are taken about the mean and joined as Chan, Golub and LeVeque do (Algorithms for
 * computing the sample variance, 1983), those of time and value alike.
 */
final class SampleMoments {
  private final boolean countsTransitions;

  private long originNs;
  private long count;
  private double meanTime;
  private double mean;
  private double squares;
  private double timeSquares;
  private double products;
  private long transitions;

  /* Value of the last usable sample, which outlives the interval. */
  private boolean hasLast;
  private boolean lastIsText;
  private long lastBits;
  private @Nullable String lastText;

  SampleMoments(boolean countsTransitions) {
    this.countsTransitions = countsTransitions;
  }

  /** Forgets all but the last value. */
  void clear() {
    count = 0;
    meanTime = 0;
    mean = 0;
    squares = 0;
    timeSquares = 0;
    products = 0;
    transitions = 0;
  }

  /** Adds the counted rows of a block; numbers are not looked at if the tag has none. */
  void add(
      SampleBlock block, double[] numbers, boolean[] usable, boolean[] counted, int from, int to) {
    for (int i = from; i < to; i++) {
      if (counted[i]) {
        add(block.sourceTimesNs()[i], numbers[i]);
      }
      if (countsTransitions && usable[i]) {
        change(block, i, counted[i] ? 1 : 0);
      }
    }
  }

  /** Adds rows that are all usable. */
  void add(SampleBlock block, double[] numbers, int from, int to) {
    for (int i = from; i < to; i++) {
      add(block.sourceTimesNs()[i], numbers[i]);
      if (countsTransitions) {
        change(block, i, 1);
      }
    }
  }

  /** Notes the value of a sample before the interval. */
  void before(SampleBlock block, int row) {
    if (countsTransitions) {
      change(block, row, 0);
    }
  }

  private void change(SampleBlock block, int row, int counts) {
    boolean isText = false;
    long bits = 0;
    String text = null;
    switch (block.type()) {
      case FLOAT64, FLOAT32 -> bits = Double.doubleToLongBits(block.doubles()[row] + 0.0);
      case INT64, INT32, BOOL, DIGITAL -> bits = block.longs()[row];
      case STRING -> {
        isText = true;
        text = block.texts()[row];
      }
    }
    boolean isSame =
        hasLast && isText == lastIsText && bits == lastBits && Objects.equals(text, lastText);
    if (!isSame) {
      transitions += counts;
    }
    hasLast = true;
    lastIsText = isText;
    lastBits = bits;
    lastText = text;
  }

  private void add(long timeNs, double value) {
    if (count == 0) {
      originNs = timeNs;
    }
    count++;
    double time = (timeNs - originNs) * 1e-9;
    double offTime = time - meanTime;
    double off = value - mean;
    double share = 1.0 / count;
    meanTime += offTime * share;
    mean += off * share;
    timeSquares += offTime * (time - meanTime);
    products += offTime * (value - mean);
    squares += off * (value - mean);
  }

  /** Adds samples by what they say together: their spread only. */
  void add(SampleStatistics samples) {
    long others = samples.get(Count.USABLE);
    if (others > 0) {
      merge(others, samples.get(Real.SUM) / others, samples.get(Real.SQUARES));
    }
  }

  private void merge(long others, double otherMean, double otherSquares) {
    double share = (double) others / (count + others);
    double apart = otherMean - mean;
    squares += otherSquares + apart * apart * count * share;
    mean += apart * share;
    count += others;
  }

  /** Adds those of a later piece. */
  void merge(SampleMoments other) {
    if (other.count > 0) {
      if (count == 0) {
        originNs = other.originNs;
      }
      double share = (double) other.count / (count + other.count);
      double weight = count * share;
      double apartTime = (other.originNs - originNs) * 1e-9 + other.meanTime - meanTime;
      double apart = other.mean - mean;
      timeSquares += other.timeSquares + apartTime * apartTime * weight;
      products += other.products + apartTime * apart * weight;
      meanTime += apartTime * share;
      merge(other.count, other.mean, other.squares);
    }
    transitions += other.transitions;
  }

  /** Standard deviation of the samples with n - 1, 0 for one; null for none. */
  @Nullable Double sampleStdDev() {
    return count == 0 ? null : count == 1 ? 0.0 : Math.sqrt(squares / (count - 1));
  }

  /** Standard deviation of the samples with n; null for none. */
  @Nullable Double populationStdDev() {
    return count == 0 ? null : Math.sqrt(squares / count);
  }

  /** Slope of the least-squares line, value per second; null if there is none. */
  @Nullable Double slopePerSecond() {
    return timeSquares > 0 ? (Double) (products / timeSquares) : null;
  }

  /** Changes of the value. */
  long transitions() {
    return transitions;
  }
}
