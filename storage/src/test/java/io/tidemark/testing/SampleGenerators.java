package io.tidemark.testing;

import io.tidemark.model.Float32;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import java.util.SplittableRandom;

/**
 * Columns of samples as plants make them, and as they should not. The same seed makes the same
 * column; a seed also chooses the character of the column, so that some seeds cover all.
 */
public final class SampleGenerators {
  private static final double[] ODD_DOUBLES = {
    0.0,
    -0.0,
    Double.NaN,
    Double.longBitsToDouble(0x7ff8_0000_dead_beefL),
    Double.longBitsToDouble(0xfff0_0000_0000_0001L),
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.MIN_VALUE,
    -Double.MIN_VALUE,
    Double.MIN_NORMAL / 3,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
  };
  private static final long[] ODD_LONGS = {
    0,
    1,
    -1,
    Long.MIN_VALUE,
    Long.MAX_VALUE,
    Long.MIN_VALUE + 1,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    (1L << 53) + 1
  };
  private static final float[] ODD_SINGLES = {
    0.0f,
    -0.0f,
    Float.NaN,
    Float.intBitsToFloat(0x7fc0_beef),
    Float.intBitsToFloat(0xff80_0001), // signalling
    Float.intBitsToFloat(0x7fbf_ffff), // signalling
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL / 3,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
  };
  private static final int[] ODD_INTS = {
    0, 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, Integer.MIN_VALUE + 1, 1 << 24
  };
  private static final int[] ODD_STATUSES = {
    StatusCodes.BAD,
    StatusCodes.BAD_NO_COMMUNICATION,
    StatusCodes.BAD_SENSOR_FAILURE,
    StatusCodes.UNCERTAIN,
    StatusCodes.UNCERTAIN_LAST_USABLE_VALUE,
    0x0096_0000,
    0xC123_4567
  };

  private SampleGenerators() {}

