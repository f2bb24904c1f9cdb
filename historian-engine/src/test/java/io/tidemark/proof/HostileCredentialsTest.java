package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.engine.security.AccountRequest;
import io.tidemark.engine.security.Grant;
import io.tidemark.engine.security.Role;
import io.tidemark.engine.security.Scope;
import io.tidemark.model.Principal;
import io.tidemark.wire.flight.FlightConfig;
import io.tidemark.wire.flight.FlightDoor;
import io.tidemark.wire.pg.PgConfig;
import io.tidemark.wire.pg.PgServer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * The same hostile credentials, names and values at each door of a server with accounts: refused,
 * counted, logged without the secrets, and nobody else is concerned.
 */
@SuppressWarnings("try") // closing may be interrupted, as Flight has it
class HostileCredentialsTest {
  private static final String JSON = "application/json";

  @TempDir Path folder;
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final BufferAllocator allocator = new RootAllocator();
  private TestServer server;
  private FlightDoor flight;
  private PgServer pg;
  private FlightSqlClient flightClient;

  @BeforeEach
  void start() throws IOException {
    log.start();
    ((Logger) LoggerFactory.getLogger("io.tidemark")).addAppender(log);
    server = TestServer.start(folder, Map.of("security.localOperator", "false"));
    flight =
        new FlightDoor(
            FlightConfig.defaults().withPort(0), server.engine(), server.engine().access(), null);
    flight.start();
    pg =
        new PgServer(
            PgConfig.defaults().withPort(0), server.engine(), server.engine().access(), null);
    pg.start();
    flightClient =
        new FlightSqlClient(
            FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", flight.port()))
                .build());
  }

  @AfterEach
  void stop() throws Exception {
    ((Logger) LoggerFactory.getLogger("io.tidemark")).detachAppender(log);
    flightClient.close();
    allocator.close();
    pg.close();
    flight.close();
    server.close();
  }

  private String token(String name, @Nullable Long expiresNs) {
    String token =
        server
            .engine()
            .createAccount(
                new AccountRequest(
                    name, List.of(new Grant(Role.READER, Scope.EVERYTHING)), expiresNs, null),
                Principal.SYSTEM)
            .secret();
    assertThat(token).isNotNull();
    return token;
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** What would be an administrator's if anybody here read such tokens. */
  private static List<String> jwts() {
    String body = base64("{\"sub\":\"admin\",\"roles\":[\"admin\"],\"exp\":9999999999}");
    List<String> jwts = new ArrayList<>();
    for (String header :
        List.of(
            "{\"alg\":\"none\"}",
            "{\"alg\":\"None\",\"typ\":\"JWT\"}",
            "{\"alg\":\"HS256\",\"kid\":\"../../../../dev/null\"}",
            "{\"alg\":\"HS256\",\"kid\":\"' UNION SELECT 'key\"}",
            "{\"alg\":\"RS256\",\"jku\":\"http://127.0.0.1:1/keys\"}",
            "{\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\"}}")) {
      jwts.add(base64(header) + "." + body + ".");
      jwts.add(base64(header) + "." + body + "." + base64("signature"));
    }
    return jwts;
  }

  // One question at each door.

  private boolean isTakenByHttp(String token) {
    HttpResponse<String> answer =
        server.api().as(token).send("POST", "/api/v1/sql", "text/plain", "SELECT 1 AS x");
    if (answer.statusCode() != 200) {
      assertThat(answer.statusCode()).as(answer.body()).isIn(401, 429); // slowed down in the end
      assertThat(answer.body()).doesNotContain(token);
    }
    return answer.statusCode() == 200;
  }

  private static CallOption bearer(String token) {
    CallHeaders headers = new FlightCallHeaders();
    headers.insert("authorization", "Bearer " + token);
    return new HeaderCallOption(headers);
  }

  private boolean isTakenByFlight(String token) throws Exception {
    try {
      flightClient.execute("SELECT 1 AS x", bearer(token));
      return true;
    } catch (FlightRuntimeException e) {
      assertThat(e.status().code())
          .isIn(FlightStatusCode.UNAUTHENTICATED, FlightStatusCode.RESOURCE_EXHAUSTED);
      assertThat(e.getMessage()).doesNotContain(token);
      return false;
    }
  }

  private Connection connect(String name, String secret) throws SQLException {
    Properties login = new Properties();
    login.put("user", name);
    login.put("password", secret);
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + pg.port() + "/tidemark", login);
  }

