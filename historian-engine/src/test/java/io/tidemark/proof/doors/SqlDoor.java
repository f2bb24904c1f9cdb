package io.tidemark.proof.doors;

import io.tidemark.model.ReadRule;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.retrieval.Retrieval;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * SQL: the functions {@code recorded}, {@code interpolated}, {@code at_times}, {@code plot} and
 * {@code summary}, or the relations {@code samples} and {@code current}; the same texts through
 * each {@link SqlClient}. Rows have no order, float32 samples come widened; times of {@code
 * summary} are microseconds, rounded down.
 */
final class SqlDoor implements AnsweringDoor {
  private static final String SAMPLE = "tag, ts, ts_ns, value, value_int, text, status, quality";
  private static final String SUMMARY =
      "tag, start_time, end_time, time_average, sample_average, minimum, minimum_time, maximum,"
          + " maximum_time, std_dev, total, \"count\", percent_good, status, quality, basis";
  private static final long MICRO_NS = 1_000;

  private final SqlClient client;
  private final boolean isOfRelations;

  private SqlDoor(SqlClient client, boolean isOfRelations) {
    this.client = client;
    this.isOfRelations = isOfRelations;
  }

  static SqlDoor ofFunctions(SqlClient client) {
    return new SqlDoor(client, false);
  }

  static SqlDoor ofRelations(SqlClient client) {
    return new SqlDoor(client, true);
  }

  @Override
  public String name() {
    return client.name() + (isOfRelations ? ", relations" : ", functions");
  }

  @Override
  public @Nullable String whyNot(Question question) {
    return isOfRelations ? whyNoRelation(question) : whyNoFunction(question);
  }

  private static @Nullable String whyNoRelation(Question question) {
    if (question.tags().stream().anyMatch(Plant.UNKNOWN::contains)) {
      return "a name without a tag is no error to a relation";
    }
    if (question instanceof Question.Current q) {
      return q.includeBad() ? "does not show values of Bad samples" : null;
    }
    if (!(question instanceof Question.Recorded q)) {
      return "there is no such relation";
    }
    if (q.includeBad()) {
      return "does not show values of Bad samples";
    }
    Long start = q.span().startNs();
    Long end = q.span().endNs();
    if (start != null && end != null && start >= end) {
      return "a range that is empty is no error to a relation";
    }
    return q.bounds() != Retrieval.Bounds.INSIDE || q.during() != null || most(q) > 0
        ? "samples are those inside a range, without bounds, number or condition"
        : null;
  }

  private static @Nullable String whyNoFunction(Question question) {
    return switch (question) {
      case Question.Recorded q ->
          q.bounds() != Retrieval.Bounds.INSIDE
                  || q.during() != null
                  || q.includeBad()
                  || q.span().startNs() == null
                  || q.span().endNs() == null
                  || most(q) > 0
              ? "recorded has a range and no bounds, number, condition or values of Bad samples"
              : null;
      case Question.AtTimes q ->
          q.timesNs().stream().distinct().count() < q.timesNs().size()
              ? "at_times has each time once"
              : null;
      case Question.Plot q -> isBounded(q.span()) ? null : "plot has a range";
      case Question.Interpolated q ->
          q.grid().interval() == null || q.grid().syncNs() != null || !isBounded(q.span())
              ? "interpolated has an interval and no sync or count"
              : null;
      case Question.Summary q ->
          q.grid().syncNs() != null
                  || q.grid().window() != null
                  || q.slopePer() != null
                  || !isBounded(q.span())
                  || q.fields().contains(SummaryField.SLOPE)
              ? "summary has no sync, sliding windows or units of slopes"
              : null;
      default -> "there is no such function";
    };
  }

  private static boolean isBounded(Question.Span span) {
    return span.startNs() != null && span.endNs() != null;
  }

  private static int most(Question.Recorded q) {
    return Math.max(q.count(), q.limit());
  }

  @Override
  public String asked(Question question) {
    return statement(question) + " in " + JavaDoor.zone(question);
  }

