package io.tidemark.storage;

import io.tidemark.model.DamageRule;
import io.tidemark.model.Direction;
import io.tidemark.model.DuplicateRule;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleRow;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleType;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.StatisticsCursor;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.model.VersionMode;
import io.tidemark.storage.hot.HotTable;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.scan.ContainedCursor;
import io.tidemark.storage.scan.DistinctCursor;
import io.tidemark.storage.scan.HastyCursor;
import io.tidemark.storage.scan.LostRanges;
import io.tidemark.storage.scan.MergingCursor;
import io.tidemark.storage.scan.SampleRun;
import io.tidemark.storage.scan.ScanFilter;
import io.tidemark.storage.segment.Chunk;
import io.tidemark.storage.segment.LostSegmentRun;
import io.tidemark.storage.segment.SegmentReader;
import io.tidemark.storage.segment.SegmentRun;
import io.tidemark.storage.segment.SegmentWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A snapshot and the order up to which it may show rows. */
final class StoreView implements ReadView {
  private final StoreSnapshot snapshot;
  private final AtomicInteger openViews;
  private final TagCatalog tags;
  private final UUID storeId;
  private final long afterOrder;
  private final long upToOrder;
  private final boolean isAsOf;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * A view over a snapshot that was retained for it.
   *
   * @param openViews counts the view until it is closed
   * @param isAsOf whether a version of before was asked for
   */
  StoreView(
      StoreSnapshot snapshot,
      AtomicInteger openViews,
      TagCatalog tags,
      UUID storeId,
      long afterOrder,
      long upToOrder,
      boolean isAsOf) {
    this.snapshot = snapshot;
    this.openViews = openViews;
    this.tags = tags;
    this.storeId = storeId;
    this.afterOrder = afterOrder;
    this.upToOrder = upToOrder;
    this.isAsOf = isAsOf;
    openViews.incrementAndGet();
  }

  @Override
  public TagCatalog tags() {
    return tags;
  }

  @Override
  public SampleCursor scan(QueryContext context, ScanRequest request) {
    DuplicateRule duplicates = duplicates(context, tags.byId(request.tagId()));
    // Which row of a time counts is known then without looking at what is not wanted.
    boolean mayBeHasty =
        context.versionMode() != VersionMode.ALL
            && duplicates != DuplicateRule.KEEP_ALL
            && request.columns() != SampleColumns.ALL
            && context.damageRule() == DamageRule.CONTAIN;
    return mayBeHasty ? hasty(context, request, duplicates) : careful(context, request, duplicates);
  }

  /** Which of the samples of one time count: as the tag says, unless the first are asked for. */
  private static DuplicateRule duplicates(QueryContext context, @Nullable TagDefinition tag) {
    if (context.versionMode() == VersionMode.ORIGINAL) {
      return DuplicateRule.KEEP_FIRST;
    }
    return tag == null ? DuplicateRule.REPLACE : tag.duplicates();
  }

  private static MergingCursor.Winner winner(DuplicateRule duplicates) {
    return duplicates == DuplicateRule.REPLACE
        ? MergingCursor.Winner.LAST
        : MergingCursor.Winner.FIRST;
  }

  /** Leaves write orders out until something turns out to be lost. */
  private SampleCursor hasty(QueryContext context, ScanRequest request, DuplicateRule duplicates) {
    MergingCursor.Winner winner = winner(duplicates);
    Direction direction = request.direction();
    TimeRange range = request.range();
    LostRanges lost = new LostRanges();
    List<SampleRun> runs =
        runs(
            context,
            request,
            new SegmentRun.Wanted(
                request.columns(), request.condition(), winner == MergingCursor.Winner.LAST, true),
            lost);
    boolean isForward = direction == Direction.FORWARD;
    return new HastyCursor(
        new MergingCursor(context::check, runs, direction, winner, false),
        lost,
        direction,
        isForward ? range.startNs() : range.endNs(),
        fromNs -> {
          long startNs = isForward ? fromNs : range.startNs();
          long endNs = isForward ? range.endNs() : fromNs;
          if (startNs >= endNs) {
            return new MergingCursor(context::check, List.of(), direction, winner);
          }
          return careful(
              context,
              new ScanRequest(
                  request.tagId(),
                  new TimeRange(startNs, endNs),
                  direction,
                  request.columns(),
                  request.condition()),
              duplicates);
        });
  }

  private SampleCursor careful(
      QueryContext context, ScanRequest request, DuplicateRule duplicates) {
    boolean isChosen = context.versionMode() != VersionMode.ALL;
    boolean keepsAll = isChosen && duplicates == DuplicateRule.KEEP_ALL;
    MergingCursor.Winner winner =
        !isChosen || keepsAll ? MergingCursor.Winner.ALL : winner(duplicates);
    LostRanges lost = new LostRanges();
    // Repeats are found by their values, whether the reader wants these or not.
    SegmentRun.Wanted wanted =
        new SegmentRun.Wanted(
            keepsAll ? SampleColumns.ALL : request.columns(),
            request.condition(),
            winner == MergingCursor.Winner.LAST,
            false);
    List<SampleRun> runs = runs(context, request, wanted, lost);
    Direction direction = request.direction();
    SampleCursor merged = new MergingCursor(context::check, runs, direction, winner);
    return new ContainedCursor(
        keepsAll ? new DistinctCursor(merged) : merged,
        lost,
        direction,
        keepsAll ? MergingCursor.Winner.LAST : winner);
  }

