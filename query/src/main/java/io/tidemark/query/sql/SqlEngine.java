package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.context.ContextSource;
import io.tidemark.query.duckdb.DuckDbConfig;
import io.tidemark.query.duckdb.DuckDbException;
import io.tidemark.query.duckdb.DuckDbInstances;
import io.tidemark.query.duckdb.DuckDbRows;
import io.tidemark.query.duckdb.DuckDbSession;
import io.tidemark.query.duckdb.ScanHandle;
import io.tidemark.query.duckdb.ScanSource;
import io.tidemark.query.time.ShiftCalendar;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Runs one SELECT over samples and context. The statement's syntax tree is checked, its references
 * to samples are replaced by scans of ours, and what those may skip is read from DuckDB's own plan
 * over empty stubs and, for joins with context, asked of the context side first. Predicates stay in
 * the statement: what is skipped can only be what they would drop. Safe from any thread.
 *
 * <p>Long because one statement on its way (the inner {@code Execution}) shares sessions,
 * parameters, handles and needs among all its steps; what a step decides by itself is outside:
 * {@link SqlGate}, {@link ContextProbe}, {@link PlanFilters}, {@link FunctionCall}.
 */
public final class SqlEngine implements AutoCloseable {
  private static final int RANGES_MAX = 4096;
  private static final String EXPLAIN = "EXPLAIN ";
  private static final String ALIAS = "tidemark_alias";

  private final TagCatalog tags;
  private final HistorianQueries queries;
  private final Map<String, ShiftCalendar> calendars;
  private final DuckDbInstances instances;
  private final ContextProjection projection;

  /** An engine over a store's tags and context. */
  public SqlEngine(
      DuckDbConfig config,
      TagCatalog tags,
      ContextSource context,
      HistorianQueries queries,
      Map<String, ShiftCalendar> calendars) {
    this.tags = tags;
    this.queries = queries;
    this.calendars = Map.copyOf(calendars);
    this.instances =
        new DuckDbInstances(config, Relations.definitions(false), Relations.definitions(true));
    this.projection = new ContextProjection(tags, context);
  }

  /**
   * Runs a statement.
   *
   * @param parameters values of its {@code ?}: null, Boolean, Long, Integer, Double, String or a
   *     List of these
   * @return rows that stream; close them before the context's view
   * @throws HistorianException SQL_ERROR, SQL_REFUSED, READ_ONLY or what the scans threw
   */
  public SqlResult execute(
      String sql, List<? extends @Nullable Object> parameters, QueryContext context) {
    return new Execution(sql, parameters, context).run();
  }

  /** Gives the executor up, as after a fatal error; the next statement opens a new one. */
  public void abandonExecutor() {
    instances.abandonExecutor();
  }

  @Override
  public void close() {
    instances.close();
  }

  /** One statement on its way. */
  private final class Execution {
    private final String sql;
    private final List<? extends @Nullable Object> parameters;
    private final QueryContext context;
    private final List<ScanHandle> handles = new ArrayList<>();
    private final List<ExplainResult.PushedScan> pushed = new ArrayList<>();
    private final List<ColumnUnits.Scan> units = new ArrayList<>();

    /** Lower-case names that WITH gives anywhere in the statement. */
    private Set<String> withNames = Set.of();

    Execution(String sql, List<? extends @Nullable Object> parameters, QueryContext context) {
      this.sql = sql;
      this.parameters = parameters;
      this.context = context;
    }

    SqlResult run() {
      StatementText text = StatementText.of(sql);
      DuckDbSession executor = instances.executor(context.zone());
      QueryContext.Stop stop = context.onStop(executor::cancel);
      try (DuckDbSession planner = instances.planner(context.zone())) {
        ObjectNode tree =
            SqlGate.check(
                SyntaxTree.parse(planner, text.body()),
                text,
                position -> text.placeOfByte(sql, position),
                parameters.size());
        tree =
            (ObjectNode)
                CteScope.walk(
                    tree,
                    CteScope.EMPTY,
                    (node, scope) -> {
                      JsonNode now = CurrentTime.replacement(node, context.nowNs());
                      return now == null ? node : now;
                    });
        projection.refresh(executor);
        JsonNode selectList = SyntaxTree.selectNode(tree).path("select_list").deepCopy();
        rewrite(planner, executor, tree);
        if (text.explain()) {
          stop.close();
          executor.close();
          return new ExplainResult(pushed, context);
        }
        List<@Nullable Object> bound = new ArrayList<>();
        for (int place : SyntaxTree.renumberParameters(tree)) {
          bound.add(parameters.get(place));
        }
        DuckDbRows rows = executor.query(SyntaxTree.sql(planner, tree), bound);
        List<String> uoms = ColumnUnits.of(rows.names(), selectList, units);
        return new StreamedResult(executor, rows, handles, instances, context, stop, uoms);
      } catch (DuckDbException e) {
        stop.close();
        try {
          throw located(e, text);
        } finally {
          releaseAll(executor);
        }
      } catch (RuntimeException e) {
        stop.close();
        releaseAll(executor);
        throw e;
      }
    }

