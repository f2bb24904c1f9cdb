package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds a SELECT over samples that needs no single sample, and rewrites it to take one row for all
 * samples of a tag between two cuts of time.
 *
 * <p>A statement like {@code SELECT p.phase, s.tag, avg(s.value) FROM phases p JOIN samples s ON
 * s.ts >= p.start_time AND s.ts < p.end_time GROUP BY ALL} sees nothing of a sample but its tag, on
 * which side of the bounds it lies, and what it adds to count, sum and extremes. All samples of a
 * tag between two neighbouring bounds are on the same side of all of them. So one row in their
 * place, with the time of the first of them and their number, sum and extremes, passes the same
 * conditions and falls into the same groups; aggregates add up numbers and sums in place of
 * samples. The same holds for {@code time_bucket}, {@code date_bin} and {@code date_trunc}, whose
 * beginnings are cuts.
 *
 * <p>Proved equal by a differential test. Hence only: inner and cross joins with context; of the
 * samples' columns only the tag anywhere, times compared with constants or columns of the context
 * or in such a function, one condition for Good samples, and values in {@code count}, {@code sum},
 * {@code avg}, {@code min} and {@code max} without FILTER, DISTINCT or ORDER BY; no aggregates of
 * other columns that count rows, no windows, no subqueries.
 */
final class PartialAggregates {
  /** Aggregates that do not mind how often they see a row. */
  private static final Set<String> REPEATABLE =
      Set.of("min", "max", "bool_and", "bool_or", "any_value");

  private static final Set<String> DISTINCT_FROM_SAMPLES = Set.of("tag");

  /** A comparison of a time of samples. */
  record Cut(String column, String comparison, JsonNode bound) {}

  /** Columns of the row that stands for samples, beside tag and times. */
  static final String SAMPLES = "tidemark_samples";

  static final String NUMBERS = "tidemark_numbers";
  static final String TOTAL = "tidemark_total";
  static final String LOWEST = "tidemark_lowest";
  static final String HIGHEST = "tidemark_highest";
  static final String LAST = "tidemark_last_";

  private final OwnColumns own;
  private final Set<String> aggregates;
  private final Set<String> selectAliases = new HashSet<>();
  private final List<Cut> constantCuts = new ArrayList<>();
  private final List<ObjectNode> buckets = new ArrayList<>();
  private int contextCuts;
  private boolean goodOnly;
  private boolean hasAggregate;
  private boolean possible = true;

  private PartialAggregates(OwnColumns own, Set<String> aggregates) {
    this.own = own;
    this.aggregates = aggregates;
  }

  /**
   * What a SELECT needs of its samples, or null if it needs single ones.
   *
   * @param aggregates names of all aggregate functions
   * @param isContext whether a table reference reads context alone
   */
  static @Nullable PartialAggregates of(
      ObjectNode select,
      ObjectNode samples,
      Set<String> aggregates,
      Predicate<JsonNode> isContext) {
    PartialAggregates partial = new PartialAggregates(OwnColumns.of(samples), aggregates);
    partial.read(select, samples, isContext);
    return partial.possible && partial.hasAggregate ? partial : null;
  }

  /** Comparisons of times with expressions that have no columns. */
  List<Cut> constantCuts() {
    return constantCuts;
  }

  /** How many comparisons of times with columns of the context there are. */
  int contextCuts() {
    return contextCuts;
  }

  /** Functions of the time whose beginnings are cuts. */
  List<ObjectNode> buckets() {
    return buckets;
  }

  /** Whether only Good samples are wanted. */
  boolean goodOnly() {
    return goodOnly;
  }

  // Reading.

