package io.tidemark.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The server that a client command talks to. One thread. Whatever goes wrong is a {@link
 * HistorianException}: a refusal keeps the server's code, message and hint.
 */
final class ServerClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ATTEMPTS_MAX = 60;
  private static final int RETRY_AFTER_MAX_S = 30;

  @Option(
      names = "--server",
      paramLabel = "URL",
      defaultValue = "${env:TIDEMARK_SERVER:-http://127.0.0.1:7300}",
      description = "Server to talk to; default ${DEFAULT-VALUE} (TIDEMARK_SERVER).")
  private String server = "http://127.0.0.1:7300";

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "File whose first line is the token to log in with; else TIDEMARK_TOKEN, else none.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--trust",
      paramLabel = "FILE",
      defaultValue = "${env:TIDEMARK_TRUST}",
      description =
          "Certificate in PEM to trust beside those of the system: that of the server's data"
              + " folder, security/certificate.pem (TIDEMARK_TRUST).")
  private @Nullable Path trust;

  /*
   * HTTP/1.1: in 2 of 100 connections the JDK's client takes the body of an answer of some 100 KB for the next frame
   * when it comes with the change to HTTP/2, although what the server sent is right byte for byte.
   */
  private @Nullable HttpClient opened;
  private long waits;

  ServerClient() {}

  /** A client of that server, whatever options say. */
  ServerClient(String server) {
    this.server = server;
  }

  private HttpClient client() {
    HttpClient client = opened;
    if (client == null) {
      HttpClient.Builder builder =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(Duration.ofSeconds(5));
      if (trust != null) {
        builder.sslContext(TrustedCertificate.context(trust));
      }
      client = builder.build();
      opened = client;
    }
    return client;
  }

  /** The token to log in with, or null for none. */
  private @Nullable String token() {
    if (tokenFile == null) {
      String token = System.getenv("TIDEMARK_TOKEN");
      return token == null || token.isBlank() ? null : token.strip();
    }
    try (Stream<String> lines = Files.lines(tokenFile)) {
      return lines
          .findFirst()
          .map(String::strip)
          .filter(token -> !token.isEmpty())
          .orElseThrow(
              () ->
                  new HistorianException(
                      ErrorCode.MALFORMED, "file holds no token: file=" + tokenFile));
    } catch (IOException e) {
      throw new HistorianException(
          ErrorCode.NOT_FOUND, "file of the token cannot be read: file=" + tokenFile, e);
    }
  }

  /** Parses an answer. */
  static JsonNode json(String answer) {
    try {
      return JSON.readTree(answer);
    } catch (JsonProcessingException e) {
      throw new HistorianException(
          ErrorCode.INTERNAL, "server answered no JSON: answer=" + ErrorText.quote(answer), e);
    }
  }

  /** Sends a request and returns the answer's body. */
  String send(String method, String path, @Nullable String json, String accept) {
    HttpResponse<String> response = exchange(method, path, json, accept);
    if (response.statusCode() >= 400) {
      throw refusal(response);
    }
    return response.body();
  }

  /**
   * Sends a request that does no harm if it is repeated; waits and repeats it while the server is
   * too busy (429) or not ready (503), as long as it says.
   */
  String sendPatiently(String method, String path, String json) {
    for (int attempt = 1; ; attempt++) {
      HttpResponse<String> response = exchange(method, path, json, "application/json");
      boolean isBusy = response.statusCode() == 429 || response.statusCode() == 503;
      if (!isBusy || attempt == ATTEMPTS_MAX) {
        if (response.statusCode() >= 400) {
          throw refusal(response);
        }
        return response.body();
      }
      waits++;
      try {
        Thread.sleep(Duration.ofSeconds(retryAfterSeconds(response)));
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  private static int retryAfterSeconds(HttpResponse<String> response) {
    String seconds = response.headers().firstValue("Retry-After").orElse("1");
    return seconds.matches("\\d{1,6}") ? Math.min(Integer.parseInt(seconds), RETRY_AFTER_MAX_S) : 1;
  }

  /** How often {@link #sendPatiently} has waited. */
  long waits() {
    return waits;
  }

  /** Address of the server. */
  String address() {
    return server;
  }

  /** Sends a request whose answer is read as it comes; returns before it does. */
  StreamedAnswer open(String method, String path, @Nullable String json, String accept) {
    return new StreamedAnswer(
        this,
        client().sendAsync(request(method, path, json, accept), BodyHandlers.ofInputStream()));
  }

  private HttpResponse<String> exchange(
      String method, String path, @Nullable String json, String accept) {
    HttpRequest request = request(method, path, json, accept);
    try {
      return client().send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private HttpRequest request(String method, String path, @Nullable String json, String accept) {
    HttpRequest.Builder request;
    try {
      request = HttpRequest.newBuilder(URI.create(server + path)).header("Accept", accept);
    } catch (IllegalArgumentException e) {
      throw new HistorianException(
          ErrorCode.MALFORMED,
          "not an address of a server: server=" + ErrorText.quote(server),
          null,
          "write --server http://127.0.0.1:7300",
          e);
    }
    String token = token();
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    if (json != null) {
      request.header("Content-Type", "application/json");
    }
    return request
        .method(method, json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json))
        .build();
  }

  /** What a lost or missing connection is to the user. */
  HistorianException failed(IOException e) {
    if (e instanceof ConnectException || e instanceof HttpConnectTimeoutException) {
      return new HistorianException(
          ErrorCode.UNAVAILABLE,
          "no server answers: server=" + server,
          null,
          "start one with: tidemark demo, or tidemark serve; or name another with --server",
          e);
    }
    if (e instanceof SSLException) {
      return new HistorianException(
          ErrorCode.FORBIDDEN,
          "server's certificate is not trusted: server=" + server + ", reason=" + reason(e),
          null,
          "compare its fingerprint with the one that the server prints at its start, then name it:"
              + " --trust security/certificate.pem",
          e);
    }
    return new HistorianException(
        ErrorCode.UNAVAILABLE,
        "server broke the connection: server=" + server + ", reason=" + reason(e),
        null,
        "look whether it runs, then repeat the command: nothing is stored twice",
        e);
  }

  private static String reason(IOException e) {
    String message = e.getMessage();
    return ErrorText.quote(message == null ? e.getClass().getSimpleName() : message);
  }

  static HistorianException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new HistorianException(ErrorCode.CANCELLED, "interrupted", e);
  }

  private HistorianException refusal(HttpResponse<String> response) {
    return refusal(response.statusCode(), response.body());
  }

  /** What an answer of a status of 400 or more says. Its path is LINE:COLUMN where it has them. */
  HistorianException refusal(int status, String body) {
    JsonNode error;
    try {
      error = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      error = JSON.nullNode();
    }
    ErrorCode code = code(error.path("code").asText());
    if (code == null) {
      return new HistorianException(
          ErrorCode.INTERNAL,
          "not an answer of a Tidemark server: server="
              + server
              + ", status="
              + status
              + ", answer="
              + ErrorText.quote(body));
    }
    String line = error.path("line").asText("");
    String column = error.path("column").asText("");
    boolean hasPlace = !line.isEmpty();
    String place = hasPlace ? " (line " + line + ", column " + column + ")" : "";
    String hint = error.path("hint").asText("");
    return new HistorianException(
        code,
        error.path("message").asText() + place,
        hasPlace ? line + ":" + column : null,
        hint.isEmpty() ? null : hint,
        null);
  }

  private static @Nullable ErrorCode code(String name) {
    for (ErrorCode code : ErrorCode.values()) {
      if (code.name().equals(name)) {
        return code;
      }
    }
    return null;
  }
}
