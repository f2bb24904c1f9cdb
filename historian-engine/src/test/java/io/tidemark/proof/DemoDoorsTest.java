package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.proof.DemoServer.Ended;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The first quarter of an hour of an analyst and of a developer of an MES: what they type, at the
 * doors of a demo with eight days of history that goes on. What the statements say otherwise is the
 * business of {@link DemoStatementsTest}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoDoorsTest {
  private static final int DAYS = 8;
  private static final String JSON = "application/json";
  private static final String PSQL =
      "psql \"host=127.0.0.1 port=7302 user=mes password=$T dbname=tidemark\" ";
  private static final String PHASES_OF_ORDER =
      "SELECT p.batch_id, p.phase, count(*) AS n, min(s.value) AS lo, max(s.value) AS hi"
          + " FROM phases p JOIN samples s ON s.tag = 'R1.TIC101.PV' AND s.ts >= p.start_time"
          + " AND s.ts < coalesce(p.end_time, now())"
          + " WHERE p.order_id = 'PO-1007' AND p.unit_id = 'R1' GROUP BY ALL ORDER BY 1,"
          + " min(p.start_time)";

  private Path home = Path.of("");
  private DemoServer demo;
  private Api mes;
  private String token = "";

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    home = folder;
    demo = DemoServer.start(home, DAYS);
    assumeTrue(demo.has("bash"), "bash is not installed");
    token = demo.type("./tidemark token create mes --role engineer --quiet").good();
    assertThat(token).startsWith("tmk_").doesNotContain("\n");
    mes = demo.server().api().as(token);
  }

  @AfterAll
  void stop() throws IOException {
    demo.close();
  }

  private Ended type(String line) {
    return demo.type(line, "T", token, "A", "http://127.0.0.1:7300/api/v1");
  }

  private static String program(String name) throws IOException {
    try (InputStream in = DemoDoorsTest.class.getResourceAsStream(name)) {
      assertThat(in).as(name).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  // The analyst.

  @Test
  void theAnalystsNotebook() throws IOException {
    assumeTrue(
        demo.python("import pyarrow.flight").code() == 0, "python3 has no pyarrow with flight");
    assertThat(demo.python(program("analyst.py")).good()).startsWith("analyst ");
  }

  /** {@link ExportTest} does the same with a smaller plant in each run. */
  @Test
  @Tag("long")
  void theAnalystsDataSetIsTheSameAgain() throws IOException {
    assertThat(export("ds"))
        .matches("(?s).*\\d+ of \\d+ files, .*\\d+ files, \\d+ rows, data version \\S+");
    JsonNode dataset = new ObjectMapper().readTree(home.resolve("ds/_dataset.json").toFile());
    assertThat(dataset.path("query").path("every").asText()).isEqualTo("10s");
    assertThat(dataset.path("files").size()).isGreaterThan(10);
    assertThat(dataset.at("/files/0/sha256").asText()).hasSize(64);
    assertThat(dataset.path("columns").findValuesAsText("uom")).contains("degC");
    assertThat(home.resolve("ds/batch_id=B-0041/part-0.parquet")).isNotEmptyFile();
    String version = dataset.path("dataVersion").asText();

    // A late sample on the grid of a batch. The MES may write none, the operator here may.
    Api operator = demo.server().api();
    String start =
        operator
            .sql(
                "SELECT min(start_time) FROM batches WHERE product_id = 'P-100' AND unit_id = 'R1'")
            .at("/rows/0/0")
            .asText();
    Instant late = OffsetDateTime.parse(start).toInstant().plusSeconds(1_800);
    operator.writeLines(
        "p,tag=R1.TIC101.PV value=99 " + late.getEpochSecond() + "%09d".formatted(late.getNano()));
    assertThat(
            operator
                .sql("SELECT value FROM at_times('R1.TIC101.PV', times => ['" + late + "'])")
                .at("/rows/0/0")
                .asDouble())
        .isEqualTo(99);
    assertThat(export("ds2", "--as-of", version)).endsWith(version);
    assertThat(different(home.resolve("ds"), home.resolve("ds2"))).isEmpty();
  }

  /** The command in this process, which spares a start; says what it printed. */
  private String export(String folder, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "export",
                "--product",
                "P-100",
                "--attribute",
                "Reactor Temperature",
                "--attribute",
                "Jacket Temperature",
                "--every",
                "10s",
                "--format",
                "parquet",
                "--partition-by",
                "batch_id",
                "--out",
                home.resolve(folder).toString()));
    words.addAll(List.of(more));
    words.addAll(List.of("--server", demo.server().address()));
    CommandLine run = CommandLine.run(words.toArray(String[]::new));
    assertThat(run.code()).as(run.err()).isZero();
    return (run.err() + run.out()).strip();
  }

  /** Files of one folder that the other one does not have with the same bytes. */
  private static List<String> different(Path folder, Path other) throws IOException {
    assertThat(names(other)).isEqualTo(names(folder));
    List<String> different = new ArrayList<>();
    for (String name : names(folder)) {
      if (Files.mismatch(folder.resolve(name), other.resolve(name)) != -1) {
        different.add(name);
      }
    }
    return different;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  // The developer of the MES.

  @Test
  void looksAroundWithPsql() {
    assumeTrue(demo.has("psql"), "psql is not installed");
    assertThat(type(PSQL + "-c '\\dt'").good())
        .contains("public | samples ", "public | batches ", "public | orders ");
    Ended guessed = demo.type(PSQL + "-c '\\dt'", "T", token.replace("tmk_", "tmk_x"));
    assertThat(guessed.code()).isNotZero();
    assertThat(guessed.output()).contains("password authentication failed").doesNotContain(token);
  }

  @Test
  void writesItsBatchAndReadsItAtOnce() {
    assumeTrue(demo.has("curl") && demo.has("psql"), "curl or psql is not installed");
    String order =
        "curl -H \"Authorization: Bearer $T\" -X PUT $A/context/orders/PO-9001 -d"
            + " '{\"productId\":\"P-100\",\"quantity\":{\"value\":500,\"uom\":\"kg\"},"
            + "\"plannedStart\":\"2026-11-22T08:00:00Z\",\"status\":\"Running\"}'";
    Said created = said(order);
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.body().path("version").asInt()).isEqualTo(1);
    assertThat(created.body().toString()).contains("\"created\"");
    Said again = said(order);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.body().path("version").asInt()).isEqualTo(1);
    assertThat(again.body().toString()).contains("\"unchanged\"");

    Instant start = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(3));
    Said bulk =
        said(
            ("curl -H \"Authorization: Bearer $T\" -X POST $A/context -d"
                    + " '{\"batches\":[{\"batchId\":\"B-9001\",\"orderId\":\"PO-9001\","
                    + "\"unitId\":\"R1\",\"startTime\":\"%1$s\"}],\"steps\":["
                    + "{\"batchId\":\"B-9001\",\"name\":\"Heat\",\"startTime\":\"%1$s\","
                    + "\"endTime\":\"%2$s\"},{\"batchId\":\"B-9001\",\"name\":\"Cool\","
                    + "\"startTime\":\"%3$s\",\"endTime\":\"%2$s\"}]}'")
                .formatted(
                    start, start.plus(Duration.ofHours(1)), start.plus(Duration.ofHours(2))));
    assertThat(bulk.status()).isEqualTo(207);
    assertThat(bulk.body().path("stored").asInt()).isEqualTo(2);
    assertThat(bulk.body().path("errors").size()).isEqualTo(1);
    JsonNode error = bulk.body().at("/errors/0");
    assertThat(error.path("path").asText()).isEqualTo("steps[1].endTime");
    assertThat(error.path("code").asText()).isEqualTo("END_BEFORE_START");
    assertThat(error.path("message").asText()).isNotEmpty();
    assertThat(rows("SELECT phase, changed_by FROM phases WHERE batch_id = 'B-9001'"))
        .containsExactly("Heat|mes");
    // It runs, so its figures may still change.
    assertThat(
            rows(
                "SELECT DISTINCT provisional, end_time IS NULL FROM batch_summary WHERE batch_id ="
                    + " 'B-9001' AND attribute = 'Reactor Temperature'"))
        .containsExactly("t|t");
  }

  /** What curl said, with the status behind it. */
  private record Said(int status, JsonNode body) {}

  private Said said(String curl) {
    String output = type(curl).good();
    int line = output.lastIndexOf('\n');
    return new Said(
        Integer.parseInt(output.substring(line + 1)), Api.parse(output.substring(0, line)));
  }

  /** Rows that psql prints of a statement. */
  private List<String> rows(String statement) {
    String output =
        demo.type(PSQL + "-v VERBOSITY=verbose -At -c \"$Q\"", "T", token, "Q", statement).good();
    return output.isEmpty() ? List.of() : output.lines().toList();
  }

  @Test
  void readsItsOrderWithPsql() {
    assumeTrue(demo.has("psql"), "psql is not installed");
    List<String> phases = rows(PHASES_OF_ORDER);
    assertThat(phases).hasSize(15);
    List<String> expected = new ArrayList<>();
    for (JsonNode row : mes.sql(PHASES_OF_ORDER).path("rows")) {
      expected.add(
          row.get(0).asText()
              + "|"
              + row.get(1).asText()
              + "|"
              + row.get(2).asText()
              + "|"
              + shortest(row.get(3).asDouble())
              + "|"
              + shortest(row.get(4).asDouble()));
    }
    assertThat(phases).isEqualTo(expected);
    assertThat(phases.stream().limit(5).map(row -> row.split("\\|")[1]))
        .containsExactly("Charge", "Heat", "React", "Cool", "Discharge");
    assertThat(rows("EXPLAIN " + PHASES_OF_ORDER).getFirst())
        .startsWith("samples|")
        .contains("R1.TIC101.PV")
        .doesNotContain("start to", "to end");

    List<String> summaries =
        rows(
            "SELECT batch_id, phase, tag, duration_s, time_average, minimum, maximum, percent_good,"
                + " provisional FROM phase_summary WHERE order_id = 'PO-1007' AND attribute ="
                + " 'Reactor Temperature';");
    assertThat(summaries)
        .hasSize(30)
        .allMatch(
            row ->
                row.contains(
                    Integer.parseInt(row.substring(2, 6)) % 2 == 1
                        ? "|R1.TIC101.PV|"
                        : "|R2.TIC201.PV|"))
        .allMatch(row -> row.endsWith("|f"));

    List<String> steam =
        rows(
            "SELECT batch_id, total, uom, total_uom FROM batch_summary WHERE order_id = 'PO-1007'"
                + " AND attribute = 'Jacket Steam';");
    assertThat(steam).hasSize(12).allMatch(row -> row.endsWith("|kg/h|kg"));

    assertThat(
            rows(
                "SELECT o.order_id, b.batch_id, e.type, e.reason, e.start_time FROM orders o JOIN"
                    + " batches b USING (order_id) JOIN events e USING (batch_id) WHERE"
                    + " o.order_id = 'PO-1007';"))
        .anyMatch(row -> row.startsWith("PO-1007|B-0041|HighTemperature|"));
  }

  private static String shortest(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  @Test
  void changesNothingByStatement() {
    assumeTrue(demo.has("psql"), "psql is not installed");
    Ended refused = type(PSQL + "-v VERBOSITY=verbose -c 'DELETE FROM samples;   -- READ_ONLY'");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.output())
        .contains("ERROR:  25006: READ_ONLY: ", "HINT:", "POST /api/v1/write");
  }

  @Test
  void aCorrectedEndLeavesTheFirstVersionToAskFor() throws Exception {
    Instant start = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(30));
    String path = "/api/v1/context/batches/B-9002";
    JsonNode first =
        Api.expect(
            mes.send(
                "PUT",
                path,
                JSON,
                "{\"unitId\":\"R1\",\"startTime\":\"%s\",\"endTime\":\"%s\"}"
                    .formatted(start, start.plusSeconds(3_600))));
    assertThat(first.path("version").asInt()).isEqualTo(1);
    String statement =
        "SELECT version, \"count\", duration_s, time_average FROM batch_summary WHERE batch_id ="
            + " 'B-9002' AND attribute = 'Reactor Temperature'";
    JsonNode before = mes.sql(statement);
    assertThat(before.at("/rows/0/0").asInt()).isEqualTo(1);
    assertThat(before.at("/rows/0/1").asInt()).isEqualTo(720);

    JsonNode second =
        Api.expect(
            mes.send(
                "PUT", path, JSON, "{\"endTime\":\"%s\"}".formatted(start.plusSeconds(7_200))));
    assertThat(second.path("version").asInt()).isEqualTo(2);
    JsonNode after = mes.sql(statement);
    assertThat(after.at("/rows/0/0").asInt()).isEqualTo(2);
    assertThat(after.at("/rows/0/1").asInt()).isEqualTo(1_440);
    assertThat(after.at("/rows/0/3")).isNotEqualTo(before.at("/rows/0/3"));

    String version = before.path("dataVersion").asText();
    String body =
        new ObjectMapper().createObjectNode().put("sql", statement).put("asOf", version).toString();
    assertThat(Api.expect(mes.send("POST", "/api/v1/sql", JSON, body)).path("rows"))
        .isEqualTo(before.path("rows"));
    assertThat(mes.json(path + "?version=1").path("endTime").asText())
        .isEqualTo(start.plusSeconds(3_600).toString());
    assertThat(countOverFlight(statement, version)).isEqualTo(720);
  }

  @SuppressWarnings("try") // closing may be interrupted, as Flight has it
  private long countOverFlight(String statement, String asOf) throws Exception {
    CallHeaders headers = new FlightCallHeaders();
    headers.insert("authorization", "Bearer " + token);
    headers.insert("as-of", asOf);
    CallOption call = new HeaderCallOption(headers);
    try (BufferAllocator allocator = new RootAllocator();
        FlightClient client =
            FlightClient.builder(
                    allocator, Location.forGrpcInsecure("127.0.0.1", demo.flightPort()))
                .build();
        FlightStream stream =
            client.getStream(new Ticket(statement.getBytes(StandardCharsets.UTF_8)), call)) {
      assertThat(stream.next()).isTrue();
      return ((BigIntVector) stream.getRoot().getVector("count")).get(0);
    }
  }

  @Test
  void parametersAreValues() throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + demo.pgPort() + "/tidemark", "mes", token);
        PreparedStatement phases =
            connection.prepareStatement("SELECT phase FROM phases WHERE order_id = ?")) {
      phases.setString(1, "PO-1007");
      try (ResultSet rows = phases.executeQuery()) {
        assertThat(rows.next()).isTrue();
      }
      phases.setString(1, "x' OR '1'='1");
      try (ResultSet rows = phases.executeQuery()) {
        assertThat(rows.next()).isFalse();
      }
    }
  }
}
