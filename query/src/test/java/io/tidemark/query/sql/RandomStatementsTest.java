package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random statements over samples and context answer as over plain tables. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RandomStatementsTest {
  private static final int STATEMENTS_OF_SEED = 40;

  private SmallPlant plant;
  private PlainTables plain;

  @BeforeAll
  void fill(@TempDir Path folder) {
    plant = new SmallPlant(folder).filled();
    plain = new PlainTables(folder, plant);
  }

  @AfterAll
  void close() {
    plain.close();
    plant.close();
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#few")
  void rewrittenAndPlainAgree(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int rows = 0;
    for (int i = 0; i < STATEMENTS_OF_SEED; i++) {
      String statement = new Statement(random).text();
      List<List<@Nullable Object>> expected = plain.rows(statement, List.of());
      List<List<@Nullable Object>> found = plant.rows(statement, List.of());
      rows += expected.size();
      if (statement.contains("ORDER BY")) {
        assertThat(found).as(statement).isEqualTo(expected);
      } else {
        assertThat(found).as(statement).containsExactlyInAnyOrderElementsOf(expected);
      }
    }
    assertThat(rows).isGreaterThan(STATEMENTS_OF_SEED);
  }

  /** One statement. */
  private static final class Statement {
    private final SplittableRandom random;
    private final List<String> conditions = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private String from = "samples s";
    private @Nullable String interval; // the context's alias

    Statement(SplittableRandom random) {
      this.random = random;
    }

    private String one(String... texts) {
      return texts[random.nextInt(texts.length)];
    }

    private boolean chance(int percent) {
      return random.nextInt(100) < percent;
    }

    String text() {
      from();
      tag();
      if (interval == null || chance(25)) {
        time();
      }
      if (chance(45)) {
        conditions.add(
            one(
                "s.quality = 'Good'",
                "good(s.status)",
                "s.quality <> 'Bad'",
                "s.value > 40",
                "s.value BETWEEN 10 AND 60",
                "s.value IS NOT NULL",
                "s.status <> 0",
                "(s.value < 5 OR s.quality = 'Uncertain')",
                "hour(s.ts) % 2 = 0",
                "s.value_int IN (1, 2, 3)",
                "s.text IS NOT NULL"));
      }
      return chance(75) ? aggregated() : plain();
    }

    private void from() {
      String end;
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          return;
        }
        case 2 -> {
          interval = "b";
          from = "batches b JOIN samples s ON ";
        }
        case 3 -> {
          interval = "p";
          from = "phases p JOIN samples s ON ";
        }
        default -> {
          interval = "b";
          from =
              "batches b JOIN attributes a ON a.equipment_id = b.unit_id JOIN samples s ON s.tag ="
                  + " a.tag AND ";
        }
      }
      end = interval + one(".end_time", ".end_time", ".start_time + INTERVAL '3 hours'");
      from +=
          one(
              "s.ts >= " + interval + ".start_time AND s.ts < " + end,
              "s.ts > " + interval + ".start_time AND s.ts <= " + end,
              "s.ts BETWEEN " + interval + ".start_time AND " + end,
              "s.ts >= " + interval + ".start_time AND s.ts < coalesce(" + end + ", now())",
              "s.ts_ns >= "
                  + interval
                  + ".start_time_ns AND s.ts_ns < "
                  + interval
                  + ".end_time_ns",
              interval + ".start_time <= s.ts AND " + end + " > s.ts");
      if (chance(50)) {
        conditions.add(
            interval
                + "."
                + one(
                    "unit_id = 'R1'",
                    "order_id = 'O1'",
                    "batch_id IN ('B1', 'B2', 'B6''x')",
                    "batch_id <> 'B2'",
                    "product_id IS NOT NULL",
                    "end_time IS NOT NULL",
                    "start_time < '2026-01-09 06:00:00+01'"));
      }
    }

    private void tag() {
      if (chance(85)) {
        conditions.add(
            one(
                "s.tag = 'R1.TEMP'",
                "s.tag IN ('R1.TEMP', 'R2.TEMP', 'R1.COUNT')",
                "s.tag LIKE 'R1.%'",
                "s.tag >= 'R1.N' AND s.tag < 'R2.M'",
                "(s.tag = 'R2.LEVEL' OR s.tag = 'R1.VALVE')",
                "s.tag IN (SELECT tag FROM attributes WHERE name = 'Temperature')",
                "s.tag NOT LIKE '%TEMP'",
                "lower(s.tag) = 'r1.temp'"));
      }
    }

    private void time() {
      String column = chance(80) ? "s.ts" : "s.ts_ns";
      int from = random.nextInt(60);
      int to = from + random.nextInt(30);
      if (column.equals("s.ts")) {
        conditions.add(
            column
                + one(" >= ", " > ")
                + "TIMESTAMPTZ '2026-01-08 00:00:00.000001+00' + INTERVAL '"
                + from
                + " hours'");
        conditions.add(column + one(" < ", " <= ") + one("'2026-01-10 05:30:00+00'", "now()"));
      } else {
        long start = SmallPlant.ns("2026-01-08T00:00:00Z");
        conditions.add(column + " >= " + (start + from * 3_600_000_000_000L + random.nextInt(2)));
        conditions.add(column + " < " + (start + to * 3_600_000_000_000L + random.nextInt(2)));
      }
    }

    private String where() {
      return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    }

    private String plain() {
      List<String> columns = new ArrayList<>(List.of("s.tag", "s.ts_ns"));
      for (String column :
          List.of("s.ts", "s.value", "s.value_int", "s.text", "s.status", "s.quality", "s.flags")) {
        if (chance(40)) {
          columns.add(column);
        }
      }
      if (interval != null && chance(70)) {
        columns.add(interval + ".batch_id");
      }
      return "SELECT "
          + String.join(", ", columns)
          + " FROM "
          + from
          + where()
          + (chance(50) ? " ORDER BY ALL LIMIT " + random.nextInt(1, 40) : "");
    }

    private String aggregated() {
      if (chance(60)) {
        keys.add("s.tag");
      }
      if (chance(50)) {
        keys.add(
            one(
                "time_bucket(INTERVAL '1 hour', s.ts)",
                "time_bucket(INTERVAL '35 minutes', s.ts)",
                "time_bucket(INTERVAL '1 day', s.ts)",
                "date_trunc('hour', s.ts)",
                "date_trunc('day', s.ts)",
                "date_trunc('week', s.ts)",
                "CAST(s.ts AS DATE)"));
      }
      if (interval != null && chance(80)) {
        keys.add(interval + "." + one("batch_id", "batch_id", "order_id"));
        if (interval.equals("p")) {
          keys.add("p.phase");
        }
      }
      List<String> items = new ArrayList<>(keys);
      int count = random.nextInt(1, 6);
      for (int i = 0; i < count; i++) {
        items.add(aggregate() + (chance(30) ? " AS a" + i : ""));
      }
      String having =
          chance(25)
              ? " HAVING " + one("count(*) > 3", "max(s.value) > 50", "min(s.ts) > '2026-01-09'")
              : "";
      String statement =
          "SELECT "
              + String.join(", ", items)
              + " FROM "
              + from
              + where()
              + (keys.isEmpty() ? "" : " GROUP BY " + one("ALL", String.join(", ", keys)))
              + having
              + (chance(35) ? " ORDER BY ALL" + (chance(50) ? " LIMIT 7" : "") : "");
      return chance(10) && !statement.contains("ORDER BY")
          ? "SELECT count(*) FROM (" + statement + ")"
          : statement;
    }

    private String aggregate() {
      return chance(85)
          ? one(
              "count(*)",
              "count(s.value)",
              "count(s.tag)",
              "count(s.ts_ns)",
              "sum(s.value)",
              "avg(s.value)",
              "mean(s.value)",
              "min(s.value)",
              "max(s.value)",
              "min(s.ts)",
              "max(s.ts)",
              "min(s.ts_ns)",
              "max(s.ts_ns)",
              "max(s.value) - min(s.value)",
              "round(avg(s.value), 3)",
              "CAST(count(*) AS DOUBLE) / 2")
          : one(
              "count(DISTINCT s.value)",
              "count(*) FILTER (WHERE s.value > 20)",
              "median(s.value)",
              "count(s.text)",
              "max(s.value_int)",
              "max(s.status)",
              "arg_max(s.ts_ns, s.ts_ns)",
              "sum(s.value) FILTER (WHERE s.quality = 'Good')",
              "min(s.tag)");
    }
  }
}
