package io.tidemark.query.sql;

import io.tidemark.query.arrow.ResultHead;
import io.tidemark.query.arrow.RunSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of a statement that has a place, which it keeps until it is closed. */
final class AdmittedResult implements SqlResult {
  private final SqlResult rows;
  private final Admission.Place place;

  AdmittedResult(SqlResult rows, Admission.Place place) {
    this.rows = rows;
    this.place = place;
  }

  @Override
  public List<SqlColumn> columns() {
    return rows.columns();
  }

  @Override
  public ResultHead head() {
    return rows.head();
  }

  @Override
  public boolean next() {
    return rows.next();
  }

  @Override
  public @Nullable Object value(int column) {
    return rows.value(column);
  }

  @Override
  public RunSource runs() {
    return rows.runs();
  }

  @Override
  public String dataVersion() {
    return rows.dataVersion();
  }

  @Override
  public void close() {
    try {
      rows.close();
    } finally {
      place.close();
    }
  }
}
