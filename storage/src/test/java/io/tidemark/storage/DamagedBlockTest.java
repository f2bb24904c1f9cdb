package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.DamageRule;
import io.tidemark.model.Direction;
import io.tidemark.model.DuplicateRule;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.MemoryAccount;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TimeRange;
import io.tidemark.model.VersionMode;
import io.tidemark.storage.damage.Damage;
import io.tidemark.storage.damage.DamageList;
import io.tidemark.testing.OracleStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a damaged block leaves of an answer. The store holds a row a second, value = second, in a
 * segment of three blocks of 1 024, 1 024 and 452 rows; the second one is damaged.
 */
class DamagedBlockTest {
  private static final StoreConfig CONFIG =
      new StoreConfig(8 << 20, 3_600_000_000L, 1 << 20, 0, StoreConfig.JournalKind.FILE, false);
  private static final long SECOND = 1_000_000_000L;
  private static final int ROWS = 2500;
  private static final int FIRST_LOST = 1024;
  private static final int LAST_LOST = 2047;

  @TempDir Path folder;

  private Path segment() {
    return folder.resolve("segments/000000000001.tseg");
  }

  private SampleStore open() throws IOException {
    return SampleStore.open(
        folder, CONFIG, () -> 77L, (kind, payload, principal, time, sequence) -> {});
  }

  private static void write(SampleStore store, long timeNs, double value) throws IOException {
    SampleFrameBuilder rows = new SampleFrameBuilder();
    rows.addDouble(0, timeNs, value, 0);
    ByteBuffer frame = rows.encode(0);
    store.writer().append(frame, 0, frame.remaining());
  }

  private static void seal(SampleStore store) {
    store.writer().requestSeal();
    store.writer().rotateIfDue();
    store.manifestAgent().doWork();
  }

  @BeforeEach
  void makeStore() throws IOException {
    try (SampleStore store = open()) {
      SampleFrameBuilder rows = new SampleFrameBuilder();
      for (int i = 0; i < ROWS; i++) {
        rows.addDouble(0, i * SECOND, i, 0);
      }
      ByteBuffer frame = rows.encode(0);
      store.writer().append(frame, 0, frame.remaining());
      seal(store);
    }
  }

  /** Flips a bit in the middle of the second block: all three have columns of the same length. */
  private void damageSecondBlock() throws IOException {
    byte[] bytes = Files.readAllBytes(segment());
    int index =
        (int)
            ByteBuffer.wrap(bytes)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .getLong(bytes.length - 16);
    int block = (index - 64) / 3;
    bytes[64 + block + block / 2] ^= 1;
    Files.write(segment(), bytes);
  }

  private static QueryContext context(ReadView view, VersionMode mode, DamageRule rule) {
    return new QueryContext(
        Principal.LOCAL_OPERATOR,
        tagId -> true,
        view,
        Long.MAX_VALUE,
        ZoneOffset.UTC,
        mode,
        rule,
        new MemoryAccount(1L << 30),
        Runnable::run,
        () -> 0L,
        Long.MAX_VALUE);
  }

  /** Rows as {@code time value}, or {@code time lost} with the value if there is one. */
  private static List<String> rows(
      SampleStore store, long startNs, long endNs, Direction direction, VersionMode mode) {
    List<String> rows = rows(store, startNs, endNs, direction, mode, SampleColumns.ALL);
    assertThat(rows(store, startNs, endNs, direction, mode, SampleColumns.VALUES))
        .as("without write orders")
        .isEqualTo(rows);
    return rows;
  }

  private static List<String> rows(
      SampleStore store,
      long startNs,
      long endNs,
      Direction direction,
      VersionMode mode,
      SampleColumns columns) {
    List<String> rows = new ArrayList<>();
    SampleBlock block = new SampleBlock();
    try (ReadView view = store.openReadView();
        SampleCursor cursor =
            view.scan(
                context(view, mode, DamageRule.CONTAIN),
                new ScanRequest(
                    0, new TimeRange(startNs, endNs), direction, columns, SampleCondition.ANY))) {
      for (int count; (count = cursor.next(block)) > 0; ) {
        for (int i = 0; i < count; i++) {
          boolean lost = block.statuses()[i] == StatusCodes.BAD_DATA_LOST;
          rows.add(
              block.sourceTimesNs()[i]
                  + (lost ? " lost" : "")
                  + (block.isPresent(i) ? " " + block.doubles()[i] : ""));
        }
      }
    }
    return rows;
  }

