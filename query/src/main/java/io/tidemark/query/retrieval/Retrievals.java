package io.tidemark.query.retrieval;

import io.tidemark.model.DamageRule;
import io.tidemark.model.Direction;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Answers {@link Retrieval}s of one tag from the view of a {@link QueryContext}. The one place
 * where a sample becomes a value at a time, an interval's aggregate or a point of a chart, for
 * every door.
 *
 * <p>Rule of all computed values: simple bounds, Uncertain counts as Bad, the tag's step, nothing
 * is extrapolated. Computed rows carry the Interpolated or Calculated bit; a row without a value
 * has status Bad_NoData. Recorded rows come as stored: a Bad one may hold a value, which doors do
 * not show unless asked.
 *
 * <p>Stateless; safe from any thread. All methods throw {@link HistorianException}: {@link
 * ErrorCode#FORBIDDEN} for a tag the principal may not read, {@link ErrorCode#CANCELLED} and {@link
 * ErrorCode#DEADLINE_EXCEEDED} at the next block.
 */
public final class Retrievals {
  /** Widest plot, in columns. */
  public static final int WIDTH_PX_MAX = 10_000;

  /** A plot of fewer samples than this times its width is answered with the samples themselves. */
  private static final int RAW_PER_COLUMN = 4;

  /** Memory of a block of numbers: 37 bytes a row. */
  private static final long BLOCK_BYTES = 37L * SampleBlock.CAPACITY;

  private Retrievals() {}

  /**
   * Reads a tag's answer to a retrieval that is not a summary.
   *
   * <p>Times of rows: recorded and plot rows carry their own; at-time and interpolated rows carry
   * the time that was asked for, also where the value was recorded before or after it. Types: a
   * sloped tag's interpolated rows are float64 also if the tag is an int or float32; all others are
   * of the type they were recorded with. The current value is one row, or none.
   */
  public static void read(
      Retrieval retrieval, TagDefinition tag, QueryContext context, BlockSink sink) {
    authorize(tag, context);
    switch (retrieval) {
      case Retrieval.Recorded recorded -> recorded(recorded, tag, context, sink);
      case Retrieval.AtTimes at -> atTimes(at, tag, context, sink);
      case Retrieval.Interpolated grid ->
          atTimes(
              new Retrieval.AtTimes(grid.timesNs(), Retrieval.AtMode.INTERPOLATED, grid.rule()),
              tag,
              context,
              sink);
      case Retrieval.Plot plot -> plot(plot.range(), plot.widthPx(), true, tag, context, sink);
      case Retrieval.BestFit fit -> plot(fit.range(), fit.cycles(), false, tag, context, sink);
      case Retrieval.Delta delta -> DeltaRead.read(delta, tag, context, sink);
      case Retrieval.Processed processed -> ProcessedRead.read(processed, tag, context, sink);
      case Retrieval.Current current -> {
        SampleBlock block = new SampleBlock(1);
        if (context.view().current(context, tag.id(), context.nowNs(), block) > 0) {
          sink.accept(block);
        }
      }
      case Retrieval.Summary asked -> throw hasOwnRows(asked);
      case Retrieval.Counters asked -> throw hasOwnRows(asked);
      case Retrieval.States asked -> throw hasOwnRows(asked);
    }
  }

  private static IllegalArgumentException hasOwnRows(Retrieval asked) {
    return new IllegalArgumentException("rows are no samples: " + asked.getClass().getSimpleName());
  }

  static void authorize(TagDefinition tag, QueryContext context) {
    if (!context.mayRead(tag.id())) {
      throw new HistorianException(
          ErrorCode.FORBIDDEN,
          "principal may not read the tag: principal="
              + ErrorText.quote(context.principal().name())
              + ", tag="
              + ErrorText.quote(tag.name()));
    }
  }

  private static void recorded(
      Retrieval.Recorded asked, TagDefinition tag, QueryContext context, BlockSink sink) {
    TimeRange range = asked.range();
    if (asked.bounds() == Retrieval.Bounds.INSIDE) {
      stream(range, asked.descending(), tag, context, sink);
      return;
    }
    boolean interpolate = asked.bounds() == Retrieval.Bounds.INTERPOLATED;
    RowWriter writer = new RowWriter(tag, context, sink);
    if (asked.descending()) {
      boundAtEnd(range, interpolate, tag, context, writer);
      stream(range, true, tag, context, sink);
      boundAtStart(range, interpolate, tag, context, writer);
    } else {
      boundAtStart(range, interpolate, tag, context, writer);
      stream(range, false, tag, context, sink);
      boundAtEnd(range, interpolate, tag, context, writer);
    }
  }

  private static void stream(
      TimeRange range,
      boolean descending,
      TagDefinition tag,
      QueryContext context,
      BlockSink sink) {
    Direction direction = descending ? Direction.BACKWARD : Direction.FORWARD;
    SampleBlock block = new SampleBlock();
    try (SampleCursor samples =
        context.view().scan(context, ScanRequest.values(tag.id(), range, direction))) {
      while (samples.next(block) > 0) {
        context.check();
        sink.accept(block);
      }
    }
  }

  /** Adds the bound at the start unless a sample is recorded just there: then it lies inside. */
  private static void boundAtStart(
      TimeRange range,
      boolean interpolate,
      TagDefinition tag,
      QueryContext context,
      RowWriter writer) {
    try (SampleWalk walk = new SampleWalk(context, tag)) {
      walk.moveTo(range.startNs());
      if (walk.before.isAt(range.startNs())) {
        return;
      }
      if (interpolate) {
        writer.interpolated(walk.before, walk.after, range.startNs());
      } else if (walk.before.exists) {
        writer.recorded(walk.before, walk.before.timeNs);
      }
    }
    writer.flush();
  }

  /** Adds the bound at the end: what is recorded just there, else the next sample or the value. */
  private static void boundAtEnd(
      TimeRange range,
      boolean interpolate,
      TagDefinition tag,
      QueryContext context,
      RowWriter writer) {
    try (SampleWalk walk = new SampleWalk(context, tag)) {
      walk.moveTo(range.endNs());
      if (walk.before.isAt(range.endNs())) {
        writer.recorded(walk.before, range.endNs());
      } else if (interpolate) {
        writer.interpolated(walk.before, walk.after, range.endNs());
      } else if (walk.after.exists) {
        writer.recorded(walk.after, walk.after.timeNs);
      }
    }
    writer.flush();
  }

  private static void atTimes(
      Retrieval.AtTimes asked, TagDefinition tag, QueryContext context, BlockSink sink) {
    Retrieval.AtMode mode =
        asked.mode() != Retrieval.AtMode.AUTO
            ? asked.mode()
            : tag.stepped() ? Retrieval.AtMode.AT_OR_BEFORE : Retrieval.AtMode.INTERPOLATED;
    // The others speak of what was recorded.
    ReadRule rule = mode == Retrieval.AtMode.INTERPOLATED ? asked.rule() : ReadRule.DEFAULT;
    long[] times = asked.timesNs();
    if (times.length > 1 && times[0] > times[times.length - 1]) {
      // A walk goes forward: the last ones first, some at a time, each lot turned around.
      for (int to = times.length; to > 0; ) {
        int from = Math.max(0, to - SampleBlock.CAPACITY);
        long[] some = Arrays.copyOfRange(times, times.length - to, times.length - from);
        reverse(some);
        List<SampleBlock> lot = new ArrayList<>();
        valuesAt(some, mode, rule, tag, context, block -> lot.add(reversed(block)));
        lot.reversed().forEach(sink::accept);
        to = from;
      }
      return;
    }
    valuesAt(times, mode, rule, tag, context, sink);
  }

  private static void reverse(long[] times) {
    for (int low = 0, high = times.length - 1; low < high; low++, high--) {
      long time = times[low];
      times[low] = times[high];
      times[high] = time;
    }
  }

  private static SampleBlock reversed(SampleBlock block) {
    SampleBlock copy = SampleBlock.copyOf(block);
    copy.reverse();
    return copy;
  }

  private static void valuesAt(
      long[] times,
      Retrieval.AtMode mode,
      ReadRule rule,
      TagDefinition tag,
      QueryContext context,
      BlockSink sink) {
    RowWriter writer = new RowWriter(tag, context, sink, rule);
    try (SampleWalk walk = new SampleWalk(context, tag, rule)) {
      for (long timeNs : times) {
        switch (mode) {
          case INTERPOLATED, AUTO -> {
            walk.moveTo(timeNs);
            writer.interpolated(walk.before, walk.after, timeNs);
          }
          case EXACT -> {
            walk.moveTo(timeNs);
            found(walk.before, walk.before.isAt(timeNs), timeNs, tag, writer);
          }
          case AT_OR_BEFORE -> {
            walk.moveTo(timeNs);
            found(walk.before, walk.before.exists, timeNs, tag, writer);
          }
          case BEFORE -> {
            boolean can = timeNs > Long.MIN_VALUE;
            if (can) {
              walk.moveTo(timeNs - 1);
            }
            found(walk.before, can && walk.before.exists, timeNs, tag, writer);
          }
          case AFTER -> {
            walk.moveTo(timeNs);
            found(walk.after, walk.after.exists, timeNs, tag, writer);
          }
          case AT_OR_AFTER -> {
            walk.moveTo(timeNs);
            HeldSample sample = walk.before.isAt(timeNs) ? walk.before : walk.after;
            found(sample, sample.exists, timeNs, tag, writer);
          }
        }
      }
    }
    writer.flush();
  }

  private static void found(
      HeldSample sample, boolean isThere, long timeNs, TagDefinition tag, RowWriter writer) {
    if (isThere) {
      writer.recorded(sample, timeNs);
    } else {
      writer.noData(tag.type(), timeNs);
    }
  }

  private static void plot(
      TimeRange range,
      int width,
      boolean mayBeRaw,
      TagDefinition tag,
      QueryContext context,
      BlockSink sink) {
    if (width < 1 || width > WIDTH_PX_MAX) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "plot width is outside its limits: widthPx=" + width + ", min=1, max=" + WIDTH_PX_MAX);
    }
    RowWriter writer = new RowWriter(tag, context, sink);
    try (SampleWalk walk = new SampleWalk(context, tag)) {
      long startNs = range.startNs();
      walk.moveTo(startNs);
      if (!walk.before.isAt(startNs)) {
        if (holdsIntoTheDark(walk, tag)) {
          writer.recorded(walk.before, walk.before.timeNs);
        } else {
          plotBound(walk, startNs, writer);
        }
      }
      plotInside(range, width, mayBeRaw, tag, context, writer);
      long endNs = range.endNs();
      walk.moveTo(endNs);
      if (walk.before.isAt(endNs)) {
        writer.recorded(walk.before, endNs);
      } else {
        plotBound(walk, endNs, writer);
      }
    }
    writer.flush();
  }

  /**
   * Whether the newest sample of a tag whose value holds lies before the range: nothing confirms
   * that it still holds, so there is no value at the edge, but a chart shows the last one, and
   * since when.
   */
  private static boolean holdsIntoTheDark(SampleWalk walk, TagDefinition tag) {
    return walk.before.exists
        && !walk.after.exists
        && walk.before.isUsable()
        && (tag.stepped() || !tag.type().isContinuous());
  }

  /** A chart gets no point at an edge that lies before the first or after the last good sample. */
  private static void plotBound(SampleWalk walk, long timeNs, RowWriter writer) {
    if (walk.before.exists && (walk.after.exists || !walk.before.isUsable())) {
      writer.interpolated(walk.before, walk.after, timeNs);
    }
  }

  private static void plotInside(
      TimeRange range,
      int width,
      boolean mayBeRaw,
      TagDefinition tag,
      QueryContext context,
      RowWriter writer) {
    PlotColumns columns = new PlotColumns(range, width, writer);
    List<SampleBlock> raw = new ArrayList<>();
    long rows = 0;
    boolean fits = mayBeRaw;
    SampleBlock block = new SampleBlock();
    try (SampleCursor samples =
        context.view().scan(context, ScanRequest.values(tag.id(), range, Direction.FORWARD))) {
      for (int count; (count = samples.next(block)) > 0; ) {
        context.check();
        rows += count;
        if (fits && rows < (long) RAW_PER_COLUMN * width) {
          keep(raw, block, context);
          continue;
        }
        if (fits) {
          fits = false;
          raw.forEach(columns::accept);
          context.memory().release(BLOCK_BYTES * raw.size());
          raw.clear();
        }
        columns.accept(block);
      }
      columns.flush();
      for (SampleBlock one : raw) {
        for (int row = 0; row < one.count(); row++) {
          writer.recorded(one, row);
        }
      }
    } finally {
      context.memory().release(BLOCK_BYTES * raw.size());
    }
  }

  /** Copies a block's rows to the end of the list; its blocks are full but for the last. */
  private static void keep(List<SampleBlock> raw, SampleBlock block, QueryContext context) {
    for (int from = 0; from < block.count(); ) {
      SampleBlock last = raw.isEmpty() ? null : raw.getLast();
      if (last == null || last.type() != block.type() || last.count() == SampleBlock.CAPACITY) {
        context.memory().reserve(BLOCK_BYTES);
        last = new SampleBlock();
        last.reset(block.type());
        raw.add(last);
      }
      int length = Math.min(block.count() - from, SampleBlock.CAPACITY - last.count());
      last.appendRange(block, from, length);
      from += length;
    }
  }

  /** Who wants to know of damage wants the samples to be read. */
  static StatisticsRule statisticsRule(QueryContext context) {
    return context.damageRule() == DamageRule.STRICT ? StatisticsRule.NONE : StatisticsRule.STORED;
  }
}
