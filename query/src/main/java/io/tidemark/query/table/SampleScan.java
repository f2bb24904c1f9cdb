package io.tidemark.query.table;

import io.tidemark.model.Direction;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleType;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.duckdb.ScanColumn;
import io.tidemark.query.duckdb.ScanRows;
import io.tidemark.query.duckdb.ScanSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Sample-shaped rows for DuckDB: units of work, each one tag's blocks, shared out to DuckDB's
 * threads. Bad samples show NULL with their status.
 */
public final class SampleScan implements ScanSource {
  /** What it offers. */
  private static final List<ScanColumn> COLUMNS =
      List.of(
          new ScanColumn("tag_id", ScanColumn.Type.INTEGER),
          new ScanColumn("ts_us", ScanColumn.Type.BIGINT),
          new ScanColumn("ts_ns", ScanColumn.Type.BIGINT),
          new ScanColumn("value", ScanColumn.Type.DOUBLE),
          new ScanColumn("value_int", ScanColumn.Type.BIGINT),
          new ScanColumn("text", ScanColumn.Type.VARCHAR),
          new ScanColumn("status", ScanColumn.Type.UINTEGER),
          new ScanColumn("flags", ScanColumn.Type.UTINYINT));

  private static final int ROWS_GUESSED = 100_000;
  private static final int WORKERS_MAX = 1_024;
  private static final long NANOS_PER_MICRO = 1_000;

  /** One tag's blocks in order. Used by one thread. */
  interface Blocks extends AutoCloseable {
    /** Fills the block; 0 at the end. */
    int next(SampleBlock block);

    @Override
    void close();
  }

  /** Something to read. */
  interface Unit {
    /** The tag. */
    TagDefinition tag();

    /** Begins to read. */
    Blocks open(SampleColumns columns);
  }

  private final QueryContext context;
  private final long unitCount;
  private final LongFunction<Unit> units;

  SampleScan(QueryContext context, List<Unit> units) {
    this(context, units.size(), number -> units.get((int) number));
  }

  /** Units that are made when they are read: of many tags in many ranges there are many. */
  private SampleScan(QueryContext context, long unitCount, LongFunction<Unit> units) {
    this.context = context;
    this.unitCount = unitCount;
    this.units = units;
  }

  /** A unit for each tag and range: the samples as stored, at least those of the condition. */
  public static SampleScan stored(
      QueryContext context,
      List<TagDefinition> tags,
      List<TimeRange> ranges,
      SampleCondition condition) {
    int perTag = ranges.size();
    return new SampleScan(
        context,
        Math.multiplyExact((long) tags.size(), perTag),
        number ->
            new StoredUnit(
                context,
                tags.get((int) (number / perTag)),
                ranges.get((int) (number % perTag)),
                condition));
  }

  /** A unit for each tag: its newest sample. */
  public static SampleScan current(QueryContext context, List<TagDefinition> tags) {
    List<Unit> units = new ArrayList<>();
    for (TagDefinition tag : tags) {
      units.add(new CurrentUnit(context, tag));
    }
    return new SampleScan(context, units);
  }

  @Override
  public List<ScanColumn> columns() {
    return COLUMNS;
  }

  @Override
  public long estimatedRows() {
    return Math.clamp(unitCount, 1, Long.MAX_VALUE / ROWS_GUESSED) * ROWS_GUESSED;
  }

  @Override
  public Pass pass(int[] columns) {
    AtomicLong nextUnit = new AtomicLong();
    return new Pass() {
      @Override
      public int workersMax() {
        return Math.clamp(unitCount, 1, WORKERS_MAX);
      }

      @Override
      public Worker worker() {
        return new UnitWorker(columns, nextUnit);
      }
    };
  }

  private record StoredUnit(
      QueryContext context, TagDefinition tag, TimeRange range, SampleCondition condition)
      implements Unit {
    @Override
    public Blocks open(SampleColumns columns) {
      SampleCursor cursor =
          context
              .view()
              .scan(
                  context, new ScanRequest(tag.id(), range, Direction.FORWARD, columns, condition));
      return new Blocks() {
        @Override
        public int next(SampleBlock block) {
          return cursor.next(block);
        }

        @Override
        public void close() {
          cursor.close();
        }
      };
    }
  }

  private record CurrentUnit(QueryContext context, TagDefinition tag) implements Unit {
    @Override
    public Blocks open(SampleColumns columns) {
      return new Blocks() {
        private boolean done;

        @Override
        public int next(SampleBlock block) {
          if (done) {
            return 0;
          }
          done = true;
          return context.view().current(context, tag.id(), context.nowNs(), block);
        }

        @Override
        public void close() {
          done = true;
        }
      };
    }
  }

