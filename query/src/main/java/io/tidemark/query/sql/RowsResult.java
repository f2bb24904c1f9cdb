package io.tidemark.query.sql;

import io.tidemark.query.arrow.ResultHead;
import io.tidemark.query.arrow.RowRuns;
import io.tidemark.query.arrow.RunSource;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A result whose rows are held. */
class RowsResult implements SqlResult {
  private final List<SqlColumn> columns;
  private final List<List<@Nullable Object>> rows;
  private final String dataVersion;
  private final ZoneId zone;
  private int row = -1;

  RowsResult(
      List<SqlColumn> columns, List<List<@Nullable Object>> rows, String dataVersion, ZoneId zone) {
    this.columns = columns;
    this.rows = rows;
    this.dataVersion = dataVersion;
    this.zone = zone;
  }

  @Override
  public List<SqlColumn> columns() {
    return columns;
  }

  @Override
  public ResultHead head() {
    return SqlColumn.head(columns, dataVersion, zone);
  }

  @Override
  public boolean next() {
    return ++row < rows.size();
  }

  @Override
  public @Nullable Object value(int column) {
    return rows.get(row).get(column);
  }

  @Override
  public RunSource runs() {
    return new RowRuns(columns.size(), this::next, this::value);
  }

  @Override
  public String dataVersion() {
    return dataVersion;
  }

  @Override
  public void close() {}
}
