package io.tidemark.query.table;

import io.tidemark.model.DamageRule;
import io.tidemark.model.Direction;
import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleStatistics.Count;
import io.tidemark.model.SampleStatistics.Real;
import io.tidemark.model.SampleType;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.StatisticsCursor;
import io.tidemark.model.StatisticsCursor.Piece;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.duckdb.ScanColumn;
import io.tidemark.query.duckdb.ScanRows;
import io.tidemark.query.duckdb.ScanSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One row for all samples of a tag between two cuts of time, in place of the samples: how many they
 * are, their sum and extremes, from stored statistics where these say the same as the samples do.
 * Its time is that of the first of them, so that it falls on the same side of every cut.
 *
 * <p>What counts is what SQL sees: values of Good and Uncertain samples. Statistics are of Good
 * ones with finite numbers; where a block holds others, its samples are read.
 */
public final class PartialScan implements ScanSource {
  /** What it offers. */
  private static final List<ScanColumn> COLUMNS =
      List.of(
          new ScanColumn("tag_id", ScanColumn.Type.INTEGER),
          new ScanColumn("ts_us", ScanColumn.Type.BIGINT),
          new ScanColumn("ts_ns", ScanColumn.Type.BIGINT),
          new ScanColumn("last_us", ScanColumn.Type.BIGINT),
          new ScanColumn("last_ns", ScanColumn.Type.BIGINT),
          new ScanColumn("samples", ScanColumn.Type.BIGINT),
          new ScanColumn("numbers", ScanColumn.Type.BIGINT),
          new ScanColumn("total", ScanColumn.Type.DOUBLE),
          new ScanColumn("lowest", ScanColumn.Type.DOUBLE),
          new ScanColumn("highest", ScanColumn.Type.DOUBLE));

  private static final int FIRST_OF_VALUE = 6;
  private static final long NANOS_PER_MICRO = 1_000;

  /** A tag between the cuts of one range. */
  private record Unit(TagDefinition tag, long[] edgesNs) {}

  private final QueryContext context;
  private final boolean goodOnly;
  private final List<Unit> units = new ArrayList<>();
  private long estimatedRows;

  /**
   * A scan.
   *
   * @param edgesNs of each range: its start, cuts within it, its end; ascending
   * @param goodOnly whether only Good samples are wanted
   */
  public PartialScan(
      QueryContext context, List<TagDefinition> tags, List<long[]> edgesNs, boolean goodOnly) {
    this.context = context;
    this.goodOnly = goodOnly;
    for (TagDefinition tag : tags) {
      for (long[] edges : edgesNs) {
        units.add(new Unit(tag, edges));
        estimatedRows += edges.length - 1;
      }
    }
  }

  @Override
  public List<ScanColumn> columns() {
    return COLUMNS;
  }

  @Override
  public long estimatedRows() {
    return Math.max(1, estimatedRows);
  }

  /**
   * The part of a range in which tags have samples; null if they have none.
   *
   * @param range to be cut to it
   */
  public static @Nullable TimeRange extent(
      QueryContext context, List<TagDefinition> tags, TimeRange range) {
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    SampleBlock block = new SampleBlock();
    for (TagDefinition tag : tags) {
      if (end(context, tag, range, Direction.FORWARD, block)) {
        first = Math.min(first, block.sourceTimesNs()[0]);
        if (end(context, tag, range, Direction.BACKWARD, block)) {
          last = Math.max(last, block.sourceTimesNs()[0]);
        }
      }
    }
    return first > last || last == Long.MAX_VALUE ? null : new TimeRange(first, last + 1);
  }

  private static boolean end(
      QueryContext context,
      TagDefinition tag,
      TimeRange range,
      Direction direction,
      SampleBlock block) {
    ScanRequest request =
        new ScanRequest(tag.id(), range, direction, SampleColumns.TIMES, SampleCondition.ANY);
    try (SampleCursor cursor = context.view().scan(context, request)) {
      return cursor.next(block) > 0;
    }
  }

  @Override
  public Pass pass(int[] columns) {
    AtomicInteger nextUnit = new AtomicInteger();
    boolean ofValue = false;
    for (int column : columns) {
      ofValue |= column >= FIRST_OF_VALUE;
    }
    boolean needsValues = ofValue;
    return new Pass() {
      @Override
      public int workersMax() {
        return Math.max(1, units.size());
      }

      @Override
      public Worker worker() {
        return new UnitWorker(columns, needsValues, nextUnit);
      }
    };
  }

  /** The sum of the samples between two cuts. */
  private static final class Sum {
    private int tagId;
    private long firstNs;
    private long lastNs;
    private long samples;
    private long numbers;
    private double total;
    private double lowest;
    private double highest;

    void clear() {
      samples = 0;
      numbers = 0;
      total = 0;
      lowest = Double.NaN;
      highest = Double.NaN;
    }

    /** NaN is above all numbers, as SQL orders them. */
    void number(double value) {
      numbers++;
      total += value;
      if (numbers == 1) {
        lowest = value;
        highest = value;
      } else {
        lowest = Double.isNaN(lowest) || value < lowest ? value : lowest;
        highest = Double.isNaN(value) || value > highest ? value : highest;
      }
    }
  }

  /** Reads unit after unit. One thread. */
  private final class UnitWorker implements Worker {
    private final int[] columns;
    private final boolean needsValues;
    private final AtomicInteger nextUnit;
    private final Sum sum = new Sum();
    private @Nullable Unit unit;
    private @Nullable StatisticsCursor cursor;
    private int segment;
    private Piece piece = Piece.END;
    private int row;

