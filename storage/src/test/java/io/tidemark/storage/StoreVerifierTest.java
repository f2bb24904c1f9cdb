package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.catalog.CatalogRecord;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.storage.StoreVerifier.Mode;
import io.tidemark.storage.StoreVerifier.Report;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.EnvelopeCheck;
import io.tidemark.storage.io.FileBytes;
import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.storage.io.Finding;
import io.tidemark.storage.io.Finding.Severity;
import io.tidemark.storage.segment.ChunkIndex;
import io.tidemark.storage.segment.SegmentInspector;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.OracleStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of damage is found and named; a whole store, also one at work, is not blamed. */
class StoreVerifierTest {
  private static final Path FOLDER = Path.of("/store");
  private static final long START = 1_700_000_000_000_000_000L;
  private static final String SEGMENT_1 = "segments/000000000001.tseg";
  private static final String LEDGER_1 = "ledger/000000000002.tled";
  private static final String SEGMENT_2 = "segments/000000000003.tseg";
  private static final StoreConfig CONFIG =
      new StoreConfig(8 << 20, 3_600_000_000L, 1, 0, StoreConfig.JournalKind.FILE, false);

  private final FaultDisk disk = new FaultDisk();

  private static SampleStore open(Disk disk, Path folder) throws IOException {
    AtomicLong clock = new AtomicLong(1_000_000);
    return SampleStore.open(
        disk,
        folder,
        CONFIG,
        clock::incrementAndGet,
        (kind, payload, principal, time, sequence) -> {});
  }

  private static void append(SampleStore store, ByteBuffer frame) throws IOException {
    store.writer().append(frame, 0, frame.remaining());
  }

  private static void seal(SampleStore store) {
    store.writer().requestSeal();
    store.writer().rotateIfDue();
    store.manifestAgent().doWork();
  }

  private static TagDefinition define(SampleStore store, OracleStore tags, String name)
      throws IOException {
    TagDefinition tag =
        tags.define(name, name.startsWith("S") ? SampleType.STRING : SampleType.FLOAT64, false, "");
    append(store, SampleFrameBuilder.encodeRecord(RecordKind.TAG, 0, CatalogRecord.encodeTag(tag)));
    store.tags().apply(tag);
    return tag;
  }

  /**
   * Two seals of 3 000 rows of three tags, each with records, then ten frames in the journal: 216
   * frames, of which 1 to 104 were sealed first, 105 to 205 second.
   */
  static void fill(Disk disk, Path folder, long salt) throws IOException {
    SampleFrameBuilder builder = new SampleFrameBuilder();
    OracleStore tags = new OracleStore();
    try (SampleStore store = open(disk, folder)) {
      TagDefinition a = define(store, tags, "A");
      TagDefinition b = define(store, tags, "B");
      TagDefinition s = define(store, tags, "S");
      context(store, "first");
      for (int frame = 0; frame < 210; frame++) {
        for (int row = 0; row < 30; row++) {
          long time = START + (frame * 30L + row) * 1_000_000_000L;
          builder.addDouble(a.id(), time, (frame * 7 + row + salt) % 100 / 10.0, 0);
          builder.addDouble(b.id(), time, Math.sin(frame + row + salt), 0);
          builder.addText(s.id(), time, "text " + (frame + salt) % 3, 0);
        }
        append(store, builder.encode(0));
        store.writer().force();
        if (frame == 99 || frame == 199) {
          seal(store);
          context(store, "after " + frame);
        }
      }
    }
  }

  private static void context(SampleStore store, String text) throws IOException {
    append(
        store,
        SampleFrameBuilder.encodeRecord(
            RecordKind.CONTEXT, 0, text.getBytes(StandardCharsets.UTF_8)));
  }

  private Report verify(Mode mode) throws IOException {
    return verify(disk, FOLDER, mode);
  }

