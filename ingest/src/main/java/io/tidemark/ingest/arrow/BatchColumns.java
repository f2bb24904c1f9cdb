package io.tidemark.ingest.arrow;

import io.tidemark.ingest.arrow.ArrowColumn.Kind;
import io.tidemark.ingest.decode.StatusField;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** The columns of a stream by name, and what both forms read alike. */
final class BatchColumns {
  private final VectorSchemaRoot root;
  private final List<ArrowColumn> columns = new ArrayList<>();
  private final Map<String, Integer> numbers = new HashMap<>();

  BatchColumns(VectorSchemaRoot root) {
    this.root = root;
    for (FieldVector vector : root.getFieldVectors()) {
      String name = vector.getField().getName();
      if (numbers.putIfAbsent(name, columns.size()) != null) {
        throw new HistorianException(
            ErrorCode.CONFLICT,
            "two columns have one name: column=" + ErrorText.quote(name),
            name,
            null,
            null);
      }
      columns.add(ArrowColumn.of(vector.getField()));
    }
  }

  /** The column of a name, or -1. */
  int find(String name) {
    return numbers.getOrDefault(name, -1);
  }

  /** How many there are. */
  int size() {
    return columns.size();
  }

  ArrowColumn column(int number) {
    return columns.get(number);
  }

  /** Rows of the batch. */
  int rows() {
    return root.getRowCount();
  }

  void load(int number, ColumnCells cells, int from, int count) {
    cells.load(columns.get(number), root.getVector(number), from, count);
  }

  /**
   * The column of times: {@code ts_ns} or {@code ts}.
   *
   * @throws HistorianException {@link ErrorCode#MISSING_FIELD} or {@link ErrorCode#WRONG_TYPE}
   */
  int timeColumn() {
    int exact = find("ts_ns");
    int number = exact >= 0 ? exact : find("ts");
    if (number < 0) {
      throw new HistorianException(
          ErrorCode.MISSING_FIELD,
          "there is no column of times: column=ts",
          "ts",
          "send timestamp, or int64 nanoseconds since 1970",
          null);
    }
    ArrowColumn column = columns.get(number);
    if (column.kind() != Kind.WHOLE
        || (!column.isTime() && (column.bitWidth() != Long.SIZE || !column.isSigned()))) {
      throw wrongType(column, "timestamp, or int64 nanoseconds since 1970");
    }
    return number;
  }

  /** Refuses a column that holds no status. */
  void checkStatus(int number) {
    Kind kind = columns.get(number).kind();
    if (kind == Kind.DECIMAL || kind == Kind.BOOL) {
      throw wrongType(columns.get(number), "a whole number or a text");
    }
  }

  static HistorianException wrongType(ArrowColumn column, String wanted) {
    return new HistorianException(
        ErrorCode.WRONG_TYPE,
        "column has another type: column=" + ErrorText.quote(column.name()) + ", wanted=" + wanted,
        column.name(),
        null,
        null);
  }

  /**
   * A time in nanoseconds since the epoch.
   *
   * @throws HistorianException {@link ErrorCode#MISSING_FIELD}, {@link ErrorCode#TIME_OUT_OF_RANGE}
   */
  static long timeNs(ArrowColumn column, ColumnCells cells, int row) {
    if (cells.isNull(row)) {
      throw new HistorianException(ErrorCode.MISSING_FIELD, "sample has no time");
    }
    long units = cells.whole(row);
    long factor = column.nanosPerUnit();
    if (factor <= 1) {
      return units;
    }
    long ns = units * factor;
    if (Math.multiplyHigh(units, factor) != ns >> 63) {
      throw new HistorianException(
          ErrorCode.TIME_OUT_OF_RANGE,
          "time is outside of 1677-09-21 to 2262-04-11: value="
              + units
              + ", nanosPerUnit="
              + factor);
    }
    return ns;
  }

  /** The code of a number. */
  static int status(long number) {
    Integer code = StatusField.ofNumber(number);
    if (code == null) {
      throw badStatus(Long.toString(number));
    }
    return code;
  }

  /** The code of a text. */
  static int status(String text) {
    Integer code = StatusField.ofText(text);
    if (code == null) {
      throw badStatus(text);
    }
    return code;
  }

  private static HistorianException badStatus(String given) {
    return new HistorianException(
        ErrorCode.BAD_STATUS,
        "not a status: value=" + ErrorText.quote(given) + ", " + StatusField.ALLOWED);
  }
}
