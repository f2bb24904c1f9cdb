package io.tidemark.wire.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.proof.Api;
import io.tidemark.proof.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The HTTP door of a whole server in the test's process, and a client that may misbehave. */
final class Door implements AutoCloseable {
  static final String JSON = "application/json";
  static final String TEXT = "text/plain";
  private static final int ANSWER_MS_MAX = 20_000;
  private static final Pattern CONTENT_LENGTH = Pattern.compile("content-length: (\\d+)");

  private final TestServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  private Door(TestServer server) {
    this.server = server;
  }

  /** A door with the default limits. */
  static Door open(Path folder) throws IOException {
    HttpConfig defaults = HttpConfig.defaults();
    return open(folder, defaults.bodyBytesMax(), defaults.liveStreamsMax());
  }

  /** A door with limits that a test can reach. */
  static Door open(Path folder, int bodyBytesMax, int liveStreamsMax) throws IOException {
    HttpConfig defaults = HttpConfig.defaults();
    HttpConfig limits =
        new HttpConfig(
            defaults.bindAddress(),
            0,
            List.of("historian.example:443"),
            bodyBytesMax,
            defaults.connectionsMax(),
            defaults.requestTimeout(),
            defaults.stallTimeout(),
            defaults.readThreads(),
            defaults.sqlThreads(),
            defaults.writeThreads(),
            liveStreamsMax,
            defaults.tagsMax(),
            defaults.timesMax(),
            defaults.stopTimeout(),
            defaults.sessionIdle());
    return new Door(TestServer.start(folder, Map.of(), limits));
  }

  Api api() {
    return server.api();
  }

  /** Another server over the same engine that is to open the given port. */
  HttpServer second(int port) {
    return new HttpServer(HttpConfig.defaults().withPort(port), server.engine());
  }

  List<Route> routes() {
    return server.http().routes();
  }

  /** Moves what is in memory into segments. */
  void seal() {
    server.engine().sealNow();
  }

  /** What clients send as {@code Host}. */
  String host() {
    return "127.0.0.1:" + server.http().port();
  }

  URI uri(String path) {
    return URI.create(server.address() + path);
  }

  HttpClient client() {
    return client;
  }

  HttpResponse<String> get(String path, String... headers) {
    return send("GET", path, BodyPublishers.noBody(), headers);
  }

  HttpResponse<String> post(String path, String contentType, String body) {
    return send("POST", path, BodyPublishers.ofString(body), "Content-Type", contentType);
  }

  HttpResponse<String> put(String path, String body) {
    return send("PUT", path, BodyPublishers.ofString(body), "Content-Type", JSON);
  }

  HttpResponse<String> send(String method, String path, BodyPublisher body, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).method(method, body);
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The recorded samples of a tag around 1970, as they are answered. */
  JsonNode recorded(String tag) {
    JsonNode answer =
        api()
            .json(
                "/api/v1/values/recorded?startTime=1969-12-31&endTime=1970-01-02&tag="
                    + Api.encode(tag));
    return answer.path("tags").path(0).path("values");
  }

  /** A connection of its own, with nothing said yet. */
  Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.http().port());
    socket.setSoTimeout(ANSWER_MS_MAX);
    return socket;
  }

  /** Sends the bytes as they are and returns the first answer, head and body. */
  String raw(String request) {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return readUntil(socket, Door::isWhole);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isWhole(String answer) {
    int headEnd = answer.indexOf("\r\n\r\n");
    if (headEnd < 0) {
      return false;
    }
    String body = answer.substring(headEnd + 4);
    Matcher length = CONTENT_LENGTH.matcher(answer.substring(0, headEnd));
    return length.find()
        ? body.getBytes(StandardCharsets.UTF_8).length >= Integer.parseInt(length.group(1))
        : answer.startsWith("HTTP/1.1 204") || body.endsWith("0\r\n\r\n");
  }

  /** Reads a connection that stays open until what has come will do, or to its end. */
  static String readUntil(Socket socket, Predicate<String> isEnough) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] piece = new byte[8 * 1024];
    InputStream in = socket.getInputStream();
    for (int count; (count = in.read(piece)) >= 0; ) {
      bytes.write(piece, 0, count);
      if (isEnough.test(bytes.toString(StandardCharsets.UTF_8))) {
        break;
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Checks that the answer is an error of the code, with all that every error has. */
  static JsonNode assertError(HttpResponse<String> answer, int status, String code) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type"))
        .hasValue("application/json; charset=utf-8");
    JsonNode error = Api.parse(answer.body());
    assertThat(error.path("code").asText()).as(answer.body()).isEqualTo(code);
    assertThat(error.path("message").asText()).isNotBlank();
    assertThat(error.path("requestId").asText()).isNotBlank();
    return error;
  }

  /** The only refused item of an answer that names items. */
  static JsonNode onlyError(HttpResponse<String> answer, int stored) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(207);
    JsonNode report = Api.parse(answer.body());
    assertThat(report.path("stored").asInt()).as(answer.body()).isEqualTo(stored);
    assertThat(report.path("errors")).as(answer.body()).hasSize(1);
    return report.path("errors").path(0);
  }

  @Override
  public void close() throws IOException {
    client.close();
    server.close();
  }
}
