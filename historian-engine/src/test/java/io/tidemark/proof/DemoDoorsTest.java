package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.Main;
import io.tidemark.demo.DemoPlant;
import io.tidemark.demo.EngineTarget;
import io.tidemark.model.TimeRange;
import io.tidemark.wire.flight.FlightConfig;
import io.tidemark.wire.flight.FlightDoor;
import io.tidemark.wire.pg.PgConfig;
import io.tidemark.wire.pg.PgServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The first quarter of an hour of a developer of an MES, and the analyst's way over Flight, at the
 * doors of a server with the demo plant.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoDoorsTest {
  private static final String JSON = "application/json";
  private static final String PHASES_OF_ORDER =
      "SELECT p.batch_id, p.phase, count(*) AS n, min(s.value) AS lo, max(s.value) AS hi"
          + " FROM phases p JOIN samples s ON s.tag = 'R1.TIC101.PV' AND s.ts >= p.start_time"
          + " AND s.ts < coalesce(p.end_time, now())"
          + " WHERE p.order_id = ? AND p.unit_id = 'R1' GROUP BY ALL ORDER BY 1,"
          + " min(p.start_time)";

  private TestServer server;
  private PgServer pg;
  private FlightDoor flight;
  private Api mes;
  private String token = "";

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    server = TestServer.start(folder, Map.of());
    DemoPlant plant = new DemoPlant(42, Instant.now(), 3);
    EngineTarget target = new EngineTarget(server.engine());
    target.defineTags(plant.tags());
    plant.contextJson(plant.anchorNs()).forEach(target::context);
    target.write(plant, new TimeRange(plant.startNs(), plant.anchorNs()));
    pg =
        new PgServer(
            PgConfig.defaults().withPort(0), server.engine(), server.engine().access(), null);
    pg.start();
    flight =
        new FlightDoor(
            FlightConfig.defaults().withPort(0), server.engine(), server.engine().access(), null);
    flight.start();
    StringWriter out = new StringWriter();
    int code =
        Main.run(
            new PrintWriter(out),
            new PrintWriter(System.err),
            "token",
            "create",
            "mes",
            "--role",
            "engineer",
            "--quiet",
            "--server",
            server.address());
    assertThat(code).isZero();
    token = out.toString().strip();
    mes = server.api().as(token);
  }

  @AfterAll
  void stop() throws IOException {
    flight.close();
    pg.close();
    server.close();
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + pg.port() + "/tidemark", "mes", token);
  }

  @Test
  void writesItsBatchAndReadsItByStatement() throws SQLException {
    String order =
        "{\"productId\":\"P-100\",\"quantity\":{\"value\":500,\"uom\":\"kg\"},"
            + "\"plannedStart\":\"2026-11-22T08:00:00Z\",\"status\":\"Running\"}";
    HttpResponse<String> created = mes.send("PUT", "/api/v1/context/orders/PO-9001", JSON, order);
    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(Api.parse(created.body()).path("version").asInt()).isEqualTo(1);
    HttpResponse<String> again = mes.send("PUT", "/api/v1/context/orders/PO-9001", JSON, order);
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(again.body()).contains("unchanged");
    HttpResponse<String> bulk =
        mes.send(
            "POST",
            "/api/v1/context",
            JSON,
            """
            {"batches":[{"batchId":"B-9001","orderId":"PO-9001","unitId":"R1",
                         "startTime":"2026-11-22T08:00:00Z"}],
             "steps":[{"batchId":"B-9001","name":"Heat","startTime":"2026-11-22T08:00:00Z",
                       "endTime":"2026-11-22T09:00:00Z"},
                      {"batchId":"B-9001","name":"Cool","startTime":"2026-11-22T10:00:00Z",
                       "endTime":"2026-11-22T09:00:00Z"}]}
            """);
    assertThat(bulk.statusCode()).isEqualTo(207);
    JsonNode report = Api.parse(bulk.body());
    assertThat(report.path("stored").asInt()).isEqualTo(2);
    assertThat(report.at("/errors/0/path").asText()).isEqualTo("steps[1].endTime");
    assertThat(report.at("/errors/0/code").asText()).isEqualTo("END_BEFORE_START");
    try (Connection connection = connect();
        PreparedStatement phases =
            connection.prepareStatement(
                "SELECT phase, changed_by FROM phases WHERE batch_id = ?")) {
      phases.setString(1, "B-9001");
      try (ResultSet rows = phases.executeQuery()) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString(1)).isEqualTo("Heat");
        assertThat(rows.getString(2)).isEqualTo("mes");
        assertThat(rows.next()).isFalse();
      }
    }
  }

  @Test
  void readsItsOrderAsRestDoes() throws SQLException {
    List<List<Object>> expected = new ArrayList<>();
    for (JsonNode row : mes.sql(PHASES_OF_ORDER, "PO-1007").path("rows")) {
      expected.add(
          List.of(
              row.get(0).asText(),
              row.get(1).asText(),
              row.get(2).asLong(),
              row.get(3).asDouble(),
              row.get(4).asDouble()));
    }
    assertThat(expected).isNotEmpty();
    try (Connection connection = connect();
        PreparedStatement phases = connection.prepareStatement(PHASES_OF_ORDER)) {
      phases.setString(1, "PO-1007");
      List<List<Object>> found = new ArrayList<>();
      try (ResultSet rows = phases.executeQuery()) {
        while (rows.next()) {
          found.add(
              List.of(
                  rows.getString(1),
                  rows.getString(2),
                  rows.getLong(3),
                  rows.getDouble(4),
                  rows.getDouble(5)));
        }
      }
      assertThat(found).isEqualTo(expected);
      phases.setString(1, "x' OR '1'='1");
      try (ResultSet rows = phases.executeQuery()) {
        assertThat(rows.next()).isFalse();
      }
    }
  }

  @Test
  void changesNothingByStatement() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute("DELETE FROM samples"))
          .isInstanceOfSatisfying(
              SQLException.class,
              e -> {
                assertThat(e.getSQLState()).isEqualTo("25006");
                assertThat(e.getMessage()).contains("READ_ONLY", "POST /api/v1/write");
              });
    }
  }

  @Test
  @SuppressWarnings("try") // a client may be interrupted while it closes
  void everySampleOfTheReactorComesOverFlight() throws Exception {
    String command = "SELECT tag, ts, value FROM samples WHERE tag LIKE 'R1.%'";
    long expected =
        mes.sql("SELECT count(*) FROM samples WHERE tag LIKE 'R1.%'").at("/rows/0/0").asLong();
    long rows = 0;
    try (BufferAllocator allocator = new RootAllocator();
        FlightClient client =
            FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", flight.port()))
                .build()) {
      FlightInfo info =
          client.getInfo(FlightDescriptor.command(command.getBytes(StandardCharsets.UTF_8)));
      FlightStream stream = client.getStream(info.getEndpoints().getFirst().getTicket());
      while (stream.next()) {
        rows += stream.getRoot().getRowCount();
      }
      stream.close();
    }
    assertThat(rows).isEqualTo(expected).isGreaterThan(200_000);
  }
}