  private static List<String> forward(SampleStore store, long startNs, long endNs) {
    List<String> rows = rows(store, startNs, endNs, Direction.FORWARD, VersionMode.LATEST);
    assertThat(rows(store, startNs, endNs, Direction.BACKWARD, VersionMode.LATEST).reversed())
        .isEqualTo(rows);
    return rows;
  }

  @Test
  void aDamagedBlockIsAGapFromItsFirstToItsLastTime() throws IOException {
    damageSecondBlock();
    try (SampleStore store = open()) {
      assertThat(store.damage().total()).isZero();
      List<String> rows = forward(store, Long.MIN_VALUE, Long.MAX_VALUE);
      assertThat(rows).hasSize(ROWS - 1024 + 2);
      assertThat(rows.subList(1023, 1027))
          .containsExactly(
              1023 * SECOND + " 1023.0",
              FIRST_LOST * SECOND + " lost",
              LAST_LOST * SECOND + " lost",
              2048 * SECOND + " 2048.0");
      DamageList.Report report = store.damage();
      assertThat(report.total()).isEqualTo(1); // read more than once
      assertThat(report.rows()).isEqualTo(1024);
      Damage damage = report.entries().getFirst();
      assertThat(damage.file()).isEqualTo("000000000001.tseg");
      assertThat(damage.part()).isEqualTo("block");
      assertThat(damage.tagId()).isZero();
      assertThat(damage.block()).isEqualTo(1);
      assertThat(damage.firstTimeNs()).isEqualTo(FIRST_LOST * SECOND);
      assertThat(damage.lastTimeNs()).isEqualTo(LAST_LOST * SECOND);
      assertThat(damage.foundAtMicros()).isEqualTo(77);
    }
  }

  /** The lost row was there first, or may have been: what came later does not count as known. */
  @Test
  void whereTheFirstCountsALaterRowInsideTheGapIsNotTakenForIt() throws IOException {
    damageSecondBlock();
    try (SampleStore store = open()) {
      store.tags().apply(new OracleStore().defineAnalog("T", DuplicateRule.KEEP_FIRST));
      write(store, 1500 * SECOND, 9);
      write(store, 100 * SECOND, 9);
      assertThat(forward(store, 1500 * SECOND, 1500 * SECOND + 1))
          .containsExactly(1500 * SECOND + " lost");
      assertThat(forward(store, 1400 * SECOND, 1600 * SECOND))
          .contains(1500 * SECOND + " lost 9.0")
          .doesNotContain(1500 * SECOND + " 9.0");
      assertThat(forward(store, 100 * SECOND, 101 * SECOND))
          .containsExactly(100 * SECOND + " 100.0");
    }
  }

  /** Each part of the lost time says so, also one in which no lost row's time is known. */
  @Test
  void aRangeInsideTheGapIsAGap() throws IOException {
    damageSecondBlock();
    try (SampleStore store = open()) {
      assertThat(forward(store, 1500 * SECOND + 1, 1600 * SECOND))
          .containsExactly(1500 * SECOND + 1 + " lost", 1600 * SECOND - 1 + " lost");
      assertThat(forward(store, 1500, 1501)).isEmpty(); // before the damage
      assertThat(forward(store, 1500 * SECOND, 1500 * SECOND + 1))
          .containsExactly(1500 * SECOND + " lost");
      SampleBlock block = new SampleBlock();
      try (ReadView view = store.openReadView()) {
        QueryContext context = context(view, VersionMode.LATEST, DamageRule.CONTAIN);
        assertThat(view.current(context, 0, 1600 * SECOND, block)).isEqualTo(1);
        assertThat(block.statuses()[0]).isEqualTo(StatusCodes.BAD_DATA_LOST);
        assertThat(block.isPresent(0)).isFalse();
      }
    }
  }

