package io.tidemark.cli;

import io.tidemark.csv.CsvProgress;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/** How far an import is. One thread. */
final class ImportProgress implements CsvProgress {
  private final ProgressLine line;
  private final long fileBytes;
  private String what = "";
  private long bytes;
  private long rows;

  /** Progress through a file of that length. */
  ImportProgress(PrintWriter err, boolean terminal, long fileBytes, LongSupplier nanoTime) {
    line = new ProgressLine(err, terminal, nanoTime);
    this.fileBytes = Math.max(1, fileBytes);
  }

  /** Begins a reading of the file from its start. */
  void begin(String name) {
    what = name;
    bytes = 0;
    rows = 0;
    line.restart();
  }

  @Override
  public void at(long bytesRead, long rowsRead) {
    bytes = bytesRead;
    rows = rowsRead;
    line.show(this::line);
  }

  /** Leaves the terminal's line, so that what is printed next has its own. */
  void end() {
    line.end(this::line);
  }

  private String line(long elapsedNs) {
    double done = Math.min(1, (double) bytes / fileBytes);
    double seconds = elapsedNs / 1e9;
    String left =
        done <= 0 ? "?" : ProgressLine.clock((long) Math.ceil(seconds * (1 - done) / done));
    return String.format(
        Locale.ROOT,
        "%s %s, %.1f of %.1f MB, %d rows, %.0f rows/s, %s left",
        what,
        ProgressLine.bar(done),
        bytes / 1e6,
        fileBytes / 1e6,
        rows,
        seconds > 0 ? rows / seconds : 0,
        left);
  }
}
