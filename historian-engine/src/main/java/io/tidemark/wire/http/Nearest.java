package io.tidemark.wire.http;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds what somebody probably meant to type. */
final class Nearest {
  private static final int CHARS_MAX = 100;

  private Nearest() {}

  /**
   * The candidate with the smallest edit distance to the text, case aside; null if none is near:
   * more than half of its characters would have to change.
   */
  static @Nullable String of(String text, Collection<String> candidates) {
    if (text.length() > CHARS_MAX) {
      return null;
    }
    String nearest = null;
    int nearestDistance = Integer.MAX_VALUE;
    for (String candidate : candidates) {
      int distance = distance(text.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
      if (distance < nearestDistance && distance <= Math.max(1, candidate.length() / 2)) {
        nearest = candidate;
        nearestDistance = distance;
      }
    }
    return nearest;
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j] + 1, row[j - 1] + 1), diagonal + cost);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
