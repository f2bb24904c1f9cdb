package io.tidemark.query.export;

import io.tidemark.query.sql.SqlResult;
import org.jspecify.annotations.Nullable;

/** Runs statements for whoever asked for the export. One thread, one open result at a time. */
public interface ExportSource {
  /**
   * Runs a statement; close its result before the next.
   *
   * @param asOf data version to read; null for the newest
   */
  SqlResult run(ExportPlan.Statement statement, @Nullable String asOf);
}
