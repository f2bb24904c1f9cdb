package io.tidemark.model;

import java.time.DateTimeException;
import java.time.Instant;

/**
 * Renders foreign text and times for error messages and logs: bounded, without control characters.
 */
public final class ErrorText {
  private static final int TEXT_CHARS_MAX = 80;

  private ErrorText() {}

  /** The text in quotes, cut after 80 characters, control characters escaped. */
  public static String quote(String text) {
    StringBuilder out = new StringBuilder(Math.min(text.length(), TEXT_CHARS_MAX) + 8).append('"');
    for (int i = 0; i < text.length() && i < TEXT_CHARS_MAX; i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c == 0x7f || Character.getType(c) == Character.FORMAT) {
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
