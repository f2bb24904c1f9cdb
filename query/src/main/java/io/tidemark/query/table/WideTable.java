package io.tidemark.query.table;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.duckdb.ScanColumn;
import io.tidemark.query.duckdb.ScanRows;
import io.tidemark.query.duckdb.ScanSource;
import io.tidemark.query.retrieval.Retrieval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code wide}: one column a tag, aligned in time. Rows come in order of time, a slab of them at a
 * time, of whose tags several are read side by side.
 */
final class WideTable implements TableFunction {
  private static final int SLAB_ROWS = 1 << 15;

  /** Most columns of values of a wide table. */
  static final int TAGS_MAX = 1_000;

  /** Behind the name of a tag, the column of its StatusCodes. */
  static final String STATUS = ".status";

  private static final List<Parameter> PARAMETERS =
      SampleTables.withRule(
          SampleTables.TAGS,
          SampleTables.start(null),
          SampleTables.end(null),
          new Parameter(
              "every", "INTERVAL", "1m", null, "length such as '10m', or a word of a calendar"),
          new Parameter(
              "with_status", "BOOLEAN", null, null, "adds a column \"tag.status\" for each tag"));

  @Override
  public String name() {
    return "wide";
  }

  @Override
  public String description() {
    return "one column a tag, aligned in time; Bad is NULL";
  }

  @Override
  public List<Parameter> parameters() {
    return PARAMETERS;
  }

  @Override
  public List<TableColumn> columns() {
    return List.of(TableColumn.time("ts", "time of the row"));
  }

  @Override
  public boolean isFunctionOnly() {
    return true;
  }

