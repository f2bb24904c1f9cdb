package io.tidemark.query.duckdb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one of DuckDB's vectors, for runs of values: the driver's setters take one value at
 * a time, with a lock and four checks each. The driver keeps the buffers in private fields; a
 * driver without these fields has no such memory, and is written to value by value.
 *
 * @param values in native order
 * @param validity a bit for each row, set where it is not NULL; the driver clears all of them
 */
record VectorMemory(ByteBuffer values, ByteBuffer validity) {
  private static final @Nullable VarHandle DATA = field(DuckDBWritableVector.class, "data");
  private static final @Nullable VarHandle VALIDITY = field(DuckDBWritableVector.class, "validity");
  private static final @Nullable VarHandle READ_DATA = field(DuckDBReadableVector.class, "data");
  private static final @Nullable VarHandle READ_VALIDITY =
      field(DuckDBReadableVector.class, "validity");

  private static @Nullable VarHandle field(Class<?> vector, String name) {
    try {
      return MethodHandles.privateLookupIn(vector, MethodHandles.lookup())
          .findVarHandle(vector, name, ByteBuffer.class);
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  /** Memory that is valid as long as the vector; null if it cannot be reached. */
  static @Nullable VectorMemory of(DuckDBWritableVector vector) {
    if (DATA == null || VALIDITY == null) {
      return null;
    }
    ByteBuffer data = (ByteBuffer) DATA.get(vector);
    ByteBuffer validity = (ByteBuffer) VALIDITY.get(vector);
    return data == null || validity == null
        ? null
        : new VectorMemory(
            data.duplicate().order(ByteOrder.nativeOrder()),
            validity.duplicate().order(ByteOrder.nativeOrder()));
  }

  /** The values of a vector that DuckDB filled, in native order; null if they cannot be reached. */
  static @Nullable ByteBuffer valuesOf(DuckDBReadableVector vector) {
    ByteBuffer data = READ_DATA == null ? null : (ByteBuffer) READ_DATA.get(vector);
    return data == null ? null : data.duplicate().order(ByteOrder.nativeOrder()).position(0);
  }

  /** Whether no value of a vector that DuckDB filled is NULL. */
  static boolean isFull(DuckDBReadableVector vector, int count) {
    if (READ_VALIDITY != null) {
      ByteBuffer validity = (ByteBuffer) READ_VALIDITY.get(vector);
      if (validity == null || holdsOnes(validity, count)) {
        return true;
      }
    }
    for (int row = 0; row < count; row++) {
      if (vector.isNull(row)) {
        return false;
      }
    }
    return true;
  }

  private static boolean holdsOnes(ByteBuffer validity, int count) {
    int words = count >> 6;
    if (validity.capacity() < words * Long.BYTES) {
      return false;
    }
    for (int word = 0; word < words; word++) {
      if (validity.getLong(word * Long.BYTES) != -1L) {
        return false;
      }
    }
    return (count & 63) == 0;
  }

  /** The values from a row on. */
  ByteBuffer from(int row, int width) {
    return values.position(row * width);
  }

  /** Says that rows are not NULL. */
  void setPresent(int row, int count) {
    if (count == 0) {
      return;
    }
    int end = row + count;
    for (int word = row >> 6; word << 6 < end; word++) {
      int first = Math.max(row - (word << 6), 0);
      int last = Math.min(end - (word << 6), Long.SIZE);
      long bits = -1L >>> (Long.SIZE - (last - first)) << first;
      validity.putLong(word << 3, validity.getLong(word << 3) | bits);
    }
  }

  /** Says that a row is NULL. */
  void setNull(int row) {
    int at = row >> 6 << 3;
    validity.putLong(at, validity.getLong(at) & ~(1L << row));
  }
}
