/**
 * Batches and phases told from what a batch tag and a phase tag said over time. {@link
 * io.tidemark.query.derive.StateSignal} keeps what a tag said, {@link
 * io.tidemark.query.derive.DerivedBatch} makes intervals of it, {@link
 * io.tidemark.query.derive.DerivationDiff} finds what of the context must change for them. Nothing
 * here reads samples or writes context.
 */
package io.tidemark.query.derive;
