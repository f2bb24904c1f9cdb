package io.tidemark.ingest.arrow;

import io.tidemark.ingest.arrow.ArrowColumn.Kind;
import io.tidemark.model.StatusCodes;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/** A column of StatusCodes, as numbers or names. One thread. */
final class StatusColumn {
  /** A row that gives none. */
  static final long NOT_GIVEN = -1;

  private static final int NAME_BYTES_MAX = 100;

  private final BatchColumns columns;
  private final int number;
  private final boolean isText;
  private final @Nullable TextDictionary dictionary;

  StatusColumn(BatchColumns columns, int number) {
    this.columns = columns;
    this.number = number;
    columns.checkStatus(number);
    ArrowColumn column = columns.column(number);
    isText = column.kind() == Kind.TEXT;
    dictionary = column.hasDictionary() ? new TextDictionary(column) : null;
  }

  void begin(DictionaryProvider dictionaries) {
    if (dictionary != null) {
      dictionary.refresh(dictionaries);
    }
  }

  void load(ColumnCells cells, int from, int count) {
    columns.load(number, cells, from, count);
  }

  /** What a row gives, {@link #NOT_GIVEN} also where there is no such column. */
  static long of(@Nullable StatusColumn column, ColumnCells cells, int row) {
    return column == null ? NOT_GIVEN : column.of(cells, row);
  }

  /**
   * The code of a sample.
   *
   * @param given as {@link #of} tells it
   * @param isAbsent whether the sample has no value
   */
  static int code(long given, boolean isAbsent) {
    if (given != NOT_GIVEN) {
      return (int) given;
    }
    return isAbsent ? StatusCodes.BAD_NO_DATA : StatusCodes.GOOD;
  }

  private long of(ColumnCells cells, int row) {
    if (cells.isNull(row)) {
      return NOT_GIVEN;
    }
    if (!isText) {
      return Integer.toUnsignedLong(BatchColumns.status(cells.whole(row)));
    }
    String text =
        dictionary == null
            ? cells.text(row, NAME_BYTES_MAX)
            : dictionary.text(dictionary.checked(cells.whole(row)), NAME_BYTES_MAX);
    return Integer.toUnsignedLong(BatchColumns.status(text));
  }
}
