package io.tidemark.query.export;

import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import io.tidemark.query.export.ExportChoice.Phase;
import io.tidemark.query.export.ExportChoice.Span;
import io.tidemark.query.export.ExportChoice.Stay;
import io.tidemark.query.export.ExportPlan.Statement;
import io.tidemark.query.time.TimeExpression;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the plan of an export.
 *
 * <p>Idea: a statement must fit into the limits of any other (time, memory, intervals of a
 * function), however long the export is; so batches and tags are cut into pieces of a batch, or of
 * a tag and a day. A piece sorts its own rows, pieces come in order, and a file is the pieces that
 * share the values of the partition. Grids are cut at their own points, so that the pieces have the
 * points of the whole.
 */
public final class ExportPlanner {
  /** Most tags of a batch that share a statement; it may refer to 64 functions. */
  private static final int SPANS_AT_ONCE = 16;

  /** Columns of a batch in front of its rows. */
  private static final List<String> OF_BATCH =
      List.of("batch_id", "order_id", "product_id", "unit_id", "phase", "instance");

  private final ExportQuestion question;
  private final ExportChoice choice;
  private final long nowNs;
  private final ZoneId zone;
  private final Set<String> leftOut;
  private final ExportParts parts;
  private final TimeSlices slices;
  private final LongRows longRows;

  private ExportPlanner(
      ExportQuestion question,
      ExportSource source,
      @Nullable String asOf,
      long nowNs,
      ZoneId zone) {
    this.question = question;
    this.choice = new ExportChoice(question, source, asOf, nowNs);
    this.nowNs = nowNs;
    this.zone = zone;
    leftOut = Set.copyOf(question.partitionBy());
    parts = new ExportParts(question.partitionBy());
    slices = new TimeSlices(question);
    longRows = new LongRows(question);
  }

  /**
   * Makes a plan.
   *
   * @param source looks up what the question names; asked during the call only
   * @param asOf data version to export; null for the newest, which the plan then names
   * @param nowNs what {@code *} means in time expressions
   * @param zone of calendar words in time expressions
   * @throws HistorianException naming the field of the question that leads nowhere
   */
  public static ExportPlan plan(
      ExportQuestion question,
      ExportSource source,
      @Nullable String asOf,
      long nowNs,
      ZoneId zone) {
    return new ExportPlanner(question, source, asOf, nowNs, zone).plan();
  }

  private ExportPlan plan() {
    ExportPlan.Range range = null;
    WideRows wide = null;
    if (question.sql() != null) {
      planStatement(question.sql());
    } else if (question.isOfBatches()) {
      range =
          new ExportPlan.Range(
              time(question.startTime(), "startTime"), time(question.endTime(), "endTime"));
      wide = planBatches(choice.stays(range));
    } else {
      TimeRange found =
          TimeExpression.resolveRange(
              question.startTime(), question.endTime(), "*-1d", "*", nowNs, zone);
      range = new ExportPlan.Range(found.startNs(), found.endNs());
      wide = planTags(found);
    }
    WideRows columns = wide;
    List<ExportPlan.Part> files =
        parts.files(uoms -> columns == null ? longRows.uoms(uoms) : columns.uoms());
    return new ExportPlan(choice.dataVersion(), nowNs, range, parts.tags(), files);
  }

  private @Nullable Long time(@Nullable String expression, String field) {
    if (expression == null || expression.isBlank()) {
      return null;
    }
    try {
      return TimeExpression.parse(expression).resolve(nowNs, zone);
    } catch (HistorianException e) {
      throw e.at(field);
    }
  }

  // A statement.

  private void planStatement(String sql) {
    if (question.partitionBy().isEmpty()) {
      parts.add(Map.of(), new Statement(sql, question.params()), List.of());
      return;
    }
    String inner = "(" + sql + "\n) AS asked"; // a comment may end it
    List<String> columns = question.partitionBy();
    List<String> texts = new ArrayList<>();
    List<String> quoted = new ArrayList<>();
    for (String column : columns) {
      quoted.add(ExportStatement.quoted(column));
      texts.add(ExportStatement.quoted(column) + "::VARCHAR");
    }
    List<List<@Nullable String>> values =
        choice.texts(
            "SELECT DISTINCT "
                + String.join(", ", texts)
                + " FROM "
                + inner
                + " ORDER BY ALL NULLS LAST LIMIT "
                + (ExportParts.STATEMENTS_MAX + 1),
            question.params());
    String where =
        String.join(
            " AND ", texts.stream().map(t -> t + " IS NOT DISTINCT FROM ?::VARCHAR").toList());
    for (List<@Nullable String> row : values) {
      Map<String, @Nullable String> keys = new LinkedHashMap<>();
      List<@Nullable Object> params = new ArrayList<>(question.params());
      for (int i = 0; i < columns.size(); i++) {
        keys.put(columns.get(i), row.get(i));
        params.add(row.get(i));
      }
      parts.add(
          keys,
          new Statement(
              "SELECT * EXCLUDE ("
                  + String.join(", ", quoted)
                  + ") FROM "
                  + inner
                  + " WHERE "
                  + where,
              params),
          List.of());
    }
  }

  // Tags over a range.

  /** Plans the tags; returns the columns of wide rows. */
  private @Nullable WideRows planTags(TimeRange range) {
    List<Span> spans = choice.spans(range.startNs(), range.endNs());
    spans.forEach(parts::use);
    if (question.isWide()) {
      WideRows wide = new WideRows(question, spans, List.of());
      for (TimeRange slice : slices.of(range.startNs(), range.endNs(), true)) {
        parts.add(
            keys(null, null, slice),
            wide.statement(new ExportStatement(leftOut), spans, slice, question.every()),
            List.of());
      }
      return wide;
    }
    boolean hasAttributes = !question.attributes().isEmpty();
    for (Span span : spans) {
      for (TimeRange slice : slices.of(span.startNs(), span.endNs(), true)) {
        ExportStatement statement = new ExportStatement(leftOut);
        if (hasAttributes) {
          statement.constant("unit_id", span.unitId()).column("attribute", "attribute");
        }
        addLong(keys(span, null, slice), statement, List.of(span), slice, question.every());
      }
    }
    return null;
  }

