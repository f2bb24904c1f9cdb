package io.tidemark.query.duckdb;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A {@link ScanSource} under its number, and what went wrong in it. Safe from any thread. */
public final class ScanHandle {
  private final long number;
  private final ScanSource source;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  ScanHandle(long number, ScanSource source) {
    this.number = number;
    this.source = source;
  }

  /** The number that the statement names. */
  public long number() {
    return number;
  }

  ScanSource source() {
    return source;
  }

  void failed(Throwable e) {
    failure.compareAndSet(null, e);
  }

  /** The first exception of a callback, or null. */
  public @Nullable Throwable failure() {
    return failure.get();
  }
}
