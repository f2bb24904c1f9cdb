package io.tidemark.proof;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes requests on to a server, and one answer by half only. */
final class CutProxy implements AutoCloseable {
  private final HttpServer proxy;
  private final String server;
  private final int whole;
  private final Runnable atHalf;
  private final AtomicInteger requests = new AtomicInteger();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * A proxy on a free port.
   *
   * @param server address
   * @param whole answers that come whole before the one that does not
   * @param atHalf runs when half of that has gone out, before its connection ends
   */
  CutProxy(String server, int whole, Runnable atHalf) throws IOException {
    this.server = server;
    this.whole = whole;
    this.atHalf = atHalf;
    proxy = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    proxy.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    proxy.createContext("/", this::pass);
    proxy.start();
  }

  String address() {
    return "http://127.0.0.1:" + proxy.getAddress().getPort();
  }

  private void pass(HttpExchange exchange) throws IOException {
    try (InputStream in = exchange.getRequestBody()) {
      HttpResponse<byte[]> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(server + exchange.getRequestURI()))
                  .header("Content-Type", "application/json")
                  .header("Accept", exchange.getRequestHeaders().getFirst("Accept"))
                  .POST(HttpRequest.BodyPublishers.ofByteArray(in.readAllBytes()))
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      byte[] body = answer.body();
      exchange.sendResponseHeaders(answer.statusCode(), body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        if (requests.getAndIncrement() == whole) {
          out.write(body, 0, body.length / 2);
          out.flush();
          atHalf.run();
        } else {
          out.write(body);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close();
    }
  }

  @Override
  public void close() {
    proxy.stop(0);
  }
}
