package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.VersionMode;
import io.tidemark.model.WriteOrder;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.duckdb.DuckDbInstances;
import io.tidemark.query.duckdb.DuckDbRows;
import io.tidemark.query.duckdb.DuckDbSession;
import io.tidemark.query.duckdb.Handle;
import io.tidemark.query.duckdb.LookupHandle;
import io.tidemark.query.duckdb.ScanHandle;
import io.tidemark.query.duckdb.ScanSource;
import io.tidemark.query.table.Arguments;
import io.tidemark.query.table.Bindings;
import io.tidemark.query.table.PartialScan;
import io.tidemark.query.table.SampleScan;
import io.tidemark.query.table.TableCall;
import io.tidemark.query.table.TableFunction;
import io.tidemark.query.table.Tables;
import io.tidemark.query.time.ShiftCalendar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One statement on its way: checked, planned over empty stubs, its references replaced by scans,
 * run. Used once, by one thread.
 *
 * <p>Long because all steps of a statement share its two sessions, its parameters and its handles;
 * what a step decides by itself is outside.
 */
final class StatementRun {
  private static final int RANGES_MAX = 4096;
  private static final String ALIAS = "tidemark_alias";

  /** What all statements of an engine share. */
  record Shared(
      HistorianQueries queries,
      Map<String, ShiftCalendar> calendars,
      DuckDbInstances instances,
      ContextProjection projection,
      AggregateNames aggregates,
      long rowsMax) {}

  private final Shared shared;
  private final String sql;
  private String sqlBody = "";
  private boolean isRestricted;
  private long contextChanges;
  private final List<? extends @Nullable Object> parameters;
  private final QueryContext context;
  private final List<Handle> handles = new ArrayList<>();
  private final List<ExplainResult.PushedScan> pushed = new ArrayList<>();
  private final List<ColumnUnits.Scan> units = new ArrayList<>();

  /** The planner's and the executor's session. */
  private final DuckDbSession planner;

  private final DuckDbSession executor;
  private final ObjectNode one;

  StatementRun(
      Shared shared,
      String sql,
      List<? extends @Nullable Object> parameters,
      QueryContext context,
      DuckDbSession planner,
      DuckDbSession executor) {
    this.shared = shared;
    this.sql = sql;
    this.parameters = parameters;
    this.context = context;
    this.planner = planner;
    this.executor = executor;
    one = SyntaxTree.template(planner, "SELECT 1");
  }

  List<Handle> handles() {
    return handles;
  }

  void releaseHandles() {
    handles.forEach(shared.instances::release);
  }

  /** Runs the statement; the result owns the executor's session, unless it is an EXPLAIN. */
  SqlResult run(StatementText text, QueryContext.Stop stop) {
    sqlBody = text.body();
    ObjectNode tree =
        SqlGate.check(
            SyntaxTree.parse(planner, text.body()),
            text,
            position -> text.placeOfByte(sql, position),
            parameters.size());
    StatementTimes times = new StatementTimes(context, parameters);
    tree = (ObjectNode) CteScope.walk(tree, CteScope.EMPTY, (node, scope) -> times.replaced(node));
    contextChanges = shared.projection.begin(executor, context.view().isAsOf());
    isRestricted = VisibleTags.restrict(tree, executor, shared.instances, context);
    if (context.view().isAsOf()) {
      tree = asOf(tree);
    }
    tree =
        (ObjectNode)
            CteScope.walk(
                tree,
                CteScope.EMPTY,
                (node, scope) -> LookupCalls.replaced(node, this::values, this::register));
    JsonNode selectList = SyntaxTree.selectNode(tree).path("select_list").deepCopy();
    rewrite(tree);
    if (text.explain()) {
      stop.close();
      releaseHandles();
      executor.close();
      return new ExplainResult(pushed, context);
    }
    List<@Nullable Object> bound = new ArrayList<>();
    for (int place : SyntaxTree.renumberParameters(tree)) {
      bound.add(parameters.get(place));
    }
    DuckDbRows rows = executor.query(SyntaxTree.sql(planner, tree), bound);
    return new StreamedResult(
        executor,
        rows,
        handles,
        shared.instances,
        context,
        stop,
        columns(rows, selectList),
        new RowLimit(shared.rowsMax));
  }

