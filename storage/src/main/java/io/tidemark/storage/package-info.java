/**
 * The store: journal before hot buffer in one call, snapshots for readers, seals behind both. Other
 * modules see {@link io.tidemark.storage.SampleStore}, {@link io.tidemark.storage.StoreWriter} and
 * the views.
 */
package io.tidemark.storage;
