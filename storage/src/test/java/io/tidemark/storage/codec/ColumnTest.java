package io.tidemark.storage.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.testing.SampleGenerators;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ColumnTest {
  private static final LongCodec[] CODECS = {
    new ConstantCodec(),
    new ConstantStepCodec(),
    new FrameOfReferenceCodec(),
    new RawCodec(),
    new DictionaryCodec(),
    new DeltaCodec(),
    new DeltaOfDeltaCodec()
  };

  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void everyCodecRestoresEveryInteger(long seed) {
    Random random = new Random(seed);
    LongCodec.Scratch scratch = new LongCodec.Scratch();
    for (int round = 0; round < 40; round++) {
      int count = 1 + random.nextInt(1024);
      long[] values = integers(random, count, seed);
      for (LongCodec codec : CODECS) {
        int estimate = codec.estimateBytes(values, count, scratch);
        if (estimate == LongCodec.IMPOSSIBLE) {
          continue;
        }
        long[] before = values.clone();
        buffer.clear();
        codec.encode(values, count, buffer, scratch);
        assertThat(values).as("codec %d leaves its input alone", codec.id()).isEqualTo(before);
        assertThat(buffer.position()).as("estimate of codec %d", codec.id()).isEqualTo(estimate);
        buffer.flip();
        long[] decoded = new long[1024];
        codec.decode(buffer, count, decoded, scratch);
        assertThat(Arrays.copyOf(decoded, count))
            .as("codec=%d seed=%d", codec.id(), seed)
            .isEqualTo(Arrays.copyOf(values, count));
        assertThat(buffer.hasRemaining()).isFalse();
      }
    }
  }

  private static long[] integers(Random random, int count, long seed) {
    long[] values = new long[count];
    switch (random.nextInt(6)) {
      case 0 -> Arrays.fill(values, random.nextLong());
      case 1 -> {
        long step = random.nextLong();
        for (int i = 0; i < count; i++) {
          values[i] = i * step;
        }
      }
      case 2 -> {
        for (int i = 0; i < count; i++) {
          values[i] = random.nextInt(4) * 1_000_000L;
        }
      }
      case 3 -> {
        long time = 1_700_000_000_000_000_000L;
        for (int i = 0; i < count; i++) {
          values[i] = time += 1_000_000_000L + random.nextInt(5) * 1_000_000L;
        }
      }
      case 4 -> {
        long[] odd = SampleGenerators.longs(seed, count);
        System.arraycopy(odd, 0, values, 0, count);
      }
      default -> {
        for (int i = 0; i < count; i++) {
          values[i] = random.nextLong() >> random.nextInt(64);
        }
      }
    }
    return values;
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void doublesComeBackBitForBit(long seed) {
    Random random = new Random(seed);
    DoubleColumn column = new DoubleColumn();
    for (int round = 0; round < 20; round++) {
      int count = 1 + random.nextInt(1024);
      double[] values = SampleGenerators.doubles(seed * 31 + round, count);
      buffer.clear();
      column.encode(values, count, buffer);
      buffer.flip();
      double[] decoded = new double[1024];
      column.decode(buffer, count, decoded);
      for (int i = 0; i < count; i++) {
        assertThat(Double.doubleToRawLongBits(decoded[i]))
            .as("row %d seed %d", i, seed)
            .isEqualTo(Double.doubleToRawLongBits(values[i]));
      }
    }
  }

  @Test
  void instrumentDecimalsTakeTheirBitsAndNoMore() {
    double[] values = new double[1024];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = (7000 + random.nextInt(1024)) / 100.0;
    }
    buffer.clear();
    new DoubleColumn().encode(values, values.length, buffer);
    assertThat(buffer.position()).isLessThan(1024 * 10 / 8 + 64);
  }

  @Test
  void textsComeBackWithTheirNulls() {
    String[] values = {"Heat", null, "", "Kühlen", "Heat", "😀", null};
    TextColumn column = new TextColumn();
    buffer.clear();
    column.encode(values, values.length, buffer);
    assertThat((long) buffer.position())
        .isLessThanOrEqualTo(TextColumn.bytesMax(values, values.length));
    buffer.flip();
    String[] decoded = new String[values.length];
    column.decode(buffer, values.length, decoded);
    assertThat(decoded).isEqualTo(values);
  }

  @Test
  void aCodecThatDoesNotExistIsRefused() {
    buffer.clear();
    buffer.put((byte) 7).putLong(0).flip();
    assertThatThrownBy(() -> new LongColumn().decode(buffer, 1, new long[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("codec=7");
  }
}
