package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.TimeRange;
import io.tidemark.query.duckdb.DuckDbException;
import io.tidemark.query.duckdb.DuckDbSession;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks the context side of a statement before its samples are read: which times and tags the rows
 * of a join bound ({@link ContextProbe}), and what scalar subqueries over context say. Names given
 * by WITH count as context if their definitions read nothing else.
 */
final class ContextAsk {
  /**
   * What the joins of a reference say.
   *
   * @param tags names, or null for all
   * @param timeBounds how many comparisons of times it knows all values of
   * @param cutsNs these values, as the first instants after which a comparison has another answer
   */
  record Answer(TimeRanges times, @Nullable Set<String> tags, int timeBounds, Set<Long> cutsNs) {
    static final Answer NOTHING = new Answer(TimeRanges.ALL, null, 0, Set.of());
  }

  private final ObjectNode one;
  private final ObjectNode root;
  private final DuckDbSession planner;
  private final Function<String, List<List<@Nullable Object>>> rows;

  /**
   * For one statement.
   *
   * @param one a statement {@code SELECT 1}
   * @param root the statement with constants in place of parameters
   * @param rows answers statements over context, at least the first {@link ContextProbe#ROWS_MAX}
   *     rows and one more
   */
  ContextAsk(
      ObjectNode one,
      ObjectNode root,
      DuckDbSession planner,
      Function<String, List<List<@Nullable Object>>> rows) {
    this.one = one;
    this.root = root;
    this.planner = planner;
    this.rows = rows;
  }

  /** The select that holds a reference, with the names that WITH gives there. */
  record Place(ObjectNode select, Definitions definitions) {}

  /** Definitions by WITH in their order, and which of them a probe needs. */
  static final class Definitions {
    private final Map<String, JsonNode> entries = new LinkedHashMap<>();
    private final Set<String> twice = new HashSet<>();
    private final Set<String> needed = new LinkedHashSet<>();

    Definitions(List<JsonNode> visible) {
      for (JsonNode entry : visible) {
        String name = entry.path("key").asText().toLowerCase(Locale.ROOT);
        if (entries.put(name, entry) != null) {
          twice.add(name); // which one a definition means depends on where it stands
        }
      }
    }

    /** Whether a table reference reads context alone. */
    boolean isContext(JsonNode reference) {
      return switch (reference.path("type").asText()) {
        case "BASE_TABLE" -> isContext(SyntaxTree.name(reference, "table_name"), Set.of());
        case "JOIN" -> isContext(reference.path("left")) && isContext(reference.path("right"));
        case "SUBQUERY" -> isContextTree(reference.path("subquery"), Set.of());
        default -> false;
      };
    }

    private boolean isContext(String name, Set<String> within) {
      JsonNode entry = within.contains(name) ? null : entries.get(name);
      if (entry == null) {
        return Relations.contextNames().contains(name) || name.startsWith(Relations.HISTORY);
      }
      Set<String> inside = new HashSet<>(within);
      inside.add(name);
      boolean is =
          !twice.contains(name)
              && !CteScope.isRecursive(entry)
              && isContextTree(entry.path("value"), inside);
      if (is) {
        needed.add(name);
      }
      return is;
    }

    private boolean isContextTree(JsonNode tree, Set<String> within) {
      Set<String> inner = CteScope.names(tree);
      List<ObjectNode> tables = new ArrayList<>();
      collectTables(tree, tables);
      for (ObjectNode table : tables) {
        String name = SyntaxTree.name(table, "table_name");
        if (!table.path("type").asText().equals("BASE_TABLE")
            || !(inner.contains(name) || isContext(name, within))) {
          return false;
        }
      }
      return !tables.isEmpty();
    }

    /** The definitions that are needed, as a probe holds them. */
    JsonNode neededMap() {
      ObjectNode map = SyntaxTree.JSON.createObjectNode();
      ArrayNode list = map.putArray("map");
      entries.forEach(
          (name, entry) -> {
            if (needed.contains(name)) {
              list.add(entry.deepCopy());
            }
          });
      return map;
    }
  }

