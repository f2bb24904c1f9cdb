package io.tidemark.model;

/** The way a cursor walks through time. */
public enum Direction {
  /** Ascending source time. */
  FORWARD,
  /** Descending source time. */
  BACKWARD
}
