package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.tidemark.model.Float32;
import io.tidemark.model.Quality;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import java.io.IOException;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Samples as JSON, each formed as one text and handed to the generator as a value: for answers and
 * for live events. One thread.
 */
final class SampleJson {
  private final JsonGenerator json;
  private final RowText line;

  /* States of a tag are few, and most rows have the status of the row before. */
  private final Map<Long, String> stateTexts = new HashMap<>();
  private int shownStatus;
  private String shownStatusJson = "";

  SampleJson(JsonGenerator json, ZoneId zone) {
    this.json = json;
    this.line = new RowText(zone);
  }

  /** The text that is being formed; {@link #writeLine} hands it over. */
  RowText line() {
    return line;
  }

  void writeLine() throws IOException {
    json.writeRawValue(line.chars(), 0, line.length());
  }

  /** Forgets the texts of states: samples of another tag follow. */
  void nextTag() {
    stateTexts.clear();
  }

  /** One sample as an object. */
  void write(TagDefinition tag, SampleBlock block, int row, boolean showsValue) throws IOException {
    line.clear();
    line.put("{\"ts\":").quotedTime(block.sourceTimesNs()[row]).put(",\"value\":");
    value(block, row, showsValue);
    if (showsValue && block.type() == SampleType.DIGITAL) {
      line.put(",\"text\":")
          .put(
              stateTexts.computeIfAbsent(
                  block.longs()[row], ordinal -> quoted(tag.stateText(ordinal))));
    }
    line.put(status(block.statuses()[row])).put('}');
    writeLine();
  }

  /** One sample as {@code [ts, value, status]}. */
  void writeCompact(SampleBlock block, int row, boolean showsValue) throws IOException {
    line.clear();
    line.put('[').quotedTime(block.sourceTimesNs()[row]).put(',');
    value(block, row, showsValue);
    line.put(',').whole(Integer.toUnsignedLong(block.statuses()[row])).put(']');
    writeLine();
  }

  /** Puts a value, or null, to the text. */
  void value(SampleBlock block, int row, boolean showsValue) {
    if (!showsValue) {
      line.put("null");
      return;
    }
    switch (block.type()) {
      case FLOAT64 -> line.json(block.doubles()[row]);
      case FLOAT32 -> {
        float value = Float32.nearest(block.doubles()[row]);
        boolean isFinite = Float.isFinite(value);
        line.put(isFinite ? "" : "\"").put(Float.toString(value)).put(isFinite ? "" : "\"");
      }
      case BOOL -> line.put(block.longs()[row] != 0 ? "true" : "false");
      case INT64, INT32, DIGITAL -> line.json(block.longs()[row]);
      case STRING -> line.put(quoted(block.texts()[row]));
    }
  }

  /** The fields of a status: code and class, and the code's name where it says more. */
  String status(int status) {
    if (status != shownStatus || shownStatusJson.isEmpty()) {
      String quality = Quality.of(status).label();
      String name = StatusCodes.text(status);
      shownStatus = status;
      shownStatusJson =
          ",\"status\":"
              + Integer.toUnsignedString(status)
              + ",\"quality\":\""
              + quality
              + '"'
              + (name.equals(quality) ? "" : ",\"statusText\":\"" + name + '"');
    }
    return shownStatusJson;
  }

  /** A text in quotes, with what needs it escaped; null as null. */
  static String quoted(@Nullable String text) {
    if (text == null) {
      return "null";
    }
    StringBuilder out = new StringBuilder("\"");
    JsonStringEncoder.getInstance().quoteAsString(text, out);
    return out.append('"').toString();
  }
}
