package io.tidemark.storage.segment;

import io.tidemark.model.DamageRule;
import io.tidemark.model.Direction;
import io.tidemark.model.SampleBlock;
import io.tidemark.storage.scan.LostRanges;
import io.tidemark.storage.scan.SampleRun;
import io.tidemark.storage.scan.ScanFilter;
import org.jspecify.annotations.Nullable;

/** The rows of one chunk that a filter shows; skips blocks by their index. */
public final class SegmentRun extends SampleRun {
  private final SegmentReader segment;
  private @Nullable BlockDecoder decoder;
  private final ChunkIndex chunk;
  private final ScanFilter filter;
  private final boolean forward;
  private final DamageRule damageRule;
  private final LostRanges lost;
  private int index;

  private SegmentRun(
      SegmentReader segment,
      ChunkIndex chunk,
      ScanFilter filter,
      DamageRule damageRule,
      LostRanges lost) {
    this.segment = segment;
    this.damageRule = damageRule;
    this.lost = lost;
    this.chunk = chunk;
    this.filter = filter;
    this.forward = filter.direction() == Direction.FORWARD;
    this.index =
        forward
            ? chunk.firstEndingAtOrAfter(filter.range().startNs())
            : chunk.lastStartingBefore(filter.range().endNs());
  }

  /**
   * A run over the chunk; over a gap, if its index cannot be read.
   *
   * @param lost takes the times of rows that cannot be read, unless the rule is strict
   */
  public static SampleRun of(
      Chunk chunk, ScanFilter filter, DamageRule damageRule, LostRanges lost) {
    ChunkIndex index = chunk.index(damageRule);
    return index == null
        ? new LostSegmentRun(
            chunk.type(), filter, chunk.firstTimeNs(), chunk.lastTimeNs(), chunk.lastOrder(), lost)
        : new SegmentRun(chunk.segment(), index, filter, damageRule, lost);
  }

  @Override
  public long bound() {
    if (index < 0 || index >= chunk.blockCount()) {
      return forward ? Long.MAX_VALUE : Long.MIN_VALUE;
    }
    return forward
        ? Math.max(chunk.firstTimeNs(index), filter.range().startNs())
        : Math.min(chunk.lastTimeNs(index), filter.range().endNs());
  }

  @Override
  protected boolean load(SampleBlock into) {
    while (index >= 0 && index < chunk.blockCount()) {
      ChunkIndex.Block place = chunk.block(index);
      if (forward
          ? place.firstTimeNs() >= filter.range().endNs()
          : place.lastTimeNs() < filter.range().startNs()) {
        break;
      }
      if (filter.mayShow(place.firstOrder(), place.lastOrder())) {
        if (segment.read(chunk, index, decoder(), into, damageRule)) {
          filter.apply(into, place.firstOrder(), place.lastOrder());
          equalTimes(place.hasEqualTimes());
        } else {
          lose(into, place);
          equalTimes(false);
        }
      } else {
        into.count(0);
      }
      index += forward ? 1 : -1;
      if (into.count() > 0) {
        return true;
      }
    }
    close();
    return false;
  }

  private BlockDecoder decoder() {
    BlockDecoder current = decoder;
    if (current == null) {
      current = BlockDecoder.take();
      decoder = current;
    }
    return current;
  }

  @Override
  public void close() {
    BlockDecoder current = decoder;
    if (current != null) {
      decoder = null;
      current.close();
    }
  }

  private void lose(SampleBlock into, ChunkIndex.Block place) {
    // Where the next block begins at this one's last time, its row there is the later one.
    ChunkIndex.Block next = index + 1 < chunk.blockCount() ? chunk.block(index + 1) : null;
    boolean nextDecides =
        next != null
            && next.firstTimeNs() == place.lastTimeNs()
            && filter.mayShow(next.firstOrder(), next.lastOrder());
    lose(
        into,
        chunk.type(),
        filter,
        place.firstTimeNs(),
        place.lastTimeNs(),
        nextDecides ? place.lastTimeNs() - 1 : place.lastTimeNs(),
        place.lastOrder(),
        lost);
  }
}
