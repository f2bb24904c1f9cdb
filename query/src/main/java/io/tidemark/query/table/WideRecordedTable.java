package io.tidemark.query.table;

import io.tidemark.model.Direction;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * {@code wide_recorded}: one row for each time at which one of the tags has a sample, in order of
 * time; the columns of the others are empty there. A merge of one cursor a tag: what is held is a
 * block of each. Of a tag that keeps several samples of a time the row shows the last.
 */
final class WideRecordedTable implements TableFunction {
  /** Most tags: each has a cursor that is open to the end. */
  static final int TAGS_MAX = 500;

  private static final int TIME_COLUMNS = 2;
  private static final int COLUMNS_PER_TAG = 2;
  private static final long BLOCK_BYTES = 40L * SampleBlock.CAPACITY;
  private static final long NANOS_PER_MICRO = 1_000;
  private static final List<Parameter> PARAMETERS =
      List.of(SampleTables.TAGS, SampleTables.start(null), SampleTables.end(null));

  @Override
  public String name() {
    return "wide_recorded";
  }

  @Override
  public String description() {
    return "samples as recorded, one column a tag, one row a time";
  }

  @Override
  public List<Parameter> parameters() {
    return PARAMETERS;
  }

  @Override
  public List<TableColumn> columns() {
    return List.of(
        TableColumn.time("ts", "source time, in microseconds"),
        TableColumn.whole("ts_ns", "source time, exact, nanoseconds since 1970"));
  }

  @Override
  public boolean isFunctionOnly() {
    return true;
  }

  /** Whether samples of a tag come as whole numbers, which no float64 could hold exactly. */
  private static boolean isWhole(TagDefinition tag) {
    return tag.type() == SampleType.INT64;
  }

