package io.tidemark.proof.doors;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.proof.Api;
import io.tidemark.proof.doors.Question.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** JSON in its three layouts. */
final class JsonForm implements RestDoor.Form {
  /** Layouts. */
  enum Layout {
    LONG,
    COMPACT,
    WIDE
  }

  private static final Set<Kind> OF_ONE_FORM = Set.of(Kind.EXPLAIN_GAP, Kind.STRETCHES);
  private static final Set<Kind> WITH_COMMON_TIMES =
      Set.of(Kind.AT_TIMES, Kind.INTERPOLATED, Kind.CYCLIC);

  private final Layout layout;

  JsonForm(Layout layout) {
    this.layout = layout;
  }

  @Override
  public String name() {
    return switch (layout) {
      case LONG -> "JSON long";
      case COMPACT -> "JSON compact";
      case WIDE -> "JSON wide";
    };
  }

  @Override
  public String parameters(Question question) {
    return switch (layout) {
      case LONG -> "";
      case COMPACT -> "&layout=compact";
      case WIDE -> "&layout=wide";
    };
  }

  @Override
  public @Nullable String whyNot(Question question) {
    Kind kind = question.kind();
    return switch (layout) {
      case LONG -> null;
      case COMPACT ->
          OF_ONE_FORM.contains(kind)
              ? "the route has one form of an answer"
              : kind == Kind.COUNTERS || kind == Kind.STATES
                  ? "rows of these are objects in this layout too: see JSON long"
                  : null;
      case WIDE -> WITH_COMMON_TIMES.contains(kind) ? null : "its tags have no common times";
    };
  }

  @Override
  public boolean isJson() {
    return true;
  }

  @Override
  public Row asShown(Question question, Row row) {
    Row shown = Columns.withDigitsOfSingles(row);
    boolean isState = shown.get("value") instanceof Long;
    if (question instanceof Question.Summary && Long.valueOf(0).equals(shown.get("partial"))) {
      shown.without("partial");
    }
    if (layout != Layout.LONG) {
      shown.without(isState ? new String[] {"quality", "text"} : new String[] {"quality"});
    }
    if (layout == Layout.COMPACT && question instanceof Question.Summary) {
      shown.without("ts", "shift", "productionDay");
    }
    return shown;
  }

  @Override
  public Answer read(Question question, byte[] body) {
    JsonNode json = Api.parse(new String(body, StandardCharsets.UTF_8));
    List<Row> rows = new ArrayList<>();
    Set<String> cut = new TreeSet<>();
    switch (question.kind()) {
      case EXPLAIN_GAP -> rows.add(gap(json));
      case STRETCHES -> json.path("stretches").forEach(each -> rows.add(stretch(each)));
      default -> {
        if (layout == Layout.WIDE) {
          wide(json, rows);
        }
        for (JsonNode tag : json.path("tags")) {
          String name = tag.path("tag").asText();
          tag.path("values").forEach(each -> rows.add(row(question, tag, each).set("tag", name)));
          if (tag.path("more").asBoolean()) {
            cut.add(name);
          }
        }
      }
    }
    List<String> errors = new ArrayList<>();
    json.path("errors")
        .forEach(
            each ->
                errors.add(Answer.error(each.path("tag").asText(), each.path("code").asText())));
    return new Answer(rows, errors, cut, null);
  }

  private static Row gap(JsonNode json) {
    Row row = new Row();
    for (String name : List.of("tag", "at", "reason", "startTime", "endTime")) {
      if (!json.path(name).isNull()) {
        row.set(name, Columns.cell(name, json.path(name).asText()));
      }
    }
    for (String name : List.of("before", "after")) {
      JsonNode sample = json.path(name);
      if (!sample.isNull()) {
        row.set(name, Columns.time(sample.path("ts").asText()));
        row.set(name + "Status", (int) sample.path("status").asLong());
      }
    }
    return status(row, json);
  }

  private static Row stretch(JsonNode json) {
    return new Row()
        .set("startTime", Columns.time(json.path("startTime").asText()))
        .set("endTime", Columns.time(json.path("endTime").asText()));
  }

  private static Row status(Row row, JsonNode json) {
    row.set("status", (int) json.path("status").asLong());
    return row.set("quality", json.path("quality").asText());
  }

  private Row row(Question question, JsonNode tag, JsonNode json) {
    boolean isTable =
        question instanceof Question.Summary
            || question instanceof Question.Counters
            || question instanceof Question.States;
    if (layout == Layout.COMPACT) {
      return isTable
          ? compact(tag.path("columns"), json).set("basis", tag.path("basis").asText())
          : value(new Row(), json.path(1), tag.path("type").asText())
              .set("ts", Columns.time(json.path(0).asText()))
              .set("status", (int) json.path(2).asLong());
    }
    if (isTable) {
      return table(json);
    }
    Row row = value(new Row(), json.path("value"), tag.path("type").asText());
    if (json.has("text")) {
      row.set("text", json.path("text").asText());
    }
    return status(row.set("ts", Columns.time(json.path("ts").asText())), json);
  }

  private static Row table(JsonNode json) {
    Row row = new Row();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      if (!field.getKey().equals("statusText")) {
        cell(row, field.getKey(), field.getValue());
      }
    }
    return row;
  }

  private static Row compact(JsonNode columns, JsonNode json) {
    Row row = new Row();
    if (columns.size() != json.size()) {
      throw new AssertionError("cells do not fit the columns: " + columns + ", " + json);
    }
    for (int i = 0; i < columns.size(); i++) {
      cell(row, columns.path(i).asText(), json.path(i));
    }
    return Long.valueOf(0).equals(row.get("partial")) ? row.without("partial") : row;
  }

  private static void cell(Row row, String name, JsonNode json) {
    if (!json.isNull()) {
      row.set(
          name,
          Columns.type(name) == Columns.Type.STATUS
              ? (Object) (int) json.asLong()
              : Columns.cell(name, json.asText()));
    }
  }

  private static Row value(Row row, JsonNode json, String type) {
    if (json.isNull()) {
      return row;
    }
    return type.equals("string") && json.isTextual()
        ? row.set("text", json.asText())
        : row.set(
            "value",
            json.isFloatingPointNumber()
                ? (Object) json.doubleValue()
                : Columns.number(json.asText()));
  }

  /** Rows tag by tag. */
  private static void wide(JsonNode json, List<Row> rows) {
    for (int i = 0; i < json.path("columns").size(); i++) {
      JsonNode tag = json.path("columns").path(i);
      for (JsonNode each : json.path("rows")) {
        rows.add(
            value(new Row(), each.path("values").path(i), tag.path("type").asText())
                .set("tag", tag.path("tag").asText())
                .set("ts", Columns.time(each.path("ts").asText()))
                .set("status", (int) each.path("statuses").path(i).asLong()));
      }
    }
  }
}
