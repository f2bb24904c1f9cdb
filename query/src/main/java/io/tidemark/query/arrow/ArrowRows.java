package io.tidemark.query.arrow;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows of SQL values as one Arrow IPC stream: TIMESTAMPTZ as {@code timestamp[ns, UTC]},
 * text and what has no plain Arrow type as utf8. Flat memory: one batch at a time.
 */
public final class ArrowRows {
  private static final int BATCH_ROWS = 8192;
  private static final long BYTES_MAX = 256L << 20;

  private ArrowRows() {}

  /**
   * Writes all rows.
   *
   * @param names column names
   * @param types SQL type names
   * @param next moves to the next row
   * @param value reads a column of the current row
   */
  public static void write(
      List<String> names,
      List<String> types,
      BooleanSupplier next,
      IntFunction<@Nullable Object> value,
      String dataVersion,
      ZoneId zone,
      OutputStream out)
      throws IOException {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      fields.add(new Field(names.get(i), FieldType.nullable(arrowType(types.get(i))), List.of()));
    }
    Schema schema =
        new Schema(fields, Map.of("dataVersion", dataVersion, "timeZone", zone.getId()));
    try (BufferAllocator allocator = new RootAllocator(BYTES_MAX);
        VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
        ArrowStreamWriter writer = new ArrowStreamWriter(root, null, out)) {
      writer.start();
      int row = 0;
      while (next.getAsBoolean()) {
        for (int column = 0; column < names.size(); column++) {
          set(root.getVector(column), row, value.apply(column));
        }
        if (++row == BATCH_ROWS) {
          root.setRowCount(row);
          writer.writeBatch();
          root.clear();
          row = 0;
        }
      }
      if (row > 0) {
        root.setRowCount(row);
        writer.writeBatch();
      }
      writer.end();
    }
  }

  private static ArrowType arrowType(String sqlType) {
    return switch (sqlType) {
      case "BOOLEAN" -> new ArrowType.Bool();
      case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT" ->
          new ArrowType.Int(64, true);
      case "UINTEGER" -> new ArrowType.Int(32, false);
      case "FLOAT", "DOUBLE", "HUGEINT", "UBIGINT" ->
          new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
      case "TIMESTAMP WITH TIME ZONE" -> new ArrowType.Timestamp(TimeUnit.NANOSECOND, "UTC");
      default ->
          sqlType.startsWith("DECIMAL")
              ? new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)
              : new ArrowType.Utf8();
    };
  }

  private static void set(FieldVector vector, int row, @Nullable Object value) {
    if (value == null) {
      vector.setNull(row);
      return;
    }
    switch (vector) {
      case BitVector bits -> bits.setSafe(row, ((Boolean) value) ? 1 : 0);
      case BigIntVector longs -> longs.setSafe(row, ((Number) value).longValue());
      case UInt4Vector ints -> ints.setSafe(row, ((Number) value).intValue());
      case Float8Vector doubles -> doubles.setSafe(row, number(value));
      case TimeStampNanoTZVector times -> {
        Instant instant = (Instant) value;
        times.setSafe(
            row,
            Math.addExact(
                Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano()));
      }
      case VarCharVector texts ->
          texts.setSafe(row, value.toString().getBytes(StandardCharsets.UTF_8));
      default -> throw new IllegalStateException("no writer for " + vector.getField());
    }
  }

  private static double number(Object value) {
    return switch (value) {
      case BigInteger big -> big.doubleValue();
      case BigDecimal decimal -> decimal.doubleValue();
      default -> ((Number) value).doubleValue();
    };
  }
}
