package io.tidemark.query.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All tables with arguments. */
public final class Tables {
  private static final List<TableFunction> ALL = all();

  private Tables() {}

  private static List<TableFunction> all() {
    List<TableFunction> all = new ArrayList<>(SampleTables.all());
    all.add(new SummaryTable());
    all.add(new WideTable());
    all.add(new WideRecordedTable());
    all.add(new WideSummaryTable());
    all.add(new ByBatchTable());
    all.add(new StaySummaryTable(false));
    all.add(new StaySummaryTable(true));
    all.addAll(EnvelopeTables.all());
    return List.copyOf(all);
  }

  /** In the order of the documentation. */
  public static List<TableFunction> functions() {
    return ALL;
  }

  /** Names of all functions. */
  public static Set<String> names() {
    Set<String> names = new TreeSet<>();
    ALL.forEach(function -> names.add(function.name()));
    return names;
  }

  /** The table of a lower-case name, or null. */
  public static @Nullable TableFunction find(String name) {
    for (TableFunction function : ALL) {
      if (function.name().equals(name)) {
        return function;
      }
    }
    return null;
  }

  /** Columns of {@code samples}, {@code current} and of every table of samples. */
  public static List<TableColumn> sampleColumns() {
    return SampleTables.COLUMNS;
  }
}