  private void read(ObjectNode select, ObjectNode samples, Predicate<JsonNode> isContext) {
    for (JsonNode item : select.path("select_list")) {
      selectAliases.add(item.path("alias").asText().toLowerCase(Locale.ROOT));
    }
    if (!samples.path("column_name_alias").isEmpty()
        || !samples.path("sample").isNull()
        || !select.path("sample").isNull()
        || !select.path("qualify").isNull()
        || select.path("group_sets").size() > 1) {
      possible = false;
      return;
    }
    from(select.path("from_table"), samples, isContext);
    conditions(select.path("where_clause"));
    for (JsonNode item : select.path("select_list")) {
      expression(item, false);
    }
    for (JsonNode item : select.path("group_expressions")) {
      expression(item, false);
    }
    expression(select.path("having"), false);
    for (JsonNode modifier : select.path("modifiers")) {
      switch (modifier.path("type").asText()) {
        case "ORDER_MODIFIER" -> {
          for (JsonNode order : modifier.path("orders")) {
            expression(order.path("expression"), true);
          }
        }
        case "DISTINCT_MODIFIER" -> possible &= modifier.path("distinct_on_targets").isEmpty();
        case "LIMIT_MODIFIER" -> {
          expression(modifier.path("limit"), false);
          expression(modifier.path("offset"), false);
        }
        default -> possible = false;
      }
    }
  }

  private void from(JsonNode table, ObjectNode samples, Predicate<JsonNode> isContext) {
    if (CteScope.isSame(table, samples)) {
      return;
    }
    if (!table.path("type").asText().equals("JOIN")) {
      possible &= isContext.test(table);
      return;
    }
    String form = table.path("ref_type").asText();
    possible &= form.equals("REGULAR") || form.equals("CROSS");
    possible &= table.path("join_type").asText().equals("INNER");
    for (JsonNode column : table.path("using_columns")) {
      String name = column.asText().toLowerCase(Locale.ROOT);
      possible &= !Relations.SAMPLE_COLUMNS.contains(name) || DISTINCT_FROM_SAMPLES.contains(name);
    }
    from(table.path("left"), samples, isContext);
    from(table.path("right"), samples, isContext);
    conditions(table.path("condition"));
  }

  private void conditions(JsonNode condition) {
    List<JsonNode> terms = new ArrayList<>();
    SyntaxTree.terms(condition, terms);
    for (JsonNode term : terms) {
      condition(term);
    }
  }

  private void condition(JsonNode term) {
    if (!SyntaxTree.isOfOneRow(term)) {
      possible = false;
      return;
    }
    Set<String> columns = own.in(term);
    if (DISTINCT_FROM_SAMPLES.containsAll(columns)) {
      return;
    }
    if (isForGood(term)) {
      goodOnly = true;
      return;
    }
    switch (term.path("class").asText()) {
      case "COMPARISON" -> {
        String type = term.path("type").asText();
        possible &=
            cut(term.path("left"), type, term.path("right"))
                || cut(term.path("right"), Widening.turned(type), term.path("left"));
      }
      case "BETWEEN" ->
          possible &=
              cut(term.path("input"), "COMPARE_GREATERTHANOREQUALTO", term.path("lower"))
                  && cut(term.path("input"), "COMPARE_LESSTHANOREQUALTO", term.path("upper"));
      default -> possible = false;
    }
  }

  private boolean cut(JsonNode time, String comparison, JsonNode bound) {
    String column = own.column(time);
    if (column == null
        || !(column.equals("ts") || column.equals("ts_ns"))
        || !own.in(bound).isEmpty()) {
      return false;
    }
    switch (comparison) {
      case "COMPARE_EQUAL",
          "COMPARE_GREATERTHAN",
          "COMPARE_GREATERTHANOREQUALTO",
          "COMPARE_LESSTHAN",
          "COMPARE_LESSTHANOREQUALTO" -> {
        List<ObjectNode> references = new ArrayList<>();
        SyntaxTree.collect(bound, "COLUMN_REF", references);
        if (references.isEmpty()) {
          constantCuts.add(new Cut(column, comparison, bound.deepCopy()));
        } else {
          contextCuts++;
        }
        return true;
      }
      default -> {
        return false;
      }
    }
  }

