package io.tidemark.storage.lifecycle;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.TimeRange;
import io.tidemark.storage.manifest.Manifest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which segments to merge next. Three things are worth it: the segments of a day into one, once no
 * more is to be expected for it; late samples into the day that they belong to; and many segments
 * of late samples into one, until then.
 *
 * <p>A sample is written when it is sealed and once more when its day is merged. Where samples have
 * been coming late by days, that waits for them, and several days are merged at a time, for what is
 * late for other days is written again with each merge; only a day of small blocks, which are slow
 * to read and take room, is merged before.
 */
public final class CompactionRule {
  /*
   * Why days: a year is then answered from 365 nodes, a segment holds full blocks of a tag that is scanned each minute,
   * and what is no longer kept goes day by day. A day is that of the segment's first sample: an import of ten years
   * in one seal is one segment, and stays it.
   */
  private static final long DAY_NS = 86_400_000_000_000L;
  private static final long SETTLE_NS_MIN = 3_600_000_000_000L;
  private static final long SETTLE_NS_MAX = 31 * DAY_NS;
  private static final int LATE_MERGED_MIN = 8;

  /* One late sample in so many is worth writing all of them again. */
  private static final long LATE_SHARE = 1000;
  private static final int DAY_SEGMENTS_MAX = 128;
  private static final long ROWS_MAX = 256L << 20;

  /* Days merged at a time, and the part of the wait for late samples that they may take. */
  private static final int DAYS_MERGED_MAX = 8;
  private static final int WAIT_PARTS = 4;

  /* Frames of a merged segment are listed in memory while it is written. */
  private static final long SEQUENCES_MAX = 4L << 20;

  private final long latenessNs;
  private final long quietSinceNs;
  private final Facts facts;

  /**
   * A rule.
   *
   * @param latenessNs how late samples have been coming
   * @param quietSinceNs the time now if nothing has been coming for a while: days before it are
   *     over even if nothing came after them; else {@link Long#MIN_VALUE}
   */
  public CompactionRule(long latenessNs, long quietSinceNs, Facts facts) {
    this.latenessNs = latenessNs;
    this.quietSinceNs = quietSinceNs;
    this.facts = facts;
  }

  /**
   * What to merge.
   *
   * @param inputs the segments
   * @param ranges of source time that go into a segment each; ascending
   */
  public record Plan(List<Manifest.Segment> inputs, List<TimeRange> ranges) {}

  /** What a manifest does not say of segments. */
  public interface Facts {
    /** At most so many samples of a segment of late ones lie in a range. Asked often. */
    long lateRowsMax(Manifest.Segment late, TimeRange range);

    /** Just so many. */
    long lateRows(Manifest.Segment late, TimeRange range);

    /** Tags of a segment. */
    int tags(Manifest.Segment segment);
  }

  /** Segments that become one, without what is late for them. */
  private record Target(List<Manifest.Segment> segments, TimeRange range) {
    static Target of(List<Manifest.Segment> segments) {
      long first = segments.stream().mapToLong(Manifest.Segment::firstTimeNs).min().orElseThrow();
      long last = segments.stream().mapToLong(Manifest.Segment::lastTimeNs).max().orElseThrow();
      return new Target(segments, new TimeRange(first, last + 1));
    }

    long rows() {
      return segments.stream().mapToLong(Manifest.Segment::rows).sum();
    }

    long sequences() {
      return segments.stream().mapToLong(CompactionRule::sequences).sum();
    }
  }

  /** How late the samples of a seal came; 0 if they are too few to wait for. */
  public static long latenessNs(Manifest.Segment main, Manifest.Segment late) {
    long ns = main.firstTimeNs() - late.firstTimeNs();
    return late.rows() * LATE_SHARE < main.rows() ? 0 : Math.clamp(ns, 0, SETTLE_NS_MAX);
  }

