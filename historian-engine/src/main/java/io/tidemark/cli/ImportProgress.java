package io.tidemark.cli;

import io.tidemark.csv.CsvProgress;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How far an import is: one line that redraws itself on a terminal, a line every few seconds
 * elsewhere. One thread.
 */
final class ImportProgress implements CsvProgress {
  private static final int BAR_WIDTH = 20;
  private static final long REDRAW_NS = 200_000_000L;
  private static final long LINE_NS = 5_000_000_000L;

  private final PrintWriter err;
  private final boolean terminal;
  private final long fileBytes;
  private final LongSupplier nanoTime;
  private String what = "";
  private long startNs;
  private long shownNs;
  private long bytes;
  private long rows;

  /** Progress through a file of that length. */
  ImportProgress(PrintWriter err, boolean terminal, long fileBytes, LongSupplier nanoTime) {
    this.err = err;
    this.terminal = terminal;
    this.fileBytes = Math.max(1, fileBytes);
    this.nanoTime = nanoTime;
  }

  /** Begins a reading of the file from its start. */
  void begin(String name) {
    what = name;
    bytes = 0;
    rows = 0;
    startNs = nanoTime.getAsLong();
    shownNs = startNs;
  }

  @Override
  public void at(long bytesRead, long rowsRead) {
    bytes = bytesRead;
    rows = rowsRead;
    long now = nanoTime.getAsLong();
    if (now - shownNs < (terminal ? REDRAW_NS : LINE_NS)) {
      return;
    }
    shownNs = now;
    if (terminal) {
      err.print("\r" + line(now) + " ");
      err.flush();
    } else {
      err.println(line(now));
    }
  }

  /** Leaves the terminal's line, so that what is printed next has its own. */
  void end() {
    if (terminal && shownNs != startNs) {
      err.println("\r" + line(nanoTime.getAsLong()) + " ");
      shownNs = startNs;
    }
  }

  private String line(long now) {
    double done = Math.min(1, (double) bytes / fileBytes);
    double seconds = (now - startNs) / 1e9;
    int full = (int) (BAR_WIDTH * done);
    String left = done <= 0 ? "?" : clock((long) Math.ceil(seconds * (1 - done) / done));
    return String.format(
        Locale.ROOT,
        "%s [%s%s] %3.0f %%, %.1f of %.1f MB, %d rows, %.0f rows/s, %s left",
        what,
        "#".repeat(full),
        "-".repeat(BAR_WIDTH - full),
        Math.floor(100 * done),
        bytes / 1e6,
        fileBytes / 1e6,
        rows,
        seconds > 0 ? rows / seconds : 0,
        left);
  }

  private static String clock(long seconds) {
    return String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
  }
}
