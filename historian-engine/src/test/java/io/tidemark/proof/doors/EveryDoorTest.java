package io.tidemark.proof.doors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.tidemark.engine.security.AccessHook;
import io.tidemark.engine.security.AccountRequest;
import io.tidemark.engine.security.Grant;
import io.tidemark.engine.security.Role;
import io.tidemark.engine.security.Scope;
import io.tidemark.model.Principal;
import io.tidemark.model.Quality;
import io.tidemark.proof.TestServer;
import io.tidemark.proof.doors.Question.Kind;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.wire.flight.FlightConfig;
import io.tidemark.wire.flight.FlightDoor;
import io.tidemark.wire.pg.PgConfig;
import io.tidemark.wire.pg.PgServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;
import org.slf4j.LoggerFactory;

/**
 * The same question has the same answer at every door: value bits, times, statuses, shares and
 * counts, and the same errors. All are asked by one account, with its token where there is a wire.
 * The Java API is asked first; what a door cannot be asked is reported as skipped, with the reason.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryDoorTest {
  private static final long SEED = 20261025;
  private static final int FAILURES_SHOWN = 3;
  private static final String READER = "reader";

  /* Columns of functions and relations have the same types: each format is asked one half. */
  private static final Set<String> IN_LONG_RUNS =
      Set.of("SQL over PostgreSQL, text, functions", "SQL over PostgreSQL, binary, relations");

  /* Generated questions of a kind; there are 37 standard aggregates. */
  private static final int OF_A_KIND = 20;
  private static final int AGGREGATES = 48;

  private final Map<Question, Answer> answers = new HashMap<>();
  private final Map<Kind, List<Question>> questions = new LinkedHashMap<>();
  private Logger clockWatchLog;
  private TestServer server;
  private FlightDoor flight;
  private PgServer pg;
  private JavaDoor java;
  private final List<SqlClient> clients = new ArrayList<>();
  private String token = "";

  @BeforeAll
  void fill(@TempDir Path folder) throws IOException, SQLException {
    clockWatchLog = (Logger) LoggerFactory.getLogger("io.tidemark.engine.ClockWatch");
    clockWatchLog.setLevel(Level.ERROR); // the clock stands
    server = TestServer.start(folder, Map.of("security.localOperator", "false"), Plant.clock());
    java = new JavaDoor(server.engine(), new Principal(READER));
    AccessHook access = server.engine().access();
    flight = new FlightDoor(FlightConfig.defaults().withPort(0), server.engine(), access, null);
    flight.start();
    pg = new PgServer(PgConfig.defaults().withPort(0), server.engine(), access, null);
    pg.start();
    Plant plant = new Plant();
    plant.writeInto(server, server.api().as(token("plant", Role.WRITER, Role.ENGINEER)));
    token = token(READER, Role.READER);
    clients.add(new HttpSql(server.api().as(token)));
    clients.add(new FlightSql(flight.port(), token));
    for (PgSql.Format format : PgSql.Format.values()) {
      clients.add(new PgSql(pg.port(), READER, token, format));
    }
    Questions generated = new Questions(plant, SEED);
    for (Kind kind : Kind.values()) {
      int count = kind == Kind.PROCESSED ? AGGREGATES : OF_A_KIND;
      questions.put(kind, new ArrayList<>(generated.some(kind, count)));
    }
    for (Question question : new EdgeQuestions(plant).all()) {
      questions.getOrDefault(question.kind(), List.of()).add(question);
    }
  }

  /** The secret of a new account that may do that with all tags. */
  private String token(String name, Role... roles) {
    List<Grant> grants =
        Arrays.stream(roles).map(role -> new Grant(role, Scope.EVERYTHING)).toList();
    String secret =
        server
            .engine()
            .createAccount(new AccountRequest(name, grants, null, null), Principal.SYSTEM)
            .secret();
    assertThat(secret).isNotNull();
    return secret;
  }

  @AfterAll
  void stop() throws IOException {
    for (SqlClient client : clients) {
      client.close();
    }
    pg.close();
    flight.close();
    assertThat(flight.vectorBytes()).isZero();
    server.close();
    clockWatchLog.setLevel(null);
  }

  private List<AnsweringDoor> doors() {
    List<AnsweringDoor> doors = new ArrayList<>();
    for (JsonForm.Layout layout : JsonForm.Layout.values()) {
      doors.add(new RestDoor(server.address(), token, new JsonForm(layout)));
    }
    doors.add(new RestDoor(server.address(), token, new ArrowForm()));
    doors.add(new RestDoor(server.address(), token, new CsvForm()));
    for (SqlClient client : clients) {
      doors.add(SqlDoor.ofFunctions(client));
      doors.add(SqlDoor.ofRelations(client));
    }
    return doors;
  }

  private Answer expected(Question question) {
    return answers.computeIfAbsent(question, java::answer);
  }

  @TestFactory
  Stream<DynamicNode> everyDoorSaysTheSame() {
    return tests(doors().stream().filter(door -> !IN_LONG_RUNS.contains(door.name())));
  }

  @TestFactory
  @Tag("long")
  Stream<DynamicNode> andEveryFormatOfIt() {
    return tests(doors().stream().filter(door -> IN_LONG_RUNS.contains(door.name())));
  }

  private Stream<DynamicNode> tests(Stream<AnsweringDoor> doors) {
    return doors.map(
        door ->
            dynamicContainer(
                door.name(),
                Arrays.stream(Kind.values()).flatMap(kind -> tests(door, kind).stream())));
  }

  /** One test of what the door answers, and one skipped for each reason why it does not. */
  private List<DynamicTest> tests(AnsweringDoor door, Kind kind) {
    List<Question> asked = new ArrayList<>();
    Map<String, Integer> notAsked = new LinkedHashMap<>();
    for (Question question : questions.getOrDefault(kind, List.of())) {
      String reason = door.whyNot(question);
      if (reason == null) {
        asked.add(question);
      } else {
        notAsked.merge(reason, 1, Integer::sum);
      }
    }
    List<DynamicTest> tests = new ArrayList<>();
    if (!asked.isEmpty()) {
      tests.add(dynamicTest(door.name() + ", " + kind, () -> compare(door, asked)));
    }
    notAsked.forEach(
        (reason, count) -> {
          String name = door.name() + ", " + kind + ", " + count + " not asked: " + reason;
          tests.add(
              dynamicTest(
                  name,
                  () -> {
                    throw new TestAbortedException(name);
                  }));
        });
    return tests;
  }

  private void compare(AnsweringDoor door, List<Question> asked) {
    List<String> failures = new ArrayList<>();
    for (Question question : asked) {
      String difference = difference(door, question);
      if (difference != null) {
        failures.add(door.asked(question) + "\n  " + question + "\n  " + difference);
      }
    }
    assertThat(failures.size())
        .as(
            "%s differs in %s of %s questions, for example:\n%s",
            door.name(),
            failures.size(),
            asked.size(),
            String.join("\n", failures.subList(0, Math.min(FAILURES_SHOWN, failures.size()))))
        .isZero();
  }

  /** The first difference; null if there is none. */
  private @Nullable String difference(AnsweringDoor door, Question question) {
    Answer expected = expected(question);
    Answer actual;
    try {
      actual = door.answer(question);
    } catch (RuntimeException | AssertionError e) {
      return "cannot be read: " + e;
    }
    String refusal = expected.refusal();
    if (refusal == null && !door.hasErrorsOfTags() && !expected.errors().isEmpty()) {
      refusal = expected.errors().getFirst().replaceFirst(".* ", "");
    }
    if (refusal != null || actual.refusal() != null) {
      return refusal != null && refusal.equals(actual.refusal())
          ? null
          : "refusal: expected=" + refusal + ", actual=" + actual.refusal();
    }
    if (!expected.errors().equals(actual.errors())) {
      return "errors: expected=" + expected.errors() + ", actual=" + actual.errors();
    }
    if (door.saysMore() && !expected.cut().equals(actual.cut())) {
      return "cut: expected=" + expected.cut() + ", actual=" + actual.cut();
    }
    List<Row> wanted =
        new ArrayList<>(
            expected.rows().stream().map(row -> door.asShown(question, row.copy())).toList());
    List<Row> given = new ArrayList<>(actual.rows());
    if (!door.isInOrder()) {
      wanted.sort(Comparator.comparing(Row::toString));
      given.sort(Comparator.comparing(Row::toString));
    }
    for (int i = 0; i < Math.min(wanted.size(), given.size()); i++) {
      if (!wanted.get(i).equals(given.get(i))) {
        return "row "
            + i
            + ": expected="
            + wanted.get(i)
            + "\n  row "
            + i
            + ":   actual="
            + given.get(i);
      }
    }
    return wanted.size() == given.size()
        ? null
        : "rows: expected=" + wanted.size() + ", actual=" + given.size();
  }

  /** The statements of questions have few types; these are all of them, at their edges. */
  @TestFactory
  Stream<DynamicTest> everyTypeOfSqlIsTheSameAtEveryDoor() {
    SqlValues values = new SqlValues();
    return clients.stream()
        .map(
            client ->
                dynamicTest(
                    client.name(),
                    () -> {
                      SqlClient.Table table = client.ask(values.statement(), ZoneOffset.UTC);
                      assertThat(table.refusal()).isNull();
                      assertThat(table.rows()).hasSize(2);
                      assertThat(values.differences(table.rows().getFirst(), client::asGiven))
                          .isEmpty();
                      assertThat(table.rows().getLast()).containsOnlyNulls();
                    }));
  }

  /** Questions that nothing can be learnt from would make all doors alike. */
  @Test
  void theQuestionsAreWorthAsking() {
    int count = 0;
    Set<String> errors = new TreeSet<>();
    Set<String> cells = new TreeSet<>();
    for (Map.Entry<Kind, List<Question>> kind : questions.entrySet()) {
      int answered = 0;
      Set<Object> qualities = new TreeSet<>();
      for (Question question : kind.getValue()) {
        Answer answer = expected(question);
        count++;
        answered += answer.rows().isEmpty() ? 0 : 1;
        answer.rows().forEach(row -> cells.addAll(row.cells().keySet()));
        answer.rows().stream()
            .map(row -> row.get("quality"))
            .filter(quality -> quality instanceof String)
            .forEach(qualities::add);
        answer.errors().forEach(error -> errors.add(error.replaceFirst(".* ", "")));
        String refusal = answer.refusal();
        if (refusal != null) {
          errors.add(refusal);
        }
      }
      assertThat(answered * 3)
          .as("a third of the questions of " + kind.getKey())
          .isGreaterThan(kind.getValue().size());
      if (kind.getKey() != Kind.STATES && kind.getKey() != Kind.STRETCHES) {
        assertThat(qualities).as("qualities of " + kind.getKey()).hasSize(Quality.values().length);
      }
    }
    assertThat(count).isGreaterThan(OF_A_KIND * Kind.values().length);
    assertThat(errors).contains("UNKNOWN_TAG", "EMPTY_RANGE", "UNSUPPORTED_TYPE");
    for (SummaryField field : SummaryField.values()) {
      assertThat(cells).contains(field.label());
    }
    assertThat(cells)
        .contains("increase", "rollovers", "averageDuration", "label", "productionDay");
  }
}
