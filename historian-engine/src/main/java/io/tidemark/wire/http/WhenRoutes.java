package io.tidemark.wire.http;

import io.tidemark.engine.Historian;
import io.tidemark.model.QueryContext;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.condition.BoundCondition;
import io.tidemark.query.condition.Condition;
import java.io.IOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** {@code GET /api/v1/when}: the stretches of time in which a condition holds. */
final class WhenRoutes {
  private static final List<String> KNOWN = known();

  private final Historian historian;
  private final HttpConfig config;

  WhenRoutes(Historian historian, HttpConfig config) {
    this.historian = historian;
    this.config = config;
  }

  private static List<String> known() {
    List<String> names = new ArrayList<>(List.of("condition", "startTime", "endTime", "timeZone"));
    names.addAll(RuleParameters.NAMES);
    return List.copyOf(names);
  }

  List<Route> routes() {
    return List.of(Route.get("/api/v1/when", Route.Lane.READ, this::when));
  }

  /**
   * Reads a condition over tags that the principal may read.
   *
   * @param parameter that it stands in, for errors
   */
  static BoundCondition condition(
      String text, String parameter, Historian historian, QueryContext context) {
    return Parameters.at(
        parameter,
        () ->
            Condition.parse(text)
                .bind(
                    name -> {
                      TagDefinition tag = historian.tags().find(name);
                      return tag != null && context.mayRead(tag.id()) ? tag : null;
                    }));
  }

  private void when(Exchange exchange) throws IOException {
    Parameters parameters = Parameters.of(exchange.query()).allow(KNOWN);
    ZoneId zone = parameters.zone("timeZone", historian.defaultZone());
    String text = parameters.text("condition");
    if (text == null) {
      throw Parameters.missing("condition", "'R1.TIC101.PV' > 80");
    }
    try (QueryScope scope = new QueryScope(historian, exchange, zone)) {
      QueryContext context = scope.context();
      BoundCondition condition = condition(text, "condition", historian, context);
      TimeRange range = parameters.range(context.nowNs(), zone);
      long[] stretches =
          historian
              .queries()
              .stretches(
                  condition, range, RuleParameters.rule(parameters), config.timesMax(), context);
      exchange.json(
          200,
          json -> {
            json.writeStartObject();
            json.writeStringField("condition", condition.toString());
            json.writeFieldName("startTime");
            JsonText.writeTime(json, range.startNs(), zone);
            json.writeFieldName("endTime");
            JsonText.writeTime(json, range.endNs(), zone);
            json.writeStringField("timeZone", zone.getId());
            json.writeStringField("dataVersion", context.view().dataVersion());
            double seconds = 0;
            json.writeArrayFieldStart("stretches");
            for (int i = 0; i < stretches.length; i += 2) {
              double duration = (stretches[i + 1] - stretches[i]) / 1e9;
              seconds += duration;
              json.writeStartObject();
              json.writeFieldName("startTime");
              JsonText.writeTime(json, stretches[i], zone);
              json.writeFieldName("endTime");
              JsonText.writeTime(json, stretches[i + 1], zone);
              json.writeNumberField("duration", duration);
              json.writeEndObject();
            }
            json.writeEndArray();
            json.writeNumberField("duration", seconds);
            json.writeEndObject();
          });
    }
  }
}
