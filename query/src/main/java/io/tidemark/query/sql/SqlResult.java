package io.tidemark.query.sql;

import io.tidemark.query.arrow.ArrowRows;
import io.tidemark.query.arrow.ResultHead;
import io.tidemark.query.arrow.RunSource;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An open result: read it once, row by row, in runs of rows, or as one Arrow stream, then close it.
 * One thread.
 */
public interface SqlResult extends AutoCloseable {
  /** The columns, left to right. */
  List<SqlColumn> columns();

  /** The columns and what was read, as Arrow says it. */
  ResultHead head();

  /** Moves to the next row; false at the end. */
  boolean next();

  /**
   * Value of a column of the current row: null, Boolean, Long, Double, java.math.BigDecimal or
   * BigInteger, String, java.time.Instant (TIMESTAMPTZ), java.time.LocalDateTime, LocalDate,
   * LocalTime, java.util.List or Map of these.
   */
  @Nullable Object value(int column);

  /** What is left, in runs of rows; takes the place of {@link #next} and {@link #value}. */
  RunSource runs();

  /** Writes what is left as an Arrow IPC stream: times as timestamp[ns, UTC], text as utf8. */
  default void writeArrow(OutputStream out) throws IOException {
    ArrowRows.write(head(), runs(), out);
  }

  /** Names the snapshot that was read. */
  String dataVersion();

  @Override
  void close();
}
