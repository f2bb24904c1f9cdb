package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.tidemark.engine.security.LoopbackAccess;
import io.tidemark.wire.flight.FlightConfig;
import io.tidemark.wire.flight.FlightDoor;
import io.tidemark.wire.http.HttpConfig;
import io.tidemark.wire.pg.PgConfig;
import io.tidemark.wire.pg.PgServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that send byte after byte and come to no end, or do not read: their connections end after
 * a bounded time, however lively they look, and nothing stays.
 */
class SlowClientsTest {
  private static final Duration SHORT = Duration.ofSeconds(1);

  /** No figure of anything: only a connection that is never closed waits so long. */
  private static final int HANG_SECONDS = 60;

  @TempDir static Path folder;
  private static TestServer server;
  private static FlightDoor flight;
  private static PgServer pg;

  @BeforeAll
  static void start() throws IOException {
    HttpConfig http = HttpConfig.defaults();
    server =
        TestServer.start(
            folder,
            Map.of("query.timeLimit", "1h"),
            new HttpConfig(
                http.bindAddress(),
                0,
                http.hostNames(),
                http.bodyBytesMax(),
                http.connectionsMax(),
                SHORT,
                SHORT,
                http.readThreads(),
                http.sqlThreads(),
                http.writeThreads(),
                http.liveStreamsMax(),
                http.tagsMax(),
                http.timesMax(),
                http.stopTimeout(),
                http.sessionIdle()));
    flight =
        new FlightDoor(
            FlightConfig.defaults().withPort(0).withStallTimeout(SHORT),
            server.engine(),
            new LoopbackAccess(),
            null);
    flight.start();
    pg =
        new PgServer(
            PgConfig.defaults().withPort(0).withLimits(100, Duration.ofSeconds(4), SHORT),
            server.engine(),
            new LoopbackAccess(),
            null);
    pg.start();
  }

  @AfterAll
  static void stop() throws IOException {
    pg.close();
    flight.close();
    server.close();
  }

  /** Bytes as they are written in a program. */
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * What a client sends.
   *
   * @param head at once
   * @param drop then again and again
   */
  private record Slow(int port, byte[] head, byte[] drop) {}

  private static Map<String, Slow> slowClients() {
    int http = server.http().port();
    String post =
        "POST /api/v1/write HTTP/1.1\r\nHost: 127.0.0.1:"
            + http
            + "\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n";
    String statement = "SELECT x, x AS y FROM range(100000000000) r(x)";
    String preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    String startup = "\0\0\0\u0012\0\u0003\0\0user\0mes\0\0";
    Map<String, Slow> clients = new LinkedHashMap<>();
    clients.put("HTTP, nothing", new Slow(http, bytes(""), bytes("")));
    clients.put("HTTP, request line", new Slow(http, bytes("GET /"), bytes("a")));
    clients.put("HTTP, headers", new Slow(http, bytes("GET / HTTP/1.1\r\n"), bytes("X: y\r\n")));
    clients.put("HTTP, body", new Slow(http, bytes(post + "\r\n"), bytes("#")));
    clients.put("HTTP, empty lines", new Slow(http, bytes("\r\n"), bytes("\r\n")));
    clients.put(
        "HTTP/2, a frame",
        new Slow(http, bytes(preface + "\0\0\0\4\0\0\0\0\0\0@\0\0"), bytes("a")));
    clients.put(
        "HTTP, answer",
        new Slow(
            http,
            bytes(
                "POST /api/v1/sql HTTP/1.1\r\nHost: 127.0.0.1:"
                    + http
                    + "\r\nContent-Type: text/plain\r\nContent-Length: "
                    + statement.length()
                    + "\r\n\r\n"
                    + statement),
            bytes("")));
    clients.put("Flight, nothing", new Slow(flight.port(), bytes(""), bytes("")));
    clients.put("Flight, TLS", new Slow(flight.port(), bytes("\u0016\3\1\2\0\1\0\1"), bytes("\0")));
    clients.put("Flight, preface", new Slow(flight.port(), bytes("PRI"), bytes("")));
    clients.put(
        "Flight, a frame",
        new Slow(flight.port(), bytes(preface + "\0\0\0\4\0\0\0\0\0\0@\0\0"), bytes("a")));
    clients.put("PostgreSQL, nothing", new Slow(pg.port(), bytes(""), bytes("")));
    clients.put("PostgreSQL, start-up", new Slow(pg.port(), bytes("\0\0\20\0"), bytes("a")));
    clients.put(
        "PostgreSQL, a message", new Slow(pg.port(), bytes(startup + "Q\0\0\20\0"), bytes("a")));
    clients.put(
        "PostgreSQL, answer",
        new Slow(
            pg.port(),
            bytes(startup + "Q\0\0\0" + (char) (statement.length() + 5) + statement + "\0"),
            bytes("")));
    return clients;
  }

