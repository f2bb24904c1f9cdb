package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
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
  private final SampleJson samples;
  private final RowText line;
  private final Map<Integer, String> statusTexts = new TreeMap<>(Integer::compareUnsigned);
  private int lastStatus;

  /* Codes that were noted last; -1 for none. */
  private long noted;
  private long notedBefore;

  ValuesJson(ValuesQuestion question, OutputStream out) throws IOException {
    this.question = question;
    this.json = JsonText.generator(out);
    this.zone = question.zone();
    this.samples = new SampleJson(json, zone);
    this.line = samples.line();
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
    samples.nextTag();
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
    for (int row = 0; row < count; row++) {
      boolean shows = question.showsValue(block, row);
      if (isCompact()) {
        samples.writeCompact(block, row, shows);
        noteStatus(block.statuses()[row]);
      } else {
        samples.write(tag, block, row, shows);
      }
    }
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
      samples.writeLine();
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
    line.put(samples.status(row.status()));
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
      line.put(',').put(label == null ? "null" : SampleJson.quoted(label));
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
      line.put(",\"").put(field).put("\":").put(SampleJson.quoted(text.toString()));
    }
  }

  private void writeTime(String field, long ns) throws IOException {
    json.writeFieldName(field);
    JsonText.writeTime(json, ns, zone);
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
          line.put(samples.status((Integer) cell));
        } else if (cell != null || !column.label().equals("label")) {
          line.put(i == 0 ? "{\"" : ",\"").put(column.label()).put("\":");
          cell(column.type(), cell);
        }
      }
      line.put('}');
      samples.writeLine();
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
      case TEXT -> line.put(SampleJson.quoted((String) cell));
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
      line.clear();
      line.put("{\"ts\":").quotedTime(timesNs[row]).put(",\"values\":[");
      for (int i = 0; i < columns.size(); i++) {
        SampleBlock block = columns.get(i).block(row);
        int index = columns.get(i).index(row);
        line.put(i == 0 ? "" : ",");
        samples.value(block, index, question.showsValue(block, index));
      }
      line.put("],\"statuses\":[");
      for (int i = 0; i < columns.size(); i++) {
        WideColumn column = columns.get(i);
        line.put(i == 0 ? "" : ",")
            .whole(Integer.toUnsignedLong(column.block(row).statuses()[column.index(row)]));
      }
      line.put("]}");
      samples.writeLine();
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
