/**
 * Retrieval modes over a {@link io.tidemark.model.ReadView}: recorded, at-time, interpolated, plot,
 * summary, current.
 */
package io.tidemark.query.retrieval;
