package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Conditions that DuckDB's plan shows at a stub, read down to what is about some of its columns.
 * What is left out of a condition makes it wider, never narrower.
 */
final class StubCondition {
  /** Stands for what the plan marks as optional. */
  static final String OPTIONAL = "tidemark_optional";

  private StubCondition() {}

  /** Whether it is a column of the stub. */
  static boolean isColumn(JsonNode node, String column) {
    return node.path("class").asText().equals("COLUMN_REF")
        && columnName(node).equals(Relations.RESERVED + column);
  }

  static String columnName(JsonNode reference) {
    JsonNode names = reference.path("column_names");
    return names.size() == 1 ? names.get(0).asText() : "";
  }

  /** The part of a condition that is about some columns alone, or null if there is none. */
  static @Nullable JsonNode about(JsonNode condition, Set<String> columns) {
    if (holdsCall(condition, OPTIONAL)) {
      // Keep what stands beside it.
      if (!condition.path("type").asText().equals("CONJUNCTION_AND")) {
        return null;
      }
    } else if (isAboutOnly(condition, columns)) {
      return condition;
    }
    return switch (condition.path("type").asText()) {
      case "CONJUNCTION_AND" -> {
        List<JsonNode> terms = new ArrayList<>();
        for (JsonNode child : condition.path("children")) {
          JsonNode term = about(child, columns);
          if (term != null) {
            terms.add(term);
          }
        }
        yield SyntaxTree.conjunction(terms, true);
      }
      case "CONJUNCTION_OR" -> {
        List<JsonNode> terms = new ArrayList<>();
        for (JsonNode child : condition.path("children")) {
          JsonNode term = about(child, columns);
          if (term == null) {
            yield null;
          }
          terms.add(term);
        }
        yield SyntaxTree.conjunction(terms, false);
      }
      default -> null;
    };
  }

  private static boolean holdsCall(JsonNode node, String function) {
    List<ObjectNode> calls = new ArrayList<>();
    SyntaxTree.collect(node, "FUNCTION", calls);
    return calls.stream().anyMatch(call -> call.path("function_name").asText().equals(function));
  }

  private static boolean isAboutOnly(JsonNode condition, Set<String> columns) {
    List<ObjectNode> references = new ArrayList<>();
    SyntaxTree.collect(condition, "COLUMN_REF", references);
    return !references.isEmpty()
        && references.stream()
            .allMatch(
                reference -> {
                  String name = columnName(reference);
                  return name.startsWith(Relations.RESERVED)
                      && columns.contains(name.substring(Relations.RESERVED.length()));
                })
        && !SyntaxTree.holdsType(condition, "SUBQUERY")
        && !SyntaxTree.isVolatile(condition);
  }

  /**
   * The constants that a column can have by conditions of the forms {@code c = 'a'}, {@code c IN
   * ('a', 'b')} and OR of these, all of which hold: String, Long, Double, Boolean or Instant; null
   * if none of them is of that form.
   */
  static @Nullable Set<Object> constants(List<JsonNode> conditions, String column) {
    Set<Object> found = null;
    for (JsonNode condition : conditions) {
      for (JsonNode term : terms(condition)) {
        Set<Object> values = new LinkedHashSet<>();
        if (addConstants(term, column, values)) {
          if (found == null) {
            found = values;
          } else {
            found.retainAll(values);
          }
        }
      }
    }
    return found;
  }

  private static List<JsonNode> terms(JsonNode condition) {
    List<JsonNode> terms = new ArrayList<>();
    SyntaxTree.terms(condition, terms);
    return terms;
  }

