package io.tidemark.query;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.CounterRow;
import io.tidemark.query.aggregate.StateRow;
import io.tidemark.query.condition.BoundCondition;
import io.tidemark.query.condition.Stretches;
import io.tidemark.query.retrieval.BlockSink;
import io.tidemark.query.retrieval.CounterRead;
import io.tidemark.query.retrieval.GapExplanation;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.Retrievals;
import io.tidemark.query.retrieval.StateRead;
import io.tidemark.query.retrieval.Summaries;
import io.tidemark.query.retrieval.SummaryRow;
import java.util.Arrays;
import java.util.List;

/** Sends each question to the class that answers it. */
final class SnapshotQueries implements HistorianQueries {
  @Override
  public void read(Retrieval retrieval, TagDefinition tag, QueryContext context, BlockSink sink) {
    Retrievals.read(retrieval, tag, context, sink);
  }

  @Override
  public List<SummaryRow> summarize(
      Retrieval.Summary asked, TagDefinition tag, QueryContext context) {
    return Summaries.of(asked, tag, context);
  }

  @Override
  public List<SummaryRow> summarizeWithin(
      long[] stretchesNs, Retrieval.Summary asked, TagDefinition tag, QueryContext context) {
    return Summaries.within(stretchesNs, asked, tag, context);
  }

  @Override
  public List<CounterRow> counters(
      Retrieval.Counters asked, TagDefinition tag, QueryContext context) {
    return CounterRead.read(tag, asked.edgesNs(), asked.rule(), context);
  }

  @Override
  public List<StateRow> states(Retrieval.States asked, TagDefinition tag, QueryContext context) {
    return StateRead.read(tag, asked.edgesNs(), context);
  }

  @Override
  public long[] stretches(
      BoundCondition condition,
      TimeRange range,
      ReadRule rule,
      int stretchesMax,
      QueryContext context) {
    long[] found = new long[16];
    int count = 0;
    try (Stretches stretches = condition.stretches(context, range, rule)) {
      while (stretches.next()) {
        if (count == 2L * stretchesMax) {
          throw new HistorianException(
              ErrorCode.TOO_MANY,
              "the condition becomes true too often in the range: stretchesMax=" + stretchesMax);
        }
        if (count + 2 > found.length) {
          found = Arrays.copyOf(found, 2 * found.length);
        }
        found[count++] = stretches.startNs();
        found[count++] = stretches.endNs();
      }
    }
    return Arrays.copyOf(found, count);
  }

  @Override
  public GapExplanation explainGap(
      TagDefinition tag, long atNs, ReadRule rule, QueryContext context) {
    return GapExplanation.of(tag, atNs, rule, context);
  }
}
