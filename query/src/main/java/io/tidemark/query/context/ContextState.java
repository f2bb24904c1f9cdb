package io.tidemark.query.context;

import io.tidemark.model.Direction;
import io.tidemark.model.TimeRange;
import io.tidemark.query.context.ContextSearch.Filter;
import io.tidemark.query.context.ContextSearch.Place;
import io.tidemark.query.context.IntervalIndex.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every version of every context object, and the ways to find them. Not thread-safe: {@link
 * ContextStore} lets one change or many read.
 */
final class ContextState {
  /** Steps of a batch that are told apart by their instance only. */
  record StepName(String batchId, String level, String name) {}

  /** Bindings of a property that are told apart by their time only. */
  private record AttributeName(String equipmentId, String name) {}

  /** All versions of an object, the first first. */
  private static final class History {
    private final List<ContextRow> versions = new ArrayList<>(1);

    private ContextRow newest() {
      return versions.getLast();
    }

    /** How many versions were made by records up to that sequence. */
    private int countAsOf(long journalSequence) {
      int low = 0;
      int high = versions.size();
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (versions.get(middle).journalSequence() <= journalSequence) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }
  }

  /** The objects of a kind. */
  private static final class Shelf {
    private final Map<String, History> byId = new HashMap<>();

    /** Every version, in the order they were made. */
    private final List<ContextRow> changes = new ArrayList<>();

    /** The generation of each of them. */
    private long[] generations = new long[4];

    /** Intervals by unit; objects of no unit are under the empty text, which is no id. */
    private final Map<String, IntervalIndex> byUnit = new HashMap<>();

    /** Ids of what belongs to a batch. */
    private final Map<String, Set<String>> byBatch = new HashMap<>();

    private void changed(ContextRow row, long generation) {
      if (changes.size() == generations.length) {
        generations = Arrays.copyOf(generations, generations.length * 2);
      }
      generations[changes.size()] = generation;
      changes.add(row);
    }

    private List<ContextRow> since(long generation) {
      int from = Arrays.binarySearch(generations, 0, changes.size(), generation);
      return changes.subList(from < 0 ? -from - 1 : from + 1, changes.size());
    }
  }

  private final Map<ContextKind, Shelf> shelves = new EnumMap<>(ContextKind.class);
  private final Map<StepName, Set<String>> stepsByName = new HashMap<>();
  private final Map<AttributeName, Set<String>> attributesByName = new HashMap<>();
  private final Set<IntervalIndex> unsettled = new HashSet<>();
  private long generation;

  ContextState() {
    for (ContextKind kind : ContextKind.values()) {
      shelves.put(kind, new Shelf());
    }
  }

  /** Makes the values the newest version of their object, if they differ from the one before. */
  void put(
      ContextKind kind,
      List<@Nullable Object> values,
      String changedBy,
      long changedAtMicros,
      long journalSequence) {
    Shelf shelf = shelf(kind);
    String id = String.valueOf(values.getFirst());
    History history = shelf.byId.computeIfAbsent(id, key -> new History());
    ContextRow before = history.versions.isEmpty() ? null : history.newest();
    if (before != null && before.values().equals(values)) {
      return;
    }
    ContextRow row =
        new ContextRow(
            kind, values, history.versions.size() + 1, changedBy, changedAtMicros, journalSequence);
    history.versions.add(row);
    shelf.changed(row, ++generation);
    if (before != null) {
      unfile(before);
    }
    file(row);
  }

  /** Ends a group of {@link #put}: only then are intervals found. */
  void settle() {
    unsettled.forEach(IntervalIndex::settle);
    unsettled.clear();
  }

  /** Number of versions made. */
  long generation() {
    return generation;
  }

  /** Number of objects of a kind. */
  int count(ContextKind kind) {
    return shelf(kind).byId.size();
  }

  /** The newest version, or null. */
  @Nullable ContextRow row(ContextKind kind, String id) {
    History history = shelf(kind).byId.get(id);
    return history == null ? null : history.newest();
  }

  /** That version, or null. */
  @Nullable ContextRow row(ContextKind kind, String id, int version) {
    History history = shelf(kind).byId.get(id);
    return history == null || version < 1 || version > history.versions.size()
        ? null
        : history.versions.get(version - 1);
  }

  /** The newest version that a record up to that sequence made, or null. */
  @Nullable ContextRow rowAsOf(ContextKind kind, String id, long journalSequence) {
    History history = shelf(kind).byId.get(id);
    int count = history == null ? 0 : history.countAsOf(journalSequence);
    return history == null || count == 0 ? null : history.versions.get(count - 1);
  }

