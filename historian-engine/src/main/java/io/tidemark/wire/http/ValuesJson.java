package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.tidemark.model.Float32;
import io.tidemark.model.Quality;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.CalculationBasis;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.aggregate.TotalUnit;
import io.tidemark.query.retrieval.SummaryRow;
import io.tidemark.query.time.Windows;
import java.io.IOException;
import java.io.OutputStream;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Values as JSON. */
final class ValuesJson implements ValuesEncoder {
  private static final String[] FIELD_NAMES =
      Arrays.stream(SummaryField.values())
          .map(field -> ",\"" + field.label() + "\":")
          .toArray(String[]::new);

  private final ValuesQuestion question;
  private final JsonGenerator json;
  private final ZoneId zone;
  private final RowText line;
  private final Map<Integer, String> statusTexts = new TreeMap<>(Integer::compareUnsigned);
  private final Map<Long, String> stateTexts = new HashMap<>();
  private int lastStatus;

  /* Codes that were noted last; -1 for none. */
  private long noted;
  private long notedBefore;
  private int shownStatus;
  private String shownStatusJson = "";

  ValuesJson(ValuesQuestion question, OutputStream out) throws IOException {
    this.question = question;
    this.json = JsonText.generator(out);
    this.zone = question.zone();
    this.line = new RowText(zone);
  }

