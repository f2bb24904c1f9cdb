package io.tidemark.query.aggregate;

import org.jspecify.annotations.Nullable;

/** What a state adds up to in an interval of a {@link StateAggregator}. */
final class StateTally {
  final long value;
  final @Nullable String text;
  long durationNs;
  long entries;
  long partial;
  private long contained;
  private long containedNs;
  private long minimumNs;
  private long maximumNs;

  /** Of a number, or of a text. */
  StateTally(long value, @Nullable String text) {
    this.value = value;
    this.text = text;
  }

  /** An occurrence that lies inside. */
  void contain(long ns) {
    boolean isFirst = contained++ == 0;
    containedNs += ns;
    minimumNs = isFirst || Long.compareUnsigned(ns, minimumNs) < 0 ? ns : minimumNs;
    maximumNs = isFirst || Long.compareUnsigned(ns, maximumNs) > 0 ? ns : maximumNs;
  }

  StateRow row(long startNs, long endNs, @Nullable Long ordinal, String stateText) {
    boolean any = contained > 0;
    return new StateRow(
        startNs,
        endNs,
        ordinal,
        stateText,
        durationNs,
        percent(durationNs, startNs, endNs),
        entries,
        contained,
        any ? minimumNs : null,
        any ? maximumNs : null,
        any ? IntervalStatistics.unsigned(containedNs) / contained : null,
        partial);
  }

  /** A length in percent of that of an interval. */
  static double percent(long ns, long startNs, long endNs) {
    long lengthNs = endNs - startNs;
    return ns == lengthNs
        ? 100.0
        : 100.0 * (IntervalStatistics.unsigned(ns) / IntervalStatistics.unsigned(lengthNs));
  }
}
