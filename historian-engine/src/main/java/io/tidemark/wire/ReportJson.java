package io.tidemark.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.ingest.WriteReport;
import io.tidemark.model.ItemError;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of the items of a write, as every door says it. */
public final class ReportJson {
  private ReportJson() {}

  /** An object of its own. */
  public static void write(JsonGenerator json, WriteReport report) throws IOException {
    json.writeStartObject();
    writeFields(json, report);
    json.writeEndObject();
  }

  /**
   * The fields {@code stored}, {@code errorCount} if some errors are not listed, {@code errors}.
   */
  public static void writeFields(JsonGenerator json, WriteReport report) throws IOException {
    json.writeNumberField("stored", report.stored());
    if (report.errorCount() > report.errors().size()) {
      json.writeNumberField("errorCount", report.errorCount());
    }
    writeItemErrors(json, report.errors());
  }

  /** The field {@code errors}; an item's place is its line of a text or its path in JSON. */
  public static void writeItemErrors(JsonGenerator json, List<ItemError> errors)
      throws IOException {
    json.writeArrayFieldStart("errors");
    for (ItemError error : errors) {
      json.writeStartObject();
      Integer line = lineNumber(error.where());
      if (line != null) {
        json.writeNumberField("line", line);
      } else {
        if (!error.where().isEmpty()) { // found when the sample was no item any more
          json.writeStringField("path", error.where());
        }
      }
      json.writeStringField("code", error.code().name());
      json.writeStringField("message", error.message());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static @Nullable Integer lineNumber(String where) {
    if (!where.startsWith("line ")) {
      return null;
    }
    try {
      return Integer.valueOf(where.substring("line ".length()));
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