  private boolean isTakenByPg(String name, String secret) {
    try (Connection connection = connect(name, secret)) {
      return connection.createStatement().execute("SELECT 1 AS x");
    } catch (SQLException e) {
      assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo("28P01");
      assertThat(e.getMessage()).doesNotContain(secret);
      return false;
    }
  }

  @Test
  void forgedExpiredAndRevokedTokensAreRefusedAtEachDoor() throws Exception {
    String good = token("good", null);
    final String revoked = token("revoked", null);
    long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    final String expired = token("expired", now + TimeUnit.SECONDS.toNanos(2));
    server.engine().revokeAccount("revoked", Principal.SYSTEM);
    while (isTakenByHttp(expired)) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    char other = good.charAt(20) == 'A' ? 'B' : 'A';
    String forged = good.substring(0, 20) + other + good.substring(21);
    List<String> bad = new ArrayList<>(List.of(revoked, expired, forged, good + "0", "tmk_"));
    bad.addAll(jwts());
    assertThat(isTakenByPg("revoked", revoked)).isFalse();
    assertThat(isTakenByPg("expired", expired)).isFalse();
    assertThat(isTakenByPg("good", forged)).isFalse();
    assertThat(isTakenByPg("good", jwts().getFirst())).isFalse();
    assertThat(isTakenByPg("admin", good)).isFalse();
    for (String token : bad) {
      assertThat(isTakenByHttp(token)).as("HTTP, %s", token).isFalse();
      assertThat(isTakenByFlight(token)).as("Flight, %s", token).isFalse();
    }
    assertThat(isTakenByHttp(good)).isTrue();
    assertThat(isTakenByFlight(good)).isTrue();
    assertThat(isTakenByPg("good", good)).isTrue();
    assertThat(server.engine().access().failedLogins()).isGreaterThanOrEqualTo(10);
    assertLogIsClean(bad);
    assertThat(log.list)
        .anyMatch(
            line ->
                line.getFormattedMessage().contains("reason=account is revoked")
                    && line.getFormattedMessage().contains("Flight "));
    assertThat(log.list)
        .anyMatch(line -> line.getFormattedMessage().contains("reason=account has expired"));
  }

  /** Neither secrets nor lines that somebody else has written. */
  private void assertLogIsClean(List<String> secrets) {
    for (ILoggingEvent line : log.list) {
      String text = line.getFormattedMessage();
      for (String secret : secrets) {
        if (secret.length() > 4) {
          assertThat(text).doesNotContain(secret);
        }
      }
      assertThat(text).doesNotContain("\n", "\r", "\0", "\u001b");
    }
  }

