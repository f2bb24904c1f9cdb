package io.tidemark.benchmarks.scenario;

import java.io.Console;
import java.io.PrintStream;

/** How far a long step is: a bar on a terminal, a line now and then elsewhere. One thread. */
final class Progress implements AutoCloseable {
  private static final int WIDTH = 30;
  private static final long BAR_NANOS = 200_000_000L;
  private static final long LINE_NANOS = 15_000_000_000L;

  private final PrintStream out;
  private final String name;
  private final long goal;
  private final boolean terminal;
  private final long startNanos = System.nanoTime();
  private long shownNanos = startNanos;
  private long done;

  /** Begins at nothing of the goal. */
  Progress(PrintStream out, String name, long goal) {
    this.out = out;
    this.name = name;
    this.goal = Math.max(1, goal);
    Console console = System.console();
    terminal = console != null && console.isTerminal();
  }

  /** Some more is done. */
  void step(long more) {
    done += more;
    long now = System.nanoTime();
    if (now - shownNanos > (terminal ? BAR_NANOS : LINE_NANOS)) {
      shownNanos = now;
      show(now);
    }
  }

  private void show(long now) {
    long percent = Math.min(100, 100 * done / goal);
    long seconds = (now - startNanos) / 1_000_000_000L;
    if (terminal) {
      int filled = (int) (percent * WIDTH / 100);
      out.printf(
          "\r%-28s [%s%s] %3d %%  %d s ",
          name, "#".repeat(filled), " ".repeat(WIDTH - filled), percent, seconds);
    } else {
      out.printf("%s: %d %%, %d s%n", name, percent, seconds);
    }
    out.flush();
  }

  /** Takes the bar away. */
  @Override
  public void close() {
    if (terminal) {
      out.print("\r" + " ".repeat(WIDTH + 48) + "\r");
      out.flush();
    }
  }
}
