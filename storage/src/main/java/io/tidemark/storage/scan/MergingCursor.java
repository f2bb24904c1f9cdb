package io.tidemark.storage.scan;

import io.tidemark.model.Direction;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Merges runs by (source time, write order) and shows the row of each time that counts, or all.
 * Copies whole stretches of a run while no other run can have a row between.
 */
public final class MergingCursor implements SampleCursor {
  /*
   * Runs wait, sorted by their bound, and become active when the scan reaches it, so that a month of segments is
   * opened one by one. Among active runs the one with the smallest head gives rows up to the next head (or the
   * next waiting bound) in one array copy.
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

  private final Runnable check;
  private final boolean forward;
  private final boolean hasWinner;
  private final boolean winnerComesLast;
  private final List<SampleRun> waiting;
  private final List<SampleRun> active = new ArrayList<>();
  private int nextWaiting;
  private boolean hasLastTime;
  private long lastTimeNs;

  /**
   * A cursor over the runs; it owns them.
   *
   * @param check called before each block; throws to end the scan
   */
  public MergingCursor(Runnable check, List<SampleRun> runs, Direction direction, Winner winner) {
    this.check = check;
    this.forward = direction == Direction.FORWARD;
    this.hasWinner = winner != Winner.ALL;
    this.winnerComesLast = forward == (winner == Winner.LAST);
    this.waiting = new ArrayList<>(runs);
    Comparator<SampleRun> byBound = Comparator.comparingLong(SampleRun::bound);
    waiting.sort(forward ? byBound : byBound.reversed());
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
    long limit = limitExcept(run);
    if (forward ? times[to - 1] >= limit : times[to - 1] <= limit) {
      int end = from + 1; // the head itself has been chosen
      while (end < to && (forward ? times[end] < limit : times[end] > limit)) {
        end++;
      }
      to = end;
    }
    if (hasWinner && run.mayHaveEqualTimes()) {
      to = copyDistinct(in, from, to, out);
    } else {
      out.appendRange(in, from, to - from);
    }
    run.advance(to - from);
    lastTimeNs = times[to - 1];
    hasLastTime = true;
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
  private @org.jspecify.annotations.Nullable SampleRun head() {
    SampleRun best = null;
    for (int i = active.size() - 1; i >= 0; i--) {
      SampleRun run = active.get(i);
      if (!run.ensureLoaded()) {
        active.remove(i);
      } else if (best == null || isBefore(run, best)) {
        best = run;
      }
    }
    while (nextWaiting < waiting.size()) {
      SampleRun run = waiting.get(nextWaiting);
      if (best != null
          && (forward ? run.bound() > best.headTimeNs() : run.bound() < best.headTimeNs())) {
        break;
      }
      waiting.set(nextWaiting++, EMPTY);
      if (run.ensureLoaded()) {
        active.add(run);
        if (best == null || isBefore(run, best)) {
          best = run;
        }
      }
    }
    return best;
  }

  private boolean isBefore(SampleRun a, SampleRun b) {
    long timeA = a.headTimeNs();
    long timeB = b.headTimeNs();
    if (timeA != timeB) {
      return forward == (timeA < timeB);
    }
    return forward == (a.headOrder() < b.headOrder());
  }

  /** Time that stops a stretch of the run: the nearest head of another run or waiting bound. */
  @SuppressWarnings("ReferenceEquality") // the very run, not an equal one
  private long limitExcept(SampleRun run) {
    long limit = forward ? Long.MAX_VALUE : Long.MIN_VALUE;
    for (int i = 0; i < active.size(); i++) {
      SampleRun other = active.get(i);
      if (other != run) {
        limit = forward ? Math.min(limit, other.headTimeNs()) : Math.max(limit, other.headTimeNs());
      }
    }
    if (nextWaiting < waiting.size()) {
      long bound = waiting.get(nextWaiting).bound();
      limit = forward ? Math.min(limit, bound) : Math.max(limit, bound);
    }
    return limit;
  }

  @Override
  public void close() {
    active.forEach(SampleRun::close);
    active.clear();
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
        protected boolean load(SampleBlock into) {
          return false;
        }
      };
}
