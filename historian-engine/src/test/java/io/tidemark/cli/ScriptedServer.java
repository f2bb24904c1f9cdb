package io.tidemark.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A server that answers what it is told to, then 204, and keeps what it was sent. */
final class ScriptedServer implements AutoCloseable {
  private record Answer(int status, String body) {}

  private final HttpServer http;
  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final List<String> bodies = Collections.synchronizedList(new ArrayList<>());
  private volatile int bodyCharsMax = Integer.MAX_VALUE;

  ScriptedServer() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", this::answer);
    http.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    bodies.add(body);
    Answer answer = answers.poll();
    if (answer == null) {
      answer =
          body.length() > bodyCharsMax
              ? new Answer(413, "{\"code\":\"BODY_TOO_LARGE\",\"message\":\"too large\"}")
              : new Answer(204, "");
    }
    if (answer.status == 0) {
      exchange.close();
      return;
    }
    exchange.getResponseHeaders().set("Retry-After", "0");
    byte[] bytes = answer.body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** The next answer not given yet; status 0 breaks the connection. */
  ScriptedServer then(int status, String body) {
    answers.add(new Answer(status, body));
    return this;
  }

  ScriptedServer bodiesUpTo(int chars) {
    bodyCharsMax = chars;
    return this;
  }

  List<String> bodies() {
    return List.copyOf(bodies);
  }

  String address() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
