package io.tidemark.query.table;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.Retrievals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tables whose rows are samples: recorded ones, and values that are computed between them. */
final class SampleTables {
  private static final long BLOCK_BYTES = 40L * SampleBlock.CAPACITY;

  /** Columns of everything that is a sample. */
  static final List<TableColumn> COLUMNS =
      List.of(
          TableColumn.text("tag", "name of the tag"),
          TableColumn.time("ts", "source time, in microseconds"),
          TableColumn.whole("ts_ns", "source time, exact, nanoseconds since 1970"),
          TableColumn.number("value", "number; NULL for text and for Bad samples"),
          TableColumn.whole("value_int", "the same, exact, of whole numbers, bool and states"),
          TableColumn.text("text", "text, or the text of a state"),
          new TableColumn("status", TableColumn.Type.STATUS, "OPC UA StatusCode"),
          TableColumn.text("quality", "Good, Uncertain or Bad"),
          new TableColumn("flags", TableColumn.Type.FLAGS, "1 if a value was stored"));

  static final Parameter TAGS =
      new Parameter(
          "tags", "VARCHAR[]", null, "tag", "a name or a list of names; * and ? are wildcards");

  private static final Parameter START = start("ts");
  private static final Parameter END = end("ts");

  static Parameter start(@Nullable String column) {
    return new Parameter(
        "start_time", "TIMESTAMPTZ", "*-1h", column, "time or expression such as '*-8h'");
  }

  static Parameter end(@Nullable String column) {
    return new Parameter(
        "end_time", "TIMESTAMPTZ", "*", column, "first instant after, time or expression");
  }

  /** Some parameters and those of the read rule. */
  static List<Parameter> withRule(Parameter... own) {
    List<Parameter> parameters = new ArrayList<>(List.of(own));
    parameters.addAll(ReadRules.PARAMETERS);
    return List.copyOf(parameters);
  }

  private SampleTables() {}

  static List<TableFunction> all() {
    return List.of(
        new RecordedTable(), new InterpolatedTable(), new AtTimesTable(), new PlotTable());
  }

  /** Units of {@code value} where all tags share one. */
  static Map<String, String> uoms(List<TagDefinition> tags, String... columns) {
    String uom = commonUom(tags);
    return Arrays.stream(columns)
        .collect(Collectors.toUnmodifiableMap(column -> column, column -> uom));
  }

  /** The unit that all tags share, else empty. */
  static String commonUom(List<TagDefinition> tags) {
    List<String> uoms = tags.stream().map(TagDefinition::uom).distinct().toList();
    return uoms.size() == 1 ? uoms.getFirst() : "";
  }

  private abstract static class SampleTable implements TableFunction {
    @Override
    public List<TableColumn> columns() {
      return COLUMNS;
    }

    Rows rows(
        Arguments arguments,
        List<TagDefinition> tags,
        List<TimeRange> ranges,
        Retrieval retrieval) {
      List<SampleScan.Unit> units = new ArrayList<>();
      for (TagDefinition tag : tags) {
        units.add(
            new RetrievedUnit(arguments.call().queries(), retrieval, tag, arguments.context()));
      }
      return new Rows(
          COLUMNS,
          new SampleScan(arguments.context(), units),
          tags,
          ranges,
          uoms(tags, "value", "value_int"),
          Map.of());
    }
  }

  private static final class RecordedTable extends SampleTable {
    @Override
    public String name() {
      return "recorded";
    }

    @Override
    public String description() {
      return "samples as recorded in a range";
    }

    @Override
    public List<Parameter> parameters() {
      return List.of(TAGS, START, END);
    }

    @Override
    public Rows open(Arguments arguments) {
      TimeRange range = arguments.range();
      return rows(
          arguments,
          arguments.tags("tags"),
          List.of(range),
          new Retrieval.Recorded(range, Retrieval.Bounds.INSIDE, false));
    }
  }

  private static final class InterpolatedTable extends SampleTable {
    private static final Parameter EVERY =
        new Parameter(
            "every", "INTERVAL", "1m", "every", "length such as '10m', or a word of a calendar");

    @Override
    public String name() {
      return "interpolated";
    }

    @Override
    public String description() {
      return "values at start + n times every, between samples as the step of the tag says";
    }

    @Override
    public List<Parameter> parameters() {
      return withRule(TAGS, START, END, EVERY);
    }

