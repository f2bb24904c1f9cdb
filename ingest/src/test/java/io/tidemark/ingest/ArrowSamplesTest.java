package io.tidemark.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.tidemark.ingest.arrow.ArrowWriteDecoder;
import io.tidemark.model.Direction;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.Float32;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ItemError;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.testing.QueryContexts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMilliVector;
import org.apache.arrow.vector.TimeStampSecTZVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Samples in record batches of both forms and all types; what is wrong is named, the rest stays.
 */
class ArrowSamplesTest {
  private static final long START = AppendPathHarness.START;
  private static final Principal WRITER = new Principal("writer");

  @TempDir Path folder;
  private AppendPathHarness harness;
  private final BufferAllocator allocator = new RootAllocator();
  private final MapDictionaryProvider dictionaries = new MapDictionaryProvider();
  private final List<FieldVector> columns = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    harness = new AppendPathHarness(folder).start();
  }

  @AfterEach
  void close() throws IOException {
    columns.forEach(FieldVector::close);
    dictionaries.getDictionaryIds().forEach(id -> dictionaries.lookup(id).getVector().close());
    allocator.close();
    harness.close();
  }

  /** What is read back: time, value bits, whether present, status, text. */
  private List<String> stored(String tag) {
    List<String> rows = new ArrayList<>();
    TagDefinition definition = harness.store.tags().find(tag);
    if (definition == null) {
      return rows;
    }
    SampleBlock block = new SampleBlock();
    try (ReadView view = harness.store.openReadView()) {
      QueryContext context = QueryContexts.permissive(view, START, ZoneOffset.UTC);
      try (SampleCursor cursor =
          view.scan(context, definition.id(), TimeRange.ALL, Direction.FORWARD)) {
        for (int count; (count = cursor.next(block)) > 0; ) {
          for (int row = 0; row < count; row++) {
            boolean isPresent = block.isPresent(row);
            String value =
                !isPresent
                    ? "-"
                    : definition.type() == SampleType.STRING
                        ? String.valueOf(block.texts()[row])
                        : block.type() == SampleType.FLOAT64 || block.type() == SampleType.FLOAT32
                            ? Double.toString(block.number(row))
                            : Long.toString(block.longs()[row]);
            rows.add(
                (block.sourceTimesNs()[row] - START)
                    + " "
                    + value
                    + " "
                    + StatusCodes.text(block.statuses()[row]));
          }
        }
      }
    }
    return rows;
  }

  private WriteReport write(Predicate<String> writable, byte[] body) {
    WriteReport report = new WriteReport();
    try (WriteSession session = harness.ingress.openSession(WRITER, AckLevel.JOURNALED)) {
      session.only(writable);
      ArrowWriteDecoder.decode(body, session, report);
      session.finish().await(30, TimeUnit.SECONDS);
    }
    return report;
  }

  private WriteReport write(byte[] body) {
    WriteReport report = new WriteReport();
    try (WriteSession session = harness.ingress.openSession(WRITER, AckLevel.JOURNALED)) {
      ArrowWriteDecoder.decode(body, session, report);
      session.finish().await(30, TimeUnit.SECONDS);
    }
    return report;
  }

  private ErrorCode refusal(byte[] body) {
    try {
      write(body);
    } catch (HistorianException e) {
      return e.code();
    }
    throw new AssertionError("was taken");
  }

  /** The columns as a stream of so many equal batches. */
  private byte[] body(int batches) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int rows = columns.getFirst().getValueCount();
    try (VectorSchemaRoot root =
            new VectorSchemaRoot(
                columns.stream().map(FieldVector::getField).toList(), columns, rows);
        ArrowStreamWriter writer = new ArrowStreamWriter(root, dictionaries, bytes)) {
      writer.start();
      for (int i = 0; i < batches; i++) {
        writer.writeBatch();
      }
      writer.end();
    } catch (IOException e) {
      throw new AssertionError(e);
    } finally {
      columns.clear();
    }
    return bytes.toByteArray();
  }

  private byte[] body() {
    return body(1);
  }

  private void times(String name, long... offsetsNs) {
    BigIntVector vector = new BigIntVector(name, allocator);
    for (int i = 0; i < offsetsNs.length; i++) {
      vector.setSafe(i, START + offsetsNs[i]);
    }
    vector.setValueCount(offsetsNs.length);
    columns.add(vector);
  }

  private VarCharVector texts(String name, @Nullable String... texts) {
    VarCharVector vector = new VarCharVector(name, allocator);
    fill(vector, texts);
    columns.add(vector);
    return vector;
  }

  private static void fill(VarCharVector vector, @Nullable String... texts) {
    vector.allocateNew(Math.max(1, texts.length));
    for (int i = 0; i < texts.length; i++) {
      String text = texts[i];
      if (text != null) {
        vector.setSafe(i, text.getBytes(StandardCharsets.UTF_8));
      }
    }
    vector.setValueCount(texts.length);
  }

  private void decimals(String name, @Nullable Double... values) {
    Float8Vector vector = new Float8Vector(name, allocator);
    vector.allocateNew(values.length);
    for (int i = 0; i < values.length; i++) {
      Double value = values[i];
      if (value != null) {
        vector.setSafe(i, value);
      }
    }
    vector.setValueCount(values.length);
    columns.add(vector);
  }

  private void indexes(String name, long dictionary, int... numbers) {
    IntVector vector =
        new IntVector(
            name,
            new FieldType(
                true,
                new ArrowType.Int(32, true),
                new DictionaryEncoding(dictionary, false, new ArrowType.Int(32, true))),
            allocator);
    for (int i = 0; i < numbers.length; i++) {
      vector.setSafe(i, numbers[i]);
    }
    vector.setValueCount(numbers.length);
    columns.add(vector);
  }

  private void dictionary(long id, String... texts) {
    VarCharVector vector = new VarCharVector("dictionary", allocator);
    fill(vector, texts);
    dictionaries.put(
        new Dictionary(vector, new DictionaryEncoding(id, false, new ArrowType.Int(32, true))));
  }

  private <V extends FieldVector> V column(V vector, int rows) {
    vector.setValueCount(rows);
    columns.add(vector);
    return vector;
  }

  @Test
  void aRowIsASample() {
    texts("tag", "A", "B", "A", "B");
    times("ts", 1, 2, 3, 4);
    decimals("value", 1.5, Double.NaN, null, 4.0);
    UInt4Vector status = new UInt4Vector("status", allocator);
    status.setSafe(0, 0);
    status.setSafe(2, StatusCodes.BAD_SENSOR_FAILURE);
    status.setSafe(3, StatusCodes.UNCERTAIN);
    column(status, 4);
    WriteReport report = write(body());
    assertThat(report.errors()).isEmpty();
    assertThat(report.stored()).isEqualTo(4);
    assertThat(stored("A")).containsExactly("1 1.5 Good", "3 - Bad_SensorFailure");
    assertThat(stored("B")).containsExactly("2 NaN Good", "4 4.0 Uncertain");
  }

  @Test
  void tagsMayBeNumbersOfADictionary() {
    dictionary(7, "A", "Ü", "never");
    indexes("tag", 7, 1, 0, 1);
    times("ts", 1, 2, 3);
    decimals("value", 1.0, 2.0, 3.0);
    assertThat(write(body(3)).stored()).isEqualTo(9);
    assertThat(stored("A")).containsExactly("2 2.0 Good");
    assertThat(stored("Ü")).containsExactly("1 1.0 Good", "3 3.0 Good");
    assertThat(harness.store.tags().find("never")).isNull();
  }

  @Test
  void anIndexOutsideOfTheDictionaryIsARowsError() {
    dictionary(1, "A");
    indexes("tag", 1, 0, 1, -1);
    times("ts", 1, 2, 3);
    decimals("value", 1.0, 2.0, 3.0);
    WriteReport report = write(body());
    assertThat(report.stored()).isEqualTo(1);
    assertThat(report.errors())
        .extracting(ItemError::where, ItemError::code)
        .containsExactly(
            tuple("row 1", ErrorCode.OUT_OF_RANGE), tuple("row 2", ErrorCode.OUT_OF_RANGE));
  }

  @Test
  void theFirstOfThreeColumnsCounts() {
    texts("tag", "D", "I", "S", "N");
    times("ts_ns", 1, 1, 1, 1);
    decimals("value", 0.5, 7.0, null, null);
    BigIntVector whole = new BigIntVector("value_int", allocator);
    whole.setSafe(1, Long.MAX_VALUE);
    column(whole, 4);
    texts("text", null, null, "on", null);
    texts("quality", "Good", "Good", "Good", "Bad"); // what else the server answers
    assertThat(write(body()).errors()).isEmpty();
    assertThat(stored("D")).containsExactly("1 0.5 Good");
    assertThat(stored("I")).containsExactly("1 9223372036854775807 Good");
    assertThat(stored("S")).containsExactly("1 on Good");
    assertThat(stored("N")).containsExactly("1 - Bad_NoData");
  }

  @Test
  void aColumnIsATag() {
    times("ts", 10, 20, 30);
    decimals("W.1", 1.0, null, 3.0);
    BitVector bool = new BitVector("W.2", allocator);
    IntStream.range(0, 3).forEach(i -> bool.setSafe(i, i & 1));
    column(bool, 3);
    UInt4Vector status = new UInt4Vector("W.1.status", allocator);
    status.setSafe(1, StatusCodes.BAD_NO_COMMUNICATION);
    status.setSafe(2, StatusCodes.UNCERTAIN);
    column(status, 3);
    texts("W.3", null, null, null);
    SmallIntVector narrow = new SmallIntVector("W.4", allocator);
    narrow.setSafe(0, -5);
    column(narrow, 3);
    column(new NullVector("W.5", 3), 3);
    WriteReport report = write(body());
    assertThat(report.errors()).isEmpty();
    assertThat(report.stored()).isEqualTo(7);
    assertThat(stored("W.1"))
        .containsExactly("10 1.0 Good", "20 - Bad_NoCommunication", "30 3.0 Uncertain");
    assertThat(stored("W.2")).containsExactly("10 0 Good", "20 1 Good", "30 0 Good");
    assertThat(harness.store.tags().find("W.3")).as("no cell, no tag").isNull();
    assertThat(stored("W.4")).containsExactly("10 -5 Good");
    assertThat(harness.store.tags().find("W.5")).isNull();
  }

  @Test
  void typesOfColumnsAreTypesOfNewTags() {
    times("ts", 1);
    column(new Float4Vector("F4", allocator), 0).setSafe(0, 0.1f);
    columns.getLast().setValueCount(1);
    column(new IntVector("I4", allocator), 0).setSafe(0, 1);
    columns.getLast().setValueCount(1);
    column(new UInt4Vector("U4", allocator), 0).setSafe(0, -1);
    columns.getLast().setValueCount(1);
    column(new UInt8Vector("U8", allocator), 0).setSafe(0, -1);
    columns.getLast().setValueCount(1);
    LargeVarCharVector large = new LargeVarCharVector("L", allocator);
    large.setSafe(0, "groß".getBytes(StandardCharsets.UTF_8));
    column(large, 1);
    WriteReport report = write(body());
    assertThat(report.errors()).extracting(ItemError::where).containsExactly("row 0, column U8");
    assertThat(harness.store.tags().find("F4").type()).isEqualTo(SampleType.FLOAT32);
    assertThat(stored("F4")).containsExactly("1 " + Float32.widen(0.1f) + " Good");
    assertThat(harness.store.tags().find("I4").type()).isEqualTo(SampleType.INT32);
    assertThat(harness.store.tags().find("U4").type()).isEqualTo(SampleType.INT64);
    assertThat(stored("U4")).containsExactly("1 4294967295 Good");
    assertThat(stored("L")).containsExactly("1 groß Good");
  }

  @Test
  void timesOfEveryUnit() {
    long second = START / 1_000_000_000L;
    TimeStampSecTZVector seconds = new TimeStampSecTZVector("ts", allocator, "Europe/Berlin");
    seconds.setSafe(0, second);
    seconds.setSafe(1, Long.MAX_VALUE / 1_000_000_000L + 1);
    seconds.setNull(2);
    column(seconds, 3);
    decimals("S", 1.0, 2.0, 3.0);
    WriteReport report = write(body());
    assertThat(report.errors())
        .extracting(ItemError::code)
        .containsExactly(ErrorCode.TIME_OUT_OF_RANGE, ErrorCode.MISSING_FIELD);
    assertThat(stored("S")).containsExactly("0 1.0 Good");

    TimeStampMilliVector millis = new TimeStampMilliVector("ts", allocator); // no zone: UTC
    millis.setSafe(0, second * 1_000 + 7);
    column(millis, 1);
    decimals("M", 1.0);
    write(body());
    assertThat(stored("M")).containsExactly("7000000 1.0 Good");

    TimeStampMicroTZVector micros = new TimeStampMicroTZVector("ts", allocator, "UTC");
    micros.setSafe(0, second * 1_000_000 - 1);
    column(micros, 1);
    decimals("U", 1.0);
    write(body());
    assertThat(stored("U")).containsExactly("-1000 1.0 Good");
  }

  @Test
  void aRefusedRowCostsNoOther() {
    int rows = 10_000;
    String[] tags = new String[rows];
    Double[] values = new Double[rows];
    long[] times = new long[rows];
    for (int i = 0; i < rows; i++) {
      tags[i] = "T" + i % 10;
      values[i] = (double) i;
      times[i] = i;
    }
    tags[17] = " blank ";
    tags[4_711] = null;
    times[9_999] = 3_600_000_000_000L;
    texts("tag", tags);
    times("ts", times);
    decimals("value", values);
    WriteReport report = write(body());
    assertThat(report.stored()).isEqualTo(rows - 3);
    assertThat(report.errors())
        .extracting(ItemError::where)
        .containsExactly("row 17", "row 4711", "row 9999");
    assertThat(report.errors())
        .extracting(ItemError::code)
        .containsExactly(ErrorCode.BAD_NAME, ErrorCode.MISSING_FIELD, ErrorCode.TOO_FAR_IN_FUTURE);
    assertThat(stored("T3")).hasSize(1_000);
  }

  @Test
  void whoMayNotWriteATagIsRefusedEachOfItsRows() {
    texts("tag", "mine", "theirs", "mine", "theirs");
    times("ts", 1, 2, 3, 4);
    decimals("value", 1.0, 2.0, 3.0, 4.0);
    WriteReport report = write("mine"::equals, body(2));
    assertThat(report.stored()).isEqualTo(4);
    assertThat(report.errors())
        .extracting(ItemError::where)
        .containsExactly("row 1", "row 3", "row 5", "row 7");
    assertThat(harness.store.tags().find("theirs")).isNull();
  }

  @Test
  void flagsAreKeptAndUnknownOnesRefused() {
    texts("tag", "A", "A");
    times("ts", 1, 2);
    decimals("value", 1.0, 2.0);
    UInt1Vector flags = new UInt1Vector("flags", allocator);
    flags.setSafe(0, SampleFlags.SUBSTITUTED | SampleFlags.PRESENT);
    flags.setSafe(1, 0x80);
    column(flags, 2);
    WriteReport report = write(body());
    assertThat(report.stored()).isEqualTo(1);
    assertThat(report.errors()).extracting(ItemError::code).containsExactly(ErrorCode.OUT_OF_RANGE);
  }

  @Test
  void columnsThatMakeNoSenseAreNamed() {
    texts("tag", "A");
    times("ts", 1);
    decimals("vlaue", 1.0);
    assertThatThrownBy(() -> write(body()))
        .isInstanceOfSatisfying(
            HistorianException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_FIELD);
              assertThat(e.hint()).isEqualTo("did you mean value?");
            });
    texts("tag", "A");
    decimals("value", 1.0);
    assertThat(refusal(body())).isEqualTo(ErrorCode.MISSING_FIELD);
    texts("tag", "A");
    times("ts", 1);
    assertThat(refusal(body())).isEqualTo(ErrorCode.MISSING_FIELD);
    times("ts", 1);
    assertThat(refusal(body())).isEqualTo(ErrorCode.MISSING_FIELD);
    texts("ts", "2026-01-01");
    decimals("A", 1.0);
    assertThat(refusal(body())).isEqualTo(ErrorCode.WRONG_TYPE);
    times("ts", 1);
    decimals("A", 1.0);
    decimals("A", 1.0);
    assertThat(refusal(body())).isEqualTo(ErrorCode.CONFLICT);
  }

  @Test
  void statusesMayBeNamed() {
    texts("tag", "A", "A", "A");
    times("ts", 1, 2, 3);
    decimals("value", 1.0, 2.0, 3.0);
    texts("status", "Bad_NoCommunication", "0x40000000", "Rubbish");
    WriteReport report = write(body());
    assertThat(report.errors()).extracting(ItemError::code).containsExactly(ErrorCode.BAD_STATUS);
    assertThat(stored("A")).containsExactly("1 1.0 Bad_NoCommunication", "2 2.0 Uncertain");
  }

  @Test
  void aDictionaryThatIsReplacedBetweenBatchesIsReadAnew() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    dictionary(1, "A", "B");
    indexes("tag", 1, 0, 1);
    times("ts", 1, 2);
    decimals("value", 1.0, 2.0);
    try (VectorSchemaRoot root =
            new VectorSchemaRoot(columns.stream().map(FieldVector::getField).toList(), columns, 2);
        ArrowStreamWriter writer = new ArrowStreamWriter(root, dictionaries, bytes)) {
      writer.start();
      writer.writeBatch();
      fill((VarCharVector) dictionaries.lookup(1).getVector(), "B", "C"); // as long as before
      writer.writeBatch();
      writer.end();
    } finally {
      columns.clear();
    }
    assertThat(write(bytes.toByteArray()).stored()).isEqualTo(4);
    assertThat(stored("A")).containsExactly("1 1.0 Good");
    assertThat(stored("B")).containsExactly("1 1.0 Good", "2 2.0 Good");
    assertThat(stored("C")).containsExactly("2 2.0 Good");
  }

  /** Bytes of a stream are changed at random: a clear refusal, or samples, but nothing else. */
  @Test
  void damagedStreamsAreRefused() {
    dictionary(1, "A", "B");
    indexes("tag", 1, 0, 1, 0, 1);
    times("ts", 1, 2, 3, 4);
    decimals("value", 1.0, null, 3.0, 4.0);
    texts("text", "x", null, "yy", "zzz");
    byte[] good = body(2);
    Random random = new Random(42);
    int refused = 0;
    for (int i = 0; i < 3_000; i++) {
      byte[] bad = good.clone();
      for (int k = random.nextInt(3); k >= 0; k--) {
        if (random.nextBoolean()) {
          bad[random.nextInt(bad.length)] = (byte) random.nextInt();
        } else {
          int at = 4 * random.nextInt(bad.length / 4);
          ByteBuffer.wrap(bad).putInt(at, random.nextInt());
        }
      }
      byte[] sent = random.nextInt(4) == 0 ? Arrays.copyOf(bad, random.nextInt(bad.length)) : bad;
      try {
        write(sent);
      } catch (HistorianException e) {
        assertThat(e.code().kind()).as(e.toString()).isEqualTo(ErrorCode.Kind.USER);
        refused++;
      }
    }
    assertThat(refused).isBetween(300, 2_990);
  }
}
