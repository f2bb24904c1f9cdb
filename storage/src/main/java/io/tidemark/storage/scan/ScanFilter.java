package io.tidemark.storage.scan;

import io.tidemark.model.Direction;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.TimeRange;

/**
 * Which rows of a tag a scan may show.
 *
 * @param range source times
 * @param direction of source time
 * @param afterOrder rows at or below it are left out; {@link Long#MIN_VALUE} for none
 * @param upToOrder rows above it are left out
 */
public record ScanFilter(TimeRange range, Direction direction, long afterOrder, long upToOrder) {

  /** Whether a run whose orders lie within the bounds can have a row to show. */
  public boolean mayShow(long firstOrder, long lastOrder) {
    return firstOrder <= upToOrder && lastOrder > afterOrder;
  }

  /** Whether it shows every row in its range of a run whose orders lie within the bounds. */
  public boolean showsAll(long firstOrder, long lastOrder) {
    return lastOrder <= upToOrder && firstOrder > afterOrder;
  }

  /**
   * Cuts a block in ascending time order down to the rows to show and turns it around for a
   * backward scan.
   *
   * @param firstOrder smallest order in the block
   * @param lastOrder greatest order in the block
   */
  public void apply(SampleBlock block, long firstOrder, long lastOrder) {
    long[] times = block.sourceTimesNs();
    int count = block.count();
    if (count > 0 && (times[0] < range.startNs() || times[count - 1] >= range.endNs())) {
      block.keepRange(
          lowerBound(times, count, range.startNs()), lowerBound(times, count, range.endNs()));
    }
    if (!showsAll(firstOrder, lastOrder)) {
      long[] orders = block.orders();
      int kept = 0;
      for (int row = 0; row < block.count(); row++) {
        if (orders[row] <= upToOrder && orders[row] > afterOrder) {
          if (kept != row) {
            block.moveRow(row, kept);
          }
          kept++;
        }
      }
      block.count(kept);
    }
    if (direction == Direction.BACKWARD) {
      block.reverse();
    }
  }

  /** Index of the first time at or after {@code timeNs}. */
  public static int lowerBound(long[] times, int count, long timeNs) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (times[middle] < timeNs) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
