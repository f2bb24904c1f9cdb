package io.tidemark.query.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When batches stood still: events of type {@code Held} or {@code Paused} (the states of ISA-88)
 * that name the batch, merged where they overlap.
 */
final class HeldTimes {
  private static final HeldTimes NONE = new HeldTimes(Map.of());

  /** Start, end, start, end, ... of each batch, ascending. */
  private final Map<String, long[]> byBatch;

  private HeldTimes(Map<String, long[]> byBatch) {
    this.byBatch = byBatch;
  }

  /**
   * Those of all batches.
   *
   * @param nowNs end of those that have none
   */
  static HeldTimes read(ContextReader plant, long nowNs) {
    Map<String, List<Long>> found = new HashMap<>();
    for (List<@Nullable Object> row :
        plant.rows(
            "SELECT batch_id, start_time_ns, end_time_ns FROM events WHERE lower(type) IN ('held',"
                + " 'paused') AND batch_id IS NOT NULL AND start_time_ns IS NOT NULL"
                + " ORDER BY batch_id, start_time_ns")) {
      long start = (Long) Objects.requireNonNull(row.get(1));
      Long given = (Long) row.get(2);
      long end = given == null ? nowNs : given;
      List<Long> times =
          found.computeIfAbsent(String.valueOf(row.getFirst()), batch -> new ArrayList<>());
      if (!times.isEmpty() && start <= times.getLast()) {
        times.set(times.size() - 1, Math.max(end, times.getLast()));
      } else if (start < end) {
        times.add(start);
        times.add(end);
      }
    }
    if (found.isEmpty()) {
      return NONE;
    }
    Map<String, long[]> byBatch = new HashMap<>();
    found.forEach(
        (batch, times) -> byBatch.put(batch, times.stream().mapToLong(Long::longValue).toArray()));
    return new HeldTimes(byBatch);
  }

  /** Seconds that a batch stood still within an interval. */
  double heldSeconds(String batchId, long startNs, long endNs) {
    long[] active = activeNs(batchId, startNs, endNs);
    long activeNs = 0;
    for (int i = 0; i < active.length; i += 2) {
      activeNs += active[i + 1] - active[i];
    }
    return (Math.max(0, endNs - startNs) - activeNs) / 1e9;
  }

  /** The parts of an interval in which a batch went on: start, end, start, end, ... */
  long[] activeNs(String batchId, long startNs, long endNs) {
    if (startNs >= endNs) {
      return new long[0];
    }
    long[] held = byBatch.get(batchId);
    if (held == null) {
      return new long[] {startNs, endNs};
    }
    long[] active = new long[held.length + 2];
    int used = 0;
    long from = startNs;
    for (int i = 0; i < held.length; i += 2) {
      long until = Math.min(held[i], endNs);
      if (until > from) {
        active[used++] = from;
        active[used++] = until;
      }
      from = Math.max(from, held[i + 1]);
    }
    if (endNs > from) {
      active[used++] = from;
      active[used++] = endNs;
    }
    return Arrays.copyOf(active, used);
  }
}
