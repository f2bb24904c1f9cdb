package io.tidemark.query.duckdb;

import java.sql.SQLException;

/**
 * What DuckDB said. Its text is either plain or, for most errors, a JSON object with {@code
 * exception_type}, {@code exception_message} and, where it knows one, the {@code position} in the
 * statement in UTF-8 bytes.
 */
public final class DuckDbException extends RuntimeException {
  private final boolean fatal;

  DuckDbException(SQLException cause) {
    super(String.valueOf(cause.getMessage()), cause);
    this.fatal = isFatal(String.valueOf(cause.getMessage()));
  }

  DuckDbException(String message, RuntimeException cause) {
    super(message, cause);
    this.fatal = isFatal(message);
  }

  /** Its text, never null. */
  public String text() {
    return String.valueOf(getMessage());
  }

  /** Whether the whole instance is lost. */
  public boolean fatal() {
    return fatal;
  }

  private static boolean isFatal(String text) {
    return text.startsWith("FATAL")
        || text.contains("\"exception_type\":\"FATAL\"")
        || text.contains("database has been invalidated")
        || text.contains("\"exception_type\":\"INTERNAL\"")
        || text.startsWith("INTERNAL Error")
        || text.contains("Connection was closed");
  }
}
