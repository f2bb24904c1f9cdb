package io.tidemark.query.time;

import io.tidemark.model.TimeRange;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.IsoFields;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The windows of a range, ascending by their start; window i is {@code [startNs(i), endNs(i))}.
 * Those of a {@link WindowRule} that do not slide are contiguous and cover the range. Immutable; a
 * window takes 24 bytes, its label is made when it is asked for.
 */
public final class Windows {
  /** What windows are called. */
  enum Naming {
    NONE,
    NAMED,
    HOUR,
    DAY,
    WEEK,
    MONTH,
    QUARTER,
    YEAR,
    PRODUCTION_DAY,
    SHIFT
  }

  private final Naming naming;
  private final ZoneId zone;
  private final List<String> shifts;
  private final List<String> names;
  private final boolean isContiguous;
  private final long nowNs;
  private final long firstNs;
  private final boolean isFirstCut;
  private final boolean isLastCut;
  private final long[] starts;
  private final long[] ends;
  private final int[] days;
  private final int[] parts;

  private Windows(Builder from, boolean isLastCut) {
    this.naming = from.naming;
    this.zone = from.zone;
    this.shifts = List.copyOf(from.shifts);
    this.names = from.names;
    this.isContiguous = from.isContiguous;
    this.nowNs = from.nowNs;
    this.firstNs = from.firstNs;
    this.isFirstCut = from.isFirstCut;
    this.isLastCut = isLastCut;
    this.starts = Arrays.copyOf(from.starts, from.count);
    this.ends = Arrays.copyOf(from.ends, from.count);
    this.days = Arrays.copyOf(from.days, naming == Naming.NONE ? 0 : from.count);
    this.parts = Arrays.copyOf(from.parts, naming == Naming.SHIFT ? from.count : 0);
  }

  /** The range itself, uncut, as one window without a label. */
  public static Windows ofWhole(TimeRange range, ZoneId zone, long nowNs) {
    Builder one = new Builder(Naming.NONE, zone, true, nowNs, 1);
    one.add(range.startNs(), range.endNs(), 0, null, 0);
    return one.build(false);
  }

  /**
   * Given intervals, each with a name: batches, phases. They may overlap and leave gaps.
   *
   * @param startsNs ascending
   * @param endsNs one a start, after it
   * @param names one a start; unique within
   */
  public static Windows ofNamed(
      long[] startsNs, long[] endsNs, List<String> names, ZoneId zone, long nowNs) {
    Builder some = new Builder(Naming.NAMED, zone, false, nowNs, Math.max(1, startsNs.length));
    for (int i = 0; i < startsNs.length; i++) {
      some.add(startsNs[i], endsNs[i], 0, null, 0);
    }
    some.names = List.copyOf(names);
    return some.build(false);
  }

  /** How many there are. */
  public int count() {
    return starts.length;
  }

  /** First nanosecond of a window. */
  public long startNs(int window) {
    return starts[window];
  }

  /** First nanosecond after a window. */
  public long endNs(int window) {
    return ends[window];
  }

  /** Whether each window begins where the one before it ends. */
  public boolean isContiguous() {
    return isContiguous;
  }

  /**
   * The edges of some windows: window from + i is {@code [edges[i], edges[i + 1])}.
   *
   * @param from first window
   * @param to first window after; only one may be asked for where they are not contiguous
   * @throws IllegalArgumentException if they have no edges.
   */
  public long[] edgesNs(int from, int to) {
    if (from >= to || (!isContiguous && to - from > 1)) {
      throw new IllegalArgumentException(
          "windows that overlap have no common edges: from=" + from + ", to=" + to);
    }
    long[] edges = Arrays.copyOfRange(starts, from, to + 1);
    edges[to - from] = ends[to - 1];
    return edges;
  }

  /** The edges of all windows, two or more; they must be contiguous. */
  public long[] edgesNs() {
    return edgesNs(0, count());
  }

  /** Whether the range cut it short, or it reaches beyond now: its figures are not final. */
  public boolean isPartial(int window) {
    return (isFirstCut && window == 0)
        || (isLastCut && window == starts.length - 1)
        || ends[window] > nowNs;
  }

