package io.tidemark.proof.doors;

import io.tidemark.model.ReadRule;
import io.tidemark.query.aggregate.AggregateConfiguration;
import io.tidemark.query.aggregate.CounterRule;
import io.tidemark.query.aggregate.StandardAggregate;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.retrieval.Retrieval;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question that any door may be asked. Times are ns since 1970; lengths are texts such as 10m.
 */
sealed interface Question {
  /** Kinds of questions. */
  enum Kind {
    RECORDED,
    AT_TIMES,
    INTERPOLATED,
    CYCLIC,
    DELTA,
    PLOT,
    BEST_FIT,
    SUMMARY,
    PROCESSED,
    COUNTERS,
    STATES,
    CURRENT,
    EXPLAIN_GAP,
    STRETCHES
  }

  /** Names and patterns of tags, in the order asked. */
  List<String> tags();

  /** Its kind. */
  default Kind kind() {
    return switch (this) {
      case Recorded q -> Kind.RECORDED;
      case AtTimes q -> Kind.AT_TIMES;
      case Interpolated q -> Kind.INTERPOLATED;
      case Cyclic q -> Kind.CYCLIC;
      case Delta q -> Kind.DELTA;
      case Plot q -> Kind.PLOT;
      case BestFit q -> Kind.BEST_FIT;
      case Summary q -> Kind.SUMMARY;
      case Processed q -> Kind.PROCESSED;
      case Counters q -> Kind.COUNTERS;
      case States q -> Kind.STATES;
      case Current q -> Kind.CURRENT;
      case ExplainGap q -> Kind.EXPLAIN_GAP;
      case Stretches q -> Kind.STRETCHES;
    };
  }

  /** A range as it is asked for: it may be empty, or the wrong way round. Null for an open end. */
  record Span(@Nullable Long startNs, @Nullable Long endNs) {
    static Span of(long startNs, long endNs) {
      return new Span(startNs, endNs);
    }
  }

  /**
   * How a range is cut into windows, or where the times of a grid lie.
   *
   * @param interval a length or a word of a calendar; null for the whole range
   * @param syncNs a time that the grid goes through
   * @param window length of windows that slide
   * @param zone whose calendar counts
   */
  record Grid(
      @Nullable String interval, @Nullable Long syncNs, @Nullable String window, ZoneId zone) {
    static Grid of(@Nullable String interval, ZoneId zone) {
      return new Grid(interval, null, null, zone);
    }
  }

  /**
   * Samples as recorded.
   *
   * @param count samples from the one end of an open span; 0 for no such number
   * @param limit most samples of a tag; 0 for any
   * @param during a condition; null for always
   */
  record Recorded(
      List<String> tags,
      Span span,
      Retrieval.Bounds bounds,
      boolean descending,
      int count,
      int limit,
      boolean includeBad,
      @Nullable String during)
      implements Question {}

  /** Values at times. */
  record AtTimes(List<String> tags, List<Long> timesNs, Retrieval.AtMode mode, ReadRule rule)
      implements Question {}

  /**
   * Values on a grid.
   *
   * @param count of even times in the place of the grid's interval; 0 for none
   */
  record Interpolated(
      List<String> tags, Span span, Grid grid, int count, boolean descending, ReadRule rule)
      implements Question {}

  /** The values in force at even times. */
  record Cyclic(List<String> tags, Span span, int count) implements Question {}

  /** Samples that differ. */
  record Delta(List<String> tags, Span span, double deadband, @Nullable String timeDeadband)
      implements Question {}

  /** Samples for a chart. */
  record Plot(List<String> tags, Span span, int width) implements Question {}

  /** Samples of cycles. */
  record BestFit(List<String> tags, Span span, int cycles) implements Question {}

  /**
   * Aggregates of windows.
   *
   * @param stampedAtEnd asks for a time of each window: its end
   * @param fields empty for the usual ones
   * @param slopePer unit of time of slopes; null for seconds
   */
  record Summary(
      List<String> tags,
      Span span,
      Grid grid,
      boolean stampedAtEnd,
      List<SummaryField> fields,
      ReadRule rule,
      double percentGoodMin,
      @Nullable String slopePer,
      boolean descending,
      @Nullable String during)
      implements Question {}

  /** A standard aggregate of windows. */
  record Processed(
      List<String> tags,
      Span span,
      Grid grid,
      StandardAggregate aggregate,
      AggregateConfiguration configuration)
      implements Question {}

  /** What went through meters. */
  record Counters(List<String> tags, Span span, Grid grid, CounterRule rule) implements Question {}

  /** Times in states. */
  record States(List<String> tags, Span span, Grid grid) implements Question {}

  /** The newest samples. */
  record Current(List<String> tags, boolean includeBad) implements Question {}

  /** Why there is no value. */
  record ExplainGap(String tag, long atNs, ReadRule rule) implements Question {
    @Override
    public List<String> tags() {
      return List.of(tag);
    }
  }

  /** When a condition holds. */
  record Stretches(String condition, Span span, ReadRule rule) implements Question {
    @Override
    public List<String> tags() {
      return List.of();
    }
  }
}
