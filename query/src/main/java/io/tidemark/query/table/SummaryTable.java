package io.tidemark.query.table;

import io.tidemark.model.ReadRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.condition.BoundCondition;
import io.tidemark.query.condition.Condition;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.SummaryRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code summary}: aggregates of tags over consecutive intervals of a range. */
final class SummaryTable implements TableFunction {
  private static final int STRETCHES_MAX = 1_000_000;
  private static final long ROW_BYTES = 600;
  private static final int FIRST_FIELD = 3;

  private static final List<TableColumn> COLUMNS = columnsOf();
  private static final List<Parameter> PARAMETERS = parametersOf();

  private static List<TableColumn> columnsOf() {
    List<TableColumn> columns = new ArrayList<>();
    columns.add(TableColumn.text("tag", "name of the tag"));
    columns.add(TableColumn.time("start_time", "first instant of the interval"));
    columns.add(TableColumn.time("end_time", "first instant after it"));
    columns.addAll(SummaryColumns.columns());
    return List.copyOf(columns);
  }

  /** How intervals are cut; the column that echoes it where there is one. */
  static Parameter every(@Nullable String column) {
    return new Parameter(
        "every",
        "INTERVAL",
        null,
        column,
        "length such as '1h', or a word of a calendar; the whole range without");
  }

  private static List<Parameter> parametersOf() {
    List<Parameter> parameters = new ArrayList<>();
    parameters.add(SampleTables.TAGS);
    parameters.add(SampleTables.start("start_time"));
    parameters.add(SampleTables.end("end_time"));
    parameters.add(every("every"));
    parameters.addAll(SummaryRules.PARAMETERS);
    parameters.add(
        new Parameter(
            "during",
            "VARCHAR",
            null,
            null,
            "a condition on tags: only time in which it holds counts"));
    return List.copyOf(parameters);
  }

  @Override
  public String name() {
    return "summary";
  }

  @Override
  public String description() {
    return "aggregates of tags over intervals, exact at their edges";
  }

  @Override
  public List<Parameter> parameters() {
    return PARAMETERS;
  }

  @Override
  public List<TableColumn> columns() {
    return COLUMNS;
  }

  @Override
  public Rows open(Arguments arguments) {
    List<TagDefinition> tags = arguments.tags("tags");
    TimeRange range = arguments.range();
    long[] edges = arguments.edges("every", range);
    SummaryRules rules = SummaryRules.of(arguments);
    long[] stretches = stretches(arguments, range);
    return new Rows(
        COLUMNS,
        new ComputedRows(
            COLUMNS,
            (edges.length - 1L) * tags.size(),
            wanted -> rows(arguments.call(), tags, edges, stretches, rules, wanted)),
        tags,
        List.of(range),
        SummaryColumns.uoms(tags),
        Map.of());
  }

  private static long @Nullable [] stretches(Arguments arguments, TimeRange range) {
    String during = arguments.text("during");
    if (during == null) {
      return null;
    }
    BoundCondition condition =
        arguments.argument(
            "during",
            () ->
                Condition.parse(during)
                    .bind(
                        name -> {
                          TagDefinition tag = arguments.context().view().tags().find(name);
                          return tag == null || !arguments.context().mayRead(tag.id()) ? null : tag;
                        }));
    return arguments
        .call()
        .queries()
        .stretches(condition, range, ReadRule.DEFAULT, STRETCHES_MAX, arguments.context());
  }

  private static List<@Nullable Object[]> rows(
      TableCall call,
      List<TagDefinition> tags,
      long[] edges,
      long @Nullable [] stretches,
      SummaryRules rules,
      Set<String> wanted) {
    Retrieval.Summary asked = rules.retrieval(edges, SummaryColumns.fields(wanted));
    List<@Nullable Object[]> rows = new ArrayList<>();
    ByTag.each(
        call.context(),
        tags,
        tag ->
            stretches == null
                ? call.queries().summarize(asked, tag, call.context())
                : call.queries().summarizeWithin(stretches, asked, tag, call.context()),
        (tag, summaries) -> {
          call.context().memory().reserve(ROW_BYTES * summaries.size());
          for (SummaryRow summary : summaries) {
            @Nullable Object[] row = new @Nullable Object[COLUMNS.size()];
            row[0] = tag.name();
            row[1] = summary.startNs();
            row[2] = summary.endNs();
            SummaryColumns.fill(row, FIRST_FIELD, summary, tag);
            rows.add(row);
          }
        });
    return rows;
  }
}
