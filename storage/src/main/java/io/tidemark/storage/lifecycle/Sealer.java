package io.tidemark.storage.lifecycle;

import io.tidemark.model.Direction;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.model.TimeRange;
import io.tidemark.storage.hot.HotTable;
import io.tidemark.storage.io.StoreDirectory;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.scan.SampleRun;
import io.tidemark.storage.scan.ScanFilter;
import io.tidemark.storage.segment.FrameLog;
import io.tidemark.storage.segment.SegmentOrigin;
import io.tidemark.storage.segment.SegmentWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes frozen tables into segments. Lossless: all versions are kept, only exact repeats of a
 * sample (same time, value, flags and status) are dropped.
 *
 * <p>Samples that came late, or for a time that is sealed already, go into a segment of their own:
 * the others then follow one another in time, tag by tag, and are never merged at read time.
 */
public final class Sealer {
  private static final ScanFilter EVERYTHING =
      new ScanFilter(TimeRange.ALL, Direction.FORWARD, Long.MIN_VALUE, Long.MAX_VALUE);

  private final HotTable table;
  private final IntToLongFunction sealedUpToNs;
  private final SegmentWriter main;
  private final BlockCutter mainCutter;
  private final @Nullable SegmentWriter late;
  private final @Nullable BlockCutter lateCutter;

  private Sealer(
      HotTable table,
      IntToLongFunction sealedUpToNs,
      SegmentWriter main,
      @Nullable SegmentWriter late) {
    this.table = table;
    this.sealedUpToNs = sealedUpToNs;
    this.main = main;
    this.late = late;
    long firstSequence = table.frames().count() == 0 ? 0 : table.frames().sequence(0);
    mainCutter = new BlockCutter(main, firstSequence);
    lateCutter = late == null ? null : new BlockCutter(late, firstSequence);
  }

  /**
   * Writes all samples of a frozen table into one or two new segments and commits their files.
   *
   * @param segmentId number of the segment; the one after it is for late samples, if there are any
   * @param sealedUpToNs tag id to the last source time that is sealed of it; {@link Long#MIN_VALUE}
   *     for none
   */
  public static List<Manifest.Segment> writeSegments(
      HotTable table,
      StoreDirectory directory,
      UUID storeId,
      long segmentId,
      IntToLongFunction sealedUpToNs)
      throws IOException {
    boolean hasLate = hasLate(table, sealedUpToNs);
    try (SegmentWriter main = new SegmentWriter(directory, storeId, segmentId);
        SegmentWriter late =
            hasLate ? SegmentWriter.ofLate(directory, storeId, segmentId + 1) : null) {
      return new Sealer(table, sealedUpToNs, main, late).write();
    }
  }

  /** Whether some of the samples came late, and not all of them. */
  private static boolean hasLate(HotTable table, IntToLongFunction sealedUpToNs) {
    boolean someLate = false;
    boolean someInOrder = false;
    for (int tagId : table.tagIds()) {
      long edge = sealedUpToNs.applyAsLong(tagId);
      someLate |= edge != Long.MIN_VALUE && table.firstTimeNs(tagId) <= edge;
      someInOrder |= table.lastTimeNs(tagId) > edge;
    }
    return someLate && someInOrder;
  }

  private List<Manifest.Segment> write() throws IOException {
    for (int tagId : table.tagIds()) {
      SampleRun run = table.run(tagId, EVERYTHING);
      if (run != null) {
        writeTag(tagId, run);
      }
    }
    List<Manifest.Segment> segments = new ArrayList<>();
    SegmentWriter second = late;
    BlockCutter secondCutter = lateCutter;
    // The late ones first: where the others are, these are too.
    if (second != null && secondCutter != null) {
      FrameLog frames = frames(secondCutter);
      segments.add(
          described(
              second.segmentId(),
              Manifest.Segment.LATE,
              second.commit(frames, SegmentOrigin.SEALED_LATE, main.segmentId())));
    }
    long companion = second == null ? 0 : second.segmentId();
    segments.addFirst(
        described(
            main.segmentId(),
            Manifest.Segment.MAIN,
            main.commit(frames(mainCutter), SegmentOrigin.SEALED, companion)));
    return segments;
  }

  /** Frames that have a row in a segment. */
  private FrameLog frames(BlockCutter cutter) {
    FrameLog frames = new FrameLog();
    table.frames().copyInto(frames, cutter.sequences()::contains);
    return frames;
  }

  /** What a manifest says of a segment. */
  static Manifest.Segment described(long id, int level, SegmentWriter.Written written) {
    return new Manifest.Segment(
        id,
        level,
        written.rows(),
        written.bytes(),
        written.firstTimeNs(),
        written.lastTimeNs(),
        written.firstOrder(),
        written.lastOrder());
  }

  /** A tag's rows come sorted; a tag that changed its type gets one chunk per type. */
  private void writeTag(int tagId, SampleRun run) throws IOException {
    Map<SampleType, List<SampleBlock>> byType = new EnumMap<>(SampleType.class);
    long edge = late == null ? Long.MIN_VALUE : sealedUpToNs.applyAsLong(tagId);
    SampleType first = null;
    while (run.ensureLoaded()) {
      SampleBlock in = run.block();
      if (first == null) {
        first = in.type();
        start(tagId, first);
      }
      if (in.type() == first) {
        append(in, run.row(), edge);
      } else {
        SampleBlock rest = new SampleBlock();
        rest.reset(in.type());
        rest.appendRange(in, run.row(), in.count() - run.row());
        byType.computeIfAbsent(in.type(), type -> new ArrayList<>()).add(rest);
      }
      run.advance(in.count() - run.row());
    }
    finish();
    for (Map.Entry<SampleType, List<SampleBlock>> other : byType.entrySet()) {
      start(tagId, other.getKey());
      for (SampleBlock block : other.getValue()) {
        append(block, 0, edge);
      }
      finish();
    }
  }

  private void start(int tagId, SampleType type) {
    mainCutter.start(tagId, type);
    if (lateCutter != null) {
      lateCutter.start(tagId, type);
    }
  }

  private void append(SampleBlock in, int from, long edgeNs) throws IOException {
    int split = from;
    BlockCutter second = lateCutter;
    if (second != null && edgeNs != Long.MIN_VALUE && in.sourceTimesNs()[from] <= edgeNs) {
      split = edgeNs == Long.MAX_VALUE ? in.count() : in.rowAtOrAfter(from, edgeNs + 1);
      second.append(in, from, split);
    }
    mainCutter.append(in, split, in.count());
  }

  private void finish() throws IOException {
    mainCutter.finish();
    if (lateCutter != null) {
      lateCutter.finish();
    }
  }
}