  @Override
  public void begin() throws IOException {
    json.writeStartObject();
    TimeRange range = question.range();
    if (range != null) {
      if (range.startNs() != Long.MIN_VALUE) { // a count reads back as far as it takes
        writeTime("startTime", range.startNs());
      }
      if (range.endNs() != Long.MAX_VALUE) {
        writeTime("endTime", range.endNs());
      }
    }
    json.writeStringField("timeZone", zone.getId());
    if (question.basis() != CalculationBasis.TIME_WEIGHTED) {
      json.writeStringField("calculationBasis", question.basis().label());
    }
    json.writeStringField("dataVersion", question.dataVersion());
    ValuesQuestion.Timestamp timestamp = question.timestamp();
    if (timestamp != null) {
      json.writeStringField("timestamp", timestamp.name().toLowerCase(Locale.ROOT));
    }
    if (!question.wide()) {
      json.writeArrayFieldStart("tags");
      return;
    }
    json.writeArrayFieldStart("columns");
    for (TagDefinition tag : question.tags()) {
      json.writeStartObject();
      writeTag(tag);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("rows");
  }

  private void writeTag(TagDefinition tag) throws IOException {
    json.writeStringField("tag", tag.name());
    json.writeStringField("uom", tag.uom());
    json.writeBooleanField("step", tag.stepped());
    json.writeStringField("type", tag.type().label());
    if (tag.type() == SampleType.DIGITAL) {
      json.writeArrayFieldStart("states");
      for (String state : tag.states()) {
        json.writeString(state);
      }
      json.writeEndArray();
    }
  }

  @Override
  public void beginTag(TagDefinition tag) throws IOException {
    json.writeStartObject();
    writeTag(tag);
    if (question.mode() == ValuesQuestion.Mode.SUMMARY) {
      json.writeStringField("totalUom", TotalUnit.of(tag.uom()).uom());
    }
    if (question.mode() == ValuesQuestion.Mode.SUMMARY) {
      if (question.fields().contains(SummaryField.SLOPE)) {
        json.writeStringField("slopeUom", question.slopeUom(tag));
      }
      if (isCompact()) {
        json.writeStringField("basis", "stored");
        writeColumns();
      }
    }
    json.writeArrayFieldStart("values");
    statusTexts.clear();
    stateTexts.clear();
    lastStatus = 0;
    noted = -1;
    notedBefore = -1;
  }

  private boolean isCompact() {
    return question.layout() == ValuesQuestion.Layout.COMPACT;
  }

  /** What the places of a compact row of a summary are. */
  private void writeColumns() throws IOException {
    json.writeArrayFieldStart("columns");
    json.writeString("startTime");
    json.writeString("endTime");
    for (SummaryField field : question.fields()) {
      json.writeString(field.label());
    }
    json.writeString("status");
    if (question.shownWindows() != null) {
      json.writeString("label");
      json.writeString("partial");
    }
    json.writeEndArray();
  }

  @Override
  public void samples(TagDefinition tag, SampleBlock block, int count) throws IOException {
    boolean compact = isCompact();
    for (int row = 0; row < count; row++) {
      boolean shows = question.showsValue(block, row);
      if (shows && block.type() == SampleType.STRING) { // may need escapes
        if (compact) {
          writeCompact(block, row);
        } else {
          writeSample(json, tag, block, row, true, zone);
        }
        continue;
      }
      line.clear();
      line.put(compact ? "[" : "{\"ts\":").quotedTime(block.sourceTimesNs()[row]);
      line.put(compact ? "," : ",\"value\":");
      if (shows) {
        value(block, row);
      } else {
        line.put("null");
      }
      int status = block.statuses()[row];
      if (compact) {
        line.put(',').whole(Integer.toUnsignedLong(status)).put(']');
        noteStatus(status);
      } else {
        if (shows && block.type() == SampleType.DIGITAL) {
          line.put(",\"text\":").put(stateJson(tag, block.longs()[row]));
        }
        line.put(statusJson(status)).put('}');
      }
      writeLine();
    }
  }

  private void writeLine() throws IOException {
    json.writeRawValue(line.chars(), 0, line.length());
  }

  /** A value of any type but string. */
  private void value(SampleBlock block, int row) {
    switch (block.type()) {
      case FLOAT64 -> line.json(block.doubles()[row]);
      case FLOAT32 -> {
        float value = Float32.nearest(block.doubles()[row]);
        boolean isFinite = Float.isFinite(value);
        line.put(isFinite ? "" : "\"").put(Float.toString(value)).put(isFinite ? "" : "\"");
      }
      case BOOL -> line.put(block.longs()[row] != 0 ? "true" : "false");
      case INT64, INT32, DIGITAL, STRING -> line.json(block.longs()[row]);
    }
  }

  /** A state's text in quotes; the states of a tag are few. */
  private String stateJson(TagDefinition tag, long state) {
    return stateTexts.computeIfAbsent(state, ordinal -> quoted(tag.stateText(ordinal)));
  }

  /** The fields of a status; the last one is kept, since most rows have the same. */
  private String statusJson(int status) {
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

  /** One text sample as {@code [ts, value, status]}. */
  private void writeCompact(SampleBlock block, int row) throws IOException {
    json.writeStartArray();
    JsonText.writeTime(json, block.sourceTimesNs()[row], zone);
    writeValue(json, block, row);
    int status = block.statuses()[row];
    json.writeNumber(Integer.toUnsignedLong(status));
    json.writeEndArray();
    noteStatus(status);
  }

  /** Names of codes follow once behind the samples. */
  private void noteStatus(int status) {
    if (status == lastStatus) {
      return;
    }
    lastStatus = status;
    long code = Integer.toUnsignedLong(status);
    if (code != noted && code != notedBefore) { // most rows have one of two
      statusTexts.computeIfAbsent(status, StatusCodes::text);
      notedBefore = noted;
      noted = code;
    }
  }

  /** One sample as an object. */
  static void writeSample(
      JsonGenerator json,
      TagDefinition tag,
      SampleBlock block,
      int row,
      boolean showsValue,
      ZoneId zone)
      throws IOException {
    json.writeStartObject();
    json.writeFieldName("ts");
    JsonText.writeTime(json, block.sourceTimesNs()[row], zone);
    json.writeFieldName("value");
    if (!showsValue) {
      json.writeNull();
    } else {
      writeValue(json, block, row);
      if (block.type() == SampleType.DIGITAL) {
        json.writeStringField("text", tag.stateText(block.longs()[row]));
      }
    }
    writeStatus(json, block.statuses()[row]);
    json.writeEndObject();
  }

  private static void writeValue(JsonGenerator json, SampleBlock block, int row)
      throws IOException {
    switch (block.type()) {
      case FLOAT64 -> JsonText.writeDouble(json, block.doubles()[row]);
      case FLOAT32 -> JsonText.writeSingle(json, Float32.nearest(block.doubles()[row]));
      case INT64, INT32, DIGITAL -> JsonText.writeLong(json, block.longs()[row]);
      case BOOL -> json.writeBoolean(block.longs()[row] != 0);
      case STRING -> json.writeString(block.texts()[row]);
    }
  }

  /** Code and class, and the code's name where it says more than the class. */
  private static void writeStatus(JsonGenerator json, int status) throws IOException {
    String quality = Quality.of(status).label();
    json.writeNumberField("status", Integer.toUnsignedLong(status));
    json.writeStringField("quality", quality);
    String name = StatusCodes.text(status);
    if (!name.equals(quality)) {
      json.writeStringField("statusText", name);
    }
  }

  @Override
  public void summaries(TagDefinition tag, List<SummaryRow> rows, int firstWindow, int step)
      throws IOException {
    int window = firstWindow;
    for (SummaryRow row : rows) {
      line.clear();
      if (isCompact()) {
        compactSummary(row, window);
      } else {
        summary(row, window);
      }
      writeLine();
      window += step;
    }
  }

  private void summary(SummaryRow row, int window) {
    line.put("{\"startTime\":").quotedTime(row.startNs());
    line.put(",\"endTime\":").quotedTime(row.endNs());
    window(row, window);
    for (SummaryField field : question.fields()) {
      line.put(FIELD_NAMES[field.ordinal()]);
      value(row, field);
    }
    line.put(statusJson(row.status()));
    line.put(",\"basis\":\"").put(row.basis()).put("\"}");
  }

  private void compactSummary(SummaryRow row, int window) {
    line.put('[').quotedTime(row.startNs()).put(',').quotedTime(row.endNs());
    for (SummaryField field : question.fields()) {
      line.put(',');
      value(row, field);
    }
    line.put(',').whole(Integer.toUnsignedLong(row.status()));
    noteStatus(row.status());
    Windows windows = question.shownWindows();
    if (windows != null) {
      String label = windows.label(window);
      line.put(',').put(label == null ? "null" : quoted(label));
      line.put(windows.isPartial(window) ? ",true" : ",false");
    }
    line.put(']');
  }

  private void value(SummaryRow row, SummaryField field) {
    if (!row.has(field)) {
      line.put("null");
      return;
    }
    switch (field.kind()) {
      case NUMBER -> line.json(question.number(row, field));
      case TIME -> line.quotedTime(row.whole(field));
      case COUNT -> line.json(row.whole(field));
    }
  }

  /** Time, names and flag of a row's window, where answers have them. */
  private void window(SummaryRow row, int window) {
    Windows windows = question.shownWindows();
    if (windows == null) {
      return;
    }
    line.put(",\"ts\":").quotedTime(question.timestampNs(row));
    text("label", windows.label(window));
    text("shift", windows.shift(window));
    text("productionDay", windows.productionDay(window));
    if (windows.isPartial(window)) {
      line.put(",\"partial\":true");
    }
  }

  private void text(String field, @Nullable Object text) {
    if (text != null) {
      line.put(",\"").put(field).put("\":").put(quoted(text.toString()));
    }
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    JsonStringEncoder.getInstance().quoteAsString(text, out);
    return out.append('"').toString();
  }

  private void writeTime(String field, @Nullable Long ns) throws IOException {
    json.writeFieldName(field);
    if (ns == null) {
      json.writeNull();
    } else {
      JsonText.writeTime(json, ns, zone);
    }
  }

  @Override
  public void table(TagDefinition tag, List<@Nullable Object[]> rows) throws IOException {
    List<IntervalTable.Column> columns = question.mode().columns();
    for (@Nullable Object[] row : rows) {
      line.clear();
      for (int i = 0; i < row.length; i++) {
        IntervalTable.Column column = columns.get(i);
        Object cell = row[i];
        if (column.type() == IntervalTable.Type.STATUS && cell != null) {
          line.put(statusJson((Integer) cell));
        } else if (cell != null || !column.label().equals("label")) {
          line.put(i == 0 ? "{\"" : ",\"").put(column.label()).put("\":");
          cell(column.type(), cell);
        }
      }
      line.put('}');
      writeLine();
    }
  }

  private void cell(IntervalTable.Type type, @Nullable Object cell) {
    if (cell == null) {
      line.put("null");
      return;
    }
    switch (type) {
      case TIME -> line.quotedTime((Long) cell);
      case NUMBER -> line.json((double) (Double) cell);
      case WHOLE -> line.json((long) (Long) cell);
      case TEXT -> line.put(quoted((String) cell));
      case STATUS -> line.whole(Integer.toUnsignedLong((Integer) cell));
    }
  }

  @Override
  public void endTag(boolean more, @Nullable String cursor) throws IOException {
    json.writeEndArray();
    if (more) {
      json.writeBooleanField("more", true);
    }
    if (cursor != null) {
      json.writeStringField("cursor", cursor);
    }
    if (isCompact()) {
      json.writeObjectFieldStart("statusTexts");
      for (Map.Entry<Integer, String> text : statusTexts.entrySet()) {
        json.writeStringField(Integer.toUnsignedString(text.getKey()), text.getValue());
      }
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  @Override
  public void rows(long[] timesNs, List<WideColumn> columns) throws IOException {
    for (int row = 0; row < timesNs.length; row++) {
      json.writeStartObject();
      writeTime("ts", timesNs[row]);
      json.writeArrayFieldStart("values");
      for (WideColumn column : columns) {
        SampleBlock block = column.block(row);
        if (question.showsValue(block, column.index(row))) {
          writeValue(json, block, column.index(row));
        } else {
          json.writeNull();
        }
      }
      json.writeEndArray();
      json.writeArrayFieldStart("statuses");
      for (WideColumn column : columns) {
        json.writeNumber(Integer.toUnsignedLong(column.block(row).statuses()[column.index(row)]));
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  @Override
  public void end(List<ValuesQuestion.TagError> errors) throws IOException {
    json.writeEndArray();
    writeErrors(json, errors);
    json.writeEndObject();
    json.close();
  }

  /** The field {@code errors} of tags without an answer. */
  static void writeErrors(JsonGenerator json, List<ValuesQuestion.TagError> errors)
      throws IOException {
    json.writeArrayFieldStart("errors");
    for (ValuesQuestion.TagError error : errors) {
      json.writeStartObject();
      json.writeStringField("tag", error.tag());
      json.writeStringField("code", error.code().name());
      json.writeStringField("message", error.message());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
