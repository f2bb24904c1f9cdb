package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.proof.Api;
import io.tidemark.proof.TestServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tidemark token} and {@code tidemark user} as people type them. */
class AccountCommandsTest {
  @TempDir Path folder;
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder.resolve("store"), Map.of());
    server.api().writeLines("m,tag=C.1 value=1");
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private record Outcome(int code, String out, String err) {}

  private Outcome run(String input, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--server");
    all.add(server.address());
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Main.run(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new ByteArrayOutputStream(),
            new PrintWriter(out),
            new PrintWriter(err),
            all.toArray(String[]::new));
    return new Outcome(code, out.toString(), err.toString());
  }

  @Test
  void aTokenIsMadeListedUsedAndRevoked() throws IOException {
    Outcome made = run("", "token", "create", "mes", "--role", "engineer", "--quiet");
    assertThat(made).isEqualTo(new Outcome(0, made.out(), ""));
    String token = made.out().strip();
    assertThat(token).matches("tmk_[0-9A-Za-z]{49}");
    Path file = Files.writeString(folder.resolve("token"), token + "\n");
    assertThat(run("", "tags", "--token-file", file.toString()).out()).contains("C.1");
    Outcome list = run("", "token", "list", "--token-file", file.toString());
    assertThat(list.code()).isEqualTo(1);
    assertThat(list.err()).contains("FORBIDDEN", "administration", "hint: ").doesNotContain(token);

    Outcome told =
        run(
            "",
            "token",
            "create",
            "trend",
            "--role",
            "reader,auditor",
            "--tag",
            "C.*",
            "--expires",
            "*+90d");
    assertThat(told.out()).contains("tmk_", "only time", "Authorization: Bearer");
    String listed = run("", "token", "list").out();
    assertThat(listed).contains("mes", "engineer", "trend", "reader auditor", "C.*", "valid");
    assertThat(listed).doesNotContain("tmk_");

    assertThat(run("", "token", "revoke", "mes").out()).contains("revoked: mes");
    Outcome refused = run("", "tags", "--token-file", file.toString());
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("UNAUTHENTICATED", "tidemark token create");
    assertThat(run("", "token", "list").out()).contains("revoked");
    Outcome nearest = run("", "token", "revoke", "mez");
    assertThat(nearest.err()).contains("NOT_FOUND", "did you mean mes?");
  }

  @Test
  void aUserGetsItsPasswordFromTheInput() {
    String password = "correct horse battery";
    assertThat(run(password + "\n", "user", "create", "anna", "--role", "reader").out())
        .contains("made: anna");
    assertThat(run("", "user", "list").out()).contains("anna", "reader").doesNotContain("mes");
    Api api = server.api();
    String login = "{\"name\":\"anna\",\"password\":\"" + password + "\"}";
    assertThat(api.send("POST", "/api/v1/session", "application/json", login).statusCode())
        .isEqualTo(200);
    assertThat(run("another horse battery", "user", "password", "anna").out())
        .contains("changed: anna");
    assertThat(api.send("POST", "/api/v1/session", "application/json", login).statusCode())
        .isEqualTo(401);
    assertThat(run("", "user", "password", "anna").err()).contains("the input is empty");
    assertThat(run("short", "user", "password", "anna").err()).contains("12 to 256 characters");
    assertThat(run("", "user", "revoke", "anna").out()).contains("revoked: anna");
  }

  @Test
  void whatIsMissingOrWrongIsSaid() throws IOException {
    assertThat(run("", "token", "create", "x").err()).contains("--role");
    assertThat(run("", "token", "create", "x", "--role", "king").err())
        .contains("no such role", "reader|writer");
    assertThat(run("", "token", "create", "x", "--role", "reader", "--area", "NOWHERE").err())
        .contains("no equipment of that path");
    assertThat(run("", "tags", "--token-file", folder.resolve("none").toString()).err())
        .contains("file of the token cannot be read");
    Path empty = Files.writeString(folder.resolve("empty"), "\n");
    assertThat(run("", "tags", "--token-file", empty.toString()).err()).contains("holds no token");
    assertThat(run("", "tags", "--trust", empty.toString()).err()).contains("certificate");
  }
}
