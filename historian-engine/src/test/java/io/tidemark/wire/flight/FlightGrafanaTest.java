package io.tidemark.wire.flight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.proof.TestServer;
import io.tidemark.wire.flight.FlightClientOfTest.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Grafana's InfluxDB data source sends in SQL mode, replayed: the texts to which its macros
 * and its query builder expand, with its metadata, and the panels of our dashboards.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlightGrafanaTest {
  private static final Instant FROM = Instant.parse("2025-11-24T16:00:00Z");
  private static final Instant TO = Instant.parse("2025-11-24T17:00:00Z");
  private static final int INTERVAL_SECONDS = 60;

  /** What Grafana turns into fields of a frame; others it prints as unhandled. */
  private static final Set<String> TYPES =
      Set.of(
          "Utf8",
          "Bool",
          "Int(64, true)",
          "Int(32, false)",
          "FloatingPoint(DOUBLE)",
          "Timestamp(NANOSECOND, UTC)");

  private TestServer server;
  private FlightDoor door;
  private FlightClientOfTest client;
  private CallOption metadata;

  @BeforeAll
  void fill(@TempDir Path folder) throws IOException {
    server = TestServer.start(folder, Map.of("timeZone", "Europe/Berlin"));
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 3_600; i++) {
      long ns = FROM.plusSeconds(i).getEpochSecond() * 1_000_000_000L;
      lines.append("p,tag=R1.TIC101.PV value=").append(i).append(' ').append(ns).append('\n');
      lines.append("p,tag=R1.TI102.PV value=").append(-i).append(' ').append(ns).append('\n');
    }
    server.api().writeLines(lines.toString());
    context("equipment", "R1", "{\"level\":\"Unit\",\"name\":\"Reactor 1\"}");
    for (String attribute : List.of("Reactor Temperature", "Jacket Temperature")) {
      String tag = attribute.startsWith("Reactor") ? "R1.TIC101.PV" : "R1.TI102.PV";
      context(
          "attributes",
          "R1%2F" + attribute.replace(" ", "%20"),
          "{\"equipmentId\":\"R1\",\"name\":\"" + attribute + "\",\"tag\":\"" + tag + "\"}");
    }
    context("products", "P-100", "{\"name\":\"Polymer\"}");
    for (int i = 1; i <= 2; i++) {
      Instant start = FROM.plus(Duration.ofMinutes(20L * i - 15));
      String times =
          "\"startTime\":\"" + start + "\",\"endTime\":\"" + start.plusSeconds(900) + "\"";
      context("batches", "B-" + i, "{\"productId\":\"P-100\",\"unitId\":\"R1\"," + times + "}");
      context(
          "steps",
          "S-" + i,
          "{\"batchId\":\"B-"
              + i
              + "\",\"unitId\":\"R1\",\"level\":\"Phase\",\"name\":\"React\","
              + times
              + "}");
    }
    door =
        new FlightDoor(
            FlightConfig.defaults().withPort(0), server.engine(), server.engine().access(), null);
    door.start();
    client = new FlightClientOfTest(door.port());
    CallHeaders headers = new FlightCallHeaders();
    headers.insert("database", "tidemark");
    headers.insert("bucket-name", "tidemark");
    headers.insert("authorization", "Bearer any");
    headers.insert("x-unknown", "1");
    metadata = new HeaderCallOption(headers);
  }

  private void context(String kind, String id, String json) {
    assertThat(
            server
                .api()
                .send("PUT", "/api/v1/context/" + kind + "/" + id, "application/json", json)
                .statusCode())
        .as(kind + " " + id)
        .isIn(200, 201);
  }

  @AfterAll
  void stop() throws Exception {
    client.close();
    door.close();
    assertThat(door.vectorBytes()).isZero();
    server.close();
  }

  /** The macros as the data source expands them, over our hour. */
  private static String expanded(String sql) {
    String from = FROM.toString();
    String to = TO.toString();
    return sql.replaceAll(
            "\\$__timeFilter\\((.*?)\\)", "$1 >= '" + from + "' AND $1 <= '" + to + "'")
        .replaceAll(
            "\\$__dateBinAlias\\((.*?)\\)",
            "date_bin(interval '"
                + INTERVAL_SECONDS
                + " second', $1, timestamp '1970-01-01T00:00:00Z') as $1_binned")
        .replaceAll(
            "\\$__dateBin\\((.*?)\\)",
            "date_bin(interval '"
                + INTERVAL_SECONDS
                + " second', $1, timestamp '1970-01-01T00:00:00Z')")
        .replaceAll("\\$__timeGroup\\((.*?), ?minute\\)", group("datepart('%s', $1)"))
        .replaceAll("\\$__timeGroupAlias\\((.*?), ?minute\\)", group("datepart('%s', $1) as $1_%s"))
        .replace("$__interval", "interval '" + INTERVAL_SECONDS + " second'")
        .replace("$__timeFrom", "cast('" + from + "' as timestamp)")
        .replace("$__timeTo", "cast('" + to + "' as timestamp)");
  }

  private static String group(String part) {
    return String.join(
        ",",
        Stream.of("minute", "hour", "day", "month", "year")
            .map(unit -> part.replace("%s", unit))
            .toList());
  }

  private Table ask(String sql) throws Exception {
    Table table = client.query(expanded(sql), metadata);
    for (Field field : table.schema().getFields()) {
      assertThat(TYPES).contains(field.getType().toString());
      assertThat(field.getDictionary()).isNull();
    }
    return table;
  }

  @Test
  void theHealthCheck() throws Exception {
    assertThat(ask("select 1").rows()).hasSize(1);
  }

  @Test
  void timeFilterAndATimeColumn() throws Exception {
    Table table =
        ask(
            "SELECT ts AS time, value, tag FROM samples WHERE tag = 'R1.TIC101.PV' AND"
                + " $__timeFilter(ts) ORDER BY time");
    assertThat(table.rows()).hasSize(3_600);
    assertThat(table.schema().getFields().getFirst().getName()).isEqualTo("time");
    assertThat(table.column("time").getFirst()).isEqualTo(FROM.getEpochSecond() * 1_000_000_000L);
  }

  @Test
  void dateBinIsThatOfDataFusion() throws Exception {
    Table table =
        ask(
            "SELECT $__dateBin(ts) AS time, avg(value) AS mean, count(*) AS n FROM samples WHERE"
                + " tag = 'R1.TIC101.PV' AND $__timeFilter(ts) GROUP BY 1 ORDER BY 1");
    assertThat(table.rows()).hasSize(60);
    for (int i = 0; i < 60; i++) {
      assertThat(table.rows().get(i))
          .containsEntry("time", FROM.plusSeconds(60L * i).getEpochSecond() * 1_000_000_000L)
          .containsEntry("mean", 60.0 * i + 29.5)
          .containsEntry("n", 60L);
    }
    assertThat(
            ask("SELECT $__dateBinAlias(ts) , max(value) AS hi FROM samples WHERE"
                    + " tag = 'R1.TIC101.PV' AND ts >= $__timeFrom AND ts < $__timeTo GROUP BY 1")
                .column("ts_binned"))
        .hasSize(60);
    // Of seven seconds from an origin of its own, and without one from 1970.
    assertThat(
            ask("SELECT epoch_us(date_bin(interval '7 second', timestamptz '2025-11-24T16:00:03Z',"
                    + " timestamp '2025-11-24T16:00:01Z')) AS a, epoch_us(date_bin(interval '7"
                    + " second', timestamptz '2025-11-24T16:00:03Z')) AS b")
                .rows())
        .containsExactly(
            Map.of(
                "a", FROM.plusSeconds(1).getEpochSecond() * 1_000_000L,
                "b", Math.floorDiv(FROM.plusSeconds(3).getEpochSecond(), 7L) * 7_000_000L));
    assertThat(
            ask("EXPLAIN SELECT $__dateBin(ts) AS time, avg(value) FROM samples WHERE tag ="
                    + " 'R1.TIC101.PV' AND $__timeFilter(ts) GROUP BY 1")
                .column("added_up"))
        .as("added up from statistics")
        .containsExactly("in 61 intervals");
  }

  @Test
  void timeGroupAndInterval() throws Exception {
    Table table =
        ask(
            "SELECT $__timeGroup(ts, minute), avg(value) AS mean FROM samples WHERE tag ="
                + " 'R1.TIC101.PV' AND $__timeFilter(ts) GROUP BY $__timeGroup(ts, minute)");
    assertThat(table.rows()).hasSize(60);
    assertThat(ask("SELECT $__timeGroupAlias(ts, minute) FROM samples LIMIT 1").rows().getFirst())
        .containsKeys("ts_minute", "ts_year");
    assertThat(
            ask("SELECT time_bucket($__interval, ts) AS time, min(value) AS lo FROM samples WHERE"
                    + " tag = 'R1.TIC101.PV' AND $__timeFilter(ts) GROUP BY 1")
                .rows())
        .hasSize(60);
  }

  @Test
  void theQueryBuilder() throws Exception {
    assertThat(
            ask("SELECT DISTINCT TABLE_SCHEMA from information_schema.TABLES where TABLE_TYPE !="
                    + " 'SYSTEM VIEW' ORDER BY TABLE_SCHEMA")
                .column("table_schema"))
        .containsExactly("iox");
    assertThat(
            ask("SELECT table_name FROM information_schema.tables WHERE table_schema = 'iox' ORDER"
                    + " BY table_name")
                .column("table_name"))
        .contains("samples", "batches", "trend");
    Table columns =
        ask(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema ="
                + " 'iox' AND table_name = 'trend' ORDER BY column_name");
    assertThat(columns.column("column_name")).contains("time", "value", "tag");
    Table built =
        ask(
            "SELECT AVG(\"value\"), \"tag\" FROM \"trend\" WHERE \"time\" >= $__timeFrom AND"
                + " \"time\" <= $__timeTo AND \"tag\" = 'R1.TIC101.PV' GROUP BY \"tag\" LIMIT 50");
    assertThat(built.rows()).hasSize(1);
    assertThat(
            ask("SELECT \"time\", \"value\" FROM \"trend\" WHERE \"time\" >= $__timeFrom AND"
                    + " \"time\" <= $__timeTo AND \"tag\" = 'R1.TI102.PV' ORDER BY \"time\" ASC")
                .rows())
        .hasSize(3_600);
  }

  @Test
  void theStatementsOfTheDocumentation() throws Exception {
    String page = Files.readString(Path.of(System.getProperty("tidemark.root"), "docs/grafana.md"));
    String[] parts = page.split("```", -1);
    int found = 0;
    for (String part : parts) {
      if (part.startsWith("sql\n")) {
        assertThat(ask(part.substring(4)).rows()).hasSize(120);
        found++;
      }
    }
    assertThat(found).isEqualTo(1);
  }

  private static void statements(JsonNode node, List<String> found) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (field.getKey().equals("rawSql") || field.getKey().equals("query")) {
        // A data source variable has the type of the data source there.
        if (field.getValue().isTextual() && field.getValue().asText().startsWith("SELECT ")) {
          found.add(field.getValue().asText());
        }
      }
    }
    node.forEach(child -> statements(child, found));
  }

  @Test
  void everyPanelAndVariableOfOurDashboards() throws Exception {
    Path folder = Path.of(System.getProperty("tidemark.root"), "docs", "grafana");
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.sorted().toList();
    }
    assertThat(files).hasSize(2);
    for (Path file : files) {
      JsonNode dashboard = new ObjectMapper().readTree(file.toFile());
      List<String> found = new ArrayList<>();
      statements(dashboard, found);
      assertThat(found).as(file.toString()).hasSizeGreaterThan(3);
      for (String statement : found) {
        String replayed =
            statement
                .replace("${tag:sqlstring}", "'R1.TIC101.PV','R1.TI102.PV'")
                .replace("${batch:sqlstring}", "'B-1','B-2'")
                .replace("$unit", "R1")
                .replace("$product", "P-100")
                .replace("$attribute", "Reactor Temperature")
                .replace("$phase", "React");
        Table table = ask(replayed);
        assertThat(table.rows()).as(file.getFileName() + ": " + replayed).isNotEmpty();
        if (statement.contains("$__")) {
          assertThat(table.schema().findField("time").getType().toString())
              .isEqualTo("Timestamp(NANOSECOND, UTC)");
        }
      }
    }
  }
}
