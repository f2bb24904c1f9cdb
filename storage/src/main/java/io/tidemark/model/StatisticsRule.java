package io.tidemark.model;

/** What may stand for samples in an answer. */
public enum StatisticsRule {
  /** Stored statistics, where they can. */
  STORED,
  /**
   * Statistics of the same samples, made anew: the same answer, bit for bit, at the price of
   * reading them. To prove that.
   */
  FROM_SAMPLES,
  /** Nothing: the samples themselves. */
  NONE
}
