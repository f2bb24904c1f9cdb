package io.tidemark.wire.http;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Quality;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.CalculationBasis;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.aggregate.TotalUnit;
import io.tidemark.query.arrow.ArrowPageWriter;
import io.tidemark.query.arrow.ArrowPageWriter.Column;
import io.tidemark.query.arrow.ArrowPageWriter.Type;
import io.tidemark.query.retrieval.SummaryRow;
import io.tidemark.query.time.Windows;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values as an Arrow IPC stream with the column names that SQL has. Long rows carry their tag and
 * unit; a wide answer has one column a tag, named as the tag, whose field says {@code uom}, {@code
 * step} and {@code mode}. A stream has no room for errors: a tag without an answer throws.
 */
final class ValuesArrow implements ValuesEncoder {
  /** Columns of samples. */
  private enum Of {
    TAG(Type.TEXT),
    TS(Type.TIME),
    VALUE(Type.FLOAT64),
    VALUE_INT(Type.INT64),
    TEXT(Type.TEXT),
    STATUS(Type.UINT32),
    QUALITY(Type.TEXT),
    UOM(Type.TEXT);

    private final Type type;

    Of(Type type) {
      this.type = type;
    }
  }

  private static final List<Column> WINDOWS =
      List.of(
          new Column("ts", Type.TIME),
          new Column("label", Type.TEXT),
          new Column("shift", Type.TEXT),
          new Column("production_day", Type.TEXT),
          new Column("partial", Type.BOOL));

  private final ValuesQuestion question;
  private final ArrowPageWriter out;

  /* Where each column of samples stands; -1 if the answer has none. */
  private final int[] places = new int[Of.values().length];

  ValuesArrow(ValuesQuestion question, OutputStream stream) throws IOException {
    this.question = question;
    String mode = question.mode().name().toLowerCase(Locale.ROOT);
    Map<String, String> metadata =
        new HashMap<>(
            Map.of(
                "mode", mode,
                "timeZone", question.zone().getId(),
                "dataVersion", question.dataVersion()));
    ValuesQuestion.Timestamp timestamp = question.timestamp();
    if (timestamp != null) {
      metadata.put("timestamp", timestamp.name().toLowerCase(Locale.ROOT));
    }
    if (question.basis() != CalculationBasis.TIME_WEIGHTED) {
      metadata.put("calculationBasis", question.basis().label());
    }
    List<Column> samples = samples();
    if (isCompact() && question.tags().size() == 1) {
      TagDefinition tag = question.tags().getFirst();
      metadata.putAll(
          Map.of("tag", tag.name(), "uom", tag.uom(), "step", Boolean.toString(tag.stepped())));
    }
    List<Column> columns =
        question.wide()
            ? wideColumns(mode)
            : question.mode() == ValuesQuestion.Mode.SUMMARY
                ? summaryColumns()
                : question.mode().columns().isEmpty()
                    ? samples
                    : tableColumns(question.mode().columns());
    out = new ArrowPageWriter(columns, Map.copyOf(metadata), stream);
  }

  private boolean isCompact() {
    return question.layout() == ValuesQuestion.Layout.COMPACT;
  }

  /**
   * Columns of samples; of a compact answer only those that may say something that the schema does
   * not.
   */
  private List<Column> samples() {
    List<Column> columns = new ArrayList<>();
    for (Of each : Of.values()) {
      boolean isThere =
          !isCompact()
              || switch (each) {
                case TS, VALUE, STATUS -> true;
                case TAG -> question.tags().size() != 1;
                case VALUE_INT -> question.tags().stream().anyMatch(t -> t.type().isIntegral());
                case TEXT ->
                    question.tags().stream()
                        .anyMatch(
                            t -> t.type() == SampleType.STRING || t.type() == SampleType.DIGITAL);
                case QUALITY, UOM -> false;
              };
      places[each.ordinal()] = isThere ? columns.size() : -1;
      if (isThere) {
        columns.add(new Column(each.name().toLowerCase(Locale.ROOT), each.type));
      }
    }
    return columns;
  }

  private int place(Of column) {
    return places[column.ordinal()];
  }

