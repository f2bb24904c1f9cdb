package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.query.duckdb.DuckDbException;
import io.tidemark.query.duckdb.DuckDbRows;
import io.tidemark.query.duckdb.DuckDbSession;
import io.tidemark.query.table.Arguments;
import io.tidemark.query.table.TableCall;
import io.tidemark.query.table.TableColumn;
import io.tidemark.query.table.TableFunction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Columns and parameter types of a statement, asked of the planner: it has a table without rows for
 * each relation, so that nothing is read. Of calls whose columns depend on their arguments, these
 * are opened. Used once, by one thread.
 */
final class StatementShape {
  private final StatementRun.Shared shared;
  private final QueryContext context;
  private final DuckDbSession planner;
  private final Supplier<DuckDbSession> executor;

  /**
   * A description.
   *
   * @param executor lends a session for arguments of calls; closed here
   */
  StatementShape(
      StatementRun.Shared shared,
      QueryContext context,
      DuckDbSession planner,
      Supplier<DuckDbSession> executor) {
    this.shared = shared;
    this.context = context;
    this.planner = planner;
    this.executor = executor;
  }

  SqlShape of(StatementText text, String sql, int parameterCount) {
    ObjectNode tree =
        SqlGate.check(
            shared.parsed().of(planner, text.body()),
            text,
            position -> text.placeOfByte(sql, position),
            parameterCount);
    if (text.explain()) {
      return new SqlShape(ExplainResult.COLUMNS, Collections.nCopies(parameterCount, ""));
    }
    tree = (ObjectNode) CteScope.walk(tree, CteScope.EMPTY, (node, scope) -> replaced(node));
    List<JsonNode> tables = new ArrayList<>();
    for (Reference reference : Reference.all(tree)) {
      tables.add(stub(reference));
    }
    Reference.replace(tree, tables);
    return shape(planner, tree, parameterCount);
  }

  /**
   * Columns and parameter types of a tree that the session can bind. Parameters of which it does
   * not tell the type are taken for texts.
   */
  static SqlShape shape(DuckDbSession session, ObjectNode tree, int parameterCount) {
    DuckDbSession.Shape shape = session.shape(SyntaxTree.sql(session, tree));
    List<String> types = shape.parameterTypes();
    if (types.contains("")) {
      ObjectNode texts = tree.deepCopy();
      CteScope.walk(texts, CteScope.EMPTY, (node, scope) -> replaced(node, types, true));
      try {
        shape = session.shape(SyntaxTree.sql(session, texts));
      } catch (DuckDbException e) {
        // A text does not fit where it stands: then it is a number.
        CteScope.walk(tree, CteScope.EMPTY, (node, scope) -> replaced(node, types, false));
        shape = session.shape(SyntaxTree.sql(session, tree));
      }
    }
    List<SqlColumn> columns = new ArrayList<>();
    for (int i = 0; i < shape.names().size(); i++) {
      columns.add(new SqlColumn(shape.names().get(i), shape.types().get(i), ""));
    }
    List<String> parameters = new ArrayList<>(types);
    while (parameters.size() < parameterCount) {
      parameters.add("");
    }
    return new SqlShape(columns, List.copyOf(parameters));
  }

  /** Puts a text, or a number, in place of a parameter whose type is not known. */
  private static JsonNode replaced(ObjectNode node, List<String> types, boolean isText) {
    if (!node.path("class").asText().equals("PARAMETER")) {
      return node;
    }
    int index = Integer.parseInt(node.path("identifier").asText()) - 1;
    if (index >= types.size() || !types.get(index).isEmpty()) {
      return node;
    }
    if (!isText) {
      ObjectNode none = SyntaxTree.cast(SyntaxTree.text("0"), "INTEGER");
      return none.put("alias", node.path("alias").asText());
    }
    ObjectNode plain = node.deepCopy();
    ObjectNode cast = SyntaxTree.cast(plain, "VARCHAR");
    cast.put("alias", node.path("alias").asText());
    plain.put("alias", "");
    return cast;
  }

  private JsonNode replaced(ObjectNode node) {
    if (node.path("class").asText().equals("FUNCTION")
        && SyntaxTree.name(node, "function_name").equals(StatementTimes.TIME_EXPRESSION)) {
      // Its parameter, if it has one, is a text.
      JsonNode argument = node.path("arguments").path(0).path("expression");
      ObjectNode time =
          SyntaxTree.cast(
              SyntaxTree.cast(argument.deepCopy(), "VARCHAR"), "TIMESTAMP WITH TIME ZONE");
      return time.put("alias", node.path("alias").asText());
    }
    return LookupCalls.replaced(
        node, expressions -> Collections.nCopies(expressions.size(), null), options -> 0L);
  }

  private JsonNode stub(Reference reference) {
    TableFunction function = reference.function();
    if (function == null || !reference.isCall()) {
      return SyntaxTree.derived(planner, "SELECT * FROM " + reference.name());
    }
    if (!function.isFunctionOnly()) {
      return SyntaxTree.derived(
          planner,
          function.columns().stream()
              .map(column -> quoted(column.name()))
              .collect(Collectors.joining(", ", "SELECT ", " FROM " + function.name())));
    }
    return SyntaxTree.derivedOnce(
        planner,
        columns(reference.node(), function).stream()
            .map(c -> "CAST(NULL AS " + c.type().sql() + ") AS " + quoted(c.name()))
            .collect(Collectors.joining(", ", "SELECT ", "")));
  }

  private List<TableColumn> columns(ObjectNode node, TableFunction function) {
    JsonNode call = node.path("function");
    List<ObjectNode> parameters = new ArrayList<>();
    SyntaxTree.collect(call, "PARAMETER", parameters);
    if (!parameters.isEmpty()) {
      throw new HistorianException(
          ErrorCode.SQL_REFUSED,
          "columns depend on a parameter: function=" + function.name(),
          null,
          "write the arguments into the statement, or run it without describing it first",
          null);
    }
    ObjectNode one = SyntaxTree.template(planner, "SELECT 1");
    try (DuckDbSession session = executor.get()) {
      shared.projection().begin(session, false);
      CallBindings bindings =
          CallBindings.evaluate(
              function, call, one, tree -> rows(session, SyntaxTree.sql(planner, tree)).getFirst());
      return function
          .open(
              new Arguments(
                  function,
                  bindings,
                  new TableCall(
                      context,
                      shared.queries(),
                      shared.calendars(),
                      statement -> rows(session, statement))))
          .columns();
    }
  }

  private static List<List<@Nullable Object>> rows(DuckDbSession session, String statement) {
    List<List<@Nullable Object>> all = new ArrayList<>();
    try (DuckDbRows rows = session.query(statement, List.of())) {
      while (rows.next()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 0; i < rows.names().size(); i++) {
          row.add(rows.value(i));
        }
        all.add(row);
      }
    }
    return all;
  }

  private static String quoted(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }
}
