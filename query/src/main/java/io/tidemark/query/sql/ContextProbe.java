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
 * Finds what a join with context says about the samples it can match, as a query over the context
 * side alone: batches first, then only their ranges.
 *
 * <p>For {@code phases p JOIN samples s ON s.tag = 'x' AND s.ts >= p.start_time AND s.ts < p.end
 * WHERE p.order_id = 'o'} it asks {@code SELECT p.start_time, p.end FROM phases p WHERE p.order_id
 * = 'o'}. Every joined row satisfies all conditions of the inner joins and of WHERE, so its sample
 * lies between the bounds of some row of that query; other samples may be left out.
 *
 * <p>Sound only where leaving samples out cannot make a row appear. Hence: inner and cross joins;
 * outer, semi and anti joins where the samples are the whole optional side (then only ON counts) or
 * the kept side (then the other side says nothing); no as-of, natural, full or positional joins;
 * conditions whose columns all belong to the samples or to the context side; no subqueries, windows
 * or random functions in them, and no random functions or sampling on the context side, which would
 * choose other rows than the statement does. A query that DuckDB rejects is no probe.
 */
final class ContextProbe {
  /** Rows of a probe. */
  static final int ROWS_MAX = 50_000;

  /**
   * A query whose columns bound samples.
   *
   * @param tree statement, one column a bound
   * @param bounds what each column means
   */
  record Probe(ObjectNode tree, List<Bound> bounds) {}

  /**
   * A column of a probe: every matching sample compares so with it.
   *
   * @param column {@code tag}, {@code ts} or {@code ts_ns}
   * @param comparison of the sample's column with the bound, as the syntax tree names it
   */
  record Bound(String column, String comparison) {}

  private final ObjectNode template;
  private final ObjectNode select;
  private final ObjectNode samples;
  private final OwnColumns own;
  private final Predicate<JsonNode> isContext;

  private ContextProbe(
      ObjectNode template, ObjectNode select, ObjectNode samples, Predicate<JsonNode> isContext) {
    this.template = template;
    this.select = select;
    this.samples = samples;
    own = OwnColumns.of(samples);
    this.isContext = isContext;
  }

  /** The context side of a join, while walking from the samples up to FROM. */
  private record Side(@Nullable JsonNode from, List<JsonNode> terms, boolean whereCounts) {}

  /**
   * The probes for one reference to samples, without the definitions of WITH that they need. The
   * caller leaves out those that are volatile.
   *
   * @param template a statement {@code SELECT 1}
   * @param select the select node in whose FROM the reference stands
   * @param isContext whether a table reference can be asked without reading samples
   */
  static List<Probe> of(
      ObjectNode template, ObjectNode select, ObjectNode samples, Predicate<JsonNode> isContext) {
    if (!samples.path("column_name_alias").isEmpty() || !samples.path("sample").isNull()) {
      return List.of();
    }
    return new ContextProbe(template, select, samples, isContext).probes();
  }

  private List<Probe> probes() {
    Side side = side(select.path("from_table"));
    if (side == null) {
      return List.of();
    }
    List<JsonNode> terms = new ArrayList<>(side.terms());
    List<JsonNode> whereTerms = new ArrayList<>();
    SyntaxTree.terms(select.path("where_clause"), whereTerms);
    List<Probe> probes = new ArrayList<>();
    if (side.whereCounts()) {
      for (JsonNode term : whereTerms) {
        Probe probe = membership(term);
        if (probe != null) {
          probes.add(probe);
        }
      }
      terms.addAll(whereTerms);
    }
    JsonNode from = side.from();
    if (from == null) {
      return probes;
    }
    Set<String> aliases = new HashSet<>();
    addAliases(from, aliases);
    List<JsonNode> contextTerms = new ArrayList<>();
    List<Bound> bounds = new ArrayList<>();
    List<JsonNode> expressions = new ArrayList<>();
    for (JsonNode term : terms) {
      if (owner(term, aliases) == Owner.CONTEXT) {
        contextTerms.add(term);
      } else {
        addBounds(term, aliases, bounds, expressions);
      }
    }
    if (!side.whereCounts()) {
      for (JsonNode term : whereTerms) {
        if (isQualifiedContext(term, aliases)) {
          contextTerms.add(term);
        }
      }
    }
    if (!bounds.isEmpty()) {
      probes.add(probe(from, contextTerms, bounds, expressions));
    }
    return probes;
  }

