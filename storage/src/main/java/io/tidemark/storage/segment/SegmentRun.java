package io.tidemark.storage.segment;

import io.tidemark.model.Direction;
import io.tidemark.model.SampleBlock;
import io.tidemark.storage.scan.SampleRun;
import io.tidemark.storage.scan.ScanFilter;

/** The rows of one chunk that a filter shows; skips blocks by their index. */
public final class SegmentRun extends SampleRun {
  private final SegmentReader.BlockReader reader;
  private final ChunkIndex chunk;
  private final ScanFilter filter;
  private final boolean forward;
  private int index;

  /** A run over the chunk. */
  public SegmentRun(SegmentReader segment, ChunkIndex chunk, ScanFilter filter) {
    this.reader = segment.newBlockReader();
    this.chunk = chunk;
    this.filter = filter;
    this.forward = filter.direction() == Direction.FORWARD;
    this.index =
        forward
            ? chunk.firstEndingAtOrAfter(filter.range().startNs())
            : chunk.lastStartingBefore(filter.range().endNs());
  }

  @Override
  public long bound() {
    if (index < 0 || index >= chunk.blockCount()) {
      return forward ? Long.MAX_VALUE : Long.MIN_VALUE;
    }
    return forward
        ? Math.max(chunk.block(index).firstTimeNs(), filter.range().startNs())
        : Math.min(chunk.block(index).lastTimeNs(), filter.range().endNs());
  }

  @Override
  protected boolean load(SampleBlock into) {
    while (index >= 0 && index < chunk.blockCount()) {
      ChunkIndex.Block place = chunk.block(index);
      if (forward
          ? place.firstTimeNs() >= filter.range().endNs()
          : place.lastTimeNs() < filter.range().startNs()) {
        return false;
      }
      if (filter.mayShow(place.firstOrder(), place.lastOrder())) {
        reader.read(chunk, index, into);
        filter.apply(into, place.firstOrder(), place.lastOrder());
        equalTimes(place.hasEqualTimes());
      } else {
        into.count(0);
      }
      index += forward ? 1 : -1;
      if (into.count() > 0) {
        return true;
      }
    }
    return false;
  }
}
