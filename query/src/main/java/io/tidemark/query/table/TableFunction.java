package io.tidemark.query.table;

import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.duckdb.ScanSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table of the historian whose rows depend on arguments. A statement names it as a function
 * ({@code summary(tags => …)}) or, unless it {@link #isFunctionOnly}, as a relation whose
 * parameters WHERE binds ({@code summary WHERE tag = …}). Stateless; safe from any thread.
 */
public interface TableFunction {
  /** Name in SQL. */
  String name();

  /** One sentence for people. */
  String description();

  /** Parameters in the order of positional arguments. */
  List<Parameter> parameters();

  /**
   * Columns of the relation; of a call of {@link #isFunctionOnly} those that do not depend on it.
   */
  List<TableColumn> columns();

  /** Whether its columns depend on its arguments, so that it cannot be a relation. */
  default boolean isFunctionOnly() {
    return false;
  }

  /**
   * Prepares the rows: arguments are checked and context is read now, samples when the rows are.
   *
   * @throws io.tidemark.model.HistorianException naming the argument at fault
   */
  Rows open(Arguments arguments);

  /**
   * Rows that are ready to be read.
   *
   * @param columns in the order of the source
   * @param source reads them
   * @param tags that are read
   * @param ranges in which they are read
   * @param uoms unit of each column that has one for all rows
   * @param metadata of columns, for readers of Arrow: {@code step}, {@code mode}
   */
  record Rows(
      List<TableColumn> columns,
      ScanSource source,
      List<TagDefinition> tags,
      List<TimeRange> ranges,
      Map<String, String> uoms,
      Map<String, Map<String, String>> metadata) {

    /** The unit of a column, or null. */
    public @Nullable String uom(String column) {
      return uoms.get(column);
    }
  }
}
