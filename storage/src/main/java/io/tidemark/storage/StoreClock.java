package io.tidemark.storage;

import java.util.function.LongSupplier;

/** The clocks that a store is given. Safe from any thread. */
public interface StoreClock {
  /** Wall clock, microseconds since the epoch: for stamps. It may be set, also backward. */
  long epochMicros();

  /** Monotonic clock in nanoseconds from anywhere: for delays. */
  long nanos();

  /** Both from one: for tests, which turn it by hand. */
  static StoreClock of(LongSupplier epochMicros) {
    return of(epochMicros, () -> epochMicros.getAsLong() * 1_000);
  }

  /** From a wall clock and a monotonic one. */
  static StoreClock of(LongSupplier epochMicros, LongSupplier nanos) {
    return new StoreClock() {
      @Override
      public long epochMicros() {
        return epochMicros.getAsLong();
      }

      @Override
      public long nanos() {
        return nanos.getAsLong();
      }
    };
  }
}
