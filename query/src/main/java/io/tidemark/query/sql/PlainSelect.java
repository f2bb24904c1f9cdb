package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.Direction;
import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.duckdb.DuckDbException;
import io.tidemark.query.duckdb.DuckDbRows;
import io.tidemark.query.duckdb.DuckDbSession;
import io.tidemark.query.table.SampleRuns;
import io.tidemark.query.table.TableColumn;
import io.tidemark.query.table.Tables;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A statement that asks for columns of {@code samples} by tags and times alone:
 *
 * <pre>
 * SELECT ts, tag, value FROM samples WHERE tag IN (…) AND ts >= … [ORDER BY ts] [LIMIT n]
 * </pre>
 *
 * Its rows are those that are stored, so it is answered from blocks, without a plan and without a
 * copy in DuckDB's vectors. Only what is understood word by word is such a statement; anything else
 * is planned. Conditions must be exact: nothing is filtered behind them.
 */
final class PlainSelect {
  private static final Set<String> STAR_LISTS =
      Set.of("exclude_list", "replace_list", "qualified_exclude_list", "rename_list");

  private static final List<String> QUALITIES =
      Stream.of(Quality.values()).map(Quality::label).toList();

  /** How a comparison reads from the other side. */
  private static final Map<String, String> MIRRORED =
      Map.of(
          "COMPARE_EQUAL", "COMPARE_EQUAL",
          "COMPARE_LESSTHAN", "COMPARE_GREATERTHAN",
          "COMPARE_GREATERTHAN", "COMPARE_LESSTHAN",
          "COMPARE_LESSTHANOREQUALTO", "COMPARE_GREATERTHANOREQUALTO",
          "COMPARE_GREATERTHANOREQUALTO", "COMPARE_LESSTHANOREQUALTO");

  /** It is no plain select after all. */
  private static final class NotPlain extends Exception {
    private static final long serialVersionUID = 1L;

    NotPlain() {
      super(null, null, false, false);
    }
  }

  private final DuckDbSession planner;
  private final QueryContext context;
  private final List<? extends @Nullable Object> parameters;
  private final JsonNode select;
  private final String alias;
  private final List<String> names = new ArrayList<>();
  private final List<SampleRuns.Column> columns = new ArrayList<>();
  private @Nullable Set<String> tagNames;

  /** Comparisons of {@code ts}; constants are evaluated once the rest is known to be plain. */
  private final List<TimeComparison> comparisons = new ArrayList<>();

  private TimeRanges times = TimeRanges.ALL;

  private PlainSelect(
      DuckDbSession planner,
      QueryContext context,
      List<? extends @Nullable Object> parameters,
      ObjectNode tree)
      throws NotPlain {
    this.planner = planner;
    this.context = context;
    this.parameters = parameters;
    select = SyntaxTree.selectNode(tree);
    JsonNode from = select.path("from_table");
    require(select.path("type").asText().equals("SELECT_NODE"));
    require(select.path("cte_map").path("map").isEmpty());
    require(select.path("group_expressions").isEmpty() && select.path("group_sets").isEmpty());
    require(select.path("aggregate_handling").asText().equals("STANDARD_HANDLING"));
    require(isAbsent(select, "having") && isAbsent(select, "qualify"));
    require(isAbsent(select, "sample") && isAbsent(from, "sample") && isAbsent(from, "at_clause"));
    require(from.path("column_name_alias").isEmpty());
    Reference reference =
        from instanceof ObjectNode node ? Reference.of(node, CteScope.EMPTY) : null;
    require(reference != null && reference.isSamples());
    alias = ColumnUnits.alias((ObjectNode) from);
  }

  private record TimeComparison(String comparison, JsonNode constant) {}

  /** What is read, and as which columns. */
  record Rows(List<SqlColumn> columns, SampleRuns.Request request) {
    /** Begins to read. */
    SqlResult open(QueryContext context, long rowsMax) {
      RowLimit limit = new RowLimit(rowsMax);
      return new RunsResult(columns, new SampleRuns(context, request, limit::add), context);
    }
  }

  /**
   * The rows of a statement, or null if it must be planned.
   *
   * @param tree the checked statement, with its times
   */
  static @Nullable Rows of(
      ObjectNode tree,
      DuckDbSession planner,
      List<? extends @Nullable Object> parameters,
      QueryContext context) {
    try {
      return new PlainSelect(planner, context, parameters, tree).rows();
    } catch (NotPlain | DuckDbException | ArithmeticException e) {
      return null; // planning says what is wrong, if anything is
    }
  }

  private static void require(boolean condition) throws NotPlain {
    if (!condition) {
      throw new NotPlain();
    }
  }

  private static <T> T known(@Nullable T value) throws NotPlain {
    if (value == null) {
      throw new NotPlain();
    }
    return value;
  }

  private static boolean isAbsent(JsonNode node, String field) {
    return node.path(field).isNull() || node.path(field).isMissingNode();
  }

