package io.tidemark.storage.segment;

/** How a segment came to be. The order is stored. */
public enum SegmentOrigin {
  /** Sealed from memory: samples that came in order of time, tag by tag. */
  SEALED,
  /** Sealed from memory together with another: samples that came late or once more. */
  SEALED_LATE,
  /** Merged from segments that were there before. */
  MERGED;

  /** The stored number. */
  int code() {
    return ordinal();
  }
}
