package io.tidemark.wire.pg;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The types that go over the wire. */
enum PgType {
  BOOL(16, 1, null),
  BYTEA(17, -1, null),
  INT8(20, 8, null),
  INT2(21, 2, null),
  INT4(23, 4, null),
  TEXT(25, -1, null),
  OID(26, 4, null),
  JSON(114, -1, null),
  FLOAT4(700, 4, null),
  FLOAT8(701, 8, null),
  DATE(1082, 4, null),
  TIME(1083, 8, null),
  TIMESTAMP(1114, 8, null),
  TIMESTAMPTZ(1184, 8, null),
  INTERVAL(1186, 16, null),
  NUMERIC(1700, -1, null),
  UUID(2950, 16, null),
  BOOL_ARRAY(1000, -1, BOOL),
  INT2_ARRAY(1005, -1, INT2),
  INT4_ARRAY(1007, -1, INT4),
  TEXT_ARRAY(1009, -1, TEXT),
  INT8_ARRAY(1016, -1, INT8),
  FLOAT4_ARRAY(1021, -1, FLOAT4),
  FLOAT8_ARRAY(1022, -1, FLOAT8),
  OID_ARRAY(1028, -1, OID),
  TIMESTAMPTZ_ARRAY(1185, -1, TIMESTAMPTZ),
  NUMERIC_ARRAY(1231, -1, NUMERIC);

  private static final Map<Integer, PgType> BY_OID = new HashMap<>();
  private static final Map<PgType, PgType> ARRAYS = new HashMap<>();

  static {
    for (PgType type : values()) {
      BY_OID.put(type.oid, type);
      if (type.element != null) {
        ARRAYS.put(type.element, type);
      }
    }
    // Texts of other names, and types of identity.
    BY_OID.put(18, TEXT);
    BY_OID.put(19, TEXT);
    BY_OID.put(705, TEXT);
    BY_OID.put(1042, TEXT);
    BY_OID.put(1043, TEXT);
    BY_OID.put(3802, JSON);
    BY_OID.put(1003, TEXT_ARRAY);
    BY_OID.put(1014, TEXT_ARRAY);
    BY_OID.put(1015, TEXT_ARRAY);
  }

  private final int oid;
  private final int size;
  private final @Nullable PgType element;

  PgType(int oid, int size, @Nullable PgType element) {
    this.oid = oid;
    this.size = size;
    this.element = element;
  }

  /** The number that drivers know it by. */
  int oid() {
    return oid;
  }

  /** Bytes of a value, -1 if they vary. */
  int size() {
    return size;
  }

  /** Type of the elements of a list, or null. */
  @Nullable PgType element() {
    return element;
  }

  /** The type of a number, or null. */
  static @Nullable PgType ofOid(int oid) {
    return BY_OID.get(oid);
  }

  /**
   * The type of a column.
   *
   * @param sqlType name of DuckDB's type
   * @param isCatalog whether unsigned numbers are those of catalog rows
   */
  static PgType ofSql(String sqlType, boolean isCatalog) {
    if (sqlType.endsWith("[]")) {
      PgType array = ARRAYS.get(ofSql(sqlType.substring(0, sqlType.length() - 2), isCatalog));
      return array == null || sqlType.endsWith("[][]") ? JSON : array;
    }
    return switch (sqlType) {
      case "BOOLEAN" -> BOOL;
      case "TINYINT", "UTINYINT", "SMALLINT" -> INT2;
      case "USMALLINT", "INTEGER" -> INT4;
      case "UINTEGER" -> isCatalog ? OID : INT8;
      case "BIGINT" -> INT8;
      case "UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM" -> NUMERIC;
      case "FLOAT" -> FLOAT4;
      case "DOUBLE" -> FLOAT8;
      case "TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ" -> TIMESTAMPTZ;
      case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS" -> TIMESTAMP;
      case "DATE" -> DATE;
      case "TIME" -> TIME;
      case "INTERVAL" -> INTERVAL;
      case "UUID" -> UUID;
      case "BLOB" -> BYTEA;
      case "JSON" -> JSON;
      default ->
          sqlType.startsWith("DECIMAL")
              ? NUMERIC
              : sqlType.startsWith("STRUCT") || sqlType.startsWith("MAP") ? JSON : TEXT;
    };
  }
}
