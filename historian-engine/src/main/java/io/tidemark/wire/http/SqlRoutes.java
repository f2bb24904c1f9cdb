package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.MediaType;
import io.tidemark.engine.Historian;
import io.tidemark.model.DamageRule;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.VersionMode;
import io.tidemark.query.sql.SqlEngine;
import io.tidemark.query.sql.SqlResult;
import io.tidemark.query.sql.SqlSchema;
import java.io.IOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs statements: {@code POST /api/v1/sql}. */
final class SqlRoutes {
  private static final List<String> KNOWN = List.of("format", "timeZone", "asOf");
  private static final List<String> FIELDS = List.of("sql", "params", "timeZone", "asOf");
  private static final int PARAMS_MAX = 1_000;

  /**
   * A statement with its parameters and zone.
   *
   * @param asOf the data version to read, null for the newest
   */
  private record Statement(
      String sql, List<@Nullable Object> params, ZoneId zone, @Nullable String asOf) {
    Historian.QueryOptions options() {
      return new Historian.QueryOptions(DamageRule.CONTAIN, VersionMode.LATEST, asOf);
    }
  }

  private final Historian historian;

  SqlRoutes(Historian historian) {
    this.historian = historian;
  }

  List<Route> routes() {
    return List.of(
        new Route("POST", "/api/v1/sql", Route.Lane.SQL, Route.QUESTION_BYTES_MAX, this::sql),
        Route.get("/api/v1/sql/schema", Route.Lane.READ, SqlRoutes::schema));
  }

  private static void schema(Exchange exchange) throws IOException {
    Parameters.of(exchange.query()).allow(List.of());
    SqlSchema schema = SqlEngine.schema();
    exchange.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("relations");
          for (SqlSchema.Relation relation : schema.relations()) {
            json.writeStartObject();
            json.writeStringField("name", relation.name());
            json.writeStringField("description", relation.description());
            writeColumns(json, relation.columns());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeArrayFieldStart("functions");
          for (SqlSchema.Function function : schema.functions()) {
            json.writeStartObject();
            json.writeStringField("name", function.name());
            json.writeStringField("description", function.description());
            json.writeArrayFieldStart("parameters");
            for (SqlSchema.Argument argument : function.parameters()) {
              json.writeStartObject();
              json.writeStringField("name", argument.name());
              json.writeStringField("type", argument.type());
              json.writeStringField("default", argument.absent());
              json.writeStringField("description", argument.description());
              json.writeEndObject();
            }
            json.writeEndArray();
            writeColumns(json, function.columns());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void writeColumns(JsonGenerator json, List<SqlSchema.Column> columns)
      throws IOException {
    json.writeArrayFieldStart("columns");
    for (SqlSchema.Column column : columns) {
      json.writeStartObject();
      json.writeStringField("name", column.name());
      json.writeStringField("type", column.type());
      json.writeStringField("description", column.description());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void sql(Exchange exchange) throws IOException {
    final long startedNanos = System.nanoTime();
    Parameters parameters = Parameters.of(exchange.query()).allow(KNOWN);
    AnswerFormat format = AnswerFormat.of(exchange, parameters);
    Statement statement = statement(exchange.body(), parameters);
    ResponseStream out;
    try (QueryScope scope =
            new QueryScope(historian, exchange, statement.zone(), statement.options());
        SqlResult result = historian.sql(statement.sql(), statement.params(), scope.context())) {
      out = exchange.stream(200, format.type(), format.fileName("tidemark-sql"));
      SqlRows.write(format, result, statement.zone(), startedNanos, out);
    }
    out.end();
  }

  private Statement statement(RequestBody body, Parameters parameters) {
    ZoneId zone = parameters.zone("timeZone", historian.defaultZone());
    if (body.isA(MediaType.PLAIN_TEXT) || body.isA(MediaType.create("application", "sql"))) {
      return new Statement(body.text(), List.of(), zone, parameters.text("asOf"));
    }
    if (!body.isA(MediaType.JSON)) {
      throw body.unsupportedType("text/plain (the statement)|application/json");
    }
    ObjectNode object = body.object();
    JsonText.requireKnown(object, "", FIELDS);
    JsonNode sql = object.get("sql");
    if (sql == null || !sql.isTextual()) {
      throw new HistorianException(
          sql == null ? ErrorCode.MISSING_FIELD : ErrorCode.WRONG_TYPE,
          "field must be a text: field=sql",
          "sql",
          "{\"sql\":\"SELECT 1\",\"params\":[]}",
          null);
    }
    JsonNode zoneName = object.get("timeZone");
    if (zoneName != null && !zoneName.isNull()) {
      ObjectNode only = object.deepCopy().retain("timeZone");
      zone = Parameters.of(null).and(only, List.of()).zone("timeZone", zone);
    }
    JsonNode asOf = object.get("asOf");
    if (asOf != null && !asOf.isNull() && !asOf.isTextual()) {
      throw new HistorianException(
          ErrorCode.WRONG_TYPE, "field must be a text: field=asOf", "asOf", null, null);
    }
    return new Statement(
        sql.textValue(),
        params(object.get("params")),
        zone,
        asOf == null || asOf.isNull() ? parameters.text("asOf") : asOf.textValue());
  }

  /** The field {@code params} of a body. */
  static List<@Nullable Object> params(@Nullable JsonNode params) {
    if (params == null || params.isNull()) {
      return List.of();
    }
    if (!params.isArray()) {
      throw new HistorianException(
          ErrorCode.WRONG_TYPE, "field must be a list: field=params", "params", null, null);
    }
    if (params.size() > PARAMS_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "too many parameters: params=" + params.size() + ", paramsMax=" + PARAMS_MAX,
          "params",
          null,
          null);
    }
    return values(params, "params");
  }

  private static List<@Nullable Object> values(JsonNode array, String path) {
    List<@Nullable Object> values = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      values.add(value(array.get(i), path + "[" + i + "]"));
    }
    return values;
  }

  private static @Nullable Object value(JsonNode value, String path) {
    return switch (value.getNodeType()) {
      case NULL -> null;
      case BOOLEAN -> value.booleanValue();
      case STRING -> value.textValue();
      case ARRAY -> values(value, path);
      case NUMBER -> {
        if (!value.isIntegralNumber()) {
          yield value.doubleValue();
        }
        if (!value.canConvertToLong()) {
          throw new HistorianException(
              ErrorCode.OUT_OF_RANGE,
              "whole number is outside int64: value=" + value.asText(),
              path,
              null,
              null);
        }
        yield value.longValue();
      }
      default ->
          throw new HistorianException(
              ErrorCode.WRONG_TYPE,
              "parameter must be a text, number, truth value, null or a list of these",
              path,
              null,
              null);
    };
  }
}
