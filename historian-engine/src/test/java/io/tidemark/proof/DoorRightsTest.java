package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.engine.security.AccountRequest;
import io.tidemark.engine.security.Grant;
import io.tidemark.engine.security.Right;
import io.tidemark.engine.security.Role;
import io.tidemark.engine.security.Scope;
import io.tidemark.model.Principal;
import io.tidemark.wire.flight.FlightConfig;
import io.tidemark.wire.flight.FlightDoor;
import io.tidemark.wire.pg.PgConfig;
import io.tidemark.wire.pg.PgServer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Random accounts ask random questions at random doors; each answer is what a plain reading of
 * roles and scopes says, tag by tag.
 */
class DoorRightsTest {
  private static final Logger LOG = LoggerFactory.getLogger(DoorRightsTest.class);
  private static final int ACCOUNTS = 14;
  private static final String JSON = "application/json";

  /** Unit of a tag by how its name begins, or by the attribute that binds it. */
  private static final Map<String, String> UNIT_OF_BOUND = Map.of("Z.1", "R1", "Z.2", "R3");

  private static final Map<String, String> AREA_OF_UNIT =
      Map.of("R1", "AREA1", "R2", "AREA1", "R3", "AREA2");
  private static final List<String> PATTERNS =
      List.of("*", "R1.*", "R?.A", "*.B", "Z.*", "NONE*", "R2.C", "**A");

  @TempDir Path folder;

  private final Set<String> tags = new TreeSet<>();

  private record Known(String name, Set<Role> roles, Scope scope, String token) {
    boolean has(Right right) {
      return roles.stream().anyMatch(role -> role.rights().contains(right));
    }
  }

