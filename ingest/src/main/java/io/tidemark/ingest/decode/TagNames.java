package io.tidemark.ingest.decode;

import io.tidemark.model.ErrorText;

/** What no tag name may hold. */
final class TagNames {
  private TagNames() {}

  /** Whether the name is blank or holds a control character or half a surrogate pair. */
  static boolean isBad(String name) {
    if (name.isBlank()) {
      return true;
    }
    for (int i = 0; i < name.length(); i++) {
      if (Character.isISOControl(name.charAt(i)) || ErrorText.isHalfPair(name, i)) {
        return true;
      }
    }
    return false;
  }
}
