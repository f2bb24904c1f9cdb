package io.tidemark.storage.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.testing.SampleGenerators;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ColumnTest {
  private static final LongCodec[] CODECS = {
    new RawCodec(),
    new ConstantCodec(),
    new ConstantStepCodec(),
    new FrameOfReferenceCodec(),
    new DeltaCodec(),
    new DeltaOfDeltaCodec(),
    new GridCodec(),
    new RunLengthCodec(),
    new DictionaryCodec()
  };

  private final ByteOutput out = new ByteOutput(16);

  private ByteInput encoded() {
    // A copy of the exact length: nothing may be read behind it.
    byte[] exact = Arrays.copyOf(out.array(), out.length());
    return new ByteInput().wrap(exact, 0, exact.length);
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void everyCodecRestoresEveryInteger(long seed) {
    Random random = new Random(seed);
    LongCodec.Scratch scratch = new LongCodec.Scratch();
    for (int round = 0; round < 400; round++) {
      int count = random.nextInt(4) == 0 ? 1024 : 1 + random.nextInt(1024);
      long[] values = integers(random, count, seed + round);
      for (LongCodec codec : CODECS) {
        int estimate = codec.estimateBytes(values, count, scratch);
        if (estimate == LongCodec.IMPOSSIBLE) {
          continue;
        }
        String what = "codec=" + codec.id() + ", seed=" + seed + ", round=" + round;
        long[] before = values.clone();
        out.truncate(0);
        codec.encode(values, count, scratch, out);
        assertThat(values).as("input is left alone: " + what).isEqualTo(before);
        assertThat(out.length()).as("estimate: " + what).isCloseTo(estimate, within(estimate));
        ByteInput in = encoded();
        long[] decoded = new long[1024];
        codec.decode(in, count, decoded, scratch);
        assertThat(Arrays.copyOf(decoded, count)).as(what).isEqualTo(Arrays.copyOf(values, count));
        assertThat(in.remaining()).as(what).isZero();
        in = encoded();
        codec.skip(in, count);
        assertThat(in.remaining()).as("skip: " + what).isZero();
      }
      LongColumn column = new LongColumn();
      for (boolean ascending : new boolean[] {false, true}) {
        out.truncate(0);
        if (ascending) {
          column.encodeAscending(values, count, out);
        } else {
          column.encode(values, count, out);
        }
        assertThat(out.length()).isLessThanOrEqualTo(8 * count + 1);
        long[] decoded = new long[1024];
        column.decode(encoded(), count, decoded);
        assertThat(Arrays.copyOf(decoded, count)).isEqualTo(Arrays.copyOf(values, count));
      }
    }
  }

  /* A gap of 255 rows or more takes another byte than the estimate has. */
  private static org.assertj.core.data.Offset<Integer> within(int estimate) {
    return org.assertj.core.data.Offset.offset(4 + estimate / 50);
  }

  private static long[] integers(Random random, int count, long seed) {
    long[] values = new long[count];
    switch (random.nextInt(11)) {
      case 0 -> Arrays.fill(values, random.nextLong());
      case 1 -> {
        long step = random.nextLong();
        for (int i = 0; i < count; i++) {
          values[i] = i * step;
        }
      }
      case 2 -> {
        int range = 2 + random.nextInt(70);
        for (int i = 0; i < count; i++) {
          values[i] = random.nextInt(range) * 1_000_000L;
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
      case 5 -> { // a bell with a few far ones
        for (int i = 0; i < count; i++) {
          values[i] = Math.round(random.nextGaussian() * 20 * (random.nextInt(50) == 0 ? 1e6 : 1));
        }
      }
      case 6 -> { // mostly zero
        for (int i = 0; i < count; i++) {
          values[i] = random.nextInt(200) == 0 ? random.nextLong() >> random.nextInt(64) : 0;
        }
      }
      case 7 -> { // what a converter makes of a slow signal
        double level = 5000;
        for (int i = 0; i < count; i++) {
          level += random.nextGaussian() * 3;
          values[i] = Math.round(Math.rint(level) * 2.44140625);
        }
      }
      case 8 -> { // stretches
        for (int i = 0; i < count; i++) {
          values[i] = i > 0 && random.nextInt(40) != 0 ? values[i - 1] : random.nextInt(9);
        }
      }
      case 9 -> { // a grid with jitter
        for (int i = 0; i < count; i++) {
          values[i] = i * 1_000_000_000L + random.nextInt(5) * 1_000_000L;
        }
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
  void vectorsAndPlainLoopsGiveTheSameBits(long seed) {
    assertThat(VectorKernels.isFast()).as("vectors of this machine").isTrue();
    Kernels scalar = new ScalarKernels();
    Kernels vector = new VectorKernels();
    Random random = new Random(seed);
    long[] words = new long[BitPacking.WORDS_MAX];
    long[] a = new long[1024];
    long[] b = new long[1024];
    for (int width = 1; width <= 64; width++) {
      for (int i = 0; i < words.length; i++) {
        words[i] = random.nextLong();
      }
      long base = random.nextLong();
      scalar.unpackLanes(words, width, base, a);
      vector.unpackLanes(words, width, base, b);
      assertThat(b).as("width=" + width).isEqualTo(a);
    }
    double[] x = new double[1024];
    double[] y = new double[1024];
    for (int round = 0; round < 2_000; round++) {
      double power = Math.pow(10, round % (DoubleColumn.EXPONENT_MAX + 1));
      for (int i = 0; i < a.length; i++) {
        // Up to 2^53, near powers of ten and of two, and zero.
        long wide = random.nextLong() >> 11 + random.nextInt(43);
        long near = (long) Math.pow(10, random.nextInt(16)) + random.nextInt(3) - 1;
        long two = (1L << random.nextInt(54)) + random.nextInt(3) - 1;
        a[i] =
            switch (random.nextInt(4)) {
              case 0 -> near;
              case 1 -> Math.min(two, 1L << 53);
              case 2 -> -near;
              default -> wide >> 1;
            };
      }
      int count = random.nextInt(3) == 0 ? random.nextInt(1024) : 1024;
      scalar.decimals(a, power, x, count);
      vector.decimals(a, power, y, count);
      for (int i = 0; i < count; i++) {
        if (Double.doubleToRawLongBits(x[i]) != Double.doubleToRawLongBits(y[i])) {
          assertThat(y[i]).as(a[i] + " / " + power).isEqualTo(x[i]);
          assertThat(Double.doubleToRawLongBits(y[i])).isEqualTo(Double.doubleToRawLongBits(x[i]));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void doublesComeBackBitForBit(long seed) {
    Random random = new Random(seed);
    DoubleColumn column = new DoubleColumn();
    for (int round = 0; round < 200; round++) {
      int count = random.nextInt(4) == 0 ? 1024 : 1 + random.nextInt(1024);
      double[] values = doubles(random, count, seed * 31 + round);
      out.truncate(0);
      column.encode(values, count, out);
      double[] decoded = new double[1024];
      ByteInput in = encoded();
      column.decode(in, count, decoded);
      assertThat(in.remaining()).isZero();
      for (int i = 0; i < count; i++) {
        if (Double.doubleToRawLongBits(decoded[i]) != Double.doubleToRawLongBits(values[i])) {
          assertThat(Double.doubleToRawLongBits(decoded[i]))
              .as("row=%d, seed=%d, round=%d, value=%s", i, seed, round, values[i])
              .isEqualTo(Double.doubleToRawLongBits(values[i]));
        }
      }
      in = encoded();
      DoubleColumn.skip(in, count);
      assertThat(in.remaining()).isZero();
      assertThat(out.length()).isLessThanOrEqualTo(8 * count + 8);
    }
  }

  private static double[] doubles(Random random, int count, long seed) {
    double[] values = SampleGenerators.doubles(seed, count);
    int kind = random.nextInt(6);
    double scale = Math.pow(10, random.nextInt(8));
    for (int i = 0; i < count && kind > 0; i++) {
      double level = 20 + 5 * Math.sin(i / 50.0) + random.nextGaussian() * 0.1;
      values[i] =
          switch (kind) {
            case 1 -> Math.rint(level * scale) / scale; // decimals
            case 2 -> (float) (Math.rint(level * scale) / scale); // of a controller's floats
            case 3 -> level; // true reals
            case 4 -> random.nextInt(100) == 0 ? values[i] : Math.rint(level * 100) / 100;
            default -> random.nextInt(3) * 1e15 * (random.nextInt(9) + 1) + 0.5;
          };
    }
    return values;
  }

  @Test
  void instrumentDecimalsTakeTheirBitsAndNoMore() {
    double[] values = new double[1024];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = (7000 + random.nextInt(1024)) / 100.0;
    }
    new DoubleColumn().encode(values, values.length, out);
    assertThat(out.length()).isLessThan(1024 * 10 / 8 + 16);
  }

  @Test
  void widenedFloatsTakeTheBitsOfTheirDecimals() {
    double[] values = new double[1024];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((7000 + random.nextInt(1024)) / 100.0);
    }
    new DoubleColumn().encode(values, values.length, out);
    assertThat(out.length()).isLessThan(1024 * 10 / 8 + 16);
  }

  @Test
  void wholeMillisecondsDoNotPayForNanoseconds() {
    long[] times = new long[1024];
    Random random = new Random(1);
    for (int i = 0; i < times.length; i++) {
      times[i] = i * 1_000_000_000L + random.nextInt(5) * 1_000_000L;
    }
    new LongColumn().encodeAscending(times, times.length, out);
    // Five values in 7 bits a group of three: 2.33 bits.
    assertThat(out.length()).isLessThan(1024 * 7 / 3 / 8 + 32);
    out.truncate(0);
    for (int i = 0; i < times.length; i++) {
      times[i] = i * 1_000_000_000L;
    }
    new LongColumn().encodeAscending(times, times.length, out);
    assertThat(out.length()).isLessThanOrEqualTo(4);
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void statusesAndFlagsComeBack(long seed) {
    Random random = new Random(seed);
    StateColumn column = new StateColumn(new LongColumn());
    for (int round = 0; round < 200; round++) {
      int count = random.nextInt(4) == 0 ? 1024 : 1 + random.nextInt(1024);
      int[] statuses = new int[count];
      byte[] flags = new byte[count];
      int rarity = 1 + random.nextInt(400);
      int kind = random.nextInt(3);
      for (int i = 0; i < count; i++) {
        boolean odd = random.nextInt(rarity) == 0;
        statuses[i] = kind == 0 ? random.nextInt() : odd ? 0x808C0000 | random.nextInt(2) : 0;
        flags[i] = (byte) (kind == 2 && odd ? random.nextInt() : 1);
      }
      out.truncate(0);
      column.encode(statuses, flags, count, out);
      int[] decodedStatuses = new int[1024];
      byte[] decodedFlags = new byte[1024];
      ByteInput in = encoded();
      column.decode(in, count, decodedStatuses, decodedFlags);
      assertThat(in.remaining()).isZero();
      assertThat(Arrays.copyOf(decodedStatuses, count)).isEqualTo(statuses);
      assertThat(Arrays.copyOf(decodedFlags, count)).isEqualTo(flags);
      in = encoded();
      StateColumn.skip(in, count);
      assertThat(in.remaining()).isZero();
    }
  }

  @Test
  void textsComeBackWithTheirNulls() {
    String[] values = {"Heat", null, "", "Kühlen", "Heat", "😀", null};
    assertThat(textsOf(values)).isEqualTo(values);
    assertThat(textsOf(new String[] {null, null})).isEqualTo(new String[] {null, null});
  }

  @Test
  void longTextsAreCompressed() {
    String[] values = new String[300];
    for (int i = 0; i < values.length; i++) {
      values[i] = "operator acknowledged alarm " + i + " of reactor R-" + i % 7;
    }
    assertThat(textsOf(values)).isEqualTo(values);
    assertThat(out.length()).isLessThan(300 * 12);
  }

  private String[] textsOf(String[] values) {
    TextColumn column = new TextColumn(new LongColumn(), 1 << 16);
    out.truncate(0);
    column.encode(values, values.length, out);
    String[] decoded = new String[values.length];
    ByteInput in = encoded();
    column.decode(in, values.length, decoded);
    assertThat(in.remaining()).isZero();
    in = encoded();
    column.skip(in, values.length);
    assertThat(in.remaining()).isZero();
    return decoded;
  }

  @Test
  void aCodecThatDoesNotExistIsRefused() {
    out.u8(17);
    out.i64(0);
    assertThatThrownBy(() -> new LongColumn().decode(encoded(), 1, new long[1024]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("codec=17");
  }

  @Test
  void bytesThatEndEarlyAreRefused() {
    long[] values = integers(new Random(5), 700, 5);
    new LongColumn().encode(values, 700, out);
    for (int length = 0; length < out.length(); length++) {
      byte[] cut = Arrays.copyOf(out.array(), length);
      ByteInput in = new ByteInput().wrap(cut, 0, length);
      assertThatThrownBy(() -> new LongColumn().decode(in, 700, new long[1024]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
