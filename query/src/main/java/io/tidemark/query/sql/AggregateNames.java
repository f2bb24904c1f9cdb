package io.tidemark.query.sql;

import io.tidemark.query.duckdb.DuckDbRows;
import io.tidemark.query.duckdb.DuckDbSession;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The names of DuckDB's aggregate functions, and of its macros, which may be made of some; asked
 * for once. Safe from any thread.
 */
final class AggregateNames {
  private volatile Set<String> names = Set.of();

  Set<String> of(DuckDbSession session) {
    if (names.isEmpty()) {
      Set<String> found = new HashSet<>();
      try (DuckDbRows rows =
          session.query(
              "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type ="
                  + " 'aggregate' OR (function_type = 'macro' AND function_name NOT IN ('good',"
                  + " 'status_text', 'date_bin'))",
              List.of())) {
        while (rows.next()) {
          found.add(String.valueOf(rows.value(0)));
        }
      }
      names = Set.copyOf(found);
    }
    return names;
  }
}
