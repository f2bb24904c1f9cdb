package io.tidemark.wire.http;

import io.tidemark.model.Float32;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Quality;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.aggregate.TotalUnit;
import io.tidemark.query.retrieval.SummaryRow;
import io.tidemark.query.time.Windows;
import java.io.IOException;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values as a table for spreadsheets: CSV or a workbook. A table has no room for errors: a tag
 * without an answer throws.
 */
final class ValuesCsv implements ValuesEncoder {
  private final ValuesQuestion question;
  private final Cells csv;
  private final ZoneId zone;

  ValuesCsv(ValuesQuestion question, Cells cells) {
    this.question = question;
    this.csv = cells;
    this.zone = question.zone();
  }

  @Override
  public void begin() throws IOException {
    if (question.wide()) {
      csv.timeHeaders("Time", zone);
      for (TagDefinition tag : question.tags()) {
        csv.text(tag.uom().isEmpty() ? tag.name() : tag.name() + " [" + tag.uom() + "]");
        if (question.withStatus()) {
          csv.text(tag.name() + " status");
        }
      }
    } else if (question.mode() == ValuesQuestion.Mode.SUMMARY) {
      csv.text("Tag").timeHeaders("Start", zone).timeHeaders("End", zone);
      for (SummaryField field : question.fields()) {
        if (field == unitBefore()) {
          csv.text("Unit");
        }
        if (field.kind() == SummaryField.Kind.TIME) {
          csv.timeHeaders(heading(field), zone);
        } else {
          csv.text(heading(field));
        }
        if (field == SummaryField.TOTAL) {
          csv.text("Total unit");
        } else if (field == SummaryField.SLOPE) {
          csv.text("Slope unit");
        }
      }
      csv.text("Status").text("Quality").text("Basis");
      if (question.shownWindows() != null) {
        csv.timeHeaders("Timestamp", zone);
        csv.text("Label").text("Shift").text("Production day").text("Partial");
      }
    } else if (!question.mode().columns().isEmpty()) {
      csv.text("Tag");
      for (IntervalTable.Column column : question.mode().columns()) {
        if (column.type() == IntervalTable.Type.TIME) {
          csv.timeHeaders(column.heading(), zone);
        } else {
          csv.text(column.heading());
          if (column.type() == IntervalTable.Type.STATUS) {
            csv.text("Quality");
          }
        }
      }
      csv.text("Unit");
    } else {
      csv.text("Tag").timeHeaders("Time", zone);
      csv.text("Value").text("Text").text("Unit").text("Status").text("Quality");
    }
    csv.endRow();
  }

  @Override
  public void beginTag(TagDefinition tag) {}

  @Override
  public void samples(TagDefinition tag, SampleBlock block, int count) throws IOException {
    for (int row = 0; row < count; row++) {
      csv.text(tag.name()).time(block.sourceTimesNs()[row], zone);
      if (!question.showsValue(block, row)) {
        csv.empty().empty();
      } else if (block.type() == SampleType.STRING) {
        csv.empty();
        text(block, row);
      } else {
        number(block, row);
        if (block.type() == SampleType.DIGITAL) {
          csv.text(tag.stateText(block.longs()[row]));
        } else {
          csv.empty();
        }
      }
      csv.text(tag.uom());
      status(block.statuses()[row]);
      csv.endRow();
    }
  }

  private void number(SampleBlock block, int row) {
    switch (block.type()) {
      case FLOAT64 -> csv.number(block.doubles()[row]);
      case FLOAT32 -> csv.number(Float32.nearest(block.doubles()[row]));
      case INT64, INT32, DIGITAL -> csv.number(block.longs()[row]);
      case BOOL -> csv.plain(block.longs()[row] != 0 ? "true" : "false");
      case STRING -> text(block, row);
    }
  }

  private void text(SampleBlock block, int row) {
    String text = block.texts()[row];
    csv.text(text == null ? "" : text);
  }

  private void status(int status) {
    csv.text(StatusCodes.text(status)).text(Quality.of(status).label());
  }

