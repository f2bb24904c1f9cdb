package io.tidemark.engine.security;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps what strangers can bring about from filling the log: lets so many lines a minute through
 * and counts the others. Safe from any thread.
 */
public final class LogLimit {
  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final int linesPerMinute;
  private final LongSupplier nanoClock;
  private long minuteStartNanos;
  private int lines;
  private long leftOut;

  /** A limit that counts from now on. */
  public LogLimit(int linesPerMinute) {
    this(linesPerMinute, System::nanoTime);
  }

  LogLimit(int linesPerMinute, LongSupplier nanoClock) {
    this.linesPerMinute = linesPerMinute;
    this.nanoClock = nanoClock;
    this.minuteStartNanos = nanoClock.getAsLong();
  }

  /**
   * Asks whether a line may be written.
   *
   * @return how many were left out since the last that was written; -1 if this one is left out too
   */
  public synchronized long admit() {
    long now = nanoClock.getAsLong();
    if (now - minuteStartNanos >= MINUTE_NANOS) {
      minuteStartNanos = now;
      lines = 0;
    }
    if (lines == linesPerMinute) {
      leftOut++;
      return -1;
    }
    lines++;
    long before = leftOut;
    leftOut = 0;
    return before;
  }
}
