package io.tidemark.wire.pg;

import io.tidemark.engine.Historian;
import io.tidemark.engine.security.AccessHook;
import io.tidemark.engine.security.AccountRequest;
import io.tidemark.engine.security.Grant;
import io.tidemark.engine.security.LoopbackAccess;
import io.tidemark.engine.security.Role;
import io.tidemark.engine.security.Scope;
import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.decode.TimeUnitCode;
import io.tidemark.model.Principal;
import io.tidemark.model.WriteMode;
import io.tidemark.proof.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** A server with a PostgreSQL door on a free port, and a few samples. */
final class PgDoor implements AutoCloseable {
  /** Seconds since 1970 of the first sample. */
  static final long FIRST_SECOND = 1_767_225_600L; // 2026-01-01T00:00:00Z

  static final int SAMPLES = 100;

  private final TestServer server;
  private final PgServer pg;

  private PgDoor(TestServer server, PgServer pg) {
    this.server = server;
    this.pg = pg;
  }

  static PgDoor open(Path folder) throws IOException {
    return open(folder, PgConfig.defaults(), new LoopbackAccess());
  }

  static PgDoor open(Path folder, PgConfig config, AccessHook access) throws IOException {
    return open(folder, config, access, null, Map.of());
  }

  static PgDoor open(
      Path folder, PgConfig config, AccessHook access, @Nullable X509ExtendedKeyManager keys)
      throws IOException {
    return open(folder, config, access, keys, Map.of());
  }

  static PgDoor open(Path folder, PgConfig config, AccessHook access, Map<String, String> settings)
      throws IOException {
    return open(folder, config, access, null, settings);
  }

  private static PgDoor open(
      Path folder,
      PgConfig config,
      AccessHook access,
      @Nullable X509ExtendedKeyManager keys,
      Map<String, String> settings)
      throws IOException {
    TestServer server = TestServer.start(folder, settings);
    Grant reading = new Grant(Role.READER, Scope.EVERYTHING);
    server
        .engine()
        .createAccount(new AccountRequest("mes", List.of(reading), null, null), Principal.SYSTEM);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < SAMPLES; i++) {
      lines.append("m,tag=T1 value=").append(i / 4.0).append(' ').append(FIRST_SECOND + i);
      lines.append('\n');
    }
    lines.append("m,tag=Größe value=\"groß\" ").append(FIRST_SECOND).append('\n');
    server
        .engine()
        .write(
            new Historian.WriteOptions(
                Historian.WriteFormat.LINE_PROTOCOL,
                TimeUnitCode.S,
                AckLevel.SYNCED,
                WriteMode.UPDATE,
                null),
            lines.toString().getBytes(StandardCharsets.UTF_8),
            Principal.LOCAL_OPERATOR);
    PgServer pg = new PgServer(config.withPort(0), server.engine(), access, keys);
    try {
      pg.start();
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
    return new PgDoor(server, pg);
  }

  PgServer pg() {
    return pg;
  }

  int port() {
    return pg.port();
  }

  TestServer server() {
    return server;
  }

  String url(String options) {
    return "jdbc:postgresql://127.0.0.1:" + port() + "/tidemark?sslmode=prefer" + options;
  }

  Connection connect(String options) throws SQLException {
    Properties properties = new Properties();
    properties.put("user", "mes");
    properties.put("password", "secret");
    return DriverManager.getConnection(url(options), properties);
  }

  @Override
  public void close() throws IOException {
    pg.close();
    server.close();
  }
}
