package io.tidemark.query.sql;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;

/** Counts the rows of a statement against what it may yield. One thread. */
final class RowLimit {
  private final long rowsMax;
  private long rows;

  /**
   * A count from 0.
   *
   * @param rowsMax most rows, 0 for any number
   */
  RowLimit(long rowsMax) {
    this.rowsMax = rowsMax;
  }

  /**
   * Counts rows before they go out.
   *
   * @throws HistorianException {@link ErrorCode#TOO_MANY} if they are too many
   */
  void add(int more) {
    rows += more;
    if (rowsMax > 0 && rows > rowsMax) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "statement yields more rows than it may: limit=" + rowsMax,
          null,
          "aggregate, narrow the range or write LIMIT "
              + rowsMax
              + "; the setting is query.sqlRowsMax",
          null);
    }
  }
}
