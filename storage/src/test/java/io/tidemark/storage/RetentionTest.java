package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ReadView;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.VersionMode;
import io.tidemark.storage.lifecycle.RetentionRule;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What retention drops, what a full disk does, and that both end. */
class RetentionTest {
  private static final long HOUR_NS = 3_600_000_000_000L;
  private static final StoreConfig CONFIG =
      new StoreConfig(8 << 20, 3_600_000_000L, 1, 0, StoreConfig.JournalKind.FILE, true);

  private final FaultDisk disk = new FaultDisk();
  private final TagDefinition tag = new OracleStore().defineAnalog("T");

  private long segmentFiles() {
    return disk.files().stream().filter(each -> each.toString().endsWith(".tseg")).count();
  }

  @Test
  void segmentsGoWhenEverythingInThemIsTooOld() throws IOException {
    try (StoreFixture fixture =
        new StoreFixture(disk, CONFIG.withRetention(new RetentionRule(24 * HOUR_NS, 0)))) {
      fixture.define(tag);
      long base = fixture.nowNs();
      for (int hour = 0; hour < 48; hour += 6) {
        fixture.write(tag.id(), base + hour * HOUR_NS, hour);
        fixture.write(tag.id(), base + hour * HOUR_NS + 1, hour);
        fixture.seal();
      }
      fixture.pass(47 * 3600);
      fixture.housekeeping();
      // Of 0, 6, 12, 18 h are older than 24 h now.
      List<String> kept = fixture.read(tag.id(), VersionMode.ALL, base);
      assertThat(kept).hasSize(8).startsWith(24 * HOUR_NS + "=24.0");
      assertThat(segmentFiles()).isEqualTo(4);
      assertThat(fixture.store().dropped().segments()).isEqualTo(4);
      assertThat(fixture.store().dropped().rows()).isEqualTo(8);
      assertThat(fixture.store().dropped().lastTimeNs()).isEqualTo(base + 18 * HOUR_NS + 1);
      fixture.reopen();
      assertThat(fixture.read(tag.id(), VersionMode.ALL, base)).isEqualTo(kept);
      assertThat(fixture.store().dropped().segments()).isEqualTo(4);
      assertThat(fixture.store().damage().entries()).isEmpty();
    }
    assertThat(StoreFixture.faults(disk)).isEmpty();
  }

