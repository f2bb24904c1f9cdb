package io.tidemark.model;

/** Which versions of a sample a scan returns. */
public enum VersionMode {
  /** The last written one of each tag and time. */
  LATEST,
  /** Every version, in the order they were written. */
  ALL
}
