package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.query.sql.SqlColumn;
import io.tidemark.query.sql.SqlResult;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.Temporal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the rows of a result in each form. */
final class SqlRows {
  private SqlRows() {}

  /** Writes all rows. */
  static void write(
      AnswerFormat format, SqlResult result, ZoneId zone, long startedNanos, OutputStream out)
      throws IOException {
    switch (format) {
      case JSON -> {
        try (JsonGenerator json = JsonText.generator(out)) {
          writeJson(json, result, zone, startedNanos);
        }
      }
      case CSV -> writeTable(new CsvCells(out), result, zone);
      case ARROW -> result.writeArrow(out);
      case XLSX -> SheetCells.write(cells -> writeTable(cells, result, zone), out);
    }
  }

  private static boolean isTime(SqlColumn column) {
    return column.type().equals("TIMESTAMP WITH TIME ZONE");
  }

  private static void writeJson(
      JsonGenerator json, SqlResult result, ZoneId zone, long startedNanos) throws IOException {
    List<SqlColumn> columns = result.columns();
    json.writeStartObject();
    json.writeArrayFieldStart("columns");
    for (SqlColumn column : columns) {
      json.writeStartObject();
      json.writeStringField("name", column.name());
      json.writeStringField("type", column.type());
      json.writeStringField("uom", column.uom());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeStringField("timeZone", zone.getId());
    long rowCount = 0;
    json.writeArrayFieldStart("rows");
    for (; result.next(); rowCount++) {
      json.writeStartArray();
      for (int i = 0; i < columns.size(); i++) {
        JsonText.writeAny(json, result.value(i), zone);
      }
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeNumberField("rowCount", rowCount);
    json.writeNumberField("elapsedMs", Math.round((System.nanoTime() - startedNanos) / 1e3) / 1e3);
    json.writeStringField("dataVersion", result.dataVersion());
    json.writeEndObject();
  }

  private static void writeTable(Cells csv, SqlResult result, ZoneId zone) throws IOException {
    List<SqlColumn> columns = result.columns();
    for (SqlColumn column : columns) {
      String name =
          column.uom().isEmpty() ? column.name() : column.name() + " [" + column.uom() + "]";
      if (isTime(column)) {
        csv.instantHeader(name, zone);
      } else {
        csv.text(name);
      }
    }
    csv.endRow();
    while (result.next()) {
      for (int i = 0; i < columns.size(); i++) {
        Object value = result.value(i);
        if (value == null && isTime(columns.get(i))) {
          csv.noInstant();
        } else {
          writeCell(csv, value, zone);
        }
      }
      csv.endRow();
    }
  }

  private static void writeCell(Cells csv, @Nullable Object value, ZoneId zone) {
    switch (value) {
      case null -> csv.empty();
      case Double number -> csv.number(number.doubleValue());
      case Long number -> csv.number(number.longValue());
      case Number number -> csv.plain(number.toString());
      case Boolean bool -> csv.plain(bool.toString());
      case Instant instant -> csv.instant(instant, zone);
      case List<?> list -> csv.text(jsonText(list, zone));
      case Map<?, ?> map -> csv.text(jsonText(map, zone));
      case Temporal time -> csv.plain(time.toString());
      default -> csv.text(value.toString());
    }
  }

  private static String jsonText(Object value, ZoneId zone) {
    byte[] text = JsonText.bytes(json -> JsonText.writeAny(json, value, zone));
    return new String(text, StandardCharsets.UTF_8);
  }
}
