package io.tidemark.storage.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.storage.io.Disk;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.LockedDisk;
import io.tidemark.testing.Rounds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What both journals promise, and what the plain one says of damage. */
class JournalTest {
  private static final UUID STORE = new UUID(1, 2);
  private static final Path ROOT = Path.of("/journal");
  private static final Path RUN = ROOT.resolve(JournalScanner.runName(1));

  private enum Kind {
    FILE,
    CHRONICLE;

    Journal open(Path folder) throws IOException {
      return this == FILE
          ? new FileJournal(Disk.REAL, folder, STORE, 0, 1, false)
          : new ChronicleJournal(folder, 2 << 20);
    }
  }

  private static void append(Journal journal, long sequence, int bytes) throws IOException {
    ByteBuffer encoded = SampleFrameBuilder.encodeRecord(RecordKind.CONFIG, 0, new byte[bytes]);
    ByteBuffer frame = ByteBuffer.allocate(encoded.remaining() + 8).order(ByteOrder.LITTLE_ENDIAN);
    frame.put(encoded).clear();
    SampleFrame flyweight = new SampleFrame().wrap(frame, 0, frame.limit());
    int length = flyweight.paddedLength();
    flyweight.seal(journal.prepare(length), sequence, sequence);
    journal.append(frame, 0, length, sequence);
  }

