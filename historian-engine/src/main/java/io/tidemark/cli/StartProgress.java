package io.tidemark.cli;

import io.tidemark.engine.Health;
import io.tidemark.model.OpenProgress;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a start is: one line that redraws itself on a terminal, a line of the log every few
 * seconds elsewhere. Nothing for a start that takes a moment. One thread.
 */
final class StartProgress implements OpenProgress {
  private static final Logger LOG = LoggerFactory.getLogger(StartProgress.class);
  private static final int BAR_WIDTH = 30;
  private static final int LINE_WIDTH = 70;
  private static final long REDRAW_NS = 100_000_000L;
  private static final long LOG_NS = 3_000_000_000L;

  private final PrintWriter err;
  private final boolean terminal;
  private final LongSupplier nanoTime;
  private long shownNs;
  private boolean shown;

  StartProgress(PrintWriter err, boolean terminal, LongSupplier nanoTime) {
    this.err = err;
    this.terminal = terminal;
    this.nanoTime = nanoTime;
    this.shownNs = nanoTime.getAsLong();
  }

  @Override
  public void at(Phase phase, long done, long total) {
    long now = nanoTime.getAsLong();
    if (now - shownNs < (terminal ? REDRAW_NS : LOG_NS)) {
      return;
    }
    shownNs = now;
    Health.Opening opening = new Health.Opening(phase, done, total);
    if (!terminal) {
      LOG.info("the store is being opened: {}, done={}, total={}", opening, done, total);
      return;
    }
    shown = true;
    int full = BAR_WIDTH * opening.percent() / 100;
    String amount =
        opening.isBytes()
            ? done / (1 << 20) + " of " + total / (1 << 20) + " MiB"
            : done + " of " + total;
    err.printf(
        Locale.ROOT,
        "\r%-8s [%s%s] %3d %%  %-20s",
        phase.label(),
        "#".repeat(full),
        "-".repeat(BAR_WIDTH - full),
        opening.percent(),
        amount);
    err.flush();
  }

  /** Wipes the terminal's line, so that what is printed next has its own. */
  void end() {
    if (shown) {
      err.print("\r" + " ".repeat(LINE_WIDTH) + "\r");
      err.flush();
      shown = false;
    }
  }
}
