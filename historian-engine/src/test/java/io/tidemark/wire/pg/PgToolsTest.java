package io.tidemark.wire.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.proof.Python;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs as they are installed here, and what others say when they connect. */
final class PgToolsTest {
  private static final List<String> MODES = List.of("simple", "extended");

  /** Before a row that an answer must have, from its first column on. */
  private static final String HAS = "-- has ";

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

  /**
   * What tools send when they connect and look around, from their sources and from logs of servers;
   * a comment before a statement names rows that the answer must have.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "npgsql.sql",
        "powerbi.sql",
        "dbeaver.sql",
        "metabase.sql",
        "grafana.sql",
        "odbc.sql"
      })
  void startsOfTools(String script) throws Exception {
    String text;
    try (InputStream in = PgToolsTest.class.getResourceAsStream(script)) {
      assertThat(in).isNotNull();
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    List<String> modes = script.equals("odbc.sql") ? List.of("simple") : MODES;
    for (String mode : modes) {
      try (Connection connection = door.connect("&preferQueryMode=" + mode);
          Statement statement = connection.createStatement()) {
        List<String> failures = new ArrayList<>();
        for (String part : text.split(";;")) {
          List<String> wanted = new ArrayList<>();
          StringBuilder sql = new StringBuilder();
          for (String line : part.strip().lines().toList()) {
            if (line.startsWith(HAS)) {
              wanted.add(line.substring(HAS.length()));
            } else if (!line.startsWith("--")) {
              sql.append(line).append('\n');
            }
          }
          check(statement, sql.toString(), wanted, failures);
        }
        assertThat(failures).as(mode).isEmpty();
      }
    }
  }

  private static void check(
      Statement statement, String sql, List<String> wanted, List<String> failures) {
    try {
      List<String> rows = new ArrayList<>();
      if (statement.execute(sql)) {
        try (ResultSet result = statement.getResultSet()) {
          int columns = result.getMetaData().getColumnCount();
          while (result.next()) {
            StringJoiner row = new StringJoiner(" | ");
            for (int i = 1; i <= columns; i++) {
              row.add(cell(result, i));
            }
            rows.add(row.toString());
          }
        }
      }
      for (String each : wanted) {
        boolean isThere =
            each.equals("none")
                ? rows.isEmpty()
                : rows.stream().anyMatch(row -> (row + " | ").startsWith(each + " | "));
        if (!isThere) {
          failures.add(sql + "  lacks " + each + "\n  has " + rows);
        }
      }
    } catch (SQLException e) {
      failures.add(sql + "  -> " + e.getMessage());
    }
  }

  /** The same text of a value in both modes. */
  private static String cell(ResultSet result, int column) throws SQLException {
    String type = result.getMetaData().getColumnTypeName(column);
    String text = result.getString(column);
    if (text == null) {
      return "null";
    }
    return switch (type) {
      case "bool" -> Boolean.toString(result.getBoolean(column));
      case "float8" -> {
        double value = result.getDouble(column);
        yield value > 1e6 ? Long.toString((long) value) : Double.toString(value);
      }
      default -> text.replaceAll("^\\{(.*)\\}$", "[$1]");
    };
  }

  private static String run(String... command) throws Exception {
    Path output = Files.createTempFile(folder, "tool", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(output.toFile());
    builder.environment().put("PGPASSWORD", "secret");
    Process process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      fail("hangs: %s", List.of(command));
    }
    String text = Files.readString(output);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  private static String psql(String... commands) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/psql")), "psql is not installed");
    List<String> command = new ArrayList<>();
    command.addAll(List.of("/usr/bin/psql", "-X", "-P", "pager=off", "-v", "ON_ERROR_STOP=1"));
    command.add("host=127.0.0.1 port=" + door.port() + " user=mes dbname=tidemark");
    for (String each : commands) {
      command.add("-c");
      command.add(each);
    }
    return run(command.toArray(String[]::new));
  }

