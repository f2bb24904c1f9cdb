package io.tidemark.query.duckdb;

import java.nio.file.Path;

/**
 * Limits of the embedded DuckDB.
 *
 * @param memoryBytesMax bytes the executor may hold before it spills
 * @param threads threads of the executor, 1 or more; they are DuckDB's own
 * @param spillFolder where intermediate results go that do not fit; created if missing, emptied by
 *     DuckDB
 * @param spillBytesMax bytes that may be spilled
 * @param sessionsMax sessions that may be open at a time
 */
public record DuckDbConfig(
    long memoryBytesMax, int threads, Path spillFolder, long spillBytesMax, int sessionsMax) {
  /** Smallest memory limit DuckDB works with. */
  public static final long MEMORY_BYTES_MIN = 32L << 20;

  /** Checks the limits. */
  public DuckDbConfig {
    if (memoryBytesMax < MEMORY_BYTES_MIN) {
      throw new IllegalArgumentException(
          "memoryBytesMax too small: memoryBytesMax="
              + memoryBytesMax
              + ", minimum="
              + MEMORY_BYTES_MIN);
    }
    if (threads < 1 || sessionsMax < 1 || spillBytesMax < 0) {
      throw new IllegalArgumentException(
          "limits must be positive: threads="
              + threads
              + ", sessionsMax="
              + sessionsMax
              + ", spillBytesMax="
              + spillBytesMax);
    }
  }

  /** 1 GiB, two threads, 4 GiB of spill, 64 sessions. */
  public static DuckDbConfig defaults(Path spillFolder) {
    return new DuckDbConfig(1L << 30, 2, spillFolder, 4L << 30, 64);
  }
}
