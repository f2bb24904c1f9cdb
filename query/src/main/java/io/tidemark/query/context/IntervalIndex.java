package io.tidemark.query.context;

import io.tidemark.model.Direction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Intervals of one unit, found by their start and end. Changes are collected and take effect with
 * {@link #settle}; not thread-safe.
 *
 * <p>Idea: intervals sorted by start. Above them levels of latest ends, each of 64 of the level
 * below: a walk along the starts leaps over whatever ended too early, also where one very long
 * interval lies across. Changes come mostly at the end, so that settling rebuilds a short tail.
 */
final class IntervalIndex {
  private static final int FAN_BITS = 6;
  private static final int FAN_MASK = (1 << FAN_BITS) - 1;

  /**
   * An interval of an object.
   *
   * @param endNs first instant after; {@link IntervalSearch#OPEN_END_NS} while it runs. An interval
   *     without length counts as its one instant.
   */
  record Interval(long startNs, long endNs, String id) {
    static final Comparator<Interval> ORDER =
        Comparator.comparingLong(Interval::startNs).thenComparing(Interval::id);

    private long coveredUntilNs() {
      return endNs == startNs && endNs != IntervalSearch.OPEN_END_NS ? endNs + 1 : endNs;
    }
  }

  private final ArrayList<Interval> sorted = new ArrayList<>();

  /** Latest ends: of each interval, of 64 intervals, of 4 096 and so on, up to 64 entries. */
  private final List<long[]> latestEndsNs = new ArrayList<>();

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
    raise(from);
    added.clear();
    removed.clear();
  }

  /** Computes the latest ends anew from an interval on. */
  private void raise(int from) {
    long[] ends = level(0, sorted.size());
    for (int i = from; i < sorted.size(); i++) {
      ends[i] = sorted.get(i).coveredUntilNs();
    }
    int first = from;
    int count = sorted.size();
    for (int level = 1; count > FAN_MASK + 1; level++) {
      int below = count;
      first >>= FAN_BITS;
      count = ((count - 1) >> FAN_BITS) + 1;
      long[] upper = level(level, count);
      for (int i = first; i < count; i++) {
        long latestNs = Long.MIN_VALUE;
        int end = Math.min(below, (i + 1) << FAN_BITS);
        for (int j = i << FAN_BITS; j < end; j++) {
          latestNs = Math.max(latestNs, ends[j]);
        }
        upper[i] = latestNs;
      }
      ends = upper;
    }
  }

  private long[] level(int level, int count) {
    if (level == latestEndsNs.size()) {
      latestEndsNs.add(new long[0]);
    }
    long[] ends = latestEndsNs.get(level);
    if (ends.length < count) {
      ends = Arrays.copyOf(ends, count * 2);
      latestEndsNs.set(level, ends);
    }
    return ends;
  }

  /** Whether nothing is kept. */
  boolean isEmpty() {
    return sorted.isEmpty();
  }

  /**
   * Walks along the starts.
   *
   * @param firstStartNs nothing that begins before
   * @param lastStartNs nothing that begins after
   * @param firstEndNs nothing that ends before
   * @param after the interval whose place is passed already, or null
   */
  Walk walk(
      Direction direction,
      long firstStartNs,
      long lastStartNs,
      long firstEndNs,
      @Nullable Interval after) {
    return new Walk(direction, firstStartNs, lastStartNs, firstEndNs, after);
  }

  /** A walk, at an interval or at its end. Ends with the next {@link #settle}. */
  final class Walk {
    private final Direction direction;
    private final long firstStartNs;
    private final long lastStartNs;
    private final long firstEndNs;
    private int at;

    private Walk(
        Direction direction,
        long firstStartNs,
        long lastStartNs,
        long firstEndNs,
        @Nullable Interval after) {
      this.direction = direction;
      this.firstStartNs = firstStartNs;
      this.lastStartNs = lastStartNs;
      this.firstEndNs = firstEndNs;
      if (direction == Direction.FORWARD) {
        at = startingBefore(firstStartNs);
        at = forward(after == null ? at : Math.max(at, placeOf(after, true)));
      } else {
        at =
            lastStartNs == Long.MAX_VALUE ? sorted.size() - 1 : startingBefore(lastStartNs + 1) - 1;
        at = backward(after == null ? at : Math.min(at, placeOf(after, false) - 1));
      }
    }

    /** The interval it is at, or null at the end. */
    @Nullable Interval interval() {
      if (at < 0 || at >= sorted.size()) {
        return null;
      }
      Interval interval = sorted.get(at);
      return interval.startNs < firstStartNs || interval.startNs > lastStartNs ? null : interval;
    }

    void next() {
      at = direction == Direction.FORWARD ? forward(at + 1) : backward(at - 1);
    }

    /** The first interval from {@code i} on that ends late enough. */
    private int forward(int i) {
      int level = 0;
      int count = sorted.size();
      while (i < count) {
        long[] ends = latestEndsNs.get(level);
        int blockEnd = Math.min(count, (i | FAN_MASK) + 1);
        while (i < blockEnd && ends[i] < firstEndNs) {
          i++;
        }
        if (i == blockEnd) {
          i = (i + FAN_MASK) >> FAN_BITS;
          level++;
        } else if (level == 0) {
          return i;
        } else {
          i <<= FAN_BITS;
          level--;
        }
        count = ((sorted.size() - 1) >> (FAN_BITS * level)) + 1;
      }
      return sorted.size();
    }

    /** The last interval up to {@code i} that ends late enough. */
    private int backward(int i) {
      int level = 0;
      while (i >= 0) {
        long[] ends = latestEndsNs.get(level);
        int blockStart = i & ~FAN_MASK;
        while (i >= blockStart && ends[i] < firstEndNs) {
          i--;
        }
        if (i < blockStart) {
          i >>= FAN_BITS;
          level++;
        } else if (level == 0) {
          return i;
        } else {
          level--;
          i = Math.min((i << FAN_BITS) | FAN_MASK, (sorted.size() - 1) >> (FAN_BITS * level));
        }
      }
      return -1;
    }
  }

  /** The first index at or after an interval's place; behind it if that is asked for. */
  private int placeOf(Interval interval, boolean behind) {
    int found = Collections.binarySearch(sorted, interval, Interval.ORDER);
    return found < 0 ? -found - 1 : behind ? found + 1 : found;
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