  /** {@code quality = 'Good'}, {@code good(status)}. */
  private boolean isForGood(JsonNode term) {
    if (term.path("type").asText().equals("COMPARE_EQUAL")) {
      return (isQuality(term.path("left")) && isGood(term.path("right")))
          || (isQuality(term.path("right")) && isGood(term.path("left")));
    }
    return term.path("class").asText().equals("FUNCTION")
        && SyntaxTree.name(term, "function_name").equals("good")
        && term.path("arguments").size() == 1
        && "status".equals(own.column(term.path("arguments").get(0).path("expression")));
  }

  private boolean isQuality(JsonNode node) {
    return "quality".equals(own.column(node));
  }

  private static boolean isGood(JsonNode node) {
    return node.path("literal").path("kind").asText().equals("STRING")
        && node.path("literal").path("text").asText().equals("Good");
  }

  /**
   * Reads an expression outside of conditions.
   *
   * @param seesAliases whether a name may mean an item of the select list
   */
  private void expression(JsonNode node, boolean seesAliases) {
    if (!possible || !node.isContainerNode()) {
      return;
    }
    if (node.isArray()) {
      node.forEach(child -> expression(child, seesAliases));
      return;
    }
    switch (node.path("class").asText()) {
      case "SUBQUERY", "WINDOW", "STAR", "LAMBDA", "POSITIONAL_REFERENCE" -> possible = false;
      case "COLUMN_REF" -> column(node, seesAliases);
      case "FUNCTION" -> function(node, seesAliases);
      default -> node.forEach(child -> expression(child, seesAliases));
    }
  }

  private void column(JsonNode node, boolean seesAliases) {
    String column = own.column(node);
    boolean isAlias =
        seesAliases
            && node.path("column_names").size() == 1
            && selectAliases.contains(
                node.path("column_names").get(0).asText().toLowerCase(Locale.ROOT));
    possible &= column == null || isAlias || DISTINCT_FROM_SAMPLES.contains(column);
  }

  private void function(JsonNode node, boolean seesAliases) {
    String name = SyntaxTree.name(node, "function_name");
    if (isBucket(node, name)) {
      buckets.add((ObjectNode) node.deepCopy());
      return;
    }
    if (!aggregates.contains(name)) {
      possible &= !SyntaxTree.isVolatile(node);
      node.path("arguments").forEach(argument -> expression(argument, seesAliases));
      return;
    }
    if (isOfSamples(node, name)) {
      hasAggregate = true;
      return;
    }
    possible &=
        REPEATABLE.contains(name)
            && node.path("arguments").size() == 1
            && isPlain(node)
            && own.in(node).isEmpty()
            && SyntaxTree.isOfOneRow(node);
  }

  private static boolean isPlain(JsonNode aggregate) {
    return aggregate.path("filter").isNull()
        && aggregate.path("order_bys").path("orders").isEmpty()
        && !aggregate.path("distinct").asBoolean();
  }

  private boolean isOfSamples(JsonNode node, String name) {
    if (!isPlain(node)) {
      return false;
    }
    if (name.equals("count_star")) {
      return true;
    }
    JsonNode arguments = node.path("arguments");
    String column = arguments.size() == 1 ? own.column(arguments.get(0).path("expression")) : null;
    if (column == null) {
      return false;
    }
    return switch (name) {
      case "count" ->
          switch (column) {
            case "value", "tag", "ts", "ts_ns", "status", "quality", "flags" -> true;
            default -> false;
          };
      case "sum", "avg", "mean" -> column.equals("value");
      case "min", "max" -> column.equals("value") || column.equals("ts") || column.equals("ts_ns");
      default -> false;
    };
  }

