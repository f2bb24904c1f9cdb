package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.query.duckdb.DuckDbSession;
import io.tidemark.query.table.Bindings;
import io.tidemark.query.table.Parameter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What WHERE says of a table that is named as a relation: conditions that DuckDB's plan placed at
 * its stub. They stay in the statement; here they say what need not be computed.
 */
final class WhereBindings implements Bindings {
  private static final String WHERE = " WHERE ";
  private static final long MICRO_NS = 1_000;

  private final DuckDbSession planner;
  private final ObjectNode one;
  private final List<JsonNode> conditions;

  /**
   * Reads conditions of a stub.
   *
   * @param one a statement {@code SELECT 1}
   */
  WhereBindings(DuckDbSession planner, ObjectNode one, List<JsonNode> conditions) {
    this.planner = planner;
    this.one = one;
    this.conditions = conditions;
  }

  @Override
  public @Nullable Object value(Parameter parameter) {
    String column = parameter.column();
    if (column == null) {
      return null;
    }
    if (parameter.name().equals("start_time")) {
      long lower = StubCondition.bounds(conditions, column).lowerNs();
      return lower == Long.MIN_VALUE ? null : (Object) lower;
    }
    if (parameter.name().equals("end_time")) {
      return endNs(column);
    }
    Set<Object> constants = StubCondition.constants(conditions, column);
    if (constants == null) {
      return null;
    }
    List<Object> values = new ArrayList<>(constants);
    return values.size() == 1 ? values.getFirst() : values;
  }

  /** The end of a range: of instants, the one after the last that is let through. */
  private @Nullable Object endNs(String column) {
    StubCondition.Bounds bounds = StubCondition.bounds(conditions, column);
    if (column.equals("ts")) {
      boolean isEmpty = bounds.lowerNs() >= bounds.endNs();
      return isEmpty || bounds.endNs() == Long.MAX_VALUE ? null : (Object) bounds.endNs();
    }
    long upper = bounds.upperNs();
    if (upper == Long.MAX_VALUE && column.equals("end_time")) {
      upper = StubCondition.bounds(conditions, "start_time").upperNs();
    }
    return upper == Long.MAX_VALUE ? null : (Object) (upper / MICRO_NS * MICRO_NS);
  }

  @Override
  public @Nullable String condition(List<String> columns) {
    List<JsonNode> terms = new ArrayList<>();
    for (JsonNode condition : conditions) {
      JsonNode term = StubCondition.about(condition, new HashSet<>(columns));
      if (term != null) {
        terms.add(term);
      }
    }
    JsonNode all = SyntaxTree.conjunction(terms, true);
    if (all == null) {
      return null;
    }
    JsonNode named = all.deepCopy();
    List<ObjectNode> references = new ArrayList<>();
    SyntaxTree.collect(named, "COLUMN_REF", references);
    for (ObjectNode reference : references) {
      String name = StubCondition.columnName(reference);
      reference.putArray("column_names").add(name.substring(Relations.RESERVED.length()));
    }
    ObjectNode tree = one.deepCopy();
    SyntaxTree.selectNode(tree).set("where_clause", named);
    String sql = SyntaxTree.sql(planner, tree);
    return sql.substring(sql.indexOf(WHERE) + WHERE.length());
  }

  @Override
  public boolean isCall() {
    return false;
  }
}
