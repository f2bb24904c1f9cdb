package io.tidemark.wire.pg;

import org.jspecify.annotations.Nullable;

/** An error of the protocol or a session that has a SQLSTATE of its own. */
final class PgException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String state;
  private final boolean isFatal;
  private final @Nullable String hint;

  PgException(String state, String message) {
    this(state, message, null, false);
  }

  PgException(String state, String message, @Nullable String hint) {
    this(state, message, hint, false);
  }

  private PgException(String state, String message, @Nullable String hint, boolean isFatal) {
    super(message);
    this.state = state;
    this.hint = hint;
    this.isFatal = isFatal;
  }

  /** One after which the connection is closed. */
  static PgException fatal(String state, String message) {
    return new PgException(state, message, null, true);
  }

  static PgException protocol(String message) {
    return fatal(SqlState.PROTOCOL_VIOLATION, message);
  }

  String state() {
    return state;
  }

  boolean isFatal() {
    return isFatal;
  }

  @Nullable String hint() {
    return hint;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
