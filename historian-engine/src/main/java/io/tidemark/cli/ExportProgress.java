package io.tidemark.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How far an export is. Measured in answers, of which the plan says how many there are; what comes
 * is counted on the way. One thread.
 */
final class ExportProgress {
  private final ProgressLine line;
  private int files;
  private int filesWhole;
  private int answers;
  private int answersWhole;
  private int answersKept;
  private long bytes;

  ExportProgress(PrintWriter err, boolean terminal, LongSupplier nanoTime) {
    line = new ProgressLine(err, terminal, nanoTime);
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
        line.show(ns -> line(answersWhole + before, ns));
      }
    };
  }

  /** Leaves the terminal's line, so that what is printed next has its own. */
  void end() {
    line.end(ns -> line(answersWhole, ns));
  }

  private String line(int whole, long elapsedNs) {
    double done = answers == 0 ? 0 : Math.min(1, (double) whole / answers);
    int fetched = whole - answersKept;
    long left = fetched <= 0 ? -1 : (long) Math.ceil(elapsedNs / 1e9 * (answers - whole) / fetched);
    return String.format(
        Locale.ROOT,
        "export %s, %d of %d files, %.1f MB received, %s left",
        ProgressLine.bar(done),
        filesWhole,
        files,
        bytes / 1e6,
        left < 0 ? "?" : ProgressLine.clock(left));
  }
}
