package io.tidemark.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.query.arrow.ArrowPageReader;
import io.tidemark.query.arrow.ArrowPageWriter.Column;
import io.tidemark.query.arrow.ArrowPageWriter.Type;
import io.tidemark.query.duckdb.DuckDbException;
import io.tidemark.query.duckdb.ParquetFile;
import io.tidemark.query.duckdb.ScanColumn;
import io.tidemark.query.duckdb.ScanRows;
import io.tidemark.query.duckdb.ScanSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Arrow streams of the server on their way into a Parquet file. Instants keep the microseconds that
 * SQL has; the units of columns and what the schema says of itself become metadata of the file.
 */
final class ParquetRows implements ScanSource, ScanSource.Pass, ScanSource.Worker {
  private final ArrowStreams arrow;
  private final List<ScanColumn> columns = new ArrayList<>();
  private int[] wanted = {};
  private int batchRows;
  private int row;

  private ParquetRows(ArrowStreams arrow) {
    this.arrow = arrow;
    List<String> names = names(arrow);
    for (int i = 0; i < names.size(); i++) {
      columns.add(new ScanColumn(names.get(i), carrier(arrow.columns().get(i).type())));
    }
  }

  /** Names of columns in a file: a statement may name two the same, a file not. */
  private static List<String> names(ArrowStreams arrow) {
    List<String> names = new ArrayList<>();
    Set<String> used = new HashSet<>();
    for (Column column : arrow.columns()) {
      String name = column.name();
      for (int i = 1; !used.add(name.toLowerCase(Locale.ROOT)); i++) {
        name = column.name() + "_" + i;
      }
      names.add(name);
    }
    return names;
  }

  /** Writes all rows of a stream. */
  static void write(InputStream stream, Path file) throws IOException {
    try (ArrowStreams arrow = new ArrowStreams(List.of(() -> stream))) {
      write(arrow, uoms(arrow), file);
    }
  }

  /** Writes all rows of some streams, and the units of their columns. */
  static void write(ArrowStreams arrow, Map<String, String> uoms, Path file) {
    try {
      ParquetRows source = new ParquetRows(arrow);
      ParquetFile.write(
          file,
          source,
          arrow.columns().stream().map(column -> kind(column.type())).toList(),
          source.metadata(uoms));
    } catch (DuckDbException e) {
      throw new HistorianException(
          ErrorCode.INTERNAL, "Parquet file could not be written: reason=" + e.text(), e);
    }
  }

  /** What the columns of a stream say of their units, by their names in a file. */
  static Map<String, String> uoms(ArrowStreams arrow) {
    Map<String, String> uoms = new LinkedHashMap<>();
    List<String> names = names(arrow);
    for (int i = 0; i < names.size(); i++) {
      String uom = arrow.columns().get(i).metadata().get("uom");
      if (uom != null) {
        uoms.put(names.get(i), uom);
      }
    }
    return uoms;
  }

  private Map<String, String> metadata(Map<String, String> uoms) {
    Map<String, String> metadata = new TreeMap<>(arrow.metadata());
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < columns.size(); i++) {
      String uom = uoms.get(columns.get(i).name());
      if (uom != null) {
        json.put(columns.get(i).name(), uom);
      }
    }
    if (!json.isEmpty()) {
      metadata.put("uom", json.toString());
    }
    return metadata;
  }

  private static ScanColumn.Type carrier(Type type) {
    return switch (type) {
      case BOOL -> ScanColumn.Type.UTINYINT;
      case INT64, TIME -> ScanColumn.Type.BIGINT;
      case UINT32 -> ScanColumn.Type.UINTEGER;
      case FLOAT64 -> ScanColumn.Type.DOUBLE;
      case TEXT -> ScanColumn.Type.VARCHAR;
    };
  }

  private static ParquetFile.Kind kind(Type type) {
    return switch (type) {
      case BOOL -> ParquetFile.Kind.TRUTH;
      case TIME -> ParquetFile.Kind.TIME;
      default -> ParquetFile.Kind.PLAIN;
    };
  }

  @Override
  public List<ScanColumn> columns() {
    return columns;
  }

  @Override
  public long estimatedRows() {
    return 1_000_000; // nobody knows yet; nothing is planned by it
  }

  @Override
  public Pass pass(int[] wantedColumns) {
    wanted = wantedColumns.clone();
    return this;
  }

  @Override
  public int workersMax() {
    return 1;
  }

  @Override
  public Worker worker() {
    return this;
  }

  /** Fills it to the last row: how rows came must not be seen in the file. */
  @Override
  public int fill(ScanRows target) {
    int filled = 0;
    while (filled < target.capacity() && hasRow()) {
      int count = Math.min(target.capacity() - filled, batchRows - row);
      for (int c = 0; c < wanted.length; c++) {
        int column = wanted[c];
        Type type = arrow.columns().get(column).type();
        for (int i = 0; i < count; i++) {
          if (arrow.rows().isNull(column, row + i)) {
            target.setNull(c, filled + i);
          } else {
            set(target, c, filled + i, type, column, row + i);
          }
        }
      }
      row += count;
      filled += count;
    }
    return filled;
  }

  private boolean hasRow() {
    while (row == batchRows) {
      row = 0;
      batchRows = Math.max(0, arrow.nextBatch());
      if (batchRows == 0) {
        return false;
      }
    }
    return true;
  }

  private void set(ScanRows target, int c, int i, Type type, int column, int from) {
    ArrowPageReader rows = arrow.rows();
    switch (type) {
      case BOOL -> target.setUnsignedByte(c, i, (byte) (rows.bool(column, from) ? 1 : 0));
      case INT64 -> target.setLong(c, i, rows.longValue(column, from));
      case TIME -> target.setLong(c, i, Math.floorDiv(rows.timeNs(column, from), 1000L));
      case UINT32 -> target.setUnsignedInt(c, i, rows.unsignedInt(column, from));
      case FLOAT64 -> target.setDouble(c, i, rows.doubleValue(column, from));
      case TEXT -> target.setText(c, i, rows.text(column, from));
    }
  }
}
