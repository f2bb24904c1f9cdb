package io.tidemark.wire.flight;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lets threads go that wait for a client which sends nothing: the library has no time limit of its
 * own. Bounds how many there are. Safe from any thread.
 */
final class StuckPuts {
  private final int putsMax;
  private final long nanosMax;
  private final Set<Put> puts = ConcurrentHashMap.newKeySet();

  StuckPuts(int putsMax, Duration timeout) {
    this.putsMax = putsMax;
    this.nanosMax = timeout.toNanos();
  }

  /** A client that sends, on the thread that reads. */
  final class Put implements AutoCloseable {
    private final Thread thread = Thread.currentThread();
    private volatile long sinceNanos = System.nanoTime();
    private volatile long putNanosMax = nanosMax;
    private boolean isOver;

    /** The client may be silent for longer than others. */
    void patience(Duration timeout) {
      putNanosMax = timeout.toNanos();
    }

    /** The client sent something. */
    void touch() {
      sinceNanos = System.nanoTime();
    }

    /** Wakes the thread out of its wait for the client. */
    synchronized void interrupt() {
      if (!isOver) {
        thread.interrupt();
      }
    }

    /**
     * Refuses one too many.
     *
     * @throws HistorianException BACK_PRESSURED
     */
    void check() {
      if (puts.size() > putsMax) {
        throw new HistorianException(
            ErrorCode.BACK_PRESSURED, "too many clients send: putsMax=" + putsMax);
      }
    }

    private synchronized void interruptIfStuck(long nowNanos) {
      if (!isOver && nowNanos - sinceNanos > putNanosMax) {
        thread.interrupt();
      }
    }

    @Override
    public void close() {
      synchronized (this) {
        isOver = true;
      }
      puts.remove(this);
      Thread.interrupted(); // the next call of this thread is another's
    }
  }

  /** The client of this thread begins to send; the next thing to do is {@link Put#check}. */
  Put begin() {
    Put put = new Put();
    puts.add(put);
    return put;
  }

  /** Interrupts those that wait for too long. */
  void look() {
    long now = System.nanoTime();
    puts.forEach(put -> put.interruptIfStuck(now));
  }
}
