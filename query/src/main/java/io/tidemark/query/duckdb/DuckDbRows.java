package io.tidemark.query.duckdb;

import java.sql.Array;
import java.sql.Blob;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Struct;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBPreparedStatement;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBStruct;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a running query. One thread. Closing it ends the query.
 *
 * <p>Two ways lead here. DuckDB's chunked result streams and reports errors in full, but its
 * vectors know plain types only. Results with lists, structures, decimals and the like come as a
 * result set that DuckDB holds (within its memory limit, else spilled); the streaming form of the
 * result set is not used, since it replaces every error by "Invalid result set" (2.0.0.1).
 */
public final class DuckDbRows implements AutoCloseable {
  // Type numbers of DuckDB's C interface (duckdb.h, enum DUCKDB_TYPE).
  private static final String[] STREAMED_TYPES = new String[40];

  static {
    STREAMED_TYPES[1] = "BOOLEAN";
    STREAMED_TYPES[2] = "TINYINT";
    STREAMED_TYPES[3] = "SMALLINT";
    STREAMED_TYPES[4] = "INTEGER";
    STREAMED_TYPES[5] = "BIGINT";
    STREAMED_TYPES[6] = "UTINYINT";
    STREAMED_TYPES[7] = "USMALLINT";
    STREAMED_TYPES[8] = "UINTEGER";
    STREAMED_TYPES[9] = "UBIGINT";
    STREAMED_TYPES[10] = "FLOAT";
    STREAMED_TYPES[11] = "DOUBLE";
    STREAMED_TYPES[12] = "TIMESTAMP";
    STREAMED_TYPES[13] = "DATE";
    STREAMED_TYPES[16] = "HUGEINT";
    STREAMED_TYPES[17] = "VARCHAR";
    STREAMED_TYPES[31] = "TIMESTAMP WITH TIME ZONE";
  }

  private final DuckDbSession session;
  private final DuckDBPreparedStatement statement;
  private final @Nullable DuckDBChunkedResult chunks;
  private final @Nullable ResultSet rows;
  private final List<String> names = new ArrayList<>();
  private final List<String> types = new ArrayList<>();
  private DuckDBReadableVector[] vectors = {};
  private int row = -1;
  private int rowCount;
  private boolean closed;

  DuckDbRows(DuckDbSession session, DuckDBPreparedStatement statement, DuckDBChunkedResult chunks) {
    this.session = session;
    this.statement = statement;
    this.chunks = chunks;
    this.rows = null;
    for (int i = 0; i < chunks.columnCount(); i++) {
      names.add(chunks.columnName(i));
      types.add(STREAMED_TYPES[chunks.columnTypeId(i)]);
    }
  }

  DuckDbRows(DuckDbSession session, DuckDBPreparedStatement statement, ResultSet rows)
      throws SQLException {
    this.session = session;
    this.statement = statement;
    this.chunks = null;
    this.rows = rows;
    ResultSetMetaData metaData = rows.getMetaData();
    for (int i = 1; i <= metaData.getColumnCount(); i++) {
      names.add(metaData.getColumnName(i));
      types.add(metaData.getColumnTypeName(i));
    }
  }

  static boolean streams(DuckDBChunkedResult chunks) {
    for (int i = 0; i < chunks.columnCount(); i++) {
      int type = chunks.columnTypeId(i);
      if (type < 0 || type >= STREAMED_TYPES.length || STREAMED_TYPES[type] == null) {
        return false;
      }
    }
    return true;
  }

  /** Column names, left to right. */
  public List<String> names() {
    return names;
  }

  /** SQL type names, left to right. */
  public List<String> types() {
    return types;
  }

  /** Moves to the next row; false at the end. */
  public boolean next() {
    if (closed) {
      return false;
    }
    try {
      if (rows != null) {
        return rows.next();
      }
      while (++row >= rowCount) {
        DuckDBChunkedResult result = chunks;
        if (result == null || !result.nextChunk()) {
          row = -1;
          rowCount = 0;
          return false;
        }
        DuckDBDataChunkReader chunk = result.chunk();
        rowCount = (int) chunk.rowCount();
        row = -1;
        vectors = new DuckDBReadableVector[names.size()];
        for (int i = 0; i < vectors.length; i++) {
          vectors[i] = chunk.vector(i);
        }
      }
      return true;
    } catch (SQLException e) {
      throw session.failed(e);
    } catch (RuntimeException e) {
      // The chunked result wraps what DuckDB said.
      if (e.getCause() instanceof SQLException cause) {
        throw session.failed(cause);
      }
      throw session.failed(e);
    }
  }

