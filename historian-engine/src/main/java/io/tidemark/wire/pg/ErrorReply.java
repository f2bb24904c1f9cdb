package io.tidemark.wire.pg;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An error as a client is told it.
 *
 * @param severity ERROR, FATAL
 * @param state SQLSTATE
 * @param position character of the client's text from 1 on, 0 for none
 */
record ErrorReply(
    String severity, String state, String message, @Nullable String hint, int position) {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorReply.class);

  /**
   * Where a session stood when something failed.
   *
   * @param isFatal whether it ends with that
   * @param isTimedOut whether its own time limit stopped the statement
   * @param text what the client sent
   * @param textOffset where in it the statement begins
   */
  record Situation(
      boolean isLoggedIn, boolean isFatal, boolean isTimedOut, String text, int textOffset) {}

  /** What to say of a failure; what is nobody's fault but ours is logged. */
  static ErrorReply of(Throwable failure, Situation at) {
    String severity = at.isFatal ? "FATAL" : "ERROR";
    return switch (failure) {
      case PgException own -> new ErrorReply(severity, own.state(), own.text(), own.hint(), 0);
      case HistorianException known -> {
        if (known.code() == ErrorCode.INTERNAL) {
          LOG.error("statement failed", known);
        }
        boolean isLogin = !at.isLoggedIn && known.code() == ErrorCode.FORBIDDEN;
        yield new ErrorReply(
            severity,
            isLogin ? SqlState.INVALID_AUTHORIZATION : SqlState.of(known),
            message(known, at),
            known.hint(),
            position(known.path(), at));
      }
      case StackOverflowError deep ->
          new ErrorReply(severity, "54001", "statement is nested too deeply", null, 0);
      default -> {
        LOG.error("message failed", failure);
        yield new ErrorReply(
            severity, SqlState.INTERNAL_ERROR, "internal error: see the server's log", null, 0);
      }
    };
  }

  private static String message(HistorianException known, Situation at) {
    boolean isStopped =
        known.code() == ErrorCode.CANCELLED || known.code() == ErrorCode.DEADLINE_EXCEEDED;
    if (isStopped && at.isTimedOut) {
      return "canceling statement due to statement timeout";
    }
    return known.code() == ErrorCode.CANCELLED
        ? "canceling statement due to user request"
        : known.code() + ": " + known.messageText();
  }

  /** Character of the client's text, from 1, of a line and column of the statement; 0 for none. */
  private static int position(@Nullable String path, Situation at) {
    if (path == null || !path.matches("\\d{1,6}:\\d{1,7}")) {
      return 0;
    }
    int colon = path.indexOf(':');
    int line = Integer.parseInt(path.substring(0, colon));
    int from = Math.min(at.textOffset, at.text.length());
    for (int i = 1; i < line; i++) {
      int end = at.text.indexOf('\n', from);
      if (end < 0) {
        return 0;
      }
      from = end + 1;
    }
    return at.text.codePointCount(0, from) + Integer.parseInt(path.substring(colon + 1));
  }

  /** Writes it as an ErrorResponse. */
  void write(PgOutput out) {
    out.begin('E');
    field(out, 'S', severity);
    field(out, 'V', severity);
    field(out, 'C', state);
    field(out, 'M', message);
    if (hint != null) {
      field(out, 'H', hint);
    }
    if (position > 0) {
      field(out, 'P', Integer.toString(position));
    }
    out.int8(0);
    out.end();
  }

  private static void field(PgOutput out, char name, String value) {
    out.int8(name);
    out.text(value);
  }
}