  /**
   * Any doubles: drifting, constant, decimal, noisy or alternating, in half of the columns with odd
   * ones (±0.0, infinities, NaN payloads, subnormals, extremes) mixed in.
   */
  public static double[] doubles(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed * 31 + 1);
    double[] values = finiteDoubles(seed, count);
    if (random.nextBoolean()) {
      for (int i = 0; i < count; i++) {
        if (random.nextInt(16) == 0) {
          values[i] = ODD_DOUBLES[random.nextInt(ODD_DOUBLES.length)];
        }
      }
    }
    return values;
  }

  /** Finite doubles of moderate size, some columns with a large offset. */
  public static double[] finiteDoubles(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed * 31 + 2);
    double[] values = new double[count];
    double offset = random.nextInt(3) == 0 ? 1e6 * random.nextInt(1, 1000) : 0;
    double value = random.nextDouble(-100, 100);
    int kind = random.nextInt(6);
    for (int i = 0; i < count; i++) {
      switch (kind) {
        case 0 -> value += random.nextDouble(-0.01, 0.01);
        case 1 -> value = random.nextInt(200) == 0 ? random.nextDouble(-100, 100) : value;
        case 2 -> value = Math.round((value + random.nextDouble(-1, 1)) * 10) / 10.0;
        case 3 -> value = random.nextDouble(-1000, 1000);
        case 4 -> value = random.nextGaussian() * 1e-3;
        default -> value = (i & 1) == 0 ? 17.5 : -3.25;
      }
      values[i] = value + offset;
    }
    return values;
  }

  /** Any longs: counting, constant, small or any bits, in half of the columns with extremes. */
  public static long[] longs(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed * 31 + 3);
    long[] values = new long[count];
    long value = random.nextInt(-1000, 1000);
    int kind = random.nextInt(5);
    boolean odd = random.nextBoolean();
    for (int i = 0; i < count; i++) {
      switch (kind) {
        case 0 -> value += random.nextInt(4);
        case 1 -> value = random.nextInt(300) == 0 ? random.nextInt(-1000, 1000) : value;
        case 2 -> value = random.nextInt(0, 8);
        case 3 -> value = random.nextLong();
        default -> value -= random.nextInt(1_000_000);
      }
      values[i] =
          odd && random.nextInt(32) == 0 ? ODD_LONGS[random.nextInt(ODD_LONGS.length)] : value;
    }
    return values;
  }

  /**
   * Any float32, widened ({@link Float32}): those nearest to {@link #finiteDoubles}, in half of the
   * columns with odd ones (±0.0, infinities, quiet and signalling NaN, subnormals, extremes) mixed
   * in.
   */
  public static double[] singles(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed * 31 + 6);
    double[] values = finiteDoubles(seed, count);
    boolean odd = random.nextBoolean();
    for (int i = 0; i < count; i++) {
      values[i] =
          Float32.widen(
              odd && random.nextInt(16) == 0
                  ? ODD_SINGLES[random.nextInt(ODD_SINGLES.length)]
                  : Float32.nearest(values[i]));
    }
    return values;
  }

  /** Any int32: the lower halves of {@link #longs}, in half of the columns with extremes. */
  public static long[] ints(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed * 31 + 7);
    long[] values = longs(seed, count);
    boolean odd = random.nextBoolean();
    for (int i = 0; i < count; i++) {
      values[i] =
          odd && random.nextInt(32) == 0
              ? ODD_INTS[random.nextInt(ODD_INTS.length)]
              : (int) values[i];
    }
    return values;
  }

  /** Values of a float64 or float32 block. */
  public static double[] reals(SampleType type, long seed, int count) {
    return type == SampleType.FLOAT32 ? singles(seed, count) : doubles(seed, count);
  }

  /** Values of an int64, int32, bool or digital block. */
  public static long[] integrals(SampleType type, long seed, int count) {
    long[] values = type == SampleType.INT32 ? ints(seed, count) : longs(seed, count);
    for (int i = 0; i < count && type == SampleType.BOOL; i++) {
      values[i] &= 1;
    }
    return values;
  }

  /**
   * Ascending source times from near {@code startNs} on: on a regular scan, jittered, with
   * repetitions, or in bursts with long pauses.
   */
  public static long[] times(long seed, int count, long startNs) {
    SplittableRandom random = new SplittableRandom(seed * 31 + 4);
    long[] times = new long[count];
    long[] steps = {1_000_000L, 100_000_000L, 1_000_000_000L, 5_000_000_000L, 60_000_000_000L};
    long step = steps[random.nextInt(steps.length)];
    int kind = random.nextInt(4);
    long time = startNs;
    for (int i = 0; i < count; i++) {
      times[i] = time;
      switch (kind) {
        case 0 -> time += step;
        case 1 -> time += step + random.nextLong(-step / 3, step / 3);
        case 2 -> time += random.nextInt(4) == 0 ? 0 : step;
        default -> time += random.nextInt(50) == 0 ? step * 1000 : random.nextLong(1, step);
      }
    }
    return times;
  }

  /** Like {@link #times}, each one once. */
  public static long[] distinctTimes(long seed, int count, long startNs) {
    long[] times = times(seed, count, startNs);
    for (int i = 1; i < count; i++) {
      times[i] = Math.max(times[i], times[i - 1] + 1);
    }
    return times;
  }

  /** Mostly Good; in some columns single other codes, in some stretches of them. */
  public static int[] statuses(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed * 31 + 5);
    int[] statuses = new int[count];
    int kind = random.nextInt(3);
    int left = 0;
    int status = StatusCodes.GOOD;
    for (int i = 0; i < count && kind > 0; i++) {
      if (left-- <= 0) {
        boolean odd = random.nextInt(40) == 0;
        status = odd ? ODD_STATUSES[random.nextInt(ODD_STATUSES.length)] : StatusCodes.GOOD;
        left = odd && kind == 2 ? random.nextInt(30) : 0;
      }
      statuses[i] = status;
    }
    return statuses;
  }
}
