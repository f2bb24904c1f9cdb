package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.engine.Historian;
import io.tidemark.engine.Historian.BulkResult;
import io.tidemark.engine.Historian.ContextResult;
import io.tidemark.engine.Historian.Outcome;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.query.context.ContextColumn;
import io.tidemark.query.context.ContextKind;
import io.tidemark.query.sql.SqlResult;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads context objects: {@code PUT|GET /api/v1/context/{kind}/{id}} and {@code POST
 * /api/v1/context}. Ids are percent-encoded; a slash in one may stand as it is.
 */
final class ContextRoutes {
  private static final List<String> KNOWN = List.of("timeZone");

  /** An object's address. */
  private record Address(ContextKind kind, String id) {}

  private final Historian historian;
  private final HttpConfig config;

  ContextRoutes(Historian historian, HttpConfig config) {
    this.historian = historian;
    this.config = config;
  }

  List<Route> routes() {
    return List.of(
        new Route(
            "PUT",
            "/api/v1/context/*",
            Route.Lane.WRITE,
            Math.min(config.bodyBytesMax(), Route.QUESTION_BYTES_MAX),
            this::put),
        Route.get("/api/v1/context/*", Route.Lane.READ, this::get),
        new Route(
            "POST", "/api/v1/context", Route.Lane.WRITE, config.bodyBytesMax(), this::putBulk));
  }

  private static Address address(String tail) {
    int slash = tail.indexOf('/');
    String label = slash < 0 ? tail : tail.substring(0, slash);
    String id = slash < 0 ? "" : Parameters.decode(tail.substring(slash + 1), false);
    List<String> labels = new ArrayList<>();
    for (ContextKind kind : ContextKind.values()) {
      if (kind.label().equals(label)) {
        if (id.isEmpty()) {
          throw new HistorianException(
              ErrorCode.NOT_FOUND,
              "path lacks an id: path=/api/v1/context/" + label,
              null,
              "use /api/v1/context/" + label + "/{id}, or SQL to list them",
              null);
        }
        return new Address(kind, id);
      }
      labels.add(kind.label());
    }
    String nearest = Nearest.of(label, labels);
    throw new HistorianException(
        ErrorCode.NOT_FOUND,
        "no such kind of context: kind=" + ErrorText.quote(label),
        null,
        nearest == null
            ? "kinds are " + String.join(", ", labels)
            : "did you mean " + nearest + "?",
        null);
  }

  private void put(Exchange exchange) throws IOException {
    ZoneId zone = zone(exchange);
    Address address = address(exchange.tail());
    ContextResult result =
        historian.putContext(
            address.kind(), address.id(), exchange.body().jsonText(), exchange.principal());
    List<@Nullable Object> values = result.row().values();
    exchange.json(
        result.outcome() == Outcome.CREATED ? 201 : 200,
        json -> {
          json.writeStartObject();
          json.writeStringField("outcome", TagRoutes.label(result.outcome()));
          json.writeNumberField("version", result.row().version());
          writeColumns(json, address.kind(), values, zone);
          json.writeStringField("changedBy", result.row().changedBy());
          json.writeFieldName("changedAt");
          JsonText.writeTime(json, result.row().changedAtMicros() * 1_000, zone);
          json.writeEndObject();
        });
  }

  private ZoneId zone(Exchange exchange) {
    return Parameters.of(exchange.query()).allow(KNOWN).zone("timeZone", historian.defaultZone());
  }

  private void putBulk(Exchange exchange) throws IOException {
    Parameters.of(exchange.query()).allow(List.of());
    BulkResult result = historian.putContextBulk(exchange.body().jsonText(), exchange.principal());
    exchange.json(
        result.errors().isEmpty() ? 200 : 207,
        json -> {
          json.writeStartObject();
          json.writeNumberField("stored", result.stored());
          WriteRoutes.writeItemErrors(json, result.errors());
          json.writeEndObject();
        });
  }

  /** Reads through SQL, so that the answer is what a statement sees. */
  private void get(Exchange exchange) throws IOException {
    ZoneId zone = zone(exchange);
    Address address = address(exchange.tail());
    ContextKind kind = address.kind();
    List<String> names = new ArrayList<>();
    for (ContextColumn column : kind.columns()) {
      names.add(column.name());
    }
    String statement =
        "SELECT "
            + String.join(", ", names)
            + ", version, changed_by, changed_at FROM "
            + kind.relation()
            + " WHERE "
            + names.getFirst()
            + " = ?";
    try (QueryScope scope = new QueryScope(historian, exchange, zone);
        SqlResult result = historian.lookUp(statement, List.of(address.id()), scope.context())) {
      if (!result.next()) {
        throw new HistorianException(
            ErrorCode.NOT_FOUND,
            "no such object: kind=" + kind.label() + ", id=" + ErrorText.quote(address.id()));
      }
      List<@Nullable Object> values = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        values.add(result.value(i));
      }
      Object version = result.value(names.size());
      Object changedBy = result.value(names.size() + 1);
      Object changedAt = result.value(names.size() + 2);
      exchange.json(
          200,
          json -> {
            json.writeStartObject();
            json.writeFieldName("version");
            JsonText.writeAny(json, version, zone);
            writeColumns(json, kind, values, zone);
            json.writeFieldName("changedBy");
            JsonText.writeAny(json, changedBy, zone);
            json.writeFieldName("changedAt");
            JsonText.writeAny(json, changedAt, zone);
            json.writeEndObject();
          });
    }
  }

  /**
   * The columns under their JSON names. A quantity and its unit become {@code
   * {"value":500,"uom":"kg"}}, as they are written.
   */
  private static void writeColumns(
      JsonGenerator json, ContextKind kind, List<@Nullable Object> values, ZoneId zone)
      throws IOException {
    List<ContextColumn> columns = kind.columns();
    for (int i = 0; i < columns.size(); i++) {
      ContextColumn column = columns.get(i);
      boolean measured =
          i + 1 < columns.size() && columns.get(i + 1).name().equals(column.name() + "_uom");
      json.writeFieldName(camelCase(column.name()));
      if (!measured) {
        writeValue(json, column, values.get(i), zone);
        continue;
      }
      if (values.get(i) == null) {
        json.writeNull();
      } else {
        writeQuantity(json, values, i, zone);
      }
      i++; // its unit is written
    }
  }

  private static void writeQuantity(
      JsonGenerator json, List<@Nullable Object> values, int at, ZoneId zone) throws IOException {
    json.writeStartObject();
    json.writeFieldName("value");
    JsonText.writeAny(json, values.get(at), zone);
    json.writeFieldName("uom");
    JsonText.writeAny(json, values.get(at + 1), zone);
    json.writeEndObject();
  }

  private static void writeValue(
      JsonGenerator json, ContextColumn column, @Nullable Object value, ZoneId zone)
      throws IOException {
    if (column.type() == ContextColumn.Type.TIME && value instanceof Long ns) {
      JsonText.writeTime(json, ns, zone);
    } else if (column.type() == ContextColumn.Type.TIME && value instanceof Instant instant) {
      json.writeString(JsonText.timeText(instant, zone));
    } else {
      JsonText.writeAny(json, value, zone);
    }
  }

  private static String camelCase(String name) {
    StringBuilder out = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '_' && i + 1 < name.length()) {
        out.append(Character.toUpperCase(name.charAt(++i)));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