  private Probe probe(
      JsonNode from, List<JsonNode> where, List<Bound> bounds, List<JsonNode> expressions) {
    ObjectNode tree = template.deepCopy();
    ObjectNode node = SyntaxTree.selectNode(tree);
    ArrayNode list = node.putArray("select_list");
    for (JsonNode expression : expressions) {
      list.add(expression.deepCopy());
    }
    node.set("from_table", from.deepCopy());
    JsonNode condition = SyntaxTree.conjunction(where, true);
    if (condition != null) {
      node.set("where_clause", condition.deepCopy());
    }
    return new Probe(tree, bounds);
  }

  // Joins.

  private @Nullable Side side(JsonNode reference) {
    if (CteScope.isSame(reference, samples)) {
      return new Side(null, List.of(), true);
    }
    if (!reference.path("type").asText().equals("JOIN")) {
      return null;
    }
    String form = reference.path("ref_type").asText();
    if (!form.equals("REGULAR") && !form.equals("CROSS")) {
      return null;
    }
    boolean left = holds(reference.path("left"));
    JsonNode own = reference.path(left ? "left" : "right");
    JsonNode other = reference.path(left ? "right" : "left");
    if (!left && !holds(own)) {
      return null;
    }
    Side inner = side(own);
    if (inner == null) {
      return null;
    }
    return switch (reference.path("join_type").asText()) {
      case "INNER" -> inner.whereCounts() ? joined(inner, other, reference) : inner;
      case "LEFT" -> left ? inner : optional(own, other, reference);
      case "RIGHT" -> left ? optional(own, other, reference) : inner;
      case "SEMI", "ANTI" -> left ? inner : optional(own, other, reference);
      default -> null;
    };
  }

  /** The samples alone are the optional side: only a match by ON reads them. */
  private @Nullable Side optional(JsonNode own, JsonNode other, JsonNode join) {
    if (!CteScope.isSame(own, samples) || !isContext.test(other)) {
      return null;
    }
    List<JsonNode> terms = new ArrayList<>();
    SyntaxTree.terms(join.path("condition"), terms);
    addUsing(join, terms);
    return new Side(other, terms, false);
  }

  private Side joined(Side inner, JsonNode other, JsonNode join) {
    List<JsonNode> terms = new ArrayList<>(inner.terms());
    SyntaxTree.terms(join.path("condition"), terms);
    if (!isContext.test(other)) {
      return new Side(inner.from(), terms, true);
    }
    List<JsonNode> contextColumns = addUsing(join, terms);
    JsonNode from = inner.from();
    if (from == null) {
      return new Side(other, terms, true);
    }
    ObjectNode both = join.deepCopy();
    both.set("left", from.deepCopy());
    both.set("right", other.deepCopy());
    both.putNull("condition");
    both.put("ref_type", contextColumns.isEmpty() ? "CROSS" : "REGULAR");
    both.putArray("using_columns").addAll(contextColumns);
    return new Side(both, terms, true);
  }

  /** Terms for USING columns of samples; returns the others. */
  private static List<JsonNode> addUsing(JsonNode join, List<JsonNode> terms) {
    List<JsonNode> others = new ArrayList<>();
    for (JsonNode column : join.path("using_columns")) {
      String name = column.asText().toLowerCase(Locale.ROOT);
      if (Relations.SAMPLE_COLUMNS.contains(name)) {
        ObjectNode equal = SyntaxTree.JSON.createObjectNode();
        equal.put("class", "USING").put("type", "COMPARE_EQUAL").put("column", name);
        terms.add(equal);
      } else {
        others.add(column);
      }
    }
    return others;
  }

  private boolean holds(JsonNode reference) {
    if (CteScope.isSame(reference, samples)) {
      return true;
    }
    return reference.path("type").asText().equals("JOIN")
        && (holds(reference.path("left")) || holds(reference.path("right")));
  }

  private static void addAliases(JsonNode reference, Set<String> aliases) {
    if (reference.path("type").asText().equals("JOIN")) {
      addAliases(reference.path("left"), aliases);
      addAliases(reference.path("right"), aliases);
      return;
    }
    String alias = reference.path("alias").asText();
    String name = alias.isEmpty() ? reference.path("table_name").asText() : alias;
    aliases.add(name.toLowerCase(Locale.ROOT));
  }

  // Conditions.

  private enum Owner {
    SAMPLES,
    CONTEXT,
    OTHER
  }

  private Owner owner(JsonNode expression, Set<String> aliases) {
    if (expression.path("class").asText().equals("USING") || !SyntaxTree.isOfOneRow(expression)) {
      return Owner.OTHER;
    }
    List<ObjectNode> references = new ArrayList<>();
    SyntaxTree.collect(expression, "COLUMN_REF", references);
    Owner owner = null;
    for (ObjectNode reference : references) {
      Owner one = ownerOf(reference, aliases);
      if (one == Owner.OTHER || (owner != null && owner != one)) {
        return Owner.OTHER;
      }
      owner = one;
    }
    return owner == null ? Owner.OTHER : owner;
  }

