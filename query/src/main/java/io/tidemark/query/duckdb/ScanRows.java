package io.tidemark.query.duckdb;

import org.duckdb.DuckDBColumnType;
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
  private final @Nullable VectorMemory[] memory;

  ScanRows(DuckDBDataChunkWriter chunk, int columnCount) {
    capacity = (int) chunk.capacity();
    vectors = new DuckDBWritableVector[columnCount];
    memory = new @Nullable VectorMemory[columnCount];
    for (int i = 0; i < columnCount; i++) {
      vectors[i] = chunk.vector(i);
      memory[i] = VectorMemory.of(vectors[i]);
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
    VectorMemory data = memory[column];
    if (data != null) {
      data.from(row, Double.BYTES).asDoubleBuffer().put(values, from, count);
      data.setPresent(row, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      vectors[column].setDouble(row + i, values[from + i]);
    }
  }

  /** BIGINTs of consecutive rows. */
  public void setLongs(int column, int row, long[] values, int from, int count) {
    VectorMemory data = memory[column];
    if (data != null) {
      data.from(row, Long.BYTES).asLongBuffer().put(values, from, count);
      data.setPresent(row, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      vectors[column].setLong(row + i, values[from + i]);
    }
  }

  /** INTEGERs or UINTEGERs of consecutive rows; the latter are the bits of the ints. */
  public void setInts(int column, int row, int[] values, int from, int count) {
    VectorMemory data = memory[column];
    if (data != null) {
      data.from(row, Integer.BYTES).asIntBuffer().put(values, from, count);
      data.setPresent(row, count);
      return;
    }
    boolean isSigned = vectors[column].getType() == DuckDBColumnType.INTEGER;
    for (int i = 0; i < count; i++) {
      if (isSigned) {
        vectors[column].setInt(row + i, values[from + i]);
      } else {
        setUnsignedInt(column, row + i, values[from + i]);
      }
    }
  }

  /** UTINYINTs of consecutive rows. */
  public void setUnsignedBytes(int column, int row, byte[] values, int from, int count) {
    VectorMemory data = memory[column];
    if (data != null) {
      data.from(row, 1).put(values, from, count);
      data.setPresent(row, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      setUnsignedByte(column, row + i, values[from + i]);
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
      setNull(column, row);
    } else {
      vectors[column].setString(row, value);
    }
  }

  /** NULL. */
  public void setNull(int column, int row) {
    VectorMemory data = memory[column];
    if (data != null) {
      data.setNull(row);
    } else {
      vectors[column].setNull(row);
    }
  }
}
