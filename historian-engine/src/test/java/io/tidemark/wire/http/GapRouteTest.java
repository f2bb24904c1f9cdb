package io.tidemark.wire.http;

import static io.tidemark.wire.http.Door.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A blank is explained in one request. */
class GapRouteTest {
  private static final String GAP = "/api/v1/explain-gap";

  @TempDir static Path folder;
  private static Door door;

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder);
    assertThat(
            door.post(
                    "/api/v1/write",
                    "application/json",
                    """
                    {"samples":[
                      {"tag":"G.A","ts":"2026-01-01T00:00:00Z","value":1.5},
                      {"tag":"G.A","ts":"2026-01-01T00:01:00Z","status":"Bad_NoCommunication"},
                      {"tag":"G.A","ts":"2026-01-01T00:05:00Z","value":2.5}]}
                    """)
                .statusCode())
        .isEqualTo(204);
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  @Test
  void namesReasonTimesAndNeighbours() {
    JsonNode answer = door.api().json(GAP + "?tag=G.A&at=2026-01-01T00:02:00Z&timeZone=UTC");
    assertThat(answer.path("reason").asText()).isEqualTo("SOURCE_OFFLINE");
    assertThat(answer.path("text").asText())
        .isEqualTo("The source could not be reached (Bad_NoCommunication).");
    assertThat(answer.path("startTime").asText()).isEqualTo("2026-01-01T00:01:00Z");
    assertThat(answer.path("endTime").asText()).isEqualTo("2026-01-01T00:05:00Z");
    assertThat(answer.path("before").path("statusText").asText()).isEqualTo("Bad_NoCommunication");
    assertThat(answer.path("after").path("ts").asText()).isEqualTo("2026-01-01T00:05:00Z");
  }

  @Test
  void aRuleMayMakeAValueOrABlank() {
    assertThat(reason("at=2026-01-01T00:02:00Z&quality=bridge")).isEqualTo("HAS_VALUE");
    assertThat(reason("at=2026-01-01T00:00:30Z&quality=strict")).isEqualTo("SOURCE_OFFLINE");
    assertThat(reason("at=2026-01-01T00:00:30Z&maxGap=10s")).isEqualTo("GAP_TOO_LONG");
    assertThat(reason("at=2026-01-01T00:00:30Z")).isEqualTo("HAS_VALUE");
    assertThat(reason("at=*")).isEqualTo("NOT_YET_ARRIVED");
    assertThat(reason("at=*&extrapolation=hold")).isEqualTo("HAS_VALUE");
    assertThat(reason("at=*%2B1h")).isEqualTo("IN_FUTURE");
    assertThat(reason("at=2025-12-31")).isEqualTo("BEFORE_FIRST_SAMPLE");
  }

  private static String reason(String query) {
    return door.api().json(GAP + "?tag=G.A&" + query).path("reason").asText();
  }

  @Test
  void refusals() {
    assertError(door.get(GAP + "?at=*"), 400, "MISSING_FIELD");
    assertError(door.get(GAP + "?tag=G.A"), 400, "MISSING_FIELD");
    assertError(door.get(GAP + "?tag=G.NONE&at=*"), 404, "UNKNOWN_TAG");
    assertError(door.get(GAP + "?tag=G.A&at=*-8x"), 400, "BAD_TIME");
    assertError(door.get(GAP + "?tag=G.A&at=*&maxGap=1mo"), 400, "BAD_TIME");
    assertError(door.get(GAP + "?tag=G.A&at=*&quality=good"), 400, "OUT_OF_RANGE");
  }
}
