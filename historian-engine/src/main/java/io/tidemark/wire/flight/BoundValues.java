package io.tidemark.wire.flight;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.DenseUnionVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.util.Text;
import org.jspecify.annotations.Nullable;

/** Values of parameters out of the one row that a client sends, whatever their types. */
final class BoundValues {
  private static final long SECONDS_PER_DAY = 86_400;

  private BoundValues() {}

  /**
   * Reads a stream to its end.
   *
   * @return null if it has no row
   */
  static @Nullable List<@Nullable Object> read(FlightStream stream) {
    List<@Nullable Object> values = null;
    VectorSchemaRoot root = stream.getRoot();
    while (stream.next()) {
      int rows = root.getRowCount();
      if (rows == 0) {
        continue;
      }
      if (rows > 1 || values != null) {
        throw new HistorianException(
            ErrorCode.TOO_MANY,
            "a statement takes one row of values: rows=" + (values == null ? rows : rows + 1),
            null,
            "bind and run it once for each row",
            null);
      }
      values = row(root.getFieldVectors());
    }
    return values;
  }

  private static List<@Nullable Object> row(List<FieldVector> vectors) {
    if (vectors.size() > StatementTicket.PARAMETERS_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "too many parameters: params="
              + vectors.size()
              + ", paramsMax="
              + StatementTicket.PARAMETERS_MAX);
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < vectors.size(); i++) {
      values.add(value(vectors.get(i), 0, "$" + (i + 1)));
    }
    return values;
  }

  private static @Nullable Object value(FieldVector vector, int row, String path) {
    if (vector instanceof DenseUnionVector union) {
      byte type = union.getTypeId(row);
      return type < 0
          ? null
          : value((FieldVector) union.getVectorByType(type), union.getOffset(row), path);
    }
    if (vector.isNull(row)) {
      return null;
    }
    ArrowType type = vector.getField().getType();
    Object cell = vector instanceof ListVector ? vector : vector.getObject(row);
    return switch (type) {
      case ArrowType.Null nothing -> null;
      case ArrowType.Bool bool -> cell;
      case ArrowType.Int whole -> whole(whole, (Number) cell, path);
      case ArrowType.FloatingPoint number -> ((Number) cell).doubleValue();
      case ArrowType.Decimal decimal -> ((BigDecimal) cell).doubleValue();
      case ArrowType.Utf8 text -> text((Text) cell);
      case ArrowType.LargeUtf8 text -> text((Text) cell);
      case ArrowType.Timestamp time -> time(time, cell, path);
      case ArrowType.Date date -> date(date, (Number) raw(vector, row, path));
      case ArrowType.List list -> list((ListVector) vector, row, path);
      default ->
          throw new HistorianException(
              ErrorCode.WRONG_TYPE,
              "parameter has a type that is not read: type=" + type,
              path,
              "send a text, number, truth value, time, date, null or a list of these",
              null);
    };
  }

  private static Object whole(ArrowType.Int type, Number cell, String path) {
    long value = cell.longValue();
    if (type.getIsSigned()) {
      return value;
    }
    if (type.getBitWidth() == Long.SIZE && value < 0) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "whole number is outside int64: value=" + Long.toUnsignedString(value),
          path,
          null,
          null);
    }
    return type.getBitWidth() == Long.SIZE ? value : value & ((1L << type.getBitWidth()) - 1);
  }

  private static String text(Text cell) {
    return StatementTicket.utf8(cell.copyBytes());
  }

  /** A time with a zone is a moment; one without means the zone of the statement. */
  private static Object time(ArrowType.Timestamp type, Object cell, String path) {
    if (cell instanceof LocalDateTime local) {
      return local.toString();
    }
    long raw = ((Number) cell).longValue();
    long perSecond =
        switch (type.getUnit()) {
          case SECOND -> 1;
          case MILLISECOND -> 1_000;
          case MICROSECOND -> 1_000_000;
          case NANOSECOND -> 1_000_000_000;
        };
    try {
      Instant moment =
          Instant.ofEpochSecond(
              Math.floorDiv(raw, perSecond),
              Math.floorMod(raw, perSecond) * (1_000_000_000 / perSecond));
      return type.getTimezone() == null
          ? LocalDateTime.ofInstant(moment, ZoneOffset.UTC).toString()
          : moment;
    } catch (DateTimeException e) {
      throw new HistorianException(
          ErrorCode.TIME_OUT_OF_RANGE, "time is too far away: value=" + raw, path, null, e);
    }
  }

  private static Object date(ArrowType.Date type, Number raw) {
    long days =
        type.getUnit() == DateUnit.DAY
            ? raw.longValue()
            : Math.floorDiv(raw.longValue(), SECONDS_PER_DAY * 1_000);
    return LocalDate.EPOCH.plusDays(days).toString();
  }

  private static Object raw(FieldVector vector, int row, String path) {
    return switch (vector) {
      case DateDayVector days -> days.get(row);
      case DateMilliVector millis -> millis.get(row);
      default ->
          throw new HistorianException(
              ErrorCode.WRONG_TYPE, "date is not read: " + vector.getField(), path, null, null);
    };
  }

  private static List<@Nullable Object> list(ListVector vector, int row, String path) {
    int from = vector.getElementStartIndex(row);
    int to = vector.getElementEndIndex(row);
    FieldVector elements = vector.getDataVector();
    if (from < 0
        || to < from
        || to > elements.getValueCount()
        || to - from > StatementTicket.LIST_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "list of values is too long: values="
              + (to - from)
              + ", valuesMax="
              + StatementTicket.LIST_MAX,
          path,
          null,
          null);
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = from; i < to; i++) {
      values.add(value(elements, i, path + "[" + (i - from) + "]"));
    }
    return values;
  }
}