    @Override
    public Rows open(Arguments arguments) {
      List<TagDefinition> tags = arguments.tags("tags");
      TimeRange range = arguments.range();
      return rows(
          arguments,
          tags,
          List.of(range),
          new Retrieval.Interpolated(arguments.times("every", range), ReadRules.of(arguments)));
    }
  }

  private static final class AtTimesTable extends SampleTable {
    private static final Parameter TIMES =
        new Parameter("times", "TIMESTAMPTZ[]", null, "ts", "times, expressions or nanoseconds");
    private static final Parameter MODE =
        new Parameter(
            "mode",
            "VARCHAR",
            "auto",
            "mode",
            "auto, interpolated, exact, before, at_or_before, after, at_or_after");

    @Override
    public String name() {
      return "at_times";
    }

    @Override
    public String description() {
      return "values at given times";
    }

    @Override
    public List<Parameter> parameters() {
      return withRule(TAGS, TIMES, MODE);
    }

    @Override
    public Rows open(Arguments arguments) {
      List<TagDefinition> tags = arguments.tags("tags");
      long[] times = times(arguments);
      Retrieval.AtMode mode = arguments.choice("mode", Retrieval.AtMode.class);
      List<TimeRange> ranges = new ArrayList<>();
      if (times.length > 0) {
        long last = Arrays.stream(times).max().orElseThrow();
        ranges.add(
            new TimeRange(
                Arrays.stream(times).min().orElseThrow(),
                last == Long.MAX_VALUE ? last : last + 1));
      }
      return rows(
          arguments, tags, ranges, new Retrieval.AtTimes(times, mode, ReadRules.of(arguments)));
    }

    private static long[] times(Arguments arguments) {
      Object given = arguments.value("times");
      if (given == null) {
        throw arguments.missing(
            "times",
            arguments.isCall() ? "times => [now(), now() - INTERVAL '1 day']" : "WHERE ts IN (…)");
      }
      List<?> elements = given instanceof List<?> list ? list : List.of(given);
      if (elements.size() > Arguments.TIMES_MAX) {
        throw new HistorianException(
            ErrorCode.TOO_MANY,
            "at_times: too many times: times="
                + elements.size()
                + ", timesMax="
                + Arguments.TIMES_MAX);
      }
      return elements.stream()
          .filter(Objects::nonNull)
          .mapToLong(each -> arguments.argument("times", () -> arguments.instant(each)))
          .sorted()
          .distinct()
          .toArray();
    }
  }

  private static final class PlotTable extends SampleTable {
    private static final Parameter WIDTH =
        new Parameter("width", "BIGINT", "1000", "width", "columns of the chart, in pixels");

    @Override
    public String name() {
      return "plot";
    }

    @Override
    public String description() {
      return "at most five samples a pixel column: first, last, smallest, largest and one"
          + " exceptional";
    }

    @Override
    public List<Parameter> parameters() {
      return List.of(TAGS, START, END, WIDTH);
    }

    @Override
    public Rows open(Arguments arguments) {
      List<TagDefinition> tags = arguments.tags("tags");
      TimeRange range = arguments.range();
      int width = arguments.whole("width", 1, Retrievals.WIDTH_PX_MAX);
      return rows(arguments, tags, List.of(range), new Retrieval.Plot(range, width));
    }
  }

  /** A tag's answer to a retrieval, held while it is read. */
  private record RetrievedUnit(
      HistorianQueries queries, Retrieval retrieval, TagDefinition tag, QueryContext context)
      implements SampleScan.Unit {
    @Override
    public SampleScan.Blocks open(SampleColumns columns) {
      List<SampleBlock> held = new ArrayList<>();
      queries.read(
          retrieval,
          tag,
          context,
          block -> {
            context.memory().reserve(BLOCK_BYTES);
            held.add(SampleBlock.copyOf(block));
          });
      return new SampleScan.Blocks() {
        private int next;

        @Override
        public int next(SampleBlock block) {
          if (next >= held.size()) {
            return 0;
          }
          SampleBlock from = held.get(next++);
          block.reset(from.type());
          block.appendRange(from, 0, from.count());
          return block.count();
        }

        @Override
        public void close() {
          context.memory().release(BLOCK_BYTES * held.size());
          held.clear();
        }
      };
    }
  }
}
