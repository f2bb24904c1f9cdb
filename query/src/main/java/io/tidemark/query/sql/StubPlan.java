package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.query.duckdb.DuckDbRows;
import io.tidemark.query.duckdb.DuckDbSession;
import io.tidemark.query.table.TableColumn;
import io.tidemark.query.table.TableFunction;
import io.tidemark.query.table.Tables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * DuckDB's plan of a statement over empty tables, one for each reference: what it placed at such a
 * stub is what the reference needs ({@link PlanFilters}).
 */
final class StubPlan {
  private StubPlan() {}

  /**
   * The need of each reference, in their order.
   *
   * @param planned the statement; its references become stubs
   */
  static List<PlanFilters.Need> needs(
      DuckDbSession planner, ObjectNode planned, List<StatementRun.Read> reads) {
    // Of calls the plan would say nothing that their arguments do not.
    if (reads.stream().allMatch(read -> read.reference().isCall())) {
      return reads.stream().map(read -> PlanFilters.Need.EVERYTHING).toList();
    }
    Map<String, Integer> counts = new HashMap<>();
    List<String> stubs = new ArrayList<>();
    List<ObjectNode> tables = new ArrayList<>();
    for (StatementRun.Read read : reads) {
      TableFunction function = read.reference().function();
      String kind = function == null ? Relations.SAMPLES : function.name();
      String stub = Relations.STUB + kind + "_" + counts.merge(kind, 1, Integer::sum);
      stubs.add(function != null && read.rows() == null ? stub + "_r" : stub);
      List<TableColumn> columns = columns(read);
      make(planner, stubs.getLast(), columns, function != null && function.isFunctionOnly());
      tables.add(SyntaxTree.derived(planner, Relations.overStub(stubs.getLast(), columns)));
    }
    Reference.replace(planned, tables);
    Map<String, PlanFilters.Need> needs = PlanFilters.read(planner, explain(planner, planned));
    return stubs.stream()
        .map(stub -> needs.getOrDefault(stub, PlanFilters.Need.EVERYTHING))
        .toList();
  }

  private static List<TableColumn> columns(StatementRun.Read read) {
    TableFunction function = read.reference().function();
    TableFunction.Rows rows = read.rows();
    if (function == null) {
      return Tables.sampleColumns();
    }
    return rows == null ? Relations.relationColumns(function) : rows.columns();
  }

  /**
   * Makes a stub unless the session has it.
   *
   * @param varies whether its columns depend on the arguments of the call
   */
  private static void make(
      DuckDbSession planner, String stub, List<TableColumn> columns, boolean varies) {
    String definition = Relations.stubDefinition(stub, columns);
    if (varies) {
      planner.execute("DROP TABLE IF EXISTS " + stub);
      planner.execute(definition);
    } else {
      planner.executeOnce(definition);
    }
  }

  private static String explain(DuckDbSession planner, ObjectNode planned) {
    StringBuilder plan = new StringBuilder();
    try (DuckDbRows rows =
        planner.query("EXPLAIN (FORMAT JSON) " + SyntaxTree.sql(planner, planned), List.of())) {
      while (rows.next()) {
        plan.append(rows.value(rows.names().size() - 1));
      }
    }
    return plan.toString();
  }
}
