package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.engine.Historian;
import io.tidemark.engine.Historian.Outcome;
import io.tidemark.engine.Historian.TagBinding;
import io.tidemark.engine.Historian.TagChange;
import io.tidemark.engine.Historian.TagChangeResult;
import io.tidemark.engine.Historian.TagHit;
import io.tidemark.model.DuplicateRule;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ItemError;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.wire.ReportJson;
import java.io.IOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds and defines tags: {@code GET|PUT /api/v1/tags}. */
final class TagRoutes {
  private static final List<String> KNOWN = List.of("filter", "q", "limit", "offset", "timeZone");
  private static final List<String> FIELDS =
      List.of(
          "name",
          "type",
          "uom",
          "description",
          "step",
          "range",
          "states",
          "duplicates",
          "forecast");
  private static final List<String> RANGE_FIELDS = List.of("low", "high");
  private static final int LIMIT = 1_000;
  private static final int LIMIT_MAX = 100_000;
  private static final int ITEMS_MAX = 100_000;

  private final Historian historian;
  private final HttpConfig config;

  TagRoutes(Historian historian, HttpConfig config) {
    this.historian = historian;
    this.config = config;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/api/v1/tags", Route.Lane.READ, this::find),
        new Route("PUT", "/api/v1/tags", Route.Lane.WRITE, config.bodyBytesMax(), this::put));
  }

  private void find(Exchange exchange) throws IOException {
    Parameters parameters = Parameters.of(exchange.query()).allow(KNOWN);
    String filter = parameters.text("filter");
    String words = parameters.text("q");
    int limit = parameters.number("limit", LIMIT, 1, LIMIT_MAX);
    int offset = parameters.number("offset", 0, 0, Integer.MAX_VALUE);
    ZoneId zone = parameters.zone("timeZone", historian.defaultZone());
    List<TagHit> hits =
        historian.searchTags(filter == null ? "*" : filter, words, exchange.principal());
    int from = Math.min(offset, hits.size());
    int to = (int) Math.min((long) from + limit, hits.size());
    exchange.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeNumberField("total", hits.size());
          json.writeNumberField("offset", offset);
          json.writeNumberField("limit", limit);
          json.writeArrayFieldStart("tags");
          for (TagHit hit : hits.subList(from, to)) {
            writeTag(json, hit.tag(), hit.bindings(), null, zone);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private void put(Exchange exchange) throws IOException {
    Parameters.of(exchange.query()).allow(List.of());
    ObjectNode body = exchange.body().object();
    if (body.has("tags")) {
      putMany(exchange, body);
      return;
    }
    TagChangeResult result = putOne(body, "", exchange);
    exchange.json(
        result.outcome() == Outcome.CREATED ? 201 : 200,
        json -> writeTag(json, result.tag(), List.of(), result.outcome(), historian.defaultZone()));
  }

  private void putMany(Exchange exchange, ObjectNode body) throws IOException {
    JsonText.requireKnown(body, "", List.of("tags"));
    JsonNode items = body.get("tags");
    if (!items.isArray()) {
      throw wrongType("tags", "a list");
    }
    if (items.size() > ITEMS_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "too many tags in a request: tags=" + items.size() + ", tagsMax=" + ITEMS_MAX,
          "tags",
          "send them in parts",
          null);
    }
    int[] outcomes = new int[Outcome.values().length];
    List<ItemError> errors = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      String path = "tags[" + i + "]";
      try {
        if (!(items.get(i) instanceof ObjectNode item)) {
          throw wrongType(path, "an object");
        }
        outcomes[putOne(item, path + ".", exchange).outcome().ordinal()]++;
      } catch (HistorianException e) {
        if (e.code().kind() != ErrorCode.Kind.USER) {
          throw e;
        }
        String place = e.path();
        errors.add(new ItemError(place == null ? path : place, e.code(), e.messageText()));
      }
    }
    exchange.json(
        errors.isEmpty() ? 200 : 207,
        json -> {
          json.writeStartObject();
          json.writeNumberField("stored", items.size() - errors.size());
          for (Outcome outcome : Outcome.values()) {
            json.writeNumberField(label(outcome), outcomes[outcome.ordinal()]);
          }
          ReportJson.writeItemErrors(json, errors);
          json.writeEndObject();
        });
  }

  private TagChangeResult putOne(ObjectNode item, String path, Exchange exchange) {
    JsonText.requireKnown(item, path, FIELDS);
    String name = text(item, path, "name");
    if (name == null) {
      throw new HistorianException(
          ErrorCode.MISSING_FIELD, "field is missing: field=name", path + "name", null, null);
    }
    JsonNode range = item.get("range");
    Double low = null;
    Double high = null;
    if (range != null && !range.isNull()) {
      if (!(range instanceof ObjectNode ends)) {
        throw wrongType(path + "range", "an object with low and high");
      }
      JsonText.requireKnown(ends, path + "range.", RANGE_FIELDS);
      low = number(ends, path + "range.", "low");
      high = number(ends, path + "range.", "high");
    }
    TagChange change =
        new TagChange(
            text(item, path, "type"),
            text(item, path, "uom"),
            text(item, path, "description"),
            flag(item, path, "step"),
            low,
            high,
            texts(item, path, "states"),
            text(item, path, "duplicates"),
            flag(item, path, "forecast"));
    try {
      return historian.putTag(name, change, exchange.principal());
    } catch (HistorianException e) {
      String place = e.path();
      throw place == null || path.isEmpty() ? e : e.at(path + place);
    }
  }

  private static @Nullable String text(ObjectNode item, String path, String field) {
    JsonNode value = item.get(field);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isTextual()) {
      throw wrongType(path + field, "a text");
    }
    return value.textValue();
  }

  private static @Nullable Boolean flag(ObjectNode item, String path, String field) {
    JsonNode value = item.get(field);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isBoolean()) {
      throw wrongType(path + field, "true or false");
    }
    return value.booleanValue();
  }

  private static @Nullable Double number(ObjectNode item, String path, String field) {
    JsonNode value = item.get(field);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isNumber()) {
      throw wrongType(path + field, "a number");
    }
    return value.doubleValue();
  }

  private static @Nullable List<String> texts(ObjectNode item, String path, String field) {
    JsonNode value = item.get(field);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isArray()) {
      throw wrongType(path + field, "a list of texts");
    }
    List<String> texts = new ArrayList<>(value.size());
    for (int i = 0; i < value.size(); i++) {
      if (!value.get(i).isTextual()) {
        throw wrongType(path + field + "[" + i + "]", "a text");
      }
      texts.add(value.get(i).textValue());
    }
    return texts;
  }

  private static HistorianException wrongType(String path, String wanted) {
    return new HistorianException(
        ErrorCode.WRONG_TYPE, "field must be " + wanted + ": field=" + path, path, null, null);
  }

  static String label(Outcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT);
  }

  private static void writeTag(
      JsonGenerator json,
      TagDefinition tag,
      List<TagBinding> bindings,
      @Nullable Outcome outcome,
      ZoneId zone)
      throws IOException {
    json.writeStartObject();
    if (outcome != null) {
      json.writeStringField("outcome", label(outcome));
    }
    json.writeStringField("name", tag.name());
    json.writeStringField("type", tag.type().label());
    json.writeStringField("uom", tag.uom());
    json.writeStringField("description", tag.description());
    json.writeBooleanField("step", tag.stepped());
    if (!Double.isNaN(tag.rangeLow()) || !Double.isNaN(tag.rangeHigh())) {
      json.writeObjectFieldStart("range");
      writeEnd(json, "low", tag.rangeLow());
      writeEnd(json, "high", tag.rangeHigh());
      json.writeEndObject();
    }
    if (tag.type() == SampleType.DIGITAL) {
      json.writeArrayFieldStart("states");
      for (String state : tag.states()) {
        json.writeString(state);
      }
      json.writeEndArray();
    }
    if (tag.duplicates() != DuplicateRule.REPLACE) {
      json.writeStringField("duplicates", tag.duplicates().label());
    }
    if (tag.forecast()) {
      json.writeBooleanField("forecast", true);
    }
    if (!bindings.isEmpty()) {
      json.writeArrayFieldStart("attributes");
      for (TagBinding binding : bindings) {
        json.writeStartObject();
        json.writeStringField("equipmentId", binding.equipmentId());
        json.writeStringField("equipmentName", binding.equipmentName());
        json.writeStringField("attribute", binding.attribute());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeNumberField("id", Integer.toUnsignedLong(tag.id()));
    json.writeStringField("uuid", tag.uuid().toString());
    json.writeNumberField("version", tag.version());
    json.writeStringField("changedBy", tag.changedBy());
    json.writeFieldName("changedAt");
    JsonText.writeTime(json, tag.changedAtMicros() * 1_000, zone);
    json.writeEndObject();
  }

  private static void writeEnd(JsonGenerator json, String field, double end) throws IOException {
    if (!Double.isNaN(end)) {
      json.writeNumberField(field, end);
    }
  }
}
