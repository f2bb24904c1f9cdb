package io.tidemark.engine;

import io.tidemark.model.TagCatalog;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.context.ContextSource;
import io.tidemark.query.duckdb.DuckDbConfig;
import io.tidemark.query.sql.SqlEngine;
import java.nio.file.Path;

/** Gives SQL the same retrieval and calendars as every other door. */
final class SqlAssembly {
  private static final long SPILL_BYTES_MAX = 4L << 30;

  /** Sessions beside those of statements in their places: the server's own short ones. */
  private static final int SPARE_SESSIONS = 64;

  private SqlAssembly() {}

  static SqlEngine open(
      HistorianConfig config, TagCatalog tags, ContextSource context, Path folder) {
    return new SqlEngine(
        new DuckDbConfig(
            config.query().sqlMemoryBytesMax(),
            config.query().sqlThreads(),
            folder,
            SPILL_BYTES_MAX,
            config.query().sql().concurrentMax() + SPARE_SESSIONS),
        config.query().sql(),
        tags,
        context,
        HistorianQueries.OF_SNAPSHOT,
        config.calendars());
  }
}
