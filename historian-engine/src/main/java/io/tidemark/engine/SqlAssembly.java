package io.tidemark.engine;

import io.tidemark.model.QueryContext;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.context.ContextSource;
import io.tidemark.query.duckdb.DuckDbConfig;
import io.tidemark.query.retrieval.BlockSink;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.Retrievals;
import io.tidemark.query.retrieval.SummaryRow;
import io.tidemark.query.sql.HistorianFunctions;
import io.tidemark.query.sql.SqlEngine;
import io.tidemark.query.time.ShiftCalendar;
import io.tidemark.query.time.TimeExpression;
import io.tidemark.query.time.WindowRule;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/** Gives SQL the same retrieval and calendars as every other door. */
final class SqlAssembly {
  private static final int TIMES_MAX = 1_000_000;
  private static final long SPILL_BYTES_MAX = 4L << 30;
  private static final int SESSIONS_MAX = 64;

  private SqlAssembly() {}

  static SqlEngine open(
      HistorianConfig config, TagCatalog tags, ContextSource context, Path folder) {
    return new SqlEngine(
        new DuckDbConfig(
            config.query().sqlMemoryBytesMax(),
            config.query().sqlThreads(),
            folder,
            SPILL_BYTES_MAX,
            SESSIONS_MAX),
        tags,
        context,
        new Functions(config.calendars()));
  }

  private record Functions(Map<String, ShiftCalendar> calendars) implements HistorianFunctions {
    @Override
    public void read(Retrieval retrieval, TagDefinition tag, QueryContext context, BlockSink sink) {
      Retrievals.read(retrieval, tag, context, sink);
    }

    @Override
    public List<SummaryRow> summarize(
        Retrieval.Summary retrieval, TagDefinition tag, QueryContext context) {
      return Retrievals.summarize(retrieval, tag, context);
    }

    @Override
    public long[] times(TimeRange range, String every, ZoneId zone) {
      return WindowRule.parse(every, calendars).times(range, zone, TIMES_MAX);
    }

    @Override
    public long[] edges(TimeRange range, String every, ZoneId zone) {
      return WindowRule.parse(every, calendars)
          .windows(range, zone, Long.MAX_VALUE, TIMES_MAX)
          .edgesNs();
    }

    @Override
    public long resolveTime(String expression, QueryContext context) {
      return TimeExpression.parse(expression).resolve(context.nowNs(), context.zone());
    }
  }
}
