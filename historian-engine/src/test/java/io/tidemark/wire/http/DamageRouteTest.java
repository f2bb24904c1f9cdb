package io.tidemark.wire.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.catalog.CatalogRecord;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.proof.Api;
import io.tidemark.storage.SampleStore;
import io.tidemark.storage.StoreConfig;
import io.tidemark.testing.OracleStore;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What clients see of a damaged block. The tag has a value of 10 each second from 1970 on, 2 500 of
 * them; the ones of seconds 1 024 to 2 047 are lost.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DamageRouteTest {
  private static final long SECOND = 1_000_000_000L;
  private static final String ALL = "&startTime=1970-01-01T00:00:00Z&endTime=1970-01-01T00:41:39Z";
  private static final String LOST = "&startTime=1970-01-01T00:20:00Z&endTime=1970-01-01T00:30:00Z";

  @TempDir static Path folder;
  private static Door door;

  @BeforeAll
  static void start() throws IOException {
    try (SampleStore store =
        SampleStore.open(
            folder,
            StoreConfig.defaults(),
            () -> 1L,
            (kind, payload, principal, time, sequence) -> {})) {
      TagDefinition tag = new OracleStore().define("D.1", SampleType.FLOAT64, false, "bar");
      append(
          store, SampleFrameBuilder.encodeRecord(RecordKind.TAG, 0, CatalogRecord.encodeTag(tag)));
      SampleFrameBuilder rows = new SampleFrameBuilder();
      for (int i = 0; i < 2500; i++) {
        rows.addDouble(0, i * SECOND, 10, 0);
      }
      append(store, rows.encode(0));
      store.writer().requestSeal();
      store.writer().rotateIfDue();
      store.manifestAgent().doWork();
    }
    Path segment = folder.resolve("segments/000000000001.tseg");
    byte[] bytes = Files.readAllBytes(segment);
    int index =
        (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(bytes.length - 16);
    bytes[64 + (index - 64) / 2] ^= 1; // the middle of the second block of three
    Files.write(segment, bytes);
    door = Door.open(folder);
  }

  private static void append(SampleStore store, ByteBuffer frame) throws IOException {
    store.writer().append(frame, 0, frame.remaining());
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  private static JsonNode first(String path) {
    return door.api().json(path).path("tags").get(0);
  }

  @Test
  @Order(1)
  void aServerThatMetNoDamageSaysSo() {
    JsonNode status = door.api().json("/health/status");
    assertThat(status.path("reasons")).isEmpty();
    assertThat(status.path("damage").path("total").asLong()).isZero();
  }

  @Test
  @Order(2)
  void recordedValuesHaveAGap() {
    JsonNode values = first("/api/v1/values/recorded?tag=D.1" + LOST).path("values");
    assertThat(values).hasSize(2);
    for (JsonNode value : values) {
      assertThat(value.path("statusText").asText()).isEqualTo("Bad_DataLost");
      assertThat(value.path("value").isNull()).isTrue();
    }
    JsonNode rows =
        door.api()
            .sql(
                "SELECT count(*), count(value), max(status) FROM samples"
                    + " WHERE tag = 'D.1' AND ts < TIMESTAMPTZ '1970-01-02 00:00:00Z'");
    assertThat(rows.at("/rows/0/0").asLong()).isEqualTo(2500 - 1024 + 2);
    assertThat(rows.at("/rows/0/1").asLong()).isEqualTo(2500 - 1024);
  }

  @Test
  @Order(3)
  void nothingIsComputedAcrossTheGap() {
    JsonNode lost = first("/api/v1/values/summary?tag=D.1" + LOST).path("values").path(0);
    assertThat(lost.path("percentGood").asDouble(-1)).as(lost.toString()).isZero();
    String cut = "&startTime=1970-01-01T00:00:00Z&endTime=1970-01-01T00:30:00Z";
    JsonNode part = first("/api/v1/values/summary?tag=D.1" + cut).path("values").path(0);
    assertThat(part.path("percentGood").asDouble()).as(part.toString()).isBetween(56.8, 57.0);
    // Of the block as a whole its statistics still know.
    JsonNode all = first("/api/v1/values/summary?tag=D.1" + ALL).path("values").path(0);
    assertThat(all.path("percentGood").asDouble()).as(all.toString()).isEqualTo(100.0);
    assertThat(all.path("timeAverage").asDouble()).isEqualTo(10.0);
    JsonNode at =
        first("/api/v1/values/at_times?tag=D.1&time=1970-01-01T00:25:00.5Z&mode=interpolated")
            .path("values")
            .path(0);
    assertThat(at.path("value").isNull()).as(at.toString()).isTrue();
    JsonNode plot = first("/api/v1/values/plot?width=10&tag=D.1" + ALL).path("values");
    assertThat(plot.findValuesAsText("statusText")).contains("Bad_DataLost");
  }

  @Test
  @Order(4)
  void aStrictRequestFails() {
    HttpResponse<String> answer = door.get("/api/v1/values/recorded?strict=true&tag=D.1" + LOST);
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(Api.parse(answer.body()).path("code").asText()).isEqualTo("CORRUPT");
    answer = door.get("/api/v1/values/summary?strict=true&tag=D.1" + ALL);
    assertThat(answer.statusCode()).isEqualTo(500);
    // What is whole is answered.
    answer =
        door.get(
            "/api/v1/values/recorded?strict=true&tag=D.1"
                + "&startTime=1970-01-01T00:00:00Z&endTime=1970-01-01T00:01:00Z");
    assertThat(answer.statusCode()).isEqualTo(200);
  }

  @Test
  @Order(5)
  void statusNamesTheDamageAndTheServerStaysReady() {
    JsonNode status = door.api().json("/health/status");
    assertThat(status.path("state").asText()).isEqualTo("DEGRADED");
    JsonNode reason = status.path("reasons").get(0);
    assertThat(reason.path("code").asText()).isEqualTo("DATA_DAMAGED");
    assertThat(reason.path("message").asText()).contains("samplesLost=1024");
    assertThat(reason.path("runbook").asText()).isEqualTo("docs/operations.md#data_damaged");
    JsonNode damage = status.path("damage");
    assertThat(damage.path("total").asLong()).isEqualTo(1);
    assertThat(damage.path("samplesLost").asLong()).isEqualTo(1024);
    JsonNode part = damage.path("parts").get(0);
    assertThat(part.path("file").asText()).isEqualTo("000000000001.tseg");
    assertThat(part.path("tag").asText()).isEqualTo("D.1");
    assertThat(part.path("startTime").asText()).startsWith("1970-01-01T00:17:04");
    assertThat(part.path("endTime").asText()).startsWith("1970-01-01T00:34:07");
    JsonNode ready = door.api().json("/health/ready");
    assertThat(ready.path("state").asText()).isEqualTo("DEGRADED");
    assertThat(ready.has("damage")).isFalse();
    assertThat(door.get("/metrics").body()).contains("tidemark_damage_samples 1024");
  }
}
