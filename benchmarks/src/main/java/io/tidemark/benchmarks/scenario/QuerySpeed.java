package io.tidemark.benchmarks.scenario;

import io.tidemark.engine.Historian;
import io.tidemark.engine.HistorianConfig;
import io.tidemark.engine.HistorianEngine;
import io.tidemark.model.Principal;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.SideBySide;
import io.tidemark.query.retrieval.Summaries;
import io.tidemark.wire.http.HttpConfig;
import io.tidemark.wire.http.HttpServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * How long do questions take? {@link WorkloadM} is written, sealed and merged; a server is started
 * on it, and a client on the same machine asks, warm, one request after the other.
 */
final class QuerySpeed {
  private static final LatencyRow LATENCY = new LatencyRow(100, 300, 20_000_000_000L, 2);

  private final Bench bench;
  private final HistorianEngine engine;
  private final int port;
  private final String start = Instant.ofEpochSecond(0, WorkloadM.START_NS).toString();
  private final String end;

  private QuerySpeed(Bench bench, HistorianEngine engine, int port) {
    this.bench = bench;
    this.engine = engine;
    this.port = port;
    end = Instant.ofEpochSecond(0, WorkloadM.START_NS + bench.scans() * 1_000_000_000L).toString();
  }

  static void answer(Bench bench) throws Exception {
    WorkloadM workload = WorkloadM.mixed(bench.seed(), bench.tags());
    Path folder = BenchStore.settled(bench, workload);
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
      new QuerySpeed(bench, engine, http.port()).ask(workload);
    }
  }

  private void ask(WorkloadM workload) throws Exception {
    bench.heading(
        "Questions over HTTP",
        bench.tags()
            + " tags, "
            + Bench.grouped((long) bench.tags() * bench.scans())
            + " samples; one client on the same machine, warm, one request at a time, one"
            + " connection, whole answer read; milliseconds");
    bench.row("question", "runs", "p50", "p99", "answer, kB", "at least / reach", "p50");
    bench.rule(7);
    String one = workload.definition(0).name();
    StringBuilder hundred = new StringBuilder();
    for (int tag = 0; tag < Math.min(100, bench.tags()); tag++) {
      hundred.append("&tag=").append(workload.definition(tag).name());
    }
    String all = "startTime=" + start + "&endTime=" + end;
    String hour =
        "startTime="
            + start
            + "&endTime="
            + Instant.parse(start).plusSeconds(Math.min(3600, bench.scans()));
    http(
        "Q1 raw values of one tag, Arrow",
        "recorded?format=arrow&layout=compact&tag=" + one + "&" + all,
        4.5,
        0.6);
    http("Q1 the same as compact JSON", "recorded?layout=compact&tag=" + one + "&" + all, 0, 0);
    String few = "&layout=compact&fields=timeAverage";
    http(
        "Q2 one tag, average and extremes of each minute",
        "summary?interval=1m&tag=" + one + "&" + all + few + ",minimum,maximum",
        1.6,
        0.25);
    http("Q2 the same, all usual fields", "summary?interval=1m&tag=" + one + "&" + all, 0, 0);
    http(
        "Q3 100 tags, an hour, average of each minute",
        "summary?interval=1m&" + hour + hundred + few,
        6,
        1);
    http("Q4 current value of every tag", "current?layout=compact&tag=*", 1.5, 0.15);
    http("Q5 average of every tag over everything", "summary?tag=*&" + all + few, 10, 0.5);
    LATENCY.measure(bench, "Q5 embedded, decoding everything", 60, 20, () -> decodeAll());
    http(
        "Q7 plot of one tag to 1 000 px",
        "plot?layout=compact&width=1000&tag=" + one + "&" + all,
        1.8,
        0.25);
    String fifty = hundred.substring(0, cut(hundred, 50));
    http(
        "50 plots laid over each other, 2 000 px",
        "plot?layout=compact&width=2000&" + all + fifty,
        300,
        300);
  }

  /** Where the parameters of so many tags end. */
  private static int cut(CharSequence parameters, int count) {
    int at = 0;
    for (int i = 0; i < count && at >= 0; i++) {
      at = parameters.toString().indexOf("&tag=", at + 1);
    }
    return at < 0 ? parameters.length() : at;
  }

  private void http(String name, String question, double atLeast, double reach) throws Exception {
    String path = "/api/v1/values/" + question;
    if (path.length() > 4_000) {
      throw new IllegalStateException("path is too long: " + name);
    }
    // One for each question: a server closes a connection that says nothing for a while.
    try (LoopbackClient client = new LoopbackClient(port)) {
      LATENCY.measure(bench, name, atLeast, reach, () -> client.get(path));
    }
  }

  /** All samples of all tags, on all cores, without statistics. */
  private long decodeAll() throws IOException {
    long startNs = WorkloadM.START_NS;
    long endNs = startNs + bench.scans() * 1_000_000_000L;
    try (Historian.OpenQuery query = engine.openQuery(Principal.LOCAL_OPERATOR, null)) {
      List<TagDefinition> tags = engine.tags().all();
      SideBySide.map(
          query.context(),
          tags,
          4,
          tag ->
              Summaries.of(
                  new Retrieval.Summary(new long[] {startNs, endNs}),
                  tag,
                  query.context(),
                  StatisticsRule.NONE),
          rows -> {});
    }
    return 0;
  }
}
