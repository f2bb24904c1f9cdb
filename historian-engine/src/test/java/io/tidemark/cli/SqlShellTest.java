package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.cli.shell.LineCompleter;
import io.tidemark.cli.shell.ShellTerminal;
import io.tidemark.engine.Historian;
import io.tidemark.proof.TestServer;
import io.tidemark.wire.http.HttpConfig;
import io.tidemark.wire.http.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Conversations with the shell: what is typed, and what is seen. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqlShellTest {
  private static final SqlSchema SCHEMA =
      new SqlSchema(
          List.of(
              new SqlSchema.Relation(
                  "samples",
                  "every stored sample",
                  List.of(new SqlSchema.Column("tag", "VARCHAR", "name of the tag")))),
          List.of(
              new SqlSchema.Function(
                  "recorded",
                  "samples in a range",
                  List.of(
                      new SqlSchema.Parameter("tags", "VARCHAR[]", null, "names"),
                      new SqlSchema.Parameter("start_time", "TIMESTAMPTZ", "*-1h", "begin")),
                  List.of(new SqlSchema.Column("ts", "TIMESTAMPTZ", "source time")))));

  @TempDir Path folder;

  private final Map<String, String> environment = new HashMap<>();
  private TestServer server;

  @BeforeAll
  void start(@TempDir Path data) throws IOException {
    server = TestServer.start(data, Map.of("query.timeLimit", "10m"));
    server
        .api()
        .send(
            "PUT",
            "/api/v1/tags",
            "application/json",
            "{\"tags\":[{\"name\":\"R1.TIC101.PV\",\"uom\":\"degC\",\"description\":\"Reactor\"},"
                + "{\"name\":\"R1.TI102.PV\"},{\"name\":\"R2.TI202.PV\"}]}");
  }

  @AfterAll
  void stop() throws IOException {
    server.close();
  }

  private SqlShell shell(ServerClient client, ShellTerminal terminal, SqlSchema schema) {
    return new SqlShell(
        client,
        terminal,
        () -> schema,
        environment,
        new SqlRun.Layout(ResultFormat.table, 1_000, 0, false),
        false,
        null);
  }

  /** What is seen when these lines are typed. */
  private String typed(SqlSchema schema, String... lines) throws IOException {
    ServerClient client = new ServerClient(server.address());
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    String text = String.join("\n", lines) + "\n";
    try (ShellTerminal terminal =
        ShellTerminal.ofStreams(
            new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
            seen,
            new SqlCompleter(client, () -> schema),
            folder.resolve("state/sql_history"))) {
      shell(client, terminal, schema).run();
    }
    return seen.toString(StandardCharsets.UTF_8);
  }

  private String typed(String... lines) throws IOException {
    return typed(SCHEMA, lines);
  }

  @Test
  void aStatementMayHaveManyLinesAndALineManyStatements() throws IOException {
    String seen = typed("SELECT 40", "  + 2 AS answer;", "SELECT 'x;y' AS a; SELECT 17 AS b;");
    assertThat(seen).contains("answer", "42", "x;y", "17", "1 row, ");
    assertThat(seen.split("1 row, ", -1)).hasSize(4);
  }

  @Test
  void anErrorPointsAtItsPlaceAndTheShellGoesOn() throws IOException {
    String seen = typed("SELECT 1 AS a,", "  valu FROM samples;", "SELECT 1234567 * 10 AS b;");
    assertThat(seen).contains("SQL_ERROR: ").containsPattern("\n    valu FROM samples\r?\n    \\^");
    assertThat(seen).contains("12345670");
    assertThat(typed("DELETE FROM samples;")).contains("READ_ONLY: ", "hint: ");
  }

  @Test
  void theRestOfALineIsNotRunAfterAnError() throws IOException {
    assertThat(typed("SELECT nothing; SELECT 1234567 * 10 AS b;")).doesNotContain("12345670");
  }

  @Test
  void helpNamesEveryCommand() throws IOException {
    assertThat(typed("\\?")).contains(ShellCommand.ALL.keySet());
    assertThat(typed("\\nothing")).contains("no such command: command=\\nothing", "\\? shows all");
  }

  @Test
  void relationsAndFunctionsAreDescribed() throws IOException {
    assertThat(typed("\\d"))
        .containsPattern("samples +relation +every stored sample")
        .containsPattern("recorded +function +samples in a range");
    assertThat(typed("\\d samples")).containsPattern("tag +VARCHAR +name of the tag");
    assertThat(typed("\\d recorded"))
        .containsPattern("tags => +VARCHAR\\[\\] +must +names")
        .containsPattern("start_time => +TIMESTAMPTZ +\\*-1h +begin")
        .containsPattern("ts +TIMESTAMPTZ +source time");
    assertThat(typed("\\d nothing")).contains("no such relation or function: name=nothing");
    assertThat(typed(SqlSchema.EMPTY, "\\d")).contains("does not describe its relations");
  }

  @Test
  void aServerWithoutASchemaHasAnEmptyOne() throws IOException {
    try (ScriptedServer scripted = new ScriptedServer()) {
      ServerClient client = new ServerClient(scripted.address());
      scripted.then(404, "{\"code\":\"NOT_FOUND\",\"message\":\"no such path\"}");
      assertThat(SqlSchema.of(client)).isEqualTo(SqlSchema.EMPTY);
      scripted.then(
          200,
          "{\"relations\":[{\"name\":\"samples\",\"description\":\"every stored"
              + " sample\",\"columns\":[{\"name\":\"tag\",\"type\":\"VARCHAR\",\"description\":\"name"
              + " of the tag\"}]}],\"functions\":[{\"name\":\"recorded\",\"description\":\"samples"
              + " in a range\","
              + "\"parameters\":[{\"name\":\"tags\",\"type\":\"VARCHAR[]\",\"description\":\"names\"},"
              + "{\"name\":\"start_time\",\"type\":\"TIMESTAMPTZ\",\"default\":\"*-1h\","
              + "\"description\":\"begin\"}],\"columns\":[{\"name\":\"ts\",\"type\":\"TIMESTAMPTZ\",\"description\":\"source"
              + " time\"}]}]}");
      assertThat(SqlSchema.of(client)).isEqualTo(SCHEMA);
    }
  }

  @Test
  void formsAndZonesAreSwitched() throws IOException {
    assertThat(typed("\\f csv", "SELECT 1 AS a, 'x' AS b;")).contains("a,b").contains("1,x");
    assertThat(typed("\\f xml")).contains("no such format: format=xml", "parquet");
    assertThat(typed("\\f arrow", "SELECT 1;")).contains("arrow is not for a terminal");
    assertThat(typed("\\x", "SELECT 1 AS first_one, NULL AS b;"))
        .contains("-- row 1")
        .containsPattern("first_one +1\r?\nb +NULL");
    assertThat(typed("\\z Asia/Kolkata", "SELECT TIMESTAMPTZ '2024-03-05 00:00:00Z' AS t;"))
        .contains("2024-03-05T05:30:00+05:30");
    assertThat(typed("\\z Mars/Base")).contains("no such time zone: timeZone=Mars/Base");
    assertThat(typed("\\timing", "SELECT 1;")).containsPattern("\\d+ bytes; first after \\d+ ms");
  }

  @Test
  void rowsGoIntoAFileOnce() throws IOException {
    Path file = folder.resolve("rows.csv");
    String seen = typed("\\o " + file, "SELECT 17 AS a;", "SELECT 18 AS a;");
    assertThat(seen).contains("written: file=" + file).contains("18");
    assertThat(file).hasContent("\uFEFFa\r\n17\r\n");
    assertThat(typed("\\o " + file, "SELECT 19;")).contains("file is there already");
    assertThat(file).hasContent("\uFEFFa\r\n17\r\n");
  }

  @Test
  void theEditorChangesTheLastStatement() throws IOException {
    environment.put("VISUAL", "sed -i s/17/42/");
    assertThat(typed("SELECT 17 AS a;", "\\e"))
        .containsPattern("SELECT 42 AS a;\\s+a\\s+--\\s+42\\s+1 row");
    environment.put("VISUAL", "false");
    assertThat(typed("SELECT 17 AS a;", "\\e")).contains("editor failed, nothing is run");
    environment.clear();
  }

  @Test
  void quittingLeavesTheRestUnread() throws IOException {
    assertThat(typed("\\q", "SELECT 42 AS a;")).doesNotContain("1 row");
  }

  @Test
  void theHistoryIsKeptForItsOwnerOnly() throws IOException {
    typed("SELECT 1717 AS", "  kept;");
    Path history = folder.resolve("state/sql_history");
    assertThat(Files.readString(history)).contains("1717").contains("kept");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(history)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(history.getParent())))
        .isEqualTo("rwx------");
    assertThat(SqlShell.historyFile(Map.of(), "/home/a"))
        .isEqualTo(Path.of("/home/a/.local/state/tidemark/sql_history"));
    assertThat(SqlShell.historyFile(Map.of("XDG_STATE_HOME", "/s"), "/home/a"))
        .isEqualTo(Path.of("/s/tidemark/sql_history"));
  }

  @Test
  void wordsAreProposedWhereTheyFit() {
    SqlCompleter completer = new SqlCompleter(new ServerClient(server.address()), () -> SCHEMA);
    assertThat(texts(completer, "SELECT * FROM sam")).containsExactly("samples");
    assertThat(texts(completer, "SELECT * FROM rec")).containsExactly("recorded(");
    assertThat(texts(completer, "SELECT start_")).containsExactly("start_time");
    assertThat(texts(completer, "sel")).containsExactly("SELECT");
    assertThat(texts(completer, "SELECT 1 FROM s WHERE tag = 'R1."))
        .containsExactlyInAnyOrder("R1.TIC101.PV", "R1.TI102.PV");
    assertThat(texts(completer, "\\ti")).containsExactly("\\timing");
    assertThat(texts(completer, "\\f pa")).containsExactly("parquet");
    assertThat(texts(completer, "\\d re")).containsExactly("recorded");
    String open = "SELECT 'a' WHERE tag = 'R1.T";
    assertThat(open.substring(completer.wordStart(open))).isEqualTo("R1.T");
  }

  private static List<String> texts(LineCompleter completer, String text) {
    return completer.proposals(text).stream().map(LineCompleter.Proposal::text).toList();
  }

  @Test
  void aServerThatIsNotThereStopsNobodyFromTyping() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    ServerClient client = new ServerClient("http://127.0.0.1:" + port);
    assertThat(texts(new SqlCompleter(client, () -> SCHEMA), "SELECT 'R1")).isEmpty();
  }

  /** A server that takes a statement and never answers. */
  @Test
  void interruptingEndsTheStatementAndItsConnection() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ServerClient client = new ServerClient("http://127.0.0.1:" + silent.getLocalPort());
      ByteArrayOutputStream seen = new ByteArrayOutputStream();
      try (ShellTerminal terminal =
          ShellTerminal.ofStreams(
              new ByteArrayInputStream("SELECT 1;\n\\q\n".getBytes(StandardCharsets.UTF_8)),
              seen,
              new SqlCompleter(client, () -> SCHEMA),
              null)) {
        CompletableFuture<Void> talk =
            CompletableFuture.runAsync(() -> shell(client, terminal, SCHEMA).run());
        try (Socket connection = silent.accept()) {
          assertThat(connection.getInputStream().read()).isEqualTo('P');
          terminal.interrupt();
          talk.get(60, TimeUnit.SECONDS);
          while (connection.getInputStream().read() >= 0) {
            // what is left of the request, then the end that the client made
          }
        }
      }
      assertThat(seen.toString(StandardCharsets.UTF_8)).contains("cancelled");
    }
  }

  /** An engine whose queries say when they begin and end. */
  private Historian observed(CountDownLatch begun, CountDownLatch ended) {
    return proxy(
        Historian.class,
        server.engine(),
        (method, result) -> {
          if (!method.equals("openQuery") || result == null) {
            return result;
          }
          begun.countDown();
          return proxy(
              Historian.OpenQuery.class,
              result,
              (name, answer) -> {
                if (name.equals("close")) {
                  ended.countDown();
                }
                return answer;
              });
        });
  }

  private interface Observer {
    @Nullable Object after(String method, @Nullable Object result);
  }

  private static <T> T proxy(Class<T> type, Object target, Observer observer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              try {
                return observer.after(method.getName(), method.invoke(target, arguments));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  @Test
  void theServerStopsWhatIsInterrupted() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    try (HttpServer door =
        new HttpServer(HttpConfig.defaults().withPort(0), observed(begun, ended))) {
      door.start();
      SqlStatement endless =
          new SqlStatement(
              "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b",
              List.of(),
              null,
              null);
      SqlRun run =
          new SqlRun(
              new ServerClient("http://127.0.0.1:" + door.port()),
              endless,
              new SqlRun.Layout(ResultFormat.table, 0, 0, false));
      CompletableFuture<Void> answer =
          CompletableFuture.runAsync(
              () -> {
                try (run) {
                  run.toStream(new ByteArrayOutputStream());
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
      run.cancel();
      assertThatThrownBy(answer::join).hasMessageContaining("cancelled");
      // The time limit of this server is longer than that.
      assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }
}
