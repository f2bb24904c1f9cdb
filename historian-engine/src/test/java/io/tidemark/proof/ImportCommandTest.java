package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code tidemark import} into a running server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImportCommandTest {
  @TempDir Path folder;

  private TestServer server;
  private Api api;

  @BeforeAll
  void start(@TempDir Path data) throws IOException {
    server = TestServer.start(data, Map.of());
    api = server.api();
  }

  @AfterAll
  void stop() throws IOException {
    server.close();
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private CommandLine runImport(Path file, String... options) {
    List<String> all = new ArrayList<>(List.of("import", file.toString()));
    all.addAll(List.of(options));
    all.addAll(List.of("--server", server.address()));
    return CommandLine.run(all.toArray(new String[0]));
  }

  private List<String> stored(String tag) {
    List<String> rows = new ArrayList<>();
    for (JsonNode row :
        api.sql("SELECT ts, value, text, status FROM samples WHERE tag = ? ORDER BY ts", tag)
            .path("rows")) {
      rows.add(row.toString());
    }
    return rows;
  }

  private long count(String statement, Object... parameters) {
    return api.sql(statement, parameters).at("/rows/0/0").asLong();
  }

  private Path plantFile() throws IOException {
    return file(
        "plant.csv",
        """
        Time,Batch,Phase,Temp [degC],Pump
        05.03.2024 08:00:00,B1,Heat,20.5,On
        05.03.2024 08:01:00,B1,Heat,21.5
        05.03.2024 08:02:00,B1,Heat,Bad,On
        05.03.2024 25:03:00,B1,Heat,22.5,On
        05.03.2024 08:04:00,B1,Cool,23.5,Off
        yesterday,B1,Cool,24.5,Off
        05.03.2024 08:06:00,B1,Cool,,Off
        """);
  }

  private static String[] plantOptions(String unit, String... more) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--time-column",
                "Time",
                "--time-zone",
                "Europe/Berlin",
                "--batch-column",
                "Batch",
                "--phase-column",
                "Phase",
                "--batch-prefix",
                unit + "-",
                "--unit-id",
                unit,
                "--tag-prefix",
                unit + "."));
    options.addAll(List.of(more));
    return options.toArray(new String[0]);
  }

  @Test
  void threeBadLinesAreNamedWithTheirReasonAndAllElseIsStored() throws IOException {
    Path rejects = folder.resolve("rejects.csv");
    CommandLine run = runImport(plantFile(), plantOptions("R8", "--rejects", rejects.toString()));
    assertThat(run.code()).as(run.err()).isEqualTo(3);
    assertThat(run.out())
        .contains("times: column Time, dd.MM.yyyy HH:mm:ss, time zone Europe/Berlin")
        .contains("batches: column Batch, phases: column Phase, unit R8")
        .contains("not stored: line 3: row has fewer cells than the heading: cells=4, columns=5")
        .contains("not stored: line 5, column Time: there is no such day or time of day")
        .contains("not stored: line 7, column Time: time is not written like the others")
        .contains("8 samples stored, 3 not stored");
    assertThat(Files.readAllLines(rejects)).hasSize(4).first().isEqualTo("line,column,reason");
    assertThat(stored("R8.Temp"))
        .containsExactly(
            "[\"2024-03-05T07:00:00Z\",20.5,null,0]",
            "[\"2024-03-05T07:02:00Z\",null,null,2147483648]",
            "[\"2024-03-05T07:04:00Z\",23.5,null,0]",
            "[\"2024-03-05T07:06:00Z\",null,null,2157641728]");
    assertThat(stored("R8.Pump")).hasSize(4).first().asString().contains("\"On\"");
    JsonNode tag = api.json("/api/v1/tags?filter=R8.Temp").at("/tags/0");
    assertThat(tag.path("uom").asText()).isEqualTo("degC");
    assertThat(tag.path("type").asText()).isEqualTo("float64");
    assertThat(
            api.sql(
                    "SELECT phase, start_time, end_time FROM phases WHERE batch_id = 'R8-B1' ORDER"
                        + " BY start_time")
                .path("rows")
                .toString())
        .isEqualTo(
            "[[\"Heat\",\"2024-03-05T07:00:00Z\",\"2024-03-05T07:04:00Z\"],"
                + "[\"Cool\",\"2024-03-05T07:04:00Z\",\"2024-03-05T07:08:00Z\"]]");
    assertThat(count("SELECT count(*) FROM equipment WHERE equipment_id = 'R8'")).isEqualTo(1);
  }

  @Test
  void aDryRunShowsTheMappingAndStoresNothing() throws IOException {
    CommandLine run = runImport(plantFile(), plantOptions("R7", "--dry-run"));
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.out())
        .contains("R7.Temp")
        .contains("7 rows, 8 samples from 2024-03-05T07:00:00Z to 2024-03-05T07:06:00Z")
        .contains("1 batches, 2 phases")
        .contains("not stored: line 3")
        .contains("nothing was stored (--dry-run)");
    assertThat(api.json("/api/v1/tags?filter=R7.*").path("total").asInt()).isZero();
    assertThat(count("SELECT count(*) FROM batches WHERE batch_id = 'R7-B1'")).isZero();
    assertThat(count("SELECT count(*) FROM equipment WHERE equipment_id = 'R7'")).isZero();
  }

  @Test
  void repeatingAnImportChangesNothing() throws IOException {
    Path file = plantFile();
    runImport(file, plantOptions("R6"));
    List<String> before = stored("R6.Temp");
    assertThat(runImport(file, plantOptions("R6")).code()).isEqualTo(3);
    assertThat(stored("R6.Temp")).isEqualTo(before);
    assertThat(count("SELECT max(version) FROM batch_steps WHERE unit_id = 'R6'")).isEqualTo(1);
  }

  @Test
  void aTagThatIsThereKeepsItsTypeUnitAndStates() throws IOException {
    api.send(
        "PUT",
        "/api/v1/tags",
        "application/json",
        """
        {"tags":[{"name":"K.A","type":"float64","uom":"bar","step":true},
                 {"name":"K.V","type":"digital","states":["Closed","Open"]}]}\
        """);
    Path whole = file("whole.csv", "Time,A,V\n2024-03-05T00:00:00Z,7,Open\n");
    assertThat(runImport(whole, "--tag-prefix", "K.").code()).isZero();
    Path more = file("more.csv", "Time,V\n2024-03-05T00:01:00Z,Stuck\n");
    assertThat(runImport(more, "--tag-prefix", "K.", "--type", "V=digital").code()).isZero();
    JsonNode tags = api.json("/api/v1/tags?filter=K.*").path("tags");
    assertThat(tags.path(0).path("type").asText()).isEqualTo("float64");
    assertThat(tags.path(0).path("uom").asText()).isEqualTo("bar");
    assertThat(tags.path(0).path("step").asBoolean()).isTrue();
    assertThat(tags.path(1).path("states").toString()).isEqualTo("[\"Closed\",\"Open\",\"Stuck\"]");
    assertThat(stored("K.V").toString()).contains("Open").contains("Stuck");
  }

  @Test
  void aFileGoesIntoTagsOfNarrowTypes() throws IOException {
    api.send(
        "PUT",
        "/api/v1/tags",
        "application/json",
        "{\"name\":\"N.A\",\"type\":\"float32\",\"step\":true}");
    Path file =
        file(
            "narrow.csv",
            "Time,A,I\n2024-03-05T00:00:00Z,0.1,7\n2024-03-05T00:01:00Z,1e39,3000000000\n");
    CommandLine run = runImport(file, "--tag-prefix", "N.", "--type", "I=int32");
    assertThat(run.code()).as(run.err()).isEqualTo(3);
    assertThat(run.out())
        .contains("number is beyond float32: value=\"1e39\"")
        .contains("number is beyond int32: value=\"3000000000\"")
        .contains("2 samples stored, 2 not stored");
    assertThat(
            api.sql(
                    "SELECT tag, t.type, value, value_int FROM samples JOIN tags t USING (tag)"
                        + " WHERE tag LIKE 'N.%' ORDER BY tag")
                .path("rows")
                .toString())
        .isEqualTo("[[\"N.A\",\"float32\",0.10000000149011612,null],[\"N.I\",\"int32\",7.0,7]]");
    assertThat(api.get("/api/v1/values/current?tag=N.A").body()).contains("\"value\":0.1,");
    CommandLine wrong = runImport(file, "--type", "I=int16");
    assertThat(wrong.err()).contains("float64|float32|int64|int32|bool|digital|string");
  }

  @Test
  void whatTheServerRefusesHasItsLineToo() throws IOException {
    StringBuilder text = new StringBuilder("Time,A\n");
    for (int i = 0; i < 2500; i++) {
      text.append("2024-03-05T00:00:00Z,").append(i).append('\n');
    }
    text.append("2200-01-01T00:00:00Z,1\n");
    CommandLine run = runImport(file("future.csv", text.toString()), "--tag-prefix", "F.");
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.out())
        .contains("not stored: line 2502, column F.A: ")
        .contains("2500 samples stored, 1 not stored");
  }

  @Test
  void realDataWithMixedOrdersOfDayAndMonthIsRefusedAndSaysWhichOptionHelps() {
    Path csv = PlantData.path("steel-energy/Steel_industry_data.csv");
    CommandLine run = runImport(csv, "--tag-prefix", "MIXED.");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("BAD_TIME: nothing was imported: column=\"date\"")
        .containsPattern("line \\d+ .* line \\d+ ")
        .contains("hint: say --time-format");
    assertThat(api.json("/api/v1/tags?filter=MIXED.*").path("total").asInt()).isZero();
  }

  @Test
  void realDataInOneOrderIsStoredInFull() throws IOException {
    Path csv = PlantData.path("steel-energy/steel_clean.csv");
    CommandLine run =
        runImport(csv, "--tag-prefix", "STEEL.", "--time-zone", "Asia/Seoul", "--ignore", "NSM");
    assertThat(run.code()).as(run.out() + run.err()).isZero();
    List<String[]> rows = PlantData.csv(csv);
    assertThat(run.out()).contains((rows.size() - 1L) * 9 + " samples stored, 0 not stored");
    double sum = 0;
    for (String[] row : rows.subList(1, rows.size())) {
      sum += Double.parseDouble(row[1]);
    }
    JsonNode answer =
        api.sql("SELECT count(*), sum(value), min(ts) FROM samples WHERE tag = 'STEEL.Usage_kWh'")
            .at("/rows/0");
    assertThat(answer.get(0).asLong()).isEqualTo(rows.size() - 1L);
    assertThat(answer.get(1).asDouble())
        .isCloseTo(sum, org.assertj.core.data.Offset.offset(sum * 1e-9));
    assertThat(answer.get(2).asText()).isEqualTo("2017-12-31T15:15:00Z");
  }

  @Test
  void theRealCoaterIsUnderstoodWithoutStoringIt() {
    CommandLine run =
        runImport(
            PlantData.path("film-coating/film_coating.csv"),
            "--time-base",
            PlantData.path("film-coating/phases.csv") + ":BATCH NUMBER:suggested_batch_start",
            "--time-column",
            "Time (min)",
            "--batch-column",
            "BATCH NUMBER",
            "--phase-column",
            "PHASE",
            "--unit-id",
            "COATER",
            "--tag-prefix",
            "DRY.",
            "--dry-run");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("times: column Time (min), number of m since the time base")
        .contains("9 batches, 45 phases")
        .contains("nothing was stored");
    assertThat(api.json("/api/v1/tags?filter=DRY.*").path("total").asInt()).isZero();
  }

  @Test
  void unknownColumnsAndFilesAreNamed() throws IOException {
    CommandLine column = runImport(plantFile(), "--time-column", "Tme");
    assertThat(column.code()).isEqualTo(1);
    assertThat(column.err()).contains("column=\"Tme\"").contains("nearest=\"Time\"");
    CommandLine missing = runImport(folder.resolve("nowhere.csv"));
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).startsWith("no such file: file=").contains("nowhere.csv");
  }

  @Test
  void theReportOfBadRowsNeverOverwritesTheFile() throws IOException {
    Path file = plantFile();
    String before = Files.readString(file);
    CommandLine run = runImport(file, "--rejects", file.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("--rejects would overwrite the file itself");
    assertThat(Files.readString(file)).isEqualTo(before);
  }

  @Test
  void optionsForOddFilesReachTheReader() throws IOException {
    Path odd = folder.resolve("odd.csv");
    Files.write(
        odd,
        "Zeit;Temp [°C];Druck\n2024-03-05T00:00:00Z;1,5;kaputt\n2024-03-05T00:00:05Z;;2\n"
            .getBytes(java.nio.charset.Charset.forName("windows-1252")));
    CommandLine run =
        runImport(
            odd,
            "--time-column",
            "Zeit",
            "--tag-prefix",
            "O.",
            "--encoding",
            "windows-1252",
            "--delimiter",
            ";",
            "--decimal",
            "comma",
            "--bad-value",
            "kaputt",
            "--skip-blank",
            "--uom",
            "Druck=bar",
            "--step",
            "Druck");
    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(stored("O.Temp")).containsExactly("[\"2024-03-05T00:00:00Z\",1.5,null,0]");
    assertThat(stored("O.Druck")).hasSize(2).first().asString().contains("null,null,2157641728");
    JsonNode tags = api.json("/api/v1/tags?filter=O.*").path("tags");
    assertThat(tags.findValuesAsText("uom")).containsExactly("bar", "°C");
    assertThat(tags.findValuesAsText("step")).containsExactly("true", "false");
  }

  @Test
  void ordersBatchesAndStepsComeFromFilesOfTheirOwn() throws IOException {
    CommandLine orders =
        runImport(
            file(
                "orders.csv",
                """
                order_id;product_id;quantity;quantity_uom;planned_start;status
                PO-1;P-1;500;kg;2024-03-05 08:00;Running
                PO-2;P-1;many;kg;2024-03-06 08:00;Planned
                PO-3;P-1;500;kg;2024-03-07 08:00;Planned
                """),
            "--context",
            "orders",
            "--time-zone",
            "Europe/Berlin");
    assertThat(orders.code()).as(orders.err()).isEqualTo(3);
    assertThat(orders.out())
        .contains("planned_start  plannedStart")
        .contains("3 rows, 2 stored, 1 not stored")
        .contains("not stored: line 3, column quantity: not a number like 1.5: value=\"many\"");
    assertThat(
            api.sql("SELECT order_id, quantity, planned_start FROM orders ORDER BY 1")
                .path("rows")
                .toString())
        .isEqualTo(
            "[[\"PO-1\",500.0,\"2024-03-05T07:00:00Z\"],[\"PO-3\",500.0,\"2024-03-07T07:00:00Z\"]]");
    CommandLine batches =
        runImport(
            file(
                "batches.csv",
                """
                batchId,orderId,startTime,endTime
                C-1,PO-1,2024-03-05T08:00Z,2024-03-05T10:00Z
                C-2,PO-1,2024-03-05T10:00Z,2024-03-05T09:00Z
                """),
            "--context",
            "batches");
    assertThat(batches.code()).isEqualTo(3);
    assertThat(batches.out()).contains("not stored: line 3, column endTime: ");
    CommandLine steps =
        runImport(
            file("steps.csv", "batch_id,name,start_time\nC-1,Heat,2024-03-05T08:00Z\n"),
            "--context",
            "steps");
    assertThat(steps.code()).as(steps.out() + steps.err()).isZero();
    assertThat(count("SELECT count(*) FROM phases WHERE order_id = 'PO-1' AND phase = 'Heat'"))
        .isEqualTo(1);
  }

  @Test
  void aDryRunOfContextStoresNothingAndAnUnknownKindNamesTheNearest() throws IOException {
    Path csv = file("lots.csv", "lot_id,product_id\nL-1,P-1\n");
    CommandLine dry = runImport(csv, "--context", "lots", "--dry-run");
    assertThat(dry.code()).as(dry.err()).isZero();
    assertThat(dry.out()).contains("nothing was stored");
    assertThat(count("SELECT count(*) FROM lots")).isZero();
    CommandLine wrong = runImport(csv, "--context", "lot");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("did you mean lots?");
  }
}
