package io.tidemark.csv;

/** The time seen last in a run of rows that should go forward: those of one tag, or of the file. */
final class TimeTrack {
  // While the format is looked for: the time under both readings of day and month.
  long dayFirst = TimeText.NO_TIME;
  long monthFirst = TimeText.NO_TIME;

  // While rows are read.
  boolean started;
  long lastNs;

  void restart() {
    started = false;
  }
}
