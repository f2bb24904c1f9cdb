package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.engine.Historian;
import io.tidemark.model.Direction;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import io.tidemark.query.context.ContextKind;
import io.tidemark.query.context.ContextRow;
import io.tidemark.query.context.ContextSearch;
import io.tidemark.query.context.IntervalSearch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Searches objects by their time: {@code GET /api/v1/context/batches}, and the same of the other
 * kinds that have a start and an end. An answer that was cut has a cursor; asked again with it, and
 * the same parameters, the search goes on behind the last object.
 */
final class ContextSearchRoutes {
  private static final int COUNT_USUAL = 100;
  private static final int COUNT_MAX = 10_000;
  private static final int CURSOR_CHARS_MAX = 2_000;
  private static final String CURSOR_KIND = "c1";

  /** All times there are, for a search that does not say from when or until when. */
  private static final String FIRST_TIME = "1677-09-22T00:00:00Z";

  private static final String LAST_TIME = "2262-04-11T00:00:00Z";

  private static final List<String> COMMON =
      List.of(
          "startTime",
          "endTime",
          "searchMode",
          "count",
          "descending",
          "cursor",
          "timeZone",
          "product",
          "order");

  /** Beside the common ones. */
  private static final Map<ContextKind, List<String>> FILTERS =
      Map.of(
          ContextKind.ORDERS, List.of(),
          ContextKind.BATCHES, List.of("unit", "batch"),
          ContextKind.STEPS, List.of("unit", "batch", "name"),
          ContextKind.EVENTS, List.of("unit", "batch", "name"));

  private final Historian historian;

  ContextSearchRoutes(Historian historian) {
    this.historian = historian;
  }

  List<Route> routes() {
    return ContextSearch.KINDS.stream()
        .map(
            kind ->
                Route.get(
                    "/api/v1/context/" + kind.label(),
                    Route.Lane.READ,
                    exchange -> search(exchange, kind)))
        .toList();
  }

  private void search(Exchange exchange, ContextKind kind) throws IOException {
    List<String> known = new ArrayList<>(COMMON);
    known.addAll(FILTERS.getOrDefault(kind, List.of()));
    Parameters parameters = Parameters.of(exchange.query()).allow(known);
    ZoneId zone = parameters.zone("timeZone", historian.defaultZone());
    TimeRange window = parameters.range(FIRST_TIME, LAST_TIME, historian.nowNs(), zone);
    int count = parameters.number("count", COUNT_USUAL, 1, COUNT_MAX);
    boolean descending = parameters.flag("descending") || parameters.text("startTime") == null;
    ContextSearch search =
        new ContextSearch(
            kind,
            mode(parameters),
            window,
            new ContextSearch.Filter(
                parameters.text("unit"),
                parameters.text("batch"),
                parameters.text("product"),
                parameters.text("order"),
                parameters.text("name")),
            descending ? Direction.BACKWARD : Direction.FORWARD,
            place(parameters.text("cursor")),
            count + 1);
    List<ContextRow> rows = historian.searchContext(search, exchange.principal());
    exchange.json(200, json -> write(json, search, rows, zone));
  }

  private static IntervalSearch mode(Parameters parameters) {
    String text = parameters.text("searchMode");
    if (text == null) {
      return IntervalSearch.OVERLAPPED;
    }
    for (IntervalSearch mode : IntervalSearch.values()) {
      if (mode.label().equalsIgnoreCase(text)) {
        return mode;
      }
    }
    throw Parameters.bad(
        "searchMode",
        text,
        "must be one of "
            + String.join(
                "|", Stream.of(IntervalSearch.values()).map(IntervalSearch::label).toList()),
        null);
  }

  private static void write(
      JsonGenerator json, ContextSearch search, List<ContextRow> rows, ZoneId zone)
      throws IOException {
    int count = Math.min(rows.size(), search.limit() - 1);
    json.writeStartObject();
    json.writeStringField("searchMode", search.mode().label());
    json.writeStringField("timeZone", zone.getId());
    json.writeArrayFieldStart(search.kind().label());
    for (ContextRow row : rows.subList(0, count)) {
      json.writeStartObject();
      ContextJson.writeFields(json, row, zone);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeBooleanField("more", rows.size() > count);
    if (rows.size() > count) {
      json.writeStringField("cursor", cursor(ContextSearch.Place.of(rows.get(count - 1))));
    }
    json.writeEndObject();
  }

  private static String cursor(ContextSearch.Place place) {
    String plain = CURSOR_KIND + "|" + place.startNs() + "|" + place.id();
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(plain.getBytes(StandardCharsets.UTF_8));
  }

  private static ContextSearch.@Nullable Place place(@Nullable String cursor) {
    if (cursor == null) {
      return null;
    }
    try {
      if (cursor.length() <= CURSOR_CHARS_MAX) {
        String plain = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        String[] parts = plain.split("\\|", 3);
        if (parts.length == 3 && parts[0].equals(CURSOR_KIND)) {
          return new ContextSearch.Place(Long.parseLong(parts[1]), parts[2]);
        }
      }
    } catch (IllegalArgumentException e) {
      throw refusal(cursor, e);
    }
    throw refusal(cursor, null);
  }

  private static HistorianException refusal(String cursor, @Nullable Throwable cause) {
    return Parameters.bad(
        "cursor", JsonText.shortened(cursor), "must be the cursor of an earlier answer", cause);
  }
}
