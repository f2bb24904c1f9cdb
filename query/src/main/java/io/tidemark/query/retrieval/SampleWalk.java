package io.tidemark.query.retrieval;

import io.tidemark.model.Direction;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the samples on either side of one time after the other. Ascending times cost one pass over
 * the samples between them; where the next time is far ahead, or lies back, the walk starts anew
 * there instead of reading what lies between. One thread; close it.
 */
final class SampleWalk implements AutoCloseable {
  /** A jump costs two reads of a block; ahead by more than four blocks it is cheaper. */
  private static final double JUMP_BLOCKS = 4;

  private static final int JUMP_ROWS_MIN = 64;

  /** Last sample at or before the time. */
  final HeldSample before = new HeldSample();

  /** First sample after the time. */
  final HeldSample after = new HeldSample();

  private final QueryContext context;
  private final TagDefinition tag;
  private final ReadRule rule;
  private final SampleBlock block = new SampleBlock();
  private @Nullable SampleCursor cursor;
  private boolean started;
  private long position;
  private int row;

  /** A walk over the samples as they were recorded. */
  SampleWalk(QueryContext context, TagDefinition tag) {
    this(context, tag, ReadRule.DEFAULT);
  }

  /** A walk over what a rule makes of the samples. */
  SampleWalk(QueryContext context, TagDefinition tag, ReadRule rule) {
    this.context = context;
    this.tag = tag;
    this.rule = rule;
  }

  /** Sets {@link #before} and {@link #after}. */
  void moveTo(long timeNs) {
    if (started && timeNs >= position && after.exists && timeNs < after.timeNs) {
      position = timeNs; // still between the same two: grids are often finer than samples
      return;
    }
    if (!started || timeNs < position) {
      restart(timeNs);
      if (rule.isPlain()) {
        return;
      }
    }
    position = timeNs;
    while (block.count() > 0) {
      int count = block.count();
      long[] times = block.sourceTimesNs();
      long lastNs = times[count - 1];
      if (lastNs > timeNs) {
        int next = block.rowAtOrAfter(row, timeNs + 1);
        if (next > row) {
          before.set(block, next - 1);
          row = next;
        }
        after.set(block, row);
        return;
      }
      before.set(block, count - 1);
      double ahead = (double) timeNs - (double) lastNs;
      if (count >= JUMP_ROWS_MIN && ahead > JUMP_BLOCKS * ((double) lastNs - (double) times[0])) {
        restart(timeNs);
        if (rule.isPlain()) {
          return;
        }
      } else {
        fetch();
      }
    }
    after.clear();
  }

  private void restart(long timeNs) {
    started = true;
    position = timeNs;
    close();
    if (!rule.isPlain()) {
      before.clear();
      cursor = new RuledSamples(context, tag, rule, timeNs);
      fetch();
      return;
    }
    int tagId = tag.id();
    long nextNs = timeNs == Long.MAX_VALUE ? timeNs : timeNs + 1;
    if (firstRow(context, tagId, Long.MIN_VALUE, nextNs, Direction.BACKWARD, block)) {
      before.set(block, 0);
    } else {
      before.clear();
    }
    block.count(0);
    if (nextNs < Long.MAX_VALUE) {
      cursor =
          context
              .view()
              .scan(
                  context,
                  ScanRequest.values(
                      tagId, new TimeRange(nextNs, Long.MAX_VALUE), Direction.FORWARD));
      fetch();
    }
    if (block.count() > 0) {
      after.set(block, 0);
    } else {
      after.clear();
    }
  }

  private void fetch() {
    row = 0;
    if (cursor == null || cursor.next(block) == 0) {
      block.count(0);
    }
  }

  /**
   * Reads the first row of a scan of {@code [startNs, endNs)} into row 0 of the block; false if
   * there is none.
   */
  static boolean firstRow(
      QueryContext context,
      int tagId,
      long startNs,
      long endNs,
      Direction direction,
      SampleBlock block) {
    if (endNs <= startNs) {
      return false;
    }
    context.check();
    try (SampleCursor samples =
        context
            .view()
            .scan(context, ScanRequest.values(tagId, new TimeRange(startNs, endNs), direction))) {
      return samples.next(block) > 0;
    }
  }

  /**
   * Hands over the last sample before a time, and before that the last usable one if it is another.
   */
  static void lastBefore(
      QueryContext context, TagDefinition tag, long timeNs, ObjIntConsumer<SampleBlock> sink) {
    SampleBlock block = new SampleBlock();
    if (!firstRow(context, tag.id(), Long.MIN_VALUE, timeNs, Direction.BACKWARD, block)) {
      return;
    }
    long lastNs = block.sourceTimesNs()[0];
    if (!RuledSamples.isUsable(block, 0, ReadRule.DEFAULT) && lastNs > Long.MIN_VALUE) {
      TimeRange earlier = new TimeRange(Long.MIN_VALUE, lastNs);
      Long usableNs =
          RuledSamples.usableTime(context, tag, earlier, Direction.BACKWARD, ReadRule.DEFAULT, 1);
      SampleBlock held = new SampleBlock();
      if (usableNs != null
          && firstRow(context, tag.id(), usableNs, usableNs + 1, Direction.BACKWARD, held)) {
        sink.accept(held, 0);
      }
    }
    sink.accept(block, 0);
  }

  @Override
  public void close() {
    SampleCursor open = cursor;
    if (open != null) {
      cursor = null;
      open.close();
    }
  }
}
