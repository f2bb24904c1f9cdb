package io.tidemark.benchmarks.scenario;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.HdrHistogram.Histogram;

/** What the disk takes to keep 64 KiB for sure: the least that an acknowledgement can cost. */
final class ForcedWrites {
  /** Bytes of a write. */
  static final int BYTES = 64 * 1024;

  private ForcedWrites() {}

  /** Microseconds of so many writes, one after the other, into a file that has its length. */
  static Histogram measure(Path folder, int count) throws IOException {
    Path file = Files.createTempFile(folder, "tidemark-force", ".bin");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
      for (int i = 0; i < count; i++) {
        channel.write(bytes.clear(), (long) i * BYTES);
      }
      channel.force(true);
      Histogram micros = new Histogram(3);
      for (int i = 0; i < count; i++) {
        long before = System.nanoTime();
        channel.write(bytes.clear(), (long) i * BYTES);
        channel.force(false);
        micros.recordValue((System.nanoTime() - before) / 1000);
      }
      return micros;
    } finally {
      Files.delete(file);
    }
  }
}
