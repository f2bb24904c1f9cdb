package io.tidemark.ingest.arrow;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * What the cells of a column are, by its type.
 *
 * @param name of the column
 * @param kind what a cell gives
 * @param bitWidth of a cell, 0 for texts
 * @param isSigned whether whole numbers are
 * @param nanosPerUnit of a time, 0 for what is none
 * @param hasLongOffsets of texts
 * @param dictionaryId of the texts that the numbers stand for, or -1
 */
record ArrowColumn(
    String name,
    Kind kind,
    int bitWidth,
    boolean isSigned,
    long nanosPerUnit,
    boolean hasLongOffsets,
    long dictionaryId) {
  /** What a cell gives. */
  enum Kind {
    /** An int64. */
    WHOLE,
    /** A float64. */
    DECIMAL,
    /** 0 or 1. */
    BOOL,
    /** A text. */
    TEXT,
    /** Nothing, ever: the type {@code null}. */
    NOTHING
  }

  private static final long NO_DICTIONARY = -1;

  /**
   * Reads a field.
   *
   * @throws HistorianException {@link ErrorCode#UNSUPPORTED_TYPE} naming column and type
   */
  static ArrowColumn of(Field field) {
    DictionaryEncoding dictionary = field.getDictionary();
    if (dictionary != null) {
      ArrowType.Int index =
          field.getType() instanceof ArrowType.Int whole ? whole : dictionary.getIndexType();
      return new ArrowColumn(
          field.getName(),
          Kind.TEXT,
          index.getBitWidth(),
          index.getIsSigned(),
          0,
          false,
          dictionary.getId());
    }
    return switch (field.getType()) {
      case ArrowType.Null none -> plain(field, Kind.NOTHING, 0);
      case ArrowType.Bool bool -> plain(field, Kind.BOOL, 1);
      case ArrowType.Int whole ->
          new ArrowColumn(
              field.getName(),
              Kind.WHOLE,
              whole.getBitWidth(),
              whole.getIsSigned(),
              0,
              false,
              NO_DICTIONARY);
      case ArrowType.FloatingPoint number
          when number.getPrecision() != FloatingPointPrecision.HALF ->
          plain(
              field,
              Kind.DECIMAL,
              number.getPrecision() == FloatingPointPrecision.SINGLE ? Float.SIZE : Double.SIZE);
      case ArrowType.Utf8 text -> plain(field, Kind.TEXT, 0);
      case ArrowType.LargeUtf8 text ->
          new ArrowColumn(field.getName(), Kind.TEXT, 0, true, 0, true, NO_DICTIONARY);
      case ArrowType.Timestamp time ->
          new ArrowColumn(
              field.getName(),
              Kind.WHOLE,
              Long.SIZE,
              true,
              switch (time.getUnit()) {
                case SECOND -> 1_000_000_000;
                case MILLISECOND -> 1_000_000;
                case MICROSECOND -> 1_000;
                case NANOSECOND -> 1;
              },
              false,
              NO_DICTIONARY);
      default ->
          throw new HistorianException(
              ErrorCode.UNSUPPORTED_TYPE,
              "column has a type that is not read: column="
                  + ErrorText.quote(field.getName())
                  + ", type="
                  + field.getType(),
              field.getName(),
              "send float64, float32, whole numbers, bool, utf8, large_utf8, a dictionary of texts,"
                  + " or timestamp",
              null);
    };
  }

  private static ArrowColumn plain(Field field, Kind kind, int bitWidth) {
    return new ArrowColumn(field.getName(), kind, bitWidth, true, 0, false, NO_DICTIONARY);
  }

  /** Whether numbers stand for the texts of a dictionary. */
  boolean hasDictionary() {
    return dictionaryId != NO_DICTIONARY;
  }

  /** Whether it is a time. */
  boolean isTime() {
    return nanosPerUnit > 0;
  }
}
