package io.tidemark.wire.http;

import io.tidemark.query.time.IsoTimeWriter;
import java.time.ZoneId;
import java.util.Arrays;

/**
 * A row of an answer as text, in memory that is used again: numbers and times are written digit by
 * digit, without an object each. The digits are those of {@link Double#toString(double)} and {@link
 * io.tidemark.query.time.IsoTime}. One thread.
 */
final class RowText {
  /** Most characters of a number. */
  private static final int NUMBER_CHARS = 28;

  private static final double[] TENS = {1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};

  /** Up to so many digits a decimal is the only one of its length that reads as its double. */
  private static final double DIGITS_15 = 1e15;

  private final IsoTimeWriter times;
  private char[] chars = new char[512];
  private int length;

  RowText(ZoneId zone) {
    times = new IsoTimeWriter(zone);
  }

  void clear() {
    length = 0;
  }

  char[] chars() {
    return chars;
  }

  int length() {
    return length;
  }

  private void room(int count) {
    if (chars.length - length < count) {
      chars = Arrays.copyOf(chars, Math.max(2 * chars.length, length + count));
    }
  }

  RowText put(char c) {
    room(1);
    chars[length++] = c;
    return this;
  }

  /** Text as it is, without quotes and without escapes. */
  RowText put(String text) {
    int count = text.length();
    room(count);
    text.getChars(0, count, chars, length);
    length += count;
    return this;
  }

  RowText time(long ns) {
    room(IsoTimeWriter.CHARS_MAX);
    length = times.write(chars, length, ns);
    return this;
  }

  RowText quotedTime(long ns) {
    return put('"').time(ns).put('"');
  }

  /** A float64 as JSON: NaN and infinities as strings. */
  RowText json(double value) {
    if (Double.isFinite(value)) {
      return number(value);
    }
    return put('"').put(Double.toString(value)).put('"');
  }

  /** An int64 as JSON: beyond 2^53 as a string, since most readers would round it. */
  RowText json(long value) {
    if (JsonText.isExact(value)) {
      return whole(value);
    }
    return put('"').put(Long.toString(value)).put('"');
  }

  RowText whole(long value) {
    room(NUMBER_CHARS);
    if (value == Long.MIN_VALUE) {
      return put(Long.toString(value));
    }
    long rest = value;
    if (rest < 0) {
      chars[length++] = '-';
      rest = -rest;
    }
    digits(rest, 1);
    return this;
  }

  /** Writes at least so many digits; there is room. */
  private void digits(long value, int least) {
    int count = least;
    for (long limit = power(least); count < 19 && value >= limit; limit *= 10) {
      count++;
    }
    long rest = value;
    for (int i = length + count - 1; i >= length; i--) {
      long next = rest / 10;
      chars[i] = (char) ('0' + (int) (rest - next * 10));
      rest = next;
    }
    length += count;
  }

  private static long power(int exponent) {
    return (long) TENS[exponent];
  }

  /**
   * A finite number. Measured values are decimals of few places: the shortest of places that gives
   * the double back is searched, and found at once.
   */
  RowText number(double value) {
    double size = Math.abs(value);
    if (size >= 1e-3 && size < 1e7) {
      int most = TENS.length - 1;
      while (most > 1 && size * TENS[most] >= DIGITS_15) {
        most--;
      }
      // What has few places has them here too: one division tells the others apart.
      if (isDecimal(size, most)) {
        int places = 1;
        while (!isDecimal(size, places)) {
          places++;
        }
        room(NUMBER_CHARS);
        if (value < 0) {
          chars[length++] = '-';
        }
        long all = (long) Math.rint(size * TENS[places]);
        long whole = all / power(places);
        digits(whole, 1);
        chars[length++] = '.';
        digits(all - whole * power(places), places);
        return this;
      }
    }
    return put(Double.toString(value));
  }

  /** Whether a decimal of so many places reads as this number. */
  private static boolean isDecimal(double size, int places) {
    double scaled = Math.rint(size * TENS[places]);
    return scaled < DIGITS_15 && scaled / TENS[places] == size;
  }
}
