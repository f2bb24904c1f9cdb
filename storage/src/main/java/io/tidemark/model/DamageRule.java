package io.tidemark.model;

/** What a query does where stored rows cannot be read any more. */
public enum DamageRule {
  /**
   * Answers with the rest; a gap of status {@link StatusCodes#BAD_DATA_LOST} stands for the rows.
   */
  CONTAIN,
  /** Fails with {@link ErrorCode#CORRUPT}. */
  STRICT
}
