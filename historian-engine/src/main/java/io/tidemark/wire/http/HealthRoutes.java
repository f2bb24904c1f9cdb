package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.linecorp.armeria.common.MediaType;
import io.tidemark.engine.Handles;
import io.tidemark.engine.Health;
import io.tidemark.engine.Health.Reason;
import io.tidemark.engine.Historian;
import io.tidemark.engine.Historian.DamageReport;
import io.tidemark.engine.Historian.DamagedPart;
import io.tidemark.engine.security.Access;
import io.tidemark.engine.security.Right;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import io.tidemark.query.time.IsoTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Collectors;

/** Says how the server is: {@code /health/live|ready|status} and {@code /metrics}. */
final class HealthRoutes {
  private static final MediaType PROMETHEUS =
      MediaType.parse("text/plain; version=0.0.4; charset=utf-8");

  private final Historian historian;
  private final Connections connections;

  HealthRoutes(Historian historian, Connections connections) {
    this.historian = historian;
    this.connections = connections;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/health/live", Route.Lane.PROBE, HealthRoutes::live).open(),
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
              + health.reasons().stream().map(Reason::toString).collect(Collectors.joining("; ")),
          null,
          "GET /health/status says more; docs/operations.md what to do",
          null);
    }
    writeHealth(exchange, health, false);
  }

  private void status(Exchange exchange) throws IOException {
    writeHealth(exchange, historian.health(), true);
  }

  /** Whether somebody may hear of all tags: what is damaged, and how many there are. */
  private boolean isForAll(Principal principal) {
    Access access = historian.access();
    return access.hasForEverything(principal, Right.READ)
        || access.may(principal, Right.AUDIT)
        || access.may(principal, Right.ADMINISTER);
  }

  private void writeHealth(Exchange exchange, Health health, boolean isStatus) throws IOException {
    boolean isForAll = isForAll(exchange.principal());
    boolean withDetails = isStatus && isForAll;
    exchange.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeStringField("state", health.state().name());
          json.writeArrayFieldStart("reasons");
          for (Reason reason : health.reasons()) {
            json.writeStartObject();
            json.writeStringField("code", reason.code().name());
            json.writeStringField("message", reason.message());
            json.writeStringField("runbook", reason.code().runbook());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeStringField("version", health.version());
          if (health.opening() != null) {
            writeOpening(json, health.opening());
          }
          Health.Store store = health.store();
          if (store != null) {
            if (isForAll) {
              json.writeNumberField("tags", store.tags());
            }
            json.writeStringField("dataVersion", store.dataVersion());
          }
          json.writeStringField("timeZone", historian.defaultZone().getId());
          json.writeStringField("serverTimeZone", ZoneId.systemDefault().getId());
          json.writeStringField("time", IsoTime.format(historian.nowNs(), historian.defaultZone()));
          if (withDetails) {
            writeHandles(json);
          }
          if (store != null && withDetails) {
            writeRecovery(json, store.recovery());
            writeDamage(json, store.damage());
          }
          json.writeEndObject();
        });
  }

  private static void writeOpening(JsonGenerator json, Health.Opening opening) throws IOException {
    String unit = opening.isBytes() ? "bytes" : "steps";
    json.writeObjectFieldStart("replay");
    json.writeStringField("phase", opening.phase().label());
    json.writeNumberField("percent", opening.percent());
    json.writeNumberField(unit + "Done", opening.done());
    json.writeNumberField(unit + "Total", opening.total());
    json.writeEndObject();
  }

  private void writeHandles(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("connections");
    json.writeNumberField("open", connections.open());
    json.writeNumberField("max", connections.max());
    json.writeNumberField("refused", connections.refused());
    json.writeEndObject();
    Handles handles = Handles.now();
    if (handles != null) {
      json.writeObjectFieldStart("handles");
      json.writeNumberField("open", handles.open());
      json.writeNumberField("limit", handles.limit());
      json.writeNumberField("wanted", Handles.WANTED);
      json.writeNumberField("reserve", Handles.RESERVE);
      json.writeEndObject();
    }
  }

  private static void writeRecovery(JsonGenerator json, Health.Recovery recovery)
      throws IOException {
    json.writeObjectFieldStart("recovery");
    json.writeNumberField("replayedFrames", recovery.replayedFrames());
    json.writeNumberField("replayedSamples", recovery.replayedSamples());
    json.writeNumberField("ignoredFrames", recovery.ignoredFrames());
    json.writeArrayFieldStart("missing");
    for (String range : recovery.missing()) {
      json.writeString(range);
    }
    json.writeEndArray();
    json.writeEndObject();
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
    if (!isForAll(exchange.principal())) {
      throw new HistorianException(
          ErrorCode.FORBIDDEN,
          "metrics are of all tags, and this account may not read all: name="
              + exchange.principal().name(),
          null,
          "ask for a token: tidemark token create NAME --role auditor",
          null);
    }
    String text = historian.metricsText() + connections.metricsText(); // throws before it answers
    ResponseStream out = exchange.stream(200, PROMETHEUS, null);
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.end();
  }
}
