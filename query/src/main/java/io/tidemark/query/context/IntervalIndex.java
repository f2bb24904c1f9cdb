package io.tidemark.query.context;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Intervals of one unit, found by the time they overlap. Changes are collected and take effect with
 * {@link #settle}; not thread-safe.
 *
 * <p>Idea: intervals sorted by start, beside each the latest end of all up to it. A search begins
 * at the last interval that starts before the window ends and walks back until that latest end is
 * not after the window's start. Batches of a unit hardly overlap, so that it touches little more
 * than it finds; one very long interval makes it walk further, never wrong. Changes come mostly at
 * the end, so that settling rebuilds a short tail.
 */
final class IntervalIndex {
  /**
   * An interval of an object.
   *
   * @param endNs first instant after; {@code Long.MAX_VALUE} while it runs. An interval without
   *     length counts as its one instant.
   */
  record Interval(long startNs, long endNs, String id) {
    private static final Comparator<Interval> ORDER =
        Comparator.comparingLong(Interval::startNs).thenComparing(Interval::id);

    private long coveredUntilNs() {
      return endNs == startNs && endNs != Long.MAX_VALUE ? endNs + 1 : endNs;
    }
  }

  private final ArrayList<Interval> sorted = new ArrayList<>();
  private long[] latestEndNs = new long[4];
  private final Set<Interval> removed = new HashSet<>();
  private final Set<Interval> added = new HashSet<>();

  /** Takes an interval in with the next {@link #settle}. */
  void add(Interval interval) {
    if (!removed.remove(interval)) {
      added.add(interval);
    }
  }

  /** Takes an interval out with the next {@link #settle}. */
  void remove(Interval interval) {
    if (!added.remove(interval)) {
      removed.add(interval);
    }
  }

  /** Makes the changes visible. */
  void settle() {
    if (added.isEmpty() && removed.isEmpty()) {
      return;
    }
    long firstNs = Long.MAX_VALUE;
    for (Interval interval : added) {
      firstNs = Math.min(firstNs, interval.startNs);
    }
    for (Interval interval : removed) {
      firstNs = Math.min(firstNs, interval.startNs);
    }
    int from = startingBefore(firstNs);
    List<Interval> tail = new ArrayList<>(sorted.subList(from, sorted.size()));
    tail.removeIf(removed::contains);
    tail.addAll(added);
    tail.sort(Interval.ORDER);
    sorted.subList(from, sorted.size()).clear();
    sorted.addAll(tail);
    if (latestEndNs.length < sorted.size()) {
      latestEndNs = Arrays.copyOf(latestEndNs, sorted.size() * 2);
    }
    long latestNs = from == 0 ? Long.MIN_VALUE : latestEndNs[from - 1];
    for (int i = from; i < sorted.size(); i++) {
      latestNs = Math.max(latestNs, sorted.get(i).coveredUntilNs());
      latestEndNs[i] = latestNs;
    }
    added.clear();
    removed.clear();
  }

  /** Gives every interval that overlaps {@code [startNs, endNs)}, in no promised order. */
  void overlapping(long startNs, long endNs, Consumer<Interval> found) {
    for (int i = startingBefore(endNs) - 1; i >= 0 && latestEndNs[i] > startNs; i--) {
      Interval interval = sorted.get(i);
      if (interval.coveredUntilNs() > startNs) {
        found.accept(interval);
      }
    }
  }

  /** Whether nothing is kept. */
  boolean isEmpty() {
    return sorted.isEmpty();
  }

  private int startingBefore(long ns) {
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted.get(middle).startNs < ns) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
