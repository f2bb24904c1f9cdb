package io.tidemark.query.duckdb;

import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/**
 * The rows that a worker fills: one vector a wanted column, in the order the columns were asked
 * for. Only valid during the call that lends it.
 */
public final class ScanRows {
  private final int capacity;
  private final DuckDBWritableVector[] vectors;

  ScanRows(DuckDBDataChunkWriter chunk, int columnCount) {
    capacity = (int) chunk.capacity();
    vectors = new DuckDBWritableVector[columnCount];
    for (int i = 0; i < columnCount; i++) {
      vectors[i] = chunk.vector(i);
    }
  }

  /** Most rows of one call. */
  public int capacity() {
    return capacity;
  }

  /** A BIGINT. */
  public void setLong(int column, int row, long value) {
    vectors[column].setLong(row, value);
  }

  /** An INTEGER. */
  public void setInt(int column, int row, int value) {
    vectors[column].setInt(row, value);
  }

  /** A DOUBLE. */
  public void setDouble(int column, int row, double value) {
    vectors[column].setDouble(row, value);
  }

  /** A BOOLEAN. */
  public void setBoolean(int column, int row, boolean value) {
    vectors[column].setBoolean(row, value);
  }

  /** DOUBLEs of consecutive rows. */
  public void setDoubles(int column, int row, double[] values, int from, int count) {
    for (int i = 0; i < count; i++) {
      vectors[column].setDouble(row + i, values[from + i]);
    }
  }

  /** A UINTEGER. */
  public void setUnsignedInt(int column, int row, int value) {
    vectors[column].setUint32(row, Integer.toUnsignedLong(value));
  }

  /** A UTINYINT. */
  public void setUnsignedByte(int column, int row, byte value) {
    vectors[column].setUint8(row, Byte.toUnsignedInt(value));
  }

  /** A VARCHAR; null for NULL. */
  public void setText(int column, int row, @Nullable String value) {
    if (value == null) {
      vectors[column].setNull(row);
    } else {
      vectors[column].setString(row, value);
    }
  }

  /** NULL. */
  public void setNull(int column, int row) {
    vectors[column].setNull(row);
  }
}
