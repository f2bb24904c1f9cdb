package io.tidemark.proof.doors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.proof.Api;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code POST /api/v1/sql} with JSON. The digits of its numbers are read as they stand there. */
final class HttpSql implements SqlClient {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Api api;

  HttpSql(Api api) {
    this.api = api;
  }

  @Override
  public String name() {
    return "SQL over HTTP";
  }

  @Override
  public Table ask(String statement, ZoneId zone) {
    String body =
        JSON.createObjectNode().put("sql", statement).put("timeZone", zone.getId()).toString();
    HttpResponse<String> response = api.send("POST", "/api/v1/sql", "application/json", body);
    if (response.statusCode() != 200) {
      return Table.refused(Api.parse(response.body()).path("code").asText(response.body()));
    }
    try (JsonParser json = JSON.createParser(response.body())) {
      return table(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Table table(JsonParser json) throws IOException {
    List<String> names = new ArrayList<>();
    List<String> types = new ArrayList<>();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    json.nextToken();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "columns" -> {
          for (JsonNode column : json.<JsonNode>readValueAsTree()) {
            names.add(column.path("name").asText());
            types.add(column.path("type").asText());
          }
        }
        case "rows" -> {
          while (json.nextToken() == JsonToken.START_ARRAY) {
            List<@Nullable Object> row = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
              row.add(cell(json, types.get(row.size())));
            }
            rows.add(row);
          }
        }
        default -> json.skipChildren();
      }
    }
    return Table.of(names, rows);
  }

  private static @Nullable Object cell(JsonParser json, String type) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    String text = json.getText();
    return switch (type) {
      case "DOUBLE", "FLOAT" -> Double.parseDouble(text);
      case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER" ->
          Long.parseLong(text);
      case "BOOLEAN" -> json.getBooleanValue();
      case "TIMESTAMP WITH TIME ZONE" -> instant(text);
      case "UBIGINT", "HUGEINT" -> new BigDecimal(text);
      default -> type.startsWith("DECIMAL") ? new BigDecimal(text) : text;
    };
  }

  private static Instant instant(String text) {
    return OffsetDateTime.parse(text).toInstant();
  }

  @Override
  public void close() {}
}
