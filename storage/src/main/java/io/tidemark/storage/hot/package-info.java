/**
 * Recent samples in memory, per tag, in the order they arrived: everything that is journaled and
 * not yet sealed.
 *
 * <p>Threads: one writer (the append agent), many readers without locks. A row is written before
 * the count of its chunk is released; readers acquire the count. Frozen tables are immutable.
 */
package io.tidemark.storage.hot;
