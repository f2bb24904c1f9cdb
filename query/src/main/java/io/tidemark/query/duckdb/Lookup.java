package io.tidemark.query.duckdb;

import org.jspecify.annotations.Nullable;

/**
 * Values of ours that a statement asks for row by row, a vector of rows at a time. Safe from any
 * thread.
 */
public interface Lookup {
  /** What it answers. */
  enum Type {
    /** Double. */
    DOUBLE,
    /** String. */
    VARCHAR,
    /** Integer, the bits of an unsigned one. */
    UINTEGER
  }

  /** What it answers. */
  Type type();

  /**
   * The answer of each row.
   *
   * @param names a name of each row, null for SQL's NULL
   * @param times an instant of each row that has a name, nanoseconds since the epoch
   * @return carriers of the type, null for NULL
   */
  @Nullable Object[] find(@Nullable String[] names, long[] times);
}
