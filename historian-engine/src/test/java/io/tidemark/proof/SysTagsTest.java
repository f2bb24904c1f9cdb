package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server's own metrics are tags like any, if wanted. */
class SysTagsTest {
  private static final int LOOKS_MAX = 3_000;

  @Test
  void metricsAreTags(@TempDir Path folder) throws Exception {
    try (TestServer server = TestServer.start(folder, Map.of("ingest.sysTagsInterval", "100ms"))) {
      server.api().writeLines("m,tag=A value=1 1\n");
      JsonNode last = null;
      for (int i = 0; i < LOOKS_MAX && (last == null || last.path("value").asDouble() < 1); i++) {
        Thread.sleep(10);
        last =
            server
                .api()
                .json("/api/v1/values/current?tag=sys.ingest.samples")
                .at("/tags/0/values/0");
      }
      assertThat(last).isNotNull();
      assertThat(last.path("value").asDouble()).isGreaterThanOrEqualTo(1);
      JsonNode tags = server.api().json("/api/v1/tags?filter=sys.*").path("tags");
      assertThat(tags.findValuesAsText("name"))
          .contains("sys.ring.fill.ratio", "sys.hot", "sys.ack.latency.synced.count");
      JsonNode hot = server.api().json("/api/v1/tags?filter=sys.hot").at("/tags/0");
      assertThat(hot.path("uom").asText()).isEqualTo("By");
      assertThat(hot.path("description").asText()).isEqualTo("Recent samples in memory.");
      assertThat(server.api().get("/metrics").body())
          .containsPattern("tidemark_ack_latency_seconds_bucket\\{level=\"synced\",le=\"0.01\"}");
    }
  }

  @Test
  void nobodyGetsThemUnasked(@TempDir Path folder) throws Exception {
    try (TestServer server = TestServer.start(folder, Map.of())) {
      server.api().writeLines("m,tag=A value=1 1\n");
      assertThat(server.api().json("/api/v1/tags?filter=sys.*").path("tags")).isEmpty();
    }
  }
}
