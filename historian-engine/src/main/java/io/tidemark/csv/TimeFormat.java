package io.tidemark.csv;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the times of a column are written.
 *
 * @param shape family; NONE with a pattern
 * @param dayFirst whether the day stands before the month, where both are numbers
 * @param pattern pattern that a person gave, or null
 * @param label for people
 */
record TimeFormat(
    TimeText.Shape shape, boolean dayFirst, @Nullable DateTimeFormatter pattern, String label) {

  /** A family of times. */
  static TimeFormat of(TimeText.Shape shape, boolean dayFirst) {
    String label =
        switch (shape) {
          case SLASHES -> dayFirst ? "dd/MM/yyyy HH:mm:ss" : "MM/dd/yyyy HH:mm:ss";
          case DOTS -> dayFirst ? "dd.MM.yyyy HH:mm:ss" : "MM.dd.yyyy HH:mm:ss";
          case DASHES -> dayFirst ? "dd-MM-yyyy HH:mm:ss" : "MM-dd-yyyy HH:mm:ss";
          default -> shape.label();
        };
    return new TimeFormat(shape, dayFirst, null, label);
  }

  /**
   * The format of a pattern.
   *
   * @throws HistorianException {@link ErrorCode#BAD_TIME} if it is no pattern.
   */
  static TimeFormat ofOption(String option) {
    try {
      DateTimeFormatter pattern =
          new DateTimeFormatterBuilder()
              .parseCaseInsensitive()
              .appendPattern(strictYears(option))
              .toFormatter(Locale.ENGLISH)
              .withResolverStyle(ResolverStyle.STRICT);
      return new TimeFormat(TimeText.Shape.NONE, true, pattern, option);
    } catch (IllegalArgumentException e) {
      throw new HistorianException(
          ErrorCode.BAD_TIME,
          "cannot read the time format: format="
              + ErrorText.quote(option)
              + ", supported=iso|dmy|mdy|number or a pattern such as dd/MM/yyyy HH:mm:ss",
          e);
    }
  }

  /** Strict reading wants {@code u} where people write {@code y}. */
  private static String strictYears(String pattern) {
    StringBuilder out = new StringBuilder(pattern.length());
    boolean quoted = false;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      quoted ^= c == '\'';
      out.append(c == 'y' && !quoted ? 'u' : c);
    }
    return out.toString();
  }

  /** A text read with the pattern. */
  static final class Parsed {
    final long localSecond;
    final int nanos;
    final @Nullable Integer offsetSeconds;

    private Parsed(LocalDateTime local, @Nullable Integer offsetSeconds) {
      this.localSecond = local.toEpochSecond(ZoneOffset.UTC);
      this.nanos = local.get(ChronoField.NANO_OF_SECOND);
      this.offsetSeconds = offsetSeconds;
    }
  }

  /** The text by the pattern, or null if it does not fit. */
  static @Nullable Parsed parse(DateTimeFormatter pattern, String text) {
    try {
      TemporalAccessor read = pattern.parse(text);
      LocalDateTime local =
          read.isSupported(ChronoField.HOUR_OF_DAY)
              ? LocalDateTime.from(read)
              : LocalDate.from(read).atStartOfDay();
      return new Parsed(
          local,
          read.isSupported(ChronoField.OFFSET_SECONDS)
              ? (Integer) read.get(ChronoField.OFFSET_SECONDS)
              : null);
    } catch (DateTimeException e) {
      return null;
    }
  }
}
