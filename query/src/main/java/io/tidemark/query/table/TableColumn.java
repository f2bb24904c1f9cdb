package io.tidemark.query.table;

import io.tidemark.query.duckdb.ScanColumn;
import java.util.ArrayList;
import java.util.List;

/**
 * A column of a table.
 *
 * @param name in SQL
 * @param type what it holds
 * @param description one sentence for people
 */
public record TableColumn(String name, Type type, String description) {
  /** Types, the carrier of their values in a row of ours, and how they cross to the executor. */
  public enum Type {
    /** Text: String. */
    TEXT("VARCHAR", ScanColumn.Type.VARCHAR),
    /** Number: Double. */
    DOUBLE("DOUBLE", ScanColumn.Type.DOUBLE),
    /** Whole number: Long. */
    BIGINT("BIGINT", ScanColumn.Type.BIGINT),
    /** Instant: Long, nanoseconds since the epoch; SQL sees microseconds, rounded down. */
    TIME("TIMESTAMPTZ", ScanColumn.Type.BIGINT),
    /** OPC UA StatusCode: Integer. */
    STATUS("UINTEGER", ScanColumn.Type.UINTEGER),
    /** Flags of a sample: Integer. */
    FLAGS("UTINYINT", ScanColumn.Type.UTINYINT),
    /** Truth value: Boolean. */
    BOOLEAN("BOOLEAN", ScanColumn.Type.BOOLEAN);

    private final String sql;
    private final ScanColumn.Type carried;

    Type(String sql, ScanColumn.Type carried) {
      this.sql = sql;
      this.carried = carried;
    }

    /** Name of the type in SQL. */
    public String sql() {
      return sql;
    }
  }

  static TableColumn text(String name, String description) {
    return new TableColumn(name, Type.TEXT, description);
  }

  static TableColumn number(String name, String description) {
    return new TableColumn(name, Type.DOUBLE, description);
  }

  static TableColumn whole(String name, String description) {
    return new TableColumn(name, Type.BIGINT, description);
  }

  static TableColumn time(String name, String description) {
    return new TableColumn(name, Type.TIME, description);
  }

  /** Columns of a scan, called by their place: names of tags could be equal but for their case. */
  static List<ScanColumn> numbered(List<TableColumn> columns) {
    List<ScanColumn> scan = new ArrayList<>();
    for (TableColumn column : columns) {
      scan.add(new ScanColumn("c" + scan.size(), column.type.carried));
    }
    return scan;
  }

  ScanColumn scanColumn() {
    return new ScanColumn(name, type.carried);
  }
}