  @Override
  public void summaries(TagDefinition tag, List<SummaryRow> rows, int firstWindow, int step)
      throws IOException {
    int window = firstWindow;
    String totalUom = TotalUnit.of(tag.uom()).uom();
    for (SummaryRow row : rows) {
      csv.text(tag.name()).time(row.startNs(), zone).time(row.endNs(), zone);
      for (SummaryField field : question.fields()) {
        if (field == unitBefore()) {
          csv.text(tag.uom());
        }
        value(row, field);
        if (field == SummaryField.TOTAL) {
          csv.text(totalUom);
        } else if (field == SummaryField.SLOPE) {
          csv.text(question.slopeUom(tag));
        }
      }
      status(row.status());
      csv.text(row.basis());
      window(row, window);
      window += step;
      csv.endRow();
    }
  }

  /** The unit of the tag stands before this field: the first that is not in it. */
  private SummaryField unitBefore() {
    return question.fields().contains(SummaryField.TOTAL) ? SummaryField.TOTAL : SummaryField.COUNT;
  }

  private static String heading(SummaryField field) {
    if (field == SummaryField.STD_DEV) {
      return "Standard deviation";
    }
    String text = field.column().replace('_', ' ').replace("std dev", "standard deviation");
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  private void value(SummaryRow row, SummaryField field) {
    switch (field.kind()) {
      case NUMBER -> number(row.has(field) ? (Double) question.number(row, field) : null);
      case TIME -> time(row.has(field) ? (Long) row.whole(field) : null);
      case COUNT -> {
        if (row.has(field)) {
          csv.number(row.whole(field));
        } else {
          csv.empty();
        }
      }
    }
  }

  private void window(SummaryRow row, int window) {
    Windows windows = question.shownWindows();
    if (windows == null) {
      return;
    }
    csv.time(question.timestampNs(row), zone);
    text(windows.label(window));
    text(windows.shift(window));
    text(windows.productionDay(window));
    csv.plain(windows.isPartial(window) ? "true" : "false");
  }

  private void text(@Nullable Object value) {
    if (value == null) {
      csv.empty();
    } else {
      csv.text(value.toString());
    }
  }

  private void number(@Nullable Double value) {
    if (value == null) {
      csv.empty();
    } else {
      csv.number(value.doubleValue());
    }
  }

  private void time(@Nullable Long ns) {
    if (ns == null) {
      csv.empty().empty();
    } else {
      csv.time(ns, zone);
    }
  }

  @Override
  public void table(TagDefinition tag, List<@Nullable Object[]> rows) throws IOException {
    List<IntervalTable.Column> columns = question.mode().columns();
    for (@Nullable Object[] row : rows) {
      csv.text(tag.name());
      for (int i = 0; i < row.length; i++) {
        switch (columns.get(i).type()) {
          case TIME -> time((Long) row[i]);
          case NUMBER -> number((Double) row[i]);
          case TEXT -> text(row[i]);
          case WHOLE -> {
            if (row[i] == null) {
              csv.empty();
            } else {
              csv.number((long) (Long) row[i]);
            }
          }
          case STATUS -> status((Integer) row[i]);
        }
      }
      csv.text(tag.uom());
      csv.endRow();
    }
  }

  @Override
  public void endTag(boolean more, @Nullable String cursor) {}

  @Override
  public void rows(long[] timesNs, List<WideColumn> columns) throws IOException {
    for (int row = 0; row < timesNs.length; row++) {
      csv.time(timesNs[row], zone);
      for (WideColumn column : columns) {
        SampleBlock block = column.block(row);
        int index = column.index(row);
        if (!question.showsValue(block, index)) {
          csv.empty();
        } else if (block.type() == SampleType.DIGITAL) {
          csv.text(column.tag().stateText(block.longs()[index]));
        } else {
          number(block, index);
        }
        if (question.withStatus()) {
          csv.text(StatusCodes.text(block.statuses()[index]));
        }
      }
      csv.endRow();
    }
  }

  @Override
  public void end(List<ValuesQuestion.TagError> errors) {
    refuseErrors(errors);
  }

  /**
   * Throws the first error, if there is one.
   *
   * @throws HistorianException of the tag's code
   */
  static void refuseErrors(List<ValuesQuestion.TagError> errors) {
    if (!errors.isEmpty()) {
      ValuesQuestion.TagError first = errors.getFirst();
      throw new HistorianException(
          first.code(),
          first.message() + (errors.size() == 1 ? "" : ", errors=" + errors.size()),
          "tag",
          "a table has no room for errors; format=json answers for the other tags",
          null);
    }
  }
}
