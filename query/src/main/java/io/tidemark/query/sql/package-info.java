/** SQL over history and context: gate, rewriting, pushdown, results. */
package io.tidemark.query.sql;
