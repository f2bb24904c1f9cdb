package io.tidemark.wire.http;

import static io.tidemark.wire.http.Door.JSON;
import static io.tidemark.wire.http.Door.TEXT;
import static io.tidemark.wire.http.Door.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies over the limit, bodies that lie about their length, and bodies that never end. */
class BodyLimitTest {
  private static final int BYTES_MAX = 2 << 20;
  private static final String WRITE = "/api/v1/write";

  @TempDir static Path folder;
  private static Door door;

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder, BYTES_MAX, 1);
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  private static String head(String path, String length) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: "
        + door.host()
        + "\r\nContent-Type: text/plain\r\n"
        + length
        + "\r\n\r\n";
  }

  /** The body is never sent: an answer that waits for it does not come. */
  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/write", "/write", "/api/v1/sql", "/api/v1/values/recorded"})
  void aLengthOverTheLimitIsRefusedBeforeTheBodyIsRead(String path) throws IOException {
    try (Socket socket = door.connect()) {
      byte[] head = head(path, "Content-Length: 99999999").getBytes(StandardCharsets.UTF_8);
      socket.getOutputStream().write(head);
      assertThat(Door.readUntil(socket, answer -> answer.contains("requestId")))
          .startsWith("HTTP/1.1 413 ")
          .contains("\"code\":\"BODY_TOO_LARGE\"", "bytes=99999999, bytesMax=");
    }
  }

  @Test
  void aBodyOfExactlyTheLimitIsReadAndOneByteMoreIsNot() {
    String line = "m,tag=L.1 value=1 1\n";
    String full = line + "#" + "x".repeat(BYTES_MAX - line.length() - 1);
    assertThat(door.post(WRITE, TEXT, full).statusCode()).isEqualTo(204);
    assertError(door.post(WRITE, TEXT, full + "x"), 413, "BODY_TOO_LARGE");
  }

  @Test
  void aBodyWithoutAnnouncedLengthIsReadUpToTheLimit() {
    byte[] some = "m,tag=C.1 value=1 1".getBytes(StandardCharsets.UTF_8);
    assertThat(chunked(some).statusCode()).isEqualTo(204);
    assertThat(door.recorded("C.1")).hasSize(1);
    HttpResponse<String> answer = chunked(new byte[BYTES_MAX + 1]);
    assertThat(assertError(answer, 413, "BODY_TOO_LARGE").path("message").asText())
        .contains("bytesMax=" + BYTES_MAX);
  }

  private static HttpResponse<String> chunked(byte[] body) {
    return door.send(
        "POST",
        WRITE,
        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)),
        "Content-Type",
        TEXT);
  }

  @Test
  void aBodyThatUnpacksBeyondTheLimitIsRefused() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(new byte[8 * BYTES_MAX]);
    }
    HttpResponse<String> answer =
        door.send(
            "POST",
            WRITE,
            BodyPublishers.ofByteArray(packed.toByteArray()),
            "Content-Type",
            TEXT,
            "Content-Encoding",
            "gzip");
    assertError(answer, 413, "BODY_TOO_LARGE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 100", "Transfer-Encoding: chunked"})
  void aBodyThatIsCutOffStoresNothing(String length) throws IOException {
    boolean isChunked = length.startsWith("Transfer");
    String whole = "m,tag=T.1 value=1 1\n";
    String sent = isChunked ? "14\r\n" + whole + "\r\n14\r\nm,tag" : whole;
    try (Socket socket = door.connect()) {
      socket.getOutputStream().write((head(WRITE, length) + sent).getBytes(StandardCharsets.UTF_8));
      socket.shutdownOutput();
      assertThat(socket.getInputStream().readAllBytes()).isEmpty();
    }
    // The server has ended the connection: what it stored of it would be seen.
    assertThat(door.recorded("T.1")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: -1",
        "Content-Length: 1e3",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nTransfer-Encoding: chunked"
      })
  void lengthsThatContradictThemselvesAreRefused(String length) {
    assertThat(door.raw(head(WRITE, length) + "0\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("connection: close");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/tags", "/api/v1/context/orders/O-1"})
  void nestingWithoutEndIsRefused(String path) {
    HttpResponse<String> answer = door.put(path, "{\"name\":" + "[".repeat(1 << 20));
    assertError(answer, 400, "MALFORMED");
  }

  @Test
  void nestingWithoutEndIsRefusedInQuestionsToo() {
    String deep = "{\"sql\":\"SELECT 1\",\"params\":" + "[".repeat(1 << 20);
    assertError(door.post("/api/v1/sql", JSON, deep), 400, "MALFORMED");
    assertError(door.post("/api/v1/values/recorded", JSON, deep), 400, "MALFORMED");
    assertError(door.post("/api/v1/context", JSON, deep), 400, "MALFORMED");
  }
}
