package io.tidemark.wire.http;

import static io.tidemark.wire.http.Door.assertError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.proof.Api;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every route: who may ask, with which method, and what every answer carries. */
class DoorRulesTest {
  private static final List<String> SECURITY_HEADERS =
      List.of(
          "content-security-policy: default-src 'self'",
          "x-content-type-options: nosniff",
          "x-frame-options: DENY",
          "referrer-policy: no-referrer",
          "cross-origin-resource-policy: same-origin",
          "cross-origin-opener-policy: same-origin");

  @TempDir static Path folder;
  private static Door door;

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder, 1 << 20, 0); // no live stream: one would not end by itself
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  /** An answer to the route of a request that lacks all but the given headers. */
  private static String ask(Route route, String host, String... headers) {
    return ask(route.method(), route.path().replace("*", "orders/O-1"), host, headers);
  }

  private static String ask(String method, String path, String host, String... headers) {
    StringBuilder request = new StringBuilder();
    request.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: ").append(host);
    for (String header : headers) {
      request.append("\r\n").append(header);
    }
    if (method.startsWith("P")) {
      request.append("\r\nContent-Length: 0");
    }
    return door.raw(request.append("\r\nConnection: close\r\n\r\n").toString());
  }

  private static int status(String answer) {
    assertThat(answer).startsWith("HTTP/1.1 ");
    return Integer.parseInt(answer.substring(9, 12));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:%d",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost:%d.evil.example",
        "127.0.0.1:%d:80",
        "user@127.0.0.1:%d",
        "[::2]:%d",
        "historian.example"
      })
  void aForeignHostIsRefusedOnEveryRoute(String host) {
    String name = host.formatted(port());
    for (Route route : door.routes()) {
      String answer = ask(route, name);
      assertThat(status(answer))
          .as("%s %s: %s", route.method(), route.path(), answer)
          .isIn(400, 403);
      assertThat(answer).containsAnyOf("ORIGIN_REFUSED", "MALFORMED");
    }
  }

  private static int port() {
    return door.uri("/").getPort();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: http://evil.example",
        "Origin: http://127.0.0.1",
        "Origin: http://127.0.0.1:1",
        "Origin: http://localhost:%d",
        "Origin: http://127.0.0.1:%d.evil.example",
        "Origin: ftp://127.0.0.1:%d",
        "Origin: null",
        "Origin: ",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: "
      })
  void pagesOfOtherSitesAreRefusedOnEveryRoute(String header) {
    for (Route route : door.routes()) {
      String answer = ask(route, door.host(), header.formatted(port()));
      assertThat(status(answer))
          .as("%s %s: %s", route.method(), route.path(), answer)
          .isEqualTo(403);
      assertThat(answer).contains("ORIGIN_REFUSED", "not on the allow list");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:%d|",
        "localhost:%d|",
        "LOCALHOST:%d|",
        "[::1]:%d|",
        "historian.example:443|",
        "127.0.0.1:%d|Origin: http://127.0.0.1:%d",
        "localhost:%d|Origin: http://LOCALHOST:%d",
        "historian.example:443|Origin: https://historian.example",
        "127.0.0.1:%d|Sec-Fetch-Site: same-origin",
        "127.0.0.1:%d|Sec-Fetch-Site: none"
      })
  void ownPagesAndClientsWithoutOriginReachEveryRoute(String request) {
    String[] parts = request.replace("%d", String.valueOf(port())).split("\\|", -1);
    String[] headers = parts[1].isEmpty() ? new String[0] : new String[] {parts[1]};
    for (Route route : door.routes()) {
      String answer = ask(route, parts[0], headers);
      assertThat(status(answer))
          .as("%s %s: %s", route.method(), route.path(), answer)
          .isIn(200, 204, 400, 404, 415, 429);
      assertThat(answer).doesNotContain("ORIGIN_REFUSED", "\"INTERNAL\"");
    }
  }

  @Test
  void aLinkInAMailOpensThePageAndNothingElse() {
    String[] link = {
      "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"
    };
    for (Route route : door.routes()) {
      boolean page = route.path().equals("/") && route.method().equals("GET");
      assertThat(status(ask(route, door.host(), link)))
          .as("%s %s", route.method(), route.path())
          .isEqualTo(page ? 200 : 403);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Forwarded: for=192.0.2.1", "X-Forwarded-For: 192.0.2.1"})
  void whatAProxyPassedOnIsRefusedOnEveryRoute(String header) {
    for (Route route : door.routes()) {
      String answer = ask(route, door.host(), header);
      assertThat(status(answer))
          .as("%s %s: %s", route.method(), route.path(), answer)
          .isEqualTo(403);
      assertThat(answer).contains("\"FORBIDDEN\"", "proxy");
    }
  }

  @Test
  void everyAnswerCarriesTheSecurityHeadersOnce() {
    List<String> answers = new ArrayList<>();
    for (Route route : door.routes()) {
      answers.add(ask(route, door.host()));
    }
    answers.add(ask("GET", "/nowhere", door.host()));
    answers.add(ask("GET", "/health/live", "evil.example"));
    answers.add(ask("DELETE", "/health/live", door.host()));
    answers.add(ask("BREW", "/health/live", door.host()));
    answers.add(ask("GET", "/../etc/passwd", door.host()));
    answers.add(ask("GET", "/" + "a".repeat(70_000), door.host()));
    answers.add(ask("GET", "/health/live", door.host(), "X: " + "a".repeat(40_000)));
    answers.add(door.raw("rubbish\r\n\r\n"));
    for (String answer : answers) {
      for (String header : SECURITY_HEADERS) {
        assertThat(answer).containsOnlyOnce(header);
      }
      assertThat(answer.toLowerCase(Locale.ROOT))
          .doesNotContain("\r\nserver:", "armeria", "netty", "\tat ");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/tag, /api/v1/tags",
    "/api/v1/values/recordet, /api/v1/values/recorded",
    "/health/live/, /health/live",
    "/api/v1/context, ''",
    "/some/thing/else/entirely, /api/v1/openapi.json"
  })
  void anUnknownPathNamesTheNearest(String path, String hint) {
    HttpResponse<String> answer = door.get(path);
    if (hint.isEmpty()) {
      assertError(answer, 405, "METHOD_NOT_ALLOWED");
    } else {
      assertThat(assertError(answer, 404, "NOT_FOUND").path("hint").asText()).contains(hint);
    }
  }

  @Test
  void anotherMethodIsRefusedWithThoseThatThePathTakes() {
    for (Route route : door.routes()) {
      String path = route.path().replace("*", "orders/O-1");
      HttpResponse<String> answer = door.send("PATCH", path, BodyPublishers.noBody());
      assertError(answer, 405, "METHOD_NOT_ALLOWED");
      assertThat(List.of(answer.headers().firstValue("allow").orElseThrow().split(", ")))
          .contains(route.method());
    }
  }

  @Test
  void optionsNamesTheMethodsAndGrantsNothing() {
    HttpResponse<String> answer = door.send("OPTIONS", "/api/v1/tags", BodyPublishers.noBody());
    assertThat(answer.headers().firstValue("allow")).hasValue("GET, PUT, HEAD");
    assertThat(answer.headers().map().keySet())
        .noneMatch(name -> name.startsWith("access-control"));
  }

  @Test
  void headIsGetWithoutTheBody() {
    for (String path : List.of("/", "/health/live", "/metrics", "/api/v1/tags", "/page.css")) {
      HttpResponse<String> get = door.get(path);
      HttpResponse<String> head = door.send("HEAD", path, BodyPublishers.noBody());
      assertThat(head.statusCode()).isEqualTo(get.statusCode()).isEqualTo(200);
      assertThat(head.body()).isEmpty();
      assertThat(head.headers().firstValue("content-type"))
          .isEqualTo(get.headers().firstValue("content-type"));
    }
    assertThat(door.send("HEAD", "/nowhere", BodyPublishers.noBody()).statusCode()).isEqualTo(404);
    assertThat(door.send("HEAD", "/api/v1/sql", BodyPublishers.noBody()).statusCode())
        .isEqualTo(405);
  }

  @Test
  void aConnectionGoesOnAfterAnErrorAndAfterHead() throws IOException {
    String rest = " HTTP/1.1\r\nHost: " + door.host() + "\r\n\r\n";
    String requests =
        "GET /nowhere" + rest + "HEAD /health/live" + rest + "GET /health/live" + rest;
    try (Socket socket = door.connect()) {
      socket.getOutputStream().write(requests.getBytes(StandardCharsets.UTF_8));
      String answers = Door.readUntil(socket, text -> text.endsWith("{\"status\":\"UP\"}"));
      assertThat(answers.split("HTTP/1.1 ", -1)).hasSize(4);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/tags?q=%", "/api/v1/tags?q=%4", "/api/v1/tags?q=%ff"})
  void brokenEscapesAreNamed(String path) {
    String answer = ask("GET", path, door.host());
    assertThat(status(answer)).as(answer).isEqualTo(400);
    assertThat(answer).contains("\"MALFORMED\"");
  }

  @Test
  void aTakenPortIsNamedWithTheRemedy() {
    assertThatThrownBy(() -> door.second(port()).start())
        .isInstanceOfSatisfying(
            HistorianException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
              assertThat(e.hint()).contains("http.port");
            })
        .hasMessage("port is taken: port=" + port() + ", address=127.0.0.1");
  }

  @Test
  void aSyntaxErrorSaysNothingAboutTheParser() {
    String message =
        assertError(door.put("/api/v1/tags", "{\"name\":NaN}"), 400, "MALFORMED")
            .path("message")
            .asText();
    assertThat(message).contains("'NaN'").doesNotContain("enable");
    message =
        assertError(door.put("/api/v1/tags", "{\"name\":\"A\""), 400, "MALFORMED")
            .path("message")
            .asText();
    assertThat(message).contains("end-of-input").doesNotContain("Source");
  }

  @Test
  void pagesAreServedWithTheirTypes() {
    assertThat(door.get("/").headers().firstValue("content-type"))
        .hasValue("text/html; charset=utf-8");
    assertThat(door.get("/page.css").headers().firstValue("content-type"))
        .hasValue("text/css; charset=utf-8");
    assertThat(Api.parse(door.get("/api/v1/openapi.json").body()).isObject()).isTrue();
  }
}
