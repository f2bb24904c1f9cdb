package io.tidemark.benchmarks.scenario;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * The workload that peers were measured with: 1 000 tags, a scan a second, 50 000 scans. 60 % slow
 * analog, 15 % set points, 15 % digital states, 5 % counters, 5 % full noise; a fifth of the tags
 * of each shape has jitter of 0 to 4 ms; Bad in 0.5 %, independent, the value kept.
 *
 * <p>Immutable; each {@link Source} gives the samples of one tag in order of time and keeps a few
 * numbers of state, so that tags can be read one by one or side by side. The samples of a tag
 * follow from seed and tag alone.
 */
final class WorkloadM {
  /** Tags of the workload. */
  static final int TAGS = 1000;

  /** Scans of the workload. */
  static final int SCANS = 50_000;

  /** Time of the first scan, 2026-01-01T00:00:00Z. */
  static final long START_NS = 1_767_225_600_000_000_000L;

  private static final int PATTERN = 20;
  private static final long SECOND_NS = 1_000_000_000L;

  /*
   * What is known of the original is the paragraph above, "mean-reverting walk + noise, 12/14/16 bit ADC, rounded
   * to 2 or 3 decimals", and the table of floors. The rest was found by fitting that table (CodecFloor prints both
   * side by side):
   *
   * Counters: order-0 entropy of deltas is 2.585 bit = log2(6) and deltas need 3 bits, so increments are uniform
   * over 0..5; the entropy of the values, 15.25 bit, agrees.
   * Jitter: times need 0.2 x 3 bits and a header, so it is whole milliseconds, 0..4, around the grid.
   * States: 1.97 bit of entropy is four states; 0.031 bit of entropy of deltas is a change in about 385 scans.
   * Set points: 2.23 bit by FOR and 0.008 bit of entropy of deltas are whole numbers of 0..100 that change once in
   * about 2 060 scans.
   * Noise: 53 bits by FOR on the raw bits is any range over two or three binary exponents; 50 to 150 here.
   * Analog: deltas need 2.5 bits more than their entropy. Gaussian deltas explain 1.1; the rest is a converter
   * whose steps are wider than the last decimal, which a range of 100 units gives. Deviation of a walk step,
   * reversion and noise were then searched for; a range of 100 fits better than wider ones.
   *
   * Values come from SplitMix64, one stream a tag; a normal deviate is the sum of eight 16-bit uniforms.
   */
  private static final double RANGE = 100;
  private static final double STEP = 0.00112;
  private static final double REVERSION = 0.0015;
  private static final double NOISE = 0.0005;
  private static final double SET_POINT_CHANGES = 1 / 2060.0;
  private static final double STATE_CHANGES = 1 / 385.0;
  private static final int STATES = 4;
  private static final double BAD = 0.005;
  private static final int JITTER_MS = 5;
  private static final int[] ADC_BITS = {12, 14, 16};

  /** What kind of instrument it is. */
  enum Shape {
    /** Drifting measurement. */
    ANALOG("slow analog", 0.60),
    /** Set point of an operator. */
    SET_POINT("set point", 0.15),
    /** State of a valve or motor. */
    DIGITAL("digital", 0.15),
    /** Totaliser. */
    COUNTER("counter", 0.05),
    /** Doubles of full mantissa. */
    NOISE("full noise", 0.05);

    final String label;
    final double share;

    Shape(String label, double share) {
      this.label = label;
      this.share = share;
    }
  }

  private final long seed;
  private final List<Shape> shapes;

  private WorkloadM(long seed, List<Shape> shapes) {
    this.seed = seed;
    this.shapes = List.copyOf(shapes);
  }

  /** All shapes with their shares; a multiple of 100 tags keeps them exactly. */
  static WorkloadM mixed(long seed, int tags) {
    List<Shape> shapes = new ArrayList<>();
    for (int tag = 0; tag < tags; tag++) {
      int place = tag % PATTERN;
      shapes.add(
          place < 12
              ? Shape.ANALOG
              : place < 15
                  ? Shape.SET_POINT
                  : place < 18 ? Shape.DIGITAL : place < 19 ? Shape.COUNTER : Shape.NOISE);
    }
    return new WorkloadM(seed, shapes);
  }

  /** One shape alone. */
  static WorkloadM alone(long seed, Shape shape, int tags) {
    List<Shape> shapes = new ArrayList<>();
    for (int tag = 0; tag < tags; tag++) {
      shapes.add(shape);
    }
    return new WorkloadM(seed, shapes);
  }

  /** Number of tags. */
  int tags() {
    return shapes.size();
  }

