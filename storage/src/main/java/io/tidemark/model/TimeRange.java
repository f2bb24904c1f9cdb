package io.tidemark.model;

/**
 * Half-open interval of source time, in nanoseconds since 1970-01-01T00:00:00Z. Never empty.
 *
 * @param startNs first instant inside
 * @param endNs first instant after
 */
public record TimeRange(long startNs, long endNs) {
  /** Everything that can be stored but the very last nanosecond. */
  public static final TimeRange ALL = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);

  /** Checks the order of the ends. */
  public TimeRange {
    if (endNs <= startNs) {
      throw new HistorianException(
          ErrorCode.EMPTY_RANGE,
          "end must be after start: start="
              + ErrorText.time(startNs)
              + ", end="
              + ErrorText.time(endNs));
    }
  }

  /** Whether the instant lies inside. */
  public boolean contains(long ns) {
    return ns >= startNs && ns < endNs;
  }

  /** Whether the closed interval {@code [firstNs, lastNs]} shares an instant with this range. */
  public boolean overlaps(long firstNs, long lastNs) {
    return firstNs < endNs && lastNs >= startNs;
  }

  /** Length in nanoseconds as a double: it may exceed a long. */
  public double lengthNs() {
    return (double) endNs - (double) startNs;
  }
}
