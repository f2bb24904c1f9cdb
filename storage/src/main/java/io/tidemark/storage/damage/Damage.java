package io.tidemark.storage.damage;

/**
 * A part of a file that cannot be read.
 *
 * @param file name of the file inside the store
 * @param part what it is: {@code block}, {@code segment}, {@code index}, {@code index copy}, {@code
 *     frames}, {@code manifest}, {@code journal}
 * @param tagId the tag whose rows are lost; -1 if that is unknown, or if none are
 * @param block index of the block in its chunk; -1 if it is no block
 * @param offset where the part begins in the file
 * @param firstTimeNs source time of the first row that is lost
 * @param lastTimeNs source time of the last row that is lost
 * @param rows rows that are lost; 0 if another copy serves instead
 * @param foundAtMicros when it was found, microseconds since the epoch
 * @param message what is wrong
 */
public record Damage(
    String file,
    String part,
    int tagId,
    int block,
    long offset,
    long firstTimeNs,
    long lastTimeNs,
    long rows,
    long foundAtMicros,
    String message) {}
