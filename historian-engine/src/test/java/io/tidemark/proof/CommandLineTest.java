package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as people type them: output, messages, exit codes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandLineTest {
  private TestServer server;

  @BeforeAll
  void start(@TempDir Path data) throws IOException {
    server = TestServer.start(data, Map.of());
    server
        .api()
        .send(
            "PUT",
            "/api/v1/tags",
            "application/json",
            """
            {"tags":[{"name":"R1.TIC101.PV","uom":"degC","description":"Reactor temperature"},
                     {"name":"R1.TI102.PV","uom":"degC","description":"Jacket temperature"},
                     {"name":"R2.NOTE","type":"string","step":true}]}\
            """);
    server
        .api()
        .send(
            "POST",
            "/api/v1/write",
            "application/json",
            """
            {"samples":[{"tag":"R1.TIC101.PV","ts":"2024-03-05T08:00:00Z","value":20.5},
                        {"tag":"R1.TIC101.PV","ts":"2024-03-05T08:01:00Z","value":null,
                         "status":"Bad_NoData"},
                        {"tag":"R2.NOTE","ts":"2024-03-05T08:00:00Z","value":"a, \\"b\\""}]}\
            """);
  }

  @AfterAll
  void stop() throws IOException {
    server.close();
  }

  private CommandLine run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--server", server.address()));
    return CommandLine.run(all.toArray(new String[0]));
  }

  @Test
  void sqlPrintsATable() {
    CommandLine sql =
        run(
            "sql",
            "SELECT ts, value FROM samples WHERE tag = ? ORDER BY ts",
            "--param",
            "R1.TIC101.PV");
    assertThat(sql.code()).as(sql.err()).isZero();
    List<String> lines = sql.out().lines().toList();
    assertThat(lines.get(0)).startsWith("ts ").endsWith("value [degC]");
    assertThat(lines.get(1)).matches("-+  -+");
    assertThat(lines.get(2)).startsWith("2024-03-05T08:00:00Z").endsWith(" 20.5");
    assertThat(lines.get(3)).startsWith("2024-03-05T08:01:00Z").endsWith(" NULL");
    assertThat(lines.getLast()).matches("2 rows, \\d+ ms");
  }

  @Test
  void sqlPrintsCsv() {
    CommandLine sql =
        run("sql", "--format", "csv", "SELECT tag, text FROM samples WHERE tag = 'R2.NOTE'");
    assertThat(sql.code()).as(sql.err()).isZero();
    assertThat(sql.out().lines()).containsExactly("tag,text", "R2.NOTE,\"a, \"\"b\"\"\"");
  }

  @Test
  void sqlPrintsJson() {
    CommandLine sql = run("sql", "--format", "json", "SELECT 1 AS one, NULL AS none");
    assertThat(sql.code()).as(sql.err()).isZero();
    JsonNode answer = Api.parse(sql.out());
    assertThat(answer.path("rows").toString()).isEqualTo("[[1,null]]");
    assertThat(answer.path("columns").path(0).path("name").asText()).isEqualTo("one");
  }

  @Test
  void sqlShowsTimesInAZone() {
    CommandLine sql =
        run("sql", "--time-zone", "Europe/Berlin", "SELECT min(ts) AS t FROM samples");
    assertThat(sql.out()).contains("2024-03-05T09:00:00+01:00");
  }

  @Test
  void sqlErrorsHaveCodeMessageAndHintOnStandardError() {
    CommandLine refused = run("sql", "DELETE FROM samples");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err())
        .startsWith("READ_ONLY: ")
        .contains("hint: ")
        .contains("/api/v1/write");
    CommandLine wrong = run("sql", "SELECT valu FROM samples");
    assertThat(wrong.code()).isEqualTo(1);
    assertThat(wrong.err()).startsWith("SQL_ERROR: ").contains("valu");
  }

  @Test
  void tagsAreListedByPatternAndBySearch() {
    CommandLine pattern = run("tags", "R1.*");
    assertThat(pattern.code()).as(pattern.err()).isZero();
    assertThat(pattern.out())
        .contains("R1.TIC101.PV")
        .contains("Jacket temperature")
        .contains("2 of 2 tags")
        .doesNotContain("R2.NOTE");
    assertThat(run("tags", "--search", "jacket").out())
        .contains("R1.TI102.PV")
        .contains("1 of 1 tags");
    assertThat(run("tags").out()).contains("3 of 3 tags");
    CommandLine none = run("tags", "X*");
    assertThat(none.code()).isZero();
    assertThat(none.out()).contains("0 of 0 tags");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sql", "tags", "import"})
  void aServerThatIsNotThereIsNamedWithTheRemedy(String command, @TempDir Path folder)
      throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    String address = "http://127.0.0.1:" + port;
    Path file = Files.writeString(folder.resolve("a.csv"), "Time,A\n2024-03-05T08:00:00Z,1\n");
    String what = command.equals("import") ? file.toString() : "SELECT 1";
    CommandLine run = CommandLine.run(command, what, "--server", address);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("UNAVAILABLE: no server answers: server=" + address)
        .contains("hint: start one with: tidemark demo, or tidemark serve");
  }

  @Test
  void anAddressThatIsNoneIsExplained() {
    CommandLine run = CommandLine.run("tags", "--server", "localhost:7300");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("localhost:7300").contains("hint: write --server http://");
  }

  @ParameterizedTest
  @CsvSource({
    "demo,   --days",
    "serve,  --data",
    "import, --time-base",
    "sql,    --format",
    "tags,   --search"
  })
  void helpOfEveryCommandHasUsageOptionsAndAnExample(String command, String option) {
    CommandLine help = CommandLine.run(command, "--help");
    assertThat(help.code()).isZero();
    assertThat(help.err()).isEmpty();
    assertThat(help.out())
        .contains("Usage: tidemark " + command)
        .contains(option)
        .containsPattern("Examples?:\\R  tidemark " + command);
    assertThat(help.out())
        .as("placeholders are filled in")
        .doesNotContain("${")
        .doesNotContain("%%");
  }

  @Test
  void theCommandAloneShowsAllCommandsAndExamples() {
    CommandLine run = CommandLine.run();
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("demo", "serve", "import", "sql", "tags", "'R1.%'");
    CommandLine version = CommandLine.run("--version");
    assertThat(version.code()).isZero();
    assertThat(version.out()).startsWith("tidemark ").contains("Java 25");
  }

  @ParameterizedTest
  @CsvSource({
    "import --time-colum X f.csv, --time-column",
    "sql --formt csv x,           --format",
    "tags --serch x,              --search",
    "demo --sed 3,                --seed",
    "serve --prt 1,               --port"
  })
  void anUnknownOptionNamesTheNearest(String line, String nearest) {
    CommandLine run = CommandLine.run(line.split(" "));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(line.split(" ")[1]).contains(nearest);
  }

  @Test
  void anUnknownCommandNamesTheNearest() {
    CommandLine run = CommandLine.run("imprt");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("imprt").contains("import");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "import",
        "sql",
        "sql --format xml x",
        "import f.csv --time-zone Mars/Base",
        "import f.csv --decimal dot",
        "demo --days many"
      })
  void wrongUsageEndsWithTwo(String line) {
    CommandLine run = CommandLine.run(line.split(" "));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).isNotBlank();
  }

  @Test
  void aTakenPortIsNamedWithTheRemedy(@TempDir Path folder) {
    String port = server.address().substring(server.address().lastIndexOf(':') + 1);
    CommandLine run = CommandLine.run("demo", "--data", folder.toString(), "--port", port);
    assertThat(run.code()).as(run.out()).isEqualTo(4);
    assertThat(run.err()).contains("port=" + port).contains("hint: ").contains("--port");
  }
}
