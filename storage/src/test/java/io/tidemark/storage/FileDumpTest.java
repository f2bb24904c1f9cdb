package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.storage.io.Disk;
import io.tidemark.testing.FaultDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every file of a store prints, whole and damaged. */
class FileDumpTest {
  private static final Path FOLDER = Path.of("/store");
  private static final String MANIFEST = "manifest/manifest-000000000002.tman";
  private static final String SEGMENT = "segments/000000000001.tseg";
  private static final String LEDGER = "ledger/000000000002.tled";
  private static final String JOURNAL = "journal/run-00000001/00000001.tjnl";

  private final FaultDisk disk = new FaultDisk();
  private final List<String> lines = new ArrayList<>();

  @BeforeEach
  void fill() throws IOException {
    StoreVerifierTest.fill(disk, FOLDER, 0);
  }

  private boolean dump(String file, long limit, @Nullable String tag) throws IOException {
    lines.clear();
    return FileDump.print(disk, FOLDER.resolve(file), limit, tag, lines::add);
  }

  private byte[] bytes(String file) throws IOException {
    return disk.bytes(FOLDER.resolve(file));
  }

  private List<String> marked() {
    return lines.stream().filter(line -> line.startsWith("!!")).toList();
  }

  private long count(String start) {
    return lines.stream().filter(line -> line.startsWith(start)).count();
  }

  @Test
  void aManifestShowsItsFields() throws IOException {
    assertThat(dump(MANIFEST, 0, null)).isTrue();
    assertThat(lines).anyMatch(line -> line.contains("state: generation=2, "));
    assertThat(lines).anyMatch(line -> line.contains("segment: id=3, level=0, rows=9000, "));
    assertThat(lines).anyMatch(line -> line.contains("ledger: id=4, records=1, "));
    bytes(MANIFEST)[82] ^= 1;
    assertThat(dump(MANIFEST, 0, null)).isFalse();
    assertThat(marked()).anyMatch(line -> line.contains("checksum of the file differs"));
    assertThat(lines).anyMatch(line -> line.contains("segment: id=3"));
  }

  @Test
  void aSegmentShowsChunksBlocksAndTheRowsOfATag() throws IOException {
    assertThat(dump(SEGMENT, 0, null)).isTrue();
    assertThat(count("chunk: ")).isEqualTo(3);
    assertThat(count("  block ")).isEqualTo(9);
    assertThat(count("frame: ")).isEqualTo(100);
    assertThat(lines).anyMatch(line -> line.startsWith("chunk: tag=0 (A), type=float64, blocks=3"));
    assertThat(dump(SEGMENT, 0, "S")).isTrue();
    assertThat(count("    row: ")).isEqualTo(3000);
    assertThat(lines).anyMatch(line -> line.contains("type=string, value=\"text 2\", status=Good"));
    assertThat(dump(SEGMENT, 5, null)).isTrue();
    assertThat(lines.getLast()).startsWith("... 107 more are not shown");
  }

  @Test
  void aDamagedBlockIsMarkedAndThoseBehindItAreShown() throws IOException {
    bytes(SEGMENT)[100] ^= 1;
    assertThat(dump(SEGMENT, 0, "0")).isFalse();
    assertThat(marked()).anyMatch(line -> line.contains("block=0, tag=0 (A)"));
    assertThat(count("    row: ")).isEqualTo(3000 - 1024);
  }

  @Test
  void aLedgerShowsRecordsAlsoBehindADamagedOne() throws IOException {
    assertThat(dump(LEDGER, 0, null)).isTrue();
    assertThat(count("frame: ")).isEqualTo(4);
    assertThat(lines).anyMatch(line -> line.contains("kind=TAG") && line.contains("name=\"A\""));
    bytes(LEDGER)[100] ^= 1;
    assertThat(dump(LEDGER, 0, null)).isFalse();
    assertThat(count("frame: ")).isEqualTo(3);
    assertThat(marked()).anyMatch(line -> line.contains("bytes are no frame, offset=64"));
  }

  @Test
  void aJournalFileShowsMarksAndFramesAlsoBehindDamage() throws IOException {
    assertThat(dump(JOURNAL, 0, null)).isTrue();
    assertThat(count("frame: ")).isEqualTo(216);
    assertThat(lines).anyMatch(line -> line.matches("forcedMark: slot=[12], .*Sequence=216"));
    assertThat(lines).anyMatch(line -> line.contains("kind=SAMPLES, sequence=216"));
    bytes(JOURNAL)[4096 + 90] ^= 1;
    assertThat(dump(JOURNAL, 0, "B")).isFalse();
    assertThat(count("frame: ")).isEqualTo(211);
    assertThat(count("  row: ")).isEqualTo(210 * 30);
  }

  @Test
  void nothingCutOrScrambledEndsInAnException() throws IOException {
    Random random = new Random(5);
    for (String file : List.of(MANIFEST, SEGMENT, LEDGER, JOURNAL)) {
      int length = Math.min(bytes(file).length, 20_000);
      for (int round = 0; round < 60; round++) {
        FaultDisk copy = disk.afterKill();
        if (round % 3 == 0) {
          copy.truncate(FOLDER.resolve(file), random.nextInt(length));
        } else {
          byte[] bytes = copy.bytes(FOLDER.resolve(file));
          for (int i = 0; i < 1 + round; i++) {
            bytes[random.nextInt(length)] = (byte) random.nextInt();
          }
        }
        lines.clear();
        FileDump.print(copy, FOLDER.resolve(file), 0, null, lines::add);
        assertThat(marked()).as("%s round %d: %s", file, round, lines).isNotEmpty();
      }
    }
  }

  @Test
  void otherFilesAreRefusedByNameAndTheLockIsShown() throws IOException {
    write("demo.json", "{}");
    write("notes.txt", "hello");
    write("lock", "4711");
    assertThat(dump("lock", 0, null)).isTrue();
    assertThat(lines.getFirst()).startsWith("lock: pid=4711");
    for (String name : List.of("demo.json", "notes.txt")) {
      assertThatThrownBy(() -> dump(name, 0, null))
          .isInstanceOfSatisfying(
              HistorianException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.FOREIGN_FILE));
    }
    assertThatThrownBy(() -> dump(SEGMENT, 0, "NOBODY"))
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_TAG));
    assertThatThrownBy(() -> dump("gone.tseg", 0, null)).isInstanceOf(IOException.class);
  }

  private void write(String name, String text) throws IOException {
    try (Disk.DiskFile file = disk.create(FOLDER.resolve(name))) {
      file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
    }
  }
}
