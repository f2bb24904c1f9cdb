package io.tidemark.wire.pg;

import io.tidemark.query.arrow.RunSource;
import io.tidemark.query.sql.SqlColumn;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.ZoneId;
import java.util.List;

/**
 * Writes rows of runs as DataRow messages. Whole columns of numbers and times are copied out of a
 * run at once; after that a row costs no object. One thread.
 */
final class RowEncoder {
  /** How a column of the run at hand is read and written. */
  private enum Way {
    LONG_BINARY,
    TIME_BINARY,
    DOUBLE_BINARY,
    UNSIGNED_BINARY,
    LONG_TEXT,
    TIME_TEXT,
    DOUBLE_TEXT,
    UNSIGNED_TEXT,
    OBJECT
  }

  private final RunSource runs;
  private final Column[] columns;
  private final ZoneId zone;
  private int count;
  private int row;

  /**
   * An encoder.
   *
   * @param types what the client was told
   * @param isBinary by column
   */
  RowEncoder(
      RunSource runs, List<SqlColumn> sources, PgType[] types, boolean[] isBinary, ZoneId zone) {
    this.runs = runs;
    this.zone = zone;
    this.columns = new Column[types.length];
    for (int i = 0; i < types.length; i++) {
      columns[i] = new Column(i, sources.get(i).type(), types[i], isBinary[i]);
    }
  }

  /**
   * Writes rows until the buffer is full, the limit is reached or there are no more.
   *
   * @return rows written; -1 if there was none left
   */
  int write(PgOutput out, long rowsMax) {
    if (row >= count) {
      count = runs.nextRun();
      row = 0;
      if (count == 0) {
        return -1;
      }
      for (Column column : columns) {
        column.load(count);
      }
    }
    int from = row;
    int end = (int) Math.min(count, from + Math.min(rowsMax, Integer.MAX_VALUE / 2));
    while (row < end && !out.isChunkFull()) {
      out.begin('D');
      out.int16(columns.length);
      for (Column column : columns) {
        column.write(out, row);
      }
      out.end();
      row++;
    }
    return row - from;
  }

  private final class Column {
    private final int index;
    private final PgType type;
    private final boolean isBinary;
    private final Way wanted;
    private final long[] longs;
    private final double[] doubles;
    private final int[] ints;
    private Way way = Way.OBJECT;
    private boolean isFull;

    Column(int index, String sqlType, PgType type, boolean isBinary) {
      this.index = index;
      this.type = type;
      this.isBinary = isBinary;
      this.wanted = way(sqlType, type, isBinary);
      boolean isLong =
          switch (wanted) {
            case LONG_BINARY, LONG_TEXT, TIME_BINARY, TIME_TEXT -> true;
            default -> false;
          };
      boolean isDouble = wanted == Way.DOUBLE_BINARY || wanted == Way.DOUBLE_TEXT;
      boolean isUnsigned = wanted == Way.UNSIGNED_BINARY || wanted == Way.UNSIGNED_TEXT;
      longs = new long[isLong ? RunSource.ROWS_MAX : 0];
      doubles = new double[isDouble ? RunSource.ROWS_MAX : 0];
      ints = new int[isUnsigned ? RunSource.ROWS_MAX : 0];
    }

    private static Way way(String sqlType, PgType type, boolean isBinary) {
      return switch (sqlType) {
        case "BIGINT" ->
            type == PgType.INT8 ? pick(isBinary, Way.LONG_BINARY, Way.LONG_TEXT) : Way.OBJECT;
        case "TIMESTAMP WITH TIME ZONE" ->
            type == PgType.TIMESTAMPTZ
                ? pick(isBinary, Way.TIME_BINARY, Way.TIME_TEXT)
                : Way.OBJECT;
        case "DOUBLE" ->
            type == PgType.FLOAT8 ? pick(isBinary, Way.DOUBLE_BINARY, Way.DOUBLE_TEXT) : Way.OBJECT;
        case "UINTEGER" ->
            type == PgType.INT8
                ? pick(isBinary, Way.UNSIGNED_BINARY, Way.UNSIGNED_TEXT)
                : Way.OBJECT;
        default -> Way.OBJECT;
      };
    }

