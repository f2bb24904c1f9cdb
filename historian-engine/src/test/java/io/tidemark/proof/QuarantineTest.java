package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.engine.security.AccountRequest;
import io.tidemark.engine.security.Grant;
import io.tidemark.engine.security.Role;
import io.tidemark.engine.security.Scope;
import io.tidemark.model.Principal;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a rule refused is kept, and stored once the rule lets it through. */
class QuarantineTest {
  private static final String LINES =
      """
      m,tag=Q.OK value=1 1
      m,tag=Q.FAR value=2.5 7258118400
      m,tag=Q.TYPE value="text" 1
      m,tag=Q.TYPE value=true 2
      m,tag=Q.TYPE value=-7i 3
      m,tag=Q.BAD* value=1 4
      """;

  @TempDir Path folder;

  private static HttpResponse<String> write(TestServer server, String lines) {
    return server.api().send("POST", "/api/v1/write?precision=s", "text/plain", lines);
  }

  private static void define(TestServer server, String type) {
    HttpResponse<String> answer =
        server
            .api()
            .send(
                "PUT",
                "/api/v1/tags",
                "application/json",
                "{\"tags\":[{\"name\":\"Q.TYPE\",\"type\":\"%s\"}]}".formatted(type));
    assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
  }

  @Test
  void refusedSamplesWaitForTheirRule() throws IOException {
    try (TestServer server = TestServer.start(folder, Map.of())) {
      define(server, "int32");
      HttpResponse<String> answer = write(server, LINES);
      assertThat(answer.statusCode()).isEqualTo(207);
      JsonNode kept = server.api().json("/api/v1/quarantine");
      assertThat(kept.path("codes").toString())
          .isEqualTo("{\"TOO_FAR_IN_FUTURE\":1,\"WRONG_TYPE\":2}"); // a name is never mended
      assertThat(kept.at("/newest/0/tag").asText()).isEqualTo("Q.TYPE");
      assertThat(kept.at("/newest/0/value").asText()).isEqualTo("true");
      JsonNode again = replay(server);
      assertThat(again.path("stored").asInt()).isZero();
      assertThat(again.path("errors")).hasSize(3);
      assertThat(server.api().json("/api/v1/quarantine").path("samples").asInt()).isEqualTo(3);
    }
    // The future is allowed now, after a restart.
    try (TestServer server = TestServer.start(folder, Map.of("ingest.futureMax", "100000d"))) {
      assertThat(replay(server).path("stored").asInt()).isEqualTo(1);
      JsonNode far =
          server
              .api()
              .json("/api/v1/values/recorded?tag=Q.FAR&startTime=2199-12-31&endTime=2200-01-02");
      assertThat(far.at("/tags/0/values/0/value").asDouble()).isEqualTo(2.5);
      CommandLine list = CommandLine.run("quarantine", "list", "--server", server.address());
      assertThat(list.out()).contains("2 samples", "WRONG_TYPE: 2");
      CommandLine clear = CommandLine.run("quarantine", "clear", "--server", server.address());
      assertThat(clear.code()).isZero();
      assertThat(server.api().json("/api/v1/quarantine").path("samples").asInt()).isZero();
    }
  }

  private static JsonNode replay(TestServer server) {
    return Api.expect(
        server.api().send("POST", "/api/v1/quarantine/replay", "application/json", ""));
  }

  @Test
  void itIsBounded() throws IOException {
    try (TestServer server =
        TestServer.start(folder, Map.of("ingest.quarantineBytesMax", "20000"))) {
      define(server, "int32");
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < 1_000; i++) {
        lines.append("m,tag=Q.TYPE value=0.5 ").append(i).append('\n');
      }
      write(server, lines.toString());
      JsonNode kept = server.api().json("/api/v1/quarantine");
      assertThat(kept.path("bytes").asInt()).isBetween(10_000, 20_000);
      int samples = kept.path("samples").asInt();
      assertThat(samples).isBetween(30, 200);
      assertThat(kept.at("/newest/0/ts").asText()).isEqualTo("1970-01-01T00:16:39Z");
      assertThat(server.api().get("/metrics").body())
          .contains("tidemark_quarantine_samples_total 1000")
          .contains("tidemark_quarantine_dropped_total " + (1_000 - samples));
      try (var files = Files.list(folder.resolve("refused"))) {
        assertThat(files).hasSize(2);
      }
    }
  }

  /** One account's new names do not use up those of others. */
  @Test
  void anAccountMakesSoManyTagsAnHour() throws IOException {
    try (TestServer server = TestServer.start(folder, Map.of("ingest.newTagsPerHour", "100"))) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < 1_000; i++) {
        lines.append("m,tag=N.").append(i).append(" value=1 1\n");
      }
      JsonNode report = Api.parse(write(server, lines.toString()).body());
      assertThat(report.path("stored").asInt()).isEqualTo(100);
      assertThat(report.at("/errors/0/code").asText()).isEqualTo("TOO_MANY");
      assertThat(report.at("/errors/0/message").asText()).contains("newTagsPerHour=100");
      assertThat(server.api().json("/api/v1/quarantine").path("samples").asInt()).isEqualTo(900);
      String secret =
          server
              .engine()
              .createAccount(
                  new AccountRequest(
                      "other", List.of(new Grant(Role.WRITER, Scope.EVERYTHING)), null, null),
                  Principal.LOCAL_OPERATOR)
              .secret();
      assertThat(secret).isNotNull();
      assertThat(
              server
                  .api()
                  .as(secret)
                  .send("POST", "/api/v1/write", "text/plain", "m,tag=OTHER value=1 1")
                  .statusCode())
          .isEqualTo(204);
    }
  }
}
