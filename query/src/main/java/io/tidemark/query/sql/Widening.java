package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Reads a condition down to what is understood of it: the answer stands for at least the rows that
 * satisfy the condition. An unknown term means everything.
 *
 * @param <T> a set of rows, of which unions and intersections may be too large
 */
interface Widening<T> {
  /** All rows. */
  T everything();

  /** At least the rows in both. */
  T and(T a, T b);

  /** At least the rows in either. */
  T or(T a, T b);

  /** Rows that may satisfy a comparison of a column with something that is not one. */
  T compared(String comparison, JsonNode column, JsonNode constant);

  /** Rows that may satisfy a condition. */
  default T of(JsonNode condition) {
    return switch (condition.path("type").asText()) {
      case "CONJUNCTION_AND" -> {
        T all = everything();
        for (JsonNode child : condition.path("children")) {
          all = and(all, of(child));
        }
        yield all;
      }
      case "CONJUNCTION_OR" -> {
        JsonNode children = condition.path("children");
        T any = children.isEmpty() ? everything() : of(children.get(0));
        for (int i = 1; i < children.size(); i++) {
          any = or(any, of(children.get(i)));
        }
        yield any;
      }
      case "COMPARE_IN" -> {
        JsonNode children = condition.path("children");
        if (children.size() < 2) {
          yield everything();
        }
        T any = sides("COMPARE_EQUAL", children.get(0), children.get(1));
        for (int i = 2; i < children.size(); i++) {
          any = or(any, sides("COMPARE_EQUAL", children.get(0), children.get(i)));
        }
        yield any;
      }
      case "COMPARE_BETWEEN" ->
          and(
              sides(
                  "COMPARE_GREATERTHANOREQUALTO", condition.path("input"), condition.path("lower")),
              sides("COMPARE_LESSTHANOREQUALTO", condition.path("input"), condition.path("upper")));
      default ->
          condition.path("class").asText().equals("COMPARISON")
              ? sides(
                  condition.path("type").asText(), condition.path("left"), condition.path("right"))
              : everything();
    };
  }

  private T sides(String comparison, JsonNode left, JsonNode right) {
    if (isReference(left)) {
      return isReference(right) ? everything() : compared(comparison, left, right);
    }
    return isReference(right) ? compared(turned(comparison), right, left) : everything();
  }

  private static boolean isReference(JsonNode node) {
    return node.path("class").asText().equals("COLUMN_REF");
  }

  /** The comparison with its sides exchanged. */
  static String turned(String comparison) {
    return switch (comparison) {
      case "COMPARE_GREATERTHAN" -> "COMPARE_LESSTHAN";
      case "COMPARE_LESSTHAN" -> "COMPARE_GREATERTHAN";
      case "COMPARE_GREATERTHANOREQUALTO" -> "COMPARE_LESSTHANOREQUALTO";
      case "COMPARE_LESSTHANOREQUALTO" -> "COMPARE_GREATERTHANOREQUALTO";
      default -> comparison;
    };
  }
}
