package io.tidemark.query.retrieval;

import io.tidemark.model.Quality;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleType;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.IntervalStatistics;
import java.util.Arrays;
import java.util.Objects;

/**
 * Reduces samples to what a chart of given width shows of them: of each pixel column the first, the
 * last, the smallest, the largest and one exceptional sample, as recorded, in order of time.
 */
final class PlotColumns {
  /*
   * M4 [1]: lines through first, last, minimum and maximum of every column colour the same pixels
   * as lines through all samples. Column c of a range of length L in w columns begins at the first
   * nanosecond t with floor(w * t / L) >= c; that is ceil(c * L / w), taken apart as L = w * q + r
   * so that it stays within 64 bits. The selection of a selection of parts is the selection of the
   * whole, so a column that spans blocks is reduced again with each part.
   *
   * Exceptional is the first Bad sample after the column's first one, unless that is Bad; where
   * there is none, the first whose quality class differs. Minimum and maximum are taken of what is
   * shown: not Bad, present, finite. States and text have none; there three are exceptional: the
   * first Bad sample, the first of another quality class, and the first of another state.
   *
   * [1] U. Jugel, Z. Jerzak, G. Hackenbroich, V. Markl, M4: A Visualization-Oriented Time Series
   * Data Aggregation, PVLDB 7(10), 2014.
   */
  private static final int PICKS_MAX = 5;

  private final long startNs;
  private final long lengthNs;
  private final int width;
  private final long columnNs;
  private final long columnRest;
  private final RowWriter writer;
  private final int[] picks = new int[PICKS_MAX];
  private SampleBlock pending = new SampleBlock();
  private SampleBlock spare = new SampleBlock();
  private int pendingColumn = -1;

  PlotColumns(TimeRange range, int width, RowWriter writer) {
    this.startNs = range.startNs();
    this.lengthNs = range.endNs() - range.startNs();
    this.width = width;
    this.columnNs = Long.divideUnsigned(lengthNs, width);
    this.columnRest = Long.remainderUnsigned(lengthNs, width);
    this.writer = writer;
  }

  /** Takes samples of the range in order of time. */
  void accept(SampleBlock block) {
    int count = block.count();
    long[] times = block.sourceTimesNs();
    for (int row = 0; row < count; ) {
      int column = column(times[row]);
      int end = column == width - 1 ? count : block.rowAtOrAfter(row, startNs + offset(column + 1));
      if (pendingColumn != column || pending.type() != block.type()) {
        flush();
      }
      int n = select(block, row, end);
      if (end < count && pendingColumn != column) {
        write(block, n);
      } else {
        keep(block, n, column);
      }
      row = end;
    }
  }

  /** Writes the column that is not finished. */
  void flush() {
    if (pendingColumn >= 0) {
      write(pending, select(pending, 0, pending.count()));
      pendingColumn = -1;
    }
  }

  private void write(SampleBlock block, int n) {
    for (int i = 0; i < n; i++) {
      writer.recorded(block, picks[i]);
    }
  }

  private void keep(SampleBlock block, int n, int column) {
    if (pendingColumn < 0) {
      pending.reset(block.type());
      pendingColumn = column;
    }
    for (int i = 0; i < n; i++) {
      pending.appendFrom(block, picks[i]);
    }
    if (pending.count() > PICKS_MAX) {
      int kept = select(pending, 0, pending.count());
      spare.reset(block.type());
      for (int i = 0; i < kept; i++) {
        spare.appendFrom(pending, picks[i]);
      }
      SampleBlock old = pending;
      pending = spare;
      spare = old;
    }
  }

  /** First nanosecond of a column, counted from the start of the range. */
  private long offset(int column) {
    return column * columnNs + (column * columnRest + width - 1) / width;
  }