  /**
   * What a window of a calendar is called, also where the range cuts it: {@code
   * 2026-10-25T02:00+02:00}, {@code 2026-10-25}, {@code 2026-W43}, {@code 2026-10}, {@code
   * 2026-Q4}, {@code 2026}, {@code 2026-10-24 night}; or the name it was given. Unique within the
   * range. Null for windows of a length.
   */
  public @Nullable String label(int window) {
    return switch (naming) {
      case NONE -> null;
      case NAMED -> names.get(window);
      case HOUR ->
          TimeText.toInstant(window == 0 ? firstNs : starts[window])
              .atZone(zone)
              .toOffsetDateTime()
              .toString();
      case DAY, PRODUCTION_DAY -> day(window).toString();
      case WEEK ->
          String.format(
              "%04d-W%02d",
              day(window).get(IsoFields.WEEK_BASED_YEAR),
              day(window).get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case MONTH -> day(window).toString().substring(0, 7);
      case QUARTER -> day(window).getYear() + "-Q" + day(window).get(IsoFields.QUARTER_OF_YEAR);
      case YEAR -> Integer.toString(day(window).getYear());
      case SHIFT -> {
        int repeat = parts[window] % Builder.REPEATS;
        yield day(window) + " " + shift(window) + (repeat == 0 ? "" : " " + (repeat + 1));
      }
    };
  }

  private LocalDate day(int window) {
    return LocalDate.ofEpochDay(days[window]);
  }

  /** Name of a window's shift, or {@link ShiftCalendar#OFF}; null if windows are not shifts. */
  public @Nullable String shift(int window) {
    return naming == Naming.SHIFT ? shifts.get(parts[window] / Builder.REPEATS) : null;
  }

  /** Date of the production day that a window is, or belongs to; null for other windows. */
  public @Nullable LocalDate productionDay(int window) {
    return naming == Naming.SHIFT || naming == Naming.PRODUCTION_DAY ? day(window) : null;
  }

  /** Collects windows in order. */
  static final class Builder {
    /** More windows of one shift than a day can have. */
    static final int REPEATS = 128;

    private final Naming naming;
    private final ZoneId zone;
    private final boolean isContiguous;
    private final long nowNs;
    private final int limit;
    private final List<String> shifts = new ArrayList<>();
    private List<String> names = List.of();
    private long firstNs;
    private boolean isFirstCut;
    private long[] starts;
    private long[] ends;
    private int[] days;
    private int[] parts;
    private int count;

    /** A builder of at most that many windows. */
    Builder(Naming naming, ZoneId zone, boolean isContiguous, long nowNs, int limit) {
      this.naming = naming;
      this.zone = zone;
      this.isContiguous = isContiguous;
      this.nowNs = nowNs;
      this.limit = limit;
      int capacity = Math.min(limit, 64);
      this.starts = new long[capacity];
      this.ends = new long[capacity];
      this.days = new int[capacity];
      this.parts = new int[capacity];
    }

    /** Where the first window would begin if the range did not cut it. */
    void firstBegins(long ns, boolean isCut) {
      firstNs = ns;
      isFirstCut = isCut;
    }

    /** Whether there is no room for another. */
    boolean isFull() {
      return count == limit;
    }

    /** Adds a window; how it is called is what the edges say now. */
    void add(long startNs, long endNs, int day, @Nullable String shift, int repeat) {
      if (count == starts.length) {
        int capacity = (int) Math.min(limit, 2L * count);
        starts = Arrays.copyOf(starts, capacity);
        ends = Arrays.copyOf(ends, capacity);
        days = Arrays.copyOf(days, capacity);
        parts = Arrays.copyOf(parts, capacity);
      }
      starts[count] = startNs;
      ends[count] = endNs;
      days[count] = day;
      if (shift != null) {
        int index = shifts.indexOf(shift);
        if (index < 0) {
          index = shifts.size();
          shifts.add(shift);
        }
        parts[count] = index * REPEATS + repeat;
      }
      count++;
    }

    Windows build(boolean isLastCut) {
      return new Windows(this, isLastCut);
    }
  }
}