  private Rows rows() throws NotPlain {
    for (JsonNode each : select.path("select_list")) {
      addColumns(each);
    }
    require(!columns.isEmpty() && new HashSet<>(names).size() == names.size());
    List<JsonNode> terms = new ArrayList<>();
    SyntaxTree.terms(select.path("where_clause"), terms);
    for (JsonNode term : terms) {
      restrict(term);
    }
    List<TagDefinition> tags = tags();
    Direction direction = Direction.FORWARD;
    long rowsMax = Long.MAX_VALUE;
    for (JsonNode modifier : select.path("modifiers")) {
      switch (modifier.path("type").asText()) {
        case "ORDER_MODIFIER" -> direction = order(modifier.path("orders"), tags);
        case "LIMIT_MODIFIER" -> {
          require(modifier.path("limit_type").asText().equals("ROW_COUNT"));
          require(isAbsent(modifier, "offset"));
          rowsMax = whole(modifier.path("limit"));
          require(rowsMax >= 0);
        }
        default -> throw new NotPlain();
      }
    }
    for (TimeComparison each : comparisons) {
      times = times.and(TimeRanges.ofMicros(each.comparison, micros(each.constant)));
    }
    return new Rows(
        columns(tags), new SampleRuns.Request(tags, times.ranges(), direction, columns, rowsMax));
  }

  // Columns.

  private void addColumns(JsonNode expression) throws NotPlain {
    switch (expression.path("class").asText()) {
      case "COLUMN_REF" -> {
        SampleRuns.Column column = column(expression);
        String written = lastName(expression);
        String name = expression.path("alias").asText();
        // What an unquoted name in capitals is called is DuckDB's business.
        require(!name.isEmpty() || written.equals(written.toLowerCase(Locale.ROOT)));
        add(column, name.isEmpty() ? written : name);
      }
      case "STAR" -> {
        String of = expression.path("relation_name").asText();
        require(of.isEmpty() || of.equalsIgnoreCase(alias));
        require(!expression.path("columns").asBoolean() && isAbsent(expression, "expr"));
        for (String list : STAR_LISTS) {
          require(expression.path(list).isEmpty());
        }
        for (SampleRuns.Column column : SampleRuns.Column.values()) {
          add(column, column.name().toLowerCase(Locale.ROOT));
        }
      }
      default -> throw new NotPlain();
    }
  }

  /** A column of the result. An alias may not be the name of another column: it may mean either. */
  private void add(SampleRuns.Column column, String name) throws NotPlain {
    for (SampleRuns.Column other : SampleRuns.Column.values()) {
      require(other == column || !other.name().equalsIgnoreCase(name));
    }
    columns.add(column);
    names.add(name);
  }

  private static String lastName(JsonNode reference) {
    JsonNode path = reference.path("column_names");
    return path.path(path.size() - 1).asText();
  }

  /** The column that an expression is. */
  private SampleRuns.Column column(JsonNode expression) throws NotPlain {
    require(expression.path("class").asText().equals("COLUMN_REF"));
    JsonNode path = expression.path("column_names");
    require(path.size() == 1 || (path.size() == 2 && path.get(0).asText().equalsIgnoreCase(alias)));
    String name = lastName(expression);
    for (SampleRuns.Column column : SampleRuns.Column.values()) {
      if (column.name().equalsIgnoreCase(name)) {
        return column;
      }
    }
    throw new NotPlain();
  }

  private boolean isColumn(JsonNode expression) {
    return expression.path("class").asText().equals("COLUMN_REF");
  }

