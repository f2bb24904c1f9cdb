package io.tidemark.query.duckdb;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Something of ours that statements name by its number, and what went wrong in it. */
public abstract sealed class Handle permits ScanHandle, LookupHandle {
  private final long number;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  Handle(long number) {
    this.number = number;
  }

  /** The number that the statement names. */
  public final long number() {
    return number;
  }

  final void failed(Throwable e) {
    failure.compareAndSet(null, e);
  }

  /** The first exception of a callback, or null. */
  public final @Nullable Throwable failure() {
    return failure.get();
  }
}
