package io.tidemark.query.arrow;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.query.arrow.ArrowPageWriter.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;

/** Copies runs of SQL values into pages, a column at a time. One thread. */
final class RunCopy {
  private static final long NANOS_PER_MICRO = 1_000;
  private static final long MICROS_PER_SECOND = 1_000_000L;

  /** The microsecond in which nanoseconds of 64 bits begin; the first of them lies within it. */
  private static final long MICROS_MIN = Math.floorDiv(Long.MIN_VALUE, NANOS_PER_MICRO);

  private static final long MICROS_MAX = Long.MAX_VALUE / NANOS_PER_MICRO;
  private static final long SECONDS_MAX = Long.MAX_VALUE / MICROS_PER_SECOND - 1;

  /** Texts up to so many characters are repeated in one go. */
  private static final int REPEATED_CHARS_MAX = 1_024;

  private final RunSource rows;
  private final List<ArrowPageWriter.Column> columns;
  private final Type[] types;
  private final double[] doubles = new double[RunSource.ROWS_MAX];
  private final long[] longs = new long[RunSource.ROWS_MAX];
  private final int[] ints = new int[RunSource.ROWS_MAX];

  RunCopy(RunSource rows, List<ArrowPageWriter.Column> columns) {
    this.rows = rows;
    this.columns = columns;
    this.types = columns.stream().map(ArrowPageWriter.Column::type).toArray(Type[]::new);
  }

  /** Adds the run to a page that has room for it. */
  void copy(ArrowPage page, int count) {
    for (int column = 0; column < types.length; column++) {
      switch (types[column]) {
        case FLOAT64 -> doubles(page, column, count);
        case INT64 -> longs(page, column, count);
        case TIME -> times(page, column, count);
        case UINT32 -> ints(page, column, count);
        case TEXT -> texts(page, column, count);
        case BOOL -> cells(page, column, count);
      }
    }
    page.add(count);
  }

  private void doubles(ArrowPage page, int column, int count) {
    if (rows.copy(column, doubles)) {
      page.setRun(column, doubles, count);
      clearNulls(page, column, count);
    } else {
      cells(page, column, count);
    }
  }

  private void longs(ArrowPage page, int column, int count) {
    if (rows.copy(column, longs)) {
      page.setRun(column, longs, count);
      clearNulls(page, column, count);
    } else {
      cells(page, column, count);
    }
  }

  private void ints(ArrowPage page, int column, int count) {
    if (rows.copy(column, ints)) {
      page.setRun(column, ints, count);
      clearNulls(page, column, count);
    } else {
      cells(page, column, count);
    }
  }

  private void times(ArrowPage page, int column, int count) {
    if (!rows.copy(column, longs)) {
      cells(page, column, count);
      return;
    }
    if (rows.isFull(column)) {
      for (int row = 0; row < count; row++) {
        longs[row] = nanos(column, longs[row]);
      }
      page.setRun(column, longs, count);
      return;
    }
    for (int row = 0; row < count; row++) {
      longs[row] = rows.isNull(column, row) ? 0 : nanos(column, longs[row]);
    }
    page.setRun(column, longs, count);
    clearNulls(page, column, count);
  }

  private void clearNulls(ArrowPage page, int column, int count) {
    if (!rows.isFull(column)) {
      for (int row = rows.nextNull(column, 0, count);
          row < count;
          row = rows.nextNull(column, row + 1, count)) {
        page.clearNumber(column, row);
      }
    }
  }

  private void texts(ArrowPage page, int column, int count) {
    for (int row = 0; row < count; ) {
      Object value = rows.value(column, row);
      int same = Math.min(rows.sameFrom(column, row), count - row);
      if (value != null) {
        String text = value.toString();
        if (text.length() <= REPEATED_CHARS_MAX) {
          page.setRun(column, text, row, same);
        } else {
          for (int i = 0; i < same; i++) {
            page.setText(column, row + i, text);
          }
        }
      }
      row += same;
    }
  }

  private void cells(ArrowPage page, int column, int count) {
    Type type = types[column];
    for (int row = 0; row < count; row++) {
      Object value = rows.value(column, row);
      if (value != null) {
        set(page, column, row, type, value);
      }
    }
  }

  private void set(ArrowPage page, int column, int offset, Type type, Object value) {
    switch (type) {
      case BOOL -> page.setBool(column, offset, (Boolean) value);
      case INT64 -> page.setLong(column, offset, ((Number) value).longValue());
      case UINT32 -> page.setUnsignedInt(column, offset, ((Number) value).intValue());
      case FLOAT64 -> page.setDouble(column, offset, number(value));
      case TIME -> page.setTime(column, offset, nanos(column, (Instant) value));
      case TEXT -> page.setText(column, offset, value.toString());
    }
  }

  private long nanos(int column, long micros) {
    if (micros > MICROS_MIN && micros <= MICROS_MAX) {
      return micros * NANOS_PER_MICRO;
    }
    if (micros == MICROS_MIN) {
      return Long.MIN_VALUE;
    }
    throw outside(column, micros);
  }

  private long nanos(int column, Instant time) {
    long seconds = Math.clamp(time.getEpochSecond(), -SECONDS_MAX, SECONDS_MAX);
    return nanos(column, seconds * MICROS_PER_SECOND + time.getNano() / NANOS_PER_MICRO);
  }

  private HistorianException outside(int column, long micros) {
    return new HistorianException(
        ErrorCode.OUT_OF_RANGE,
        "time is beyond what Arrow's timestamp[ns] holds, 1677-09-21 to 2262-04-11: column="
            + columns.get(column).name()
            + ", time="
            + Instant.ofEpochSecond(
                Math.floorDiv(micros, MICROS_PER_SECOND),
                Math.floorMod(micros, MICROS_PER_SECOND) * NANOS_PER_MICRO),
        null,
        "cast it to VARCHAR, or leave such rows out",
        null);
  }

  private static double number(Object value) {
    return switch (value) {
      case BigInteger big -> big.doubleValue();
      case BigDecimal decimal -> decimal.doubleValue();
      default -> ((Number) value).doubleValue();
    };
  }
}
