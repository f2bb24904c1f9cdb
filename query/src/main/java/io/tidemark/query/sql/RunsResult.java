package io.tidemark.query.sql;

import io.tidemark.model.QueryContext;
import io.tidemark.query.arrow.ArrowRows;
import io.tidemark.query.arrow.ResultHead;
import io.tidemark.query.arrow.RunSource;
import io.tidemark.query.table.SampleRuns;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Samples as they are stored, which need no DuckDB. Owns its rows. */
final class RunsResult implements SqlResult {
  private final List<SqlColumn> columns;
  private final SampleRuns rows;
  private final QueryContext context;
  private final RowLimit limit;
  private int row = -1;
  private int rowCount;

  RunsResult(List<SqlColumn> columns, SampleRuns rows, QueryContext context, RowLimit limit) {
    this.columns = columns;
    this.rows = rows;
    this.context = context;
    this.limit = limit;
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
    rowCount = nextRun();
    return rowCount > 0;
  }

  @Override
  public @Nullable Object value(int column) {
    return rows.value(column, row);
  }

  private int nextRun() {
    int count = rows.nextRun();
    limit.add(count);
    return count;
  }

  @Override
  public RunSource runs() {
    return new RunSource() {
      @Override
      public int nextRun() {
        return RunsResult.this.nextRun();
      }

      @Override
      public boolean copy(int column, double[] to) {
        return rows.copy(column, to);
      }

      @Override
      public boolean copy(int column, long[] to) {
        return rows.copy(column, to);
      }

      @Override
      public boolean copy(int column, int[] to) {
        return rows.copy(column, to);
      }

      @Override
      public boolean isNull(int column, int rowOfRun) {
        return rows.isNull(column, rowOfRun);
      }

      @Override
      public int nextNull(int column, int from, int count) {
        return rows.nextNull(column, from, count);
      }

      @Override
      public boolean isFull(int column) {
        return rows.isFull(column);
      }

      @Override
      public int sameFrom(int column, int rowOfRun) {
        return rows.sameFrom(column, rowOfRun);
      }

      @Override
      public @Nullable Object value(int column, int rowOfRun) {
        return rows.value(column, rowOfRun);
      }
    };
  }

  @Override
  public void writeArrow(OutputStream out) throws IOException {
    ArrowRows.write(head(), runs(), out);
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
