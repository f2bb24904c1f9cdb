package io.tidemark.ingest;

/** What an acknowledgement survives. */
public enum AckLevel {
  /** The death of the process. */
  JOURNALED,
  /** The loss of power; the default of every door. */
  SYNCED
}
