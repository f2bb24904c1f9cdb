package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.engine.Historian;
import io.tidemark.engine.Historian.BulkResult;
import io.tidemark.engine.Historian.ContextResult;
import io.tidemark.engine.Historian.ContextVersion;
import io.tidemark.engine.Historian.Outcome;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.query.context.ContextKind;
import io.tidemark.wire.ReportJson;
import java.io.IOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes and reads context objects: {@code PUT|GET /api/v1/context/{kind}/{id}} and {@code POST
 * /api/v1/context}. Ids are percent-encoded; a slash in one may stand as it is.
 */
final class ContextRoutes {
  private static final List<String> READ_PARAMETERS =
      List.of("timeZone", "asOf", "version", "versions", "count");

  /** Versions of an answer that says nothing else. */
  private static final int VERSIONS_USUAL = 100;

  private static final int VERSIONS_MAX = 10_000;

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
              "use /api/v1/context/"
                  + label
                  + "/{id}; SQL lists them, and GET what has a start: orders, batches, steps,"
                  + " events",
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
    ZoneId zone =
        Parameters.of(exchange.query())
            .allow(List.of("timeZone"))
            .zone("timeZone", historian.defaultZone());
    Address address = address(exchange.tail());
    ContextResult result =
        historian.putContext(
            address.kind(), address.id(), exchange.body().jsonText(), exchange.principal());
    exchange.json(
        result.outcome() == Outcome.CREATED ? 201 : 200,
        json -> {
          json.writeStartObject();
          json.writeStringField("outcome", TagRoutes.label(result.outcome()));
          ContextJson.writeFields(json, result.row(), zone);
          json.writeEndObject();
        });
  }

  private void putBulk(Exchange exchange) throws IOException {
    Parameters.of(exchange.query()).allow(List.of());
    BulkResult result = historian.putContextBulk(exchange.body().jsonText(), exchange.principal());
    exchange.json(
        result.errors().isEmpty() ? 200 : 207,
        json -> {
          json.writeStartObject();
          json.writeNumberField("stored", result.stored());
          ReportJson.writeItemErrors(json, result.errors());
          json.writeEndObject();
        });
  }

  private void get(Exchange exchange) throws IOException {
    Parameters parameters = Parameters.of(exchange.query()).allow(READ_PARAMETERS);
    ZoneId zone = parameters.zone("timeZone", historian.defaultZone());
    int wanted = parameters.number("version", 0, 1, Integer.MAX_VALUE);
    boolean all = parameters.flag("versions");
    if (all) {
      parameters.allowBeside("versions", List.of("timeZone", "asOf", "count"));
    }
    int count = parameters.number("count", VERSIONS_USUAL, 1, VERSIONS_MAX);
    String asOf = parameters.text("asOf");
    Address address = address(exchange.tail());
    List<ContextVersion> versions =
        Parameters.at(
            "asOf",
            () ->
                historian.contextVersions(
                    address.kind(), address.id(), asOf, exchange.principal()));
    if (all && !versions.isEmpty()) {
      exchange.json(200, json -> writeVersions(json, versions, count, zone));
      return;
    }
    ContextVersion found =
        versions.stream()
            .filter(version -> wanted == 0 || version.row().version() == wanted)
            .findFirst()
            .orElseThrow(() -> unknown(address, wanted, versions));
    exchange.json(
        200,
        json -> {
          json.writeStartObject();
          ContextJson.writeFields(json, found.row(), zone);
          json.writeEndObject();
        });
  }

  private static HistorianException unknown(
      Address address, int version, List<ContextVersion> versions) {
    String object = "kind=" + address.kind().label() + ", id=" + ErrorText.quote(address.id());
    return new HistorianException(
        ErrorCode.NOT_FOUND,
        versions.isEmpty()
            ? "no such object: " + object
            : "no such version: "
                + object
                + ", version="
                + version
                + ", versionMax="
                + versions.getFirst().row().version());
  }

  private static void writeVersions(
      JsonGenerator json, List<ContextVersion> versions, int count, ZoneId zone)
      throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("versions");
    for (ContextVersion version : versions.subList(0, Math.min(count, versions.size()))) {
      json.writeStartObject();
      ContextJson.writeFields(json, version.row(), zone);
      json.writeStringField("dataVersion", version.dataVersion());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeBooleanField("more", versions.size() > count);
    json.writeEndObject();
  }
}
