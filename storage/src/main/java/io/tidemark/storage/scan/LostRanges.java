package io.tidemark.storage.scan;

import io.tidemark.model.Direction;
import java.util.ArrayList;
import java.util.List;

/**
 * Times of rows that one scan could not read. Runs add to it when they meet damage; the cursor
 * reads it. Belongs to one cursor.
 */
public final class LostRanges {
  /**
   * Rows between two times, cut to the scan's range.
   *
   * @param lastReplacedNs last time at which a lost row may have been the newest
   * @param lastOrder greatest write order of a lost row
   */
  private record Range(long firstNs, long lastNs, long lastReplacedNs, long lastOrder) {}

  private final List<Range> ranges = new ArrayList<>(0);

  /** Nothing lost. */
  public LostRanges() {}

  /** Adds the times of lost rows. */
  public void add(long firstNs, long lastNs, long lastReplacedNs, long lastOrder) {
    ranges.add(new Range(firstNs, lastNs, lastReplacedNs, lastOrder));
  }

  boolean isEmpty() {
    return ranges.isEmpty();
  }

  /** Whether a row may have been lost at the time. */
  boolean covers(long timeNs) {
    for (int i = 0; i < ranges.size(); i++) {
      Range range = ranges.get(i);
      if (timeNs >= range.firstNs && timeNs <= range.lastNs) {
        return true;
      }
    }
    return false;
  }

  /** Whether a row that was read may be the old version of one that was lost. */
  boolean mayHaveReplaced(long timeNs, long order) {
    for (int i = 0; i < ranges.size(); i++) {
      Range range = ranges.get(i);
      if (order < range.lastOrder && timeNs >= range.firstNs && timeNs <= range.lastReplacedNs) {
        return true;
      }
    }
    return false;
  }

  /** Forgets what a scan that is at the time does not come back to. */
  void passed(long timeNs, Direction direction) {
    ranges.removeIf(
        direction == Direction.FORWARD
            ? range -> range.lastNs < timeNs
            : range -> range.firstNs > timeNs && range.firstNs - 1 > timeNs);
  }
}
