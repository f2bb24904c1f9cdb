package io.tidemark.storage.segment;

import static io.tidemark.testing.Mutations.survives;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.storage.io.FileEnvelope;
import io.tidemark.testing.SampleGenerators;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Hostile blocks with the right checksum: refused, or read as rows. */
class BlockFuzzTest {
  private static final SampleBlock INTO = new SampleBlock();

  static Stream<byte[]> blocks() {
    return Arrays.stream(SampleType.values())
        .flatMap(type -> Stream.of(1, 20, 200).map(rows -> encoded(type, rows)));
  }

  private static byte[] encoded(SampleType type, int rows) {
    SampleBlock block = new SampleBlock();
    block.reset(type);
    long[] times = SampleGenerators.times(rows, rows, 1_700_000_000_000_000_000L);
    double[] reals = SampleGenerators.reals(type, rows, rows);
    long[] integrals = SampleGenerators.integrals(type, rows, rows);
    for (int i = 0; i < rows; i++) {
      switch (type) {
        case FLOAT64, FLOAT32 -> block.appendDouble(times[i], reals[i], true, 0);
        case STRING -> block.appendText(times[i], "text " + integrals[i] % 5, 0);
        case INT64, INT32, BOOL, DIGITAL -> block.appendLong(times[i], integrals[i], true, 0);
      }
      block.orders()[i] = 1L << 16 | i;
    }
    ByteBuffer out =
        ByteBuffer.allocate((int) BlockFormat.bytesMax(block)).order(ByteOrder.LITTLE_ENDIAN);
    new BlockFormat().encode(block, out);
    return Arrays.copyOf(out.array(), out.position());
  }

  @MethodSource("blocks")
  @FuzzTest
  void decode(byte[] input) {
    ByteBuffer bytes = ByteBuffer.wrap(input.clone()).order(ByteOrder.LITTLE_ENDIAN);
    int crc = 0;
    if (input.length >= 4) {
      crc = FileEnvelope.crc(bytes, 4, input.length - 4);
      bytes.putInt(0, crc);
    }
    int expected = crc;
    BlockFormat format = new BlockFormat();
    survives(
        "decode",
        16L * input.length,
        () -> format.decode(bytes.duplicate(), expected, INTO, "x", 1, 0));
  }
}
