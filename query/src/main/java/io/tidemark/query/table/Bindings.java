package io.tidemark.query.table;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a statement says of a table's parameters: arguments of a call, or conditions of WHERE on the
 * columns of a relation. Immutable.
 */
public interface Bindings {
  /** The value given for a parameter: String, Long, Double, Boolean, Instant, List of these. */
  @Nullable Object value(Parameter parameter);

  /**
   * The part of the statement's conditions that is about some columns alone, as SQL over these
   * names: rows that do not satisfy it are not wanted. Null for none.
   */
  @Nullable String condition(List<String> columns);

  /** Whether it is a call: then errors speak of arguments, else of columns. */
  boolean isCall();
}
