package io.tidemark.storage.segment;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.StoreDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes a segment in which every codec and form of the format occurs, with all types, blocks of
 * all sizes and statistics of several levels. The same seed makes the same segment.
 */
final class EveryForm {
  /** Store of all these segments. */
  static final UUID STORE = new UUID(0x0123_4567_89ab_cdefL, 0xfedc_ba98_7654_3210L);

  /** Number of all these segments. */
  static final long SEGMENT = 7;

  private static final long START = 1_700_000_000_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final int FRAMES = 1_100;

  /**
   * How much to write.
   *
   * @param sizes of first blocks, in turn: more than 1 008 rows lie in lanes
   * @param rows of second blocks, at least
   * @param blocks of the chunks that have many: levels have groups of up to 1 024
   * @param tags besides, of one row each: a container of more than 4 096 is a plain bitmap
   */
  record Scale(List<Integer> sizes, int rows, int blocks, int tags, boolean late) {
    static final Scale GOLDEN =
        new Scale(List.of(1, 30, 7, 1010, 3, 40, 2, 20, 9), 56, 34, 3, false);
    static final Scale MEDIUM =
        new Scale(List.of(1024, 1, 30, 7, 1010, 2, 1008, 20, 1009, 3), 120, 40, 3, false);
    static final Scale LATE = new Scale(MEDIUM.sizes, 120, 40, 3, true);
    static final Scale LARGE = new Scale(MEDIUM.sizes, 120, 1_100, 4_200, false);
  }

  /** How the values of a block follow each other. */
  private enum Values {
    CONSTANT,
    STEP,
    NOISE,
    FEW_VALUES,
    OUTLIERS,
    WALK,
    ACCELERATING,
    GRID,
    STRETCHES,
    DICTIONARY,
    ANY
  }

  private enum Reals {
    CONSTANT,
    DECIMALS,
    ODD_DECIMALS,
    FLOATS,
    ODD_FLOATS,
    TRUE_REALS,
    LARGE,
    ANY
  }

  private enum Texts {
    NONE,
    FEW,
    LONG,
    ANY
  }

  private enum Times {
    STEADY,
    SHARED,
    DRIFTING,
    ON_GRID,
    JITTER,
    EQUAL
  }

  private enum States {
    GOOD,
    SPARSE,
    ANY,
    NO_VALUE
  }

  private static final double[] ODD = {
    -0.0,
    Double.NaN,
    Double.longBitsToDouble(0x7ff8_0000_dead_beefL),
    Double.longBitsToDouble(0xfff0_0000_0000_0001L),
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.MIN_VALUE,
    1.0 / 3
  };
  private static final double[] ODD_SINGLES = {
    -0.0, Double.NaN, Float.POSITIVE_INFINITY, Float.MIN_VALUE, 1.0f / 3
  };
  private static final int[] ODD_STATUSES = {
    StatusCodes.BAD, StatusCodes.BAD_SENSOR_FAILURE, StatusCodes.UNCERTAIN, 0x0096_0000, 0xC123_4567
  };

  private final Random random;
  private final SegmentWriter writer;
  private final List<String> rows = new ArrayList<>();
  private final FrameLog frames = new FrameLog();
  private final SampleBlock block = new SampleBlock();
  private final long[] sharedTimes = new long[SampleBlock.CAPACITY];
  private final long[] sharedFrames = new long[SampleBlock.CAPACITY];
  private int chunks;
  private long time;
  private long frame = 1;

  private EveryForm(SegmentWriter writer, long seed) {
    this.writer = writer;
    random = new Random(seed);
    for (int i = 1; i < SampleBlock.CAPACITY; i++) {
      sharedTimes[i] = sharedTimes[i - 1] + SECOND + random.nextInt(1_000) * 1_000L;
      sharedFrames[i] = sharedFrames[i - 1] + 1 + random.nextInt(20);
    }
  }

  /** Writes the segment; returns the lines of its rows. */
  static List<String> write(Path folder, long seed, Scale scale) throws IOException {
    StoreDirectory directory = StoreDirectory.open(Disk.REAL, folder);
    try (SegmentWriter writer =
        scale.late
            ? SegmentWriter.ofLate(directory, STORE, SEGMENT)
            : new SegmentWriter(directory, STORE, SEGMENT)) {
      EveryForm form = new EveryForm(writer, seed);
      form.chunks(scale);
      writer.commit(form.frames);
      return form.rows;
    }
  }

