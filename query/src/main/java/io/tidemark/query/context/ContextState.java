package io.tidemark.query.context;

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
  private final Map<String, Set<String>> stepsByBatch = new HashMap<>();
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

  /** Ids of the batch's steps. */
  Set<String> stepsOf(String batchId) {
    return stepsByBatch.getOrDefault(batchId, Set.of());
  }

  /** Ids of the steps of that name. */
  Set<String> stepsNamed(StepName name) {
    return stepsByName.getOrDefault(name, Set.of());
  }

  /** Ids of the bindings of that property. */
  Set<String> attributesNamed(String equipmentId, String name) {
    return attributesByName.getOrDefault(new AttributeName(equipmentId, name), Set.of());
  }

  /** Rows that overlap the window, by start, then id; of all units if the unit is null. */
  List<ContextRow> overlapping(
      ContextKind kind, @Nullable String unitId, long startNs, long endNs) {
    Shelf shelf = shelf(kind);
    List<Interval> found = new ArrayList<>();
    if (unitId == null) {
      for (IntervalIndex index : shelf.byUnit.values()) {
        index.overlapping(startNs, endNs, found::add);
      }
    } else {
      IntervalIndex index = shelf.byUnit.get(unitId);
      if (index != null) {
        index.overlapping(startNs, endNs, found::add);
      }
    }
    found.sort(Comparator.comparingLong(Interval::startNs).thenComparing(Interval::id));
    List<ContextRow> rows = new ArrayList<>(found.size());
    for (Interval interval : found) {
      ContextRow row = row(kind, interval.id());
      if (row != null) {
        rows.add(row);
      }
    }
    return rows;
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
    if (row.kind() == ContextKind.STEPS) {
      StepName name = stepName(row.values());
      stepsByBatch.computeIfAbsent(name.batchId, key -> new LinkedHashSet<>()).add(id);
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
    if (row.kind() == ContextKind.STEPS) {
      StepName name = stepName(row.values());
      remove(stepsByBatch, name.batchId, id);
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
    if (startNs == null || fields.column("unit_id") < 0) {
      return null;
    }
    Long endNs = fields.whole(row.values(), "end_time");
    return new Interval(startNs, endNs == null ? Long.MAX_VALUE : endNs, row.id());
  }
}
