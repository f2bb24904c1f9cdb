package io.tidemark.wire.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Any;
import io.tidemark.engine.security.AccountRequest;
import io.tidemark.engine.security.Grant;
import io.tidemark.engine.security.Role;
import io.tidemark.engine.security.Scope;
import io.tidemark.model.Principal;
import io.tidemark.proof.Api;
import io.tidemark.proof.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient.ClientStreamListener;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.SyncPutListener;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions.TableExistsOption;
import org.apache.arrow.flight.sql.impl.FlightSql.DoPutUpdateResult;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples come in with DoPut; each batch is acknowledged by itself, and only once it is safe. */
@SuppressWarnings("try") // closing may be interrupted, as Flight has it
class SampleUploadTest {
  private static final long START_NS = 1_764_000_000_000_000_000L;
  private static final FlightDescriptor SAMPLES = FlightDescriptor.path("samples");

  private TestServer server;
  private FlightDoor door;
  private FlightClientOfTest client;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    server = TestServer.start(folder, Map.of());
    open(FlightConfig.defaults());
  }

  private void open(FlightConfig config) {
    door = new FlightDoor(config.withPort(0), server.engine(), server.engine().access(), null);
    door.start();
    client = new FlightClientOfTest(door.port());
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    door.close();
    server.close();
  }

  /** A batch of samples in long form, filled anew for each send. */
  private final class Batch implements AutoCloseable {
    private final VarCharVector tag = new VarCharVector("tag", client.allocator);
    private final TimeStampNanoTZVector ts =
        new TimeStampNanoTZVector("ts", client.allocator, "UTC");
    private final Float8Vector value = new Float8Vector("value", client.allocator);
    private final VectorSchemaRoot root = VectorSchemaRoot.of(tag, ts, value);

    void fill(String name, long first, int rows) {
      fill(name, name, first, rows);
    }

    /** The second row may have another tag. */
    void fill(String name, String ofSecond, long first, int rows) {
      root.allocateNew();
      for (int i = 0; i < rows; i++) {
        tag.setSafe(i, (i == 1 ? ofSecond : name).getBytes(StandardCharsets.UTF_8));
        ts.setSafe(i, START_NS + first + i);
        value.setSafe(i, first + i);
      }
      root.setRowCount(rows);
    }

    @Override
    public void close() {
      root.close();
    }
  }

  private static HeaderCallOption headers(String... pairs) {
    FlightCallHeaders headers = new FlightCallHeaders();
    for (int i = 0; i < pairs.length; i += 2) {
      headers.insert(pairs[i], pairs[i + 1]);
    }
    return new HeaderCallOption(headers);
  }

  private static JsonNode next(SyncPutListener answers) throws Exception {
    try (PutResult result = answers.poll(30, TimeUnit.SECONDS)) {
      assertThat(result).as("an acknowledgement").isNotNull();
      byte[] bytes = new byte[(int) result.getApplicationMetadata().readableBytes()];
      result.getApplicationMetadata().getBytes(0, bytes);
      return Api.parse(new String(bytes, StandardCharsets.UTF_8));
    }
  }

  private List<JsonNode> put(Batch batch, int times, int rows, CallOption... options)
      throws Exception {
    List<JsonNode> said = new ArrayList<>();
    try (SyncPutListener answers = new SyncPutListener()) {
      ClientStreamListener stream = client.flight.startPut(SAMPLES, batch.root, answers, options);
      for (int i = 0; i < times; i++) {
        batch.fill("U.1", (long) i * rows, rows);
        stream.putNext();
      }
      stream.completed();
      for (int i = 0; i < times; i++) {
        said.add(next(answers));
      }
      stream.getResult();
      answers.getResult();
    }
    return said;
  }

  private int recorded(String tag) {
    return server
        .api()
        .sql("SELECT count(*) AS n FROM samples WHERE tag = '" + tag + "'")
        .path("rows")
        .path(0)
        .path(0)
        .asInt();
  }

  @Test
  void eachBatchIsAcknowledgedInOrder() throws Exception {
    try (Batch batch = new Batch()) {
      List<JsonNode> said = put(batch, 100, 1_000);
      for (int i = 0; i < said.size(); i++) {
        assertThat(said.get(i).toString())
            .isEqualTo("{\"batch\":" + i + ",\"stored\":1000,\"errors\":[]}");
      }
    }
    assertThat(recorded("U.1")).isEqualTo(100_000);
    assertThat(door.batchesTaken()).isEqualTo(100);
    assertThat(door.samplesTaken()).isEqualTo(100_000);
    assertThat(door.vectorBytes()).isZero();
  }

  @Test
  void aClientThatWaitsGetsItsAcknowledgementWhileTheStreamIsOpen() throws Exception {
    try (Batch batch = new Batch();
        SyncPutListener answers = new SyncPutListener()) {
      ClientStreamListener stream = client.flight.startPut(SAMPLES, batch.root, answers);
      for (int i = 0; i < 3; i++) {
        batch.fill("U.1", i, 1);
        stream.putNext();
        assertThat(next(answers).path("batch").asInt()).isEqualTo(i);
        assertThat(recorded("U.1")).isEqualTo(i + 1);
      }
      stream.completed();
      stream.getResult();
    }
  }

  @Test
  void aRefusedRowIsNamedWithItsBatch() throws Exception {
    try (Batch batch = new Batch();
        SyncPutListener answers = new SyncPutListener()) {
      ClientStreamListener stream = client.flight.startPut(SAMPLES, batch.root, answers);
      batch.fill("U.1", 0, 3);
      stream.putNext();
      batch.fill("U.1", "no*wildcards", 3, 3);
      stream.putNext();
      stream.completed();
      assertThat(next(answers).path("stored").asInt()).isEqualTo(3);
      JsonNode second = next(answers);
      assertThat(second.path("stored").asInt()).isEqualTo(2);
      assertThat(second.at("/errors/0/path").asText()).isEqualTo("row 1");
      assertThat(second.at("/errors/0/code").asText()).isEqualTo("BAD_NAME");
      stream.getResult();
    }
    assertThat(recorded("U.1")).isEqualTo(5);
  }

  @Test
  void numberedBatchesAreStoredOnce() throws Exception {
    server
        .api()
        .send(
            "PUT",
            "/api/v1/tags",
            "application/json",
            "{\"tags\":[{\"name\":\"U.1\",\"duplicates\":\"keep-all\"}]}");
    try (Batch batch = new Batch()) {
      for (int again = 0; again < 3; again++) {
        List<JsonNode> said =
            put(
                batch,
                10,
                100,
                headers("tidemark-producer", "p", "tidemark-epoch", "1", "tidemark-sequence", "1"));
        assertThat(said.getLast().path("sequence").asInt()).isEqualTo(10);
      }
      assertThat(recorded("U.1")).isEqualTo(1_000);
      assertThatThrownBy(
              () ->
                  put(
                      batch,
                      1,
                      1,
                      headers(
                          "tidemark-producer",
                          "p",
                          "tidemark-epoch",
                          "1",
                          "tidemark-sequence",
                          "12")))
          .hasStackTraceContaining("SEQUENCE_GAP")
          .hasStackTraceContaining("expected=11");
    }
    assertThat(recorded("U.1")).isEqualTo(1_000);
  }

  @Test
  void theGapIsSaidWhileTheStreamIsOpen() throws Exception {
    try (Batch batch = new Batch();
        SyncPutListener answers = new SyncPutListener()) {
      ClientStreamListener stream =
          client.flight.startPut(
              SAMPLES,
              batch.root,
              answers,
              headers("tidemark-producer", "p", "tidemark-epoch", "1", "tidemark-sequence", "5"));
      batch.fill("U.1", 0, 1);
      stream.putNext();
      assertThatThrownBy(() -> answers.poll(30, TimeUnit.SECONDS))
          .hasStackTraceContaining("SEQUENCE_GAP");
    }
    assertThat(recorded("U.1")).isZero();
  }

  private static CommandStatementIngest ingest(String table, TableExistsOption exists) {
    return CommandStatementIngest.newBuilder()
        .setTable(table)
        .setTableDefinitionOptions(TableDefinitionOptions.newBuilder().setIfExists(exists))
        .build();
  }

  private long ingest(Batch batch, CommandStatementIngest command) throws Exception {
    try (SyncPutListener answers = new SyncPutListener()) {
      ClientStreamListener stream =
          client.flight.startPut(
              FlightDescriptor.command(Any.pack(command).toByteArray()), batch.root, answers);
      stream.putNext();
      stream.putNext();
      stream.completed();
      try (PutResult result = answers.poll(30, TimeUnit.SECONDS)) {
        assertThat(result).isNotNull();
        stream.getResult();
        return DoPutUpdateResult.parseFrom(result.getApplicationMetadata().nioBuffer())
            .getRecordCount();
      }
    }
  }

  @Test
  void bulkIngestionAppendsToSamples() throws Exception {
    try (Batch batch = new Batch()) {
      batch.fill("U.1", 0, 500);
      assertThat(ingest(batch, ingest("samples", TableExistsOption.TABLE_EXISTS_OPTION_APPEND)))
          .isEqualTo(1_000);
      assertThat(recorded("U.1")).isEqualTo(500);
      assertThatThrownBy(
              () -> ingest(batch, ingest("tags", TableExistsOption.TABLE_EXISTS_OPTION_APPEND)))
          .hasStackTraceContaining("nothing can be put there");
      assertThatThrownBy(
              () -> ingest(batch, ingest("samples", TableExistsOption.TABLE_EXISTS_OPTION_REPLACE)))
          .hasStackTraceContaining("append to it");
      batch.fill("U.1", " ", 0, 500);
      assertThatThrownBy(
              () -> ingest(batch, ingest("samples", TableExistsOption.TABLE_EXISTS_OPTION_APPEND)))
          .hasStackTraceContaining("refused=2, stored=998");
    }
  }

  @Test
  void whoMayOnlyReadIsRefused() throws Exception {
    String reader = token("r", Role.READER);
    String writer = token("w", Role.WRITER);
    try (Batch batch = new Batch()) {
      assertThatThrownBy(() -> put(batch, 1, 1, headers("authorization", "Bearer " + reader)))
          .hasStackTraceContaining("UNAUTHORIZED: FORBIDDEN: account has no right to that");
      assertThat(put(batch, 1, 1, headers("authorization", "Bearer " + writer))).hasSize(1);
    }
  }

  private String token(String name, Role role) {
    String secret =
        server
            .engine()
            .createAccount(
                new AccountRequest(name, List.of(new Grant(role, Scope.EVERYTHING)), null, null),
                Principal.LOCAL_OPERATOR)
            .secret();
    assertThat(secret).isNotNull();
    return secret;
  }

  /** A client that sends and never reads what it is told fills no memory of the server. */
  @Test
  void aStreamThatSaysNothingIsGivenUp() throws Exception {
    client.close();
    door.close();
    open(FlightConfig.defaults().withStallTimeout(Duration.ofMillis(200)));
    try (Batch batch = new Batch();
        SyncPutListener answers = new SyncPutListener()) {
      ClientStreamListener stream = client.flight.startPut(SAMPLES, batch.root, answers);
      batch.fill("U.1", 0, 10);
      stream.putNext();
      assertThat(next(answers).path("stored").asInt()).isEqualTo(10);
      assertThatThrownBy(() -> answers.poll(30, TimeUnit.SECONDS))
          .hasStackTraceContaining("did not send in time");
    }
    assertThat(recorded("U.1")).isEqualTo(10);
  }

  @Test
  void nothingElseCanBePut() {
    try (Batch batch = new Batch()) {
      assertThatThrownBy(
              () -> {
                try (SyncPutListener answers = new SyncPutListener()) {
                  ClientStreamListener stream =
                      client.flight.startPut(
                          FlightDescriptor.path("samples", "more"), batch.root, answers);
                  stream.completed();
                  stream.getResult();
                }
              })
          .hasStackTraceContaining("samples go to the path samples");
    }
  }
}
