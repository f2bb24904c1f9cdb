package io.tidemark.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows and cells that did not get in, with line and reason: counts all, keeps the first for people
 * and writes all to a CSV file if there is one. One thread.
 */
final class RowReport implements Closeable {
  private static final int SHOWN_MAX = 20;

  private final @Nullable Path file;
  private final @Nullable Writer writer;
  private final List<String> first = new ArrayList<>();
  private long count;

  /** A report that also goes to that file, unless it is null. */
  RowReport(@Nullable Path file) throws IOException {
    this.file = file;
    writer = file == null ? null : Files.newBufferedWriter(file);
    write("line,column,reason\n");
  }

  void add(long line, String column, String reason) {
    count++;
    if (first.size() < SHOWN_MAX) {
      first.add("line " + line + (column.isEmpty() ? "" : ", column " + column) + ": " + reason);
    }
    write(line + "," + quote(column) + "," + quote(reason) + "\n");
  }

  private static String quote(String text) {
    return '"' + text.replace("\"", "\"\"") + '"';
  }

  private void write(String text) {
    if (writer == null) {
      return;
    }
    try {
      writer.write(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long count() {
    return count;
  }

  /** Prints the first ones, and how many there are in all. */
  void print(PrintWriter out) {
    first.forEach(row -> out.println("not stored: " + row));
    if (count > first.size()) {
      out.printf(
          "… %d in all, %s%n", count, file == null ? "--rejects FILE lists them" : "see " + file);
    }
  }

  @Override
  public void close() throws IOException {
    if (writer != null) {
      writer.close();
    }
  }
}
