package io.tidemark.ingest.arrow;

import io.tidemark.ingest.WriteSession;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/** A column of values, and how its cells become samples. One thread. */
final class ValueColumn {
  private final BatchColumns columns;
  private final int number;
  private final ArrowColumn column;
  private final SampleType typeIfNew;
  private final @Nullable TextDictionary dictionary;

  ValueColumn(BatchColumns columns, int number) {
    this.columns = columns;
    this.number = number;
    column = columns.column(number);
    dictionary = column.hasDictionary() ? new TextDictionary(column) : null;
    typeIfNew =
        switch (column.kind()) {
          case WHOLE -> holdsInt32(column) ? SampleType.INT32 : SampleType.INT64;
          case DECIMAL -> column.bitWidth() == Float.SIZE ? SampleType.FLOAT32 : SampleType.FLOAT64;
          case BOOL -> SampleType.BOOL;
          case TEXT -> SampleType.STRING;
          case NOTHING -> SampleType.FLOAT64;
        };
    if (column.isTime()) {
      throw BatchColumns.wrongType(column, "a number, truth value or text");
    }
  }

  private static boolean holdsInt32(ArrowColumn column) {
    return column.bitWidth() < Integer.SIZE
        || (column.bitWidth() == Integer.SIZE && column.isSigned());
  }

  /** The type of a tag that is seen first with a value of this column. */
  SampleType typeIfNew() {
    return typeIfNew;
  }

  String name() {
    return column.name();
  }

  void begin(DictionaryProvider dictionaries) {
    if (dictionary != null) {
      dictionary.refresh(dictionaries);
    }
  }

  void load(ColumnCells cells, int from, int count) {
    columns.load(number, cells, from, count);
  }

  /**
   * Gives a value to the session.
   *
   * @throws HistorianException if it does not fit the tag
   */
  void add(
      WriteSession session,
      TagDefinition tag,
      long timeNs,
      ColumnCells cells,
      int row,
      int status) {
    switch (column.kind()) {
      case DECIMAL -> session.decimal(tag, timeNs, cells.decimal(row), status);
      case WHOLE -> session.integer(tag, timeNs, whole(cells, row), status);
      case BOOL -> session.bool(tag, timeNs, cells.whole(row) != 0, status);
      case TEXT -> session.text(tag, timeNs, text(cells, row), status);
      case NOTHING -> session.absent(tag, timeNs, status);
    }
  }

  /** The value of a row for a quarantine; null if it has none. */
  @Nullable Object value(ColumnCells cells, int row) {
    if (cells.isNull(row)) {
      return null;
    }
    return switch (column.kind()) {
      case DECIMAL -> cells.decimal(row);
      case WHOLE -> whole(cells, row);
      case BOOL -> cells.whole(row) != 0;
      case TEXT -> text(cells, row);
      case NOTHING -> null;
    };
  }

  private long whole(ColumnCells cells, int row) {
    long value = cells.whole(row);
    if (value < 0 && !column.isSigned()) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "whole number is outside of int64: value=" + Long.toUnsignedString(value));
    }
    return value;
  }

  private String text(ColumnCells cells, int row) {
    return dictionary == null
        ? cells.text(row, SampleFrame.TEXT_BYTES_MAX)
        : dictionary.text(dictionary.checked(cells.whole(row)), SampleFrame.TEXT_BYTES_MAX);
  }
}
