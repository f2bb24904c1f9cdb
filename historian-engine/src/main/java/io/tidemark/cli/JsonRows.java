package io.tidemark.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a JSON answer to a statement, read one at a time in flat memory. One thread; closing
 * it closes the stream.
 */
final class JsonRows implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A column of the answer.
   *
   * @param uom unit of measure, empty where unknown
   */
  record Column(String name, String type, String uom) {
    boolean isNumber() {
      return type.matches("DOUBLE|FLOAT|DECIMAL.*|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?");
    }

    /** Whether a part of a value says something else than the value. */
    boolean isWhole() {
      return isNumber() || type.startsWith("TIMESTAMP");
    }

    /** Name and unit. */
    String heading() {
      return uom.isEmpty() ? name : name + " [" + uom + "]";
    }
  }

  private final JsonParser parser;
  private final List<Column> columns = new ArrayList<>();
  private double elapsedMs;

  /** Reads up to the first row. */
  JsonRows(InputStream in) throws IOException {
    parser = JSON.getFactory().createParser(in);
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw unexpected();
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("rows") && value == JsonToken.START_ARRAY) {
        return;
      }
      JsonNode node = parser.readValueAsTree();
      if (field.equals("columns")) {
        for (JsonNode column : node) {
          columns.add(
              new Column(
                  column.path("name").asText(),
                  column.path("type").asText(),
                  column.path("uom").asText("")));
        }
      }
    }
    throw unexpected();
  }

  List<Column> columns() {
    return columns;
  }

  /** The next row, where null is NULL; null at the end. */
  @Nullable List<@Nullable String> next() throws IOException {
    JsonToken token = parser.nextToken();
    if (token == JsonToken.END_ARRAY) {
      readEnd();
      return null;
    }
    if (token != JsonToken.START_ARRAY) {
      throw unexpected();
    }
    List<@Nullable String> row = new ArrayList<>(columns.size());
    while ((token = parser.nextToken()) != JsonToken.END_ARRAY) {
      if (token == null) {
        throw unexpected();
      }
      row.add(
          switch (token) {
            case VALUE_NULL -> null;
            case START_ARRAY, START_OBJECT -> parser.<JsonNode>readValueAsTree().toString();
            default -> Objects.requireNonNull(parser.getText());
          });
    }
    if (row.size() != columns.size()) {
      throw unexpected();
    }
    return row;
  }

  private void readEnd() throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      parser.nextToken();
      JsonNode value = parser.readValueAsTree();
      if (field.equals("elapsedMs")) {
        elapsedMs = value.asDouble();
      }
    }
  }

  /** Time of the server in milliseconds, once all rows are read. */
  double elapsedMs() {
    return elapsedMs;
  }

  private static HistorianException unexpected() {
    return new HistorianException(
        ErrorCode.INTERNAL,
        "answer has not the form of rows: expected columns and rows",
        null,
        "is the server a Tidemark of this version?",
        null);
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
