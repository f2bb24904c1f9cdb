package io.tidemark.query.retrieval;

import io.tidemark.model.Direction;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.StandardAggregate;
import io.tidemark.query.aggregate.StandardAggregation;
import java.util.Set;

/** Feeds {@link StandardAggregation} with a tag's samples and those around the intervals. */
final class ProcessedRead {
  private ProcessedRead() {}

  static void read(
      Retrieval.Processed asked, TagDefinition tag, QueryContext context, BlockSink sink) {
    StandardAggregate aggregate = asked.aggregate();
    if (!aggregate.fits(tag.type())) {
      throw new HistorianException(
          ErrorCode.UNSUPPORTED_TYPE,
          "aggregate is for numbers: aggregate="
              + aggregate.browseName()
              + ", tag="
              + ErrorText.quote(tag.name())
              + ", type="
              + tag.type());
    }
    long[] edges = asked.edgesNs();
    boolean needsLine = StandardAggregation.needsLine(aggregate);
    StandardAggregation pass =
        new StandardAggregation(tag, edges, asked.configuration(), needsLine, asked.backwards());
    long startNs = edges[0];
    long endNs = edges[edges.length - 1];
    before(pass, asked, tag, context);
    SampleBlock block = new SampleBlock();
    accept(pass, context, values(tag, startNs, endNs, SampleCondition.ANY), block);
    if (!pass.isComplete()) {
      // The next sample ends the simple curve, the next usable one the line.
      if (SampleWalk.firstRow(context, tag.id(), endNs, Long.MAX_VALUE, Direction.FORWARD, block)) {
        block.count(1);
        long nextNs = block.sourceTimesNs()[0];
        pass.accept(block);
        if (!pass.isComplete() && nextNs < Long.MAX_VALUE) {
          Set<Quality> usable = StandardAggregation.usableQualities(asked.configuration());
          accept(
              pass,
              context,
              values(tag, nextNs + 1, Long.MAX_VALUE, SampleCondition.of(usable)),
              block);
        }
      }
    }
    write(pass, aggregate, context, sink);
  }

  private static ScanRequest values(
      TagDefinition tag, long startNs, long endNs, SampleCondition condition) {
    return new ScanRequest(
        tag.id(),
        new TimeRange(startNs, endNs),
        Direction.FORWARD,
        SampleColumns.VALUES,
        condition);
  }

  private static void accept(
      StandardAggregation pass, QueryContext context, ScanRequest request, SampleBlock block) {
    try (SampleCursor samples = context.view().scan(context, request)) {
      while (!pass.isComplete() && samples.next(block) > 0) {
        context.check();
        pass.accept(block);
      }
    }
  }

  /** Hands over the samples before the first edge that matter, oldest first. */
  private static void before(
      StandardAggregation pass,
      Retrieval.Processed asked,
      TagDefinition tag,
      QueryContext context) {
    long startNs = asked.edgesNs()[0];
    SampleBlock held = new SampleBlock();
    if (!SampleWalk.firstRow(
        context, tag.id(), Long.MIN_VALUE, startNs, Direction.BACKWARD, held)) {
      return;
    }
    held.count(1);
    // What lies between these does not matter, only that it is there.
    if (StandardAggregation.needsLine(asked.aggregate())) {
      Set<Quality> usable = StandardAggregation.usableQualities(asked.configuration());
      older(held, tag, startNs, usable, 2, context);
    } else if (asked.aggregate() == StandardAggregate.NUMBER_OF_TRANSITIONS) {
      older(held, tag, startNs, Quality.usable(false), 1, context);
    }
    for (int row = held.count() - 1; row >= 0; row--) {
      pass.before(held, row);
    }
  }

  /** Appends the last samples of some qualities that have a value, unless they are there. */
  private static void older(
      SampleBlock held,
      TagDefinition tag,
      long startNs,
      Set<Quality> qualities,
      int wanted,
      QueryContext context) {
    SampleBlock block = new SampleBlock();
    ScanRequest request =
        new ScanRequest(
            tag.id(),
            new TimeRange(Long.MIN_VALUE, startNs),
            Direction.BACKWARD,
            SampleColumns.VALUES,
            SampleCondition.of(qualities));
    int found = 0;
    try (SampleCursor samples = context.view().scan(context, request)) {
      while (found < wanted && samples.next(block) > 0 && block.type() == held.type()) {
        context.check();
        for (int row = 0; row < block.count() && found < wanted; row++) {
          if (qualities.contains(Quality.of(block.statuses()[row]))
              && RuledSamples.hasValue(block, row)) {
            found++;
            if (block.sourceTimesNs()[row] != held.sourceTimesNs()[0]) {
              held.appendFrom(block, row);
            }
          }
        }
      }
    }
  }

  private static void write(
      StandardAggregation pass, StandardAggregate aggregate, QueryContext context, BlockSink sink) {
    SampleBlock block = new SampleBlock();
    for (int next = 0; ; ) {
      block.count(0);
      next = pass.write(aggregate, next, block);
      if (block.count() == 0) {
        return;
      }
      context.check();
      sink.accept(block);
    }
  }
}
