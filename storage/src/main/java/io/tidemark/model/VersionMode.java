package io.tidemark.model;

/** Which versions of a sample a scan returns. */
public enum VersionMode {
  /** The last written one of each tag and time. */
  LATEST,
  /** The first written one of each tag and time. */
  ORIGINAL,
  /** Every version, in the order they were written. */
  ALL
}
