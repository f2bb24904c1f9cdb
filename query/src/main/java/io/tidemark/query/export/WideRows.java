package io.tidemark.query.export;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.export.ExportChoice.Span;
import io.tidemark.query.export.ExportChoice.Values;
import io.tidemark.query.table.ColumnNames;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Wide rows: one for each time, or interval, with columns for each attribute or tag. All statements
 * of an export have the same columns; where a batch lacks an attribute they are NULL.
 *
 * <p>A column is called like the attribute, or else the tag; the status of a recorded sample like
 * that and {@code .status}, a field of a summary like that and {@code .field}. Where two names
 * differ in nothing but case, or one is that of a column of every row, the later gets {@code _1}.
 */
final class WideRows {
  /** Most columns of values and statuses; more do not fit into a statement. */
  private static final int COLUMNS_MAX = 1_000;

  private static final int STATEMENT_CHARS_MAX = 48_000;

  /** What follows the name of a tag or attribute in a column's name, and its type where absent. */
  private record Cell(String suffix, String type, String uom) {}

  /** An attribute or tag. */
  private record Label(String uom, Values values) {}

  private final ExportQuestion question;
  private final Map<String, Label> labels = new TreeMap<>();

  /* Names of the columns in the files, by label. */
  private final Map<String, List<String>> names = new LinkedHashMap<>();
  private final Map<String, String> uoms = new TreeMap<>();

  /**
   * Columns for some tags.
   *
   * @param taken names of columns in front
   * @throws HistorianException if they are too many, or one would hold what does not go together
   */
  WideRows(ExportQuestion question, List<Span> spans, List<String> taken) {
    this.question = question;
    for (Span span : spans) {
      Label one = new Label(span.tag().uom(), values(span));
      Label other = labels.putIfAbsent(label(span), one);
      if (other != null && !other.equals(one)) {
        throw differ(span, one, other);
      }
    }
    long columns = 0;
    List<String> reserved = new ArrayList<>(taken);
    reserved.addAll(times());
    reserved.addAll(question.partitionBy());
    ColumnNames unused = new ColumnNames(reserved);
    for (Map.Entry<String, Label> label : labels.entrySet()) {
      List<String> ofLabel = new ArrayList<>();
      for (Cell cell : cells(label.getValue())) {
        String name = unused.unused(label.getKey() + cell.suffix);
        ofLabel.add(name);
        if (!cell.uom.isEmpty()) {
          uoms.put(name, cell.uom);
        }
      }
      names.put(label.getKey(), ofLabel);
      columns += ofLabel.size();
    }
    if (columns > COLUMNS_MAX) {
      throw tooMany("columns=" + columns + ", columnsMax=" + COLUMNS_MAX);
    }
  }

  private static HistorianException tooMany(String counts) {
    return new HistorianException(
        ErrorCode.TOO_MANY,
        "too many columns: " + counts,
        "layout",
        "export it long, or fewer tags or fields at a time",
        null);
  }

  private static HistorianException differ(Span span, Label one, Label other) {
    boolean types = one.values != other.values;
    return new HistorianException(
        types ? ErrorCode.WRONG_TYPE : ErrorCode.UNIT_MISMATCH,
        "one column cannot hold "
            + (types ? other.values.text() + " and " + one.values.text() : "several units")
            + ": column="
            + label(span)
            + ", tag="
            + span.tag().name()
            + (types ? "" : ", uom=" + one.uom + ", other=" + other.uom),
        "layout",
        "export it long, or one unit at a time",
        null);
  }

  /** What a column holds: between samples lie fractions, and aggregates are numbers. */
  private Values values(Span span) {
    Values values = span.tag().values();
    return switch (question.mode()) {
      case RAW -> values;
      case INTERPOLATED -> values == Values.WHOLE_NUMBERS ? Values.NUMBERS : values;
      case SUMMARY -> Values.NUMBERS;
    };
  }

  private static String label(Span span) {
    return span.attribute() == null ? span.tag().name() : span.attribute();
  }

  private List<Cell> cells(Label label) {
    String type =
        switch (label.values) {
          case TEXTS -> "VARCHAR";
          case WHOLE_NUMBERS -> "BIGINT";
          case NUMBERS -> "DOUBLE";
        };
    return switch (question.mode()) {
      case INTERPOLATED -> List.of(new Cell("", type, label.uom));
      case RAW -> List.of(new Cell("", type, label.uom), new Cell(".status", "UINTEGER", ""));
      case SUMMARY -> question.usedFields().stream().map(field -> cell(field, label)).toList();
    };
  }