  private static boolean covers(Scope scope, String tag) {
    if (scope.areas().isEmpty() && scope.tags().isEmpty()) {
      return true;
    }
    for (String pattern : scope.tags()) {
      String expression = pattern.replace(".", "\\.").replace("*", ".*").replace("?", ".");
      if (tag.matches(expression)) {
        return true;
      }
    }
    List<String> units = new ArrayList<>();
    if (UNIT_OF_BOUND.containsKey(tag)) {
      units.add(UNIT_OF_BOUND.get(tag));
    }
    String first = tag.substring(0, tag.indexOf('.'));
    if (AREA_OF_UNIT.containsKey(first)) {
      units.add(first);
    }
    for (String area : scope.areas()) {
      String last = area.substring(area.lastIndexOf('/') + 1);
      for (String unit : units) {
        if (last.equals("SITE") || last.equals(unit) || last.equals(AREA_OF_UNIT.get(unit))) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void randomCases() throws Exception {
    walk(Integer.getInteger("tidemark.cases", 1_000), 7);
  }

  @Test
  @Tag("long")
  void hundredThousandCases() throws Exception {
    walk(100_000, System.nanoTime());
  }

  private enum Door {
    HTTP,
    FLIGHT,
    PG
  }

  private void walk(int cases, long seed) throws Exception {
    Random random = new Random(seed);
    try (TestServer server =
            TestServer.start(
                folder, Map.of("security.localOperator", "false", "query.timeLimit", "1h"));
        FlightDoor flight =
            new FlightDoor(
                FlightConfig.defaults().withPort(0),
                server.engine(),
                server.engine().access(),
                null);
        PgServer pg =
            new PgServer(
                PgConfig.defaults().withPort(0), server.engine(), server.engine().access(), null)) {
      flight.start();
      pg.start();
      Known all = account(server, "all", Set.of(Role.WRITER, Role.ENGINEER), Scope.EVERYTHING);
      Api api = server.api().as(all.token());
      StringBuilder lines = new StringBuilder();
      for (String first : List.of("R1", "R2", "R3", "Z", "U")) {
        for (String last : List.of("A", "B", "C", "1", "2")) {
          tags.add(first + "." + last);
          lines.append("m,tag=").append(first).append('.').append(last).append(" value=1 1000\n");
        }
      }
      api.writeLines(lines.toString());
      Api.expect(
          api.send(
              "POST",
              "/api/v1/context",
              JSON,
              """
              {"equipment":[{"equipmentId":"SITE","level":"Site"},
                {"equipmentId":"AREA1","level":"Area","parentId":"SITE"},
                {"equipmentId":"AREA2","level":"Area","parentId":"SITE"},
                {"equipmentId":"R1","level":"Unit","parentId":"AREA1"},
                {"equipmentId":"R2","level":"Unit","parentId":"AREA1"},
                {"equipmentId":"R3","level":"Unit","parentId":"AREA2"}],
               "attributes":[{"equipmentId":"R1","name":"One","tag":"Z.1"},
                {"equipmentId":"R3","name":"Two","tag":"Z.2"}]}
              """));
      List<Known> accounts = new ArrayList<>();
      for (int i = 0; i < ACCOUNTS; i++) {
        accounts.add(account(server, "account-" + i, roles(random), scope(random)));
      }
      try (Clients clients = new Clients(server, flight.port(), pg.port())) {
        Map<Door, Integer> asked = new EnumMap<>(Door.class);
        for (int i = 0; i < cases; i++) {
          Known who = accounts.get(random.nextInt(ACCOUNTS));
          Door door = Door.values()[random.nextInt(3)];
          asked.merge(door, 1, Integer::sum);
          if (i > 0 && i % 10_000 == 0) {
            LOG.info("cases so far: {}", asked);
          }
          String what = "seed=" + seed + ", case=" + i + ", door=" + door + ", who=" + who;
          if (door == Door.HTTP && random.nextInt(3) > 0) {
            change(clients.http().as(who.token()), who, random, what);
          } else {
            read(clients, door, who, random, what);
          }
        }
        assertThat(asked).hasSize(3);
        LOG.info("cases at each door, none of them answered wrongly: {}, seed={}", asked, seed);
      }
    }
  }

  private static Set<Role> roles(Random random) {
    Set<Role> roles = new LinkedHashSet<>();
    do {
      roles.add(Role.values()[random.nextInt(Role.values().length)]);
    } while (random.nextInt(3) == 0);
    if (random.nextInt(3) > 0) {
      roles.add(Role.READER);
    }
    return roles;
  }

  private static Scope scope(Random random) {
    List<String> areas = List.of("SITE/AREA1", "AREA2", "SITE", "R2", "SITE/AREA2/R3");
    List<String> ofAreas = new ArrayList<>();
    List<String> ofTags = new ArrayList<>();
    int kind = random.nextInt(4);
    if (kind == 1 || kind == 3) {
      ofAreas.add(areas.get(random.nextInt(areas.size())));
    }
    if (kind >= 2) {
      ofTags.add(PATTERNS.get(random.nextInt(PATTERNS.size())));
    }
    return new Scope(ofAreas, ofTags);
  }

  private static Known account(TestServer server, String name, Set<Role> roles, Scope scope) {
    List<Grant> grants = roles.stream().map(role -> new Grant(role, scope)).toList();
    String token =
        server
            .engine()
            .createAccount(new AccountRequest(name, grants, null, null), Principal.SYSTEM)
            .secret();
    assertThat(token).isNotNull();
    return new Known(name, roles, scope, token);
  }

  // Reading.

  private void read(Clients clients, Door door, Known who, Random random, String what)
      throws Exception {
    List<String> all = List.copyOf(tags);
    String one = all.get(random.nextInt(all.size()));
    String statement;
    Set<String> candidates;
    switch (random.nextInt(6)) {
      case 0 -> {
        statement = "SELECT tag FROM tags";
        candidates = tags;
      }
      case 1 -> {
        statement = "SELECT DISTINCT tag FROM samples";
        candidates = tags;
      }
      case 2 -> {
        statement = "SELECT tag FROM current WHERE tag = '" + one + "'";
        candidates = Set.of(one);
      }
      case 3 -> {
        statement = "SELECT tag FROM recorded('*', '1970-01-01', '1970-01-02')";
        candidates = tags;
      }
      case 4 -> {
        statement = "SELECT DISTINCT tag FROM attributes";
        candidates = UNIT_OF_BOUND.keySet();
      }
      default -> {
        statement =
            "SELECT DISTINCT tag FROM samples s WHERE s.tag LIKE 'R%' AND s.ts_ns < 9999999";
        candidates = new TreeSet<>(tags);
        candidates.removeIf(tag -> !tag.startsWith("R"));
      }
    }
    Set<String> expected = null;
    if (who.has(Right.READ)) {
      expected = new TreeSet<>(candidates);
      expected.removeIf(tag -> !covers(who.scope(), tag));
    }
    assertThat(clients.ask(door, who, statement)).as(what + ", " + statement).isEqualTo(expected);
  }

  // Changing.

  private void change(Api api, Known who, Random random, String what) {
    List<String> all = List.copyOf(tags);
    String tag = all.get(random.nextInt(all.size()));
    switch (random.nextInt(4)) {
      case 0 -> {
        HttpResponse<String> answer =
            api.send("POST", "/api/v1/write", "text/plain", "m,tag=" + tag + " value=1 1000");
        int expected = !who.has(Right.WRITE) ? 403 : covers(who.scope(), tag) ? 204 : 207;
        assertThat(answer.statusCode()).as(what + " writes " + tag).isEqualTo(expected);
      }
      case 1 -> {
        String body = "{\"name\":\"" + tag + "\",\"description\":\"d\"}";
        boolean may = who.has(Right.DEFINE) && covers(who.scope(), tag);
        assertThat(api.send("PUT", "/api/v1/tags", JSON, body).statusCode())
            .as(what + " defines " + tag)
            .isEqualTo(may ? 200 : 403);
      }
      case 2 -> {
        HttpResponse<String> answer = api.get("/api/v1/values/current?tag=" + tag);
        if (!who.has(Right.READ)) {
          assertThat(answer.statusCode()).as(what).isEqualTo(403);
        } else {
          JsonNode found = Api.parse(answer.body()).path("tags");
          assertThat(found.size() == 1)
              .as(what + " reads " + tag + ": " + answer.body())
              .isEqualTo(covers(who.scope(), tag));
        }
      }
      default -> {
        int expected = who.has(Right.ADMINISTER) ? 200 : 403;
        assertThat(api.get("/api/v1/accounts").statusCode()).as(what).isEqualTo(expected);
      }
    }
  }

  /** Clients of the doors, with a connection for each account. */
  private static final class Clients implements AutoCloseable {
    private final Api http;
    private final int pgPort;
    private final BufferAllocator allocator = new RootAllocator();
    private final FlightClient flight;
    private final FlightSqlClient flightSql;
    private final Map<String, Connection> connections = new HashMap<>();

    Clients(TestServer server, int flightPort, int pgPort) {
      this.http = server.api();
      this.pgPort = pgPort;
      flight =
          FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", flightPort))
              .build();
      flightSql = new FlightSqlClient(flight);
    }

    Api http() {
      return http;
    }

    /** The only column of the rows as a set; null if the account may not ask. */
    @Nullable Set<String> ask(Door door, Known who, String statement) throws Exception {
      return switch (door) {
        case HTTP -> http(who, statement);
        case FLIGHT -> flight(who, statement);
        case PG -> pg(who, statement);
      };
    }

    private @Nullable Set<String> http(Known who, String statement) {
      HttpResponse<String> answer =
          http.as(who.token()).send("POST", "/api/v1/sql", "text/plain", statement);
      if (answer.statusCode() == 403) {
        return null;
      }
      if (answer.statusCode() == 404) {
        return Set.of(); // no tag fits the pattern
      }
      Set<String> rows = new TreeSet<>();
      Api.expect(answer).path("rows").forEach(row -> rows.add(row.get(0).asText()));
      return rows;
    }

    private @Nullable Set<String> flight(Known who, String statement) throws Exception {
      CallHeaders headers = new FlightCallHeaders();
      headers.insert("authorization", "Bearer " + who.token());
      CallOption credentials = new HeaderCallOption(headers);
      Set<String> rows = new TreeSet<>();
      try {
        FlightInfo info = flightSql.execute(statement, credentials);
        FlightStream stream =
            flightSql.getStream(info.getEndpoints().getFirst().getTicket(), credentials);
        while (stream.next()) {
          FieldVector column = stream.getRoot().getVector(0);
          for (int i = 0; i < column.getValueCount(); i++) {
            rows.add(String.valueOf(column.getObject(i)));
          }
        }
        stream.close();
        return rows;
      } catch (FlightRuntimeException e) {
        if (e.status().code() == FlightStatusCode.NOT_FOUND) {
          return Set.of();
        }
        assertThat(e.status().code()).as(e.getMessage()).isEqualTo(FlightStatusCode.UNAUTHORIZED);
        return null;
      }
    }

    private @Nullable Set<String> pg(Known who, String statement) throws SQLException {
      Connection connection = connections.get(who.name());
      if (connection == null) {
        Properties login = new Properties();
        login.put("user", who.name());
        login.put("password", who.token());
        connection =
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + pgPort + "/tidemark", login);
        connections.put(who.name(), connection);
      }
      Set<String> rows = new TreeSet<>();
      try (Statement asked = connection.createStatement();
          ResultSet found = asked.executeQuery(statement)) {
        while (found.next()) {
          rows.add(found.getString(1));
        }
        return rows;
      } catch (SQLException e) {
        if (e.getSQLState().equals("42704")) {
          return Set.of();
        }
        assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo("42501");
        return null;
      }
    }

    @Override
    public void close() throws SQLException {
      for (Connection connection : connections.values()) {
        connection.close();
      }
      try {
        flightSql.close();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      allocator.close();
    }
  }
}
