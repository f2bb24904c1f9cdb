package io.tidemark.wire.pg;

import io.tidemark.query.arrow.ResultHead;
import io.tidemark.query.arrow.RowRuns;
import io.tidemark.query.arrow.RunSource;
import io.tidemark.query.sql.SqlColumn;
import io.tidemark.query.sql.SqlResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The one row of SHOW. */
final class LocalResult implements SqlResult {
  private final List<SqlColumn> columns;
  private final List<List<String>> rows;
  private int row = -1;

  LocalResult(List<String> names, List<List<String>> rows) {
    this.columns = names.stream().map(name -> new SqlColumn(name, "VARCHAR", "")).toList();
    this.rows = rows;
  }

  @Override
  public List<SqlColumn> columns() {
    return columns;
  }

  @Override
  public ResultHead head() {
    throw new UnsupportedOperationException("rows of a session go out as messages only");
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
    return "";
  }

  @Override
  public void close() {}
}