  @Test
  void guessingAtOneDoorIsSlowedDownAtEachAndForThatNameAlone() throws Exception {
    String good = token("good", null);
    String password = "correct horse battery";
    server
        .engine()
        .createAccount(
            new AccountRequest(
                "anna", List.of(new Grant(Role.READER, Scope.EVERYTHING)), null, password),
            Principal.SYSTEM);
    assertThat(isTakenByPg("anna", password))
        .as("the driver takes the server's iterations")
        .isTrue();
    List<String> states = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String guess = "guessed password " + i;
      assertThatThrownBy(() -> connect("anna", guess))
          .isInstanceOfSatisfying(SQLException.class, e -> states.add(e.getSQLState()));
    }
    assertThat(states).contains("28P01", "53400").hasSize(10);
    String right = "{\"name\":\"anna\",\"password\":\"" + password + "\"}";
    assertThat(server.api().send("POST", "/api/v1/session", JSON, right).statusCode())
        .isEqualTo(429);
    assertThat(isTakenByPg("good", good)).isTrue();
    assertThat(isTakenByHttp(good)).isTrue();
    assertLogIsClean(List.of("guessed password", password));
  }

  @Test
  void namesThatAreNoneAreQuotedWhereverTheyAreTold() throws Exception {
    token("good", null);
    String line = "x\n2026-01-01 INFO all is well\r\u001b[31m";
    for (String name : List.of("a'b", "a\"b", line, "'; DROP TABLE samples; --", "\u202eanna")) {
      assertThat(isTakenByPg(name, "a secret of somebody")).isFalse();
      String basic =
          Base64.getEncoder()
              .encodeToString((name + "\0:a secret of somebody").getBytes(StandardCharsets.UTF_8));
      HttpResponse<String> answer =
          server.api().with("Authorization", "Basic " + basic).get("/api/v1/tags");
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.body()).doesNotContain("somebody");
      CallHeaders headers = new FlightCallHeaders();
      headers.insert("authorization", "Basic " + basic);
      assertThatThrownBy(() -> flightClient.execute("SELECT 1", new HeaderCallOption(headers)))
          .isInstanceOfSatisfying(
              FlightRuntimeException.class,
              e -> assertThat(e.status().code()).isEqualTo(FlightStatusCode.UNAUTHENTICATED));
    }
    assertLogIsClean(List.of("a secret of somebody"));
  }

  // Values.

  /** A value stays a value: each door gives back what was bound, or refuses it. */
  @Test
  void valuesWithQuotesLinesAndZeroBytesStayValues() throws Exception {
    String good = token("good", null);
    for (String value :
        List.of(
            "it's",
            "\"quoted\"",
            "x' OR '1'='1",
            "'; SELECT * FROM tags; --",
            "two\nlines\r\n",
            "tab\t\u001b[31m \\ \\' $1 ? %s",
            "\u202e\uD83D\uDE00",
            "zero\0byte")) {
      boolean hasZero = value.indexOf('\0') >= 0;
      String json =
          "{\"sql\":\"SELECT ? AS x, (SELECT count(*) FROM tags WHERE tag = ?) AS n\",\"params\":["
              + new ObjectMapper().writeValueAsString(value)
              + ","
              + new ObjectMapper().writeValueAsString(value)
              + "]}";
      HttpResponse<String> answer = server.api().as(good).send("POST", "/api/v1/sql", JSON, json);
      if (answer.statusCode() == 200 || !hasZero) {
        assertThat(Api.expect(answer).at("/rows/0/0").asText()).isEqualTo(value);
        assertThat(Api.parse(answer.body()).at("/rows/0/1").asInt()).isZero();
      } else {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
      }
      assertThat(overFlight(good, value)).as("Flight").isIn(value, hasZero ? "refused" : value);
      assertThat(overPg(good, value)).as("PostgreSQL").isEqualTo(hasZero ? "refused" : value);
    }
  }

  private String overFlight(String token, String value) throws Exception {
    CallOption login = bearer(token);
    try (FlightSqlClient.PreparedStatement statement =
            flightClient.prepare("SELECT ? AS x", login);
        VarCharVector vector = new VarCharVector("x", allocator);
        VectorSchemaRoot root = VectorSchemaRoot.of(vector)) {
      vector.setSafe(0, value.getBytes(StandardCharsets.UTF_8));
      root.setRowCount(1);
      statement.setParameters(root);
      try (FlightStream stream =
          flightClient.getStream(
              statement.execute(login).getEndpoints().getFirst().getTicket(), login)) {
        assertThat(stream.next()).isTrue();
        return String.valueOf(stream.getRoot().getVector(0).getObject(0));
      } catch (FlightRuntimeException e) {
        assertThat(e.status().code()).isEqualTo(FlightStatusCode.INVALID_ARGUMENT);
        return "refused";
      } finally {
        statement.close(login);
      }
    }
  }

  private String overPg(String token, String value) throws SQLException {
    try (Connection connection = connect("good", token);
        PreparedStatement statement = connection.prepareStatement("SELECT ? AS x")) {
      statement.setString(1, value);
      try (ResultSet rows = statement.executeQuery()) {
        assertThat(rows.next()).isTrue();
        return rows.getString(1);
      }
    } catch (SQLException e) {
      assertThat(e.getSQLState()).as(e.getMessage()).isIn("22021", "22023");
      return "refused";
    }
  }
}
