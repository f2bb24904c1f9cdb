package io.tidemark.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.Direction;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.model.VersionMode;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.testing.QueryContexts;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole store as release 0.1 left it is read for ever, and gone on with: {@code store.zip} holds
 * its folder, {@code store-rows.txt} all that it says.
 *
 * <p>Neither is ever changed. A later format gets a folder of its own, which {@code mvn -pl storage
 * test -Dtest=GoldenStoreTest -Dtidemark.golden.write=true} makes by {@link GoldenStore}.
 */
@Timeout(300)
class GoldenStoreTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/format-1");
  private static final Path ZIP = GOLDEN.resolve("store.zip");
  private static final Path ROWS = GOLDEN.resolve("store-rows.txt");
  private static final int ZIP_BYTES_MAX = 100_000;

  /* The disk writes these anew at each start. */
  private static final List<String> NOT_KEPT = List.of("lock");

  @TempDir Path temporary;

  private Path folder;

  @BeforeAll
  static void make(@TempDir Path made) throws IOException {
    if (Boolean.getBoolean("tidemark.golden.write")) {
      writeGolden(made.resolve("store"));
    }
  }

  @BeforeEach
  void unzip() throws IOException {
    folder = temporary.resolve("store");
    try (InputStream file = Files.newInputStream(ZIP);
        ZipInputStream zip = new ZipInputStream(file)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path path = folder.resolve(entry.getName());
        Files.createDirectories(path.getParent());
        Files.copy(zip, path);
      }
    }
  }

  private static void writeGolden(Path made) throws IOException {
    GoldenStore.write(made);
    Files.createDirectories(GOLDEN);
    try (OutputStream file = Files.newOutputStream(ZIP);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      for (String name : files(made)) {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(LocalDateTime.of(2026, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        Files.copy(made.resolve(name), zip);
        zip.closeEntry();
      }
    }
    Files.write(ROWS, said(made));
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(each -> folder.relativize(each).toString())
          .filter(each -> !NOT_KEPT.contains(each))
          .sorted()
          .toList();
    }
  }

  /** All that a store says: records, then each tag and its rows. */
  private static List<String> said(Path folder) throws IOException {
    List<String> said = new ArrayList<>();
    try (SampleStore store =
        SampleStore.open(
            folder,
            GoldenStore.CONFIG,
            () -> GoldenStore.END_MICROS,
            (kind, payload, principal, micros, sequence) ->
                said.add(
                    "record %d %s \"%s\" %d %s"
                        .formatted(
                            sequence,
                            kind,
                            principal,
                            micros,
                            HexFormat.of().formatHex(payload))))) {
      assertThat(store.damage().entries()).isEmpty();
      assertThat(store.recovery().missing()).isEmpty();
      assertThat(store.recovery().ignoredFrames()).isZero();
      for (TagDefinition tag : store.tags().all()) {
        said.add(text(tag));
        said.addAll(rows(store, tag, Direction.FORWARD));
      }
    }
    return said;
  }

  private static String text(TagDefinition tag) {
    return "tag %d %s \"%s\" %s \"%s\" \"%s\" %s %s..%s %s %s %s version %d by \"%s\" at %d"
        .formatted(
            tag.id(),
            tag.uuid(),
            tag.name(),
            tag.type().label(),
            tag.uom(),
            tag.description(),
            tag.stepped() ? "stepped" : "sloped",
            tag.rangeLow(),
            tag.rangeHigh(),
            tag.states(),
            tag.duplicates().label(),
            tag.forecast() ? "forecast" : "history",
            tag.version(),
            tag.changedBy(),
            tag.changedAtMicros());
  }

  /** Every version: time, type, value, status, flags, write order. */
  private static List<String> rows(SampleStore store, TagDefinition tag, Direction direction) {
    List<String> rows = new ArrayList<>();
    SampleBlock block = new SampleBlock();
    try (ReadView view = store.openReadView()) {
      QueryContext context =
          QueryContexts.permissive(
              view, GoldenStore.END_MICROS * 1_000, ZoneOffset.UTC, VersionMode.ALL);
      try (SampleCursor cursor = view.scan(context, tag.id(), TimeRange.ALL, direction)) {
        for (int count; (count = cursor.next(block)) > 0; ) {
          for (int row = 0; row < count; row++) {
            rows.add(
                "%d %s %s %08x %02x %016x"
                    .formatted(
                        block.sourceTimesNs()[row],
                        block.type().label(),
                        value(block, row),
                        block.statuses()[row],
                        block.flags()[row],
                        block.orders()[row]));
          }
        }
      }
    }
    return rows;
  }

  private static String value(SampleBlock block, int row) {
    return !block.isPresent(row)
        ? "none"
        : switch (block.type()) {
          case FLOAT64, FLOAT32 ->
              HexFormat.of().toHexDigits(Double.doubleToRawLongBits(block.doubles()[row]));
          case STRING -> '"' + block.texts()[row] + '"';
          case INT64, INT32, BOOL, DIGITAL -> HexFormat.of().toHexDigits(block.longs()[row]);
        };
  }

  /**
   * Without what a seal may change: the part of the write order that counts rows of a frame, and
   * rows that repeat the one before.
   */
  private static List<String> lasting(List<String> said) {
    List<String> lasting = new ArrayList<>();
    for (String line : said) {
      String kept = line.matches("[0-9].*") ? line.substring(0, line.lastIndexOf(' ')) : line;
      if (lasting.isEmpty() || !lasting.getLast().equals(kept)) {
        lasting.add(kept);
      }
    }
    return lasting;
  }

  private static void assertSame(List<String> actual, List<String> expected) {
    for (int i = 0; i < Math.min(actual.size(), expected.size()); i++) {
      if (!actual.get(i).equals(expected.get(i))) {
        assertThat(actual.get(i)).as("line %d", i + 1).isEqualTo(expected.get(i));
      }
    }
    assertThat(actual).hasSameSizeAs(expected);
  }

  private static List<Integer> levels(SampleStore store) {
    return store.snapshot().manifest().segments().stream().map(Manifest.Segment::level).toList();
  }

  @Test
  void everyRowTagAndRecordIsRead() throws IOException {
    assertThat(Files.size(ZIP)).isLessThan(ZIP_BYTES_MAX);
    assertThat(StoreFixture.faults(Disk.REAL, folder)).isEmpty();
    assertSame(said(folder), Files.readAllLines(ROWS, UTF_8));
    assertThat(StoreFixture.faults(Disk.REAL, folder)).isEmpty();
  }

  @Test
  void rowsAreReadBackwardToo() throws IOException {
    try (SampleStore store =
        SampleStore.open(
            folder,
            GoldenStore.CONFIG,
            () -> GoldenStore.END_MICROS,
            (kind, payload, principal, micros, sequence) -> {})) {
      for (TagDefinition tag : store.tags().all()) {
        assertThat(rows(store, tag, Direction.BACKWARD).reversed())
            .as(tag.name())
            .isEqualTo(rows(store, tag, Direction.FORWARD));
      }
    }
  }

  /** What a store can consist of is there. */
  @Test
  void theStoreHoldsEveryKindOfFileAndRecord() throws IOException {
    List<String> names = files(folder);
    for (String each :
        List.of(
            "manifest/.*\\.tman",
            "segments/.*\\.tseg",
            "segments/.*\\.tidx",
            "ledger/.*\\.tled",
            "ledger/.*\\.tled-copy",
            "journal/run-.*\\.tjnl",
            "journal/run-.*\\.cq4")) {
      assertThat(names).anyMatch(name -> name.matches(each));
    }
    try (StoreFixture fixture = new StoreFixture(Disk.REAL, folder, GoldenStore.CONFIG)) {
      Manifest manifest = fixture.store().snapshot().manifest();
      assertThat(levels(fixture.store()))
          .contains(Manifest.Segment.MAIN, Manifest.Segment.LATE, Manifest.Segment.PARTITION);
      assertThat(manifest.ledgers()).hasSizeGreaterThan(1);
      assertThat(manifest.requests()).isNotEmpty();
      assertThat(manifest.dropped().rows()).isPositive();
      assertThat(fixture.store().recovery().replayedFrames()).isGreaterThan(3);
      assertThat(fixture.store().recovery().replayedSamples()).isPositive();
      assertThat(fixture.store().recovery().ledgerRecords()).isPositive();
      assertThat(fixture.records())
          .anyMatch(each -> each.contains(" CONTEXT "))
          .anyMatch(each -> each.contains(" CONFIG "));
    }
  }

  @Test
  void writingSealingAndMergingGoOn() throws IOException {
    List<String> expected = Files.readAllLines(ROWS, UTF_8);
    List<Integer> before;
    try (StoreFixture fixture = new StoreFixture(Disk.REAL, folder, GoldenStore.CONFIG)) {
      before = levels(fixture.store());
      GoldenStore.goOn(fixture);
      assertThat(levels(fixture.store()))
          .doesNotContain(Manifest.Segment.LATE)
          .filteredOn(each -> each == Manifest.Segment.PARTITION)
          .hasSizeGreaterThan(
              (int) before.stream().filter(each -> each == Manifest.Segment.PARTITION).count());
      assertThat(fixture.store().damage().entries()).isEmpty();
    }
    assertThat(StoreFixture.faults(Disk.REAL, folder)).isEmpty();
    List<String> actual = said(folder);
    assertThat(actual).filteredOn(GoldenStore::isGoneOn).hasSize(GoldenStore.ROWS_GONE_ON);
    actual.removeIf(GoldenStore::isGoneOn);
    assertSame(lasting(actual), lasting(expected));
  }
}
