package io.tidemark.model;

/**
 * Every error the historian reports, with a number that is never reused. Each wire maps every code
 * to its protocol; a test proves that none is forgotten.
 */
public enum ErrorCode {
  /** The payload is not what its content type says. */
  MALFORMED(1, Kind.USER),
  /** A field that this item does not have. */
  UNKNOWN_FIELD(2, Kind.USER),
  /** A query parameter that this route does not have. */
  UNKNOWN_PARAMETER(3, Kind.USER),
  /** A value of another type than the tag or field has. */
  WRONG_TYPE(4, Kind.USER),
  /** A time outside int64 nanoseconds (1677-09-21 to 2262-04-11). */
  TIME_OUT_OF_RANGE(5, Kind.USER),
  /** A time or time expression that cannot be read. */
  BAD_TIME(6, Kind.USER),
  /** The end is not after the start. */
  EMPTY_RANGE(7, Kind.USER),
  /** A name or text longer than its limit. */
  TOO_LONG(8, Kind.USER),
  /** A name that is blank, or holds control characters or wildcards. */
  BAD_NAME(9, Kind.USER),
  /** NaN or Infinity where a finite number must stand. */
  NOT_FINITE(10, Kind.USER),
  /** No tag of that name. */
  UNKNOWN_TAG(11, Kind.USER),
  /** A reference to a context object that does not exist. */
  UNKNOWN_ID(12, Kind.USER),
  /** An interval that ends before it starts. */
  END_BEFORE_START(13, Kind.USER),
  /** A required field is missing. */
  MISSING_FIELD(14, Kind.USER),
  /** A request body over the limit. */
  BODY_TOO_LARGE(15, Kind.USER),
  /** A sample of a type that is not built. */
  UNSUPPORTED_TYPE(16, Kind.USER),
  /** A source time further ahead of the server's clock than allowed. */
  TOO_FAR_IN_FUTURE(17, Kind.USER),
  /** A text that is no state of the tag. */
  UNKNOWN_STATE(18, Kind.USER),
  /** A value outside what a field accepts. */
  OUT_OF_RANGE(19, Kind.USER),
  /** A status text that is no StatusCode. */
  BAD_STATUS(20, Kind.USER),
  /** The object exists with another definition that may not be changed so. */
  CONFLICT(21, Kind.USER),
  /** More items, tags or points than a request may ask for. */
  TOO_MANY(22, Kind.USER),
  /** A source time before what retention keeps. */
  BEFORE_RETENTION(23, Kind.USER),
  /** A sample of that time is there, and the tag takes no second one. */
  DUPLICATE(24, Kind.USER),
  /** A numbered request that is not the next one of its client. */
  SEQUENCE_GAP(25, Kind.USER),
  /** A numbered request of an epoch that a greater one has ended. */
  EPOCH_FENCED(26, Kind.USER),
  /** Units of measure that do not convert to one another. */
  UNIT_MISMATCH(27, Kind.USER),
  /** Insert, and a sample of that tag and time is there: Bad_EntryExists of OPC UA. */
  ENTRY_EXISTS(28, Kind.USER),
  /** Replace, and there is no sample of that tag and time: Bad_NoEntryExists of OPC UA. */
  NO_ENTRY(29, Kind.USER),
  /** A statement that is not a read. */
  READ_ONLY(30, Kind.USER),
  /** A function, file or setting that statements may not touch. */
  SQL_REFUSED(31, Kind.USER),
  /** A statement that the SQL engine rejects. */
  SQL_ERROR(32, Kind.USER),
  /** No route of that path. */
  NOT_FOUND(40, Kind.USER),
  /** The principal may not do this. */
  FORBIDDEN(41, Kind.USER),
  /** A Host or Origin header that is not on the allow list. */
  ORIGIN_REFUSED(42, Kind.USER),
  /** No format that the client accepts. */
  NOT_ACCEPTABLE(43, Kind.USER),
  /** The route exists, the method does not. */
  METHOD_NOT_ALLOWED(44, Kind.USER),
  /** A content type or encoding that this route does not read. */
  UNSUPPORTED_MEDIA_TYPE(45, Kind.USER),
  /** No credentials, or wrong, expired or revoked ones. */
  UNAUTHENTICATED(46, Kind.USER),
  /** The hand-over is full: retry later. */
  BACK_PRESSURED(100, Kind.RESOURCES),
  /** Too little free space to accept writes. */
  DISK_FULL(101, Kind.RESOURCES),
  /** The query needs more memory than it may have. */
  QUERY_MEMORY(102, Kind.RESOURCES),
  /** The query ran longer than it may. */
  DEADLINE_EXCEEDED(103, Kind.RESOURCES),
  /** The query was cancelled. */
  CANCELLED(104, Kind.RESOURCES),
  /** Starting or stopping. */
  UNAVAILABLE(105, Kind.RESOURCES),
  /** The data folder is in use by another process. */
  STORE_LOCKED(106, Kind.RESOURCES),
  /** The data folder is another user's, or must not be read or written. */
  FOLDER_DENIED(107, Kind.RESOURCES),
  /** The data folder is on a disk that cannot be written. */
  FOLDER_READ_ONLY(108, Kind.RESOURCES),
  /** A file that is not of the expected kind. */
  FOREIGN_FILE(200, Kind.INTERNAL),
  /** A file of a format older than this version reads. */
  FORMAT_TOO_OLD(201, Kind.INTERNAL),
  /** A file of a format newer than this version reads. */
  FORMAT_TOO_NEW(202, Kind.INTERNAL),
  /** A file that ends before its content. */
  TRUNCATED_FILE(203, Kind.INTERNAL),
  /** A checksum or count that does not fit. */
  CORRUPT(204, Kind.INTERNAL),
  /** The journal refused an append or a force: the process stops. */
  JOURNAL_FAILED(205, Kind.INTERNAL),
  /** A bug. */
  INTERNAL(299, Kind.INTERNAL);

  /**
   * Whether a file may be whole but is of a format that this version does not read: then nothing is
   * guessed, set aside, or made again from other files.
   */
  public boolean isOtherFormat() {
    return this == FORMAT_TOO_OLD || this == FORMAT_TOO_NEW;
  }

  /** Who can do something about it. */
  public enum Kind {
    /** The caller. */
    USER,
    /** Whoever gives the server room or time. */
    RESOURCES,
    /** Whoever runs or writes the server. */
    INTERNAL
  }

  private final int number;
  private final Kind kind;

  ErrorCode(int number, Kind kind) {
    this.number = number;
    this.kind = kind;
  }

  /** The stable number. */
  public int number() {
    return number;
  }

  /** Who can do something about it. */
  public Kind kind() {
    return kind;
  }
}
