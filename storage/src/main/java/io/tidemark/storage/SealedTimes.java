package io.tidemark.storage;

import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.segment.Chunk;
import io.tidemark.storage.segment.SegmentReader;
import java.util.Arrays;

/**
 * Up to which source time each tag is sealed: what comes at or before it comes late. Belongs to the
 * thread that seals.
 */
final class SealedTimes {
  private long[] lastNs = new long[0];

  /** Takes a segment into account, unless its samples came late themselves. */
  void add(Manifest.Segment segment, SegmentReader reader) {
    if (segment.level() == Manifest.Segment.LATE) {
      return;
    }
    for (int tagId : reader.tagIds()) {
      if (tagId >= lastNs.length) {
        int from = lastNs.length;
        lastNs = Arrays.copyOf(lastNs, Math.max(tagId + 1, 2 * from));
        Arrays.fill(lastNs, from, lastNs.length, Long.MIN_VALUE);
      }
      for (Chunk chunk : reader.chunks(tagId)) {
        lastNs[tagId] = Math.max(lastNs[tagId], chunk.lastTimeNs());
      }
    }
  }

  /** Last source time that is sealed of a tag; {@link Long#MIN_VALUE} for none. */
  long of(int tagId) {
    return tagId < lastNs.length ? lastNs[tagId] : Long.MIN_VALUE;
  }
}