  private static Cell cell(SummaryField field, Label label) {
    String type =
        switch (field.kind()) {
          case NUMBER -> "DOUBLE";
          case TIME -> "TIMESTAMPTZ";
          case COUNT -> "BIGINT";
        };
    return new Cell("." + field.column(), type, field.uom(label.uom));
  }

  /** Columns of time, the same in the files as of the function. */
  private List<String> times() {
    return switch (question.mode()) {
      case RAW -> List.of("ts", "ts_ns");
      case INTERPOLATED -> List.of("ts");
      case SUMMARY -> List.of("start_time", "end_time");
    };
  }

  /** Expression of a row's time in nanoseconds. */
  String timeNs() {
    return switch (question.mode()) {
      case RAW -> "ts_ns";
      case INTERPOLATED -> "epoch_ns(ts)";
      case SUMMARY -> "epoch_ns(start_time)";
    };
  }

  /** Units of columns. */
  Map<String, String> uoms() {
    return uoms;
  }

  /**
   * The rows of a slice, in the function's order: that of time.
   *
   * @param statement with the columns in front
   * @param spans tags of the slice
   */
  ExportPlan.Statement statement(
      ExportStatement statement, List<Span> spans, TimeRange slice, @Nullable String every) {
    times().forEach(time -> statement.column(time, time));
    Map<String, String> tags = new LinkedHashMap<>();
    for (Span span : spans) {
      if (ExportChoice.isPattern(span.tag().name())) {
        throw new HistorianException(
            ErrorCode.BAD_NAME,
            "tag cannot be a column, its name is a pattern: tag=" + span.tag().name(),
            "layout",
            "export it long",
            null);
      }
      tags.putIfAbsent(label(span), span.tag().name());
    }
    Map<String, List<String>> ofFunction = ofFunction(new LinkedHashSet<>(tags.values()));
    names.forEach(
        (label, columns) -> {
          String tag = tags.get(label);
          List<Cell> cells = cells(Objects.requireNonNull(labels.get(label)));
          for (int i = 0; i < columns.size(); i++) {
            String expression =
                tag == null
                    ? "NULL::" + cells.get(i).type
                    : ExportStatement.quoted(Objects.requireNonNull(ofFunction.get(tag)).get(i));
            statement.column(columns.get(i), expression);
          }
        });
    return call(statement, new ArrayList<>(ofFunction.keySet()), slice, every);
  }

  /** By tag, how the function calls its columns. */
  private Map<String, List<String>> ofFunction(Set<String> tags) {
    List<Cell> cells = cells(new Label("", Values.NUMBERS));
    ColumnNames unused = new ColumnNames(times());
    Map<String, List<String>> byTag = new LinkedHashMap<>();
    for (String tag : tags) {
      List<String> columns = new ArrayList<>();
      String name = tag;
      for (Cell cell : cells) {
        String column = unused.unused(name + cell.suffix);
        if (cell.suffix.isEmpty()) {
          name = column; // a status is called like the column beside it
        }
        columns.add(column);
      }
      byTag.put(tag, columns);
    }
    return byTag;
  }

  private ExportPlan.Statement call(
      ExportStatement statement, List<String> tags, TimeRange slice, @Nullable String every) {
    List<@Nullable Object> params = new ArrayList<>();
    params.add(tags);
    params.add(slice.startNs());
    params.add(slice.endNs());
    StringBuilder call =
        new StringBuilder(
                switch (question.mode()) {
                  case RAW -> "wide_recorded";
                  case INTERPOLATED -> "wide";
                  case SUMMARY -> "wide_summary";
                })
            .append("(tags => ?, start_time => ?, end_time => ?");
    if (every != null) {
      call.append(", every => ?");
      params.add(every);
    }
    if (question.mode() == ExportQuestion.Mode.SUMMARY) {
      call.append(", fields => ?");
      params.add(question.usedFields().stream().map(SummaryField::column).toList());
    }
    statement.from(call.append(")").toString(), params);
    ExportPlan.Statement made = statement.plain();
    if (made.sql().length() > STATEMENT_CHARS_MAX) {
      throw tooMany("chars=" + made.sql().length() + ", charsMax=" + STATEMENT_CHARS_MAX);
    }
    return made;
  }
}
