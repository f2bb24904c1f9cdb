package io.tidemark.benchmarks.micro;

import io.tidemark.model.SampleBlock;
import io.tidemark.storage.codec.DoubleColumn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Decodes the values of one block: a drifting temperature with two decimals (typical),
 * full-mantissa noise (worst case), beside a plain copy.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DecodeBlock {
  private final DoubleColumn column = new DoubleColumn();
  private final double[] out = new double[SampleBlock.CAPACITY];
  private final double[] plain = new double[SampleBlock.CAPACITY];
  private ByteBuffer typical = ByteBuffer.allocate(0);
  private ByteBuffer worst = ByteBuffer.allocate(0);

  /** Encodes both blocks. */
  @Setup
  public void encode() {
    Random random = new Random(42);
    double[] drifting = new double[SampleBlock.CAPACITY];
    double[] noise = new double[SampleBlock.CAPACITY];
    double value = 70;
    for (int i = 0; i < drifting.length; i++) {
      value += random.nextGaussian() * 0.05;
      drifting[i] = Math.rint(value * 100) / 100;
      noise[i] = random.nextDouble();
    }
    typical = encoded(drifting);
    worst = encoded(noise);
    System.out.printf(
        "bytes/value: typical %.3f, worst %.3f%n",
        (double) typical.limit() / drifting.length, (double) worst.limit() / noise.length);
  }

  private ByteBuffer encoded(double[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    column.encode(values, values.length, bytes);
    return bytes.flip();
  }

  /** Drifting temperature. */
  @Benchmark
  @OperationsPerInvocation(SampleBlock.CAPACITY)
  public double[] decodeTypical() {
    column.decode(typical.position(0), out.length, out);
    return out;
  }

  /** Full-mantissa noise. */
  @Benchmark
  @OperationsPerInvocation(SampleBlock.CAPACITY)
  public double[] decodeWorst() {
    column.decode(worst.position(0), out.length, out);
    return out;
  }

  /** Baseline. */
  @Benchmark
  @OperationsPerInvocation(SampleBlock.CAPACITY)
  public double[] plainCopy() {
    System.arraycopy(plain, 0, out, 0, out.length);
    return out;
  }
}
