package io.tidemark.query.retrieval;

import io.tidemark.model.Direction;
import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.TagDefinition;

/**
 * Answers {@link Retrieval.Delta}: samples that differ from the one answered before them. The first
 * row is the value at the start of the range, recorded there or before; the last sample of the
 * range always comes. A change of the quality class is always a difference, within the dead band of
 * time too; a change of the value only outside of it.
 */
final class DeltaRead {
  private final Retrieval.Delta asked;
  private final RowWriter writer;

  /* The last row that was answered. */
  private final HeldSample shown = new HeldSample();

  private DeltaRead(Retrieval.Delta asked, RowWriter writer) {
    this.asked = asked;
    this.writer = writer;
  }

  static void read(Retrieval.Delta asked, TagDefinition tag, QueryContext context, BlockSink sink) {
    DeltaRead read = new DeltaRead(asked, new RowWriter(tag, context, sink));
    long startNs = asked.range().startNs();
    try (SampleWalk walk = new SampleWalk(context, tag)) {
      walk.moveTo(startNs);
      if (walk.before.exists && !walk.before.isAt(startNs)) {
        read.writer.recorded(walk.before, startNs);
        read.shown.set(walk.before);
        read.shown.timeNs = startNs;
      }
    }
    HeldSample last = new HeldSample();
    SampleBlock block = new SampleBlock();
    try (SampleCursor samples =
        context
            .view()
            .scan(context, ScanRequest.values(tag.id(), asked.range(), Direction.FORWARD))) {
      while (samples.next(block) > 0) {
        context.check();
        read.accept(block);
        last.set(block, block.count() - 1);
      }
    }
    if (last.exists && !read.shown.isAt(last.timeNs)) {
      read.writer.recorded(last, last.timeNs);
    }
    read.writer.flush();
  }

  private void accept(SampleBlock block) {
    for (int row = 0; row < block.count(); row++) {
      if (!shown.exists || differs(block, row)) {
        writer.recorded(block, row);
        shown.set(block, row);
      }
    }
  }

  private boolean differs(SampleBlock block, int row) {
    if (Quality.of(block.statuses()[row]) != Quality.of(shown.status)) {
      return true;
    }
    double aheadNs = (double) block.sourceTimesNs()[row] - (double) shown.timeNs;
    if (aheadNs <= asked.timeDeadbandNs()) {
      return false;
    }
    boolean hasValue = block.isPresent(row);
    if (block.type() != shown.type || hasValue != shown.hasValue()) {
      return true;
    }
    return hasValue
        && switch (block.type()) {
          case FLOAT64, FLOAT32 -> isFar(block.doubles()[row], shown.real);
          case INT64, INT32 ->
              asked.deadband() == 0
                  ? block.longs()[row] != shown.integral
                  : isFar(block.longs()[row], shown.integral);
          case BOOL, DIGITAL -> block.longs()[row] != shown.integral;
          case STRING -> {
            String text = block.texts()[row];
            yield text == null ? shown.text != null : !text.equals(shown.text);
          }
        };
  }

  /** A NaN differs from every number, and not from another NaN. */
  private boolean isFar(double a, double b) {
    double apart = Math.abs(a - b);
    return Double.isNaN(apart) ? Double.compare(a, b) != 0 : apart > asked.deadband();
  }
}
