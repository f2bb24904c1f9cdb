package io.tidemark.storage;

import static io.tidemark.testing.Mutations.survives;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tidemark.catalog.TagTable;
import io.tidemark.storage.damage.DamageList;
import io.tidemark.storage.io.StoreDirectory;
import io.tidemark.storage.journal.JournalScanner;
import io.tidemark.storage.manifest.LedgerFile;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.manifest.ManifestStore;
import io.tidemark.storage.segment.SegmentReader;
import io.tidemark.testing.Checksums;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Hostile files of every kind, one in a store whose other files are whole: the reader, the dump and
 * the check each refuse it or report its damage, at a price that the file's size bounds.
 *
 * <p>The first byte of an input says whether checksums and lengths are put right, as somebody would
 * who wants to be read. {@code CONTRIBUTING.md} says how to fuzz; what was found and what covers
 * the readers is kept in {@code StoreFilesFuzzTestInputs} and runs here.
 */
class StoreFilesFuzzTest {
  /** Bytes that a reader may allocate for each byte of the file. */
  private static final long PER_BYTE = 64;

  /** Bytes that a dump or a check may allocate, whatever the file: their buffers and reports. */
  private static final long FIXED = 12 << 20;

  private static final SmallStore HONEST = honest();

  private static SmallStore honest() {
    try {
      return SmallStore.make();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @BeforeAll
  static void quiet() {
    ((Logger) LoggerFactory.getLogger("io.tidemark.storage")).setLevel(Level.OFF);
  }

  @AfterAll
  static void loud() {
    ((Logger) LoggerFactory.getLogger("io.tidemark.storage")).setLevel(null);
  }

  private static boolean isRepaired(byte[] input) {
    return input.length > 0 && (input[0] & 1) != 0;
  }

  private static byte[] rest(byte[] input) {
    return Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
  }

  private static Stream<byte[]> seeds(byte[] file) {
    byte[] repaired = new byte[file.length + 1];
    System.arraycopy(file, 0, repaired, 1, file.length);
    byte[] raw = repaired.clone();
    repaired[0] = 1;
    return Stream.of(repaired, raw);
  }

  /** What everybody does with a file who does not have to open the store. */
  private static void lookOn(SmallStore store, Path file, int length) {
    for (String tag : new String[] {null, "0", "4"}) {
      survives(
          "dump, tag=" + tag,
          FIXED + 4 * PER_BYTE * length,
          () -> FileDump.print(store.disk(), file, tag == null ? 0 : 100, tag, line -> {}));
    }
    survives(
        "verify",
        FIXED + 4 * PER_BYTE * length,
        () ->
            StoreVerifier.verify(
                store.disk(),
                SmallStore.FOLDER,
                StoreVerifier.Mode.DEEP,
                payload -> {},
                (name, done, total) -> {}));
  }

  private static StoreDirectory folder(SmallStore store, String name) throws IOException {
    return StoreDirectory.open(store.disk(), SmallStore.FOLDER).subdirectory(name);
  }

  static Stream<byte[]> manifests() throws IOException {
    return seeds(HONEST.bytes(SmallStore.MANIFEST));
  }

  @MethodSource("manifests")
  @FuzzTest
  void manifest(byte[] input) throws IOException {
    byte[] file = rest(input);
    if (isRepaired(input)) {
      Checksums.envelope(file);
    }
    SmallStore store = HONEST.with(SmallStore.MANIFEST, file);
    survives(
        "open",
        PER_BYTE * file.length,
        () -> ManifestStore.open(folder(store, "manifest"), SmallStore.ID));
    lookOn(store, SmallStore.MANIFEST, file.length);
  }

  static Stream<byte[]> ledgers() throws IOException {
    return seeds(HONEST.bytes(SmallStore.LEDGER));
  }

  @MethodSource("ledgers")
  @FuzzTest
  void ledger(byte[] input) throws IOException {
    byte[] file = rest(input);
    if (isRepaired(input)) {
      Checksums.frames(file, 64, file.length - 32, 8);
      Checksums.envelope(file);
    }
    SmallStore store = HONEST.with(SmallStore.LEDGER, file);
    TagTable tags = new TagTable();
    survives(
        "describe",
        PER_BYTE * file.length,
        () ->
            LedgerFile.describe(
                folder(store, "ledger"),
                SmallStore.ID,
                SmallStore.LEDGER_ID,
                frame -> HostileFilesTest.use(frame, tags)));
    survives(
        "read",
        PER_BYTE * file.length,
        () ->
            LedgerFile.read(
                folder(store, "ledger"),
                SmallStore.ID,
                new Manifest.Ledger(SmallStore.LEDGER_ID, 3, file.length),
                new DamageList(() -> 0L),
                frame -> {}));
    lookOn(store, SmallStore.LEDGER, file.length);
  }

  private static void scrub(SmallStore store) throws IOException {
    try (SegmentReader segment =
        SegmentReader.open(
            folder(store, "segments"),
            SmallStore.ID,
            SmallStore.SEGMENT_ID,
            new DamageList(() -> 0L))) {
      segment.scrub();
      segment.frames();
    }
  }

  static Stream<byte[]> segments() throws IOException {
    return seeds(HONEST.bytes(SmallStore.SEGMENT));
  }

  @MethodSource("segments")
  @FuzzTest
  void segment(byte[] input) throws IOException {
    byte[] file = rest(input);
    if (isRepaired(input)) {
      Checksums.segmentIndex(file);
      Checksums.envelope(file);
    }
    SmallStore store = HONEST.with(SmallStore.SEGMENT, file);
    survives("read", FIXED + PER_BYTE * file.length, () -> scrub(store));
    lookOn(store, SmallStore.SEGMENT, file.length);
  }

  static Stream<byte[]> indexCopies() throws IOException {
    return seeds(HONEST.bytes(SmallStore.INDEX_COPY));
  }

  /** The copy is read where the segment is damaged. */
  @MethodSource("indexCopies")
  @FuzzTest
  void indexCopy(byte[] input) throws IOException {
    byte[] file = rest(input);
    if (isRepaired(input)) {
      Checksums.envelope(file);
    }
    byte[] cut = HONEST.bytes(SmallStore.SEGMENT);
    cut = Arrays.copyOf(cut, cut.length / 2);
    SmallStore store = HONEST.with(SmallStore.INDEX_COPY, file).with(SmallStore.SEGMENT, cut);
    survives("read", FIXED + PER_BYTE * file.length, () -> scrub(store));
    lookOn(store, SmallStore.INDEX_COPY, file.length);
  }

  /** Inputs leave out the zeros of the first page: header, epoch, two marks, frames. */
  private static final int JOURNAL_HEADER = 76;

  private static final int MARK = 28;
  private static final int FIRST_FRAME = 4096;

  static Stream<byte[]> journals() throws IOException {
    byte[] file = HONEST.bytes(SmallStore.JOURNAL);
    int frames = file.length - FIRST_FRAME;
    byte[] packed = new byte[JOURNAL_HEADER + 2 * MARK + frames];
    System.arraycopy(file, 0, packed, 0, JOURNAL_HEADER);
    System.arraycopy(file, 512, packed, JOURNAL_HEADER, MARK);
    System.arraycopy(file, 1024, packed, JOURNAL_HEADER + MARK, MARK);
    System.arraycopy(file, FIRST_FRAME, packed, JOURNAL_HEADER + 2 * MARK, frames);
    return seeds(packed);
  }

  private static byte[] unpacked(byte[] packed) {
    int frames = packed.length - JOURNAL_HEADER - 2 * MARK;
    if (frames < 0) {
      return packed; // shorter than a first page
    }
    byte[] file = new byte[FIRST_FRAME + frames];
    System.arraycopy(packed, 0, file, 0, JOURNAL_HEADER);
    System.arraycopy(packed, JOURNAL_HEADER, file, 512, MARK);
    System.arraycopy(packed, JOURNAL_HEADER + MARK, file, 1024, MARK);
    System.arraycopy(packed, JOURNAL_HEADER + 2 * MARK, file, FIRST_FRAME, frames);
    return file;
  }

  @MethodSource("journals")
  @FuzzTest
  void journal(byte[] input) throws IOException {
    byte[] file = unpacked(rest(input));
    if (isRepaired(input)) {
      Checksums.journalPage(file);
      Checksums.frames(file, FIRST_FRAME, file.length, 8);
    }
    SmallStore store = HONEST.with(SmallStore.JOURNAL, file);
    scan(store, file.length);
    lookOn(store, SmallStore.JOURNAL, file.length);
  }

  private static void scan(SmallStore store, int length) {
    TagTable tags = new TagTable();
    survives(
        "scan",
        PER_BYTE * length,
        () ->
            JournalScanner.scan(
                store.disk(),
                SmallStore.FOLDER.resolve("journal"),
                SmallStore.ID,
                20,
                frame -> HostileFilesTest.use(frame, tags)));
  }

  static Stream<byte[]> chronicles() {
    return seeds(SmallStore.chronicleFile());
  }

  @MethodSource("chronicles")
  @FuzzTest
  void chronicle(byte[] input) throws IOException {
    byte[] file = rest(input);
    if (isRepaired(input)) {
      Checksums.frames(file, 0, file.length, 4);
    }
    SmallStore store = HONEST.with(SmallStore.CHRONICLE, file);
    scan(store, file.length);
    lookOn(store, SmallStore.CHRONICLE, file.length);
  }
}
