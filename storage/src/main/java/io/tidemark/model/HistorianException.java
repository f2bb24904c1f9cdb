package io.tidemark.model;

import org.jspecify.annotations.Nullable;

/**
 * A refused request, a missing resource or a broken store. The message names what, where and the
 * limit.
 */
public final class HistorianException extends RuntimeException {
  private final ErrorCode code;
  private final @Nullable String path;
  private final @Nullable String hint;

  /** An error without a place. */
  public HistorianException(ErrorCode code, String message) {
    this(code, message, null, null, null);
  }

  /** An error with the exception that led to it. */
  public HistorianException(ErrorCode code, String message, Throwable cause) {
    this(code, message, null, null, cause);
  }

  /**
   * An error with all it knows.
   *
   * @param path where in the request, for example {@code steps[1].endTime}
   * @param hint what to do about it
   */
  public HistorianException(
      ErrorCode code,
      String message,
      @Nullable String path,
      @Nullable String hint,
      @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.path = path;
    this.hint = hint;
  }

  /** The code. */
  public ErrorCode code() {
    return code;
  }

  /** Where in the request, or null. */
  public @Nullable String path() {
    return path;
  }

  /** What to do about it, or null. */
  public @Nullable String hint() {
    return hint;
  }

  /** The same error at another place of the request. */
  public HistorianException at(String newPath) {
    return new HistorianException(code, messageText(), newPath, hint, getCause());
  }

  /** The message, never null. */
  public String messageText() {
    String message = getMessage();
    return message == null ? code.name() : message;
  }
}
