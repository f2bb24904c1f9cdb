package io.tidemark.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A statement as the server is asked it.
 *
 * @param sql one statement without the semicolon behind it
 * @param parameters values of its {@code ?}
 * @param timeZone zone of calendars and times; null for the server's
 * @param asOf data version to read; null for the newest
 */
record SqlStatement(
    String sql, List<String> parameters, @Nullable String timeZone, @Nullable String asOf) {
  String json() {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("sql", sql);
    ArrayNode values = body.putArray("params");
    parameters.forEach(values::add);
    if (timeZone != null) {
      body.put("timeZone", timeZone);
    }
    if (asOf != null) {
      body.put("asOf", asOf);
    }
    return body.toString();
  }
}
