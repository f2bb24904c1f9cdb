package io.tidemark.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.zip.GZIPInputStream;

/** Answers requests as it is told, with 204 once nothing is left, and remembers them. */
final class ScriptedServer implements AutoCloseable {
  /** An answer; status 0 breaks the connection. */
  record Answer(int status, String body, String retryAfter) {
    static Answer of(int status) {
      return new Answer(status, "", "");
    }

    static Answer error(int status, String code, String message) {
      return new Answer(status, "{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}", "");
    }
  }

  /** A request as it came. */
  record Seen(String producer, long epoch, long sequence, String token, String body) {
    String number() {
      return epoch + "/" + sequence;
    }
  }

  private final HttpServer server;
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private final List<Seen> seen = new ArrayList<>();

  ScriptedServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.createContext("/", this::handle);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  void answer(Answer... next) {
    answers.addAll(List.of(next));
  }

  synchronized List<Seen> seen() {
    return List.copyOf(seen);
  }

  private void handle(HttpExchange exchange) throws IOException {
    byte[] bytes = exchange.getRequestBody().readAllBytes();
    if ("gzip".equals(header(exchange, "Content-Encoding"))) {
      try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
        bytes = in.readAllBytes();
      }
    }
    synchronized (this) {
      seen.add(
          new Seen(
              header(exchange, "tidemark-producer"),
              Long.parseLong(header(exchange, "tidemark-epoch")),
              Long.parseLong(header(exchange, "tidemark-sequence")),
              header(exchange, "Authorization"),
              new String(bytes, StandardCharsets.UTF_8)));
    }
    Answer answer = answers.poll();
    if (answer == null) {
      answer = Answer.of(204);
    }
    if (answer.status() == 0) {
      exchange.close();
      return;
    }
    if (!answer.retryAfter().isEmpty()) {
      exchange.getResponseHeaders().set("Retry-After", answer.retryAfter());
    }
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static String header(HttpExchange exchange, String name) {
    String text = exchange.getRequestHeaders().getFirst(name);
    return text == null ? "" : text;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
