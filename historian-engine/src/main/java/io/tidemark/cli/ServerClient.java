package io.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The server that a client command talks to. */
final class ServerClient {
  static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--server",
      paramLabel = "URL",
      defaultValue = "${env:TIDEMARK_SERVER:-http://127.0.0.1:7300}",
      description = "Server to talk to; default ${DEFAULT-VALUE} (TIDEMARK_SERVER).")
  private String server = "http://127.0.0.1:7300";

  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  ServerClient() {}

  /**
   * Sends a request; a refusal of the server becomes an exception with its code, message and hint.
   */
  HttpResponse<String> send(
      String method,
      String path,
      @Nullable String contentType,
      @Nullable String body,
      String accept)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server + path)).header("Accept", accept);
    if (contentType != null) {
      request.header("Content-Type", contentType);
    }
    request.method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    HttpResponse<String> response;
    try {
      response = client.send(request.build(), BodyHandlers.ofString());
    } catch (ConnectException e) {
      throw new HistorianException(
          ErrorCode.UNAVAILABLE,
          "no server answers: server=" + server,
          null,
          "start one with: tidemark demo, or tidemark serve; or name another with --server",
          e);
    }
    if (response.statusCode() >= 400) {
      throw refusal(response);
    }
    return response;
  }

  private static HistorianException refusal(HttpResponse<String> response) {
    try {
      JsonNode error = JSON.readTree(response.body());
      String place =
          error.has("line")
              ? " (line " + error.path("line") + ", column " + error.path("column") + ")"
              : "";
      String hint = error.path("hint").asText("");
      return new HistorianException(
          code(error.path("code").asText()),
          error.path("message").asText() + place,
          null,
          hint.isEmpty() ? null : hint,
          null);
    } catch (IOException e) {
      return new HistorianException(
          ErrorCode.INTERNAL, "server answered " + response.statusCode() + " " + response.body());
    }
  }

  private static ErrorCode code(String name) {
    for (ErrorCode code : ErrorCode.values()) {
      if (code.name().equals(name)) {
        return code;
      }
    }
    return ErrorCode.INTERNAL;
  }
}
