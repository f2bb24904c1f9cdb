package io.tidemark.query.sql;

import io.tidemark.model.QueryContext;
import io.tidemark.query.arrow.ResultHead;
import io.tidemark.query.arrow.RunSource;
import io.tidemark.query.table.SampleRuns;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Samples as they are stored, which need no DuckDB. Owns its rows. */
final class RunsResult implements SqlResult {
  private final List<SqlColumn> columns;
  private final SampleRuns rows;
  private final QueryContext context;
  private int row = -1;
  private int rowCount;

  RunsResult(List<SqlColumn> columns, SampleRuns rows, QueryContext context) {
    this.columns = columns;
    this.rows = rows;
    this.context = context;
  }

  @Override
  public List<SqlColumn> columns() {
    return columns;
  }

  @Override
  public ResultHead head() {
    return SqlColumn.head(columns, dataVersion(), context.zone());
  }

  @Override
  public boolean next() {
    if (++row < rowCount) {
      return true;
    }
    row = 0;
    rowCount = rows.nextRun();
    return rowCount > 0;
  }

  @Override
  public @Nullable Object value(int column) {
    return rows.value(column, row);
  }

  @Override
  public RunSource runs() {
    return rows;
  }

  @Override
  public String dataVersion() {
    return context.view().dataVersion();
  }

  @Override
  public void close() {
    rows.close();
  }
}
