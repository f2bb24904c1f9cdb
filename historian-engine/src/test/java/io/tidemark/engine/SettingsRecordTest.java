package io.tidemark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.RecordKind;
import io.tidemark.storage.SampleStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings in force are journaled when they change, and only then. */
class SettingsRecordTest {
  @TempDir Path folder;

  private HistorianConfig config(String futureMax) {
    return HistorianConfig.load(
        null,
        Map.of(),
        Map.of(
            "dataDir",
            folder.resolve("data").toString(),
            "store.freeBytesMin",
            "0",
            "store.ballastBytes",
            "0",
            "ingest.futureMax",
            futureMax));
  }

  private void run(String futureMax, boolean seal) throws IOException {
    try (HistorianEngine engine =
        HistorianEngine.start(
            config(futureMax),
            Clock.systemUTC(),
            failure -> {
              throw new AssertionError(failure);
            })) {
      if (seal) {
        engine.sealNow();
      }
    }
  }

  @Test
  void aRecordForEachChange() throws IOException {
    run("10m", false);
    run("10m", true);
    run("10m", false);
    run("5m", false);
    run("5m", false);
    List<String> records = new ArrayList<>();
    SampleStore.open(
            folder.resolve("data"),
            config("5m").store(),
            () -> 1L,
            (kind, payload, principal, time, sequence) -> {
              if (kind == RecordKind.CONFIG) {
                records.add(principal + " " + new String(payload, StandardCharsets.UTF_8));
              }
            })
        .close();
    assertThat(records).hasSize(2);
    assertThat(records.getFirst()).startsWith("system ").contains("\"ingest.futureMax\":\"10m\"");
    assertThat(records.getLast()).contains("\"ingest.futureMax\":\"5m\"");
  }
}
