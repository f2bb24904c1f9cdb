package io.tidemark.query.table;

import io.tidemark.query.duckdb.ScanColumn;
import io.tidemark.query.duckdb.ScanRows;
import io.tidemark.query.duckdb.ScanSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Rows that are made when the executor asks for them, of the columns that it asks for. */
final class ComputedRows implements ScanSource {
  private static final long NANOS_PER_MICRO = 1_000;

  /** Makes rows. */
  interface Maker {
    /**
     * All rows, a carrier for each column of the table.
     *
     * @param wanted names of columns; others need no value
     */
    List<@Nullable Object[]> rows(Set<String> wanted);
  }

  private final List<TableColumn> columns;
  private final long estimatedRows;
  private final Maker maker;

  ComputedRows(List<TableColumn> columns, long estimatedRows, Maker maker) {
    this.columns = columns;
    this.estimatedRows = estimatedRows;
    this.maker = maker;
  }

  @Override
  public List<ScanColumn> columns() {
    return columns.stream().map(TableColumn::scanColumn).toList();
  }

  @Override
  public long estimatedRows() {
    return Math.max(1, estimatedRows);
  }

  @Override
  public Pass pass(int[] wanted) {
    Set<String> names = new HashSet<>();
    for (int column : wanted) {
      names.add(columns.get(column).name());
    }
    List<@Nullable Object[]> rows = maker.rows(names);
    AtomicInteger next = new AtomicInteger();
    return Pass.of(out -> fill(out, rows, wanted, next));
  }

  private int fill(ScanRows out, List<@Nullable Object[]> rows, int[] wanted, AtomicInteger next) {
    int from = next.get();
    int count = Math.min(out.capacity(), rows.size() - from);
    for (int i = 0; i < wanted.length; i++) {
      TableColumn.Type type = columns.get(wanted[i]).type();
      for (int row = 0; row < count; row++) {
        Object value = rows.get(from + row)[wanted[i]];
        if (value == null) {
          out.setNull(i, row);
        } else {
          set(out, i, row, type, value);
        }
      }
    }
    next.addAndGet(count);
    return count;
  }

  /** Sets a cell to the carrier of its type. */
  static void set(ScanRows out, int vector, int row, TableColumn.Type type, Object value) {
    switch (type) {
      case TEXT -> out.setText(vector, row, (String) value);
      case DOUBLE -> out.setDouble(vector, row, (Double) value);
      case BIGINT -> out.setLong(vector, row, (Long) value);
      case TIME -> out.setLong(vector, row, Math.floorDiv((Long) value, NANOS_PER_MICRO));
      case STATUS -> out.setUnsignedInt(vector, row, (Integer) value);
      case FLAGS -> out.setUnsignedByte(vector, row, ((Integer) value).byteValue());
      case BOOLEAN -> out.setBoolean(vector, row, (Boolean) value);
    }
  }
}
