package io.tidemark.query.arrow;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Runs of rows that come one by one. One thread. */
public final class RowRuns implements RunSource {
  private final int columns;
  private final BooleanSupplier next;
  private final IntFunction<@Nullable Object> value;
  private final List<@Nullable Object[]> rows = new ArrayList<>();

  /**
   * Runs over a cursor.
   *
   * @param columns how many columns there are
   * @param next moves to the next row; false at the end
   * @param value of a column of the current row
   */
  public RowRuns(int columns, BooleanSupplier next, IntFunction<@Nullable Object> value) {
    this.columns = columns;
    this.next = next;
    this.value = value;
  }

  @Override
  public int nextRun() {
    rows.clear();
    while (rows.size() < ROWS_MAX && next.getAsBoolean()) {
      @Nullable Object[] row = new @Nullable Object[columns];
      for (int i = 0; i < columns; i++) {
        row[i] = value.apply(i);
      }
      rows.add(row);
    }
    return rows.size();
  }

  @Override
  public boolean copy(int column, double[] to) {
    return false;
  }

  @Override
  public boolean copy(int column, long[] to) {
    return false;
  }

  @Override
  public boolean copy(int column, int[] to) {
    return false;
  }

  @Override
  public boolean isNull(int column, int row) {
    return rows.get(row)[column] == null;
  }

  @Override
  public boolean isFull(int column) {
    return false;
  }

  @Override
  public @Nullable Object value(int column, int row) {
    return rows.get(row)[column];
  }
}
