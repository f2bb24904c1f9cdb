package io.tidemark.query.context;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A version of a context object.
 *
 * @param kind its relation
 * @param values one per column of the kind; times as Long nanoseconds
 * @param version 1 for the first
 * @param changedBy principal that wrote this version
 * @param changedAtMicros its transaction time, microseconds since the epoch
 * @param journalSequence of the journal record that made it
 */
public record ContextRow(
    ContextKind kind,
    List<@Nullable Object> values,
    int version,
    String changedBy,
    long changedAtMicros,
    long journalSequence) {

  /** The key. */
  public String id() {
    return String.valueOf(values.getFirst());
  }

  /** A text, or null; null too if the kind has no such column. */
  public @Nullable String text(String column) {
    return ContextFields.of(kind).text(values, column);
  }

  /** A time or whole number, or null; null too if the kind has no such column. */
  public @Nullable Long whole(String column) {
    return ContextFields.of(kind).whole(values, column);
  }
}