  /** All versions that records up to that sequence made, the newest first. */
  List<ContextRow> versions(ContextKind kind, String id, long journalSequence) {
    History history = shelf(kind).byId.get(id);
    return history == null
        ? List.of()
        : List.copyOf(history.versions.subList(0, history.countAsOf(journalSequence)).reversed());
  }

  /** The newest version of every object that changed after that generation, in order of change. */
  List<ContextRow> changedSince(ContextKind kind, long since) {
    Shelf shelf = shelf(kind);
    List<ContextRow> rows = new ArrayList<>();
    for (ContextRow row : shelf.since(since)) {
      History history = shelf.byId.get(row.id());
      if (history != null && history.versions.size() == row.version()) {
        rows.add(row);
      }
    }
    return rows;
  }

  /** Every version made after that generation, in order of change. */
  List<ContextRow> versionsSince(ContextKind kind, long since) {
    return List.copyOf(shelf(kind).since(since));
  }

  /** Ids of the objects of the kind that belong to a batch. */
  Set<String> ofBatch(ContextKind kind, String batchId) {
    return shelf(kind).byBatch.getOrDefault(batchId, Set.of());
  }

  /** Ids of the steps of that name. */
  Set<String> stepsNamed(StepName name) {
    return stepsByName.getOrDefault(name, Set.of());
  }

  /** Ids of the bindings of that property. */
  Set<String> attributesNamed(String equipmentId, String name) {
    return attributesByName.getOrDefault(new AttributeName(equipmentId, name), Set.of());
  }

  /** The rows that a search finds, in its order. */
  List<ContextRow> search(ContextSearch search) {
    Filter filter = search.filter();
    if (filter.batchId() != null) {
      return searchBatch(search, filter.batchId());
    }
    Shelf shelf = shelf(search.kind());
    Comparator<Interval> order = order(search);
    PriorityQueue<IntervalIndex.Walk> walks =
        new PriorityQueue<>((a, b) -> order.compare(reached(a), reached(b)));
    if (filter.unitId() == null) {
      shelf.byUnit.values().forEach(index -> begin(search, index, walks));
    } else {
      IntervalIndex index = shelf.byUnit.get(filter.unitId());
      if (index != null) {
        begin(search, index, walks);
      }
    }
    List<ContextRow> rows = new ArrayList<>();
    while (rows.size() < search.limit() && !walks.isEmpty()) {
      IntervalIndex.Walk walk = walks.remove();
      ContextRow row = row(search.kind(), reached(walk).id());
      if (row != null && finds(search, reached(walk), row)) {
        rows.add(row);
      }
      walk.next();
      if (walk.interval() != null) {
        walks.add(walk);
      }
    }
    return rows;
  }

  /** Few enough to look at each. */
  private List<ContextRow> searchBatch(ContextSearch search, String batchId) {
    Place after = search.after();
    Comparator<Interval> order = order(search);
    List<Interval> found = new ArrayList<>();
    for (String id :
        search.kind() == ContextKind.BATCHES ? Set.of(batchId) : ofBatch(search.kind(), batchId)) {
      ContextRow row = row(search.kind(), id);
      Interval interval = row == null ? null : interval(row);
      if (row != null
          && interval != null
          && (after == null || order.compare(interval, at(after)) > 0)
          && finds(search, interval, row)) {
        found.add(interval);
      }
    }
    found.sort(order);
    List<ContextRow> rows = new ArrayList<>();
    for (Interval interval : found.subList(0, Math.min(search.limit(), found.size()))) {
      rows.add(Objects.requireNonNull(row(search.kind(), interval.id())));
    }
    return rows;
  }

  private static void begin(
      ContextSearch search, IntervalIndex index, PriorityQueue<IntervalIndex.Walk> walks) {
    TimeRange window = search.window();
    IntervalIndex.Walk walk =
        index.walk(
            search.direction(),
            search.mode().firstStartNs(window.startNs()),
            window.endNs(),
            search.mode().firstEndNs(window.startNs()),
            search.after() == null ? null : at(search.after()));
    if (walk.interval() != null) {
      walks.add(walk);
    }
  }

  private static Interval reached(IntervalIndex.Walk walk) {
    return Objects.requireNonNull(walk.interval());
  }

  private static Interval at(Place place) {
    return new Interval(place.startNs(), place.startNs(), place.id());
  }

  private static Comparator<Interval> order(ContextSearch search) {
    return search.direction() == Direction.FORWARD ? Interval.ORDER : Interval.ORDER.reversed();
  }