  private String statement(Question question) {
    return switch (question) {
      case Question.Recorded q when isOfRelations -> {
        Long start = q.span().startNs();
        Long end = q.span().endNs();
        yield "SELECT "
            + SAMPLE
            + " FROM samples WHERE "
            + names(q.tags())
            + (start == null ? "" : " AND ts_ns >= " + start)
            + (end == null ? "" : " AND ts_ns < " + end);
      }
      case Question.Current q -> "SELECT " + SAMPLE + " FROM current WHERE " + names(q.tags());
      case Question.Recorded q ->
          "SELECT " + SAMPLE + " FROM recorded(" + arguments(q.tags(), q.span(), null) + ")";
      case Question.AtTimes q ->
          "SELECT "
              + SAMPLE
              + " FROM at_times("
              + tags(q.tags())
              + ", times => ["
              + q.timesNs().stream().map(String::valueOf).collect(Collectors.joining(", "))
              + "], mode => "
              + quoted(q.mode().name())
              + rule(q.rule())
              + ")";
      case Question.Plot q ->
          "SELECT "
              + SAMPLE
              + " FROM plot("
              + arguments(q.tags(), q.span(), null)
              + ", width => "
              + q.width()
              + ")";
      case Question.Interpolated q ->
          "SELECT "
              + SAMPLE
              + " FROM interpolated("
              + arguments(q.tags(), q.span(), q.grid().interval())
              + rule(q.rule())
              + ")";
      case Question.Summary q ->
          "SELECT "
              + columns(q.fields())
              + " FROM summary("
              + arguments(q.tags(), q.span(), q.grid().interval())
              + rule(q.rule())
              + (q.percentGoodMin() > 0 ? ", percent_good_min => " + q.percentGoodMin() : "")
              + (q.during() == null ? "" : ", during => " + quoted(q.during()))
              + ")";
      default -> throw new IllegalArgumentException("has no statement: " + question);
    };
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static String names(List<String> tags) {
    return tags.stream()
        .map(
            tag ->
                tag.contains("*") || tag.contains("?")
                    ? "tag GLOB " + quoted(tag)
                    : "tag = " + quoted(tag))
        .collect(Collectors.joining(" OR ", "(", ")"));
  }

  /** The columns of some fields, or the usual ones, and those of every row. */
  private static String columns(List<SummaryField> fields) {
    if (fields.isEmpty()) {
      return SUMMARY;
    }
    Set<SummaryField> all = new LinkedHashSet<>(fields);
    all.addAll(SummaryField.ALWAYS);
    return "tag, start_time, end_time, status, quality, basis, "
        + all.stream().map(field -> '"' + field.column() + '"').collect(Collectors.joining(", "));
  }

  private static String rule(ReadRule rule) {
    StringBuilder text = new StringBuilder();
    ReadRule usual = ReadRule.DEFAULT;
    text.append(", quality => ").append(quoted(rule.quality().name()));
    text.append(", uncertain => ").append(rule.uncertainIsBad() ? "'bad'" : "'used'");
    text.append(", step_as => ").append(quoted(rule.step().name()));
    text.append(", extrapolation => ").append(quoted(rule.extrapolation().name()));
    if (rule.maxGapNs() != usual.maxGapNs()) {
      text.append(", max_gap => ").append(quoted(rule.maxGapNs() + "ns"));
    }
    return text.toString();
  }

  private static String tags(List<String> tags) {
    return "tags => "
        + tags.stream().map(SqlDoor::quoted).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String arguments(
      List<String> tags, Question.Span span, @Nullable String interval) {
    return tags(tags)
        + ", start_time => "
        + span.startNs()
        + ", end_time => "
        + span.endNs()
        + (interval == null ? "" : ", every => " + quoted(interval));
  }

  @Override
  public Answer answer(Question question) {
    SqlClient.Table table = client.ask(statement(question), JavaDoor.zone(question));
    String refusal = table.refusal();
    if (refusal != null) {
      return Answer.refused(refusal);
    }
    List<Row> rows = new ArrayList<>();
    for (List<@Nullable Object> cells : table.rows()) {
      Row row = new Row();
      for (int i = 0; i < cells.size(); i++) {
        Object cell = cells.get(i);
        if (cell != null) {
          cell(row, table.columns().get(i), cell);
        }
      }
      rows.add(ArrowForm.typed(withoutRoundedTime(row)));
    }
    return Answer.of(rows);
  }

  private static void cell(Row row, String column, Object cell) {
    switch (column) {
      case "ts" -> row.set("rounded", nanos((Instant) cell));
      case "ts_ns" -> row.set("ts", (Long) cell);
      case "value" -> row.set("value", (Double) cell);
      case "value_int" -> row.set("valueInt", (Long) cell);
      case "status" -> row.set("status", status((Long) cell));
      default -> {
        String name = Columns.camel(column);
        row.set(
            name,
            switch (Columns.type(name)) {
              case TIME -> (Object) nanos((Instant) cell);
              case NUMBER -> (Double) cell;
              case WHOLE -> (Long) cell;
              case TEXT -> (String) cell;
              case STATUS -> status((Long) cell);
            });
      }
    }
  }

  /** The 32 bits of a number that has no more. */
  private static int status(long number) {
    if (number != Integer.toUnsignedLong((int) number)) {
      throw new AssertionError("status has more than 32 bits: " + number);
    }
    return (int) number;
  }

  private static long nanos(Instant time) {
    // Wraps twice for the first second of int64, and is right again.
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }

  /** {@code ts} is {@code ts_ns} in microseconds, rounded down; then it says nothing more. */
  private static Row withoutRoundedTime(Row row) {
    if (row.get("ts") instanceof Long ns && !Objects.equals(row.get("rounded"), micros(ns))) {
      throw new AssertionError("ts is not ts_ns: " + row);
    }
    return row.without("rounded");
  }

  private static long micros(long ns) {
    return ns - Math.floorMod(ns, MICRO_NS);
  }

  @Override
  public Row asShown(Question question, Row row) {
    Columns.withWideSingles(row);
    if (question instanceof Question.Summary) {
      row.without("ts", "label", "shift", "productionDay", "partial");
      for (String name :
          List.of("startTime", "endTime", "minimumTime", "maximumTime", "firstTime", "lastTime")) {
        if (row.get(name) instanceof Long ns) {
          row.set(name, micros(ns));
        }
      }
    }
    return row;
  }

  @Override
  public boolean hasErrorsOfTags() {
    return isOfRelations;
  }

  @Override
  public boolean isInOrder() {
    return false;
  }
}