  private static boolean addConstants(JsonNode condition, String column, Set<Object> values) {
    switch (condition.path("type").asText()) {
      case "CONJUNCTION_OR" -> {
        for (JsonNode child : condition.path("children")) {
          if (!addConstants(child, column, values)) {
            return false;
          }
        }
        return true;
      }
      case "COMPARE_EQUAL" -> {
        return (isColumn(condition.path("left"), column)
                && addConstant(condition.path("right"), values))
            || (isColumn(condition.path("right"), column)
                && addConstant(condition.path("left"), values));
      }
      case "COMPARE_IN" -> {
        JsonNode children = condition.path("children");
        if (!isColumn(children.path(0), column)) {
          return false;
        }
        for (int i = 1; i < children.size(); i++) {
          if (!addConstant(children.get(i), values)) {
            return false;
          }
        }
        return true;
      }
      default -> {
        return false;
      }
    }
  }

  private static boolean addConstant(JsonNode constant, Set<Object> values) {
    Object value = constant(constant);
    if (value == null) {
      return false;
    }
    values.add(value);
    return true;
  }

  /** The value of a constant; null for anything else. */
  private static @Nullable Object constant(JsonNode node) {
    JsonNode literal = node.path("literal");
    String text = literal.path("text").asText();
    if (literal.path("kind").asText().equals("STRING")) {
      return text;
    }
    Long micros = TimeConstant.micros(node);
    if (micros != null) {
      return Instant.EPOCH
          .plusNanos(Math.floorMod(micros, 1_000_000L) * 1_000)
          .plusSeconds(Math.floorDiv(micros, 1_000_000L));
    }
    Long whole = TimeConstant.integer(node);
    if (whole != null) {
      return whole;
    }
    return SampleTerms.number(node);
  }

  /**
   * Bounds of a time column, in ns.
   *
   * @param lowerNs the latest lower one as it is written: {@code > x} and {@code >= x} both say x
   * @param upperNs the earliest upper one as it is written
   * @param endNs the first instant after those that the upper one lets through
   */
  record Bounds(long lowerNs, long upperNs, long endNs) {
    static final Bounds NONE = new Bounds(Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /** The bounds that conditions set to a column of times, or to its twin in nanoseconds. */
  static Bounds bounds(List<JsonNode> conditions, String column) {
    Widening<Bounds> reader = new BoundsOf(column);
    Bounds all = Bounds.NONE;
    for (JsonNode condition : conditions) {
      all = reader.and(all, reader.of(condition));
    }
    return all;
  }

  private record BoundsOf(String column) implements Widening<Bounds> {
    @Override
    public Bounds everything() {
      return Bounds.NONE;
    }

    @Override
    public Bounds and(Bounds a, Bounds b) {
      return new Bounds(
          Math.max(a.lowerNs, b.lowerNs),
          Math.min(a.upperNs, b.upperNs),
          Math.min(a.endNs, b.endNs));
    }

    @Override
    public Bounds or(Bounds a, Bounds b) {
      return new Bounds(
          Math.min(a.lowerNs, b.lowerNs),
          Math.max(a.upperNs, b.upperNs),
          Math.max(a.endNs, b.endNs));
    }

    @Override
    public Bounds compared(String comparison, JsonNode of, JsonNode constant) {
      if (isColumn(of, column)) {
        Long micros = TimeConstant.micros(constant);
        return micros == null
            ? Bounds.NONE
            : bounds(
                comparison, TimeConstant.nanos(micros), TimeRanges.ofMicros(comparison, micros));
      }
      Long ns = isColumn(of, column + "_ns") ? TimeConstant.integer(constant) : null;
      return ns == null ? Bounds.NONE : bounds(comparison, ns, TimeRanges.ofNanos(comparison, ns));
    }

    private static Bounds bounds(String comparison, long ns, TimeRanges times) {
      long endNs = times.isEmpty() ? ns : times.ranges().getLast().endNs();
      return switch (comparison) {
        case "COMPARE_EQUAL" -> new Bounds(ns, ns, endNs);
        case "COMPARE_GREATERTHAN", "COMPARE_GREATERTHANOREQUALTO" ->
            new Bounds(ns, Long.MAX_VALUE, Long.MAX_VALUE);
        case "COMPARE_LESSTHAN", "COMPARE_LESSTHANOREQUALTO" ->
            new Bounds(Long.MIN_VALUE, ns, endNs);
        default -> Bounds.NONE;
      };
    }
  }
}
