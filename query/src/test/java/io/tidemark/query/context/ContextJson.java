package io.tidemark.query.context;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Renders context rows as JSON, the way they are asked for in requests. Stateless. */
final class ContextJson {
  /** Whole numbers beyond this are strings: a reader with doubles would change them. */
  private static final long EXACT_IN_DOUBLE_MAX = 1L << 53;

  private static final JsonFactory FACTORY = new JsonFactory();

  private ContextJson() {}

  /**
   * One JSON object: every field of the kind in camelCase, null where there is none, times as
   * ISO-8601 in UTC with up to nine digits, then {@code version}, {@code changedBy}, {@code
   * changedAt}.
   */
  static String toJson(ContextRow row) {
    StringWriter text = new StringWriter(256);
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      write(row, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /** Writes the object of a row. */
  static void write(ContextRow row, JsonGenerator out) throws IOException {
    ContextFields fields = ContextFields.of(row.kind());
    out.writeStartObject();
    for (int i = 0; i < fields.count(); i++) {
      out.writeFieldName(fields.name(i));
      writeValue(fields.type(i), row.values().get(i), out);
    }
    out.writeNumberField("version", row.version());
    out.writeStringField("changedBy", row.changedBy());
    out.writeStringField("changedAt", ContextTimes.formatMicros(row.changedAtMicros()));
    out.writeEndObject();
  }

  private static void writeValue(ContextColumn.Type type, @Nullable Object value, JsonGenerator out)
      throws IOException {
    switch (value) {
      case null -> out.writeNull();
      case Long time when type == ContextColumn.Type.TIME ->
          out.writeString(ContextTimes.format(time));
      case Long number when Math.abs(number) > EXACT_IN_DOUBLE_MAX || number == Long.MIN_VALUE ->
          out.writeString(Long.toString(number));
      case Long number -> out.writeNumber(number);
      case Double number -> out.writeNumber(number);
      case Boolean truth -> out.writeBoolean(truth);
      default -> out.writeString(value.toString());
    }
  }
}
