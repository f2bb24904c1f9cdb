package io.tidemark.wire.pg;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.Locale;

/** SQLSTATE of every error. */
final class SqlState {
  static final String PROTOCOL_VIOLATION = "08P01";
  static final String FEATURE_NOT_SUPPORTED = "0A000";
  static final String INVALID_AUTHORIZATION = "28000";
  static final String INVALID_STATEMENT_NAME = "26000";
  static final String INVALID_CURSOR_NAME = "34000";
  static final String UNKNOWN_DATABASE = "3D000";
  static final String FAILED_TRANSACTION = "25P02";
  static final String DUPLICATE_STATEMENT = "42P05";
  static final String DUPLICATE_CURSOR = "42P03";
  static final String SYNTAX_ERROR = "42601";
  static final String UNDEFINED_OBJECT = "42704";
  static final String INVALID_PARAMETER = "22023";
  static final String INVALID_TEXT = "22P02";
  static final String INVALID_BINARY = "22P03";
  static final String CHARACTER_NOT_IN_REPERTOIRE = "22021";
  static final String TOO_MANY_CONNECTIONS = "53300";
  static final String LIMIT_EXCEEDED = "54000";
  static final String ADMIN_SHUTDOWN = "57P01";
  static final String CANNOT_CONNECT_NOW = "57P03";
  static final String INTERNAL_ERROR = "XX000";

  private SqlState() {}

  /** The state of an error: where the code alone does not tell, its message does. */
  static String of(HistorianException error) {
    return switch (error.code()) {
      case SQL_ERROR -> ofSql(error.messageText());
      case SQL_REFUSED -> ofRefused(error.messageText());
      default -> of(error.code());
    };
  }

  /** The state of a code. */
  static String of(ErrorCode code) {
    return switch (code) {
      case READ_ONLY -> "25006";
      case SQL_ERROR -> "42000";
      case SQL_REFUSED, UNSUPPORTED_TYPE, UNSUPPORTED_MEDIA_TYPE, METHOD_NOT_ALLOWED ->
          FEATURE_NOT_SUPPORTED;
      case NOT_ACCEPTABLE -> FEATURE_NOT_SUPPORTED;
      case UNAUTHENTICATED -> "28P01";
      case FORBIDDEN, ORIGIN_REFUSED -> "42501";
      case CANCELLED, DEADLINE_EXCEEDED -> "57014";
      case QUERY_MEMORY -> "53200";
      case BACK_PRESSURED -> "53400";
      case DISK_FULL -> "53100";
      case TOO_MANY, TOO_LONG, BODY_TOO_LARGE -> LIMIT_EXCEEDED;
      case UNAVAILABLE -> CANNOT_CONNECT_NOW;
      case STORE_LOCKED, FOLDER_DENIED, FOLDER_READ_ONLY -> "58000";
      case UNKNOWN_TAG, UNKNOWN_ID, NOT_FOUND -> UNDEFINED_OBJECT;
      case UNKNOWN_FIELD -> "42703";
      case MALFORMED -> PROTOCOL_VIOLATION;
      case TIME_OUT_OF_RANGE, BEFORE_RETENTION, TOO_FAR_IN_FUTURE -> "22008";
      case BAD_TIME -> "22007";
      case OUT_OF_RANGE, NOT_FINITE -> "22003";
      case WRONG_TYPE -> "42804";
      case UNKNOWN_PARAMETER,
          EMPTY_RANGE,
          BAD_NAME,
          END_BEFORE_START,
          MISSING_FIELD,
          UNKNOWN_STATE,
          BAD_STATUS,
          UNIT_MISMATCH ->
          INVALID_PARAMETER;
      case CONFLICT, DUPLICATE, SEQUENCE_GAP, EPOCH_FENCED, ENTRY_EXISTS, NO_ENTRY -> "23505";
      case FOREIGN_FILE, FORMAT_TOO_OLD, FORMAT_TOO_NEW, TRUNCATED_FILE, CORRUPT -> "XX001";
      case JOURNAL_FAILED, INTERNAL -> INTERNAL_ERROR;
    };
  }

  private static String ofSql(String message) {
    String text = message.toLowerCase(Locale.ROOT);
    if (text.startsWith("parser error") || text.startsWith("syntax error")) {
      return SYNTAX_ERROR;
    }
    if (text.startsWith("conversion error")) {
      return INVALID_TEXT;
    }
    if (text.startsWith("out of range error")) {
      return "22003";
    }
    if (text.startsWith("invalid input error")) {
      return INVALID_PARAMETER;
    }
    if (text.contains("table with name") || text.contains("referenced table")) {
      return "42P01";
    }
    if (text.contains("function")) {
      return "42883";
    }
    if (text.contains("ambiguous")) {
      return "42702";
    }
    if (text.contains("must appear in the group by")) {
      return "42803";
    }
    if (text.contains("column")) {
      return "42703";
    }
    if (text.contains("parameter")) {
      return "42P02";
    }
    return text.contains("is empty") ? SYNTAX_ERROR : "42000";
  }

  private static String ofRefused(String message) {
    if (message.startsWith("no such relation")) {
      return "42P01";
    }
    if (message.startsWith("no such table function")
        || message.startsWith("function is not available")) {
      return "42883";
    }
    if (message.startsWith("one statement at a time")) {
      return SYNTAX_ERROR;
    }
    return message.contains("too deeply") ? "54001" : FEATURE_NOT_SUPPORTED;
  }
}
