package io.tidemark.query.export;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import io.tidemark.query.export.ExportChoice.Phase;
import io.tidemark.query.export.ExportChoice.Span;
import io.tidemark.query.export.ExportChoice.Stay;
import io.tidemark.query.export.ExportChoice.Tag;
import io.tidemark.query.export.ExportPlan.Statement;
import io.tidemark.query.time.CalendarInterval;
import io.tidemark.query.time.TimeExpression;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long DAY_NS = 86_400 * SECOND_NS;
  private static final long HOUR_NS = 3_600 * SECOND_NS;

  /** Most statements of a plan, which is one answer. */
  private static final int STATEMENTS_MAX = 20_000;

  /** Most rows of a grid in a piece; a function takes 1 000 000 times. */
  private static final long POINTS_MAX = 100_000;

  /** Most tags of a batch that share a statement; it may refer to 64 functions. */
  private static final int SPANS_AT_ONCE = 16;

  /** Most phases of which a statement tells its times. */
  private static final int PHASES_AT_ONCE = 300;

  private static final int WIDE_COLUMNS_MAX = 1_000;

  private static final List<String> SAMPLE = List.of("value", "text", "status", "quality");
  private static final List<String> MEASURED =
      List.of("time_average", "sample_average", "minimum", "maximum", "std_dev");
  private static final List<String> SUMMARY =
      List.of(
          "time_average",
          "sample_average",
          "minimum",
          "minimum_time",
          "maximum",
          "maximum_time",
          "std_dev",
          "total",
          "count",
          "percent_good",
          "status",
          "quality",
          "basis",
          "uom",
          "total_uom");

  private final ExportQuestion question;
  private final ExportChoice choice;
  private final long nowNs;
  private final ZoneId zone;
  private final Set<String> leftOut;
  private final Map<Map<String, @Nullable String>, FileParts> parts = new LinkedHashMap<>();
  private final Set<ExportPlan.TagUse> tags = new LinkedHashSet<>();
  private int statements;

  /** What comes into a file. */
  private static final class FileParts {
    private final List<Statement> statements = new ArrayList<>();
    private final Set<String> uoms = new HashSet<>();
  }

  /** Columns of wide rows: of each its units, and whether it is text. */
  private record WideColumn(String name, String uom, boolean isText) {}

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
    Map<String, String> wideUoms = Map.of();
    if (question.sql() != null) {
      planStatement(question.sql());
    } else if (question.isOfBatches()) {
      range =
          new ExportPlan.Range(
              time(question.startTime(), "startTime"), time(question.endTime(), "endTime"));
      List<Stay> stays = choice.stays(range);
      Set<String> ids = new LinkedHashSet<>();
      stays.forEach(stay -> ids.add(stay.batchId()));
      Map<String, List<Phase>> phases = choice.phases(List.copyOf(ids));
      Map<String, WideColumn> columns = question.isWide() ? wideColumns(stays) : Map.of();
      wideUoms = uoms(columns.values());
      for (Stay stay : stays) {
        planStay(stay, phases.getOrDefault(stay.batchId(), List.of()), columns);
      }
    } else {
      TimeRange found =
          TimeExpression.resolveRange(
              question.startTime(), question.endTime(), "*-1d", "*", nowNs, zone);
      range = new ExportPlan.Range(found.startNs(), found.endNs());
      wideUoms = planTags(found);
    }
    if (parts.isEmpty()) {
      throw new HistorianException(
          ErrorCode.NOT_FOUND,
          "nothing to export: no tag that may be read belongs to what is chosen, or none in the"
              + " range",
          null,
          "look at batches, attributes and times of the question",
          null);
    }
    List<ExportPlan.Part> made = new ArrayList<>();
    for (Map.Entry<Map<String, @Nullable String>, FileParts> part : parts.entrySet()) {
      made.add(
          new ExportPlan.Part(
              part.getKey(),
              part.getValue().statements,
              question.isWide() ? wideUoms : uoms(part.getValue().uoms)));
    }
    return new ExportPlan(choice.dataVersion(), nowNs, range, List.copyOf(tags), made);
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

  private void add(Map<String, @Nullable String> keys, Statement statement, Collection<Tag> used) {
    Map<String, @Nullable String> partition = new LinkedHashMap<>();
    question.partitionBy().forEach(column -> partition.put(column, keys.get(column)));
    FileParts part = parts.computeIfAbsent(partition, key -> new FileParts());
    part.statements.add(statement);
    used.forEach(tag -> part.uoms.add(tag.uom()));
    if (++statements > STATEMENTS_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "export is too long for one: statements>" + STATEMENTS_MAX,
          null,
          "export fewer tags, batches or days at a time",
          null);
    }
  }

  private void use(Span span) {
    tags.add(new ExportPlan.TagUse(span.attribute(), span.tag().name(), span.tag().uom()));
  }

  private Map<String, String> uoms(Set<String> uoms) {
    Map<String, String> columns = new TreeMap<>();
    if (uoms.size() == 1 && !uoms.iterator().next().isEmpty()) {
      String uom = uoms.iterator().next();
      List<String> measured =
          question.mode() == ExportQuestion.Mode.SUMMARY ? MEASURED : List.of("value");
      measured.forEach(column -> columns.put(column, uom));
    }
    if (question.mode() == ExportQuestion.Mode.SUMMARY) {
      columns.put("percent_good", "%");
    }
    return columns;
  }

  private static Map<String, String> uoms(Collection<WideColumn> columns) {
    Map<String, String> uoms = new TreeMap<>();
    for (WideColumn column : columns) {
      if (!column.uom.isEmpty()) {
        uoms.put(column.name, column.uom);
      }
    }
    return uoms;
  }

  // A statement.

  private void planStatement(String sql) {
    if (question.partitionBy().isEmpty()) {
      add(Map.of(), new Statement(sql, question.params()), List.of());
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
                + (STATEMENTS_MAX + 1),
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
      add(
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

  private Map<String, String> planTags(TimeRange range) {
    List<Span> spans = choice.spans(range.startNs(), range.endNs());
    spans.forEach(this::use);
    if (question.isWide()) {
      Map<String, WideColumn> columns = wideColumns(spans, List.of());
      for (TimeRange slice : slices(range.startNs(), range.endNs(), true)) {
        ExportStatement statement = new ExportStatement(leftOut).column("ts", "ts");
        wide(statement, columns, spans, slice);
        add(keys(null, null, slice), statement.plain("ts"), List.of());
      }
      return uoms(columns.values());
    }
    boolean hasAttributes = !question.attributes().isEmpty();
    for (Span span : spans) {
      for (TimeRange slice : slices(span.startNs(), span.endNs(), true)) {
        ExportStatement statement = new ExportStatement(leftOut);
        if (hasAttributes) {
          statement.constant("unit_id", span.unitId()).column("attribute", "attribute");
        }
        longColumns(statement);
        source(statement, span, slice, question.every());
        add(keys(span, null, slice), statement.ordered(order()), List.of(span.tag()));
      }
    }
    return Map.of();
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
        Instant.ofEpochSecond(Math.floorDiv(slice.startNs(), SECOND_NS))
            .atOffset(ZoneOffset.UTC)
            .toLocalDate()
            .toString());
    return keys;
  }

  private void longColumns(ExportStatement statement) {
    statement.column("tag", "tag");
    switch (question.mode()) {
      case RAW -> statement.column("ts", "ts").column("ts_ns", "ts_ns").columns(SAMPLE);
      case INTERPOLATED -> statement.column("ts", "ts").columns(SAMPLE);
      case SUMMARY ->
          statement.column("start_time", "ts").column("end_time", "end_time").columns(SUMMARY);
    }
  }

  /** In which order rows of a long statement come; equal times only of tags that keep all. */
  private String order() {
    String order = "attribute NULLS LAST, tag, ts_ns";
    return question.mode() == ExportQuestion.Mode.RAW
        ? order + ", value NULLS LAST, text NULLS LAST, status"
        : order;
  }

  private void source(
      ExportStatement statement, Span span, TimeRange slice, @Nullable String every) {
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
    String columns =
        question.mode() == ExportQuestion.Mode.SUMMARY
            ? "start_time AS ts, end_time, epoch_ns(start_time) AS ts_ns, "
                + String.join(", ", SUMMARY)
            : "ts, ts_ns, " + String.join(", ", SAMPLE);
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
            + columns
            + " FROM "
            + function
            + arguments
            + ")"
            + where,
        params);
  }

  // Batches.

  private void planStay(Stay stay, List<Phase> phases, Map<String, WideColumn> columns) {
    stay.spans().forEach(this::use);
    List<Phase> here =
        phases.stream()
            .filter(p -> p.unitId() == null || p.unitId().equals(stay.unitId()))
            .toList();
    if (ExportQuestion.PHASE.equals(question.every())) {
      planPhases(stay, here);
      return;
    }
    List<Long> changes = new ArrayList<>();
    List<@Nullable String> names = new ArrayList<>();
    changes(stay, here, changes, names);
    List<TimeRange> slices = slices(stay.startNs(), stay.endNs(), changes.size() <= PHASES_AT_ONCE);
    if (question.isWide()) {
      for (TimeRange slice : slices) {
        ExportStatement statement = head(stay);
        phase(statement, "epoch_ns(ts)", changes, names, slice);
        statement.column("ts", "ts");
        wide(statement, columns, stay.spans(), slice);
        add(
            keys(null, stay, slice),
            statement.plain("ts"),
            stay.spans().stream().map(Span::tag).toList());
      }
      return;
    }
    boolean together = slices.size() == 1 && !leftOut.contains("tag");
    int step = together ? SPANS_AT_ONCE : 1;
    for (int i = 0; i < stay.spans().size(); i += step) {
      List<Span> some = stay.spans().subList(i, Math.min(stay.spans().size(), i + step));
      for (TimeRange slice : slices) {
        ExportStatement statement = head(stay);
        if (question.mode() != ExportQuestion.Mode.SUMMARY || question.every() != null) {
          phase(statement, "ts_ns", changes, names, slice);
        }
        statement.column("attribute", "attribute");
        longColumns(statement);
        for (Span span : some) {
          source(statement, span, slice, question.every());
        }
        add(
            keys(some.getFirst(), stay, slice),
            statement.ordered(order()),
            some.stream().map(Span::tag).toList());
      }
    }
  }

  private ExportStatement head(Stay stay) {
    return new ExportStatement(leftOut)
        .constant("batch_id", stay.batchId())
        .constant("order_id", stay.orderId())
        .constant("product_id", stay.productId())
        .constant("unit_id", stay.unitId());
  }

  private void planPhases(Stay stay, List<Phase> phases) {
    int step = leftOut.contains("tag") ? 1 : SPANS_AT_ONCE;
    for (int i = 0; i < stay.spans().size(); i += step) {
      List<Span> some = stay.spans().subList(i, Math.min(stay.spans().size(), i + step));
      for (Phase phase : phases) {
        long startNs = Math.max(stay.startNs(), phase.startNs());
        long endNs = phase.endNs() == null ? stay.endNs() : Math.min(stay.endNs(), phase.endNs());
        if (startNs < endNs) {
          TimeRange range = new TimeRange(startNs, endNs);
          ExportStatement statement =
              head(stay)
                  .constant("phase", phase.name())
                  .column("instance", "?::BIGINT", phase.instance())
                  .column("attribute", "attribute");
          longColumns(statement);
          some.forEach(span -> source(statement, span, range, null));
          add(
              keys(some.getFirst(), stay, range),
              statement.ordered(order()),
              some.stream().map(Span::tag).toList());
        }
      }
    }
  }

  /**
   * When the innermost phase of a batch changes: of those that run, the one that began last.
   *
   * @param timesNs gets one element a change, its time
   * @param names gets the phase from then on, null for none
   */
  private static void changes(
      Stay stay, List<Phase> phases, List<Long> timesNs, List<@Nullable String> names) {
    Set<Long> edges = new TreeSet<>();
    edges.add(stay.startNs());
    for (Phase phase : phases) {
      edges.add(phase.startNs());
      if (phase.endNs() != null) {
        edges.add(phase.endNs());
      }
    }
    boolean isFirst = true;
    String last = null;
    for (long edge : edges) {
      if (edge < stay.startNs() || edge >= stay.endNs()) {
        continue;
      }
      String now = null;
      for (Phase phase : phases) {
        if (phase.startNs() <= edge && (phase.endNs() == null || phase.endNs() > edge)) {
          now = phase.name(); // in order of start: the last one counts
        }
      }
      if (isFirst || !Objects.equals(now, last)) {
        timesNs.add(edge);
        names.add(now);
      }
      isFirst = false;
      last = now;
    }
  }

  private static void phase(
      ExportStatement statement,
      String time,
      List<Long> timesNs,
      List<@Nullable String> names,
      TimeRange slice) {
    StringBuilder cases = new StringBuilder("CASE");
    List<@Nullable Object> params = new ArrayList<>();
    for (int i = timesNs.size() - 1; i >= 0; i--) {
      long from = timesNs.get(i);
      if (from < slice.endNs()) {
        cases.append(" WHEN ").append(time).append(" >= ? THEN ?::VARCHAR");
        params.add(from);
        params.add(names.get(i));
        if (from <= slice.startNs()) {
          break;
        }
      }
    }
    if (params.size() > 2 * PHASES_AT_ONCE) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "batch changes its phase too often: changesMax=" + PHASES_AT_ONCE + " a day",
          null,
          "export it with sql",
          null);
    }
    statement.column("phase", cases + " END", params.toArray());
  }

  // Wide rows.

  private Map<String, WideColumn> wideColumns(List<Stay> stays) {
    List<Span> spans = new ArrayList<>();
    stays.forEach(stay -> spans.addAll(stay.spans()));
    return wideColumns(spans, List.of("batch_id", "order_id", "product_id", "unit_id", "phase"));
  }

  /** Columns by the attribute or tag that they show, in order of these. */
  private Map<String, WideColumn> wideColumns(List<Span> spans, List<String> taken) {
    Map<String, WideColumn> columns = new TreeMap<>();
    for (Span span : spans) {
      String label = label(span);
      WideColumn one = new WideColumn(label, span.tag().uom(), span.tag().isText());
      WideColumn other = columns.putIfAbsent(label, one);
      if (other != null && !other.equals(one)) {
        boolean types = other.isText != one.isText;
        throw new HistorianException(
            types ? ErrorCode.WRONG_TYPE : ErrorCode.UNIT_MISMATCH,
            "one column cannot hold "
                + (types ? "texts and numbers" : "several units")
                + ": column="
                + label
                + ", tag="
                + span.tag().name()
                + (types ? "" : ", uom=" + one.uom + ", other=" + other.uom),
            "layout",
            "export it long, or one unit at a time",
            null);
      }
    }
    if (columns.size() > WIDE_COLUMNS_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "too many columns: columns=" + columns.size() + ", columnsMax=" + WIDE_COLUMNS_MAX,
          "layout",
          "export it long",
          null);
    }
    Set<String> used = new HashSet<>(taken);
    used.add("ts");
    columns.replaceAll(
        (label, column) -> new WideColumn(unused(label, used), column.uom, column.isText));
    return columns;
  }

  private static String label(Span span) {
    return span.attribute() == null ? span.tag().name() : span.attribute();
  }

  /** SQL does not tell names apart by their case: of such the second gets a number. */
  private static String unused(String name, Set<String> used) {
    String unused = name;
    for (int n = 1; !used.add(unused.toLowerCase(Locale.ROOT)); n++) {
      unused = name + "_" + n;
    }
    return unused;
  }

  private void wide(
      ExportStatement statement,
      Map<String, WideColumn> columns,
      List<Span> spans,
      TimeRange slice) {
    Map<String, String> byTag = new LinkedHashMap<>();
    Map<String, String> byLabel = new LinkedHashMap<>();
    Set<String> used = new HashSet<>(Set.of("ts"));
    for (Span span : spans) {
      String name = span.tag().name();
      if (ExportChoice.isPattern(name)) {
        throw new HistorianException(
            ErrorCode.BAD_NAME,
            "tag cannot be a column, its name is a pattern: tag=" + name,
            "layout",
            "export it long",
            null);
      }
      if (!byTag.containsKey(name)) {
        byTag.put(name, unused(name, used));
      }
      byLabel.put(label(span), Objects.requireNonNull(byTag.get(name)));
    }
    for (Map.Entry<String, WideColumn> column : columns.entrySet()) {
      String of = byLabel.get(column.getKey());
      String absent = column.getValue().isText ? "NULL::VARCHAR" : "NULL::DOUBLE";
      statement.column(
          column.getValue().name, of == null ? absent : "w." + ExportStatement.quoted(of));
    }
    List<@Nullable Object> params = new ArrayList<>();
    params.add(List.copyOf(byTag.keySet()));
    params.add(slice.startNs());
    params.add(slice.endNs());
    params.add(question.every());
    statement.from("wide(tags => ?, start_time => ?, end_time => ?, every => ?) AS w", params);
  }

  // Slices.

  /**
   * Pieces of a range: whole of summaries and calendars, else days or parts of the grid.
   *
   * @param isCalm whether a statement can tell the phases of all of it
   */
  private List<TimeRange> slices(long startNs, long endNs, boolean isCalm) {
    boolean byDay = leftOut.contains("day");
    if (question.mode() == ExportQuestion.Mode.SUMMARY) {
      return List.of(new TimeRange(startNs, endNs));
    }
    long gridNs = question.mode() == ExportQuestion.Mode.RAW ? 1 : gridNs();
    if (gridNs == 0) {
      if (byDay) {
        throw new HistorianException(
            ErrorCode.OUT_OF_RANGE,
            "a partition by day needs a grid of up to an hour: every=" + question.every(),
            "partitionBy",
            null,
            null);
      }
      return List.of(new TimeRange(startNs, endNs));
    }
    boolean isShort = gridNs == 1 || (endNs - startNs) / gridNs <= POINTS_MAX;
    if (!byDay && isCalm && isShort && endNs - startNs <= DAY_NS) {
      return List.of(new TimeRange(startNs, endNs));
    }
    List<TimeRange> slices = new ArrayList<>();
    for (long from = startNs; from < endNs; ) {
      long day = Math.multiplyExact(Math.floorDiv(from, DAY_NS) + 1, DAY_NS);
      long to = Math.min(endNs, day);
      if (gridNs > 1) {
        // The first point of the grid on the next day, or as many points as a piece may have.
        long points = Math.min(POINTS_MAX, Math.ceilDiv(to - from, gridNs));
        to = Math.min(endNs, from + points * gridNs);
      }
      slices.add(new TimeRange(from, to));
      from = to;
    }
    return slices;
  }

  /** Distance of a grid that may be cut; 0 for one of calendars, or so wide that it need not. */
  private long gridNs() {
    try {
      long ns = CalendarInterval.parse(Objects.requireNonNull(question.every())).lengthNs();
      return ns <= HOUR_NS ? ns : 0;
    } catch (HistorianException e) {
      return 0; // a word of a calendar, which the function reads
    }
  }
}
