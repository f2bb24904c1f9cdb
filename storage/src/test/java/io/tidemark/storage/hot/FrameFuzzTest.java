package io.tidemark.storage.hot;

import static io.tidemark.testing.Mutations.survives;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tidemark.catalog.CatalogRecord;
import io.tidemark.model.Direction;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.TimeRange;
import io.tidemark.storage.scan.SampleRun;
import io.tidemark.storage.scan.ScanFilter;
import io.tidemark.testing.Checksums;
import io.tidemark.testing.OracleStore;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Hostile frames, which may come from a journal, and hostile records inside them. */
class FrameFuzzTest {
  /** The table's array of tags may grow to 4 million elements, whatever the frame's length. */
  private static final long TABLE_BYTES = 48 << 20;

  private static byte[] copy(ByteBuffer frame) {
    return new SampleFrame().wrap(frame, 0, frame.remaining()).copyBytes();
  }

  static Stream<byte[]> frames() {
    SampleFrameBuilder builder = new SampleFrameBuilder();
    builder.addDouble(1, 5000, 1.5, 0);
    builder.addText(2, 5000, "one", 0);
    builder.addText(2, 4999, "two", 0x8031_0000);
    builder.addAbsent(3, SampleType.DIGITAL, 7, (byte) 0, 0);
    long bits = Double.doubleToRawLongBits(0.5);
    builder.add(4, SampleType.FLOAT32, 7, bits, SampleFlags.PRESENT, 0);
    builder.add(5, SampleType.INT32, 7, -1, SampleFlags.PRESENT, 0);
    byte[] mixed = copy(builder.encode(1));
    for (int i = 0; i < 20; i++) {
      builder.addDouble(1, 5000 + i, 2.5, 0);
    }
    byte[] scan = copy(builder.encode(1));
    for (int i = 0; i < 9; i++) {
      builder.addText(2, 5000, "", 0);
    }
    return Stream.of(mixed, scan, copy(builder.encode(1)));
  }

  /** Lengths and checksum are put right unless the first bit of byte 7, reserved, is set. */
  @MethodSource("frames")
  @FuzzTest
  void frame(byte[] input) {
    byte[] bytes = input.clone();
    if (bytes.length > 7 && (bytes[7] & 1) == 0) {
      Checksums.wholeFrame(bytes);
    }
    SampleFrame frame = new SampleFrame();
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    boolean opened =
        survives(
            "open",
            64L * bytes.length,
            () -> {
              frame.wrap(buffer, 0, bytes.length);
              frame.crcMatches();
              frame.kind();
              frame.payload();
              frame.openRows();
              frame.checkRows();
            });
    if (opened && frame.journalSequence() >= 0) {
      survives("table", TABLE_BYTES + 64L * bytes.length, () -> keep(frame));
    }
  }

  private static void keep(SampleFrame frame) {
    HotTable table = new HotTable();
    table.append(frame);
    for (int tagId : table.tagIds()) {
      SampleRun run =
          table.run(
              tagId,
              new ScanFilter(TimeRange.ALL, Direction.FORWARD, Long.MIN_VALUE, Long.MAX_VALUE));
      if (run != null && run.ensureLoaded()) {
        return; // one block is as good as all
      }
    }
  }

  static Stream<byte[]> tags() {
    OracleStore names = new OracleStore();
    return Stream.of(
        CatalogRecord.encodeTag(names.define("T", SampleType.FLOAT64, false, "degC")),
        CatalogRecord.encodeTag(names.define("Ü", SampleType.DIGITAL, true, "", "Closed", "Open")));
  }

  @MethodSource("tags")
  @FuzzTest
  void tagRecord(byte[] input) {
    survives("tag", 64L * input.length, () -> CatalogRecord.decodeTag(input));
  }

  static Stream<byte[]> producers() {
    return Stream.of(CatalogRecord.encodeProducer(new CatalogRecord.Producer(7, "writer")));
  }

  @MethodSource("producers")
  @FuzzTest
  void producerRecord(byte[] input) {
    survives("producer", 64L * input.length, () -> CatalogRecord.decodeProducer(input));
  }

  static Stream<byte[]> records() {
    return Stream.of(
            SampleFrameBuilder.encodeRecord(RecordKind.CONFIG, 0, new byte[] {1, 2, 3}),
            SampleFrameBuilder.encodeRecord(RecordKind.EDIT, 0, new byte[0]))
        .map(FrameFuzzTest::copy);
  }

  /** A buffer that holds several frames and something else: no reader looks behind its end. */
  @MethodSource("records")
  @FuzzTest
  void frameInTheMiddle(byte[] input) {
    byte[] bytes = Arrays.copyOf(input, input.length + 16);
    Checksums.frames(bytes, 0, bytes.length, 8);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + 8 <= input.length; at += 8) {
      int offset = at;
      survives(
          "frame",
          64L * bytes.length,
          () -> new SampleFrame().wrap(buffer, offset, input.length - offset).copyBytes());
    }
  }
}