  private static void collectTables(JsonNode node, List<ObjectNode> out) {
    String type = node.path("type").asText();
    if (node instanceof ObjectNode object
        && (type.equals("BASE_TABLE") || type.equals("TABLE_FUNCTION"))) {
      out.add(object);
    }
    for (JsonNode child : node) {
      collectTables(child, out);
    }
  }

  /** What the joins of a reference to samples say of it. */
  Answer about(ObjectNode reference, Place place) {
    TimeRanges times = TimeRanges.ALL;
    Set<String> names = null;
    int timeBounds = 0;
    Set<Long> cutsNs = new TreeSet<>();
    for (ContextProbe.Probe probe :
        ContextProbe.of(one, place.select, reference, place.definitions::isContext)) {
      SyntaxTree.selectNode(probe.tree()).set("cte_map", place.definitions.neededMap());
      Answer found = SyntaxTree.isVolatile(probe.tree()) ? null : ask(probe);
      if (found != null) {
        times = times.and(found.times);
        timeBounds += found.timeBounds;
        cutsNs.addAll(found.cutsNs);
        if (names == null) {
          names = found.tags;
        } else if (found.tags != null) {
          names.retainAll(found.tags);
        }
      }
    }
    return new Answer(times, names, timeBounds, cutsNs);
  }

  /** The select whose FROM holds the reference directly or in its joins, or null. */
  static @Nullable Place place(JsonNode root, ObjectNode reference) {
    return place(root, reference, List.of());
  }

