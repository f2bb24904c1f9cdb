package io.tidemark.storage.hot;

import io.tidemark.model.SampleBlock;
import io.tidemark.storage.scan.SampleRun;
import io.tidemark.storage.scan.ScanFilter;

/** Chunks whose rows came in time order: read as they lie. */
final class AscendingHotRun extends SampleRun {
  private final HotChunk[] chunks;
  private final int[] counts;
  private final ScanFilter filter;
  private final boolean forward;
  private int index;

  AscendingHotRun(HotChunk[] chunks, int[] counts, ScanFilter filter, boolean forward) {
    this.chunks = chunks;
    this.counts = counts;
    this.filter = filter;
    this.forward = forward;
    this.index = forward ? 0 : chunks.length - 1;
    skipOutside();
  }

  /** Moves to the next chunk that has a row in the filter's range and orders. */
  private void skipOutside() {
    while (index >= 0 && index < chunks.length) {
      HotChunk chunk = chunks[index];
      int count = counts[index];
      if (count > 0
          && filter.range().overlaps(chunk.time(0), chunk.time(count - 1))
          && filter.mayShow(chunk.order(0), chunk.order(count - 1))) {
        return;
      }
      index += forward ? 1 : -1;
    }
  }

  @Override
  public long bound() {
    if (index < 0 || index >= chunks.length) {
      return forward ? Long.MAX_VALUE : Long.MIN_VALUE;
    }
    HotChunk chunk = chunks[index];
    return forward
        ? Math.max(chunk.time(0), filter.range().startNs())
        : Math.min(chunk.time(counts[index] - 1), filter.range().endNs());
  }

  @Override
  public long farBound() {
    return forward ? filter.range().endNs() : filter.range().startNs();
  }

  @Override
  protected boolean load(SampleBlock into) {
    while (index >= 0 && index < chunks.length) {
      HotChunk chunk = chunks[index];
      int count = counts[index];
      into.reset(chunk.type);
      int from = chunk.rowAtOrAfter(count, filter.range().startNs());
      int to = chunk.rowAtOrAfter(count, filter.range().endNs());
      chunk.copyRows(from, Math.max(from, to), into);
      filter.apply(into, chunk.order(0), chunk.order(count - 1));
      index += forward ? 1 : -1;
      skipOutside();
      if (into.count() > 0) {
        equalTimes(true);
        return true;
      }
    }
    return false;
  }
}