  /** Reads unit after unit. One thread. */
  private final class UnitWorker implements Worker {
    private final int[] columns;
    private final SampleColumns read;
    private final AtomicLong nextUnit;
    private final SampleBlock block = new SampleBlock();

    /* Values on their way from a block to a vector. */
    private final int[] ints = new int[SampleBlock.CAPACITY];
    private final long[] longs = new long[SampleBlock.CAPACITY];
    private final double[] doubles = new double[SampleBlock.CAPACITY];

    private @Nullable Unit unit;
    private @Nullable Blocks blocks;
    private int row;

    UnitWorker(int[] columns, AtomicLong nextUnit) {
      this.columns = columns;
      this.read =
          Arrays.stream(columns).anyMatch(UnitWorker::isOfValue)
              ? SampleColumns.VALUES
              : SampleColumns.TIMES;
      this.nextUnit = nextUnit;
    }

    @Override
    public int fill(ScanRows rows) {
      int filled = 0;
      while (filled < rows.capacity()) {
        if (row >= block.count() && !advance()) {
          break;
        }
        Unit current = unit;
        if (current == null) {
          break;
        }
        int length = Math.min(rows.capacity() - filled, block.count() - row);
        for (int i = 0; i < columns.length; i++) {
          column(rows, i, columns[i], filled, length, current.tag());
        }
        filled += length;
        row += length;
      }
      return filled;
    }

    /** Loads the next block, of the next unit if this one is at its end. */
    private boolean advance() {
      while (true) {
        context.check();
        Blocks open = blocks;
        if (open == null) {
          long next = nextUnit.getAndIncrement();
          if (next >= unitCount) {
            block.count(0);
            return false;
          }
          Unit begun = units.apply(next);
          unit = begun;
          open = begun.open(read);
          blocks = open;
        }
        row = 0;
        if (open.next(block) > 0) {
          return true;
        }
        open.close();
        blocks = null;
      }
    }

    /** Whether a column of {@link #COLUMNS} is made of the value. */
    private static boolean isOfValue(int column) {
      return column >= 3 && column <= 5;
    }

    private void column(
        ScanRows rows, int vector, int column, int filled, int length, TagDefinition tag) {
      switch (column) {
        case 0 -> {
          Arrays.fill(ints, 0, length, tag.id());
          rows.setInts(vector, filled, ints, 0, length);
        }
        case 1 -> {
          long[] times = block.sourceTimesNs();
          for (int i = 0; i < length; i++) {
            longs[i] = Math.floorDiv(times[row + i], NANOS_PER_MICRO);
          }
          rows.setLongs(vector, filled, longs, 0, length);
        }
        case 2 -> rows.setLongs(vector, filled, block.sourceTimesNs(), row, length);
        case 3 -> values(rows, vector, filled, length);
        case 4 -> integers(rows, vector, filled, length);
        case 5 -> texts(rows, vector, filled, length, tag);
        case 6 -> rows.setInts(vector, filled, block.statuses(), row, length);
        default -> rows.setUnsignedBytes(vector, filled, block.flags(), row, length);
      }
    }

    private void values(ScanRows rows, int vector, int filled, int length) {
      switch (block.type()) {
        case FLOAT64, FLOAT32 -> rows.setDoubles(vector, filled, block.doubles(), row, length);
        case STRING -> {
          setNulls(rows, vector, filled, length);
          return;
        }
        default -> {
          for (int i = 0; i < length; i++) {
            doubles[i] = block.number(row + i);
          }
          rows.setDoubles(vector, filled, doubles, 0, length);
        }
      }
      hide(rows, vector, filled, length);
    }

    private void integers(ScanRows rows, int vector, int filled, int length) {
      if (!block.type().isIntegral()) {
        setNulls(rows, vector, filled, length);
        return;
      }
      rows.setLongs(vector, filled, block.longs(), row, length);
      hide(rows, vector, filled, length);
    }

    private void texts(ScanRows rows, int vector, int filled, int length, TagDefinition tag) {
      if (block.type() != SampleType.STRING && block.type() != SampleType.DIGITAL) {
        setNulls(rows, vector, filled, length);
        return;
      }
      for (int i = 0; i < length; i++) {
        int from = row + i;
        rows.setText(vector, filled + i, block.isShown(from) ? tag.text(block, from) : null);
      }
    }

    private static void setNulls(ScanRows rows, int vector, int filled, int length) {
      for (int i = 0; i < length; i++) {
        rows.setNull(vector, filled + i);
      }
    }

    /** Makes those NULL that do not show a value: few, if any. */
    private void hide(ScanRows rows, int vector, int filled, int length) {
      for (int i = 0; i < length; i++) {
        if (!block.isShown(row + i)) {
          rows.setNull(vector, filled + i);
        }
      }
    }
  }
}
