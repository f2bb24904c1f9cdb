package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.demo.DemoPlant;
import io.tidemark.demo.EngineTarget;
import io.tidemark.model.TimeRange;
import io.tidemark.wire.flight.FlightConfig;
import io.tidemark.wire.flight.FlightDoor;
import io.tidemark.wire.pg.PgConfig;
import io.tidemark.wire.pg.PgServer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the pages about Python, JDBC, Excel and Spark show, and the notebooks, against all doors of
 * a server with the demo plant. Of a page in Python each section runs behind the page's first
 * block; one whose libraries are not installed is skipped.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DocumentedToolsTest {
  private static final Path DOCS =
      Path.of(System.getProperty("tidemark.root", "..")).resolve("docs");
  private static final Pattern PYTHON = Pattern.compile("(?ms)^```python\\R(.*?)^```\\s*$");
  private static final Pattern IMPORT = Pattern.compile("(?m)^(?:import|from) (\\w+(?:, \\w+)*)");
  private static final Pattern EXPORT = Pattern.compile("(?m)^\\./tidemark export (.*)$");
  private static final Pattern GET =
      Pattern.compile("http://127.0.0.1:7300(/api/v1/values[^\"\\s]+)");
  private static final Pattern M_SQL = Pattern.compile("Sql = \"([^\"]+)\"");

  private Path folder;
  private TestServer server;
  private FlightDoor flight;
  private PgServer pg;

  @BeforeAll
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    server = TestServer.start(folder.resolve("data"), Map.of());
    DemoPlant plant = new DemoPlant(42, Instant.now(), 3);
    EngineTarget target = new EngineTarget(server.engine());
    target.defineTags(plant.tags());
    plant.contextJson(plant.anchorNs()).forEach(target::context);
    target.write(plant, new TimeRange(plant.startNs(), plant.anchorNs()));
    flight =
        new FlightDoor(
            FlightConfig.defaults().withPort(0), server.engine(), server.engine().access(), null);
    flight.start();
    pg =
        new PgServer(
            PgConfig.defaults().withPort(0), server.engine(), server.engine().access(), null);
    pg.start();
    for (String each : List.of("work", "excel", "spark")) {
      Files.createDirectory(folder.resolve(each));
    }
    assertThat(export(Files.readString(DOCS.resolve("python.md")), "work")).isEqualTo(1);
  }

  @AfterAll
  void stop() throws IOException {
    pg.close();
    flight.close();
    server.close();
  }

  /** Runs the commands of a page that export, into a folder of its own. */
  private int export(String page, String into) {
    int commands = 0;
    for (Matcher lines = EXPORT.matcher(page); lines.find(); commands++) {
      List<String> words = DocumentedExportTest.words("export " + lines.group(1));
      Path out = folder.resolve(into).resolve(words.getLast());
      words.set(words.size() - 1, out.toString());
      words.addAll(List.of("--server", server.address()));
      CommandLine run = CommandLine.run(words.toArray(String[]::new));
      assertThat(run.code()).as("%s%n%s", lines.group(1), run.err()).isZero();
    }
    return commands;
  }

  /** With the ports of this server. */
  private String ours(String text) {
    return text.replace("127.0.0.1:7300", "127.0.0.1:" + server.http().port())
        .replace("127.0.0.1:7301", "127.0.0.1:" + flight.port())
        .replace("127.0.0.1:7302", "127.0.0.1:" + pg.port());
  }

  private void python(String code) throws Exception {
    TreeSet<String> modules = new TreeSet<>();
    for (Matcher each = IMPORT.matcher(code); each.find(); ) {
      modules.addAll(List.of(each.group(1).split(", ")));
    }
    for (String other : List.of("psycopg2", "pandas")) { // not imported by name where it is used
      if (code.contains(other)) {
        modules.add(other);
      }
    }
    Python.require(folder, modules.toArray(String[]::new));
    Python.run(folder.resolve("work"), ours(code), Map.of());
  }

  @TestFactory
  Stream<DynamicTest> thePageAboutPython() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    String first = "";
    for (String section : Files.readString(DOCS.resolve("python.md")).split("(?m)^## ")) {
      StringBuilder code = new StringBuilder(first);
      for (Matcher block = PYTHON.matcher(section); block.find(); ) {
        code.append(block.group(1)).append('\n');
      }
      first = tests.isEmpty() ? code.toString() : first;
      tests.add(dynamicTest(section.lines().findFirst().orElse(""), () -> python(code.toString())));
    }
    assertThat(tests).hasSize(5);
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> notebooks() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (String name : List.of("pandas.ipynb", "polars.ipynb")) {
      JsonNode notebook = new ObjectMapper().readTree(DOCS.resolve("notebooks/" + name).toFile());
      StringBuilder code = new StringBuilder();
      for (JsonNode cell : notebook.path("cells")) {
        if (cell.path("cell_type").asText().equals("code")) {
          cell.path("source").forEach(line -> code.append(line.asText()));
          code.append('\n');
        }
      }
      assertThat(code).hasSizeGreaterThan(1_000);
      tests.add(dynamicTest(name, () -> python(code.toString())));
    }
    return tests.stream();
  }

  /** Every address that stands in a line of its own, but for those with TLS. */
  @TestFactory
  Stream<DynamicTest> addressesOfJdbc() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : Files.readString(DOCS.resolve("jdbc.md")).lines().toList()) {
      if (line.startsWith("    jdbc:")) {
        tests.add(dynamicTest(line.strip(), () -> connect(ours(line.strip()))));
      }
    }
    assertThat(tests).hasSize(4);
    return tests.stream();
  }

  private static void connect(String url) throws Exception {
    boolean isFlight = url.startsWith("jdbc:arrow");
    Driver driver = isFlight ? FlightJdbcTest.driver() : DriverManager.getDriver(url);
    Properties properties = new Properties();
    if (!isFlight) {
      properties.setProperty("user", "me");
    }
    try (Connection connection = driver.connect(url, properties);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT tag, ts, value FROM samples WHERE tag = 'R1.TIC101.PV' LIMIT 5000")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getTimestamp(2)).isNotNull();
    }
  }

  @Test
  void requestsOfExcel() throws IOException {
    String page = Files.readString(DOCS.resolve("excel.md"));
    int requests = 0;
    for (Matcher each = GET.matcher(page); each.find(); requests++) {
      HttpResponse<String> answer = server.api().get(each.group(1));
      assertThat(answer.statusCode()).as(each.group(1)).isEqualTo(200);
      assertThat(answer.body()).hasSizeGreaterThan(5_000);
    }
    assertThat(requests).isEqualTo(2);
    Matcher sql = M_SQL.matcher(page);
    assertThat(sql.find()).isTrue();
    HttpResponse<String> answer =
        server.api().send("POST", "/api/v1/sql?format=csv", "text/plain", sql.group(1));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body().lines().count()).isGreaterThan(5);
    assertThat(export(page, "excel")).isEqualTo(1);
  }

  /** What Spark 3.5 makes of the page's example: a look at the columns, then partitions. */
  @Test
  void statementsOfSpark() throws Exception {
    String page = Files.readString(DOCS.resolve("spark.md"));
    assertThat(export(page, "spark")).isEqualTo(1);
    Matcher table = Pattern.compile("\"dbtable\", \"([^\"]+)\"").matcher(page);
    assertThat(table.find()).isTrue();
    String from = table.group(1);
    Properties properties = new Properties();
    properties.setProperty("user", "me");
    properties.setProperty("fetchsize", "10000");
    String url = ours("jdbc:postgresql://127.0.0.1:7302/tidemark");
    try (Connection connection = DriverManager.getConnection(url, properties)) {
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("SELECT * FROM " + from + " WHERE 1=0")) {
        assertThat(rows.getMetaData().getColumnTypeName(1)).isEqualTo("int8");
        assertThat(rows.getMetaData().getColumnTypeName(3)).isEqualTo("float8");
        assertThat(rows.next()).isFalse();
      }
      connection.setAutoCommit(false);
      long middle = (Instant.now().getEpochSecond() - 86_400) * 1_000_000_000L;
      String columns = "SELECT \"ts_ns\",\"tag\",\"value\" FROM " + from;
      long all = count(connection, columns + "    ");
      assertThat(all).isGreaterThan(100_000);
      String before = "\"ts_ns\" < " + middle + " or \"ts_ns\" is null";
      assertThat(
              count(connection, columns + "  WHERE " + before)
                  + count(connection, columns + "  WHERE \"ts_ns\" >= " + middle))
          .isEqualTo(all);
      assertThat(
              count(
                  connection,
                  columns
                      + "  WHERE (\"tag\" IS NOT NULL) AND (\"tag\" = 'R1.TIC101.PV')"
                      + " AND (\"ts_ns\" >= "
                      + middle
                      + ")"))
          .isBetween(1L, 20_000L);
    }
  }

  private static long count(Connection connection, String sql) throws Exception {
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(10_000);
      long rows = 0;
      try (ResultSet result = statement.executeQuery(sql)) {
        while (result.next()) {
          rows++;
        }
      }
      return rows;
    }
  }
}
