package io.tidemark.cli;

import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.io.UncheckedIOException;

/** How {@code serve} and {@code demo} end. The numbers are documented and never change. */
final class ExitCodes {
  /** For the help of both commands. */
  static final String HEADING = "%nExit codes:%n";

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
            case FORBIDDEN, OUT_OF_RANGE, UNKNOWN_FIELD, MALFORMED -> USAGE;
            default -> FAILED;
          };
      case IOException _, UncheckedIOException _ -> FOLDER;
      default -> FAILED;
    };
  }
}
