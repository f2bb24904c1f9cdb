/**
 * Rows as Arrow: batches of vectors, and IPC streams of them. Arrow's vectors and allocators live
 * here; each stream has an allocator of its own.
 */
package io.tidemark.query.arrow;
