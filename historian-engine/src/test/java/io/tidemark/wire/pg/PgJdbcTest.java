package io.tidemark.wire.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The JDBC driver in its ways of asking: simple, extended, named statements, binary and text. */
final class PgJdbcTest {
  private static final String SLOW =
      "SELECT count(*) FROM range(100000000000) a(x) WHERE x % 7 = 3";

  @TempDir private static Path folder;
  private static PgDoor door;

  @BeforeAll
  static void open() throws IOException {
    door = PgDoor.open(folder);
  }

  @AfterAll
  static void close() throws IOException {
    door.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "&preferQueryMode=simple",
        "&preferQueryMode=extended",
        "&prepareThreshold=1&binaryTransfer=false",
        "&prepareThreshold=-1"
      })
  void valuesComeAsTheyAre(String options) throws SQLException {
    String sql =
        "SELECT true AS b, 7::SMALLINT AS s, -8 AS i, 9007199254740993 AS l, 0.1::FLOAT AS f,"
            + " 1e300 AS d, 12345.6789::DECIMAL(12,4) AS n, -0.05::DECIMAL(5,2) AS m, 'grün' AS t,"
            + " TIMESTAMPTZ '2026-03-29 00:30:00.123456+00' AS z, DATE '2026-02-03' AS dt,"
            + " TIME '01:02:03.5' AS tm, TIMESTAMP '1999-12-31 23:59:59.25' AS ts,"
            + " UUID '00112233-4455-6677-8899-aabbccddeeff' AS u, ['a', NULL, 'b\"c'] AS tl,"
            + " [1.5::DOUBLE, 2] AS dl, [1::BIGINT] AS ll, {'k': 1} AS j, NULL::DOUBLE AS none,"
            + " 170141183460469231731687303715884105727::HUGEINT AS h, 'x'::BLOB AS y,"
            + " 1e10 AS e, 'NaN'::DOUBLE AS nan";
    try (Connection connection = door.connect(options);
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int round = 0; round < 2; round++) {
        try (ResultSet row = statement.executeQuery()) {
          assertThat(row.next()).isTrue();
          assertThat(row.getBoolean("b")).isTrue();
          assertThat(row.getShort("s")).isEqualTo((short) 7);
          assertThat(row.getInt("i")).isEqualTo(-8);
          assertThat(row.getLong("l")).isEqualTo(9007199254740993L);
          assertThat(row.getFloat("f")).isEqualTo(0.1f);
          assertThat(row.getDouble("d")).isEqualTo(1e300);
          assertThat(row.getBigDecimal("n")).isEqualTo(new BigDecimal("12345.6789"));
          assertThat(row.getBigDecimal("m")).isEqualTo(new BigDecimal("-0.05"));
          assertThat(row.getString("t")).isEqualTo("grün");
          assertThat(row.getObject("z", OffsetDateTime.class).toInstant())
              .isEqualTo(Instant.parse("2026-03-29T00:30:00.123456Z"));
          assertThat(row.getDate("dt")).hasToString("2026-02-03");
          assertThat(row.getObject("tm", java.time.LocalTime.class)).hasToString("01:02:03.500");
          assertThat(row.getObject("ts", java.time.LocalDateTime.class))
              .hasToString("1999-12-31T23:59:59.250");
          assertThat(row.getObject("u")).hasToString("00112233-4455-6677-8899-aabbccddeeff");
          assertThat((Object[]) row.getArray("tl").getArray()).containsExactly("a", null, "b\"c");
          assertThat((Object[]) row.getArray("dl").getArray()).containsExactly(1.5, 2.0);
          assertThat((Object[]) row.getArray("ll").getArray()).containsExactly(1L);
          assertThat(row.getString("j")).isEqualTo("{\"k\":1}");
          assertThat(row.getObject("none")).isNull();
          assertThat(row.getBigDecimal("h"))
              .isEqualTo(new BigDecimal("170141183460469231731687303715884105727"));
          assertThat(row.getBytes("y")).containsExactly('x');
          assertThat(row.getDouble("e")).isEqualTo(1e10);
          assertThat(row.getDouble("nan")).isNaN();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "&prepareThreshold=-1", "&preferQueryMode=simple"})
  void parametersAreValues(String options) throws SQLException {
    try (Connection connection = door.connect(options);
        PreparedStatement statement =
            connection.prepareStatement(
                "SELECT ts, value FROM samples WHERE tag = ? AND ts >= ? AND value < ?"
                    + " ORDER BY ts LIMIT ?")) {
      statement.setString(1, "T1");
      statement.setObject(
          2, Instant.ofEpochSecond(PgDoor.FIRST_SECOND + 8).atOffset(ZoneOffset.UTC));
      statement.setDouble(3, 3.5);
      statement.setInt(4, 3);
      for (int round = 0; round < 2; round++) {
        List<Double> values = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            assertThat(rows.getTimestamp(1).toInstant())
                .isEqualTo(Instant.ofEpochSecond(PgDoor.FIRST_SECOND + 8 + values.size()));
            values.add(rows.getDouble(2));
          }
        }
        assertThat(values).containsExactly(2.0, 2.25, 2.5);
      }
      statement.setString(1, "x' OR '1'='1");
      try (ResultSet rows = statement.executeQuery()) {
        assertThat(rows.next()).isFalse();
      }
      statement.setString(1, "T1");
      statement.setTimestamp(2, Timestamp.from(Instant.ofEpochSecond(PgDoor.FIRST_SECOND)));
      try (ResultSet rows = statement.executeQuery()) {
        assertThat(rows.next()).isTrue();
      }
    }
  }

  @Test
  void fetchSizeReadsPortalsInPieces() throws SQLException {
    try (Connection connection = door.connect("")) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.setFetchSize(7);
        int count = 0;
        try (ResultSet rows = statement.executeQuery("SELECT ts, value FROM samples")) {
          while (rows.next()) {
            count++;
          }
        }
        assertThat(count).isEqualTo(PgDoor.SAMPLES + 1);
      }
      connection.commit();
    }
  }

  @Test
  void catalogOfTheDriver() throws SQLException {
    try (Connection connection = door.connect("")) {
      DatabaseMetaData metaData = connection.getMetaData();
      assertThat(metaData.getDatabaseProductVersion()).startsWith("14.0");
      List<String> tables = new ArrayList<>();
      try (ResultSet rows = metaData.getTables(null, "public", "%", new String[] {"TABLE"})) {
        while (rows.next()) {
          tables.add(rows.getString("TABLE_NAME"));
        }
      }
      assertThat(tables).contains("samples", "tags", "batches", "phases", "current");
      List<String> columns = new ArrayList<>();
      try (ResultSet rows = metaData.getColumns(null, null, "samples", null)) {
        while (rows.next()) {
          columns.add(rows.getString("COLUMN_NAME") + " " + rows.getString("TYPE_NAME"));
        }
      }
      assertThat(columns).startsWith("tag text", "ts timestamptz", "ts_ns int8", "value float8");
      try (ResultSet rows = metaData.getPrimaryKeys(null, null, "samples")) {
        assertThat(rows.next()).isFalse();
      }
      try (ResultSet rows = metaData.getIndexInfo(null, null, "samples", false, true)) {
        assertThat(rows.next()).isFalse();
      }
      try (ResultSet rows = metaData.getImportedKeys(null, null, "samples")) {
        assertThat(rows.next()).isFalse();
      }
      List<String> types = new ArrayList<>();
      try (ResultSet rows = metaData.getTypeInfo()) {
        while (rows.next()) {
          types.add(rows.getString("TYPE_NAME"));
        }
      }
      assertThat(types).contains("float8", "timestamptz", "text");
      try (ResultSet rows = metaData.getSchemas()) {
        assertThat(rows.next()).isTrue();
      }
      try (ResultSet rows = metaData.getCatalogs()) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString(1)).isEqualTo("tidemark");
      }
      assertThat(metaData.getSQLKeywords()).contains("qualify").doesNotContain(",select,");
      try (ResultSet rows = metaData.getFunctions(null, null, "%")) {
        assertThat(rows.getMetaData().getColumnCount()).isPositive();
      }
      try (ResultSet rows = metaData.getTablePrivileges(null, null, "samples")) {
        assertThat(rows.getMetaData().getColumnCount()).isPositive();
      }
    }
  }

  @Test
  void columnsOfAStatementAreKnownBeforeItRuns() throws SQLException {
    try (Connection connection = door.connect("");
        PreparedStatement statement =
            connection.prepareStatement("SELECT tag, ts, value, 1 + ? AS n FROM samples")) {
      assertThat(statement.getMetaData().getColumnTypeName(2)).isEqualTo("timestamptz");
      assertThat(statement.getMetaData().getColumnTypeName(3)).isEqualTo("float8");
      assertThat(statement.getParameterMetaData().getParameterCount()).isEqualTo(1);
    }
  }

  @Test
  void errorsTellStatePlaceAndHint() throws SQLException {
    try (Connection connection = door.connect("")) {
      assertError(connection, "SELECT 1,\n  valu FROM samples", "42703", 13);
      assertError(connection, "SELECT * FROM sampels", "42P01", 15);
      assertError(connection, "SELECT nosuch(1)", "42883", 8);
      assertError(connection, "SELECT FROM WHERE", "42601", 13);
      assertError(connection, "DELETE FROM samples", "25006", 1);
      assertError(connection, "COPY samples TO STDOUT", "0A000", 0);
      assertError(connection, "SELECT 'x'::INTEGER", "22P02", 0);
      assertError(connection, "SELECT " + "(".repeat(5_000) + "1", "54001", -1);
      assertError(connection, "SET client_encoding = 'LATIN1'", "22023", 0);
      assertError(connection, "SET nonsense = 1", "42704", 0);
      assertError(connection, "SELECT * FROM pg_catalog.pg_nothing", "42P01", -1);
      assertThatThrownBy(() -> connection.createStatement().execute("DELETE FROM samples"))
          .isInstanceOfSatisfying(
              PSQLException.class,
              e -> assertThat(message(e).getHint()).contains("POST /api/v1/write"));
    }
  }

  private static ServerErrorMessage message(PSQLException e) {
    ServerErrorMessage message = e.getServerErrorMessage();
    assertThat(message).isNotNull();
    return message;
  }

  private static void assertError(Connection connection, String sql, String state, int position)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute(sql))
          .as(sql.substring(0, Math.min(60, sql.length())))
          .isInstanceOfSatisfying(
              PSQLException.class,
              e -> {
                assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo(state);
                if (position >= 0) {
                  assertThat(message(e).getPosition()).isEqualTo(position);
                }
              });
    }
  }

  @Test
  void transactionsKeepTheirState() throws SQLException {
    try (Connection connection = door.connect("")) {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      Statement statement = connection.createStatement();
      statement.execute("SELECT 1");
      assertError(connection, "SELECT nosuch(1)", "42883", 8);
      assertError(connection, "SELECT 1", "25P02", 0);
      connection.rollback();
      statement.execute("SELECT 1");
      connection.commit();
      connection.setAutoCommit(true);
      statement.execute("SELECT 1");
    }
  }

  @Test
  void settingsOfTheSession() throws SQLException {
    try (Connection connection = door.connect("&ApplicationName=probe&currentSchema=public");
        Statement statement = connection.createStatement()) {
      assertThat(value(statement, "SHOW application_name")).isEqualTo("probe");
      statement.execute("SET TIME ZONE 'Asia/Kolkata'");
      assertThat(value(statement, "SHOW timezone")).isEqualTo("Asia/Kolkata");
      assertThat(value(statement, "SELECT (TIMESTAMPTZ '2026-01-01 00:00:00+00')::VARCHAR"))
          .isEqualTo("2026-01-01 05:30:00+05:30");
      statement.execute("RESET TimeZone");
      assertThat(value(statement, "SELECT version()")).startsWith("PostgreSQL 14.0");
      assertThat(value(statement, "SELECT current_schema()")).isEqualTo("public");
      assertThat(value(statement, "SELECT current_database()")).isEqualTo("tidemark");
      assertThat(value(statement, "SELECT current_user")).isEqualTo("mes");
      assertThat(value(statement, "SHOW transaction isolation level")).isNotEmpty();
      assertThat(value(statement, "SELECT current_setting('server_version_num')"))
          .isEqualTo("140000");
      statement.execute("SET statement_timeout = '200ms'");
      assertError(connection, SLOW, "57014", 0);
      statement.execute("SET statement_timeout TO DEFAULT");
      statement.execute("DISCARD ALL");
      statement.execute("BEGIN; SELECT 1; COMMIT");
    }
  }

  private static String value(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }

  @Test
  void aCancelRequestStopsTheStatement() throws Exception {
    try (Connection connection = door.connect("");
        Statement statement = connection.createStatement()) {
      CompletableFuture<String> state =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  statement.execute(SLOW);
                  return "00000";
                } catch (SQLException e) {
                  return e.getSQLState();
                }
              });
      while (door.pg().running() == 0) {
        Thread.sleep(100);
      }
      long start = System.nanoTime();
      statement.cancel();
      assertThat(state.get(5, TimeUnit.SECONDS)).isEqualTo("57014");
      assertThat(System.nanoTime() - start).isLessThan(3_000_000_000L);
      statement.execute("SELECT 1");
    }
  }

  @Test
  void qualifiedRelationsAsToolsWriteThem() throws SQLException {
    try (Connection connection = door.connect("");
        Statement statement = connection.createStatement()) {
      assertThat(
              value(
                  statement,
                  "SELECT count(\"public\".\"samples\".\"value\") FROM \"public\".\"samples\""))
          .isEqualTo("100");
      assertThat(value(statement, "SELECT count(*) FROM tidemark.public.tags")).isEqualTo("2");
    }
  }
}
