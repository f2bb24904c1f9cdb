package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.storage.StoreConfig.JournalKind;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.Finding;
import io.tidemark.storage.journal.JournalReader;
import io.tidemark.testing.FaultDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who holds the journal finds every frame in it, in order, also those that are sealed. */
class HeldJournalTest {
  private static final Path FOLDER = Path.of("/store");

  private final AtomicLong clock = new AtomicLong(1_000_000);
  private final Map<Long, byte[]> written = new TreeMap<>();
  private final SampleFrameBuilder builder = new SampleFrameBuilder();

  private SampleStore open(Disk disk, Path folder, JournalKind kind) throws IOException {
    SampleStore store =
        SampleStore.open(
            disk,
            folder,
            new StoreConfig(2 << 20, 3_600_000_000L, 1 << 20, 0, kind, false),
            StoreClock.of(clock::incrementAndGet, () -> clock.addAndGet(2_000_000_000L)),
            (recordKind, payload, principal, time, sequence) -> {});
    store.holdJournal(1);
    return store;
  }

  private void append(SampleStore store, int rows) throws IOException {
    for (int row = 0; row < rows; row++) {
      builder.addDouble(1, 1_000L * written.size() + row * row, row * 0.3 + written.size(), 0);
    }
    ByteBuffer bytes = builder.encode(0);
    long sequence = store.writer().append(bytes, 0, bytes.remaining());
    written.put(sequence, new SampleFrame().wrap(bytes, 0, bytes.remaining()).copyBytes());
  }

  private static void seal(SampleStore store) {
    store.writer().requestSeal();
    store.writer().rotateIfDue();
    store.manifestAgent().doWork();
  }

  /** Everything from a sequence up to what is forced, as it was written. */
  private void assertReads(SampleStore store, JournalReader reader, long from) throws IOException {
    long synced = store.writer().syncedSequence();
    for (long sequence = from; sequence <= synced; sequence++) {
      SampleFrame frame = reader.next(synced);
      assertThat(frame).as("sequence %d of %d", sequence, synced).isNotNull();
      assertThat(frame.journalSequence()).isEqualTo(sequence);
      if (sequence % 3 == 0) {
        reader.seek(sequence); // one back
        assertThat(reader.position()).isEqualTo(sequence);
        frame = reader.next(synced);
        assertThat(frame).isNotNull();
      }
      assertThat(withoutSeal(frame.copyBytes())).isEqualTo(withoutSeal(written.get(sequence)));
    }
    assertThat(reader.next(synced)).isNull();
    assertThat(reader.skipped()).isZero();
  }

  /** Without what the append agent fills in, which is there only once it was appended. */
  private static byte[] withoutSeal(byte[] frame) {
    return Arrays.copyOfRange(frame, SampleFrame.HEADER_LENGTH, frame.length - 12);
  }

  private static long journalFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("journal"))) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  @ParameterizedTest
  @EnumSource(JournalKind.class)
  void framesAreReadInOrderAcrossFilesSealsAndRestarts(JournalKind kind, @TempDir Path folder)
      throws IOException {
    Random random = new Random(5);
    SampleStore store = open(Disk.REAL, folder, kind);
    JournalReader follower = store.journalReader();
    long followed = 1;
    for (int i = 0; i < 150; i++) {
      append(store, 1 + random.nextInt(4000));
      if (random.nextInt(3) == 0) {
        store.writer().force();
        if (random.nextBoolean()) {
          assertReads(store, follower, followed);
          followed = store.writer().syncedSequence() + 1;
        }
      }
      if (random.nextInt(10) == 0) {
        store.writer().force();
        seal(store);
      }
      if (random.nextInt(25) == 0) {
        follower.close();
        store.close();
        store = open(Disk.REAL, folder, kind);
        assertThat(store.recovery().missing()).isEmpty();
        follower = store.journalReader();
        follower.seek(followed);
      }
    }
    store.writer().force();
    assertReads(store, follower, followed);
    follower.close();
    JournalReader again = store.journalReader();
    assertReads(store, again, 1);
    for (long from : new long[] {40, 3, 149, 150, 77}) {
      again.seek(from);
      assertReads(store, again, from);
    }
    seal(store);
    long before = journalFiles(folder);
    store.holdJournal(100);
    store.manifestAgent().doWork();
    assertThat(journalFiles(folder)).isLessThan(before);
    again.seek(100);
    assertReads(store, again, 100);
    again.close();
    store.close();
    StoreVerifier.Report report =
        StoreVerifier.verify(
            Disk.REAL, folder, StoreVerifier.Mode.FULL, payload -> {}, (file, done, total) -> {});
    assertThat(report.count(Finding.Severity.DAMAGE)).as("%s", report.findings()).isZero();
  }

  /** Power is lost at every so many operations: what was forced is found by the next reader. */
  @Test
  void aLossOfPowerLeavesSealedFramesReadable() throws IOException {
    int trials = 0;
    for (long operation = 20; ; operation += 7) {
      written.clear();
      FaultDisk disk = new FaultDisk().crashAt(operation);
      long synced = 0;
      try {
        for (int run = 0; run < 3; run++) {
          SampleStore store = open(disk, FOLDER, JournalKind.FILE);
          for (int i = 0; i < 12; i++) {
            append(store, 3000);
            store.writer().force();
            synced = store.writer().syncedSequence();
            if (i % 5 == 4) {
              seal(store);
            }
          }
          store.close();
        }
      } catch (IOException | RuntimeException | Error e) {
        if (!disk.crashed()) {
          throw e;
        }
      }
      if (!disk.crashed()) {
        break;
      }
      trials++;
      SampleStore store = open(disk.afterPowerCut(operation), FOLDER, JournalKind.FILE);
      assertThat(store.recovery().missing()).isEmpty();
      assertThat(store.writer().syncedSequence()).isGreaterThanOrEqualTo(synced);
      try (JournalReader reader = store.journalReader()) {
        if (store.writer().syncedSequence() > 0) {
          assertReads(store, reader, 1);
        }
      }
      store.close();
    }
    assertThat(trials).isGreaterThan(20);
  }
}
