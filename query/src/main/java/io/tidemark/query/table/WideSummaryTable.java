package io.tidemark.query.table;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.duckdb.ScanColumn;
import io.tidemark.query.duckdb.ScanRows;
import io.tidemark.query.duckdb.ScanSource;
import io.tidemark.query.retrieval.SummaryRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code wide_summary}: one row for each interval, in order of time, with a column {@code
 * "tag.field"} for each tag and field. Intervals are summed up some at a time, so that what is held
 * does not grow with their number.
 */
final class WideSummaryTable implements TableFunction {
  private static final int TIME_COLUMNS = 2;

  /** Cells that are held at a time; an interval of every column is held at least. */
  private static final int CELLS_AT_ONCE = 1 << 17;

  private static final int INTERVALS_AT_ONCE = 2_048;
  private static final List<Parameter> PARAMETERS = parametersOf();

  private static List<Parameter> parametersOf() {
    List<Parameter> parameters = new ArrayList<>();
    parameters.add(SampleTables.TAGS);
    parameters.add(SampleTables.start(null));
    parameters.add(SampleTables.end(null));
    parameters.add(SummaryTable.every(null));
    parameters.add(
        new Parameter(
            "fields", "VARCHAR[]", null, null, "columns of summary; without, the usual ones"));
    parameters.addAll(SummaryRules.PARAMETERS);
    return List.copyOf(parameters);
  }

  @Override
  public String name() {
    return "wide_summary";
  }

  @Override
  public String description() {
    return "aggregates of intervals, one column a tag and field, one row an interval";
  }

  @Override
  public List<Parameter> parameters() {
    return PARAMETERS;
  }

  @Override
  public List<TableColumn> columns() {
    return List.of(
        TableColumn.time("start_time", "first instant of the interval"),
        TableColumn.time("end_time", "first instant after it"));
  }

  @Override
  public boolean isFunctionOnly() {
    return true;
  }

  @Override
  public Rows open(Arguments arguments) {
    List<TagDefinition> tags = arguments.tags("tags");
    List<SummaryField> fields = fields(arguments);
    int columnsMax = WideTable.TAGS_MAX;
    if ((long) tags.size() * fields.size() > columnsMax) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "wide_summary: too many columns: tags="
              + tags.size()
              + ", fields="
              + fields.size()
              + ", columnsMax="
              + columnsMax);
    }
    TimeRange range = arguments.range();
    long[] edges = arguments.edges("every", range);
    List<TableColumn> columns = new ArrayList<>(columns());
    Map<String, String> uoms = new HashMap<>();
    ColumnNames names = new ColumnNames(List.of("start_time", "end_time"));
    for (TagDefinition tag : tags) {
      Map<String, String> ofTag = SummaryColumns.uoms(List.of(tag));
      for (SummaryField field : fields) {
        String name = names.unused(tag.name() + "." + field.column());
        columns.add(new TableColumn(name, SummaryColumns.type(field), tag.description()));
        uoms.put(name, ofTag.getOrDefault(field.column(), ""));
      }
    }
    return new Rows(
        columns,
        new SlabScan(
            arguments.call(),
            SummaryRules.of(arguments),
            tags,
            List.copyOf(fields),
            edges,
            columns),
        tags,
        List.of(range),
        uoms,
        Map.of());
  }

  private static List<SummaryField> fields(Arguments arguments) {
    List<String> named = arguments.texts("fields");
    if (named == null) {
      return SummaryField.USUAL.stream().sorted().toList();
    }
    Set<SummaryField> fields = new LinkedHashSet<>();
    arguments.argument(
        "fields",
        () -> {
          named.forEach(name -> fields.add(SummaryField.named(name)));
          return fields;
        });
    return List.copyOf(fields);
  }

  private record SlabScan(
      TableCall call,
      SummaryRules rules,
      List<TagDefinition> tags,
      List<SummaryField> fields,
      long[] edges,
      List<TableColumn> table)
      implements ScanSource {
    @Override
    public List<ScanColumn> columns() {
      return TableColumn.numbered(table);
    }

    @Override
    public long estimatedRows() {
      return Math.max(1, edges.length - 1);
    }

    @Override
    public Pass pass(int[] wanted) {
      return Pass.of(new SlabWorker(this, wanted));
    }
  }

  /** Sums up slab after slab of intervals. One thread at a time. */
  private static final class SlabWorker implements ScanSource.Worker {
    private final SlabScan scan;
    private final int[] wanted;
    private final Map<TagDefinition, Set<SummaryField>> asked = new HashMap<>();
    private final Map<Integer, List<SummaryRow>> slab = new HashMap<>();
    private final int slabIntervals;
    private int slabStart;
    private int slabEnd;
    private int interval;

    SlabWorker(SlabScan scan, int[] wanted) {
      this.scan = scan;
      this.wanted = wanted;
      for (int column : wanted) {
        if (column >= TIME_COLUMNS) {
          asked
              .computeIfAbsent(tagOf(column), tag -> EnumSet.copyOf(SummaryField.ALWAYS))
              .add(fieldOf(column));
        }
      }
      slabIntervals = Math.clamp(CELLS_AT_ONCE / Math.max(1, wanted.length), 1, INTERVALS_AT_ONCE);
    }

    private TagDefinition tagOf(int column) {
      return scan.tags.get((column - TIME_COLUMNS) / scan.fields.size());
    }

    private SummaryField fieldOf(int column) {
      return scan.fields.get((column - TIME_COLUMNS) % scan.fields.size());
    }

    @Override
    public int fill(ScanRows out) {
      if (interval >= slabEnd) {
        if (slabEnd >= scan.edges.length - 1) {
          return 0;
        }
        load();
      }
      int count = Math.min(out.capacity(), slabEnd - interval);
      for (int i = 0; i < wanted.length; i++) {
        int column = wanted[i];
        if (column < TIME_COLUMNS) {
          for (int k = 0; k < count; k++) {
            ComputedRows.set(out, i, k, TableColumn.Type.TIME, scan.edges[interval + k + column]);
          }
          continue;
        }
        SummaryField field = fieldOf(column);
        TableColumn.Type type = SummaryColumns.type(field);
        List<SummaryRow> rows = slab.get(tagOf(column).id());
        if (rows == null) {
          throw new IllegalStateException("tag was not summed up: column=" + column);
        }
        for (int k = 0; k < count; k++) {
          Object value = SummaryColumns.value(rows.get(interval - slabStart + k), field);
          if (value == null) {
            out.setNull(i, k);
          } else {
            ComputedRows.set(out, i, k, type, value);
          }
        }
      }
      interval += count;
      return count;
    }

    private void load() {
      scan.call.context().check();
      slabStart = slabEnd;
      slabEnd = Math.min(scan.edges.length - 1, slabStart + slabIntervals);
      interval = slabStart;
      long[] part = Arrays.copyOfRange(scan.edges, slabStart, slabEnd + 1);
      ByTag.each(
          scan.call.context(),
          List.copyOf(asked.keySet()),
          tag -> summarize(tag, part),
          (tag, rows) -> slab.put(tag.id(), rows));
    }

    private List<SummaryRow> summarize(TagDefinition tag, long[] part) {
      Set<SummaryField> fields = asked.get(tag);
      if (fields == null) {
        throw new IllegalStateException("nothing is asked of the tag: " + tag.name());
      }
      return scan.call
          .queries()
          .summarize(scan.rules.retrieval(part, fields), tag, scan.call.context());
    }
  }
}
