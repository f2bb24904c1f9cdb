package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
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
    api.writeLines(lines.toString());
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

  private static JsonNode dataset(Path folder) throws IOException {
    return new ObjectMapper().readTree(Files.readAllBytes(folder.resolve("_dataset.json")));
  }

  /** Every file of a folder by its path, as the hash of its bytes. */
  private static Map<String, String> hashes(Path folder) throws Exception {
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        hashes.put(folder.relativize(file).toString(), HexFormat.of().formatHex(hash));
      }
    }
    return hashes;
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
    JsonNode dataset = dataset(ds);
    Map<String, String> hashes = hashes(ds);
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
    assertThat(hashes(again)).isEqualTo(hashes);
    Path newest = folder.resolve("ds3");
    assertThat(export(demo(newest)).code()).isZero();
    assertThat(hashes(newest)).isNotEqualTo(hashes);

    CommandLine complete = export(demo(ds));
    assertThat(complete.code()).isEqualTo(1);
    assertThat(complete.err()).contains("complete already", "--force");
    assertThat(export(demo(ds, "--force", "--as-of", dataset.path("dataVersion").asText())).code())
        .isZero();
    assertThat(hashes(ds)).isEqualTo(hashes);
  }

  /** Passes requests on until it has had enough of them. */
  private HttpServer proxy(int requestsMax) throws IOException {
    HttpServer proxy = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    AtomicInteger requests = new AtomicInteger();
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    proxy.createContext(
        "/",
        exchange -> {
          try (InputStream in = exchange.getRequestBody()) {
            HttpResponse<byte[]> answer =
                client.send(
                    HttpRequest.newBuilder(URI.create(server.address() + exchange.getRequestURI()))
                        .header("Content-Type", JSON)
                        .header("Accept", exchange.getRequestHeaders().getFirst("Accept"))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(in.readAllBytes()))
                        .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
            boolean isEnough = requests.incrementAndGet() > requestsMax;
            try (OutputStream out = exchange.getResponseBody()) {
              out.write(
                  answer.body(), 0, isEnough ? answer.body().length / 2 : answer.body().length);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    proxy.start();
    return proxy;
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
    HttpServer proxy = proxy(3);
    try {
      CommandLine broken =
          exportFrom(
              "http://127.0.0.1:" + proxy.getAddress().getPort(),
              with(asked, out.toString(), "--retries", "0"));
      assertThat(broken.code()).as(broken.err()).isEqualTo(1);
      assertThat(broken.err()).contains("UNAVAILABLE");
    } finally {
      proxy.stop(0);
    }
    assertThat(hashes(out)).containsKey("_export.json").doesNotContainKey("_dataset.json");
    assertThat(hashes(out)).hasSize(3); // two files are whole, nothing else is there
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
    String dataVersion = dataset(out).path("dataVersion").asText();
    assertThat(export(with(asked, whole.toString(), "--as-of", dataVersion)).code()).isZero();
    assertThat(hashes(out)).isEqualTo(hashes(whole));
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
    assertThat(hashes(out).keySet())
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
        "{\"tags\":[\"R1.T\"],\"layout\":\"wide\"}|OUT_OF_RANGE|every",
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
                {"sql":"SELECT tag, ts, ts_ns, value, text, status, quality FROM (SELECT * FROM\
                 samples) WHERE tag IN ('R1.J', 'R2.J') AND ts >= '2026-03-05T07:00:00Z'\
                 AND ts < '2026-03-05T08:00:00Z' ORDER BY tag, ts"}\
                """));
    String wide =
        csv(
            api,
            "/api/v1/export",
            "{\"products\":[\"P-100\"],\"every\":\"10m\",\"layout\":\"wide\"}");
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
        .hasSize(1 + 2 * 2);
    assertThat(csv(api, "/api/v1/export", "{\"sql\":\"SELECT ? AS a\",\"params\":[\"x\"]}"))
        .isEqualTo("\uFEFFa\r\nx\r\n");
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
    assertThat(dataset(out).path("rows").asInt()).isEqualTo(3);
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
