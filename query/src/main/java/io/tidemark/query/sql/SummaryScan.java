package io.tidemark.query.sql;

import io.tidemark.query.duckdb.ScanColumn;
import io.tidemark.query.duckdb.ScanRows;
import io.tidemark.query.duckdb.ScanSource;
import io.tidemark.query.retrieval.SummaryRow;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Summary rows for DuckDB, computed before the statement runs. */
final class SummaryScan implements ScanSource {
  /** A row and its tag. */
  record Row(int tagId, SummaryRow summary) {}

  private final List<Row> rows;

  SummaryScan(List<Row> rows) {
    this.rows = rows;
  }

  @Override
  public List<ScanColumn> columns() {
    return Relations.SUMMARY_SCAN_COLUMNS;
  }

  @Override
  public long estimatedRows() {
    return Math.max(1, rows.size());
  }

  @Override
  public Pass pass(int[] columns) {
    AtomicInteger next = new AtomicInteger();
    return new Pass() {
      @Override
      public int workersMax() {
        return 1;
      }

      @Override
      public Worker worker() {
        return out -> fill(out, columns, next);
      }
    };
  }

  private int fill(ScanRows out, int[] columns, AtomicInteger next) {
    int filled = 0;
    while (filled < out.capacity() && next.get() < rows.size()) {
      Row row = rows.get(next.getAndIncrement());
      for (int i = 0; i < columns.length; i++) {
        put(out, i, columns[i], filled, row);
      }
      filled++;
    }
    return filled;
  }

  private static void put(ScanRows out, int vector, int column, int to, Row row) {
    SummaryRow s = row.summary();
    switch (column) {
      case 0 -> out.setInt(vector, to, row.tagId());
      case 1 -> out.setLong(vector, to, TimeConstant.microsOfNanos(s.startNs()));
      case 2 -> out.setLong(vector, to, TimeConstant.microsOfNanos(s.endNs()));
      case 3 -> number(out, vector, to, s.timeAverage());
      case 4 -> number(out, vector, to, s.sampleAverage());
      case 5 -> number(out, vector, to, s.minimum());
      case 6 -> time(out, vector, to, s.minimumTimeNs());
      case 7 -> number(out, vector, to, s.maximum());
      case 8 -> time(out, vector, to, s.maximumTimeNs());
      case 9 -> number(out, vector, to, s.stdDev());
      case 10 -> number(out, vector, to, s.total());
      case 11 -> out.setLong(vector, to, s.count());
      case 12 -> out.setDouble(vector, to, s.percentGood());
      case 13 -> out.setUnsignedInt(vector, to, s.status());
      default -> out.setText(vector, to, s.basis());
    }
  }

  private static void number(ScanRows out, int vector, int to, @Nullable Double value) {
    if (value == null) {
      out.setNull(vector, to);
    } else {
      out.setDouble(vector, to, value);
    }
  }

  private static void time(ScanRows out, int vector, int to, @Nullable Long ns) {
    if (ns == null) {
      out.setNull(vector, to);
    } else {
      out.setLong(vector, to, TimeConstant.microsOfNanos(ns));
    }
  }
}
