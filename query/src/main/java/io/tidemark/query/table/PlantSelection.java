package io.tidemark.query.table;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TagDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which batches or phases a use of a table is about, and which tags of the units where they ran.
 *
 * <p>Tags are found by attribute: the binding of the unit that is in effect when the stay begins
 * (of several the one that began last), else the first that begins within it. A tag that is none of
 * these is one without attribute; a relation has a row for every tag, so that WHERE must name some.
 */
final class PlantSelection {
  static final Parameter BATCHES = names("batches", "batch_id", "ids of batches");
  static final Parameter ORDERS = names("orders", "order_id", "ids of orders");
  static final Parameter PRODUCTS = names("products", "product_id", "ids of products");
  static final Parameter UNITS = names("units", "unit_id", "ids of units");
  static final Parameter PHASES = names("phases", "phase", "names of phases");
  static final Parameter ATTRIBUTES =
      names(
          "attributes",
          "attribute",
          "properties such as 'Reactor Temperature': the tag follows the unit");
  static final Parameter TAGS = SampleTables.TAGS;

  /** Most intervals of tags in one answer. */
  private static final int STAYS_MAX = 1_000_000;

  private static final List<Parameter> NAMES = List.of(BATCHES, ORDERS, PRODUCTS, UNITS, PHASES);
  private static final List<String> BATCH_COLUMNS = List.of("batch_id", "order_id", "product_id");
  private static final List<String> STAY_COLUMNS =
      List.of(
          "step_id",
          "batch_id",
          "order_id",
          "product_id",
          "unit_id",
          "phase",
          "instance",
          "start_time",
          "end_time",
          "version");

  /**
   * A batch, or one of its steps, on a unit.
   *
   * @param stepId null of a batch
   * @param phase name of the step, null of a batch
   * @param endNs first ns after; of one that runs, now
   * @param isOpen whether it runs
   */
  record Stay(
      @Nullable String stepId,
      String batchId,
      @Nullable String orderId,
      @Nullable String productId,
      @Nullable String unitId,
      @Nullable String phase,
      @Nullable Long instance,
      long startNs,
      long endNs,
      boolean isOpen,
      long version) {}

  /**
   * What is asked of a stay.
   *
   * @param attribute property that binds the tag to the unit, or null
   */
  record Task(Stay stay, @Nullable String attribute, TagDefinition tag) {}

  /**
   * A binding of a property of a unit.
   *
   * @param isWanted whether the use asks for it
   */
  private record Binding(
      String attribute, TagDefinition tag, long startNs, long endNs, boolean isWanted) {}

  private final Arguments arguments;
  private final boolean showsBoundTags;

  PlantSelection(Arguments arguments) {
    this(arguments, true);
  }

  /**
   * A selection.
   *
   * @param showsBoundTags whether the table shows the tag of a property, so that WHERE may ask for
   *     it; else its {@code tag} is NULL there
   */
  PlantSelection(Arguments arguments, boolean showsBoundTags) {
    this.arguments = arguments;
    this.showsBoundTags = showsBoundTags;
  }

  private static Parameter names(String name, String column, String description) {
    return new Parameter(name, "VARCHAR[]", null, column, description);
  }

  // Stays.

  /** Steps of level Phase. */
  List<Stay> phases() {
    return stays(
        "SELECT step_id, batch_id, order_id, product_id, unit_id, phase, instance, start_time,"
            + " start_time_ns, end_time, end_time_ns, version FROM phases",
        STAY_COLUMNS);
  }

  /** The phases of the batches that are chosen, whatever else is said of phases. */
  List<Stay> phasesOfBatches() {
    return stays(
        "SELECT step_id, batch_id, order_id, product_id, unit_id, phase, instance, start_time,"
            + " start_time_ns, end_time, end_time_ns, version FROM phases",
        BATCH_COLUMNS);
  }

  /** Steps of any level that bear a name, in any case. */
  List<Stay> steps(String name) {
    return stays(
        "SELECT s.step_id, s.batch_id, b.order_id, b.product_id, s.unit_id, s.name AS phase,"
            + " s.instance, s.start_time, s.start_time_ns, s.end_time, s.end_time_ns, s.version"
            + " FROM batch_steps s LEFT JOIN batches b ON b.batch_id = s.batch_id"
            + " WHERE lower(s.name) = lower("
            + literal(name)
            + ")",
        without(STAY_COLUMNS, "phase"));
  }

  /**
   * Batches, once for each unit where they ran: on their own unit their interval, cut to their
   * steps there if they also ran elsewhere; on other units the time from their first step to their
   * last.
   */
  List<Stay> batches() {
    return batches("");
  }

  /** Those of the batches that have no phase. */
  List<Stay> batchesWithoutPhases() {
    return batches(
        " WHERE b.batch_id NOT IN (SELECT batch_id FROM phases WHERE start_time_ns IS NOT NULL)");
  }

