/**
 * Equipment, batches, steps, orders, lots and events: checked, versioned, journaled; DuckDB holds
 * projections only.
 */
package io.tidemark.query.context;
