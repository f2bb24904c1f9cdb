package io.tidemark.query.duckdb;

import java.nio.ByteBuffer;
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
import java.util.Arrays;
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

  /** A text in a vector: its length, then itself if it is short, else how it begins and where. */
  private static final int TEXT_BYTES = 16;

  private static final ByteBuffer NO_TEXTS = ByteBuffer.allocate(0);

  private final DuckDbSession session;
  private final DuckDBPreparedStatement statement;
  private final @Nullable DuckDBChunkedResult chunks;
  private final @Nullable ResultSet rows;
  private final List<String> names = new ArrayList<>();
  private final List<String> types = new ArrayList<>();
  private DuckDBReadableVector[] vectors = {};
  private @Nullable ByteBuffer[] texts = {};
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

  /** Whether all columns of a prepared statement have plain types. */
  static boolean streams(@Nullable ResultSetMetaData columns) throws SQLException {
    if (columns == null) {
      return false;
    }
    List<String> plain = Arrays.asList(STREAMED_TYPES);
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      if (!plain.contains(columns.getColumnTypeName(i))) {
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
        if (!nextChunk()) {
          return false;
        }
      }
      return true;
    } catch (SQLException e) {
      throw session.failed(e);
    }
  }

  /** Whether it can be read in runs. */
  public boolean isInRuns() {
    return chunks != null;
  }

  /**
   * Moves to the next run of rows, see {@link #isInRuns}; not to be mixed with {@link #next}.
   *
   * @return number of rows, 0 at the end
   */
  public int nextRun() {
    while (!closed && nextChunk()) {
      if (rowCount > 0) {
        return rowCount;
      }
    }
    return 0;
  }

  /** Moves before the first row of the next chunk, which may have none; false at the end. */
  private boolean nextChunk() {
    row = -1;
    rowCount = 0;
    try {
      DuckDBChunkedResult result = chunks;
      if (result == null || !result.nextChunk()) {
        return false;
      }
      DuckDBDataChunkReader chunk = result.chunk();
      rowCount = (int) chunk.rowCount();
      vectors = new DuckDBReadableVector[names.size()];
      for (int i = 0; i < vectors.length; i++) {
        vectors[i] = chunk.vector(i);
      }
      texts = new @Nullable ByteBuffer[names.size()];
      return true;
    } catch (RuntimeException e) {
      // The chunked result wraps what DuckDB said.
      if (e.getCause() instanceof SQLException cause) {
        throw session.failed(cause);
      }
      throw session.failed(e);
    }
  }

  /** Copies a DOUBLE column of the run; false if it cannot be. NULLs have any value. */
  public boolean copy(int column, double[] to) {
    ByteBuffer values = values(column, "DOUBLE");
    if (values != null) {
      values.asDoubleBuffer().get(to, 0, rowCount);
    }
    return values != null;
  }

  /** Copies a BIGINT column of the run, or the microseconds of a TIMESTAMPTZ column. */
  public boolean copy(int column, long[] to) {
    ByteBuffer values = values(column, "BIGINT");
    if (values == null) {
      values = values(column, "TIMESTAMP WITH TIME ZONE");
    }
    if (values != null) {
      values.asLongBuffer().get(to, 0, rowCount);
    }
    return values != null;
  }

  /** Copies a UINTEGER column of the run. */
  public boolean copy(int column, int[] to) {
    ByteBuffer values = values(column, "UINTEGER");
    if (values != null) {
      values.asIntBuffer().get(to, 0, rowCount);
    }
    return values != null;
  }

  /**
   * How many rows of the run from one on hold the same text as that row, as far as it is seen
   * without reading it: DuckDB's references to texts are compared; 1 or more.
   */
  public int sameFrom(int column, int rowOfRun) {
    ByteBuffer references = texts[column];
    if (references == null) {
      references = isFull(column) ? values(column, "VARCHAR") : null;
      if (references == null || references.capacity() < rowCount * TEXT_BYTES) {
        references = NO_TEXTS;
      }
      texts[column] = references;
    }
    if (references.capacity() == 0) {
      return 1;
    }
    long first = references.getLong(rowOfRun * TEXT_BYTES);
    long second = references.getLong(rowOfRun * TEXT_BYTES + Long.BYTES);
    int row = rowOfRun + 1;
    while (row < rowCount
        && references.getLong(row * TEXT_BYTES) == first
        && references.getLong(row * TEXT_BYTES + Long.BYTES) == second) {
      row++;
    }
    return row - rowOfRun;
  }

  private @Nullable ByteBuffer values(int column, String type) {
    return types.get(column).equals(type) ? VectorMemory.valuesOf(vectors[column]) : null;
  }

  /** Whether a value of the run is NULL. */
  public boolean isNull(int column, int rowOfRun) {
    return vectors[column].isNull(rowOfRun);
  }

  /** Whether no value of a column of the run is NULL. */
  public boolean isFull(int column) {
    return VectorMemory.isFull(vectors[column], rowCount);
  }

  /**
   * Value of the current row: null, Boolean, Long, Double, BigInteger, BigDecimal, String, Instant,
   * LocalDateTime, LocalDate, LocalTime, List or Map.
   */
  public @Nullable Object value(int column) {
    try {
      return rows != null ? plain(read(rows, column)) : value(column, row);
    } catch (SQLException e) {
      throw session.failed(e);
    }
  }

  /** The same of a row of the run. */
  public @Nullable Object value(int column, int rowOfRun) {
    DuckDBReadableVector vector = vectors[column];
    if (vector.isNull(rowOfRun)) {
      return null;
    }
    return switch (types.get(column)) {
      case "BOOLEAN" -> vector.getBoolean(rowOfRun);
      case "TINYINT" -> (long) vector.getByte(rowOfRun);
      case "SMALLINT" -> (long) vector.getShort(rowOfRun);
      case "INTEGER" -> (long) vector.getInt(rowOfRun);
      case "BIGINT" -> vector.getLong(rowOfRun);
      case "UTINYINT" -> (long) vector.getUint8(rowOfRun);
      case "USMALLINT" -> (long) vector.getUint16(rowOfRun);
      case "UINTEGER" -> vector.getUint32(rowOfRun);
      case "UBIGINT" -> vector.getUint64(rowOfRun);
      case "FLOAT" -> (double) vector.getFloat(rowOfRun);
      case "DOUBLE" -> vector.getDouble(rowOfRun);
      case "TIMESTAMP" -> vector.getLocalDateTime(rowOfRun);
      case "DATE" -> vector.getLocalDate(rowOfRun);
      case "HUGEINT" -> vector.getHugeInt(rowOfRun);
      case "VARCHAR" -> vector.getString(rowOfRun);
      case "TIMESTAMP WITH TIME ZONE" -> vector.getOffsetDateTime(rowOfRun).toInstant();
      default -> throw new IllegalStateException("type is not streamed: " + types.get(column));
    };
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
