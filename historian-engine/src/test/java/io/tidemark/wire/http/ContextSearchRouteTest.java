package io.tidemark.wire.http;

import static io.tidemark.wire.http.Door.JSON;
import static io.tidemark.wire.http.Door.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.proof.Api;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Batches, steps, events and orders are searched by their time, page by page. */
class ContextSearchRouteTest {
  private static final String CONTEXT = "/api/v1/context";

  @TempDir static Path folder;
  private static Door door;

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder);
    Api.expect(
        door.post(
            CONTEXT,
            JSON,
            """
            {"orders":[{"orderId":"O1","productId":"P1","startTime":"2026-01-01T00:00:00Z"}],
             "batches":[
              {"batchId":"B1","orderId":"O1","unitId":"R1","startTime":"2026-01-01T00:00:00Z","endTime":"2026-01-01T08:00:00Z"},
              {"batchId":"B2","productId":"P2","unitId":"R2","startTime":"2026-01-01T04:00:00Z","endTime":"2026-01-01T12:00:00Z"},
              {"batchId":"B3","orderId":"O1","unitId":"R1","startTime":"2026-01-01T08:00:00Z"}],
             "steps":[
              {"batchId":"B1","name":"Heat","startTime":"2026-01-01T00:00:00Z","endTime":"2026-01-01T02:00:00Z"},
              {"batchId":"B1","name":"Cool","startTime":"2026-01-01T02:00:00Z","endTime":"2026-01-01T08:00:00Z"},
              {"batchId":"B3","name":"Heat","startTime":"2026-01-01T08:00:00Z"}],
             "events":[
              {"eventId":"E1","type":"Held","batchId":"B1","unitId":"R1","startTime":"2026-01-01T01:00:00Z","endTime":"2026-01-01T01:00:00Z"},
              {"eventId":"E2","type":"Alarm","unitId":"R2","startTime":"2026-01-01T01:30:00Z"}]}
            """));
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  private static String ids(JsonNode answer, String kind, String id) {
    List<String> ids = new ArrayList<>();
    answer.path(kind).forEach(row -> ids.add(row.path(id).asText()));
    return String.join(" ", ids);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          batches?startTime=2026-01-01T08:00Z&endTime=2026-01-01T12:00Z                           | B2 B3
          batches?startTime=2026-01-01T08:00Z&endTime=2026-01-01T12:00Z&searchMode=inclusive      | -
          batches?startTime=2026-01-01T08:00Z&endTime=2026-01-01T12:00Z&searchMode=startInclusive | B3
          batches?startTime=2026-01-01T08:00Z&endTime=2026-01-01T12:00Z&searchMode=endInclusive   | B1 B2
          batches?startTime=2026-01-01T08:00Z&endTime=2026-01-01T12:00Z&searchMode=inProgress     | B3
          batches                                                | B3 B2 B1
          batches?endTime=2026-01-01T08:00Z                      | B2 B1
          batches?startTime=2026-01-01T00:00Z&endTime=+8h        | B1 B2
          batches?unit=R1                                        | B3 B1
          batches?product=P2                                     | B2
          batches?product=P1&order=O1                            | B3 B1
          batches?batch=B2                                       | B2
          batches?unit=R9                                        | -
          batches?startTime=2026-01-01&count=1                   | B1
          batches?startTime=2026-01-01&count=1&descending=true   | B3
          steps?name=heat                                        | B3/Phase/Heat/1 B1/Phase/Heat/1
          steps?batch=B1&startTime=2025                          | B1/Phase/Heat/1 B1/Phase/Cool/1
          steps?product=P1&unit=R1&name=Cool                     | B1/Phase/Cool/1
          events?startTime=2026-01-01T01:00Z&endTime=2026-01-01T01:15Z | E1
          events?name=Alarm&searchMode=inProgress                | E2
          events?order=O1                                        | E1
          orders?searchMode=inProgress                           | O1
          """)
  void objectsAreFoundByTheirTimeAndWhatTheyAre(String search, String expected) {
    String kind = search.split("\\?")[0];
    JsonNode answer = door.api().json(CONTEXT + "/" + search.replace("+", "%2B"));
    String id = kind.substring(0, kind.length() - (kind.equals("batches") ? 2 : 1)) + "Id";
    assertThat(ids(answer, kind, id)).isEqualTo(expected == null ? "" : expected);
  }

  @Test
  void anAnswerThatWasCutGoesOnWithItsCursor() {
    String search = CONTEXT + "/batches?startTime=2026-01-01&count=1";
    List<String> pages = new ArrayList<>();
    String cursor = "";
    boolean more = true;
    while (more) {
      JsonNode answer = door.api().json(search + cursor);
      pages.add(ids(answer, "batches", "batchId"));
      more = answer.path("more").asBoolean();
      assertThat(answer.has("cursor")).isEqualTo(more);
      cursor = "&cursor=" + answer.path("cursor").asText();
    }
    assertThat(pages).containsExactly("B1", "B2", "B3");
  }

  @Test
  void aRowIsTheObjectItself() {
    JsonNode found = door.api().json(CONTEXT + "/batches?batch=B1");
    assertThat(found.path("searchMode").asText()).isEqualTo("overlapped");
    assertThat(found.path("batches").path(0)).isEqualTo(door.api().json(CONTEXT + "/batches/B1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          batches?searchMode=around                              | OUT_OF_RANGE      | searchMode
          batches?startTime=noon                                 | BAD_TIME          | startTime
          batches?startTime=2026-01-02&endTime=2026-01-01        | EMPTY_RANGE       | endTime
          batches?count=0                                        | OUT_OF_RANGE      | count
          batches?cursor=x                                       | OUT_OF_RANGE      | cursor
          batches?cursor=YzF8eHxC                                | OUT_OF_RANGE      | cursor
          batches?name=x                                         | UNKNOWN_PARAMETER |
          orders?unit=R1                                         | UNKNOWN_PARAMETER |
          """)
  void aSearchThatMakesNoSenseIsRefused(String search, String code, String path) {
    JsonNode error = assertError(door.get(CONTEXT + "/" + search), 400, code);
    assertThat(error.path("path").asText()).isEqualTo(path == null ? "" : path);
  }
}
