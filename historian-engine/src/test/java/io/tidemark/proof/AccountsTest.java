package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.engine.security.ServerTls;
import io.tidemark.engine.security.crypto.KeyPairFiles;
import io.tidemark.engine.security.crypto.ReloadedKeys;
import io.tidemark.model.HistorianException;
import io.tidemark.wire.http.HttpConfig;
import io.tidemark.wire.http.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens, users, roles and areas at the HTTP door of a whole server. */
class AccountsTest {
  private static final String JSON = "application/json";
  private static final String PASSWORD = "correct horse battery";

  @TempDir Path folder;
  private TestServer server;
  private Api operator;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder, Map.of());
    operator = server.api();
    StringBuilder lines = new StringBuilder();
    for (String tag : List.of("R1.T", "R1.P", "R2.T", "X9.Q", "UTIL.S")) {
      lines.append("m,tag=").append(tag).append(" value=1.5 ").append("1767225600000000000\n");
    }
    operator.writeLines(lines.toString());
    Api.expect(
        operator.send(
            "POST",
            "/api/v1/context",
            JSON,
            """
            {"equipment":[
              {"equipmentId":"TIDE","level":"Site"},
              {"equipmentId":"AREA1","level":"Area","parentId":"TIDE"},
              {"equipmentId":"AREA2","level":"Area","parentId":"TIDE"},
              {"equipmentId":"R1","level":"Unit","parentId":"AREA1"},
              {"equipmentId":"R2","level":"Unit","parentId":"AREA2"}],
             "attributes":[{"equipmentId":"R1","name":"Quality","tag":"X9.Q"},
              {"equipmentId":"R2","name":"Temperature","tag":"R2.T"}]}
            """));
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private String token(String name, String rest) {
    return Api.expect(
            operator.send(
                "POST", "/api/v1/accounts", JSON, "{\"name\":\"" + name + "\"," + rest + "}"))
        .path("token")
        .asText();
  }

  private static String error(HttpResponse<String> answer) {
    return answer.statusCode() + " " + Api.parse(answer.body()).path("code").asText();
  }

  @Test
  void aTokenIsTakenInEveryFormUntilItIsRevoked() {
    String token = token("mes", "\"roles\":[\"engineer\"]");
    assertThat(token).matches("tmk_[0-9A-Za-z]{49}");
    String basic =
        Base64.getEncoder().encodeToString(("mes:" + token).getBytes(StandardCharsets.UTF_8));
    for (String header : List.of("Bearer " + token, "Token " + token, "Basic " + basic)) {
      Api mes = operator.with("Authorization", header);
      JsonNode session = mes.json("/api/v1/session");
      assertThat(session.path("name").asText()).isEqualTo("mes");
      assertThat(session.path("rights").toString()).isEqualTo("[\"read\",\"define\"]");
      assertThat(mes.sql("SELECT count(*) FROM samples").at("/rows/0/0").asInt()).isEqualTo(5);
    }
    Api mes = operator.as(token);
    JsonNode stored =
        Api.expect(mes.send("PUT", "/api/v1/context/orders/O-1", JSON, "{\"productId\":\"P\"}"));
    assertThat(stored.path("changedBy").asText()).isEqualTo("mes");
    JsonNode listed = operator.json("/api/v1/accounts");
    assertThat(listed.at("/accounts/0/lastUsed").asText()).startsWith("20");
    assertThat(listed.toString()).doesNotContain(token, "secret", "scram");

    Api.expect(operator.send("DELETE", "/api/v1/accounts/mes", JSON, ""));
    assertThat(error(mes.get("/api/v1/tags"))).isEqualTo("401 UNAUTHENTICATED");
    // A name may be used again once its account is gone, with another secret.
    String second = token("mes", "\"roles\":[\"reader\"]");
    assertThat(error(mes.get("/api/v1/tags"))).isEqualTo("401 UNAUTHENTICATED");
    assertThat(operator.as(second).get("/api/v1/tags").statusCode()).isEqualTo(200);
  }

  @Test
  void whatIsNoTokenOfThisServerIsRefusedAlsoOnItsMachine() {
    String token = token("reader", "\"roles\":[\"reader\"]");
    char other = token.charAt(10) == 'A' ? 'B' : 'A';
    int slowedDown = 0;
    for (String header :
        List.of(
            "Bearer",
            "Bearer ",
            "Bearer tmk_",
            "Bearer tmk_0000000000000000000000000000000000000000000000000",
            "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.",
            "Bearer ' OR 1=1 --",
            "Basic !!!",
            "Basic bWVz",
            "Basic bWVzOg==",
            "Digest username=mes",
            token,
            "",
            "Bearer " + token + "0",
            "Bearer " + token.substring(0, 10) + other + token.substring(11))) {
      HttpResponse<String> answer = operator.with("Authorization", header).get("/api/v1/tags");
      assertThat(error(answer)).as(header).isIn("401 UNAUTHENTICATED", "429 BACK_PRESSURED");
      assertThat(answer.body()).doesNotContain("tmk_");
      slowedDown += answer.statusCode() == 429 ? 1 : 0;
      if (answer.statusCode() == 401) {
        assertThat(answer.headers().firstValue("www-authenticate").orElseThrow())
            .startsWith("Bearer");
      }
      // Others at the same address are not shut out.
      assertThat(operator.as(token).get("/api/v1/tags").statusCode()).isEqualTo(200);
      assertThat(operator.get("/api/v1/tags").statusCode()).isEqualTo(200);
    }
    assertThat(slowedDown).isBetween(1, 10);
  }

  @Test
  void whatRunsEndsWithItsAccount() throws Exception {
    Api leaving = operator.as(token("leaving", "\"roles\":[\"reader\"]"));
    String endless = "SELECT s.*, r.range FROM samples s, range(100000000) r";
    try (InputStream rows = leaving.open("/api/v1/sql?format=csv", "text/plain", endless)) {
      assertThat(rows.readNBytes(10_000)).hasSize(10_000);
      assertThat(server.engine().sqlEngine().load().running()).isEqualTo(1);
      Api.expect(operator.send("DELETE", "/api/v1/accounts/leaving", JSON, ""));
      assertThatThrownBy(
              () -> {
                while (rows.read() >= 0) {
                  // Until it breaks off.
                }
              })
          .isInstanceOf(IOException.class);
    }
    for (int i = 0; i < 200 && server.engine().sqlEngine().load().running() > 0; i++) {
      Thread.sleep(50);
    }
    assertThat(server.engine().sqlEngine().load().running()).isZero();
  }

  @Test
  void anExpiredTokenIsRefused() throws InterruptedException {
    String token = token("short", "\"roles\":[\"reader\"],\"expires\":\"*+1s\"");
    assertThat(operator.as(token).get("/api/v1/tags").statusCode()).isEqualTo(200);
    for (int i = 0; i < 100 && operator.as(token).get("/api/v1/tags").statusCode() == 200; i++) {
      Thread.sleep(100);
    }
    assertThat(error(operator.as(token).get("/api/v1/tags"))).isEqualTo("401 UNAUTHENTICATED");
    assertThat(operator.json("/api/v1/accounts").at("/accounts/0/state").asText())
        .isEqualTo("expired");
  }

  /** Columns: reading, writing, defining, overseeing, administering. */
  @ParameterizedTest
  @CsvSource({
    "reader, 200, 403, 403, 200, 403",
    "writer, 403, 204, 403, 403, 403",
    "corrector, 200, 403, 403, 200, 403",
    "engineer, 200, 403, 201, 200, 403",
    "auditor, 403, 403, 403, 200, 403",
    "admin, 403, 403, 403, 200, 200"
  })
  void aRoleMayDoWhatItIsForAndNoMore(
      String role, int read, int write, int define, int oversee, int administer) {
    Api api = operator.as(token("one", "\"roles\":[\"" + role + "\"]"));
    for (String path :
        List.of(
            "/api/v1/tags",
            "/api/v1/values/current?tag=R1.T",
            "/api/v1/values/recorded?tag=R1.T&startTime=2026-01-01&endTime=*",
            "/api/v1/explain-gap?tag=R1.T&at=*",
            "/api/v1/when?condition=R1.T%3E1&startTime=*-1d&endTime=*",
            "/api/v1/context/batches",
            "/api/v1/context/equipment/R1")) {
      assertThat(api.get(path).statusCode()).as(path).isEqualTo(read);
    }
    assertThat(api.send("POST", "/api/v1/sql", "text/plain", "SELECT 1").statusCode())
        .isEqualTo(read);
    assertThat(api.send("POST", "/api/v1/write", "text/plain", "m,tag=R1.T value=2 9").statusCode())
        .isEqualTo(write);
    assertThat(
            api.send("PUT", "/api/v1/tags", JSON, "{\"name\":\"N.1\",\"type\":\"float64\"}")
                .statusCode())
        .isEqualTo(define);
    assertThat(api.send("PUT", "/api/v1/context/orders/O-7", JSON, "{}").statusCode())
        .isEqualTo(define);
    assertThat(api.send("POST", "/api/v1/context", JSON, "{\"orders\":[]}").statusCode())
        .isEqualTo(define == 201 ? 200 : 403);
    assertThat(api.get("/metrics").statusCode()).isEqualTo(oversee);
    assertThat(api.json("/health/status").has("tags")).isEqualTo(oversee == 200);
    assertThat(api.get("/api/v1/accounts").statusCode()).isEqualTo(administer);
    assertThat(
            api.send("POST", "/api/v1/accounts", JSON, "{\"name\":\"x\",\"roles\":[\"admin\"]}")
                .statusCode())
        .isEqualTo(administer == 200 ? 201 : 403);
    assertThat(api.get("/api/v1/session").statusCode()).isEqualTo(200);
    assertThat(api.get("/health/ready").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"areas\":[\"TIDE/AREA1\"] | R1.P R1.T X9.Q",
        "\"areas\":[\"AREA2\"] | R2.T",
        "\"areas\":[\"TIDE\"] | R1.P R1.T R2.T X9.Q",
        "\"tags\":[\"*.T\"] | R1.T R2.T",
        "\"areas\":[\"AREA2\"],\"tags\":[\"UTIL.?\"] | R2.T UTIL.S"
      })
  void othersTagsAreAsIfTheyDidNotExist(String scope, String visible) {
    List<String> expected = List.of(visible.split(" "));
    Api api = operator.as(token("some", "\"roles\":[\"reader\"]," + scope));
    JsonNode found = api.json("/api/v1/tags");
    assertThat(found.path("total").asInt()).isEqualTo(expected.size());
    assertThat(found.path("tags").findValuesAsText("name")).isEqualTo(expected);
    for (String relation : List.of("tags", "samples", "current", "recorded('*', '*-999d')")) {
      JsonNode rows =
          api.sql("SELECT DISTINCT tag FROM " + relation + " ORDER BY tag").path("rows");
      assertThat(rows.findValuesAsText("")).isEmpty();
      assertThat(rows).as(relation).hasSize(expected.size());
      for (int i = 0; i < expected.size(); i++) {
        assertThat(rows.get(i).get(0).asText()).isEqualTo(expected.get(i));
      }
    }
    JsonNode explained = api.sql("EXPLAIN SELECT * FROM samples").at("/rows/0");
    assertThat(explained.get(1).asInt()).isEqualTo(expected.size());
    JsonNode current = api.json("/api/v1/values/current?tag=*");
    assertThat(current.path("tags").findValuesAsText("tag")).isEqualTo(expected);
    for (String hidden : List.of("R1.T", "R1.P", "R2.T", "X9.Q", "UTIL.S")) {
      if (expected.contains(hidden)) {
        continue;
      }
      String missing = hidden.substring(0, hidden.length() - 1) + "Z";
      for (String path :
          List.of(
              "/api/v1/values/current?tag=%s",
              "/api/v1/values/summary?tag=%s&startTime=2026-01-01&endTime=*",
              "/api/v1/explain-gap?tag=%s&at=*",
              "/api/v1/live?tag=%s",
              "/api/v1/context/attributes/R1%%2FQuality",
              "/api/v1/when?condition=%s%%3E1&startTime=*-1d&endTime=*")) {
        HttpResponse<String> ofHidden = api.get(path.formatted(hidden));
        HttpResponse<String> ofMissing = api.get(path.formatted(missing));
        assertThat(ofHidden.statusCode()).as(path).isEqualTo(ofMissing.statusCode());
        assertThat(comparable(ofHidden.body(), hidden))
            .as(path)
            .isEqualTo(comparable(ofMissing.body(), missing));
      }
      // A misspelt name is not set right by the name of a hidden tag.
      assertThat(api.get("/api/v1/values/current?tag=" + hidden + "x").body())
          .doesNotContain("\"" + hidden + "\"", "mean " + hidden + "?");
    }
    assertThat(api.get("/metrics").statusCode()).isEqualTo(403);
    assertThat(api.json("/health/status").has("tags")).isFalse();
  }

  private static String comparable(String body, String tag) {
    return body.replace(tag, "TAG")
        .replaceAll("\"requestId\":\"[^\"]*\"", "")
        .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z?", "TIME");
  }

  @Test
  void whoWritesForAnAreaWritesNothingElse() {
    Api api =
        operator.as(token("edge", "\"roles\":[\"writer\",\"engineer\"],\"areas\":[\"AREA1\"]"));
    HttpResponse<String> answer =
        api.send(
            "POST",
            "/api/v1/write",
            "text/plain",
            "m,tag=R1.T value=7 100\nm,tag=R2.T value=7 100\nm,tag=R1.NEW value=7 100\n"
                + "m,tag=R2.NEW value=7 100");
    assertThat(answer.statusCode()).isEqualTo(207);
    JsonNode report = Api.parse(answer.body());
    assertThat(report.path("stored").asInt()).isEqualTo(2);
    assertThat(report.path("errors").findValuesAsText("code"))
        .containsExactly("FORBIDDEN", "FORBIDDEN");
    assertThat(operator.json("/api/v1/tags?filter=R2.*").path("total").asInt()).isEqualTo(1);
    String tag = "{\"name\":\"%s\",\"description\":\"d\"}";
    assertThat(api.send("PUT", "/api/v1/tags", JSON, tag.formatted("R1.P")).statusCode())
        .isEqualTo(200);
    assertThat(api.send("PUT", "/api/v1/tags", JSON, tag.formatted("R2.T")).statusCode())
        .isEqualTo(403);
    // Nor does it give itself more by saying what belongs to its area.
    for (String body :
        List.of(
            "{\"attributes\":[{\"equipmentId\":\"R1\",\"name\":\"T\",\"tag\":\"R2.T\"}]}",
            "{\"equipment\":[{\"equipmentId\":\"R2\",\"parentId\":\"AREA1\"}]}")) {
      assertThat(error(api.send("POST", "/api/v1/context", JSON, body))).isEqualTo("403 FORBIDDEN");
    }
    assertThat(
            error(api.send("PUT", "/api/v1/context/equipment/R2", JSON, "{\"parentId\":\"R1\"}")))
        .isEqualTo("403 FORBIDDEN");
    assertThat(
            api.send("POST", "/api/v1/context", JSON, "{\"orders\":[{\"orderId\":\"O\"}]}")
                .statusCode())
        .isEqualTo(200);
    assertThat(api.json("/api/v1/tags").path("total").asInt()).isEqualTo(4);
  }

  @Test
  void accountsOutliveTheProcessAndTheirFile() throws IOException {
    String kept = token("kept", "\"roles\":[\"reader\"]");
    String gone = token("gone", "\"roles\":[\"reader\"]");
    Api.expect(operator.send("DELETE", "/api/v1/accounts/gone", JSON, ""));
    Path file = folder.resolve("security/accounts.json");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(file)).doesNotContain(kept, gone);
    for (boolean isFileLost : List.of(false, true)) {
      server.close();
      if (isFileLost) {
        Files.delete(file);
      }
      server = TestServer.start(folder, Map.of("security.localOperator", "false"));
      assertThat(server.api().as(kept).get("/api/v1/tags").statusCode()).isEqualTo(200);
      assertThat(server.api().as(gone).get("/api/v1/tags").statusCode()).isEqualTo(401);
      assertThat(server.api().get("/api/v1/tags").statusCode()).isEqualTo(401);
      assertThat(server.api().get("/health/live").statusCode()).isEqualTo(200);
      assertThat(server.api().get("/health/ready").statusCode()).isEqualTo(401);
      assertThat(server.api().get("/").statusCode()).isEqualTo(200);
      assertThat(file).exists();
    }
  }

  @Test
  void aLoginIsNotInheritedWithTheName() {
    String user = "{\"name\":\"%s\",\"roles\":[\"engineer\"],\"password\":\"%s\"}";
    String who = "heir";
    Api.expect(operator.send("POST", "/api/v1/accounts", JSON, user.formatted(who, PASSWORD)));
    String login = "{\"name\":\"heir\",\"password\":\"%s\"}".formatted(PASSWORD);
    String cookie =
        operator
            .send("POST", "/api/v1/session", JSON, login)
            .headers()
            .firstValue("set-cookie")
            .orElseThrow();
    Api page = operator.with("Cookie", cookie.substring(0, cookie.indexOf(';')));
    assertThat(page.json("/api/v1/session").path("name").asText()).isEqualTo(who);
    Api.expect(operator.send("DELETE", "/api/v1/accounts/" + who, JSON, ""));
    Api.expect(operator.send("POST", "/api/v1/accounts", JSON, user.formatted(who, PASSWORD)));
    assertThat(page.json("/api/v1/session").path("name").asText()).isEqualTo("local-operator");
  }

  @Test
  void aUserLogsInAndThePageNeedsTheWordOfItsLogin() {
    String user = "{\"name\":\"anna\",\"roles\":[\"engineer\"],\"password\":\"%s\"}";
    for (String poor : List.of("short", "aaaaaaaaaaaaaaa", "anna-is-my-name")) {
      assertThat(error(operator.send("POST", "/api/v1/accounts", JSON, user.formatted(poor))))
          .isEqualTo("400 OUT_OF_RANGE");
    }
    Api.expect(operator.send("POST", "/api/v1/accounts", JSON, user.formatted(PASSWORD)));
    String login = "{\"name\":\"anna\",\"password\":\"%s\"}";
    assertThat(error(operator.send("POST", "/api/v1/session", JSON, login.formatted("wrong"))))
        .isEqualTo("401 UNAUTHENTICATED");
    HttpResponse<String> answer =
        operator.send("POST", "/api/v1/session", JSON, login.formatted(PASSWORD));
    String cookie = answer.headers().firstValue("set-cookie").orElseThrow();
    assertThat(cookie)
        .startsWith("__Host-tidemark=")
        .contains("; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/");
    String csrf = Api.expect(answer).path("csrf").asText();
    Api page = operator.with("Cookie", cookie.substring(0, cookie.indexOf(';')));
    assertThat(page.json("/api/v1/session").path("name").asText()).isEqualTo("anna");
    String order = "/api/v1/context/orders/O-1";
    assertThat(error(page.send("PUT", order, JSON, "{}"))).isEqualTo("403 FORBIDDEN");
    assertThat(error(page.with("x-tidemark-csrf", csrf + "x").send("PUT", order, JSON, "{}")))
        .isEqualTo("403 FORBIDDEN");
    Api own = page.with("x-tidemark-csrf", csrf);
    assertThat(Api.expect(own.send("PUT", order, JSON, "{}")).path("changedBy").asText())
        .isEqualTo("anna");

    String basic =
        Base64.getEncoder().encodeToString(("anna:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    Api program = operator.with("Authorization", "Basic " + basic);
    assertThat(program.json("/api/v1/session").path("kind").asText()).isEqualTo("user");

    Api.expect(own.send("DELETE", "/api/v1/session", JSON, ""));
    assertThat(page.json("/api/v1/session").path("name").asText()).isEqualTo("local-operator");

    String next = "{\"password\":\"another horse battery\"}";
    assertThat(program.send("PUT", "/api/v1/accounts/anna/password", JSON, next).statusCode())
        .isEqualTo(204);
    assertThat(program.get("/api/v1/tags").statusCode()).isEqualTo(401);
    assertThat(program.send("PUT", "/api/v1/accounts/bert/password", JSON, next).statusCode())
        .isEqualTo(401);
  }

  @Test
  void guessingIsSlowedDownForThatNameAlone() {
    String user = "{\"name\":\"anna\",\"roles\":[\"reader\"],\"password\":\"" + PASSWORD + "\"}";
    Api.expect(operator.send("POST", "/api/v1/accounts", JSON, user));
    String token = token("other", "\"roles\":[\"reader\"]");
    int refused = 0;
    for (int i = 0; i < 12; i++) {
      String guess = "{\"name\":\"anna\",\"password\":\"guess " + i + "\"}";
      HttpResponse<String> answer = operator.send("POST", "/api/v1/session", JSON, guess);
      assertThat(error(answer)).isIn("401 UNAUTHENTICATED", "429 BACK_PRESSURED");
      refused += answer.statusCode() == 429 ? 1 : 0;
    }
    assertThat(refused).isPositive();
    String right = "{\"name\":\"anna\",\"password\":\"" + PASSWORD + "\"}";
    assertThat(operator.send("POST", "/api/v1/session", JSON, right).statusCode()).isEqualTo(429);
    assertThat(operator.as(token).get("/api/v1/tags").statusCode()).isEqualTo(200);
    assertThat(operator.get("/api/v1/tags").statusCode()).isEqualTo(200);
  }

  @Test
  void aNameThatCannotBeIsRefused() {
    for (String name : List.of("", "system", "local-operator", "a b", "'; DROP TABLE", "é", ".a")) {
      String body = "{\"name\":\"" + name + "\",\"roles\":[\"reader\"]}";
      assertThat(error(operator.send("POST", "/api/v1/accounts", JSON, body)))
          .as(name)
          .isEqualTo("400 BAD_NAME");
    }
  }

  @Test
  void whatIsAskedOfAnAccountIsChecked() {
    Map<String, String> refusals =
        Map.of(
            "\"roles\":[]", "400 OUT_OF_RANGE",
            "\"roles\":[\"god\"]", "400 OUT_OF_RANGE",
            "\"roles\":[\"reader\"],\"areas\":[\"TIDE/AREA9\"]", "422 UNKNOWN_ID",
            "\"roles\":[\"reader\"],\"tags\":[\" \"]", "400 OUT_OF_RANGE",
            "\"roles\":[\"reader\"],\"expires\":\"*-1d\"", "400 OUT_OF_RANGE",
            "\"roles\":[\"reader\"],\"kind\":\"token\",\"password\":\"x\"", "400 UNKNOWN_FIELD",
            "\"roles\":[\"reader\"],\"kind\":\"user\"", "400 MISSING_FIELD",
            "\"role\":\"reader\"", "400 UNKNOWN_FIELD");
    refusals.forEach(
        (rest, code) ->
            assertThat(
                    error(
                        operator.send(
                            "POST", "/api/v1/accounts", JSON, "{\"name\":\"n\"," + rest + "}")))
                .as(rest)
                .isEqualTo(code));
    token("n", "\"roles\":[\"reader\"]");
    assertThat(
            error(
                operator.send(
                    "POST", "/api/v1/accounts", JSON, "{\"name\":\"n\",\"roles\":[\"admin\"]}")))
        .isEqualTo("409 CONFLICT");
    assertThat(error(operator.send("DELETE", "/api/v1/accounts/m", JSON, "")))
        .isEqualTo("404 NOT_FOUND");
  }

  @Test
  void aDoorForOtherMachinesIsLockedOrStaysShut() throws Exception {
    HttpConfig open = HttpConfig.defaults().withPort(0).withAddress("0.0.0.0");
    assertShut(new HttpServer(open, server.engine()), "tls.mode=auto");
    Path certificate = folder.resolve("security/certificate.pem");
    Path key = folder.resolve("security/key.pem");
    assertThat(KeyPairFiles.makeUnlessPresent(certificate, key, Instant.now())).isTrue();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
    long[] nanos = {0};
    ReloadedKeys keys = new ReloadedKeys(certificate, key, () -> nanos[0]);
    ServerTls tls = new ServerTls(keys, List.of("TLSv1.3"));
    assertShut(new HttpServer(open, server.engine(), tls), "tidemark token create");
    String token = token("far", "\"roles\":[\"reader\"]");
    try (HttpServer locked = new HttpServer(open, server.engine(), tls)) {
      locked.start();
      String plain = "http://127.0.0.1:" + locked.port();
      assertThat(new Api(plain).get("/api/v1/tags").statusCode()).isEqualTo(200);
      URI secure = URI.create("https://127.0.0.1:" + locked.port() + "/api/v1/tags");
      assertThat(answer(client(certificate), secure, token).statusCode()).isEqualTo(200);
      assertThat(answer(client(certificate), secure, token).headers().map())
          .containsKey("strict-transport-security");
      assertThat(answer(client(certificate), secure, "tmk_x").statusCode()).isEqualTo(401);
      assertThatThrownBy(() -> answer(HttpClient.newHttpClient(), secure, token))
          .isInstanceOf(SSLException.class);

      // Another certificate in the place of this one is shown from the next connection on.
      String first = keys.current().fingerprint();
      HttpClient trustsFirst = client(certificate);
      Path half = Files.writeString(folder.resolve("half.pem"), "-----BEGIN CERTIFICATE-----\nx");
      Files.move(half, certificate, StandardCopyOption.REPLACE_EXISTING);
      nanos[0] += 3_000_000_000L;
      assertThat(answer(trustsFirst, secure, token).statusCode()).isEqualTo(200);
      assertThat(keys.current().fingerprint()).isEqualTo(first);
      Files.delete(certificate);
      assertThat(KeyPairFiles.makeUnlessPresent(certificate, key, Instant.now())).isTrue();
      nanos[0] += 3_000_000_000L;
      assertThat(answer(client(certificate), secure, token).statusCode()).isEqualTo(200);
      assertThat(keys.current().fingerprint()).isNotEqualTo(first);
    }
  }

  private static void assertShut(HttpServer door, String hint) {
    assertThatThrownBy(door::start)
        .isInstanceOfSatisfying(HistorianException.class, e -> assertThat(e.hint()).contains(hint));
  }

  private static HttpClient client(Path trusted) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(trusted)) {
      store.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  private static HttpResponse<String> answer(HttpClient client, URI uri, String token)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + token).build();
    return client.send(request, BodyHandlers.ofString());
  }
}