  /**
   * Value of the current row: null, Boolean, Long, Double, BigInteger, BigDecimal, String, Instant,
   * LocalDateTime, LocalDate, LocalTime, List or Map.
   */
  public @Nullable Object value(int column) {
    try {
      if (rows != null) {
        return plain(read(rows, column));
      }
      DuckDBReadableVector vector = vectors[column];
      if (vector.isNull(row)) {
        return null;
      }
      return switch (types.get(column)) {
        case "BOOLEAN" -> vector.getBoolean(row);
        case "TINYINT" -> (long) vector.getByte(row);
        case "SMALLINT" -> (long) vector.getShort(row);
        case "INTEGER" -> (long) vector.getInt(row);
        case "BIGINT" -> vector.getLong(row);
        case "UTINYINT" -> (long) vector.getUint8(row);
        case "USMALLINT" -> (long) vector.getUint16(row);
        case "UINTEGER" -> vector.getUint32(row);
        case "UBIGINT" -> vector.getUint64(row);
        case "FLOAT" -> (double) vector.getFloat(row);
        case "DOUBLE" -> vector.getDouble(row);
        case "TIMESTAMP" -> vector.getLocalDateTime(row);
        case "DATE" -> vector.getLocalDate(row);
        case "HUGEINT" -> vector.getHugeInt(row);
        case "VARCHAR" -> vector.getString(row);
        case "TIMESTAMP WITH TIME ZONE" -> vector.getOffsetDateTime(row).toInstant();
        default -> throw new IllegalStateException("type is not streamed: " + types.get(column));
      };
    } catch (SQLException e) {
      throw session.failed(e);
    }
  }

  private @Nullable Object read(ResultSet from, int column) throws SQLException {
    String type = types.get(column);
    if (type.startsWith("TIMESTAMP") && !type.endsWith("]")) {
      return type.endsWith("TIME ZONE")
          ? from.getObject(column + 1, OffsetDateTime.class)
          : from.getObject(column + 1, LocalDateTime.class);
    }
    return from.getObject(column + 1);
  }

  private static @Nullable Object plain(@Nullable Object value) throws SQLException {
    return switch (value) {
      case null -> null;
      case Byte number -> number.longValue();
      case Short number -> number.longValue();
      case Integer number -> number.longValue();
      case Float number -> number.doubleValue();
      case OffsetDateTime time -> time.toInstant();
      case OffsetTime time -> time.toString();
      case java.sql.Timestamp time -> time.toLocalDateTime();
      case UUID uuid -> uuid.toString();
      case Array array -> elements(array);
      case Struct struct -> fields(struct);
      case Map<?, ?> map -> entries(map);
      case Blob blob -> HexFormat.of().formatHex(blob.getBytes(1, (int) blob.length()));
      case org.duckdb.JsonNode json -> json.toString();
      default -> value;
    };
  }

  private static List<@Nullable Object> elements(Array array) throws SQLException {
    List<@Nullable Object> list = new ArrayList<>();
    for (Object element : (Object[]) array.getArray()) {
      list.add(plain(element));
    }
    return list;
  }

  private static Map<String, @Nullable Object> fields(Struct struct) throws SQLException {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    if (struct instanceof DuckDBStruct named) {
      for (Map.Entry<String, Object> field : named.getMap().entrySet()) {
        map.put(field.getKey(), plain(field.getValue()));
      }
    }
    return map;
  }

  private static Map<String, @Nullable Object> entries(Map<?, ?> from) throws SQLException {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : from.entrySet()) {
      map.put(String.valueOf(plain(entry.getKey())), plain(entry.getValue()));
    }
    return map;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (chunks != null) {
        chunks.close();
      }
      if (rows != null) {
        rows.close();
      }
    } catch (SQLException e) {
      // Closed by DuckDB after an error.
    } finally {
      session.ended(statement);
    }
  }
}
