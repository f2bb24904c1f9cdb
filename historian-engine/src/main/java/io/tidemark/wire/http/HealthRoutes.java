package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.linecorp.armeria.common.MediaType;
import io.tidemark.engine.Historian;
import io.tidemark.engine.Historian.DamageReport;
import io.tidemark.engine.Historian.DamagedPart;
import io.tidemark.engine.Historian.Health;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.query.time.IsoTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.List;

/** Says how the server is: {@code /health/live|ready|status} and {@code /metrics}. */
final class HealthRoutes {
  private static final MediaType PROMETHEUS =
      MediaType.parse("text/plain; version=0.0.4; charset=utf-8");

  private final Historian historian;

  HealthRoutes(Historian historian) {
    this.historian = historian;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/health/live", Route.Lane.PROBE, HealthRoutes::live),
        Route.get("/health/ready", Route.Lane.PROBE, this::ready),
        Route.get("/health/status", Route.Lane.PROBE, this::status),
        Route.get("/metrics", Route.Lane.PROBE, this::metrics));
  }

  private static void live(Exchange exchange) throws IOException {
    exchange.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeStringField("status", "UP");
          json.writeEndObject();
        });
  }

  private void ready(Exchange exchange) throws IOException {
    Health health = historian.health();
    if (!health.isReady()) {
      throw new HistorianException(
          ErrorCode.UNAVAILABLE,
          "server is not ready: state="
              + health.state()
              + ", reasons="
              + String.join("; ", health.reasons()));
    }
    writeHealth(exchange, health, false);
  }

  private void status(Exchange exchange) throws IOException {
    writeHealth(exchange, historian.health(), true);
  }

  private void writeHealth(Exchange exchange, Health health, boolean withDamage)
      throws IOException {
    exchange.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeStringField("state", health.state());
          json.writeArrayFieldStart("reasons");
          for (String reason : health.reasons()) {
            json.writeString(reason);
          }
          json.writeEndArray();
          json.writeStringField("version", health.version());
          json.writeNumberField("tags", health.tags());
          json.writeStringField("dataVersion", health.dataVersion());
          json.writeStringField("timeZone", historian.defaultZone().getId());
          json.writeStringField("serverTimeZone", ZoneId.systemDefault().getId());
          json.writeStringField("time", IsoTime.format(historian.nowNs(), historian.defaultZone()));
          if (withDamage) {
            writeDamage(json, health.damage());
          }
          json.writeEndObject();
        });
  }

  private void writeDamage(JsonGenerator json, DamageReport damage) throws IOException {
    json.writeObjectFieldStart("damage");
    json.writeNumberField("total", damage.total());
    json.writeNumberField("samplesLost", damage.rows());
    json.writeArrayFieldStart("parts");
    for (DamagedPart part : damage.parts()) {
      json.writeStartObject();
      json.writeStringField("file", part.file());
      json.writeStringField("part", part.part());
      if (part.tag() != null) {
        json.writeStringField("tag", part.tag());
      }
      json.writeNumberField("offset", part.offset());
      if (part.rows() > 0) {
        json.writeNumberField("samplesLost", part.rows());
        json.writeStringField("startTime", time(part.startNs()));
        json.writeStringField("endTime", time(part.endNs()));
      }
      json.writeStringField("foundTime", time(part.foundNs()));
      json.writeStringField("message", part.message());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private String time(long timeNs) {
    return IsoTime.format(timeNs, historian.defaultZone());
  }

  private void metrics(Exchange exchange) throws IOException {
    ResponseStream out = exchange.stream(200, PROMETHEUS, null);
    out.write(historian.metricsText().getBytes(StandardCharsets.UTF_8));
    out.end();
  }
}
