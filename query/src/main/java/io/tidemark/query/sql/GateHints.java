package io.tidemark.query.sql;

import io.tidemark.model.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the gate says to who named something that is not there. */
final class GateHints {
  /* Of many names one is always near; only a slip of the pen is worth a word. */
  private static final int CHARS_PER_EDIT_OF_TABLES = 3;
  private static final int CHARS_PER_EDIT_OF_FUNCTIONS = 4;

  private GateHints() {}

  /** Of a relation. */
  static String relation(String name, Set<String> relations, Set<String> named) {
    List<String> known = new ArrayList<>(named);
    known.addAll(relations);
    String all = "relations: " + String.join(", ", relations);
    if (SqlGate.HISTORIAN_FUNCTIONS.contains(name)) {
      return name + " takes arguments: " + name + "(…); " + all;
    }
    return didYouMean(NearestName.find(name, known, CHARS_PER_EDIT_OF_TABLES), all);
  }

  /** Of a function in FROM. */
  static String tableFunction(String name, Set<String> relations, Set<String> functions) {
    List<String> known = new ArrayList<>(functions);
    known.addAll(List.of("range", "generate_series", "unnest"));
    String all = "table functions: " + String.join(", ", known);
    if (relations.contains(name)) {
      return name + " takes no arguments: FROM " + name + "; " + all;
    }
    return didYouMean(NearestName.find(name, known, CHARS_PER_EDIT_OF_TABLES), all);
  }

  /** Of a function in an expression; null if nothing is near. */
  static @Nullable String function(String name, Set<String> functions) {
    String nearest = NearestName.find(name, functions, CHARS_PER_EDIT_OF_FUNCTIONS);
    return nearest == null ? null : "did you mean " + nearest + "?";
  }

  private static String didYouMean(@Nullable String nearest, String all) {
    return nearest == null ? all : "did you mean " + nearest + "? " + all;
  }
}
