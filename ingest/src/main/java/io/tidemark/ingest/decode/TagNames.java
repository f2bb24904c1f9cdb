package io.tidemark.ingest.decode;

/** What no tag name may hold. */
final class TagNames {
  private TagNames() {}

  /** Whether the name is blank or holds a control character or half a surrogate pair. */
  static boolean isBad(String name) {
    if (name.isBlank()) {
      return true;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (Character.isISOControl(c)) {
        return true;
      }
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == name.length()
            || !Character.isLowSurrogate(name.charAt(i + 1))) {
          return true;
        }
        i++;
      }
    }
    return false;
  }
}
