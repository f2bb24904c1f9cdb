package io.tidemark.wire.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.proof.TestServer;
import io.tidemark.wire.flight.FlightClientOfTest.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.CancelFlightInfoRequest;
import org.apache.arrow.flight.CancelStatus;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Statements, plain and prepared, through the official client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing may be interrupted, as Flight has it
class FlightStatementsTest {
  private static final long START_NS = 1_764_000_000_000_000_000L;
  private static final int SAMPLES = 20_000;

  private TestServer server;
  private FlightDoor door;
  private FlightClientOfTest client;

  @BeforeAll
  void fill(@TempDir Path folder) throws IOException {
    server = TestServer.start(folder, Map.of("timeZone", "Europe/Berlin"));
    server
        .api()
        .send(
            "PUT",
            "/api/v1/tags",
            "application/json",
            "{\"tags\":[{\"name\":\"F.TI1\",\"type\":\"float64\",\"uom\":\"degC\"},"
                + "{\"name\":\"F.XV\",\"type\":\"digital\",\"states\":[\"Closed\",\"Open\"]},"
                + "{\"name\":\"F.TXT\",\"type\":\"string\"}]}");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < SAMPLES; i++) {
      long ns = START_NS + i * 1_000_000_000L;
      lines.append("p,tag=F.TI1 value=").append(i % 100).append(".5 ").append(ns).append('\n');
      if (i % 1000 == 0) {
        lines.append("p,tag=F.XV value=\"").append(i % 2000 == 0 ? "Open" : "Closed");
        lines.append("\" ").append(ns).append('\n');
        lines.append("p,tag=F.TXT value=\"it's ").append(i).append(" \\\"ü\\\"\" ");
        lines.append(ns).append('\n');
      }
    }
    server.api().writeLines(lines.toString());
    door =
        new FlightDoor(
            FlightConfig.defaults().withPort(0), server.engine(), server.engine().access(), null);
    door.start();
    client = new FlightClientOfTest(door.port());
  }

  @AfterAll
  void stop() throws Exception {
    client.close();
    door.close();
    assertThat(door.vectorBytes()).isZero();
    server.close();
  }

  @AfterEach
  void nothingIsLeftOpen() throws InterruptedException {
    for (int i = 0;
        i < 200
            && (door.callsUnderWay() > 0
                || server.engine().openViews() > 0
                || door.vectorBytes() > 0);
        i++) {
      Thread.sleep(10);
    }
    assertThat(door.streamsUnderWay()).isZero();
    assertThat(door.callsUnderWay()).isZero();
    assertThat(server.engine().openViews()).isZero();
    assertThat(door.vectorBytes()).isZero();
    assertThat(server.engine().sqlEngine().load().running()).isZero();
    assertThat(server.engine().sqlEngine().load().sessions()).isZero();
  }

  private static CallOption header(String name, String value) {
    CallHeaders headers = new FlightCallHeaders();
    headers.insert(name, value);
    return new HeaderCallOption(headers);
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call,
      FlightStatusCode status,
      String... texts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            FlightRuntimeException.class,
            e -> {
              assertThat(e.status().code()).as(e.getMessage()).isEqualTo(status);
              assertThat(e.getMessage()).contains(texts).doesNotContain("\tat ", "Exception");
            });
  }

  @Test
  void rowsAreThoseOfHttpInTypesThatNotebooksTake() throws Exception {
    String statement =
        "SELECT tag, ts, value, value_int, text, status, quality, flags, value > 50 AS hot,"
            + " ts_ns FROM samples WHERE tag <> 'F.NEW' ORDER BY ts, tag";
    Table table = client.query(statement);
    assertThat(table.schema().getFields().stream().map(f -> f.getType().toString()))
        .containsExactly(
            "Utf8",
            "Timestamp(NANOSECOND, UTC)",
            "FloatingPoint(DOUBLE)",
            "Int(64, true)",
            "Utf8",
            "Int(32, false)",
            "Utf8",
            "Int(64, true)",
            "Bool",
            "Int(64, true)");
    JsonNode json = server.api().sql(statement);
    assertThat(table.rows()).hasSize(SAMPLES + 40).hasSize(json.path("rowCount").asInt());
    for (int i = 0; i < table.rows().size(); i++) {
      Map<String, ?> row = table.rows().get(i);
      JsonNode same = json.path("rows").get(i);
      assertThat(row.get("tag")).isEqualTo(same.get(0).asText());
      assertThat(row.get("ts")).isEqualTo(same.get(9).asLong());
      assertThat(row.get("value")).isEqualTo(same.get(2).isNull() ? null : same.get(2).asDouble());
      assertThat(row.get("text")).isEqualTo(same.get(4).isNull() ? null : same.get(4).asText());
      assertThat(row.get("quality")).isEqualTo(same.get(6).asText());
      assertThat(row.get("hot")).isEqualTo(same.get(8).isNull() ? null : same.get(8).asBoolean());
    }
  }

  @Test
  void fieldsSayWhatHttpSaysOfThem() throws Exception {
    String statement = "SELECT ts, value FROM samples WHERE tag = 'F.TI1' LIMIT 1";
    FlightInfo info = client.sql.execute(statement);
    Table table = client.read(info);
    for (Field field :
        List.of(
            table.schema().findField("value"),
            info.getSchemaOptional().orElseThrow().findField("value"))) {
      assertThat(field.getMetadata())
          .containsEntry("uom", "degC")
          .containsEntry("timeZone", "Europe/Berlin")
          .containsKey("dataVersion");
    }
    assertThat(table.schema().getCustomMetadata()).containsKeys("dataVersion", "timeZone");
    assertThat(info.getSchemaOptional().orElseThrow().getFields())
        .hasSameSizeAs(table.schema().getFields());
    assertThat(client.sql.getExecuteSchema(statement).getSchema().getFields())
        .extracting(Field::getName)
        .containsExactly("ts", "value");
    Table wide =
        client.query(
            "SELECT * FROM wide(tags => ['F.TI1'], start_time => '2025-11-24T16:00:00Z',"
                + " end_time => '2025-11-24T17:00:00Z', every => '1m')");
    assertThat(wide.schema().findField("F.TI1").getMetadata())
        .containsEntry("uom", "degC")
        .containsKeys("step", "mode", "timeZone", "dataVersion");
  }

  @Test
  void textsAreNumbersOfDictionariesWhereThatIsAskedFor() throws Exception {
    CallOption texts = header("texts", "dictionary");
    String statement =
        "SELECT tag, quality, ts_ns, text, value FROM samples WHERE tag IN ('F.TI1', 'F.XV')"
            + " ORDER BY tag, ts";
    Table plain = client.query(statement);
    FlightInfo info = client.sql.execute(statement, texts);
    for (String column : List.of("tag", "quality", "ts_ns", "text", "value")) {
      Field field = info.getSchemaOptional().orElseThrow().findField(column);
      boolean isListed = List.of("tag", "quality").contains(column);
      assertThat(field.getDictionary() != null).as(column).isEqualTo(isListed);
      assertThat(plain.schema().findField(column).getDictionary()).isNull();
    }
    List<List<@Nullable Object>> rows = new ArrayList<>();
    // The ticket knows how it was asked for.
    try (FlightStream stream =
        client.flight.getStream(info.getEndpoints().getFirst().getTicket())) {
      VectorSchemaRoot root = stream.getRoot();
      Dictionary tags = dictionary(stream, root.getVector("tag"));
      Dictionary qualities = dictionary(stream, root.getVector("quality"));
      while (stream.next()) {
        try (ValueVector tag = DictionaryEncoder.decode(root.getVector("tag"), tags);
            ValueVector quality = DictionaryEncoder.decode(root.getVector("quality"), qualities)) {
          for (int row = 0; row < root.getRowCount(); row++) {
            rows.add(
                List.of(
                    String.valueOf(tag.getObject(row)),
                    String.valueOf(quality.getObject(row)),
                    root.getVector("ts_ns").getObject(row)));
          }
        }
      }
      assertThat(tags.getVector().getValueCount()).isEqualTo(2);
      assertThat(qualities.getVector().getValueCount()).isEqualTo(3);
    }
    assertThat(rows)
        .isEqualTo(
            plain.rows().stream()
                .map(row -> Arrays.asList(row.get("tag"), row.get("quality"), row.get("ts_ns")))
                .toList());
    assertRefused(
        () -> client.query(statement, header("texts", "views")),
        FlightStatusCode.INVALID_ARGUMENT,
        "texts",
        "dictionary");
  }

  private static Dictionary dictionary(FlightStream stream, FieldVector vector) {
    return stream.getDictionaryProvider().lookup(vector.getField().getDictionary().getId());
  }

  /** What takes long is not run for the schema: nothing would answer in time otherwise. */
  @Test
  void theSchemaCostsNoRun() throws Exception {
    long begin = System.nanoTime();
    FlightInfo info =
        client.sql.execute(
            "SELECT sum(a.range * b.range) AS total, count(*) AS n"
                + " FROM range(10000000) a, range(10000000) b");
    assertThat(info.getSchemaOptional().orElseThrow().getFields())
        .extracting(Field::getName)
        .containsExactly("total", "n");
    assertThat(System.nanoTime() - begin).isLessThan(5_000_000_000L);
  }

  @Test
  void aPlainCommandIsAStatement() throws Exception {
    byte[] command = "SELECT 'ü' AS u, 1 AS one -- plain".getBytes(StandardCharsets.UTF_8);
    assertThat(client.command(command).rows()).containsExactly(Map.of("u", "ü", "one", 1L));
    assertThat(client.read(new Ticket(command)).rows()).hasSize(1);
    assertThat(client.flight.getSchema(FlightDescriptor.command(command)).getSchema().getFields())
        .extracting(Field::getName)
        .containsExactly("u", "one");
    byte[] newline = "\nSELECT 2 AS two".getBytes(StandardCharsets.UTF_8);
    assertThat(client.command(newline).column("two")).containsExactly(2L);
  }

  @Test
  void explainAndEmptyResultsHaveSchemas() throws Exception {
    assertThat(client.query("EXPLAIN SELECT value FROM samples WHERE tag = 'F.TI1'").column("tags"))
        .containsExactly(1L);
    Table none = client.query("SELECT tag, value FROM samples WHERE tag = 'NO.SUCH'");
    assertThat(none.rows()).isEmpty();
    assertThat(none.schema().getFields()).hasSize(2);
  }

  @Test
  void zoneAndVersionComeAsHeaders() throws Exception {
    String statement = "SELECT timestamptz '2025-11-24 16:00:00' AS t";
    long berlin = (Long) client.query(statement).column("t").getFirst();
    long utc = (Long) client.query(statement, header("time-zone", "UTC")).column("t").getFirst();
    assertThat(utc - berlin).isEqualTo(3_600_000_000_000L);
    assertThat(client.query(statement, header("database", "any")).column("t")).containsExactly(utc);
    assertRefused(
        () -> client.query(statement, header("time-zone", "Mars/Olympus")),
        FlightStatusCode.INVALID_ARGUMENT,
        "OUT_OF_RANGE: ",
        "Mars/Olympus");
    String version = client.query("SELECT 1 AS x").schema().getCustomMetadata().get("dataVersion");
    server.api().writeLines("p,tag=F.NEW value=1 " + START_NS);
    String count = "SELECT count(*) AS n FROM samples WHERE tag = 'F.NEW'";
    assertThat(client.query(count).column("n")).containsExactly(1L);
    assertThat(client.query(count, header("as-of", version)).column("n")).containsExactly(0L);
  }

  @Test
  void errorsNameCodeAndPlace() {
    assertRefused(
        () -> client.query("SELECT valu FROM samples"),
        FlightStatusCode.INVALID_ARGUMENT,
        "SQL_ERROR: ",
        "valu",
        "at=1:8");
    assertRefused(
        () -> client.query("INSERT INTO samples VALUES (1)"),
        FlightStatusCode.INVALID_ARGUMENT,
        "READ_ONLY: ",
        "POST /api/v1/write");
    assertRefused(
        () -> client.query("SELECT * FROM read_csv('/etc/passwd')"),
        FlightStatusCode.INVALID_ARGUMENT,
        "SQL_REFUSED: ");
    assertRefused(
        () -> client.query("SELECT '" + "x".repeat(64 << 10) + "'"),
        FlightStatusCode.INVALID_ARGUMENT,
        "TOO_LONG: ",
        "bytesMax=65536");
    assertRefused(
        () -> client.query("SELECT 1 WHERE 'a\0b' = ''"), FlightStatusCode.INVALID_ARGUMENT, "NUL");
    assertRefused(
        () -> client.flight.getInfo(FlightDescriptor.path("samples")),
        FlightStatusCode.NOT_FOUND,
        "send a command");
    assertRefused(
        () -> client.query("SELECT CAST(ts_ns AS TINYINT) FROM samples"),
        FlightStatusCode.INVALID_ARGUMENT,
        "SQL_ERROR: ");
  }

  @Test
  void timesThatAreNoNanosecondsAreNamed() throws Exception {
    Table table =
        client.query(
            "SELECT make_timestamptz(t) AS t FROM (VALUES (-9223372036854776), (NULL),"
                + " (9223372036854775)) v(t)");
    assertThat(table.column("t")).containsExactly(Long.MIN_VALUE, null, 9_223_372_036_854_775_000L);
    for (String time : List.of("1677-09-21 00:12:43.145223", "2262-04-11 23:47:16.854776")) {
      assertRefused(
          () -> client.query("SELECT timestamptz '" + time + "+00' AS late"),
          FlightStatusCode.INVALID_ARGUMENT,
          "OUT_OF_RANGE: ",
          "column=late",
          "time=" + time.replace(' ', 'T') + "Z",
          "cast it to VARCHAR");
    }
    assertRefused(
        () -> client.query("SELECT 'infinity'::TIMESTAMPTZ AS t"),
        FlightStatusCode.INVALID_ARGUMENT,
        "OUT_OF_RANGE: ");
  }

  @Test
  void aStatementOf64KiBRuns() throws Exception {
    String text = "x".repeat((64 << 10) - 32);
    assertThat(client.query("SELECT '" + text + "' AS x").column("x")).containsExactly(text);
  }

  @Test
  void writesAndTransactionsAreRefused() {
    assertRefused(
        () -> client.sql.executeUpdate("DELETE FROM samples"),
        FlightStatusCode.INVALID_ARGUMENT,
        "READ_ONLY: CommandStatementUpdate is not a read",
        "POST /api/v1/write");
    assertRefused(
        () -> client.sql.beginTransaction(), FlightStatusCode.INVALID_ARGUMENT, "READ_ONLY: ");
  }

  // Prepared statements.

  private Table prepared(String statement, Consumer<List<FieldVector>> bind) throws Exception {
    try (FlightSqlClient.PreparedStatement prepared = client.sql.prepare(statement)) {
      List<FieldVector> vectors = new ArrayList<>();
      bind.accept(vectors);
      try (VectorSchemaRoot root = new VectorSchemaRoot(vectors)) {
        root.setRowCount(1);
        prepared.setParameters(root);
        FlightInfo info = prepared.execute();
        Table table = client.read(info);
        assertThat(info.getSchemaOptional().orElseThrow().getFields())
            .extracting(Field::getType)
            .isEqualTo(table.schema().getFields().stream().map(Field::getType).toList());
        return table;
      }
    } finally {
      assertThat(door.preparedStatements()).isZero();
    }
  }

  private VarCharVector text(String value) {
    VarCharVector vector = new VarCharVector("t", client.allocator);
    vector.allocateNew(1);
    vector.setSafe(0, value.getBytes(StandardCharsets.UTF_8));
    vector.setValueCount(1);
    return vector;
  }

  @Test
  void parametersKeepTheirTypesAndTexts() throws Exception {
    assertThat(
            prepared(
                    "SELECT count(*) AS n, max(value) AS hi FROM samples WHERE tag = ? AND ts >= ?"
                        + " AND value > ?",
                    vectors -> {
                      vectors.add(text("F.TI1"));
                      TimeStampNanoTZVector time =
                          new TimeStampNanoTZVector(
                              new Field(
                                  "ts",
                                  FieldType.nullable(
                                      new ArrowType.Timestamp(TimeUnit.NANOSECOND, "UTC")),
                                  null),
                              client.allocator);
                      time.setSafe(0, START_NS + 10_000L * 1_000_000_000L);
                      time.setValueCount(1);
                      vectors.add(time);
                      Float8Vector number = new Float8Vector("v", client.allocator);
                      number.setSafe(0, 50);
                      number.setValueCount(1);
                      vectors.add(number);
                    })
                .rows())
        .containsExactly(Map.of("n", 5_000L, "hi", 99.5));
    for (String hostile :
        List.of("it's", "'; DROP TABLE samples; --", "a\nb\r\tc", "\"$1 ?ü😀", "")) {
      assertThat(prepared("SELECT ? AS x", vectors -> vectors.add(text(hostile))).column("x"))
          .containsExactly(hostile);
    }
    assertThat(
            prepared(
                    "SELECT $2 + 1 AS b, $1 AS a",
                    vectors -> {
                      BitVector truth = new BitVector("a", client.allocator);
                      truth.setSafe(0, 1);
                      truth.setValueCount(1);
                      vectors.add(truth);
                      IntVector number = new IntVector("b", client.allocator);
                      number.setSafe(0, 41);
                      number.setValueCount(1);
                      vectors.add(number);
                    })
                .rows())
        .containsExactly(Map.of("a", true, "b", 42L));
    Table local =
        prepared(
            "SELECT timestamptz '2025-11-24 17:00:00' = ? AS same",
            vectors -> {
              TimeStampMicroVector time = new TimeStampMicroVector("t", client.allocator);
              time.setSafe(0, Instant.parse("2025-11-24T17:00:00Z").toEpochMilli() * 1000);
              time.setValueCount(1);
              vectors.add(time);
            });
    assertThat(local.column("same"))
        .as("a time without a zone is of the zone")
        .containsExactly(true);
    assertThat(
            prepared(
                    "SELECT ? IS NULL AS x",
                    vectors -> {
                      BigIntVector nothing = new BigIntVector("n", client.allocator);
                      nothing.setNull(0);
                      nothing.setValueCount(1);
                      vectors.add(nothing);
                    })
                .column("x"))
        .containsExactly(true);
  }

  @Test
  void preparedStatementsSayWhatTheyTakeAndGive() throws Exception {
    try (FlightSqlClient.PreparedStatement prepared =
        client.sql.prepare("SELECT ts, value FROM samples WHERE tag = ? AND ts > ? LIMIT 3")) {
      assertThat(
              prepared.getParameterSchema().getFields().stream().map(f -> f.getType().toString()))
          .containsExactly("Utf8", "Timestamp(MILLISECOND, UTC)");
      assertThat(prepared.getResultSetSchema().getFields())
          .extracting(Field::getName)
          .containsExactly("ts", "value");
      assertRefused(
          () -> prepared.execute(), FlightStatusCode.INVALID_ARGUMENT, "has no values yet");
      assertThat(door.preparedStatements()).isEqualTo(1);
    }
    assertThat(door.preparedStatements()).isZero();
    try (FlightSqlClient.PreparedStatement prepared =
        client.sql.prepare(
            "SELECT * FROM recorded(?, '2025-11-24T16:00:00Z', '2025-11-24T16:01:00Z')")) {
      assertThat(prepared.getResultSetSchema().getFields()).isNotEmpty();
      try (VectorSchemaRoot root = new VectorSchemaRoot(List.of(text("F.TI1")))) {
        root.setRowCount(1);
        prepared.setParameters(root);
        assertThat(client.read(prepared.execute()).rows()).hasSize(60);
      }
    }
    assertRefused(
        () -> client.sql.prepare("DROP TABLE samples"),
        FlightStatusCode.INVALID_ARGUMENT,
        "READ_ONLY");
  }

  @Test
  void wrongValuesAreRefused() throws Exception {
    assertRefused(
        () -> prepared("SELECT ? AS x", vectors -> {}),
        FlightStatusCode.INVALID_ARGUMENT,
        "values=0");
    assertRefused(
        () ->
            prepared(
                "SELECT ? AS x",
                vectors -> {
                  vectors.add(text("a"));
                  vectors.add(text("b"));
                }),
        FlightStatusCode.INVALID_ARGUMENT,
        "parameters=1, values=2");
    assertRefused(
        () ->
            prepared(
                "SELECT value FROM samples WHERE ts > ?", vectors -> vectors.add(text("no time"))),
        FlightStatusCode.INVALID_ARGUMENT,
        "SQL_ERROR");
    assertThat(prepared("SELECT ? AS x", vectors -> vectors.add(text("a\0b"))).column("x"))
        .containsExactly("a\0b");
    try (FlightSqlClient.PreparedStatement prepared = client.sql.prepare("SELECT ? AS x");
        VarCharVector two = text("a")) {
      two.setSafe(1, "b".getBytes(StandardCharsets.UTF_8));
      two.setValueCount(2);
      VectorSchemaRoot root = new VectorSchemaRoot(List.of(two));
      root.setRowCount(2);
      prepared.setParameters(root);
      assertRefused(() -> prepared.execute(), FlightStatusCode.INVALID_ARGUMENT, "one row");
      root.close();
    }
  }

  @Test
  void handlesAreBounded() throws Exception {
    List<FlightSqlClient.PreparedStatement> all = new ArrayList<>();
    int max = FlightConfig.defaults().preparedPerClientMax();
    for (int i = 0; i < max; i++) {
      all.add(client.sql.prepare("SELECT " + i));
    }
    assertRefused(
        () -> client.sql.prepare("SELECT 1"),
        FlightStatusCode.RESOURCE_EXHAUSTED,
        "clientMax=" + max);
    for (FlightSqlClient.PreparedStatement each : all) {
      each.close();
    }
    assertThat(door.preparedStatements()).isZero();
  }

  // Cancelling.

  private static final String LONG =
      "SELECT s.*, r.range FROM samples s, range(1000000) r WHERE tag = 'F.TI1'";

  @Test
  void aStreamIsCancelledByItsInfo() throws Exception {
    FlightInfo info = client.sql.execute(LONG);
    try (FlightStream stream =
        client.flight.getStream(info.getEndpoints().getFirst().getTicket())) {
      assertThat(stream.next()).isTrue();
      assertThat(client.sql.cancelFlightInfo(new CancelFlightInfoRequest(info)).getStatus())
          .isEqualTo(CancelStatus.CANCELLED);
      assertRefused(
          () -> {
            while (stream.next()) {
              // What was on its way.
            }
          },
          FlightStatusCode.CANCELLED,
          "CANCELLED: ");
    }
    assertThat(client.sql.cancelFlightInfo(new CancelFlightInfoRequest(info)).getStatus())
        .isEqualTo(CancelStatus.NOT_CANCELLABLE);
  }

  @Test
  @SuppressWarnings("deprecation")
  void olderClientsCancelToo() throws Exception {
    FlightInfo info = client.sql.execute(LONG);
    try (FlightStream stream =
        client.flight.getStream(info.getEndpoints().getFirst().getTicket())) {
      assertThat(stream.next()).isTrue();
      assertThat(client.sql.cancelQuery(info).name()).isEqualTo("CANCELLED");
      stream.cancel("seen enough", null);
    }
  }

  @Test
  void aClientThatCancelsFreesItsQueryAtOnce() throws Exception {
    FlightInfo info = client.sql.execute(LONG);
    try (FlightStream stream =
        client.flight.getStream(info.getEndpoints().getFirst().getTicket())) {
      assertThat(stream.next()).isTrue();
      stream.cancel("seen enough", null);
      long begin = System.nanoTime();
      while (server.engine().openViews() > 0) {
        Thread.sleep(1);
        assertThat(System.nanoTime() - begin).isLessThan(2_000_000_000L);
      }
    }
  }

  @Test
  void otherActionsAreNamed() {
    assertThat(client.flight.listActions())
        .extracting(type -> type.getType())
        .contains("CreatePreparedStatement", "CancelFlightInfo");
    assertRefused(
        () ->
            client
                .flight
                .doAction(new org.apache.arrow.flight.Action("FormatDisk", new byte[] {1}))
                .forEachRemaining(result -> {}),
        FlightStatusCode.UNIMPLEMENTED,
        "FormatDisk",
        "CreatePreparedStatement");
    assertThat(client.flight.listFlights(org.apache.arrow.flight.Criteria.ALL)).isEmpty();
  }
}
