/**
 * The embedded DuckDB: its instances, connections, results, bulk loads and the table function
 * through which it reads scans of ours. Nothing outside this package sees DuckDB's types.
 *
 * <p>Two instances: user statements run in the <em>executor</em>; the <em>planner</em> holds empty
 * tables of the same names, parses statements and explains them. Both are in memory, without
 * external access and with a locked configuration, where only the session's time zone may change. A
 * fatal error costs the instance it happened in: the next session opens a new one.
 */
package io.tidemark.query.duckdb;