    /**
     * The error with its place in the statement as it was written: what failed is the rewritten
     * one, so the planner is asked what it says of the original.
     */
    private HistorianException located(DuckDbException e, StatementText text) {
      HistorianException failure = translate(e, handles, context);
      String type = DuckDbMessage.of(e).type();
      if (failure.code() != ErrorCode.SQL_ERROR || !type.equals("Binder")) {
        return failure;
      }
      try (DuckDbSession planner = instances.planner(context.zone())) {
        planner.query(EXPLAIN + text.body(), parameters).close();
        return failure;
      } catch (DuckDbException again) {
        DuckDbMessage said = DuckDbMessage.of(again);
        if (!said.type().equals(type)) {
          return failure;
        }
        String place = text.placeOfByte(sql, said.position() - EXPLAIN.length());
        return new HistorianException(ErrorCode.SQL_ERROR, said.text(), place, null, e);
      }
    }

    private void releaseAll(DuckDbSession executor) {
      handles.forEach(instances::release);
      executor.close();
    }

    /** Replaces the references in the tree by scans that read no more than they must. */
    private void rewrite(DuckDbSession planner, DuckDbSession executor, ObjectNode tree) {
      ObjectNode planned = tree.deepCopy();
      boolean complete = substitute(planned);
      List<ObjectNode> references = references(planned);
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
      withNames = CteScope.names(planned);
      List<JsonNode> sources = ColumnUnits.sources(SyntaxTree.selectNode(planned));
      ObjectNode one = SyntaxTree.template(planner, "SELECT 1");
      List<TimeRanges> probedTimes = new ArrayList<>();
      List<@Nullable Set<String>> probedTags = new ArrayList<>();
      List<@Nullable FunctionCall> calls = new ArrayList<>();
      for (ObjectNode reference : references) {
        TimeRanges times = TimeRanges.ALL;
        Set<String> names = null;
        FunctionCall call = null;
        if (isFunction(reference)) {
          call =
              FunctionCall.evaluate(
                  (ObjectNode) reference.path("function"), one, planner, executor, parameters);
        } else if (complete && SyntaxTree.name(reference, "table_name").equals(Relations.SAMPLES)) {
          ObjectNode select = enclosing(planned, reference);
          if (select != null) {
            for (ContextProbe.Probe probe :
                ContextProbe.of(one, select, reference, this::isContext)) {
              Probed found = ask(planner, executor, probe);
              if (found != null) {
                times = times.and(found.times());
                names = intersect(names, found.names());
              }
            }
          }
        }
        probedTimes.add(times);
        probedTags.add(names);
        calls.add(call);
      }
      Map<Integer, PlanFilters.Need> needs = complete ? plan(planner, planned, calls) : Map.of();
      int[] number = {0};
      Templates templates = new Templates(planner);
      List<JsonNode> replacements = new ArrayList<>();
      for (int i = 0; i < references.size(); i++) {
        PlanFilters.Need need = needs.getOrDefault(i, PlanFilters.Need.EVERYTHING);
        replacements.add(
            replacement(
                planner,
                executor,
                templates,
                references.get(i),
                need,
                probedTimes.get(i),
                probedTags.get(i),
                calls.get(i)));
        noteUnit(references.get(i), sources, calls.get(i));
      }
      CteScope.walk(
          tree,
          CteScope.EMPTY,
          (node, scope) ->
              isReference(node, scope) ? aliased(replacements.get(number[0]++), node) : node);
    }

    /** Notes the unit of the scan added last, if the statement's own FROM holds it. */
    private void noteUnit(
        ObjectNode reference, List<JsonNode> sources, @Nullable FunctionCall call) {
      if (sources.stream().anyMatch(source -> CteScope.isSame(source, reference))) {
        units.add(
            new ColumnUnits.Scan(
                ColumnUnits.alias(reference),
                call != null && call.isSummary(),
                pushed.getLast().uom()));
      }
    }

