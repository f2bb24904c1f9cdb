package io.tidemark.query.sql;

import static io.tidemark.testing.TestTags.tag;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatisticsCursor;
import io.tidemark.model.StatisticsCursor.Piece;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.context.JournaledContext;
import io.tidemark.query.duckdb.DuckDbConfig;
import io.tidemark.storage.StoreConfig;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.QueryContexts;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Aggregates that are added up from stored statistics are those of the samples: over a store with
 * sealed segments, late, repeated and replaced samples, NaN and infinities, of all types.
 */
class PartialAggregatesTest {
  private static final long START = SmallPlant.ns("2026-01-08T03:00:00Z");
  private static final long SECOND = 1_000_000_000L;
  private static final int ROWS = 5_000;
  private static final StoreConfig CONFIG = new StoreConfig(64 << 20, 3_600_000_000L, 1 << 20, 0);
  private static final String OF_ALL =
      "count(*), count(value), count(flags), count(quality), min(value), max(value), min(ts),"
          + " max(ts), min(ts_ns), max(ts_ns), sum(value), avg(value)";
  private static final String IN_RANGE =
      "ts >= '2026-01-08 03:10:01.5+00' AND ts < '2026-01-08 04:02:00+00'";

  /** Statement, and how many columns at its left are keys. */
  private record Statement(int keys, String sql) {}

  private static final List<Statement> STATEMENTS =
      List.of(
          new Statement(1, "SELECT tag, " + OF_ALL + " FROM samples GROUP BY tag"),
          new Statement(
              1, "SELECT tag, " + OF_ALL + " FROM samples WHERE good(status) GROUP BY tag"),
          new Statement(
              2,
              "SELECT tag, time_bucket(INTERVAL '17 minutes', ts) AS b, "
                  + OF_ALL
                  + " FROM samples WHERE "
                  + IN_RANGE
                  + " GROUP BY ALL"),
          new Statement(
              2,
              "SELECT tag, date_trunc('hour', ts), "
                  + OF_ALL
                  + " FROM samples WHERE tag LIKE 'T_' AND quality = 'Good' GROUP BY ALL"),
          new Statement(
              2,
              "SELECT tag, time_bucket(INTERVAL '1 second', ts) AS s, "
                  + OF_ALL
                  + " FROM samples WHERE tag = 'T0' AND ts BETWEEN '2026-01-08 03:20:00+00' AND"
                  + " '2026-01-08 03:21:00+00' GROUP BY ALL"),
          new Statement(
              2,
              "SELECT b.batch_id, s.tag, "
                  + OF_ALL
                  + " FROM batches b JOIN samples s ON s.ts >= b.start_time AND s.ts < b.end_time"
                  + " GROUP BY ALL"),
          new Statement(
              3,
              "SELECT p.batch_id, p.phase, s.tag, "
                  + OF_ALL
                  + " FROM phases p JOIN samples s ON s.tag IN ('T0', 'T1', 'T2', 'T8', 'T9') AND"
                  + " s.ts_ns >= p.start_time_ns AND s.ts_ns <= p.end_time_ns GROUP BY ALL"),
          new Statement(
              3,
              "SELECT b.batch_id, s.tag, date_trunc('minute', s.ts), count(*), max(s.value),"
                  + " min(s.ts_ns), sum(s.value) FROM batches b JOIN attributes a ON"
                  + " a.equipment_id = b.unit_id JOIN samples s ON s.tag = a.tag AND s.ts >="
                  + " b.start_time AND s.ts < b.end_time GROUP BY ALL"),
          new Statement(
              1,
              "SELECT tag, "
                  + OF_ALL
                  + " FROM samples WHERE ts_ns > "
                  + (START + 77 * SECOND)
                  + " AND ts_ns <= "
                  + (START + 4_400 * SECOND + 1_000_001)
                  + " GROUP BY tag"),
          new Statement(
              1,
              "SELECT tag, "
                  + OF_ALL
                  + " FROM samples WHERE ts >= time_expr('2026-01-08T03:10:01Z') AND ts <"
                  + " time_expr('2026-01-08T04:02:00Z') GROUP BY tag"),
          new Statement(
              2,
              "SELECT b.batch_id, samples.tag, "
                  + OF_ALL
                  + " FROM batches b JOIN samples ON samples.ts >= b.start_time AND samples.ts <"
                  + " b.end_time GROUP BY ALL"));

  private final FaultDisk disk = new FaultDisk();

  @TempDir Path folder;