  private int column(long timeNs) {
    long at = timeNs - startNs;
    int column =
        Math.min(
            width - 1,
            (int)
                (IntervalStatistics.unsigned(at) / IntervalStatistics.unsigned(lengthNs) * width));
    while (Long.compareUnsigned(at, offset(column)) < 0) {
      column--;
    }
    while (column < width - 1 && Long.compareUnsigned(at, offset(column + 1)) >= 0) {
      column++;
    }
    return column;
  }

  /** Puts the rows to keep of {@code [from, to)} into picks, ascending, each once. */
  private int select(SampleBlock block, int from, int to) {
    picks[0] = from;
    picks[1] = to - 1;
    picks[2] = firstOther(block, from, to);
    picks[3] = from;
    picks[4] = from;
    int bad = picks[2] == from ? from : firstBad(block, from, to);
    if (block.type().isContinuous()) {
      picks[2] = bad > from ? bad : picks[2];
      if (block.type().isReal()) {
        extremes(block.doubles(), block, from, to);
      } else {
        extremes(block.longs(), block, from, to);
      }
    } else {
      picks[3] = bad;
      picks[4] = firstOtherState(block, from, to);
    }
    Arrays.sort(picks);
    int n = 1;
    for (int i = 1; i < PICKS_MAX; i++) {
      if (picks[i] != picks[n - 1]) {
        picks[n++] = picks[i];
      }
    }
    return n;
  }

  /** First Bad row; the first row if there is none. */
  private static int firstBad(SampleBlock block, int from, int to) {
    int[] statuses = block.statuses();
    int row = from;
    while (row < to && statuses[row] >= 0) {
      row++;
    }
    return row < to ? row : from;
  }

  /**
   * First row whose quality class differs from that of the first row; that one if there is none.
   */
  private static int firstOther(SampleBlock block, int from, int to) {
    int[] statuses = block.statuses();
    Quality quality = Quality.of(statuses[from]);
    int row = from + 1;
    while (row < to && Quality.of(statuses[row]) == quality) {
      row++;
    }
    return row < to ? row : from;
  }

  /** First row whose state differs from the first state, Bad ones left out; else the first row. */
  private static int firstOtherState(SampleBlock block, int from, int to) {
    int[] statuses = block.statuses();
    int first = from;
    while (first < to && statuses[first] < 0) {
      first++;
    }
    int row = first;
    while (row < to && (statuses[row] < 0 || isSameState(block, first, row))) {
      row++;
    }
    return row < to ? row : from;
  }

  private static boolean isSameState(SampleBlock block, int a, int b) {
    return block.type() == SampleType.STRING
        ? Objects.equals(block.texts()[a], block.texts()[b])
        : block.longs()[a] == block.longs()[b];
  }

  private void extremes(double[] values, SampleBlock block, int from, int to) {
    int[] statuses = block.statuses();
    byte[] flags = block.flags();
    int minRow = -1;
    int maxRow = -1;
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      double v = values[i];
      if (statuses[i] >= 0
          && (flags[i] & SampleFlags.PRESENT) != 0
          && Math.abs(v) <= Double.MAX_VALUE) {
        if (v < min || (v == min && minRow < 0)) {
          min = v;
          minRow = i;
        }
        if (v > max || (v == max && maxRow < 0)) {
          max = v;
          maxRow = i;
        }
      }
    }
    picks[3] = minRow < 0 ? from : minRow;
    picks[4] = maxRow < 0 ? from : maxRow;
  }

  private void extremes(long[] values, SampleBlock block, int from, int to) {
    int[] statuses = block.statuses();
    byte[] flags = block.flags();
    int minRow = -1;
    int maxRow = -1;
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (int i = from; i < to; i++) {
      if (statuses[i] >= 0 && (flags[i] & SampleFlags.PRESENT) != 0) {
        long v = values[i];
        if (v < min || minRow < 0) {
          min = v;
          minRow = i;
        }
        if (v > max || maxRow < 0) {
          max = v;
          maxRow = i;
        }
      }
    }
    picks[3] = minRow < 0 ? from : minRow;
    picks[4] = maxRow < 0 ? from : maxRow;
  }
}
