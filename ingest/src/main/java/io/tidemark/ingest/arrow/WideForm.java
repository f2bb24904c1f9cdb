package io.tidemark.ingest.arrow;

import io.tidemark.ingest.WriteReport;
import io.tidemark.ingest.WriteSession;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TagDefinition;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/** A column is a tag, a row a time. Read tag by tag, as the store holds samples. */
final class WideForm implements BatchForm {
  private static final String STATUS_SUFFIX = ".status";

  /**
   * A tag of the stream.
   *
   * @param statuses of its cells, null if they have none
   */
  private record Tag(ValueColumn values, @Nullable StatusColumn statuses) {}

  private final BatchColumns columns;
  private final DictionaryProvider dictionaries;
  private final ResolvedTags resolved = new ResolvedTags();
  private final List<Tag> tags = new ArrayList<>();
  private final int timeNumber;
  private final ArrowColumn time;

  private final ColumnCells timeCells = new ColumnCells();
  private final ColumnCells valueCells = new ColumnCells();
  private final ColumnCells statusCells = new ColumnCells();

  WideForm(BatchColumns columns, DictionaryProvider dictionaries) {
    this.columns = columns;
    this.dictionaries = dictionaries;
    timeNumber = columns.timeColumn();
    time = columns.column(timeNumber);
    for (int i = 0; i < columns.size(); i++) {
      String name = columns.column(i).name();
      if (!name.equals("ts") && !name.equals("ts_ns") && !isStatus(name)) {
        int status = columns.find(name + STATUS_SUFFIX);
        tags.add(
            new Tag(
                new ValueColumn(columns, i),
                status < 0 ? null : new StatusColumn(columns, status)));
      }
    }
    if (tags.isEmpty()) {
      throw new HistorianException(
          ErrorCode.MISSING_FIELD,
          "there is no column of samples beside the times",
          null,
          "send tag, ts and value (a row a sample), or ts and a column for each tag",
          null);
    }
  }

  /** Whether a column holds the statuses of another. */
  private boolean isStatus(String name) {
    return name.endsWith(STATUS_SUFFIX)
        && columns.find(name.substring(0, name.length() - STATUS_SUFFIX.length())) >= 0;
  }

  @Override
  public void decode(WriteSession session, WriteReport report, long firstRow) {
    resolved.begin(session);
    for (Tag tag : tags) {
      tag.values.begin(dictionaries);
      if (tag.statuses != null) {
        tag.statuses.begin(dictionaries);
      }
    }
    int rows = columns.rows();
    for (int from = 0; from < rows; from += ColumnCells.ROWS_MAX) {
      int count = Math.min(ColumnCells.ROWS_MAX, rows - from);
      columns.load(timeNumber, timeCells, from, count);
      for (int i = 0; i < tags.size(); i++) {
        Tag tag = tags.get(i);
        tag.values.load(valueCells, from, count);
        if (tag.statuses != null) {
          tag.statuses.load(statusCells, from, count);
        }
        piece(session, report, i, firstRow + from, count);
      }
    }
  }

  private void piece(
      WriteSession session, WriteReport report, int number, long firstRow, int count) {
    Tag tag = tags.get(number);
    int stored = 0;
    try {
      for (int row = 0; row < count; row++) {
        try {
          if (add(session, tag, number, row)) {
            stored++;
          }
        } catch (HistorianException e) {
          if (e.code().kind() != ErrorCode.Kind.USER) {
            throw e;
          }
          report.refuse("row " + (firstRow + row) + ", column " + tag.values.name(), e);
          quarantine(session, tag, row, e);
        }
      }
    } finally {
      report.store(stored);
    }
  }

  private void quarantine(WriteSession session, Tag tag, int row, HistorianException why) {
    try {
      session.quarantine(
          tag.values.name(),
          BatchColumns.timeNs(time, timeCells, row),
          tag.values.value(valueCells, row),
          StatusColumn.code(
              StatusColumn.of(tag.statuses, statusCells, row), valueCells.isNull(row)),
          why);
    } catch (HistorianException e) {
      // a cell that cannot be read is no sample
    }
  }

  /** Whether the cell is a sample. */
  private boolean add(WriteSession session, Tag tag, int number, int row) {
    long given = StatusColumn.of(tag.statuses, statusCells, row);
    boolean isAbsent = valueCells.isNull(row);
    if (isAbsent && given == StatusColumn.NOT_GIVEN) {
      return false;
    }
    TagDefinition definition = resolved.known(number);
    if (definition == null) {
      definition = resolved.resolve(session, number, tag.values.name(), tag.values.typeIfNew());
    }
    long timeNs = BatchColumns.timeNs(time, timeCells, row);
    int code = StatusColumn.code(given, isAbsent);
    if (isAbsent) {
      session.absent(definition, timeNs, code);
    } else {
      tag.values.add(session, definition, timeNs, valueCells, row, code);
    }
    return true;
  }
}
