package io.tidemark.model;

/**
 * A pattern of names of tags: {@code *} stands for any text, {@code ?} for one character (a code
 * point); upper and lower case differ. Immutable; safe from any thread.
 */
public final class TagPattern {
  private final String text;
  private final int[] characters;

  private TagPattern(String text) {
    this.text = text;
    characters = text.codePoints().toArray();
  }

  /** The pattern of a text; every text is one. */
  public static TagPattern of(String text) {
    return new TagPattern(text);
  }

  /** What every name that fits begins with; the whole name if {@link #isName}. */
  public String prefix() {
    int wildcard = firstWildcard();
    return wildcard < 0 ? text : text.substring(0, wildcard);
  }

  /** Whether it has no wildcard, so that one name fits at most. */
  public boolean isName() {
    return firstWildcard() < 0;
  }

  private int firstWildcard() {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '*' || text.charAt(i) == '?') {
        return i;
      }
    }
    return -1;
  }

  /**
   * Whether the name fits. A mismatch goes back to the last {@code *} only, which then takes one
   * character more: an earlier one could take nothing that the last one could not. So many stars
   * cost no more than length of pattern times length of name.
   */
  public boolean fits(String name) {
    int p = 0;
    int n = 0;
    int afterStar = -1;
    int starEnd = 0;
    while (n < name.length()) {
      int c = name.codePointAt(n);
      if (p < characters.length && characters[p] == '*') {
        afterStar = ++p;
        starEnd = n;
      } else if (p < characters.length && (characters[p] == '?' || characters[p] == c)) {
        p++;
        n += Character.charCount(c);
      } else if (afterStar >= 0) {
        p = afterStar;
        starEnd += Character.charCount(name.codePointAt(starEnd));
        n = starEnd;
      } else {
        return false;
      }
    }
    while (p < characters.length && characters[p] == '*') {
      p++;
    }
    return p == characters.length;
  }
}
