package io.tidemark.query.retrieval;

import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.TagDefinition;
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
  public GapExplanation explainGap(
      TagDefinition tag, long atNs, ReadRule rule, QueryContext context) {
    return GapExplanation.of(tag, atNs, rule, context);
  }
}
