package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.Direction;
import io.tidemark.model.DuplicateRule;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.Float32;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.model.VersionMode;
import io.tidemark.testing.Checksums;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.QueryContexts;
import io.tidemark.testing.SampleGenerators;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values of every type, bit for bit, wherever they lie; and values that are none of their type. */
class StoredTypesTest {
  private static final long START = 1_700_000_000_000_000_000L;
  private static final StoreConfig CONFIG =
      new StoreConfig(8 << 20, 3_600_000_000L, 1 << 20, 0, StoreConfig.JournalKind.FILE, true);

  private final FaultDisk disk = new FaultDisk();
  private final SampleFrameBuilder builder = new SampleFrameBuilder();

  /** A row as stored; {@code bits} is a text for string, else a Long. */
  private record Row(long timeNs, SampleType type, Object bits, int status) {
    @Override
    public String toString() {
      Object shown = bits instanceof Long number ? Long.toHexString(number) : bits;
      return timeNs - START + " " + type + " " + shown + " " + Integer.toHexString(status);
    }
  }

  private static List<Row> rows(SampleStore store, int tagId, Direction direction)
      throws IOException {
    List<Row> rows = new ArrayList<>();
    SampleBlock block = new SampleBlock();
    try (ReadView view = store.openReadView()) {
      QueryContext context =
          QueryContexts.permissive(view, START, ZoneOffset.UTC, VersionMode.LATEST);
      try (SampleCursor cursor = view.scan(context, tagId, TimeRange.ALL, direction)) {
        for (int count; (count = cursor.next(block)) > 0; ) {
          for (int row = 0; row < count; row++) {
            Object bits =
                block.type().isReal()
                    ? (Object) Double.doubleToRawLongBits(block.doubles()[row])
                    : block.type().isIntegral() ? block.longs()[row] : block.texts()[row];
            rows.add(
                new Row(block.sourceTimesNs()[row], block.type(), bits, block.statuses()[row]));
          }
        }
      }
    }
    return rows;
  }

  private static void assertRows(StoreFixture fixture, int tagId, List<Row> expected, String as)
      throws IOException {
    assertThat(rows(fixture.store(), tagId, Direction.FORWARD)).as(as).isEqualTo(expected);
    assertThat(rows(fixture.store(), tagId, Direction.BACKWARD).reversed())
        .as("%s backwards", as)
        .isEqualTo(expected);
  }

  private void add(int tagId, Row row) {
    if (row.bits instanceof Long bits) {
      builder.add(tagId, row.type, row.timeNs, bits, SampleFlags.PRESENT, row.status);
    } else {
      builder.addText(tagId, row.timeNs, row.bits.toString(), row.status);
    }
  }

