package io.tidemark.model;

/** Columns of a {@link SampleBlock} that a scan fills; what the others hold means nothing. */
public enum SampleColumns {
  /** Source times, statuses and flags. */
  TIMES,
  /** Also the values. */
  VALUES,
  /** Also the write orders. */
  ALL;

  /** Whether values are wanted. */
  public boolean hasValues() {
    return this != TIMES;
  }
}
