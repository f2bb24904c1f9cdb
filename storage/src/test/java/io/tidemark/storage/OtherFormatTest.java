package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.storage.io.FileEnvelope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A store with a file of a format that is not read is refused, whatever else could serve instead,
 * and nothing in it is changed: somebody may still have the program that reads it.
 */
class OtherFormatTest {
  private static final StoreConfig CONFIG =
      new StoreConfig(8 << 20, 3_600_000_000L, 1, 0, StoreConfig.JournalKind.FILE, false);
  private static final Path LEDGER_COPY =
      SmallStore.LEDGER.resolveSibling(SmallStore.LEDGER.getFileName() + "-copy");

  /** A segment that no manifest names: of a seal whose manifest is gone. */
  private static final Path UNNAMED = SmallStore.SEGMENT.resolveSibling("000000000009.tseg");

  private static byte[] of(byte[] file, ErrorCode code) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    short version = (short) (code == ErrorCode.FORMAT_TOO_OLD ? 0 : 2);
    bytes.putShort(4, version).putShort(6, version);
    bytes.putInt(60, FileEnvelope.crc(bytes, 0, 60));
    return file;
  }

  private static SmallStore with(SmallStore store, Path file, ErrorCode code) throws IOException {
    return store.with(file, of(store.bytes(file), code));
  }

  private static SmallStore cut(SmallStore store, Path file) throws IOException {
    byte[] bytes = store.bytes(file);
    return store.with(file, Arrays.copyOf(bytes, bytes.length / 2));
  }

  private static List<String> contents(SmallStore store) throws IOException {
    List<String> contents = new ArrayList<>();
    for (Path file : store.disk().files()) {
      if (!file.endsWith("lock")) {
        CRC32C crc = new CRC32C();
        crc.update(store.bytes(file));
        contents.add(file + " " + store.disk().length(file) + " " + crc.getValue());
      }
    }
    return contents;
  }

  private static void assertRefused(SmallStore store, Path file, ErrorCode code)
      throws IOException {
    List<String> before = contents(store);
    Throwable refusal =
        catchThrowable(
            () ->
                SampleStore.open(
                        store.disk(),
                        SmallStore.FOLDER,
                        CONFIG,
                        () -> 1L,
                        (kind, payload, principal, time, sequence) -> {})
                    .close());
    assertThat(refusal).isInstanceOf(HistorianException.class);
    assertThat(((HistorianException) refusal).code()).as(refusal.toString()).isEqualTo(code);
    assertThat(refusal)
        .hasMessageContaining(file.getFileName().toString())
        .hasMessageContaining(
            code == ErrorCode.FORMAT_TOO_OLD
                ? "formatVersion=0, oldestFormatVersion=1"
                : "readerVersionMin=2, readerVersion=1");
    assertThat(contents(store)).as("nothing is changed").isEqualTo(before);
  }

  static List<ErrorCode> codes() {
    return List.of(ErrorCode.FORMAT_TOO_OLD, ErrorCode.FORMAT_TOO_NEW);
  }

  @ParameterizedTest
  @MethodSource("codes")
  void aManifestIsNotPassedOverForAnOlderOne(ErrorCode code) throws IOException {
    SmallStore honest = SmallStore.make();
    assertRefused(with(honest, SmallStore.MANIFEST, code), SmallStore.MANIFEST, code);
  }

  @ParameterizedTest
  @MethodSource("codes")
  void aDamagedManifestIsNotMadeAgainFromAnother(ErrorCode code) throws IOException {
    SmallStore honest = SmallStore.make();
    Path older = SmallStore.MANIFEST.resolveSibling("manifest-000000000000.tman");
    assertRefused(cut(with(honest, older, code), SmallStore.MANIFEST), older, code);
  }

  @ParameterizedTest
  @MethodSource("codes")
  void aSegmentIsNotReadByItsCopy(ErrorCode code) throws IOException {
    SmallStore honest = SmallStore.make();
    assertRefused(with(honest, SmallStore.SEGMENT, code), SmallStore.SEGMENT, code);
  }

  /** A copy is read where the segment is damaged. */
  @ParameterizedTest
  @MethodSource("codes")
  void aCopyOfAnIndexDoesNotMakeItsSegmentLost(ErrorCode code) throws IOException {
    SmallStore honest = SmallStore.make();
    SmallStore store = cut(with(honest, SmallStore.INDEX_COPY, code), SmallStore.SEGMENT);
    assertRefused(store, SmallStore.INDEX_COPY, code);
  }

  @ParameterizedTest
  @MethodSource("codes")
  void aSegmentThatNoManifestNamesIsNotSetAside(ErrorCode code) throws IOException {
    SmallStore honest = SmallStore.make();
    SmallStore store = honest.with(UNNAMED, of(honest.bytes(SmallStore.SEGMENT), code));
    assertRefused(store, UNNAMED, code);
  }

  @ParameterizedTest
  @MethodSource("codes")
  void aLedgerIsNotReplacedByItsCopy(ErrorCode code) throws IOException {
    SmallStore honest = SmallStore.make();
    assertRefused(with(honest, SmallStore.LEDGER, code), SmallStore.LEDGER, code);
    assertRefused(cut(with(honest, LEDGER_COPY, code), SmallStore.LEDGER), LEDGER_COPY, code);
  }

  @ParameterizedTest
  @MethodSource("codes")
  void aJournalFileIsNotGuessedAt(ErrorCode code) throws IOException {
    SmallStore honest = SmallStore.make();
    assertRefused(with(honest, SmallStore.JOURNAL, code), SmallStore.JOURNAL, code);
  }
}