  /** From the hot table, the journal and a segment, and from a segment that others follow. */
  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void everyBitComesBackFromEveryPlace(long seed) throws IOException {
    OracleStore names = new OracleStore();
    List<List<Row>> written = new ArrayList<>();
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      for (SampleType type : SampleType.values()) {
        TagDefinition tag = fixture.define(names.define(type.name(), type, false, ""));
        List<Row> column = column(type, seed, 1 + (int) (seed * 97 % 2500));
        for (Row row : column) {
          add(tag.id(), row);
          if (!builder.hasRoom(64)) {
            fixture.append(builder.encode(0));
          }
        }
        fixture.append(builder.encode(0));
        written.add(column);
      }
      assertAll(fixture, written, "hot, seed=" + seed);
      fixture.reopen();
      assertAll(fixture, written, "replayed, seed=" + seed);
      fixture.seal();
      assertAll(fixture, written, "sealed, seed=" + seed);
      fixture.reopen();
      assertAll(fixture, written, "sealed and opened, seed=" + seed);
    }
    assertThat(StoreFixture.faults(disk)).isEmpty();
  }

  private static void assertAll(StoreFixture fixture, List<List<Row>> written, String as)
      throws IOException {
    for (int tag = 0; tag < written.size(); tag++) {
      assertRows(fixture, tag, written.get(tag), as);
    }
  }

  private static List<Row> column(SampleType type, long seed, int count) {
    long[] times = SampleGenerators.distinctTimes(seed, count, START);
    double[] reals = SampleGenerators.reals(type, seed, count);
    long[] integrals = SampleGenerators.integrals(type, seed, count);
    int[] statuses = SampleGenerators.statuses(seed, count);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Object bits =
          type.isReal()
              ? (Object) Double.doubleToRawLongBits(reals[i])
              : type.isIntegral() ? integrals[i] : "text " + integrals[i];
      rows.add(new Row(times[i], type, bits, statuses[i]));
    }
    return rows;
  }

  /** One tag takes on every type again and again, also over samples of the same time. */
  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void aTagMayChangeBetweenAllTypes(long seed) throws IOException {
    Random random = new Random(seed);
    OracleStore names = new OracleStore();
    Map<Long, Row> latest = new TreeMap<>();
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      for (int change = 0; change < 25; change++) {
        SampleType type = SampleType.values()[random.nextInt(SampleType.values().length)];
        TagDefinition tag = fixture.define(names.define("A", type, false, ""));
        for (Row row : column(type, seed * 100 + change, 1 + random.nextInt(40))) {
          // Nearly the same times each round, so that types replace one another.
          Row moved = new Row(START + random.nextInt(400), row.type, row.bits, row.status);
          add(tag.id(), moved);
          latest.put(moved.timeNs, moved);
        }
        fixture.append(builder.encode(0));
        switch (random.nextInt(5)) {
          case 0 -> fixture.seal();
          case 1 -> fixture.reopen();
          default -> {
            // goes on in the same table
          }
        }
      }
      assertRows(fixture, 0, List.copyOf(latest.values()), "seed=" + seed);
      fixture.seal();
      fixture.reopen();
      assertRows(fixture, 0, List.copyOf(latest.values()), "at the end, seed=" + seed);
      assertThat(fixture.store().tags().byId(0)).extracting(TagDefinition::version).isEqualTo(25);
    }
    assertThat(StoreFixture.faults(disk)).isEmpty();
  }

  @Test
  void aRepeatOfTheSameBitsIsNoSecondSample() throws IOException {
    OracleStore names = new OracleStore();
    float signalling = Float.intBitsToFloat(0x7f80_0001);
    Row row = real(START, Float32.widen(signalling));
    Row quiet = real(START, Float32.widen(Float.intBitsToFloat(0x7fc0_0001)));
    Row wide = new Row(START, SampleType.FLOAT64, row.bits, 0);
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(names.defineAnalog("A", DuplicateRule.REJECT));
      for (int round = 0; round < 2; round++) {
        add(0, row);
        fixture.append(builder.encode(0));
        assertThat(fixture.store().writer().rejectedRows()).as("the same").isZero();
        for (Row other : List.of(quiet, wide)) {
          add(0, other);
          fixture.append(builder.encode(0));
          assertThat(fixture.store().writer().rejectedRows()).as("%s", other).isEqualTo(1);
        }
        fixture.seal();
      }
      assertRows(fixture, 0, List.of(row), "rejecting");
    }
  }

  private static Row real(long timeNs, double value) {
    return new Row(timeNs, SampleType.FLOAT32, Double.doubleToRawLongBits(value), 0);
  }

  /** Type code, value bits, and what is said of them. */
  static Stream<Arguments> valuesOfNoType() {
    String none = "value is none of its type";
    return Stream.of(
        Arguments.of(2, Double.doubleToRawLongBits(0.1), none),
        Arguments.of(2, Double.doubleToRawLongBits(1e39), none),
        Arguments.of(2, Double.doubleToRawLongBits(0x1p-150), none),
        Arguments.of(2, 0x7ff8_0000_0000_0001L, none),
        Arguments.of(2, 1L, none),
        Arguments.of(4, 1L << 31, none),
        Arguments.of(4, -(1L << 31) - 1, none),
        Arguments.of(4, Long.MIN_VALUE, none),
        Arguments.of(4, 0xffff_ffffL, none), // not extended by its sign
        Arguments.of(5, 2L, none),
        Arguments.of(7, 1L << 32 | 1, none),
        Arguments.of(8, 0L, "type is reserved and not built yet: type=uint64"),
        Arguments.of(77, 0L, "unknown type code: code=77"));
  }

  /** A frame with a good row, one with these bits, and a good row. */
  private ByteBuffer frame(int code, long bits, long timeNs) {
    long mark = 0x0123_4567_89AB_CDEFL;
    builder.addDouble(0, timeNs, 1, 0);
    builder.add(0, SampleType.DIGITAL, timeNs + 1, mark, SampleFlags.PRESENT, 0);
    builder.addDouble(0, timeNs + 2, 3, 0);
    ByteBuffer encoded = builder.encode(0);
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    ByteBuffer frame = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + 8 <= bytes.length; at++) {
      if (frame.getLong(at) == mark) {
        frame.putLong(at, bits);
      }
    }
    // Behind the header: one tag id for all rows, then a type for each.
    int types = SampleFrame.HEADER_LENGTH + 5 + 1;
    assertThat(frame.get(types + 1)).isEqualTo(SampleType.DIGITAL.code());
    frame.put(types + 1, (byte) code);
    return frame;
  }

  @ParameterizedTest
  @MethodSource("valuesOfNoType")
  void aValueOfNoTypeIsRefusedBeforeTheJournal(int code, long bits, String message)
      throws IOException {
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(new OracleStore().defineAnalog("A"));
      long before = fixture.store().writer().appendedSequence();
      assertThatThrownBy(() -> fixture.append(frame(code, bits, START)))
          .isInstanceOf(HistorianException.class)
          .hasMessageContaining(message);
      assertThat(fixture.store().writer().appendedSequence()).isEqualTo(before);
      fixture.append(frame(SampleType.DIGITAL.code(), 5, START + 10));
      List<Row> good = rows(fixture.store(), 0, Direction.FORWARD);
      assertThat(good).hasSize(3);
      fixture.reopen();
      assertThat(fixture.store().recovery().replayedFrames()).isEqualTo(2);
      assertRows(fixture, 0, good, "replayed");
    }
    assertThat(StoreFixture.faults(disk)).isEmpty();
  }

  /** Values at the very edge of their types are no reason to refuse a frame. */
  @Test
  void theExtremesOfATypeAreValuesOfIt() throws IOException {
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(new OracleStore().defineAnalog("A"));
      fixture.append(frame(2, Double.doubleToRawLongBits(Float.MAX_VALUE), START));
      fixture.append(frame(2, Double.doubleToRawLongBits(-Float.MIN_VALUE), START + 10));
      fixture.append(frame(2, 0xfff0_0000_2000_0000L, START + 20));
      fixture.append(frame(4, Integer.MIN_VALUE, START + 30));
      fixture.append(frame(4, Integer.MAX_VALUE, START + 40));
      fixture.append(frame(5, 1, START + 50));
      assertThat(rows(fixture.store(), 0, Direction.FORWARD)).hasSize(18);
    }
  }

  /** As only a fault or another hand could write it: checksums are right, the value is not. */
  @ParameterizedTest
  @MethodSource("valuesOfNoType")
  void aJournalThatHoldsSuchAValueIsRefusedByName(int code, long bits, String message)
      throws IOException {
    long mark = 0x0FED_CBA9_8765_4321L;
    long sequence;
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(new OracleStore().defineAnalog("A"));
      sequence = fixture.append(frame(SampleType.DIGITAL.code(), mark, START));
      fixture.store().writer().force();
    }
    Path folder = StoreFixture.FOLDER.resolve("journal");
    Path run = folder.resolve(disk.list(folder).getFirst());
    byte[] file = disk.bytes(run.resolve(disk.list(run).getFirst()));
    ByteBuffer journal = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    byte[] forged = Arrays.copyOf(frame(code, bits, START).array(), 200);
    int found = 0;
    for (int at = 4096; at + 8 <= file.length; at += 8) {
      SampleFrame frame = new SampleFrame();
      if (journal.getInt(at) == SampleFrame.MAGIC
          && frame.wrap(journal, at, file.length - at).journalSequence() == sequence) {
        int from = SampleFrame.HEADER_LENGTH;
        System.arraycopy(forged, from, file, at + from, frame.payloadLength());
        Checksums.frames(file, at, at + frame.paddedLength(), 8);
        found++;
      }
    }
    assertThat(found).isEqualTo(1);
    assertThatThrownBy(() -> new StoreFixture(disk, CONFIG).close())
        .isInstanceOfSatisfying(
            HistorianException.class,
            e -> assertThat(e.code()).isIn(ErrorCode.CORRUPT, ErrorCode.UNSUPPORTED_TYPE))
        .hasMessageContaining(message);
    assertThat(StoreFixture.faults(disk))
        .anyMatch(
            finding ->
                finding.toString().contains("samples of a frame cannot be decoded")
                    && finding.toString().contains(message));
  }
}
