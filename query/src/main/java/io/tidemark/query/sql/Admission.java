package io.tidemark.query.sql;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Decides when statements run: so many at a time, the others in order of arrival, and only so many
 * of them. Who waits does so on the caller's thread, not longer than its query may take. Safe from
 * any thread.
 */
final class Admission {
  /** How often who waits looks at the clock; whoever cancels a query wakes it at once. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final int concurrentMax;
  private final int queuedMax;
  private final Deque<Waiter> waiting = new ArrayDeque<>();
  private int running;
  private long refused;

  Admission(int concurrentMax, int queuedMax) {
    this.concurrentMax = concurrentMax;
    this.queuedMax = queuedMax;
  }

  /** The right to run; closing it lets the next statement run. Idempotent, from any thread. */
  final class Place implements AutoCloseable {
    private boolean left;

    @Override
    public void close() {
      synchronized (Admission.this) {
        if (!left) {
          left = true;
          leave();
        }
      }
    }
  }

  /** A statement in the queue. Guarded by the admission, but for reading {@code isAdmitted}. */
  private static final class Waiter {
    private final Thread thread = Thread.currentThread();
    private volatile boolean isAdmitted;

    void wake() {
      LockSupport.unpark(thread);
    }
  }

  /**
   * Takes a place, waiting for one if need be.
   *
   * @throws HistorianException {@link ErrorCode#BACK_PRESSURED} if too many wait already; {@link
   *     ErrorCode#DEADLINE_EXCEEDED} or {@link ErrorCode#CANCELLED} if the query ends first; {@link
   *     ErrorCode#UNAVAILABLE} if the thread is interrupted
   */
  Place enter(QueryContext context) {
    Waiter waiter = new Waiter();
    synchronized (this) {
      // A place is passed on to who waits, so one that is free says that nobody does.
      if (running < concurrentMax) {
        running++;
        return new Place();
      }
      if (waiting.size() >= queuedMax) {
        refused++;
        throw new HistorianException(
            ErrorCode.BACK_PRESSURED,
            "too many statements wait: running="
                + running
                + ", waiting="
                + waiting.size()
                + ", limit="
                + queuedMax,
            null,
            "retry later, or raise query.sqlQueued or query.sqlConcurrent",
            null);
      }
      waiting.addLast(waiter);
    }
    QueryContext.Stop stop = context.onStop(waiter::wake);
    try {
      awaitTurn(waiter, context);
      return new Place();
    } catch (RuntimeException e) {
      giveUp(waiter);
      throw e;
    } finally {
      stop.close();
    }
  }

  private void awaitTurn(Waiter waiter, QueryContext context) {
    while (!waiter.isAdmitted) {
      if (Thread.currentThread().isInterrupted()) {
        throw new HistorianException(ErrorCode.UNAVAILABLE, "server is stopping: state=DRAINING");
      }
      try {
        context.check();
      } catch (HistorianException e) {
        throw e.code() == ErrorCode.DEADLINE_EXCEEDED ? tooLate(e) : e;
      }
      LockSupport.parkNanos(this, LOOK_NANOS);
    }
  }

  private synchronized HistorianException tooLate(HistorianException cause) {
    refused++;
    return new HistorianException(
        ErrorCode.DEADLINE_EXCEEDED,
        "statement waited for its turn until its time was over: running="
            + running
            + ", limit="
            + concurrentMax,
        null,
        "retry later, or raise query.sqlConcurrent or query.timeLimit",
        cause);
  }

  /** Leaves the queue, or passes on the place that came too late. */
  private synchronized void giveUp(Waiter waiter) {
    if (waiter.isAdmitted) {
      leave();
    } else {
      waiting.remove(waiter);
    }
  }

  private synchronized void leave() {
    Waiter next = waiting.pollFirst();
    if (next == null) {
      running--;
    } else {
      next.isAdmitted = true;
      next.wake();
    }
  }

  /** Statements that have a place. */
  synchronized int running() {
    return running;
  }

  /** Statements that wait for one. */
  synchronized int waiting() {
    return waiting.size();
  }

  /** Statements that got none, since the start. */
  synchronized long refused() {
    return refused;
  }
}
