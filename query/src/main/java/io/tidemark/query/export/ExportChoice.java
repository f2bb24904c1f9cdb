package io.tidemark.query.export;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.NearestName;
import io.tidemark.query.sql.SqlResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Looks up, at one data version, what a question names: tags, batches on their units, the tags that
 * were bound there, phases. Names that lead nowhere are errors with the nearest. One thread.
 */
final class ExportChoice {
  private static final int NAMES_AT_ONCE = 500;
  private static final int NEAREST_MAX = 100_000;

  /** What the values of a tag are in a column. */
  enum Values {
    /** Numbers that a float64 holds. */
    NUMBERS("decimals"),
    /** Whole numbers, of which a float64 would lose digits. */
    WHOLE_NUMBERS("whole numbers of 64 bits"),
    /** Texts, also those of states. */
    TEXTS("texts");

    private final String text;

    Values(String text) {
      this.text = text;
    }

    /** For people. */
    String text() {
      return text;
    }

    private static Values of(String type) {
      return switch (type.toLowerCase(Locale.ROOT)) {
        case "string", "digital" -> TEXTS;
        case "int64" -> WHOLE_NUMBERS;
        default -> NUMBERS;
      };
    }
  }

  /** A tag with what a file says of it. */
  record Tag(String name, String uom, Values values) {}

  /** A tag over a time, in nanoseconds. */
  record Span(
      @Nullable String unitId, @Nullable String attribute, Tag tag, long startNs, long endNs) {}

  /** A batch on a unit, with its tags in order of attribute and name. */
  record Stay(
      String batchId,
      @Nullable String orderId,
      @Nullable String productId,
      @Nullable String unitId,
      long startNs,
      long endNs,
      List<Span> spans) {}

  /** A phase of a batch. */
  record Phase(
      @Nullable String unitId, String name, long instance, long startNs, @Nullable Long endNs) {}

  private final ExportQuestion question;
  private final ExportSource source;
  private final long nowNs;
  private final Map<String, Tag> known = new HashMap<>();
  private @Nullable String dataVersion;

  ExportChoice(ExportQuestion question, ExportSource source, @Nullable String asOf, long nowNs) {
    this.question = question;
    this.source = source;
    this.nowNs = nowNs;
    this.dataVersion = asOf;
    rows("SELECT 1", List.of());
  }

  /** The snapshot that is read, known once anything was. */
  String dataVersion() {
    return Objects.requireNonNull(dataVersion);
  }

