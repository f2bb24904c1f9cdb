package io.tidemark.query.table;

import io.tidemark.model.Direction;
import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleType;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.arrow.RunSource;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Rows of {@code samples} straight from blocks: tag after tag, in order of time, each block a run.
 * What {@link SampleScan} gives to DuckDB, without DuckDB: bad samples show NULL with their status.
 * One thread; close it.
 */
public final class SampleRuns implements RunSource, AutoCloseable {
  private static final long NANOS_PER_MICRO = 1_000;

  /** Columns of {@code samples}, by their names in lower case. */
  public enum Column {
    /** Name of the tag. */
    TAG,
    /** Source time in whole microseconds. */
    TS,
    /** Source time in nanoseconds. */
    TS_NS,
    /** The number. */
    VALUE,
    /** The number of whole-number types. */
    VALUE_INT,
    /** Text, or the text of a state. */
    TEXT,
    /** StatusCode. */
    STATUS,
    /** Good, Uncertain or Bad. */
    QUALITY,
    /** Flags of the sample. */
    FLAGS;

    private boolean isOfValue() {
      return this == VALUE || this == VALUE_INT || this == TEXT;
    }
  }

  /**
   * What to read.
   *
   * @param tags in the order of the rows
   * @param ranges disjoint, ascending
   * @param direction of the rows of each tag
   * @param columns in the order of the result
   * @param rowsMax most rows
   */
  public record Request(
      List<TagDefinition> tags,
      List<TimeRange> ranges,
      Direction direction,
      List<Column> columns,
      long rowsMax) {
    /** Copies the lists. */
    public Request {
      tags = List.copyOf(tags);
      ranges = direction == Direction.FORWARD ? List.copyOf(ranges) : ranges.reversed();
      columns = List.copyOf(columns);
    }
  }

  private final QueryContext context;
  private final Request request;
  private final IntConsumer counter;
  private final Column[] columns;
  private final SampleColumns read;
  private final SampleBlock block = new SampleBlock();
  private long unit;
  private @Nullable SampleCursor cursor;
  private long left;
  private int count;
  private boolean isEachShown;
  private @Nullable TagDefinition tag;

  /**
   * Rows of a request; nothing is read yet.
   *
   * @param counter takes the rows of each run before they go out, and may refuse them
   */
  public SampleRuns(QueryContext context, Request request, IntConsumer counter) {
    this.context = context;
    this.request = request;
    this.counter = counter;
    columns = request.columns.toArray(Column[]::new);
    read =
        request.columns.stream().anyMatch(Column::isOfValue)
            ? SampleColumns.VALUES
            : SampleColumns.TIMES;
    left = request.rowsMax;
  }

  @Override
  public int nextRun() {
    count = 0;
    while (left > 0) {
      context.check();
      SampleCursor open = cursor;
      if (open == null) {
        open = nextCursor();
        if (open == null) {
          return 0;
        }
        cursor = open;
      }
      int filled = open.next(block);
      if (filled > 0) {
        count = (int) Math.min(filled, left);
        left -= count;
        counter.accept(count);
        isEachShown = isEachShown();
        return count;
      }
      open.close();
      cursor = null;
    }
    return 0;
  }

  /** The rows of the next tag and range, or null if there is none. */
  private @Nullable SampleCursor nextCursor() {
    int ranges = request.ranges.size();
    if (unit >= (long) request.tags.size() * ranges) {
      return null;
    }
    TagDefinition next = request.tags.get((int) (unit / ranges));
    tag = next;
    TimeRange range = request.ranges.get((int) (unit % ranges));
    unit++;
    return context
        .view()
        .scan(
            context,
            new ScanRequest(next.id(), range, request.direction, read, SampleCondition.ANY));
  }

  /** The tag of the rows of the run. */
  private TagDefinition tag() {
    return Objects.requireNonNull(tag, "no run yet");
  }

  private boolean isEachShown() {
    int worst = 0;
    boolean isPresent = true;
    int[] statuses = block.statuses();
    for (int row = 0; row < count; row++) {
      worst |= statuses[row];
      isPresent &= block.isPresent(row);
    }
    return isPresent && !Quality.isBad(worst);
  }