  private static List<TagDefinition> tags() {
    return List.of(
        tag(0, SampleType.FLOAT64, false, DuplicateRule.REPLACE),
        tag(1, SampleType.FLOAT64, true, DuplicateRule.KEEP_ALL),
        tag(2, SampleType.INT64, false, DuplicateRule.KEEP_FIRST),
        tag(3, SampleType.BOOL, true, DuplicateRule.REPLACE),
        tag(4, SampleType.DIGITAL, true, DuplicateRule.KEEP_ALL),
        tag(5, SampleType.STRING, true, DuplicateRule.REPLACE),
        tag(6, SampleType.FLOAT32, false, DuplicateRule.REPLACE),
        tag(7, SampleType.INT32, true, DuplicateRule.REPLACE),
        tag(8, SampleType.FLOAT64, false, DuplicateRule.KEEP_FIRST), // only Good numbers
        tag(9, SampleType.FLOAT64, false, DuplicateRule.REPLACE)); // with NaN and infinities
  }

  private static void add(
      SampleFrameBuilder builder, TagDefinition tag, long time, Random random, double level) {
    boolean isClean = tag.id() == 8;
    int status =
        switch (isClean ? 9 : random.nextInt(300)) {
          case 0 -> 0x808D0000;
          case 1 -> 0x40000000;
          default -> 0;
        };
    if (status < 0 && random.nextBoolean()) {
      builder.addAbsent(tag.id(), tag.type(), time, (byte) 0, status);
      return;
    }
    switch (tag.type()) {
      case STRING -> builder.addText(tag.id(), time, "A", status);
      case BOOL, DIGITAL ->
          builder.add(tag.id(), tag.type(), time, (long) level & 1, SampleFlags.PRESENT, status);
      case FLOAT32 ->
          builder.add(
              tag.id(),
              tag.type(),
              time,
              Double.doubleToRawLongBits((float) (level - 1000)),
              SampleFlags.PRESENT,
              status);
      case FLOAT64 -> {
        double odd =
            switch (tag.id() == 9 ? random.nextInt(2_000) : 9) {
              case 0, 1 -> Double.NaN;
              case 2 -> Double.POSITIVE_INFINITY;
              case 3 -> Double.NEGATIVE_INFINITY;
              case 4 -> -0.0;
              default -> Math.rint(level * 100) / 100;
            };
        builder.addDouble(tag.id(), time, odd, status);
      }
      default ->
          builder.add(
              tag.id(), tag.type(), time, (long) (level * 1e5), SampleFlags.PRESENT, status);
    }
  }

  private static void fill(StoreFixture fixture, List<TagDefinition> tags, Random random)
      throws IOException {
    SampleFrameBuilder builder = new SampleFrameBuilder();
    for (TagDefinition tag : tags) {
      fixture.define(tag);
    }
    double level = 1000;
    for (int i = 0; i < ROWS; i++) {
      level += random.nextGaussian();
      for (TagDefinition tag : tags) {
        long time = START + i * SECOND + random.nextInt(3) * 1_000_001L;
        if (random.nextInt(2_500) == 0) {
          time -= random.nextInt(ROWS) * SECOND; // late
        }
        add(builder, tag, time, random, level);
        if (random.nextInt(1_500) == 0) {
          add(builder, tag, time, random, level + 1); // the same time again
        }
      }
      if (builder.count() > 4_000) {
        fixture.append(builder.encode(0));
      }
      if (i == ROWS / 2 || i == ROWS - ROWS / 10) {
        fixture.append(builder.encode(0));
        fixture.seal();
      }
    }
    fixture.append(builder.encode(0));
  }

