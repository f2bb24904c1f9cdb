package io.tidemark.cli;

import io.tidemark.query.arrow.ArrowPageReader;
import io.tidemark.query.arrow.ArrowPageWriter;
import io.tidemark.query.arrow.ArrowPageWriter.Column;
import io.tidemark.query.arrow.ArrowPageWriter.Type;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Forms of files that {@code tidemark export} writes. Each file is a function of its rows alone.
 */
enum ExportFormat {
  /** Parquet, made here of Arrow streams. */
  parquet(ResultFormat.arrow),
  /** An Arrow IPC file, made here of Arrow streams. */
  arrow(ResultFormat.arrow),
  /** The server's CSV. */
  csv(ResultFormat.csv),
  /** The server's workbook, of all rows. */
  xlsx(null);

  private final @Nullable ResultFormat answer;

  ExportFormat(@Nullable ResultFormat answer) {
    this.answer = answer;
  }

  /** What a file holds: its columns by name, with type (empty if not known) and unit of measure. */
  record Written(long rows, List<NamedColumn> columns) {}

  /** A column as a data set describes it. */
  record NamedColumn(String name, String type, String uom) {}

  /** What the server is asked for. */
  String accept() {
    return answer == null
        ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        : answer.accept();
  }

  /**
   * Writes the rows of some answers into a file.
   *
   * @param uoms units of columns
   */
  Written write(List<? extends Supplier<InputStream>> answers, Map<String, String> uoms, Path file)
      throws IOException {
    if (this == csv) {
      return writeCsv(answers, uoms, file);
    }
    try (ArrowStreams streams = new ArrowStreams(answers)) {
      Map<String, String> known = new TreeMap<>(ParquetRows.uoms(streams));
      known.putAll(uoms);
      if (this == parquet) {
        ParquetRows.write(streams, known, file);
      } else {
        writeArrow(streams, known, file);
      }
      List<NamedColumn> columns = new ArrayList<>();
      for (Column column : streams.columns()) {
        String type = column.type().name().toLowerCase(Locale.ROOT);
        columns.add(new NamedColumn(column.name(), type, known.getOrDefault(column.name(), "")));
      }
      return new Written(streams.rowCount(), columns);
    }
  }

  private static void writeArrow(ArrowStreams streams, Map<String, String> uoms, Path file)
      throws IOException {
    List<Column> columns = new ArrayList<>();
    for (Column column : streams.columns()) {
      Map<String, String> metadata = new TreeMap<>(column.metadata());
      metadata.remove("uom");
      String uom = uoms.get(column.name());
      if (uom != null) {
        metadata.put("uom", uom);
      }
      columns.add(new Column(column.name(), column.type(), metadata));
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        ArrowPageWriter writer =
            ArrowPageWriter.file(columns, new TreeMap<>(streams.metadata()), channel)) {
      for (int count = streams.nextBatch(); count > 0; count = streams.nextBatch()) {
        for (int row = 0; row < count; row++) {
          for (int c = 0; c < columns.size(); c++) {
            if (!streams.rows().isNull(c, row)) {
              copy(streams.rows(), writer, c, row, columns.get(c).type());
            }
          }
          writer.endRow();
        }
      }
      writer.end();
    }
  }

  private static void copy(
      ArrowPageReader from, ArrowPageWriter to, int column, int row, Type type) {
    switch (type) {
      case BOOL -> to.setBool(column, from.bool(column, row));
      case INT64 -> to.setLong(column, from.longValue(column, row));
      case TIME -> to.setTime(column, from.timeNs(column, row));
      case UINT32 -> to.setUnsignedInt(column, from.unsignedInt(column, row));
      case FLOAT64 -> to.setDouble(column, from.doubleValue(column, row));
      case TEXT -> to.setText(column, from.text(column, row));
    }
  }

  /** One heading, then the rows of all answers. */
  private static Written writeCsv(
      List<? extends Supplier<InputStream>> answers, Map<String, String> uoms, Path file)
      throws IOException {
    long rows = 0;
    ByteArrayOutputStream heading = new ByteArrayOutputStream();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      boolean isFirst = true;
      for (Supplier<InputStream> answer : answers) {
        try (InputStream in = new BufferedInputStream(answer.get())) {
          boolean isQuoted = false;
          long line = 0;
          for (int b = in.read(); b >= 0; b = in.read()) {
            if (isFirst || line > 0) {
              out.write(b);
            }
            if (isFirst && line == 0) {
              heading.write(b);
            }
            isQuoted ^= b == '"';
            if (b == '\n' && !isQuoted) {
              line++;
            }
          }
          rows += Math.max(0, line - 1);
          isFirst = false;
        }
      }
    }
    return new Written(rows, named(heading.toString(StandardCharsets.UTF_8), uoms));
  }

  private static List<NamedColumn> named(String heading, Map<String, String> uoms) {
    List<NamedColumn> columns = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean isQuoted = false;
    String line = heading.startsWith("\uFEFF") ? heading.substring(1) : heading;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        isQuoted = !isQuoted;
        if (isQuoted && i > 0 && line.charAt(i - 1) == '"') {
          cell.append(c); // two of them are one
        }
      } else if (!isQuoted && (c == ',' || c == '\n')) {
        columns.add(named(cell.toString().strip(), uoms, ""));
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    return columns;
  }

  /** A heading ends in the unit where the server knows it. */
  private static NamedColumn named(String heading, Map<String, String> uoms, String type) {
    for (Map.Entry<String, String> uom : uoms.entrySet()) {
      if (heading.equals(uom.getKey() + " [" + uom.getValue() + "]")) {
        return new NamedColumn(uom.getKey(), type, uom.getValue());
      }
    }
    return new NamedColumn(heading, type, uoms.getOrDefault(heading, ""));
  }
}
