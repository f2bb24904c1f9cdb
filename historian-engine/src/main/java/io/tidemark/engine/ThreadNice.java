package io.tidemark.engine;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a thread give way to others where there are too few cores for all. Java's own priorities do
 * nothing on Linux unless the whole JVM is told so; {@code setpriority(2)} of Linux is for a thread
 * alone. Elsewhere, and where it is refused, nothing happens.
 */
final class ThreadNice {
  private static final Logger LOG = LoggerFactory.getLogger(ThreadNice.class);
  private static final int PRIO_PROCESS = 0;
  private static final int CALLER = 0;

  private ThreadNice() {}

  /**
   * Sets the nice value of the calling thread.
   *
   * @param nice 0 to 19: with 5 it gets a third of what an ordinary thread beside it gets
   */
  @SuppressWarnings("restricted") // the launcher enables native access
  static void give(int nice) {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return;
    }
    try {
      Linker linker = Linker.nativeLinker();
      MethodHandle setPriority =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("setpriority"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT));
      int result = (int) setPriority.invokeExact(PRIO_PROCESS, CALLER, nice);
      LOG.debug("thread gives way: nice={}, result={}", nice, result);
    } catch (Throwable e) {
      LOG.debug("thread does not give way", e);
    }
  }
}
