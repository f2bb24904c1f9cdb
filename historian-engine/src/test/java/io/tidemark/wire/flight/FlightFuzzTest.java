package io.tidemark.wire.flight;

import static io.tidemark.testing.Mutations.survives;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.tidemark.engine.security.LoopbackAccess;
import io.tidemark.proof.TestServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionClosePreparedStatementRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionCreatePreparedStatementRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetCrossReference;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetSqlInfo;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetTables;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetXdbcTypeInfo;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandPreparedStatementQuery;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementQuery;
import org.apache.arrow.flight.sql.impl.FlightSql.TicketStatementQuery;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Hostile messages at the Flight SQL door: answered, or refused with a status that blames the
 * client, and nothing stays. {@code CONTRIBUTING.md} says how to fuzz.
 */
@SuppressWarnings("try") // closing may be interrupted, as Flight has it
class FlightFuzzTest {
  private static final List<String> METHODS =
      List.of(
          "GetFlightInfo",
          "GetSchema",
          "DoGet",
          "DoPut",
          "DoAction",
          "DoExchange",
          "Handshake",
          "ListFlights",
          "PollFlightInfo",
          "ListActions");

  /** Messages of an answer after which the client leaves. */
  private static final int ANSWERS_MAX = 20;

  @TempDir static Path folder;
  private static TestServer server;
  private static FlightDoor door;
  private static ManagedChannel channel;

