package io.tidemark.testing;

import com.sun.management.ThreadMXBean;
import io.tidemark.model.HistorianException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Makes hostile bytes out of honest ones, and watches what a reader does with them. */
public final class Mutations {
  private static final long[] ODD = {
    0,
    1,
    -1,
    2,
    7,
    8,
    63,
    64,
    65,
    255,
    256,
    1023,
    1024,
    1025,
    Short.MAX_VALUE,
    0xFFFF,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Integer.MAX_VALUE - 7,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    Long.MAX_VALUE - 8
  };

  /** What the first use of a lambda, a format or an exception costs. */
  private static final long LINKAGE_BYTES = 1 << 20;

  private static final long NANOS_MAX = 1_000_000_000L;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Mutations() {}

  /** What reads bytes. */
  public interface Reader {
    /** Reads them. */
    void read() throws Exception;
  }

  /** Overwrites one to four fields of 1, 2, 4 or 8 bytes between two offsets. */
  public static void mutate(byte[] bytes, int from, int to, Random random) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int n = random.nextInt(4); n >= 0; n--) {
      int width = 1 << random.nextInt(4);
      if (to - from < width) {
        continue;
      }
      int at = from + random.nextInt(to - from - width + 1);
      long value =
          switch (random.nextInt(3)) {
            case 0 -> ODD[random.nextInt(ODD.length)];
            case 1 -> random.nextLong();
            default -> buffer.get(at) + (long) random.nextInt(-2, 3);
          };
      switch (width) {
        case 1 -> buffer.put(at, (byte) value);
        case 2 -> buffer.putShort(at, (short) value);
        case 4 -> buffer.putInt(at, (int) value);
        default -> buffer.putLong(at, value);
      }
    }
  }

  /**
   * Runs a reader: it may end well or with a {@link HistorianException}, allocate only so much, and
   * take a second of the processor. One that takes more is run again, since the first one may have
   * had to load and compile what it uses.
   *
   * @return whether it ended well
   */
  public static boolean survives(String what, long bytesMax, Reader reader) {
    Run run = run(what, reader);
    if (run.exceeds(bytesMax)) {
      run = run(what, reader);
    }
    if (run.exceeds(bytesMax)) {
      throw new AssertionError(what + ": " + run + ", bytesMax=" + bytesMax);
    }
    return run.well();
  }

  private record Run(boolean well, long allocated, long nanos) {
    boolean exceeds(long bytesMax) {
      return allocated > bytesMax + LINKAGE_BYTES || nanos > NANOS_MAX;
    }
  }

  private static Run run(String what, Reader reader) {
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    long start = THREADS.getCurrentThreadCpuTime();
    boolean well = true;
    try {
      reader.read();
    } catch (HistorianException e) {
      well = false;
    } catch (Throwable e) {
      throw new AssertionError(what + ": " + e, e);
    }
    return new Run(
        well,
        THREADS.getCurrentThreadAllocatedBytes() - bytes,
        THREADS.getCurrentThreadCpuTime() - start);
  }
}
