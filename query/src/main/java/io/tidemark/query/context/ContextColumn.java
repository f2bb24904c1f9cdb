package io.tidemark.query.context;

/**
 * A column of a context relation.
 *
 * @param name SQL name, snake_case; JSON uses the camelCase form
 * @param type what it holds
 */
public record ContextColumn(String name, Type type) {
  /** Java carriers: String, Long (nanoseconds since the epoch), Double, Long, Boolean. */
  public enum Type {
    /** Text. */
    TEXT,
    /** Instant; SQL shows {@code name TIMESTAMPTZ} and {@code name_ns BIGINT}. */
    TIME,
    /** Number. */
    DOUBLE,
    /** Whole number. */
    BIGINT,
    /** Truth value. */
    BOOLEAN
  }
}