  private List<Column> summaryColumns() {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("tag", Type.TEXT));
    columns.add(new Column("start_time", Type.TIME));
    columns.add(new Column("end_time", Type.TIME));
    for (SummaryField field : question.fields()) {
      columns.add(
          new Column(
              field.column(),
              switch (field.kind()) {
                case NUMBER -> Type.FLOAT64;
                case TIME -> Type.TIME;
                case COUNT -> Type.INT64;
              }));
    }
    columns.add(new Column("status", Type.UINT32));
    columns.add(new Column("quality", Type.TEXT));
    columns.add(new Column("basis", Type.TEXT));
    columns.add(new Column("uom", Type.TEXT));
    columns.add(new Column("total_uom", Type.TEXT));
    if (question.fields().contains(SummaryField.SLOPE)) {
      columns.add(new Column("slope_uom", Type.TEXT));
    }
    if (question.shownWindows() != null) {
      columns.addAll(WINDOWS);
    }
    return columns;
  }

  private List<Column> wideColumns(String mode) {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("ts", Type.TIME));
    for (TagDefinition tag : question.tags()) {
      columns.add(
          new Column(
              tag.name(),
              wideType(tag),
              Map.of(
                  "uom", tag.uom(),
                  "step", Boolean.toString(tag.stepped()),
                  "mode", mode,
                  "timeZone", question.zone().getId(),
                  "dataVersion", question.dataVersion())));
      if (question.withStatus()) {
        columns.add(new Column(tag.name() + ".status", Type.UINT32));
      }
    }
    return columns;
  }

  private static Type wideType(TagDefinition tag) {
    return switch (tag.type()) {
      case FLOAT64, FLOAT32 -> Type.FLOAT64;
      case INT64, INT32 ->
          tag.stepped() ? Type.INT64 : Type.FLOAT64; // between two samples lies a fraction
      case BOOL -> Type.BOOL;
      case DIGITAL, STRING -> Type.TEXT;
    };
  }

  @Override
  public void begin() {}

  @Override
  public void beginTag(TagDefinition tag) {}

  @Override
  public void samples(TagDefinition tag, SampleBlock block, int count) throws IOException {
    if (count == 0) {
      return;
    }
    refuseWithoutColumn(tag, block.type());
    out.beginRun(count);
    if (place(Of.TAG) >= 0) {
      out.setRun(place(Of.TAG), tag.name(), 0, count);
    }
    out.setRun(place(Of.TS), block.sourceTimesNs(), count);
    boolean isReal = block.type().isReal();
    if (isReal) {
      out.setRun(place(Of.VALUE), block.doubles(), count);
    }
    for (int row = 0; row < count; row++) {
      boolean shows = question.showsValue(block, row);
      if (isReal && !shows) {
        out.clearNumber(place(Of.VALUE), row);
      } else if (!isReal && shows) {
        sampleValue(tag, block, row);
      }
    }
    int[] statuses = block.statuses();
    out.setRun(place(Of.STATUS), statuses, count);
    for (int row = 0, end; place(Of.QUALITY) >= 0 && row < count; row = end) {
      Quality quality = Quality.of(statuses[row]);
      end = row + 1;
      while (end < count && Quality.of(statuses[end]) == quality) {
        end++;
      }
      out.setRun(place(Of.QUALITY), quality.label(), row, end - row);
    }
    if (place(Of.UOM) >= 0) {
      out.setRun(place(Of.UOM), tag.uom(), 0, count);
    }
    out.endRun(count);
  }

  /** A compact answer has the columns of the types that tags have now. */
  private void refuseWithoutColumn(TagDefinition tag, SampleType type) {
    boolean hasColumns =
        (place(Of.VALUE_INT) >= 0 || !type.isIntegral())
            && (place(Of.TEXT) >= 0 || (type != SampleType.STRING && type != SampleType.DIGITAL));
    if (!hasColumns) {
      throw changedType(tag, type);
    }
  }

  private static HistorianException changedType(TagDefinition tag, SampleType given) {
    return new HistorianException(
        ErrorCode.CONFLICT,
        "tag changed its type within the range, and a column has one type: tag="
            + ErrorText.quote(tag.name())
            + ", type="
            + given.label()
            + ", typeNow="
            + tag.type().label(),
        "layout",
        "ask with layout=long, or for a shorter range",
        null);
  }

  /** A value that is no float. */
  private void sampleValue(TagDefinition tag, SampleBlock block, int row) {
    switch (block.type()) {
      case FLOAT64, FLOAT32 -> throw new AssertionError(block.type());
      case STRING -> out.setText(place(Of.TEXT), row, block.texts()[row]);
      case INT64, INT32, BOOL, DIGITAL -> {
        long value = block.longs()[row];
        out.setDouble(place(Of.VALUE), row, (double) value);
        out.setLong(place(Of.VALUE_INT), row, value);
        if (block.type() == SampleType.DIGITAL) {
          out.setText(place(Of.TEXT), row, tag.stateText(value));
        }
      }
    }
  }

  @Override
  public void summaries(TagDefinition tag, List<SummaryRow> rows, int firstWindow, int step)
      throws IOException {
    int window = firstWindow;
    String totalUom = TotalUnit.of(tag.uom()).uom();
    boolean hasSlope = question.fields().contains(SummaryField.SLOPE);
    for (SummaryRow row : rows) {
      out.setText(0, tag.name());
      out.setTime(1, row.startNs());
      out.setTime(2, row.endNs());
      int column = 3;
      for (SummaryField field : question.fields()) {
        if (row.has(field)) {
          switch (field.kind()) {
            case NUMBER -> out.setDouble(column, question.number(row, field));
            case TIME -> out.setTime(column, row.whole(field));
            case COUNT -> out.setLong(column, row.whole(field));
          }
        }
        column++;
      }
      out.setUnsignedInt(column++, row.status());
      out.setText(column++, Quality.of(row.status()).label());
      out.setText(column++, row.basis());
      out.setText(column++, tag.uom());
      out.setText(column++, totalUom);
      if (hasSlope) {
        out.setText(column++, question.slopeUom(tag));
      }
      window(column, row, window);
      window += step;
      out.endRow();
    }
  }

  private void window(int column, SummaryRow row, int window) {
    Windows windows = question.shownWindows();
    if (windows == null) {
      return;
    }
    out.setTime(column, question.timestampNs(row));
    text(column + 1, windows.label(window));
    text(column + 2, windows.shift(window));
    text(column + 3, windows.productionDay(window));
    out.setBool(column + 4, windows.isPartial(window));
  }

  private void text(int column, @Nullable Object value) {
    if (value != null) {
      out.setText(column, value.toString());
    }
  }

  @Override
  public void table(TagDefinition tag, List<@Nullable Object[]> rows) throws IOException {
    List<IntervalTable.Column> columns = question.mode().columns();
    for (@Nullable Object[] row : rows) {
      out.setText(0, tag.name());
      int column = 1;
      for (int i = 0; i < row.length; i++) {
        Object cell = row[i];
        IntervalTable.Type type = columns.get(i).type();
        if (cell != null) {
          switch (type) {
            case TIME -> out.setTime(column, (Long) cell);
            case NUMBER -> out.setDouble(column, (Double) cell);
            case WHOLE -> out.setLong(column, (Long) cell);
            case TEXT -> out.setText(column, (String) cell);
            case STATUS -> {
              out.setUnsignedInt(column++, (Integer) cell);
              out.setText(column, Quality.of((Integer) cell).label());
            }
          }
        }
        column++;
      }
      out.setText(column, tag.uom());
      out.endRow();
    }
  }

  private static List<Column> tableColumns(List<IntervalTable.Column> asked) {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("tag", Type.TEXT));
    for (IntervalTable.Column column : asked) {
      columns.add(
          new Column(
              column.column(),
              switch (column.type()) {
                case TIME -> Type.TIME;
                case NUMBER -> Type.FLOAT64;
                case WHOLE -> Type.INT64;
                case TEXT -> Type.TEXT;
                case STATUS -> Type.UINT32;
              }));
      if (column.type() == IntervalTable.Type.STATUS) {
        columns.add(new Column("quality", Type.TEXT));
      }
    }
    columns.add(new Column("uom", Type.TEXT));
    return columns;
  }

  @Override
  public void endTag(boolean more, @Nullable String cursor) {}

  @Override
  public void rows(long[] timesNs, List<WideColumn> columns) throws IOException {
    int width = question.withStatus() ? 2 : 1;
    for (int row = 0; row < timesNs.length; row++) {
      out.setTime(0, timesNs[row]);
      for (int i = 0; i < columns.size(); i++) {
        WideColumn column = columns.get(i);
        SampleBlock block = column.block(row);
        int index = column.index(row);
        if (question.showsValue(block, index)) {
          wideValue(1 + i * width, column.tag(), block, index);
        }
        if (question.withStatus()) {
          out.setUnsignedInt(2 + i * width, block.statuses()[index]);
        }
      }
      out.endRow();
    }
  }

  private void wideValue(int column, TagDefinition tag, SampleBlock block, int row) {
    SampleType given = block.type();
    Type wanted = wideType(tag);
    if (given.isContinuous() && wanted == Type.FLOAT64) {
      out.setDouble(column, block.number(row));
    } else if (given.isContinuous() && given.isIntegral() && wanted == Type.INT64) {
      out.setLong(column, block.longs()[row]);
    } else if (given != tag.type()) {
      throw changedType(tag, given);
    } else {
      switch (wanted) {
        case BOOL -> out.setBool(column, block.longs()[row] != 0);
        default ->
            out.setText(
                column,
                given == SampleType.STRING
                    ? block.texts()[row]
                    : tag.stateText(block.longs()[row]));
      }
    }
  }

  @Override
  public void end(List<ValuesQuestion.TagError> errors) throws IOException {
    ValuesCsv.refuseErrors(errors);
    out.end();
  }

  @Override
  public void close() {
    out.close();
  }
}
