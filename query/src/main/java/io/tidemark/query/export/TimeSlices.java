package io.tidemark.query.export;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import io.tidemark.query.time.CalendarInterval;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts ranges into pieces whose rows are those of the whole: recorded samples by UTC days, grids
 * and intervals at points of their own. What follows a calendar is not cut.
 */
final class TimeSlices {
  private static final long DAY_NS = 86_400_000_000_000L;
  private static final long HOUR_NS = 3_600_000_000_000L;

  /** Most points of a grid in a piece; a function takes 1 000 000. */
  private static final long POINTS_MAX = 100_000;

  /** Most intervals of a summary in a piece: rows are wide, and several tags share a statement. */
  private static final long INTERVALS_MAX = 10_000;

  private final ExportQuestion question;
  private final boolean byDay;

  /** Distance of the points, 1 of samples; 0 where they must not be cut. */
  private final long gridNs;

  TimeSlices(ExportQuestion question) {
    this.question = question;
    byDay = question.partitionBy().contains("day");
    gridNs = question.mode() == ExportQuestion.Mode.RAW ? 1 : gridNs(question.every());
  }

  /** Distance of a grid that may be cut; 0 for one of calendars, or so wide that it need not. */
  private static long gridNs(@Nullable String every) {
    if (every == null || every.equals(ExportQuestion.PHASE)) {
      return 0;
    }
    try {
      long ns = CalendarInterval.parse(every).lengthNs();
      return ns <= HOUR_NS ? ns : 0;
    } catch (HistorianException e) {
      return 0; // a word of a calendar, which the function reads
    }
  }

  /**
   * Pieces of a range, in order.
   *
   * @param isCalm whether a statement can tell the phases of all of it
   */
  List<TimeRange> of(long startNs, long endNs, boolean isCalm) {
    TimeRange whole = new TimeRange(startNs, endNs);
    if (gridNs == 0) {
      if (byDay) {
        throw new HistorianException(
            ErrorCode.OUT_OF_RANGE,
            "a partition by day needs a grid of up to an hour: every=" + question.every(),
            "partitionBy",
            null,
            null);
      }
      return List.of(whole);
    }
    if (question.mode() == ExportQuestion.Mode.SUMMARY) {
      return cut(whole, gridNs, INTERVALS_MAX, Long.MAX_VALUE);
    }
    boolean isShort = gridNs == 1 || (endNs - startNs) / gridNs <= POINTS_MAX;
    if (!byDay && isCalm && isShort && endNs - startNs <= DAY_NS) {
      return List.of(whole);
    }
    return cut(whole, gridNs, gridNs == 1 ? Long.MAX_VALUE : POINTS_MAX, DAY_NS);
  }

  /** Pieces of up to so many points, each within one of the days. */
  private static List<TimeRange> cut(TimeRange whole, long gridNs, long pointsMax, long dayNs) {
    List<TimeRange> slices = new ArrayList<>();
    for (long from = whole.startNs(); from < whole.endNs(); ) {
      long to = whole.endNs();
      if (dayNs < Long.MAX_VALUE) {
        to = Math.min(to, Math.multiplyExact(Math.floorDiv(from, dayNs) + 1, dayNs));
      }
      if (gridNs > 1) {
        // The first point of the grid on the next day, or as many points as a piece may have.
        long points = Math.min(pointsMax, Math.ceilDiv(to - from, gridNs));
        to = Math.min(whole.endNs(), from + points * gridNs);
      }
      slices.add(new TimeRange(from, to));
      from = to;
    }
    return slices;
  }
}
