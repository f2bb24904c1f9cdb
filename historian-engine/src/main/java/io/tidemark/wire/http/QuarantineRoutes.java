package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.engine.Historian;
import io.tidemark.engine.SampleQuarantine;
import io.tidemark.ingest.WriteReport;
import io.tidemark.query.time.IsoTime;
import io.tidemark.wire.ReportJson;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

/** Samples that a rule refused: {@code /api/v1/quarantine}. */
final class QuarantineRoutes {
  private static final String PATH = "/api/v1/quarantine";
  private static final int SHOWN = 100;

  private final Historian historian;

  QuarantineRoutes(Historian historian) {
    this.historian = historian;
  }

  List<Route> routes() {
    return List.of(
        Route.get(PATH, Route.Lane.READ, this::list),
        new Route("POST", PATH + "/replay", Route.Lane.WRITE, 0, this::replay),
        new Route("DELETE", PATH, Route.Lane.WRITE, 0, this::clear));
  }

  private void list(Exchange exchange) throws IOException {
    Parameters.of(exchange.query()).allow(List.of());
    SampleQuarantine.Content content = historian.refusedSamples(exchange.principal());
    exchange.json(200, json -> write(json, content));
  }

  private static void write(JsonGenerator json, SampleQuarantine.Content content)
      throws IOException {
    json.writeStartObject();
    json.writeNumberField("samples", content.samples());
    json.writeNumberField("bytes", content.bytes());
    json.writeObjectFieldStart("codes");
    for (Map.Entry<String, Long> code : content.codes().entrySet()) {
      json.writeNumberField(code.getKey(), code.getValue());
    }
    json.writeEndObject();
    json.writeArrayFieldStart("newest");
    for (SampleQuarantine.Refused refused : content.newest().stream().limit(SHOWN).toList()) {
      json.writeStartObject();
      json.writeStringField("receivedAt", IsoTime.format(refused.receivedNs(), ZoneOffset.UTC));
      json.writeStringField("name", refused.principal());
      json.writeStringField("tag", refused.tag());
      json.writeStringField("ts", IsoTime.format(refused.timeNs(), ZoneOffset.UTC));
      json.writeStringField("value", String.valueOf(refused.value()));
      json.writeStringField("code", refused.code());
      json.writeStringField("message", refused.message());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void replay(Exchange exchange) throws IOException {
    Parameters.of(exchange.query()).allow(List.of());
    WriteReport report = historian.replayRefusedSamples(exchange.principal());
    exchange.json(200, json -> ReportJson.write(json, report));
  }

  private void clear(Exchange exchange) throws IOException {
    Parameters.of(exchange.query()).allow(List.of());
    historian.clearRefusedSamples(exchange.principal());
    exchange.empty(204);
  }
}