  private static JournaledContext context() {
    JournaledContext context = new JournaledContext();
    context.putAll(
        """
        {'equipment': [{'equipmentId': 'R1', 'level': 'Unit'}, {'equipmentId': 'R2', 'level': 'Unit'}],
         'attributes': [{'equipmentId': 'R1', 'name': 'Heat', 'tag': 'T0'},
           {'equipmentId': 'R2', 'name': 'Heat', 'tag': 'T8'}, {'equipmentId': 'R2', 'name': 'Way', 'tag': 'T7'}],
         'batches': [
           {'batchId': 'B1', 'unitId': 'R1', 'startTime': '2026-01-08T03:05:00Z', 'endTime': '2026-01-08T03:40:00Z'},
           {'batchId': 'B2', 'unitId': 'R2', 'startTime': '2026-01-08T03:20:00.5Z', 'endTime': '2026-01-08T04:10:00.000001Z'},
           {'batchId': 'B3', 'unitId': 'R1', 'startTime': '2026-01-08T03:40:00Z', 'endTime': '2026-01-08T03:40:00Z'},
           {'batchId': 'B4', 'unitId': 'R2', 'startTime': '2026-01-08T03:59:00Z'}],
         'steps': [
           {'batchId': 'B1', 'name': 'Fill', 'startTime': '2026-01-08T03:05:00Z', 'endTime': '2026-01-08T03:12:00Z'},
           {'batchId': 'B1', 'name': 'Stir', 'startTime': '2026-01-08T03:10:00Z', 'endTime': '2026-01-08T03:40:00Z'},
           {'batchId': 'B2', 'name': 'Fill', 'startTime': '2026-01-08T03:20:00.5Z', 'endTime': '2026-01-08T04:00:00Z'}]}
        """);
    return context;
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#few")
  void addedUpIsWhatSamplesSay(long seed) throws IOException {
    JournaledContext plant = context();
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fill(fixture, tags(), new Random(seed));
      try (ReadView view = fixture.store().openReadView();
          SqlEngine sql =
              new SqlEngine(
                  new DuckDbConfig(256L << 20, 2, folder.resolve("spill"), 1L << 30, 8),
                  new SqlLimits(2, 8, 0),
                  view.tags(),
                  plant.store(),
                  HistorianQueries.OF_SNAPSHOT,
                  Map.of())) {
        assertThat(nodes(view)).as("statistics stand for samples").isPositive();
        QueryContext context = QueryContexts.permissive(view, SmallPlant.NOW_NS, SmallPlant.ZONE);
        List<SmallPlant.PlainSample> samples = new ArrayList<>();
        for (List<@Nullable Object> row :
            rows(sql, context, "SELECT * FROM recorded('*', '*-30d')")) {
          samples.add(sample(row));
        }
        assertThat(samples).hasSizeGreaterThan(9 * ROWS);
        try (PlainTables plain = new PlainTables(folder, view.tags(), plant.store(), samples)) {
          for (Statement statement : STATEMENTS) {
            assertThat(rows(sql, context, "EXPLAIN " + statement.sql).getFirst().toString())
                .as(statement.sql)
                .contains(" interval");
            ApiRows.assertClose(
                rows(sql, context, statement.sql),
                plain.rows(
                    statement.sql.replaceAll("time_expr\\(('[^']*')\\)", "TIMESTAMPTZ $1"),
                    List.of()),
                statement.keys,
                1e-12);
          }
        }
      }
    }
  }

  /** Days have 23 or 25 hours, and an hour of the clock comes twice. */
  @ParameterizedTest
  @ValueSource(strings = {"2026-03-27T20:00:00Z", "2026-10-23T20:00:00Z"})
  void bucketsOverAChangeOfTheClocks(String start) {
    try (SmallPlant small = new SmallPlant(folder)) {
      TagDefinition tag = small.store.define("T", SampleType.FLOAT64, false, "");
      Random random = new Random(5);
      for (int i = 0; i < 800; i++) {
        long ns = SmallPlant.ns(start) + i * 480 * SECOND + random.nextInt(3) * 999;
        small.write(tag, ns, random.nextInt(100) / 4.0, random.nextInt(9) == 0 ? 0x808D0000 : 0);
      }
      try (PlainTables plain = new PlainTables(folder, small)) {
        for (String bucket :
            List.of(
                "date_trunc('hour', ts)",
                "date_trunc('day', ts)",
                "date_trunc('week', ts)",
                "date_trunc('month', ts)",
                "time_bucket(INTERVAL '1 hour', ts)",
                "time_bucket(INTERVAL '6 hours', ts)",
                "time_bucket(INTERVAL '1 day', ts)",
                "time_bucket(INTERVAL '1 month', ts)",
                "time_bucket(INTERVAL '90 minutes', ts)")) {
          String statement =
              "SELECT "
                  + bucket
                  + " AS b, "
                  + OF_ALL
                  + " FROM samples WHERE tag = 'T' GROUP BY ALL";
          ApiRows.assertClose(small.rows(statement), plain.rows(statement, List.of()), 1, 1e-12);
        }
      }
    }
  }

  private static List<List<@Nullable Object>> rows(
      SqlEngine sql, QueryContext context, String statement) {
    try (SqlResult result = sql.execute(statement, List.of(), context)) {
      List<List<@Nullable Object>> rows = new ArrayList<>();
      while (result.next()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 0; i < result.columns().size(); i++) {
          row.add(result.value(i));
        }
        rows.add(row);
      }
      return rows;
    }
  }

  private static SmallPlant.PlainSample sample(List<@Nullable Object> row) {
    assertThat(row.get(1)).isInstanceOf(Instant.class);
    return new SmallPlant.PlainSample(
        String.valueOf(row.get(0)),
        (Long) Objects.requireNonNull(row.get(2)),
        (Double) row.get(3),
        (Long) row.get(4),
        (String) row.get(5),
        ((Long) Objects.requireNonNull(row.get(6))).intValue(),
        String.valueOf(row.get(7)),
        ((Long) Objects.requireNonNull(row.get(8))).intValue());
  }

  private static int nodes(ReadView view) {
    int nodes = 0;
    try (StatisticsCursor walk =
        view.scanStatistics(
            QueryContexts.permissive(view, START, SmallPlant.ZONE),
            8,
            new long[] {START, START + ROWS * SECOND},
            StatisticsRule.STORED)) {
      for (Piece piece = walk.next(); piece != Piece.END; piece = walk.next()) {
        nodes += piece == Piece.STATISTICS ? 1 : 0;
      }
    }
    return nodes;
  }
}