  /** The select whose FROM holds the reference directly or in its joins. */
  private static @Nullable Place place(
      JsonNode node, ObjectNode reference, List<JsonNode> visible) {
    List<JsonNode> inside = new ArrayList<>(visible);
    for (JsonNode entry : node.path("cte_map").path("map")) {
      Place found = place(entry.path("value"), reference, within(entry, inside));
      if (found != null) {
        return found;
      }
      inside.add(entry);
    }
    if (node instanceof ObjectNode object
        && object.path("type").asText().equals("SELECT_NODE")
        && joins(object.path("from_table"), reference)) {
      return new Place(object, new Definitions(inside));
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      Place found =
          field.getKey().equals("cte_map") ? null : place(field.getValue(), reference, inside);
      if (found != null) {
        return found;
      }
    }
    if (node instanceof ArrayNode array) {
      for (JsonNode element : array) {
        Place found = place(element, reference, inside);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  /** What a definition sees: those before it; itself only where it is recursive. */
  private static List<JsonNode> within(JsonNode entry, List<JsonNode> before) {
    if (!CteScope.isRecursive(entry)) {
      return before;
    }
    List<JsonNode> all = new ArrayList<>(before);
    all.add(entry);
    return all;
  }

  private static boolean joins(JsonNode from, ObjectNode reference) {
    return CteScope.isSame(from, reference)
        || (from.path("type").asText().equals("JOIN")
            && (joins(from.path("left"), reference) || joins(from.path("right"), reference)));
  }

  /** Asks the context side of a join; null if it cannot be asked or says too much. */
  private @Nullable Answer ask(ContextProbe.Probe probe) {
    List<TimeRange> ranges = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    Set<Long> cutsNs = new TreeSet<>();
    boolean aboutTag = probe.bounds().stream().anyMatch(b -> b.column().equals("tag"));
    boolean aboutTime = probe.bounds().stream().anyMatch(b -> !b.column().equals("tag"));
    try {
      List<List<@Nullable Object>> found = rows.apply(SyntaxTree.sql(planner, probe.tree()));
      if (found.size() > ContextProbe.ROWS_MAX) {
        return null;
      }
      for (List<@Nullable Object> row : found) {
        TimeRanges times = TimeRanges.ALL;
        boolean possible = true;
        for (int i = 0; i < probe.bounds().size(); i++) {
          ContextProbe.Bound bound = probe.bounds().get(i);
          Object value = row.get(i);
          if (value == null) {
            possible = false; // a comparison with NULL joins nothing
          } else if (bound.column().equals("tag")) {
            if (!bound.comparison().equals("COMPARE_EQUAL")) {
              return null;
            }
            names.add(value.toString());
          } else {
            TimeRanges allowed = bound(bound, value);
            if (allowed == null) {
              return null;
            }
            times = times.and(allowed);
            addCuts(allowed, cutsNs);
          }
        }
        if (possible) {
          ranges.addAll(times.ranges());
        }
      }
    } catch (DuckDbException e) {
      return null;
    }
    return new Answer(
        aboutTime ? TimeRanges.union(ranges) : TimeRanges.ALL,
        aboutTag ? names : null,
        (int) probe.bounds().stream().filter(b -> !b.column().equals("tag")).count(),
        cutsNs);
  }

  /** Adds the finite ends of some ranges. */
  static void addCuts(TimeRanges ranges, Set<Long> cutsNs) {
    for (TimeRange range : ranges.ranges()) {
      if (range.startNs() != Long.MIN_VALUE) {
        cutsNs.add(range.startNs());
      }
      if (range.endNs() != Long.MAX_VALUE) {
        cutsNs.add(range.endNs());
      }
    }
  }

  private static @Nullable TimeRanges bound(ContextProbe.Bound bound, Object value) {
    if (bound.column().equals("ts") && value instanceof Instant instant) {
      return TimeRanges.ofMicros(bound.comparison(), TimeConstant.micros(instant));
    }
    if (bound.column().equals("ts_ns") && value instanceof Long ns) {
      return TimeRanges.ofNanos(bound.comparison(), ns);
    }
    return null;
  }

  /**
   * Puts constants in place of scalar subqueries that read context alone and nothing of the query
   * around them, so that the plan shows what they bound.
   */
  void foldSubqueries() {
    fold(root, List.of());
  }

  private void fold(JsonNode node, List<JsonNode> visible) {
    List<JsonNode> inside = new ArrayList<>(visible);
    for (JsonNode entry : node.path("cte_map").path("map")) {
      fold(entry.path("value"), within(entry, inside));
      inside.add(entry);
    }
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        if (field.getKey().equals("cte_map")) {
          continue;
        }
        JsonNode folded = folded(field.getValue(), inside);
        if (folded != null) {
          field.setValue(folded);
        } else {
          fold(field.getValue(), inside);
        }
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        JsonNode folded = folded(array.get(i), inside);
        if (folded != null) {
          array.set(i, folded);
        } else {
          fold(array.get(i), inside);
        }
      }
    }
  }

  private @Nullable JsonNode folded(JsonNode node, List<JsonNode> visible) {
    if (!node.path("class").asText().equals("SUBQUERY")
        || !node.path("subquery_type").asText().equals("SCALAR")) {
      return null;
    }
    Definitions definitions = new Definitions(visible);
    JsonNode query = node.path("subquery");
    if (!definitions.isContextTree(query, Set.of()) || SyntaxTree.isVolatile(query)) {
      return null;
    }
    ObjectNode tree = one.deepCopy();
    ArrayNode list = SyntaxTree.selectNode(tree).putArray("select_list");
    list.add(node.deepCopy());
    SyntaxTree.selectNode(tree).set("cte_map", definitions.neededMap());
    try {
      List<List<@Nullable Object>> found = rows.apply(SyntaxTree.sql(planner, tree));
      Object value = found.isEmpty() ? null : found.getFirst().getFirst();
      ObjectNode constant = constant(value);
      if (constant != null) {
        constant.put("alias", node.path("alias").asText());
      }
      return constant;
    } catch (DuckDbException e) {
      return null; // it reads something of the query around it, or fails in the same way later
    }
  }

  private static @Nullable ObjectNode constant(@Nullable Object value) {
    return switch (value) {
      case String text -> SyntaxTree.text(text);
      case Long number -> SyntaxTree.cast(SyntaxTree.text(number.toString()), "BIGINT");
      case Double number -> SyntaxTree.cast(SyntaxTree.text(number.toString()), "DOUBLE");
      case Instant instant ->
          SyntaxTree.cast(
              SyntaxTree.text(
                  StatementTimes.text(TimeConstant.nanos(TimeConstant.micros(instant)))),
              "TIMESTAMPTZ");
      case null, default -> null;
    };
  }
}