  private List<SqlColumn> columns(DuckDbRows rows, JsonNode selectList) {
    List<String> uoms = ColumnUnits.of(rows.names(), selectList, units);
    List<SqlColumn> columns = new ArrayList<>();
    for (int i = 0; i < rows.names().size(); i++) {
      String name = rows.names().get(i);
      columns.add(
          new SqlColumn(name, rows.types().get(i), uoms.get(i), ColumnUnits.metadata(name, units)));
    }
    return columns;
  }

  /** Replaces the references in the tree by scans that read no more than they must. */
  private void rewrite(ObjectNode tree) {
    ObjectNode planned = tree.deepCopy();
    substitute(planned);
    List<Reference> references = references(planned);
    if (references.size() > Relations.SCANS_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "too many references to samples: references="
              + references.size()
              + ", referencesMax="
              + Relations.SCANS_MAX);
    }
    if (references.isEmpty()) {
      return;
    }
    List<JsonNode> sources = ColumnUnits.sources(SyntaxTree.selectNode(planned));
    List<TableFunction.@Nullable Rows> called = new ArrayList<>();
    List<ContextAsk.Answer> answers = new ArrayList<>();
    List<@Nullable PartialPlan> partials = new ArrayList<>();
    ContextAsk ask = new ContextAsk(one, planned, planner, this::someRows);
    ask.foldSubqueries();
    for (Reference reference : references) {
      TableFunction function = reference.function();
      called.add(
          function == null || !reference.isCall()
              ? null
              : open(
                  function,
                  CallBindings.evaluate(
                      function, reference.node().path("function"), one, this::row)));
      ContextAsk.Place place =
          reference.isSamples() ? ContextAsk.place(planned, reference.node()) : null;
      answers.add(place == null ? ContextAsk.Answer.NOTHING : ask.about(reference.node(), place));
      partials.add(place == null ? null : partial(planned, reference, place, answers.getLast()));
    }
    List<String> stubs = new ArrayList<>();
    // Of calls the plan would say nothing that their arguments do not.
    boolean isPlanned = references.stream().anyMatch(reference -> !reference.isCall());
    Map<String, PlanFilters.Need> needs =
        isPlanned ? plan(planned, references, called, stubs) : Map.of();
    List<JsonNode> replacements = new ArrayList<>();
    for (int i = 0; i < references.size(); i++) {
      Reference reference = references.get(i);
      PlanFilters.Need need =
          isPlanned
              ? needs.getOrDefault(stubs.get(i), PlanFilters.Need.EVERYTHING)
              : PlanFilters.Need.EVERYTHING;
      TableFunction function = reference.function();
      TableFunction.Rows rows = called.get(i);
      if (function == null) {
        replacements.add(samples(reference, need, answers.get(i), partials.get(i)));
      } else if (rows != null) {
        replacements.add(table(function, rows, null));
      } else {
        Bindings where = new WhereBindings(planner, one, need.conditions());
        replacements.add(table(function, open(function, where), where));
      }
      noteUnit(reference.node(), sources);
    }
    List<Reference> originals = references(tree);
    for (int i = 0; i < originals.size(); i++) {
      PartialPlan partial = partials.get(i);
      ContextAsk.Place place =
          partial == null || partial.intervals() == 0
              ? null
              : ContextAsk.place(tree, originals.get(i).node());
      if (partial != null && place != null) {
        partial.aggregates().rewrite(place.select(), partial.names());
      }
    }
    int[] number = {0};
    CteScope.walk(
        tree,
        CteScope.EMPTY,
        (node, scope) ->
            Reference.of(node, scope) == null
                ? node
                : aliased(replacements.get(number[0]++), node));
  }

  private static List<Reference> references(ObjectNode tree) {
    List<Reference> found = new ArrayList<>();
    CteScope.walk(
        tree,
        CteScope.EMPTY,
        (node, scope) -> {
          Reference reference = Reference.of(node, scope);
          if (reference != null) {
            found.add(reference);
          }
          return node;
        });
    return found;
  }

  /** Notes the unit of the scan added last, if the statement's own FROM holds it. */
  private void noteUnit(ObjectNode reference, List<JsonNode> sources) {
    if (sources.stream().anyMatch(source -> CteScope.isSame(source, reference))) {
      ExplainResult.PushedScan scan = pushed.getLast();
      units.add(new ColumnUnits.Scan(ColumnUnits.alias(reference), scan.uoms(), scan.metadata()));
    }
  }

  /** Puts context as it was in place of context relations. */
  private ObjectNode asOf(ObjectNode tree) {
    long sequence = WriteOrder.journalSequence(context.view().upToOrder());
    return (ObjectNode)
        CteScope.walk(
            tree,
            CteScope.EMPTY,
            (node, scope) -> {
              String name = SyntaxTree.name(node, "table_name");
              String then =
                  node.path("type").asText().equals("BASE_TABLE") && !scope.holds(name)
                      ? Relations.asOf(name, sequence)
                      : null;
              return then == null ? node : aliased(derivedOnce(then), node);
            });
  }

  private long register(LookupCalls.Options options) {
    LookupHandle handle = shared.instances.register(options.over(shared.queries, context));
    handles.add(handle);
    return handle.number();
  }

  // Tables with arguments.

  private TableFunction.Rows open(TableFunction function, Bindings bindings) {
    return function.open(
        new Arguments(
            function,
            bindings,
            new TableCall(context, shared.queries, shared.calendars, this::contextRows)));
  }

  private JsonNode table(
      TableFunction function, TableFunction.Rows rows, @Nullable Bindings where) {
    pushed.add(
        new ExplainResult.PushedScan(
            function.name(),
            TagSelection.names(rows.tags()),
            TimeRanges.union(rows.ranges()),
            SampleCondition.ANY,
            Set.of(),
            0,
            rows.uoms(),
            rows.metadata()));
    return over(Relations.overScan(function, rows, where), rows.source());
  }

  /** Rows of a statement of ours over context. */
  private List<List<@Nullable Object>> contextRows(String statement) {
    String then =
        context.view().isAsOf()
            ? SyntaxTree.sql(planner, asOf(SyntaxTree.tree(planner, statement)))
            : statement;
    return rows(then, Integer.MAX_VALUE);
  }

  /** Rows of a part of this statement that is over context. */
  private List<List<@Nullable Object>> someRows(String statement) {
    return rows(statement, ContextProbe.ROWS_MAX + 1);
  }

  private List<List<@Nullable Object>> rows(String statement, int rowsMax) {
    Supplier<List<List<@Nullable Object>>> ask =
        () -> {
          List<List<@Nullable Object>> all = new ArrayList<>();
          try (DuckDbRows rows = executor.query(statement, List.of())) {
            while (all.size() < rowsMax && rows.next()) {
              all.add(values(rows));
            }
          }
          return all;
        };
    // Texts of times mean others in another zone; who sees less has answers of their own.
    return isRestricted
        ? ask.get()
        : shared.projection.rows(contextChanges, context.zone() + "\n" + statement, ask);
  }

  private static List<@Nullable Object> values(DuckDbRows rows) {
    List<@Nullable Object> row = new ArrayList<>();
    for (int i = 0; i < rows.names().size(); i++) {
      row.add(rows.value(i));
    }
    return row;
  }

  /** Values of expressions without columns. */
  private List<@Nullable Object> values(List<JsonNode> expressions) {
    ObjectNode tree = one.deepCopy();
    SyntaxTree.selectNode(tree).putArray("select_list").addAll(expressions);
    return row(tree);
  }

  /** The only row of a part of the statement. */
  private List<@Nullable Object> row(ObjectNode tree) {
    List<@Nullable Object> bound = new ArrayList<>();
    for (int place : SyntaxTree.renumberParameters(tree)) {
      bound.add(parameters.get(place));
    }
    try (DuckDbRows rows = executor.query(SyntaxTree.sql(planner, tree), bound)) {
      rows.next();
      return values(rows);
    }
  }

  // Samples.

  private JsonNode samples(
      Reference reference,
      PlanFilters.Need need,
      ContextAsk.Answer answer,
      @Nullable PartialPlan partial) {
    List<TagDefinition> wanted =
        new TagSelection(planner, executor, context).select(need, answer.tags());
    TimeRanges times = need.times().and(answer.times()).atMost(RANGES_MAX);
    boolean isStored = reference.isSamples();
    List<long[]> edges = partial == null ? null : partial.edges(wanted, times, context);
    pushed.add(
        new ExplainResult.PushedScan(
            reference.name(),
            TagSelection.names(wanted),
            times,
            isStored ? need.samples() : SampleCondition.ANY,
            need.columns(),
            partial == null ? 0 : partial.intervals(),
            TagSelection.uoms(wanted),
            Map.of()));
    if (partial != null && edges != null) {
      return over(
          Relations.partialTemplate(wanted.size() == 1),
          new PartialScan(context, wanted, edges, partial.aggregates().goodOnly()),
          wanted);
    }
    ScanSource source =
        isStored
            ? SampleScan.stored(context, wanted, times.ranges(), need.samples())
            : SampleScan.current(context, wanted);
    return over(
        wanted.size() == 1 ? Relations.oneTagTemplate() : Relations.manyTagsTemplate(""),
        source,
        wanted);
  }

  /** What a reference needs if its samples can be added up before, else null. */
  private @Nullable PartialPlan partial(
      ObjectNode planned, Reference reference, ContextAsk.Place place, ContextAsk.Answer answer) {
    if (context.versionMode() != VersionMode.LATEST) {
      return null;
    }
    PartialAggregates aggregates =
        PartialAggregates.of(
            place.select(),
            reference.node(),
            shared.aggregates().of(planner),
            place.definitions()::isContext);
    return aggregates == null
        ? null
        : PartialPlan.of(
            aggregates,
            place.select(),
            CteScope.isSame(place.select(), SyntaxTree.selectNode(planned)),
            answer,
            new PartialPlan.Evaluator() {
              @Override
              public List<@Nullable Object> row(ObjectNode tree) {
                return StatementRun.this.row(tree);
              }

              @Override
              public List<List<@Nullable Object>> rows(String statement) {
                return contextRows(statement);
              }

              @Override
              public List<String> names() {
                try (DuckDbRows rows = planner.query(sqlBody, parameters)) {
                  return rows.names();
                }
              }

              @Override
              public String text(JsonNode expression) {
                return SyntaxTree.text(planner, one, expression);
              }
            },
            one);
  }

  /** A template over a scan. */
  private ObjectNode over(String template, ScanSource source) {
    ScanHandle handle = shared.instances.register(source);
    handles.add(handle);
    ObjectNode table = derived(template);
    SyntaxTree.replaceConstant(table, Relations.HANDLE_PLACE, Long.toString(handle.number()));
    return table;
  }

  /** A template over a scan of some tags. */
  private ObjectNode over(String template, ScanSource source, List<TagDefinition> tags) {
    ObjectNode table = over(template, source);
    if (tags.size() == 1) {
      SyntaxTree.replaceConstant(table, Relations.TAG_PLACE, tags.getFirst().name());
    }
    return table;
  }

  // Planning.

  /**
   * Explains the statement over stubs and reads what each may skip.
   *
   * @param stubs takes the name of each reference's stub
   */
  private Map<String, PlanFilters.Need> plan(
      ObjectNode planned,
      List<Reference> references,
      List<TableFunction.@Nullable Rows> called,
      List<String> stubs) {
    Map<String, Integer> counts = new HashMap<>();
    List<ObjectNode> tables = new ArrayList<>();
    for (int i = 0; i < references.size(); i++) {
      Reference reference = references.get(i);
      TableFunction function = reference.function();
      TableFunction.Rows rows = called.get(i);
      String kind = function == null ? Relations.SAMPLES : function.name();
      String stub = Relations.STUB + kind + "_" + counts.merge(kind, 1, Integer::sum);
      String definition;
      String select;
      if (function == null) {
        definition = Relations.stubDefinition(stub, Tables.sampleColumns());
        select = Relations.overStub(stub, Tables.sampleColumns());
      } else if (rows == null) {
        stub += "_r";
        definition = Relations.stubDefinition(stub, Relations.relationColumns(function));
        select = Relations.overStub(stub, Relations.relationColumns(function));
      } else {
        if (function.isFunctionOnly()) {
          planner.execute("DROP TABLE IF EXISTS " + stub);
        }
        definition = Relations.stubDefinition(stub, rows.columns());
        select = Relations.overStub(stub, rows.columns());
      }
      if (function != null && function.isFunctionOnly()) {
        planner.execute(definition);
      } else {
        planner.executeOnce(definition);
      }
      stubs.add(stub);
      tables.add(derived(select));
    }
    int[] number = {0};
    CteScope.walk(
        planned,
        CteScope.EMPTY,
        (node, scope) ->
            Reference.of(node, scope) == null ? node : aliased(tables.get(number[0]++), node));
    StringBuilder plan = new StringBuilder();
    try (DuckDbRows rows =
        planner.query("EXPLAIN (FORMAT JSON) " + SyntaxTree.sql(planner, planned), List.of())) {
      while (rows.next()) {
        plan.append(rows.value(rows.names().size() - 1));
      }
    }
    return PlanFilters.read(planner, plan.toString());
  }

  /** Puts constants in place of parameters. */
  private void substitute(ObjectNode tree) {
    List<ObjectNode> nodes = new ArrayList<>();
    SyntaxTree.collect(tree, "PARAMETER", nodes);
    for (ObjectNode node : nodes) {
      int index = Integer.parseInt(node.path("identifier").asText()) - 1;
      JsonNode constant = SqlConstant.of(planner, parameters.get(index));
      String alias = node.path("alias").asText();
      node.removeAll();
      node.setAll((ObjectNode) constant);
      node.put("alias", alias);
    }
    for (JsonNode statement : tree.path("statements")) {
      ((ObjectNode) statement).putArray("named_param_map");
    }
  }

  /** A subquery as it stands in FROM, of a text that comes again. */
  private ObjectNode derived(String select) {
    ObjectNode tree = SyntaxTree.template(planner, "SELECT * FROM (" + select + ") AS " + ALIAS);
    return (ObjectNode) SyntaxTree.selectNode(tree).path("from_table");
  }

  /** A subquery as it stands in FROM. */
  private ObjectNode derivedOnce(String select) {
    ObjectNode tree = SyntaxTree.tree(planner, "SELECT * FROM (" + select + ") AS " + ALIAS);
    return (ObjectNode) SyntaxTree.selectNode(tree).path("from_table");
  }

  /** A table with the alias, column names and sampling that a reference had. */
  private static JsonNode aliased(JsonNode table, ObjectNode reference) {
    ObjectNode copy = table.deepCopy();
    copy.put("alias", ColumnUnits.alias(reference));
    copy.set("column_name_alias", reference.path("column_name_alias").deepCopy());
    copy.set("sample", reference.path("sample").deepCopy());
    return copy;
  }
}
