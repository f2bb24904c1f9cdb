package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.influxdb.client.InfluxDBClient;
import com.influxdb.client.InfluxDBClientFactory;
import com.influxdb.client.InfluxDBClientOptions;
import com.influxdb.client.WriteApi;
import com.influxdb.client.WriteOptions;
import com.influxdb.client.domain.WritePrecision;
import com.influxdb.client.write.Point;
import com.influxdb.client.write.events.WriteErrorEvent;
import com.influxdb.client.write.events.WriteSuccessEvent;
import com.influxdb.exceptions.BadRequestException;
import com.influxdb.exceptions.ForbiddenException;
import com.influxdb.exceptions.UnauthorizedException;
import io.tidemark.engine.security.AccountRequest;
import io.tidemark.engine.security.Grant;
import io.tidemark.engine.security.Role;
import io.tidemark.engine.security.Scope;
import io.tidemark.model.Principal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients of the line protocol as they come write with a token: the official ones of InfluxDB and
 * QuestDB run, Telegraf's requests are sent as it makes them. What they were told is held against
 * what is stored.
 */
class LineProtocolClientsTest {
  private static final Instant START = Instant.parse("2026-11-20T06:00:00.000000001Z");
  private static final int SAMPLES = 5000;
  private static final int WAIT_SECONDS = 30;

  @TempDir static Path folder;
  private static TestServer server;
  private static String writer;
  private static String reader;
  private static Api api;

  @BeforeAll
  static void start() throws IOException {
    server = TestServer.start(folder, Map.of());
    writer = token("writer", Role.WRITER);
    reader = token("reader", Role.READER);
    api = server.api().as(reader);
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  private static String token(String name, Role role) {
    return Objects.requireNonNull(
        server
            .engine()
            .createAccount(
                new AccountRequest(name, List.of(new Grant(role, Scope.EVERYTHING)), null, null),
                Principal.SYSTEM)
            .secret());
  }

  private static long ns(int sample) {
    Instant time = START.plusMillis(sample);
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }

  /** Values of a tag in order of time, as texts. */
  private static List<String> stored(String tag) {
    JsonNode rows = api.sql("SELECT ts_ns, value FROM samples WHERE tag = ? ORDER BY ts", tag);
    List<String> values = new ArrayList<>();
    rows.path("rows").forEach(row -> values.add(row.get(0).asText() + "=" + row.get(1).asText()));
    return values;
  }

  private static List<String> expected() {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      values.add(ns(i) + "=" + (i + 0.5));
    }
    return values;
  }

  // InfluxDB's client.

  private static InfluxDBClient influx(String token) {
    return InfluxDBClientFactory.create(
        InfluxDBClientOptions.builder()
            .url(server.address())
            .authenticateToken(token.toCharArray())
            .org("plant")
            .bucket("line")
            .build());
  }

