package io.tidemark.cli;

import io.tidemark.storage.StoreVerifier;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How far a check is: one line that redraws itself on a terminal, nothing elsewhere. One thread.
 */
final class VerifyProgress implements StoreVerifier.Progress {
  private static final int BAR_WIDTH = 30;
  private static final int NAME_WIDTH = 40;
  private static final long REDRAW_NS = 100_000_000L;

  private final PrintWriter err;
  private final boolean terminal;
  private final LongSupplier nanoTime;
  private long shownNs;
  private boolean shown;

  VerifyProgress(PrintWriter err, boolean terminal, LongSupplier nanoTime) {
    this.err = err;
    this.terminal = terminal;
    this.nanoTime = nanoTime;
    this.shownNs = nanoTime.getAsLong();
  }

  @Override
  public void at(String file, long done, long total) {
    long now = nanoTime.getAsLong();
    if (!terminal || now - shownNs < REDRAW_NS) {
      return;
    }
    shownNs = now;
    shown = true;
    int full = (int) (BAR_WIDTH * done / total);
    String name = file.length() > NAME_WIDTH ? file.substring(file.length() - NAME_WIDTH) : file;
    err.printf(
        Locale.ROOT,
        "\rverify [%s%s] %3d %% %-" + NAME_WIDTH + "s",
        "#".repeat(full),
        "-".repeat(BAR_WIDTH - full),
        (long) (100.0 * done / total),
        name);
    err.flush();
  }

  /** Wipes the terminal's line, so that what is printed next has its own. */
  void end() {
    if (shown) {
      err.print("\r" + " ".repeat(BAR_WIDTH + NAME_WIDTH + 20) + "\r");
      err.flush();
      shown = false;
    }
  }
}
