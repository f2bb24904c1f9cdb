package io.tidemark.csv;

/**
 * Takes the samples of a CSV file in the order of its rows, and the reasons for what it leaves out.
 * One thread. Times are nanoseconds since the epoch; lines count from 1, the heading included.
 */
public interface CsvSink {
  /** A sample of an int64 or int32 column, in the range of its type. */
  void integer(String tag, long timeNs, long value, int status, long line);

  /** A sample of a float64 column, or of a float32 column, widened. */
  void decimal(String tag, long timeNs, double value, int status, long line);

  /** A sample of a bool column. */
  void bool(String tag, long timeNs, boolean value, int status, long line);

  /** A sample of a string or digital column. */
  void text(String tag, long timeNs, String value, int status, long line);

  /** A bad-value word or blank: a sample without a value. */
  void absent(String tag, long timeNs, int status, long line);

  /**
   * A row, or one cell of it, that is left out.
   *
   * @param column heading of the cell, empty if the whole row is left out
   */
  void badRow(long line, String column, String reason);
}