  private void chunks(Scale scale) throws IOException {
    int tag = 0;
    for (SampleType type : SampleType.values()) {
      List<? extends Enum<?>> shapes = shapes(type);
      for (Enum<?> shape : shapes) {
        int size = scale.sizes.get(chunks % scale.sizes.size());
        int next = scale.rows + random.nextInt(scale.rows);
        chunk(tag++, type, shape, nextTimes(), size, next);
      }
      int[] sizes = random.ints(scale.blocks, 1, 4).toArray();
      chunk(tag++, type, shapes.getLast(), nextTimes(), sizes);
    }
    for (SampleType type : SampleType.values()) { // tags that are scanned together
      chunk(tag++, type, shapes(type).getFirst(), Times.SHARED, 160);
    }
    for (SampleType type : SampleType.values()) { // a tag that changed its type
      chunk(tag, type, shapes(type).getFirst(), nextTimes(), 20);
    }
    tag = 1 << 16;
    for (int i = 0; i < scale.tags; i++) {
      chunk(tag += 2, SampleType.FLOAT64, Reals.CONSTANT, nextTimes(), 1);
    }
    for (int i = 0; i < 4; i++) {
      chunk(tag += 1 << 16, SampleType.BOOL, Values.CONSTANT, nextTimes(), 1);
    }
    for (long sequence = 1; frames.count() < Math.min(rows.size(), FRAMES); ) {
      frames.add(sequence, START / 1_000 + sequence * 999, random.nextInt(5));
      sequence += 1 + random.nextInt(3);
    }
  }

  /** How values of a type can follow each other. */
  private static List<? extends Enum<?>> shapes(SampleType type) {
    return switch (type) {
      case STRING -> List.of(Texts.values());
      case BOOL -> List.of(Values.CONSTANT, Values.STRETCHES, Values.ANY);
      case DIGITAL -> List.of(Values.CONSTANT, Values.STRETCHES, Values.DICTIONARY, Values.NOISE);
      default -> List.of(type.isIntegral() ? Values.values() : Reals.values());
    };
  }

  private Times nextTimes() {
    return Times.values()[chunks % Times.values().length];
  }

  private void chunk(int tag, SampleType type, Enum<?> shape, Times times, int... sizes)
      throws IOException {
    writer.startChunk(tag, type);
    time = START + random.nextInt(1_000) * SECOND;
    chunks++;
    States states = States.values()[chunks % 7 % States.values().length];
    for (int size : sizes) {
      block.reset(type);
      values(shape, size);
      times(times, size, tag & 0xff);
      states(states, size);
      writer.append(block);
      SegmentText.rows(tag, block, rows);
    }
  }

  private void values(Enum<?> shape, int count) {
    SampleType type = block.type();
    if (type == SampleType.STRING) {
      for (String text : texts((Texts) shape, count)) {
        block.appendText(0, text, 0);
      }
    } else if (type.isIntegral()) {
      for (long value : integers((Values) shape, count)) {
        block.appendLong(0, fitting(type, value), true, 0);
      }
    } else {
      for (double value : doubles((Reals) shape, count)) {
        boolean single = type.label().equals("float32");
        block.appendDouble(0, single ? (double) (float) value : value, true, 0);
      }
    }
  }

  private static long fitting(SampleType type, long value) {
    return switch (type.label()) {
      case "bool" -> value & 1;
      case "digital" -> value & 0xffff;
      case "int32" -> (int) value;
      default -> value;
    };
  }

  private long[] integers(Values shape, int count) {
    long[] values = new long[count];
    long step = 10_000L * random.nextInt(1, 1000);
    long value = random.nextInt(100_000);
    long[] some = random.longs(16).toArray();
    for (int i = 0; i < count; i++) {
      switch (shape) {
        case CONSTANT -> {}
        case STEP -> value += step;
        case NOISE -> value = random.nextInt(1 << 12);
        case FEW_VALUES -> value = random.nextInt(5) * 1_000L;
        case OUTLIERS -> {
          boolean far = random.nextInt(40) == 0 || i == 500;
          value = far ? random.nextLong() >> 20 : random.nextInt(60);
        }
        case WALK -> value += random.nextInt(-40, 41);
        case ACCELERATING -> value += i * 1_000L + random.nextInt(3);
        case GRID -> value = i * 1_000_000L + random.nextInt(11) * 1_000L;
        case STRETCHES -> value = random.nextInt(30) == 0 ? random.nextInt(9) : value;
        case DICTIONARY -> value = some[random.nextInt(some.length)];
        case ANY -> value = random.nextLong();
      }
      values[i] = value;
    }
    return values;
  }