  private static JournalScanner.Result scan(Disk disk, Path root, List<Long> found)
      throws IOException {
    return JournalScanner.scan(disk, root, STORE, 0, frame -> found.add(frame.journalSequence()));
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  /** Many small files, so that the forcing thread meets a roll again and again. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void framesAppendedBesideForcesAreAllThereInOrder(Kind kind, @TempDir Path folder)
      throws Exception {
    Path root = folder.resolve("journal");
    int frames = 400;
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong forces = new AtomicLong();
    try (Journal journal = kind.open(root.resolve(JournalScanner.runName(1)))) {
      Thread forcing =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (!done.get()) {
                        journal.force();
                        forces.incrementAndGet();
                      }
                    } catch (IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  });
      for (int i = 1; i <= frames; i++) {
        append(journal, i, 100_000);
      }
      done.set(true);
      forcing.join();
    }
    List<Long> found = new ArrayList<>();
    JournalScanner.Result result = scan(Disk.REAL, root, found);
    assertThat(found).isEqualTo(upTo(frames));
    assertThat(result.missing()).isEmpty();
    assertThat(result.runs().getFirst().files()).hasSizeGreaterThan(10);
    assertThat(forces.get()).isPositive();
  }

  /**
   * One appends, with rolls all the time, one forces, and the power fails when a mark was written
   * or a frame: what a force vouched for is there, and no mark claims a frame that is not.
   */
  @Test
  void whatAForceVouchedForSurvivesALossOfPowerBesideAppends() throws Exception {
    LockedDisk disk = new LockedDisk(new FaultDisk());
    AtomicLong appended = new AtomicLong();
    AtomicLong vouched = new AtomicLong();
    AtomicBoolean done = new AtomicBoolean();
    int cuts = Rounds.of(40);
    Journal journal = new FileJournal(disk, RUN, STORE, 0, 1, false);
    Thread appending =
        loop(
            done,
            () -> {
              append(journal, appended.get() + 1, 300_000);
              appended.incrementAndGet();
            });
    Thread forcing =
        loop(
            done,
            () -> {
              long sequence = appended.get();
              journal.force();
              vouched.set(sequence);
            });
    try {
      long trimmed = 0;
      for (int cut = 0; cut < cuts; cut++) {
        while (vouched.get() < trimmed + 3 && forcing.isAlive()) {
          Thread.yield();
        }
        long safe = vouched.get();
        FaultDisk left = null;
        disk.cutAtWriteOf(cut % 4 == 0 ? Integer.MAX_VALUE : JournalFile.MARK_LENGTH);
        while (left == null && forcing.isAlive()) {
          Thread.yield();
          left = disk.cut();
        }
        List<Long> found = new ArrayList<>();
        JournalScanner.Result result =
            JournalScanner.scan(
                Objects.requireNonNull(left),
                ROOT,
                STORE,
                trimmed,
                frame -> found.add(frame.journalSequence()));
        assertThat(result.missing()).as("cut %d", cut).isEmpty();
        assertThat(found.getLast()).as("cut %d", cut).isGreaterThanOrEqualTo(safe);
        trimmed = safe;
        journal.trim(trimmed);
      }
    } finally {
      done.set(true);
      appending.join();
      forcing.join();
      journal.close();
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private static Thread loop(AtomicBoolean done, Step step) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                while (!done.get()) {
                  step.run();
                }
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
  }

  private static FaultDisk journal(int frames, boolean forced) throws IOException {
    FaultDisk disk = new FaultDisk();
    Journal journal = new FileJournal(disk, RUN, STORE, 0, 1, false);
    for (int i = 1; i <= frames; i++) {
      append(journal, i, 1000);
      if (forced) {
        journal.force();
      }
    }
    return disk;
  }

  private static void damage(FaultDisk disk, int frame) throws IOException {
    byte[] bytes = disk.bytes(RUN.resolve(JournalFile.name(1)));
    int length = (SampleFrame.HEADER_LENGTH + 1000 + 4 + 7) / 8 * 8;
    bytes[JournalFile.FIRST_FRAME + (frame - 1) * length + 500] ^= 1;
  }

  @Test
  void aHoleBelowTheForcedMarkIsDamageAndTheRestIsSalvaged() throws IOException {
    FaultDisk disk = journal(10, true);
    damage(disk, 4);
    List<Long> found = new ArrayList<>();
    JournalScanner.Result result = scan(disk, ROOT, found);
    assertThat(result.missing()).containsExactly(new JournalScanner.Missing(4, 4));
    assertThat(found).containsExactly(1L, 2L, 3L, 5L, 6L, 7L, 8L, 9L, 10L);
  }

  @Test
  void aHoleAboveTheForcedMarkIsATornTailAndNothingBehindItIsTaken() throws IOException {
    FaultDisk disk = journal(10, false);
    damage(disk, 4);
    List<Long> found = new ArrayList<>();
    JournalScanner.Result result = scan(disk, ROOT, found);
    assertThat(result.missing()).isEmpty();
    assertThat(found).containsExactly(1L, 2L, 3L);
    assertThat(result.ignored()).isEqualTo(6);
  }

  @Test
  void framesThatWereForcedAndAreCutOffAreMissed() throws IOException {
    FaultDisk disk = journal(10, true);
    disk.truncate(RUN.resolve(JournalFile.name(1)), JournalFile.FIRST_FRAME + 3000);
    List<Long> found = new ArrayList<>();
    assertThat(scan(disk, ROOT, found).missing())
        .containsExactly(new JournalScanner.Missing(3, 9)); // the mark trails by one force
    assertThat(found).containsExactly(1L, 2L);
  }

  @Test
  void oneTornMarkLeavesTheOther() throws IOException {
    FaultDisk disk = journal(10, true);
    byte[] bytes = disk.bytes(RUN.resolve(JournalFile.name(1)));
    bytes[512 + 20] ^= 1;
    damage(disk, 4);
    assertThat(scan(disk, ROOT, new ArrayList<>()).missing())
        .containsExactly(new JournalScanner.Missing(4, 4));
  }

  @Test
  void afterAFailedForceNothingIsTakenAnyMore() throws IOException {
    FaultDisk disk = new FaultDisk();
    Journal journal = new FileJournal(disk, RUN, STORE, 0, 1, false);
    append(journal, 1, 100);
    disk.failAt(1, "Input/output error"); // the mark is written, then the force fails
    assertThatThrownBy(journal::force).isInstanceOf(IOException.class);
    assertThatThrownBy(journal::force)
        .isInstanceOfSatisfying(
            HistorianException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.JOURNAL_FAILED));
    assertThatThrownBy(() -> append(journal, 2, 100))
        .isInstanceOfSatisfying(
            HistorianException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.JOURNAL_FAILED));
    journal.close();
  }

  @Test
  void aFullDiskIsFoundBeforeAFrameIsAtRiskAndLeftWhenThereIsSpace() throws IOException {
    FaultDisk disk = new FaultDisk();
    Journal journal = new FileJournal(disk, RUN, STORE, 0, 1, false);
    disk.freeBytes(1000);
    long sequence = 0;
    HistorianException full = null;
    while (full == null) {
      try {
        append(journal, sequence + 1, 100_000);
        sequence++;
        journal.force();
      } catch (HistorianException e) {
        full = e;
      }
    }
    assertThat(full.code()).isEqualTo(ErrorCode.DISK_FULL);
    disk.freeBytes(1 << 30);
    append(journal, sequence + 1, 100_000);
    journal.close();
    List<Long> found = new ArrayList<>();
    assertThat(scan(disk, ROOT, found).missing()).isEmpty();
    assertThat(found).isEqualTo(upTo(sequence + 1));
  }
}
