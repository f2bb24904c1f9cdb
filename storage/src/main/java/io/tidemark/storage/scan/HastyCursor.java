package io.tidemark.storage.scan;

import io.tidemark.model.Direction;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import java.util.function.LongFunction;

/**
 * Reads merged rows without their write orders, which nobody asked for, as long as nothing is lost.
 * Once something is, orders decide which rows stand: then the rest is read anew, with care.
 */
public final class HastyCursor implements SampleCursor {
  private SampleCursor rows;
  private final LostRanges lost;
  private final Direction direction;
  private final LongFunction<SampleCursor> careful;
  private boolean isCareful;
  private long nextNs;

  /**
   * A cursor over rows of different times; it owns them.
   *
   * @param lost takes what the rows could not read
   * @param startNs where the scan begins: its first time, or in a backward scan its end
   * @param careful reads from such a time on
   */
  public HastyCursor(
      SampleCursor rows,
      LostRanges lost,
      Direction direction,
      long startNs,
      LongFunction<SampleCursor> careful) {
    this.rows = rows;
    this.lost = lost;
    this.direction = direction;
    this.nextNs = startNs;
    this.careful = careful;
  }

  @Override
  public int next(SampleBlock block) {
    int count = rows.next(block);
    if (isCareful) {
      return count;
    }
    if (!lost.isEmpty()) {
      rows.close();
      rows = careful.apply(nextNs);
      isCareful = true;
      return rows.next(block);
    }
    if (count > 0) {
      long lastNs = block.sourceTimesNs()[count - 1];
      nextNs = direction == Direction.FORWARD ? lastNs + 1 : lastNs;
    }
    return count;
  }

  @Override
  public void close() {
    rows.close();
  }
}
