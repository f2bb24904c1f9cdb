package io.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sends items, each with its line in a file, to a bulk route in requests of bounded length; items
 * that the server refuses go to the report with their line. Requests grow while the server takes
 * them at once and shrink when it asks to wait. One thread; holds one request in memory.
 */
final class BulkSender {
  private static final int CHARS_MIN = 16 << 10;
  private static final int CHARS_FIRST = 128 << 10;
  private static final int CHARS_MAX = 1 << 20;

  /* Not more than the errors that an answer lists, so that every refused item has its reason. */
  private static final int ITEMS_MAX = 1000;

  private static final Pattern INDEX = Pattern.compile("\\[(\\d+)\\]\\.?(.*)");

  private record Item(String json, String column, long line) {}

  private final ServerClient client;
  private final String path;
  private final String field;
  private final RowReport report;
  private final List<Item> items = new ArrayList<>();
  private int chars;
  private int charsMax = CHARS_FIRST;
  private long stored;

  /**
   * A sender.
   *
   * @param field of the body that is the list of items
   */
  BulkSender(ServerClient client, String path, String field, RowReport report) {
    this.client = client;
    this.path = path;
    this.field = field;
    this.report = report;
  }

  /**
   * Takes an item; sends what waits if it is enough.
   *
   * @param column what a refusal names beside the line
   */
  void add(String json, String column, long line) {
    items.add(new Item(json, column, line));
    chars += json.length();
    if (chars >= charsMax || items.size() == ITEMS_MAX) {
      flush();
    }
  }

  /** Sends what waits. */
  void flush() {
    if (!items.isEmpty()) {
      send(items);
      items.clear();
      chars = 0;
    }
  }

  /** Items that the server took. */
  long stored() {
    return stored;
  }

  private void send(List<Item> part) {
    StringBuilder body = new StringBuilder("{\"").append(field).append("\":[");
    for (Item item : part) {
      body.append(body.charAt(body.length() - 1) == '[' ? "" : ",").append(item.json);
    }
    body.append("]}");
    String answer;
    long waits = client.waits();
    try {
      answer = client.sendPatiently("POST", path, body.toString());
    } catch (HistorianException e) {
      if (e.code() != ErrorCode.BODY_TOO_LARGE || part.size() == 1) {
        throw e;
      }
      charsMax = Math.max(CHARS_MIN, body.length() / 2);
      send(part.subList(0, part.size() / 2));
      send(part.subList(part.size() / 2, part.size()));
      return;
    }
    charsMax =
        client.waits() > waits
            ? Math.max(CHARS_MIN, charsMax / 2)
            : Math.min(CHARS_MAX, charsMax * 2);
    JsonNode errors = ServerClient.json(answer.isEmpty() ? "{}" : answer).path("errors");
    errors.forEach(error -> refused(error, part));
    stored += part.size() - errors.size();
  }

  private void refused(JsonNode error, List<Item> part) {
    String reason = error.path("message").asText();
    Matcher place = INDEX.matcher(error.path("path").asText());
    if (!place.find() || Integer.parseInt(place.group(1)) >= part.size()) {
      throw new HistorianException(
          ErrorCode.INTERNAL, "server refused a request as a whole: reason=" + reason);
    }
    Item item = part.get(Integer.parseInt(place.group(1)));
    report.add(item.line, item.column.isEmpty() ? place.group(2) : item.column, reason);
  }
}
