package io.tidemark.storage.lifecycle;

import io.tidemark.storage.manifest.Manifest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which segments to merge next. Three things are worth it: the segments of a day into one, once no
 * more is to be expected for it; late samples into the day that they belong to; and many segments
 * of late samples into one, until then.
 *
 * <p>A sample is written when it is sealed and once more when its day is merged, which waits as
 * long as samples have been coming late: so late ones are merged with the rest, not after it.
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

  /* Frames of a merged segment are listed in memory while it is written. */
  private static final long SEQUENCES_MAX = 4L << 20;

  private CompactionRule() {}

  /**
   * What to merge.
   *
   * @param inputs the segments
   * @param startNs first source time of the range that goes into one segment
   * @param endNs source time behind it; not after the start if there is no such range
   */
  public record Plan(List<Manifest.Segment> inputs, long startNs, long endNs) {}

  /** Counts late samples in a range of time. */
  public interface LateRows {
    /** Samples with times of {@code [startNs, endNs)} in some segments. */
    long count(List<Manifest.Segment> late, long startNs, long endNs);
  }

  /** How late the samples of a seal came; 0 if they are too few to wait for. */
  public static long latenessNs(Manifest.Segment main, Manifest.Segment late) {
    long ns = main.firstTimeNs() - late.firstTimeNs();
    return late.rows() * LATE_SHARE < main.rows() ? 0 : Math.clamp(ns, 0, SETTLE_NS_MAX);
  }

  /**
   * The next thing to do, or null.
   *
   * @param latenessNs how late samples have been coming
   * @param quietSinceNs the time now if nothing has been coming for a while: days before it are
   *     over even if nothing came after them; else {@link Long#MIN_VALUE}
   */
  public static @Nullable Plan next(
      List<Manifest.Segment> segments, long latenessNs, long quietSinceNs, LateRows lateRows) {
    List<Manifest.Segment> late = new ArrayList<>();
    List<Manifest.Segment> partitions = new ArrayList<>();
    TreeMap<Long, List<Manifest.Segment>> days = new TreeMap<>();
    long reachedNs = quietSinceNs;
    for (Manifest.Segment segment : segments) {
      switch (segment.level()) {
        case Manifest.Segment.LATE -> late.add(segment);
        case Manifest.Segment.PARTITION -> partitions.add(segment);
        default -> {
          days.computeIfAbsent(day(segment), day -> new ArrayList<>()).add(segment);
          reachedNs = Math.max(reachedNs, segment.firstTimeNs());
        }
      }
    }
    long settleNs = Math.clamp(latenessNs, SETTLE_NS_MIN, SETTLE_NS_MAX);
    for (Map.Entry<Long, List<Manifest.Segment>> day : days.entrySet()) {
      boolean isOver = isOver(day.getKey(), reachedNs, settleNs);
      List<Manifest.Segment> group = group(day.getValue());
      if (group.size() >= (isOver ? 2 : DAY_SEGMENTS_MAX)) {
        return plan(group, late);
      }
    }
    if (late.size() >= LATE_MERGED_MIN) {
      Plan merge = mergeLate(late);
      if (merge != null) {
        return merge;
      }
    }
    return fold(partitions, days, late, reachedNs, settleNs, lateRows);
  }

  private static long day(Manifest.Segment segment) {
    return Math.floorDiv(segment.firstTimeNs(), DAY_NS);
  }

  private static boolean isOver(long day, long reachedNs, long settleNs) {
    return reachedNs >= Long.MIN_VALUE + settleNs
        && day < Math.floorDiv(reachedNs - settleNs, DAY_NS);
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
      sequences +=
          Math.min(segment.rows(), ((segment.lastOrder() - segment.firstOrder()) >>> 16) + 1);
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

  private static Plan plan(List<Manifest.Segment> group, List<Manifest.Segment> late) {
    long first = group.stream().mapToLong(Manifest.Segment::firstTimeNs).min().orElseThrow();
    long last = group.stream().mapToLong(Manifest.Segment::lastTimeNs).max().orElseThrow();
    List<Manifest.Segment> inputs = new ArrayList<>(group);
    inputs.addAll(overlapping(late, first, last));
    return new Plan(inputs, first, last + 1);
  }

  private static List<Manifest.Segment> overlapping(
      List<Manifest.Segment> late, long firstNs, long lastNs) {
    return late.stream()
        .filter(each -> each.firstTimeNs() <= lastNs && each.lastTimeNs() >= firstNs)
        .toList();
  }

  /** The newest ones, and older ones as long as they are not longer than what is merged already. */
  private static @Nullable Plan mergeLate(List<Manifest.Segment> late) {
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
    return merged.size() < LATE_MERGED_MIN / 2 ? null : new Plan(merged, 0, 0);
  }

  private static @Nullable Plan fold(
      List<Manifest.Segment> partitions,
      Map<Long, List<Manifest.Segment>> days,
      List<Manifest.Segment> late,
      long reachedNs,
      long settleNs,
      LateRows lateRows) {
    if (late.isEmpty()) {
      return null;
    }
    List<Manifest.Segment> targets = new ArrayList<>(partitions);
    days.values().stream().filter(day -> day.size() == 1).forEach(targets::addAll);
    targets.sort(Comparator.comparingLong(Manifest.Segment::firstTimeNs));
    for (Manifest.Segment target : targets) {
      if (isOver(day(target), reachedNs, settleNs) && target.rows() <= ROWS_MAX) {
        List<Manifest.Segment> over = overlapping(late, target.firstTimeNs(), target.lastTimeNs());
        if (!over.isEmpty()
            && lateRows.count(over, target.firstTimeNs(), target.lastTimeNs() + 1) * LATE_SHARE
                >= target.rows()) {
          return plan(List.of(target), late);
        }
      }
    }
    return null;
  }
}
