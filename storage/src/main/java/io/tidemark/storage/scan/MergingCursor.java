package io.tidemark.storage.scan;

import io.tidemark.model.Direction;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Merges runs by (source time, write order) and shows the row of each time that counts, or all.
 * Copies whole stretches of a run while no other run can have a row between.
 */
public final class MergingCursor implements SampleCursor {
  /*
   * Runs wait, sorted by their bound, and become active when the scan reaches it, so that a month of segments is
   * opened one by one. Active runs are sorted by their heads, whose times stand beside them: a late row costs a search
   * in the rows around it and one move of its run. The first run gives rows up to the next one's head (or
   * the next waiting bound) in one array copy, and finds its new place. A whole block changes its owner instead.
   *
   * Where the winner of equal times comes last in the direction of the scan, a block is handed out only when the
   * next head has another time. Where it comes first, the rest is skipped.
   */
  /** Which rows of the same time count. */
  public enum Winner {
    /** The one written last. */
    LAST,
    /** The one written first. */
    FIRST,
    /** All of them. */
    ALL
  }

  private static final int GUESS_ROWS = 8;

  private final Runnable check;
  private final boolean forward;
  private final boolean hasWinner;
  private final boolean winnerComesLast;
  private final boolean copiesOrders;
  private final List<SampleRun> waiting;
  private SampleRun[] active = new SampleRun[8];
  private long[] headsNs = new long[8];
  private int activeCount;
  private int nextWaiting;
  private boolean hasLastTime;
  private long lastTimeNs;

  /** A cursor over the runs with all that is known of their rows; it owns them. */
  public MergingCursor(Runnable check, List<SampleRun> runs, Direction direction, Winner winner) {
    this(check, runs, direction, winner, true);
  }

  /**
   * A cursor over the runs; it owns them.
   *
   * @param check called before each block; throws to end the scan
   * @param copiesOrders whether the write orders of rows are wanted
   */
  public MergingCursor(
      Runnable check,
      List<SampleRun> runs,
      Direction direction,
      Winner winner,
      boolean copiesOrders) {
    this.copiesOrders = copiesOrders;
    this.check = check;
    this.forward = direction == Direction.FORWARD;
    this.hasWinner = winner != Winner.ALL;
    this.winnerComesLast = forward == (winner == Winner.LAST);
    this.waiting = new ArrayList<>(runs);
    Comparator<SampleRun> byBound = Comparator.comparingLong(SampleRun::bound);
    waiting.sort(forward ? byBound : byBound.reversed());
    long reached = forward ? Long.MIN_VALUE : Long.MAX_VALUE;
    for (int i = 0; i < waiting.size(); i++) {
      SampleRun run = waiting.get(i);
      long far = run.farBound();
      if ((i == 0 || isBefore(reached, run.bound()))
          && (i + 1 == waiting.size() || isBefore(far, waiting.get(i + 1).bound()))) {
        run.standsAlone();
      }
      reached = forward ? Math.max(reached, far) : Math.min(reached, far);
    }
  }

  @Override
  public int next(SampleBlock out) {
    check.run();
    SampleRun run = head();
    if (run == null) {
      out.count(0);
      return 0;
    }
    out.reset(run.block().type());
    while (run != null) {
      boolean sameTime =
          hasWinner
              && hasLastTime
              && run.headTimeNs() == lastTimeNs
              && (!winnerComesLast || out.count() > 0);
      if (sameTime) {
        if (winnerComesLast) {
          out.count(out.count() - 1);
          if (run.block().type() != out.type()) {
            if (out.count() > 0) {
              return out.count();
            }
            out.reset(run.block().type());
          }
          hasLastTime = false;
        } else {
          run.advance(1);
          run = head();
          continue;
        }
      }
      if (run.block().type() != out.type() || out.count() == SampleBlock.CAPACITY) {
        break;
      }
      copyStretch(run, out);
      run = head();
    }
    return out.count();
  }

  /** Copies rows of the run while they come before every other run's, and there is room. */
  private void copyStretch(SampleRun run, SampleBlock out) {
    SampleBlock in = run.block();
    long[] times = in.sourceTimesNs();
    int from = run.row();
    int to = Math.min(in.count(), from + SampleBlock.CAPACITY - out.count());
    long limit = limit();
    long lastNs = times[in.count() - 1];
    if (out.count() == 0
        && (forward ? lastNs < limit : lastNs > limit)
        && !(hasWinner && run.mayHaveEqualTimes())
        && run.giveBlock(out)) {
      lastTimeNs = lastNs;
      hasLastTime = true;
      return;
    }
    if (forward ? times[to - 1] >= limit : times[to - 1] <= limit) {
      to = stretchEnd(times, from + 1, to, limit); // the head itself has been chosen
    }
    if (hasWinner && run.mayHaveEqualTimes()) {
      to = copyDistinct(in, from, to, out);
    } else if (to == from + 1) {
      out.appendFrom(in, from);
    } else if (copiesOrders) {
      out.appendRange(in, from, to - from);
    } else {
      out.appendRangeWithoutOrders(in, from, to - from);
    }
    run.advance(to - from);
    lastTimeNs = times[to - 1];
    hasLastTime = true;
  }

