package io.tidemark.model;

import java.util.Set;

/**
 * What the samples are like that a reader is interested in. A scan may leave out the others where
 * it costs nothing to know them, such as blocks whose statistics say that they have no such sample;
 * it need not.
 *
 * @param qualities classes of the status
 * @param lowest smallest value, as {@link SampleBlock#number}; {@link Double#NEGATIVE_INFINITY} for
 *     any
 * @param highest largest value, NaN being above all; {@link Double#POSITIVE_INFINITY} for any. If
 *     either bound is given, samples without a value to show (Bad, text) are not of interest
 */
public record SampleCondition(Set<Quality> qualities, double lowest, double highest) {
  /** Every sample. */
  public static final SampleCondition ANY =
      new SampleCondition(
          Set.of(Quality.values()), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  /** Copies the set and checks the bounds. */
  public SampleCondition {
    if (Double.isNaN(lowest) || Double.isNaN(highest)) {
      throw new IllegalArgumentException("bounds: lowest=" + lowest + ", highest=" + highest);
    }
    qualities = Set.copyOf(qualities);
  }

  /** Samples with a value from one bound to the other, both included. */
  public static SampleCondition between(double lowest, double highest) {
    return new SampleCondition(ANY.qualities, lowest, highest);
  }

  /** Samples of some classes. */
  public static SampleCondition of(Set<Quality> qualities) {
    return new SampleCondition(qualities, ANY.lowest, ANY.highest);
  }

  /** Whether values are bounded. */
  public boolean hasBounds() {
    return lowest != Double.NEGATIVE_INFINITY || highest != Double.POSITIVE_INFINITY;
  }
}
