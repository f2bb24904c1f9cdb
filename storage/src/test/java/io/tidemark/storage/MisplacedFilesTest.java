package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.storage.io.FileEnvelope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are whole but not where they belong: a store notices and never answers from them. */
class MisplacedFilesTest {
  private static final StoreConfig SMALL = new StoreConfig(1 << 20, 3_600_000_000L, 1 << 20, 0);

  @TempDir Path folder;

  private static SampleStore open(Path path) throws IOException {
    return SampleStore.open(
        path, SMALL, () -> 1L, (kind, payload, principal, time, sequence) -> {});
  }

  private static Path make(Path path, int seals) throws IOException {
    try (SampleStore store = open(path)) {
      SampleFrameBuilder builder = new SampleFrameBuilder();
      for (int i = 0; i <= seals; i++) {
        builder.addDouble(0, i, i, 0);
        ByteBuffer frame = builder.encode(0);
        store.writer().append(frame, 0, frame.remaining());
        if (i < seals) {
          store.writer().requestSeal();
          store.writer().rotateIfDue();
          store.manifestAgent().doWork();
        }
      }
    }
    return path;
  }

  @Test
  void swappedSegmentsAreNoticed() throws IOException {
    Path store = make(folder.resolve("a"), 2);
    Path first = store.resolve("segments/000000000001.tseg");
    Path second = store.resolve("segments/000000000002.tseg");
    Path third = store.resolve("segments/x");
    Files.move(first, third);
    Files.move(second, first);
    Files.move(third, second);
    try (SampleStore opened = open(store)) {
      opened.scrub();
      assertThat(opened.damage().rows()).isEqualTo(2);
      assertThat(opened.damage().entries())
          .anySatisfy(
              damage -> {
                assertThat(damage.file()).isEqualTo("000000000001.tseg");
                assertThat(damage.message()).contains("fileNumber=2");
              });
    }
  }

  @Test
  void anOldManifestUnderANewNameIsNotTaken() throws IOException {
    Path store = make(folder.resolve("a"), 3);
    Files.copy(
        store.resolve("manifest/manifest-000000000002.tman"),
        store.resolve("manifest/manifest-000000000009.tman"));
    try (SampleStore opened = open(store)) {
      assertThat(opened.sizes().segments()).isEqualTo(3);
    }
  }

  @Test
  void framesOfAnotherStoreAreNotTaken() throws IOException {
    Path store = make(folder.resolve("a"), 0);
    Path other = make(folder.resolve("b"), 0);
    Path file = Path.of("journal/run-00000001/00000001.tjnl");
    Files.copy(other.resolve(file), store.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    try (SampleStore opened = open(store)) {
      assertThat(opened.recovery().replayedFrames()).isZero();
    }
  }

  @Test
  void aJournalFileOfANewerFormatIsNotGuessedAt() throws IOException {
    Path store = make(folder.resolve("a"), 0);
    Path file = store.resolve("journal/run-00000001/00000001.tjnl");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putShort(6, (short) 9).putInt(60, FileEnvelope.crc(bytes, 0, 60));
    Files.write(file, bytes.array());
    assertThatThrownBy(() -> open(store))
        .isInstanceOfSatisfying(
            HistorianException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.FORMAT_TOO_NEW));
  }
}
