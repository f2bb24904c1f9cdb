package io.tidemark.proof;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between one who forwards and the server: passes requests on, breaks connections as if the
 * server were away, keeps answers to itself, or makes a lane wait.
 */
final class LaneGate implements AutoCloseable {
  private static final List<String> PASSED =
      List.of(
          "Content-Type",
          "Content-Encoding",
          "Authorization",
          "tidemark-producer",
          "tidemark-epoch",
          "tidemark-sequence");

  private final HttpServer gate;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicInteger swallowed = new AtomicInteger();
  private final List<String> passed = new ArrayList<>();
  private volatile String server;
  private volatile boolean open = true;
  private volatile int swallowEach;
  private volatile String held = "none";

  LaneGate(String server) throws IOException {
    this.server = server;
    gate = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    gate.setExecutor(threads);
    gate.createContext("/", this::pass);
    gate.start();
  }

  String address() {
    return "http://127.0.0.1:" + gate.getAddress().getPort();
  }

  /** Where requests go from now on. */
  void leadTo(String newServer) {
    server = newServer;
  }

  void open() {
    open = true;
  }

  /** Breaks every connection from now on. */
  void shut() {
    open = false;
  }

  /** The server gets each request, but of every n-th the answer is lost. */
  void swallowEach(int nth) {
    swallowEach = nth;
  }

  /** Makes requests of a lane wait. */
  void hold(String lane) {
    held = lane;
  }

  void holdNone() {
    held = "none";
  }

  /** Numbers of the requests that were answered: {@code producer epoch sequence}. */
  List<String> passed() {
    synchronized (passed) {
      return List.copyOf(passed);
    }
  }

  int swallowed() {
    return swallowed.get();
  }

  private void pass(HttpExchange exchange) throws IOException {
    try {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String producer = header(exchange, "tidemark-producer");
      while (open && producer.endsWith("/" + held)) {
        Thread.sleep(5);
      }
      if (!open) {
        return;
      }
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(server + exchange.getRequestURI()))
              .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
      for (String name : PASSED) {
        if (!header(exchange, name).isEmpty()) {
          request.header(name, header(exchange, name));
        }
      }
      HttpResponse<byte[]> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      int each = swallowEach;
      if (!open || (each > 0 && swallowed.incrementAndGet() % each == 0)) {
        return;
      }
      synchronized (passed) {
        passed.add(
            producer
                + " "
                + header(exchange, "tidemark-epoch")
                + " "
                + header(exchange, "tidemark-sequence"));
      }
      exchange.sendResponseHeaders(
          answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
      exchange.getResponseBody().write(answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close(); // without an answer: the connection breaks
    }
  }

  private static String header(HttpExchange exchange, String name) {
    String text = exchange.getRequestHeaders().getFirst(name);
    return text == null ? "" : text;
  }

  @Override
  public void close() {
    gate.stop(0);
    threads.shutdownNow();
    client.close();
  }
}
