package io.tidemark.storage.segment;

import io.tidemark.model.DamageRule;
import io.tidemark.model.Direction;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.SampleCondition;
import io.tidemark.storage.scan.LostRanges;
import io.tidemark.storage.scan.SampleRun;
import io.tidemark.storage.scan.ScanFilter;
import org.jspecify.annotations.Nullable;

/** The rows of one chunk that a filter shows; skips blocks by their index and statistics. */
public final class SegmentRun extends SampleRun {
  /**
   * What is wanted of the rows: the rest is left out where that is cheap and harmless.
   *
   * @param lastCounts whether of rows of one time the last one counts
   * @param isHasty whether orders are left out until they decide
   */
  public record Wanted(
      SampleColumns columns, SampleCondition condition, boolean lastCounts, boolean isHasty) {
    /** Everything. */
    public static final Wanted ALL =
        new Wanted(SampleColumns.ALL, SampleCondition.ANY, true, false);
  }

  private final SegmentReader segment;
  private final Chunk place;
  private final ScanFilter filter;
  private final boolean forward;
  private final DamageRule damageRule;
  private final LostRanges lost;
  private final Wanted wanted;
  private BlockFormat.Columns columns = BlockFormat.Columns.ALL;

  /* Whether its rows are all shown, and no row of another run can hide one of them or be hidden by one. */
  private boolean decidesAlone;
  private boolean mayLeaveOut;
  private @Nullable BlockDecoder decoder;

  /* Null until the first block is wanted: most of the chunks that a scan might need it never comes to. */
  private @Nullable ChunkIndex index;
  private boolean isLost;
  private int block;

  /* The block that is loaded without its orders; -1 if it has them. */
  private int withoutOrders = -1;

  /**
   * A run over the chunk; over a gap, if its index cannot be read.
   *
   * @param lost takes the times of rows that cannot be read, unless the rule is strict
   */
  public SegmentRun(Chunk chunk, ScanFilter filter, DamageRule damageRule, LostRanges lost) {
    this(chunk, filter, damageRule, lost, Wanted.ALL);
  }

  /** A run over what is wanted of the chunk. */
  public SegmentRun(
      Chunk chunk, ScanFilter filter, DamageRule damageRule, LostRanges lost, Wanted wanted) {
    this.segment = chunk.segment();
    this.place = chunk;
    this.damageRule = damageRule;
    this.lost = lost;
    this.filter = filter;
    this.forward = filter.direction() == Direction.FORWARD;
    this.wanted = wanted;
  }

  @Override
  public long bound() {
    ChunkIndex chunk = index;
    if (chunk == null) {
      return isLost
          ? end()
          : forward
              ? Math.max(place.firstTimeNs(), filter.range().startNs())
              : Math.min(place.lastTimeNs(), filter.range().endNs());
    }
    if (block < 0 || block >= chunk.blockCount()) {
      return end();
    }
    return forward
        ? Math.max(chunk.firstTimeNs(block), filter.range().startNs())
        : Math.min(chunk.lastTimeNs(block), filter.range().endNs());
  }

  @Override
  public long farBound() {
    return forward
        ? Math.min(place.lastTimeNs(), filter.range().endNs())
        : Math.max(place.firstTimeNs(), filter.range().startNs());
  }

  @Override
  protected void standsAlone() {
    decidesAlone = filter.showsAll(place.firstOrder(), place.lastOrder());
    mayLeaveOut = decidesAlone && !wanted.condition().equals(SampleCondition.ANY);
  }

  private long end() {
    return forward ? Long.MAX_VALUE : Long.MIN_VALUE;
  }

  @Override
  protected boolean load(SampleBlock into) {
    ChunkIndex chunk = index;
    if (chunk == null) {
      chunk = isLost ? null : open();
      if (chunk == null) {
        return loseAll(into);
      }
    }
    while (block >= 0 && block < chunk.blockCount()) {
      if (forward
          ? chunk.firstTimeNs(block) >= filter.range().endNs()
          : chunk.lastTimeNs(block) < filter.range().startNs()) {
        break;
      }
      if (mayLeaveOut && skipNode(chunk)) {
        continue;
      }
      long firstOrder = chunk.firstOrder(block);
      long lastOrder = chunk.lastOrder(block);
      if (filter.mayShow(firstOrder, lastOrder)) {
        withoutOrders = columns.hasOrder() ? -1 : block;
        if (segment.read(chunk, block, decoder(), columns, into, damageRule)) {
          filter.apply(into, firstOrder, lastOrder);
          equalTimes(chunk.hasEqualTimes(block));
        } else {
          lose(into, chunk);
          withoutOrders = -1;
          equalTimes(false);
        }
      } else {
        into.count(0);
      }
      block += forward ? 1 : -1;
      if (into.count() > 0) {
        return true;
      }
    }
    close();
    return false;
  }

