package io.tidemark.forward;

/** Frames of the journal from a first to a last sequence, both included. */
record SequenceRange(long first, long last) {
  SequenceRange {
    if (first < 1 || last < first) {
      throw new IllegalArgumentException("no such range: first=" + first + ", last=" + last);
    }
  }

  long frames() {
    return last - first + 1;
  }
}
