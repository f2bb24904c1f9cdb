package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.Main;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code tidemark sql} with a statement: where it comes from, where its rows go, in which form. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqlFormatsTest {
  private static final String SAMPLES =
      "SELECT ts, tag, value, value_int, status FROM samples ORDER BY ts";

  @TempDir Path folder;

  private TestServer server;

  @BeforeAll
  void start(@TempDir Path data) throws IOException {
    server = TestServer.start(data, Map.of());
    server
        .api()
        .send("PUT", "/api/v1/tags", "application/json", "{\"name\":\"F.TI1\",\"uom\":\"degC\"}");
    server
        .api()
        .send(
            "POST",
            "/api/v1/write",
            "application/json",
            """
            {"samples":[{"tag":"F.TI1","ts":"2024-03-05T08:00:00.123456Z","value":20.5},
                        {"tag":"F.TI1","ts":"2024-03-05T08:01:00Z","value":null,
                         "status":"Bad_NoData"}]}\
            """);
  }

  @AfterAll
  void stop() throws IOException {
    server.close();
  }

  /** A run with bytes as they are. */
  private record Run(int code, byte[] bytes, String err) {
    String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private Run run(String input, String... arguments) {
    List<String> all = new ArrayList<>(List.of("sql", "--server", server.address()));
    all.addAll(List.of(arguments));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    StringWriter err = new StringWriter();
    int code =
        Main.run(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            bytes,
            new PrintWriter(new StringWriter()),
            new PrintWriter(err),
            all.toArray(String[]::new));
    return new Run(code, bytes.toByteArray(), err.toString());
  }

  private byte[] ofServer(String accept) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.address() + "/api/v1/sql"))
            .header("Content-Type", "text/plain")
            .header("Accept", accept)
            .POST(HttpRequest.BodyPublishers.ofString(SAMPLES))
            .build();
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      return client.send(request, HttpResponse.BodyHandlers.ofByteArray()).body();
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void arrowIsTheServersStreamByteForByte() throws IOException, InterruptedException {
    byte[] stream = ofServer("application/vnd.apache.arrow.stream");
    Run piped = run("", SAMPLES, "--format", "arrow");
    assertThat(piped.code()).as(piped.err()).isZero();
    assertThat(piped.bytes()).isEqualTo(stream);
    Path file = folder.resolve("stream.arrow");
    assertThat(run("", SAMPLES, "--out", file.toString()).code()).isZero();
    assertThat(file).hasBinaryContent(stream);
  }

  @Test
  void csvLosesItsMarkInAPipeOnly() throws IOException, InterruptedException {
    byte[] csv = ofServer("text/csv");
    Path file = folder.resolve("rows.csv");
    assertThat(run("", SAMPLES, "--out", file.toString()).code()).isZero();
    assertThat(file).hasBinaryContent(csv);
    assertThat("\uFEFF" + run("", SAMPLES, "--format", "csv").text())
        .isEqualTo(new String(csv, StandardCharsets.UTF_8));
  }

  @Test
  void jsonIsOneObject() throws IOException {
    Path file = folder.resolve("rows.json");
    Run run = run("", SAMPLES, "--out", file.toString(), "--timing");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.bytes()).isEmpty();
    assertThat(run.err()).matches("(?s)\\d+ bytes; first after \\d+ ms, all after \\d+ ms\\R");
    assertThat(Api.parse(Files.readString(file)).path("rowCount").asInt()).isEqualTo(2);
  }

  @Test
  void parquetKeepsTimesNullsAndUnits() throws SQLException {
    Path file = folder.resolve("rows.parquet");
    Run run = run("", SAMPLES, "--out", file.toString());
    assertThat(run.code()).as(run.err()).isZero();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET TimeZone = 'UTC'");
      String from = " FROM read_parquet('" + file + "')";
      assertThat(
              text(
                  statement,
                  "SELECT string_agg(concat_ws('|', ts, tag, coalesce(value::VARCHAR, 'NULL'),"
                      + " typeof(value_int), status), ' ' ORDER BY ts)"
                      + from))
          .isEqualTo(
              "2024-03-05 08:00:00.123456+00|F.TI1|20.5|BIGINT|0"
                  + " 2024-03-05 08:01:00+00|F.TI1|NULL|BIGINT|2157641728");
      assertThat(
              text(
                  statement,
                  "SELECT decode(value) FROM parquet_kv_metadata('"
                      + file
                      + "') WHERE decode(key) = 'uom'"))
          .isEqualTo("{\"value\":\"degC\",\"value_int\":\"degC\"}");
      assertThat(
              text(
                  statement,
                  "SELECT count(*) FROM parquet_kv_metadata('"
                      + file
                      + "') WHERE decode(key) IN ('dataVersion', 'timeZone')"))
          .isEqualTo("2");
    }
  }

  private static String text(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "json", "arrow", "parquet", "table"})
  void aFailedStatementLeavesNoFile(String format) throws IOException {
    Path file = folder.resolve("failed");
    Run run = run("", "SELECT valu FROM samples", "--format", format, "--out", file.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).startsWith("SQL_ERROR: ").contains("  SELECT valu FROM samples");
    assertThat(run.err().lines()).anyMatch(line -> line.equals("         ^"));
    assertThat(names()).doesNotContain("failed").noneMatch(name -> name.endsWith(".part"));
  }

  @Test
  void aFileIsReplacedOnRequestOnly() throws IOException {
    Path file = Files.writeString(folder.resolve("mine.csv"), "mine");
    Run refused = run("", "SELECT 1 AS a", "--out", file.toString());
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("file is there already", "--force");
    assertThat(file).hasContent("mine");
    assertThat(run("", "SELECT 1 AS a", "--out", file.toString(), "--force").code()).isZero();
    assertThat(file).hasContent("\uFEFFa\r\n1\r\n");
  }

  @Test
  void theStatementComesFromAFileOrFromStandardInput() throws IOException {
    Path file = Files.writeString(folder.resolve("one.sql"), "-- one\nSELECT 41 + 1 AS a;\n");
    String expected = "a\r\n42\r\n";
    assertThat(run("", "-f", file.toString(), "--format", "csv").text()).isEqualTo(expected);
    assertThat(run("SELECT 42 AS a;\n", "-", "--format", "csv").text()).isEqualTo(expected);
    assertThat(run("\uFEFFSELECT 42 AS a", "--format", "csv").text()).isEqualTo(expected);
    Run missing = run("", "-f", folder.resolve("none.sql").toString());
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).contains("no such file: file=");
    Run two = run("SELECT 1; SELECT 2");
    assertThat(two.code()).isEqualTo(1);
    assertThat(two.err()).startsWith("SQL_REFUSED: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "--format parquet SELECT",
        "SELECT -f one.sql",
        "SELECT --rows -1",
        "--force"
      })
  void wrongUsageEndsWithTwo(String line) {
    Run run = run("", line.isEmpty() ? new String[0] : line.split(" "));
    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.bytes()).isEmpty();
    assertThat(run.err()).isNotBlank();
  }
}
