package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.engine.security.AccountRequest;
import io.tidemark.engine.security.Grant;
import io.tidemark.engine.security.Role;
import io.tidemark.engine.security.Scope;
import io.tidemark.model.Principal;
import io.tidemark.wire.flight.FlightConfig;
import io.tidemark.wire.flight.FlightDoor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.grpc.CredentialCallOption;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logins by name and password, or a token in its place, as Flight's clients make them. */
@SuppressWarnings("try") // closing may be interrupted, as Flight has it
class FlightLoginTest {
  private static final String PASSWORD = "correct horse battery";
  private static final String COUNT = "SELECT count(*) AS n FROM samples";

  @TempDir private Path folder;
  private TestServer server;
  private FlightDoor door;
  private String token;

  @BeforeEach
  void start() throws Exception {
    server = TestServer.start(folder.resolve("data"), Map.of("security.localOperator", "false"));
    Grant one = new Grant(Role.READER, new Scope(List.of(), List.of("R1.*")));
    account("anna", one, PASSWORD);
    token =
        Objects.requireNonNull(
            account("program", new Grant(Role.ENGINEER, Scope.EVERYTHING), null));
    String writer = account("writer", new Grant(Role.WRITER, Scope.EVERYTHING), null);
    server.api().as(writer).writeLines("m,tag=R1.A value=1 1000\nm,tag=R2.A value=1 1000\n");
    door =
        new FlightDoor(
            FlightConfig.defaults().withPort(0), server.engine(), server.engine().access(), null);
    door.start();
  }

  private String account(String name, Grant grant, String password) {
    return server
        .engine()
        .createAccount(new AccountRequest(name, List.of(grant), null, password), Principal.SYSTEM)
        .secret();
  }

  @AfterEach
  void stop() throws Exception {
    door.close();
    server.close();
  }

  private FlightClient client(BufferAllocator allocator) {
    return FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", door.port()))
        .build();
  }

  private static long count(FlightClient client, CallOption... options) throws Exception {
    try (FlightStream stream =
        client.getStream(new Ticket(COUNT.getBytes(StandardCharsets.UTF_8)), options)) {
      stream.next();
      return (Long) stream.getRoot().getVector("n").getObject(0);
    }
  }