  @Test
  void theOldestGoWhenAllTogetherTakeTooMuch() throws IOException {
    long bytes;
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(tag);
      for (int i = 9; i >= 0; i--) { // the order of writing does not matter
        fixture.write(tag.id(), i * HOUR_NS, i);
        fixture.seal();
      }
      bytes = fixture.store().sizes().segmentBytes() + 100; // they differ by a byte or two
    }
    try (StoreFixture fixture =
        new StoreFixture(disk, CONFIG.withRetention(new RetentionRule(0, bytes / 2)))) {
      fixture.housekeeping();
      assertThat(fixture.store().sizes().segmentBytes()).isLessThanOrEqualTo(bytes / 2);
      assertThat(fixture.read(tag.id(), VersionMode.ALL, 0))
          .hasSize(5)
          .startsWith(5 * HOUR_NS + "=5.0")
          .endsWith(9 * HOUR_NS + "=9.0");
    }
  }

  @Test
  void anOpenViewKeepsWhatItSees() throws IOException {
    try (StoreFixture fixture =
        new StoreFixture(disk, CONFIG.withRetention(new RetentionRule(HOUR_NS, 0)))) {
      fixture.define(tag);
      long base = fixture.nowNs();
      fixture.write(tag.id(), base, 1);
      fixture.seal();
      ReadView view = fixture.store().openReadView();
      fixture.pass(7200);
      fixture.housekeeping();
      assertThat(segmentFiles()).isZero();
      assertThat(fixture.read(tag.id(), VersionMode.ALL, base)).isEmpty();
      assertThat(fixture.read(view, tag.id(), VersionMode.ALL, base)).containsExactly("0=1.0");
      view.close();
      view.close(); // twice does no harm
      assertThatThrownBy(() -> fixture.read(view, tag.id(), VersionMode.ALL, base))
          .isInstanceOf(IllegalStateException.class); // the file is unmapped
    }
  }

  @Test
  void aFullDiskRefusesWritesServesReadsDropsWhatIsOldAndGoesOn() throws IOException {
    StoreConfig config =
        new StoreConfig(1 << 20, 3_600_000_000L, 1, 1 << 20, StoreConfig.JournalKind.FILE, true)
            .withRetention(new RetentionRule(24 * HOUR_NS, 0));
    try (StoreFixture fixture = new StoreFixture(disk, config)) {
      fixture.define(tag);
      long base = fixture.nowNs();
      fixture.write(tag.id(), base, 1);
      fixture.seal();
      fixture.write(tag.id(), base + 1, 2);
      fixture.store().writer().force();
      disk.fill();
      fixture.housekeeping();
      assertThatThrownBy(() -> fixture.write(tag.id(), base + 2, 3))
          .isInstanceOfSatisfying(
              HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
      assertThat(fixture.store().writer().isDiskFull()).isTrue();
      assertThat(fixture.read(tag.id(), VersionMode.ALL, base)).containsExactly("0=1.0", "1=2.0");

      // A seal that finds no room is tried again, and nothing is lost meanwhile.
      fixture.seal();
      fixture.housekeeping();
      assertThat(fixture.read(tag.id(), VersionMode.ALL, base)).containsExactly("0=1.0", "1=2.0");

      // Retention works on a full disk: the manifest has its room reserved.
      fixture.pass(48 * 3600);
      fixture.housekeeping();
      assertThat(fixture.store().dropped().segments()).isPositive();

      disk.capacityBytes(1L << 40);
      fixture.housekeeping();
      assertThat(fixture.store().writer().isDiskFull()).isFalse();
      fixture.write(tag.id(), base + 3, 4);
      fixture.reopen();
      assertThat(fixture.read(tag.id(), VersionMode.ALL, base)).contains("3=4.0");
    }
  }

  @Test
  void aSealThatFindsNoRoomHalfWayLeavesNoFiles() throws IOException {
    StoreConfig config =
        new StoreConfig(8 << 20, 3_600_000_000L, 1, 0, StoreConfig.JournalKind.FILE, true);
    try (StoreFixture fixture = new StoreFixture(disk, config)) {
      fixture.define(tag);
      for (int i = 0; i < 2000; i++) {
        fixture.write(tag.id(), i, Math.sin(i));
      }
      fixture.append(SampleFrameBuilder.encodeRecord(RecordKind.CONTEXT, 0, new byte[100_000]));
      fixture.store().writer().force();
      fixture.store().writer().requestSeal();
      fixture.store().writer().rotateIfDue();
      int failed = 0;
      for (int room = 0; fixture.store().sizes().segments() == 0; room += 3_000) {
        disk.fill();
        disk.capacityBytes(disk.usedBytes() + room);
        fixture.housekeeping();
        failed += fixture.store().writer().isDiskFull() ? 1 : 0;
        assertThat(segmentFiles()).isEqualTo(fixture.store().sizes().segments());
        assertThat(fixture.read(tag.id(), VersionMode.ALL, 0)).hasSize(2000);
      }
      assertThat(failed).isGreaterThan(20);
      assertThat(disk.files()).noneMatch(each -> each.toString().endsWith(".tmp"));
      disk.capacityBytes(1L << 40);
      fixture.housekeeping();
      assertThat(fixture.store().writer().isDiskFull()).isFalse();
    }
  }

  @Test
  void aStoreOpensOnAFullDiskAndTakesSamplesWhenThereIsRoom() throws IOException {
    StoreConfig config =
        new StoreConfig(1 << 20, 3_600_000_000L, 1, 1 << 20, StoreConfig.JournalKind.FILE, true);
    try (StoreFixture fixture = new StoreFixture(disk, config)) {
      fixture.define(tag);
      fixture.write(tag.id(), 1, 1);
      fixture.seal();
      fixture.write(tag.id(), 2, 2);
      fixture.reopen();
      disk.fill();
      fixture.reopen();
      assertThat(fixture.read(tag.id(), VersionMode.ALL, 0)).containsExactly("1=1.0", "2=2.0");
      assertThatThrownBy(() -> fixture.write(tag.id(), 3, 3))
          .isInstanceOfSatisfying(
              HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
      fixture.store().writer().force();
      fixture.reopen(); // once more, nothing written in between
      disk.capacityBytes(1L << 40);
      fixture.write(tag.id(), 3, 3);
      fixture.store().writer().force();
      fixture.reopen();
      assertThat(fixture.read(tag.id(), VersionMode.ALL, 0)).hasSize(3);
    }
    assertThat(StoreFixture.faults(disk)).isEmpty();
  }

  @Test
  void aDiskThatFillsWhileItIsWrittenToLosesNothing() throws IOException {
    StoreConfig config =
        new StoreConfig(1 << 20, 3_600_000_000L, 1, 0, StoreConfig.JournalKind.FILE, true);
    disk.capacityBytes(3_300_000);
    int stored = 0;
    try (StoreFixture fixture = new StoreFixture(disk, config)) {
      fixture.define(tag);
      boolean refused = false;
      for (int i = 0; i < 100_000 && !refused; i++) {
        try {
          fixture.write(tag.id(), i, i);
          stored++;
          if (i % 1000 == 0) {
            fixture.store().writer().force();
          }
          if (i % 40_000 == 39_999) {
            fixture.seal();
          }
        } catch (HistorianException e) {
          assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL);
          refused = true;
        }
      }
      assertThat(refused).isTrue();
      assertThat(fixture.read(tag.id(), VersionMode.ALL, 0)).hasSize(stored);
      disk.capacityBytes(64 << 20);
      fixture.housekeeping();
      fixture.write(tag.id(), -1, 0);
      fixture.seal();
      fixture.reopen();
      assertThat(fixture.read(tag.id(), VersionMode.ALL, 0)).hasSize(stored + 1);
    }
  }
}