  /**
   * Another name without qualifier is taken for the context's; if it is not, the probe fails. An
   * alias of both sides is nobody's.
   */
  private Owner ownerOf(ObjectNode reference, Set<String> aliases) {
    JsonNode names = reference.path("column_names");
    boolean isOfContext =
        names.size() > 1 && aliases.contains(names.path(0).asText().toLowerCase(Locale.ROOT));
    if (own.column(reference) != null) {
      return isOfContext ? Owner.OTHER : Owner.SAMPLES;
    }
    return names.size() == 1 || isOfContext ? Owner.CONTEXT : Owner.OTHER;
  }

  /** Every column is named with an alias of the context side: nothing can be mistaken. */
  private boolean isQualifiedContext(JsonNode term, Set<String> aliases) {
    List<ObjectNode> references = new ArrayList<>();
    SyntaxTree.collect(term, "COLUMN_REF", references);
    return owner(term, aliases) == Owner.CONTEXT
        && references.stream().allMatch(reference -> reference.path("column_names").size() > 1);
  }

  private void addBounds(
      JsonNode term, Set<String> aliases, List<Bound> bounds, List<JsonNode> expressions) {
    String type = term.path("type").asText();
    switch (term.path("class").asText()) {
      case "COMPARISON" -> {
        addBound(term.path("left"), type, term.path("right"), aliases, bounds, expressions);
        addBound(
            term.path("right"),
            Widening.turned(type),
            term.path("left"),
            aliases,
            bounds,
            expressions);
      }
      case "BETWEEN" -> {
        JsonNode input = term.path("input");
        addBound(
            input,
            "COMPARE_GREATERTHANOREQUALTO",
            term.path("lower"),
            aliases,
            bounds,
            expressions);
        addBound(
            input, "COMPARE_LESSTHANOREQUALTO", term.path("upper"), aliases, bounds, expressions);
      }
      case "USING" -> {
        String column = term.path("column").asText();
        if (isBoundColumn(column)) {
          bounds.add(new Bound(column, "COMPARE_EQUAL"));
          expressions.add(SyntaxTree.column(column));
        }
      }
      default -> {
        // Says nothing that a probe can use.
      }
    }
  }

  private void addBound(
      JsonNode time,
      String comparison,
      JsonNode other,
      Set<String> aliases,
      List<Bound> bounds,
      List<JsonNode> expressions) {
    String column = samplesColumn(time, aliases);
    if (column == null
        || !isBoundColumn(column)
        || owner(other, aliases) != Owner.CONTEXT
        || !isComparison(comparison)
        || (column.equals("tag") && !comparison.equals("COMPARE_EQUAL"))) {
      return;
    }
    bounds.add(new Bound(column, comparison));
    expressions.add(other);
  }

  private static boolean isBoundColumn(String column) {
    return column.equals("tag") || column.equals("ts") || column.equals("ts_ns");
  }

  private static boolean isComparison(String comparison) {
    return switch (comparison) {
      case "COMPARE_EQUAL",
          "COMPARE_GREATERTHAN",
          "COMPARE_GREATERTHANOREQUALTO",
          "COMPARE_LESSTHAN",
          "COMPARE_LESSTHANOREQUALTO" ->
          true;
      default -> false;
    };
  }

  private @Nullable String samplesColumn(JsonNode node, Set<String> aliases) {
    return node instanceof ObjectNode object
            && object.path("class").asText().equals("COLUMN_REF")
            && ownerOf(object, aliases) == Owner.SAMPLES
        ? own.column(object)
        : null;
  }

  /** {@code tag IN (SELECT …)} and {@code tag = ANY (…)} over context. */
  private @Nullable Probe membership(JsonNode term) {
    if (!term.path("class").asText().equals("SUBQUERY")
        || !term.path("subquery_type").asText().equals("ANY")
        || !term.path("comparison_type").asText().equals("COMPARE_EQUAL")
        || !"tag".equals(samplesColumn(term.path("child"), Set.of()))) {
      return null;
    }
    ObjectNode derived = SyntaxTree.JSON.createObjectNode();
    derived.put("type", "SUBQUERY").put("alias", "").putNull("sample");
    derived.put("query_location", 0).put("query_location_length", 0);
    derived.set("subquery", term.path("subquery").deepCopy());
    derived.putArray("column_name_alias").add("member");
    if (!isContext.test(derived)) {
      return null;
    }
    derived.put("alias", "members");
    return probe(
        derived,
        List.of(),
        List.of(new Bound("tag", "COMPARE_EQUAL")),
        List.of(SyntaxTree.column("member")));
  }
}
