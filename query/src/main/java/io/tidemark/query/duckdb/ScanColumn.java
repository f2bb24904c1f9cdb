package io.tidemark.query.duckdb;

/**
 * A column that a {@link ScanSource} offers.
 *
 * @param name name in the statement
 * @param type SQL type
 */
public record ScanColumn(String name, Type type) {
  /** Types that cross from Java to DuckDB. */
  public enum Type {
    /** 32-bit signed. */
    INTEGER,
    /** 64-bit signed. */
    BIGINT,
    /** IEEE 754 double. */
    DOUBLE,
    /** Text. */
    VARCHAR,
    /** 32-bit unsigned, carried in an int. */
    UINTEGER,
    /** 8-bit unsigned, carried in a byte. */
    UTINYINT,
    /** Truth value. */
    BOOLEAN
  }
}