  @Override
  public Rows open(Arguments arguments) {
    List<TagDefinition> tags = arguments.tags("tags");
    if (tags.size() > TAGS_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY, "wide: too many tags: tags=" + tags.size() + ", tagsMax=" + TAGS_MAX);
    }
    TimeRange range = arguments.range();
    long[] times = arguments.times("every", range);
    boolean withStatus = arguments.flag("with_status");
    ReadRule rule = ReadRules.of(arguments);
    List<TableColumn> columns = new ArrayList<>(columns());
    Map<String, String> uoms = new HashMap<>();
    Map<String, Map<String, String>> metadata = new HashMap<>();
    ColumnNames names = new ColumnNames(List.of("ts"));
    for (TagDefinition tag : tags) {
      String name = names.unused(tag.name());
      columns.add(
          new TableColumn(
              name,
              isText(tag) ? TableColumn.Type.TEXT : TableColumn.Type.DOUBLE,
              tag.description()));
      if (withStatus) {
        columns.add(
            new TableColumn(
                names.unused(name + STATUS), TableColumn.Type.STATUS, "its OPC UA StatusCode"));
      }
      uoms.put(name, tag.uom());
      metadata.put(name, Map.of("step", Boolean.toString(tag.stepped()), "mode", "interpolated"));
    }
    return new Rows(
        columns,
        new WideScan(arguments.call(), tags, times, rule, columns, withStatus),
        tags,
        List.of(range),
        uoms,
        metadata);
  }

  /** Whether a column shows texts: those of a text or of a state. */
  static boolean isText(TagDefinition tag) {
    return tag.type() == SampleType.STRING || tag.type() == SampleType.DIGITAL;
  }

  /** Values of a tag in a slab. */
  private static final class Slab {
    private final double[] values;
    private final int[] statuses;
    private final @Nullable String @Nullable [] texts;

    private final boolean[] shown;

    /* Whether no value is missing; then there is nothing to look for. */
    private boolean isFull = true;

    Slab(int rows, boolean isText) {
      values = new double[rows];
      statuses = new int[rows];
      shown = new boolean[rows];
      texts = isText ? new @Nullable String[rows] : null;
      Arrays.fill(statuses, StatusCodes.BAD_NO_DATA);
    }
  }

  private static final class WideScan implements ScanSource {
    private final TableCall call;
    private final List<TagDefinition> tags;
    private final long[] times;
    private final ReadRule rule;
    private final List<TableColumn> columns;
    private final int columnsPerTag;

    WideScan(
        TableCall call,
        List<TagDefinition> tags,
        long[] times,
        ReadRule rule,
        List<TableColumn> columns,
        boolean withStatus) {
      this.call = call;
      this.tags = tags;
      this.times = times;
      this.rule = rule;
      this.columns = columns;
      columnsPerTag = withStatus ? 2 : 1;
    }

    @Override
    public List<ScanColumn> columns() {
      return TableColumn.numbered(columns);
    }

    @Override
    public long estimatedRows() {
      return Math.max(1, times.length);
    }

    @Override
    public Pass pass(int[] wanted) {
      return Pass.of(new WideWorker(wanted));
    }

    /** One thread at a time. */
    private final class WideWorker implements Worker {
      private final int[] wanted;
      private final List<TagDefinition> read = new ArrayList<>();
      private final Map<Integer, Slab> slabs = new HashMap<>();
      private int slabStart;
      private int slabEnd;
      private int row;

      WideWorker(int[] wanted) {
        this.wanted = wanted;
        for (int column : wanted) {
          if (column > 0) {
            TagDefinition tag = tagOf(column);
            if (!read.contains(tag)) {
              read.add(tag);
            }
          }
        }
      }

      private TagDefinition tagOf(int column) {
        return tags.get((column - 1) / columnsPerTag);
      }

      @Override
      public int fill(ScanRows out) {
        if (row >= slabEnd) {
          if (slabEnd >= times.length) {
            return 0;
          }
          load();
        }
        int count = Math.min(out.capacity(), slabEnd - row);
        int from = row - slabStart;
        for (int i = 0; i < wanted.length; i++) {
          int column = wanted[i];
          if (column == 0) {
            for (int k = 0; k < count; k++) {
              out.setLong(i, k, Math.floorDiv(times[row + k], 1_000L));
            }
            continue;
          }
          Slab slab = slabs.get(tagOf(column).id());
          if (slab == null) {
            throw new IllegalStateException("tag was not read: column=" + column);
          }
          boolean isStatus = (column - 1) % columnsPerTag == 1;
          fill(out, i, slab, isStatus, from, count);
        }
        row += count;
        return count;
      }

      private static void fill(
          ScanRows out, int vector, Slab slab, boolean isStatus, int from, int count) {
        @Nullable String[] texts = slab.texts;
        if (isStatus) {
          for (int k = 0; k < count; k++) {
            out.setUnsignedInt(vector, k, slab.statuses[from + k]);
          }
        } else if (texts != null) {
          for (int k = 0; k < count; k++) {
            out.setText(vector, k, texts[from + k]);
          }
        } else {
          out.setDoubles(vector, 0, slab.values, from, count);
          for (int k = 0; !slab.isFull && k < count; k++) {
            if (!slab.shown[from + k]) {
              out.setNull(vector, k);
            }
          }
        }
      }

      private void load() {
        call.context().check();
        slabStart = slabEnd;
        slabEnd = Math.min(times.length, slabStart + SLAB_ROWS);
        row = slabStart;
        long[] part = Arrays.copyOfRange(times, slabStart, slabEnd);
        ByTag.each(
            call.context(), read, tag -> slab(tag, part), (tag, slab) -> slabs.put(tag.id(), slab));
      }

      private Slab slab(TagDefinition tag, long[] part) {
        Slab slab = new Slab(part.length, isText(tag));
        int[] at = {0};
        call.queries()
            .read(
                new Retrieval.Interpolated(part, rule),
                tag,
                call.context(),
                block -> at[0] = take(block, tag, slab, at[0]));
        slab.isFull &= at[0] == part.length;
        return slab;
      }

      private static int take(SampleBlock block, TagDefinition tag, Slab slab, int at) {
        int count = block.count();
        System.arraycopy(block.statuses(), 0, slab.statuses, at, count);
        @Nullable String[] texts = slab.texts;
        boolean isCopied = texts == null && block.type().isReal();
        if (isCopied) {
          System.arraycopy(block.doubles(), 0, slab.values, at, count);
        }
        for (int i = 0; i < count; i++) {
          if (!block.isShown(i)) {
            slab.isFull = false;
            continue;
          }
          slab.shown[at + i] = true;
          if (texts != null) {
            texts[at + i] =
                block.type() == SampleType.STRING
                    ? block.texts()[i]
                    : tag.stateText(block.longs()[i]);
          } else if (!isCopied) {
            slab.values[at + i] = block.number(i);
          }
        }
        return at + count;
      }
    }
  }
}
