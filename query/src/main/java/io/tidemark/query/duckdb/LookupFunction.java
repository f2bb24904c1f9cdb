package io.tidemark.query.duckdb;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBScalarFunction;
import org.duckdb.DuckDBScalarFunctionBuilder;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/**
 * The scalar functions {@code tidemark_lookup_TYPE(handle BIGINT, name VARCHAR, ns BIGINT)}. The
 * handle names a {@link Lookup} in Java.
 */
final class LookupFunction implements DuckDBScalarFunction {
  static final String PREFIX = "tidemark_lookup_";

  private final Lookup.Type type;
  private final ConcurrentHashMap<Long, LookupHandle> handles;

  private LookupFunction(Lookup.Type type, ConcurrentHashMap<Long, LookupHandle> handles) {
    this.type = type;
    this.handles = handles;
  }

  static void register(Connection connection, ConcurrentHashMap<Long, LookupHandle> handles)
      throws SQLException {
    for (Lookup.Type type : Lookup.Type.values()) {
      try (DuckDBScalarFunctionBuilder builder = DuckDBFunctions.scalarFunction()) {
        builder
            .withName(PREFIX + type.name().toLowerCase(Locale.ROOT))
            .withParameters(
                DuckDBColumnType.BIGINT, DuckDBColumnType.VARCHAR, DuckDBColumnType.BIGINT)
            .withReturnType(DuckDBColumnType.valueOf(type.name()))
            .withVectorizedFunction(new LookupFunction(type, handles))
            .register(connection);
      }
    }
  }

  @Override
  public void apply(DuckDBDataChunkReader rows, DuckDBWritableVector out) {
    int count = (int) rows.rowCount();
    if (count == 0) {
      return;
    }
    DuckDBReadableVector names = rows.vector(1);
    DuckDBReadableVector times = rows.vector(2);
    LookupHandle handle = handles.get(rows.vector(0).getLong(0));
    if (handle == null) {
      throw new HistorianException(ErrorCode.INTERNAL, "lookup is not registered");
    }
    try {
      @Nullable String[] keys = new @Nullable String[count];
      long[] ns = new long[count];
      for (int row = 0; row < count; row++) {
        if (!names.isNull(row) && !times.isNull(row)) {
          keys[row] = names.getString(row);
          ns[row] = times.getLong(row);
        }
      }
      @Nullable Object[] found = handle.lookup().find(keys, ns);
      for (int row = 0; row < count; row++) {
        set(out, row, found[row]);
      }
    } catch (RuntimeException | Error e) {
      handle.failed(e);
      throw e;
    }
  }

  private void set(DuckDBWritableVector out, int row, @Nullable Object value) {
    if (value == null) {
      out.setNull(row);
      return;
    }
    switch (type) {
      case DOUBLE -> out.setDouble(row, (Double) value);
      case VARCHAR -> out.setString(row, (String) value);
      case UINTEGER -> out.setUint32(row, Integer.toUnsignedLong((Integer) value));
    }
  }
}