  private List<Stay> batches(String which) {
    String chosen = condition(BATCH_COLUMNS);
    String hulls =
        "SELECT batch_id, unit_id, min(start_time_ns) AS first_ns, max(end_time_ns) AS last_ns,"
            + " bool_or(end_time_ns IS NULL) AS runs FROM batch_steps"
            + " WHERE unit_id IS NOT NULL AND start_time_ns IS NOT NULL"
            + (chosen == null
                ? ""
                : " AND batch_id IN (SELECT batch_id FROM batches WHERE " + chosen + ")")
            + " GROUP BY ALL";
    String sql =
        "SELECT step_id, batch_id, order_id, product_id, unit_id, phase, instance,"
            + " make_timestamptz(start_time_ns // 1000) AS start_time, start_time_ns,"
            + " make_timestamptz(end_time_ns // 1000) AS end_time, end_time_ns, version FROM ("
            + "WITH hulls AS ("
            + hulls
            + "), counts AS (SELECT batch_id, count(*) AS units FROM hulls GROUP BY ALL)"
            + " SELECT NULL AS step_id, b.batch_id, b.order_id, b.product_id,"
            + " coalesce(h.unit_id, b.unit_id) AS unit_id, NULL AS phase, NULL AS instance,"
            + " CASE WHEN h.unit_id IS NULL OR (c.units = 1 AND h.unit_id = b.unit_id) THEN"
            + " b.start_time_ns ELSE h.first_ns END AS start_time_ns,"
            + " CASE WHEN h.unit_id IS NULL OR (c.units = 1 AND h.unit_id = b.unit_id) THEN"
            + " b.end_time_ns WHEN h.runs AND b.end_time_ns IS NOT NULL THEN b.end_time_ns"
            + " WHEN h.runs THEN NULL ELSE h.last_ns END AS end_time_ns, b.version"
            + " FROM batches b LEFT JOIN hulls h ON h.batch_id = b.batch_id"
            + " LEFT JOIN counts c ON c.batch_id = b.batch_id"
            + which
            + ")";
    return stays(sql, without(STAY_COLUMNS, "phase")); // a point of a batch may lie in a phase
  }

  private List<Stay> stays(String sql, List<String> columns) {
    String condition = condition(columns);
    StringBuilder all = new StringBuilder("SELECT * FROM (").append(sql).append(")");
    all.append(" WHERE start_time_ns IS NOT NULL");
    if (condition != null) {
      all.append(" AND ").append(condition);
    }
    all.append(" ORDER BY start_time_ns, batch_id, step_id, unit_id LIMIT ").append(STAYS_MAX + 1);
    List<Stay> stays = new ArrayList<>();
    long nowNs = arguments.context().nowNs();
    for (List<@Nullable Object> row : arguments.call().plant().rows(all.toString())) {
      Long end = (Long) row.get(10);
      stays.add(
          new Stay(
              (String) row.get(0),
              String.valueOf(row.get(1)),
              (String) row.get(2),
              (String) row.get(3),
              (String) row.get(4),
              (String) row.get(5),
              (Long) row.get(6),
              (Long) Objects.requireNonNull(row.get(8)),
              end == null ? nowNs : end,
              end == null,
              (Long) Objects.requireNonNull(row.get(11))));
    }
    if (stays.size() > STAYS_MAX) {
      throw tooMany(stays.size());
    }
    return stays;
  }

  /** What the use says of some columns, as a condition in brackets; null for nothing. */
  private @Nullable String condition(List<String> columns) {
    if (!arguments.isCall()) {
      String condition = arguments.condition(columns);
      return condition == null ? null : "(" + condition + ")";
    }
    List<String> terms = new ArrayList<>();
    for (Parameter parameter : NAMES) {
      if (columns.contains(parameter.column()) && arguments.has(parameter)) {
        List<String> names = arguments.texts(parameter.name());
        if (names != null) {
          terms.add(in(String.valueOf(parameter.column()), names));
        }
      }
    }
    return terms.isEmpty() ? null : "(" + String.join(" AND ", terms) + ")";
  }

  // Tags.

  /** What is asked of each stay, in the order of the stays. */
  List<Task> tasks(List<Stay> stays) {
    Map<String, List<Binding>> bound = bindings();
    List<TagDefinition> unbound = unbound();
    List<Task> tasks = new ArrayList<>();
    for (Stay stay : stays) {
      Set<Integer> own = new HashSet<>();
      for (Binding binding : ofStay(bound.getOrDefault(stay.unitId, List.of()), stay)) {
        own.add(binding.tag.id());
        if (binding.isWanted) {
          tasks.add(new Task(stay, binding.attribute, binding.tag));
        }
      }
      for (TagDefinition tag : unbound) {
        if (!own.contains(tag.id())) {
          tasks.add(new Task(stay, null, tag));
        }
      }
      if (tasks.size() > STAYS_MAX) {
        throw tooMany((long) stays.size() * Math.max(1, tasks.size() / stays.size()));
      }
    }
    return tasks;
  }

