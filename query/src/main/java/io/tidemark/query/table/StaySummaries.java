package io.tidemark.query.table;

import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.SummaryRow;
import io.tidemark.query.table.PlantSelection.Stay;
import io.tidemark.query.table.PlantSelection.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Aggregates tags over intervals that lie anyhow: apart, touching, nested, equal. Those of a tag
 * are dealt out to lanes in which none overlaps the next; each lane is one pass over the tag.
 */
final class StaySummaries {
  /** A lane: intervals in order of time, with the time between them left out. */
  private static final class Lane {
    private final List<Integer> tasks;
    private long endNs;

    Lane(Integer... tasks) {
      this.tasks = new ArrayList<>(List.of(tasks));
    }
  }

  private final TableCall call;
  private final List<Task> tasks;
  private final SummaryRules rules;
  private final @Nullable HeldTimes held;

  /**
   * Prepares them.
   *
   * @param held times that do not count; null if all do
   */
  StaySummaries(TableCall call, List<Task> tasks, SummaryRules rules, @Nullable HeldTimes held) {
    this.call = call;
    this.tasks = tasks;
    this.rules = rules;
    this.held = held;
  }

  /** A row for each task; null for those that have no length. */
  @Nullable SummaryRow[] rows(Set<SummaryField> fields) {
    Map<Integer, List<Integer>> byTag = new HashMap<>();
    for (int i = 0; i < tasks.size(); i++) {
      if (tasks.get(i).stay().endNs() > tasks.get(i).stay().startNs()) {
        byTag.computeIfAbsent(tasks.get(i).tag().id(), id -> new ArrayList<>()).add(i);
      }
    }
    List<TagDefinition> tags =
        PlantSelection.tagsOf(tasks).stream().filter(tag -> byTag.containsKey(tag.id())).toList();
    @Nullable SummaryRow[] rows = new @Nullable SummaryRow[tasks.size()];
    ByTag.each(
        call.context(),
        tags,
        tag -> {
          for (Lane lane : lanes(byTag.getOrDefault(tag.id(), List.of()))) {
            fill(rows, tag, lane, fields); // each writes rows of its own tag
          }
          return tag;
        },
        (tag, done) -> {});
    return rows;
  }

  private List<Lane> lanes(List<Integer> ofTag) {
    if (rules.weighsEvents()) {
      // A sample at an end may belong to the interval before it, whatever follows.
      return ofTag.stream().map(Lane::new).toList();
    }
    List<Integer> sorted = new ArrayList<>(ofTag);
    sorted.sort(
        Comparator.<Integer>comparingLong(i -> stay(i).startNs())
            .thenComparingLong(i -> stay(i).endNs()));
    PriorityQueue<Lane> free = new PriorityQueue<>(Comparator.comparingLong(lane -> lane.endNs));
    List<Lane> all = new ArrayList<>();
    for (int task : sorted) {
      Lane lane = free.peek();
      if (lane == null || lane.endNs > stay(task).startNs()) {
        lane = new Lane();
        all.add(lane);
      } else {
        free.remove();
      }
      lane.tasks.add(task);
      lane.endNs = stay(task).endNs();
      free.add(lane);
    }
    return all;
  }

  private Stay stay(int task) {
    return tasks.get(task).stay();
  }

  private void fill(
      @Nullable SummaryRow[] rows, TagDefinition tag, Lane lane, Set<SummaryField> fields) {
    long[] edges = new long[2 * lane.tasks.size()];
    long[] active = new long[2 * lane.tasks.size()];
    int[] intervals = new int[lane.tasks.size()];
    int edgeCount = 0;
    int activeCount = 0;
    for (int i = 0; i < lane.tasks.size(); i++) {
      Stay stay = stay(lane.tasks.get(i));
      if (edgeCount == 0 || edges[edgeCount - 1] < stay.startNs()) {
        edges[edgeCount++] = stay.startNs();
      }
      intervals[i] = edgeCount - 1;
      edges[edgeCount++] = stay.endNs();
      long[] counts =
          held == null
              ? new long[] {stay.startNs(), stay.endNs()}
              : held.activeNs(stay.batchId(), stay.startNs(), stay.endNs());
      if (activeCount + counts.length > active.length) {
        active = Arrays.copyOf(active, 2 * (active.length + counts.length));
      }
      System.arraycopy(counts, 0, active, activeCount, counts.length);
      activeCount += counts.length;
    }
    Retrieval.Summary asked = rules.retrieval(Arrays.copyOf(edges, edgeCount), fields);
    boolean isWhole = held == null && edgeCount == lane.tasks.size() + 1;
    List<SummaryRow> found =
        isWhole
            ? call.queries().summarize(asked, tag, call.context())
            : call.queries()
                .summarizeWithin(Arrays.copyOf(active, activeCount), asked, tag, call.context());
    for (int i = 0; i < intervals.length; i++) {
      rows[lane.tasks.get(i)] = found.get(intervals[i]);
    }
  }
}
