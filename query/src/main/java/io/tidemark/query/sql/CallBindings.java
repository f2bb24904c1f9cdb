package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.query.table.Bindings;
import io.tidemark.query.table.Parameter;
import io.tidemark.query.table.TableFunction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a call, evaluated by the executor before the statement runs: literals,
 * parameters, {@code now() - INTERVAL …}, inner SELECTs over context.
 */
final class CallBindings implements Bindings {
  private final Map<String, @Nullable Object> values;

  private CallBindings(Map<String, @Nullable Object> values) {
    this.values = values;
  }

  /**
   * Evaluates the arguments of a call.
   *
   * @param one a statement {@code SELECT 1}
   * @param rows runs a statement and returns its only row
   */
  static CallBindings evaluate(
      TableFunction function,
      JsonNode call,
      ObjectNode one,
      Function<ObjectNode, List<@Nullable Object>> rows) {
    List<String> known = function.parameters().stream().map(Parameter::name).toList();
    JsonNode arguments = call.path("arguments");
    List<String> names = new ArrayList<>();
    ObjectNode tree = one.deepCopy();
    ArrayNode list = SyntaxTree.selectNode(tree).putArray("select_list");
    for (int i = 0; i < arguments.size(); i++) {
      String name = arguments.get(i).path("name").asText();
      if (name.isEmpty()) {
        name = i < known.size() ? known.get(i) : "";
      }
      if (!known.contains(name) && known.contains(name + "s")) {
        name += "s"; // tag => and batch => mean one of several
      } else if (name.equals("batch") && known.contains("batches")) {
        name = "batches";
      }
      if (!known.contains(name) || names.contains(name)) {
        throw new HistorianException(
            ErrorCode.SQL_ERROR,
            function.name()
                + " has no such argument: argument="
                + ErrorText.quote(name)
                + ", arguments="
                + String.join("|", known));
      }
      JsonNode expression = arguments.get(i).path("expression").deepCopy();
      boolean isLength = isLength(function, name);
      list.add(isLength ? SyntaxTree.cast(expression, "VARCHAR") : expression);
      names.add(name);
    }
    Map<String, @Nullable Object> values = new HashMap<>();
    if (!names.isEmpty()) {
      List<@Nullable Object> row = rows.apply(tree);
      for (int i = 0; i < names.size(); i++) {
        values.put(names.get(i), row.get(i));
      }
    }
    return new CallBindings(values);
  }

  private static boolean isLength(TableFunction function, String name) {
    return function.parameters().stream()
        .filter(parameter -> parameter.type().equals("INTERVAL"))
        .map(Parameter::name)
        .collect(Collectors.toSet())
        .contains(name);
  }

  @Override
  public @Nullable Object value(Parameter parameter) {
    return values.get(parameter.name());
  }

  @Override
  public @Nullable String condition(List<String> columns) {
    return null;
  }

  @Override
  public boolean isCall() {
    return true;
  }
}