  private static FlightStatusCode refusal(FlightClient client, CallOption... options) {
    try {
      count(client, options);
    } catch (FlightRuntimeException e) {
      return e.status().code();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("not refused");
  }

  @Test
  void aPasswordIsGoodForItsOwnersTagsUntilItChanges() throws Exception {
    try (BufferAllocator allocator = new RootAllocator();
        FlightClient client = client(allocator)) {
      assertThat(refusal(client)).isEqualTo(FlightStatusCode.UNAUTHENTICATED);
      CredentialCallOption anna = client.authenticateBasicToken("anna", PASSWORD).orElseThrow();
      assertThat(count(client, anna)).isEqualTo(1);
      assertThat(count(client, anna)).isEqualTo(1);

      server.engine().setPassword("anna", "another horse battery", Principal.SYSTEM);
      assertThat(refusal(client, anna)).isEqualTo(FlightStatusCode.UNAUTHENTICATED);
      CredentialCallOption again =
          client.authenticateBasicToken("anna", "another horse battery").orElseThrow();
      assertThat(count(client, again)).isEqualTo(1);

      // A new owner of the name takes over nothing.
      server.engine().revokeAccount("anna", Principal.SYSTEM);
      assertThat(refusal(client, again)).isEqualTo(FlightStatusCode.UNAUTHENTICATED);
      account("anna", new Grant(Role.READER, Scope.EVERYTHING), PASSWORD);
      assertThat(refusal(client, again)).isEqualTo(FlightStatusCode.UNAUTHENTICATED);
    }
  }

  @Test
  void aTokenIsAPasswordUnderAnyName() throws Exception {
    try (BufferAllocator allocator = new RootAllocator();
        FlightClient client = client(allocator)) {
      for (String name : List.of("token", "program", "whoever")) {
        Optional<CredentialCallOption> login = client.authenticateBasicToken(name, token);
        assertThat(count(client, login.orElseThrow())).isEqualTo(2);
      }
      CredentialCallOption login = client.authenticateBasicToken("token", token).orElseThrow();
      server.engine().revokeAccount("program", Principal.SYSTEM);
      assertThat(refusal(client, login)).isEqualTo(FlightStatusCode.UNAUTHENTICATED);
    }
  }

  @Test
  void whoeverGuessesIsSlowedDownAsElsewhere() throws Exception {
    try (BufferAllocator allocator = new RootAllocator();
        FlightClient client = client(allocator)) {
      FlightStatusCode last = FlightStatusCode.OK;
      for (int i = 0; i < 6; i++) {
        try {
          client.authenticateBasicToken("anna", "wrong horse battery" + i);
        } catch (FlightRuntimeException e) {
          last = e.status().code();
        }
      }
      assertThat(last).isEqualTo(FlightStatusCode.RESOURCE_EXHAUSTED);
      assertThat(server.engine().access().failedLogins()).isEqualTo(5);
      assertThat(count(client, client.authenticateBasicToken("token", token).orElseThrow()))
          .as("others")
          .isEqualTo(2);
    }
  }

  private long jdbc(Driver driver, String... properties) throws SQLException {
    Properties all = new Properties();
    for (int i = 0; i < properties.length; i += 2) {
      all.setProperty(properties[i], properties[i + 1]);
    }
    String url = "jdbc:arrow-flight-sql://127.0.0.1:" + door.port() + "?useEncryption=false";
    try (Connection connection = driver.connect(url, all);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(COUNT)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Test
  void theJdbcDriverLogsIn() throws Exception {
    Driver driver = FlightJdbcTest.driver();
    assertThat(jdbc(driver, "user", "anna", "password", PASSWORD)).isEqualTo(1);
    assertThat(jdbc(driver, "user", "token", "password", token)).isEqualTo(2);
    assertThat(jdbc(driver, "token", token)).isEqualTo(2);
    assertThatThrownBy(() -> jdbc(driver, "user", "anna", "password", "wrong horse battery"))
        .isInstanceOf(SQLException.class)
        .hasStackTraceContaining("UNAUTHENTICATED");
  }

  @Test
  void pyarrowLogsIn() throws Exception {
    Python.require(folder, "pyarrow.flight");
    String program =
        """
        import os, pyarrow.flight as fl
        c = fl.connect("grpc://127.0.0.1:" + os.environ["PORT"])
        for name, secret in (("anna", "PASSWORD"), ("token", os.environ["TOKEN"])):
            o = fl.FlightCallOptions(headers=[c.authenticate_basic_token(name, secret)])
            print(c.do_get(fl.Ticket(b"SELECT count(*) AS n FROM samples"), o).read_all().to_pylist())
        try:
            c.authenticate_basic_token("anna", "wrong horse battery")
        except fl.FlightUnauthenticatedError as e:
            print("refused")
        """
            .replace("PASSWORD", PASSWORD);
    assertThat(
            Python.run(
                folder, program, Map.of("PORT", Integer.toString(door.port()), "TOKEN", token)))
        .isEqualTo("[{'n': 1}]\n[{'n': 2}]\nrefused\n");
    String page = Files.readString(Path.of(System.getProperty("tidemark.root"), "docs/flight.md"));
    String section = page.substring(page.indexOf("## Log in"));
    int begin = section.indexOf("```python\n") + "```python\n".length();
    String shown = section.substring(begin, section.indexOf("```", begin));
    String code = shown.replace("7301", Integer.toString(door.port()));
    assertThat(Python.run(folder, code + "\nprint(t.num_rows)", Map.of())).isEqualTo("1\n");
  }
}
