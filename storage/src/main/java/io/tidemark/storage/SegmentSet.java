package io.tidemark.storage;

import io.tidemark.model.SampleRow;
import io.tidemark.storage.segment.Chunk;
import io.tidemark.storage.segment.SegmentReader;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The segments of one generation, kept open while a view or the store uses it. A segment that is
 * dropped is unmapped, and its room given back, when the last view of the last set that has it
 * closes. Safe from any thread.
 */
final class SegmentSet {
  private final List<SegmentReader> segments;

  private final Map<Integer, Chunk> newest = new ConcurrentHashMap<>();
  private final Map<Integer, SampleRow> newestRows = new ConcurrentHashMap<>();
  private final long lastOrder;

  /* One for the store while this is its newest set, one for each view. */
  private final AtomicInteger uses = new AtomicInteger(1);

  /** A set that its maker uses. */
  SegmentSet(List<SegmentReader> segments) {
    this.segments = List.copyOf(segments);
    this.segments.forEach(SegmentReader::retain);
    long last = Long.MIN_VALUE;
    for (SegmentReader segment : this.segments) {
      last = Math.max(last, segment.lastOrder());
    }
    lastOrder = last;
  }

  /** Greatest write order of any row. */
  long lastOrder() {
    return lastOrder;
  }

  List<SegmentReader> segments() {
    return segments;
  }

  /** The tag's chunk with the newest sample; null if it has none. Looked for once a tag. */
  @Nullable Chunk newest(int tagId) {
    Chunk known = newest.get(tagId);
    if (known == null) {
      for (SegmentReader segment : segments) {
        for (Chunk chunk : segment.chunks(tagId)) {
          if (known == null || chunk.lastTimeNs() > known.lastTimeNs()) {
            known = chunk;
          }
        }
      }
      if (known != null) {
        newest.put(tagId, known);
      }
    }
    return known;
  }

  /** The tag's newest sample as {@link #newestRow(int, SampleRow)} was told; null if nobody did. */
  @Nullable SampleRow newestRow(int tagId) {
    return newestRows.get(tagId);
  }

  /** Keeps the tag's newest sample, so that it is read once a generation. */
  void newestRow(int tagId, SampleRow row) {
    newestRows.put(tagId, row);
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
