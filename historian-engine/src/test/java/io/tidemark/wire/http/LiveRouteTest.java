package io.tidemark.wire.http;

import static io.tidemark.wire.http.Door.TEXT;
import static io.tidemark.wire.http.Door.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tidemark.proof.Api;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Committed samples reach who follows them: each once, late ones too, and again after a break. */
@Timeout(30)
class LiveRouteTest {
  private static final int STREAMS_MAX = 10;

  @TempDir static Path folder;
  private static Door door;

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder, 1 << 20, STREAMS_MAX);
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  /** An open stream of events. */
  private static final class Events implements AutoCloseable {
    private final Stream<String> body;
    private final Iterator<String> lines;
    private String lastId = "";

    private Events(Stream<String> body) {
      this.body = body;
      this.lines = body.iterator();
    }

    /** Follows, and waits for the greeting: what is written afterwards will come. */
    static Events open(String query, String... headers) throws Exception {
      HttpRequest.Builder request = HttpRequest.newBuilder(door.uri("/api/v1/live?" + query));
      if (headers.length > 0) {
        request.headers(headers);
      }
      HttpResponse<Stream<String>> answer =
          door.client().send(request.build(), BodyHandlers.ofLines());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("content-type")).hasValue("text/event-stream");
      Events events = new Events(answer.body());
      events.readTo(": open");
      return events;
    }

    /** Tag, time and value of each sample up to the next mark. */
    List<String> samples() {
      List<String> samples = new ArrayList<>();
      for (String line : readTo("data: {}")) {
        if (line.startsWith("data: ") && !line.equals("data: {}")) {
          JsonNode event = Api.parse(line.substring("data: ".length()));
          for (JsonNode sample : event.path("values")) {
            samples.add(
                event.path("tag").asText()
                    + " "
                    + sample.path("ts").asText()
                    + " "
                    + sample.path("value").asText());
          }
        }
      }
      return samples;
    }

    private List<String> readTo(String last) {
      List<String> read = new ArrayList<>();
      while (lines.hasNext()) {
        String line = lines.next();
        read.add(line);
        if (line.startsWith("id: ")) {
          lastId = line.substring("id: ".length());
        }
        if (line.equals(last)) {
          return read;
        }
      }
      throw new AssertionError("stream ended: " + read);
    }

    String lastId() {
      return lastId;
    }

    @Override
    public void close() {
      body.close();
    }
  }

  private static void write(String lines) {
    door.api().writeLines(lines);
  }

  @Test
  void aWrittenSampleComesAndALateOneTooEachOnce() throws Exception {
    write("m,tag=A.1 value=1 1000000000");
    try (Events events = Events.open("tag=A.1&timeZone=Europe/Berlin")) {
      write("m,tag=A.1 value=2 9000000000\nm,tag=A.2 value=3 9000000000");
      assertThat(events.samples()).containsExactly("A.1 1970-01-01T01:00:09+01:00 2.0");
      write("m,tag=A.1 value=3 5000000000");
      assertThat(events.samples()).containsExactly("A.1 1970-01-01T01:00:05+01:00 3.0");
      write("m,tag=A.1 value=4 9000000000");
      assertThat(events.samples()).containsExactly("A.1 1970-01-01T01:00:09+01:00 4.0");
    }
  }

  @Test
  void aTagOfSeveralPatternsComesOnce() throws Exception {
    write("m,tag=P.1 value=0 1\nm,tag=P.2 value=0 1");
    try (Events events = Events.open("tag=P.1&tag=P.*&tag=P.?")) {
      write("m,tag=P.1 value=1 1000000000\nm,tag=P.2 value=2 1000000000");
      assertThat(events.samples())
          .containsExactlyInAnyOrder(
              "P.1 1970-01-01T00:00:01Z 1.0", "P.2 1970-01-01T00:00:01Z 2.0");
    }
  }

  @Test
  void whoComesBackGetsWhatWasMissedAndNothingTwice() throws Exception {
    write("m,tag=R.1 value=0 1");
    String id;
    try (Events events = Events.open("tag=R.1")) {
      write("m,tag=R.1 value=1 1000000000");
      assertThat(events.samples()).hasSize(1);
      id = events.lastId();
    }
    write("m,tag=R.1 value=2 2000000000\nm,tag=R.1 value=3 500000000");
    try (Events events = Events.open("tag=R.1", "Last-Event-ID", id)) {
      assertThat(events.samples())
          .containsExactly("R.1 1970-01-01T00:00:00.500Z 3.0", "R.1 1970-01-01T00:00:02Z 2.0");
      write("m,tag=R.1 value=4 4000000000");
      assertThat(events.samples()).containsExactly("R.1 1970-01-01T00:00:04Z 4.0");
      id = events.lastId();
    }
    try (Events events = Events.open("tag=R.1", "Last-Event-ID", id)) {
      write("m,tag=R.1 value=5 5000000000");
      assertThat(events.samples()).containsExactly("R.1 1970-01-01T00:00:05Z 5.0");
    }
  }

  @Test
  void theIdOfTheGreetingIsEnoughToComeBack() throws Exception {
    write("m,tag=G.1 value=0 1");
    String id;
    try (Events events = Events.open("tag=G.1")) {
      id = events.lastId();
    }
    write("m,tag=G.1 value=1 1000000000");
    try (Events events = Events.open("tag=G.1", "Last-Event-ID", id)) {
      assertThat(events.samples()).containsExactly("G.1 1970-01-01T00:00:01Z 1.0");
    }
  }

  @Test
  void aBadSampleComesWithoutItsValueUnlessAskedFor() throws Exception {
    write("m,tag=B.1 value=0 1");
    try (Events plain = Events.open("tag=B.1");
        Events all = Events.open("tag=B.1&includeBad")) {
      write("m,tag=B.1 value=7,status=\"Bad_SensorFailure\" 1000000000");
      assertThat(plain.samples()).containsExactly("B.1 1970-01-01T00:00:01Z null");
      assertThat(all.samples()).containsExactly("B.1 1970-01-01T00:00:01Z 7.0");
    }
  }

  @Test
  void aLongAbsenceIsMadeUpForInPartsAndNothingComesTwice() throws Exception {
    write("m,tag=P.1 value=0 1");
    String resume;
    try (Events events = Events.open("tag=P.1")) {
      write("m,tag=P.1 value=1 2");
      assertThat(events.samples()).hasSize(1);
      resume = events.lastId();
    }
    int frames = 12;
    int rows = 10_000;
    for (int frame = 0; frame < frames; frame++) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < rows; i++) {
        lines.append("m,tag=P.1 value=").append(i).append(' ');
        lines.append(10 + frame * rows + i).append('\n');
      }
      write(lines.toString());
    }
    try (Events events = Events.open("tag=P.1", "Last-Event-ID", resume)) {
      List<String> all = new ArrayList<>();
      int parts = 0;
      while (all.size() < frames * rows) {
        List<String> part = events.samples();
        assertThat(part.size()).isLessThanOrEqualTo(60_000);
        all.addAll(part);
        parts++;
      }
      assertThat(all).hasSize(frames * rows).doesNotHaveDuplicates();
      assertThat(parts).isGreaterThan(1);
    }
  }

  @Test
  void questionsThatCannotBeFollowedAreRefused() {
    write("m,tag=E.1 value=0 1");
    JsonNode unknown = assertError(door.get("/api/v1/live?tag=E.1&tag=Nope"), 404, "UNKNOWN_TAG");
    assertThat(unknown.path("message").asText()).contains("Nope");
    assertError(door.get("/api/v1/live?tag=Nope.*"), 404, "UNKNOWN_TAG");
    JsonNode missing = assertError(door.get("/api/v1/live"), 400, "MISSING_FIELD");
    assertThat(missing.path("hint").asText()).startsWith("for example tag=R1.");
    assertError(door.get("/api/v1/live?tags=E.1"), 400, "UNKNOWN_PARAMETER");
    assertError(door.get("/api/v1/live?tag=E.1&timeZone=Mars"), 400, "BAD_TIME");
    for (int i = 0; i <= STREAMS_MAX; i++) { // none of them takes the place of a stream
      assertError(door.get("/api/v1/live?tag=E.1", "Last-Event-ID", "7"), 400, "OUT_OF_RANGE");
    }
  }

  @Test
  void oneStreamTooManyIsRefusedUntilAnotherEnds() throws Exception {
    write("m,tag=S.1 value=0 1");
    List<Socket> clients = new ArrayList<>();
    try {
      String answer = "";
      while (!answer.startsWith("HTTP/1.1 429 ")) {
        assertThat(clients).hasSizeLessThanOrEqualTo(STREAMS_MAX);
        answer = follow(clients);
      }
      assertThat(answer).contains("retry-after: 1\r\n", "\"BACK_PRESSURED\"");
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
    // The server sees soon that they are closed; until then it refuses.
    List<Socket> others = new ArrayList<>();
    while (!follow(others).startsWith("HTTP/1.1 200 ")) {
      Thread.sleep(10);
    }
    for (Socket other : others) {
      other.close();
    }
  }

  private static String follow(List<Socket> clients) throws IOException {
    Socket client = door.connect();
    clients.add(client);
    String request = "GET /api/v1/live?tag=S.1 HTTP/1.1\r\nHost: " + door.host() + "\r\n\r\n";
    client.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
    return Door.readUntil(
        client, answer -> answer.contains(": open") || answer.contains("requestId"));
  }

  @Test
  void otherTextInLinesIsNoEventOfItsOwn() throws Exception {
    door.post("/api/v1/write", TEXT, "m,tag=T.1 value=\"a\" 1");
    try (Events events = Events.open("tag=T.1")) {
      String text = "x\n\nevent: mark\ndata: {}\n\n";
      door.post(
          "/api/v1/write",
          Door.JSON,
          "[{\"tag\":\"T.1\",\"ts\":1000000000,\"value\":" + new TextNode(text) + "}]");
      assertThat(events.samples()).containsExactly("T.1 1970-01-01T00:00:01Z " + text);
    }
  }
}