  /** First row from which times are not before the limit in the direction of the scan. */
  private int stretchEnd(long[] times, int from, int to, long limit) {
    int low = from;
    int high = to;
    // Samples come at equal distances, most of them: a guess leaves a few rows to look through.
    if (high - low > GUESS_ROWS) {
      double part = (limit - (double) times[low]) / ((double) times[high - 1] - times[low]);
      int guess = low + (int) (part * (high - 1 - low)) - GUESS_ROWS / 2;
      for (int edge = 0; edge < 2; edge++, guess += GUESS_ROWS) {
        if (guess > low && guess < high) {
          if (forward ? times[guess] < limit : times[guess] > limit) {
            low = guess + 1;
          } else {
            high = guess;
          }
        }
      }
    }
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (forward ? times[middle] < limit : times[middle] > limit) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int copyDistinct(SampleBlock in, int from, int to, SampleBlock out) {
    long[] times = in.sourceTimesNs();
    int row = from;
    while (row < to) {
      int end = row + 1;
      while (end < to && times[end] == times[row]) {
        end++;
      }
      out.appendFrom(in, winnerComesLast ? end - 1 : row);
      row = end;
    }
    return to;
  }

  /**
   * The active run with the first head, after waking those whose bound is reached; null at the end.
   */
  private @Nullable SampleRun head() {
    if (activeCount > 0) {
      if (active[0].ensureLoaded()) {
        settle();
      } else {
        activeCount--;
        System.arraycopy(active, 1, active, 0, activeCount);
        System.arraycopy(headsNs, 1, headsNs, 0, activeCount);
        active[activeCount] = EMPTY;
      }
    }
    while (nextWaiting < waiting.size()) {
      SampleRun run = waiting.get(nextWaiting);
      if (activeCount > 0 && isBefore(headsNs[0], run.bound())) {
        break;
      }
      waiting.set(nextWaiting++, EMPTY);
      if (run.ensureLoaded()) {
        if (activeCount == active.length) {
          active = Arrays.copyOf(active, 2 * activeCount);
          headsNs = Arrays.copyOf(headsNs, 2 * activeCount);
        }
        System.arraycopy(active, 0, active, 1, activeCount);
        System.arraycopy(headsNs, 0, headsNs, 1, activeCount);
        activeCount++;
        active[0] = run;
        settle();
      }
    }
    return activeCount == 0 ? null : active[0];
  }

  /** Moves the first run back behind those that come before it: these are sorted. */
  private void settle() {
    SampleRun run = active[0];
    long timeNs = run.headTimeNs();
    int at = 0;
    while (at + 1 < activeCount && comesBefore(at + 1, run, timeNs)) {
      active[at] = active[at + 1];
      headsNs[at] = headsNs[at + 1];
      at++;
    }
    active[at] = run;
    headsNs[at] = timeNs;
  }

  private boolean comesBefore(int index, SampleRun run, long timeNs) {
    long otherNs = headsNs[index];
    return otherNs != timeNs
        ? isBefore(otherNs, timeNs)
        : forward == (active[index].headOrder() < run.headOrder());
  }

  private boolean isBefore(long timeA, long timeB) {
    return forward ? timeA < timeB : timeA > timeB;
  }

  /** Time that stops a stretch of the first run: the next head of another or waiting bound. */
  private long limit() {
    long limit = forward ? Long.MAX_VALUE : Long.MIN_VALUE;
    if (activeCount > 1) {
      limit = headsNs[1];
    }
    if (nextWaiting < waiting.size()) {
      long bound = waiting.get(nextWaiting).bound();
      limit = forward ? Math.min(limit, bound) : Math.max(limit, bound);
    }
    return limit;
  }

  @Override
  public void close() {
    for (int i = 0; i < activeCount; i++) {
      active[i].close();
    }
    activeCount = 0;
    for (; nextWaiting < waiting.size(); nextWaiting++) {
      waiting.get(nextWaiting).close();
    }
  }

  private static final SampleRun EMPTY =
      new SampleRun() {
        @Override
        public long bound() {
          return 0;
        }

        @Override
        public long farBound() {
          return 0;
        }

        @Override
        protected boolean load(SampleBlock into) {
          return false;
        }
      };
}
