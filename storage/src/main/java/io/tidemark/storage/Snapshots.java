package io.tidemark.storage;

import io.tidemark.storage.hot.HotTable;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.segment.SegmentReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The newest snapshot: what is sealed, being sealed, and in memory. Everything ever journaled is in
 * exactly one of these places at any instant; rows only move from one to the next.
 *
 * <p>Threads: the writer rotates, the manifest agent shows what it committed; anyone reads.
 */
final class Snapshots {
  /* Replaced under this; read by anyone. */
  private volatile StoreSnapshot current;
  private volatile boolean closed;

  Snapshots(StoreSnapshot first) {
    current = first;
  }

  StoreSnapshot current() {
    return current;
  }

  /** The newest snapshot, retained for the caller, who releases it. */
  StoreSnapshot retained() {
    while (true) {
      StoreSnapshot now = current;
      if (now.retain()) {
        return now;
      }
      if (closed) {
        throw new IllegalStateException("store is closed");
      }
    }
  }

  /** The newest segments, retained for the caller, who releases them: no memory waits for him. */
  SegmentSet retainedSegments() {
    while (true) {
      SegmentSet now = current.segments();
      if (now.retain()) {
        return now;
      }
      if (closed) {
        throw new IllegalStateException("store is closed");
      }
    }
  }

  /** Freezes the active table. */
  synchronized void rotate() {
    StoreSnapshot now = current;
    current =
        new StoreSnapshot(
            now.manifest(), now.segments(), now.lost(), now.active(), now.active().successor());
  }

  /** Takes a rotation back: the frozen table is the active one again, which has nothing yet. */
  synchronized void rotateBack() {
    StoreSnapshot now = current;
    HotTable frozen = now.frozen();
    if (frozen != null && now.active().isEmpty()) {
      current = new StoreSnapshot(now.manifest(), now.segments(), now.lost(), null, frozen);
      now.active().release();
    }
  }

  /** Shows the frozen table's samples in the segments that they were sealed into, if any. */
  synchronized void sealed(Manifest manifest, List<SegmentReader> added) {
    StoreSnapshot now = current;
    SegmentSet segments = now.segments();
    if (!added.isEmpty()) {
      List<SegmentReader> readers = new ArrayList<>(segments.segments());
      readers.addAll(added);
      segments = new SegmentSet(readers);
    }
    current = new StoreSnapshot(manifest, segments, now.lost(), null, now.active());
    if (!added.isEmpty()) {
      now.segments().release();
    }
    if (now.frozen() != null) {
      now.frozen().release();
    }
  }

  /** Shows samples in the segments that they were merged into. */
  synchronized void merged(Manifest manifest, Set<Long> ids, List<SegmentReader> added) {
    StoreSnapshot now = current;
    List<SegmentReader> readers = new ArrayList<>(now.segments().segments());
    readers.removeIf(each -> ids.contains(each.segmentId()));
    readers.addAll(added);
    current =
        new StoreSnapshot(
            manifest, new SegmentSet(readers), now.lost(), now.frozen(), now.active());
    now.segments().release();
  }

  /** Shows that segments are gone. */
  synchronized void dropped(Manifest manifest, Set<Long> ids, List<Manifest.Segment> lost) {
    StoreSnapshot now = current;
    List<SegmentReader> kept =
        now.segments().segments().stream().filter(each -> !ids.contains(each.segmentId())).toList();
    current = new StoreSnapshot(manifest, new SegmentSet(kept), lost, now.frozen(), now.active());
    now.segments().release();
  }

  /** Lets go of the segments; views that are open keep theirs. */
  synchronized void close() {
    if (!closed) {
      closed = true;
      current.segments().release();
    }
  }
}
