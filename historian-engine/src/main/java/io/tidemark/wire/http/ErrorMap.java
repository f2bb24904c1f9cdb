package io.tidemark.wire.http;

import io.tidemark.model.ErrorCode;

/** HTTP status of every error code. */
final class ErrorMap {
  /** Seconds that a client shall wait before it tries again what may succeed then. */
  static final int RETRY_AFTER_S = 1;

  private ErrorMap() {}

  /** The status. A client repeats 429, 503, 507 and 500, and no other one. */
  static int status(ErrorCode code) {
    return switch (code) {
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
          END_BEFORE_START,
          MISSING_FIELD,
          UNSUPPORTED_TYPE,
          TOO_FAR_IN_FUTURE,
          BEFORE_RETENTION,
          UNKNOWN_STATE,
          OUT_OF_RANGE,
          BAD_STATUS,
          UNIT_MISMATCH,
          SQL_ERROR ->
          400;
      case UNAUTHENTICATED -> 401;
      case READ_ONLY, SQL_REFUSED, FORBIDDEN, ORIGIN_REFUSED, EPOCH_FENCED -> 403;
      case UNKNOWN_TAG, NOT_FOUND -> 404;
      case METHOD_NOT_ALLOWED -> 405;
      case NOT_ACCEPTABLE -> 406;
      case CONFLICT, DUPLICATE, SEQUENCE_GAP, ENTRY_EXISTS, NO_ENTRY -> 409;
      case BODY_TOO_LARGE -> 413;
      case UNSUPPORTED_MEDIA_TYPE -> 415;
      // Understood, but it refers to nothing, or asks for more than it may have.
      case UNKNOWN_ID, TOO_MANY, QUERY_MEMORY -> 422;
      case BACK_PRESSURED -> 429;
      case FOREIGN_FILE,
          FORMAT_TOO_OLD,
          FORMAT_TOO_NEW,
          TRUNCATED_FILE,
          CORRUPT,
          JOURNAL_FAILED,
          INTERNAL ->
          500;
      case CANCELLED, UNAVAILABLE, STORE_LOCKED, FOLDER_DENIED, FOLDER_READ_ONLY -> 503;
      // Not 408: browsers send a request again by themselves after that, and it would run twice.
      case DEADLINE_EXCEEDED -> 504;
      case DISK_FULL -> 507;
    };
  }

  /** Whether the answer tells when to try again. */
  static boolean isRetried(ErrorCode code) {
    int status = status(code);
    return status == 429 || status == 503;
  }
}
