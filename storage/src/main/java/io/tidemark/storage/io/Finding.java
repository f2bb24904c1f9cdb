package io.tidemark.storage.io;

import org.jspecify.annotations.Nullable;

/**
 * Something that a check of a store came upon.
 *
 * @param file relative to the data folder, with slashes
 * @param offset where in the file, or null
 * @param block index of the block in its chunk, or null
 * @param tagId tag concerned, or null
 * @param tag its name, or null if it has none or is not known
 * @param firstTimeNs first source time concerned, or null
 * @param lastTimeNs last source time concerned, or null
 * @param what what is wrong, in words
 * @param expected what should be there, or empty
 * @param found what is there, or empty
 * @param lost what cannot be read any more because of it, in words
 */
public record Finding(
    Severity severity,
    String file,
    @Nullable Long offset,
    @Nullable Integer block,
    @Nullable Integer tagId,
    @Nullable String tag,
    @Nullable Long firstTimeNs,
    @Nullable Long lastTimeNs,
    String what,
    String expected,
    String found,
    String lost) {

  /** How bad it is. */
  public enum Severity {
    /** Bytes of the store are not what was written. */
    DAMAGE,
    /** Nothing is lost now, but something is not as it should be. */
    WARNING,
    /** As it may be; for the reader's understanding. */
    INFORMATION
  }

  /** A finding of which only severity, file and words are known. */
  public static Finding of(Severity severity, String file, String what) {
    return new Finding(severity, file, null, null, null, null, null, null, what, "", "", "nothing");
  }

  /** Damage. */
  public static Finding damage(String file, String what) {
    return of(Severity.DAMAGE, file, what);
  }

  /** A warning. */
  public static Finding warning(String file, String what) {
    return of(Severity.WARNING, file, what);
  }

  /** Information. */
  public static Finding information(String file, String what) {
    return of(Severity.INFORMATION, file, what);
  }

  /** At an offset of the file. */
  public Finding at(long newOffset) {
    return new Finding(
        severity,
        file,
        newOffset,
        block,
        tagId,
        tag,
        firstTimeNs,
        lastTimeNs,
        what,
        expected,
        found,
        lost);
  }

  /** In a block of a tag's chunk. */
  public Finding inBlock(int index) {
    return new Finding(
        severity,
        file,
        offset,
        index,
        tagId,
        tag,
        firstTimeNs,
        lastTimeNs,
        what,
        expected,
        found,
        lost);
  }

  /** Of a tag. */
  public Finding ofTag(int id, @Nullable String name) {
    return new Finding(
        severity,
        file,
        offset,
        block,
        id,
        name,
        firstTimeNs,
        lastTimeNs,
        what,
        expected,
        found,
        lost);
  }

  /** Within source times, both included. */
  public Finding between(long firstNs, long lastNs) {
    return new Finding(
        severity, file, offset, block, tagId, tag, firstNs, lastNs, what, expected, found, lost);
  }

  /** What should be there and what is. */
  public Finding expected(Object should, Object is) {
    return new Finding(
        severity,
        file,
        offset,
        block,
        tagId,
        tag,
        firstTimeNs,
        lastTimeNs,
        what,
        String.valueOf(should),
        String.valueOf(is),
        lost);
  }

  /** Two checksums. */
  public Finding expectedCrc(int should, int is) {
    return expected(String.format("crc32c=0x%08x", should), String.format("crc32c=0x%08x", is));
  }

  /** What is lost. */
  public Finding losing(String words) {
    return new Finding(
        severity,
        file,
        offset,
        block,
        tagId,
        tag,
        firstTimeNs,
        lastTimeNs,
        what,
        expected,
        found,
        words);
  }

  /** The same with another severity. */
  public Finding as(Severity other) {
    return new Finding(
        other,
        file,
        offset,
        block,
        tagId,
        tag,
        firstTimeNs,
        lastTimeNs,
        what,
        expected,
        found,
        lost);
  }
}
