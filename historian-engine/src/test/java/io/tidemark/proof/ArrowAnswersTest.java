package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Arrow streams of REST and SQL say what JSON says, with exact times and typed columns. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArrowAnswersTest {
  private static final long START_NS = 1_764_000_000_000_000_789L;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(); // see ServerClient
  private TestServer server;
  private Api api;

  /** A stream, read. */
  private record Table(Schema schema, List<Map<String, @Nullable Object>> rows) {}

  @BeforeAll
  void fill(@TempDir Path folder) throws IOException {
    server = TestServer.start(folder, Map.of());
    api = server.api();
    api.send(
        "PUT",
        "/api/v1/tags",
        "application/json",
        "{\"tags\":[{\"name\":\"A.TI1\",\"type\":\"float64\",\"uom\":\"degC\"},"
            + "{\"name\":\"A.FT1\",\"type\":\"float64\",\"uom\":\"kg/h\"},"
            + "{\"name\":\"A.N\",\"type\":\"int64\",\"step\":true},"
            + "{\"name\":\"N.F\",\"type\":\"float32\"},"
            + "{\"name\":\"N.I\",\"type\":\"int32\",\"step\":true},"
            + "{\"name\":\"A.XV\",\"type\":\"digital\",\"states\":[\"Closed\",\"Open\"]},"
            + "{\"name\":\"A.BATCH\",\"type\":\"string\"}]}");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      long ns = START_NS + i * 1_000_000_000L;
      lines.append("p,tag=A.TI1 value=").append(i % 100).append(".5 ").append(ns).append('\n');
      if (i % 1000 == 0) {
        lines.append("p,tag=A.FT1 value=").append(i).append(" ").append(ns).append('\n');
        lines.append("p,tag=A.N value=").append(9007199254740993L + i).append("i ");
        lines.append(ns).append('\n');
        lines.append("p,tag=N.F value=").append(i).append(".1 ").append(ns).append('\n');
        lines.append("p,tag=N.I value=").append(-i).append("i ").append(ns).append('\n');
        lines.append("p,tag=A.XV value=\"").append(i % 2000 == 0 ? "Open" : "Closed");
        lines.append("\" ").append(ns).append('\n');
        lines.append("p,tag=A.BATCH value=\"B-").append(i).append("\" ").append(ns).append('\n');
      }
    }
    api.writeLines(lines.toString());
    HttpResponse<String> bad =
        api.send(
            "POST",
            "/api/v1/write",
            "application/json",
            "{\"samples\":[{\"tag\":\"A.TI1\",\"ts\":\""
                + Instant.ofEpochSecond(0, START_NS + 5_000_000_000L)
                + "\",\"value\":null,\"status\":\"Bad_NoCommunication\"}]}");
    assertThat(bad.statusCode()).as(bad.body()).isEqualTo(204);
  }

  @AfterAll
  void stop() throws IOException {
    server.close();
  }

  @Test
  void aCompactAnswerLeavesOutWhatIsTheSameInEveryRow() throws IOException {
    for (String tag : List.of("A.TI1", "A.N", "A.XV", "A.BATCH")) {
      String question = "/api/v1/values/recorded?format=arrow&tag=" + tag + range();
      Table whole = get(question);
      Table compact = get(question + "&layout=compact");
      assertThat(compact.schema().getCustomMetadata()).containsEntry("tag", tag);
      assertThat(compact.rows()).hasSameSizeAs(whole.rows());
      assertThat(compact.rows().getFirst().keySet())
          .doesNotContain("tag", "quality", "uom")
          .contains("ts", "value", "status");
      for (int row = 0; row < compact.rows().size(); row++) {
        Map<String, @Nullable Object> cells = new LinkedHashMap<>(whole.rows().get(row));
        cells.keySet().retainAll(compact.rows().get(row).keySet());
        assertThat(compact.rows().get(row)).isEqualTo(cells);
      }
    }
    Table two = get("/api/v1/values/current?format=arrow&layout=compact&tag=A.TI1&tag=A.FT1");
    assertThat(two.rows().getFirst().keySet()).containsExactly("tag", "ts", "value", "status");
    HttpResponse<String> refused =
        api.get("/api/v1/values/summary?format=arrow&layout=compact&tag=A.TI1");
    assertThat(refused.statusCode()).isEqualTo(400);
  }

  private static String range() {
    return "&startTime="
        + Api.encode(Instant.ofEpochSecond(0, START_NS).toString())
        + "&endTime="
        + Api.encode(Instant.ofEpochSecond(0, START_NS + 20_000_000_000_000L).toString());
  }

  private Table read(HttpRequest request) throws IOException {
    HttpResponse<InputStream> response;
    try {
      response = client.send(request, BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    try (InputStream body = response.body();
        RootAllocator allocator = new RootAllocator();
        ArrowStreamReader reader = new ArrowStreamReader(body, allocator)) {
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("content-type"))
          .contains("application/vnd.apache.arrow.stream");
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      List<Map<String, @Nullable Object>> rows = new ArrayList<>();
      while (reader.loadNextBatch()) {
        for (int row = 0; row < root.getRowCount(); row++) {
          Map<String, @Nullable Object> cells = new LinkedHashMap<>();
          for (FieldVector vector : root.getFieldVectors()) {
            Object cell =
                vector instanceof TimeStampNanoTZVector times && !times.isNull(row)
                    ? (Object) times.get(row)
                    : vector.getObject(row);
            cells.put(vector.getName(), cell == null ? null : plain(cell));
          }
          rows.add(cells);
        }
      }
      return new Table(root.getSchema(), rows);
    }
  }

  private static Object plain(Object cell) {
    return cell instanceof org.apache.arrow.vector.util.Text text ? text.toString() : cell;
  }

  private Table get(String path) throws IOException {
    return read(HttpRequest.newBuilder(URI.create(server.address() + path)).GET().build());
  }

  private Table sql(String statement) throws IOException {
    return read(
        HttpRequest.newBuilder(URI.create(server.address() + "/api/v1/sql?format=arrow"))
            .header("Content-Type", "text/plain")
            .POST(BodyPublishers.ofString(statement))
            .build());
  }

  @Test
  void recordedValuesOfAllTypesKeepEveryBit() throws IOException {
    Table table = get("/api/v1/values/recorded?tag=A.*&format=arrow" + range());
    assertThat(table.schema().findField("ts").getType().toString())
        .isEqualTo("Timestamp(NANOSECOND, UTC)");
    assertThat(table.rows()).hasSize(20_000 + 4 * 20);
    Map<String, @Nullable Object> whole = firstOf(table, "A.N");
    assertThat(whole).containsEntry("value_int", 9007199254740993L);
    assertThat(whole).containsEntry("ts", START_NS);
    assertThat(firstOf(table, "A.XV")).containsEntry("text", "Open").containsEntry("value_int", 1L);
    assertThat(firstOf(table, "A.BATCH")).containsEntry("text", "B-0").containsEntry("value", null);
    assertThat(firstOf(table, "A.TI1")).containsEntry("value", 0.5).containsEntry("uom", "degC");
    assertThat(table.rows())
        .filteredOn(row -> "Bad".equals(row.get("quality")))
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row).containsEntry("value", null);
              assertThat(row).containsEntry("status", 0x80310000);
            });
  }

  @Test
  void narrowTypesComeInTheColumnsOfTheWideOnes() throws IOException {
    String question = "/api/v1/values/recorded?tag=N.F&tag=N.I&format=arrow" + range();
    for (Table table :
        List.of(
            get(question), sql("SELECT * FROM samples WHERE tag IN ('N.F', 'N.I') ORDER BY ts"))) {
      assertThat(table.schema().findField("value").getType().toString())
          .isEqualTo("FloatingPoint(DOUBLE)");
      assertThat(table.rows()).hasSize(40);
      assertThat(firstOf(table, "N.F"))
          .containsEntry("value", (double) 0.1f)
          .containsEntry("value_int", null);
      assertThat(table.rows())
          .filteredOn(row -> "N.I".equals(row.get("tag")))
          .element(1)
          .satisfies(
              row ->
                  assertThat(row)
                      .containsEntry("value", -1000.0)
                      .containsEntry("value_int", -1000L));
    }
    Table wide =
        get(
            "/api/v1/values/at_times?tag=N.F&tag=N.I&layout=wide&mode=exact&format=arrow&time="
                + START_NS);
    assertThat(wide.rows())
        .containsExactly(Map.of("ts", START_NS, "N.F", (double) 0.1f, "N.I", 0L));
  }

  /** A column of whole numbers takes those of both widths, one of numbers takes all four. */
  @Test
  void aWideColumnOutlivesAChangeBetweenNumbers() throws IOException {
    List<String> types = List.of("float32", "int64", "int32", "float64", "int32", "int64");
    for (int i = 0; i < types.size(); i++) {
      api.send(
          "PUT",
          "/api/v1/tags",
          "application/json",
          "{\"name\":\"N.C\",\"step\":true,\"type\":\"" + types.get(i) + "\"}");
      String value = types.get(i).startsWith("int") ? i + "i" : i + ".5";
      api.writeLines("p,tag=N.C value=" + value + " " + (START_NS + i));
    }
    String question = "/api/v1/values/at_times?tag=N.C&layout=wide&mode=exact&format=arrow";
    Table whole = get(question + "&time=" + (START_NS + 4) + "&time=" + (START_NS + 5));
    assertThat(whole.rows()).extracting(row -> row.get("N.C")).containsExactly(4L, 5L);
    assertThat(get("/api/v1/values/recorded?tag=N.C&format=arrow" + range()).rows())
        .extracting(row -> row.get("value"))
        .containsExactly(0.5, 1.0, 2.0, 3.5, 4.0, 5.0);
    api.send("PUT", "/api/v1/tags", "application/json", "{\"name\":\"N.C\",\"type\":\"float32\"}");
    String times = "";
    for (int i = 0; i < types.size(); i++) {
      times += "&time=" + (START_NS + i);
    }
    assertThat(get(question + times).rows())
        .extracting(row -> row.get("N.C"))
        .containsExactly(0.5, 1.0, 2.0, 3.5, 4.0, 5.0);
  }

  private static Map<String, @Nullable Object> firstOf(Table table, String tag) {
    return table.rows().stream()
        .filter(row -> tag.equals(row.get("tag")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void wideHasOneTypedColumnATag() throws IOException {
    Table table =
        get(
            "/api/v1/values/interpolated?tag=A.TI1&tag=A.N&tag=A.XV&tag=A.BATCH&interval=1000s"
                + "&layout=wide&withStatus=true&format=arrow"
                + range());
    assertThat(table.schema().getFields())
        .extracting(Field::getName)
        .containsExactly(
            "ts",
            "A.TI1",
            "A.TI1.status",
            "A.N",
            "A.N.status",
            "A.XV",
            "A.XV.status",
            "A.BATCH",
            "A.BATCH.status");
    assertThat(table.schema().findField("A.TI1").getMetadata())
        .containsEntry("uom", "degC")
        .containsEntry("step", "false")
        .containsEntry("mode", "interpolated")
        .containsKeys("timeZone", "dataVersion");
    assertThat(table.rows()).hasSize(20);
    assertThat(table.rows().getFirst())
        .containsEntry("A.TI1", 0.5)
        .containsEntry("A.N", 9007199254740993L)
        .containsEntry("A.XV", "Open")
        .containsEntry("A.BATCH", "B-0");
  }

  @Test
  void summaryEqualsJsonDigitForDigit() throws IOException {
    String question = "/api/v1/values/summary?tag=A.TI1&tag=A.FT1&interval=1h" + range();
    Table table = get(question + "&format=arrow");
    List<JsonNode> json = new ArrayList<>();
    for (JsonNode tag : api.json(question).path("tags")) {
      tag.path("values").forEach(json::add);
    }
    assertThat(table.rows()).hasSameSizeAs(json).isNotEmpty();
    for (int i = 0; i < json.size(); i++) {
      Map<String, @Nullable Object> row = table.rows().get(i);
      JsonNode same = json.get(i);
      assertThat(row).containsEntry("time_average", same.path("timeAverage").asDouble());
      assertThat(row).containsEntry("std_dev", same.path("stdDev").asDouble());
      assertThat(row).containsEntry("total", same.path("total").asDouble());
      assertThat(row).containsEntry("count", same.path("count").asLong());
      assertThat(row).containsEntry("percent_good", same.path("percentGood").asDouble());
    }
    assertThat(firstOf(table, "A.FT1")).containsEntry("total_uom", "kg");
  }

  @Test
  void anUnknownTagIsAnErrorAndNotAShorterStream() {
    HttpResponse<String> response =
        api.get("/api/v1/values/recorded?tag=A.TI1&tag=NO.SUCH&format=arrow" + range());
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(Api.parse(response.body()).path("code").asText()).isEqualTo("UNKNOWN_TAG");
  }

  @Test
  void sqlColumnsCarryTheUnitWhereAllTagsShareIt() throws IOException {
    Table table = sql("SELECT s.*, max(value) OVER () AS hi FROM samples s WHERE tag = 'A.TI1'");
    assertThat(table.schema().findField("value").getMetadata()).containsEntry("uom", "degC");
    assertThat(table.schema().findField("hi").getMetadata()).containsEntry("uom", "degC");
    assertThat(table.schema().findField("ts").getMetadata())
        .doesNotContainKey("uom")
        .containsKeys("timeZone", "dataVersion");
    assertThat(
            uoms(
                "SELECT avg(value), sum(value), value * 2 FROM samples WHERE tag = 'A.FT1' GROUP BY"
                    + " ALL"))
        .startsWith("kg/h", "", "");
    assertThat(uoms("SELECT max(value) FROM samples WHERE tag IN ('A.TI1', 'A.FT1')"))
        .containsExactly("");
    assertThat(
            uoms(
                "SELECT time_average, total, percent_good FROM summary(tags => 'A.FT1', start_time"
                    + " => '2025-11-24', end_time => '2025-11-25')"))
        .containsExactly("kg/h", "kg", "%");
    assertThat(
            uoms(
                "SELECT a.value, b.value FROM samples a JOIN samples b USING (ts) WHERE a.tag ="
                    + " 'A.TI1' AND b.tag = 'A.FT1'"))
        .containsExactly("degC", "kg/h");
  }

  private List<String> uoms(String statement) {
    List<String> uoms = new ArrayList<>();
    api.sql(statement).path("columns").forEach(column -> uoms.add(column.path("uom").asText()));
    return uoms;
  }
}
