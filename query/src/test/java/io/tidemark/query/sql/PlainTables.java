package io.tidemark.query.sql;

import io.tidemark.model.TagCatalog;
import io.tidemark.query.context.ContextSource;
import io.tidemark.query.duckdb.DuckDbConfig;
import io.tidemark.query.duckdb.DuckDbInstances;
import io.tidemark.query.duckdb.DuckDbRows;
import io.tidemark.query.duckdb.DuckDbSession;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The relations as plain tables of a DuckDB of their own: no gate, no rewriting, no pushdown. What
 * a statement answers here is what it must answer anywhere.
 */
final class PlainTables implements AutoCloseable {
  private static final String COLUMNS =
      " AS SELECT tag, make_timestamptz(ts_us) AS ts, ts_ns, value, value_int, text,"
          + " CAST(status AS UINTEGER) AS status, quality, CAST(flags AS UTINYINT) AS flags FROM ";

  private final DuckDbInstances instances;
  private final DuckDbSession session;

  /** The relations of a plant. */
  PlainTables(Path folder, SmallPlant plant) {
    this(folder, plant.store.view().tags(), plant.context.store(), plant.plain);
  }

  /** The relations over some samples. */
  PlainTables(
      Path folder, TagCatalog tags, ContextSource context, List<SmallPlant.PlainSample> samples) {
    List<String> definitions = new ArrayList<>(Relations.definitions(false));
    for (String relation : List.of(Relations.SAMPLES, Relations.CURRENT)) {
      definitions.add(
          "CREATE TABLE plain_"
              + relation
              + "(tag VARCHAR, ts_us BIGINT, ts_ns BIGINT, value DOUBLE, value_int BIGINT,"
              + " text VARCHAR, status BIGINT, quality VARCHAR, flags BIGINT)");
      definitions.add("CREATE VIEW " + relation + COLUMNS + "plain_" + relation);
    }
    instances =
        new DuckDbInstances(DuckDbConfig.defaults(folder.resolve("plain")), definitions, List.of());
    session = instances.executor(SmallPlant.ZONE);
    new ContextProjection(tags, context).refresh(session);
    Map<String, SmallPlant.PlainSample> newest = new HashMap<>();
    for (SmallPlant.PlainSample sample : samples) {
      if (sample.ns() <= SmallPlant.NOW_NS) {
        newest.merge(sample.tag(), sample, (a, b) -> a.ns() > b.ns() ? a : b);
      }
    }
    session.append("plain_samples", samples.stream().map(PlainTables::row).toList());
    session.append("plain_current", newest.values().stream().map(PlainTables::row).toList());
  }

  private static List<@Nullable Object> row(SmallPlant.PlainSample sample) {
    return Arrays.asList(
        sample.tag(),
        Math.floorDiv(sample.ns(), 1000L),
        sample.ns(),
        sample.value(),
        sample.valueInt(),
        sample.text(),
        Integer.toUnsignedLong(sample.status()),
        sample.quality(),
        (long) sample.flags());
  }

  /** All rows; {@code now()} is the plant's. */
  List<List<@Nullable Object>> rows(String statement, List<? extends @Nullable Object> parameters) {
    String frozen =
        statement.replace("now()", "TIMESTAMPTZ '" + StatementTimes.text(SmallPlant.NOW_NS) + "'");
    try (DuckDbRows rows = session.query(frozen, parameters)) {
      List<List<@Nullable Object>> all = new ArrayList<>();
      while (rows.next()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 0; i < rows.names().size(); i++) {
          row.add(rows.value(i));
        }
        all.add(row);
      }
      return all;
    }
  }

  @Override
  public void close() {
    session.close();
    instances.close();
  }
}