    private JsonNode replacement(
        DuckDbSession planner,
        DuckDbSession executor,
        Templates templates,
        ObjectNode reference,
        PlanFilters.Need need,
        TimeRanges probedTimes,
        @Nullable Set<String> probedTags,
        @Nullable FunctionCall call) {
      if (call != null) {
        ScanSource source = call.scan(context, queries, calendars);
        List<TagDefinition> asked = call.tags(context);
        pushed.add(
            new ExplainResult.PushedScan(
                SyntaxTree.name(reference.path("function"), "function_name"),
                names(asked),
                new TimeRanges(List.of(call.range(context))),
                SampleCondition.ANY,
                Set.of(),
                commonUom(asked)));
        return templates.table(
            call.isSummary() ? templates.summary() : templates.many(), register(source));
      }
      boolean current = SyntaxTree.name(reference, "table_name").equals(Relations.CURRENT);
      List<TagDefinition> wanted = select(planner, executor, need, probedTags);
      TimeRanges times = need.times().and(probedTimes).atMost(RANGES_MAX);
      pushed.add(
          new ExplainResult.PushedScan(
              current ? Relations.CURRENT : Relations.SAMPLES,
              names(wanted),
              times,
              current ? SampleCondition.ANY : need.samples(),
              need.columns(),
              commonUom(wanted)));
      ScanSource source =
          current
              ? SampleScan.current(context, wanted)
              : SampleScan.stored(context, wanted, times, need.samples());
      return templates.table(templates.many(), register(source));
    }

    private long register(ScanSource source) {
      ScanHandle handle = instances.register(source);
      handles.add(handle);
      return handle.number();
    }

    /** The visible tags that the conditions leave. */
    private List<TagDefinition> select(
        DuckDbSession planner,
        DuckDbSession executor,
        PlanFilters.Need need,
        @Nullable Set<String> probedTags) {
      JsonNode condition = need.tagCondition();
      Set<String> names = condition == null ? null : PlanFilters.names(condition);
      if (condition != null && names == null) {
        names = namesByQuery(planner, executor, condition);
      }
      names = intersect(names, probedTags);
      List<TagDefinition> wanted = new ArrayList<>();
      if (names == null) {
        wanted.addAll(tags.all());
      } else {
        for (String name : names) {
          TagDefinition tag = tags.find(name);
          if (tag != null) {
            wanted.add(tag);
          }
        }
      }
      wanted.removeIf(tag -> !context.mayRead(tag.id()));
      return wanted;
    }

    /** Lets DuckDB itself evaluate a condition on names, such as LIKE; null if it cannot. */
    private @Nullable Set<String> namesByQuery(
        DuckDbSession planner, DuckDbSession executor, JsonNode condition) {
      try {
        ObjectNode tree =
            SyntaxTree.template(
                planner,
                "SELECT tag FROM (SELECT tag, tag AS "
                    + Relations.RESERVED
                    + "tag FROM "
                    + Relations.TAG_TABLE
                    + ") t");
        SyntaxTree.selectNode(tree).set("where_clause", condition.deepCopy());
        Set<String> names = new LinkedHashSet<>();
        try (DuckDbRows rows = executor.query(SyntaxTree.sql(planner, tree), List.of())) {
          while (rows.next()) {
            names.add(String.valueOf(rows.value(0)));
          }
        }
        return names;
      } catch (DuckDbException e) {
        return null;
      }
    }

    /** Explains the statement over stubs and reads what each may skip. */
    private Map<Integer, PlanFilters.Need> plan(
        DuckDbSession planner, ObjectNode planned, List<@Nullable FunctionCall> calls) {
      Templates templates = new Templates(planner);
      int[] number = {0};
      CteScope.walk(
          planned,
          CteScope.EMPTY,
          (node, scope) -> {
            if (!isReference(node, scope)) {
              return node;
            }
            int index = number[0]++;
            FunctionCall call = calls.get(index);
            JsonNode table =
                call != null && call.isSummary() ? templates.summaryStub() : templates.stub(index);
            return aliased(table, node);
          });
      StringBuilder plan = new StringBuilder();
      try (DuckDbRows rows =
          planner.query("EXPLAIN (FORMAT JSON) " + SyntaxTree.sql(planner, planned), List.of())) {
        while (rows.next()) {
          plan.append(rows.value(rows.names().size() - 1));
        }
      }
      return PlanFilters.read(planner, plan.toString());
    }

    /** Puts constants in place of parameters; false if one has no constant. */
    private boolean substitute(ObjectNode tree) {
      List<ObjectNode> nodes = new ArrayList<>();
      SyntaxTree.collect(tree, "PARAMETER", nodes);
      boolean complete = true;
      for (ObjectNode node : nodes) {
        int index = Integer.parseInt(node.path("identifier").asText()) - 1;
        JsonNode constant = constant(parameters.get(index));
        if (constant == null) {
          complete = false;
          continue;
        }
        String alias = node.path("alias").asText();
        node.removeAll();
        node.setAll((ObjectNode) constant);
        node.put("alias", alias);
      }
      for (JsonNode statement : tree.path("statements")) {
        ((ObjectNode) statement).putArray("named_param_map");
      }
      return complete;
    }

