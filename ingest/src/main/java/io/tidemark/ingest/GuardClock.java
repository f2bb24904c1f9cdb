package io.tidemark.ingest;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The time that source times are judged by. It never goes back and never stands still: where the
 * wall clock was set back it goes on from what it was, at the pace of the monotonic clock, so that
 * sources whose own clocks are right are not refused as being ahead. Safe from any thread.
 */
final class GuardClock {
  private final LongSupplier epochNs;
  private final LongSupplier nanoClock;

  /* Greatest difference seen of wall clock and monotonic clock. */
  private final AtomicLong offsetNs;

  GuardClock(LongSupplier epochNs, LongSupplier nanoClock) {
    this.epochNs = epochNs;
    this.nanoClock = nanoClock;
    offsetNs = new AtomicLong(epochNs.getAsLong() - nanoClock.getAsLong());
  }

  /** Nanoseconds since the epoch. */
  long nowNs() {
    long nanos = nanoClock.getAsLong();
    long offset = epochNs.getAsLong() - nanos;
    return offsetNs.accumulateAndGet(offset, Math::max) + nanos;
  }
}
