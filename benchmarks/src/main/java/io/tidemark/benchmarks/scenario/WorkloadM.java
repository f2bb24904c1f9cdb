package io.tidemark.benchmarks.scenario;

import io.tidemark.model.SampleType;
import java.util.SplittableRandom;

/**
 * A plant of 1 000 tags that are scanned each second: 60 % slow analog, 15 % set points, 15 %
 * digital states, 5 % counters, 5 % noise of full precision; 80 % of the tags on exact seconds, 20
 * % with 0 to 4 ms of jitter; Good but for 0.5 % Bad, independent of one another. Deterministic by
 * seed and tag. Not safe for several threads.
 *
 * <p>The mixture is the one that other systems were measured with on this class of machine. What
 * its description leaves open (size of walk and noise, how often states change) was chosen so that
 * the floors come out as they were published: {@code ./tidemark bench sizes --floor} prints both.
 */
public final class WorkloadM {
  /** Tags of the whole workload. */
  public static final int TAGS = 1000;

  /** OPC UA Bad_SensorFailure; the value is kept. */
  public static final int BAD = 0x808D0000;

  static final long START_NS = 1_735_689_600_000_000_000L; // 2025-01-01T00:00:00Z
  private static final int JITTER_MS = 5;
  private static final double BAD_SHARE = 0.005;
  private static final int[] CONVERTER_BITS = {12, 14, 16};
  private static final double SPAN = 100;
  private static final double WALK = 0.11;
  private static final double NOISE = 0.082;
  private static final double REVERSION = 1e-3;

  /** What a tag looks like. */
  public enum Shape {
    /** Mean-reverting walk and noise, through a converter, rounded to decimals. */
    ANALOG(60, SampleType.FLOAT64),
    /** Changes rarely. */
    SET_POINT(15, SampleType.FLOAT64),
    /** One of four states. */
    DIGITAL(15, SampleType.DIGITAL),
    /** Rises by 0 to 5 a scan. */
    COUNTER(5, SampleType.INT64),
    /** Doubles in which no bit repeats. */
    NOISE(5, SampleType.FLOAT64);

    /** Percent of the tags. */
    final int percent;

    /** Type of the values. */
    final SampleType type;

    Shape(int percent, SampleType type) {
      this.percent = percent;
      this.type = type;
    }
  }

  /** One tag's samples, one after the other. */
  public static final class Tag {
    private final Shape shape;
    private final boolean jitters;
    private final SplittableRandom random;
    private final double lsb;
    private final double decimals;
    private double level = SPAN / 2;
    private long count;
    private long scan;
    private long timeNs;
    private long bits;
    private int status;

    Tag(long seed, int index, Shape shape, boolean jitters) {
      this.shape = shape;
      this.jitters = jitters;
      random = new SplittableRandom(seed * 1_000_003 + index);
      lsb = SPAN / (1 << CONVERTER_BITS[index % 3]);
      decimals = index / 3 % 2 == 0 ? 100 : 1000;
      count = random.nextInt(1_000_000);
    }

    /** Moves to the next sample. */
    public void next() {
      timeNs =
          START_NS
              + scan++ * 1_000_000_000L
              + (jitters ? random.nextInt(JITTER_MS) * 1_000_000L : 0);
      status = random.nextDouble() < BAD_SHARE ? BAD : 0;
      bits =
          switch (shape) {
            case ANALOG -> {
              level += REVERSION * (SPAN / 2 - level) + random.nextGaussian() * WALK;
              double read = Math.rint((level + random.nextGaussian() * NOISE) / lsb) * lsb;
              yield Double.doubleToRawLongBits(Math.rint(read * decimals) / decimals);
            }
            case SET_POINT -> {
              if (random.nextInt(1200) == 0) {
                level = random.nextInt(200) * 0.5;
              }
              yield Double.doubleToRawLongBits(level);
            }
            case DIGITAL -> {
              if (random.nextInt(700) == 0) {
                count = random.nextInt(4);
              }
              yield count & 3;
            }
            case COUNTER -> count += random.nextInt(6);
            case NOISE -> Double.doubleToRawLongBits(100 + 100 * random.nextDouble());
          };
    }

    Shape shape() {
      return shape;
    }

    /** One over the last decimal place of an analog value. */
    double decimals() {
      return decimals;
    }

    /** Type of the values. */
    public SampleType type() {
      return shape.type;
    }

    /** Source time of the sample. */
    public long timeNs() {
      return timeNs;
    }

    /** Value of the sample: bits of a double, or an integer. */
    public long valueBits() {
      return bits;
    }

    /** Status of the sample. */
    public int status() {
      return status;
    }
  }

  private WorkloadM() {}

  /** Tags of the mixture. */
  public static Tag[] mixture(long seed, int tags) {
    Tag[] made = new Tag[tags];
    Shape[] shapes = Shape.values();
    int from = 0;
    for (int i = 0; i < shapes.length; i++) {
      int end = i == shapes.length - 1 ? tags : from + tags * shapes[i].percent / 100;
      for (int index = from; index < end; index++) {
        made[index] = new Tag(seed, index, shapes[i], index % 5 == 0);
      }
      from = end;
    }
    return made;
  }

  /** Tags of one shape, with the mixture's share of jitter. */
  public static Tag[] only(long seed, int tags, Shape shape) {
    Tag[] made = new Tag[tags];
    for (int index = 0; index < tags; index++) {
      made[index] = new Tag(seed, index, shape, index % 5 == 0);
    }
    return made;
  }
}
