package io.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What statements can name, as the server describes it; empty if it describes nothing.
 *
 * @param relations what stands in FROM
 * @param functions what stands in FROM with arguments
 */
record SqlSchema(List<Relation> relations, List<Function> functions) {
  static final SqlSchema EMPTY = new SqlSchema(List.of(), List.of());

  /** A column; its description may be empty. */
  record Column(String name, String type, String description) {}

  /** A table or view. */
  record Relation(String name, String description, List<Column> columns) {}

  /** A parameter of a function; without a default it must be given. */
  record Parameter(String name, String type, @Nullable String defaultValue, String description) {}

  /** A function that makes rows. */
  record Function(
      String name, String description, List<Parameter> parameters, List<Column> columns) {}

  /** Asks a server; one that has no such route has an empty schema. */
  static SqlSchema of(ServerClient client) {
    JsonNode answer;
    try {
      answer =
          ServerClient.json(client.send("GET", "/api/v1/sql/schema", null, "application/json"));
    } catch (HistorianException e) {
      if (e.code() == ErrorCode.NOT_FOUND || e.code() == ErrorCode.METHOD_NOT_ALLOWED) {
        return EMPTY;
      }
      throw e;
    }
    List<Relation> relations = new ArrayList<>();
    for (JsonNode relation : answer.path("relations")) {
      relations.add(
          new Relation(
              text(relation, "name"),
              text(relation, "description"),
              columns(relation.path("columns"))));
    }
    List<Function> functions = new ArrayList<>();
    for (JsonNode function : answer.path("functions")) {
      List<Parameter> parameters = new ArrayList<>();
      for (JsonNode parameter : function.path("parameters")) {
        JsonNode value = parameter.path("default");
        parameters.add(
            new Parameter(
                text(parameter, "name"),
                text(parameter, "type"),
                value.isMissingNode() || value.isNull() ? null : value.asText(),
                text(parameter, "description")));
      }
      functions.add(
          new Function(
              text(function, "name"),
              text(function, "description"),
              parameters,
              columns(function.path("columns"))));
    }
    return new SqlSchema(List.copyOf(relations), List.copyOf(functions));
  }

  private static List<Column> columns(JsonNode nodes) {
    List<Column> columns = new ArrayList<>();
    for (JsonNode column : nodes) {
      columns.add(
          new Column(text(column, "name"), text(column, "type"), text(column, "description")));
    }
    return columns;
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).asText("");
  }
}
