package io.tidemark.benchmarks.scenario;

import io.tidemark.engine.Historian;
import io.tidemark.engine.HistorianConfig;
import io.tidemark.engine.HistorianEngine;
import io.tidemark.model.Principal;
import io.tidemark.query.sql.SqlResult;
import io.tidemark.wire.http.HttpConfig;
import io.tidemark.wire.http.HttpServer;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How long do statements take? {@link WorkloadM} is written, sealed and merged; batches of five
 * phases run over it on fifty units; a server is started on it, and statements are asked warm, one
 * after the other.
 */
final class SqlSpeed {
  private static final int UNITS = 50;
  private static final int BATCHES = 2_000;
  private static final int PHASES = 5;
  private static final int BATCHES_MORE = 198_000;
  private static final int BULK = 5_000;
  private static final LatencyRow LATENCY = new LatencyRow(30, 40, 15_000_000_000L, 0);
  private static final int RUNS = 30;
  private static final long NANOS_MAX = 15_000_000_000L;
  private static final int RUNS_MIN = 5;

  private final Bench bench;
  private final HistorianEngine engine;
  private final int port;
  private final List<String> tags;

  private SqlSpeed(Bench bench, HistorianEngine engine, int port, List<String> tags) {
    this.bench = bench;
    this.engine = engine;
    this.port = port;
    this.tags = tags;
  }

  static void answer(Bench bench) throws Exception {
    WorkloadM workload = WorkloadM.mixed(bench.seed(), bench.tags());
    Path folder = BenchStore.settled(bench, workload);
    List<String> tags = workload.names();
    try (BenchStore.Kept kept = new BenchStore.Kept(folder);
        HistorianEngine engine =
            HistorianEngine.start(
                HistorianConfig.load(null, Map.of(), Map.of("dataDir", kept.folder().toString())),
                Clock.systemUTC(),
                failure -> {
                  throw new IllegalStateException("server failed", failure);
                });
        HttpServer http = new HttpServer(HttpConfig.defaults().withPort(0), engine)) {
      http.start();
      SqlSpeed speed = new SqlSpeed(bench, engine, http.port(), tags);
      speed.scans();
      speed.statements();
    }
  }

  // Scans.

  private void scans() throws Exception {
    long rows = (long) bench.tags() * bench.scans();
    bench.heading(
        "Scans into DuckDB",
        Bench.grouped(rows)
            + " samples, embedded, warm, two threads; million rows a second. Native: the same"
            + " number of rows in a table of DuckDB's own");
    bench.row("statement", "runs", "historian", "native", "at least / reach", "best");
    bench.rule(6);
    String one = "SELECT sum(value + 1) FROM samples";
    String four =
        "SELECT sum(ts_ns % 7), sum(value + 1), sum(status % 3), sum(flags % 2) FROM samples";
    double[] natively = natively(rows, one, four);
    scan("one column", one, rows, natively[0], 80);
    scan("four columns", four, rows, natively[1], 20);
    scan(
        "tag and average",
        "SELECT tag, sum(value + 1) FROM samples GROUP BY tag",
        rows,
        Double.NaN,
        0);
  }

  private void scan(String name, String sql, long rows, double natively, double atLeast)
      throws Exception {
    double best = 0;
    int runs = 0;
    long begin = System.nanoTime();
    while (runs < RUNS_MIN || (runs < RUNS && System.nanoTime() - begin < NANOS_MAX)) {
      long before = System.nanoTime();
      embedded(sql);
      best = Math.max(best, rows * 1e3 / (System.nanoTime() - before));
      runs++;
    }
    String verdict = atLeast == 0 ? "" : best >= atLeast ? "enough" : "missed";
    bench.row(
        name,
        Integer.toString(runs),
        Bench.number(best, 1),
        Double.isNaN(natively) ? "" : Bench.number(natively, 1),
        atLeast == 0 ? "" : Bench.number(atLeast, 0),
        verdict);
  }

