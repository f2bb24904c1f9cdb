package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.linecorp.armeria.common.MediaType;
import io.tidemark.engine.Historian;
import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.WriteReport;
import io.tidemark.ingest.decode.TimeUnitCode;
import io.tidemark.model.ItemError;
import io.tidemark.wire.ProducerHeaders;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes samples: {@code POST /api/v1/write}, and the paths of the line protocol's own clients.
 *
 * <p>204 if every item was stored; 207 if one was refused, also if all were ({@code "stored":0}):
 * the status says that the body was read item by item, the answer says what became of them.
 */
final class WriteRoutes {
  private static final List<String> KNOWN = List.of("ack", "precision");

  /** What clients of the line protocol send along; there is one store, so it is not looked at. */
  private static final List<String> KNOWN_TO_OTHERS =
      List.of("ack", "precision", "db", "rp", "consistency", "org", "orgID", "bucket");

  private final Historian historian;
  private final HttpConfig config;

  WriteRoutes(Historian historian, HttpConfig config) {
    this.historian = historian;
    this.config = config;
  }

  List<Route> routes() {
    return List.of(
        route("/api/v1/write", exchange -> write(exchange, false)),
        route("/write", exchange -> write(exchange, true)),
        route("/api/v2/write", exchange -> write(exchange, true)));
  }

  private Route route(String path, Route.Handler handler) {
    return new Route("POST", path, Route.Lane.WRITE, config.bodyBytesMax(), handler);
  }

  private void write(Exchange exchange, boolean lineProtocolClient) throws IOException {
    Parameters parameters =
        Parameters.of(exchange.query()).allow(lineProtocolClient ? KNOWN_TO_OTHERS : KNOWN);
    AckLevel level = parameters.choice("ack", AckLevel.class, AckLevel.SYNCED);
    String precision = parameters.text("precision");
    TimeUnitCode unit = precision == null ? TimeUnitCode.NS : TimeUnitCode.ofLabel(precision);
    RequestBody body = exchange.body();
    WriteReport report =
        historian.write(
            new Historian.WriteOptions(
                format(body), unit, level, ProducerHeaders.requestId(exchange.headers()::get)),
            body.bytes(),
            exchange.principal());
    if (report.errorCount() == 0) {
      exchange.empty(204);
    } else {
      exchange.json(207, json -> writeReport(json, report));
    }
  }

  /** What curl sends without a type is line protocol: a JSON writer names its type anyway. */
  private static Historian.WriteFormat format(RequestBody body) {
    if (body.isA(MediaType.JSON)) {
      return Historian.WriteFormat.JSON;
    }
    if (body.isA(MediaType.PLAIN_TEXT) || body.isUntyped()) {
      return Historian.WriteFormat.LINE_PROTOCOL;
    }
    throw body.unsupportedType("text/plain (line protocol)|application/json");
  }

  private static void writeReport(JsonGenerator json, WriteReport report) throws IOException {
    json.writeStartObject();
    json.writeNumberField("stored", report.stored());
    if (report.errorCount() > report.errors().size()) {
      json.writeNumberField("errorCount", report.errorCount());
    }
    writeItemErrors(json, report.errors());
    json.writeEndObject();
  }

  /** The field {@code errors}; an item's place is its line of a text or its path in JSON. */
  static void writeItemErrors(JsonGenerator json, List<ItemError> errors) throws IOException {
    json.writeArrayFieldStart("errors");
    for (ItemError error : errors) {
      json.writeStartObject();
      Integer line = lineNumber(error.where());
      if (line != null) {
        json.writeNumberField("line", line);
      } else {
        if (!error.where().isEmpty()) { // found when the sample was no item any more
          json.writeStringField("path", error.where());
        }
      }
      json.writeStringField("code", error.code().name());
      json.writeStringField("message", error.message());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static @Nullable Integer lineNumber(String where) {
    if (!where.startsWith("line ")) {
      return null;
    }
    try {
      return Integer.valueOf(where.substring("line ".length()));
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
