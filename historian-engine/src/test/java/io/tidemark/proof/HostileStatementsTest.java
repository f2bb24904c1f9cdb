package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Statements that mean harm, while a writer writes: each is refused or bounded, a simple one is
 * answered after it, and the writer's acknowledgements go on and hold.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileStatementsTest {
  private static final int ROWS = 50;
  private static final int TRIES_MAX = 50;

  /** A statement, and the ways in which it may end; none for an answer. */
  record Attack(String name, String sql, Set<String> codes) {
    @Override
    public String toString() {
      return name;
    }
  }

  private TestServer server;
  private Writer writer;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    server =
        TestServer.start(
            folder,
            Map.of(
                "query.timeLimit", "3s",
                "query.sqlConcurrent", "2",
                "query.sqlMemoryBytesMax", "64MiB"));
    writer = new Writer(server.api());
  }

  @AfterAll
  void stop(TestReporter reporter) throws Exception {
    writer.stop();
    long stored =
        simple("SELECT count(*) FROM samples WHERE tag LIKE 'load%'").path(0).path(0).asLong();
    assertThat(stored)
        .as("samples of acknowledged requests, and of the one under way at most")
        .isEqualTo(writer.acknowledged.get() * ROWS);
    reporter.publishEntry("acknowledged requests", writer.acknowledged.toString());
    server.close();
  }

  /** Writes without a pause and counts what is acknowledged. */
  private static final class Writer {
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong longestNanos = new AtomicLong();
    private final List<String> failures = new ArrayList<>();
    private final Thread thread;

    Writer(Api api) {
      thread = Thread.ofPlatform().start(() -> run(api));
    }

    private void run(Api api) {
      for (long request = 0; !stop.get(); request++) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
          lines.append("m,tag=load").append(i % 5).append(" value=").append(request).append(' ');
          lines.append(1_700_000_000_000L + request * ROWS + i).append('\n');
        }
        long start = System.nanoTime();
        HttpResponse<String> answer =
            api.send("POST", "/api/v1/write?precision=ms", "text/plain", lines.toString());
        if (answer.statusCode() != 204) {
          synchronized (failures) {
            failures.add(answer.statusCode() + " " + answer.body());
          }
          return;
        }
        longestNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
        acknowledged.incrementAndGet();
      }
    }

    /** Waits until another request is acknowledged. */
    void awaitProgress(long before) throws InterruptedException {
      while (acknowledged.get() <= before) {
        synchronized (failures) {
          assertThat(failures).isEmpty();
        }
        assertThat(thread.isAlive()).isTrue();
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }

    void stop() throws InterruptedException {
      stop.set(true);
      thread.join();
      assertThat(failures).isEmpty();
    }
  }

  /** Rows of a harmless statement, which is answered however busy the machine is. */
  private JsonNode simple(String sql) {
    HttpResponse<String> answer = null;
    for (int i = 0; i < TRIES_MAX; i++) {
      answer = server.api().send("POST", "/api/v1/sql", "text/plain", sql);
      if (answer.statusCode() == 200) {
        return Api.parse(answer.body()).path("rows");
      }
      assertThat(answer.statusCode()).as(answer.body()).isIn(429, 504);
    }
    throw new AssertionError("never answered: " + answer);
  }

  private static Attack refused(String sql) {
    return new Attack(sql, sql, Set.of("SQL_REFUSED", "READ_ONLY"));
  }

  private static Attack ends(String name, String sql, String... codes) {
    return new Attack(name, sql, Set.of(codes));
  }

  static List<Attack> attacks() {
    List<Attack> all = new ArrayList<>();
    for (String sql :
        List.of(
            "COPY samples TO '/tmp/stolen.csv'",
            "COPY (SELECT 1) TO '/tmp/stolen.csv'",
            "ATTACH '/tmp/other.db'",
            "PRAGMA database_list",
            "SET memory_limit = '100GB'",
            "RESET memory_limit",
            "INSTALL httpfs",
            "LOAD httpfs",
            "CALL pragma_version()",
            "CREATE TABLE t AS SELECT 1",
            "DROP TABLE batches",
            "SELECT * FROM read_csv('/etc/passwd')",
            "SELECT * FROM read_text('/etc/passwd')",
            "SELECT * FROM '/etc/passwd'",
            "SELECT * FROM \"/etc/passwd\"",
            "SELECT * FROM glob('/etc/*')",
            "SELECT getenv('HOME')",
            "SELECT * FROM tidemark_tags",
            "SELECT * FROM tidemark_scan(1)",
            "SELECT * FROM duckdb_settings()",
            "SELECT 1; DROP TABLE batches")) {
      all.add(refused(sql));
    }
    all.add(ends("5000 brackets", "SELECT " + "(".repeat(5_000), "SQL_REFUSED"));
    all.add(
        ends(
            "5000 brackets that close",
            "SELECT " + "(".repeat(5_000) + "1" + ")".repeat(5_000),
            "SQL_REFUSED"));
    all.add(ends("10000 unions", "SELECT 1" + " UNION SELECT 1".repeat(10_000), "TOO_LONG"));
    all.add(
        ends(
            "as many unions as fit",
            "SELECT 1" + " UNION SELECT 1".repeat(4_300),
            "",
            "SQL_REFUSED",
            "DEADLINE_EXCEEDED",
            "QUERY_MEMORY"));
    all.add(
        ends(
            "as many joins as fit",
            "SELECT count(*) FROM range(2) a" + ", range(2)".repeat(6_000),
            "SQL_REFUSED",
            "DEADLINE_EXCEEDED",
            "QUERY_MEMORY"));
    all.add(
        ends(
            "cartesian product",
            "SELECT sum(a.range * b.range) FROM range(1000000000) a, range(1000000000) b",
            "DEADLINE_EXCEEDED"));
    all.add(
        ends(
            "recursion without end",
            "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t",
            "DEADLINE_EXCEEDED",
            "QUERY_MEMORY",
            "SQL_ERROR"));
    all.add(
        ends(
            "recursion that doubles",
            "WITH RECURSIVE t(n) AS (SELECT 1::BIGINT UNION ALL SELECT n + x FROM t, range(2) r(x))"
                + " SELECT count(*) FROM t",
            "DEADLINE_EXCEEDED",
            "QUERY_MEMORY"));
    for (String expression : List.of("(a+)+$", "(a|aa)+$", "(.*a){20}$", "(a*)*b", "(a|a?)+c")) {
      all.add(
          ends(
              "regular expression " + expression,
              "SELECT regexp_matches(repeat('a', 10000) || '!', '" + expression + "')",
              ""));
    }
    all.add(
        ends(
            "regular expression of many states",
            "SELECT regexp_matches(repeat('a', 10000), '((a{0,100}){0,100}){0,100}')",
            "SQL_ERROR"));
    all.add(
        ends(
            "a long list",
            "SELECT length(list(range)) FROM range(1000000000)",
            "QUERY_MEMORY",
            "DEADLINE_EXCEEDED"));
    all.add(
        ends(
            "a long text",
            "SELECT length(string_agg(range::VARCHAR)) FROM range(1000000000)",
            "QUERY_MEMORY",
            "DEADLINE_EXCEEDED"));
    all.add(
        ends(
            "lists of lists",
            "SELECT list(l) FROM (SELECT list(range) AS l FROM range(100000) GROUP BY range % 100)"
                + " t, range(100000)",
            "QUERY_MEMORY",
            "DEADLINE_EXCEEDED"));
    all.add(
        ends(
            "deep JSON",
            "SELECT json_extract(repeat('[', 300) || repeat(']', 300), '$[0]')",
            "",
            "SQL_ERROR"));
    all.add(ends("a large repeat", "SELECT repeat('x', 1000000000)", "SQL_REFUSED"));
    all.add(
        ends(
            "repeats of repeats",
            "SELECT sum(length(repeat(repeat(chr(97 + (range % 20)::INT), 10000), 10000)))"
                + " FROM range(100000)",
            "SQL_REFUSED"));
    all.add(
        ends(
            "a sort that spills",
            "SELECT * FROM range(100000000) ORDER BY md5(range::VARCHAR)",
            "DEADLINE_EXCEEDED",
            "QUERY_MEMORY"));
    all.add(
        ends(
            "a join that spills",
            "SELECT count(*) FROM range(50000000) a JOIN range(50000000) b"
                + " ON md5(a.range::VARCHAR) = md5(b.range::VARCHAR)",
            "DEADLINE_EXCEEDED",
            "QUERY_MEMORY"));
    return all;
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void eachIsRefusedOrBounded(Attack attack, TestInfo test, TestReporter reporter)
      throws InterruptedException {
    long before = writer.acknowledged.get();
    writer.longestNanos.set(0);
    HttpResponse<String> answer =
        server.api().send("POST", "/api/v1/sql", "text/plain", attack.sql());
    JsonNode said = Api.parse(answer.body());
    String code = answer.statusCode() == 200 ? "" : said.path("code").asText();
    assertThat(code)
        .as(answer.body().substring(0, Math.min(300, answer.body().length())))
        .isIn(attack.codes());
    if (code.equals("SQL_REFUSED") || code.equals("READ_ONLY")) {
      assertThat(said.path("message").asText()).isNotBlank();
    }
    assertThat(answer.body()).doesNotContain("root:");
    writer.awaitProgress(before);
    assertThat(simple("SELECT 40 + 2").path(0).path(0).asInt()).isEqualTo(42);
    reporter.publishEntry(
        test.getDisplayName(),
        code
            + ", acknowledged="
            + (writer.acknowledged.get() - before)
            + ", slowestMs="
            + writer.longestNanos.get() / 1_000_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x' OR '1'='1",
        "'; DROP TABLE batches; --",
        "' UNION SELECT tag FROM tags --",
        "\" OR \"\"=\"",
        "a\nb; SELECT 1",
        "a\u0000b",
        "*",
        "%",
        "\\",
        "$$",
        "?",
      })
  void textOfParametersIsText(String text) {
    assertThat(rows("SELECT ?", text).path(0).path(0).asText()).isEqualTo(text);
    assertThat(rows("SELECT tag FROM tags WHERE tag = ? AND tag LIKE 'load%'", text)).isEmpty();
    assertThat(rows("SELECT count(*) FROM batches WHERE batch_id = ?", text).path(0).path(0))
        .hasToString("0");
    assertThat(rows("SELECT count(*) FROM samples WHERE tag = ?", text).path(0).path(0).asInt())
        .isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x' OR '1'='1", "\"; DROP", "a`b", "--", "Ü 🌊", "50%_"})
  void namesOfTagsAndIdsAreText(String name) {
    ObjectNode tag = new ObjectMapper().createObjectNode().put("name", name);
    Api.expect(server.api().send("PUT", "/api/v1/tags", "application/json", tag.toString()));
    Api.expect(
        server
            .api()
            .send(
                "PUT",
                "/api/v1/context/orders/" + Api.encode(name).replace("+", "%20"),
                "application/json",
                "{}"));
    assertThat(rows("SELECT tag FROM tags WHERE tag = ?", name).path(0).path(0).asText())
        .isEqualTo(name);
    assertThat(rows("SELECT tag FROM tags WHERE tag = '" + name.replace("'", "''") + "'").size())
        .isEqualTo(1);
    assertThat(rows("SELECT order_id FROM orders WHERE order_id = ?", name)).hasSize(1);
    assertThat(rows("SELECT count(*) FROM recorded(?, 0)", name).path(0).path(0).asInt()).isZero();
  }

  private JsonNode rows(String sql, String... parameters) {
    ObjectNode body = new ObjectMapper().createObjectNode().put("sql", sql);
    ArrayNode params = body.putArray("params");
    for (String parameter : parameters) {
      params.add(parameter);
    }
    for (int i = 0; i < TRIES_MAX; i++) {
      HttpResponse<String> answer =
          server.api().send("POST", "/api/v1/sql", "application/json", body.toString());
      if (answer.statusCode() != 504) {
        return Api.expect(answer).path("rows");
      }
    }
    throw new AssertionError("never answered: " + sql);
  }

  @Test
  void anExecutorThatIsLostCostsNothingElse() throws InterruptedException {
    long tags = simple("SELECT count(*) FROM tags").path(0).path(0).asLong();
    for (int i = 0; i < 5; i++) {
      long before = writer.acknowledged.get();
      server.engine().sqlEngine().abandonExecutor();
      assertThat(simple("SELECT count(*) FROM tags").path(0).path(0).asLong())
          .isGreaterThanOrEqualTo(tags);
      writer.awaitProgress(before);
    }
  }
}
