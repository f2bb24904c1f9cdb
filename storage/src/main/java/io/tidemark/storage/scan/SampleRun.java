package io.tidemark.storage.scan;

import io.tidemark.model.Direction;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one tag from one source, sorted by (source time, write order) in the direction of the
 * scan. Loaded block by block, nothing before the first {@link #ensureLoaded}. Belongs to one
 * cursor.
 */
public abstract class SampleRun {
  private @Nullable SampleBlock block;
  private int row;
  private boolean equalTimes;

  /** For subclasses. */
  protected SampleRun() {}

  /**
   * A time that no row still to come passes: none is earlier in a forward scan, none later in a
   * backward one. May be loose.
   */
  public abstract long bound();

  /**
   * The other end, before anything is loaded: no row is later in a forward scan, none earlier in a
   * backward one. May be loose.
   */
  public abstract long farBound();

  /** Called before anything is loaded if no other run of the scan has rows between the bounds. */
  protected void standsAlone() {}

  /**
   * Fills the block with the next rows in the direction of the scan; at least one, or false at the
   * end.
   */
  protected abstract boolean load(SampleBlock into);

  /**
   * The block that rows are loaded into, whatever is in it; nobody looks at it once {@link #close}
   * was called.
   */
  protected SampleBlock newBlock() {
    return new SampleBlock();
  }

  /**
   * Called before the order of a loaded row is looked at, which {@link #load} may have left out.
   */
  protected void loadOrders() {}

  /** Called by {@link #load}: whether neighbouring rows of the block may share a time. */
  protected final void equalTimes(boolean possible) {
    equalTimes = possible;
  }

  /**
   * Called by {@link #load} for rows that cannot be read: puts a gap in their place, a row at the
   * first and at the last time inside the filter's range, and adds the range to the lost ones.
   *
   * @param lastReplacedNs last time at which a lost row may have been the newest
   * @param lastOrder greatest write order of a lost row
   */
  protected static void lose(
      SampleBlock into,
      SampleType type,
      ScanFilter filter,
      long firstNs,
      long lastNs,
      long lastReplacedNs,
      long lastOrder,
      LostRanges lost) {
    into.reset(type);
    long first = Math.max(firstNs, filter.range().startNs());
    long last = Math.min(lastNs, filter.range().endNs() - 1);
    if (first > last) {
      return;
    }
    lost.add(first, last, Math.min(last, lastReplacedNs), lastOrder);
    boolean forward = filter.direction() == Direction.FORWARD;
    ContainedCursor.gap(into, forward ? first : last);
    if (first < last) {
      ContainedCursor.gap(into, forward ? last : first);
    }
  }

  /** Lets go of what loading needs; nothing is loaded any more. May be called more than once. */
  public void close() {}

  /** Makes a head available; false at the end. */
  public final boolean ensureLoaded() {
    SampleBlock current = block;
    if (current == null) {
      current = newBlock();
      current.count(0);
      block = current;
    }
    if (row < current.count()) {
      return true;
    }
    row = 0;
    current.count(0);
    return load(current);
  }

  /** The loaded rows; the next one is {@link #row}. */
  public final SampleBlock block() {
    SampleBlock current = block;
    if (current == null) {
      throw new IllegalStateException("run is not loaded");
    }
    return current;
  }

  /**
   * Gives all of the loaded rows to a block, for the arrays that it had.
   *
   * @return false if some have been passed already
   */
  final boolean giveBlock(SampleBlock to) {
    if (row > 0) {
      return false;
    }
    to.exchange(block());
    block().count(0);
    return true;
  }

  /** Index of the next row in {@link #block}. */
  public final int row() {
    return row;
  }

  /** Moves past rows of the loaded block. */
  public final void advance(int rows) {
    row += rows;
  }

  final boolean mayHaveEqualTimes() {
    return equalTimes;
  }

  final long headTimeNs() {
    return block().sourceTimesNs()[row];
  }

  final long headOrder() {
    loadOrders();
    return block().orders()[row];
  }
}