  /**
   * Of each attribute the binding that counts for a stay. Which ones are wanted does not matter
   * yet: a condition must not make another one count.
   */
  private static List<Binding> ofStay(List<Binding> ofUnit, Stay stay) {
    Map<String, Binding> chosen = new LinkedHashMap<>();
    for (Binding binding : ofUnit) {
      if (binding.startNs < Math.max(stay.endNs, stay.startNs + 1)
          && binding.endNs > stay.startNs) {
        chosen.merge(binding.attribute, binding, (a, b) -> counting(a, b, stay.startNs));
      }
    }
    return List.copyOf(chosen.values());
  }

  /** In effect at the start the one that began last, else the one that begins first. */
  private static Binding counting(Binding a, Binding b, long startNs) {
    boolean isAInEffect = a.startNs <= startNs;
    boolean isBInEffect = b.startNs <= startNs;
    if (isAInEffect && isBInEffect) {
      return b.startNs > a.startNs ? b : a;
    }
    return isAInEffect || (!isBInEffect && a.startNs <= b.startNs) ? a : b;
  }

  /** Bindings by unit, in order of their attributes. */
  private Map<String, List<Binding>> bindings() {
    String wanted;
    String shown = "tag";
    String ofUnits = null;
    if (arguments.isCall()) {
      List<String> terms = new ArrayList<>();
      List<String> attributes = arguments.texts(ATTRIBUTES.name());
      if (attributes != null) {
        terms.add(in("attribute", attributes));
      }
      if (arguments.value(TAGS.name()) != null) {
        terms.add(
            in("tag", arguments.tags(TAGS.name()).stream().map(TagDefinition::name).toList()));
      }
      if (terms.isEmpty()) {
        throw arguments.missing(
            ATTRIBUTES.name(), "attributes => ['Reactor Temperature'], or tags");
      }
      wanted = String.join(" OR ", terms);
    } else {
      wanted = arguments.condition(List.of("unit_id", "attribute", "tag"));
      ofUnits = arguments.condition(List.of("unit_id"));
      shown = showsBoundTags ? "tag" : "CAST(NULL AS VARCHAR)";
    }
    Map<String, List<Binding>> bindings = new HashMap<>();
    for (List<@Nullable Object> row :
        arguments
            .call()
            .plant()
            .rows(
                "SELECT unit_id, attribute, bound, start_time_ns, end_time_ns, coalesce("
                    + (wanted == null ? "true" : wanted)
                    + ", false) FROM (SELECT equipment_id AS unit_id, name AS attribute, "
                    + shown
                    + " AS tag, tag AS bound, start_time_ns, end_time_ns FROM attributes)"
                    + (ofUnits == null ? "" : " WHERE " + ofUnits)
                    + " ORDER BY attribute, start_time_ns NULLS FIRST")) {
      TagDefinition tag = arguments.context().view().tags().find(String.valueOf(row.get(2)));
      if (tag != null && arguments.context().mayRead(tag.id())) {
        Long start = (Long) row.get(3);
        Long end = (Long) row.get(4);
        bindings
            .computeIfAbsent(String.valueOf(row.get(0)), unit -> new ArrayList<>())
            .add(
                new Binding(
                    String.valueOf(row.get(1)),
                    tag,
                    start == null ? Long.MIN_VALUE : start,
                    end == null ? Long.MAX_VALUE : end,
                    Boolean.TRUE.equals(row.get(5))));
      }
    }
    return bindings;
  }

  /** Tags that are asked for whether or not an attribute binds them. */
  private List<TagDefinition> unbound() {
    if (arguments.isCall()) {
      return arguments.value(TAGS.name()) == null ? List.of() : arguments.tags(TAGS.name());
    }
    String condition = arguments.condition(List.of("attribute", "tag"));
    List<TagDefinition> tags = new ArrayList<>();
    for (List<@Nullable Object> row :
        arguments
            .call()
            .plant()
            .rows(
                "SELECT tag FROM (SELECT tag, CAST(NULL AS VARCHAR) AS attribute FROM tags)"
                    + (condition == null ? "" : " WHERE " + condition)
                    + " ORDER BY tag")) {
      TagDefinition tag = arguments.context().view().tags().find(String.valueOf(row.getFirst()));
      if (tag != null && arguments.context().mayRead(tag.id())) {
        tags.add(tag);
      }
    }
    return tags;
  }

  /** The tags of some tasks, each once. */
  static List<TagDefinition> tagsOf(List<Task> tasks) {
    Set<Integer> seen = new HashSet<>();
    List<TagDefinition> tags = new ArrayList<>();
    for (Task task : tasks) {
      if (seen.add(task.tag.id())) {
        tags.add(task.tag);
      }
    }
    return tags;
  }

  private HistorianException tooMany(long count) {
    return new HistorianException(
        ErrorCode.TOO_MANY,
        "too many batches or phases and tags: intervals=" + count + ", intervalsMax=" + STAYS_MAX,
        null,
        "name batch, order or product, and attribute or tag",
        null);
  }

  private static List<String> without(List<String> columns, String column) {
    return columns.stream().filter(each -> !each.equals(column)).toList();
  }

  static String in(String column, List<String> names) {
    return names.isEmpty()
        ? "false"
        : names.stream()
            .map(PlantSelection::literal)
            .collect(Collectors.joining(", ", column + " IN (", ")"));
  }

  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