  @Override
  public Rows open(Arguments arguments) {
    List<TagDefinition> tags = arguments.tags("tags");
    if (tags.size() > TAGS_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "wide_recorded: too many tags: tags=" + tags.size() + ", tagsMax=" + TAGS_MAX);
    }
    TimeRange range = arguments.range();
    List<TableColumn> columns = new ArrayList<>(columns());
    Map<String, String> uoms = new HashMap<>();
    Map<String, Map<String, String>> metadata = new HashMap<>();
    ColumnNames names = new ColumnNames(List.of("ts", "ts_ns"));
    for (TagDefinition tag : tags) {
      String name = names.unused(tag.name());
      TableColumn.Type type =
          WideTable.isText(tag)
              ? TableColumn.Type.TEXT
              : isWhole(tag) ? TableColumn.Type.BIGINT : TableColumn.Type.DOUBLE;
      columns.add(new TableColumn(name, type, tag.description()));
      columns.add(
          new TableColumn(
              names.unused(name + WideTable.STATUS),
              TableColumn.Type.STATUS,
              "its OPC UA StatusCode; NULL where the tag has no sample"));
      uoms.put(name, tag.uom());
      metadata.put(name, Map.of("step", Boolean.toString(tag.stepped()), "mode", "recorded"));
    }
    return new Rows(
        columns,
        new MergeScan(arguments.context(), tags, range, columns),
        tags,
        List.of(range),
        uoms,
        metadata);
  }

  private record MergeScan(
      QueryContext context, List<TagDefinition> tags, TimeRange range, List<TableColumn> table)
      implements ScanSource {
    @Override
    public List<ScanColumn> columns() {
      return TableColumn.numbered(table);
    }

    @Override
    public long estimatedRows() {
      return 100_000;
    }

    @Override
    public Pass pass(int[] wanted) {
      return Pass.of(new MergeWorker(this, wanted));
    }
  }

  /** Merges the tags. One thread at a time. */
  private static final class MergeWorker implements ScanSource.Worker {
    private final MergeScan scan;
    private final Track[] tracks;

    /* Vectors of ts and ts_ns, or -1. */
    private final int microsVector;
    private final int nanosVector;
    private final PriorityQueue<Track> next =
        new PriorityQueue<>(Comparator.<Track>comparingLong(Track::timeNs));
    private boolean isOpen;

    MergeWorker(MergeScan scan, int[] wanted) {
      this.scan = scan;
      tracks = new Track[scan.tags.size()];
      Arrays.setAll(tracks, i -> new Track(scan, scan.tags.get(i)));
      int micros = -1;
      int nanos = -1;
      for (int vector = 0; vector < wanted.length; vector++) {
        int column = wanted[vector];
        if (column == 0) {
          micros = vector;
        } else if (column == 1) {
          nanos = vector;
        } else if ((column - TIME_COLUMNS) % COLUMNS_PER_TAG == 0) {
          tracks[(column - TIME_COLUMNS) / COLUMNS_PER_TAG].valueVector = vector;
        } else {
          tracks[(column - TIME_COLUMNS) / COLUMNS_PER_TAG].statusVector = vector;
        }
      }
      microsVector = micros;
      nanosVector = nanos;
    }

    private void open() {
      isOpen = true;
      for (Track track : tracks) {
        if (track.open()) {
          next.add(track);
        }
      }
    }

    @Override
    public int fill(ScanRows out) {
      scan.context.check();
      if (!isOpen) {
        open();
      }
      for (Track track : tracks) {
        track.filledRow = -1;
      }
      int row = 0;
      for (; row < out.capacity() && !next.isEmpty(); row++) {
        long timeNs = next.element().timeNs();
        if (microsVector >= 0) {
          out.setLong(microsVector, row, Math.floorDiv(timeNs, NANOS_PER_MICRO));
        }
        if (nanosVector >= 0) {
          out.setLong(nanosVector, row, timeNs);
        }
        for (Track track = next.peek();
            track != null && track.timeNs() == timeNs;
            track = next.peek()) {
          next.remove();
          track.fill(out, row);
          if (track.advance()) {
            next.add(track);
          }
        }
        for (Track track : tracks) {
          if (track.filledRow != row) {
            track.setNull(out, row);
          }
        }
      }
      return row;
    }
  }

  /** A tag on its way through its samples. */
  private static final class Track {
    private final MergeScan scan;
    private final TagDefinition tag;
    private int valueVector = -1;
    private int statusVector = -1;
    private @Nullable SampleCursor cursor;
    private @Nullable SampleBlock block;
    private int row;

    /* Row of the output that it filled last. */
    private int filledRow = -1;

    Track(MergeScan scan, TagDefinition tag) {
      this.scan = scan;
      this.tag = tag;
    }

    /** Whether there is a sample. */
    boolean open() {
      SampleColumns columns = valueVector >= 0 ? SampleColumns.VALUES : SampleColumns.TIMES;
      scan.context.memory().reserve(BLOCK_BYTES);
      cursor =
          scan.context
              .view()
              .scan(
                  scan.context,
                  new ScanRequest(
                      tag.id(), scan.range, Direction.FORWARD, columns, SampleCondition.ANY));
      block = new SampleBlock();
      return advance();
    }

    private SampleBlock block() {
      SampleBlock open = block;
      if (open == null) {
        throw new IllegalStateException("not open: tag=" + tag.name());
      }
      return open;
    }

    long timeNs() {
      return block().sourceTimesNs()[row];
    }

    /** Goes to the next sample; false behind the last. */
    boolean advance() {
      if (cursor == null) {
        return false;
      }
      if (++row < block().count()) {
        return true;
      }
      row = 0;
      if (cursor.next(block()) > 0) {
        if (valueVector >= 0) {
          checkType(block().type());
        }
        return true;
      }
      cursor.close();
      cursor = null;
      block = null;
      scan.context.memory().release(BLOCK_BYTES);
      return false;
    }

    private void checkType(SampleType type) {
      boolean fits =
          switch (tag.type()) {
            case INT64 -> type.isIntegral();
            case STRING, DIGITAL -> type == SampleType.STRING || type == SampleType.DIGITAL;
            // A whole number of 64 bits would lose some of them.
            default -> type != SampleType.STRING && type != SampleType.INT64;
          };
      if (!fits) {
        throw new HistorianException(
            ErrorCode.WRONG_TYPE,
            "tag changed its type within the range, and a column has one type: tag="
                + tag.name()
                + ", type="
                + type.label()
                + ", now="
                + tag.type().label(),
            null,
            "read it with recorded, or a shorter range",
            null);
      }
    }

    void fill(ScanRows out, int at) {
      filledRow = at;
      SampleBlock from = block();
      int status = from.statuses()[row];
      if (statusVector >= 0) {
        out.setUnsignedInt(statusVector, at, status);
      }
      if (valueVector < 0) {
        return;
      }
      if (!from.isShown(row)) {
        out.setNull(valueVector, at);
        return;
      }
      switch (tag.type()) {
        case STRING, DIGITAL ->
            out.setText(
                valueVector,
                at,
                from.type() == SampleType.STRING
                    ? from.texts()[row]
                    : tag.stateText(from.longs()[row]));
        case INT64 -> out.setLong(valueVector, at, from.longs()[row]);
        default -> out.setDouble(valueVector, at, from.number(row));
      }
    }

    void setNull(ScanRows out, int at) {
      if (valueVector >= 0) {
        out.setNull(valueVector, at);
      }
      if (statusVector >= 0) {
        out.setNull(statusVector, at);
      }
    }
  }
}
