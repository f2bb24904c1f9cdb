package io.tidemark.cli;

import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * How {@code serve} and {@code demo} end. The numbers never change; {@link ServerOptions} has their
 * words for the help, docs/operations.md what to do.
 */
final class ExitCodes {
  /** Stopped on request. */
  static final int STOPPED = 0;

  /** Failed in a way that has no number of its own. */
  static final int FAILED = 1;

  /** Wrong usage, or a setting that cannot be used. */
  static final int USAGE = 2;

  /** Another server has the data folder. */
  static final int LOCKED = 3;

  /** The port cannot be opened. */
  static final int PORT = 4;

  /** The data folder holds no store that can be opened. */
  static final int STORE = 5;

  /** The data folder cannot be read or written. */
  static final int FOLDER = 6;

  /** The journal failed while the server ran. */
  static final int FATAL = 70;

  private ExitCodes() {}

  /** Code of a start that failed. */
  static int of(Exception failure) {
    return switch (failure) {
      case HistorianException refused ->
          switch (refused.code()) {
            case STORE_LOCKED -> LOCKED;
            case UNAVAILABLE -> PORT;
            case FOREIGN_FILE, FORMAT_TOO_OLD, FORMAT_TOO_NEW, TRUNCATED_FILE, CORRUPT -> STORE;
            case FOLDER_DENIED, FOLDER_READ_ONLY, DISK_FULL -> FOLDER;
            case FORBIDDEN, OUT_OF_RANGE, UNKNOWN_FIELD, MALFORMED -> USAGE;
            default -> FAILED;
          };
      case IOException _, UncheckedIOException _ -> FOLDER;
      default -> FAILED;
    };
  }
}
