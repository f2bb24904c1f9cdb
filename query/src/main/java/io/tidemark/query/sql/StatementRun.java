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
import io.tidemark.query.time.ShiftCalendar;
import java.util.ArrayList;
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

  /** What all statements of an engine share. */
  record Shared(
      HistorianQueries queries,
      Map<String, ShiftCalendar> calendars,
      DuckDbInstances instances,
      ContextProjection projection,
      AggregateNames aggregates,
      ParsedStatements parsed,
      long rowsMax) {}

  private final Shared shared;
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

  /** The statement with its times, before anything else is replaced. */
  private final ObjectNode written;

  /** What it selects, before scans take the place of its references. */
  private JsonNode selectList;

  /**
   * A run.
   *
   * @param written as {@link #written}
   */
  StatementRun(
      Shared shared,
      ObjectNode written,
      List<? extends @Nullable Object> parameters,
      QueryContext context,
      DuckDbSession planner,
      DuckDbSession executor) {
    this.shared = shared;
    this.written = written;
    this.parameters = parameters;
    this.context = context;
    this.planner = planner;
    this.executor = executor;
    one = SyntaxTree.template(planner, "SELECT 1");
    selectList = one;
  }

  /**
   * The tree of a statement that passes the gate, with its times.
   *
   * @throws HistorianException SQL_ERROR, SQL_REFUSED or READ_ONLY
   */
  static ObjectNode written(
      Shared shared,
      StatementText text,
      String sql,
      List<? extends @Nullable Object> parameters,
      QueryContext context,
      DuckDbSession planner) {
    ObjectNode tree =
        SqlGate.check(
            shared.parsed.of(planner, text.body()),
            text,
            position -> text.placeOfByte(sql, position),
            parameters.size());
    StatementTimes times = new StatementTimes(context, parameters);
    return (ObjectNode) CteScope.walk(tree, CteScope.EMPTY, (node, scope) -> times.replaced(node));
  }

  List<Handle> handles() {
    return handles;
  }

  void releaseHandles() {
    handles.forEach(shared.instances::release);
  }

  /** Runs the statement; the result owns the executor's session, unless it is an EXPLAIN. */
  SqlResult run(StatementText text, QueryContext.Stop stop) {
    ObjectNode tree = planned();
    if (text.explain()) {
      stop.close();
      releaseHandles();
      executor.close();
      return new ExplainResult(pushed, context);
    }
    DuckDbRows rows = query(executor, tree);
    return new StreamedResult(
        executor,
        rows,
        handles,
        shared.instances,
        context,
        stop,
        columns(rows.names(), rows.types()),
        new RowLimit(shared.rowsMax));
  }

  /** The columns that the rows would have; nothing is read but context that arguments need. */
  List<SqlColumn> describe(StatementText text) {
    ObjectNode tree = planned();
    if (text.explain()) {
      return new ExplainResult(pushed, context).columns();
    }
    substitute(tree);
    DuckDbSession.Shape shape = executor.shape(SyntaxTree.sql(planner, tree));
    return columns(shape.names(), shape.types());
  }

  /** The checked statement with scans in place of its references. */
  private ObjectNode planned() {
    ObjectNode tree = written.deepCopy();
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
    selectList = SyntaxTree.selectNode(tree).path("select_list").deepCopy();
    rewrite(tree);
    return tree;
  }

  private List<SqlColumn> columns(List<String> names, List<String> types) {
    List<String> uoms = ColumnUnits.of(names, selectList, units);
    List<SqlColumn> columns = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      columns.add(
          new SqlColumn(name, types.get(i), uoms.get(i), ColumnUnits.metadata(name, units)));
    }
    return columns;
  }

  /** Replaces the references in the tree by scans that read no more than they must. */
  private void rewrite(ObjectNode tree) {
    ObjectNode planned = tree.deepCopy();
    substitute(planned);
    List<Reference> references = Reference.all(planned);
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
    ContextAsk ask = new ContextAsk(one, planned, planner, this::someRows);
    ask.foldSubqueries();
    List<Read> reads = references.stream().map(reference -> read(planned, reference, ask)).toList();
    List<PlanFilters.Need> needs = StubPlan.needs(planner, planned, reads);
    List<JsonNode> scans = new ArrayList<>();
    for (int i = 0; i < reads.size(); i++) {
      scans.add(scan(reads.get(i), needs.get(i)));
      noteUnit(reads.get(i).reference().node(), sources);
    }
    List<Reference> originals = Reference.all(tree);
    for (int i = 0; i < originals.size(); i++) {
      PartialPlan partial = reads.get(i).partial();
      ContextAsk.Place place =
          partial == null || partial.intervals() == 0
              ? null
              : ContextAsk.place(tree, originals.get(i).node());
      if (partial != null && place != null) {
        partial.aggregates().rewrite(place.select(), partial.names());
      }
    }
    Reference.replace(tree, scans);
  }

  /**
   * A reference and what is known of it before the plan.
   *
   * @param rows of a table that is called, whose arguments say all
   * @param answer of context about the samples
   * @param partial how its samples can be added up before, if they can
   */
  record Read(
      Reference reference,
      TableFunction.@Nullable Rows rows,
      ContextAsk.Answer answer,
      @Nullable PartialPlan partial) {}

  private Read read(ObjectNode planned, Reference reference, ContextAsk ask) {
    TableFunction function = reference.function();
    if (function != null && reference.isCall()) {
      JsonNode call = reference.node().path("function");
      Bindings bindings = CallBindings.evaluate(function, call, one, this::row);
      return new Read(reference, open(function, bindings), ContextAsk.Answer.NOTHING, null);
    }
    ContextAsk.Place place =
        reference.isSamples() ? ContextAsk.place(planned, reference.node()) : null;
    if (place == null) {
      return new Read(reference, null, ContextAsk.Answer.NOTHING, null);
    }
    ContextAsk.Answer answer = ask.about(reference.node(), place);
    return new Read(reference, null, answer, partial(planned, reference, place, answer));
  }

  /** The scan that takes the place of a reference. */
  private JsonNode scan(Read read, PlanFilters.Need need) {
    TableFunction function = read.reference().function();
    if (function == null) {
      return samples(read, need);
    }
    TableFunction.Rows rows = read.rows();
    if (rows != null) {
      return table(function, rows, null);
    }
    Bindings where = new WhereBindings(planner, one, need.conditions());
    return table(function, open(function, where), where);
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
              return then == null
                  ? node
                  : Reference.aliased(SyntaxTree.derivedOnce(planner, then), node);
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
    try (DuckDbRows rows = query(executor, tree)) {
      rows.next();
      return values(rows);
    }
  }

  /** Asks with those of the parameters that a tree still holds. */
  private DuckDbRows query(DuckDbSession session, ObjectNode tree) {
    List<@Nullable Object> bound = new ArrayList<>();
    for (int place : SyntaxTree.renumberParameters(tree)) {
      bound.add(parameters.get(place));
    }
    return session.query(SyntaxTree.sql(planner, tree), bound);
  }

  // Samples.

  private JsonNode samples(Read read, PlanFilters.Need need) {
    Reference reference = read.reference();
    ContextAsk.Answer answer = read.answer();
    PartialPlan partial = read.partial();
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
                try (DuckDbRows rows = query(planner, written.deepCopy())) {
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
    ObjectNode table = SyntaxTree.derived(planner, template);
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
}
