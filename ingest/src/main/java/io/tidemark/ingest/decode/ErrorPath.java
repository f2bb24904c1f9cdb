package io.tidemark.ingest.decode;

import io.tidemark.model.ErrorText;

/** Writes a stranger's field name as a step of an error's path. */
final class ErrorPath {
  private ErrorPath() {}

  /** The name as it is if it is a short plain word, else quoted and cut. */
  static String of(String name) {
    boolean plain = !name.isEmpty() && name.length() <= 64;
    for (int i = 0; i < name.length() && plain; i++) {
      char c = name.charAt(i);
      plain = c == '_' || c == '-' || (c < 0x80 && Character.isLetterOrDigit(c));
    }
    return plain ? name : ErrorText.quote(name);
  }
}