  /** Whether values of the block's type have such a column at all. */
  private boolean isOfType(Column column) {
    SampleType type = block.type();
    return switch (column) {
      case VALUE -> type != SampleType.STRING;
      case VALUE_INT -> type.isIntegral();
      case TEXT -> type == SampleType.STRING || type == SampleType.DIGITAL;
      default -> true;
    };
  }

  @Override
  public boolean copy(int column, double[] to) {
    if (columns[column] != Column.VALUE || !isOfType(Column.VALUE)) {
      return false;
    }
    switch (block.type()) {
      case FLOAT64, FLOAT32 -> System.arraycopy(block.doubles(), 0, to, 0, count);
      default -> {
        for (int row = 0; row < count; row++) {
          to[row] = block.number(row);
        }
      }
    }
    return true;
  }

  @Override
  public boolean copy(int column, long[] to) {
    switch (columns[column]) {
      case TS -> {
        long[] times = block.sourceTimesNs();
        for (int row = 0; row < count; row++) {
          to[row] = Math.floorDiv(times[row], NANOS_PER_MICRO);
        }
        return true;
      }
      case TS_NS -> System.arraycopy(block.sourceTimesNs(), 0, to, 0, count);
      case VALUE_INT -> {
        if (!isOfType(Column.VALUE_INT)) {
          return false;
        }
        System.arraycopy(block.longs(), 0, to, 0, count);
      }
      case FLAGS -> {
        byte[] flags = block.flags();
        for (int row = 0; row < count; row++) {
          to[row] = flags[row] & 0xFF;
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean copy(int column, int[] to) {
    if (columns[column] != Column.STATUS) {
      return false;
    }
    System.arraycopy(block.statuses(), 0, to, 0, count);
    return true;
  }

  @Override
  public boolean isNull(int column, int row) {
    Column of = columns[column];
    return of.isOfValue() && !(block.isShown(row) && isOfType(of));
  }

  @Override
  public int nextNull(int column, int from, int rows) {
    Column of = columns[column];
    if (!of.isOfValue()) {
      return rows;
    }
    int row = from;
    while (isOfType(of) && row < rows && block.isShown(row)) {
      row++;
    }
    return row;
  }

  @Override
  public boolean isFull(int column) {
    Column of = columns[column];
    return !of.isOfValue() || (isEachShown && isOfType(of));
  }

  @Override
  public int sameFrom(int column, int row) {
    int next = row + 1;
    switch (columns[column]) {
      case TAG -> next = count;
      case QUALITY -> {
        int[] statuses = block.statuses();
        int quality = statuses[row] >>> 30;
        while (next < count && statuses[next] >>> 30 == quality) {
          next++;
        }
      }
      case TEXT -> {
        if (!isOfType(Column.TEXT)) {
          next = count;
        } else if (block.type() == SampleType.DIGITAL) {
          long[] states = block.longs();
          boolean isShown = block.isShown(row);
          while (next < count && states[next] == states[row] && block.isShown(next) == isShown) {
            next++;
          }
        }
      }
      default -> {}
    }
    return next - row;
  }

  @Override
  public @Nullable Object value(int column, int row) {
    Column of = columns[column];
    return switch (of) {
      case TAG -> tag().name();
      case TS -> instant(block.sourceTimesNs()[row]);
      case TS_NS -> block.sourceTimesNs()[row];
      case STATUS -> Integer.toUnsignedLong(block.statuses()[row]);
      case QUALITY -> Quality.of(block.statuses()[row]).label();
      case FLAGS -> (long) (block.flags()[row] & 0xFF);
      case VALUE, VALUE_INT, TEXT -> block.isShown(row) && isOfType(of) ? shown(of, row) : null;
    };
  }

  private @Nullable Object shown(Column of, int row) {
    return switch (of) {
      case VALUE -> block.number(row);
      case VALUE_INT -> block.longs()[row];
      default -> tag().text(block, row);
    };
  }

  private static Instant instant(long ns) {
    long micros = Math.floorDiv(ns, NANOS_PER_MICRO);
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * NANOS_PER_MICRO);
  }

  @Override
  public void close() {
    SampleCursor open = cursor;
    if (open != null) {
      cursor = null;
      open.close();
    }
    left = 0;
  }
}
