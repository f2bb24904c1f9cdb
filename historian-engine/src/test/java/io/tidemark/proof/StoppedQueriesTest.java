package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.engine.Historian;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import io.tidemark.query.sql.SqlResult;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A statement ends when its client or the clock says so, also deep within the SQL engine. */
class StoppedQueriesTest {
  /** Runs for hours and reads nothing of ours. */
  private static final String ENDLESS =
      "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b";

  @Test
  void theTimeLimitStopsWhatNeverTouchesASample(@TempDir Path folder) throws IOException {
    try (TestServer server = TestServer.start(folder, Map.of("query.timeLimit", "500ms"))) {
      HttpResponse<String> response =
          server.api().send("POST", "/api/v1/sql", "text/plain", ENDLESS);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
      assertThat(Api.parse(response.body()).path("code").asText()).isEqualTo("DEADLINE_EXCEEDED");
      assertThat(server.api().sql("SELECT 1").path("rows").path(0).path(0).asInt()).isEqualTo(1);
    }
  }

  @Test
  void aCancelStopsItFromAnotherThread(@TempDir Path folder) throws Exception {
    try (TestServer server = TestServer.start(folder, Map.of());
        Historian.OpenQuery query = server.engine().openQuery(Principal.SYSTEM, null)) {
      CountDownLatch started = new CountDownLatch(1);
      Thread canceller =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      started.await();
                      Thread.sleep(200);
                    } catch (InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                    query.context().cancel();
                  });
      started.countDown();
      assertThatThrownBy(
              () -> {
                try (SqlResult result = server.engine().sql(ENDLESS, List.of(), query.context())) {
                  result.next();
                }
              })
          .isInstanceOfSatisfying(
              HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
      canceller.join();
    }
  }
}
