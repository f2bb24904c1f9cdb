package io.tidemark.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds which known name a stranger may have meant, for the hint of an error. */
public final class NearestName {
  private static final int COMPARED_CHARS_MAX = 64;

  private NearestName() {}

  /**
   * The known name with the fewest edits (insert, delete, replace, swap of neighbours) away,
   * ignoring case; null if none is close. Of equals the first wins.
   */
  public static @Nullable String find(String name, Iterable<String> known) {
    return find(name, known, 2);
  }

  /**
   * The same among many known names, of which some are always near.
   *
   * @param charsPerEdit of the longer name; there may be one edit for so many
   */
  public static @Nullable String find(String name, Iterable<String> known, int charsPerEdit) {
    String wanted = key(name);
    String best = null;
    int bestDistance = Integer.MAX_VALUE;
    for (String candidate : known) {
      String other = key(candidate);
      int limit = Math.max(1, Math.max(wanted.length(), other.length()) / charsPerEdit);
      int distance = distance(wanted, other);
      if (distance <= limit && distance < bestDistance) {
        bestDistance = distance;
        best = candidate;
      }
    }
    return best;
  }

  private static String key(String name) {
    String key = name.length() > COMPARED_CHARS_MAX ? name.substring(0, COMPARED_CHARS_MAX) : name;
    return key.toLowerCase(Locale.ROOT);
  }

  private static int distance(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int least = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + (same ? 0 : 1));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          least = Math.min(least, beforeLast[j - 2] + 1);
        }
        row[j] = least;
      }
      int[] spare = beforeLast;
      beforeLast = last;
      last = row;
      row = spare;
    }
    return last[b.length()];
  }
}