  private boolean isBucket(JsonNode node, String name) {
    JsonNode arguments = node.path("arguments");
    boolean isOne =
        switch (name) {
          case "time_bucket", "date_bin" -> arguments.size() == 2 || arguments.size() == 3;
          case "date_trunc" -> arguments.size() == 2;
          default -> false;
        };
    if (!isOne) {
      return false;
    }
    List<ObjectNode> references = new ArrayList<>();
    SyntaxTree.collect(arguments.get(0).path("expression"), "COLUMN_REF", references);
    if (arguments.size() == 3) {
      SyntaxTree.collect(arguments.get(2).path("expression"), "COLUMN_REF", references);
    }
    return references.isEmpty() && "ts".equals(own.column(arguments.get(1).path("expression")));
  }

  /** Whether an item of the select list has an aggregate and no name of its own. */
  boolean hasUnnamed(ObjectNode select) {
    for (JsonNode item : select.path("select_list")) {
      if (item.path("alias").asText().isEmpty() && holdsAggregate(item)) {
        return true;
      }
    }
    return false;
  }

  private boolean holdsAggregate(JsonNode node) {
    String name = SyntaxTree.name(node, "function_name");
    if (aggregates.contains(name) && isOfSamples(node, name)) {
      return true;
    }
    for (JsonNode child : node) {
      if (holdsAggregate(child)) {
        return true;
      }
    }
    return false;
  }

  // Rewriting.

  /**
   * Makes the aggregates of a SELECT those of rows that stand for samples.
   *
   * @param names of its columns, for those that have none of their own; empty if all have
   */
  void rewrite(ObjectNode select, List<String> names) {
    ArrayNode items = (ArrayNode) select.path("select_list");
    for (int i = 0; i < items.size(); i++) {
      JsonNode item = items.get(i);
      boolean isUnnamed = item.path("alias").asText().isEmpty() && holdsAggregate(item);
      JsonNode after = rewritten(item);
      if (isUnnamed && i < names.size()) {
        ((ObjectNode) after).put("alias", names.get(i));
      }
      items.set(i, after);
    }
    if (select.path("having").isObject()) {
      select.set("having", rewritten(select.path("having")));
    }
    for (JsonNode modifier : select.path("modifiers")) {
      for (JsonNode order : modifier.path("orders")) {
        ((ObjectNode) order).set("expression", rewritten(order.path("expression")));
      }
    }
  }

  /** The node, or another in its place; what is below it is changed where it stands. */
  private JsonNode rewritten(JsonNode node) {
    if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, rewritten(array.get(i)));
      }
      return array;
    }
    if (!(node instanceof ObjectNode object)) {
      return node;
    }
    String name = SyntaxTree.name(object, "function_name");
    if (object.path("class").asText().equals("FUNCTION")
        && aggregates.contains(name)
        && isOfSamples(object, name)) {
      ObjectNode sum = aggregate(object, name);
      sum.put("alias", object.path("alias").asText());
      return sum;
    }
    for (var field : object.properties()) {
      if (field.getValue().isContainerNode()) {
        field.setValue(rewritten(field.getValue()));
      }
    }
    return object;
  }

  private ObjectNode aggregate(ObjectNode call, String name) {
    String column =
        name.equals("count_star")
            ? ""
            : String.valueOf(own.column(call.path("arguments").get(0).path("expression")));
    return switch (name) {
      case "count_star", "count" ->
          SyntaxTree.cast(
              SyntaxTree.coalesce(
                  call("sum", column.equals("value") ? NUMBERS : SAMPLES),
                  SyntaxTree.cast(SyntaxTree.text("0"), "BIGINT")),
              "BIGINT");
      case "sum" -> call("sum", TOTAL);
      case "avg", "mean" -> SyntaxTree.call("/", call("sum", TOTAL), call("sum", NUMBERS));
      case "min" -> call("min", column.equals("value") ? LOWEST : column);
      default -> call("max", column.equals("value") ? HIGHEST : LAST + column);
    };
  }

  private ObjectNode call(String function, String column) {
    ObjectNode reference = SyntaxTree.column(column);
    ArrayNode names = reference.putArray("column_names");
    names.add(own.alias());
    names.add(column);
    return SyntaxTree.call(function, reference);
  }
}
