package io.tidemark.query.table;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Names of columns that are made of names of tags. SQL does not tell names apart by their case, so
 * of such the second gets a number: {@code r1.temp_1}. One thread.
 */
public final class ColumnNames {
  private final Set<String> used = new HashSet<>();

  /** Some names are taken. */
  public ColumnNames(List<String> taken) {
    taken.forEach(this::unused);
  }

  /** The name, or the same with a number where another column has it. */
  public String unused(String name) {
    String unused = name;
    for (int n = 1; !used.add(unused.toLowerCase(Locale.ROOT)); n++) {
      unused = name + "_" + n;
    }
    return unused;
  }
}
