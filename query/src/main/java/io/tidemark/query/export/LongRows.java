package io.tidemark.query.export;

import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.export.ExportChoice.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Long rows: one for each tag and time, or interval. Stateless. */
final class LongRows {
  private static final List<String> SAMPLE =
      List.of("value", "value_int", "text", "status", "quality");

  private final ExportQuestion question;

  /** Columns behind the time, as the function names them. */
  private final List<String> measured;

  LongRows(ExportQuestion question) {
    this.question = question;
    if (question.mode() == ExportQuestion.Mode.SUMMARY) {
      measured = new ArrayList<>();
      question.usedFields().forEach(field -> measured.add(field.column()));
      measured.addAll(List.of("status", "quality", "basis", "uom", "total_uom"));
    } else {
      measured = SAMPLE;
    }
  }

  /** Adds the columns of a row, those of its batch being there. */
  void columns(ExportStatement statement) {
    statement.column("tag", "tag");
    switch (question.mode()) {
      case RAW -> statement.column("ts", "ts").column("ts_ns", "ts_ns");
      case INTERPOLATED -> statement.column("ts", "ts");
      case SUMMARY -> statement.column("start_time", "ts").column("end_time", "end_time");
    }
    measured.forEach(name -> statement.column(name, ExportStatement.quoted(name)));
  }

  /** Adds the rows of a tag in a slice. */
  void source(ExportStatement statement, Span span, TimeRange slice, @Nullable String every) {
    List<@Nullable Object> params = new ArrayList<>();
    params.add(span.attribute());
    params.add(List.of(span.tag().name()));
    params.add(slice.startNs());
    params.add(slice.endNs());
    String arguments = "(tags => ?, start_time => ?, end_time => ?";
    if (every != null) {
      arguments += ", every => ?";
      params.add(every);
    }
    String times =
        question.mode() == ExportQuestion.Mode.SUMMARY
            ? "start_time AS ts, end_time, epoch_ns(start_time) AS ts_ns, "
            : "ts, ts_ns, ";
    String function =
        switch (question.mode()) {
          case RAW -> "recorded";
          case INTERPOLATED -> "interpolated";
          case SUMMARY -> "summary";
        };
    String where = "";
    if (ExportChoice.isPattern(span.tag().name())) {
      where = " WHERE tag = ?"; // a function would take the name for a pattern
      params.add(span.tag().name());
    }
    statement.from(
        "SELECT ?::VARCHAR AS attribute, tag, "
            + times
            + String.join(", ", measured.stream().map(ExportStatement::quoted).toList())
            + " FROM "
            + function
            + arguments
            + ")"
            + where,
        params);
  }

  /** The statement over its sources; equal times only of tags that keep all. */
  ExportPlan.Statement statement(ExportStatement statement) {
    String order = "attribute NULLS LAST, tag, ts_ns";
    return statement.ordered(
        question.mode() == ExportQuestion.Mode.RAW
            ? order + ", value NULLS LAST, value_int NULLS LAST, text NULLS LAST, status"
            : order);
  }

  /** Units of the columns of a file whose tags have such units. */
  Map<String, String> uoms(Set<String> ofTags) {
    String uom = ofTags.size() == 1 ? ofTags.iterator().next() : "";
    Map<String, String> uoms = new TreeMap<>();
    if (question.mode() == ExportQuestion.Mode.SUMMARY) {
      for (SummaryField field : question.usedFields()) {
        put(uoms, field.column(), field.uom(uom));
      }
    } else {
      put(uoms, "value", uom);
      put(uoms, "value_int", uom);
    }
    return uoms;
  }

  private static void put(Map<String, String> uoms, String column, String uom) {
    if (!uom.isEmpty()) {
      uoms.put(column, uom);
    }
  }
}
