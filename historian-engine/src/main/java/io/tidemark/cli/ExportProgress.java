package io.tidemark.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How far an export is: one line that redraws itself on a terminal, a line every few seconds
 * elsewhere. Measured in answers, of which the plan says how many there are; what comes is counted
 * on the way. One thread.
 */
final class ExportProgress {
  private static final int BAR_WIDTH = 20;
  private static final long REDRAW_NS = 200_000_000L;
  private static final long LINE_NS = 5_000_000_000L;

  private final PrintWriter err;
  private final boolean terminal;
  private final LongSupplier nanoTime;
  private final long startNs;
  private long shownNs;
  private boolean isOpen;
  private int files;
  private int filesWhole;
  private int answers;
  private int answersWhole;
  private int answersKept;
  private long bytes;

  ExportProgress(PrintWriter err, boolean terminal, LongSupplier nanoTime) {
    this.err = err;
    this.terminal = terminal;
    this.nanoTime = nanoTime;
    startNs = nanoTime.getAsLong();
    shownNs = startNs;
  }

  /** What there is to do. */
  void begin(int filesInAll, int answersInAll) {
    files = filesInAll;
    answers = answersInAll;
  }

  /** A file is whole. */
  void file(int answersOfFile, boolean wasThere) {
    filesWhole++;
    answersWhole = Math.min(answers, answersWhole + answersOfFile);
    answersKept += wasThere ? answersOfFile : 0;
  }

  /** An answer that is counted while it is read. */
  InputStream counted(InputStream answer, int before) {
    return new FilterInputStream(answer) {
      @Override
      public int read() throws IOException {
        int read = super.read();
        count(read < 0 ? 0 : 1);
        return read;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        int read = super.read(into, offset, length);
        count(Math.max(0, read));
        return read;
      }

      private void count(int more) {
        bytes += more;
        show(answersWhole + before);
      }
    };
  }

  private void show(int done) {
    long now = nanoTime.getAsLong();
    if (now - shownNs < (terminal ? REDRAW_NS : LINE_NS)) {
      return;
    }
    shownNs = now;
    if (terminal) {
      isOpen = true;
      err.print("\r" + line(done, now) + " ");
    } else {
      err.println(line(done, now));
    }
    err.flush();
  }

  /** Leaves the terminal's line, so that what is printed next has its own. */
  void end() {
    if (isOpen) {
      isOpen = false;
      err.println("\r" + line(answersWhole, nanoTime.getAsLong()) + " ");
      err.flush();
    }
  }

  private String line(int whole, long now) {
    double done = answers == 0 ? 0 : Math.min(1, (double) whole / answers);
    int fetched = whole - answersKept;
    int full = (int) (BAR_WIDTH * done);
    double seconds = (now - startNs) / 1e9;
    long left = fetched <= 0 ? -1 : (long) Math.ceil(seconds * (answers - whole) / fetched);
    return String.format(
        Locale.ROOT,
        "export [%s%s] %3.0f %%, %d of %d files, %.1f MB received, %s left",
        "#".repeat(full),
        "-".repeat(BAR_WIDTH - full),
        Math.floor(100 * done),
        filesWhole,
        files,
        bytes / 1e6,
        left < 0 ? "?" : String.format(Locale.ROOT, "%d:%02d", left / 60, left % 60));
  }
}
