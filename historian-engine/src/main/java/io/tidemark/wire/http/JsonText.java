package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.query.time.IsoTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of this door: integers beyond 2^53 and numbers that JSON has no form for are strings,
 * times are ISO-8601 with the offset of the request's zone.
 */
final class JsonText {
  private static final long EXACT_MAX = 1L << 53;
  private static final int DEPTH_MAX = 64;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                  .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
                  .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private JsonText() {}

  /** A generator that leaves the stream open. */
  static JsonGenerator generator(OutputStream out) throws IOException {
    return MAPPER.getFactory().createGenerator(out);
  }

  /** The JSON in memory: for what is small by nature. */
  static byte[] bytes(Exchange.JsonBody body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    try (JsonGenerator json = generator(out)) {
      body.writeTo(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /**
   * The text of a field of an object of a client, or null if it has none.
   *
   * @throws HistorianException {@link ErrorCode#WRONG_TYPE} if it is something else
   */
  static @Nullable String text(ObjectNode object, String field) {
    JsonNode value = object.get(field);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isTextual()) {
      throw wrongType(field, "a text");
    }
    return value.textValue();
  }

  /** The same of a list of texts; empty if there is none. */
  static List<String> texts(ObjectNode object, String field) {
    JsonNode value = object.get(field);
    if (value == null || value.isNull()) {
      return List.of();
    }
    if (!value.isArray()) {
      throw wrongType(field, "a list of texts");
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode each : value) {
      if (!each.isTextual()) {
        throw wrongType(field, "a list of texts");
      }
      texts.add(each.textValue());
    }
    return List.copyOf(texts);
  }

  /** What a field of another type than the wanted one is. */
  static HistorianException wrongType(String field, String wanted) {
    return new HistorianException(
        ErrorCode.WRONG_TYPE, "field must be " + wanted + ": field=" + field, field, null, null);
  }

  /**
   * Reads one JSON object.
   *
   * @throws HistorianException {@link ErrorCode#MALFORMED} with line and column
   */
  static ObjectNode readObject(byte[] body) {
    JsonNode node;
    try {
      node = MAPPER.readTree(body);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new HistorianException(
          ErrorCode.MALFORMED,
          "body is no JSON: " + reason(e),
          at == null ? null : at.getLineNr() + ":" + at.getColumnNr(),
          null,
          e);
    } catch (IOException e) {
      throw new HistorianException(ErrorCode.MALFORMED, "body is no JSON", e);
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new HistorianException(
        ErrorCode.MALFORMED,
        "body must be a JSON object: found="
            + (node == null || node.isMissingNode()
                ? "nothing"
                : node.getNodeType().name().toLowerCase(java.util.Locale.ROOT)));
  }

  /** What the parser says, without the advice that only its programmer could follow. */
  private static String reason(JsonProcessingException e) {
    String first = e.getOriginalMessage().lines().findFirst().orElse("");
    return first.replaceFirst(": enable `.*| \\(start marker at .*", "");
  }

  /**
   * Refuses fields that are not among the known ones.
   *
   * @throws HistorianException {@link ErrorCode#UNKNOWN_FIELD} naming the nearest
   */
  static void requireKnown(ObjectNode object, String path, Collection<String> known) {
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (!known.contains(field.getKey())) {
        String nearest = Nearest.of(field.getKey(), known);
        throw new HistorianException(
            ErrorCode.UNKNOWN_FIELD,
            "unknown field: field="
                + ErrorText.quote(field.getKey())
                + (nearest == null ? "" : ", nearest=" + nearest),
            path + shortened(field.getKey()),
            nearest == null
                ? "fields are " + String.join(", ", known)
                : "did you mean " + nearest + "?",
            null);
      }
    }
  }

  static String shortened(String name) {
    return name.length() <= 80 ? name : name.substring(0, 80) + "…";
  }

  /** A float64: NaN and infinities as strings. */
  static void writeDouble(JsonGenerator json, double value) throws IOException {
    if (Double.isFinite(value)) {
      json.writeNumber(value);
    } else {
      json.writeString(Double.toString(value));
    }
  }

  /** A float64 or null. */
  static void writeDouble(JsonGenerator json, @Nullable Double value) throws IOException {
    if (value == null) {
      json.writeNull();
    } else {
      writeDouble(json, value.doubleValue());
    }
  }

  /** Whether most readers keep a whole number, and do not round it to a double. */
  static boolean isExact(long value) {
    return value >= -EXACT_MAX && value <= EXACT_MAX;
  }

  /** An int64: beyond 2^53 as a string, since most readers would round it. */
  static void writeLong(JsonGenerator json, long value) throws IOException {
    if (isExact(value)) {
      json.writeNumber(value);
    } else {
      json.writeString(Long.toString(value));
    }
  }

  /** An instant in nanoseconds since the epoch. */
  static void writeTime(JsonGenerator json, long ns, ZoneId zone) throws IOException {
    json.writeString(IsoTime.format(ns, zone));
  }

  /** Any value of an SQL result or a context row. */
  static void writeAny(JsonGenerator json, @Nullable Object value, ZoneId zone) throws IOException {
    switch (value) {
      case null -> json.writeNull();
      case Boolean bool -> json.writeBoolean(bool);
      case Double number -> writeDouble(json, number.doubleValue());
      case Float number -> writeDouble(json, number.doubleValue());
      case Long number -> writeLong(json, number);
      case Integer number -> json.writeNumber(number);
      case Short number -> json.writeNumber(number);
      case Byte number -> json.writeNumber(number.intValue());
      case BigInteger number -> writeBig(json, number);
      case BigDecimal number -> writeDecimal(json, number);
      case Instant instant -> json.writeString(timeText(instant, zone));
      case List<?> list -> {
        json.writeStartArray();
        for (Object item : list) {
          writeAny(json, item, zone);
        }
        json.writeEndArray();
      }
      case Map<?, ?> map -> {
        json.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          json.writeFieldName(String.valueOf(entry.getKey()));
          writeAny(json, entry.getValue(), zone);
        }
        json.writeEndObject();
      }
      default -> json.writeString(value.toString());
    }
  }

  private static void writeBig(JsonGenerator json, BigInteger number) throws IOException {
    if (number.bitLength() < Long.SIZE) {
      writeLong(json, number.longValueExact());
    } else {
      json.writeString(number.toString());
    }
  }

  /** A decimal that a double holds exactly enough to give it back, else a string. */
  private static void writeDecimal(JsonGenerator json, BigDecimal number) throws IOException {
    if (number.precision() <= 15 && Math.abs(number.scale()) <= 15) {
      json.writeNumber(number.toPlainString());
    } else {
      json.writeString(number.toPlainString());
    }
  }

  /** ISO-8601 of an instant, also of one beyond int64 nanoseconds. */
  static String timeText(Instant instant, ZoneId zone) {
    try {
      long ns =
          Math.addExact(
              Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
      return IsoTime.format(ns, zone);
    } catch (ArithmeticException e) {
      return instant.atZone(zone).toOffsetDateTime().toString();
    }
  }
}
