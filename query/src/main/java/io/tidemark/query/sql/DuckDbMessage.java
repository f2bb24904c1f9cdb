package io.tidemark.query.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.query.duckdb.DuckDbException;

/**
 * What DuckDB says of a statement that failed, made fit for people.
 *
 * @param type its kind of error, for example {@code Binder}, empty if it does not say
 * @param text the sentence
 * @param position UTF-8 byte of the statement, -1 if it does not say
 */
record DuckDbMessage(String type, String text, int position) {
  static DuckDbMessage of(DuckDbException e) {
    String message = e.text();
    int at = message.indexOf('{');
    if (at >= 0) {
      try {
        JsonNode json = SyntaxTree.JSON.readTree(message.substring(at));
        JsonNode text = json.path("exception_message");
        if (text.isTextual()) {
          String type = json.path("exception_type").asText();
          return new DuckDbMessage(
              type, type + " Error: " + text.asText(), json.path("position").asInt(-1));
        }
      } catch (JsonProcessingException notJson) {
        return new DuckDbMessage("", message, -1);
      }
    }
    return new DuckDbMessage("", message, -1);
  }
}
