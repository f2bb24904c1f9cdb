package io.tidemark.storage.scan;

import io.tidemark.model.Direction;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.StatusCodes;
import org.jspecify.annotations.Nullable;

/** Keeps what was lost visible between the rows that are left. */
public final class ContainedCursor implements SampleCursor {
  /*
   * A run that meets damage gives a row without value, status Bad_DataLost and order 0 at the first and at the last
   * lost time, and adds the range to LostRanges. That alone is enough where no other run has rows in between: a Bad
   * row ends the line before it, and up to the next row nothing is known.
   *
   * Where another run has rows inside the range (late data, corrections, the hot table), two things would lie: the
   * line from one of them to the next, over rows that are lost between, and one that was replaced by a lost row and
   * now shows as the newest. So each of them is followed by a Bad row a nanosecond later, and each that was written
   * before the last lost row keeps its value but gets status Bad_DataLost. `docs/decisions/0013`.
   *
   * While nothing is lost a block passes through untouched: the price is one comparison a block.
   */
  private final SampleCursor rows;
  private final LostRanges lost;
  private final Direction direction;
  private final MergingCursor.Winner winner;

  /* Rows read and not handed out yet; null until something is lost. */
  private @Nullable SampleBlock pending;
  private int row;
  private boolean hasPrevious;
  private long previousNs;
  private boolean previousEndsLine;

  /**
   * A cursor over merged rows; it owns them.
   *
   * @param winner which of the rows of a time the lost ones may have won over
   */
  public ContainedCursor(
      SampleCursor rows, LostRanges lost, Direction direction, MergingCursor.Winner winner) {
    this.rows = rows;
    this.lost = lost;
    this.direction = direction;
    this.winner = winner;
  }

  @Override
  public int next(SampleBlock out) {
    SampleBlock in = pending;
    if (in == null) {
      int count = rows.next(out);
      if (lost.isEmpty()) {
        return count;
      }
      in = new SampleBlock();
      pending = in;
      in.reset(out.type());
      in.appendRange(out, 0, count);
    }
    out.count(0);
    while (out.count() < SampleBlock.CAPACITY) {
      if (row == in.count()) {
        row = 0;
        if (rows.next(in) == 0) {
          break;
        }
      }
      if (out.count() == 0) {
        out.reset(in.type());
      } else if (out.type() != in.type()) {
        break;
      }
      step(in, out);
    }
    return out.count();
  }

  /** Hands out the next row, or a gap that belongs before it. */
  private void step(SampleBlock in, SampleBlock out) {
    boolean forward = direction == Direction.FORWARD;
    long time = in.sourceTimesNs()[row];
    boolean isGap = in.orders()[row] == 0 && in.statuses()[row] == StatusCodes.BAD_DATA_LOST;
    boolean replaced = !isGap && mayBeReplaced(time, in.orders()[row]);
    boolean endsLine = isGap || replaced;
    if (forward
        ? hasPrevious && !previousEndsLine && previousNs < time - 1 && lost.covers(previousNs + 1)
        : !endsLine
            && time < Long.MAX_VALUE
            && (!hasPrevious || previousNs - 1 > time)
            && lost.covers(time + 1)) {
      previousNs = forward ? previousNs + 1 : time + 1;
      previousEndsLine = true;
      hasPrevious = true;
      gap(out, previousNs);
      return;
    }
    out.appendFrom(in, row);
    if (replaced) {
      out.statuses()[out.count() - 1] = StatusCodes.BAD_DATA_LOST;
    }
    row++;
    if (hasPrevious && previousNs != time) {
      lost.passed(time, direction);
    }
    hasPrevious = true;
    previousNs = time;
    previousEndsLine = endsLine;
  }

  /** Whether a lost row of that time may be the one that counts. */
  private boolean mayBeReplaced(long timeNs, long order) {
    return switch (winner) {
      case LAST -> lost.mayHaveReplaced(timeNs, order);
      case FIRST -> lost.covers(timeNs); // nobody knows how early it was written
      case ALL -> false;
    };
  }

  /** Appends the row that stands for lost ones. */
  public static void gap(SampleBlock block, long timeNs) {
    int to = block.count();
    block.count(to + 1);
    block.sourceTimesNs()[to] = timeNs;
    block.statuses()[to] = StatusCodes.BAD_DATA_LOST;
    block.flags()[to] = 0;
    block.orders()[to] = 0;
    switch (block.type()) {
      case FLOAT64, FLOAT32 -> block.doubles()[to] = 0;
      case INT64, INT32, BOOL, DIGITAL -> block.longs()[to] = 0;
      case STRING -> block.texts()[to] = null;
    }
  }

  @Override
  public void close() {
    rows.close();
  }
}
