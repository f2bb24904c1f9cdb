package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.model.Quality;
import io.tidemark.model.SampleCondition;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a condition on the stub says of values and qualities. */
final class SampleTerms implements Widening<SampleCondition> {
  static final SampleTerms INSTANCE = new SampleTerms();

  private static final long STATUS_MAX = 0xFFFF_FFFFL;

  private SampleTerms() {}

  @Override
  public SampleCondition everything() {
    return SampleCondition.ANY;
  }

  @Override
  public SampleCondition and(SampleCondition a, SampleCondition b) {
    Set<Quality> both = EnumSet.noneOf(Quality.class);
    both.addAll(a.qualities());
    both.retainAll(b.qualities());
    return new SampleCondition(
        both, Math.max(a.lowest(), b.lowest()), Math.min(a.highest(), b.highest()));
  }

  @Override
  public SampleCondition or(SampleCondition a, SampleCondition b) {
    Set<Quality> either = EnumSet.noneOf(Quality.class);
    either.addAll(a.qualities());
    either.addAll(b.qualities());
    return new SampleCondition(
        either, Math.min(a.lowest(), b.lowest()), Math.max(a.highest(), b.highest()));
  }

  @Override
  public SampleCondition compared(String comparison, JsonNode column, JsonNode constant) {
    if (StubCondition.isColumn(column, "value") || StubCondition.isColumn(column, "value_int")) {
      Double number = number(constant);
      return number == null ? SampleCondition.ANY : bounds(comparison, number);
    }
    if (StubCondition.isColumn(column, "quality")) {
      return comparison.equals("COMPARE_EQUAL") ? quality(constant) : SampleCondition.ANY;
    }
    if (StubCondition.isColumn(column, "status")) {
      Long status = TimeConstant.integer(constant);
      return status == null ? SampleCondition.ANY : classes(comparison, status);
    }
    return SampleCondition.ANY;
  }

  private static SampleCondition bounds(String comparison, double number) {
    return switch (comparison) {
      case "COMPARE_EQUAL" -> SampleCondition.between(number, number);
      case "COMPARE_GREATERTHAN", "COMPARE_GREATERTHANOREQUALTO" ->
          SampleCondition.between(number, Double.POSITIVE_INFINITY);
      case "COMPARE_LESSTHAN", "COMPARE_LESSTHANOREQUALTO" ->
          SampleCondition.between(Double.NEGATIVE_INFINITY, number);
      default -> SampleCondition.ANY;
    };
  }

  private static SampleCondition quality(JsonNode constant) {
    JsonNode literal = constant.path("literal");
    if (!literal.path("kind").asText().equals("STRING")) {
      return SampleCondition.ANY;
    }
    Set<Quality> found = EnumSet.noneOf(Quality.class);
    for (Quality each : Quality.values()) {
      if (each.label().equals(literal.path("text").asText())) {
        found.add(each);
      }
    }
    return SampleCondition.of(found);
  }

  /** Classes of the codes that satisfy a comparison. */
  private static SampleCondition classes(String comparison, long status) {
    long from = 0;
    long to = STATUS_MAX;
    switch (comparison) {
      case "COMPARE_EQUAL" -> {
        from = status;
        to = status;
      }
      case "COMPARE_GREATERTHAN", "COMPARE_GREATERTHANOREQUALTO" -> from = status;
      case "COMPARE_LESSTHAN", "COMPARE_LESSTHANOREQUALTO" -> to = status;
      default -> {}
    }
    if (from > STATUS_MAX || to < 0) {
      return SampleCondition.of(Set.of());
    }
    Quality first = Quality.of((int) Math.max(0, from));
    Quality last = Quality.of((int) Math.min(STATUS_MAX, to));
    return SampleCondition.of(EnumSet.range(first, last));
  }

  /** A number; null for anything else, also NaN. */
  static @Nullable Double number(JsonNode expression) {
    return switch (expression.path("class").asText()) {
      case "CONSTANT" -> {
        JsonNode literal = expression.path("literal");
        yield switch (literal.path("kind").asText()) {
          case "INTEGER", "NUMERIC" -> parse(literal.path("text").asText());
          default -> null;
        };
      }
      case "CAST" -> {
        String type = SyntaxTree.name(expression.path("type_expr"), "type_name");
        yield switch (type) {
          case "double", "bigint", "integer" -> {
            JsonNode literal = expression.path("child").path("literal");
            yield literal.path("kind").asText().equals("STRING")
                ? parse(literal.path("text").asText())
                : number(expression.path("child"));
          }
          default -> null;
        };
      }
      case "FUNCTION" -> {
        JsonNode arguments = expression.path("arguments");
        Double positive =
            expression.path("function_name").asText().equals("-") && arguments.size() == 1
                ? number(arguments.get(0).path("expression"))
                : null;
        yield positive == null ? null : (Double) (-positive);
      }
      default -> null;
    };
  }

  private static @Nullable Double parse(String text) {
    try {
      double number = Double.parseDouble(text);
      return Double.isNaN(number) ? null : (Double) number;
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
