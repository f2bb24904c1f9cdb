package io.tidemark.ingest.arrow;

import io.tidemark.ingest.WriteReport;
import io.tidemark.ingest.WriteSession;
import io.tidemark.ingest.arrow.ArrowColumn.Kind;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.NearestName;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/** A row is a sample. */
final class LongForm implements BatchForm {
  /** Columns of values; the first that is not null counts. */
  private static final List<String> VALUES = List.of("value_int", "text", "value");

  private static final List<String> READ =
      List.of("tag", "ts", "ts_ns", "value_int", "text", "value", "status", "flags");

  /** What the server answers beside these. */
  private static final List<String> NOT_READ = List.of("quality", "status_text", "good", "uom");

  private static final int FLAGS_ALLOWED =
      SampleFlags.PRESENT
          | SampleFlags.SUBSTITUTED
          | SampleFlags.QUESTIONABLE
          | SampleFlags.EDITED
          | SampleFlags.BACKFILLED
          | SampleFlags.PROVISIONAL;

  private final BatchColumns columns;
  private final DictionaryProvider dictionaries;
  private final TagColumn tags;
  private final int tagNumber;
  private final int timeNumber;
  private final ArrowColumn time;
  private final ValueColumn[] values;
  private final @Nullable StatusColumn statuses;
  private final int flagsNumber;

  private final ColumnCells tagCells = new ColumnCells();
  private final ColumnCells timeCells = new ColumnCells();
  private final ColumnCells[] valueCells;
  private final ColumnCells statusCells = new ColumnCells();
  private final ColumnCells flagCells = new ColumnCells();

  LongForm(BatchColumns columns, DictionaryProvider dictionaries) {
    this.columns = columns;
    this.dictionaries = dictionaries;
    for (int i = 0; i < columns.size(); i++) {
      checkName(columns.column(i).name());
    }
    tagNumber = columns.find("tag");
    if (columns.column(tagNumber).kind() != Kind.TEXT) {
      throw BatchColumns.wrongType(columns.column(tagNumber), "a text or a dictionary of texts");
    }
    tags = new TagColumn(columns.column(tagNumber));
    timeNumber = columns.timeColumn();
    time = columns.column(timeNumber);
    List<ValueColumn> found = new ArrayList<>();
    for (String name : VALUES) {
      int number = columns.find(name);
      if (number >= 0) {
        found.add(new ValueColumn(columns, number));
      }
    }
    values = found.toArray(ValueColumn[]::new);
    valueCells = new ColumnCells[values.length];
    for (int i = 0; i < values.length; i++) {
      valueCells[i] = new ColumnCells();
    }
    int status = columns.find("status");
    statuses = status < 0 ? null : new StatusColumn(columns, status);
    if (values.length == 0 && statuses == null) {
      throw new HistorianException(
          ErrorCode.MISSING_FIELD,
          "there is no column of values: column=value",
          "value",
          "send value, value_int, text or status beside tag and ts",
          null);
    }
    flagsNumber = columns.find("flags");
    if (flagsNumber >= 0 && columns.column(flagsNumber).kind() != Kind.WHOLE) {
      throw BatchColumns.wrongType(columns.column(flagsNumber), "uint8");
    }
  }

  private static void checkName(String name) {
    if (READ.contains(name) || NOT_READ.contains(name)) {
      return;
    }
    String nearest = NearestName.find(name, READ);
    throw new HistorianException(
        ErrorCode.UNKNOWN_FIELD,
        "no such column beside tag: column=" + ErrorText.quote(name),
        name,
        nearest != null
            ? "did you mean " + nearest + "?"
            : "columns are "
                + String.join(", ", READ)
                + "; without a column tag, each column is a tag",
        null);
  }

  @Override
  public void decode(WriteSession session, WriteReport report, long firstRow) {
    tags.begin(session, dictionaries);
    for (ValueColumn column : values) {
      column.begin(dictionaries);
    }
    if (statuses != null) {
      statuses.begin(dictionaries);
    }
    int rows = columns.rows();
    for (int from = 0; from < rows; from += ColumnCells.ROWS_MAX) {
      int count = Math.min(ColumnCells.ROWS_MAX, rows - from);
      columns.load(tagNumber, tagCells, from, count);
      columns.load(timeNumber, timeCells, from, count);
      for (int i = 0; i < values.length; i++) {
        values[i].load(valueCells[i], from, count);
      }
      if (statuses != null) {
        statuses.load(statusCells, from, count);
      }
      if (flagsNumber >= 0) {
        columns.load(flagsNumber, flagCells, from, count);
      }
      piece(session, report, firstRow + from, count);
    }
    session.flags((byte) 0);
  }

  private void piece(WriteSession session, WriteReport report, long firstRow, int count) {
    int stored = 0;
    try {
      for (int row = 0; row < count; row++) {
        try {
          add(session, row);
          stored++;
        } catch (HistorianException e) {
          if (e.code().kind() != ErrorCode.Kind.USER) {
            throw e;
          }
          report.refuse("row " + (firstRow + row), e);
          quarantine(session, row, e);
        }
      }
    } finally {
      report.store(stored);
    }
  }

  private void quarantine(WriteSession session, int row, HistorianException why) {
    try {
      int at = valueAt(row);
      boolean isAbsent = at == values.length;
      session.quarantine(
          tags.name(tagCells, row),
          BatchColumns.timeNs(time, timeCells, row),
          isAbsent ? null : values[at].value(valueCells[at], row),
          StatusColumn.code(StatusColumn.of(statuses, statusCells, row), isAbsent),
          why);
    } catch (HistorianException e) {
      // a cell that cannot be read is no sample
    }
  }

  /** Which column holds the value of a row. */
  private int valueAt(int row) {
    int at = 0;
    while (at < values.length && valueCells[at].isNull(row)) {
      at++;
    }
    return at;
  }

  private void add(WriteSession session, int row) {
    int at = valueAt(row);
    ValueColumn column = at < values.length ? values[at] : null;
    TagDefinition tag =
        tags.of(session, tagCells, row, column == null ? SampleType.FLOAT64 : column.typeIfNew());
    long timeNs = BatchColumns.timeNs(time, timeCells, row);
    long given = StatusColumn.of(statuses, statusCells, row);
    int status = StatusColumn.code(given, column == null);
    if (flagsNumber >= 0) {
      session.flags(flags(row));
    }
    if (column != null) {
      column.add(session, tag, timeNs, valueCells[at], row, status);
    } else {
      session.absent(tag, timeNs, status);
    }
  }

  private byte flags(int row) {
    if (flagCells.isNull(row)) {
      return 0;
    }
    long flags = flagCells.whole(row);
    if ((flags & ~FLAGS_ALLOWED) != 0) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "flags have bits without a meaning: flags=" + flags + ", allowed=" + FLAGS_ALLOWED);
    }
    return (byte) (flags & ~SampleFlags.PRESENT);
  }
}
