package io.tidemark.model;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that one query may hold at a time. Safe from any thread. */
public final class MemoryAccount {
  private final long bytesMax;
  private final AtomicLong bytes = new AtomicLong();

  /** An account with a limit in bytes. */
  public MemoryAccount(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /**
   * Takes bytes out of the account.
   *
   * @throws HistorianException {@link ErrorCode#QUERY_MEMORY} if the limit would be passed.
   */
  public void reserve(long count) {
    // Never above the limit, not even for a moment: another thread's bytes would not fit then.
    long held;
    do {
      held = bytes.get();
      if (held + count > bytesMax) {
        throw new HistorianException(
            ErrorCode.QUERY_MEMORY,
            "query needs more memory than it may have: bytes="
                + (held + count)
                + ", bytesMax="
                + bytesMax,
            null,
            "ask for a shorter range, fewer tags or a coarser interval",
            null);
      }
    } while (!bytes.compareAndSet(held, held + count));
  }

  /** Gives bytes back. */
  public void release(long count) {
    bytes.addAndGet(-count);
  }

  /** Bytes held now. */
  public long bytes() {
    return bytes.get();
  }
}
