package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.engine.Historian;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.retrieval.GapExplanation;
import io.tidemark.query.retrieval.GapExplanation.Neighbour;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says why there is no value: {@code GET /api/v1/explain-gap?tag=&at=}. */
final class GapRoutes {
  private static final List<String> KNOWN = new ArrayList<>(List.of("tag", "at", "timeZone"));

  static {
    KNOWN.addAll(RuleParameters.NAMES);
  }

  private final Historian historian;

  GapRoutes(Historian historian) {
    this.historian = historian;
  }

  List<Route> routes() {
    return List.of(Route.get("/api/v1/explain-gap", Route.Lane.READ, this::explain));
  }

  private void explain(Exchange exchange) throws IOException {
    Parameters parameters = Parameters.of(exchange.query()).allow(KNOWN);
    ZoneId zone = parameters.zone("timeZone", historian.defaultZone());
    ReadRule rule = RuleParameters.rule(parameters);
    String name = parameters.text("tag");
    if (name == null) {
      throw Parameters.missing("tag", "R1.TIC101.PV");
    }
    try (QueryScope scope = new QueryScope(historian, exchange, zone)) {
      QueryContext context = scope.context();
      long atNs = at(parameters, context);
      TagDefinition tag = historian.tags().find(name);
      if (tag == null || !context.mayRead(tag.id())) {
        throw new HistorianException(
            ErrorCode.UNKNOWN_TAG,
            "no such tag, or none that you may read: tag=" + ErrorText.quote(name),
            "tag",
            "look it up: GET /api/v1/tags?q=…",
            null);
      }
      GapExplanation found = historian.queries().explainGap(tag, atNs, rule, context);
      exchange.json(200, json -> write(json, tag, atNs, found, context.nowNs(), zone));
    }
  }

  private static long at(Parameters parameters, QueryContext context) {
    String text = parameters.text("at");
    if (text == null) {
      throw Parameters.missing("at", "*-8h");
    }
    return Parameters.at("at", () -> parameters.timeNs(text, context.nowNs(), context.zone()));
  }

  private static void write(
      JsonGenerator json,
      TagDefinition tag,
      long atNs,
      GapExplanation found,
      long nowNs,
      ZoneId zone)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("tag", tag.name());
    time(json, "at", atNs, zone);
    json.writeStringField("timeZone", zone.getId());
    json.writeStringField("reason", found.reason().name());
    json.writeStringField("text", text(found, nowNs));
    time(json, "startTime", found.startNs(), zone);
    time(json, "endTime", found.endNs(), zone);
    status(json, found.status());
    neighbour(json, "before", found.before(), zone);
    neighbour(json, "after", found.after(), zone);
    json.writeEndObject();
  }

  private static void time(JsonGenerator json, String name, @Nullable Long ns, ZoneId zone)
      throws IOException {
    json.writeFieldName(name);
    if (ns == null) {
      json.writeNull();
    } else {
      JsonText.writeTime(json, ns, zone);
    }
  }

  private static void status(JsonGenerator json, int status) throws IOException {
    json.writeNumberField("status", Integer.toUnsignedLong(status));
    json.writeStringField("statusText", StatusCodes.text(status));
    json.writeStringField("quality", Quality.of(status).label());
  }

  private static void neighbour(
      JsonGenerator json, String name, @Nullable Neighbour sample, ZoneId zone) throws IOException {
    if (sample == null) {
      json.writeNullField(name);
      return;
    }
    json.writeObjectFieldStart(name);
    time(json, "ts", sample.timeNs(), zone);
    status(json, sample.status());
    json.writeEndObject();
  }

  /** A sentence for people. */
  private static String text(GapExplanation found, long nowNs) {
    String status = StatusCodes.text(found.status());
    Neighbour before = found.before();
    return switch (found.reason()) {
      case HAS_VALUE -> "There is a value.";
      case NO_SAMPLES -> "The tag has no samples at all.";
      case BEFORE_FIRST_SAMPLE -> "Nothing is kept from so early: the first sample comes later.";
      case SOURCE_OFFLINE -> "The source could not be reached (" + status + ").";
      case BAD_FROM_SOURCE -> "The source itself said that its value is bad (" + status + ").";
      case UNCERTAIN ->
          "The source was in doubt ("
              + status
              + "), and such samples count as Bad; uncertain=used takes them.";
      case WITHOUT_VALUE -> "The sample has no value, or no finite number.";
      case DATA_LOST ->
          "Samples were recorded but cannot be read: a file is damaged, see /health/status.";
      case NOT_YET_ARRIVED ->
          before == null
              ? "The next sample has not arrived."
              : "The next sample has not arrived; the last one is "
                  + age(nowNs - before.timeNs())
                  + " old. extrapolation=hold goes on with it.";
      case GAP_TOO_LONG -> "The samples around it are further apart than maxGap.";
      case IN_FUTURE -> "That time has not come.";
    };
  }

  private static String age(long ns) {
    Duration age = Duration.ofNanos(Math.max(0, ns));
    return age.toDays() > 1
        ? age.toDays() + " d"
        : age.toHours() > 1
            ? age.toHours() + " h"
            : age.toMinutes() > 1 ? age.toMinutes() + " min" : age.toSeconds() + " s";
  }
}
