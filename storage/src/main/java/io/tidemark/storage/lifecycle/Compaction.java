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
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Merges segments: what lies in each of some ranges of time goes into a segment of its own, the
 * rest, which came late for other times, into another. Lossless, as sealing is. A tag a step, so
 * that seals need not wait. The segments that are merged stay as they are; who commits the new ones
 * lets go of them.
 *
 * <p>A segment that cannot be read to the end is not merged: what is damaged stays where it is
 * known. One thread.
 */
public final class Compaction implements AutoCloseable {
  private static final ScanFilter EVERYTHING =
      new ScanFilter(TimeRange.ALL, Direction.FORWARD, Long.MIN_VALUE, Long.MAX_VALUE);

  private final List<SegmentReader> inputs;

  /* One for each range, and the last one for what lies in none. */
  private final List<Output> outputs = new ArrayList<>();
  private final Output outside;
  private final int[] tags;
  private int nextTag;
  private final SampleBlock block = new SampleBlock();

  /** A segment that is written. */
  private record Output(TimeRange range, int level, SegmentWriter writer, BlockCutter cutter) {}

  /**
   * A merge.
   *
   * @param inputs segments that stay open until it is closed
   * @param ranges ascending, none overlapping
   * @param inside take what is in the ranges, one each
   * @param rest takes what is in none
   */
  public Compaction(
      List<SegmentReader> inputs,
      List<TimeRange> ranges,
      List<SegmentWriter> inside,
      SegmentWriter rest) {
    this.inputs = List.copyOf(inputs);
    long firstSequence =
        inputs.stream()
            .map(SegmentReader::frames)
            .filter(frames -> frames.count() > 0)
            .mapToLong(frames -> frames.sequence(0))
            .min()
            .orElse(0);
    for (int i = 0; i < ranges.size(); i++) {
      SegmentWriter writer = inside.get(i);
      outputs.add(
          new Output(
              ranges.get(i),
              Manifest.Segment.PARTITION,
              writer,
              new BlockCutter(writer, firstSequence)));
    }
    outside =
        new Output(
            TimeRange.ALL, Manifest.Segment.LATE, rest, new BlockCutter(rest, firstSequence));
    outputs.add(outside);
    BitSet all = new BitSet();
    for (SegmentReader input : inputs) {
      for (int tagId : input.tagIds()) {
        all.set(tagId);
      }
    }
    tags = all.stream().toArray();
  }

  /**
   * Counts the rows of a segment by intervals of source time.
   *
   * @return index of an interval since 1970 to its rows
   * @throws io.tidemark.model.HistorianException if it cannot be read, as {@link #step}
   */
  public static NavigableMap<Long, Long> rowsBy(long intervalNs, SegmentReader segment) {
    TreeMap<Long, Long> rows = new TreeMap<>();
    for (int tagId : segment.tagIds()) {
      for (Chunk chunk : segment.chunks(tagId)) {
        SampleRun run = new SegmentRun(chunk, EVERYTHING, DamageRule.STRICT, new LostRanges());
        while (run.ensureLoaded()) {
          int count = run.block().count();
          for (int row = 0; row < count; ) {
            long interval = Math.floorDiv(run.block().sourceTimesNs()[row], intervalNs);
            int end =
                interval < Long.MAX_VALUE / intervalNs
                    ? run.block().rowAtOrAfter(row, (interval + 1) * intervalNs)
                    : count;
            rows.merge(interval, (long) (end - row), Long::sum);
            row = end;
          }
          run.advance(count);
        }
      }
    }
    return rows;
  }

  /** Rows of a segment in a range of source time; errors as {@link #step}. */
  public static long countRows(SegmentReader segment, TimeRange range) {
    ScanFilter filter = new ScanFilter(range, Direction.FORWARD, Long.MIN_VALUE, Long.MAX_VALUE);
    long rows = 0;
    for (int tagId : segment.tagIds()) {
      for (Chunk chunk : segment.chunks(tagId)) {
        if (chunk.firstTimeNs() >= range.startNs() && chunk.lastTimeNs() < range.endNs()) {
          rows += chunk.rows();
        } else if (range.overlaps(chunk.firstTimeNs(), chunk.lastTimeNs())) {
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
    return outputs.stream().map(each -> each.writer().segmentId()).toList();
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
    outputs.forEach(each -> each.cutter().start(tagId, type));
    try (MergingCursor rows =
        new MergingCursor(() -> {}, runs, Direction.FORWARD, MergingCursor.Winner.ALL)) {
      while (rows.next(block) > 0) {
        int count = block.count();
        int row = 0;
        for (Output each : outputs) {
          if (each.level() == Manifest.Segment.PARTITION) {
            int from = block.rowAtOrAfter(row, each.range().startNs());
            outside.cutter().append(block, row, from);
            row = block.rowAtOrAfter(from, each.range().endNs());
            each.cutter().append(block, from, row);
          }
        }
        outside.cutter().append(block, row, count);
      }
    }
    for (Output each : outputs) {
      each.cutter().finish();
    }
  }

  /** Commits the files; says what a manifest should. */
  public List<Manifest.Segment> commit() throws IOException {
    List<Manifest.Segment> written = new ArrayList<>();
    for (Output each : outputs) {
      if (!each.writer().isEmpty()) {
        written.add(
            Sealer.described(
                each.writer().segmentId(),
                each.level(),
                each.writer().commit(frames(each.cutter().sequences()), SegmentOrigin.MERGED, 0)));
      }
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

  /** Lets go of the files, and deletes what was not committed. */
  @Override
  public void close() throws IOException {
    closeAll(outputs.stream().map(Output::writer).toList());
  }

  /** Closes all of them, also if one fails. */
  public static void closeAll(List<SegmentWriter> writers) throws IOException {
    IOException failure = null;
    for (SegmentWriter writer : writers) {
      try {
        writer.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
