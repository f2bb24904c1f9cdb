package io.tidemark.query.retrieval;

import io.tidemark.model.Direction;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.StatisticsCursor;
import io.tidemark.model.StatisticsCursor.Piece;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.IntervalAggregator;
import io.tidemark.query.aggregate.IntervalStatistics;
import io.tidemark.query.aggregate.SlopeUnit;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.aggregate.TotalUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@link Retrieval.Summary}: aggregates of one tag over intervals, in one pass over its
 * statistics and, where these cannot stand for them, its samples; also over the parts of intervals
 * where a condition holds.
 *
 * <p>Totals are in the unit of {@link TotalUnit}, slopes per second ({@link SlopeUnit}). Text and
 * state tags have counts, times, durations and percentages only. Rows come in order of time, one
 * for each interval. Stateless; safe from any thread.
 *
 * <p>All methods throw {@link HistorianException}: {@link ErrorCode#EMPTY_RANGE} if the edges do
 * not ascend, {@link ErrorCode#FORBIDDEN} for a tag the principal may not read, {@link
 * ErrorCode#CANCELLED} and {@link ErrorCode#DEADLINE_EXCEEDED} at the next block.
 */
public final class Summaries {
  private Summaries() {}

  /** Rows of all intervals. */
  public static List<SummaryRow> of(
      Retrieval.Summary asked, TagDefinition tag, QueryContext context) {
    return of(asked, tag, context, statisticsRule(asked, context));
  }

  /** The same, with a choice of what may stand for samples. */
  public static List<SummaryRow> of(
      Retrieval.Summary asked, TagDefinition tag, QueryContext context, StatisticsRule rule) {
    Retrievals.authorize(tag, context);
    RowMaker maker = new RowMaker(asked, tag, context);
    List<SummaryRow> rows = new ArrayList<>(asked.edgesNs().length);
    pass(
        asked,
        asked.edgesNs(),
        tag,
        context,
        rule,
        (startNs, endNs, s) -> rows.add(maker.row(startNs, endNs, s, endNs - startNs)));
    return rows;
  }

  /**
   * Rows of all intervals, each over the part of it that lies in some stretches only: percentages
   * are of that part, and an interval outside of all stretches has no values.
   *
   * @param stretchesNs start, end, start, end, ...; ascending, each {@code [start, end)}
   */
  public static List<SummaryRow> within(
      long[] stretchesNs, Retrieval.Summary asked, TagDefinition tag, QueryContext context) {
    return within(stretchesNs, asked, tag, context, statisticsRule(asked, context));
  }

  /** The same, with a choice of what may stand for samples. */
  public static List<SummaryRow> within(
      long[] stretchesNs,
      Retrieval.Summary asked,
      TagDefinition tag,
      QueryContext context,
      StatisticsRule rule) {
    Retrievals.authorize(tag, context);
    long[] edges = asked.edgesNs();
    RowMaker maker = new RowMaker(asked, tag, context);
    List<SummaryRow> rows = new ArrayList<>(edges.length);
    Collector collector = new Collector(asked, tag, edges, stretchesNs, maker, rows);
    pass(asked, cuts(edges, stretchesNs), tag, context, rule, collector);
    collector.finish();
    return rows;
  }

  /** All edges of intervals and, inside of them, of stretches. */
  private static long[] cuts(long[] edges, long[] stretches) {
    long start = edges[0];
    long end = edges[edges.length - 1];
    long[] all = new long[edges.length + stretches.length];
    System.arraycopy(edges, 0, all, 0, edges.length);
    int count = edges.length;
    for (long edge : stretches) {
      if (edge > start && edge < end) {
        all[count++] = edge;
      }
    }
    return Arrays.stream(all, 0, count).sorted().distinct().toArray();
  }

  /** Joins the pieces inside of stretches, interval by interval. */
  private static final class Collector implements IntervalAggregator.Sink {
    private final long[] edges;
    private final long[] stretches;
    private final RowMaker maker;
    private final List<SummaryRow> rows;
    private final IntervalStatistics joined;
    private long insideNs;
    private int stretch;

    Collector(
        Retrieval.Summary asked,
        TagDefinition tag,
        long[] edges,
        long[] stretches,
        RowMaker maker,
        List<SummaryRow> rows) {
      this.edges = edges;
      this.stretches = stretches;
      this.maker = maker;
      this.rows = rows;
      joined = new IntervalStatistics(asked.rule().stepped(tag), asked.fields());
    }

    @Override
    public void accept(long startNs, long endNs, IntervalStatistics piece) {
      while (startNs >= edges[rows.size() + 1]) {
        finishInterval();
      }
      while (stretch < stretches.length && stretches[stretch + 1] <= startNs) {
        stretch += 2;
      }
      if (stretch < stretches.length && stretches[stretch] <= startNs) {
        joined.merge(piece);
        insideNs += endNs - startNs;
      }
    }

    void finish() {
      while (rows.size() < edges.length - 1) {
        finishInterval();
      }
    }

    private void finishInterval() {
      int interval = rows.size();
      rows.add(maker.row(edges[interval], edges[interval + 1], joined, insideNs));
      joined.clear();
      insideNs = 0;
    }
  }

  private static StatisticsRule statisticsRule(Retrieval.Summary asked, QueryContext context) {
    boolean needsSamples = asked.fields().stream().anyMatch(SummaryField::needsSamples);
    return needsSamples ? StatisticsRule.NONE : Retrievals.statisticsRule(context);
  }

  private static void pass(
      Retrieval.Summary asked,
      long[] edges,
      TagDefinition tag,
      QueryContext context,
      StatisticsRule rule,
      IntervalAggregator.Sink sink) {
    IntervalAggregator aggregator =
        new IntervalAggregator(tag, asked.rule(), asked.fields(), edges, sink);
    if (!asked.rule().isPlain()) {
      byRule(asked, edges, tag, context, rule, aggregator);
      return;
    }
    TimeRange range = new TimeRange(edges[0], edges[edges.length - 1]);
    SampleBlock block = new SampleBlock();
    if (SampleWalk.firstRow(
        context, tag.id(), Long.MIN_VALUE, range.startNs(), Direction.BACKWARD, block)) {
      aggregator.before(block, 0);
    }
    try (StatisticsCursor samples = context.view().scanStatistics(context, tag.id(), edges, rule)) {
      for (Piece piece = samples.next(); piece != Piece.END; piece = samples.next()) {
        context.check();
        if (piece == Piece.STATISTICS) {
          aggregator.accept(samples.statistics());
        } else {
          aggregator.accept(samples.samples());
        }
      }
    }
    if (aggregator.needsNext()
        && SampleWalk.firstRow(
            context, tag.id(), range.endNs(), Long.MAX_VALUE, Direction.FORWARD, block)) {
      aggregator.finish(block, 0);
    } else {
      aggregator.finish();
    }
  }

  /** Aggregates what a rule makes of the samples. */
  private static void byRule(
      Retrieval.Summary asked,
      long[] edges,
      TagDefinition tag,
      QueryContext context,
      StatisticsRule rule,
      IntervalAggregator aggregator) {
    long startNs = edges[0];
    long endNs = edges[edges.length - 1];
    try (RuledPieces pieces = new RuledPieces(context, tag, asked.rule(), edges, rule)) {
      for (Piece piece = pieces.next(); piece != Piece.END; piece = pieces.next()) {
        context.check();
        if (piece == Piece.STATISTICS) {
          aggregator.accept(pieces.statistics());
          continue;
        }
        SampleBlock block = pieces.samples();
        int first = block.rowAtOrAfter(0, startNs);
        if (first > 0) {
          aggregator.before(block, first - 1);
        }
        int end = block.rowAtOrAfter(first, endNs);
        aggregator.accept(block, first, end);
        if (end < block.count()) {
          aggregator.finish(block, end);
          return;
        }
      }
    }
    aggregator.finish();
  }

  /** Makes rows of statistics. */
  private static final class RowMaker {
    private final Retrieval.Summary asked;
    private final Set<SummaryField> fields;
    private final TagDefinition tag;
    private final QueryContext context;
    private final TotalUnit totalUnit;
    private final boolean isNumeric;

    RowMaker(Retrieval.Summary asked, TagDefinition tag, QueryContext context) {
      this.asked = asked;
      this.fields = asked.fields();
      this.tag = tag;
      this.context = context;
      this.totalUnit = TotalUnit.of(tag.uom());
      this.isNumeric = tag.type().isNumeric();
    }

    /**
     * A row.
     *
     * @param lengthNs how much of the interval counts
     */
    SummaryRow row(long startNs, long endNs, IntervalStatistics s, long lengthNs) {
      SummaryRow row = new SummaryRow(startNs, endNs, s.status(lengthNs), "stored");
      row.goodSeconds(s.goodNs() * 1e-9);
      double percentGood = lengthNs == 0 ? 0 : s.percentGood(lengthNs);
      row.set(SummaryField.COUNT, (Long) s.count());
      row.set(SummaryField.PERCENT_GOOD, (Double) percentGood);
      for (SummaryField field : fields) {
        if (isNumeric || field.isOfAnyType()) {
          set(row, field, s, lengthNs, percentGood);
        }
      }
      return percentGood < asked.percentGoodMin() ? row.withheld() : row;
    }

    private void set(
        SummaryRow row, SummaryField field, IntervalStatistics s, long lengthNs, double good) {
      switch (field) {
        case TIME_AVERAGE -> row.set(field, s.timeAverage());
        case SAMPLE_AVERAGE -> row.set(field, s.sampleAverage());
        case MINIMUM -> row.set(field, s.minimum());
        case MINIMUM_TIME -> row.set(field, s.minimumTimeNs());
        case MAXIMUM -> row.set(field, s.maximum());
        case MAXIMUM_TIME -> row.set(field, s.maximumTimeNs());
        case RANGE -> row.set(field, difference(s.maximum(), s.minimum()));
        case FIRST -> row.set(field, s.first());
        case FIRST_TIME -> row.set(field, firstTimeNs(s));
        case LAST -> row.set(field, s.last());
        case LAST_TIME -> row.set(field, lastTimeNs(s));
        case DELTA -> row.set(field, difference(s.last(), s.first()));
        case STD_DEV -> row.set(field, s.stdDev());
        case SAMPLE_STD_DEV -> row.set(field, s.sampleStdDev());
        case POPULATION_STD_DEV -> row.set(field, s.populationStdDev());
        case TOTAL -> {
          Double integral = s.integralSeconds();
          row.set(field, integral == null ? null : (Double) totalUnit.total(integral));
        }
        case SLOPE -> row.set(field, s.slopePerSecond());
        case TRANSITIONS -> row.set(field, (Long) s.transitions());
        case UNCERTAIN_COUNT -> row.set(field, (Long) s.uncertainCount());
        case BAD_COUNT -> row.set(field, (Long) s.badCount());
        case DURATION_GOOD -> row.set(field, (Double) (s.goodNs() * 1e-9));
        case DURATION_BAD -> row.set(field, (Double) ((unsigned(lengthNs) - s.goodNs()) * 1e-9));
        case PERCENT_BAD -> row.set(field, (Double) (100 - good));
        case COUNT, PERCENT_GOOD -> {} // always there
      }
    }

    private static double unsigned(long ns) {
      return ns < 0 ? ns + 0x1p64 : ns;
    }

    private static @Nullable Double difference(@Nullable Double a, @Nullable Double b) {
      return a == null || b == null ? null : (Double) (a - b);
    }

    /** Statistics that begin with a sample that is not usable do not say when the first one was. */
    private @Nullable Long firstTimeNs(IntervalStatistics s) {
      if (s.count() == 0 || s.firstTimeNs() != null) {
        return s.firstTimeNs();
      }
      return usableTimeNs(s.firstTimeFloorNs(), Long.MAX_VALUE, Direction.FORWARD);
    }

    private @Nullable Long lastTimeNs(IntervalStatistics s) {
      if (s.count() == 0 || s.lastTimeNs() != null) {
        return s.lastTimeNs();
      }
      return usableTimeNs(Long.MIN_VALUE, s.lastTimeCeilingNs(), Direction.BACKWARD);
    }

    private @Nullable Long usableTimeNs(long startNs, long endNs, Direction direction) {
      TimeRange range = new TimeRange(startNs, endNs);
      SampleBlock block = new SampleBlock();
      try (SampleCursor samples =
          context.view().scan(context, ScanRequest.values(tag.id(), range, direction))) {
        while (samples.next(block) > 0) {
          for (int row = 0; row < block.count(); row++) {
            HeldSample sample = new HeldSample();
            sample.set(block, row);
            if (isNumeric ? sample.isUsableNumber(asked.rule()) : sample.isUsable(asked.rule())) {
              return sample.timeNs;
            }
          }
        }
      }
      return null;
    }
  }
}