  private List<List<@Nullable Object>> rows(String sql, List<@Nullable Object> params) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    try (SqlResult result = source.run(new ExportPlan.Statement(sql, params), dataVersion)) {
      dataVersion = result.dataVersion();
      int columns = result.columns().size();
      while (result.next()) {
        List<@Nullable Object> row = new ArrayList<>(columns);
        for (int i = 0; i < columns; i++) {
          row.add(result.value(i));
        }
        rows.add(row);
      }
    }
    return rows;
  }

  /** The rows of a statement, each a list of texts. */
  List<List<@Nullable String>> texts(String select, List<@Nullable Object> params) {
    List<List<@Nullable String>> texts = new ArrayList<>();
    for (List<@Nullable Object> row : rows(select, params)) {
      List<@Nullable String> cells = new ArrayList<>();
      row.forEach(cell -> cells.add(cell == null ? null : cell.toString()));
      texts.add(cells);
    }
    return texts;
  }

  // Names.

  /** Refuses names that no row has. */
  private void require(String field, String what, List<String> names, String column, String from) {
    Set<String> found = new TreeSet<>();
    for (int i = 0; i < names.size(); i += NAMES_AT_ONCE) {
      List<String> some = names.subList(i, Math.min(names.size(), i + NAMES_AT_ONCE));
      for (List<@Nullable Object> row :
          rows(
              "SELECT DISTINCT " + column + " FROM " + from + " WHERE " + in(column, some.size()),
              new ArrayList<>(some))) {
        found.add(String.valueOf(row.getFirst()));
      }
    }
    for (String name : names) {
      if (!found.contains(name)) {
        throw unknown(field, what, name, column, from);
      }
    }
  }

  private HistorianException unknown(
      String field, String what, String name, String column, String from) {
    List<String> all =
        rows(
                "SELECT DISTINCT "
                    + column
                    + " FROM "
                    + from
                    + " WHERE "
                    + column
                    + " IS NOT NULL ORDER BY 1 LIMIT "
                    + NEAREST_MAX,
                List.of())
            .stream()
            .map(row -> String.valueOf(row.getFirst()))
            .toList();
    String nearest = NearestName.find(name, all);
    return new HistorianException(
        field.equals("tags") ? ErrorCode.UNKNOWN_TAG : ErrorCode.UNKNOWN_ID,
        "no "
            + what
            + " of that name: "
            + field
            + "="
            + ErrorText.quote(name)
            + (nearest == null ? "" : ", nearest=" + ErrorText.quote(nearest)),
        field,
        nearest == null ? null : "did you mean " + nearest + "?",
        null);
  }

  private static String in(String column, int count) {
    return column + " IN (" + String.join(", ", Collections.nCopies(count, "?")) + ")";
  }

  // Tags.

  private static final String TAG_COLUMNS = "SELECT tag, uom, type FROM tags WHERE ";

  private Tag tag(List<@Nullable Object> row) {
    Tag tag =
        new Tag(
            String.valueOf(row.get(0)),
            row.get(1) == null ? "" : String.valueOf(row.get(1)),
            Values.of(String.valueOf(row.get(2))));
    known.put(tag.name(), tag);
    return tag;
  }

  /** The tags of the names, by name; wildcards resolved where no tag has that very name. */
  List<Tag> tags(List<String> names) {
    Map<String, Tag> tags = new TreeMap<>();
    for (String name : names) {
      List<List<@Nullable Object>> rows = rows(TAG_COLUMNS + "tag = ?", List.of(name));
      if (rows.isEmpty() && isPattern(name)) {
        String like =
            name.replace("\\", "\\\\")
                .replace("%", "\\%")
                .replace("_", "\\_")
                .replace('*', '%')
                .replace('?', '_');
        rows = rows(TAG_COLUMNS + "tag LIKE ? ESCAPE '\\'", List.of(like));
      }
      if (rows.isEmpty()) {
        throw unknown("tags", "tag", name, "tag", "tags");
      }
      rows.forEach(row -> tags.put(String.valueOf(row.getFirst()), tag(row)));
    }
    return List.copyOf(tags.values());
  }

  static boolean isPattern(String name) {
    return name.indexOf('*') >= 0 || name.indexOf('?') >= 0;
  }

  private Tag known(String name) {
    Tag tag = known.get(name);
    if (tag == null) {
      List<List<@Nullable Object>> rows = rows(TAG_COLUMNS + "tag = ?", List.of(name));
      tag = rows.isEmpty() ? new Tag(name, "", Values.NUMBERS) : tag(rows.getFirst());
    }
    return tag;
  }

  /** Tags of a range: those named, then those bound to the attributes while they were. */
  List<Span> spans(long startNs, long endNs) {
    List<Span> spans = new ArrayList<>();
    for (Tag tag : tags(question.tags())) {
      spans.add(new Span(null, null, tag, startNs, endNs));
    }
    if (!question.attributes().isEmpty()) {
      require("attributes", "attribute", question.attributes(), "name", "attributes");
      for (List<@Nullable Object> row :
          rows(
              "SELECT equipment_id, name, tag, start_time_ns, end_time_ns FROM attributes WHERE "
                  + in("name", question.attributes().size())
                  + " ORDER BY name, tag, equipment_id, start_time_ns NULLS FIRST",
              new ArrayList<>(question.attributes()))) {
        Long from = (Long) row.get(3);
        Long to = (Long) row.get(4);
        long first = from == null ? startNs : Math.max(startNs, from);
        long last = to == null ? endNs : Math.min(endNs, to);
        if (row.get(2) != null && first < last) {
          spans.add(
              new Span(
                  (String) row.get(0),
                  String.valueOf(row.get(1)),
                  known(String.valueOf(row.get(2))),
                  first,
                  last));
        }
      }
    }
    return spans;
  }

  // Batches.

  /** The batches on their units, cut to a range, by id, unit and start. */
  List<Stay> stays(ExportPlan.Range range) {
    require("batches", "batch", question.batches(), "batch_id", "batches");
    require("orders", "batch of an order", question.orders(), "order_id", "batches");
    require("products", "batch of a product", question.products(), "product_id", "batches");
    String units = "(SELECT unit_id FROM batches UNION ALL SELECT unit_id FROM batch_steps)";
    require("units", "batch on a unit", question.units(), "unit_id", units);
    List<String> attributes = question.attributes();
    if (attributes.isEmpty() && question.tags().isEmpty()) {
      attributes =
          rows("SELECT DISTINCT name FROM attributes ORDER BY 1", List.of()).stream()
              .map(row -> String.valueOf(row.getFirst()))
              .toList();
    } else {
      require("attributes", "attribute", attributes, "name", "attributes");
    }
    List<String> arguments = new ArrayList<>();
    List<@Nullable Object> params = new ArrayList<>();
    argument("batches", question.batches(), arguments, params);
    argument("orders", question.orders(), arguments, params);
    argument("products", question.products(), arguments, params);
    argument("units", question.units(), arguments, params);
    argument("attributes", attributes, arguments, params);
    argument("tags", tags(question.tags()).stream().map(Tag::name).toList(), arguments, params);
    if (attributes.isEmpty() && question.tags().isEmpty()) {
      return List.of();
    }
    Map<String, List<List<@Nullable Object>>> byStay = new LinkedHashMap<>();
    for (List<@Nullable Object> row :
        rows(
            "SELECT batch_id, order_id, product_id, unit_id, attribute, tag, start_time, end_time"
                + " FROM batch_summary("
                + String.join(", ", arguments)
                + ") ORDER BY batch_id, unit_id, start_time, attribute NULLS LAST, tag",
            params)) {
      byStay
          .computeIfAbsent(
              row.get(0) + "\0" + row.get(3) + "\0" + row.get(6), k -> new ArrayList<>())
          .add(row);
    }
    Set<String> ids = new TreeSet<>();
    byStay.values().forEach(rows -> ids.add(String.valueOf(rows.getFirst().getFirst())));
    Map<String, Map<Long, Long>> exact = exactTimes(List.copyOf(ids));
    List<Stay> stays = new ArrayList<>();
    for (List<List<@Nullable Object>> rows : byStay.values()) {
      Stay stay = stay(rows, range, exact);
      if (stay != null) {
        stays.add(stay);
      }
    }
    return stays;
  }

  private static void argument(
      String name, List<String> values, List<String> arguments, List<@Nullable Object> params) {
    if (!values.isEmpty()) {
      arguments.add(name + " => ?");
      params.add(List.copyOf(values));
    }
  }

  private @Nullable Stay stay(
      List<List<@Nullable Object>> rows,
      ExportPlan.Range range,
      Map<String, Map<Long, Long>> exact) {
    List<@Nullable Object> first = rows.getFirst();
    String batchId = String.valueOf(first.get(0));
    Map<Long, Long> times = exact.getOrDefault(batchId, Map.of());
    long startNs = ns((Instant) Objects.requireNonNull(first.get(6)), times);
    List<Tag> tags = new ArrayList<>();
    rows.forEach(row -> tags.add(known(String.valueOf(row.get(5)))));
    Instant end = (Instant) first.get(7);
    long endNs = end == null ? newestNs(tags, startNs) : ns(end, times);
    if (range.startNs() != null) {
      startNs = Math.max(startNs, range.startNs());
    }
    if (range.endNs() != null) {
      endNs = Math.min(endNs, range.endNs());
    }
    if (startNs >= endNs) {
      return null;
    }
    String unitId = (String) first.get(3);
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < tags.size(); i++) {
      spans.add(new Span(unitId, (String) rows.get(i).get(4), tags.get(i), startNs, endNs));
    }
    return new Stay(
        batchId, (String) first.get(1), (String) first.get(2), unitId, startNs, endNs, spans);
  }

  /**
   * Where a batch ends that runs: behind its newest sample, not at the time of asking, so that the
   * data version alone decides what is exported.
   */
  private long newestNs(List<Tag> tags, long startNs) {
    List<@Nullable Object> params = new ArrayList<>();
    tags.forEach(tag -> params.add(tag.name()));
    params.add(startNs);
    params.add(nowNs);
    Object newest =
        rows(
                "SELECT max(ts_ns) FROM samples WHERE "
                    + in("tag", tags.size())
                    + " AND ts_ns >= ? AND ts_ns <= ?",
                params)
            .getFirst()
            .getFirst();
    return newest == null ? startNs : (Long) newest + 1;
  }

  private static long ns(Instant instant, Map<Long, Long> exact) {
    long micros =
        Math.addExact(
            Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1000);
    return exact.getOrDefault(micros, micros * 1000);
  }

  /** By batch, the nanoseconds of its times by their microseconds, of which tables show no more. */
  private Map<String, Map<Long, Long>> exactTimes(List<String> ids) {
    Map<String, Map<Long, Long>> exact = new HashMap<>();
    for (String relation : List.of("batches", "batch_steps")) {
      for (List<@Nullable Object> row :
          rowsOf(
              ids,
              "SELECT batch_id, start_time_ns, end_time_ns FROM "
                  + relation
                  + " WHERE (start_time_ns % 1000 <> 0 OR end_time_ns % 1000 <> 0) AND ",
              "")) {
        Map<Long, Long> times =
            exact.computeIfAbsent(String.valueOf(row.get(0)), id -> new HashMap<>());
        for (Object time : row.subList(1, 3)) {
          if (time != null) {
            times.put(Math.floorDiv((Long) time, 1000L), (Long) time);
          }
        }
      }
    }
    return exact;
  }

  private List<List<@Nullable Object>> rowsOf(List<String> ids, String before, String after) {
    List<List<@Nullable Object>> all = new ArrayList<>();
    for (int i = 0; i < ids.size(); i += NAMES_AT_ONCE) {
      List<String> some = ids.subList(i, Math.min(ids.size(), i + NAMES_AT_ONCE));
      all.addAll(rows(before + in("batch_id", some.size()) + after, new ArrayList<>(some)));
    }
    return all;
  }

  /** Phases of batches, by batch, in order of start. */
  Map<String, List<Phase>> phases(List<String> ids) {
    Map<String, List<Phase>> phases = new HashMap<>();
    for (List<@Nullable Object> row :
        rowsOf(
            ids,
            "SELECT batch_id, unit_id, phase, instance, start_time_ns, end_time_ns FROM phases"
                + " WHERE start_time_ns IS NOT NULL AND ",
            " ORDER BY batch_id, start_time_ns, end_time_ns DESC NULLS FIRST, step_id")) {
      phases
          .computeIfAbsent(String.valueOf(row.get(0)), id -> new ArrayList<>())
          .add(
              new Phase(
                  (String) row.get(1),
                  String.valueOf(row.get(2)),
                  row.get(3) == null
                      ? 1
                      : ((Number) Objects.requireNonNull(row.get(3))).longValue(),
                  (Long) Objects.requireNonNull(row.get(4)),
                  (Long) row.get(5)));
    }
    return phases;
  }
}