  private static Report verify(Disk disk, Path folder, Mode mode) throws IOException {
    return StoreVerifier.verify(
        disk,
        folder,
        mode,
        payload -> {
          if (payload.length == 0) {
            throw new IllegalArgumentException("empty");
          }
        },
        (file, done, total) -> assertThat(done).isBetween(0L, total));
  }

  private byte[] bytes(String file) throws IOException {
    return disk.bytes(FOLDER.resolve(file));
  }

  private void copy(Disk from, String source, String target) throws IOException {
    byte[] bytes = ((FaultDisk) from).bytes(FOLDER.resolve(source)).clone();
    try (Disk.DiskFile file = disk.create(FOLDER.resolve(target))) {
      file.write(ByteBuffer.wrap(bytes), 0);
    }
  }

  private static int indexOf(byte[] bytes, String letters, int from) {
    byte[] wanted = letters.getBytes(StandardCharsets.US_ASCII);
    for (int i = from; i < bytes.length - wanted.length; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    throw new AssertionError("not found: " + letters);
  }

  /** Offset of the n-th frame of a journal file, counted from 0. */
  private static int frameAt(byte[] journal, int n) {
    int at = 4095;
    for (int i = 0; i <= n; i++) {
      at = indexOf(journal, "TFRM", at + 1);
    }
    return at;
  }

  private static String journal(int run, int file) {
    return String.format("journal/run-%08d/%08d.tjnl", run, file);
  }

  private static Finding only(Report report, Severity severity, String file, String what) {
    List<Finding> found =
        report.findings().stream()
            .filter(each -> each.severity() == severity && each.file().equals(file))
            .filter(each -> each.what().contains(what))
            .toList();
    assertThat(found).as("%s %s %s in %s", severity, file, what, report.findings()).isNotEmpty();
    return found.getFirst();
  }

  private static void assertClean(Report report) {
    assertThat(report.findings())
        .as(report.mode().name())
        .filteredOn(each -> each.severity() != Severity.INFORMATION)
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aWholeStoreIsNotBlamed(Mode mode) throws IOException {
    fill(disk, FOLDER, 0);
    FaultDisk before = disk.afterKill();
    Report report = verify(mode);
    assertThat(report.findings()).isEmpty();
    assertThat(report.generation()).isEqualTo(2);
    assertThat(report.counts().files()).isEqualTo(3 + 2 * 2 + 2 * 2 + 1);
    if (mode != Mode.QUICK) {
      assertThat(report.counts().samples()).isEqualTo(210 * 90);
      assertThat(report.counts().blocks()).isEqualTo(2 * 3 * 3);
      assertThat(report.counts().records()).isEqualTo(5);
    }
    assertThat(disk.files()).isEqualTo(before.files());
    for (Path file : disk.files()) {
      assertThat(disk.bytes(file)).as("%s", file).isEqualTo(before.bytes(file));
    }
  }

  @Test
  void aFlippedBitInABlockCostsThatBlockAndNoOther() throws IOException {
    fill(disk, FOLDER, 0);
    bytes(SEGMENT_1)[100] ^= 4;
    assertClean(verify(Mode.QUICK));
    for (Mode mode : List.of(Mode.FULL, Mode.DEEP)) {
      Report report = verify(mode);
      Finding block = only(report, Severity.DAMAGE, SEGMENT_1, "checksum of a block differs");
      assertThat(block.tag()).isEqualTo("A");
      assertThat(block.block()).isZero();
      assertThat(block.offset()).isEqualTo(64);
      assertThat(block.firstTimeNs()).isEqualTo(START);
      assertThat(block.lastTimeNs()).isEqualTo(START + 1023 * 1_000_000_000L);
      assertThat(block.lost()).isEqualTo("1024 samples of the tag in this time");
      only(report, Severity.DAMAGE, SEGMENT_1, "checksum of the file differs");
      assertThat(report.count(Severity.DAMAGE)).isEqualTo(2);
    }
  }

  @Test
  void everyFlippedBitOfSealedFilesIsFound() throws IOException {
    fill(disk, FOLDER, 0);
    for (String file :
        List.of(SEGMENT_1, LEDGER_1, "manifest/manifest-000000000002.tman", SEGMENT_2)) {
      byte[] bytes = bytes(file);
      for (int at = 0; at < bytes.length; at += bytes.length < 2000 ? 1 : 97) {
        bytes[at] ^= (byte) (1 << at % 8);
        Report report = verify(Mode.FULL);
        assertThat(report.findings())
            .as("%s offset %d", file, at)
            .anyMatch(each -> each.severity() == Severity.DAMAGE && each.file().equals(file));
        bytes[at] ^= (byte) (1 << at % 8);
      }
    }
    assertClean(verify(Mode.DEEP));
  }

  @Test
  void everyTruncationOfSealedFilesIsFoundAtOnce() throws IOException {
    fill(disk, FOLDER, 0);
    for (String file : List.of(SEGMENT_2, LEDGER_1, "manifest/manifest-000000000002.tman")) {
      byte[] whole = bytes(file).clone();
      for (int length : new int[] {0, 10, 63, 64, 80, 96, whole.length / 2, whole.length - 1}) {
        FaultDisk cut = disk.afterKill();
        cut.truncate(FOLDER.resolve(file), length);
        for (Mode mode : Mode.values()) {
          assertThat(verify(cut, FOLDER, mode).findings())
              .as("%s length %d", file, length)
              .anyMatch(each -> each.severity() == Severity.DAMAGE && each.file().equals(file));
        }
      }
    }
  }

  @Test
  void aMissingSegmentIsNamedWithItsTimesInEveryMode() throws IOException {
    fill(disk, FOLDER, 0);
    disk.delete(FOLDER.resolve(SEGMENT_2));
    for (Mode mode : Mode.values()) {
      Finding missing = only(verify(mode), Severity.DAMAGE, SEGMENT_2, "file is missing");
      assertThat(missing.firstTimeNs()).isEqualTo(START + 3000 * 1_000_000_000L);
      assertThat(missing.lost()).contains("all 9000 samples");
    }
  }

  @Test
  void aLedgerThatIsMissingOnceIsNamedAndTakesNothing() throws IOException {
    fill(disk, FOLDER, 0);
    for (String name : List.of(LEDGER_1, LEDGER_1 + "-copy")) {
      byte[] whole = bytes(name).clone();
      disk.delete(FOLDER.resolve(name));
      Finding missing = only(verify(Mode.DEEP), Severity.DAMAGE, name, "file is missing");
      assertThat(missing.lost()).startsWith("nothing while");
      try (Disk.DiskFile file = disk.create(FOLDER.resolve(name))) {
        file.write(ByteBuffer.wrap(whole), 0);
      }
    }
    assertThat(verify(Mode.DEEP).findings()).isEmpty();
  }

  @Test
  void aMissingLedgerTakesTheNamesOfTags() throws IOException {
    fill(disk, FOLDER, 0);
    disk.delete(FOLDER.resolve(LEDGER_1));
    disk.delete(FOLDER.resolve(LEDGER_1 + "-copy"));
    Report report = verify(Mode.DEEP);
    only(report, Severity.DAMAGE, LEDGER_1, "file is missing");
    Finding tags = only(report, Severity.DAMAGE, SEGMENT_1, "tags are not defined");
    assertThat(tags.found()).contains("3 tags");
  }

  @Test
  void swappedSegmentsAreNamedBoth() throws IOException {
    fill(disk, FOLDER, 0);
    byte[] first = bytes(SEGMENT_1).clone();
    copy(disk, SEGMENT_2, SEGMENT_1);
    try (Disk.DiskFile file = disk.create(FOLDER.resolve(SEGMENT_2))) {
      file.write(ByteBuffer.wrap(first), 0);
    }
    Report report = verify(Mode.QUICK);
    only(report, Severity.DAMAGE, SEGMENT_1, "another one than its name says");
    only(report, Severity.DAMAGE, SEGMENT_2, "another one than its name says");
  }

  @Test
  void filesThatNobodyNamesAreListed() throws IOException {
    fill(disk, FOLDER, 0);
    copy(disk, SEGMENT_1, "segments/000000000005.tseg");
    copy(disk, SEGMENT_1, "segments/copy of 1.tseg");
    copy(disk, SEGMENT_1, "segments/000000000001.tseg.tmp");
    Report report = verify(Mode.QUICK);
    assertClean(report);
    only(report, Severity.INFORMATION, "segments/000000000005.tseg", "of a seal under way");
    only(report, Severity.INFORMATION, "segments/copy of 1.tseg", "not part of the store");
    only(report, Severity.INFORMATION, "segments/000000000001.tseg.tmp", "being written");
  }

  @Test
  void anotherStoresFilesAreNamed() throws IOException {
    fill(disk, FOLDER, 0);
    FaultDisk other = new FaultDisk();
    fill(other, FOLDER, 0);
    copy(other, SEGMENT_1, SEGMENT_1);
    copy(other, LEDGER_1, LEDGER_1);
    String open = journal(1, lastFile());
    copy(other, open, open);
    Report report = verify(Mode.FULL);
    only(report, Severity.DAMAGE, SEGMENT_1, "belongs to another store");
    only(report, Severity.DAMAGE, LEDGER_1, "belongs to another store");
    Finding foreign = only(report, Severity.DAMAGE, open, "belongs to another store");
    assertThat(foreign.lost()).contains("recovery leaves them alone");
  }

  /** Number of the newest journal file of the first run. */
  private int lastFile() throws IOException {
    String name = disk.list(FOLDER.resolve("journal/run-00000001")).getLast();
    return Integer.parseInt(name.substring(0, 8));
  }

  @Test
  void aNewerFormatIsCalledSo() throws IOException {
    fill(disk, FOLDER, 0);
    for (String file : List.of(SEGMENT_1, LEDGER_1, journal(1, lastFile()))) {
      ByteBuffer bytes = ByteBuffer.wrap(bytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      bytes.putShort(6, (short) 3).putInt(60, FileEnvelope.crc(bytes, 0, 60));
      Finding newer = only(verify(Mode.FULL), Severity.DAMAGE, file, "needs a newer version");
      assertThat(newer.found()).isEqualTo("readerVersionMin=3");
    }
  }

  @Test
  void anOlderFormatIsCalledSo() throws IOException {
    fill(disk, FOLDER, 0);
    String manifest = "manifest/" + disk.list(FOLDER.resolve("manifest")).getFirst();
    for (String file :
        List.of(
            manifest,
            SEGMENT_1,
            SEGMENT_1.replace(".tseg", ".tidx"),
            LEDGER_1,
            LEDGER_1 + "-copy",
            journal(1, lastFile()))) {
      ByteBuffer bytes = ByteBuffer.wrap(bytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      bytes.putShort(4, (short) 0).putShort(6, (short) 0);
      bytes.putInt(60, FileEnvelope.crc(bytes, 0, 60));
      Finding older = only(verify(Mode.QUICK), Severity.DAMAGE, file, "is not read any more");
      assertThat(older.expected()).isEqualTo("formatVersion>=1");
      assertThat(older.found()).isEqualTo("formatVersion=0");
      // The checksum comes first: nobody looks for an old build because of a flipped bit.
      bytes.put(60, (byte) ~bytes.get(60));
      only(verify(Mode.QUICK), Severity.DAMAGE, file, "checksum of the header differs");
      bytes.put(60, (byte) ~bytes.get(60));
    }
    assertThat(only(verify(Mode.FULL), Severity.DAMAGE, journal(1, lastFile()), "any more").lost())
        .contains("recovery leaves them alone");
  }

  @Test
  void zeroedPagesAreNamedByWhatLayThere() throws IOException {
    fill(disk, FOLDER, 0);
    byte[] segment = bytes(SEGMENT_1);
    long blocksEnd =
        ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN).getLong(segment.length - 16);
    assertThat(blocksEnd).isGreaterThan(2_048);
    Arrays.fill(segment, 512, 2_048, (byte) 0);
    byte[] journal = bytes(journal(1, lastFile()));
    int third = frameAt(journal, 208);
    Arrays.fill(journal, third - 100, third + 3996, (byte) 0);
    Report report = verify(Mode.FULL);
    assertThat(report.findings())
        .filteredOn(each -> each.what().contains("checksum of a block"))
        .allMatch(each -> each.offset() != null && each.offset() < 2_048)
        .isNotEmpty();
    Finding frames = only(report, Severity.DAMAGE, journal(1, lastFile()), "frames are missing");
    assertThat(frames.expected()).startsWith("sequences 208");
    assertThat(frames.lost()).contains("which were acknowledged");
  }

  @Test
  void aBlockOfAnotherFileWithARightChecksumIsFound() throws IOException {
    fill(disk, FOLDER, 0);
    FaultDisk other = new FaultDisk();
    fill(other, FOLDER, 1);
    byte[] mine = bytes(SEGMENT_1);
    byte[] theirs = other.bytes(FOLDER.resolve(SEGMENT_1));
    // The first block of A; what the index says of it is its own.
    List<ChunkIndex.Block> first = new ArrayList<>();
    try (FileBytes file = FileBytes.open(disk, FOLDER.resolve(SEGMENT_1), SEGMENT_1, count -> {})) {
      new SegmentInspector(
              file,
              new EnvelopeCheck.Claim(SegmentInspector.MAGIC, null, -1, -1, ""),
              finding -> {})
          .index(chunk -> first.add(chunk.block(0)), (sequence, time, producer) -> {});
    }
    int offset = (int) first.getFirst().offset();
    int length = first.getFirst().length();
    System.arraycopy(theirs, offset, mine, offset, length);
    Report report = verify(Mode.FULL);
    only(report, Severity.DAMAGE, SEGMENT_1, "checksum of the file differs");
    Finding block = only(report, Severity.DAMAGE, SEGMENT_1, "checksum of a block differs");
    assertThat(block.tag()).isEqualTo("A");
  }

  @Test
  void aCopyOfAnIndexIsChecked() throws IOException {
    fill(disk, FOLDER, 0);
    String copy = SEGMENT_1.replace(".tseg", ".tidx");
    bytes(copy)[100] ^= 1;
    assertClean(verify(Mode.QUICK));
    only(verify(Mode.FULL), Severity.DAMAGE, copy, "checksum of the file differs");
    bytes(copy)[30] ^= 1;
    only(verify(Mode.QUICK), Severity.DAMAGE, copy, "checksum of the header differs");
    disk.delete(FOLDER.resolve(copy));
    only(verify(Mode.QUICK), Severity.WARNING, copy, "copy of the index is missing");
  }

  @Test
  void anOldManifestInPlaceOfTheNewestIsFound() throws IOException {
    fill(disk, FOLDER, 0);
    // What a restored backup of the manifest alone looks like, with the journal trimmed meanwhile.
    try (SampleStore store = open(disk, FOLDER)) {
      seal(store);
    }
    disk.delete(FOLDER.resolve("manifest/manifest-000000000003.tman"));
    disk.delete(FOLDER.resolve("manifest/manifest-000000000002.tman"));
    Report report = verify(Mode.FULL);
    only(report, Severity.DAMAGE, "segments/000000000005.tseg", "an older one is in place");
    only(report, Severity.DAMAGE, "journal", "frames are missing that were forced");
    assertThat(verify(Mode.QUICK).count(Severity.DAMAGE)).isPositive();
  }

  @Test
  void withoutAnyManifestTheOtherFilesAreCheckedAllTheSame() throws IOException {
    fill(disk, FOLDER, 0);
    for (String name : disk.list(FOLDER.resolve("manifest"))) {
      bytes("manifest/" + name)[3] ^= 1;
    }
    bytes(SEGMENT_1)[100] ^= 1;
    Report report = verify(Mode.FULL);
    only(report, Severity.DAMAGE, "manifest", "no manifest that can be read");
    only(report, Severity.DAMAGE, SEGMENT_1, "checksum of a block differs");
    assertThat(report.generation()).isEqualTo(-1);
    assertThat(report.storeId()).isNotNull();
  }

  @Test
  void aDamagedFrameBelowTheForcedMarkIsDamageAndATornTailIsNot() throws IOException {
    fill(disk, FOLDER, 0);
    String file = journal(1, lastFile());
    FaultDisk torn = disk.afterKill();
    byte[] journal = bytes(file);
    journal[frameAt(journal, 207) + 90] ^= 1;
    Finding missing = only(verify(Mode.FULL), Severity.DAMAGE, file, "frames are missing");
    assertThat(missing.lost()).startsWith("1 frame and");
    assertThat(missing.offset()).isEqualTo(frameAt(journal, 207));

    byte[] tail = torn.bytes(FOLDER.resolve(file));
    int end = frameAt(tail, 215) + 4000;
    Arrays.fill(tail, end, end + 40, (byte) 0x55);
    Report report = verify(torn, FOLDER, Mode.DEEP);
    assertClean(report);
    only(report, Severity.INFORMATION, file, "torn tail");
  }

  @Test
  void aDamagedFrameThatIsSealedAlreadyIsAWarning() throws IOException {
    fill(disk, FOLDER, 0);
    String file = journal(1, lastFile());
    byte[] journal = bytes(file);
    journal[frameAt(journal, 20) + 90] ^= 1;
    Report report = verify(Mode.FULL);
    assertThat(report.count(Severity.DAMAGE)).isZero();
    Finding sealed = only(report, Severity.WARNING, file, "whose content is sealed");
    assertThat(sealed.lost()).startsWith("nothing");
  }

  @Test
  void aCutOrMissingJournalFileIsFound() throws IOException {
    fill(disk, FOLDER, 0);
    FaultDisk gone = disk.afterKill();
    String file = journal(1, lastFile());
    byte[] journal = bytes(file);
    disk.truncate(FOLDER.resolve(file), frameAt(journal, 208) + 10);
    only(verify(Mode.FULL), Severity.DAMAGE, file, "frames are missing");

    try (SampleStore store = open(gone, FOLDER)) {
      context(store, "in a second run");
    }
    gone.delete(FOLDER.resolve(file));
    Report report = verify(gone, FOLDER, Mode.FULL);
    Finding missing = only(report, Severity.DAMAGE, "journal", "frames are missing");
    assertThat(missing.found()).isEqualTo("no file that could hold them");
  }

  @Test
  void damagedMarksAndHeadersOfTheJournalAreFound() throws IOException {
    fill(disk, FOLDER, 0);
    String file = journal(1, lastFile());
    byte[] journal = bytes(file);
    for (int at : new int[] {0, 5, 10, 30, 62, 66, 73}) {
      journal[at] ^= 1;
      assertThat(verify(Mode.QUICK).findings())
          .as("offset %d", at)
          .anyMatch(each -> each.severity() == Severity.DAMAGE && each.file().equals(file));
      journal[at] ^= 1;
    }
    for (int at : new int[] {100, 513, 530, 539, 1030, 1045, 3000}) {
      journal[at] ^= 1;
      assertThat(verify(Mode.QUICK).findings())
          .as("offset %d", at)
          .anyMatch(each -> each.severity() == Severity.WARNING && each.file().equals(file));
      journal[at] ^= 1;
    }
  }

  @Test
  void recordsThatCannotBeDecodedAreFoundInDeepMode() throws IOException {
    try (SampleStore store = open(disk, FOLDER)) {
      append(store, SampleFrameBuilder.encodeRecord(RecordKind.TAG, 0, new byte[] {0, 1, 2}));
      append(store, SampleFrameBuilder.encodeRecord(RecordKind.CONTEXT, 0, new byte[0]));
      SampleFrameBuilder builder = new SampleFrameBuilder();
      builder.addDouble(77, START, 1, 0);
      append(store, builder.encode(0));
    }
    Report report = verify(Mode.DEEP);
    assertThat(report.findings())
        .extracting(Finding::what)
        .containsExactlyInAnyOrder(
            "record cannot be decoded",
            "record cannot be decoded",
            "tag is not defined before its samples");
  }

  @Test
  void samplesInTwoSegmentsAreFoundInDeepMode() throws IOException {
    fill(disk, FOLDER, 0);
    // A seal whose manifest was lost, then sealed again from the same journal: both files named.
    ByteBuffer manifest =
        ByteBuffer.wrap(bytes("manifest/manifest-000000000002.tman"))
            .order(ByteOrder.LITTLE_ENDIAN);
    byte[] copy = bytes(SEGMENT_1).clone();
    ByteBuffer header = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(24, 3).putInt(60, FileEnvelope.crc(header, 0, 60));
    int end = copy.length - 32;
    header.putInt(end + 24, FileEnvelope.crc(header, 0, end));
    header.putInt(end + 28, FileEnvelope.crc(header, end, 28));
    try (Disk.DiskFile file = disk.create(FOLDER.resolve(SEGMENT_2))) {
      file.write(ByteBuffer.wrap(copy), 0);
    }
    // The manifest's second segment takes the bounds of the first one.
    int first = segmentField(manifest, 0);
    int second = segmentField(manifest, 1);
    for (int i = 8; i < 60; i++) {
      manifest.put(second + i, manifest.get(first + i));
    }
    int footer = manifest.limit() - 32;
    manifest.putInt(footer + 24, FileEnvelope.crc(manifest, 0, footer));
    manifest.putInt(footer + 28, FileEnvelope.crc(manifest, footer, 28));
    Report report = verify(Mode.DEEP);
    Finding twice = only(report, Severity.DAMAGE, SEGMENT_2, "samples are in two segments");
    assertThat(twice.found()).startsWith("3000 samples are in " + SEGMENT_1);
    assertThat(report.count(Severity.DAMAGE)).isEqualTo(3);
  }

  /** Offset of the data of the n-th segment field. */
  private static int segmentField(ByteBuffer manifest, int n) {
    int at = 64;
    for (int seen = 0; ; at += 8 + manifest.getInt(at + 4)) {
      if (manifest.getShort(at) == 3 && seen++ == n) {
        return at + 8;
      }
    }
  }

  @Test
  void hostileLengthsAndCountsAreFindingsAndTakeNoMemory() throws IOException {
    fill(disk, FOLDER, 0);
    byte[] segment = bytes(SEGMENT_1);
    byte[] whole = segment.clone();
    ByteBuffer bytes = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
    int end = segment.length - 32;
    int directory = end - 8 - bytes.getInt(end - 8);
    int index = directory + 16;
    int tags = index + 20 + bytes.getInt(index + 16);
    for (int[] change :
        new int[][] {
          {index + 4, -1},
          {index + 8, Integer.MAX_VALUE},
          {index + 8, -1},
          {index + 16, -1},
          {index + 16, Integer.MAX_VALUE},
          {tags, Integer.MAX_VALUE},
          {tags, -5},
          {tags + 4, 9999},
          {tags + 8, 99},
          {tags + 12, Integer.MAX_VALUE},
          {tags + 16, -1},
          {tags + 16, Integer.MAX_VALUE},
          {tags + 24, -1},
          {tags + 28, -1},
          {tags + 40, -1},
          {tags + 48, -1},
          {tags + 60, -1},
          {tags + 76, -1},
          {tags + 80, 5}
        }) {
      bytes.putInt(change[0], change[1]);
      bytes.putInt(end - 4, FileEnvelope.crc(bytes, directory, end - 8 - directory));
      bytes.putInt(end + 24, FileEnvelope.crc(bytes, 0, end));
      bytes.putInt(end + 28, FileEnvelope.crc(bytes, end, 28));
      for (Mode mode : Mode.values()) {
        Report report = verify(mode);
        assertThat(report.findings())
            .as("%s at %d", mode, change[0] - tags)
            .anyMatch(each -> each.severity() == Severity.DAMAGE && each.file().equals(SEGMENT_1));
      }
      System.arraycopy(whole, 0, segment, 0, whole.length);
    }
  }

  @Test
  void aFolderThatIsNoStoreIsRefused(@TempDir Path folder) {
    assertThatThrownBy(() -> verify(Disk.REAL, folder, Mode.QUICK))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no store");
    assertThatThrownBy(() -> verify(Disk.REAL, folder.resolve("gone"), Mode.QUICK))
        .isInstanceOf(IOException.class);
  }

  /** Appends, forces, seals and trims as fast as it can while the store is checked beside it. */
  @Test
  void aStoreAtWorkIsNotBlamed(@TempDir Path folder) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    int seals = 0;
    try (SampleStore store = open(Disk.REAL, folder)) {
      TagDefinition tag = define(store, new OracleStore(), "A");
      store.writer().force();
      threads.add(
          new Thread(
              () -> {
                SampleFrameBuilder builder = new SampleFrameBuilder();
                long time = START;
                try {
                  for (long frame = 0; !stop.get(); frame++) {
                    for (int row = 0; row < 50 + frame % 2000; row++) {
                      builder.addDouble(tag.id(), time++, Math.sin(time), 0);
                    }
                    if (store.writer().canAppend()) {
                      append(store, builder.encode(0));
                    } else {
                      builder.clear();
                    }
                    if (frame % 150 == 149) {
                      store.writer().requestSeal();
                      context(store, "frame " + frame);
                    }
                  }
                } catch (Throwable e) {
                  failure.set(e);
                }
              }));
      threads.add(
          new Thread(
              () -> {
                try {
                  while (!stop.get()) {
                    store.writer().force();
                    Thread.sleep(1);
                  }
                } catch (Throwable e) {
                  failure.set(e);
                }
              }));
      threads.add(
          new Thread(
              () -> {
                try {
                  while (!stop.get()) {
                    store.manifestAgent().doWork();
                    Thread.sleep(1);
                  }
                } catch (Throwable e) {
                  failure.set(e);
                }
              }));
      threads.forEach(Thread::start);
      try {
        long until = System.nanoTime() + 6_000_000_000L;
        for (int round = 0; System.nanoTime() < until; round++) {
          assertClean(verify(Disk.REAL, folder, Mode.values()[round % 3]));
        }
        seals = store.sizes().segments();
      } finally {
        stop.set(true);
        for (Thread thread : threads) {
          thread.join();
        }
      }
    }
    assertThat(failure.get()).isNull();
    assertThat(seals).isGreaterThan(5);
    Report after = verify(Disk.REAL, folder, Mode.DEEP);
    assertThat(after.findings()).isEmpty();
  }

  /** Only a manifest that came meanwhile is a reason to read manifests and journal once more. */
  @Test
  void aNewestManifestThatIsDamagedIsNoReasonToReadAllAgain() throws IOException {
    SmallStore whole = SmallStore.make();
    byte[] manifest = whole.bytes(SmallStore.MANIFEST);
    manifest[70] ^= 1;
    SmallStore damaged = whole.with(SmallStore.MANIFEST, manifest);
    assertThat(verify(damaged.disk(), SmallStore.FOLDER, Mode.FULL).findings()).isNotEmpty();
    long operations = damaged.disk().operations();
    SmallStore again = whole.with(SmallStore.MANIFEST, whole.bytes(SmallStore.MANIFEST));
    verify(again.disk(), SmallStore.FOLDER, Mode.FULL);
    assertThat(operations).isLessThan(2 * again.disk().operations());
  }
}