  private boolean finds(ContextSearch search, Interval interval, ContextRow row) {
    Filter filter = search.filter();
    TimeRange window = search.window();
    return search
            .mode()
            .finds(interval.startNs(), interval.endNs(), window.startNs(), window.endNs())
        && (filter.unitId() == null || filter.unitId().equals(unitOf(row)))
        && (filter.name() == null
            || filter.name().equalsIgnoreCase(text(row, "name"))
            || filter.name().equalsIgnoreCase(text(row, "type")))
        && (filter.productId() == null
            || filter.productId().equals(text(bearer(row), "product_id")))
        && (filter.orderId() == null || filter.orderId().equals(text(bearer(row), "order_id")));
  }

  /** The row that says product and order: that of the batch for what belongs to one. */
  private @Nullable ContextRow bearer(ContextRow row) {
    return row.kind() == ContextKind.STEPS || row.kind() == ContextKind.EVENTS
        ? row(ContextKind.BATCHES, String.valueOf(text(row, "batch_id")))
        : row;
  }

  private static @Nullable String text(@Nullable ContextRow row, String column) {
    return row == null ? null : ContextFields.of(row.kind()).text(row.values(), column);
  }

  private Shelf shelf(ContextKind kind) {
    Shelf shelf = shelves.get(kind);
    if (shelf == null) {
      throw new IllegalStateException("no shelf: kind=" + kind);
    }
    return shelf;
  }

  private void file(ContextRow row) {
    String id = row.id();
    String batchId = text(row, "batch_id");
    if (batchId != null) {
      shelf(row.kind()).byBatch.computeIfAbsent(batchId, key -> new LinkedHashSet<>()).add(id);
    }
    if (row.kind() == ContextKind.STEPS) {
      StepName name = stepName(row.values());
      stepsByName.computeIfAbsent(name, key -> new LinkedHashSet<>()).add(id);
    } else if (row.kind() == ContextKind.ATTRIBUTES) {
      attributesByName
          .computeIfAbsent(attributeName(row.values()), key -> new LinkedHashSet<>())
          .add(id);
    }
    Interval interval = interval(row);
    if (interval != null) {
      IntervalIndex index =
          shelf(row.kind()).byUnit.computeIfAbsent(unitOf(row), key -> new IntervalIndex());
      index.add(interval);
      unsettled.add(index);
    }
  }

  private void unfile(ContextRow row) {
    String id = row.id();
    String batchId = text(row, "batch_id");
    if (batchId != null) {
      remove(shelf(row.kind()).byBatch, batchId, id);
    }
    if (row.kind() == ContextKind.STEPS) {
      StepName name = stepName(row.values());
      remove(stepsByName, name, id);
    } else if (row.kind() == ContextKind.ATTRIBUTES) {
      remove(attributesByName, attributeName(row.values()), id);
    }
    Interval interval = interval(row);
    if (interval != null) {
      IntervalIndex index = shelf(row.kind()).byUnit.get(unitOf(row));
      if (index != null) {
        index.remove(interval);
        unsettled.add(index);
      }
    }
  }

  private static <K> void remove(Map<K, Set<String>> index, K key, String id) {
    Set<String> ids = index.get(key);
    if (ids != null && ids.remove(id) && ids.isEmpty()) {
      index.remove(key);
    }
  }

  static StepName stepName(List<@Nullable Object> values) {
    ContextFields fields = ContextFields.of(ContextKind.STEPS);
    return new StepName(
        String.valueOf(fields.text(values, "batch_id")),
        String.valueOf(fields.text(values, "level")),
        String.valueOf(fields.text(values, "name")));
  }

  private static AttributeName attributeName(List<@Nullable Object> values) {
    ContextFields fields = ContextFields.of(ContextKind.ATTRIBUTES);
    return new AttributeName(
        String.valueOf(fields.text(values, "equipment_id")),
        String.valueOf(fields.text(values, "name")));
  }

  private static String unitOf(ContextRow row) {
    String unitId = ContextFields.of(row.kind()).text(row.values(), "unit_id");
    return unitId == null ? "" : unitId;
  }

  /** The interval under which a row is found by time, or null. */
  private static @Nullable Interval interval(ContextRow row) {
    ContextFields fields = ContextFields.of(row.kind());
    Long startNs = fields.whole(row.values(), "start_time");
    if (startNs == null || !ContextSearch.KINDS.contains(row.kind())) {
      return null;
    }
    Long endNs = fields.whole(row.values(), "end_time");
    return new Interval(startNs, endNs == null ? IntervalSearch.OPEN_END_NS : endNs, row.id());
  }
}
