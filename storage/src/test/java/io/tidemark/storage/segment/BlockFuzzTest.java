package io.tidemark.storage.segment;

import static io.tidemark.testing.Mutations.survives;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleType;
import io.tidemark.storage.codec.ByteOutput;
import io.tidemark.testing.SampleGenerators;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
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
    ByteOutput out = new ByteOutput(1024);
    new BlockFormat().encode(block, new SharedColumns(), 64, out);
    byte[] bytes = Arrays.copyOf(out.array(), out.length() + HEAD);
    bytes[out.length()] = type.code();
    bytes[out.length() + 1] = (byte) rows;
    bytes[out.length() + 2] = (byte) (rows >> 8);
    return bytes;
  }

  /* Type and rows come behind the block: the index says them. */
  private static final int HEAD = 3;

  @MethodSource("blocks")
  @FuzzTest
  void decode(byte[] input) {
    if (input.length < HEAD) {
      return;
    }
    int length = input.length - HEAD;
    SampleType type = SampleType.values()[(input[length] & 0xFF) % SampleType.values().length];
    int rows = 1 + (input[length + 1] & 0xFF | (input[length + 2] & 3) << 8);
    CRC32C crc = new CRC32C();
    crc.update(input, 0, length);
    SampleBlock some = new SampleBlock();
    some.reset(type);
    some.texts();
    some.count(rows);
    ChunkIndex index = new ChunkIndex(1, type);
    index.add(64, Math.max(1, length), (int) crc.getValue(), some, new SampleStatistics());
    BlockFormat format = new BlockFormat();
    survives(
        "decode",
        16L * input.length,
        () ->
            format.decode(
                input, index, 0, BlockFormat.Columns.ALL, INTO, (at, n, to) -> false, "x"));
  }
}
