package io.tidemark.storage.segment;

import io.tidemark.model.Direction;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.storage.scan.LostRanges;
import io.tidemark.storage.scan.SampleRun;
import io.tidemark.storage.scan.ScanFilter;

/** Stands for the rows that a tag may have had in a segment of which nothing can be read. */
public final class LostSegmentRun extends SampleRun {
  private final SampleType type;
  private final ScanFilter filter;
  private final long firstTimeNs;
  private final long lastTimeNs;
  private final long lastOrder;
  private final LostRanges lost;
  private boolean done;

  /**
   * A run of one gap.
   *
   * @param type of the gap's rows
   * @param lastOrder greatest write order in the segment
   */
  public LostSegmentRun(
      SampleType type,
      ScanFilter filter,
      long firstTimeNs,
      long lastTimeNs,
      long lastOrder,
      LostRanges lost) {
    this.type = type;
    this.filter = filter;
    this.firstTimeNs = firstTimeNs;
    this.lastTimeNs = lastTimeNs;
    this.lastOrder = lastOrder;
    this.lost = lost;
  }

  @Override
  public long bound() {
    return filter.direction() == Direction.FORWARD
        ? Math.max(firstTimeNs, filter.range().startNs())
        : Math.min(lastTimeNs, filter.range().endNs());
  }

  @Override
  public long farBound() {
    return filter.direction() == Direction.FORWARD ? lastTimeNs : firstTimeNs;
  }

  @Override
  protected boolean load(SampleBlock into) {
    if (done) {
      return false;
    }
    done = true;
    lose(into, type, filter, firstTimeNs, lastTimeNs, lastTimeNs, lastOrder, lost);
    equalTimes(false);
    return into.count() > 0;
  }
}
