/**
 * The historian's tables that SQL names in FROM: what arguments they take, what columns they have,
 * and how their rows are made. Knows nothing of syntax trees; rows go to the executor through
 * {@link io.tidemark.query.duckdb.ScanSource}.
 */
@NullMarked
package io.tidemark.query.table;

import org.jspecify.annotations.NullMarked;