  /** What may have rows of the tag to show. */
  private List<SampleRun> runs(
      QueryContext context, ScanRequest request, SegmentRun.Wanted wanted, LostRanges lost) {
    int tagId = request.tagId();
    TimeRange range = request.range();
    ScanFilter filter = new ScanFilter(range, request.direction(), afterOrder, upToOrder);
    List<SampleRun> runs = new ArrayList<>();
    if (!context.mayRead(tagId)) {
      return runs;
    }
    for (SegmentReader segment : snapshot.segments().segments()) {
      if (!range.overlaps(segment.firstTimeNs(), segment.lastTimeNs())) {
        continue;
      }
      for (Chunk chunk : segment.chunks(tagId)) {
        if (range.overlaps(chunk.firstTimeNs(), chunk.lastTimeNs())
            && filter.mayShow(chunk.firstOrder(), chunk.lastOrder())) {
          runs.add(new SegmentRun(chunk, filter, context.damageRule(), lost, wanted));
        }
      }
    }
    for (Manifest.Segment segment : snapshot.lost()) {
      if (range.overlaps(segment.firstTimeNs(), segment.lastTimeNs())
          && filter.mayShow(segment.firstOrder(), segment.lastOrder())) {
        runs.add(lostRun(segment, context, tagId, filter, lost));
      }
    }
    addHot(snapshot.frozen(), tagId, filter, runs);
    addHot(snapshot.active(), tagId, filter, runs);
    return runs;
  }

  @Override
  public StatisticsCursor scanStatistics(
      QueryContext context,
      int tagId,
      long[] edgesNs,
      StatisticsRule rule,
      Predicate<SampleStatistics> suffices) {
    TagDefinition tag = tags.byId(tagId);
    DuplicateRule duplicates = duplicates(context, tag);
    if (rule == StatisticsRule.NONE
        || tag == null
        || context.versionMode() == VersionMode.ALL
        || !context.mayRead(tagId)) {
      return ReadView.super.scanStatistics(context, tagId, edgesNs, rule, suffices);
    }
    TimeRange range = new TimeRange(edgesNs[0], edgesNs[edgesNs.length - 1]);
    List<Chunk> usable = new ArrayList<>();
    List<Chunk> rest = new ArrayList<>();
    for (SegmentReader segment : snapshot.segments().segments()) {
      if (!range.overlaps(segment.firstTimeNs(), segment.lastTimeNs())) {
        continue;
      }
      for (Chunk chunk : segment.chunks(tagId)) {
        if (range.overlaps(chunk.firstTimeNs(), chunk.lastTimeNs())) {
          boolean sameKind = chunk.type().isNumeric() == tag.type().isNumeric();
          (seesAll(chunk) && sameKind ? usable : rest).add(chunk);
        }
      }
    }
    return new StatisticsWalk(
        this,
        context,
        tagId,
        edgesNs.clone(),
        rule,
        suffices,
        usable,
        fromNs -> nextWithoutStatistics(rest, tagId, fromNs, range.endNs()),
        duplicates == DuplicateRule.REPLACE);
  }

  /** Whether all rows of a chunk are shown. */
  private boolean seesAll(Chunk chunk) {
    return chunk.lastOrder() <= upToOrder && chunk.firstOrder() > afterOrder;
  }

  /** A time before which nothing that has no statistics has a sample at or after the given one. */
  private long nextWithoutStatistics(List<Chunk> chunks, int tagId, long fromNs, long endNs) {
    long next = Long.MAX_VALUE;
    for (Chunk chunk : chunks) {
      if (chunk.lastTimeNs() >= fromNs) {
        next = Math.min(next, Math.max(fromNs, chunk.firstTimeNs()));
      }
    }
    for (Manifest.Segment segment : snapshot.lost()) {
      if (segment.lastTimeNs() >= fromNs) {
        next = Math.min(next, Math.max(fromNs, segment.firstTimeNs()));
      }
    }
    if (fromNs < endNs) {
      ScanFilter filter =
          new ScanFilter(
              new TimeRange(fromNs, endNs), Direction.FORWARD, Long.MIN_VALUE, Long.MAX_VALUE);
      for (HotTable table : new @Nullable HotTable[] {snapshot.frozen(), snapshot.active()}) {
        SampleRun run = table == null ? null : table.run(tagId, filter);
        if (run != null) {
          next = Math.min(next, Math.max(fromNs, run.bound()));
        }
      }
    }
    return next;
  }