  private List<SqlColumn> columns(List<TagDefinition> tags) {
    List<String> uoms =
        ColumnUnits.of(
            names,
            select.path("select_list"),
            List.of(new ColumnUnits.Scan(alias, TagSelection.uoms(tags), Map.of())));
    List<SqlColumn> all = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      TableColumn column = Tables.sampleColumns().get(columns.get(i).ordinal());
      String type =
          column.type() == TableColumn.Type.TIME ? "TIMESTAMP WITH TIME ZONE" : column.type().sql();
      all.add(
          new SqlColumn(names.get(i), type, uoms.get(i), Map.of(), values(columns.get(i), tags)));
    }
    return all;
  }

  private static List<String> values(SampleRuns.Column column, List<TagDefinition> tags) {
    return switch (column) {
      case TAG -> tags.stream().map(TagDefinition::name).toList();
      case QUALITY -> QUALITIES;
      default -> List.of();
    };
  }

  // Conditions.

  private void restrict(JsonNode term) throws NotPlain {
    String type = term.path("type").asText();
    switch (type) {
      case "COMPARE_IN" -> {
        JsonNode children = term.path("children");
        require(column(children.path(0)) == SampleRuns.Column.TAG);
        Set<String> listed = new LinkedHashSet<>();
        for (int i = 1; i < children.size(); i++) {
          listed.add(text(children.get(i)));
        }
        restrictTags(listed);
      }
      case "COMPARE_BETWEEN" -> {
        compare("COMPARE_GREATERTHANOREQUALTO", term.path("input"), term.path("lower"));
        compare("COMPARE_LESSTHANOREQUALTO", term.path("input"), term.path("upper"));
      }
      default -> {
        String mirrored = known(MIRRORED.get(type));
        if (isColumn(term.path("left"))) {
          compare(type, term.path("left"), term.path("right"));
        } else {
          compare(mirrored, term.path("right"), term.path("left"));
        }
      }
    }
  }

  private void compare(String comparison, JsonNode column, JsonNode constant) throws NotPlain {
    switch (column(column)) {
      case TAG -> {
        require(comparison.equals("COMPARE_EQUAL"));
        restrictTags(Set.of(text(constant)));
      }
      case TS -> comparisons.add(new TimeComparison(comparison, constant));
      case TS_NS -> times = times.and(TimeRanges.ofNanos(comparison, whole(constant)));
      default -> throw new NotPlain();
    }
  }

  private void restrictTags(Set<String> listed) {
    Set<String> known = tagNames;
    if (known == null) {
      tagNames = new LinkedHashSet<>(listed);
    } else {
      known.retainAll(listed);
    }
  }

  private @Nullable Object parameter(JsonNode node) {
    return parameters.get(Integer.parseInt(node.path("identifier").asText()) - 1);
  }

  private static boolean isParameter(JsonNode node) {
    return node.path("class").asText().equals("PARAMETER");
  }

  private String text(JsonNode node) throws NotPlain {
    if (isParameter(node)) {
      if (parameter(node) instanceof String value) {
        return value;
      }
      throw new NotPlain();
    }
    require(node.path("literal").path("kind").asText().equals("STRING"));
    return node.path("literal").path("text").asText();
  }

  private long whole(JsonNode node) throws NotPlain {
    if (isParameter(node)) {
      if (parameter(node) instanceof Long value) {
        return value;
      }
      throw new NotPlain();
    }
    return known(TimeConstant.integer(node));
  }

  /** Microseconds of a constant expression of time, as DuckDB casts it. */
  private long micros(JsonNode node) throws NotPlain {
    Long known = TimeConstant.micros(node);
    if (known != null) {
      return known;
    }
    ObjectNode tree = SyntaxTree.template(planner, "SELECT 1");
    JsonNode value = isParameter(node) ? SqlConstant.of(planner, parameter(node)) : node;
    List<ObjectNode> columns = new ArrayList<>();
    SyntaxTree.collect(value, "COLUMN_REF", columns);
    SyntaxTree.collect(value, "PARAMETER", columns);
    require(columns.isEmpty() && SyntaxTree.isOfOneRow(value));
    SyntaxTree.selectNode(tree)
        .putArray("select_list")
        .add(SyntaxTree.cast(value.deepCopy(), "TIMESTAMPTZ"));
    try (DuckDbRows rows = planner.query(SyntaxTree.sql(planner, tree), List.of())) {
      if (rows.next() && rows.value(0) instanceof Instant instant) {
        return TimeConstant.micros(instant);
      }
      throw new NotPlain();
    }
  }

  private List<TagDefinition> tags() {
    List<TagDefinition> tags = new ArrayList<>();
    Set<String> wanted = tagNames;
    if (wanted == null) {
      tags.addAll(context.view().tags().all());
    } else {
      for (String name : wanted) {
        TagDefinition tag = context.view().tags().find(name);
        if (tag != null) {
          tags.add(tag);
        }
      }
    }
    tags.removeIf(tag -> !context.mayRead(tag.id()));
    return tags;
  }

  // Order.

  /**
   * The direction of an order that blocks have by themselves: by time if there is one tag, by tag,
   * or by tag and time, once the tags are sorted as DuckDB sorts texts, by their bytes.
   */
  private Direction order(JsonNode orders, List<TagDefinition> tags) throws NotPlain {
    int first = 0;
    if (ordered(orders.path(0)) == SampleRuns.Column.TAG) {
      require(isAscending(orders.path(0)));
      // Of names in plain ASCII, bytes and chars have one order.
      require(tags.stream().allMatch(tag -> tag.name().chars().allMatch(c -> c < 0x80)));
      tags.sort(Comparator.comparing(TagDefinition::name));
      first = 1;
    } else {
      require(tags.size() <= 1);
    }
    require(orders.size() <= first + 1);
    if (orders.size() == first) {
      return Direction.FORWARD;
    }
    JsonNode last = orders.path(first);
    SampleRuns.Column by = ordered(last);
    require(by == SampleRuns.Column.TS || by == SampleRuns.Column.TS_NS);
    return isAscending(last) ? Direction.FORWARD : Direction.BACKWARD;
  }

  /** The column that an order names, itself or by its alias. */
  private SampleRuns.Column ordered(JsonNode order) throws NotPlain {
    JsonNode expression = order.path("expression");
    int place =
        isColumn(expression) && expression.path("column_names").size() == 1
            ? names.indexOf(lastName(expression))
            : -1;
    return place >= 0 ? columns.get(place) : column(expression);
  }

  private static boolean isAscending(JsonNode order) {
    return !order.path("type").asText().equals("DESCENDING");
  }
}
