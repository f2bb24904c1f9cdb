package io.tidemark.storage.hot;

import io.tidemark.model.Direction;
import io.tidemark.model.SampleBlock;
import io.tidemark.storage.scan.SampleRun;
import io.tidemark.storage.scan.ScanFilter;
import java.util.Arrays;

/**
 * Chunks with late rows: the rows in range are sorted by (time, arrival) when the run is opened.
 */
final class SortedHotRun extends SampleRun {
  private final HotChunk[] chunks;
  private final int[] rows; // chunk index << 10 | row, in (time, order)
  private final long[] times;
  private final boolean forward;
  private int next;

  private SortedHotRun(HotChunk[] chunks, int[] rows, long[] times, boolean forward) {
    this.chunks = chunks;
    this.rows = rows;
    this.times = times;
    this.forward = forward;
    this.next = forward ? 0 : rows.length - 1;
  }

  static SortedHotRun of(HotChunk[] chunks, int[] counts, int total, ScanFilter filter) {
    int[] rows = new int[total];
    long[] times = new long[total];
    int count = 0;
    for (int c = 0; c < chunks.length; c++) {
      HotChunk chunk = chunks[c];
      for (int row = 0; row < counts[c]; row++) {
        if (filter.range().contains(chunk.time(row)) && chunk.order(row) > filter.afterOrder()) {
          rows[count] = c << 10 | row;
          times[count] = chunk.time(row);
          count++;
        }
      }
    }
    rows = Arrays.copyOf(rows, count);
    times = Arrays.copyOf(times, count);
    sortByTime(times, rows);
    return new SortedHotRun(chunks, rows, times, filter.direction() == Direction.FORWARD);
  }

  /** Bottom-up merge sort: stable, so that rows of equal time keep their order of arrival. */
  private static void sortByTime(long[] times, int[] rows) {
    int count = times.length;
    long[] otherTimes = new long[count];
    int[] otherRows = new int[count];
    long[] fromTimes = times;
    int[] fromRows = rows;
    for (int width = 1; width < count; width *= 2) {
      for (int start = 0; start < count; start += 2 * width) {
        int middle = Math.min(start + width, count);
        int end = Math.min(start + 2 * width, count);
        int left = start;
        int right = middle;
        for (int to = start; to < end; to++) {
          boolean takeLeft = left < middle && (right >= end || fromTimes[left] <= fromTimes[right]);
          int from = takeLeft ? left++ : right++;
          otherTimes[to] = fromTimes[from];
          otherRows[to] = fromRows[from];
        }
      }
      long[] swapTimes = fromTimes;
      fromTimes = otherTimes;
      otherTimes = swapTimes;
      int[] swapRows = fromRows;
      fromRows = otherRows;
      otherRows = swapRows;
    }
    System.arraycopy(fromTimes, 0, times, 0, count);
    System.arraycopy(fromRows, 0, rows, 0, count);
  }

  @Override
  public long bound() {
    if (next < 0 || next >= rows.length) {
      return forward ? Long.MAX_VALUE : Long.MIN_VALUE;
    }
    return times[next];
  }

  @Override
  public long farBound() {
    return rows.length == 0 ? bound() : times[forward ? rows.length - 1 : 0];
  }

  @Override
  protected boolean load(SampleBlock into) {
    if (next < 0 || next >= rows.length) {
      return false;
    }
    into.reset(chunks[rows[next] >>> 10].type);
    while (next >= 0 && next < rows.length && into.count() < SampleBlock.CAPACITY) {
      HotChunk chunk = chunks[rows[next] >>> 10];
      if (chunk.type != into.type()) {
        break;
      }
      chunk.copyRow(rows[next] & 0x3FF, into);
      next += forward ? 1 : -1;
    }
    equalTimes(true);
    return true;
  }
}
