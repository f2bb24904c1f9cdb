package io.tidemark.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One statement on its way from the server to where its rows belong. One thread but for {@link
 * #cancel}; used once. Rows are never held but for those that a table is fitted to.
 */
final class SqlRun implements AutoCloseable {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final int FITTED_ROWS_MAX = 1_000;

  /**
   * How rows are shown.
   *
   * @param rowsMax most rows of a table; 0 for all
   * @param columns characters in a line of a table; 0 for no limit
   * @param isExpanded whether a table has a line for each column of a row
   */
  record Layout(ResultFormat format, long rowsMax, int columns, boolean isExpanded) {}

  private final StreamedAnswer answer;
  private final Layout layout;
  private final long startedNanos = System.nanoTime();
  private long firstNanos;

  SqlRun(ServerClient client, SqlStatement statement, Layout layout) {
    this.layout = layout;
    this.answer = client.open("POST", "/api/v1/sql", statement.json(), layout.format().accept());
  }

  /** Ends it, from any thread. */
  void cancel() {
    answer.cancel();
  }

  private InputStream body() {
    InputStream body = answer.body();
    firstNanos = System.nanoTime();
    return body;
  }

  /** Writes the rows to a stream and flushes it. */
  void toStream(OutputStream out) throws IOException {
    InputStream body = body();
    switch (layout.format()) {
      case table -> {
        PrintWriter printer = new PrintWriter(out, false, StandardCharsets.UTF_8);
        print(body, printer);
        printer.flush();
        if (printer.checkError()) {
          throw new IOException("output could not be written");
        }
      }
      case csv -> withoutMark(body).transferTo(out);
      case json -> {
        body.transferTo(out);
        out.write('\n');
      }
      case arrow -> body.transferTo(out);
      case parquet -> throw new IllegalStateException("Parquet goes into files only");
    }
    out.flush();
  }

  /** Writes the rows into a file, which appears once all are there. */
  void toFile(Path path, boolean replace) throws IOException {
    try (OutputFile file = new OutputFile(path, replace)) {
      if (layout.format() == ResultFormat.parquet) {
        ParquetRows.write(body(), file.beside());
      } else {
        try (OutputStream out = file.stream()) {
          if (layout.format() == ResultFormat.csv) {
            body().transferTo(out); // with the byte order mark, by which spreadsheets know UTF-8
          } else {
            toStream(out);
          }
        }
      }
      file.commit();
    }
  }

  /** What reads a pipe takes a byte order mark for a part of the first heading. */
  private static InputStream withoutMark(InputStream body) throws IOException {
    PushbackInputStream rest = new PushbackInputStream(body, BYTE_ORDER_MARK.length);
    byte[] head = rest.readNBytes(BYTE_ORDER_MARK.length);
    if (!Arrays.equals(head, BYTE_ORDER_MARK)) {
      rest.unread(head);
    }
    return rest;
  }

  private void print(InputStream body, PrintWriter out) throws IOException {
    try (JsonRows rows = new JsonRows(body)) {
      List<JsonRows.Column> columns = rows.columns();
      TextTable table =
          new TextTable(
              columns.stream().map(JsonRows.Column::heading).toList(),
              columns.stream().map(JsonRows.Column::isNumber).toList(),
              columns.stream().map(JsonRows.Column::isWhole).toList(),
              layout.columns());
      long count = 0;
      boolean isCut = false;
      for (List<@Nullable String> row = rows.next(); row != null; row = rows.next()) {
        isCut = layout.rowsMax() > 0 && count == layout.rowsMax();
        if (isCut) {
          break;
        }
        count++;
        if (layout.isExpanded()) {
          printExpanded(out, columns, row, count);
        } else {
          table.add(row);
          if (table.size() == FITTED_ROWS_MAX) {
            table.print(out);
          }
        }
      }
      if (!layout.isExpanded()) {
        table.print(out);
      }
      out.println();
      if (isCut) {
        out.printf("first %d rows, there are more: --rows N shows N, 0 all%n", count);
      } else {
        out.printf(
            "%d %s, %d ms%n", count, count == 1 ? "row" : "rows", Math.round(rows.elapsedMs()));
      }
    }
  }

  private static void printExpanded(
      PrintWriter out, List<JsonRows.Column> columns, List<@Nullable String> row, long number) {
    int width = 0;
    for (JsonRows.Column column : columns) {
      width = Math.max(width, TextTable.length(TextTable.printable(column.heading())));
    }
    out.println("-- row " + number);
    for (int c = 0; c < columns.size(); c++) {
      String heading = TextTable.printable(columns.get(c).heading());
      String cell = row.get(c);
      out.println(
          heading
              + " ".repeat(width - TextTable.length(heading))
              + "  "
              + (cell == null ? TextTable.NULL : TextTable.printable(cell)));
    }
  }

  /** How long it took, and how much came; once it is done. */
  String timing() {
    StreamedAnswer read = answer;
    return "%d bytes; first after %d ms, all after %d ms"
        .formatted(read == null ? 0 : read.bytes(), ms(firstNanos), ms(System.nanoTime()));
  }

  private long ms(long nanos) {
    return Math.round((nanos - startedNanos) / 1e6);
  }

  @Override
  public void close() {
    StreamedAnswer open = answer;
    if (open != null) {
      open.close();
    }
  }
}