  @Test
  @Tag("long")
  void theirConnectionsEnd() throws Exception {
    Map<String, Slow> clients = slowClients();
    Map<String, Future<Boolean>> ends = new LinkedHashMap<>();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      for (Map.Entry<String, Slow> client : clients.entrySet()) {
        if (client.getKey().endsWith("answer")) {
          // alone, since a client begins to read once no statement runs any more
          await(() -> server.engine().sqlEngine().load().running() == 0);
          ends.values().forEach(SlowClientsTest::join);
        }
        ends.put(client.getKey(), threads.submit(ends(client.getKey(), client.getValue())));
      }
      List<String> open = new ArrayList<>();
      for (Map.Entry<String, Future<Boolean>> end : ends.entrySet()) {
        if (!end.getValue().get(2L * HANG_SECONDS, TimeUnit.SECONDS)) {
          open.add(end.getKey());
        }
      }
      assertThat(open).as("connections that stay").isEmpty();
    } finally {
      threads.shutdownNow();
    }
    await(() -> pg.sessions() == 0 && flight.connections() == 0);
    await(() -> server.engine().openViews() == 0);
    await(() -> server.engine().sqlEngine().load().running() == 0);
    assertThat(List.of(pg.loginTimeoutsTotal(), pg.stalledTotal())).isEqualTo(List.of(2L, 2L));
    assertThat(server.api().get("/metrics").body())
        .containsPattern("tidemark_http_connections_timed_out_total [1-9]");
  }

  private static void join(Future<?> end) {
    try {
      end.get(2L * HANG_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Whether the server ends the connection while the client goes on sending. */
  private static Callable<Boolean> ends(String name, Slow client) {
    return () -> {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(HANG_SECONDS);
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), client.port())) {
        socket.setSoTimeout(50);
        socket.getOutputStream().write(client.head());
        boolean isReading = !name.endsWith("answer");
        boolean hasRun = false;
        byte[] piece = new byte[64 << 10];
        while (System.nanoTime() - end < 0) {
          socket.getOutputStream().write(client.drop());
          if (isReading) {
            try {
              if (socket.getInputStream().read(piece) < 0) {
                return true;
              }
            } catch (SocketTimeoutException e) {
              // Still open.
            }
          } else {
            TimeUnit.MILLISECONDS.sleep(50);
            int running = server.engine().sqlEngine().load().running();
            hasRun |= running > 0;
            isReading = hasRun && running == 0; // given up
          }
        }
        return false;
      } catch (SocketException e) {
        return true; // reset, with bytes of ours on their way
      }
    };
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(HANG_SECONDS);
    while (!condition.holds() && System.nanoTime() - end < 0) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(condition.holds()).isTrue();
  }

  /** Bytes go as they are. */
  private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      return new byte[0];
    }
  }

  /** The connection is as lively as can be; the call says nothing. */
  @Test
  void aCallThatDoesNotSayWhatItWantsIsGivenUp() throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", flight.port()).usePlaintext().build();
    try {
      for (String method : List.of("GetFlightInfo", "DoGet", "DoPut")) {
        CompletableFuture<Status> ended = new CompletableFuture<>();
        ClientCall<byte[], byte[]> call =
            channel.newCall(
                MethodDescriptor.<byte[], byte[]>newBuilder(new Raw(), new Raw())
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .setFullMethodName("arrow.flight.protocol.FlightService/" + method)
                    .build(),
                CallOptions.DEFAULT);
        call.start(
            new ClientCall.Listener<>() {
              @Override
              public void onClose(Status status, Metadata trailers) {
                ended.complete(status);
              }
            },
            new Metadata());
        call.request(1);
        Status status = ended.get(HANG_SECONDS, TimeUnit.SECONDS);
        assertThat(status.getCode()).as(method).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        call.cancel("over", null);
      }
      // What reads for DoPut may be faster to let go than the gate before it.
      assertThat(flight.callsGivenUp()).isBetween(2L, 3L);
      await(() -> flight.callsUnderWay() == 0);
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }
}
