package io.tidemark.csv;

/** Watches a file being read. */
public interface CsvProgress {
  /** Watches nothing. */
  CsvProgress NONE = (bytes, rows) -> {};

  /**
   * Called about every thousand rows and at the end of the file.
   *
   * @param bytes bytes read so far of the file
   * @param rows rows read so far, the heading included
   */
  void at(long bytes, long rows);
}
