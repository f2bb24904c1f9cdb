package io.tidemark.wire.flight;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.memory.OutOfMemoryException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Status of every error code, and the text that goes with it: code, message, place, hint. */
final class FlightErrors {
  /** Keeps within what clients take as headers, also if every character is escaped. */
  private static final int CHARS_MAX = 1_500;

  private static final Logger LOGGER = LoggerFactory.getLogger(FlightErrors.class);

  private FlightErrors() {}

  /** The status. Clients repeat UNAVAILABLE and RESOURCE_EXHAUSTED, and no other one. */
  static FlightStatusCode status(ErrorCode code) {
    return switch (code) {
      case UNAUTHENTICATED -> FlightStatusCode.UNAUTHENTICATED;
      case FORBIDDEN, ORIGIN_REFUSED -> FlightStatusCode.UNAUTHORIZED;
      case UNKNOWN_TAG, NOT_FOUND -> FlightStatusCode.NOT_FOUND;
      case BACK_PRESSURED, QUERY_MEMORY -> FlightStatusCode.RESOURCE_EXHAUSTED;
      case CANCELLED -> FlightStatusCode.CANCELLED;
      case DEADLINE_EXCEEDED -> FlightStatusCode.TIMED_OUT;
      case UNAVAILABLE, STORE_LOCKED, FOLDER_DENIED, FOLDER_READ_ONLY, DISK_FULL ->
          FlightStatusCode.UNAVAILABLE;
      case METHOD_NOT_ALLOWED -> FlightStatusCode.UNIMPLEMENTED;
      case MALFORMED,
          UNKNOWN_FIELD,
          UNKNOWN_PARAMETER,
          WRONG_TYPE,
          TIME_OUT_OF_RANGE,
          BAD_TIME,
          EMPTY_RANGE,
          TOO_LONG,
          BAD_NAME,
          NOT_FINITE,
          UNKNOWN_ID,
          END_BEFORE_START,
          MISSING_FIELD,
          BODY_TOO_LARGE,
          UNSUPPORTED_TYPE,
          TOO_FAR_IN_FUTURE,
          UNKNOWN_STATE,
          OUT_OF_RANGE,
          BAD_STATUS,
          CONFLICT,
          TOO_MANY,
          BEFORE_RETENTION,
          DUPLICATE,
          ENTRY_EXISTS,
          NO_ENTRY,
          SEQUENCE_GAP,
          EPOCH_FENCED,
          UNIT_MISMATCH,
          READ_ONLY,
          SQL_REFUSED,
          SQL_ERROR,
          NOT_ACCEPTABLE,
          UNSUPPORTED_MEDIA_TYPE ->
          FlightStatusCode.INVALID_ARGUMENT;
      case FOREIGN_FILE,
          FORMAT_TOO_OLD,
          FORMAT_TOO_NEW,
          TRUNCATED_FILE,
          CORRUPT,
          JOURNAL_FAILED,
          INTERNAL ->
          FlightStatusCode.INTERNAL;
    };
  }

  /** The error as a client may know it; bugs are logged with their trace and an id. */
  static FlightRuntimeException of(Throwable failure) {
    HistorianException error = known(failure);
    return new CallStatus(status(error.code()), null, text(error), null).toRuntimeException();
  }

  private static HistorianException known(Throwable failure) {
    if (failure instanceof HistorianException error && error.code() != ErrorCode.INTERNAL) {
      if (error.code().kind() == ErrorCode.Kind.INTERNAL) {
        LOGGER.error("call failed: {}", error.code(), error);
      }
      return error;
    }
    if (failure instanceof OutOfMemoryException) {
      return new HistorianException(
          ErrorCode.QUERY_MEMORY,
          "rows take more memory than a stream may have",
          null,
          "select fewer columns, or shorter texts",
          failure);
    }
    if (failure.getCause() instanceof InterruptedException) {
      return new HistorianException(
          ErrorCode.DEADLINE_EXCEEDED,
          "client did not send in time, or the server stops",
          null,
          "send again",
          failure);
    }
    if (failure instanceof StackOverflowError) {
      return new HistorianException(ErrorCode.SQL_REFUSED, "statement is nested too deeply");
    }
    String id = Long.toHexString(ThreadLocalRandom.current().nextLong());
    LOGGER.error("call {} failed", id, failure);
    return new HistorianException(
        ErrorCode.INTERNAL,
        "call failed in the server: callId=" + id,
        null,
        "the server's log has the reason under this callId",
        null);
  }

  /** {@code CODE: message, at=line:column; hint}. */
  static String text(HistorianException error) {
    StringBuilder text = new StringBuilder(error.code().name());
    text.append(": ").append(error.messageText());
    if (error.path() != null) {
      text.append(", at=").append(error.path());
    }
    if (error.hint() != null) {
      text.append("; ").append(error.hint());
    }
    if (text.length() > CHARS_MAX) {
      text.setLength(CHARS_MAX - 1);
      text.append('…');
    }
    return text.toString();
  }

  /** An error of a client. */
  static HistorianException malformed(String message, Throwable cause) {
    return new HistorianException(ErrorCode.MALFORMED, message, cause);
  }
}