  private @Nullable ChunkIndex open() {
    ChunkIndex chunk = place.index(damageRule);
    if (chunk != null) {
      index = chunk;
      columns = columnsOf(chunk);
      block =
          forward
              ? chunk.firstEndingAtOrAfter(filter.range().startNs())
              : chunk.lastStartingBefore(filter.range().endNs());
    }
    return chunk;
  }

  /** What to read: orders decide between rows of one time. */
  private BlockFormat.Columns columnsOf(ChunkIndex chunk) {
    boolean needsOrder =
        wanted.columns() == SampleColumns.ALL
            || !filter.showsAll(chunk.firstOrder(), chunk.lastOrder())
            || (!wanted.isHasty() && (!decidesAlone || chunk.hasSharedBorders()));
    return wanted.columns().hasValues()
        ? needsOrder ? BlockFormat.Columns.ALL : BlockFormat.Columns.NO_ORDER
        : needsOrder ? BlockFormat.Columns.NO_VALUE : BlockFormat.Columns.STATE;
  }

  /** Moves past the largest node, from here on, that holds nothing of interest; false for none. */
  private boolean skipNode(ChunkIndex chunk) {
    for (int level = chunk.levelCount() - 1; level >= 0; level--) {
      int node = block >>> (5 * level);
      int first = ChunkIndex.firstBlock(level, node);
      int next = Math.min(ChunkIndex.firstBlock(level, node + 1), chunk.blockCount());
      if (block == (forward ? first : next - 1)
          && !chunk.mayHold(level, node, wanted.condition())
          && chunk.isWhole(level, node, wanted.lastCounts())) {
        block = forward ? next : first - 1;
        return true;
      }
    }
    return false;
  }

  /** A gap in the place of all rows, once. */
  private boolean loseAll(SampleBlock into) {
    if (isLost) {
      return false;
    }
    isLost = true;
    long lastNs = place.lastTimeNs();
    lose(into, place.type(), filter, place.firstTimeNs(), lastNs, lastNs, place.lastOrder(), lost);
    equalTimes(false);
    return into.count() > 0;
  }

  @Override
  protected void loadOrders() {
    ChunkIndex chunk = index;
    int loaded = withoutOrders;
    if (chunk == null || loaded < 0) {
      return;
    }
    withoutOrders = -1;
    SampleBlock into = block();
    int rows = into.count();
    if (segment.read(chunk, loaded, decoder(), BlockFormat.Columns.ALL, into, damageRule)) {
      filter.apply(into, chunk.firstOrder(loaded), chunk.lastOrder(loaded));
    } else {
      // Its orders lie in another block, which is damaged: the cursor reads again, and finds it
      // lost.
      long lastNs = chunk.lastTimeNs(loaded);
      lost.add(chunk.firstTimeNs(loaded), lastNs, lastNs, chunk.lastOrder(loaded));
      into.count(rows);
    }
  }

  @Override
  protected SampleBlock newBlock() {
    return decoder().block();
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

  private void lose(SampleBlock into, ChunkIndex chunk) {
    // Where the next block begins at this one's last time, its row there is the later one.
    long lastNs = chunk.lastTimeNs(block);
    int next = block + 1;
    boolean nextDecides =
        next < chunk.blockCount()
            && chunk.firstTimeNs(next) == lastNs
            && filter.mayShow(chunk.firstOrder(next), chunk.lastOrder(next));
    lose(
        into,
        chunk.type(),
        filter,
        chunk.firstTimeNs(block),
        lastNs,
        nextDecides ? lastNs - 1 : lastNs,
        chunk.lastOrder(block),
        lost);
  }
}