  /** The names of all tags. */
  List<String> names() {
    return IntStream.range(0, tags()).mapToObj(tag -> definition(tag).name()).toList();
  }

  /** The tag's shape. */
  Shape shape(int tag) {
    return shapes.get(tag);
  }

  /** The tag as a store knows it: states are digital, all else doubles as it was for the peers. */
  TagDefinition definition(int tag) {
    Shape shape = shapes.get(tag);
    boolean digital = shape == Shape.DIGITAL;
    return new TagDefinition(
        tag,
        new UUID(seed, tag),
        String.format("UNIT%02d.%s.%04d", tag / 50, shape, tag),
        digital ? SampleType.DIGITAL : SampleType.FLOAT64,
        "",
        "",
        shape == Shape.SET_POINT || digital,
        Double.NaN,
        Double.NaN,
        digital ? List.of("Closed", "Opening", "Open", "Fault") : List.of(),
        DuplicateRule.REPLACE,
        false,
        1,
        "bench",
        0);
  }

  /** The samples of a tag from the first scan on. */
  Source source(int tag) {
    return new Source(tag, true);
  }

  /** The same on exact seconds whatever the tag. */
  Source exactSource(int tag) {
    return new Source(tag, false);
  }

  /** The sources of all tags. */
  List<Source> sources() {
    List<Source> sources = new ArrayList<>();
    for (int tag = 0; tag < tags(); tag++) {
      sources.add(source(tag));
    }
    return sources;
  }

  /** The samples of one tag, one after the other. One thread. */
  final class Source {
    private final Shape shape;
    private final boolean jittered;
    private final double adcMax;
    private final double scale;
    private long random;
    private long scan;
    private double level;
    private long timeNs;
    private double value;
    private int status;

    private Source(int tag, boolean mayJitter) {
      shape = shapes.get(tag);
      jittered = mayJitter && tag / PATTERN % 5 == 0;
      adcMax = (1 << ADC_BITS[tag % 3]) - 1;
      scale = tag / 3 % 2 == 0 ? 100 : 1000;
      random = mix(seed * 0x9E37_79B9_7F4A_7C15L + tag);
      switch (shape) {
        case ANALOG -> level = STEP / Math.sqrt(2 * REVERSION) * normal();
        case SET_POINT -> value = below(101);
        case DIGITAL -> value = below(STATES);
        case COUNTER -> value = below(1_000_000);
        case NOISE -> {}
      }
    }

    /** Goes on to the next scan. */
    void next() {
      timeNs = START_NS + scan * SECOND_NS + (jittered ? below(JITTER_MS) * 1_000_000L : 0);
      scan++;
      switch (shape) {
        case ANALOG -> {
          level += STEP * normal() - REVERSION * level;
          double measured = 0.5 + level + NOISE * normal();
          double code = Math.rint(Math.clamp(measured, 0, 1) * adcMax);
          value = Math.rint(code / adcMax * RANGE * scale) / scale;
        }
        case SET_POINT -> {
          if (uniform() < SET_POINT_CHANGES) {
            value = below(101);
          }
        }
        case DIGITAL -> {
          if (uniform() < STATE_CHANGES) {
            value = (value + 1 + below(STATES - 1)) % STATES;
          }
        }
        case COUNTER -> value += below(6);
        case NOISE -> value = 50 + 100 * uniform();
      }
      status = uniform() < BAD ? StatusCodes.BAD_SENSOR_FAILURE : StatusCodes.GOOD;
    }

    /** Source time. */
    long timeNs() {
      return timeNs;
    }

    /** The value; of a digital tag the ordinal. */
    double value() {
      return value;
    }

    /** Good or Bad_SensorFailure. */
    int status() {
      return status;
    }

    /** The kind of tag. */
    Shape shape() {
      return shape;
    }

    /** The value as an integer: decimals scaled away, bits of full noise. */
    long integer() {
      return switch (shape) {
        case ANALOG -> Math.round(value * scale);
        case NOISE -> Double.doubleToRawLongBits(value);
        default -> (long) value;
      };
    }

    private long bits() {
      random += 0x9E37_79B9_7F4A_7C15L;
      return mix(random);
    }

    private double uniform() {
      return (bits() >>> 11) * 0x1p-53;
    }

    private long below(int bound) {
      return ((bits() >>> 32) * bound) >>> 32;
    }

    private double normal() {
      return (sum(bits()) + sum(bits()) - 4 * 0x1p16) * (0x1p-16 * 1.224744871391589);
    }
  }

  private static long sum(long bits) {
    return (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return z ^ (z >>> 31);
  }
}