    private static @Nullable JsonNode constant(@Nullable Object value) {
      return switch (value) {
        case String text -> SyntaxTree.text(text);
        case Long number -> SyntaxTree.cast(SyntaxTree.text(number.toString()), "BIGINT");
        case Integer number -> SyntaxTree.cast(SyntaxTree.text(number.toString()), "BIGINT");
        case Double number -> SyntaxTree.cast(SyntaxTree.text(number.toString()), "DOUBLE");
        case Boolean truth -> SyntaxTree.cast(SyntaxTree.text(truth.toString()), "BOOLEAN");
        case null, default -> null;
      };
    }

    private List<ObjectNode> references(ObjectNode tree) {
      List<ObjectNode> found = new ArrayList<>();
      CteScope.walk(
          tree,
          CteScope.EMPTY,
          (node, scope) -> {
            if (isReference(node, scope)) {
              found.add(node);
            }
            return node;
          });
      return found;
    }

    private boolean isReference(ObjectNode node, CteScope scope) {
      if (node.path("type").asText().equals("BASE_TABLE")) {
        String name = SyntaxTree.name(node, "table_name");
        return (name.equals(Relations.SAMPLES) || name.equals(Relations.CURRENT))
            && !scope.holds(name);
      }
      return isFunction(node);
    }

    private static boolean isFunction(JsonNode node) {
      return node.path("type").asText().equals("TABLE_FUNCTION")
          && SqlGate.HISTORIAN_FUNCTIONS.contains(
              SyntaxTree.name(node.path("function"), "function_name"));
    }

    /**
     * Whether a table reference reads context tables only. A name that some WITH hides is none: a
     * probe has lost the WITH of the queries around it.
     */
    private boolean isContext(JsonNode reference) {
      return switch (reference.path("type").asText()) {
        case "BASE_TABLE" -> {
          String name = SyntaxTree.name(reference, "table_name");
          yield Relations.names().contains(name)
              && !withNames.contains(name)
              && !name.equals(Relations.SAMPLES)
              && !name.equals(Relations.CURRENT);
        }
        case "JOIN" -> isContext(reference.path("left")) && isContext(reference.path("right"));
        case "SUBQUERY" -> {
          boolean clean = true;
          List<ObjectNode> tables = new ArrayList<>();
          collectTables(reference.path("subquery"), tables);
          for (ObjectNode table : tables) {
            clean &= table.path("type").asText().equals("BASE_TABLE") && isContext(table);
          }
          yield clean && !tables.isEmpty();
        }
        default -> false;
      };
    }

    private static void collectTables(JsonNode node, List<ObjectNode> out) {
      String type = node.path("type").asText();
      if (node instanceof ObjectNode object
          && (type.equals("BASE_TABLE") || type.equals("TABLE_FUNCTION"))) {
        out.add(object);
      }
      for (JsonNode child : node) {
        collectTables(child, out);
      }
    }

    /** The select whose FROM holds the reference directly or in its joins. */
    private static @Nullable ObjectNode enclosing(JsonNode node, ObjectNode reference) {
      if (node instanceof ObjectNode object
          && object.path("type").asText().equals("SELECT_NODE")
          && joins(object.path("from_table"), reference)) {
        return object;
      }
      for (JsonNode child : node) {
        ObjectNode found = enclosing(child, reference);
        if (found != null) {
          return found;
        }
      }
      return null;
    }

    private static boolean joins(JsonNode from, ObjectNode reference) {
      return CteScope.isSame(from, reference)
          || (from.path("type").asText().equals("JOIN")
              && (joins(from.path("left"), reference) || joins(from.path("right"), reference)));
    }

    private record Probed(TimeRanges times, @Nullable Set<String> names) {}

