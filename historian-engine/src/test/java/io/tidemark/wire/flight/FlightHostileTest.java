package io.tidemark.wire.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.tidemark.engine.security.AccessHook;
import io.tidemark.engine.security.AccountRequest;
import io.tidemark.engine.security.Grant;
import io.tidemark.engine.security.LoopbackAccess;
import io.tidemark.engine.security.RequestFacts;
import io.tidemark.engine.security.Role;
import io.tidemark.engine.security.Scope;
import io.tidemark.engine.security.ScramLogin;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import io.tidemark.proof.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.SyncPutListener;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandPreparedStatementQuery;
import org.apache.arrow.flight.sql.impl.FlightSql.TicketStatementQuery;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that send nonsense, forge, do not read, do not send, or are cut off. */
@SuppressWarnings("try") // closing may be interrupted, as Flight has it
class FlightHostileTest {
  private static final long START_NS = 1_764_000_000_000_000_000L;
  private static final String LONG =
      "SELECT s.*, r.range FROM samples s, range(1000000) r WHERE tag = 'H.TI1'";
  private TestServer server;
  private FlightDoor door;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    server = TestServer.start(folder, Map.of("query.timeLimit", "1h", "query.sqlConcurrent", "8"));
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 2_000; i++) {
      lines.append("p,tag=H.TI1 value=").append(i).append(' ');
      lines.append(START_NS + i * 1_000_000_000L).append('\n');
    }
    server.api().writeLines(lines.toString());
  }

  private FlightDoor open(FlightConfig config, AccessHook access) {
    door = new FlightDoor(config, server.engine(), access, null);
    door.start();
    return door;
  }

  private void open() {
    open(config(500, Duration.ofSeconds(60)), new LoopbackAccess());
  }

  private static FlightConfig config(int connections, Duration stall) {
    FlightConfig usual = FlightConfig.defaults();
    return new FlightConfig(
        usual.bindAddress(),
        0,
        connections,
        usual.streamsMax(),
        usual.messageBytesMax(),
        usual.sendBytesMax(),
        usual.preparedMax(),
        usual.preparedPerClientMax(),
        usual.preparedIdleMax(),
        stall,
        Duration.ofSeconds(2));
  }

  /** Of the statements here. */
  private static final long BATCH_BYTES_MAX = 8L << 20;

  @AfterEach
  void nothingStays() throws Exception {
    await(() -> door.streamsUnderWay() == 0 && server.engine().openViews() == 0);
    await(() -> server.engine().sqlEngine().load().running() == 0);
    assertThat(server.engine().sqlEngine().load().sessions()).isZero();
    assertThat(server.engine().sqlEngine().load().scans()).isZero();
    door.close();
    assertThat(door.vectorBytes()).isZero();
    await(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("tidemark-flight-")));
    server.close();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean() && System.nanoTime() - end < 0) {
      Thread.sleep(10);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  private static FlightStatusCode codeOf(ThrowingRunnable call) throws Exception {
    try {
      call.run();
      return FlightStatusCode.OK;
    } catch (FlightRuntimeException e) {
      assertThat(e.getMessage()).doesNotContain("\tat ", "java.");
      return e.status().code();
    }
  }

  private interface ThrowingRunnable {
    void run() throws Exception;
  }

  // Nonsense.

  @Test
  void forgedTicketsAndHandlesAreNotFollowed() throws Exception {
    open();
    try (FlightClientOfTest client = new FlightClientOfTest(door.port())) {
      byte[] huge = new byte[40];
      java.util.Arrays.fill(huge, (byte) 0x7F);
      byte[] forged =
          Any.pack(
                  TicketStatementQuery.newBuilder()
                      .setStatementHandle(ByteString.copyFrom(huge))
                      .build())
              .toByteArray();
      assertThat(codeOf(() -> client.count(new Ticket(forged))))
          .isEqualTo(FlightStatusCode.INVALID_ARGUMENT);
      byte[] handle =
          Any.pack(
                  CommandPreparedStatementQuery.newBuilder()
                      .setPreparedStatementHandle(ByteString.copyFromUtf8("0123456789abcdef"))
                      .build())
              .toByteArray();
      assertThat(codeOf(() -> client.count(new Ticket(handle))))
          .isEqualTo(FlightStatusCode.NOT_FOUND);
      assertThat(codeOf(() -> client.flight.getInfo(FlightDescriptor.command(handle))))
          .isEqualTo(FlightStatusCode.NOT_FOUND);
    }
  }

  @Test
  void longMessagesAreRefusedBeforeTheyAreRead() throws Exception {
    open();
    try (FlightClientOfTest client = new FlightClientOfTest(door.port())) {
      byte[] tooLong = new byte[FlightConfig.defaults().messageBytesMax() + 1];
      assertThat(codeOf(() -> client.flight.getInfo(FlightDescriptor.command(tooLong))))
          .isIn(FlightStatusCode.RESOURCE_EXHAUSTED, FlightStatusCode.CANCELLED);
      byte[] spaces = " ".repeat(900_000).getBytes(StandardCharsets.UTF_8);
      assertThat(codeOf(() -> client.flight.getInfo(FlightDescriptor.command(spaces))))
          .isEqualTo(FlightStatusCode.INVALID_ARGUMENT);
      assertThat(client.query("SELECT 1 AS x").rows()).hasSize(1);
    }
  }

  @Test
  void writesByPutAreRefused() throws Exception {
    open();
    try (FlightClientOfTest client = new FlightClientOfTest(door.port());
        VarCharVector vector = new VarCharVector("x", client.allocator);
        VectorSchemaRoot root = VectorSchemaRoot.of(vector)) {
      for (byte[] command :
          List.of("INSERT INTO samples".getBytes(StandardCharsets.UTF_8), new byte[] {1, 2, 3})) {
        SyncPutListener results = new SyncPutListener();
        org.apache.arrow.flight.FlightClient.ClientStreamListener put =
            client.flight.startPut(FlightDescriptor.command(command), root, results);
        put.completed();
        assertThatThrownBy(put::getResult)
            .isInstanceOf(FlightRuntimeException.class)
            .hasMessageContaining("READ_ONLY")
            .hasMessageContaining("POST /api/v1/write");
        results.close();
      }
      client.sql.prepare("SELECT 1").close();
    }
  }

  // Clients that do not read, do not send, or are gone.

  @Test
  void aClientThatDoesNotReadIsGivenUp() throws Exception {
    open(config(10, Duration.ofSeconds(1)), new LoopbackAccess());
    try (FlightClientOfTest client = new FlightClientOfTest(door.port())) {
      FlightInfo info = client.sql.execute(LONG);
      try (FlightStream stream =
          client.flight.getStream(info.getEndpoints().getFirst().getTicket())) {
        assertThat(stream.next()).isTrue();
        await(() -> door.streamsStalled() == 1);
        await(() -> server.engine().openViews() == 0);
        // What waits to be written stays until the client goes.
        assertThat(door.vectorBytes())
            .isLessThan(FlightConfig.defaults().sendBytesMax() + BATCH_BYTES_MAX);
        FlightStatusCode code =
            codeOf(
                () -> {
                  while (stream.next()) {
                    // What was on its way.
                  }
                });
        assertThat(code).isEqualTo(FlightStatusCode.CANCELLED);
      }
    }
  }

  @Test
  void aClientThatSendsNothingIsLetGo() throws Exception {
    open(config(10, Duration.ofSeconds(1)), new LoopbackAccess());
    try (FlightClientOfTest client = new FlightClientOfTest(door.port());
        FlightSqlClient.PreparedStatement ignored = client.sql.prepare("SELECT ? AS x");
        VarCharVector vector = new VarCharVector("x", client.allocator);
        VectorSchemaRoot root = VectorSchemaRoot.of(vector)) {
      List<org.apache.arrow.flight.FlightClient.ClientStreamListener> open = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        byte[] command = Any.pack(CommandPreparedStatementQuery.getDefaultInstance()).toByteArray();
        open.add(
            client.flight.startPut(FlightDescriptor.command(command), root, new SyncPutListener()));
      }
      assertThat(client.query("SELECT 1 AS x").rows()).hasSize(1);
      await(() -> door.callsUnderWay() == 0);
      open.forEach(put -> put.error(new IllegalStateException("enough")));
    }
  }

  @Test
  void clientsThatAreCutOffLeaveNothing() throws Exception {
    open();
    for (int i = 0; i < 30; i++) {
      FlightClientOfTest client = new FlightClientOfTest(door.port());
      FlightInfo info = client.sql.execute(LONG);
      FlightStream stream = client.flight.getStream(info.getEndpoints().getFirst().getTicket());
      if (i % 2 == 0) {
        assertThat(stream.next()).isTrue();
      }
      stream.close();
      client.close();
    }
    await(() -> server.engine().openViews() == 0);
    await(() -> door.connections() == 0);
  }

  /** Bytes that are no HTTP/2, or only its beginning. */
  @Test
  void rawSocketsAreClosed() throws Exception {
    open();
    for (byte[] bytes :
        List.of(
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
            new byte[] {22, 3, 1, 2, 0, 1, 0, 1},
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\7\4".getBytes(StandardCharsets.US_ASCII))) {
      try (Socket socket = new Socket("127.0.0.1", door.port())) {
        socket.setSoTimeout(15_000);
        OutputStream out = socket.getOutputStream();
        out.write(bytes);
        out.flush();
        socket.shutdownOutput();
        InputStream in = socket.getInputStream();
        assertThat(in.readAllBytes().length).isLessThan(10_000);
      } catch (java.net.SocketException e) {
        assertThat(e).hasMessageContaining("reset");
      }
    }
    await(() -> door.connections() == 0);
    try (FlightClientOfTest client = new FlightClientOfTest(door.port())) {
      assertThat(client.query("SELECT 1 AS x").rows()).hasSize(1);
    }
  }

  @Test
  void connectionsAreCounted() throws Exception {
    open(config(3, Duration.ofSeconds(60)), new LoopbackAccess());
    List<FlightClientOfTest> clients = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      clients.add(new FlightClientOfTest(door.port()));
      assertThat(clients.getLast().query("SELECT 1 AS x").rows()).hasSize(1);
    }
    try (FlightClientOfTest fourth = new FlightClientOfTest(door.port())) {
      assertThat(codeOf(() -> fourth.query("SELECT 1", CallOptions.timeout(5, TimeUnit.SECONDS))))
          .isIn(
              FlightStatusCode.UNAVAILABLE,
              FlightStatusCode.RESOURCE_EXHAUSTED,
              FlightStatusCode.TIMED_OUT);
    }
    assertThat(door.connectionsRefused()).isPositive();
    clients.removeFirst().close();
    await(() -> door.connections() == 2);
    try (FlightClientOfTest next = new FlightClientOfTest(door.port())) {
      assertThat(next.query("SELECT 1 AS x").rows()).hasSize(1);
    }
    for (FlightClientOfTest client : clients) {
      client.close();
    }
  }

  // Credentials.

  /** Knows one token each of two people. */
  private static final class TokenAccess implements AccessHook {
    @Override
    public Principal authenticate(RequestFacts facts) {
      assertThat(facts.peer().isLoopbackAddress()).isTrue();
      assertThat(facts.operation()).startsWith("Flight ");
      String authorization = facts.authorization();
      if (authorization == null) {
        throw new HistorianException(
            ErrorCode.UNAUTHENTICATED, "no token", null, "send authorization: Bearer …", null);
      }
      return switch (authorization) {
        case "Bearer a" -> new Principal("a");
        case "Bearer b" -> new Principal("b");
        default -> throw new HistorianException(ErrorCode.FORBIDDEN, "not this one");
      };
    }

    @Override
    public @Nullable Principal trusted(RequestFacts facts, String name) {
      return null;
    }

    @Override
    public ScramLogin login(RequestFacts facts, String name) {
      throw new HistorianException(ErrorCode.FORBIDDEN, "no logins");
    }

    @Override
    public boolean guardsRemotePeers() {
      return true;
    }
  }

  private static CallOption token(String token) {
    CallHeaders headers = new FlightCallHeaders();
    headers.insert("authorization", "Bearer " + token);
    return new HeaderCallOption(headers);
  }

  @Test
  void everyCallNeedsItsCredentials() throws Exception {
    open(config(10, Duration.ofSeconds(60)), new TokenAccess());
    Grant reading = new Grant(Role.READER, Scope.EVERYTHING);
    for (String name : List.of("a", "b")) {
      server
          .engine()
          .createAccount(new AccountRequest(name, List.of(reading), null, null), Principal.SYSTEM);
    }
    try (FlightClientOfTest client = new FlightClientOfTest(door.port())) {
      assertThat(codeOf(() -> client.query("SELECT 1")))
          .isEqualTo(FlightStatusCode.UNAUTHENTICATED);
      assertThat(codeOf(() -> client.flight.listActions().forEach(type -> {})))
          .isEqualTo(FlightStatusCode.UNAUTHENTICATED);
      assertThat(codeOf(() -> client.query("SELECT 1", token("c"))))
          .isEqualTo(FlightStatusCode.UNAUTHORIZED);
      assertThat(client.query("SELECT 1 AS x", token("a")).rows()).hasSize(1);
      assertThat(door.callsRefused()).isEqualTo(3);
      FlightInfo info = client.sql.execute("SELECT 1 AS x", token("a"));
      assertThat(codeOf(() -> client.read(info))).isEqualTo(FlightStatusCode.UNAUTHENTICATED);
      // A handle is of who made it.
      try (FlightSqlClient.PreparedStatement prepared =
          client.sql.prepare("SELECT 2 AS x", token("a"))) {
        assertThat(codeOf(() -> prepared.execute(token("b"))))
            .isEqualTo(FlightStatusCode.NOT_FOUND);
        assertThat(client.read(prepared.execute(token("a")), token("a")).rows()).hasSize(1);
        prepared.close(token("a"));
      }
    }
  }

  @Test
  void plaintextStaysOnLoopback() {
    open();
    FlightDoor remote =
        new FlightDoor(
            FlightConfig.defaults().withPort(0).withAddress("0.0.0.0"),
            server.engine(),
            new TokenAccess(),
            null);
    assertThatThrownBy(remote::start)
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
    remote.close();
    FlightDoor taken =
        new FlightDoor(
            FlightConfig.defaults().withPort(door.port()),
            server.engine(),
            new LoopbackAccess(),
            null);
    assertThatThrownBy(taken::start)
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    taken.close();
  }
}