  @Test
  void psqlLooksAround() throws Exception {
    assertThat(psql("\\dt")).contains("public | samples", "tags", "table | tidemark");
    assertThat(psql("\\d samples"))
        .contains("Table \"public.samples\"", "timestamp with time zone", "double precision");
    assertThat(psql("\\d+ samples")).contains("double precision");
    assertThat(psql("\\l")).contains("tidemark", "UTF8");
    assertThat(psql("\\dn")).contains("public");
    assertThat(psql("\\dv")).contains("view");
    assertThat(psql("\\du")).contains("tidemark");
    assertThat(psql("\\df")).contains("0 rows");
    assertThat(psql("\\conninfo")).contains("as user \"mes\"");
  }

  @Test
  void psqlReads() throws Exception {
    assertThat(psql("SELECT count(*) AS n FROM samples WHERE tag = 'T1'")).contains("100");
    assertThat(
            psql(
                "SET TIME ZONE 'Europe/Berlin'",
                "SELECT min(ts) AS first, max(value) AS highest FROM samples"))
        .contains("2026-01-01 01:00:00+01 |   24.75");
    assertThat(psql("\\set FETCH_COUNT 30", "SELECT value FROM samples WHERE tag = 'T1'"))
        .contains("24.75");
  }

  private static String python(String module, String program) throws Exception {
    Python.require(folder, module);
    return Python.run(folder, program.replace("PORT", Integer.toString(door.port())), Map.of());
  }

  @Test
  void psycopg2Reads() throws Exception {
    String program =
        """
        import psycopg2, datetime
        c = psycopg2.connect(host='127.0.0.1', port=PORT, user='mes', dbname='tidemark')
        k = c.cursor()
        k.execute("SELECT ts, value FROM samples WHERE tag = %s AND ts >= %s ORDER BY ts LIMIT 2",
            ('T1', datetime.datetime(2026, 1, 1, 0, 0, 10, tzinfo=datetime.timezone.utc)))
        print(k.fetchall())
        n = c.cursor(name='named')
        n.itersize = 10
        n.execute("SELECT value FROM samples WHERE tag = 'T1'")
        print(len(list(n)))
        n.close()
        c.commit()
        try:
            k.execute("DELETE FROM samples")
        except psycopg2.Error as e:
            print(e.pgcode)
        c.rollback()
        k.execute("SELECT ['a','b'], 1.5::DECIMAL(5,2), NULL")
        print(k.fetchone())
        """;
    assertThat(python("psycopg2", program))
        .contains("2.5)", "100\n", "25006", "(['a', 'b'], Decimal('1.50'), None)");
  }

  @Test
  void asyncpgReads() throws Exception {
    String program =
        """
        import asyncio, asyncpg, datetime
        async def main():
            c = await asyncpg.connect(host='127.0.0.1', port=PORT, user='mes', database='tidemark')
            rows = await c.fetch("SELECT ts, value FROM samples WHERE tag = $1 AND ts >= $2 AND value < $3"
                " ORDER BY ts LIMIT $4", 'T1',
                datetime.datetime(2026, 1, 1, 0, 0, 10, tzinfo=datetime.timezone.utc), 10.0, 2)
            print([(r['ts'].isoformat(), r['value']) for r in rows])
            print(await c.fetchval("SELECT count(*) FROM samples"))
            print(await c.fetchval("SELECT [1.5::DOUBLE, 2]"))
            print(await c.fetchval("SELECT interval '1 day 2 hours'"))
            print(await c.fetchval("SELECT version()"))
            async with c.transaction():
                n = 0
                async for r in c.cursor("SELECT value FROM samples WHERE tag = 'T1'", prefetch=9):
                    n += 1
                print(n)
            try:
                await c.fetch("SELECT nosuch FROM samples")
            except asyncpg.PostgresError as e:
                print(e.sqlstate)
            await c.close()
        asyncio.run(main())
        """;
    assertThat(python("asyncpg", program))
        .contains(
            "[('2026-01-01T00:00:10+00:00', 2.5), ('2026-01-01T00:00:11+00:00', 2.75)]",
            "101\n",
            "[1.5, 2.0]",
            "1 day, 2:00:00",
            "PostgreSQL 14.0",
            "100\n",
            "42703");
  }
}
