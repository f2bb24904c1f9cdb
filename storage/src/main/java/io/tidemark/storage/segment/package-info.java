/**
 * Immutable files of sealed samples. A segment holds one chunk per tag and type, a chunk is blocks
 * of up to 1 024 rows in the order of (source time, write order).
 *
 * <p>Threads: one writer per file; readers are shared. Bytes: {@code docs/format/segment.md}. Not
 * here: which segments are live (manifest), when to seal one (lifecycle).
 */
package io.tidemark.storage.segment;