  @BeforeAll
  static void start() throws Exception {
    ((Logger) LoggerFactory.getLogger("io.grpc")).setLevel(Level.OFF);
    ((Logger) LoggerFactory.getLogger("org.apache.arrow")).setLevel(Level.OFF);
    server = TestServer.start(folder, Map.of("query.timeLimit", "1s"));
    server.api().writeLines("p,tag=H.TI1 value=1 1764000000000000000\n");
    door =
        new FlightDoor(
            FlightConfig.defaults().withPort(0), server.engine(), new LoopbackAccess(), null);
    door.start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", door.port()).usePlaintext().build();
    try (FlightClientOfTest client = new FlightClientOfTest(door.port())) {
      assertThat(client.query("SELECT 1 AS x").rows()).hasSize(1);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    door.close();
    server.close();
    ((Logger) LoggerFactory.getLogger("io.grpc")).setLevel(null);
    ((Logger) LoggerFactory.getLogger("org.apache.arrow")).setLevel(null);
  }

  // Calls, as bytes.

  /** Bytes go as they are. */
  private enum Raw implements MethodDescriptor.Marshaller<byte[]> {
    BYTES;

    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static byte[] call(String method, byte[]... messages) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(METHODS.indexOf(method));
    for (byte[] message : messages) {
      bytes.write(message.length >>> 8);
      bytes.write(message.length);
      bytes.writeBytes(message);
    }
    return bytes.toByteArray();
  }

  private static byte[] packed(Message message) {
    return Any.pack(message).toByteArray();
  }

  /** The message of a descriptor with a command. */
  private static byte[] descriptor(byte[] command) {
    ByteBuffer bytes = FlightDescriptor.command(command).serialize();
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return copy;
  }

  /** A field of protobuf that holds bytes. */
  private static byte[] field(int number, byte[] value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    varint(bytes, number << 3 | 2);
    varint(bytes, value.length);
    bytes.writeBytes(value);
    return bytes.toByteArray();
  }

  private static void varint(ByteArrayOutputStream bytes, int value) {
    int left = value;
    for (; left >= 0x80; left >>>= 7) {
      bytes.write(left & 0x7F | 0x80);
    }
    bytes.write(left);
  }

  private static byte[] action(String type, byte[] body) {
    return join(field(1, type.getBytes(StandardCharsets.UTF_8)), field(2, body));
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** Values of a parameter as a client puts them: a schema with the descriptor, a batch. */
  private static byte[] put(byte[] command) throws IOException {
    try (BufferAllocator allocator = new RootAllocator();
        VarCharVector vector = new VarCharVector("x", allocator);
        VectorSchemaRoot root = VectorSchemaRoot.of(vector)) {
      vector.setSafe(0, "H.TI1".getBytes(StandardCharsets.UTF_8));
      root.setRowCount(1);
      byte[] schema =
          MessageSerializer.serializeMetadata(root.getSchema(), IpcOption.DEFAULT).array();
      ByteArrayOutputStream written = new ByteArrayOutputStream();
      try (ArrowRecordBatch batch = new VectorUnloader(root).getRecordBatch()) {
        MessageSerializer.serialize(new WriteChannel(Channels.newChannel(written)), batch);
      }
      byte[] bytes = written.toByteArray(); // continuation, length, metadata, body
      int metadata = ByteBuffer.wrap(bytes, 4, 4).order(ByteOrder.LITTLE_ENDIAN).getInt();
      return call(
          "DoPut",
          join(field(1, descriptor(command)), field(2, schema)),
          join(
              field(2, Arrays.copyOfRange(bytes, 8, 8 + metadata)),
              field(1000, Arrays.copyOfRange(bytes, 8 + metadata, bytes.length))));
    }
  }

  static Stream<byte[]> calls() throws IOException {
    byte[] statement = packed(CommandStatementQuery.newBuilder().setQuery("SELECT 1 x").build());
    byte[] tables =
        packed(
            CommandGetTables.newBuilder()
                .setTableNameFilterPattern("s%_\\_")
                .setIncludeSchema(true)
                .addTableTypes("TABLE")
                .build());
    byte[] unknown =
        packed(
            CommandPreparedStatementQuery.newBuilder()
                .setPreparedStatementHandle(ByteString.copyFromUtf8("0123456789abcdef"))
                .build());
    byte[] ticket = ticket(List.of());
    byte[] prepare =
        packed(
            ActionCreatePreparedStatementRequest.newBuilder()
                .setQuery("SELECT value FROM samples WHERE tag = ?")
                .build());
    byte[] forget =
        packed(
            ActionClosePreparedStatementRequest.newBuilder()
                .setPreparedStatementHandle(ByteString.copyFromUtf8("0123456789abcdef"))
                .build());
    return Stream.of(
        call("GetFlightInfo", descriptor("SELECT tag FROM tags".getBytes(StandardCharsets.UTF_8))),
        call("GetFlightInfo", descriptor(statement)),
        call("GetSchema", descriptor(tables)),
        call("GetSchema", descriptor(unknown)),
        call("DoGet", field(1, ticket)),
        call("DoGet", field(1, tables)),
        call("DoGet", field(1, packed(CommandGetSqlInfo.newBuilder().addInfo(1).build()))),
        call("DoGet", field(1, packed(CommandGetXdbcTypeInfo.newBuilder().setDataType(8).build()))),
        call(
            "DoGet",
            field(1, packed(CommandGetCrossReference.newBuilder().setPkTable("tags").build()))),
        put(unknown),
        put(statement),
        call("DoAction", action("CreatePreparedStatement", prepare)),
        call("DoAction", action("ClosePreparedStatement", forget)),
        call("DoAction", action("CancelFlightInfo", field(1, field(3, field(1, ticket))))),
        call("DoAction", action("CloseSession", new byte[0])),
        call("Handshake", field(2, new byte[] {1, 2})),
        call("ListFlights", field(1, new byte[] {1})),
        call("PollFlightInfo", descriptor(statement)),
        call("ListActions", new byte[0]),
        call("DoExchange", field(1, descriptor(statement))));
  }

  /** A method, then messages with their lengths. */
  @MethodSource("calls")
  @FuzzTest
  void call(byte[] input) throws Exception {
    if (input.length == 0) {
      return;
    }
    String method = METHODS.get((input[0] & 0xFF) % METHODS.size());
    List<byte[]> messages = new ArrayList<>();
    for (int at = 1; at < input.length; ) {
      int length = at + 2 > input.length ? 0 : (input[at] & 0xFF) << 8 | input[at + 1] & 0xFF;
      int from = Math.min(at + 2, input.length);
      at = Math.min(from + length, input.length);
      messages.add(Arrays.copyOfRange(input, from, at));
    }
    Status status = answer(method, messages);
    String said = method + ": " + status;
    assertThat(status.getCode())
        .as(said)
        .isNotIn(Status.Code.UNKNOWN, Status.Code.DEADLINE_EXCEEDED, Status.Code.UNAVAILABLE);
    assertThat(said).doesNotContain("call failed in the server", "\tat ");
    await("calls", () -> door.callsUnderWay() == 0 && door.streamsUnderWay() == 0);
    await("memory of vectors", () -> door.vectorBytes() == 0);
    await("views", () -> server.engine().openViews() == 0);
  }

  private static Status answer(String method, List<byte[]> messages) throws Exception {
    CompletableFuture<Status> ended = new CompletableFuture<>();
    ClientCall<byte[], byte[]> call =
        channel.newCall(
            MethodDescriptor.<byte[], byte[]>newBuilder(Raw.BYTES, Raw.BYTES)
                .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                .setFullMethodName("arrow.flight.protocol.FlightService/" + method)
                .build(),
            CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS)); // of a call that hangs
    call.start(
        new ClientCall.Listener<>() {
          private int answers;

          @Override
          public void onMessage(byte[] message) {
            if (++answers > ANSWERS_MAX) {
              call.cancel("enough", null);
            } else {
              call.request(1);
            }
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.complete(status);
          }
        },
        new Metadata());
    call.request(1);
    messages.forEach(call::sendMessage);
    call.halfClose();
    return ended.get(30, TimeUnit.SECONDS);
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean() && System.nanoTime() - end < 0) {
      TimeUnit.MICROSECONDS.sleep(100);
    }
    assertThat(condition.getAsBoolean()).as(what).isTrue();
  }