  /** How late samples seem to have been coming, going by what a manifest names. */
  public static long latenessNs(List<Manifest.Segment> segments) {
    long lateRows = 0;
    long mainRows = 0;
    long longestNs = 0;
    for (Manifest.Segment segment : segments) {
      if (segment.level() == Manifest.Segment.LATE) {
        lateRows += segment.rows();
        longestNs =
            Math.max(
                longestNs,
                Math.clamp(segment.lastTimeNs() - segment.firstTimeNs(), 0, SETTLE_NS_MAX));
      } else if (segment.level() == Manifest.Segment.MAIN) {
        mainRows += segment.rows();
      }
    }
    return lateRows * LATE_SHARE < mainRows ? 0 : longestNs;
  }

  /** The next thing to do, or null. */
  public @Nullable Plan next(List<Manifest.Segment> segments) {
    List<Manifest.Segment> late = new ArrayList<>();
    List<Manifest.Segment> alone = new ArrayList<>();
    TreeMap<Long, List<Manifest.Segment>> days = new TreeMap<>();
    long reachedNs = quietSinceNs;
    for (Manifest.Segment segment : segments) {
      switch (segment.level()) {
        case Manifest.Segment.LATE -> late.add(segment);
        case Manifest.Segment.PARTITION -> alone.add(segment);
        default -> {
          days.computeIfAbsent(day(segment), day -> new ArrayList<>()).add(segment);
          reachedNs = Math.max(reachedNs, segment.firstTimeNs());
        }
      }
    }
    long settleNs = Math.clamp(latenessNs, SETTLE_NS_MIN, SETTLE_NS_MAX);
    List<Target> settled = new ArrayList<>();
    Target small = null;
    for (Map.Entry<Long, List<Manifest.Segment>> day : days.entrySet()) {
      List<Manifest.Segment> group = group(day.getValue());
      boolean isSettled = isOver(day.getKey(), reachedNs, settleNs);
      if (group.size() >= 2 && isSettled) {
        settled.add(Target.of(group));
      } else if (group.size() >= DAY_SEGMENTS_MAX
          || (group.size() >= 2
              && settleNs > DAY_NS
              && isOver(day.getKey(), reachedNs, SETTLE_NS_MIN)
              && hasSmallBlocks(group))) {
        small = small == null ? Target.of(group) : small;
      } else if (day.getValue().size() == 1) {
        alone.addAll(day.getValue());
      }
    }
    for (Manifest.Segment segment : alone) {
      Target target = Target.of(List.of(segment));
      if (isOver(day(segment), reachedNs, settleNs)
          && segment.rows() <= ROWS_MAX
          && lateRows(late, target.range, facts::lateRowsMax) * LATE_SHARE >= segment.rows()
          && lateRows(late, target.range, facts::lateRows) * LATE_SHARE >= segment.rows()) {
        settled.add(target);
      }
    }
    Plan plan = several(settled, late, daysMerged(settleNs));
    if (plan == null && small != null) {
      plan = plan(List.of(small), List.of());
    }
    return plan == null ? mergeLate(late) : plan;
  }

  /* What is late for other days is written again with each merge of days: by so many it is worth it. */
  private int daysMerged(long settleNs) {
    return quietSinceNs != Long.MIN_VALUE
        ? 1
        : Math.clamp(settleNs / (WAIT_PARTS * DAY_NS), 1, DAYS_MERGED_MAX);
  }

  private static long lateRows(
      List<Manifest.Segment> late,
      TimeRange range,
      ToLongBiFunction<Manifest.Segment, TimeRange> count) {
    long rows = 0;
    for (Manifest.Segment segment : late) {
      if (range.overlaps(segment.firstTimeNs(), segment.lastTimeNs())) {
        rows += count.applyAsLong(segment, range);
      }
    }
    return rows;
  }

