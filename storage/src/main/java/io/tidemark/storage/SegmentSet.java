package io.tidemark.storage;

import io.tidemark.storage.segment.SegmentReader;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The segments of one generation, kept open while a view or the store uses it. A segment that is
 * dropped is unmapped, and its room given back, when the last view of the last set that has it
 * closes. Safe from any thread.
 */
final class SegmentSet {
  private final List<SegmentReader> segments;

  /* One for the store while this is its newest set, one for each view. */
  private final AtomicInteger uses = new AtomicInteger(1);

  /** A set that its maker uses. */
  SegmentSet(List<SegmentReader> segments) {
    this.segments = List.copyOf(segments);
    this.segments.forEach(SegmentReader::retain);
  }

  List<SegmentReader> segments() {
    return segments;
  }

  /** Uses the set once more; false if nobody used it any more, and so it is gone. */
  boolean retain() {
    for (int now = uses.get(); now > 0; now = uses.get()) {
      if (uses.compareAndSet(now, now + 1)) {
        return true;
      }
    }
    return false;
  }

  /** Ends one use. */
  void release() {
    if (uses.decrementAndGet() == 0) {
      segments.forEach(SegmentReader::release);
    }
  }
}