    /** Asks the context side of a join; null if it cannot be asked or says too much. */
    private @Nullable Probed ask(
        DuckDbSession planner, DuckDbSession executor, ContextProbe.Probe probe) {
      ObjectNode tree = probe.tree().deepCopy();
      List<TimeRange> ranges = new ArrayList<>();
      Set<String> names = new HashSet<>();
      boolean aboutTag = probe.bounds().stream().anyMatch(b -> b.column().equals("tag"));
      boolean aboutTime = probe.bounds().stream().anyMatch(b -> !b.column().equals("tag"));
      try (DuckDbRows rows = executor.query(SyntaxTree.sql(planner, tree), List.of())) {
        int count = 0;
        while (rows.next()) {
          if (++count > ContextProbe.ROWS_MAX) {
            return null;
          }
          TimeRanges times = TimeRanges.ALL;
          boolean possible = true;
          for (int i = 0; i < probe.bounds().size(); i++) {
            ContextProbe.Bound bound = probe.bounds().get(i);
            Object value = rows.value(i);
            if (value == null) {
              possible = false; // a comparison with NULL joins nothing
            } else if (bound.column().equals("tag")) {
              if (!bound.comparison().equals("COMPARE_EQUAL")) {
                return null;
              }
              names.add(value.toString());
            } else {
              TimeRanges allowed = bound(bound, value);
              if (allowed == null) {
                return null;
              }
              times = times.and(allowed);
            }
          }
          if (possible) {
            ranges.addAll(times.ranges());
          }
        }
      } catch (DuckDbException e) {
        return null;
      }
      return new Probed(
          aboutTime ? TimeRanges.union(ranges) : TimeRanges.ALL, aboutTag ? names : null);
    }

    private static @Nullable TimeRanges bound(ContextProbe.Bound bound, Object value) {
      if (bound.column().equals("ts") && value instanceof Instant instant) {
        return PlanFilters.ofMicros(bound.comparison(), TimeConstant.micros(instant));
      }
      if (bound.column().equals("ts_ns") && value instanceof Long ns) {
        return PlanFilters.ofNanos(bound.comparison(), ns);
      }
      return null;
    }

    private static @Nullable Set<String> intersect(
        @Nullable Set<String> a, @Nullable Set<String> b) {
      if (a == null || b == null) {
        return a == null ? b : a;
      }
      Set<String> both = new LinkedHashSet<>(a);
      both.retainAll(b);
      return both;
    }
  }

  private static Set<String> names(List<TagDefinition> tags) {
    Set<String> names = new TreeSet<>();
    tags.forEach(tag -> names.add(tag.name()));
    return names;
  }

  /** The unit that all share, else empty. */
  private static String commonUom(List<TagDefinition> tags) {
    Set<String> uoms = new HashSet<>();
    tags.forEach(tag -> uoms.add(tag.uom()));
    return uoms.size() == 1 ? uoms.iterator().next() : "";
  }

  /** A table with the alias, column names and sampling that a reference had. */
  private static JsonNode aliased(JsonNode table, ObjectNode reference) {
    ObjectNode copy = table.deepCopy();
    copy.put("alias", ColumnUnits.alias(reference));
    copy.set("column_name_alias", reference.path("column_name_alias").deepCopy());
    copy.set("sample", reference.path("sample").deepCopy());
    return copy;
  }

  /** Subqueries that stand for references, as syntax trees. */
  private static final class Templates {
    private final DuckDbSession planner;

    Templates(DuckDbSession planner) {
      this.planner = planner;
    }

    String many() {
      return Relations.manyTagsTemplate();
    }

    String summary() {
      return Relations.summaryTemplate();
    }

    ObjectNode table(String template, long handle) {
      return derived(template.replace(Relations.HANDLE_PLACE, Long.toString(handle)));
    }

    ObjectNode stub(int index) {
      return derived(
          Relations.stubTemplate().replace(Relations.STUB + "0", Relations.STUB + index));
    }

    ObjectNode summaryStub() {
      return derived(Relations.summaryStubTemplate());
    }

    private ObjectNode derived(String select) {
      ObjectNode tree = SyntaxTree.template(planner, "SELECT * FROM (" + select + ") AS " + ALIAS);
      return (ObjectNode) SyntaxTree.selectNode(tree).path("from_table");
    }
  }

  /** The error of a statement: what a scan threw, else what DuckDB says. */
  static HistorianException translate(
      DuckDbException e, List<ScanHandle> handles, QueryContext context) {
    for (ScanHandle handle : handles) {
      if (handle.failure() instanceof HistorianException failure) {
        return failure;
      }
    }
    String message = DuckDbMessage.of(e).text();
    if (message.contains("Interrupted")) {
      context.check(); // knows whether the client or the deadline stopped it
      return new HistorianException(ErrorCode.CANCELLED, "statement was cancelled", e);
    }
    if (message.startsWith("Out of Memory")) {
      return new HistorianException(
          ErrorCode.QUERY_MEMORY, "statement needs more memory than it may have: " + message, e);
    }
    return new HistorianException(ErrorCode.SQL_ERROR, message, e);
  }
}
