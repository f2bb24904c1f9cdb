package io.tidemark.engine;

import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when the wall clock is set, by comparing it with the monotonic one. Nothing depends on
 * it: samples carry source time and delays are measured by the monotonic clock. Called by one
 * thread, read by any.
 */
final class ClockWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);
  private static final long STEP_MIN_NS = 1_000_000_000L;

  private final LongSupplier epochNs;
  private final LongSupplier nanoClock;
  private long offsetNs;
  private volatile long steps;
  private volatile double lastStepSeconds;

  ClockWatch(LongSupplier epochNs, LongSupplier nanoClock) {
    this.epochNs = epochNs;
    this.nanoClock = nanoClock;
    offsetNs = epochNs.getAsLong() - nanoClock.getAsLong();
  }

  /** Compares; what drifts slowly is no step. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread calls this
  void look() {
    long offset = epochNs.getAsLong() - nanoClock.getAsLong();
    long step = offset - offsetNs;
    offsetNs = offset;
    if (Math.abs(step) > STEP_MIN_NS) {
      lastStepSeconds = step / 1e9;
      steps++;
      LOG.warn("wall clock was set: stepSeconds={}; samples are taken as before", lastStepSeconds);
    }
  }

  /** Steps of more than a second since the start. */
  long steps() {
    return steps;
  }

  /** The last one, forward positive; 0 without one. */
  double lastStepSeconds() {
    return lastStepSeconds;
  }
}
