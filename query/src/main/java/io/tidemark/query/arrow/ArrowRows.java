package io.tidemark.query.arrow;

import io.tidemark.query.arrow.ArrowPageWriter.Column;
import io.tidemark.query.arrow.ArrowPageWriter.Type;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows of SQL values as one Arrow IPC stream: TIMESTAMPTZ as {@code timestamp[ns, UTC]},
 * text and what has no plain Arrow type as utf8.
 */
public final class ArrowRows {
  private ArrowRows() {}

  /**
   * A column of a result.
   *
   * @param type SQL type name
   * @param metadata of its field: {@code uom}, {@code step} and the like
   */
  public record ResultColumn(String name, String type, Map<String, String> metadata) {}

  /** Writes all rows. */
  public static void write(
      List<ResultColumn> columns, RunSource rows, String dataVersion, ZoneId zone, OutputStream out)
      throws IOException {
    List<Column> fields = fields(columns);
    Run run = new Run(rows);
    try (ArrowPageWriter writer = writer(fields, dataVersion, zone, out)) {
      for (int count = rows.nextRun(); count > 0; count = rows.nextRun()) {
        writer.beginRun(count);
        for (int i = 0; i < fields.size(); i++) {
          run.write(writer, i, fields.get(i).type(), count);
        }
        writer.endRun(count);
      }
      writer.end();
    }
  }

  private static ArrowPageWriter writer(
      List<Column> fields, String dataVersion, ZoneId zone, OutputStream out) throws IOException {
    return new ArrowPageWriter(
        fields, Map.of("dataVersion", dataVersion, "timeZone", zone.getId()), out);
  }

  private static List<Column> fields(List<ResultColumn> columns) {
    return columns.stream()
        .map(column -> new Column(column.name(), type(column.type()), column.metadata()))
        .toList();
  }

  /** Copies columns of runs. */
  private static final class Run {
    private static final long NANOS_PER_MICRO = 1_000;

    private final RunSource rows;
    private final double[] doubles = new double[RunSource.ROWS_MAX];
    private final long[] longs = new long[RunSource.ROWS_MAX];
    private final int[] ints = new int[RunSource.ROWS_MAX];

    Run(RunSource rows) {
      this.rows = rows;
    }

    void write(ArrowPageWriter writer, int column, Type type, int count) {
      boolean copied =
          switch (type) {
            case FLOAT64 -> rows.copy(column, doubles);
            case INT64, TIME -> rows.copy(column, longs);
            case UINT32 -> rows.copy(column, ints);
            case BOOL, TEXT -> false;
          };
      if (!copied) {
        for (int row = 0; row < count; row++) {
          set(writer, column, row, type, rows.value(column, row));
        }
        return;
      }
      switch (type) {
        case FLOAT64 -> writer.setRun(column, doubles, count);
        case UINT32 -> writer.setRun(column, ints, count);
        case TIME -> {
          for (int row = 0; row < count; row++) {
            longs[row] =
                rows.isNull(column, row) ? 0 : Math.multiplyExact(longs[row], NANOS_PER_MICRO);
          }
          writer.setRun(column, longs, count);
        }
        default -> writer.setRun(column, longs, count);
      }
      if (!rows.isFull(column)) {
        for (int row = 0; row < count; row++) {
          if (rows.isNull(column, row)) {
            writer.clearNumber(column, row);
          }
        }
      }
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

  private static void set(
      ArrowPageWriter writer, int column, int offset, Type type, @Nullable Object value) {
    if (value == null) {
      return;
    }
    switch (type) {
      case BOOL -> writer.setBool(column, offset, (Boolean) value);
      case INT64 -> writer.setLong(column, offset, ((Number) value).longValue());
      case UINT32 -> writer.setUnsignedInt(column, offset, ((Number) value).intValue());
      case FLOAT64 -> writer.setDouble(column, offset, number(value));
      case TIME -> {
        Instant instant = (Instant) value;
        writer.setTime(
            column,
            offset,
            Math.addExact(
                Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano()));
      }
      case TEXT -> writer.setText(column, offset, value.toString());
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