  @Test
  void aStrictQueryFails() throws IOException {
    damageSecondBlock();
    try (SampleStore store = open();
        ReadView view = store.openReadView()) {
      QueryContext context = context(view, VersionMode.LATEST, DamageRule.STRICT);
      SampleBlock block = new SampleBlock();
      try (SampleCursor cursor = view.scan(context, 0, TimeRange.ALL, Direction.FORWARD)) {
        assertThatThrownBy(
                () -> {
                  while (cursor.next(block) > 0) {
                    assertThat(block.sourceTimesNs()[0]).isLessThan(FIRST_LOST * SECOND);
                  }
                })
            .isInstanceOfSatisfying(
                HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT))
            .hasMessageContaining("000000000001.tseg")
            .hasMessageContaining("tagId=0");
      }
      assertThat(store.damage().total()).isEqualTo(1);
    }
  }

  /** A row that was written after the lost ones is right; the line does not go on from it. */
  @Test
  void laterRowsInsideTheGapStandAlone() throws IOException {
    damageSecondBlock();
    try (SampleStore store = open()) {
      write(store, 1500 * SECOND, -1);
      write(store, 1500 * SECOND + 1, -2);
      write(store, FIRST_LOST * SECOND, -3); // at the gap's own time: the row wins
      seal(store);
      write(store, 1700 * SECOND, -4); // in the hot table
      assertThat(forward(store, 1023 * SECOND, 2049 * SECOND))
          .containsExactly(
              1023 * SECOND + " 1023.0",
              FIRST_LOST * SECOND + " -3.0",
              FIRST_LOST * SECOND + 1 + " lost",
              1500 * SECOND + " -1.0",
              1500 * SECOND + 1 + " -2.0",
              1500 * SECOND + 2 + " lost",
              1700 * SECOND + " -4.0",
              1700 * SECOND + 1 + " lost",
              LAST_LOST * SECOND + " lost",
              2048 * SECOND + " 2048.0");
    }
  }

  /** A row that was written before the last lost one may have been corrected by it. */
  @Test
  void earlierRowsInsideTheGapAreNotShownAsTheNewest() throws IOException {
    try (SampleStore store = open()) {
      SampleFrameBuilder rows = new SampleFrameBuilder();
      rows.addDouble(0, 5 * SECOND, -5, 0);
      rows.addDouble(0, 7 * SECOND, -7, 0);
      ByteBuffer frame = rows.encode(0);
      store.writer().append(frame, 0, frame.remaining());
      seal(store);
    }
    Path second = folder.resolve("segments/000000000002.tseg");
    byte[] bytes = Files.readAllBytes(second);
    bytes[70] ^= 1;
    Files.write(second, bytes);
    try (SampleStore store = open()) {
      assertThat(forward(store, 4 * SECOND, 9 * SECOND))
          .containsExactly(
              4 * SECOND + " 4.0",
              5 * SECOND + " lost 5.0",
              6 * SECOND + " lost 6.0",
              7 * SECOND + " lost 7.0",
              8 * SECOND + " 8.0");
      assertThat(rows(store, 6 * SECOND, 7 * SECOND, Direction.FORWARD, VersionMode.ALL))
          .contains(6 * SECOND + " 6.0");
    }
  }

  /** A read beyond the end of a mapping is a fault in the middle of the checksum: not the end. */
  @Test
  void aFileThatIsCutWhileItIsReadCostsItsBlocksOnly() throws IOException {
    try (SampleStore store = open()) {
      long length = Files.size(segment());
      try (RandomAccessFile file = new RandomAccessFile(segment().toFile(), "rw")) {
        file.setLength(0);
      }
      assertThat(forward(store, Long.MIN_VALUE, Long.MAX_VALUE)).contains("0 lost");
      assertThat(store.damage().rows()).isEqualTo(ROWS);
      assertThat(length).isPositive();
    }
    try (SampleStore store = open()) {
      assertThat(forward(store, 1500 * SECOND, 1501 * SECOND)).hasSize(2);
      assertThat(store.damage().rows()).isEqualTo(ROWS);
    }
  }

  @Test
  void aSegmentOfWhichNothingIsLeftIsAGapForEveryTag() throws IOException {
    Files.delete(segment());
    Files.delete(folder.resolve("segments/000000000001.tidx"));
    try (SampleStore store = open()) {
      write(store, 3000 * SECOND, 1);
      assertThat(forward(store, Long.MIN_VALUE, Long.MAX_VALUE))
          .containsExactly("0 lost", (ROWS - 1) * SECOND + " lost", 3000 * SECOND + " 1.0");
      assertThat(store.damage().rows()).isEqualTo(ROWS);
      assertThat(store.damage().entries().getFirst().part()).isEqualTo("segment");
      seal(store); // what is lost stays lost, and said
      assertThat(forward(store, 0, SECOND)).hasSize(2);
    }
    try (SampleStore store = open()) {
      assertThat(store.damage().total()).isEqualTo(1);
    }
  }
}
