package io.tidemark.ingest.decode;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;

/** Unit of integer timestamps in a request ({@code precision=}). */
public enum TimeUnitCode {
  /** Nanoseconds. */
  NS(1L),
  /** Microseconds. */
  US(1_000L),
  /** Milliseconds. */
  MS(1_000_000L),
  /** Seconds. */
  S(1_000_000_000L);

  private final long ns;

  TimeUnitCode(long ns) {
    this.ns = ns;
  }

  /**
   * Converts a count of this unit since the epoch.
   *
   * @throws HistorianException {@link ErrorCode#TIME_OUT_OF_RANGE} beyond int64 nanoseconds.
   */
  public long toNs(long count) {
    long high = Math.multiplyHigh(count, ns);
    long low = count * ns;
    if ((high != 0 || low < 0) && (high != -1 || low >= 0)) {
      throw new HistorianException(
          ErrorCode.TIME_OUT_OF_RANGE,
          "time is outside int64 nanoseconds: value=" + count + ", unit=" + label());
    }
    return low;
  }

  /** The name in requests: {@code ns}, {@code us}, {@code ms} or {@code s}. */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /**
   * The unit of a name; {@code n}, {@code u} and {@code µ} are accepted as in the line protocol.
   *
   * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} naming the supported ones.
   */
  public static TimeUnitCode ofLabel(String label) {
    return switch (label) {
      case "ns", "n", "nanosecond" -> NS;
      case "us", "u", "µ", "µs", "microsecond" -> US;
      case "ms", "millisecond" -> MS;
      case "s", "second" -> S;
      default ->
          throw new HistorianException(
              ErrorCode.OUT_OF_RANGE,
              "unknown precision: precision=" + ErrorText.quote(label) + ", supported=ns|us|ms|s");
    };
  }
}
