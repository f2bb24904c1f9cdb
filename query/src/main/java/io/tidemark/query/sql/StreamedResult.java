package io.tidemark.query.sql;

import io.tidemark.model.QueryContext;
import io.tidemark.query.arrow.ResultHead;
import io.tidemark.query.arrow.RowRuns;
import io.tidemark.query.arrow.RunSource;
import io.tidemark.query.duckdb.DuckDbException;
import io.tidemark.query.duckdb.DuckDbInstances;
import io.tidemark.query.duckdb.DuckDbRows;
import io.tidemark.query.duckdb.DuckDbSession;
import io.tidemark.query.duckdb.Handle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows as DuckDB delivers them. Owns the session and the scans of the statement. */
final class StreamedResult implements SqlResult {
  private static final int ROWS_BETWEEN_CHECKS = 1024;

  private final DuckDbSession session;
  private final DuckDbRows rows;
  private final List<Handle> handles;
  private final DuckDbInstances instances;
  private final QueryContext context;
  private final QueryContext.Stop stop;
  private final List<SqlColumn> columns;
  private final String dataVersion;
  private final RowLimit limit;
  private int untilCheck;
  private boolean closed;

  StreamedResult(
      DuckDbSession session,
      DuckDbRows rows,
      List<Handle> handles,
      DuckDbInstances instances,
      QueryContext context,
      QueryContext.Stop stop,
      List<SqlColumn> columns,
      RowLimit limit) {
    this.session = session;
    this.rows = rows;
    this.handles = handles;
    this.instances = instances;
    this.context = context;
    this.stop = stop;
    this.dataVersion = context.view().dataVersion();
    this.columns = columns;
    this.limit = limit;
  }

  @Override
  public List<SqlColumn> columns() {
    return columns;
  }

  @Override
  public ResultHead head() {
    return SqlColumn.head(columns, dataVersion, context.zone());
  }

  @Override
  public boolean next() {
    if (--untilCheck < 0) {
      untilCheck = ROWS_BETWEEN_CHECKS;
      context.check();
    }
    try {
      boolean isRow = rows.next();
      limit.add(isRow ? 1 : 0);
      return isRow;
    } catch (DuckDbException e) {
      throw SqlEngine.translate(e, handles, context);
    }
  }

  @Override
  public @Nullable Object value(int column) {
    return rows.value(column);
  }

  @Override
  public RunSource runs() {
    return rows.isInRuns() ? new Runs() : new RowRuns(columns.size(), this::next, this::value);
  }

  /** The rows in the runs in which DuckDB delivers them. */
  private final class Runs implements RunSource {
    @Override
    public int nextRun() {
      context.check();
      try {
        int count = rows.nextRun();
        limit.add(count);
        return count;
      } catch (DuckDbException e) {
        throw SqlEngine.translate(e, handles, context);
      }
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
    public boolean isNull(int column, int row) {
      return rows.isNull(column, row);
    }

    @Override
    public boolean isFull(int column) {
      return rows.isFull(column);
    }

    @Override
    public int sameFrom(int column, int row) {
      return rows.sameFrom(column, row);
    }

    @Override
    public @Nullable Object value(int column, int row) {
      return rows.value(column, row);
    }
  }

  @Override
  public String dataVersion() {
    return dataVersion;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      stop.close();
      try {
        rows.close();
      } finally {
        session.close();
        handles.forEach(instances::release);
      }
    }
  }
}
