package io.tidemark.storage.lifecycle;

import io.tidemark.storage.manifest.Manifest;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which sealed samples are no longer kept. Whole segments only: one goes when everything in it is
 * too old, or, oldest first, while all together take too much room.
 *
 * @param ageNs age of source times beyond which nothing is kept, nanoseconds; 0 keeps all
 * @param bytesMax bytes that segments may take; 0 sets no limit
 */
public record RetentionRule(long ageNs, long bytesMax) {
  /** Keeps everything. */
  public static final RetentionRule KEEP_ALL = new RetentionRule(0, 0);

  /** Checks that neither is negative. */
  public RetentionRule {
    if (ageNs < 0 || bytesMax < 0) {
      throw new IllegalArgumentException(
          "retention must not be negative: ageNs=" + ageNs + ", bytesMax=" + bytesMax);
    }
  }

  /** Source times below it are not kept: {@link Long#MIN_VALUE} if all are. */
  public long edgeNs(long nowNs) {
    return ageNs == 0 || nowNs < Long.MIN_VALUE + ageNs ? Long.MIN_VALUE : nowNs - ageNs;
  }

  /** Ids of the segments to drop, given the wall clock in nanoseconds. */
  public Set<Long> due(List<Manifest.Segment> segments, long nowNs) {
    Set<Long> due = new HashSet<>();
    long edgeNs = edgeNs(nowNs);
    long bytes = 0;
    for (Manifest.Segment segment : segments) {
      if (segment.lastTimeNs() < edgeNs) {
        due.add(segment.id());
      } else {
        bytes += segment.bytes();
      }
    }
    if (bytesMax > 0 && bytes > bytesMax) {
      List<Manifest.Segment> oldestFirst =
          segments.stream()
              .filter(each -> !due.contains(each.id()))
              .sorted(
                  Comparator.comparingLong(Manifest.Segment::lastTimeNs)
                      .thenComparingLong(Manifest.Segment::id))
              .toList();
      for (Manifest.Segment segment : oldestFirst) {
        if (bytes <= bytesMax) {
          break;
        }
        due.add(segment.id());
        bytes -= segment.bytes();
      }
    }
    return due;
  }
}
