package io.tidemark.benchmarks.scenario;

import com.sun.management.ThreadMXBean;
import io.tidemark.engine.HistorianConfig;
import io.tidemark.engine.HistorianEngine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.Files;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;

/** An engine without doors in this process, and what its append thread costs. */
final class EmbeddedServer implements AutoCloseable {
  private static final String APPEND_THREAD = "tidemark-append";
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final BenchStore.Kept folder;
  private final HistorianEngine engine;
  private final long appendThread;

  /** Starts one over an empty store with the settings of a server. */
  EmbeddedServer(Bench bench) throws IOException {
    folder = new BenchStore.Kept(Files.createTempDirectory(bench.folder(), "tidemark-bench"));
    engine =
        HistorianEngine.start(
            HistorianConfig.load(null, Map.of(), Map.of("dataDir", folder.folder().toString())),
            Clock.systemUTC(),
            failure -> {
              throw new IllegalStateException("engine failed", failure);
            });
    appendThread =
        Arrays.stream(THREADS.dumpAllThreads(false, false))
            .filter(thread -> thread.getThreadName().equals(APPEND_THREAD))
            .mapToLong(ThreadInfo::getThreadId)
            .findFirst()
            .orElseThrow();
  }

  /** The engine. */
  HistorianEngine engine() {
    return engine;
  }

  /** Processor time of the append thread so far. */
  long appendCpuNanos() {
    return THREADS.getThreadCpuTime(appendThread);
  }

  /** What the append thread has allocated so far. */
  long appendAllocatedBytes() {
    return THREADS.getThreadAllocatedBytes(appendThread);
  }

  @Override
  public void close() throws IOException {
    engine.close();
    folder.close();
  }
}
