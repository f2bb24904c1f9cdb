package io.tidemark.model;

import java.time.DateTimeException;
import java.time.Instant;

/**
 * Renders foreign text and times for error messages and logs: bounded, without control characters
 * or halves of surrogate pairs.
 */
public final class ErrorText {
  private static final int TEXT_CHARS_MAX = 80;

  private ErrorText() {}

  /** The text in quotes, cut after 80 characters, escaped where it cannot be printed. */
  public static String quote(String text) {
    StringBuilder out = new StringBuilder(Math.min(text.length(), TEXT_CHARS_MAX) + 8).append('"');
    int end = Math.min(text.length(), TEXT_CHARS_MAX);
    if (end < text.length() && Character.isSurrogatePair(text.charAt(end - 1), text.charAt(end))) {
      end--;
    }
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)
          || Character.getType(c) == Character.FORMAT
          || isHalfPair(text, i)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
    if (text.length() > TEXT_CHARS_MAX) {
      out.append("… (").append(text.length()).append(" characters)");
    }
    return out.toString();
  }

  /** Whether the char at the index is half of a surrogate pair whose other half is missing. */
  public static boolean isHalfPair(String text, int index) {
    char c = text.charAt(index);
    if (Character.isHighSurrogate(c)) {
      return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
    }
    return Character.isLowSurrogate(c)
        && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
  }

  /** ISO-8601 UTC of nanoseconds since the epoch. */
  public static String time(long ns) {
    try {
      return Instant.ofEpochSecond(
              Math.floorDiv(ns, 1_000_000_000L), Math.floorMod(ns, 1_000_000_000L))
          .toString();
    } catch (DateTimeException e) {
      return Long.toString(ns);
    }
  }
}
