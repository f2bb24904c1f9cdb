package io.tidemark.wire.http;

import io.tidemark.engine.Historian;
import io.tidemark.engine.security.Right;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What clients of the line protocol ask before they write: whether somebody is there, which form of
 * the protocol is spoken, and that a database be made. There is one store, so nothing is made.
 */
final class LineClientRoutes {
  private static final int STATEMENT_BYTES_MAX = 64 * 1024;
  private static final Pattern CREATE =
      Pattern.compile("\\s*CREATE\\s+DATABASE\\s.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /** The lines of text; the others hold numbers in binary. */
  private static final int TEXT_VERSION = 1;

  private final Historian historian;

  LineClientRoutes(Historian historian) {
    this.historian = historian;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/ping", Route.Lane.PROBE, exchange -> exchange.empty(204)).open(),
        Route.get("/health", Route.Lane.PROBE, LineClientRoutes::health).open(),
        Route.get("/settings", Route.Lane.PROBE, LineClientRoutes::settings).open(),
        new Route("POST", "/query", Route.Lane.WRITE, STATEMENT_BYTES_MAX, this::query));
  }

  /** What InfluxDB's clients read; {@code /health/status} says how the server is. */
  private static void health(Exchange exchange) throws IOException {
    exchange.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeStringField("name", "tidemark");
          json.writeStringField("message", "ready for writes");
          json.writeStringField("status", "pass");
          json.writeEndObject();
        });
  }

  /** What QuestDB's clients read. */
  private static void settings(Exchange exchange) throws IOException {
    exchange.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeObjectFieldStart("config");
          json.writeArrayFieldStart("line.proto.support.versions");
          json.writeNumber(TEXT_VERSION);
          json.writeEndArray();
          json.writeEndObject();
          json.writeEndObject();
        });
  }

  private void query(Exchange exchange) throws IOException {
    Parameters parameters = Parameters.of(exchange.query()).allow(List.of("q", "db", "rp"));
    historian.access().require(exchange.principal(), Right.WRITE);
    String statement = parameters.text("q");
    if (statement == null) {
      statement = ofForm(exchange.body());
    }
    if (statement == null || !CREATE.matcher(statement).matches()) {
      throw new HistorianException(
          ErrorCode.SQL_ERROR,
          "only CREATE DATABASE is taken here, and makes nothing: there is one store",
          "q",
          "questions are asked at /api/v1/sql and /api/v1/values",
          null);
    }
    exchange.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("results");
          json.writeStartObject();
          json.writeNumberField("statement_id", 0);
          json.writeEndObject();
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static @Nullable String ofForm(RequestBody body) {
    if (!body.isUntyped()) {
      throw body.unsupportedType("application/x-www-form-urlencoded");
    }
    return Parameters.of(new String(body.bytes(), StandardCharsets.UTF_8))
        .allow(List.of("q", "db", "rp"))
        .text("q");
  }
}