  // What commands hold.

  private static byte[] ticket(List<@Nullable Object> values) {
    StatementTicket ticket =
        new StatementTicket(new UUID(1, 2), "SELECT tag FROM tags", values, null, null, true);
    return packed(
        TicketStatementQuery.newBuilder()
            .setStatementHandle(ByteString.copyFrom(ticket.encode()))
            .build());
  }

  static Stream<byte[]> tickets() {
    return Stream.of(
        new StatementTicket(new UUID(1, 2), "SELECT 1", List.of(), null, null, false).encode(),
        new StatementTicket(
                new UUID(3, 4),
                "SELECT ?",
                Arrays.asList(
                    null, true, false, 7L, 0.5, "ü", Instant.EPOCH, List.of(1L, List.of("x"))),
                ZoneId.of("Europe/Berlin"),
                "17",
                true)
            .encode());
  }

  @MethodSource("tickets")
  @FuzzTest
  void ticket(byte[] input) {
    survives(
        "ticket",
        512L * input.length + (64 << 10),
        () -> {
          StatementTicket ticket = StatementTicket.decode(input);
          assertThat(StatementTicket.decode(ticket.encode())).isEqualTo(ticket);
        });
  }

  static Stream<byte[]> patterns() {
    return Stream.of("samples\ns%_l\\es", "a_b\na\\_b", "\n%%", "aaaaaaaaab\n%a%a%a%b", "x\\\nx\\")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  /** A text and a pattern of SQL, against a table of all their prefixes. */
  @MethodSource("patterns")
  @FuzzTest
  void pattern(byte[] input) {
    String[] parts = new String(input, StandardCharsets.UTF_8).split("\n", 2);
    if (parts.length < 2 || (long) parts[0].length() * parts[1].length() > 1_000_000) {
      return;
    }
    survives(
        "pattern",
        64L * input.length * input.length,
        () ->
            assertThat(CatalogAnswers.isLike(parts[0], parts[1]))
                .isEqualTo(fits(parts[0], parts[1])));
  }

  private static boolean fits(String text, String pattern) {
    boolean[] fits = new boolean[text.length() + 1];
    fits[0] = true;
    for (int p = 0; p < pattern.length(); p++) {
      char c = pattern.charAt(p);
      boolean isEscaped = c == '\\' && p + 1 < pattern.length();
      if (isEscaped) {
        c = pattern.charAt(++p);
      }
      boolean[] next = new boolean[text.length() + 1];
      for (int i = 0; i <= text.length(); i++) {
        if (c == '%' && !isEscaped) {
          next[i] = fits[i] || (i > 0 && next[i - 1]);
        } else {
          next[i] = i > 0 && fits[i - 1] && (text.charAt(i - 1) == c || (c == '_' && !isEscaped));
        }
      }
      fits = next;
    }
    return fits[text.length()];
  }
}
