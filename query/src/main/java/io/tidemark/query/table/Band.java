package io.tidemark.query.table;

import io.tidemark.query.table.BatchTracks.Track;
import java.util.Arrays;
import java.util.List;

/**
 * The band of good batches at each point of their common axis (SEMANTICS B15.4): moments and
 * percentiles over the batches that have a usable value there.
 */
final class Band {
  /**
   * How wide the band is.
   *
   * @param sigmas on either side of the mean, in standard deviations
   * @param lowPercentile percentile at the lower end
   * @param highPercentile at the upper end
   * @param noiseFloor least distance of the limits from the mean, in the unit of the tag
   */
  record Width(double sigmas, double lowPercentile, double highPercentile, double noiseFloor) {}

  /** The band at one point; NaN where no batch has a value. */
  record Point(
      int count,
      double median,
      double mean,
      double stdDev,
      double lower,
      double upper,
      double lowPercentile,
      double highPercentile,
      double minimum,
      double maximum,
      double x,
      double offsetSeconds) {}

  private Band() {}

  /** The band over some tracks of one subject, up to the end of the longest. */
  static Point[] of(List<Track> tracks, Width width) {
    int points = tracks.stream().mapToInt(Track::count).max().orElse(0);
    Point[] band = new Point[points];
    double[] values = new double[tracks.size()];
    for (int j = 0; j < points; j++) {
      int count = 0;
      double offsets = 0;
      double x = Double.NaN;
      int present = 0;
      for (Track track : tracks) {
        if (j < track.count()) {
          offsets += track.offsetSeconds[j];
          x = track.x[j];
          present++;
          if (!Double.isNaN(track.values[j]) && Double.isFinite(track.values[j])) {
            values[count++] = track.values[j];
          }
        }
      }
      band[j] = point(Arrays.copyOf(values, count), width, x, offsets / present);
    }
    return band;
  }

  private static Point point(double[] values, Width width, double x, double offsetSeconds) {
    int count = values.length;
    if (count == 0) {
      double none = Double.NaN;
      return new Point(0, none, none, none, none, none, none, none, none, none, x, offsetSeconds);
    }
    Arrays.sort(values);
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    double mean = sum / count;
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    double stdDev = count == 1 ? 0 : Math.sqrt(squares / (count - 1));
    double reach = Math.max(width.sigmas * stdDev, width.noiseFloor);
    return new Point(
        count,
        percentile(values, 50),
        mean,
        stdDev,
        mean - reach,
        mean + reach,
        percentile(values, width.lowPercentile),
        percentile(values, width.highPercentile),
        values[0],
        values[count - 1],
        x,
        offsetSeconds);
  }

  /**
   * A percentile by linear interpolation between order statistics (Hyndman and Fan 1996, type 7),
   * as {@code quantile_cont} of SQL.
   */
  static double percentile(double[] sorted, double percent) {
    double at = percent / 100 * (sorted.length - 1);
    int below = (int) Math.floor(at);
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