  /** Whether most tags do not fill a block. */
  private boolean hasSmallBlocks(List<Manifest.Segment> group) {
    long rows = 0;
    long tags = 0;
    for (Manifest.Segment segment : group) {
      rows += segment.rows();
      tags += facts.tags(segment);
    }
    return rows < tags * SampleBlock.CAPACITY;
  }

  private static long day(Manifest.Segment segment) {
    return Math.floorDiv(segment.firstTimeNs(), DAY_NS);
  }

  private static boolean isOver(long day, long reachedNs, long settleNs) {
    return reachedNs >= Long.MIN_VALUE + settleNs
        && day < Math.floorDiv(reachedNs - settleNs, DAY_NS);
  }

  private static long sequences(Manifest.Segment segment) {
    return Math.min(segment.rows(), ((segment.lastOrder() - segment.firstOrder()) >>> 16) + 1);
  }

  /** The first segments of a day, as many as one may hold. */
  private static List<Manifest.Segment> group(List<Manifest.Segment> day) {
    List<Manifest.Segment> sorted = new ArrayList<>(day);
    sorted.sort(Comparator.comparingLong(Manifest.Segment::firstTimeNs));
    List<Manifest.Segment> group = new ArrayList<>();
    long rows = 0;
    long sequences = 0;
    for (Manifest.Segment segment : sorted) {
      rows += segment.rows();
      sequences += sequences(segment);
      if (rows > ROWS_MAX || sequences > SEQUENCES_MAX) {
        if (group.size() > 1) {
          break;
        }
        // Too large to be merged with another: it stays alone.
        group.clear();
        rows = 0;
        sequences = 0;
        continue;
      }
      group.add(segment);
    }
    return group;
  }

  /** The first of the days, if they are enough, with what came late for them. */
  private static @Nullable Plan several(
      List<Target> settled, List<Manifest.Segment> late, int atLeast) {
    List<Target> chosen = new ArrayList<>();
    long rows = 0;
    long sequences = 0;
    boolean isFull = false;
    settled.sort(Comparator.comparingLong(each -> each.range.startNs()));
    for (Target target : settled) {
      if (!chosen.isEmpty() && target.range.startNs() < chosen.getLast().range.endNs()) {
        continue; // another time
      }
      rows += target.rows();
      sequences += target.sequences();
      isFull =
          !chosen.isEmpty()
              && (chosen.size() == DAYS_MERGED_MAX || rows > ROWS_MAX || sequences > SEQUENCES_MAX);
      if (isFull) {
        break;
      }
      chosen.add(target);
    }
    return isFull || (!chosen.isEmpty() && chosen.size() >= atLeast) ? plan(chosen, late) : null;
  }

  private static Plan plan(List<Target> targets, List<Manifest.Segment> late) {
    List<Manifest.Segment> inputs = new ArrayList<>();
    List<TimeRange> ranges = new ArrayList<>();
    for (Target target : targets) {
      inputs.addAll(target.segments);
      ranges.add(target.range);
    }
    for (Manifest.Segment segment : late) {
      if (ranges.stream()
          .anyMatch(range -> range.overlaps(segment.firstTimeNs(), segment.lastTimeNs()))) {
        inputs.add(segment);
      }
    }
    return new Plan(inputs, ranges);
  }

  /** The newest ones, and older ones as long as they are not longer than what is merged already. */
  private static @Nullable Plan mergeLate(List<Manifest.Segment> late) {
    if (late.size() < LATE_MERGED_MIN) {
      return null;
    }
    List<Manifest.Segment> sorted = new ArrayList<>(late);
    sorted.sort(Comparator.comparingLong(Manifest.Segment::bytes));
    List<Manifest.Segment> merged = new ArrayList<>();
    long bytes = 0;
    for (Manifest.Segment segment : sorted) {
      if (merged.size() >= 2 && segment.bytes() > bytes) {
        break;
      }
      merged.add(segment);
      bytes += segment.bytes();
    }
    return merged.size() < LATE_MERGED_MIN / 2 ? null : new Plan(merged, List.of());
  }
}
