package io.tidemark.query.table;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs statements of ours over the context relations of the statement's snapshot. One thread. */
public interface ContextReader {
  /**
   * Rows of a SELECT over {@code tags} and context relations.
   *
   * @return carriers as {@link io.tidemark.query.duckdb.DuckDbRows#value} gives them
   */
  List<List<@Nullable Object>> rows(String sql);
}
