package io.tidemark.query.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.SampleCondition;
import io.tidemark.query.duckdb.DuckDbException;
import io.tidemark.query.duckdb.DuckDbSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads from DuckDB's plan over the stub tables what each scan may skip.
 *
 * <p>The planner moves predicates as far down as they hold: into the scan ({@code Filters}) or into
 * a FILTER right above it. Rows of the stub that do not satisfy them cannot change the answer, so a
 * scan of ours may leave them out. The predicates stay in the statement. What is used:
 *
 * <ul>
 *   <li>only conditions on the stub's own column names, which statements cannot imitate;
 *   <li>of AND and OR, every term widened to what is understood: an unknown term of an AND is
 *       dropped, one of an OR makes it mean everything;
 *   <li>nothing random, which is another value for each row;
 *   <li>nothing marked {@code optional:}; nothing of a scan where one filter cannot be read, since
 *       a text with a line break can break the list of filters in two.
 * </ul>
 *
 * A stub that the plan holds twice (a WITH used twice) gets the union; one that it does not hold
 * stays unrestricted.
 */
final class PlanFilters {
  /**
   * What a scan needs: every row outside may be left out.
   *
   * @param conditions all that the plan placed at the stub; all of them hold
   * @param columns that are used
   */
  record Need(
      List<JsonNode> conditions, TimeRanges times, SampleCondition samples, Set<String> columns) {
    static final Need EVERYTHING =
        new Need(
            List.of(), TimeRanges.ALL, SampleCondition.ANY, Set.copyOf(Relations.SAMPLE_COLUMNS));

    /** The part of the conditions that is about the tag alone, or null if there is none. */
    @Nullable JsonNode tagCondition() {
      List<JsonNode> terms = new ArrayList<>();
      for (JsonNode condition : conditions) {
        JsonNode term = StubCondition.about(condition, Set.of("tag"));
        if (term != null) {
          terms.add(term);
        }
      }
      return SyntaxTree.conjunction(terms, true);
    }

    Need or(Need other) {
      Set<String> both = new TreeSet<>(columns);
      both.addAll(other.columns);
      JsonNode all = SyntaxTree.conjunction(conditions, true);
      JsonNode others = SyntaxTree.conjunction(other.conditions, true);
      List<JsonNode> either = new ArrayList<>();
      if (all != null && others != null) {
        JsonNode one = SyntaxTree.conjunction(List.of(all, others), false);
        if (one != null) {
          either.add(one);
        }
      }
      return new Need(
          either, times.or(other.times), SampleTerms.INSTANCE.or(samples, other.samples), both);
    }
  }

  private final DuckDbSession planner;
  private final Map<String, Need> needs = new HashMap<>();

  private PlanFilters(DuckDbSession planner) {
    this.planner = planner;
  }

  /** The need of each stub by its name. */
  static Map<String, Need> read(DuckDbSession planner, String planJson) {
    PlanFilters filters = new PlanFilters(planner);
    try {
      filters.walk(SyntaxTree.JSON.readTree(planJson), null);
    } catch (JsonProcessingException e) {
      return Map.of();
    }
    return filters.needs;
  }

  private void walk(JsonNode node, @Nullable JsonNode parent) {
    if (node.isArray()) {
      for (JsonNode child : node) {
        walk(child, parent);
      }
      return;
    }
    String table = node.path("extra_info").path("Table").asText();
    int at = table.lastIndexOf(Relations.STUB);
    if (at >= 0) {
      needs.merge(table.substring(at), need(node.path("extra_info"), parent), Need::or);
    }
    walk(node.path("children"), node);
  }

  private Need need(JsonNode scan, @Nullable JsonNode parent) {
    List<String> texts = new ArrayList<>(strings(scan.path("Filters")));
    if (parent != null && parent.path("name").asText().equals("FILTER")) {
      texts.addAll(strings(parent.path("extra_info").path("Expression")));
    }
    List<JsonNode> conditions = parse(texts);
    TimeRanges times = TimeRanges.ALL;
    SampleCondition samples = SampleCondition.ANY;
    Set<String> columns = new TreeSet<>();
    for (String name : strings(scan.path("Projections"))) {
      addColumn(name, columns);
    }
    for (JsonNode condition : conditions) {
      times = times.and(TIMES.of(condition));
      samples = SampleTerms.INSTANCE.and(samples, SampleTerms.INSTANCE.of(condition));
      List<ObjectNode> references = new ArrayList<>();
      SyntaxTree.collect(condition, "COLUMN_REF", references);
      for (ObjectNode reference : references) {
        addColumn(StubCondition.columnName(reference), columns);
      }
    }
    return new Need(conditions, times, samples, columns);
  }

  private static void addColumn(String stubColumn, Set<String> columns) {
    if (stubColumn.startsWith(Relations.RESERVED)) {
      columns.add(stubColumn.substring(Relations.RESERVED.length()));
    }
  }

  private static List<String> strings(JsonNode node) {
    List<String> texts = new ArrayList<>();
    if (node.isTextual()) {
      texts.add(node.asText());
    }
    if (node.isArray()) {
      for (JsonNode element : node) {
        texts.add(element.asText());
      }
    }
    return texts;
  }

  /** The conditions as syntax trees; none if a single one cannot be read. */
  private List<JsonNode> parse(List<String> texts) {
    if (texts.isEmpty()) {
      return List.of();
    }
    StringBuilder sql = new StringBuilder("SELECT ");
    for (String text : texts) {
      sql.append(sql.length() > 7 ? ", " : "").append('(').append(markOptional(text)).append(')');
    }
    JsonNode parsed;
    try {
      parsed = SyntaxTree.parse(planner, sql.toString());
    } catch (DuckDbException e) {
      return List.of();
    }
    JsonNode select = parsed.path("statements").path(0).path("node").path("select_list");
    boolean whole = parsed.path("statements").size() == 1 && select.size() == texts.size();
    List<JsonNode> conditions = new ArrayList<>();
    if (whole) {
      select.forEach(conditions::add);
    }
    return conditions;
  }

  /** Turns {@code optional: (…)} outside of strings into a call that nobody understands. */
  private static String markOptional(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\'') {
        quoted = !quoted;
      }
      if (!quoted && text.startsWith("optional: ", i)) {
        out.append(StubCondition.OPTIONAL);
        i += "optional: ".length() - 1;
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  // Times.

  private static final Widening<TimeRanges> TIMES =
      new Widening<>() {
        @Override
        public TimeRanges everything() {
          return TimeRanges.ALL;
        }

        @Override
        public TimeRanges and(TimeRanges a, TimeRanges b) {
          return a.and(b);
        }

        @Override
        public TimeRanges or(TimeRanges a, TimeRanges b) {
          return a.or(b);
        }

        @Override
        public TimeRanges compared(String comparison, JsonNode column, JsonNode constant) {
          if (StubCondition.isColumn(column, "ts")) {
            Long micros = TimeConstant.micros(constant);
            return micros == null ? TimeRanges.ALL : TimeRanges.ofMicros(comparison, micros);
          }
          if (StubCondition.isColumn(column, "ts_ns")) {
            Long ns = TimeConstant.integer(constant);
            return ns == null ? TimeRanges.ALL : TimeRanges.ofNanos(comparison, ns);
          }
          return TimeRanges.ALL;
        }
      };
}
