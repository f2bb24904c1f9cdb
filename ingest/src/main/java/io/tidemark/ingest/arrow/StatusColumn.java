package io.tidemark.ingest.arrow;

import io.tidemark.ingest.arrow.ArrowColumn.Kind;
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

  /** The code of a row, unsigned, or {@link #NOT_GIVEN}. */
  long of(ColumnCells cells, int row) {
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
