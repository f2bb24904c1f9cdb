package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.linecorp.armeria.common.MediaType;
import io.tidemark.engine.Historian;
import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.WriteReport;
import io.tidemark.ingest.decode.TimeUnitCode;
import io.tidemark.model.ItemError;
import io.tidemark.model.WriteMode;
import io.tidemark.wire.ProducerHeaders;
import io.tidemark.wire.ReportJson;
import java.io.IOException;
import java.util.List;

/**
 * Takes samples: {@code POST /api/v1/write}, and the paths of the line protocol's own clients.
 *
 * <p>204 if every item was stored; 207 if one was refused, also if all were ({@code "stored":0}):
 * the status says that the body was read item by item, the answer says what became of them. The
 * clients of the line protocol take 207 for success, or send the body again for ever: they get the
 * 400 with the words {@code partial write} that they know.
 */
final class WriteRoutes {
  private static final List<String> KNOWN = List.of("ack", "precision", "mode");

  /** What clients of the line protocol send along; there is one store, so it is not looked at. */
  private static final List<String> KNOWN_TO_OTHERS =
      List.of("ack", "precision", "db", "rp", "consistency", "org", "orgID", "bucket");

  private static final MediaType ARROW = MediaType.create("application", "vnd.apache.arrow.stream");

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
                format(body),
                unit,
                level,
                parameters.choice("mode", WriteMode.class, WriteMode.UPDATE),
                ProducerHeaders.requestId(exchange.headers()::get)),
            body.bytes(),
            exchange.principal());
    if (report.errorCount() == 0) {
      exchange.empty(204);
    } else if (lineProtocolClient) {
      exchange.json(400, json -> writePartial(json, report));
    } else {
      exchange.json(207, json -> ReportJson.write(json, report));
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
    if (body.isA(ARROW)) {
      return Historian.WriteFormat.ARROW;
    }
    throw body.unsupportedType("text/plain (line protocol)|application/json|" + ARROW);
  }

  /** The report with what clients look for: {@code error}, or {@code code} and {@code message}. */
  private static void writePartial(JsonGenerator json, WriteReport report) throws IOException {
    ItemError first = report.errors().getFirst();
    String message =
        "partial write: "
            + (first.where().isEmpty() ? "" : first.where() + ": ")
            + first.message()
            + " stored="
            + report.stored()
            + " dropped="
            + report.errorCount();
    json.writeStartObject();
    json.writeStringField("code", "invalid");
    json.writeStringField("message", message);
    json.writeStringField("error", message);
    ReportJson.writeFields(json, report);
    json.writeEndObject();
  }
}
