package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.query.context.ContextColumn;
import io.tidemark.query.context.ContextRow;
import java.io.IOException;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A version of a context object in JSON: its fields in camelCase, null where there is none, between
 * {@code version} and {@code changedBy, changedAt}. A quantity and its unit become {@code
 * {"value":500,"uom":"kg"}}, as they are written.
 */
final class ContextJson {
  private ContextJson() {}

  /** Writes the fields into the object that is open. */
  static void writeFields(JsonGenerator json, ContextRow row, ZoneId zone) throws IOException {
    json.writeNumberField("version", row.version());
    List<ContextColumn> columns = row.kind().columns();
    for (int i = 0; i < columns.size(); i++) {
      ContextColumn column = columns.get(i);
      boolean measured =
          i + 1 < columns.size() && columns.get(i + 1).name().equals(column.name() + "_uom");
      json.writeFieldName(camelCase(column.name()));
      if (!measured) {
        writeValue(json, column, row.values().get(i), zone);
        continue;
      }
      if (row.values().get(i) == null) {
        json.writeNull();
      } else {
        writeQuantity(json, row.values(), i, zone);
      }
      i++; // its unit is written
    }
    json.writeStringField("changedBy", row.changedBy());
    json.writeFieldName("changedAt");
    JsonText.writeTime(json, row.changedAtMicros() * 1_000, zone);
  }

  private static void writeQuantity(
      JsonGenerator json, List<@Nullable Object> values, int at, ZoneId zone) throws IOException {
    json.writeStartObject();
    json.writeFieldName("value");
    JsonText.writeAny(json, values.get(at), zone);
    json.writeFieldName("uom");
    JsonText.writeAny(json, values.get(at + 1), zone);
    json.writeEndObject();
  }

  private static void writeValue(
      JsonGenerator json, ContextColumn column, @Nullable Object value, ZoneId zone)
      throws IOException {
    if (column.type() == ContextColumn.Type.TIME && value instanceof Long ns) {
      JsonText.writeTime(json, ns, zone);
    } else {
      JsonText.writeAny(json, value, zone);
    }
  }

  private static String camelCase(String name) {
    StringBuilder out = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '_' && i + 1 < name.length()) {
        out.append(Character.toUpperCase(name.charAt(++i)));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
