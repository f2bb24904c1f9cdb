package io.tidemark.forward;

import java.util.Locale;

/** The two ways to the server, each a producer of its own. The order is that of the plan file. */
enum Lane {
  /** What is new. */
  LIVE,
  /** What waited, oldest first. */
  BACKLOG;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
