package io.tidemark.query.retrieval;

import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.IntervalAggregator;
import io.tidemark.query.aggregate.IntervalStatistics;

/**
 * Gathers the rows of an answer, recorded and computed, into blocks of one type and hands them to
 * the sink.
 */
final class RowWriter {
  /** The five historian bits of a StatusCode: raw, calculated, interpolated, partial and so on. */
  private static final int HISTORIAN_BITS = 0x1F;

  private final TagDefinition tag;
  private final QueryContext context;
  private final BlockSink sink;
  private final ReadRule rule;
  private final boolean stepped;
  private final SampleBlock block = new SampleBlock();

  /** A writer of values by the default rule. */
  RowWriter(TagDefinition tag, QueryContext context, BlockSink sink) {
    this(tag, context, sink, ReadRule.DEFAULT);
  }

  RowWriter(TagDefinition tag, QueryContext context, BlockSink sink, ReadRule rule) {
    this.tag = tag;
    this.context = context;
    this.sink = sink;
    this.rule = rule;
    this.stepped = rule.stepped(tag);
  }

  /** Hands out what was gathered. */
  void flush() {
    if (block.count() > 0) {
      context.check();
      sink.accept(block);
      block.reset(block.type());
    }
  }

  /** Makes room for rows of a type. */
  private SampleBlock room(SampleType type) {
    if (block.type() != type || block.count() == SampleBlock.CAPACITY) {
      flush();
      block.reset(type);
    }
    return block;
  }

  /** A recorded row. */
  void recorded(SampleBlock from, int row) {
    room(from.type()).appendFrom(from, row);
  }

  /** A recorded sample under a time, which need not be its own. */
  void recorded(HeldSample sample, long timeNs) {
    append(sample, timeNs, sample.status);
  }

  /** That there is no value. */
  void noData(SampleType type, long timeNs) {
    SampleBlock to = room(type);
    switch (type) {
      case FLOAT64, FLOAT32 -> to.appendDouble(timeNs, 0, false, StatusCodes.BAD_NO_DATA);
      case INT64, INT32, BOOL, DIGITAL -> to.appendLong(timeNs, 0, false, StatusCodes.BAD_NO_DATA);
      case STRING -> to.appendText(timeNs, null, StatusCodes.BAD_NO_DATA);
    }
  }

  /**
   * The value at a time by the simple bound rule: what is recorded then; else between the samples
   * before and after as the tag's step says; held, and Uncertain, if the sample after is not
   * usable; nothing if the one before is not, or if either is missing. On a sloped tag the answer
   * is float64 throughout.
   *
   * @param before last sample at or before the time
   * @param after first sample after it
   */
  void interpolated(HeldSample before, HeldSample after, long timeNs) {
    if (stepped) {
      stepAt(before, after, timeNs);
    } else {
      lineAt(before, after, timeNs);
    }
  }

  /** Whether what was put in by a rule lies just there: nothing has to follow it. */
  private static boolean isPutInAt(HeldSample sample, long timeNs) {
    return sample.isAt(timeNs) && !sample.isRecorded();
  }

  private void stepAt(HeldSample before, HeldSample after, long timeNs) {
    boolean isRecorded = before.isAt(timeNs) && before.isRecorded();
    boolean isPutIn = isPutInAt(before, timeNs);
    if (isRecorded && before.isShown()) {
      recorded(before, timeNs);
    } else if (isRecorded || !before.isUsable(rule) || (!after.exists && !isPutIn)) {
      noData(tag.type(), timeNs);
    } else {
      boolean inDoubt = isPutIn || after.isInDoubt();
      int status = inDoubt ? StatusCodes.UNCERTAIN_DATA_SUB_NORMAL : before.status;
      append(before, timeNs, (status & ~HISTORIAN_BITS) | StatusCodes.INTERPOLATED);
      provisional(isPutIn ? before : after);
    }
  }

  private void lineAt(HeldSample before, HeldSample after, long timeNs) {
    boolean isPutIn = isPutInAt(before, timeNs);
    if (before.isAt(timeNs) && !isPutIn) {
      if (before.isShown() && before.type.isNumeric()) {
        SampleBlock to = room(SampleType.FLOAT64);
        int row = to.count();
        to.appendDouble(timeNs, before.number(), true, before.status);
        to.flags()[row] = recordedFlags(before);
      } else {
        noData(SampleType.FLOAT64, timeNs);
      }
    } else if (!before.isUsableNumber(rule) || (!after.exists && !isPutIn)) {
      noData(SampleType.FLOAT64, timeNs);
    } else if (!isPutIn && after.isUsableNumber(rule)) {
      double value =
          IntervalStatistics.onLine(
              before.timeNs, before.number(), after.timeNs, after.number(), timeNs);
      int status = after.isInDoubt() ? StatusCodes.UNCERTAIN_DATA_SUB_NORMAL : StatusCodes.GOOD;
      room(SampleType.FLOAT64).appendDouble(timeNs, value, true, status | StatusCodes.INTERPOLATED);
      provisional(after);
    } else {
      room(SampleType.FLOAT64)
          .appendDouble(
              timeNs,
              before.number(),
              true,
              StatusCodes.UNCERTAIN_DATA_SUB_NORMAL | StatusCodes.INTERPOLATED);
      provisional(isPutIn ? before : after);
    }
  }

  /** Marks the last row if the stretch that it lies on may still change. */
  private void provisional(HeldSample end) {
    if (!end.isRecorded() && (end.flags & SampleFlags.PROVISIONAL) != 0) {
      block.flags()[block.count() - 1] |= SampleFlags.PROVISIONAL;
    }
  }

  /** Flags as recorded, without the marks of a rule. */
  private static byte recordedFlags(HeldSample sample) {
    return (byte) (sample.flags & ~(IntervalAggregator.PUT_IN | IntervalAggregator.IN_DOUBT));
  }

  private void append(HeldSample sample, long timeNs, int status) {
    SampleBlock to = room(sample.type);
    int row = to.count();
    switch (sample.type) {
      case FLOAT64, FLOAT32 -> to.appendDouble(timeNs, sample.real, true, status);
      case INT64, INT32, BOOL, DIGITAL -> to.appendLong(timeNs, sample.integral, true, status);
      case STRING -> to.appendText(timeNs, sample.text, status);
    }
    to.flags()[row] = recordedFlags(sample);
  }
}
