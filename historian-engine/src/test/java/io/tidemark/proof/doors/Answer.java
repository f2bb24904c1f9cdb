package io.tidemark.proof.doors;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a door said.
 *
 * @param rows tag by tag, each with its tag
 * @param errors tags without an answer and why, {@code tag CODE}, in the order told
 * @param cut tags of which there is more than the limit let through
 * @param refusal code of the error that came instead of an answer; null if there was one
 */
record Answer(List<Row> rows, List<String> errors, Set<String> cut, @Nullable String refusal) {
  Answer {
    rows = List.copyOf(rows);
    errors = List.copyOf(errors);
    cut = new TreeSet<>(cut);
  }

  static Answer of(List<Row> rows) {
    return new Answer(rows, List.of(), Set.of(), null);
  }

  static Answer refused(String code) {
    return new Answer(List.of(), List.of(), Set.of(), code);
  }

  static String error(String tag, String code) {
    return tag + " " + code;
  }
}