  private static double[] natively(long rows, String... statements) throws Exception {
    double[] best = new double[statements.length];
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET threads=2");
      statement.execute(
          "CREATE TABLE samples AS SELECT (range // 50000)::INTEGER AS tag_id, range * 1000000 AS"
              + " ts_ns, (range % 997) / 8.0 AS value, 0::UINTEGER AS status, 1::UTINYINT AS flags"
              + " FROM range("
              + rows
              + ")");
      for (int i = 0; i < statements.length; i++) {
        for (int run = 0; run < 2 * RUNS_MIN; run++) {
          long before = System.nanoTime();
          try (ResultSet result = statement.executeQuery(statements[i])) {
            result.next();
          }
          best[i] = Math.max(best[i], rows * 1e3 / (System.nanoTime() - before));
        }
      }
    }
    return best;
  }

  private long embedded(String sql) throws Exception {
    try (Historian.OpenQuery query = engine.openQuery(Principal.LOCAL_OPERATOR, null);
        SqlResult result = engine.sql(sql, List.of(), query.context())) {
      long rows = 0;
      while (result.next()) {
        rows++;
      }
      return rows;
    }
  }

  private long arrow(String sql) throws Exception {
    try (Historian.OpenQuery query = engine.openQuery(Principal.LOCAL_OPERATOR, null);
        SqlResult result = engine.sql(sql, List.of(), query.context())) {
      result.writeArrow(OutputStream.nullOutputStream());
      return 0;
    }
  }

  // Statements.

  private void statements() throws Exception {
    putBatches(0, BATCHES);
    bench.heading(
        "Statements",
        Bench.grouped((long) bench.tags() * bench.scans())
            + " samples, "
            + BATCHES
            + " batches of "
            + PHASES
            + " phases on "
            + UNITS
            + " units, then "
            + (BATCHES + BATCHES_MORE)
            + "; warm, one at a time; milliseconds");
    bench.row("statement", "runs", "p50", "p99", "answer, kB", "at least / reach", "p50");
    bench.rule(7);
    String ten = list(10);
    http(
        "Q6 200 batches x 10 tags, average and maximum, join",
        "SELECT b.batch_id, s.tag, avg(s.value), max(s.value) FROM batches b JOIN samples s ON"
            + " s.tag IN ("
            + ten
            + ") AND s.ts >= b.start_time AND s.ts < b.end_time WHERE b.order_id = 'PO-0' GROUP BY"
            + " ALL",
        45,
        3);
    http(
        "Q6 the same by batch_summary, weighted by time",
        "SELECT batch_id, tag, time_average, maximum FROM batch_summary(orders => 'PO-0', tags =>"
            + " ["
            + ten
            + "])",
        45,
        3);
    http(
        "10 000 phases x 5 tags",
        "SELECT batch_id, phase, tag, time_average, minimum, maximum, percent_good FROM"
            + " phase_summary(tags => ["
            + list(5)
            + "])",
        2000,
        500);
    http(
        "five phases of a batch, count and extremes, join",
        "SELECT p.batch_id, p.phase, count(*) AS n, min(s.value) AS lo, max(s.value) AS hi FROM"
            + " phases p JOIN samples s ON s.tag = "
            + list(1)
            + " AND s.ts >= p.start_time AND s.ts < coalesce(p.end_time, now()) WHERE p.batch_id ="
            + " 'B-7' GROUP BY ALL ORDER BY 1, min(p.start_time)",
        300,
        20);
    String hourly =
        "SELECT tag, time_bucket(INTERVAL '10 minutes', ts) AS t, avg(value), max(value) FROM"
            + " samples WHERE tag IN ("
            + ten
            + ") GROUP BY ALL";
    http("average and maximum of 10 tags by 10 minutes", hourly, 0, 0);
    LATENCY.measure(
        bench, "wide, 50 tags x 1 M rows, Arrow, embedded", 2500, 1000, () -> arrow(wide()));
    putBatches(BATCHES, BATCHES + BATCHES_MORE);
    embedded("SELECT count(*) FROM phases");
    long day = WorkloadM.START_NS + 20_000_000_000_000L;
    http(
        "one day of one unit among 1 M phases",
        "SELECT * FROM phases WHERE unit_id = 'U7' AND start_time < "
            + time(day + 86_400_000_000_000L)
            + " AND end_time >= "
            + time(day),
        50,
        10);
  }

  private String wide() {
    long step = 50_000_000L;
    return "SELECT * FROM wide(tags => ["
        + list(50)
        + "], start_time => "
        + time(WorkloadM.START_NS)
        + ", end_time => "
        + time(WorkloadM.START_NS + 1_000_000L * step)
        + ", every => '50ms')";
  }

  private String list(int count) {
    return tags.subList(0, Math.min(count, tags.size())).stream()
        .map(tag -> "'" + tag + "'")
        .collect(Collectors.joining(", "));
  }

  private static String time(long ns) {
    return "TIMESTAMPTZ '" + Instant.ofEpochSecond(0, ns) + "'";
  }

  /** Batches of five phases, one after the other on each unit; the first 200 are of one order. */
  private void putBatches(int from, int to) {
    try (Progress progress = bench.progress("batches", to - from)) {
      for (int first = from; first < to; first += BULK / (PHASES + 1)) {
        int last = Math.min(to, first + BULK / (PHASES + 1));
        StringBuilder batches = new StringBuilder();
        StringBuilder steps = new StringBuilder();
        for (int batch = first; batch < last; batch++) {
          add(batch, batches, steps);
        }
        engine.putContextBulk(
            "{\"batches\":[" + batches + "],\"steps\":[" + steps + "]}", Principal.LOCAL_OPERATOR);
        progress.step(last - first);
      }
    }
  }

  private void add(int batch, StringBuilder batches, StringBuilder steps) {
    long lengthNs = bench.scans() * 1_000_000_000L / (BATCHES / UNITS);
    long startNs = WorkloadM.START_NS + (batch / UNITS) * lengthNs;
    String unit = "U" + batch % UNITS;
    batches.append(batches.isEmpty() ? "" : ",");
    batches.append(
        "{\"batchId\":\"B-%d\",\"orderId\":\"PO-%d\",\"unitId\":\"%s\",\"startTime\":\"%s\",\"endTime\":\"%s\"}"
            .formatted(
                batch,
                batch / 200,
                unit,
                Instant.ofEpochSecond(0, startNs),
                Instant.ofEpochSecond(0, startNs + lengthNs)));
    for (int phase = 0; phase < PHASES; phase++) {
      steps.append(steps.isEmpty() ? "" : ",");
      steps.append(
          "{\"batchId\":\"B-%d\",\"name\":\"P%d\",\"instance\":1,\"startTime\":\"%s\",\"endTime\":\"%s\"}"
              .formatted(
                  batch,
                  phase,
                  Instant.ofEpochSecond(0, startNs + phase * lengthNs / PHASES),
                  Instant.ofEpochSecond(0, startNs + (phase + 1) * lengthNs / PHASES)));
    }
  }

  private void http(String name, String sql, double atLeast, double reach) throws Exception {
    try (LoopbackClient client = new LoopbackClient(port)) {
      LATENCY.measure(
          bench, name, atLeast, reach, () -> client.post("/api/v1/sql", "text/plain", sql));
    }
  }
}