    UnitWorker(int[] columns, boolean needsValues, AtomicInteger nextUnit) {
      this.columns = columns;
      this.needsValues = needsValues;
      this.nextUnit = nextUnit;
    }

    @Override
    public int fill(ScanRows out) {
      int filled = 0;
      while (filled < out.capacity() && next()) {
        for (int i = 0; i < columns.length; i++) {
          put(out, i, columns[i], filled);
        }
        filled++;
      }
      return filled;
    }

    private void put(ScanRows out, int vector, int column, int to) {
      switch (column) {
        case 0 -> out.setInt(vector, to, sum.tagId);
        case 1 -> out.setLong(vector, to, Math.floorDiv(sum.firstNs, NANOS_PER_MICRO));
        case 2 -> out.setLong(vector, to, sum.firstNs);
        case 3 -> out.setLong(vector, to, Math.floorDiv(sum.lastNs, NANOS_PER_MICRO));
        case 4 -> out.setLong(vector, to, sum.lastNs);
        case 5 -> out.setLong(vector, to, sum.samples);
        case 6 -> out.setLong(vector, to, sum.numbers);
        default -> {
          if (sum.numbers == 0) {
            out.setNull(vector, to);
          } else {
            out.setDouble(
                vector, to, column == 7 ? sum.total : column == 8 ? sum.lowest : sum.highest);
          }
        }
      }
    }

    /** Sums up the next segment that has samples; false if there is none. */
    private boolean next() {
      sum.clear();
      while (true) {
        Unit current = unit;
        StatisticsCursor open = cursor;
        if (current == null || open == null) {
          int number = nextUnit.getAndIncrement();
          if (number >= units.size()) {
            return false;
          }
          current = units.get(number);
          unit = current;
          segment = 0;
          open =
              context
                  .view()
                  .scanStatistics(
                      context,
                      current.tag.id(),
                      current.edgesNs,
                      context.damageRule() == DamageRule.STRICT
                          ? StatisticsRule.NONE
                          : StatisticsRule.STORED,
                      suffices(current.tag));
          cursor = open;
          advance(open);
        }
        boolean isComplete = sumSegment(current, open);
        if (piece == Piece.END && !isComplete) {
          open.close();
          cursor = null;
        }
        if (sum.samples > 0) {
          sum.tagId = current.tag.id();
          return true;
        }
        sum.clear();
      }
    }

    private void advance(StatisticsCursor open) {
      context.check();
      piece = open.next();
      row = 0;
    }

    /** Adds what lies in the segment of the next piece; true if a later one has begun. */
    private boolean sumSegment(Unit current, StatisticsCursor open) {
      long endNs = Long.MIN_VALUE;
      while (piece != Piece.END) {
        long ns =
            piece == Piece.STATISTICS
                ? open.statistics().get(Count.FIRST_TIME)
                : open.samples().sourceTimesNs()[row];
        if (endNs == Long.MIN_VALUE) {
          while (current.edgesNs[segment + 1] <= ns) {
            segment++;
          }
          endNs = current.edgesNs[segment + 1];
        } else if (ns >= endNs) {
          return true;
        }
        if (piece == Piece.STATISTICS) {
          add(open.statistics());
          advance(open);
        } else {
          addRows(open.samples(), endNs);
          if (row >= open.samples().count()) {
            advance(open);
          }
        }
      }
      return false;
    }

    private void add(SampleStatistics statistics) {
      long numbers = statistics.get(Count.GOOD);
      long samples =
          goodOnly
              ? numbers
              : numbers + statistics.get(Count.UNCERTAIN) + statistics.get(Count.BAD);
      begin(statistics.get(Count.FIRST_TIME));
      sum.lastNs = statistics.get(Count.LAST_TIME);
      sum.samples += samples;
      if (numbers > 0) {
        boolean isFirst = sum.numbers == 0;
        double low = statistics.get(Real.MINIMUM);
        double high = statistics.get(Real.MAXIMUM);
        sum.numbers += numbers;
        sum.total += statistics.get(Real.SUM);
        sum.lowest = isFirst || Double.isNaN(sum.lowest) || low < sum.lowest ? low : sum.lowest;
        sum.highest = isFirst || high > sum.highest ? high : sum.highest;
      }
    }

    private void begin(long firstNs) {
      if (sum.samples == 0) {
        sum.firstNs = firstNs;
      }
    }

    private void addRows(SampleBlock block, long endNs) {
      boolean isNumber = block.type() != SampleType.STRING;
      int count = block.count();
      for (; row < count && block.sourceTimesNs()[row] < endNs; row++) {
        int status = block.statuses()[row];
        if (goodOnly && Quality.of(status) != Quality.GOOD) {
          continue;
        }
        begin(block.sourceTimesNs()[row]);
        sum.samples++;
        sum.lastNs = block.sourceTimesNs()[row];
        if (isNumber && block.isShown(row)) {
          sum.number(block.number(row));
        }
      }
    }

    /** Which statistics say what SQL would see in their samples. */
    private Predicate<SampleStatistics> suffices(TagDefinition tag) {
      boolean numbersKnown =
          tag.type().isReal() || tag.type() == SampleType.INT64 || tag.type() == SampleType.INT32;
      return statistics -> {
        long good = statistics.get(Count.GOOD);
        long uncertain = statistics.get(Count.UNCERTAIN);
        long bad = statistics.get(Count.BAD);
        if (statistics.get(Count.ROWS) != good + uncertain + bad) {
          return false; // other versions, or several samples of one time
        }
        if (goodOnly && (uncertain > 0 || bad > 0)) {
          return false; // which of them is the first or the last is not known
        }
        return !needsValues
            || (numbersKnown && uncertain == 0 && good == statistics.get(Count.USABLE));
      };
    }
  }
}
