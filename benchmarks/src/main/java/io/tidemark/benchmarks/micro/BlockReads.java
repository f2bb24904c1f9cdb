package io.tidemark.benchmarks.micro;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time to get the bytes of a block at a random place of a file that the page cache holds: copied
 * from a mapping, as segments are read, or read by position. Lengths from a set point's block to a
 * noisy one's.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BlockReads {
  private static final int FILE_BYTES = 256 << 20;
  private static final int PLACES = 1 << 12;

  /** Length of a block in bytes. */
  @Param({"100", "1000", "7000"})
  public int length = 1000;

  private final int[] places = new int[PLACES];
  private final byte[] into = new byte[1 << 13];
  private final ByteBuffer buffer = ByteBuffer.wrap(into);
  private final ByteBuffer direct = ByteBuffer.allocateDirect(1 << 13);
  private Path file = Path.of("");
  private Arena arena = Arena.global();
  private MemorySegment mapped = MemorySegment.NULL;
  private @Nullable FileChannel channel;
  private int next;

  /** Writes and maps a file. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    file = Files.createTempFile("tidemark-bench", ".bytes");
    Random random = new Random(42);
    byte[] bytes = new byte[1 << 20];
    try (var out = Files.newOutputStream(file)) {
      for (int i = 0; i < FILE_BYTES / bytes.length; i++) {
        random.nextBytes(bytes);
        out.write(bytes);
      }
    }
    for (int i = 0; i < PLACES; i++) {
      places[i] = random.nextInt(FILE_BYTES - length);
    }
    arena = Arena.ofShared();
    FileChannel opened = FileChannel.open(file, StandardOpenOption.READ);
    channel = opened;
    mapped = opened.map(FileChannel.MapMode.READ_ONLY, 0, FILE_BYTES, arena);
  }

  /** Deletes the file. */
  @TearDown(Level.Trial)
  public void close() throws IOException {
    arena.close();
    channel().close();
    Files.delete(file);
  }

  private FileChannel channel() {
    return Objects.requireNonNull(channel);
  }

  private int place() {
    next = (next + 1) & (PLACES - 1);
    return places[next];
  }

  /** Copied from the mapping. */
  @Benchmark
  public byte[] mapped() {
    MemorySegment.copy(mapped, ValueLayout.JAVA_BYTE, place(), into, 0, length);
    return into;
  }

  /** Read by position into an array. */
  @Benchmark
  public byte[] positional() throws IOException {
    buffer.position(0).limit(length);
    channel().read(buffer, place());
    return into;
  }

  /** Read by position into memory outside of the heap: the system call alone. */
  @Benchmark
  public ByteBuffer positionalDirect() throws IOException {
    direct.position(0).limit(length);
    channel().read(direct, place());
    return direct;
  }
}