  /** Adds long rows of some tags behind what the statement has of columns. */
  private void addLong(
      Map<String, @Nullable String> keys,
      ExportStatement statement,
      List<Span> spans,
      TimeRange slice,
      @Nullable String every) {
    longRows.columns(statement);
    spans.forEach(span -> longRows.source(statement, span, slice, every));
    parts.add(
        keys, longRows.statement(statement), spans.stream().map(ExportChoice.Span::tag).toList());
  }

  private Map<String, @Nullable String> keys(
      @Nullable Span span, @Nullable Stay stay, TimeRange slice) {
    Map<String, @Nullable String> keys = new LinkedHashMap<>();
    if (span != null) {
      keys.put("unit_id", span.unitId());
      keys.put("tag", span.tag().name());
    }
    if (stay != null) {
      keys.put("batch_id", stay.batchId());
      keys.put("order_id", stay.orderId());
      keys.put("product_id", stay.productId());
      keys.put("unit_id", stay.unitId());
    }
    keys.put(
        "day",
        Instant.ofEpochSecond(Math.floorDiv(slice.startNs(), 1_000_000_000L))
            .atOffset(ZoneOffset.UTC)
            .toLocalDate()
            .toString());
    return keys;
  }

  // Batches.

  /** Plans the batches; returns the columns of wide rows. */
  private @Nullable WideRows planBatches(List<Stay> stays) {
    Set<String> ids = new LinkedHashSet<>();
    List<Span> spans = new ArrayList<>();
    for (Stay stay : stays) {
      ids.add(stay.batchId());
      spans.addAll(stay.spans());
    }
    spans.forEach(parts::use);
    Map<String, List<Phase>> phases = choice.phases(List.copyOf(ids));
    WideRows wide = question.isWide() ? new WideRows(question, spans, OF_BATCH) : null;
    for (Stay stay : stays) {
      List<Phase> here =
          phases.getOrDefault(stay.batchId(), List.of()).stream()
              .filter(p -> p.unitId() == null || p.unitId().equals(stay.unitId()))
              .toList();
      if (ExportQuestion.PHASE.equals(question.every())) {
        planPhases(stay, here, wide);
      } else {
        planStay(stay, new PhaseTimes(stay, here), wide);
      }
    }
    return wide;
  }

  private void planStay(Stay stay, PhaseTimes phases, @Nullable WideRows wide) {
    boolean tellsPhase = question.mode() != ExportQuestion.Mode.SUMMARY || question.every() != null;
    List<TimeRange> cut = slices.of(stay.startNs(), stay.endNs(), phases.isCalm());
    if (wide != null) {
      for (TimeRange slice : cut) {
        ExportStatement statement = head(stay);
        if (tellsPhase) {
          phases.column(statement, wide.timeNs(), slice);
        }
        addWide(stay, wide, statement, slice, question.every());
      }
      return;
    }
    for (List<Span> some : together(stay, cut.size() == 1)) {
      for (TimeRange slice : cut) {
        ExportStatement statement = head(stay);
        if (tellsPhase) {
          phases.column(statement, "ts_ns", slice);
        }
        statement.column("attribute", "attribute");
        addLong(keys(some.getFirst(), stay, slice), statement, some, slice, question.every());
      }
    }
  }

  private void planPhases(Stay stay, List<Phase> phases, @Nullable WideRows wide) {
    List<List<Span>> together = wide == null ? together(stay, true) : List.of(stay.spans());
    for (List<Span> some : together) {
      for (Phase phase : phases) {
        long startNs = Math.max(stay.startNs(), phase.startNs());
        long endNs = phase.endNs() == null ? stay.endNs() : Math.min(stay.endNs(), phase.endNs());
        if (startNs >= endNs) {
          continue;
        }
        TimeRange range = new TimeRange(startNs, endNs);
        ExportStatement statement =
            head(stay)
                .constant("phase", phase.name())
                .column("instance", "?::BIGINT", phase.instance());
        if (wide == null) {
          statement.column("attribute", "attribute");
          addLong(keys(some.getFirst(), stay, range), statement, some, range, null);
        } else {
          addWide(stay, wide, statement, range, null);
        }
      }
    }
  }

  private void addWide(
      Stay stay,
      WideRows wide,
      ExportStatement statement,
      TimeRange slice,
      @Nullable String every) {
    parts.add(
        keys(null, stay, slice),
        wide.statement(statement, stay.spans(), slice, every),
        stay.spans().stream().map(Span::tag).toList());
  }

  /** Tags of a batch that share statements, unless rows must come by tag. */
  private List<List<Span>> together(Stay stay, boolean mayShare) {
    int step = mayShare && !leftOut.contains("tag") ? SPANS_AT_ONCE : 1;
    List<List<Span>> together = new ArrayList<>();
    for (int i = 0; i < stay.spans().size(); i += step) {
      together.add(stay.spans().subList(i, Math.min(stay.spans().size(), i + step)));
    }
    return together;
  }

  private ExportStatement head(Stay stay) {
    return new ExportStatement(leftOut)
        .constant("batch_id", stay.batchId())
        .constant("order_id", stay.orderId())
        .constant("product_id", stay.productId())
        .constant("unit_id", stay.unitId());
  }
}
