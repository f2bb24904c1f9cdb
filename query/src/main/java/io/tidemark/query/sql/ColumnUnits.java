package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Units of measure of a result's columns, where they can be told: a value, or a function of it that
 * keeps its unit, of a scan in the statement's own FROM whose tags all share one unit. Elsewhere
 * (arithmetic, sums, subqueries, several units) a column has none: better no unit than a wrong one.
 */
final class ColumnUnits {
  private static final Set<String> KEEPING =
      Set.of(
          "min",
          "max",
          "avg",
          "mean",
          "median",
          "mode",
          "first",
          "last",
          "any_value",
          "arbitrary",
          "quantile",
          "quantile_cont",
          "quantile_disc",
          "stddev",
          "stddev_samp",
          "stddev_pop",
          "abs",
          "round",
          "floor",
          "ceil",
          "trunc",
          "lag",
          "lead",
          "first_value",
          "last_value",
          "nth_value",
          "arg_min",
          "arg_max",
          "min_by",
          "max_by",
          "coalesce");

  /**
   * A scan in the statement's own FROM.
   *
   * @param alias the name that the statement gives it
   * @param uoms units of its columns
   * @param metadata what else is known of its columns
   */
  record Scan(String alias, Map<String, String> uoms, Map<String, Map<String, String>> metadata) {
    Scan {
      uoms = lower(uoms);
      metadata = lower(metadata);
    }

    private static <V> Map<String, V> lower(Map<String, V> map) {
      Map<String, V> lower = new HashMap<>();
      map.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
      return lower;
    }

    private String unit(String column) {
      return uoms.getOrDefault(column, "");
    }
  }

  private final List<Scan> scans;

  private ColumnUnits(List<Scan> scans) {
    this.scans = scans;
  }

  /** Table references that stand in the FROM of a select node itself, not in subqueries. */
  static List<JsonNode> sources(JsonNode select) {
    List<JsonNode> found = new ArrayList<>();
    collect(select.path("from_table"), found);
    return found;
  }

  private static void collect(JsonNode table, List<JsonNode> found) {
    if (table.path("type").asText().equals("JOIN")) {
      collect(table.path("left"), found);
      collect(table.path("right"), found);
    } else if (table.isObject()) {
      found.add(table);
    }
  }

  /**
   * The unit of every column, empty where there is none to tell.
   *
   * @param names of the result's columns
   * @param selectList the statement's, as it was written
   */
  static List<String> of(List<String> names, JsonNode selectList, List<Scan> scans) {
    ColumnUnits units = new ColumnUnits(scans);
    int star = -1;
    int stars = 0;
    for (int i = 0; i < selectList.size(); i++) {
      if (selectList.get(i).path("class").asText().equals("STAR")) {
        star = i;
        stars++;
      }
    }
    List<String> uoms = new ArrayList<>();
    int behind = selectList.size() - 1 - star; // expressions after the star
    for (int i = 0; i < names.size(); i++) {
      if (stars > 1 || (stars == 0 && names.size() != selectList.size())) {
        uoms.add("");
      } else if (stars == 0 || i < star) {
        uoms.add(units.unit(selectList.get(i)));
      } else if (i >= names.size() - behind) {
        uoms.add(units.unit(selectList.get(selectList.size() - (names.size() - i))));
      } else {
        uoms.add(units.column("", names.get(i).toLowerCase(Locale.ROOT)));
      }
    }
    return uoms;
  }

  /**
   * What else is known of the columns of a result, by their names: of those that are columns of a
   * scan as they are.
   */
  static Map<String, String> metadata(String name, List<Scan> scans) {
    Map<String, String> found = Map.of();
    for (Scan scan : scans) {
      found = scan.metadata.getOrDefault(name.toLowerCase(Locale.ROOT), found);
    }
    return found;
  }

  private String unit(JsonNode expression) {
    return switch (expression.path("class").asText()) {
      case "COLUMN_REF" -> {
        JsonNode path = expression.path("column_names");
        String name = path.path(path.size() - 1).asText().toLowerCase(Locale.ROOT);
        yield column(
            path.size() < 2 ? "" : path.get(path.size() - 2).asText().toLowerCase(Locale.ROOT),
            name);
      }
      case "FUNCTION", "WINDOW" ->
          KEEPING.contains(SyntaxTree.name(expression, "function_name"))
              ? unit(firstArgument(expression))
              : "";
      case "OPERATOR" ->
          expression.path("type").asText().equals("OPERATOR_COALESCE")
              ? unit(expression.path("children").path(0))
              : "";
      case "CAST" -> unit(expression.path("child"));
      default -> "";
    };
  }

  private static JsonNode firstArgument(JsonNode call) {
    JsonNode arguments = call.path("arguments");
    return arguments.isEmpty()
        ? call.path("children").path(0)
        : arguments.path(0).path("expression");
  }

  private String column(String qualifier, String name) {
    String found = "";
    for (Scan scan : scans) {
      String unit =
          qualifier.isEmpty() || qualifier.equalsIgnoreCase(scan.alias()) ? scan.unit(name) : "";
      if (!unit.isEmpty()) {
        if (!found.isEmpty() && !found.equals(unit)) {
          return "";
        }
        found = unit;
      }
    }
    return found;
  }

  /** The name that a statement gives a reference. */
  static String alias(ObjectNode reference) {
    String alias = reference.path("alias").asText();
    if (!alias.isEmpty()) {
      return alias;
    }
    return reference.has("function")
        ? SyntaxTree.name(reference.path("function"), "function_name")
        : reference.path("table_name").asText();
  }
}
