package io.tidemark.query.arrow;

import io.tidemark.query.arrow.ArrowPageWriter.Column;
import io.tidemark.query.arrow.ArrowPageWriter.Type;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows of SQL values as one Arrow IPC stream: TIMESTAMPTZ as {@code timestamp[ns, UTC]},
 * text and what has no plain Arrow type as utf8.
 */
public final class ArrowRows {
  private ArrowRows() {}

  /**
   * Writes all rows.
   *
   * @param names column names
   * @param types SQL type names
   * @param uoms units of measure, empty where unknown
   * @param next moves to the next row
   * @param value reads a column of the current row
   */
  public static void write(
      List<String> names,
      List<String> types,
      List<String> uoms,
      BooleanSupplier next,
      IntFunction<@Nullable Object> value,
      String dataVersion,
      ZoneId zone,
      OutputStream out)
      throws IOException {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      columns.add(
          new Column(
              names.get(i),
              type(types.get(i)),
              uoms.get(i).isEmpty() ? Map.of() : Map.of("uom", uoms.get(i))));
    }
    try (ArrowPageWriter writer =
        new ArrowPageWriter(
            columns, Map.of("dataVersion", dataVersion, "timeZone", zone.getId()), out)) {
      while (next.getAsBoolean()) {
        for (int i = 0; i < columns.size(); i++) {
          set(writer, i, columns.get(i).type(), value.apply(i));
        }
        writer.endRow();
      }
      writer.end();
    }
  }

  private static Type type(String sqlType) {
    return switch (sqlType) {
      case "BOOLEAN" -> Type.BOOL;
      case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT" -> Type.INT64;
      case "UINTEGER" -> Type.UINT32;
      case "FLOAT", "DOUBLE", "HUGEINT", "UBIGINT" -> Type.FLOAT64;
      case "TIMESTAMP WITH TIME ZONE" -> Type.TIME;
      default -> sqlType.startsWith("DECIMAL") ? Type.FLOAT64 : Type.TEXT;
    };
  }

  private static void set(ArrowPageWriter writer, int column, Type type, @Nullable Object value) {
    if (value == null) {
      return;
    }
    switch (type) {
      case BOOL -> writer.setBool(column, (Boolean) value);
      case INT64 -> writer.setLong(column, ((Number) value).longValue());
      case UINT32 -> writer.setUnsignedInt(column, ((Number) value).intValue());
      case FLOAT64 -> writer.setDouble(column, number(value));
      case TIME -> {
        Instant instant = (Instant) value;
        writer.setTime(
            column,
            Math.addExact(
                Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano()));
      }
      case TEXT -> writer.setText(column, value.toString());
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
