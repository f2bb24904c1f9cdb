package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.catalog.CatalogRecord;
import io.tidemark.model.Direction;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.Float32;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.model.VersionMode;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.QueryContexts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SampleStoreTest {
  private static final long START = 1_700_000_000_000_000_000L;
  private static final StoreConfig SMALL = new StoreConfig(1 << 20, 3_600_000_000L, 1 << 20, 0);

  @TempDir Path folder;

  private final AtomicLong clock = new AtomicLong(1_000_000);
  private final List<String> records = new ArrayList<>();

  private SampleStore open() throws IOException {
    return SampleStore.open(
        folder,
        SMALL,
        clock::incrementAndGet,
        (kind, payload, principal, time, sequence) ->
            records.add(kind + ":" + new String(payload)));
  }

  private static void define(SampleStore store, TagDefinition tag) throws IOException {
    append(store, SampleFrameBuilder.encodeRecord(RecordKind.TAG, 0, CatalogRecord.encodeTag(tag)));
    store.tags().apply(tag);
  }

  private static void append(SampleStore store, ByteBuffer frame) throws IOException {
    store.writer().append(frame, 0, frame.remaining());
  }

  private static void seal(SampleStore store) {
    store.writer().requestSeal();
    store.writer().rotateIfDue();
    store.manifestAgent().doWork();
  }

  /** Random writes, late, repeated and mixed in type, with seals and restarts between. */
  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void answersAsTheOracleDoes(long seed) throws IOException {
    Random random = new Random(seed);
    OracleStore oracle = new OracleStore();
    List<TagDefinition> tags =
        List.of(
            oracle.define("A", SampleType.FLOAT64, false, "degC"),
            oracle.define("B", SampleType.INT64, false, ""),
            oracle.define("C", SampleType.STRING, true, ""),
            oracle.define("D", SampleType.DIGITAL, true, "", "Closed", "Open"),
            oracle.define("E", SampleType.BOOL, true, ""),
            oracle.define("F", SampleType.FLOAT32, false, "bar"),
            oracle.define("G", SampleType.INT32, false, ""));
    SampleStore store = open();
    try {
      for (TagDefinition tag : tags) {
        define(store, tag);
      }
      SampleFrameBuilder builder = new SampleFrameBuilder();
      long time = START;
      for (int frame = 0; frame < 60; frame++) {
        int rows = 1 + random.nextInt(200);
        for (int row = 0; row < rows; row++) {
          TagDefinition tag = tags.get(random.nextInt(tags.size()));
          time +=
              switch (random.nextInt(10)) {
                case 0 -> -1_000_000_000L * random.nextInt(2000);
                case 1 -> 0;
                default -> 1_000_000_000L;
              };
          write(random, builder, oracle, tag, time);
        }
        append(store, builder.encode(0));
        if (random.nextInt(12) == 0) {
          seal(store);
        }
        if (random.nextInt(20) == 0) {
          store.close();
          store = open();
        }
      }
      for (VersionMode mode : VersionMode.values()) {
        for (TagDefinition tag : tags) {
          for (Direction direction : Direction.values()) {
            assertSameRows(store, oracle, tag, TimeRange.ALL, direction, mode, seed);
            long a = START + random.nextInt(5000) * 1_000_000_000L;
            assertSameRows(
                store,
                oracle,
                tag,
                new TimeRange(a, a + 1 + random.nextInt(2000) * 1_000_000_000L),
                direction,
                mode,
                seed);
          }
        }
      }
    } finally {
      store.close();
    }
  }

  private static void write(
      Random random, SampleFrameBuilder builder, OracleStore oracle, TagDefinition tag, long time) {
    int status = random.nextInt(20) == 0 ? 0x8031_0000 : 0;
    if (random.nextInt(30) == 0) {
      builder.addAbsent(tag.id(), tag.type(), time, (byte) 0, status);
      oracle.write(tag, time, null, status);
      return;
    }
    int small = random.nextInt(2);
    switch (tag.type()) {
      case FLOAT64 -> {
        double value = random.nextInt(5) == 0 ? random.nextDouble() : random.nextInt(1000) / 100.0;
        builder.addDouble(tag.id(), time, value, status);
        oracle.write(tag, time, value, status);
      }
      case FLOAT32 -> {
        float value = random.nextInt(5) == 0 ? random.nextFloat() : random.nextInt(1000) / 100f;
        long bits = Double.doubleToRawLongBits(Float32.widen(value));
        builder.add(tag.id(), tag.type(), time, bits, SampleFlags.PRESENT, status);
        oracle.write(tag, time, value, status);
      }
      case STRING -> {
        String text = "text-" + random.nextInt(3) + (random.nextInt(9) == 0 ? "ü€😀" : "");
        builder.addText(tag.id(), time, text, status);
        oracle.write(tag, time, text, status);
      }
      default -> {
        long value = tag.type().isContinuous() ? random.nextInt(9) - 4 : small;
        builder.add(tag.id(), tag.type(), time, value, SampleFlags.PRESENT, status);
        oracle.write(tag, time, value, status);
      }
    }
  }

  private static void assertSameRows(
      SampleStore store,
      OracleStore oracle,
      TagDefinition tag,
      TimeRange range,
      Direction direction,
      VersionMode mode,
      long seed) {
    List<String> actual = rows(store.openReadView(), tag, range, direction, mode);
    List<String> expected = rows(oracle.view(), tag, range, direction, mode);
    if (mode == VersionMode.ALL) {
      // A repeat across two seals is kept until they are compacted; it says nothing new.
      actual = withoutRepeats(actual);
      expected = withoutRepeats(expected);
    }
    assertThat(actual)
        .as("seed=%d tag=%s %s %s %s", seed, tag.name(), direction, mode, range)
        .isEqualTo(expected);
  }

  private static List<String> withoutRepeats(List<String> rows) {
    List<String> kept = new ArrayList<>();
    for (String row : rows) {
      if (kept.isEmpty() || !kept.getLast().equals(row)) {
        kept.add(row);
      }
    }
    return kept;
  }

  private static List<String> rows(
      ReadView view, TagDefinition tag, TimeRange range, Direction direction, VersionMode mode) {
    List<String> rows = new ArrayList<>();
    QueryContext context = QueryContexts.permissive(view, START, ZoneOffset.UTC, mode);
    SampleBlock block = new SampleBlock();
    try (view;
        SampleCursor cursor = view.scan(context, tag.id(), range, direction)) {
      for (int count; (count = cursor.next(block)) > 0; ) {
        for (int row = 0; row < count; row++) {
          Object value =
              !block.isPresent(row)
                  ? null
                  : switch (block.type()) {
                    case FLOAT64, FLOAT32 -> block.doubles()[row];
                    case STRING -> block.texts()[row];
                    default -> block.longs()[row];
                  };
          rows.add(
              block.sourceTimesNs()[row]
                  + " "
                  + block.type()
                  + " "
                  + value
                  + " "
                  + Integer.toHexString(block.statuses()[row]));
        }
      }
    }
    return rows;
  }

  @Test
  void recordsComeBackInOrderFromJournalAndLedger() throws IOException {
    try (SampleStore store = open()) {
      append(store, SampleFrameBuilder.encodeRecord(RecordKind.CONTEXT, 0, "one".getBytes()));
      seal(store);
      append(store, SampleFrameBuilder.encodeRecord(RecordKind.CONTEXT, 0, "two".getBytes()));
    }
    try (SampleStore store = open()) {
      assertThat(records).containsExactly("CONTEXT:one", "CONTEXT:two");
      assertThat(store.recovery().ledgerRecords()).isEqualTo(1);
      assertThat(store.recovery().replayedFrames()).isEqualTo(1);
    }
  }

  @Test
  void aViewShowsNothingThatIsWrittenLater() throws IOException {
    try (SampleStore store = open()) {
      SampleFrameBuilder builder = new SampleFrameBuilder();
      builder.addDouble(0, START, 1.0, 0);
      append(store, builder.encode(0));
      ReadView before = store.openReadView();
      TagDefinition tag = new OracleStore().define("A", SampleType.FLOAT64, false, "");
      builder.addDouble(0, START, 2.0, 0);
      builder.addDouble(0, START + 1, 3.0, 0);
      append(store, builder.encode(0));
      seal(store);
      assertThat(rows(before, tag, TimeRange.ALL, Direction.FORWARD, VersionMode.LATEST))
          .containsExactly(START + " FLOAT64 1.0 0");
      assertThat(
              rows(store.openReadView(), tag, TimeRange.ALL, Direction.FORWARD, VersionMode.LATEST))
          .containsExactly(START + " FLOAT64 2.0 0", START + 1 + " FLOAT64 3.0 0");
    }
  }

  @Test
  void sequencesGoOnAfterARestartAndTheJournalShrinksAfterASeal() throws IOException {
    SampleFrameBuilder builder = new SampleFrameBuilder();
    long first;
    try (SampleStore store = open()) {
      builder.addDouble(0, START, 1.0, 0);
      append(store, builder.encode(0));
      first = store.writer().appendedSequence();
      assertThat(store.writer().force()).isEqualTo(first);
    }
    try (SampleStore store = open()) {
      builder.addDouble(0, START + 1, 1.0, 0);
      append(store, builder.encode(0));
      assertThat(store.writer().appendedSequence()).isEqualTo(first + 1);
      seal(store);
      assertThat(folder.resolve("journal").toFile().list()).hasSize(1);
    }
    try (SampleStore store = open()) {
      assertThat(store.recovery().replayedFrames()).isZero();
      assertThat(store.sizes().segmentRows()).isEqualTo(2);
    }
  }

  @Test
  void aSecondServerIsRefusedAndToldWhoHasTheFolder() throws IOException {
    try (SampleStore store = open()) {
      assertThat(store.storeId()).isNotNull();
      Assertions.assertThatThrownBy(this::open)
          .isInstanceOfSatisfying(
              HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_LOCKED))
          .hasMessageContaining("pid=" + ProcessHandle.current().pid());
    }
  }

  @Test
  void writesAreRefusedBeforeTheDiskIsFull() throws IOException {
    try (SampleStore store =
        SampleStore.open(
            folder,
            new StoreConfig(1 << 20, 3_600_000_000L, 1 << 20, Long.MAX_VALUE),
            clock::incrementAndGet,
            (kind, payload, principal, time, sequence) -> {})) {
      SampleFrameBuilder builder = new SampleFrameBuilder();
      builder.addDouble(0, START, 1.0, 0);
      ByteBuffer frame = builder.encode(0);
      Assertions.assertThatThrownBy(() -> append(store, frame))
          .isInstanceOfSatisfying(
              HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
      assertThat(store.writer().appendedSequence()).isZero();
    }
  }
}
