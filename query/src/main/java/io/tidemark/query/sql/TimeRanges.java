package io.tidemark.query.sql;

import io.tidemark.model.TimeRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A set of instants: disjoint ranges in ascending order. Immutable. */
record TimeRanges(List<TimeRange> ranges) {
  static final TimeRanges ALL = new TimeRanges(List.of(TimeRange.ALL));
  static final TimeRanges NONE = new TimeRanges(List.of());

  TimeRanges {
    ranges = List.copyOf(ranges);
  }

  /** {@code [startNs, endNs)}, or nothing if that is empty. */
  static TimeRanges of(long startNs, long endNs) {
    return startNs < endNs ? new TimeRanges(List.of(new TimeRange(startNs, endNs))) : NONE;
  }

  /**
   * Times whose ts compares so with one in microseconds. A sample's ts is its time in whole
   * microseconds, rounded down: {@code ts >= x} is {@code ts_ns >= 1000 x}, and {@code ts > x} is
   * {@code ts_ns >= 1000 (x + 1)}.
   */
  static TimeRanges ofMicros(String comparison, long micros) {
    long from = TimeConstant.nanos(micros);
    long after = micros == Long.MAX_VALUE ? Long.MAX_VALUE : TimeConstant.nanos(micros + 1);
    return switch (comparison) {
      case "COMPARE_EQUAL" -> of(from, after);
      case "COMPARE_GREATERTHAN" -> of(after, Long.MAX_VALUE);
      case "COMPARE_GREATERTHANOREQUALTO" -> of(from, Long.MAX_VALUE);
      case "COMPARE_LESSTHAN" -> of(Long.MIN_VALUE, from);
      case "COMPARE_LESSTHANOREQUALTO" -> of(Long.MIN_VALUE, after);
      default -> ALL;
    };
  }

  /** Times that compare so with one in ns. */
  static TimeRanges ofNanos(String comparison, long ns) {
    long after = ns == Long.MAX_VALUE ? ns : ns + 1;
    return switch (comparison) {
      case "COMPARE_EQUAL" -> of(ns, after);
      case "COMPARE_GREATERTHAN" -> of(after, Long.MAX_VALUE);
      case "COMPARE_GREATERTHANOREQUALTO" -> of(ns, Long.MAX_VALUE);
      case "COMPARE_LESSTHAN" -> of(Long.MIN_VALUE, ns);
      case "COMPARE_LESSTHANOREQUALTO" -> of(Long.MIN_VALUE, after);
      default -> ALL;
    };
  }

  /** The union of ranges in any order, overlapping or not. */
  static TimeRanges union(List<TimeRange> unordered) {
    List<TimeRange> sorted = new ArrayList<>(unordered);
    sorted.sort(Comparator.comparingLong(TimeRange::startNs));
    List<TimeRange> merged = new ArrayList<>();
    for (TimeRange range : sorted) {
      TimeRange last = merged.isEmpty() ? null : merged.getLast();
      if (last != null && range.startNs() <= last.endNs()) {
        if (range.endNs() > last.endNs()) {
          merged.set(merged.size() - 1, new TimeRange(last.startNs(), range.endNs()));
        }
      } else {
        merged.add(range);
      }
    }
    return new TimeRanges(merged);
  }

  TimeRanges or(TimeRanges other) {
    List<TimeRange> both = new ArrayList<>(ranges);
    both.addAll(other.ranges);
    return union(both);
  }

  TimeRanges and(TimeRanges other) {
    List<TimeRange> common = new ArrayList<>();
    int i = 0;
    int k = 0;
    while (i < ranges.size() && k < other.ranges.size()) {
      TimeRange a = ranges.get(i);
      TimeRange b = other.ranges.get(k);
      long start = Math.max(a.startNs(), b.startNs());
      long end = Math.min(a.endNs(), b.endNs());
      if (start < end) {
        common.add(new TimeRange(start, end));
      }
      if (a.endNs() < b.endNs()) {
        i++;
      } else {
        k++;
      }
    }
    return new TimeRanges(common);
  }

  /** One range around all, if there are more than {@code rangesMax}. */
  TimeRanges atMost(int rangesMax) {
    return ranges.size() <= rangesMax
        ? this
        : of(ranges.getFirst().startNs(), ranges.getLast().endNs());
  }

  boolean isEmpty() {
    return ranges.isEmpty();
  }
}
