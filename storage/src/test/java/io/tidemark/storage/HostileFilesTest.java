package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.tidemark.catalog.CatalogRecord;
import io.tidemark.catalog.TagTable;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.storage.damage.DamageList;
import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.storage.io.StoreDirectory;
import io.tidemark.storage.journal.JournalScanner;
import io.tidemark.storage.manifest.LedgerFile;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.manifest.ManifestStore;
import io.tidemark.storage.manifest.RequestProgress;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.Mutations;
import io.tidemark.testing.OracleStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Manifests, ledgers, frames and journals with crafted fields and the right checksums: refused, or
 * read as something, at a price that the file's size bounds.
 */
@Timeout(300)
class HostileFilesTest {
  private static final Path FOLDER = Path.of("/store");
  private static final UUID STORE = new UUID(1, 2);
  private static final int ROUNDS = 500;

  @BeforeAll
  static void quiet() {
    ((Logger) LoggerFactory.getLogger("io.tidemark.storage")).setLevel(Level.OFF);
  }

  @AfterAll
  static void loud() {
    ((Logger) LoggerFactory.getLogger("io.tidemark.storage")).setLevel(null);
  }

  private static void seal(byte[] hostile) {
    ByteBuffer bytes = ByteBuffer.wrap(hostile).order(ByteOrder.LITTLE_ENDIAN);
    int footer = hostile.length - FileEnvelope.FOOTER_LENGTH;
    bytes.putInt(60, FileEnvelope.crc(bytes, 0, 60));
    bytes.putInt(footer + 24, FileEnvelope.crc(bytes, 0, footer));
    bytes.putInt(footer + 28, FileEnvelope.crc(bytes, footer, 28));
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void hostileManifests(long seed) throws IOException {
    Random random = new Random(seed);
    FaultDisk disk = new FaultDisk();
    ManifestStore store = ManifestStore.open(StoreDirectory.open(disk, FOLDER), STORE);
    List<Manifest.Segment> segments = new ArrayList<>();
    for (int i = 1; i < 20; i++) {
      segments.add(new Manifest.Segment(i, 0, 5, 100, 1, 2, 3, 4));
    }
    store.commit(
        new Manifest(
            1,
            Map.of(0, 77L, 1, 5L),
            9,
            30,
            segments,
            List.of(new Manifest.Ledger(25, 3, 300)),
            List.of(
                RequestProgress.first(3, 1, 7, 0, 1, 5), RequestProgress.first(4, 2, 9, 70, 0, 6)),
            new Manifest.Dropped(2, 10, 77)));
    disk.delete(FOLDER.resolve("manifest-000000000000.tman"));
    Path file = FOLDER.resolve("manifest-000000000001.tman");
    byte[] honest = disk.bytes(file).clone();
    for (int i = 0; i < ROUNDS; i++) {
      byte[] hostile = disk.bytes(file);
      System.arraycopy(honest, 0, hostile, 0, honest.length);
      Mutations.mutate(hostile, random.nextInt(8) == 0 ? 4 : 64, hostile.length - 8, random);
      seal(hostile);
      Mutations.survives(
          "seed=" + seed + ", i=" + i,
          32L * honest.length,
          () -> ManifestStore.open(StoreDirectory.open(disk, FOLDER), STORE));
    }
  }

  /** Frames as ledger, journal and ring have them. */
  private static List<byte[]> frames(long seed, long epoch) {
    Random random = new Random(seed);
    OracleStore names = new OracleStore();
    List<byte[]> frames = new ArrayList<>();
    SampleFrameBuilder builder = new SampleFrameBuilder();
    for (int i = 0; i < 8; i++) {
      ByteBuffer bytes;
      if (i % 2 == 0) {
        TagDefinition tag =
            names.define("T" + i, SampleType.DIGITAL, true, "", "Closed", "Open", "Moving");
        bytes = SampleFrameBuilder.encodeRecord(RecordKind.TAG, 0, CatalogRecord.encodeTag(tag));
      } else {
        for (int row = 0; row < 1 + random.nextInt(30); row++) {
          builder.addDouble(1, 1000L * row + random.nextInt(2), random.nextDouble(), 0);
          builder.addText(2, row, "text " + row, 0);
          builder.add(3, SampleType.INT32, row, random.nextInt(), SampleFlags.PRESENT, 0);
          builder.add(4, SampleType.FLOAT32, row, (1000L + row) << 52, SampleFlags.PRESENT, 0);
        }
        bytes = builder.encode(0);
      }
      SampleFrame frame = new SampleFrame().wrap(bytes, 0, bytes.remaining());
      byte[] copy = frame.copyBytes();
      ByteBuffer own = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
      new SampleFrame().wrap(own, 0, copy.length).seal(epoch, i + 1, 5);
      frames.add(copy);
    }
    return frames;
  }

  private static void recompute(byte[] bytes, int at) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int length = buffer.getInt(at + 8);
    if (length >= 76 && length <= bytes.length - at) {
      buffer.putInt(at + length - 4, FileEnvelope.crc(buffer, at, length - 4));
    }
  }