  /** What the tag had in a segment of which nothing is known: it may be anything. */
  private SampleRun lostRun(
      Manifest.Segment segment,
      QueryContext context,
      int tagId,
      ScanFilter filter,
      LostRanges lost) {
    if (context.damageRule() == DamageRule.STRICT) {
      throw new HistorianException(
          ErrorCode.CORRUPT,
          "segment cannot be read: file="
              + SegmentWriter.fileName(segment.id())
              + ", rows="
              + segment.rows());
    }
    TagDefinition tag = tags.byId(tagId);
    return new LostSegmentRun(
        tag == null ? SampleType.FLOAT64 : tag.type(),
        filter,
        segment.firstTimeNs(),
        segment.lastTimeNs(),
        segment.lastOrder(),
        lost);
  }

  private static void addHot(
      @Nullable HotTable table, int tagId, ScanFilter filter, List<SampleRun> runs) {
    SampleRun run = table == null ? null : table.run(tagId, filter);
    if (run != null) {
      runs.add(run);
    }
  }

  @Override
  public int current(QueryContext context, int tagId, long nowNs, SampleBlock block) {
    long end = nowNs == Long.MAX_VALUE ? nowNs : nowNs + 1;
    // Nothing older than the newest sealed sample can be the answer: a scan from it on opens what
    // it needs.
    Chunk newest = snapshot.segments().newest(tagId);
    boolean sealedIsBeforeEnd = newest == null || newest.lastTimeNs() < end;
    if (sealedIsBeforeEnd && isPlain(context, tagId)) {
      int count = plainCurrent(context, tagId, end, newest, block);
      if (count >= 0) {
        return count;
      }
    }
    long start =
        newest != null && sealedIsBeforeEnd && seesAll(newest)
            ? newest.lastTimeNs()
            : Long.MIN_VALUE;
    return last(context, tagId, start, end, block);
  }

  private int last(QueryContext context, int tagId, long startNs, long endNs, SampleBlock block) {
    try (SampleCursor cursor =
        scan(
            context,
            ScanRequest.values(tagId, new TimeRange(startNs, endNs), Direction.BACKWARD))) {
      SampleBlock found = new SampleBlock();
      if (cursor.next(found) == 0) {
        return 0;
      }
      block.reset(found.type());
      block.appendFrom(found, 0);
      return 1;
    }
  }

  /**
   * Whether the last written sample of a time counts, everything sealed is seen, and nothing lost.
   */
  private boolean isPlain(QueryContext context, int tagId) {
    TagDefinition tag = tags.byId(tagId);
    return tag != null
        && tag.duplicates() == DuplicateRule.REPLACE
        && context.versionMode() == VersionMode.LATEST
        && context.mayRead(tagId)
        && afterOrder == Long.MIN_VALUE
        && snapshot.segments().lastOrder() <= upToOrder
        && snapshot.lost().isEmpty();
  }

  /**
   * The newest of the sealed sample, which is read once a generation, and of those in memory; -1 if
   * it takes a scan to tell.
   */
  private int plainCurrent(
      QueryContext context, int tagId, long endNs, @Nullable Chunk newest, SampleBlock block) {
    context.check();
    for (HotTable table : new @Nullable HotTable[] {snapshot.active(), snapshot.frozen()}) {
      int count = table == null ? 0 : table.newest(tagId, endNs, upToOrder, block);
      if (count < 0) {
        return -1;
      }
      // Rows in memory were written after sealed ones, but need not be of a later time.
      if (count > 0) {
        boolean isNewest =
            (newest == null || block.sourceTimesNs()[0] >= newest.lastTimeNs())
                && isNewerThanFrozen(table, tagId, endNs, block.sourceTimesNs()[0]);
        return isNewest ? 1 : -1;
      }
    }
    if (newest == null) {
      return 0;
    }
    SampleRow known = snapshot.segments().newestRow(tagId);
    if (known != null) {
      known.copyTo(block);
      return 1;
    }
    int count = last(context, tagId, newest.lastTimeNs(), endNs, block);
    if (count > 0 && block.statuses()[0] != StatusCodes.BAD_DATA_LOST) {
      snapshot.segments().newestRow(tagId, SampleRow.of(block, 0));
    }
    return count;
  }

  private boolean isNewerThanFrozen(HotTable table, int tagId, long endNs, long timeNs) {
    HotTable frozen = snapshot.frozen();
    if (frozen == null || table == frozen) {
      return true;
    }
    SampleBlock other = new SampleBlock(1);
    int count = frozen.newest(tagId, endNs, upToOrder, other);
    return count == 0 || (count > 0 && other.sourceTimesNs()[0] <= timeNs);
  }

  @Override
  public boolean isAsOf() {
    return isAsOf;
  }

  @Override
  public String dataVersion() {
    return DataVersion.text(storeId, upToOrder);
  }

  @Override
  public long upToOrder() {
    return upToOrder;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      openViews.decrementAndGet();
      snapshot.release();
    }
  }
}
