package io.tidemark.query.retrieval;

import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.QueryContexts;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps the rows of an answer. */
final class RowCollector implements BlockSink {
  /** A row; the value is null if there is none, else Double, Long or String. */
  record Row(SampleType type, long timeNs, @Nullable Object value, int status) {
    /** {@code 35 = 12.5 Good i}: time, value, status, and whether it was interpolated. */
    @Override
    public String toString() {
      String bits = (status & StatusCodes.INTERPOLATED) == StatusCodes.INTERPOLATED ? " i" : "";
      return timeNs + " = " + value + " " + StatusCodes.text(status) + bits;
    }
  }

  final List<Row> rows = new ArrayList<>();
  int blocks;

  @Override
  public void accept(SampleBlock block) {
    if (block.count() < 1) {
      throw new AssertionError("an empty block");
    }
    blocks++;
    for (int i = 0; i < block.count(); i++) {
      Object value =
          switch (block.type()) {
            case FLOAT64, FLOAT32 -> block.doubles()[i];
            case INT64, INT32, BOOL, DIGITAL -> block.longs()[i];
            case STRING -> block.texts()[i];
          };
      rows.add(
          new Row(
              block.type(),
              block.sourceTimesNs()[i],
              block.isPresent(i) ? value : null,
              block.statuses()[i]));
    }
  }

  static List<Row> read(OracleStore store, TagDefinition tag, Retrieval retrieval) {
    return read(store, tag, retrieval, Long.MAX_VALUE);
  }

  static List<Row> read(OracleStore store, TagDefinition tag, Retrieval retrieval, long nowNs) {
    QueryContext context = QueryContexts.permissive(store.view(), nowNs, ZoneOffset.UTC);
    RowCollector rows = new RowCollector();
    Retrievals.read(retrieval, tag, context, rows);
    if (context.memory().bytes() != 0) {
      throw new AssertionError("memory not given back: " + context.memory().bytes());
    }
    return rows.rows;
  }

  static List<String> texts(OracleStore store, TagDefinition tag, Retrieval retrieval) {
    return read(store, tag, retrieval).stream().map(Row::toString).toList();
  }

  static List<SummaryRow> summarize(OracleStore store, TagDefinition tag, long... edges) {
    return Summaries.of(
        new Retrieval.Summary(edges),
        tag,
        QueryContexts.permissive(store.view(), Long.MAX_VALUE, ZoneOffset.UTC));
  }
}
