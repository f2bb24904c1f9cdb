package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.wire.flight.FlightConfig;
import io.tidemark.wire.flight.FlightDoor;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Driver;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The Flight SQL driver of JDBC, as a tool loads it: by itself, with all it brings along. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlightJdbcTest {
  private static final long START_NS = 1_764_000_000_000_000_000L;

  private TestServer server;
  private FlightDoor door;
  private Driver driver;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    driver = driver();
    server = TestServer.start(folder, Map.of());
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 5_000; i++) {
      lines.append("p,tag=J.TI1 value=").append(i).append(".5 ");
      lines.append(START_NS + i * 1_000_000_000L).append('\n');
    }
    server.api().writeLines(lines.toString());
    door =
        new FlightDoor(
            FlightConfig.defaults().withPort(0), server.engine(), server.engine().access(), null);
    door.start();
  }

  /** The driver in a class loader of its own. */
  static Driver driver() throws Exception {
    Path jar =
        Path.of(System.getProperty("tidemark.root"))
            .resolve("historian-engine/target/drivers/flight-sql-jdbc-driver.jar");
    assumeTrue(Files.exists(jar), "the build has not copied the driver: " + jar);
    // Stays open: the driver's threads load classes when they end.
    URLClassLoader loader =
        new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    return (Driver)
        loader
            .loadClass("org.apache.arrow.driver.jdbc.ArrowFlightJdbcDriver")
            .getConstructor()
            .newInstance();
  }

  @AfterAll
  void stop() throws IOException {
    if (door != null) {
      door.close();
      assertThat(door.vectorBytes()).isZero();
      server.close();
    }
  }

  private Connection connect() throws SQLException {
    Properties properties = new Properties();
    return driver.connect(
        "jdbc:arrow-flight-sql://127.0.0.1:" + door.port() + "?useEncryption=false", properties);
  }

  @Test
  void statementsAndTheirTypes() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT tag, ts, value, status, value > 2 AS hot FROM samples ORDER BY ts")) {
      assertThat(rows.getMetaData().getColumnCount()).isEqualTo(5);
      int count = 0;
      while (rows.next()) {
        if (count == 3) {
          assertThat(rows.getString("tag")).isEqualTo("J.TI1");
          assertThat(rows.getTimestamp("ts").toInstant())
              .isEqualTo(Instant.ofEpochSecond(0, START_NS + 3_000_000_000L));
          assertThat(rows.getDouble("value")).isEqualTo(3.5);
          assertThat(rows.getBoolean("hot")).isTrue();
        }
        count++;
      }
      assertThat(count).isEqualTo(5_000);
    }
  }

  @Test
  void parametersOfPreparedStatements() throws SQLException {
    try (Connection connection = connect();
        PreparedStatement statement =
            connection.prepareStatement(
                "SELECT count(*) AS n, max(value) AS hi FROM samples WHERE tag = ? AND ts >= ?")) {
      for (int from : new int[] {0, 4_000}) {
        statement.setString(1, "J.TI1");
        statement.setTimestamp(
            2, Timestamp.from(Instant.ofEpochSecond(0, START_NS + from * 1_000_000_000L)));
        try (ResultSet rows = statement.executeQuery()) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getLong("n")).isEqualTo(5_000 - from);
          assertThat(rows.getDouble("hi")).isEqualTo(4_999.5);
        }
      }
    }
    assertThat(door.preparedStatements()).isZero();
  }

  @Test
  void whatToolsAskOfTheCatalog() throws SQLException {
    try (Connection connection = connect()) {
      DatabaseMetaData data = connection.getMetaData();
      assertThat(data.getDatabaseProductName()).isEqualTo("Tidemark");
      assertThat(data.isReadOnly()).isTrue();
      assertThat(data.getIdentifierQuoteString()).isEqualTo("\"");
      List<String> tables = new ArrayList<>();
      try (ResultSet rows = data.getTables(null, null, "%", new String[] {"TABLE"})) {
        while (rows.next()) {
          tables.add(rows.getString("TABLE_NAME"));
        }
      }
      assertThat(tables).contains("samples", "tags", "batches").doesNotContain("phases");
      List<String> columns = new ArrayList<>();
      try (ResultSet rows = data.getColumns(null, null, "samples", "%")) {
        while (rows.next()) {
          columns.add(rows.getString("COLUMN_NAME") + " " + rows.getString("TYPE_NAME"));
        }
      }
      assertThat(columns).anyMatch(column -> column.startsWith("ts "));
      assertThat(columns).anyMatch(column -> column.startsWith("value "));
      try (ResultSet rows = data.getPrimaryKeys(null, null, "batches")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString("COLUMN_NAME")).isEqualTo("batch_id");
      }
      try (ResultSet rows = data.getCatalogs()) {
        assertThat(rows.next()).isFalse();
      }
      try (ResultSet rows = data.getImportedKeys(null, null, "batches")) {
        assertThat(rows.next()).isTrue();
      }
    }
  }

  @Test
  void errorsKeepTheirText() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.executeQuery("SELECT valu FROM samples"))
          .isInstanceOf(SQLException.class)
          .hasStackTraceContaining("SQL_ERROR: ");
      assertThatThrownBy(() -> statement.executeUpdate("DELETE FROM samples"))
          .isInstanceOf(SQLException.class)
          .hasStackTraceContaining("READ_ONLY: ");
    }
  }
}
