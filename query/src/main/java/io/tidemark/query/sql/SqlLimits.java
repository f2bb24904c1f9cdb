package io.tidemark.query.sql;

/**
 * How much SQL may run.
 *
 * @param concurrentMax statements that run at a time, 1 or more
 * @param queuedMax statements that may wait for their turn
 * @param rowsMax rows that a statement may yield; 0 for any number
 */
public record SqlLimits(int concurrentMax, int queuedMax, long rowsMax) {
  /** Checks the limits. */
  public SqlLimits {
    if (concurrentMax < 1 || queuedMax < 0 || rowsMax < 0) {
      throw new IllegalArgumentException(
          "limits must be positive: concurrentMax="
              + concurrentMax
              + ", queuedMax="
              + queuedMax
              + ", rowsMax="
              + rowsMax);
    }
  }
}
