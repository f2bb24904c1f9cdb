package io.tidemark.benchmarks.micro;

import io.tidemark.model.SampleBlock;
import io.tidemark.storage.codec.ByteInput;
import io.tidemark.storage.codec.ByteOutput;
import io.tidemark.storage.codec.DoubleColumn;
import io.tidemark.storage.codec.LongColumn;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Values a second of one block of 1 024 rows, one core, with the vector module and without: decode
 * and encode of doubles and of integers. Shapes from the best case to the worst. The baseline is a
 * plain copy.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecSpeed {
  /** What the values look like. */
  @Param({"decimalNoise", "slowAnalog", "setPoint", "controllerFloat", "fullNoise"})
  public String shape = "slowAnalog";

  private final DoubleColumn doubles = new DoubleColumn();
  private final LongColumn longs = new LongColumn();
  private final double[] values = new double[SampleBlock.CAPACITY];
  private final long[] integers = new long[SampleBlock.CAPACITY];
  private final double[] out = new double[SampleBlock.CAPACITY];
  private final long[] longOut = new long[SampleBlock.CAPACITY];
  private final ByteOutput encoded = new ByteOutput(1 << 14);
  private final ByteOutput encodedLongs = new ByteOutput(1 << 14);
  private final ByteOutput scratch = new ByteOutput(1 << 14);
  private final ByteInput input = new ByteInput();

  /** Encodes the block. */
  @Setup
  public void encode() {
    Random random = new Random(42);
    double level = 70;
    for (int i = 0; i < values.length; i++) {
      level += random.nextGaussian() * 0.05;
      values[i] =
          switch (shape) {
            case "decimalNoise" -> (7000 + random.nextInt(1024)) / 100.0;
            case "slowAnalog" -> Math.rint(level * 100) / 100;
            case "setPoint" -> 50 + i / 400;
            case "controllerFloat" -> (float) (Math.rint(level * 1000) / 1000);
            default -> random.nextDouble();
          };
      integers[i] = Math.round(values[i] * 100);
    }
    doubles.encode(values, values.length, encoded);
    longs.encode(integers, integers.length, encodedLongs);
    System.out.printf(
        "bits/value: doubles %.2f, integers %.2f%n",
        8.0 * encoded.length() / values.length, 8.0 * encodedLongs.length() / values.length);
  }

  /** Doubles. */
  @Benchmark
  @OperationsPerInvocation(SampleBlock.CAPACITY)
  public double[] decodeDoubles() {
    doubles.decode(input.wrap(encoded.array(), 0, encoded.length()), out.length, out);
    return out;
  }

  /** Hundredths as integers. */
  @Benchmark
  @OperationsPerInvocation(SampleBlock.CAPACITY)
  public long[] decodeIntegers() {
    longs.decode(
        input.wrap(encodedLongs.array(), 0, encodedLongs.length()), longOut.length, longOut);
    return longOut;
  }

  /** Doubles, with the choice of the codec. */
  @Benchmark
  @OperationsPerInvocation(SampleBlock.CAPACITY)
  public ByteOutput encodeDoubles() {
    scratch.truncate(0);
    doubles.encode(values, values.length, scratch);
    return scratch;
  }

  /** Baseline. */
  @Benchmark
  @OperationsPerInvocation(SampleBlock.CAPACITY)
  public double[] plainCopy() {
    System.arraycopy(values, 0, out, 0, out.length);
    return out;
  }
}
