package io.tidemark.storage;

import io.tidemark.storage.hot.HotTable;
import io.tidemark.storage.manifest.Manifest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reader sees at one instant, but for its order: everything ever journaled is in exactly one
 * place.
 *
 * @param lost segments of which nothing can be read
 * @param frozen samples being sealed, or null
 * @param active samples since the last rotation
 */
record StoreSnapshot(
    Manifest manifest,
    SegmentSet segments,
    List<Manifest.Segment> lost,
    @Nullable HotTable frozen,
    HotTable active) {

  /** Uses all of it once more; false if a part is gone already. */
  boolean retain() {
    if (!segments.retain()) {
      return false;
    }
    if (!active.retain()) {
      segments.release();
      return false;
    }
    if (frozen != null && !frozen.retain()) {
      active.release();
      segments.release();
      return false;
    }
    return true;
  }

  /** Ends one use. */
  void release() {
    segments.release();
    active.release();
    if (frozen != null) {
      frozen.release();
    }
  }
}
