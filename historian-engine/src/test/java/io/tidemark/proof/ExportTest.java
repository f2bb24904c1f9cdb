package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code tidemark export} and {@code POST /api/v1/export} over two reactors and their batches. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExportTest {
  private static final String JSON = "application/json";
  private static final String HOSTILE = "../B '1'/=%+";
  private static final long START_S = 1_772_697_600L; // 2026-03-05T08:00:00Z

  @TempDir Path folder;

  private TestServer server;
  private Api api;

  @BeforeAll
  void start(@TempDir Path data) throws IOException {
    server = TestServer.start(data, Map.of());
    api = server.api();
    StringBuilder lines = new StringBuilder();
    for (int unit = 1; unit <= 2; unit++) {
      for (String tag : List.of("T", "J")) {
        for (int i = 0; i < 3 * 720; i++) {
          lines
              .append("m,tag=R" + unit + "." + tag + " value=" + (20 + unit + i % 50) + " ")
              .append((START_S - 3600 + 5L * i) + "000000000\n");
        }
      }
    }
    // Whole numbers that no float64 holds, one of them between two other samples.
    lines.append("m,tag=M1 value=9007199254740993i " + START_S + "000000000\n");
    lines.append("m,tag=M1 value=-9007199254740995i " + (START_S + 1300) + "000001001\n");
    lines.append("m,tag=M1 value=9223372036854775807i " + (START_S + 1800) + "000000000\n");
    lines.append("m,tag=M2 value=1.5 " + START_S + "000000000\n");
    for (int i = 0; i < 501; i++) {
      lines.append("m,tag=W" + i + " value=1 " + START_S + "000000000\n");
    }
    api.writeLines(lines.toString());
    Api.expect(api.send("PUT", "/api/v1/tags", JSON, "{\"name\":\"M1\",\"uom\":\"m3\"}"));
    Api.expect(api.send("PUT", "/api/v1/tags", JSON, "{\"name\":\"M2\",\"uom\":\"m3\"}"));
    Api.expect(api.send("PUT", "/api/v1/tags", JSON, "{\"name\":\"R1.T\",\"uom\":\"degC\"}"));
    Api.expect(api.send("PUT", "/api/v1/tags", JSON, "{\"name\":\"R2.T\",\"uom\":\"degC\"}"));
    Api.expect(
        api.send(
            "POST",
            "/api/v1/context",
            JSON,
            """
            {"equipment":[{"equipmentId":"R1","level":"Unit"},{"equipmentId":"R2","level":"Unit"}],
             "products":[{"productId":"P-100"}],
             "attributes":[
              {"equipmentId":"R1","name":"Reactor Temperature","tag":"R1.T"},
              {"equipmentId":"R2","name":"Reactor Temperature","tag":"R2.T"},
              {"equipmentId":"R1","name":"Meter","tag":"M1"},
              {"equipmentId":"R2","name":"Meter","tag":"M2"},
              {"equipmentId":"R1","name":"Jacket Temperature","tag":"R1.J"},
              {"equipmentId":"R2","name":"Jacket Temperature","tag":"R2.J"}],
             "batches":[
              {"batchId":"B-1","productId":"P-100","unitId":"R1",
               "startTime":"2026-03-05T08:00:00Z","endTime":"2026-03-05T09:00:00Z"},
              {"batchId":"B-2","productId":"P-100","unitId":"R2",
               "startTime":"2026-03-05T08:10:00Z","endTime":"2026-03-05T08:50:00Z"},
              {"batchId":"../B '1'/=%+","productId":"P-2","unitId":"R2",
               "startTime":"2026-03-05T09:00:00Z","endTime":"2026-03-05T09:10:00Z"}],
             "steps":[
              {"stepId":"S1","batchId":"B-1","unitId":"R1","level":"Phase","name":"Heat",
               "startTime":"2026-03-05T08:00:00Z","endTime":"2026-03-05T08:30:00Z"},
              {"stepId":"S2","batchId":"B-1","unitId":"R1","level":"Phase","name":"Boil",
               "startTime":"2026-03-05T08:20:00Z","endTime":"2026-03-05T08:25:00Z"}]}
            """));
  }

  @AfterAll
  void stop() throws IOException {
    server.close();
  }

  private CommandLine export(String... arguments) {
    return exportFrom(server.address(), arguments);
  }

  private static CommandLine exportFrom(String address, String... arguments) {
    return CommandLine.run(
        Stream.concat(Stream.of("export", "--server", address), Stream.of(arguments))
            .toArray(String[]::new));
  }

  private static List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET TimeZone = 'UTC'");
      try (ResultSet result = statement.executeQuery(sql)) {
        while (result.next()) {
          StringBuilder row = new StringBuilder();
          for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            row.append(i == 1 ? "" : "|").append(result.getString(i));
          }
          rows.add(row.toString());
        }
      }
    }
    return rows;
  }

  private String[] demo(Path out, String... more) {
    return Stream.concat(
            Stream.of(
                "--product",
                "P-100",
                "--attribute",
                "Reactor Temperature",
                "--attribute",
                "Jacket Temperature",
                "--every",
                "10s",
                "--format",
                "parquet",
                "--partition-by",
                "batch_id",
                "--out",
                out.toString()),
            Stream.of(more))
        .toArray(String[]::new);
  }

  @Test
  void theSameDataVersionIsTheSameBytesAfterLateSamples() throws Exception {
    Path ds = folder.resolve("ds");
    CommandLine first = export(demo(ds));
    assertThat(first.code()).as(first.err()).isZero();
    JsonNode dataset = DataSets.description(ds);
    Map<String, String> hashes = DataSets.hashes(ds);
    assertThat(hashes.keySet())
        .containsExactly(
            "_dataset.json", "batch_id=B-1/part-0.parquet", "batch_id=B-2/part-0.parquet");
    long rows = 0;
    for (JsonNode file : dataset.path("files")) {
      assertThat(hashes.get(file.path("path").asText())).isEqualTo(file.path("sha256").asText());
      rows += file.path("rows").asLong();
    }
    assertThat(rows).isEqualTo(dataset.path("rows").asLong()).isEqualTo(2 * (360 + 240));
    assertThat(dataset.path("query").path("every").asText()).isEqualTo("10s");
    assertThat(dataset.path("tags")).hasSize(4);
    assertThat(dataset.path("columns").get(0).path("name").asText()).isEqualTo("order_id");

    String read = "FROM read_parquet('" + ds + "/*/*.parquet', hive_partitioning = true)";
    assertThat(
            rows(
                "SELECT batch_id, product_id, unit_id, phase, attribute, tag, ts::VARCHAR, value,"
                    + " quality "
                    + read
                    + " WHERE batch_id = 'B-1' AND tag = 'R1.T' AND ts IN ('2026-03-05"
                    + " 08:20:00+00', '2026-03-05 08:40:00+00') ORDER BY ts"))
        .containsExactly(
            "B-1|P-100|R1|Boil|Reactor Temperature|R1.T|2026-03-05 08:20:00+00|31.0|Good",
            "B-1|P-100|R1|null|Reactor Temperature|R1.T|2026-03-05 08:40:00+00|21.0|Good");

    api.writeLines("m,tag=R1.T value=999 " + (START_S + 601) + "000000000\n");
    api.writeLines("m,tag=R2.T value=999 " + (START_S + 900) + "000000000\n");
    Path again = folder.resolve("ds2");
    CommandLine second = export(demo(again, "--as-of", dataset.path("dataVersion").asText()));
    assertThat(second.code()).as(second.err()).isZero();
    assertThat(DataSets.hashes(again)).isEqualTo(hashes);
    Path newest = folder.resolve("ds3");
    assertThat(export(demo(newest)).code()).isZero();
    assertThat(DataSets.hashes(newest)).isNotEqualTo(hashes);

    CommandLine complete = export(demo(ds));
    assertThat(complete.code()).isEqualTo(1);
    assertThat(complete.err()).contains("complete already", "--force");
    assertThat(export(demo(ds, "--force", "--as-of", dataset.path("dataVersion").asText())).code())
        .isZero();
    assertThat(DataSets.hashes(ds)).isEqualTo(hashes);
  }

  @ParameterizedTest
  @CsvSource({"parquet", "arrow", "csv"})
  void whatWasInterruptedGoesOnAndIsTheSame(String format) throws Exception {
    String[] asked = {
      "--tag",
      "R*",
      "--start",
      "2026-03-05T07:00:00Z",
      "--end",
      "2026-03-05T10:00:00Z",
      "--partition-by",
      "tag",
      "--format",
      format,
      "--out"
    };
    Path out = folder.resolve("resumed-" + format);
    try (CutProxy proxy = new CutProxy(server.address(), 3, () -> {})) {
      CommandLine broken =
          exportFrom(proxy.address(), with(asked, out.toString(), "--retries", "0"));
      assertThat(broken.code()).as(broken.err()).isEqualTo(1);
      assertThat(broken.err()).contains("UNAVAILABLE");
    }
    assertThat(DataSets.hashes(out)).containsKey("_export.json").doesNotContainKey("_dataset.json");
    assertThat(DataSets.hashes(out)).hasSize(3); // two files are whole, nothing else is there
    Files.writeString(out.resolve("tag=R2.J/.part-0." + format + ".1.part"), "of a killed run");
    Files.write(
        out.resolve("_export.json"),
        "{\"path\":\"cut".getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.APPEND);
    api.writeLines("m,tag=R2.J value=1 " + (START_S + 3) + "000000000\n");

    CommandLine other = export(with(asked, out.toString(), "--every", "1m"));
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.err()).contains("another export", "--force");
    CommandLine resumed = export(with(asked, out.toString()));
    assertThat(resumed.code()).as(resumed.err()).isZero();
    Path whole = folder.resolve("whole-" + format);
    String dataVersion = DataSets.description(out).path("dataVersion").asText();
    assertThat(export(with(asked, whole.toString(), "--as-of", dataVersion)).code()).isZero();
    assertThat(DataSets.hashes(out)).isEqualTo(DataSets.hashes(whole));
  }

  private static String[] with(String[] some, String... more) {
    return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void idsAreDataAlsoInPaths() throws Exception {
    Path out = folder.resolve("hostile");
    CommandLine run =
        export("--batch", HOSTILE, "--partition-by", "batch_id", "--out", out.toString());
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(DataSets.hashes(out).keySet())
        .containsExactly("_dataset.json", "batch_id=..%2FB%20%271%27%2F%3D%25%2B/part-0.parquet");
    assertThat(
            rows(
                "SELECT DISTINCT batch_id FROM read_parquet('"
                    + out
                    + "/*/*.parquet', hive_partitioning = true)"))
        .containsExactly(HOSTILE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|OUT_OF_RANGE|nothing is chosen",
        "{\"tags\":[\"R1.X\"]}|UNKNOWN_TAG|nearest",
        "{\"products\":[\"P-10\"]}|UNKNOWN_ID|P-100",
        "{\"batches\":[\"B-3\"]}|UNKNOWN_ID|no batch of that name",
        "{\"units\":[\"R9\"]}|UNKNOWN_ID|units=",
        "{\"batches\":[\"B-1\"],\"attributes\":[\"Reactor Temp\"]}|UNKNOWN_ID|Reactor Temperature",
        "{\"sql\":\"SELECT 1\",\"tags\":[\"R1.T\"]}|OUT_OF_RANGE|leave tags",
        "{\"tags\":[\"R1.T\"],\"mode\":\"summary\",\"fields\":[\"minimun\"]}|OUT_OF_RANGE|nearest=minimum",
        "{\"tags\":[\"R1.T\"],\"mode\":\"summary\",\"fields\":[\"a_b\"]}|OUT_OF_RANGE|percent_good",
        "{\"tags\":[\"R1.T\"],\"fields\":[\"minimum\"]}|OUT_OF_RANGE|mode summary",
        "{\"tags\":[\"R1.T\"],\"mode\":\"summary\",\"fields\":[\"sum\",\"sum\"]}|OUT_OF_RANGE|twice",
        "{\"tags\":[\"W*\"],\"layout\":\"wide\"}|TOO_MANY|columnsMax=1000",
        "{\"units\":[\"R1\",\"R2\"],\"attributes\":[\"Meter\"],\"layout\":\"wide\"}|WRONG_TYPE|decimals",
        "{\"tags\":[\"R1.T\"],\"every\":\"10q\"}|BAD_TIME|10q",
        "{\"tags\":[\"R1.T\"],\"mode\":\"interpolated\"}|OUT_OF_RANGE|distance",
        "{\"tags\":[\"R1.T\"],\"partitionBy\":[\"batch\"]}|OUT_OF_RANGE|cannot be partitioned",
        "{\"tags\":[\"R1.T\"],\"tag\":1}|UNKNOWN_FIELD|tags",
        "{\"tags\":[\"R1.T\"],\"startTime\":\"*-8x\"}|BAD_TIME|x",
      })
  void whatMakesNoSenseIsSaid(String body, String code, String said) {
    JsonNode error = Api.parse(api.send("POST", "/api/v1/export", JSON, body).body());
    assertThat(error.path("code").asText()).as(error.toString()).isEqualTo(code);
    assertThat(error.toString()).contains(said);
  }

  private String csv(Api who, String path, String body) {
    HttpResponse<String> answer = who.send("POST", path + "?format=csv", JSON, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  @Test
  void theStreamHasTheRowsThatStatementsHave() {
    assertThat(
            csv(
                api,
                "/api/v1/export",
                """
                {"tags":["R1.J","R2.J"],"startTime":"2026-03-05T07:00:00Z",\
                "endTime":"2026-03-05T08:00:00Z"}\
                """))
        .isEqualTo(
            csv(
                api,
                "/api/v1/sql",
                """
                {"sql":"SELECT tag, ts, ts_ns, value, value_int, text, status, quality FROM (SELECT * FROM\
                 samples) WHERE tag IN ('R1.J', 'R2.J') AND ts >= '2026-03-05T07:00:00Z'\
                 AND ts < '2026-03-05T08:00:00Z' ORDER BY tag, ts"}\
                """));
    String wide =
        csv(
            api,
            "/api/v1/export",
            "{\"products\":[\"P-100\"],\"every\":\"10m\",\"layout\":\"wide\","
                + "\"attributes\":[\"Jacket Temperature\",\"Reactor Temperature\"]}");
    assertThat(wide.lines().toList())
        .startsWith(
            "\uFEFFbatch_id,order_id,product_id,unit_id,phase,ts,Jacket Temperature,"
                + "Reactor Temperature [degC]")
        .hasSize(1 + 6 + 4);
    String summaries =
        csv(
            api,
            "/api/v1/export",
            "{\"batches\":[\"B-1\"],\"attributes\":[\"Jacket Temperature\"],\"mode\":\"summary\"}");
    String expected =
        api.sql(
                "SELECT time_average FROM batch_summary(batches => ['B-1'],"
                    + " attributes => ['Jacket Temperature'])")
            .path("rows")
            .get(0)
            .get(0)
            .asText();
    assertThat(summaries.lines().toList()).hasSize(2);
    assertThat(summaries).contains("," + expected + ",", "percent_good", "basis");
    assertThat(
            csv(
                    api,
                    "/api/v1/export",
                    "{\"batches\":[\"B-1\"],\"mode\":\"summary\",\"every\":\"phase\"}")
                .lines())
        .hasSize(1 + 3 * 2);
    assertThat(csv(api, "/api/v1/export", "{\"sql\":\"SELECT ? AS a\",\"params\":[\"x\"]}"))
        .isEqualTo("\uFEFFa\r\nx\r\n");
  }

  private static final String TWO_HOURS =
      "\"startTime\":\"2026-03-05T08:00:00Z\",\"endTime\":\"2026-03-05T10:00:00Z\"";

  /** A wide row holds what the long rows of its time hold, and nothing where these have none. */
  @Test
  void recordedSamplesComeSideBySide() throws Exception {
    Path out = folder.resolve("raw-wide");
    CommandLine run =
        export(
            "--batch",
            "B-1",
            "--attribute",
            "Jacket Temperature",
            "--attribute",
            "Meter",
            "--layout",
            "wide",
            "--out",
            out.toString());
    assertThat(run.code()).as(run.err()).isZero();
    Path again = folder.resolve("raw-long");
    assertThat(export("--batch", "B-1", "--attribute", "Meter", "--out", again.toString()).code())
        .isZero();
    String wide = "FROM read_parquet('" + out + "/*.parquet')";
    String meter = "\"Meter\", \"Meter.status\"";
    assertThat(
            rows(
                "SELECT ts::VARCHAR, ts_ns % 1000, \"Jacket Temperature\", "
                    + meter
                    + ", phase "
                    + wide
                    + " WHERE \"Meter.status\" IS NOT NULL ORDER BY ts_ns"))
        .containsExactly(
            "2026-03-05 08:00:00+00|0|41.0|9007199254740993|0|Heat",
            "2026-03-05 08:21:40.000001+00|1|null|-9007199254740995|0|Boil",
            "2026-03-05 08:30:00+00|0|51.0|9223372036854775807|0|null");
    assertThat(rows("SELECT value_int FROM read_parquet('" + again + "/*.parquet') ORDER BY ts_ns"))
        .containsExactly("9007199254740993", "-9007199254740995", "9223372036854775807");
    assertThat(rows("SELECT count(*), count(\"Jacket Temperature\") " + wide))
        .containsExactly("721|720");
    assertThat(
            rows(
                "SELECT count(*) FROM (SELECT ts_ns - lag(ts_ns) OVER () AS d "
                    + wide
                    + ")"
                    + " WHERE d <= 0"))
        .as("in order of time")
        .containsExactly("0");
    for (JsonNode column : DataSets.description(out).path("columns")) {
      if (column.path("name").asText().equals("Meter")) {
        assertThat(column.path("type").asText()).isEqualTo("int64");
        assertThat(column.path("uom").asText()).isEqualTo("m3");
      }
    }
    String csv =
        csv(api, "/api/v1/export", "{\"tags\":[\"M1\"],\"layout\":\"wide\"," + TWO_HOURS + "}");
    assertThat(csv.lines())
        .startsWith("\uFEFFts,ts_ns,M1 [m3],M1.status")
        .anyMatch(line -> line.contains("9223372036854775807"))
        .hasSize(1 + 3);
  }

  /** More intervals than one statement makes; each as {@code summary} has it. */
  @Test
  void summariesHaveTheFieldsThatAreChosen() {
    String fields = "\"fields\":[\"minimum\",\"maximum\",\"time_average\",\"percentGood\"]";
    String range =
        "\"startTime\":\"2026-03-05T06:00:00Z\",\"endTime\":\"2026-03-05T09:00:00.500Z\"";
    String asked = "\"tags\":[\"R1.J\",\"R2.J\"],\"mode\":\"summary\",\"every\":\"1s\"," + fields;
    String arguments =
        "tags => ['R1.J', 'R2.J'], start_time => '2026-03-05T06:00:00Z', end_time =>"
            + " '2026-03-05T09:00:00.5Z', every => '1s'";
    assertThat(csv(api, "/api/v1/export", "{" + asked + "," + range + "}"))
        .isEqualTo(
            csv(
                api,
                "/api/v1/sql",
                "{\"sql\":\"SELECT tag, start_time, end_time, minimum, maximum, time_average,"
                    + " percent_good, status, quality, basis, uom, total_uom FROM summary("
                    + arguments
                    + ") ORDER BY tag, start_time\"}"))
        .hasSizeGreaterThan(1_000_000);
    String wide = csv(api, "/api/v1/export", "{\"layout\":\"wide\"," + asked + "," + range + "}");
    assertThat(wide)
        .isEqualTo(
            csv(
                api,
                "/api/v1/sql",
                "{\"sql\":\"SELECT * FROM wide_summary("
                    + arguments
                    + ", fields => ['minimum', 'maximum', 'time_average', 'percent_good'])\"}"));
    assertThat(wide)
        .startsWith("\uFEFFstart_time,end_time,R1.J.minimum,R1.J.maximum,R1.J.time_average");
    assertThat(
            csv(
                    api,
                    "/api/v1/export",
                    "{\"batches\":[\"B-1\"],\"mode\":\"summary\",\"every\":\"phase\",\"layout\":\"wide\",\"attributes\":[\"Jacket"
                        + " Temperature\"],\"fields\":[\"count\",\"range\"]}")
                .lines()
                .toList())
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .endsWith(
                        "phase,instance,start_time,end_time,Jacket Temperature.count,"
                            + "Jacket Temperature.range"),
            line -> assertThat(line).contains(",Heat,1,").endsWith(",360,49.0"),
            line -> assertThat(line).contains(",Boil,1,").endsWith(",60,49.0"));
  }

  @Test
  void statementsArePartitionedByTheirColumns() throws Exception {
    Path out = folder.resolve("sql");
    CommandLine run =
        export(
            "--sql",
            "SELECT batch_id, unit_id FROM batches ORDER BY 1 -- all;",
            "--partition-by",
            "unit_id",
            "--format",
            "csv",
            "--out",
            out.toString());
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(out.resolve("unit_id=R1/part-0.csv")).hasContent("\uFEFFbatch_id\r\nB-1\r\n");
    assertThat(DataSets.description(out).path("rows").asInt()).isEqualTo(3);
  }

  @Test
  void hiddenTagsAreNoPartOfAnExport() {
    JsonNode made =
        Api.expect(
            api.send(
                "POST",
                "/api/v1/accounts",
                JSON,
                "{\"name\":\"some\",\"roles\":[\"reader\"],\"tags\":[\"R1.T\"]}"));
    Api some = api.as(made.path("token").asText());
    String rows = csv(some, "/api/v1/export", "{\"products\":[\"P-100\"],\"every\":\"10m\"}");
    assertThat(rows).contains("R1.T").doesNotContain("R1.J").doesNotContain("R2.");
    assertThat(some.send("POST", "/api/v1/export", JSON, "{\"tags\":[\"R2.T\"]}").body())
        .contains("UNKNOWN_TAG")
        .doesNotContain("nearest=R2");
  }

  @Test
  void workbooksHoldNumbersDatesAndHarmlessTexts() throws Exception {
    Path out = folder.resolve("b1.xlsx");
    CommandLine run =
        export(
            "--batch",
            "B-1",
            "--attribute",
            "Reactor Temperature",
            "--every",
            "10m",
            "--layout",
            "wide",
            "--time-zone",
            "Europe/Berlin",
            "--out",
            out.toString());
    assertThat(run.code()).as(run.err()).isZero();
    String sheet = sheet(out);
    assertThat(sheet)
        .contains("ts (Europe/Berlin)", "ts (UTC)", "Reactor Temperature [degC]", "<v>21")
        .doesNotContain("<f>");

    Path texts = folder.resolve("texts.xlsx");
    assertThat(
            export(
                    "--sql",
                    "SELECT '=1+1' AS a, '-2' AS b, '@x' AS c, chr(9) || 'x' AS d, -2.5 AS e, 'ok'"
                        + " AS f",
                    "--out",
                    texts.toString())
                .code())
        .isZero();
    assertThat(sheet(texts))
        .contains(">'=1+1<", ">'-2<", ">'@x<", ">'\tx<", "<v>-2.5</v>", ">ok<")
        .doesNotContain("<f>");
    HttpResponse<String> tooMany =
        api.send(
            "POST",
            "/api/v1/sql?format=xlsx",
            JSON,
            "{\"sql\":\"SELECT 1 AS a FROM range(1048576)\"}");
    assertThat(tooMany.body()).contains("TOO_MANY", "1048575", "csv");
    HttpResponse<String> values =
        api.get(
            "/api/v1/values/summary?tag=R1.T&startTime=2026-03-05T08:00:00Z"
                + "&endTime=2026-03-05T09:00:00Z&format=xlsx");
    assertThat(values.statusCode()).isEqualTo(200);
    assertThat(values.headers().firstValue("content-disposition").orElse("")).contains(".xlsx");
  }

  private static String sheet(Path workbook) throws IOException {
    try (ZipFile zip = new ZipFile(workbook.toFile());
        InputStream in = zip.getInputStream(zip.getEntry("xl/worksheets/sheet1.xml"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replace("&apos;", "'")
          .replace("&#39;", "'")
          .replace("&#x9;", "\t");
    }
  }
}
