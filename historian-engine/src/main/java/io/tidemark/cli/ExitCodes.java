package io.tidemark.cli;

import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.io.UncheckedIOException;

/** How {@code serve} and {@code demo} end. The numbers are documented and never change. */
final class ExitCodes {
  /** Heading of the codes in the help of both commands. */
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

  /* The codes in the help of both commands; docs/operations.md says what to do. */
  static final String STOPPED_TEXT = "0:stopped on request";
  static final String FAILED_TEXT = "1:failed in another way";
  static final String USAGE_TEXT = "2:wrong usage, or a setting that cannot be used";
  static final String LOCKED_TEXT = "3:another server has the data folder";
  static final String PORT_TEXT = "4:the port cannot be opened";
  static final String STORE_TEXT = "5:the folder holds no store that can be opened";
  static final String FOLDER_TEXT = "6:the folder cannot be read or written";
  static final String FATAL_TEXT = "70:the journal failed while the server ran";
  static final String SIGNAL_TEXT = "129, 130, 143:ended by a second signal";

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
