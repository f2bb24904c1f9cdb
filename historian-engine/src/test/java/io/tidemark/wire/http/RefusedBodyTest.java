package io.tidemark.wire.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.engine.security.AccountRequest;
import io.tidemark.engine.security.Grant;
import io.tidemark.engine.security.Role;
import io.tidemark.engine.security.Scope;
import io.tidemark.model.Principal;
import io.tidemark.proof.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A refusal that does not wait for the body reaches the client that is still sending it. */
class RefusedBodyTest {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int ACK = 1;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  @TempDir static Path folder;
  private static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = TestServer.start(folder, Map.of());
    Grant all = new Grant(Role.READER, Scope.EVERYTHING);
    server
        .engine()
        .createAccount(new AccountRequest("reader", List.of(all), null, null), Principal.SYSTEM);
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  private record Frame(int type, int flags, int stream, byte[] payload) {}

  /** A connection of HTTP/2 on which frames are written one by one. */
  private static final class Http2 implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;

    Http2() throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), server.http().port());
      socket.setSoTimeout(20_000);
      in = new DataInputStream(socket.getInputStream());
      socket
          .getOutputStream()
          .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      send(SETTINGS, 0, 0, new byte[0]);
    }

    void send(int type, int flags, int stream, byte[] payload) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.write(payload.length >>> 16);
      bytes.write(payload.length >>> 8);
      bytes.write(payload.length);
      bytes.write(type);
      bytes.write(flags);
      for (int shift = 24; shift >= 0; shift -= 8) {
        bytes.write(stream >>> shift);
      }
      bytes.writeBytes(payload);
      socket.getOutputStream().write(bytes.toByteArray());
    }

    /** Begins a request on a stream; its body is still to come. */
    void post(int stream, String path, String... headers) throws IOException {
      List<String> all =
          new ArrayList<>(
              List.of(
                  ":method",
                  "POST",
                  ":scheme",
                  "http",
                  ":path",
                  path,
                  ":authority",
                  "127.0.0.1:" + server.http().port(),
                  "content-type",
                  "text/plain"));
      all.addAll(List.of(headers));
      ByteArrayOutputStream block = new ByteArrayOutputStream(); // literals, not indexed
      for (int i = 0; i < all.size(); i += 2) {
        block.write(0);
        block.write(all.get(i).length());
        block.writeBytes(all.get(i).getBytes(StandardCharsets.US_ASCII));
        block.write(all.get(i + 1).length());
        block.writeBytes(all.get(i + 1).getBytes(StandardCharsets.US_ASCII));
      }
      send(HEADERS, END_HEADERS, stream, block.toByteArray());
    }

    Frame read() throws IOException {
      int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = new byte[length];
      in.readFully(payload);
      return new Frame(type, flags, stream, payload);
    }

    /** The body of the answer on a stream, read to its end. */
    String answer(int stream) throws IOException {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      while (true) {
        Frame frame = read();
        assertThat(frame.type()).as("a reset before the answer").isNotIn(RST_STREAM, GOAWAY);
        if (frame.stream() != stream) {
          continue;
        }
        if (frame.type() == DATA) {
          body.writeBytes(frame.payload());
        }
        if ((frame.flags() & END_STREAM) != 0) {
          return body.toString(StandardCharsets.UTF_8);
        }
      }
    }

    /** Types of the frames up to the answer to a ping. */
    List<Integer> untilPing() throws IOException {
      send(PING, 0, 0, new byte[8]);
      List<Integer> types = new ArrayList<>();
      while (true) {
        Frame frame = read();
        if (frame.type() == PING && (frame.flags() & ACK) != 0) {
          return types;
        }
        types.add(frame.type());
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/write, Bearer wrong, UNAUTHENTICATED",
    "/api/v1/write, Basic eDp5eXl5eXl5eXl5eXk=, UNAUTHENTICATED",
    "/api/v1/nowhere, '', NOT_FOUND",
    "/api/v1/sql, '', BODY_TOO_LARGE"
  })
  void theStreamIsNotResetWhileTheBodyComes(String path, String authorization, String code)
      throws IOException {
    try (Http2 client = new Http2()) {
      List<String> headers = new ArrayList<>();
      if (!authorization.isEmpty()) {
        headers.addAll(List.of("authorization", authorization));
      }
      headers.addAll(
          List.of("content-length", code.equals("BODY_TOO_LARGE") ? "99999999" : "48000"));
      client.post(1, path, headers.toArray(String[]::new));
      assertThat(client.answer(1)).contains("\"code\":\"" + code + "\"");
      assertThat(client.untilPing()).doesNotContain(RST_STREAM, GOAWAY);
      for (int i = 0; i < 3; i++) {
        boolean isLast = i == 2 && !code.equals("BODY_TOO_LARGE");
        client.send(DATA, isLast ? END_STREAM : 0, 1, new byte[16_000]);
      }
      assertThat(client.untilPing()).doesNotContain(RST_STREAM, GOAWAY);
      client.post(3, "/api/v1/nowhere", "content-length", "0");
      client.send(DATA, END_STREAM, 3, new byte[0]);
      assertThat(client.answer(3)).contains("NOT_FOUND");
    }
  }

  @Test
  void aBodyThatDoesNotEndIsResetInTheEnd() throws IOException {
    try (Http2 client = new Http2()) {
      client.post(1, "/api/v1/write", "authorization", "Bearer wrong");
      assertThat(client.answer(1)).contains("UNAUTHENTICATED");
      Frame frame = client.read();
      while (frame.type() != RST_STREAM) {
        frame = client.read();
      }
      assertThat(frame.stream()).isEqualTo(1);
    }
  }

  /** The same in HTTP/1.1: the body is taken, and the connection goes on. */
  @Test
  void theAnswerComesBeforeTheBodyAndTheConnectionGoesOn() throws IOException {
    String host = " HTTP/1.1\r\nHost: 127.0.0.1:" + server.http().port() + "\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.http().port())) {
      socket.setSoTimeout(20_000);
      String head =
          "POST /api/v1/write"
              + host
              + "Authorization: Bearer wrong\r\nContent-Type: text/plain\r\n"
              + "Content-Length: 48000\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      assertThat(Door.readUntil(socket, text -> text.contains("requestId")))
          .startsWith("HTTP/1.1 401");
      socket.getOutputStream().write(new byte[48_000]);
      String next = "GET /health/live" + host + "\r\n";
      socket.getOutputStream().write(next.getBytes(StandardCharsets.US_ASCII));
      assertThat(Door.readUntil(socket, text -> text.contains("UP"))).contains("200 OK");
    }
  }
}
