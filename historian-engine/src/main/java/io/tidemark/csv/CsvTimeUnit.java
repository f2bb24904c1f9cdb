package io.tidemark.csv;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Unit of times that are numbers. */
public enum CsvTimeUnit {
  /** Nanoseconds. */
  NS(1L),
  /** Microseconds. */
  US(1_000L),
  /** Milliseconds. */
  MS(1_000_000L),
  /** Seconds. */
  S(1_000_000_000L),
  /** Minutes. */
  M(60_000_000_000L),
  /** Hours. */
  H(3_600_000_000_000L),
  /** Days of 24 hours. */
  D(86_400_000_000_000L);

  private static final int WHOLE_DIGITS_MAX = 20;
  private static final int FRACTION_DIGITS_MAX = 60;

  private final long ns;

  CsvTimeUnit(long ns) {
    this.ns = ns;
  }

  /** Nanoseconds of one. */
  public long ns() {
    return ns;
  }

  /**
   * The name in options: {@code ns}, {@code us}, {@code ms}, {@code s}, {@code m}, {@code h},
   * {@code d}.
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Nanoseconds of a decimal count of this unit: multiplied exactly in decimal, then rounded to the
   * nearest nanosecond (halves to even). So 0.1 minutes are 6 000 000 000 ns, and what binary
   * arithmetic left behind in 3.5000000000000018 minutes is far below a nanosecond.
   *
   * @throws HistorianException {@link ErrorCode#BAD_TIME} if it is no number; {@link
   *     ErrorCode#TIME_OUT_OF_RANGE} beyond int64 nanoseconds.
   */
  public long toNs(String count) {
    BigDecimal number;
    try {
      number = new BigDecimal(count);
    } catch (NumberFormatException e) {
      throw new HistorianException(
          ErrorCode.BAD_TIME,
          "not a number of " + label() + ": value=" + ErrorText.quote(count),
          e);
    }
    // Checked before any arithmetic: 1e999999999 has a billion digits.
    if (number.signum() != 0 && (long) number.precision() - number.scale() > WHOLE_DIGITS_MAX) {
      throw outOfRange(count);
    }
    if (number.scale() > FRACTION_DIGITS_MAX) {
      throw new HistorianException(
          ErrorCode.BAD_TIME, "time has too many digits: value=" + ErrorText.quote(count));
    }
    BigInteger value =
        number.multiply(BigDecimal.valueOf(ns)).setScale(0, RoundingMode.HALF_EVEN).toBigInteger();
    if (value.bitLength() > 63) {
      throw outOfRange(count);
    }
    return value.longValue();
  }

  private HistorianException outOfRange(String count) {
    return new HistorianException(
        ErrorCode.TIME_OUT_OF_RANGE,
        "time is outside int64 nanoseconds: value=" + ErrorText.quote(count) + ", unit=" + label());
  }

  /**
   * The unit of an option.
   *
   * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} naming the supported ones.
   */
  public static CsvTimeUnit ofLabel(String label) {
    CsvTimeUnit unit = ofHeading(label);
    if (unit == null) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "unknown time unit: unit=" + ErrorText.quote(label) + ", supported=ns|us|ms|s|m|h|d");
    }
    return unit;
  }

  /** The unit that a heading such as {@code Time (min)} names, or null. */
  static @Nullable CsvTimeUnit ofHeading(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "ns", "nanoseconds" -> NS;
      case "us", "µs", "microseconds" -> US;
      case "ms", "msec", "milliseconds" -> MS;
      case "s", "sec", "secs", "second", "seconds" -> S;
      case "m", "min", "mins", "minute", "minutes" -> M;
      case "h", "hr", "hrs", "hour", "hours" -> H;
      case "d", "day", "days" -> D;
      default -> null;
    };
  }
}
