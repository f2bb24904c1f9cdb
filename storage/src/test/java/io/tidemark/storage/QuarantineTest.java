package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.TagDefinition;
import io.tidemark.model.VersionMode;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A damaged journal file is kept as it was, though its frames are sealed and it is deleted. */
class QuarantineTest {
  private static final StoreConfig CONFIG =
      new StoreConfig(8 << 20, 3_600_000_000L, 1, 0, StoreConfig.JournalKind.FILE, false);

  @Test
  void theDamagedFileIsKept() throws IOException {
    FaultDisk disk = new FaultDisk();
    TagDefinition tag = new OracleStore().defineAnalog("T");
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(tag);
      for (int i = 0; i < 100; i++) {
        fixture.write(tag.id(), i, i);
      }
    }
    Path file = StoreFixture.FOLDER.resolve("journal/run-00000001/00000001.tjnl");
    disk.bytes(file)[4096 + 50 * 112 + 90] ^= 1;
    byte[] damaged = disk.bytes(file).clone();
    Path copy = StoreFixture.FOLDER.resolve("quarantine/run-00000001-00000001.tjnl");
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      assertThat(fixture.store().recovery().missing()).hasSize(1);
      assertThat(disk.bytes(copy)).startsWith(damaged);
      fixture.reopen(); // not twice
      fixture.seal();
      assertThat(disk.files()).contains(copy).doesNotContain(file);
      assertThat(fixture.read(tag.id(), VersionMode.ALL, 0)).hasSize(99);
    }
  }

  @Test
  void aCrashLeavesNothingToKeep() throws IOException {
    FaultDisk disk = new FaultDisk();
    TagDefinition tag = new OracleStore().defineAnalog("T");
    StoreFixture fixture = new StoreFixture(disk, CONFIG);
    fixture.define(tag);
    fixture.store().writer().force();
    for (int i = 0; i < 100; i++) {
      fixture.write(tag.id(), i, i);
    }
    FaultDisk left = disk.afterPowerCut(7);
    new StoreFixture(left, CONFIG).close();
    assertThat(left.files()).noneMatch(each -> each.toString().contains("quarantine"));
  }
}
