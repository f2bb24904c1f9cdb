package io.tidemark.query.arrow;

import org.jspecify.annotations.Nullable;

/** Rows of a result, a run of them at a time. One thread. */
public interface RunSource {
  /** Moves to the next run: its number of rows, 0 at the end; at most {@link #ROWS_MAX}. */
  int nextRun();

  /** Most rows of a run. */
  int ROWS_MAX = 2048;

  /** Numbers of a column of the run; false if they must be taken one by one. */
  boolean copy(int column, double[] to);

  /** Whole numbers, or microseconds since the epoch of a column of times; as {@link #copy}. */
  boolean copy(int column, long[] to);

  /** Bits of unsigned whole numbers; as {@link #copy}. */
  boolean copy(int column, int[] to);

  /** Whether a value is NULL. */
  boolean isNull(int column, int row);

  /** The first row from one on whose value is NULL; {@code count} if there is none. */
  default int nextNull(int column, int from, int count) {
    int row = from;
    while (row < count && !isNull(column, row)) {
      row++;
    }
    return row;
  }

  /** Whether no value of a column of the run is NULL. */
  boolean isFull(int column);

  /**
   * How many rows from one on are seen at a glance to have the same value as that row; 1 or more.
   */
  default int sameFrom(int column, int row) {
    return 1;
  }

  /** A value. */
  @Nullable Object value(int column, int row);
}
