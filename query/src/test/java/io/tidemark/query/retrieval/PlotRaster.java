package io.tidemark.query.retrieval;

import io.tidemark.model.TimeRange;
import java.util.BitSet;
import java.util.List;

/**
 * A drawing of samples in pixels, without antialiasing: of each column the pixels that the line
 * touches, and whether a Bad time is marked there. A value that is not Bad is joined to the next;
 * towards a Bad one it is held; a Bad one is marked until the next sample, or for ever.
 */
final class PlotRaster {
  static final int HEIGHT = 240;

  /** A sample to draw; a Bad one has no value. */
  record Point(long timeNs, double value, boolean isBad) {}

  private final TimeRange range;
  private final int width;
  private final double low;
  private final double high;
  private final BitSet[] pixels;
  private final BitSet marks = new BitSet();

  /** A blank one for values from low to high. */
  PlotRaster(TimeRange range, int width, double low, double high) {
    this.range = range;
    this.width = width;
    this.low = low;
    this.high = high;
    pixels = new BitSet[width];
    for (int i = 0; i < width; i++) {
      pixels[i] = new BitSet(HEIGHT);
    }
  }

  /** Column of a time in the range: floor(w (t - a) / (b - a)), exact. */
  static int column(long timeNs, TimeRange range, int width) {
    long length = range.endNs() - range.startNs();
    return (int) Math.floorDiv(Math.multiplyExact(timeNs - range.startNs(), (long) width), length);
  }

  private int clampedColumn(long timeNs) {
    return timeNs < range.startNs()
        ? 0
        : timeNs >= range.endNs() ? width - 1 : column(timeNs, range, width);
  }

  /** Draws all points, in order of time, those outside the range clipped. */
  PlotRaster draw(List<Point> points, boolean isStepped) {
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      boolean isLast = i + 1 == points.size();
      long untilNs = isLast ? Long.MAX_VALUE : points.get(i + 1).timeNs;
      if (point.isBad) {
        mark(point.timeNs, untilNs);
        continue;
      }
      segment(point.timeNs, point.value, point.timeNs, point.value);
      if (isLast) {
        continue;
      }
      Point next = points.get(i + 1);
      if (next.isBad || isStepped) {
        segment(point.timeNs, point.value, untilNs, point.value);
        if (!next.isBad) {
          segment(untilNs, point.value, untilNs, next.value);
        }
      } else {
        segment(point.timeNs, point.value, untilNs, next.value);
      }
    }
    return this;
  }

  private void mark(long fromNs, long toNs) {
    if (fromNs < range.endNs() && toNs > range.startNs()) {
      marks.set(clampedColumn(fromNs), clampedColumn(toNs - 1) + 1);
    }
  }

  private void segment(long time0, double value0, long time1, double value1) {
    if (time1 < range.startNs() || time0 >= range.endNs()) {
      return;
    }
    if (time0 == time1) {
      fill(column(time0, range, width), value0, value1);
      return;
    }
    int from = clampedColumn(time0);
    int to = clampedColumn(time1);
    double left = time0 < range.startNs() ? at(0, time0, value0, time1, value1) : value0;
    for (int column = from; column <= to; column++) {
      boolean endsHere = column == to && time1 < range.endNs();
      double right = endsHere ? value1 : at(column + 1, time0, value0, time1, value1);
      fill(column, left, right);
      left = right;
    }
  }

  /** The line's value where a column begins. */
  private double at(int column, long time0, double value0, long time1, double value1) {
    if (value0 == value1) {
      return value0;
    }
    double perColumn = (range.endNs() - range.startNs()) / (double) width;
    double sinceNs = (range.startNs() - time0) + column * perColumn;
    double share = Math.clamp(sinceNs / (time1 - time0), 0, 1);
    return value0 + (value1 - value0) * share;
  }

  private void fill(int column, double from, double to) {
    int a = row(Math.min(from, to));
    int b = row(Math.max(from, to));
    pixels[column].set(a, b + 1);
  }

  private int row(double value) {
    return Math.clamp((long) Math.floor((value - low) / (high - low) * HEIGHT), 0, HEIGHT - 1);
  }

  /** The pixels of a column. */
  BitSet pixels(int column) {
    return pixels[column];
  }

  /** Columns in which a Bad time is marked. */
  BitSet marks() {
    return marks;
  }
}
