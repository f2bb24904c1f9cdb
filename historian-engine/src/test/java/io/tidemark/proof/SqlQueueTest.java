package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.query.sql.SqlLoad;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More statements than may run at a time, over HTTP. */
class SqlQueueTest {
  private static final String ENDLESS =
      "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b";

  @TempDir Path folder;

  private static Socket ask(TestServer server, String statement) throws IOException {
    Socket socket = new Socket("127.0.0.1", server.http().port());
    String request =
        "POST /api/v1/sql HTTP/1.1\r\nHost: 127.0.0.1:"
            + server.http().port()
            + "\r\nContent-Type: text/plain\r\nContent-Length: "
            + statement.length()
            + "\r\n\r\n"
            + statement;
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static void await(TestServer server, Predicate<SqlLoad> condition)
      throws InterruptedException {
    while (!condition.test(server.engine().sqlEngine().load())) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  @Test
  void whoComesTooLateIsToldAndWhoGoesAwayMakesRoom() throws Exception {
    try (TestServer server =
        TestServer.start(
            folder,
            Map.of("query.sqlConcurrent", "1", "query.sqlQueued", "1", "query.timeLimit", "10m"))) {
      server.api().writeLines("m,tag=Q value=1 1000000000");
      HttpResponse<String> put =
          server.api().send("PUT", "/api/v1/context/orders/PO-1", "application/json", "{}");
      assertThat(put.statusCode()).as(put.body()).isEqualTo(201);
      try (Socket running = ask(server, ENDLESS)) {
        assertThat(running.isConnected()).isTrue();
        await(server, load -> load.running() == 1);
        try (Socket waiting = ask(server, ENDLESS)) {
          assertThat(waiting.isConnected()).isTrue();
          await(server, load -> load.waiting() == 1);
          assertTheQueueIsFull(server.api());
        }
        await(server, load -> load.waiting() == 0);
        assertThat(server.engine().sqlEngine().load().running()).isEqualTo(1);
      }
      await(server, load -> load.running() == 0);
      assertThat(server.api().sql("SELECT 1").path("rows").path(0).path(0).asInt()).isEqualTo(1);
    }
  }

  private static void assertTheQueueIsFull(Api api) {
    HttpResponse<String> refused = api.send("POST", "/api/v1/sql", "text/plain", "SELECT 1");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("retry-after")).isPresent();
    JsonNode error = Api.parse(refused.body());
    assertThat(error.path("code").asText()).isEqualTo("BACK_PRESSURED");
    assertThat(error.path("message").asText()).contains("running=1", "waiting=1", "limit=1");
    assertThat(error.path("hint").asText()).contains("query.sqlQueued");

    // Everything else goes on.
    assertThat(api.json("/api/v1/values/current?tag=Q").path("tags")).hasSize(1);
    assertThat(api.json("/api/v1/context/orders/PO-1").path("version").asInt()).isEqualTo(1);
    assertThat(api.get("/metrics").body())
        .contains("tidemark_sql_running 1.0")
        .contains("tidemark_sql_waiting 1.0")
        .contains("tidemark_sql_refused_total 1.0");
  }

  @Test
  void anAnswerWithTooManyRowsBreaksOffAndIsNeverCut() throws IOException {
    try (TestServer server = TestServer.start(folder, Map.of("query.sqlRowsMax", "50000"))) {
      assertThat(server.api().sql("SELECT * FROM range(50000)").path("rows")).hasSize(50_000);
      for (String format : new String[] {"json", "csv", "arrow"}) {
        String got;
        try {
          HttpResponse<String> answer =
              server
                  .api()
                  .send(
                      "POST",
                      "/api/v1/sql?format=" + format,
                      "text/plain",
                      "SELECT * FROM range(5000000)");
          assertBrokenOrRefused(answer.statusCode(), answer.body());
          got = "error";
        } catch (java.io.UncheckedIOException e) {
          got = "broken"; // the connection ends within the answer
        }
        assertThat(got).as(format).isIn("error", "broken");
      }
      assertThat(server.api().sql("SELECT 1").path("rowCount").asInt()).isEqualTo(1);
    }
  }

  private static void assertBrokenOrRefused(int status, String body) {
    assertThat(status).as(body).isEqualTo(422);
    assertThat(Api.parse(body).path("code").asText()).isEqualTo("TOO_MANY");
    assertThat(Api.parse(body).path("message").asText()).contains("limit=50000");
  }
}
