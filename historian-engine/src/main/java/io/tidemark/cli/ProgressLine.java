package io.tidemark.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * Where long work says how far it is: one line that redraws itself on a terminal, a line every few
 * seconds elsewhere. One thread.
 */
final class ProgressLine {
  private static final int BAR_WIDTH = 20;
  private static final long REDRAW_NS = 200_000_000L;
  private static final long LINE_NS = 5_000_000_000L;

  private final PrintWriter err;
  private final boolean terminal;
  private final LongSupplier nanoTime;
  private long startNs;
  private long shownNs;
  private boolean isOpen;

  /** A line that counts from now on. */
  ProgressLine(PrintWriter err, boolean terminal, LongSupplier nanoTime) {
    this.err = err;
    this.terminal = terminal;
    this.nanoTime = nanoTime;
    restart();
  }

  /** Counts from now on. */
  void restart() {
    startNs = nanoTime.getAsLong();
    shownNs = startNs;
  }

  /**
   * Shows a line if it is time for one.
   *
   * @param line made of the nanoseconds since the start
   */
  void show(LongFunction<String> line) {
    long now = nanoTime.getAsLong();
    if (now - shownNs < (terminal ? REDRAW_NS : LINE_NS)) {
      return;
    }
    shownNs = now;
    if (terminal) {
      isOpen = true;
      err.print("\r" + line.apply(now - startNs) + " ");
    } else {
      err.println(line.apply(now - startNs));
    }
    err.flush();
  }

  /** Leaves the terminal's line, so that what is printed next has its own. */
  void end(LongFunction<String> line) {
    if (isOpen) {
      isOpen = false;
      err.println("\r" + line.apply(nanoTime.getAsLong() - startNs) + " ");
      err.flush();
    }
  }

  /** A bar and the percentage of a share from 0 to 1. */
  static String bar(double done) {
    int full = (int) (BAR_WIDTH * done);
    return String.format(
        Locale.ROOT,
        "[%s%s] %3.0f %%",
        "#".repeat(full),
        "-".repeat(BAR_WIDTH - full),
        Math.floor(100 * done));
  }

  /** Minutes and seconds. */
  static String clock(long seconds) {
    return String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
  }
}