    private static Way pick(boolean isBinary, Way binary, Way text) {
      return isBinary ? binary : text;
    }

    void load(int rows) {
      boolean isCopied =
          switch (wanted) {
            case LONG_BINARY, LONG_TEXT, TIME_BINARY, TIME_TEXT -> runs.copy(index, longs);
            case DOUBLE_BINARY, DOUBLE_TEXT -> runs.copy(index, doubles);
            case UNSIGNED_BINARY, UNSIGNED_TEXT -> runs.copy(index, ints);
            case OBJECT -> false;
          };
      way = isCopied ? wanted : Way.OBJECT;
      isFull = isCopied && runs.isFull(index);
      if (isCopied && wanted == Way.TIME_BINARY) {
        for (int i = 0; i < rows; i++) {
          longs[i] = PgBinary.sinceEpoch(longs[i]);
        }
      }
    }

    void write(PgOutput out, int at) {
      if (!isFull && runs.isNull(index, at)) {
        out.nullField();
        return;
      }
      switch (way) {
        case LONG_BINARY, TIME_BINARY -> out.int64Field(longs[at]);
        case DOUBLE_BINARY -> out.int64Field(Double.doubleToRawLongBits(doubles[at]));
        case UNSIGNED_BINARY -> out.int64Field(ints[at] & 0xFFFF_FFFFL);
        case LONG_TEXT -> out.field(Long.toString(longs[at]));
        case TIME_TEXT -> out.field(PgText.timestamptz(longs[at], zone));
        case DOUBLE_TEXT -> out.field(PgText.of(doubles[at]));
        case UNSIGNED_TEXT -> out.field(Integer.toUnsignedString(ints[at]));
        case OBJECT -> writeObject(out, at);
      }
    }

    private void writeObject(PgOutput out, int at) {
      Object value = runs.value(index, at);
      if (value == null) {
        out.nullField();
      } else if (isBinary) {
        PgBinary.write(out, fitted(value), type, zone);
      } else {
        out.field(PgText.of(fitted(value), type, zone));
      }
    }

    /** The value as one of the type that the client was told, where a parameter changed it. */
    private Object fitted(Object value) {
      boolean isNumber =
          switch (type) {
            case INT2, INT4, INT8, OID, FLOAT4, FLOAT8, NUMERIC -> true;
            default -> false;
          };
      if (isNumber && !(value instanceof Number)) {
        throw changed(value);
      }
      return switch (type) {
        case INT2 -> within(value, Short.MIN_VALUE, Short.MAX_VALUE);
        case INT4 -> within(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
        case OID -> within(value, 0, 0xFFFF_FFFFL);
        case INT8 -> within(value, Long.MIN_VALUE, Long.MAX_VALUE);
        case BOOL, TIMESTAMPTZ, TIMESTAMP, DATE, TIME -> {
          if (value instanceof String || value instanceof Number) {
            throw changed(value);
          }
          yield value;
        }
        case TEXT -> value instanceof String ? value : PgText.of(value, type, zone);
        default -> value;
      };
    }

    private Object within(Object value, long min, long max) {
      BigInteger number =
          switch (value) {
            case BigInteger big -> big;
            case BigDecimal decimal -> decimal.toBigInteger();
            default -> BigInteger.valueOf(((Number) value).longValue());
          };
      if (number.compareTo(BigInteger.valueOf(min)) < 0
          || number.compareTo(BigInteger.valueOf(max)) > 0) {
        throw changed(value);
      }
      return number.longValue();
    }

    private PgException changed(Object value) {
      return new PgException(
          SqlState.FEATURE_NOT_SUPPORTED,
          "value does not fit the type that the statement was described with: column="
              + (index + 1)
              + ", type="
              + type
              + ", value="
              + value.getClass().getSimpleName(),
          "cast the parameter: $1::BIGINT");
    }
  }
}