  private double[] doubles(Reals shape, int count) {
    double[] values = new double[count];
    double value = random.nextInt(1000) / 8.0;
    for (int i = 0; i < count; i++) {
      double level = 20 + 5 * Math.sin(i / 50.0) + random.nextGaussian() * 0.1;
      double decimal = Math.rint(level * 1_000) / 1_000;
      boolean isOdd = random.nextInt(50) == 0 || i == 3;
      double odd = ODD[random.nextInt(ODD.length)];
      double oddSingle = ODD_SINGLES[random.nextInt(ODD_SINGLES.length)];
      values[i] =
          switch (shape) {
            case CONSTANT -> value;
            case DECIMALS -> decimal;
            case ODD_DECIMALS -> isOdd ? odd : decimal;
            case FLOATS -> (float) decimal;
            case ODD_FLOATS -> isOdd ? oddSingle : (float) decimal;
            case TRUE_REALS -> level;
            case LARGE -> (random.nextBoolean() ? 1 : -1) * Double.MAX_VALUE / (1 + i % 3);
            case ANY -> Double.longBitsToDouble(random.nextLong());
          };
    }
    return values;
  }

  private @Nullable String[] texts(Texts shape, int count) {
    @Nullable String[] texts = new String[count];
    for (int i = 0; i < count; i++) {
      boolean odd = random.nextInt(20) == 0;
      texts[i] =
          switch (shape) {
            case NONE -> null;
            case FEW -> odd ? null : "Phase " + random.nextInt(4);
            case LONG -> "operator acknowledged alarm " + i + " of reactor R-" + i % 7;
            case ANY ->
                odd
                    ? ""
                    : random.nextInt(9) == 0
                        ? null
                        : "K\u00fchlen \ud83d\ude00 \"\\\n\t\u0001\u007f " + random.nextInt(9);
          };
    }
    return texts;
  }

  /** Times and orders, ascending from where the chunk is; of some blocks in another order each. */
  private void times(Times shape, int count, int rowInFrame) {
    boolean isLate = random.nextInt(3) == 0;
    long start = time;
    long step = SECOND;
    long last = frame;
    for (int i = 0; i < count; i++) {
      long sequence = frame + i;
      switch (shape) {
        case STEADY -> time += SECOND;
        case SHARED -> {
          time = start + sharedTimes[i];
          sequence = frame + sharedFrames[i];
        }
        case DRIFTING -> time += step += random.nextInt(3) * 100L;
        case ON_GRID -> time = start + (i + 1) * SECOND + random.nextInt(5) * 1_000_000L;
        case JITTER -> {
          time += random.nextInt(1, 2_000_000_000);
          sequence = frame + (isLate ? random.nextInt(count) : 2L * i);
        }
        case EQUAL -> time += random.nextInt(4) == 0 ? SECOND : 0;
      }
      block.sourceTimesNs()[i] = time;
      block.orders()[i] = sequence << 16 | rowInFrame;
      last = Math.max(last, sequence);
    }
    frame = last + 1;
    if (shape == Times.SHARED) {
      time += SECOND;
    }
  }

  private void states(States shape, int count) {
    for (int i = 0; i < count; i++) {
      boolean odd = random.nextInt(shape == States.ANY ? 2 : 30) == 0;
      int status = 0;
      int flags = block.flags()[i];
      switch (shape) {
        case GOOD -> {}
        case SPARSE, ANY -> {
          if (odd) {
            status = ODD_STATUSES[random.nextInt(ODD_STATUSES.length)];
            flags &= random.nextBoolean() ? ~SampleFlags.PRESENT : ~0;
          }
          if (shape == States.ANY) {
            flags |= random.nextInt(32) << 1;
          }
        }
        case NO_VALUE -> {
          status = StatusCodes.BAD;
          flags &= ~SampleFlags.PRESENT;
        }
      }
      block.statuses()[i] = status;
      block.flags()[i] = (byte) flags;
      if (block.type() == SampleType.STRING && (flags & SampleFlags.PRESENT) == 0) {
        block.texts()[i] = null;
      }
    }
  }
}
