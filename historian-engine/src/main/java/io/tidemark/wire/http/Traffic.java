package io.tidemark.wire.http;

import java.time.Duration;

/** Counts the requests under way. Safe from any thread. */
final class Traffic {
  private int underWay;

  Traffic() {}

  synchronized void begin() {
    underWay++;
  }

  synchronized void end() {
    underWay--;
    if (underWay == 0) {
      notifyAll();
    }
  }

  synchronized int underWay() {
    return underWay;
  }

  /**
   * Waits until no request is under way.
   *
   * @return requests that still are at the end of the time
   */
  synchronized int awaitNone(Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    for (long left = most.toNanos(); underWay > 0 && left > 0; left = end - System.nanoTime()) {
      wait(left / 1_000_000 + 1);
    }
    return underWay;
  }
}
