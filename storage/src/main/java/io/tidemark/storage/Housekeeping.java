package io.tidemark.storage;

import io.tidemark.model.Agent;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import io.tidemark.storage.hot.HotTable;
import io.tidemark.storage.io.DiskFullException;
import io.tidemark.storage.lifecycle.Compaction;
import io.tidemark.storage.lifecycle.CompactionRule;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.segment.SegmentReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The manifest agent: does, one at a time, what changes the manifest. Seals what is frozen, and
 * once a second looks at the room on the disk, drops what is no longer kept, and merges segments
 * and ledgers. A disk without room stops none of it for good. One thread.
 */
final class Housekeeping implements Agent, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
  private static final long INTERVAL_NS = 1_000_000_000L;

  /* Without a seal for so long, nothing more is to be expected of the days before. */
  private static final long QUIET_NS = 7_200_000_000_000L;

  private static final long HOUR_NS = 3_600_000_000_000L;
  private static final long RETRY_MERGE_NS = 600_000_000_000L;

  /* A step of a merge. */
  private static final long MERGE_NS = 10_000_000L;
  private static final int MERGED_TAGS_MAX = 64;

  /* That lateness is forgotten in about this time, however often there are seals. */
  private static final double LATENESS_FALLS_NS = 7 * 86_400e9;

  /** Lets go of journal files whose frames are sealed. */
  interface JournalTrim {
    /** All of whose frames have a sequence at or below the given one. */
    void trim(long coveredSequence) throws IOException;

    /** Those that are sealed and were held until now. */
    void trimReleased() throws IOException;
  }

  private final StoreConfig config;
  private final StoreClock clock;
  private final DiskSpace space;
  private final SealedFiles sealed;
  private final Snapshots snapshots;
  private final StoreWriter writer;
  private final JournalTrim journal;
  private long nextRoundNanos;
  private long retrySealNanos;
  private boolean sealBlocked;

  /* How late samples have been coming; falls slowly once they do not. */
  private long latenessNs;
  private @Nullable Compaction merge;
  private @Nullable SegmentSet merged;

  /* Generation for which there was nothing to merge. */
  private long settledGeneration = -1;

  private boolean settledQuietly;
  private long retryMergeNanos;
  private long lastSealNanos;

  /* Segments of late samples to their rows by hour. */
  private final Map<Long, NavigableMap<Long, Long>> lateRows = new HashMap<>();

  /* Segments that cannot be read to the end: they stay as they are. */
  private final Set<Long> unreadable = new HashSet<>();

  Housekeeping(
      StoreConfig config,
      StoreClock clock,
      DiskSpace space,
      SealedFiles sealed,
      Snapshots snapshots,
      StoreWriter writer,
      JournalTrim journal) {
    this.config = config;
    this.clock = clock;
    this.space = space;
    this.sealed = sealed;
    this.snapshots = snapshots;
    this.writer = writer;
    this.journal = journal;
    nextRoundNanos = clock.nanos();
    lastSealNanos = nextRoundNanos;
    retryMergeNanos = nextRoundNanos;
    latenessNs = CompactionRule.latenessNs(sealed.manifest().segments());
  }

  @Override
  public int doWork() {
    try {
      return step() ? 1 : 0;
    } catch (IOException e) {
      throw new UncheckedIOException("manifest work failed", e);
    }
  }

  @Override
  public String roleName() {
    return "sealer";
  }

  /** One step; says whether there was something to do. */
  private boolean step() throws IOException {
    long now = clock.nanos();
    boolean hasSealed = seal(now);
    boolean hasMerged = !space.isFull() && merge();
    if (now - nextRoundNanos < 0) {
      return hasSealed || hasMerged;
    }
    nextRoundNanos = now + INTERVAL_NS;
    space.check();
    space.keepBallast();
    journal.trimReleased();
    boolean hasDropped = dropExpired();
    boolean hasPlanned = !space.isFull() && planMerge();
    if (merge == null && !hasSealed) {
      hasPlanned |= letGoOfMerged();
    }
    return mergeLedgers() || hasDropped || hasSealed || hasMerged || hasPlanned;
  }

  private boolean seal(long now) throws IOException {
    HotTable frozen = snapshots.current().frozen();
    if (frozen == null || (sealBlocked && now - retrySealNanos < 0)) {
      return false;
    }
    StoreWriter.Boundary boundary = writer.frozenBoundary();
    try {
      List<SegmentReader> segments = sealed.seal(frozen, boundary);
      snapshots.sealed(sealed.manifest(), segments);
      noteLateness(segments.size(), now);
      lastSealNanos = now;
    } catch (DiskFullException e) {
      // The samples stay in memory and journal; nothing more is taken until this has worked.
      space.block(e);
      sealBlocked = true;
      retrySealNanos = now + INTERVAL_NS;
      return false;
    }
    if (sealBlocked) {
      sealBlocked = false;
      space.unblock();
    }
    journal.trim(boundary.sequence());
    return true;
  }

  private void noteLateness(int sealedCount, long now) {
    latenessNs = (long) (latenessNs * Math.exp((lastSealNanos - now) / LATENESS_FALLS_NS));
    if (sealedCount == 2) {
      List<Manifest.Segment> all = sealed.manifest().segments();
      Manifest.Segment main = all.get(all.size() - 2);
      latenessNs = Math.max(latenessNs, CompactionRule.latenessNs(main, all.getLast()));
    }
  }

  /** Starts a merge, if there is one to do and none under way. */
  private boolean planMerge() throws IOException {
    Manifest manifest = sealed.manifest();
    boolean isQuiet = clock.nanos() - lastSealNanos > QUIET_NS;
    if (clock.nanos() - retryMergeNanos < 0
        || merge != null
        || (manifest.generation() == settledGeneration && isQuiet == settledQuietly)) {
      return false;
    }
    SegmentSet now = snapshots.retainedSegments();
    Map<Long, SegmentReader> readers = new HashMap<>();
    now.segments().forEach(each -> readers.put(each.segmentId(), each));
    readers.keySet().removeAll(unreadable);
    try {
      lateRows.keySet().retainAll(readers.keySet());
      CompactionRule rule =
          new CompactionRule(
              latenessNs,
              isQuiet ? clock.epochMicros() * 1_000 : Long.MIN_VALUE,
              new Facts(readers));
      CompactionRule.Plan plan =
          rule.next(
              manifest.segments().stream().filter(each -> readers.containsKey(each.id())).toList());
      if (plan != null) {
        merge =
            sealed.compaction(
                plan, plan.inputs().stream().map(each -> readers.get(each.id())).toList());
        merged = now;
        return true;
      }
      settledGeneration = manifest.generation();
      settledQuietly = isQuiet;
    } catch (DiskFullException e) {
      LOG.warn("no room to merge segments, tried again later: {}", e.getMessage());
      retryMergeNanos = clock.nanos() + RETRY_MERGE_NS;
    }
    now.release();
    return false;
  }

  private boolean letGoOfMerged() throws IOException {
    try {
      return sealed.letGoOfMerged();
    } catch (DiskFullException e) {
      return false; // that can wait
    }
  }

  /** Answers the rule's questions from the segments that are open. */
  private final class Facts implements CompactionRule.Facts {
    private final Map<Long, SegmentReader> readers;

    Facts(Map<Long, SegmentReader> readers) {
      this.readers = readers;
    }

    @Override
    public long lateRowsMax(Manifest.Segment late, TimeRange range) {
      NavigableMap<Long, Long> hours = lateRows.computeIfAbsent(late.id(), this::rowsByHour);
      return hours
          .subMap(
              Math.floorDiv(range.startNs(), HOUR_NS),
              true,
              Math.floorDiv(range.endNs() - 1, HOUR_NS),
              true)
          .values()
          .stream()
          .mapToLong(Long::longValue)
          .sum();
    }

    @Override
    public long lateRows(Manifest.Segment late, TimeRange range) {
      try {
        return Compaction.countRows(reader(late.id()), range);
      } catch (HistorianException e) {
        unreadable.add(late.id());
        return 0;
      }
    }

    private NavigableMap<Long, Long> rowsByHour(long id) {
      try {
        return Compaction.rowsBy(HOUR_NS, reader(id));
      } catch (HistorianException e) {
        unreadable.add(id);
        return new TreeMap<>();
      }
    }

    @Override
    public int tags(Manifest.Segment segment) {
      return reader(segment.id()).tagCount();
    }

    private SegmentReader reader(long id) {
      return Objects.requireNonNull(readers.get(id));
    }
  }

  /** Goes on with a merge for a moment: samples that wait to be sealed come first. */
  private boolean merge() throws IOException {
    Compaction current = merge;
    if (current == null) {
      return false;
    }
    long start = clock.nanos();
    try {
      for (int i = 0; i < MERGED_TAGS_MAX && clock.nanos() - start < MERGE_NS; i++) {
        if (!current.step()) {
          List<SegmentReader> segments = sealed.merge(current);
          if (segments != null) {
            snapshots.merged(sealed.manifest(), current.inputIds(), segments);
          }
          endMerge(current);
          break;
        }
      }
    } catch (DiskFullException e) {
      LOG.warn("no room to merge segments, tried again later: {}", e.getMessage());
      retryMergeNanos = clock.nanos() + RETRY_MERGE_NS;
      endMerge(current);
    } catch (HistorianException | InternalError e) {
      LOG.warn("segments are not merged: segments={}: {}", current.inputIds(), e.getMessage());
      unreadable.addAll(current.inputIds());
      endMerge(current);
    }
    return true;
  }

  private void endMerge(Compaction ended) throws IOException {
    merge = null;
    SegmentSet pinned = merged;
    merged = null;
    ended.close();
    if (pinned != null) {
      pinned.release();
    }
  }

  /** Gives up a merge that is under way. The agent must have stopped. */
  @Override
  public void close() throws IOException {
    Compaction current = merge;
    if (current != null) {
      endMerge(current);
    }
  }

  private boolean dropExpired() throws IOException {
    Set<Long> due =
        config.retention().due(sealed.manifest().segments(), clock.epochMicros() * 1_000);
    if (due.isEmpty()) {
      return false;
    }
    try {
      sealed.drop(due);
    } catch (DiskFullException e) {
      LOG.warn("no room to drop what is no longer kept, tried again: {}", e.getMessage());
      return false;
    }
    snapshots.dropped(sealed.manifest(), due, sealed.lost());
    LOG.info(
        "samples dropped that are no longer kept: segments={}, rule={}",
        due.size(),
        config.retention());
    return true;
  }

  private boolean mergeLedgers() throws IOException {
    try {
      return !space.isFull() && sealed.mergeLedgers();
    } catch (DiskFullException e) {
      return false; // that can wait
    }
  }
}
