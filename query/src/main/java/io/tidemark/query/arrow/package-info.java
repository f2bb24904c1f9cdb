/**
 * Rows as Arrow IPC streams. Arrow's vectors and allocators live here; each stream has an allocator
 * of its own.
 */
package io.tidemark.query.arrow;
