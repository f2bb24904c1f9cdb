package io.tidemark.proof;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A plain HTTP client of a server, as a user's script would be. */
public final class Api {
  private static final ObjectMapper JSON = new ObjectMapper();

  static {
    // Sooner than the server: a request on a connection that it just closed would fail.
    System.setProperty("jdk.httpclient.keepalive.timeout", "5");
  }

  private final HttpClient client;
  private final String address;
  private final List<String> headers;

  /** A client of that server. */
  public Api(String address) {
    this(
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(), // see ServerClient
        address,
        List.of());
  }

  private Api(HttpClient client, String address, List<String> headers) {
    this.client = client;
    this.address = address;
    this.headers = headers;
  }

  /** The same over the same connections with further headers, name and value in turn. */
  public Api with(String... more) {
    return new Api(client, address, Stream.concat(headers.stream(), Stream.of(more)).toList());
  }

  /** The same that logs in with a token. */
  public Api as(String token) {
    return with("Authorization", "Bearer " + token);
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path));
    if (!headers.isEmpty()) {
      request.headers(headers.toArray(String[]::new));
    }
    return request;
  }

  /** Sends a request with a body. */
  public HttpResponse<String> send(String method, String path, String contentType, String body) {
    HttpRequest request =
        request(path)
            .header("Content-Type", contentType)
            .method(method, BodyPublishers.ofString(body))
            .build();
    return send(request);
  }

  /** Reads. */
  public HttpResponse<String> get(String path) {
    return send(request(path).GET().build());
  }

  /** Reads an answer that may have no end. */
  HttpResponse<InputStream> open(String path) {
    return open(request(path).GET().build());
  }

  /** Posts, and reads an answer as it comes. */
  InputStream open(String path, String contentType, String body) {
    return open(request(path)
            .header("Content-Type", contentType)
            .POST(BodyPublishers.ofString(body))
            .build())
        .body();
  }

  private HttpResponse<InputStream> open(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Writes line protocol and expects that all of it is stored. */
  public void writeLines(String lines) {
    HttpResponse<String> response = send("POST", "/api/v1/write", "text/plain", lines);
    if (response.statusCode() != 204) {
      throw new AssertionError(response.statusCode() + " " + response.body());
    }
  }

  /** Reads JSON and expects success. */
  public JsonNode json(String path) {
    return expect(get(path));
  }

  /** Runs a statement and returns its rows. */
  public JsonNode sql(String statement, Object... parameters) {
    ObjectNode body = JSON.createObjectNode().put("sql", statement);
    ArrayNode params = body.putArray("params");
    for (Object parameter : parameters) {
      params.addPOJO(parameter);
    }
    return expect(send("POST", "/api/v1/sql", "application/json", body.toString()));
  }

  /** Parses a successful answer. */
  public static JsonNode expect(HttpResponse<String> response) {
    if (response.statusCode() >= 300) {
      throw new AssertionError(response.statusCode() + " " + response.body());
    }
    return parse(response.body());
  }

  /** Parses JSON. */
  public static JsonNode parse(String text) {
    try {
      return Objects.requireNonNull(JSON.readTree(text));
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }

  /** A text as part of a query. */
  public static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
