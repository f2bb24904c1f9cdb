package io.tidemark.storage.lifecycle;

import io.tidemark.model.DamageRule;
import io.tidemark.model.Direction;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.model.TimeRange;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.scan.LostRanges;
import io.tidemark.storage.scan.MergingCursor;
import io.tidemark.storage.scan.SampleRun;
import io.tidemark.storage.scan.ScanFilter;
import io.tidemark.storage.segment.Chunk;
import io.tidemark.storage.segment.FrameLog;
import io.tidemark.storage.segment.SegmentOrigin;
import io.tidemark.storage.segment.SegmentReader;
import io.tidemark.storage.segment.SegmentRun;
import io.tidemark.storage.segment.SegmentWriter;
import io.tidemark.storage.segment.SequenceSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Merges segments: what lies in a range of time goes into one, the rest, which came late for other
 * times, into another. Lossless, as sealing is. A tag a step, so that seals need not wait. The
 * segments that are merged stay as they are; who commits the new ones lets go of them.
 *
 * <p>A segment that cannot be read to the end is not merged: what is damaged stays where it is
 * known. One thread.
 */
public final class Compaction implements AutoCloseable {
  private static final ScanFilter EVERYTHING =
      new ScanFilter(TimeRange.ALL, Direction.FORWARD, Long.MIN_VALUE, Long.MAX_VALUE);

  private final List<SegmentReader> inputs;
  private final long startNs;
  private final long endNs;
  private final SegmentWriter inside;
  private final SegmentWriter outside;
  private final BlockCutter insideCutter;
  private final BlockCutter outsideCutter;
  private final int[] tags;
  private int nextTag;
  private final SampleBlock block = new SampleBlock();

  /**
   * A merge.
   *
   * @param inputs segments that stay open until it is closed
   * @param startNs first source time of the range
   * @param endNs source time behind the range; not after the start if everything came late
   * @param inside takes what is in the range
   * @param outside takes the rest
   */
  public Compaction(
      List<SegmentReader> inputs,
      long startNs,
      long endNs,
      SegmentWriter inside,
      SegmentWriter outside) {
    this.inputs = List.copyOf(inputs);
    this.startNs = startNs;
    this.endNs = endNs;
    this.inside = inside;
    this.outside = outside;
    insideCutter = BlockCutter.ofMany(inside);
    outsideCutter = BlockCutter.ofFew(outside);
    BitSet all = new BitSet();
    for (SegmentReader input : inputs) {
      for (int tagId : input.tagIds()) {
        all.set(tagId);
      }
    }
    tags = all.stream().toArray();
  }

  /** Rows of a segment in {@code [startNs, endNs)}; errors as {@link #step}. */
  public static long countRows(SegmentReader segment, long startNs, long endNs) {
    ScanFilter filter =
        new ScanFilter(
            new TimeRange(startNs, endNs), Direction.FORWARD, Long.MIN_VALUE, Long.MAX_VALUE);
    long rows = 0;
    for (int tagId : segment.tagIds()) {
      for (Chunk chunk : segment.chunks(tagId)) {
        if (chunk.firstTimeNs() >= startNs && chunk.lastTimeNs() < endNs) {
          rows += chunk.rows();
        } else if (filter.range().overlaps(chunk.firstTimeNs(), chunk.lastTimeNs())) {
          SampleRun run = new SegmentRun(chunk, filter, DamageRule.STRICT, new LostRanges());
          while (run.ensureLoaded()) {
            rows += run.block().count();
            run.advance(run.block().count());
          }
        }
      }
    }
    return rows;
  }

  /** Numbers of the segments that are merged. */
  public Set<Long> inputIds() {
    Set<Long> ids = new TreeSet<>();
    inputs.forEach(each -> ids.add(each.segmentId()));
    return ids;
  }

  /** Numbers of the files that are written. */
  public List<Long> outputIds() {
    return List.of(inside.segmentId(), outside.segmentId());
  }

  /**
   * Merges the next tag.
   *
   * @return false if there is none: then commit
   * @throws io.tidemark.model.HistorianException {@link io.tidemark.model.ErrorCode#CORRUPT} if a
   *     segment cannot be read: give it up.
   */
  public boolean step() throws IOException {
    if (nextTag == tags.length) {
      return false;
    }
    int tagId = tags[nextTag++];
    EnumSet<SampleType> types = EnumSet.noneOf(SampleType.class);
    for (SegmentReader input : inputs) {
      input.chunks(tagId).forEach(chunk -> types.add(chunk.type()));
    }
    for (SampleType type : types) {
      merge(tagId, type);
    }
    return true;
  }

  private void merge(int tagId, SampleType type) throws IOException {
    LostRanges nothing = new LostRanges();
    List<SampleRun> runs = new ArrayList<>();
    for (SegmentReader input : inputs) {
      for (Chunk chunk : input.chunks(tagId)) {
        if (chunk.type() == type) {
          runs.add(new SegmentRun(chunk, EVERYTHING, DamageRule.STRICT, nothing));
        }
      }
    }
    insideCutter.start(tagId, type);
    outsideCutter.start(tagId, type);
    try (MergingCursor rows =
        new MergingCursor(() -> {}, runs, Direction.FORWARD, MergingCursor.Winner.ALL)) {
      while (rows.next(block) > 0) {
        int count = block.count();
        int from = block.rowAtOrAfter(0, startNs);
        int to = endNs <= startNs ? from : block.rowAtOrAfter(from, endNs);
        outsideCutter.append(block, 0, from);
        insideCutter.append(block, from, to);
        outsideCutter.append(block, to, count);
      }
    }
    insideCutter.finish();
    outsideCutter.finish();
  }

  /** Commits the files; says what a manifest should. */
  public List<Manifest.Segment> commit() throws IOException {
    List<Manifest.Segment> written = new ArrayList<>();
    if (!inside.isEmpty()) {
      written.add(
          Sealer.described(
              inside.segmentId(),
              Manifest.Segment.PARTITION,
              inside.commit(frames(insideCutter.sequences()), SegmentOrigin.MERGED, 0)));
    }
    if (!outside.isEmpty()) {
      written.add(
          Sealer.described(
              outside.segmentId(),
              Manifest.Segment.LATE,
              outside.commit(frames(outsideCutter.sequences()), SegmentOrigin.MERGED, 0)));
    }
    return written;
  }

  /** Frames of the inputs that have rows in an output, each once. */
  private FrameLog frames(SequenceSet which) {
    List<FrameLog> logs = new ArrayList<>();
    inputs.forEach(input -> logs.add(input.frames()));
    logs.removeIf(log -> log.count() == 0);
    logs.sort(Comparator.comparingLong(log -> log.sequence(0)));
    int[] at = new int[logs.size()];
    FrameLog merged = new FrameLog();
    long last = -1;
    while (true) {
      int least = -1;
      for (int i = 0; i < at.length; i++) {
        if (at[i] < logs.get(i).count()
            && (least < 0 || logs.get(i).sequence(at[i]) < logs.get(least).sequence(at[least]))) {
          least = i;
        }
      }
      if (least < 0) {
        return merged;
      }
      FrameLog log = logs.get(least);
      int index = at[least]++;
      long sequence = log.sequence(index);
      if (sequence != last && which.contains(sequence)) {
        merged.add(sequence, log.transactionTimeMicros(index), log.producerId(index));
      }
      last = sequence;
    }
  }

  @Override
  public void close() throws IOException {
    try (inside;
        outside) {
      // both let go of their files, and delete what was not committed
    }
  }
}