  private static Point point(String measurement, int sample) {
    return Point.measurement(measurement)
        .addTag("unit", "U 1")
        .addField("temp", sample + 0.5)
        .time(ns(sample), WritePrecision.NS);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void influxWritesInBatchesAndIsToldNothingBad(boolean gzip) throws InterruptedException {
    String measurement = "ix" + gzip;
    BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
    BlockingQueue<Long> acknowledged = new LinkedBlockingQueue<>();
    try (InfluxDBClient client = influx(writer)) {
      assertThat(client.ping()).isTrue();
      if (gzip) {
        client.enableGzip();
      }
      try (WriteApi batches =
          client.makeWriteApi(WriteOptions.builder().batchSize(700).flushInterval(50).build())) {
        batches.listenEvents(WriteErrorEvent.class, event -> errors.add(event.getThrowable()));
        batches.listenEvents(
            WriteSuccessEvent.class,
            event -> acknowledged.add(event.getLineProtocol().lines().count()));
        for (int i = 0; i < SAMPLES; i++) {
          batches.writePoint(point(measurement, i));
        }
        batches.flush();
        for (long lines = 0; lines < SAMPLES; ) { // closing would interrupt what is under way
          Long more = acknowledged.poll(WAIT_SECONDS, TimeUnit.SECONDS);
          assertThat(more).as("lines acknowledged: %d, errors: %s", lines, errors).isNotNull();
          lines += more;
        }
      }
    }
    assertThat(errors).isEmpty();
    assertThat(stored(measurement + ".U 1.temp")).hasSize(SAMPLES).isEqualTo(expected());
  }

  @Test
  void influxIsToldOfAPointThatIsRefusedAndTheOthersAreStored() throws InterruptedException {
    try (InfluxDBClient client = influx(writer)) {
      client.getWriteApiBlocking().writePoint(point("bad", 0));
      String lines = "bad,unit=U\\ 1 temp=\"hot\" " + ns(1) + "\nbad,unit=U\\ 1 temp=2.5 " + ns(2);
      assertThatThrownBy(() -> client.getWriteApiBlocking().writeRecord(WritePrecision.NS, lines))
          .isInstanceOf(BadRequestException.class)
          .hasMessageContaining("partial write: line 1: value does not fit the tag")
          .hasMessageContaining("stored=1 dropped=1");
      BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
      try (WriteApi batches = client.makeWriteApi()) {
        batches.listenEvents(WriteErrorEvent.class, event -> errors.add(event.getThrowable()));
        batches.writeRecord(WritePrecision.NS, lines);
        batches.flush();
        assertThat(errors.poll(WAIT_SECONDS, TimeUnit.SECONDS))
            .isInstanceOf(BadRequestException.class)
            .hasMessageContaining("partial write");
      }
    }
    assertThat(stored("bad.U 1.temp")).containsExactly(ns(0) + "=0.5", ns(2) + "=2.5");
  }

  @Test
  void influxIsToldThatItMayNot() {
    try (InfluxDBClient client = influx(reader)) {
      assertThatThrownBy(() -> client.getWriteApiBlocking().writePoint(point("no", 0)))
          .isInstanceOf(ForbiddenException.class);
    }
    try (InfluxDBClient client = influx("nothing-of-ours")) {
      assertThatThrownBy(() -> client.getWriteApiBlocking().writePoint(point("no", 0)))
          .isInstanceOf(UnauthorizedException.class);
    }
    assertThat(stored("no.U 1.temp")).isEmpty();
  }

  // QuestDB's client.

  private static String questAddress() {
    return "http::addr=" + server.address().substring("http://".length()) + ";";
  }

  @ParameterizedTest
  @ValueSource(strings = {"token=%s;", "username=any;password=%s;"})
  void questWritesTextWithTokenOrTokenAsPassword(String login) throws Exception {
    String table = "qd" + login.length();
    String config = questAddress() + login.formatted(writer) + "auto_flush_rows=700;";
    assertThat(QuestClient.write(config, table, ns(0), SAMPLES, -1)).isEmpty();
    assertThat(stored(table + ".U 1.temp")).isEqualTo(expected());
    assertThat(stored(table + ".U 1.runs"))
        .hasSize(SAMPLES)
        .last()
        .isEqualTo(ns(SAMPLES - 1) + "=" + (SAMPLES - 1) + ".0");
  }

  @Test
  void questIsToldOfARowThatIsRefusedAndTheOthersAreStored() throws Exception {
    assertThat(QuestClient.write(questAddress() + "token=" + writer + ";", "qbad", ns(0), 3, 1))
        .contains("partial write: line 2: value does not fit the tag")
        .contains("stored=5 dropped=1");
    assertThat(stored("qbad.U 1.temp")).containsExactly(ns(0) + "=0.5", ns(2) + "=2.5");
  }

  @Test
  void questIsToldThatItMayNot() throws Exception {
    assertThat(QuestClient.write(questAddress() + "token=nothing;", "qno", ns(0), 1, -1))
        .contains("401");
    assertThat(QuestClient.write(questAddress() + "token=" + reader + ";", "qno", ns(0), 1, -1))
        .contains("account has no right to that");
    assertThat(stored("qno.U 1.temp")).isEmpty();
  }

  // Telegraf, replayed.

  private static HttpResponse<String> telegraf(
      String path, byte[] body, boolean gzip, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.address() + path))
            .header("User-Agent", "Telegraf/1.36.4 Go/1.25.3")
            .headers(headers)
            .POST(BodyPublishers.ofByteArray(gzip ? zipped(body) : body));
    if (gzip) {
      request.header("Content-Encoding", "gzip");
    }
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      return client.send(request.build(), BodyHandlers.ofString());
    }
  }

  private static byte[] zipped(byte[] body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(body);
    }
    return bytes.toByteArray();
  }

  private static byte[] metrics(String name, int count) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines
          .append(name)
          .append(",cpu=cpu0,host=edge-1 usage_idle=")
          .append(i + 0.5)
          .append(",n=")
          .append(i)
          .append("i ")
          .append(ns(i))
          .append('\n');
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void telegrafsOutputOfVersionTwo(boolean gzip) throws Exception {
    String name = "t2" + gzip;
    HttpResponse<String> answer =
        telegraf(
            "/api/v2/write?bucket=line&org=plant&precision=ns",
            metrics(name, SAMPLES),
            gzip,
            "Authorization",
            "Token " + writer,
            "Content-Type",
            "text/plain; charset=utf-8");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
    assertThat(stored(name + ".cpu0.edge-1.usage_idle")).isEqualTo(expected());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void telegrafsOutputOfVersionOneMakesItsDatabaseFirst(boolean gzip) throws Exception {
    String name = "t1" + gzip;
    String basic =
        "Basic "
            + Base64.getEncoder()
                .encodeToString(("telegraf:" + writer).getBytes(StandardCharsets.UTF_8));
    HttpResponse<String> made =
        telegraf(
            "/query",
            "q=CREATE+DATABASE+%22telegraf%22".getBytes(StandardCharsets.UTF_8),
            false,
            "Authorization",
            basic,
            "Content-Type",
            "application/x-www-form-urlencoded");
    assertThat(made.statusCode()).isEqualTo(200);
    assertThat(made.body()).isEqualTo("{\"results\":[{\"statement_id\":0}]}");
    HttpResponse<String> answer =
        telegraf(
            "/write?consistency=any&db=telegraf&precision=ns&rp=",
            metrics(name, SAMPLES),
            gzip,
            "Authorization",
            basic,
            "Content-Type",
            "text/plain; charset=utf-8");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
    assertThat(stored(name + ".cpu0.edge-1.n")).hasSize(SAMPLES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/write?db=telegraf", "/api/v2/write?bucket=line&org=plant"})
  void telegrafDropsWhatIsRefusedInsteadOfSendingItForEver(String path) throws Exception {
    String name = "tb" + path.length();
    String lines = name + " v=1 1\n" + name + " v=\"x\" 2\n" + name + " v= 3\n" + name + " v=4 4\n";
    HttpResponse<String> answer =
        telegraf(
            path,
            lines.getBytes(StandardCharsets.UTF_8),
            false,
            "Authorization",
            "Token " + writer,
            "Content-Type",
            "text/plain; charset=utf-8");
    assertThat(answer.statusCode()).isEqualTo(400);
    JsonNode said = Api.parse(answer.body());
    assertThat(said.path("code").asText()).isEqualTo("invalid");
    assertThat(said.path("message").asText())
        .startsWith("partial write: line 2: ")
        .endsWith(" stored=2 dropped=2");
    assertThat(said.path("error").asText()).isEqualTo(said.path("message").asText());
    assertThat(said.path("stored").asInt()).isEqualTo(2);
    assertThat(said.path("errors")).hasSize(2);
    assertThat(stored(name + ".v")).containsExactly("1=1.0", "4=4.0");
  }

  @Test
  void questionsOfInfluxAreRefusedWithTheWayToOurs() throws Exception {
    HttpResponse<String> answer =
        telegraf(
            "/query?db=telegraf",
            "q=SELECT+*+FROM+cpu".getBytes(StandardCharsets.UTF_8),
            false,
            "Authorization",
            "Token " + writer,
            "Content-Type",
            "application/x-www-form-urlencoded");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("/api/v1/sql");
    HttpResponse<String> notAWriter =
        telegraf(
            "/query?q=CREATE+DATABASE+x", new byte[0], false, "Authorization", "Token " + reader);
    assertThat(notAWriter.statusCode()).isEqualTo(403);
  }

  @Test
  void whatIsAskedBeforeAnyWriteNeedsNoToken() {
    Api stranger = server.api().with("X-Forwarded-For", "192.0.2.1");
    assertThat(stranger.get("/ping").statusCode()).isEqualTo(204);
    assertThat(Api.expect(stranger.get("/health")).path("status").asText()).isEqualTo("pass");
    assertThat(stranger.get("/settings").body())
        .isEqualTo("{\"config\":{\"line.proto.support.versions\":[1]}}");
    assertThat(stranger.get("/health/status").statusCode()).isEqualTo(401);
  }
}
