package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.VersionMode;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The checkpoint of catalog and context: few files, each there twice, none lost on the way. */
class LedgerMergeTest {
  private static final StoreConfig CONFIG =
      new StoreConfig(8 << 20, 3_600_000_000L, 1, 0, StoreConfig.JournalKind.FILE, true);

  private final FaultDisk disk = new FaultDisk();
  private final TagDefinition tag = new OracleStore().defineAnalog("T");

  private List<Path> ledgers(FaultDisk on) {
    return on.files().stream().filter(each -> each.toString().endsWith(".tled")).toList();
  }

  private StoreFixture filled(int seals) throws IOException {
    StoreFixture fixture = new StoreFixture(disk, CONFIG);
    fixture.define(tag);
    for (int i = 0; i < seals; i++) {
      fixture.append(SampleFrameBuilder.encodeRecord(RecordKind.CONTEXT, 0, new byte[i]));
      fixture.write(tag.id(), i, i);
      fixture.seal();
      fixture.housekeeping();
    }
    return fixture;
  }

  @Test
  void manySealsLeaveFewLedgersWithEveryRecordInOrder() throws IOException {
    try (StoreFixture fixture = filled(200)) {
      assertThat(ledgers(disk)).hasSizeLessThan(40);
      fixture.reopen();
      assertThat(fixture.records()).hasSize(200);
      for (int i = 0; i < 200; i++) {
        assertThat(fixture.records().get(i)).endsWith(" CONTEXT " + i);
      }
      assertThat(fixture.read(tag.id(), VersionMode.ALL, 0)).hasSize(200);
    }
    assertThat(StoreFixture.faults(disk)).isEmpty();
  }

  @Test
  void anOlderManifestFindsTheLedgersItNames() throws IOException {
    filled(30).close();
    List<Path> manifests =
        disk.files().stream().filter(each -> each.toString().endsWith(".tman")).sorted().toList();
    for (int lost = 1; lost < manifests.size(); lost++) {
      FaultDisk damaged = disk.afterKill();
      for (int i = manifests.size() - lost; i < manifests.size(); i++) {
        damaged.bytes(manifests.get(i))[70] ^= 1;
      }
      try (StoreFixture fixture = new StoreFixture(damaged, CONFIG)) {
        assertThat(fixture.records()).as("lost=%d", lost).hasSize(30);
        assertThat(fixture.read(tag.id(), VersionMode.LATEST, 0)).hasSize(30);
      }
    }
  }

  @Test
  void eitherFileOfALedgerServes() throws IOException {
    filled(5).close();
    for (Path file : disk.files()) {
      if (!file.toString().contains("/ledger/")) {
        continue;
      }
      FaultDisk damaged = disk.afterKill();
      damaged.bytes(file)[80] ^= 4;
      try (StoreFixture fixture = new StoreFixture(damaged, CONFIG)) {
        assertThat(fixture.records()).as(file.toString()).hasSize(5);
        fixture.store().scrub();
        assertThat(fixture.store().damage().entries())
            .as(file.toString())
            .anyMatch(each -> each.file().equals(file.getFileName().toString()));
      }
      damaged = disk.afterKill();
      damaged.delete(file);
      try (StoreFixture fixture = new StoreFixture(damaged, CONFIG)) {
        assertThat(fixture.records()).as(file + " gone").hasSize(5);
      }
    }
  }

  @Test
  void aLongJournalIsSealedWhileItIsRead() throws IOException {
    StoreConfig large =
        new StoreConfig(512 << 20, 3_600_000_000L, 1, 0, StoreConfig.JournalKind.FILE, true);
    int rows = 60_000;
    try (StoreFixture fixture = new StoreFixture(disk, large)) {
      fixture.define(tag);
      for (int i = 0; i < rows; i++) {
        fixture.write(tag.id(), i, i);
      }
    }
    StoreConfig small =
        new StoreConfig(1 << 20, 3_600_000_000L, 1, 0, StoreConfig.JournalKind.FILE, true);
    try (StoreFixture fixture = new StoreFixture(disk, small)) {
      assertThat(fixture.store().sizes().hotBytes()).isLessThanOrEqualTo((1 << 20) + 4096);
      assertThat(fixture.store().sizes().segments()).isPositive();
      assertThat(fixture.read(tag.id(), VersionMode.ALL, 0)).hasSize(rows);
      fixture.reopen();
      assertThat(fixture.read(tag.id(), VersionMode.ALL, 0)).hasSize(rows);
    }
  }
}