  /** Reads all of a frame, as the replay does. */
  static void use(SampleFrame frame, TagTable tags) {
    switch (frame.kind()) {
      case SAMPLES -> {
        frame.openRows();
        frame.checkRows();
        long sum = 0;
        for (int row = 0; row < frame.rowCount(); row++) {
          sum += frame.tagId(row) + frame.timeNs(row) + frame.valueBits(row);
          sum += frame.status(row) + frame.flags(row) + frame.typeCode(row);
          if (frame.typeCode(row) == SampleType.STRING.code()) {
            sum += frame.text(row).length();
          }
        }
        if (sum == 42) {
          throw new IllegalStateException("only so that the sum is used");
        }
      }
      case TAG -> tags.apply(CatalogRecord.decodeTag(frame.payload()));
      case PRODUCER -> CatalogRecord.decodeProducer(frame.payload());
      default -> frame.copyBytes();
    }
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void hostileFrames(long seed) {
    Random random = new Random(seed);
    TagTable tags = new TagTable();
    for (byte[] honest : frames(seed, 1)) {
      for (int i = 0; i < ROUNDS / 4; i++) {
        byte[] hostile = honest.clone();
        Mutations.mutate(hostile, 4, random.nextBoolean() ? 80 : hostile.length, random);
        recompute(hostile, 0);
        ByteBuffer bytes = ByteBuffer.wrap(hostile).order(ByteOrder.LITTLE_ENDIAN);
        Mutations.survives(
            "seed=" + seed + ", i=" + i,
            64L * honest.length,
            () -> use(new SampleFrame().wrap(bytes, 0, hostile.length), tags));
      }
    }
  }

  /** Five kilobytes that claim eight thousand rows of the same four kilobytes of text. */
  @Test
  void rowsThatShareATextAreRefused() {
    SampleFrameBuilder builder = new SampleFrameBuilder();
    builder.addText(1, 5, "x".repeat(4000), 0);
    ByteBuffer honest = builder.encode(0);
    int payloadEnd = 72 + honest.getInt(64);
    int rows = 8000;
    byte[] hostile = new byte[payloadEnd + rows / 8 + 4];
    honest.get(0, hostile, 0, payloadEnd);
    ByteBuffer bytes = ByteBuffer.wrap(hostile).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(8, hostile.length).putInt(12, rows);
    recompute(hostile, 0);
    boolean read =
        Mutations.survives(
            "shared text",
            64L * hostile.length,
            () -> use(new SampleFrame().wrap(bytes, 0, hostile.length), new TagTable()));
    assertThat(read).isFalse();
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void hostileLedgers(long seed) throws IOException {
    Random random = new Random(seed);
    FaultDisk disk = new FaultDisk();
    StoreDirectory directory = StoreDirectory.open(disk, FOLDER);
    List<byte[]> frames = frames(seed, 1);
    long length = LedgerFile.write(directory, STORE, 3, frames);
    disk.delete(FOLDER.resolve(LedgerFile.copyName(3))); // which would serve instead
    Path file = FOLDER.resolve(LedgerFile.fileName(3));
    byte[] honest = disk.bytes(file).clone();
    for (int i = 0; i < ROUNDS; i++) {
      byte[] hostile = disk.bytes(file);
      System.arraycopy(honest, 0, hostile, 0, honest.length);
      int at = FileEnvelope.HEADER_LENGTH;
      for (int skip = random.nextInt(frames.size()), n = 0; n < skip; n++) {
        at += frames.get(n).length;
      }
      Mutations.mutate(hostile, at, at + 80, random);
      recompute(hostile, at);
      seal(hostile);
      TagTable tags = new TagTable();
      Mutations.survives(
          "seed=" + seed + ", i=" + i,
          64L * length,
          () ->
              LedgerFile.read(
                  directory,
                  STORE,
                  new Manifest.Ledger(3, frames.size(), length),
                  new DamageList(() -> 0L),
                  frame -> use(frame, tags)));
    }
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void hostileJournals(long seed) throws IOException {
    Random random = new Random(seed);
    FaultDisk disk = new FaultDisk();
    StoreConfig config =
        new StoreConfig(8 << 20, 3_600_000_000L, 1, 0, StoreConfig.JournalKind.FILE, false);
    try (SampleStore store =
        SampleStore.open(
            disk, FOLDER, config, () -> 5L, (kind, payload, who, time, sequence) -> {})) {
      for (byte[] frame : frames(seed, 1)) {
        ByteBuffer bytes = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        store.writer().append(bytes, 0, frame.length);
      }
    }
    Path root = FOLDER.resolve("journal");
    Path file = root.resolve("run-00000001/00000001.tjnl");
    byte[] all = disk.bytes(file);
    UUID storeId =
        new UUID(
            ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong(8),
            ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong(16));
    disk.truncate(file, 16 << 10);
    byte[] honest = disk.bytes(file).clone();
    for (int i = 0; i < ROUNDS; i++) {
      byte[] hostile = disk.bytes(file);
      System.arraycopy(honest, 0, hostile, 0, honest.length);
      ByteBuffer bytes = ByteBuffer.wrap(hostile).order(ByteOrder.LITTLE_ENDIAN);
      if (random.nextInt(4) == 0) {
        Mutations.mutate(hostile, 4, 60, random);
        bytes.putInt(60, FileEnvelope.crc(bytes, 0, 60));
        Mutations.mutate(hostile, 512, 536, random);
        bytes.putInt(512 + 24, FileEnvelope.crc(bytes, 512, 24));
      } else {
        int at = 4096;
        for (int skip = random.nextInt(8); skip > 0; skip--) {
          at += bytes.getInt(at + 8) + 7 & ~7;
        }
        Mutations.mutate(hostile, at + 4, at + 80, random);
        recompute(hostile, at);
      }
      TagTable tags = new TagTable();
      Mutations.survives(
          "seed=" + seed + ", i=" + i,
          64L * honest.length,
          () -> JournalScanner.scan(disk, root, storeId, 0, frame -> use(frame, tags)));
      // And the whole store, which may allocate its tables and its next journal file.
      if (i % 5 > 0) {
        continue;
      }
      Mutations.survives(
          "seed=" + seed + ", i=" + i + ", store",
          32L << 20,
          () ->
              SampleStore.open(
                      disk.afterKill(),
                      FOLDER,
                      config,
                      () -> 5L,
                      (kind, payload, who, time, sequence) -> {})
                  .close());
    }
  }
}
